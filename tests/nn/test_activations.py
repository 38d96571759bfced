"""Activations by name."""

import math

import pytest

import autograd
from autograd import Value, operation, ops
from nn import Neuron
from nn.activations import RELU_LIKE, activation, activations, linear, name_of

from .refusals import refused

EXPECTED = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "tanh": math.tanh,
    "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "softplus": lambda x: math.log(1.0 + math.exp(x)),
    "silu": lambda x: x / (1.0 + math.exp(-x)),
    "gelu": lambda x: 0.5 * x * (1.0 + math.erf(x / math.sqrt(2.0))),
    "elu": lambda x: x if x > 0.0 else math.exp(x) - 1.0,
    "leaky_relu": lambda x: x if x > 0.0 else 0.01 * x,
}


def test_these_have_names():
    assert set(activations()) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("x", [-1.5, 0.0, 0.75])
def test_a_name_is_its_function(name, x):
    assert activation(name)(Value(x)).data == pytest.approx(EXPECTED[name](x), rel=1e-12)
    assert name_of(activation(name)) == name


def test_none_is_linear():
    x = Value(2.0)

    assert activation(None) is linear
    assert linear(x) is x


def test_functions_are_taken_as_they_are():
    def cube(x):
        return x**3

    assert activation(cube) is cube
    assert name_of(cube) == "cube"
    assert name_of(autograd.tanh) == "tanh"


def test_an_object_that_can_be_called_is_named_after_its_class():
    class Swish:
        def __call__(self, x):
            return x

    assert name_of(Swish()) == "Swish"


def test_those_like_relu_have_names():
    assert set(activations()) > RELU_LIKE


def test_a_custom_operation_can_be_named():
    operation("test_bent", lambda x: x + x * x, lambda z, x: 1.0 + 2.0 * x, is_activation=True)
    try:
        neuron = Neuron(1, activation="test_bent", init=lambda nin, nout, rng: 1.0)

        assert neuron([3.0]).data == 12.0
    finally:
        del ops.ALL["test_bent"]


def test_a_custom_operation_of_two_operands_has_no_name_here():
    operation("test_two", lambda x, y: x, [lambda z, x, y: 1.0] * 2, is_activation=True)
    try:
        assert "test_two" not in activations()
    finally:
        del ops.ALL["test_two"]


def test_an_unknown_name():
    text = (
        "unknown activation 'Sigmoidd'; did you mean 'sigmoid'? There are: linear, tanh, relu, "
        "leaky_relu, elu, sigmoid, softplus, silu, gelu"
    )

    with refused(ValueError, text):
        activation("Sigmoidd")


def test_what_is_neither_name_nor_function():
    text = (
        "the activation must be a name, or a function of one Value, got 3; there are: linear, "
        "tanh, relu, leaky_relu, elu, sigmoid, softplus, silu, gelu"
    )

    with refused(TypeError, text):
        activation(3)
