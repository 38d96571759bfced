import itertools
import math

import pytest

from nn import MLP, SGD
from nn.training.callbacks import LayerStatistics
from nn.training.state import Callback

from .helpers import line, small, trained


class Steps(Callback):
    """Every step, written down whole."""

    def __init__(self):
        self.weights, self.grads = [], []

    def on_fit_begin(self, training):
        self.weights.append(self._of(training, "data"))

    def on_batch_end(self, training):
        self.weights.append(self._of(training, "data"))
        self.grads.append(self._of(training, "grad"))

    def _of(self, training, what):
        return [[getattr(p, what) for p in layer.parameters()] for layer in training.model.layers]


def norm(xs):
    return math.sqrt(sum(x * x for x in xs))


def test_the_columns_are_the_means_of_all_steps():
    """Computed once more from all weights and gradients of all steps."""
    X, y = line()
    steps = Steps()
    history = trained(
        small(nin=1), X, y, epochs=2, batch_size=5, callbacks=[steps, LayerStatistics()]
    )

    for layer in (0, 1):
        w, g = ([step[layer] for step in found] for found in (steps.weights, steps.grads))
        ratios = [
            norm([b - a for a, b in zip(before, after, strict=True)]) / norm(before)
            for before, after in itertools.pairwise(w)
        ]
        lengths = [norm(step) for step in g]
        for name, each in (("update_ratio", ratios), ("gradient_norm", lengths)):
            assert len(each) == 6
            assert history[f"layers.{layer}/{name}"] == pytest.approx(
                [sum(each[:3]) / 3, sum(each[3:]) / 3]
            )


def test_plain_descent_moves_by_the_learning_rate():
    X, y = line()
    model = MLP(1, [1], activation="linear", init=lambda nin, nout, rng: 2.0)
    history = trained(model, X, y, epochs=1, batch_size=None, optimizer=SGD(model, lr=0.5),
                      callbacks=[LayerStatistics()])  # fmt: skip

    assert history["layers.0/update_ratio"][0] == pytest.approx(
        0.5 * history["layers.0/gradient_norm"][0] / 2.0
    )


def test_frozen_layers_stand_still():
    X, y = line()
    model = small(nin=1)
    model.layers[0].freeze()
    history = trained(model, X, y, callbacks=[LayerStatistics()])

    assert history["layers.0/update_ratio"] == history["layers.0/gradient_norm"] == [0.0] * 3
    assert all(ratio > 0 for ratio in history["layers.1/update_ratio"])


def test_what_begins_at_zero_has_no_ratio_yet():
    X, y = line()
    history = trained(small(nin=1, init="zeros"), X, y, epochs=2, batch_size=None,
                      callbacks=[LayerStatistics()])  # fmt: skip

    assert math.isnan(history["layers.1/update_ratio"][0])
    assert history["layers.1/update_ratio"][1] > 0.0
