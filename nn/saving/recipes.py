"""How each class of nn is written down and built again: one row a class.

A row says, of a part of a model, which facts tell how to build it (`describe`), which other parts
it is made of (`parts`), how many numbers of its own it has (`count`, known before it is built, so
that a file which promises more than it holds is refused) and how to build it (`build`).

Facts are whole numbers, truth values, texts and lists of these; a function is its name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd import Value

from ..activations import (
    ELU,
    GELU,
    Activation,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from ..containers import ModuleList, Sequential
from ..data.encoding import Standardise
from ..layers import MLP, Layer, Linear, Neuron
from ..module import Module
from ..other_layers import Dropout, Embedding, LayerNorm, RMSNorm
from .errors import FormatError
from .functions import Function, found, named

Facts = dict[str, Any]


class Entry:
    """The facts of one part as a file has them, checked as they are asked for."""

    def __init__(self, facts: Facts, where: str) -> None:
        self.facts = facts
        self.where = where

    def __contains__(self, name: str) -> bool:
        return name in self.facts

    def size(self, name: str) -> int:
        """A whole number from 1 on."""
        x = self._get(name)
        if isinstance(x, bool) or not isinstance(x, int) or x < 1:
            raise self._wrong(name, "not a whole number from 1 on")
        return x

    def flag(self, name: str) -> bool:
        """True or False."""
        x = self._get(name)
        if not isinstance(x, bool):
            raise self._wrong(name, "neither true nor false")
        return x

    def number(self, name: str) -> float:
        """A finite number."""
        x = self._get(name)
        if not isinstance(x, float) or not math.isfinite(x):
            raise self._wrong(name, "not a finite float")
        return x

    def function(self, name: str) -> Function:
        """A function, by its name."""
        return found(self._get(name))

    def items(self, name: str) -> list[Any]:
        """A list of anything, with something in it."""
        x = self._get(name)
        if not isinstance(x, list) or not x:
            raise self._wrong(name, "not a list of parts")
        return x

    def _get(self, name: str) -> Any:
        if name not in self.facts:
            raise FormatError(f"{self.where} has no {name!r}")
        return self.facts[name]

    def _wrong(self, name: str, what: str) -> FormatError:
        return FormatError(f"the {name!r} of {self.where} is {self.facts[name]!r:.60}, {what}")


def _no_parts(_: Any) -> Sequence[Any]:
    return ()


def _no_numbers(_: Entry) -> int:
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One row; ``parts`` are Modules and functions, as the Module calls them."""

    attributes: frozenset[str]  # where it keeps its parts and numbers
    describe: Callable[[Any], Facts]
    build: Callable[[Entry, list[Any]], Module]
    parts: Callable[[Any], Sequence[Any]] = _no_parts
    count: Callable[[Entry], int] = _no_numbers


_NEURON = frozenset({"w", "b", "activate"})


def _neuron(neuron: Neuron) -> Facts:
    return {
        "nin": neuron.nin,
        "activation": named(neuron.activate),
        "bias": neuron.b is not None,
    }


def _is_uniform(layer: Layer) -> bool:
    """Whether one line says it all: every neuron is of this kind, none comes twice."""
    kinds = {(type(n), len(n.w), id(n.activate), n.b is None) for n in layer.neurons}
    return (
        len(kinds) == 1
        and type(layer.neurons[0]) is Neuron
        and len(set(map(id, layer.neurons))) == len(layer.neurons)
    )


def _layer(layer: Layer) -> Facts:
    if not _is_uniform(layer):
        return {}
    return {"nout": layer.nout, **_neuron(layer.neurons[0])}


def _build_neuron(entry: Entry, _: list[Any]) -> Module:
    return Neuron(
        entry.size("nin"),
        activation=entry.function("activation"),
        init="zeros",
        bias=entry.flag("bias"),
    )


def _build_layer(cls: type[Layer], entry: Entry, parts: list[Any]) -> Module:
    if "parts" in entry:
        return _assembled(cls, "neurons", _all(Neuron, entry, parts))
    layer = Layer(
        entry.size("nin"),
        entry.size("nout"),
        activation=entry.function("activation"),
        init="zeros",
        bias=entry.flag("bias"),
    )
    return layer if cls is Layer else _assembled(cls, "neurons", layer.neurons)


def _count_neuron(entry: Entry) -> int:
    return entry.size("nin") + entry.flag("bias")


def _count_layer(entry: Entry) -> int:
    return 0 if "parts" in entry else entry.size("nout") * _count_neuron(entry)


def _assembled(cls: type[Module], attribute: str, parts: list[Any]) -> Module:
    """A Module around parts that are there already, which its ``__init__`` would make anew."""
    module = cls.__new__(cls)
    setattr(module, attribute, parts)
    return module


