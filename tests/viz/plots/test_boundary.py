import math
import random

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex

from autograd import Value
from nn import MLP, Module, fit
from viz.plots import plot_decision_boundary
from viz.plots.training import CLASSES
from viz.render.palette import LIGHT

X = [[0.0, 0.0], [2.0, 1.0], [0.0, 1.0], [2.0, 0.0]]
Y = [0, 1, 0, 1]


def points(ax):
    """What is scattered, by label: places and colour."""
    return {
        found.get_label(): (found.get_offsets().tolist(), to_hex(found.get_facecolor()[0]))
        for found in ax.collections
        if isinstance(found, PathCollection)
    }


def boundary_of(ax, level=0.5):
    """The corners of the line that was drawn at one level."""
    lines = [c for c in ax.collections if getattr(c, "filled", True) is False]
    found = [line for line in lines if level in line.levels]
    return [corner for line in found for path in line.get_paths() for corner in path.vertices]


def test_the_boundary_lies_where_the_logit_is_zero():
    ax = plot_decision_boundary(lambda x: 3.0 * (x[0] - 1.25), X, Y, resolution=40)
    corners = boundary_of(ax)

    assert len(corners) > 10
    # Interpolated between sigmoids, so not quite exact between two points of the grid.
    assert [x for x, _ in corners] == pytest.approx([1.25] * len(corners), abs=0.01)
    assert points(ax) == {
        "class 0": ([[0.0, 0.0], [0.0, 1.0]], LIGHT.negative),
        "class 1": ([[2.0, 1.0], [2.0, 0.0]], LIGHT.positive),
    }


def test_a_probability_has_its_threshold_at_a_half():
    def chance(x):
        return 1.0 / (1.0 + math.exp(-3.0 * (x[0] - 1.0)))

    ax = plot_decision_boundary(chance, X, threshold=0.5, resolution=41)

    corners = boundary_of(ax)

    assert len(corners) > 10
    assert [x for x, _ in corners] == pytest.approx([1.0] * len(corners), abs=0.01)


def test_of_several_outputs_the_largest_has_the_region():
    def scores(x):
        return [-x[0], x[0] - 2.0 * x[1], x[1]]

    ax = plot_decision_boundary(scores, X, [0, 1, 2, 1], resolution=15)
    (cells,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    grid = cells.get_array().reshape(15, 15)
    places = cells.get_coordinates()
    for i in (0, 7, 14):
        for j in (0, 7, 14):
            centre = (places[i, j] + places[i + 1, j + 1]) / 2
            assert grid[i, j] == int(np.argmax(scores(centre)))
    assert [colour for _, colour in points(ax).values()] == list(CLASSES[:3])


def test_the_model_is_asked_in_eval_mode_and_records_nothing():
    asked = []

    class Model(Module):
        def forward(self, x):
            result = Value(x[0]) * 2.0
            asked.append((self.training, result.kind))
            return result

    model = Model()
    plot_decision_boundary(model, X, Y, resolution=5)

    assert asked == [(False, "constant")] * (25 + len(X))
    assert model.training


@pytest.mark.parametrize("labels", [[-1, 1, -1, 1], [False, True, False, True], None, [1, 1, 1, 1]],
                         ids=["signs", "bools", "none", "one class"])  # fmt: skip
def test_labels_as_people_have_them(labels):
    colours = [colour for _, colour in points(plot_decision_boundary(sum, X, labels)).values()]
    expected = [LIGHT.negative, LIGHT.positive]

    assert colours == ([LIGHT.ink] if labels is None else expected[-len(set(labels)) :])


def test_arrays_and_frames_are_taken():
    model = MLP(2, [3, 1], rng=random.Random(0))
    array = plot_decision_boundary(model, np.array(X), np.array(Y), resolution=3)
    frame = pd.DataFrame(X, columns=["width", "height"])
    framed = plot_decision_boundary(model, frame, pd.Series(Y), resolution=3)

    assert points(array) == points(framed)
    assert (framed.get_xlabel().partition("\n")[0], framed.get_ylabel()) == ("width", "height")


def test_a_margin_is_left_around_the_data():
    ax = plot_decision_boundary(sum, X, Y, resolution=3)

    assert ax.get_xlim() == pytest.approx((-0.3, 2.3))
    assert ax.get_ylim() == pytest.approx((-0.15, 1.15))
    single = plot_decision_boundary(sum, X[:1], resolution=2)
    assert single.get_xlim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([],), ValueError, "X has no examples"),
        (([[1.0, 2.0, 3.0]],), ValueError, r"each example is two numbers, and X\[0\] is \[1.0,"),
        (([1.0, 2.0],), ValueError, r"X\[0\] is 1.0"),
        (([[math.nan, 1.0]],), ValueError, r"X\[0\] is \[nan, 1.0\]; examples are finite"),
        ((X, [0]), ValueError, "got 4 examples and 1 classes"),
        ((X, [0, 1, 0.5, 1]), ValueError, r"a class is a whole number, and y\[2\] is 0.5"),
        ((X, ["a", "b", "a", "b"]), TypeError, r"y\[0\] takes a real number"),
    ],
    ids=["empty", "three", "flat", "nan", "few", "half", "words"],
)
def test_what_cannot_be_drawn(arguments, error, message):
    with pytest.raises(error, match=message):
        plot_decision_boundary(sum, *arguments)


def test_results_that_cannot_be_drawn():
    with pytest.raises(TypeError, match="this one returned 'class'"):
        plot_decision_boundary(lambda x: "class", X)
    with pytest.raises(ValueError, match="resolution is a whole number of at least 2, got 1"):
        plot_decision_boundary(sum, X, resolution=1)


# --- the threshold --------------------------------------------------------------------------------


def test_the_boundary_is_where_accuracy_draws_it():
    """A perfect XOR, learned by mse from targets 0 and 1, has its boundary at 0.5."""

    def xor(x):
        return x[0] + x[1] - 2.0 * x[0] * x[1]

    corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    for options in ({}, {"loss": "mse"}):
        ax = plot_decision_boundary(xor, corners, [0, 1, 1, 0], resolution=41, **options)

        assert ax.get_xlabel() == "x0\nthick line: output = 0.5"
        line = boundary_of(ax)
        assert len(line) > 10
        assert [xor(point) for point in line] == pytest.approx([0.5] * len(line), abs=0.02)


def test_the_threshold_of_a_trained_model_is_used():
    model = MLP(2, [1], rng=random.Random(0))
    fit(model, X, Y, loss="mse", epochs=1)
    assert model.decision_threshold == 0.5

    assert plot_decision_boundary(model, X).get_xlabel() == "x0\nthick line: output = 0.5"
    ax = plot_decision_boundary(model, X, Y, threshold=-0.25)
    assert ax.get_xlabel() == "x0\nthick line: output = −0.25"


def test_logits_have_their_threshold_at_zero():
    def logit(x):
        return 0.4 if x[0] > 1.0 else -0.4  # above 0 and below 0.5

    for arguments, options in (((X, Y), {}), ((X,), {}), ((X, Y), {"loss": "hinge"})):
        ax = plot_decision_boundary(logit, *arguments, resolution=4, **options)
        assert ax.get_xlabel().endswith("output = 0")
    assert plot_decision_boundary(lambda x: x, X, Y, resolution=4).get_xlabel() == "x0"
