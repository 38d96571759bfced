"""Names of other libraries: an error says ours, and nothing else takes notice of them."""

import copy
import inspect
import pickle
import re

import pytest

import autograd
import nn
from nn import MLP, Layer, Module, Parameter
from nn.elsewhere import IN_MODULES, IN_NN

from .refusals import refused


@pytest.mark.parametrize("name", IN_NN)
def test_a_name_that_nn_does_not_have(name):
    assert not hasattr(nn, name)
    assert name not in dir(nn)
    with refused(AttributeError, f"nn has no {name}; {IN_NN[name]}"):
        getattr(nn, name)


@pytest.mark.parametrize("name", IN_MODULES)
def test_a_name_that_modules_do_not_have(name):
    model = MLP(2, [1])

    for x in (model, MLP, Layer(1, 1), Module):
        assert not hasattr(x, name)
    assert name not in dir(model)
    with refused(AttributeError, f"MLP has no {name}; {IN_MODULES[name]}"):
        getattr(model, name)


def test_what_they_say_to_write_is_there():
    """Every name of ours in these sentences exists: nn.x, autograd.x, and keywords of fit."""
    found = 0
    for sentence in [*IN_NN.values(), *IN_MODULES.values()]:
        for module, path in re.findall(r"\b(nn|autograd)\.([A-Za-z_.]+)", sentence):
            thing = {"nn": nn, "autograd": autograd}[module]
            for name in path.strip(".").split("."):
                thing = getattr(thing, name)
            found += 1
        for keyword in re.findall(r"\b(clip_\w+)=", sentence):
            assert keyword in inspect.signature(nn.fit).parameters
    assert found > 20
    layer = Layer(2, 3, rng=0)
    assert len([neuron.w for neuron in layer.neurons]) == 3
    assert nn.Activation("linear")([1.0, -2.0]) == [1.0, -2.0]


def test_other_names_are_unknown_as_ever():
    with refused(AttributeError, "module 'nn' has no attribute 'Layr'"):
        nn.Layr  # noqa: B018
    with pytest.raises(AttributeError, match="'MLP' object has no attribute 'layrs'"):
        MLP(2, [1]).layrs  # noqa: B018


class Mixin:
    def fit(self):
        return "its own"


class Own(Module, Mixin):
    bias = True

    def __init__(self):
        self.weight = Parameter(2.0)

    def save(self):
        return "saved"


def test_names_of_ones_own_win():
    for own in (Own(), copy.deepcopy(Own()), pickle.loads(pickle.dumps(Own()))):  # noqa: S301
        assert (own.weight.data, own.bias, own.save(), own.fit()) == (2.0, True, "saved", "its own")
        assert {"weight", "bias", "save", "fit"} <= set(dir(own))
    assert Own.fit is Mixin.fit


def test_who_looks_through_all_attributes_meets_none_of_them():
    assert [name for name, _ in inspect.getmembers(MLP(2, [1])) if name in IN_MODULES] == []
