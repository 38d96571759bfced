"""The digits: data, training, and a reading whose every number is the model's."""

import csv
import gc
import io
import math
import random
import re
import sys
from collections import Counter

import pytest

from autograd import softmax
from demos import __main__ as both
from demos import data, digits, digits_page, digits_text, gallery, reading, training
from nn import cross_entropy
from viz.say.numbers import show

from .html_checks import checked, decimal


@pytest.fixture(scope="module")
def loaded():
    return data.load()


@pytest.fixture(scope="module")
def run(made):
    """The quick run of the demo."""
    return made.found["digits"]


@pytest.fixture(scope="module")
def chosen(run):
    return reading.to_show(reading.answers(run.model, run.digits, run.split.held_out))


@pytest.fixture(scope="module")
def found(run, chosen):
    return reading.read(run.model, run.digits.images[chosen.index], chosen.target)


# --- data -----------------------------------------------------------------------------------------


def test_the_digits_are_plain_numbers_from_0_to_1(loaded):
    assert len(loaded) == 1797
    assert {type(x) for image in loaded.images for x in image} == {float}
    assert {len(image) for image in loaded.images} == {64}
    assert min(map(min, loaded.images)) == 0.0
    assert max(map(max, loaded.images)) == 1.0
    assert set(loaded.targets) == set(range(10))


def test_every_digit_is_held_out_once(loaded):
    splits = data.splits(loaded, 0)

    assert sorted(i for split in splits for i in split.held_out) == list(range(1797))
    for split in splits:
        assert sorted(split.training + split.held_out) == list(range(1797))


def test_splits_are_stratified(loaded):
    everywhere = Counter(loaded.targets)
    for split in data.splits(loaded, 0):
        here = Counter(loaded.targets[i] for i in split.held_out)

        assert all(abs(here[k] - everywhere[k] / 5) <= 1 for k in range(10))


def test_splits_follow_from_the_seed(loaded):
    assert data.splits(loaded, 3) == data.splits(loaded, 3) != data.splits(loaded, 4)


def hide(monkeypatch, package):
    """As if it were not installed."""
    for name in [*sys.modules]:
        if name.startswith(f"{package}."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)


