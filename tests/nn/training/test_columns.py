"""One number for each example, in whatever shape: losses, metrics, training and pictures agree."""

import functools
import random

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
import viz
from autograd import Value
from nn import Module
from nn.examples import column, matched
from nn.losses import LOSSES
from nn.training.metrics import METRICS

from .helpers import SIDES, XOR, mean_squared, small, trained, weights

SHAPES = {
    "numbers": lambda numbers: numbers,
    "lists of one": lambda numbers: [[x] for x in numbers],
    "tuples of one": lambda numbers: [(x,) for x in numbers],
    "an array": np.array,
    "a column": lambda numbers: np.array(numbers).reshape(-1, 1),
    "a table": lambda numbers: pd.DataFrame({"y": numbers}),
    "a series": pd.Series,
}
OF_ONE = sorted(LOSSES.keys() - {"cross_entropy", "kl_divergence"})
chances = st.lists(
    st.tuples(st.floats(-3, 3), st.sampled_from([-1.0, 1.0])), min_size=1, max_size=5
)


class InLists(Module):
    """A model whose outputs are lists of one."""

    def __init__(self):
        self.inner = small()

    def forward(self, x):
        return [self.inner(x)]


class InTuples(InLists):
    def forward(self, x):
        return (self.inner(x),)


MODELS = {"Values": small, "lists": InLists, "tuples": InTuples}


@pytest.mark.parametrize("name", OF_ONE)
@given(chances)
def test_losses_by_hand(name, pairs):
    loss = LOSSES[name]
    numbers, targets = map(list, zip(*pairs, strict=True))
    if name == "binary_cross_entropy":
        targets = [(t + 1.0) / 2.0 for t in targets]
    expected = loss(numbers, targets)

    for shape in SHAPES.values():
        assert loss([Value(x) for x in numbers], shape(targets)).data == expected
        assert loss([[Value(x)] for x in numbers], shape(targets)).data == expected
    one = loss(numbers[0], targets[0])
    assert loss([Value(numbers[0])], targets[0]).data == one
    assert loss(Value(numbers[0]), shape_of_one := [targets[0]]).data == one
    assert loss(Value(numbers[0]), np.array(shape_of_one)).data == one


@pytest.mark.parametrize("shape", SHAPES)
def test_classes_by_their_index(shape):
    scores = [[0.5, 1.0, -2.0], [1.0, 0.0, 3.0]]

    assert nn.cross_entropy(scores, SHAPES[shape]([1, 2])) == nn.cross_entropy(scores, [1, 2])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("shape", SHAPES)
def test_metrics_by_hand(metric, shape):
    outputs, targets = [0.5, -0.25, 1.0], [1, 0, 0]
    expected = METRICS[metric](outputs, targets)

    for first in ("numbers", "lists of one", "a column"):
        assert METRICS[metric](SHAPES[first](outputs), SHAPES[shape](targets)) == expected


def shapes_seen(outputs, targets):
    """What numpy would make of it: a column beside a row is silently a square."""
    assert np.shape(outputs) == np.shape(targets) == (len(targets),)
    return float(np.mean((np.array(outputs) > 0.5) == np.array(targets)))


