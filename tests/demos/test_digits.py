"""The digits: data, training, and a reading whose every number is the model's."""

import csv
import io
import math
import random
import re
import sys
from collections import Counter

import pytest

from autograd import softmax
from demos import __main__ as both
from demos import digits, digits_network, gallery
from demos.page import share
from nn import cross_entropy
from viz.say.numbers import number

from .html_checks import checked, words_of


@pytest.fixture(scope="module")
def loaded():
    return digits.load()


@pytest.fixture(scope="module")
def run(made):
    """The quick run of the demo."""
    return made.found["digits"]


@pytest.fixture(scope="module")
def given(run):
    return digits.answers(run)


@pytest.fixture(scope="module")
def found(run, given):
    return digits.read(run.model, digits.to_show(given))


# --- data -----------------------------------------------------------------------------------------


def test_the_digits_are_plain_numbers_from_0_to_1(loaded):
    assert len(loaded) == 1797
    assert {type(x) for image in loaded.images for x in image} == {float}
    assert {len(image) for image in loaded.images} == {64}
    assert min(map(min, loaded.images)) == 0.0
    assert max(map(max, loaded.images)) == 1.0
    assert set(loaded.targets) == set(range(10))


def test_every_digit_is_held_out_once(loaded):
    splits = digits.splits_of(loaded, 0)

    assert sorted(i for split in splits for i in split.held_out) == list(range(1797))
    for split in splits:
        assert sorted(split.training + split.held_out) == list(range(1797))


def test_splits_are_stratified(loaded):
    everywhere = Counter(loaded.targets)
    for split in digits.splits_of(loaded, 0):
        here = Counter(loaded.targets[i] for i in split.held_out)

        assert all(abs(here[k] - everywhere[k] / 5) <= 1 for k in range(10))


def test_splits_follow_from_the_seed(loaded):
    assert digits.splits_of(loaded, 3) == digits.splits_of(loaded, 3) != digits.splits_of(loaded, 4)


