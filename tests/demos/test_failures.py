"""The failures: each really happens and is really fixed, with the seed shown and with another."""

import functools
import itertools
import math
import random

import pytest

from demos import (
    failures,
    failures_overfitting,
    failures_rate,
    failures_relus,
    failures_sigmoids,
)
from demos.page import share
from nn import MLP, DivergedError, fit
from viz.say.numbers import number

from .html_checks import checked

# Seeds that no page is made with. Each module says what comes of ten of them.
OTHER = {
    failures_rate: 2,
    failures_relus: 4,
    failures_sigmoids: 2,
    failures_overfitting: 2,
}


@functools.cache
def with_another_seed(module):
    return module.make(OTHER[module], quick=True)


@pytest.fixture(
    params=["the seed of the page", pytest.param("another seed", marks=pytest.mark.nightly)]
)
def found_with(made, request):
    """What a module finds in a quick run: on the page, and with another seed."""
    if request.param == "the seed of the page":
        return lambda module: made.found[module.__name__]
    return with_another_seed


@pytest.fixture
def text(made):
    return checked(made.read("failures.html")).text


def right(trial, points):
    """How many are right, counted here."""
    said = [(trial.model(x).data > 0.0) == bool(y) for x, y in zip(points.X, points.y, strict=True)]
    return sum(said) / len(said)


def squared(trial, points):
    errors = [trial.model(x).data - y for x, y in zip(points.X, points.y, strict=True)]
    return math.fsum(e * e for e in errors) / len(errors)


# --- each happens, and is fixed ------------------------------------------------------------------


def test_the_large_rate_diverges_and_the_small_one_learns(found_with):
    found = found_with(failures_rate)
    error, losses = found.broken.error, found.broken.history["loss"]

    assert isinstance(error, DivergedError)
    assert error.history is found.broken.history
    assert all(later > loss for loss, later in itertools.pairwise(losses))
    assert found.growth > 1e6
    for trial in (found.fixed, found.clipped, found.slow):
        assert trial.error is None
        assert trial.loss == pytest.approx(squared(trial, found.points), rel=1e-12)
    assert found.fixed.loss < 0.05 < min(found.clipped.loss, found.slow.loss)
    assert max(found.clipped.loss, found.slow.loss) < 0.5


def test_the_diverged_network_has_finite_weights(found_with):
    found = found_with(failures_rate)

    assert all(math.isfinite(p.data) for p in found.broken.model.parameters())


def test_relus_die_and_stay_dead_and_leaky_ones_do_not(found_with):
    found = found_with(failures_relus)
    broken, leaky, calm = found.trials

    assert broken.dead >= 8
    assert broken.history[failures_relus.DEAD][-1] == broken.dead
    assert leaky.dead == 0
    assert set(leaky.history[failures_relus.DEAD]) == {0}
    assert calm.dead <= 4
    assert calm.accuracy == right(calm, found.points) >= 0.9
    assert broken.accuracy == right(broken, found.points) <= 0.7
    assert leaky.accuracy == right(leaky, found.points) > broken.accuracy


def test_units_counted_as_dead_are_those_of_the_report(found_with):
    for trial in found_with(failures_relus).trials:
        assert failures_relus.dead_units(trial.model, trial.points) == trial.dead


def test_the_first_of_many_sigmoid_layers_gets_no_gradient(found_with):
    found = found_with(failures_sigmoids)
    broken, *fixed = found.trials

    assert failures_sigmoids.reach(broken) < 0.02
    assert broken.accuracy == right(broken, found.points) < 0.7
    assert broken.history["loss"][-1] > 0.65
    assert any("Gradients vanish" in line for line in broken.at_first.advice)
    for trial in fixed:
        assert failures_sigmoids.reach(trial) > 0.1
        assert trial.accuracy == right(trial, found.points) >= 0.85
        assert trial.history["loss"][-1] < 0.4
        assert not any("Gradients vanish" in line for line in trial.at_first.advice)


def test_few_points_are_learned_by_heart_and_the_remedies_help_on_new_ones(found_with):
    found = found_with(failures_overfitting)
    plain, *fixed = found.tests
    losses = found.broken.history["val_loss"]

    assert found.broken.accuracy == right(found.broken, found.points) >= 0.9
    assert plain.loss > 3.0 * found.broken.loss
    assert losses[-1] > 1.3 * min(losses)
    for trial, test in zip(found.trials[1:], fixed, strict=True):
        assert test.loss < 0.8 * plain.loss
        assert test.loss < 1.7 * trial.loss
        assert test.accuracy == right(trial, found.new)


