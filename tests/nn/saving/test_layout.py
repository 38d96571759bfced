"""Names and shapes of tensors: they follow from the names of the parameters."""

import pytest
from hypothesis import given

from nn import MLP, Layer, Module, Neuron, Parameter, Sequential
from nn.other_layers import Embedding, LayerNorm
from nn.saving.layout import layout, tensors

from ..refusals import refused
from .models import models, tied


class Holding(Module):
    def __init__(self, **attributes):
        vars(self).update(attributes)


def shapes(model):
    return {name: place.shape for name, place in layout(model).items()}


def several(*numbers):
    return [Parameter(float(number)) for number in numbers]


def test_those_of_torchs_linear():
    assert shapes(Sequential(Layer(3, 2), Layer(2, 1, bias=False))) == {
        "layers.0.weight": (2, 3), "layers.0.bias": (2,), "layers.1.weight": (1, 2),
    }  # fmt: skip


def test_rows_are_neurons():
    layer = Layer(2, 2)
    for number, parameter in enumerate(layer.parameters()):
        parameter.data = float(number)

    found = tensors(layout(layer))

    assert found["weight"].numbers == [0.0, 1.0, 3.0, 4.0]
    assert found["bias"].numbers == [2.0, 5.0]


def test_other_parts_keep_the_names_of_their_attributes():
    model = Holding(norm=LayerNorm(3), letters=Embedding(5, 2), one=Neuron(2), slope=Parameter(1.0))

    assert shapes(model) == {
        "norm.gain": (3,), "norm.shift": (3,), "letters.weight": (5, 2), "one.w": (2,),
        "one.b": (), "slope": (),
    }  # fmt: skip


def test_indices_make_the_shape_to_any_depth():
    cube = [[several(1, 2), several(3, 4)], [several(5, 6), several(7, 8)]]
    place = layout(Holding(cube=cube))["cube"]

    assert place.shape == (2, 2, 2)
    assert place.numbers == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert place.names[5] == "cube.1.0.1"


def test_gaps_make_a_plain_list():
    shared = Parameter(0.0)

    assert shapes(Holding(ragged=[several(1, 2), several(3)])) == {"ragged": (3,)}
    assert shapes(Holding(a=shared, rows=[several(1, 2), [shared, *several(3)]])) == {
        "a": (), "rows": (3,),
    }  # fmt: skip
    assert shapes(Holding(table={10**12: Parameter(1.0), 3: Parameter(2.0)})) == {"table": (2,)}
    assert shapes(Holding(mixed=[Parameter(1.0), several(2)])) == {"mixed": (2,)}
    assert shapes(Holding(padded={"01": Parameter(1.0)})) == {"padded.01": ()}


def test_a_part_with_neurons_and_a_weight_of_its_own():
    own = Holding(weight=Parameter(1.0), neurons=[Neuron(2), Neuron(2)])

    assert shapes(own) == {
        "weight": (), "neurons.0.w": (2,), "bias": (2,), "neurons.1.w": (2,),
    }  # fmt: skip


def test_two_parameters_of_one_name_are_refused():
    with refused(
        ValueError,
        "two parameters are both named 'a.0': a dict in this model has a key with a dot in it; "
        "choose keys without dots",
    ):
        layout(Holding(a={"0": Parameter(1.0), 0: Parameter(2.0)}))


@given(model=models() | models().map(tied))
def test_every_parameter_is_in_one_place(model):
    found = [
        (name, parameter)
        for place in layout(model).values()
        if place.parameters
        for name, parameter in zip(place.names, place.parameters, strict=True)
    ]

    assert sorted(found) == sorted(model.named_parameters())


@pytest.mark.parametrize("sizes", [(1, [1]), (3, [5, 2])], ids=["small", "larger"])
def test_filling_is_the_way_back(sizes):
    model, other = MLP(*sizes), MLP(*sizes)

    for name, place in layout(other).items():
        place.fill(layout(model)[name].numbers)

    assert other.state_dict() == model.state_dict()
