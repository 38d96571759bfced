import random

import pytest

from nn import MLP, Layer, Module, Neuron, Parameter, Sequential
from nn.overview import ITSELF, layerwise


def names(model):
    return [(layer.name, len(layer.parameters)) for layer in layerwise(model)]


class Scaled(Module):
    """A layer between two parameters of its own."""

    def __init__(self):
        self.gain = Parameter(1.0)
        self.inner = Layer(2, 3)
        self.shift = Parameter(0.0)

    def forward(self, x):
        return [self.gain * y + self.shift for y in self.inner(x)]


class Listing(Module):
    """micrograd's habit."""

    def __init__(self):
        self.hidden = (Parameter(1.0), Parameter(2.0))

    def parameters(self):
        return list(self.hidden)


class Column(Module):
    """A layer as micrograd writes it."""

    def __init__(self):
        self.neurons = [Scaled(), Scaled()]


def test_what_has_neurons_is_a_layer():
    assert names(Column()) == [(ITSELF, 22)]
    assert names(Sequential(Column(), Column())) == [("layers.0", 22), ("layers.1", 22)]


def test_whole_modules_are_layers_and_so_are_those_with_parameters_of_their_own():
    assert names(Neuron(2)) == [(ITSELF, 3)]
    assert names(Scaled()) == [(ITSELF, 2), ("inner", 9)]
    assert names(Sequential(Layer(2, 3), "relu", Scaled())) == [
        ("layers.0", 9),
        ("layers.1", 0),
        ("layers.2", 2),
        ("layers.2.inner", 9),
    ]
    assert names(Listing()) == [(ITSELF, 2)]


def test_what_is_shared_belongs_to_the_first():
    layer, second = Layer(2, 2), Layer(2, 2)
    second.neurons[0] = layer.neurons[0]

    assert names(Sequential(layer, layer)) == [("layers.0", 6)]
    assert names(Sequential(layer, second)) == [("layers.0", 6), ("layers.1", 3)]


@pytest.mark.parametrize(
    "model",
    [MLP(3, [4, 4, 1], rng=random.Random(0)), Scaled(), Listing(), Sequential("relu")],
    ids=["MLP", "Scaled", "Listing", "Sequential"],
)
def test_every_parameter_is_in_exactly_one_layer(model):
    found = [parameter for layer in layerwise(model) for parameter in layer.parameters]

    assert len(found) == len(model.parameters())
    assert {id(p) for p in found} == {id(p) for p in model.parameters()}
