"""Structures in JSON, and what they refuse."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given

from nn import MLP, Layer, Module, Neuron, Parameter, Sequential
from nn.data import Standardise
from nn.saving import FormatError
from nn.saving.architecture import Architecture, built, described
from nn.saving.layout import layout

from ..refusals import refused
from .models import models


def count(model):
    return sum(len(place.numbers) for place in layout(model).values())


def shapes(model):
    return {name: place.shape for name, place in layout(model).items()}


@given(model=models())
def test_a_described_model_is_built_again(model):
    text = json.dumps(asdict(described(model)))

    again = built(Architecture(**json.loads(text)), count(model))

    assert repr(again) == repr(model)
    assert shapes(again) == shapes(model)


@given(model=models())
def test_a_description_describes_what_is_built_from_it(model):
    architecture = described(model)

    assert described(built(architecture, count(model))) == architecture


def test_a_part_is_written_once_after_what_it_is_made_of():
    layer = Layer(1, 1)
    inner = Sequential(layer, "tanh")

    parts = described(Sequential(inner, layer, inner)).parts

    assert [part["kind"] for part in parts] == ["Layer", "Activation", "Sequential", "Sequential"]
    assert parts[-1]["parts"] == [2, 0, 2]


def test_neurons_keep_the_scope_of_their_layer():
    layer = Layer(1, 2)
    layer.neurons[0].b = None
    again = built(described(layer), count(layer))

    assert [p.scope for p in again.parameters()] == [p.scope for p in layer.parameters()]
    assert again.parameters()[-1].scope == "neurons.1"


@pytest.mark.parametrize("within", [True, False], ids=["within a part", "of two parts"])
def test_a_model_with_a_parameter_in_two_places_is_unknown(within):
    model = Sequential(Neuron(2), Neuron(2, bias=False))
    model.layers[1].w[0] = model.layers[int(within)].w[1]

    assert not described(model).is_known


@pytest.mark.parametrize(
    "extend",
    [
        lambda model: setattr(model, "extra", Parameter(1.0)),
        lambda model: setattr(model.layers[0], "inner", [Layer(1, 1)]),
        lambda model: setattr(model.layers[0].neurons[0], "extra", {"a": Parameter(1.0)}),
        lambda model: setattr(model, "first", Standardise([0.0], [1.0])),
    ],
    ids=["parameter", "module", "in a neuron", "measured"],
)
def test_a_model_with_more_than_its_class_says_is_unknown(extend):
    model = MLP(1, [2, 1])
    extend(model)

    assert not described(model).is_known


@pytest.mark.parametrize("part", ["model", "layer", "neuron"])
def test_one_place_more_and_one_parameter_less_are_not_mistaken_for_each_other(part):
    model = MLP(1, [2, 1])
    parts = {"model": model, "layer": model.layers[0], "neuron": model.layers[0].neurons[1]}
    parts[part].extra = Parameter(1.0)
    model.layers[1].neurons[0].b = model.layers[0].neurons[0].b

    assert not described(model).is_known


def test_plain_attributes_do_no_harm():
    model = MLP(1, [1])
    model.name, model.epochs = "moons", 3

    assert described(model).is_known


def test_classes_of_ones_own_are_unknown():
    class Own(Module):
        pass

    assert described(Sequential(Own())) == Architecture("Sequential")


LAYER = {"kind": "Layer", "nin": 1, "nout": 1, "activation": "relu", "bias": True}


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ([3], "part 0 of its model has the kind None, which is unknown here"),
        (
            [{"kind": "os.system"}],
            "part 0 of its model has the kind 'os.system', which is unknown here",
        ),
        ([{"kind": "Module"}], "part 0 of its model has the kind 'Module', which is unknown here"),
        (
            [{"kind": "Layer"}],
            "the 'nin' of part 0 of its model (Layer) is None, which is impossible",
        ),
        (
            [{**LAYER, "nin": 0}],
            ("the 'nin' of part 0 of its model (Layer) is 0, which is impossible"),
        ),
        (
            [{**LAYER, "nin": True}],
            ("the 'nin' of part 0 of its model (Layer) is True, which is impossible"),
        ),
        (
            [{**LAYER, "bias": 1}],
            ("the 'bias' of part 0 of its model (Layer) is 1, which is impossible"),
        ),
        (
            [{**LAYER, "activation": "eval"}],
            (
                "it names a function 'eval', which is unknown here: "
                "add a function of your own with autograd.operation first"
            ),
        ),
        (
            [{**LAYER, "scope": 3}],
            "the 'scope' of part 0 of its model (Layer) is 3, which is impossible",
        ),
        (
            [LAYER, {"kind": "MLP", "parts": [1]}],
            ("the 'parts' of part 1 of its model (MLP) is [1], which is impossible"),
        ),
        (
            [LAYER, {"kind": "MLP", "parts": [-1]}],
            ("the 'parts' of part 1 of its model (MLP) is [-1], which is impossible"),
        ),
        (
            [LAYER, {"kind": "MLP", "parts": []}],
            ("the 'parts' of part 1 of its model (MLP) is [], which is impossible"),
        ),
        (
            [LAYER, {"kind": "MLP"}],
            "the 'parts' of part 1 of its model (MLP) is None, which is impossible",
        ),
        (
            [LAYER, {"kind": "MLP", "parts": [0, "relu"]}],
            ("part 1 of its model (MLP) has parts that are not a Layer"),
        ),
        ([LAYER, LAYER], "it describes parts that do not belong to the model"),
    ],
    ids=[
        "no dict",
        "code",
        "abstract",
        "no size",
        "zero",
        "true",
        "one",
        "function",
        "scope",
        "itself",
        "negative",
        "no parts",
        "unused",
        "wrong part",
        "no root",
    ],
)
def test_structures_that_are_none(parts, complaint):
    with refused(FormatError, complaint):
        built(Architecture("Layer", parts), 2)


def test_a_chain_of_nothing():
    with refused(
        FormatError, "the 'parts' of part 0 of its model (Sequential) is None, which is impossible"
    ):
        built(Architecture("Sequential", [{"kind": "Sequential"}]), 0)


@pytest.mark.parametrize("p", [1, True, "x", None, float("inf")], ids=str)
def test_numbers_are_finite_and_have_a_point(p):
    with pytest.raises(FormatError, match=r"which is impossible$"):
        built(Architecture("Dropout", [{"kind": "Dropout", "p": p}]), 0)


def test_the_checks_of_the_classes_hold_for_files_too():
    with refused(
        FormatError,
        "part 0 of its model (Dropout) cannot be built (Dropout(p): p is a probability from 0 to "
        "1, got 3; write 0.03 for 3 %)",
    ):
        built(Architecture("Dropout", [{"kind": "Dropout", "p": 3.0}]), 0)
