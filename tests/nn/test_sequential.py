"""Parts one after the other."""

import random

import numpy as np
import pytest

import autograd
from autograd import Value, softmax
from nn import MLP, Activation, Layer, Module, Sequential

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
