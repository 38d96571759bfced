"""The moons: they are learned, and every number on the page is the run's."""

import math
import random
import runpy

import pytest
from matplotlib.figure import Figure

import nn
from demos import moons
from demos.page import share

from .html_checks import checked, words_of


@pytest.fixture
def run(made):
    return made.found["moons"]


@pytest.fixture
def text(made):
    return checked(made.read("moons.html")).text


def accuracy(model, points):
    """Counted here, without nn's metrics."""
    right = sum((model(x).data > 0.0) == bool(y) for x, y in zip(points.X, points.y, strict=True))
    return right / len(points)


def test_the_network_is_that_of_the_plan():
    assert repr(moons.network(random.Random(0))) == "MLP(2 -> 16 relu -> 16 relu -> 1 linear)"


@pytest.mark.parametrize("seed", [moons.SEED, pytest.param(8, marks=pytest.mark.nightly)])
def test_a_full_run_learns_99_in_100(seed):
    found = moons.learn(seed)

    assert accuracy(found.model, found.points) >= 0.99
    assert found.accuracy == accuracy(found.model, found.points)
    assert found.new_accuracy == accuracy(found.model, found.new) >= 0.98


def test_a_run_follows_from_its_seed():
    one, two, other = (moons.learn(seed, epochs=2) for seed in (3, 3, 4))

    assert one.history["loss"] == two.history["loss"] != other.history["loss"]
    assert one.points == two.points != other.points


def test_snapshots_are_copies_of_what_was(run):
    assert [s.epoch for s in run.snapshots] == [0, 1, 2, 5, 10, 15]
    assert run.snapshots[-1].model.state_dict() == run.model.state_dict()
    assert run.snapshots[0].model.state_dict() != run.model.state_dict()
    for snapshot in run.snapshots:
        assert snapshot.accuracy == accuracy(snapshot.model, run.points)


def test_the_loss_of_a_snapshot_is_the_mean_of_minus_ln_p(run):
    found = run.snapshots[3]
    losses = [
        math.log1p(math.exp(-z if y else z))
        for z, y in [
            (found.model(x).data, y) for x, y in zip(run.points.X, run.points.y, strict=True)
        ]
    ]

    assert found.loss == pytest.approx(math.fsum(losses) / len(losses), rel=1e-12)


def test_over_every_boundary_stands_how_good_it_is(made, run):
    text = words_of(made.read("moons-panels-light.svg"))
    for snapshot in run.snapshots:
        words = (
            f"epoch {snapshot.epoch}: {share(snapshot.accuracy)} right, loss {snapshot.loss:.3f}"
        )

        assert words in text


def test_the_numbers_of_the_page_are_those_of_the_run(run, text):
    ratios = run.history["layers.0/update_ratio"]
    assert f"{share(run.accuracy)} of the points are on their side" in text
    assert f"{share(run.new_accuracy)} of 1,000 new ones" in text
    assert f"from {run.history['loss'][0]:.3f} in the first" in text
    assert f"to {run.history['loss'][-1]:.4f} in the last" in text
    assert f"from {ratios[0]:.4f} to {ratios[-1]:.4f} of its weights" in text
    assert moons.QUICK in text


def test_the_picture_of_the_network_has_its_numbers(made, run):
    text = words_of(made.read("moons-network-light.svg"))
    loss = moons.batch_loss(run).data

    assert f"v {loss:.4g}" in text
    for words in ("2 → 16 relu", "16 → 16 relu", "16 → 1 linear", "272 parameters", "weights"):
        assert words in text


def test_the_boundary_is_drawn_where_the_logit_is_0(run):
    ax = Figure().add_subplot()
    moons.boundary(run.model, run.points, 30)(ax)
    line = next(c for c in ax.collections if list(getattr(c, "levels", [])) == [0.5])
    points = [point for path in line.get_paths() for point in path.vertices]
    spread = [abs(run.model(x).data) for x in run.points.X]

    assert len(points) > 10
    for point in points:
        assert abs(run.model([float(x) for x in point]).data) < 0.5 * max(spread)


def test_the_saved_network_is_the_trained_one(made, run):
    model = nn.load(made.folder / moons.NETWORK)

    assert model.state_dict() == run.model.state_dict()
    assert f"nn.load({str(made.folder / moons.NETWORK)!r})" in made.text


def test_the_program_on_the_page_loads_it(made, run, monkeypatch, capsys, tmp_path):
    (tmp_path / "program.py").write_text(moons.PROGRAM, encoding="utf-8")
    monkeypatch.chdir(made.folder)
    runpy.run_path(str(tmp_path / "program.py"))

    assert float(capsys.readouterr().out) == run.model([1.0, 0.5]).data


def test_training_says_how_far_it_is(capsys):
    history = moons.learn(3, epochs=2).history
    lines = capsys.readouterr().out.splitlines()

    for line, loss, right in zip(lines, history["loss"], history["accuracy"], strict=True):
        assert f": loss {loss:.4g}, accuracy {right:.4g}" in line


def test_main_says_where_the_page_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(moons, "QUICK_EPOCHS", 1)
    monkeypatch.setattr(moons, "files", lambda *_, **__: {"moons.html": "it"})

    assert moons.main(["--quick", "--seed", "1", "--out", str(tmp_path)]) == 0
    assert str(tmp_path / "moons.html") in capsys.readouterr().out