def _some(entry: Entry, parts: list[Any]) -> list[Any]:
    if not parts:
        raise FormatError(f"{entry.where} has no parts")
    return parts


def _all(cls: type[Module], entry: Entry, parts: list[Any]) -> list[Any]:
    if not parts or not all(isinstance(part, cls) for part in parts):
        raise FormatError(f"{entry.where} has parts that are not a {cls.__name__}")
    return parts


def _norm(norm: LayerNorm | RMSNorm) -> Facts:
    return {"size": norm.size, "eps": norm.eps, "affine": norm.affine}


def _recipe_of_norm(cls: type[LayerNorm | RMSNorm], attributes: set[str]) -> Recipe:
    each = len(attributes)  # the gain, the shift
    return Recipe(
        attributes=frozenset({"nin", "eps", *attributes}),
        describe=_norm,
        build=lambda entry, _: cls(entry.size("size"), entry.number("eps"), entry.flag("affine")),
        count=lambda entry: each * entry.size("size") * entry.flag("affine"),
    )


def _recipe_of_one_number(cls: Callable[[float], Module], name: str, attribute: str) -> Recipe:
    """For a class whose constructor takes one number, which it keeps under the same name."""
    return Recipe(
        attributes=frozenset({attribute}),
        describe=lambda module: {name: getattr(module, name)},
        build=lambda entry, _: cls(entry.number(name)),
    )


def _recipe_of_nothing(cls: type[Module]) -> Recipe:
    """For a class whose constructor takes no arguments."""
    return Recipe(attributes=frozenset({"activate"}), describe=lambda _: {}, build=lambda *_: cls())


RECIPES: dict[type[Module], Recipe] = {
    Neuron: Recipe(attributes=_NEURON, describe=_neuron, build=_build_neuron, count=_count_neuron),
    **{
        cls: Recipe(
            attributes=frozenset({"neurons"}),
            describe=_layer,
            build=partial(_build_layer, cls),
            count=_count_layer,
            parts=lambda layer: () if _is_uniform(layer) else layer.neurons,
        )
        for cls in (Layer, Linear)
    },
    MLP: Recipe(
        attributes=frozenset({"layers"}),
        describe=lambda _: {},
        build=lambda entry, parts: _assembled(MLP, "layers", _all(Layer, entry, parts)),
        parts=lambda mlp: mlp.layers,
    ),
    Sequential: Recipe(
        attributes=frozenset({"layers"}),
        describe=lambda _: {},
        build=lambda entry, parts: _assembled(Sequential, "layers", _some(entry, parts)),
        parts=lambda sequential: sequential.layers,
    ),
    ModuleList: Recipe(
        attributes=frozenset(),
        describe=lambda _: {},
        build=lambda entry, parts: ModuleList(_all(Module, entry, parts)),
        parts=list,
    ),
    Activation: Recipe(
        attributes=frozenset({"activate"}),
        describe=lambda part: {"activation": named(part.activate)},
        build=lambda entry, _: Activation(entry.function("activation")),
    ),
    **{
        cls: _recipe_of_nothing(cls)
        for cls in (ReLU, GELU, SiLU, Sigmoid, Softplus, Tanh, Softmax, LogSoftmax)
    },
    LeakyReLU: _recipe_of_one_number(LeakyReLU, "negative_slope", "activate"),
    ELU: _recipe_of_one_number(ELU, "alpha", "activate"),
    Dropout: _recipe_of_one_number(Dropout, "p", "p"),
    LayerNorm: _recipe_of_norm(LayerNorm, {"gain", "shift"}),
    RMSNorm: _recipe_of_norm(RMSNorm, {"gain"}),
    Embedding: Recipe(
        attributes=frozenset({"weight"}),
        describe=lambda embedding: {"count": embedding.count, "size": embedding.size},
        build=lambda entry, _: Embedding(entry.size("count"), entry.size("size"), init="zeros"),
        count=lambda entry: entry.size("count") * entry.size("size"),
    ),
    Standardise: Recipe(  # its numbers are in tensors: see `layout.Column`
        attributes=frozenset({"means", "scales"}),
        describe=lambda standardise: {"nin": standardise.nin},
        build=lambda entry, _: Standardise([0.0] * entry.size("nin"), [1.0] * entry.size("nin")),
        count=lambda entry: 2 * entry.size("nin"),
    ),
}


def has_more(module: Module) -> bool:
    """Whether somebody has given a Module attributes in which there may be parameters."""
    if isinstance(module, Layer) and any(_has_more(neuron, _NEURON) for neuron in module.neurons):
        return True
    return _has_more(module, RECIPES[type(module)].attributes)


def _has_more(module: Module, known: frozenset[str]) -> bool:
    others = vars(module).keys() - known
    return any(
        isinstance(vars(module)[name], (Module, Value, list, tuple, dict)) for name in others
    )
