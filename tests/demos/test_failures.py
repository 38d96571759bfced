"""The failures: each really happens and is really fixed, with the seed shown and with another."""

import functools
import itertools
import math
import random
import re
import statistics

import pytest

from demos import failures
from demos.page import share
from nn import MLP, DivergedError, fit
from viz.say.numbers import number

from .html_checks import checked

# Seeds that no page is made with. Each function says what comes of ten of them.
OTHER = {"rate": 2, "relus": 4, "sigmoids": 2, "overfitting": 2}
NAMES = pytest.mark.parametrize("name", OTHER)


@functools.cache
def with_another_seed(name):
    return getattr(failures, name)(OTHER[name], quick=True)


@pytest.fixture(
    params=["the seed of the page", pytest.param("another seed", marks=pytest.mark.nightly)]
)
def found_with(made, request):
    """What is found in a quick run: on the page, and with another seed."""
    if request.param == "the seed of the page":
        return made.found.get
    return with_another_seed


@pytest.fixture
def text(made):
    return checked(made.read("failures.html")).text


def right(trial, points):
    """How many are right, counted here."""
    said = [(trial.model(x).data > 0.0) == bool(y) for x, y in zip(points.X, points.y, strict=True)]
    return sum(said) / len(said)


def reach(trial):
    """How large the gradients of the first layer are, compared with those of the last."""
    found = failures.gradients(trial)
    return found[0] / found[-1]


def squared(trial, points):
    errors = [trial.model(x).data - y for x, y in zip(points.X, points.y, strict=True)]
    return math.fsum(e * e for e in errors) / len(errors)


# --- each happens, and is fixed ------------------------------------------------------------------


def test_the_large_rate_diverges_and_the_small_one_learns(found_with):
    found = found_with("rate")
    error, losses = found.trials[0].error, found.trials[0].history["loss"]

    assert isinstance(error, DivergedError)
    assert error.history is found.trials[0].history
    assert all(later > loss for loss, later in itertools.pairwise(losses))
    assert found.values["growth"] > 1e6
    fixed, *others = found.trials[1:]
    for trial in (fixed, *others):
        assert trial.error is None
        assert trial.loss == pytest.approx(squared(trial, trial.points), rel=1e-12)
    assert fixed.loss < 0.05 < min(trial.loss for trial in others)
    assert max(trial.loss for trial in others) < 0.5


def test_the_diverged_network_has_finite_weights(found_with):
    found = found_with("rate")

    assert all(math.isfinite(p.data) for p in found.trials[0].model.parameters())


def test_relus_die_and_stay_dead_and_leaky_ones_do_not(found_with):
    found = found_with("relus")
    broken, leaky, calm = found.trials

    assert broken.dead >= 8
    assert broken.history[failures.DEAD][-1] == broken.dead
    assert leaky.dead == 0
    assert set(leaky.history[failures.DEAD]) == {0}
    assert calm.dead <= 4
    assert calm.accuracy == right(calm, calm.points) >= 0.9
    assert broken.accuracy == right(broken, broken.points) <= 0.7
    assert leaky.accuracy == right(leaky, leaky.points) > broken.accuracy


def test_units_counted_as_dead_are_those_of_the_report(found_with):
    for trial in found_with("relus").trials:
        assert failures.dead_units(trial.model, trial.points) == trial.dead


def test_the_first_of_many_sigmoid_layers_gets_no_gradient(found_with):
    found = found_with("sigmoids")
    broken, *fixed = found.trials

    assert reach(broken) < 0.02
    assert broken.accuracy == right(broken, broken.points) < 0.7
    assert broken.history["loss"][-1] > 0.65
    assert any("Gradients vanish" in line for line in broken.at_first.advice)
    for trial in fixed:
        assert reach(trial) > 0.1
        assert trial.accuracy == right(trial, trial.points) >= 0.85
        assert trial.history["loss"][-1] < 0.4
        assert not any("Gradients vanish" in line for line in trial.at_first.advice)


def test_few_points_are_learned_by_heart_and_the_remedies_help_on_new_ones(found_with):
    found = found_with("overfitting")
    plain, *fixed = found.values["tests"]
    losses = found.trials[0].history["val_loss"]

    assert found.trials[0].accuracy == right(found.trials[0], found.trials[0].points) >= 0.9
    assert plain["loss"] > 3.0 * found.trials[0].loss
    assert losses[-1] > 1.3 * min(losses)
    for trial, test in zip(found.trials[1:], fixed, strict=True):
        assert test["loss"] < 0.8 * plain["loss"]
        assert test["loss"] < 1.7 * trial.loss
        assert test["accuracy"] == right(trial, found.values["new"])


