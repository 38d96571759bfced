"""Habits of other packages: what their words become in `nn.fit`."""

import random

import numpy as np
import pytest

import nn
from autograd import Value
from nn import MLP, Module, mse

from .helpers import SIDES, XOR, line, small, trained, weights


def test_accuracy_suits_the_loss():
    """The README's XOR: mse learns 0 and 1, so 0.4 is class 0 and 0.6 class 1."""
    model = MLP(2, [8, 1], activation="tanh", rng=random.Random(0))
    options = {"loss": "mse", "metrics": ["accuracy"]}
    history = trained(model, XOR, SIDES, lr=0.05, epochs=200, **options)

    assert history["loss"][-1] < 0.01
    assert history["accuracy"][-1] == 1.0
    assert nn.evaluate(model, XOR, SIDES, **options)["accuracy"] == 1.0


def test_targets_may_be_a_column():
    X, y = line()
    one, two = small(nin=1), small(nin=1)
    trained(one, X, np.array(y).reshape(-1, 1), metrics=["mae"])
    trained(two, X, y)

    assert weights(one) == weights(two)


def test_metrics_count_weights_as_well():
    model = MLP(1, [1], init="zeros")
    found = nn.evaluate(model, [[1.0], [2.0]], [1, 0], metrics=["accuracy", "mae"],
                        sample_weight=[3.0, 1.0])  # fmt: skip

    assert found == {"accuracy": 0.25, "mae": 0.75}


def test_a_loss_may_be_an_object_that_has_no_hash():
    class Squares:
        __hash__ = None

        def __call__(self, outputs, targets, *, reduction="mean"):
            return mse(outputs, targets, reduction=reduction)

    one, two = small(), small()
    options = {"metrics": "accuracy", "sample_weight": [1, 2, 3, 4]}
    trained(one, XOR, SIDES, loss=Squares(), **options)
    trained(two, XOR, SIDES, **options)

    assert weights(one) == weights(two)


@pytest.mark.parametrize("name", ["loss", "epoch", "val_x"])
def test_columns_of_the_history_are_no_names_for_metrics(name):
    with pytest.raises(ValueError, match=f"a metric cannot be called '{name}'"):
        trained(small(nin=1), *line(), metrics={name: "mae"})


def test_huge_losses_have_a_mean():
    X, y = [[1.0]] * 4, [1e154] * 4
    history = trained(MLP(1, [1], init="zeros"), X, y, optimizer="sgd", lr=0.0, batch_size=1)

    assert history["loss"] == pytest.approx([1e308] * 3)


def test_nothing_and_none_are_no_metrics_and_callbacks():
    history = trained(small(nin=1), *line(), metrics=None, callbacks=None)

    assert history.epochs == 3


@pytest.mark.parametrize("name", ["shuffle", "progress", "resume"])
def test_yes_is_no_true(name):
    with pytest.raises(TypeError, match=f"fit: {name} must be True or False"):
        trained(small(nin=1), *line(), **{name: "yes"})


def test_a_schedule_must_return_a_number():
    with pytest.raises(TypeError, match=r"the schedule must return a factor .* returned None at 0"):
        trained(small(nin=1), *line(), schedule=lambda epoch, epochs: None)


def test_a_model_whose_outputs_no_metric_could_take():
    class Two(Module):
        def __init__(self):
            self.inner = small(nin=1)

        def forward(self, x):
            return {"y": self.inner(x)}

    def loss(outputs, targets):
        return mse([output["y"] for output in outputs], targets)

    history = trained(Two(), *line(), loss=loss, validation=0.3)

    assert history.epochs == 3


def test_targets_that_are_values_can_be_measured():
    X, y = line()
    history = trained(small(nin=1), X, [Value(t) for t in y], metrics="mae")

    assert history["mae"] == trained(small(nin=1), X, y, metrics="mae")["mae"]


def test_the_learning_rate_may_be_set_by_a_callback():
    def halve(training):
        training.lr = training.lr / 2

    plain, scheduled = small(nin=1), small(nin=1)
    one = trained(plain, *line(), lr=0.4, callbacks=halve)
    two = trained(scheduled, *line(), lr=0.4, callbacks=halve, schedule=lambda *_: 1.0)

    assert one["lr"] == two["lr"] == [0.4, 0.2, 0.1]
    assert weights(plain) == weights(scheduled)
