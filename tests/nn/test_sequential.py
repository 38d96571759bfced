"""Parts one after the other."""

import copy
import pickle
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Graph, Value, softmax
from nn import MLP, Activation, Layer, Module, Sequential
from nn.activations import activations
from nn.losses import cross_entropy
from nn.other_layers import Dropout, Embedding, LayerNorm, RMSNorm

from .refusals import refused


def test_each_part_gets_what_the_one_before_returned():
    rng = random.Random(0)
    mlp = MLP(2, [3, 2], activation="tanh", rng=rng)
    parts = Sequential(
        Layer(2, 3, nonlin=False), Activation("tanh"), Layer(3, 2, nonlin=False), "linear"
    )
    for ours, theirs in zip(parts.parameters(), mlp.parameters(), strict=True):
        ours.data = theirs.data

    assert [y.data for y in parts([1.0, 2.0])] == [y.data for y in mlp([1.0, 2.0])]


def test_a_layer_of_one_neuron_feeds_the_next():
    model = Sequential(Layer(2, 1), "tanh", Layer(1, 2))

    assert len(model([1.0, 2.0])) == 2


def test_functions_get_all_at_once_and_operations_each():
    model = Sequential(Layer(2, 3), autograd.tanh, softmax, sum)

    assert isinstance(model.layers[1], Activation)
    assert model([1.0, 2.0]).data == pytest.approx(1.0)


@pytest.mark.parametrize(
    "x", [[Value(-1.0), Value(2.0)], (-1.0, 2.0), np.array([-1.0, 2.0])], ids=repr
)
def test_an_activation_of_a_list(x):
    ys = Activation("relu")(x)

    assert [y.data if isinstance(y, Value) else y for y in ys] == [0.0, 2.0]


def test_an_activation_of_one_number():
    assert Activation("relu")(Value(2.0)).data == 2.0
    assert Activation("relu")(-2.0) == 0.0


def test_an_activation_has_its_name():
    assert (Activation("gelu").activation, Activation(None).activation) == ("gelu", "linear")
    assert repr(Activation("gelu")) == "Activation(gelu)"


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="unknown activation 'tahn'; did you mean 'tanh'"):
        Sequential(Layer(2, 1), "tahn")


def test_a_wrong_width_is_found_at_the_call():
    model = Sequential(Layer(2, 3), Layer(4, 1))

    with refused(ValueError, "Layer(4 -> 1) got 3 inputs; pass 4 numbers, or build Layer(3, 1)"):
        model([1.0, 2.0])


@pytest.mark.parametrize(
    ("parts", "error", "text"),
    [
        (
            (),
            ValueError,
            "Sequential has no parts; write Sequential(Layer(2, 16), Layer(16, 1))",
        ),
        (
            ([Layer(2, 1)],),
            TypeError,
            (
                "Sequential takes Modules, names of activations and functions, got a list as part "
                "0; write Sequential(*layers)"
            ),
        ),
        (
            (Layer(2, 1), 3),
            TypeError,
            "Sequential takes Modules, names of activations and functions, got a int as part 1",
        ),
        (
            (Layer(2, 1), MLP),
            TypeError,
            "Sequential takes Modules, got the class MLP as part 1; write MLP(...)",
        ),
    ],
)
def test_what_is_no_part(parts, error, text):
    with refused(error, text):
        Sequential(*parts)


def test_repr():
    class Own(Module):
        pass

    model = Sequential(Layer(2, 1), "tanh", softmax, Own())

    assert repr(model) == "Sequential(Layer(2 -> 1, relu), Activation(tanh), softmax, Own())"


# --- parts of every kind --------------------------------------------------------------------------


def every_part(seed=0):
    """A model of all parts that take and give a list of numbers."""
    rng = random.Random(seed)
    return Sequential(
        Layer(3, 4, activation=None, rng=rng),
        LayerNorm(4),
        *activations(),
        Dropout(0.5, rng=rng),
        RMSNorm(4),
        Layer(4, 2, activation=None, rng=rng),
        "log_softmax",
        "softmax",
    )


inputs = st.lists(st.floats(-10, 10), min_size=3, max_size=3)


def recorded(model, x):
    """What was recorded, without the numbers."""
    nodes = Graph(model([Value(number) for number in x]))
    return [(node.op and node.op.name, node.operands, node.scope, node.kind) for node in nodes]


@pytest.mark.parametrize("training", [True, False])
@given(inputs, inputs)
def test_what_is_computed_does_not_depend_on_the_numbers(training, x, y):
    """So that a recording of one example is one of every other."""
    first, second = every_part().train(training), every_part().train(training)

    assert recorded(first, x) == recorded(second, y)


@pytest.mark.parametrize("training", [True, False])
@given(st.integers(0, 2**32))
def test_the_slopes_of_all_parts_together_are_the_measured_ones(training, seed):
    """At the numbers of smooth activations; relu and leaky_relu have corners."""
    rng = random.Random(seed)
    model = Sequential(
        *[part for part in every_part(seed).layers if "relu" not in getattr(part, "activation", "")]
    ).train(training)
    x = [rng.uniform(-2.0, 2.0) for _ in range(3)]
    dropout = next(part for part in model.layers if isinstance(part, Dropout))
    state = dropout.rng.getstate()

    def loss():
        dropout.rng.setstate(state)
        return model(x)[0]

    loss().backward()

    for parameter in rng.sample(model.parameters(), 5):
        number, ends = parameter.data, []
        for step in (1e-5, -1e-5):
            parameter.data = number + step
            ends.append(loss().data)
        parameter.data = number
        assert parameter.grad == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4, abs=1e-7)


def test_nodes_are_marked_with_their_part():
    scopes = {node.scope for node in Graph(every_part().eval()([Value(1.0)] * 3))}

    assert {"layers.1", "layers.3", "layers.14"} <= scopes


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301 - our own bytes
                         ids=["deepcopy", "pickle"])  # fmt: skip
def test_a_copy_of_all_parts_computes_the_same(copied):
    model = every_part()
    model.layers[1].freeze()

    other = copied(model)

    assert repr(other) == repr(model)
    assert other.summary() == model.summary()
    for _ in range(3):  # the draws of Dropout too
        assert [y.data for y in other([1.0, 2.0, 3.0])] == [y.data for y in model([1.0, 2.0, 3.0])]


def test_letters_are_learned():
    """An embedding, a hidden layer with all that helps it, and a loss over classes."""
    rng = random.Random(1)
    model = Sequential(
        Embedding(4, 3, rng=rng),
        Layer(3, 8, activation="gelu", rng=rng),
        LayerNorm(8),
        Dropout(0.1, rng=rng),
        Layer(8, 4, activation=None, rng=rng),
    )
    pairs = [(0, 2), (1, 3), (2, 1), (3, 0)]
    for _ in range(150):
        loss = cross_entropy([model(x) for x, _ in pairs], [y for _, y in pairs])
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= 0.3 * parameter.grad
    model.eval()

    for x, y in pairs:
        scores = [score.data for score in model(x)]
        assert scores.index(max(scores)) == y
