"""Names of other libraries: an error says ours, and nothing else takes notice of them."""

import copy
import inspect
import pickle
import re

import pytest

import autograd
import nn
import viz
from autograd import Value
from autograd.elsewhere import IN_AUTOGRAD, IN_VALUES
from nn import MLP, Layer, Module, Parameter
from nn.names import IN_CALLS, IN_MODULES, IN_NN

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
    tables = (IN_NN, IN_MODULES, IN_CALLS, IN_AUTOGRAD, IN_VALUES)
    for sentence in [sentence for table in tables for sentence in table.values()]:
        for module, path in re.findall(r"\b(nn|autograd|viz)\.([A-Za-z_.]+)", sentence):
            thing = {"nn": nn, "autograd": autograd, "viz": viz}[module]
            for name in path.strip(".").split("."):
                thing = getattr(thing, name)
            found += 1
        for keyword in re.findall(r"\b(clip_\w+)=", sentence):
            assert keyword in inspect.signature(nn.fit).parameters
    assert found > 60
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


@pytest.mark.parametrize("name", IN_AUTOGRAD)
def test_a_name_that_autograd_does_not_have(name):
    assert not hasattr(autograd, name)
    with refused(AttributeError, f"autograd has no {name}; {IN_AUTOGRAD[name]}"):
        getattr(autograd, name)


def test_names_that_viz_does_not_have():
    with refused(AttributeError, "viz has no draw_dot; write viz.draw(loss)"):
        viz.draw_dot  # noqa: B018
    with refused(AttributeError, "viz has no plot_loss; write viz.plot_history(history)"):
        viz.plot_loss  # noqa: B018


@pytest.mark.parametrize("name", IN_VALUES)
def test_a_name_that_values_do_not_have(name):
    """Nor can it be set: neither on a plain Value nor on a Parameter, which has room for others."""
    for x in (Value(2.0), Value(2.0) * 3.0, Parameter(1.0), autograd.constant(1.0)):
        assert not hasattr(x, name)
        assert name not in dir(x)
        text = f"{type(x).__name__} has no {name}; {IN_VALUES[name]}"
        with refused(AttributeError, text):
            getattr(x, name)
        with refused(AttributeError, text):
            setattr(x, name, None)
    assert not hasattr(Value, name)


def test_values_of_ones_own_may_have_these_names():
    class Sloped(Value):
        numel = 1

        def zero_grad(self):
            self.grad = 0.0

    x = Sloped(2.0)
    (x * x).backward()
    x.zero_grad()

    assert (x.grad, x.numel) == (0.0, 1)
    assert {"numel", "zero_grad"} <= set(dir(x))


def test_a_value_that_is_built_as_in_micrograd():
    a, b = Value(2.0), Value(3.0)
    text = (
        "Value takes a number and a label; Value(data, (a, b), '*') is for the Value of "
        "autograd.micrograd"
    )
    for given, named in [((6.0, (a, b)), {}), ((6.0, (a, b), "*"), {}), ((6.0,), {"_op": "*"})]:
        with refused(TypeError, text):
            Value(*given, **named)