LOSSES_OF_A_FIT = {
    "by name": "mse",
    "a function": mean_squared,
    "a lambda": lambda outputs, targets: 2.0 * nn.mse(outputs, targets) / 2.0,
    "a partial": functools.partial(nn.mse, reduction="mean"),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", LOSSES_OF_A_FIT)
def test_a_training(model, shape, loss):
    def run(make, y, y_held_out):
        model = make()
        history = trained(
            model, XOR, y, loss=LOSSES_OF_A_FIT[loss], validation=(XOR[:3], y_held_out),
            metrics=[*METRICS, shapes_seen], batch_size=3, epochs=2,
        )  # fmt: skip
        found = nn.evaluate(model, XOR, y, loss=LOSSES_OF_A_FIT[loss],
                            metrics=[*METRICS, shapes_seen])  # fmt: skip
        del history["seconds"]
        return weights(model), history, found

    plain = run(small, SIDES, SIDES[:3])
    assert run(MODELS[model], SHAPES[shape](SIDES), SHAPES[shape](SIDES[:3])) == plain


@pytest.mark.parametrize("shape", SHAPES)
def test_weights_with_a_column(shape):
    one, two = small(), small()
    trained(one, XOR, SIDES, sample_weight=[1, 2, 3, 4], batch_size=3)
    trained(two, XOR, SHAPES[shape](SIDES), sample_weight=[1, 2, 3, 4], batch_size=3)

    assert weights(one) == weights(two)


def test_rows_of_tokens_are_no_column_whatever_the_batch():
    """One label or several for each example: a batch in which each has one is not another thing."""
    seen = []

    def loss(outputs, targets):
        seen.extend(targets)
        return nn.mse(outputs, [float(len(labels)) for labels in targets])

    labels = [[1], [0, 2], [2], [1]]
    trained(small(), XOR, labels, loss=loss, batch_size=1, epochs=2)

    assert sorted(seen) == sorted(labels * 2)


def test_several_candidates_may_be_one():
    """Rows of unequal length: a list of one score is the scores of one class."""

    class Choice(Module):
        def __init__(self):
            self.inner = small(nin=1)

        def forward(self, candidates):
            return [self.inner([float(x)]) for x in candidates]

    X, y = [[1, 2, 3], [4], [5, 6], [7]], [2, 0, 1, 0]
    found = trained(Choice(), X, y, loss="cross_entropy", batch_size=1, metrics="accuracy", lr=0.05,
                    epochs=40)  # fmt: skip

    assert found["accuracy"][-1] == 1.0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("model", MODELS)
def test_reports_and_boundaries(shape, model):
    y = SHAPES[shape](SIDES)
    for loss in (*LOSSES_OF_A_FIT.values(), "binary_cross_entropy"):
        plain = viz.report(small(), XOR, SIDES, loss=loss)
        found = viz.report(MODELS[model](), XOR, y, loss=loss)
        assert [row["grad_weights"] for row in found.rows] == [
            row["grad_weights"] for row in plain.rows
        ]

    ax = viz.plot_decision_boundary(MODELS[model](), XOR, y, resolution=3)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1"]
    plt.close(ax.figure)


def test_a_boundary_lies_where_accuracy_changes():
    model = small()
    trained(model, XOR, SIDES, epochs=1)
    rng = random.Random(0)
    X = [[rng.uniform(0, 1), rng.uniform(0, 1)] for _ in range(4)]
    drawn = []
    for options in ({}, {"threshold": 0.5}):
        ax = viz.plot_decision_boundary(model, X, resolution=5, **options)
        arrays = [part.get_array() for part in ax.collections]
        drawn.append([list(np.ravel(array)) for array in arrays if array is not None])

    assert drawn[0] == drawn[1]
    plt.close("all")


def test_what_is_a_column():
    assert column([[1.0], (2.0,), np.array([3.0])]) == [1.0, 2.0, 3.0]
    assert column([[1], [2, 3]]) == [[1], [2, 3]]
    assert column([[[1.0]]]) == [[[1.0]]]
    assert matched([[1.0], [2.0]], [1, 2]) == [1.0, 2.0]
    assert matched([[1.0], [2.0]], [[1, 0], [0, 1]]) == [[1.0], [2.0]]


ROWS = [[0.0, 1.0], [1.0, 0.5]]


def test_a_loss_that_expects_lists_of_one_is_told_what_comes():
    def of_lists(outputs, targets):
        return sum((o[0] - t) ** 2 for o, t in zip(outputs, targets, strict=True))

    with pytest.raises(TypeError) as error:
        trained(InLists(), ROWS, [0.0, 1.0], loss=of_lists)

    (note,) = error.value.__notes__
    assert note == (
        "if each target is one number, the loss also gets one number for each output, not a "
        "list of one: write output, not output[0]"
    )


def test_asking_the_loss_what_it_does_draws_no_random_numbers():
    """fit asks it about constant outputs, for the threshold of accuracy."""

    rng = random.Random()

    def noisy(outputs, targets):
        return nn.mse(outputs, targets) * rng.random()

    after = []
    for targets in ([0, 1], [0, 2]):  # of classes it asks
        rng.seed(1)
        trained(small(), ROWS, targets, loss=noisy, epochs=1, rng=rng)
        after.append(rng.random())

    assert after[0] == after[1]