def test_without_scikit_learn_the_neuron_is_shown_all_the_same(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for other in ("xor", "wrong_engines", "moons", "failures"):
        monkeypatch.setattr(f"demos.{other}.run", lambda folder, **_: folder)

    assert both.main(["--out", str(tmp_path)]) == 1
    assert 'pip install "glassgrad[demos]"' in capsys.readouterr().err
    assert "neuron.html" in (tmp_path / gallery.INDEX).read_text(encoding="utf-8")
    assert not (tmp_path / "digits.html").exists()


# --- training -------------------------------------------------------------------------------------


def test_a_quick_run_learns_to_read(run):
    assert run.accuracy > 0.85
    assert run.history["loss"][-1] < run.history["loss"][0] / 3
    assert run.history["accuracy"][-1] > run.history["accuracy"][0]
    assert len(run.learned) == digits.QUICK_EXAMPLES
    assert len(run.held_out) == 360


def test_no_held_out_digit_is_learned_from(run, loaded):
    split = digits.splits_of(loaded, digits.SEED)[0]

    assert run.held_out == loaded.some(split.held_out)
    assert {tuple(image) for image in run.learned.images}.isdisjoint(
        tuple(image) for image in run.held_out.images
    )


def test_the_accuracy_is_that_of_the_model(run):
    right = 0
    for pixels, target in zip(run.held_out.images, run.held_out.targets, strict=True):
        scores = [score.data for score in run.model(pixels)]
        right += scores.index(max(scores)) == target

    assert run.accuracy == right / 360


def test_a_run_follows_from_the_seed_and_says_how_far_it_is(loaded, monkeypatch, capsys):
    monkeypatch.setattr(digits_network, "EPOCHS", 2)
    small = digits.Split(list(range(64)), [64, 65])

    def losses(seed):
        return digits.learn(loaded, small, seed).history["loss"]

    assert losses("1") == losses("1") != losses("2")
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert re.match(
        r"epoch 1/2: loss [\d.]+, accuracy [\d.]+, val_loss [\d.]+, val_accuracy", first
    )
    assert second.startswith("epoch 2/2: ")


def test_the_settings_of_a_full_run():
    assert repr(digits.network(random.Random(0))) == "MLP(64 -> 32 tanh -> 10 linear)"


# --- one reading ----------------------------------------------------------------------------------


def test_the_digit_that_is_shown_is_held_out_and_read_rightly_with_some_doubt(run, found):
    answer = found.answer

    assert answer.pixels in run.held_out.images
    assert answer.answer == answer.target == 3
    assert 0.8 < answer.probability < 0.97


def test_a_3_is_shown_if_one_was_read_rightly():
    three, five = digits.Answer([], 3, 3, 0.99), digits.Answer([], 5, 5, 0.9)

    assert digits.to_show([five, three]) == three
    assert digits.to_show([five, digits.Answer([], 3, 8, 0.9)]) == five


def test_a_network_that_reads_nothing_rightly_shows_something_too():
    wrong = [digits.Answer([], 3, 5, 0.4), digits.Answer([], 4, 5, 0.8)]

    assert digits.to_show(wrong) == wrong[1]


def test_answers_are_the_models(run, given):
    for answer in given[:20]:
        chances = [p.data for p in softmax(run.model(answer.pixels))]

        assert answer.probability == pytest.approx(max(chances), rel=1e-12)
        assert answer.answer == chances.index(max(chances))


def test_forward_numbers_are_the_models(run, found):
    scores = run.model(found.answer.pixels)

    assert [score.data for score in found.scores] == [score.data for score in scores]
    assert found.loss.data == cross_entropy(scores, found.answer.target).data
    assert found.loss.data == pytest.approx(-math.log(found.answer.probability), rel=1e-12)


def test_every_gradient_is_that_of_the_chain_rule_by_hand(run, found):
    """Of ten scores, then 32 units, then 64 pixels each."""
    pixels, target = found.answer.pixels, found.answer.target
    hidden = [h.data for h in run.model.layers[0](pixels)]
    errors = [p.data - (k == target) for k, p in enumerate(softmax(found.scores))]
    gradients = {}
    for k, error in enumerate(errors):
        place = f"layers.1.neurons.{k}"
        gradients |= {f"{place}.w.{i}": error * h for i, h in enumerate(hidden)}
        gradients[f"{place}.b"] = error
    for i, h in enumerate(hidden):
        weights = [neuron.w[i].data for neuron in run.model.layers[1].neurons]
        slope = (1 - h * h) * math.fsum(e * w for e, w in zip(errors, weights, strict=True))
        place = f"layers.0.neurons.{i}"
        gradients |= {f"{place}.w.{n}": slope * x for n, x in enumerate(pixels)}
        gradients[f"{place}.b"] = slope

    assert len(gradients) == 2410
    assert found.gradients == pytest.approx(gradients, rel=1e-8, abs=1e-14)


def test_the_unit_that_is_shown_is_the_one_that_the_loss_asks_most_of(found):
    slopes = [abs(found.gradients[f"layers.0.neurons.{i}.b"]) for i in range(32)]

    assert slopes[found.unit] == max(slopes)
    assert found.inside.tab == f"h{found.unit + 1}"


def test_reading_leaves_no_gradient_behind(found):
    assert {p.grad for p in found.model.parameters()} == {0.0}


# --- what is shown --------------------------------------------------------------------------------


@pytest.fixture
def page(made):
    return checked(made.read("digits.html")).text


def test_the_image_and_the_probabilities_on_the_page_are_the_models(made, found, page):
    numbers = re.findall(r"\d+", words_of(made.read("digits-digit-light.svg")))

    assert [int(n) / 16 for n in numbers] == found.answer.pixels
    assert f"{found.answer.answer}, with probability {number(found.answer.probability)}" in page
    for k, (score, p) in enumerate(zip(found.scores, softmax(found.scores), strict=True)):
        name = f"{k} ← it is" if k == found.answer.target else str(k)
        cells = map(number, (score.data, p.data, p.data - (k == found.answer.target)))
        assert "".join([name, *cells]) in page


def test_the_steps_of_the_player_stand_on_the_page_and_are_printed(made, found, page):
    printed = " ".join(made.text.split())
    for view in (found.player.story.views[0], found.inside):
        for step in view.steps[1:]:
            assert step.sentence in page
            assert step.sentence in printed


def test_gradients_are_held_against_measurements(made, found, page):
    assert len(digits.nudges(found)) >= 2
    for nudge in digits.nudges(found):
        assert nudge in page
        assert nudge in made.text


def test_every_hidden_unit_has_a_tile_with_its_gradient(made, found):
    words = words_of(made.read("digits-gradients-light.svg"))
    for i in range(32):
        assert f"h{i + 1} {number(found.gradients[f'layers.0.neurons.{i}.b'], 2)}" in words


def test_the_file_has_every_gradient_to_the_last_digit(made, run, found):
    rows = list(csv.DictReader(io.StringIO(made.read("digits-gradients.csv"))))

    assert {r["parameter"]: float(r["value"]) for r in rows} == run.model.state_dict()
    assert {r["parameter"]: float(r["gradient"]) for r in rows} == found.gradients


def test_a_quick_run_says_so_wherever_its_numbers_stand(made, page):
    assert made.code == 0
    for text in (made.text, page):
        assert "QUICK RUN: only 4 epochs over 320 examples." in text


def test_a_full_run_is_not_called_quick_and_may_make_no_mistake(run, found, monkeypatch):
    monkeypatch.setattr(digits, "plot", lambda *_, **__: "")
    made = digits.files(run, found, [])

    assert "QUICK" not in made["digits.html"]
    assert "0 of 360 held-out digits" in made["digits.html"]


def test_the_mistakes_are_shown(made, run, given, page):
    wrong = [answer for answer in given if answer.answer != answer.target]
    words = words_of(made.read("digits-wrong-light.svg"))

    assert f"{len(wrong)} of 360 held-out digits" in page
    assert share(1 - len(wrong) / 360) == share(run.accuracy)
    assert len(re.findall(r"\d as \d", words)) == len(wrong)


def test_several_splits_are_reported_with_their_mean(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(digits_network, "QUICK_EPOCHS", 1)
    monkeypatch.setattr(digits_network, "QUICK_EXAMPLES", 48)
    monkeypatch.setattr(digits, "files", lambda *_, **__: {"digits.html": "it"})

    assert digits.main(["--quick", "--splits", "2", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    accuracies = [float(x) for x in re.findall(r"read rightly, ([\d.]+) %", printed)]
    mean = float(re.search(r"of 2 of 5 stratified splits: ([\d.]+) %", printed).group(1))
    assert len(accuracies) == 2
    assert mean == pytest.approx(sum(accuracies) / 2, abs=0.011)
    assert str(tmp_path / "digits.html") in printed


@pytest.mark.parametrize("number", ["0", "6", "x"])
def test_there_are_five_splits(number, capsys):
    with pytest.raises(SystemExit):
        digits.main(["--splits", number])
    assert "--splits" in capsys.readouterr().err
