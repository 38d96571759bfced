import math
import random

import pytest

from nn import MLP, Module, Parameter
from viz.say.layer_health import advice, measured
from viz.say.ranges import percent
from viz.see.recorded import recorded

BATCH = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]


def advised(model, batch):
    seen = recorded(model, batch, who="test")
    return advice(seen, measured(seen))


def test_of_many_dead_units_only_some_are_named():
    model = MLP(2, [20, 1], rng=random.Random(0))
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0

    assert advised(model, BATCH)[0].startswith(
        "layers.0: 20 of 20 units are dead (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more): "
        "their slope is 0 for all 3 examples, so no gradient reaches their weights."
    )


class Root(Module):
    """√w, whose slope at 0 is infinite."""

    def __init__(self, w):
        self.w = Parameter(w, label="w")

    def forward(self, x):
        return self.w.sqrt() * x[0]


@pytest.mark.parametrize(
    ("w", "sentence"),
    [
        (0.0, "The first gradient that is not finite arises: the parameter w has inf. Try a"),
        (math.inf, "The first value that is not finite arises: the parameter w has inf. Try a"),
    ],
    ids=["gradient", "value"],
)
def test_where_nan_begins_comes_first(w, sentence):
    assert advised(Root(w), BATCH)[0].startswith(sentence)


def test_saturation_is_mentioned_when_it_is_much():
    """A unit that says yes or no half of the time is how such units work."""
    model = MLP(2, [2, 1], activation="tanh", rng=random.Random(0))
    for neuron in model.layers[0].neurons:
        neuron.w[0].data, neuron.w[1].data, neuron.b.data = 1.0, 0.0, 0.0

    assert advised(model, [[5.0, 0.0], [1.0, 0.0]]) == []
    assert advised(model, [[5.0, 0.0], [6.0, 0.0], [1.0, 0.0]])[0].startswith(
        "layers.0: the tanh is saturated in 67 % of cases. Almost no gradient gets through."
    )


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.004, "<1 %"), (0.01, "1 %"), (1.0, "100 %"), (math.nan, "—")],
)
def test_a_share_in_words(share, said):
    assert percent(share) == said