def test_new_points_had_no_part_in_the_training(found_with):
    found = found_with(failures_overfitting)
    learned = {tuple(x) for points in (found.points, found.many) for x in points.X}

    assert learned.isdisjoint(tuple(x) for x in found.new.X)


# --- on the page ----------------------------------------------------------------------------------


def test_the_page_has_four_sections(made):
    html = made.read("failures.html")

    assert [html.count(f"<h2>{f.TITLE}</h2>") for f in failures.FAILURES] == [1, 1, 1, 1]
    assert html.count("<h2>") == 4


def test_the_error_stands_on_the_page_word_for_word(made, text):
    error = made.found["demos.failures_rate"].broken.error

    assert f"DivergedError: {error}" in text


@pytest.mark.parametrize("module", failures.FAILURES, ids=lambda module: module.__name__)
def test_what_the_report_says_stands_on_the_page(made, text, module):
    broken = made.found[module.__name__].broken
    of = broken.at_first if module is failures_sigmoids else broken.report

    for line in of.advice:
        assert line in text


@pytest.mark.parametrize("module", failures.FAILURES, ids=lambda module: module.__name__)
def test_what_is_printed_is_what_was_found(made, module):
    lines = module.text(made.found[module.__name__])

    assert "\n".join([module.TITLE, "-" * len(module.TITLE), *lines]) in made.text


def test_the_numbers_of_the_rates_are_those_of_the_run(made, text):
    found = made.found["demos.failures_rate"]

    for trial in found.trials:
        first, last = trial.history["loss"][0], trial.history["loss"][-1]
        end = "DivergedError" if trial.error else number(trial.loss)
        assert f"{trial.name}{number(first)}{number(last)}{end}" in text
    assert f"{number(found.growth, 2)} times as much" in text


def test_the_numbers_of_the_relus_are_those_of_the_run(made, text):
    found = made.found["demos.failures_relus"]

    for trial in found.trials:
        assert f"{trial.dead} of 16 units dead, {share(trial.accuracy)} right." in text
        loss = trial.history["loss"][-1]
        assert f"{trial.name}{trial.dead}{loss:.3f}{share(trial.accuracy)}" in text


def test_the_numbers_of_the_sigmoids_are_those_of_the_run(made, text):
    for trial in made.found["demos.failures_sigmoids"].trials:
        first, last = (trial.at_first.layers[i].grad_weights for i in (0, -1))
        row = [number(first, 2), number(last, 2), number(first / last, 2)]
        loss = f"{trial.history['loss'][-1]:.3f}"

        assert "".join([trial.name, *row, loss, share(trial.accuracy)]) in text


def test_the_numbers_of_overfitting_are_those_of_the_run(made, text):
    found = made.found["demos.failures_overfitting"]

    for trial, test in zip(found.trials, found.tests, strict=True):
        learned = f"{share(trial.accuracy)}{trial.loss:.3f}"
        assert f"{trial.name}{learned}{share(test.accuracy)}{test.loss:.3f}" in text
    best = found.stopped.history.best_epoch
    assert f"that of epoch {best}" in text


def test_a_program_on_the_page_gives_what_the_page_says(made, text):
    """Its words are run as they stand there, and the history is that of the trial."""
    found = made.found["demos.failures_relus"]
    code = f"{failures_relus.WRITTEN}{found.leaky.code}"
    assert code in text

    rng = random.Random(failures_relus.SEED)
    histories = []

    def quiet(*given, **settings):
        histories.append(fit(*given, **settings, rng=rng, progress=False))

    names = {
        "MLP": lambda *given, **settings: MLP(*given, **settings, rng=rng),
        "fit": quiet,
        "X": found.points.X,
        "y": found.points.y,
    }
    exec(code, names)  # noqa: S102 - it is our own
    assert histories[0]["loss"] == found.leaky.history["loss"]


def test_main_takes_a_seed_for_all(tmp_path, capsys, monkeypatch):
    asked = []

    class Failure:
        TITLE = "Nothing"
        text = staticmethod(lambda _: ["fine"])
        section = staticmethod(lambda _, made: "<p>fine</p>")

        @staticmethod
        def make(**settings):
            asked.append(settings)

    monkeypatch.setattr(failures, "FAILURES", (Failure,))

    assert failures.main(["--seed", "7", "--out", str(tmp_path)]) == 0
    assert failures.main(["--quick", "--out", str(tmp_path)]) == 0
    assert asked == [{"seed": 7, "quick": False}, {"quick": True}]
    assert str(tmp_path / "failures.html") in capsys.readouterr().out