@pytest.mark.parametrize("package", ["sklearn", "sklearn.datasets", "sklearn.model_selection"])
def test_without_scikit_learn_the_error_says_what_to_run(package, monkeypatch, tmp_path, capsys):
    hide(monkeypatch, package)

    assert digits.main(["--quick", "--out", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert 'run: pip install "glassgrad[demos]"' in error
    assert "Traceback" not in error


def test_without_scikit_learn_the_neuron_is_shown_all_the_same(monkeypatch, tmp_path, capsys):
    hide(monkeypatch, "sklearn")
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
    assert len(run.split.training) == digits.QUICK_EXAMPLES
    assert len(run.split.held_out) == 360


def test_the_accuracy_is_that_of_the_model(run):
    images, targets = run.digits.images, run.digits.targets
    right = 0
    for i in run.split.held_out:
        scores = [score.data for score in run.model(images[i])]
        right += scores.index(max(scores)) == targets[i]

    assert run.accuracy == right / 360


def test_a_run_follows_from_the_seed(loaded):
    split = data.splits(loaded, 0)[0]
    small = data.Split(split.training[:64], split.held_out[:32])

    def losses(seed):
        rng = random.Random(seed)
        model = training.network(rng)
        return training.learn(model, loaded, small, rng, epochs=2)["loss"]

    assert losses(1) == losses(1) != losses(2)


def test_training_leaves_the_collector_as_it_was(loaded):
    split = data.Split([0, 1], [2])
    training.learn(training.network(random.Random(0)), loaded, split, random.Random(0), epochs=1)

    assert gc.get_freeze_count() == 0
    assert gc.isenabled()


def test_the_settings_of_a_full_run():
    assert (training.PIXELS, training.HIDDEN, training.CLASSES) == (64, 32, 10)
    assert repr(training.network(random.Random(0))) == "MLP(64 -> 32 tanh -> 10 linear)"


def test_training_says_how_far_it_is(loaded, capsys):
    rng = random.Random(0)
    training.learn(training.network(rng), loaded, data.Split([0, 1], [2]), rng, epochs=2)
    first, second = capsys.readouterr().out.splitlines()

    assert re.match(
        r"epoch 1/2: loss [\d.]+, accuracy [\d.]+, val_loss [\d.]+, val_accuracy", first
    )
    assert second.startswith("epoch 2/2: ")


# --- one reading ----------------------------------------------------------------------------------


def test_the_digit_that_is_shown_is_held_out_and_read_rightly_with_some_doubt(run, chosen):
    assert chosen.index in run.split.held_out
    assert chosen.index not in run.split.training
    assert chosen.answer == chosen.target == run.digits.targets[chosen.index]
    assert 0.8 < chosen.probability < 0.97


def test_a_3_is_shown_if_one_was_read_rightly(chosen):
    assert chosen.target == 3

    three, five = reading.Answer(1, 3, 3, 0.99), reading.Answer(2, 5, 5, 0.9)
    assert reading.to_show([five, three]) == three
    assert reading.to_show([five, reading.Answer(1, 3, 8, 0.9)]) == five


def test_a_network_that_reads_nothing_rightly_shows_something_too():
    wrong = [reading.Answer(1, 3, 5, 0.4), reading.Answer(2, 4, 5, 0.8)]

    assert reading.to_show(wrong).index == 2


def test_forward_numbers_are_the_models(run, found):
    scores = run.model(found.pixels)
    hidden = run.model.layers[0](found.pixels)

    assert [unit.value for unit in found.scores] == [score.data for score in scores]
    assert [unit.value for unit in found.hidden] == [h.data for h in hidden]
    assert found.probabilities == [p.data for p in softmax(scores)]
    assert found.loss == cross_entropy(scores, found.target).data
    assert found.loss == pytest.approx(-math.log(found.probabilities[found.target]), rel=1e-12)


def test_weights_are_the_models(run, found):
    for unit, neuron in zip(found.hidden, run.model.layers[0].neurons, strict=True):
        assert unit.weights == tuple(w.data for w in neuron.w)
        assert unit.bias == neuron.b.data
        assert unit.inputs == tuple(found.pixels)


def gradients_of(run, found):
    """Every gradient by name, from the model's own backward pass."""
    run.model.zero_grad()
    cross_entropy(run.model(found.pixels), found.target).backward()
    gradients = {name: p.grad for name, p in run.model.named_parameters()}
    run.model.zero_grad()
    return gradients


def test_every_gradient_is_the_models(run, found):
    gradients = gradients_of(run, found)
    ours = {}
    for layer, units in enumerate((found.hidden, found.scores)):
        for unit in units:
            place = f"layers.{layer}.neurons.{unit.index}"
            ours |= {f"{place}.w.{i}": slope for i, slope in enumerate(unit.weight_slopes)}
            ours[f"{place}.b"] = unit.bias_slope

    assert len(ours) == 2410
    assert ours == gradients


def test_the_gradient_of_a_score_is_its_probability_minus_its_target(found):
    for k, score in enumerate(found.scores):
        assert score.z_slope == pytest.approx(
            found.probabilities[k] - (k == found.target), rel=1e-9, abs=1e-15
        )


def test_a_units_gradient_is_the_sum_over_the_scores_then_tanh_then_pixels(found):
    for unit in found.hidden:
        assert unit.value_slope == pytest.approx(math.fsum(found.paths(unit)), abs=1e-12)
        assert unit.z_slope == pytest.approx((1 - unit.value**2) * unit.value_slope, rel=1e-12)
        for slope, pixel in zip(unit.weight_slopes, found.pixels, strict=True):
            assert slope == pytest.approx(unit.z_slope * pixel, rel=1e-12)


def test_what_is_said_of_a_units_sum_adds_up(found):
    unit = found.most_moved
    terms = digits_text.terms_of(unit)

    assert abs(unit.z_slope) == max(abs(other.z_slope) for other in found.hidden)
    assert math.fsum(value for _, _, value in terms) == pytest.approx(unit.z, abs=1e-12)
    assert len(terms) == 7
    strongest = sorted(map(abs, unit.products))[-5:]
    assert sorted(abs(value) for _, _, value in terms[:5]) == strongest


def test_the_experiment_changes_nothing_for_good(run, found):
    before = run.model.state_dict()
    done = reading.experiment(run.model, found)

    assert run.model.state_dict() == before
    assert {p.grad for p in run.model.parameters()} == {0.0}
    assert done.after.loss < found.loss
    assert done.check.predicted == pytest.approx(done.check.measured, rel=0.05)


# --- what is shown --------------------------------------------------------------------------------


def page_of(made):
    return made.read("digits.html")


def image_numbers(html):
    square = re.search(r'<svg class="pixels numbered".*?</svg>', html).group()
    return [int(text) for text in re.findall(r">(\d+)</text>", square)]


def test_the_image_and_the_probabilities_on_the_page_are_the_models(made, found):
    html = page_of(made)
    text = checked(html).text

    assert [n / 16 for n in image_numbers(html)] == found.pixels
    assert f"The network says: {found.answer}, with probability" in text
    rows = re.search(r'aria-label="Table: scores.*?</table>', html, re.DOTALL).group()
    cells = re.findall(r"<td>(?:<span[^>]*><span>)?([^<]+)<", rows)
    assert cells == [
        cell
        for score, p in zip(found.scores, found.probabilities, strict=True)
        for cell in (show(score.z), show(p).removeprefix("+"), show(score.z_slope))
    ]


def test_the_shown_probabilities_add_up_to_one(made):
    rows = re.search(r'aria-label="Table: scores.*?</table>', page_of(made), re.DOTALL).group()
    cells = re.findall(r"<td>(?:<span[^>]*><span>)?([^<]+)<", rows)

    assert float(sum(map(decimal, cells[1::3]))) == pytest.approx(1.0, abs=0.001)


def test_every_hidden_unit_stands_on_the_page_with_its_gradient(made, found):
    html = page_of(made)
    for unit in found.hidden:
        card = f"unit {unit.index}<br>h {show(unit.value)}<br>∂loss/∂h {show(unit.value_slope)}<br>"
        assert card in html


def test_the_file_has_every_gradient_to_the_last_digit(made, run, found):
    rows = list(csv.DictReader(io.StringIO(made.read("digits-gradients.csv"))))

    assert {r["parameter"]: float(r["value"]) for r in rows} == run.model.state_dict()
    assert {r["parameter"]: float(r["gradient"]) for r in rows} == gradients_of(run, found)


def test_a_quick_run_says_so_wherever_its_numbers_stand(made):
    assert made.code == 0
    assert "QUICK RUN: only 4 epochs over 320 examples." in made.text
    assert "QUICK RUN: only 4 epochs over 320 examples." in checked(page_of(made)).text


def test_a_full_run_is_not_called_quick(run, found):
    full = training.Run(run.model, run.digits, run.split, run.history, 1.0)

    made = digits_page.files(full, found, reading.experiment(run.model, found), [])

    assert "QUICK" not in made["digits.html"]
    assert "Nothing: every held-out digit is read rightly." in made["digits.html"]


def test_the_mistakes_are_shown(made, run):
    wrong = sum(
        not answer.is_right for answer in reading.answers(run.model, run.digits, run.split.held_out)
    )

    assert f"{wrong} of 360 held-out digits" in checked(page_of(made)).text
    assert page_of(made).count('<svg class="pixels" ') == wrong


def test_the_digit_is_printed(made, found):
    for k, p in enumerate(found.probabilities):
        assert re.search(
            rf"^ +{k} +{re.escape(show(p).removeprefix('+'))} ", made.text, re.MULTILINE
        )
    assert "<- it is" in made.text


def test_several_splits_are_reported_with_their_mean(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(digits, "QUICK_EPOCHS", 1)
    monkeypatch.setattr(digits, "QUICK_EXAMPLES", 48)

    assert digits.main(["--quick", "--splits", "2", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    accuracies = [float(x) for x in re.findall(r"read rightly, ([\d.]+) %", printed)]
    mean = float(re.search(r"^Mean: ([\d.]+) %", printed, re.MULTILINE).group(1))
    assert len(accuracies) == 2
    assert mean == pytest.approx(sum(accuracies) / 2, abs=0.011)
    assert "on 2 of 5 stratified splits" in printed
    assert str(tmp_path / "digits.html") in printed


@pytest.mark.parametrize("number", ["0", "6", "x"])
def test_there_are_five_splits(number, capsys):
    with pytest.raises(SystemExit):
        digits.main(["--splits", number])
    assert "--splits" in capsys.readouterr().err


def test_a_gradient_is_held_against_a_measurement():
    assert digits_text.nudge("w", "L", 0.001, -1.024, -0.00102067) == (
        "Raise w by 0.001: the gradient predicts that L changes by −0.001024; measured: −0.001021."
    )