def test_new_points_had_no_part_in_the_training(found_with):
    found = found_with("overfitting")
    learned = {tuple(x) for trial in found.trials for x in trial.points.X}

    assert learned.isdisjoint(tuple(x) for x in found.values["new"].X)


# --- on the page ----------------------------------------------------------------------------------


def test_the_page_has_four_sections(made):
    titles = [made.found[make.__name__].title for make in failures.FAILURES]

    assert re.findall(r"<h2>(.*?)</h2>", made.read("failures.html")) == titles


def test_the_error_stands_on_the_page_word_for_word(made, text):
    assert f"DivergedError: {made.found['rate'].trials[0].error}" in text


@NAMES
def test_what_the_report_says_stands_on_the_page(made, text, name):
    broken = made.found[name].trials[0]
    of = broken.at_first if name == "sigmoids" else broken.report

    for line in of.advice:
        assert line in text


@NAMES
def test_what_is_printed_is_what_was_found_and_what_the_page_has(made, text, name):
    found = made.found[name]

    assert found.text() in made.text
    for row in found.rows:
        assert "".join(row) in text


def test_the_numbers_of_the_rates_are_those_of_the_run(made, text):
    found = made.found["rate"]

    for trial, row in zip(found.trials, found.rows, strict=True):
        first, last = trial.history["loss"][0], trial.history["loss"][-1]
        end = "DivergedError" if trial.error else number(trial.loss)
        assert tuple(row) == (trial.name, number(first), number(last), end)
    losses = found.trials[0].history["loss"]
    growth = statistics.median(b / a for a, b in itertools.pairwise(losses))
    assert f"{number(growth, 2)} times as much" in text


def test_the_numbers_of_the_relus_are_those_of_the_run(made, text):
    found = made.found["relus"]

    for trial in found.trials:
        assert f"{trial.dead} of 16 units dead, {share(trial.accuracy)} right." in text
        loss = trial.history["loss"][-1]
        assert f"{trial.name}{trial.dead}{loss:.3f}{share(trial.accuracy)}" in text


def test_the_numbers_of_the_sigmoids_are_those_of_the_run(made, text):
    for trial in made.found["sigmoids"].trials:
        first, last = (trial.at_first.layers[i].grad_weights for i in (0, -1))
        row = [number(first, 2), number(last, 2), number(first / last, 2)]
        loss = f"{trial.history['loss'][-1]:.3f}"

        assert "".join([trial.name, *row, loss, share(trial.accuracy)]) in text


def test_the_numbers_of_overfitting_are_those_of_the_run(made, text):
    found = made.found["overfitting"]

    for trial, test in zip(found.trials, found.values["tests"], strict=True):
        learned = f"{share(trial.accuracy)}{trial.loss:.3f}"
        assert f"{trial.name}{learned}{share(test['accuracy'])}{test['loss']:.3f}" in text
    best = found.trials[1].history.best_epoch
    assert f"that of epoch {best}" in text


def test_a_program_on_the_page_gives_what_the_page_says(made, text):
    """Its words are run as they stand there, and the history is that of the trial."""
    found = made.found["relus"]
    code = f"{failures.WRITTEN}{found.fixed.code}"
    assert code in text

    rng = random.Random(0)
    histories = []

    def quiet(*given, **settings):
        histories.append(fit(*given, **settings, rng=rng, progress=False))

    names = {
        "MLP": lambda *given, **settings: MLP(*given, **settings, rng=rng),
        "fit": quiet,
        "X": found.fixed.points.X,
        "y": found.fixed.points.y,
    }
    exec(code, names)  # noqa: S102 - it is our own
    assert histories[0]["loss"] == found.fixed.history["loss"]


def test_main_takes_a_seed_for_all(tmp_path, capsys, monkeypatch):
    asked = []

    class Failure:
        title = "Nothing"

        def __init__(self, **settings):
            asked.append(settings)

        text = staticmethod(lambda: "fine")
        section = staticmethod(lambda _: "<p>fine</p>")

    monkeypatch.setattr(failures, "FAILURES", (Failure,))

    assert failures.main(["--seed", "7", "--out", str(tmp_path)]) == 0
    assert failures.main(["--quick", "--out", str(tmp_path)]) == 0
    assert asked == [{"seed": 7, "quick": False}, {"quick": True}]
    assert str(tmp_path / "failures.html") in capsys.readouterr().out
