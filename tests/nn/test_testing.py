"""Drawn networks fit their losses, lie away from kinks, and shrink to small ones."""

import copy
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, grad
from autograd.testing import check_gradients
from autograd.testing.places import MARGIN
from nn import MLP, Dropout, Layer, Module, Sequential
from nn.losses import LOSSES, mse
from nn.testing import as_function, networks
from tests.needs import NIGHTLY

from ..autograd.testing.draws import discarded, smallest

EVERY_LOSS = pytest.mark.parametrize("loss", sorted(LOSSES))


@EVERY_LOSS
@given(data=st.data())
def test_a_network_and_its_data_fit_the_loss(loss, data):
    model, X, y = data.draw(networks(loss=loss))
    value = LOSSES[loss]([model(x) for x in X], y)

    assert len(X) == len(y)
    assert math.isfinite(value.data)
    for node in Graph(value):
        if node.op is not None and node.grad is not None:
            assert all(abs(distance) > MARGIN for distance in node.op.kinks(*node.inputs))


@given(networks(inputs=2, outputs=3, max_layers=2))
def test_sizes_are_as_asked(drawn):
    model, X, y = drawn

    assert all(len(x) == 2 for x in X)
    assert len(model(X[0])) == 3
    assert all(len(target) == 3 for target in y)
    assert sum(type(part).__name__ == "Layer" for part in model.modules()) <= 2


# A share is measured in a hundred draws or not at all: by day for two kinds of targets.
@pytest.mark.parametrize("loss", sorted(LOSSES) if NIGHTLY else ["cross_entropy", "mse"])
def test_next_to_none_is_thrown_away(loss):
    assert discarded(networks(loss=loss), draws=100) < 0.1


@EVERY_LOSS
def test_networks_shrink_to_one_neuron_or_two(loss):
    model, X, _ = smallest(networks(loss=loss), lambda drawn: len(drawn[0].parameters()) > 1)

    assert len(model.layers) == 1
    assert X == [[0.0]]


def test_networks_of_all_kinds_are_drawn():
    drawn = [
        smallest(networks(), lambda drawn, kind=kind: kind in drawn[0].summary())
        for kind in ("LayerNorm", "RMSNorm", "gelu", "leaky_relu")
    ]

    assert [type(model) for model, _, _ in drawn] == [Sequential, Sequential, MLP, MLP]


@pytest.mark.parametrize(
    ("kwargs", "complaint"),
    [
        ({"inputs": 0}, r"networks\(inputs=0\), loss 'mse': give a whole number >= 1"),
        ({"max_layers": 1.5}, r"networks\(max_layers=1.5\)"),
        ({"outputs": 1, "loss": "cross_entropy"}, r"networks\(outputs=1\).* >= 2"),
        ({"loss": "mze"}, "unknown loss 'mze'"),
    ],
    ids=["no inputs", "half a layer", "one class", "no loss"],
)
def test_what_cannot_be_drawn_is_refused(kwargs, complaint):
    with pytest.raises(ValueError, match=complaint):
        networks(**kwargs)


# --- as_function ----------------------------------------------------------------------------------


@given(networks())
def test_the_function_has_the_gradient_that_backward_gives(drawn):
    model, X, y = drawn
    f, parameters = as_function(model, X, y, mse)
    found = grad(f)(parameters)
    mse([model(x) for x in X], y).backward()

    assert parameters == {name: p.data for name, p in model.named_parameters()}
    assert found == {
        name: pytest.approx(p.grad, rel=1e-12, abs=1e-12) for name, p in model.named_parameters()
    }


def test_without_targets_it_gives_the_outputs():
    model = MLP(2, [3], rng=random.Random(0))
    f, parameters = as_function(model, [[1.0, 2.0]])

    assert [y.data for y in f({name: Value(x) for name, x in parameters.items()})[0]] == [
        y.data for y in model([1.0, 2.0])
    ]


def test_a_shared_parameter_is_one_number_at_all_its_places():
    class Twice(Module):
        def __init__(self):
            self.inner = MLP(1, [1], rng=random.Random(0))
            self.again = self.inner

        def forward(self, x):
            return self.again([self.inner(x)])

    f, parameters = as_function(Twice(), [[1.0]], [0.0])

    assert list(parameters) == ["inner.layers.0.neurons.0.w.0", "inner.layers.0.neurons.0.b"]
    parameters["inner.layers.0.neurons.0.w.0"] = 3.0
    assert f({name: Value(x) for name, x in parameters.items()}).data == 81.0


def test_the_model_stays_as_it_is_and_dropout_repeats_itself():
    model = Sequential(MLP(2, [8], rng=random.Random(0)), Dropout(0.5, rng=random.Random(1)))
    before = copy.deepcopy(model.state_dict())
    f, parameters = as_function(model, [[1.0, 2.0]], [[0.0] * 8])

    assert f(parameters) == f(parameters)
    assert model.state_dict() == before
    assert all(p.grad == 0.0 for p in model.parameters())


def test_dropout_drops_the_same_in_every_call():
    """Also one without an rng of its own; and nobody else's draws are disturbed."""
    random.seed(3)
    model = Sequential(Layer(2, 4, rng=random.Random(0)), Dropout(0.5), Layer(4, 1, nonlin=False))
    f, parameters = as_function(model, [[1.0, 2.0]], [1.0])
    before = random.getstate()

    assert check_gradients(f, parameters).outcome in {"right", "kink"}
    assert random.getstate() == before
