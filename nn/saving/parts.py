"""How a part of a model is written down and built again: by the arguments of its constructor.

As in scikit-learn a part keeps an argument as an attribute of the same name. The annotation says
what may stand in a file: a size, a truth value, a number, the name of a function. How the first
weights are drawn is left out. What is made of other parts is written down as a list of these.

A new class of nn needs nothing here, unless it has numbers of its own (`_COUNTS`) or parts
(`_INSIDE`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from inspect import signature
from types import ModuleType
from typing import Any

from autograd import log_softmax, ops, softmax

from .. import activations, containers, layers, other_layers
from ..activations import linear, name_of
from ..containers import ModuleList
from ..data import encoding
from ..layers import Layer, Linear, Neuron
from ..module import Module
from ..names import nearest
from .container import FormatError, is_count

Facts = dict[str, Any]


_ROOMS: tuple[ModuleType, ...] = (activations, containers, encoding, layers, other_layers)

KINDS: dict[str, type[Module]] = {
    name: cls
    for room in _ROOMS
    for name, cls in vars(room).items()
    if isinstance(cls, type)
    and issubclass(cls, Module)
    and cls not in {Module, layers.Unit}
    and name[0] != "_"
}

# What is made of parts: the attribute that holds them, and what each of them is.
_INSIDE: dict[type[Module], tuple[str, type]] = {
    Layer: ("neurons", Neuron),  # if these differ
    Linear: ("neurons", Neuron),
    layers.MLP: ("layers", Layer),
    containers.Sequential: ("layers", object),
    ModuleList: ("", Module),
}

# How many numbers a part has of its own, known before it is built: a file that promises more than
# it holds is refused.
_COUNTS: dict[type[Module], Callable[..., int]] = {
    Neuron: lambda nin, bias, **_: nin + bias,
    Layer: lambda nin, nout, bias, **_: nout * (nin + bias),
    Linear: lambda nin, nout, bias: nout * (nin + bias),
    other_layers.LayerNorm: lambda size, affine, **_: 2 * size * affine,
    other_layers.RMSNorm: lambda size, affine, **_: size * affine,
    other_layers.Embedding: lambda count, size: count * size,
    encoding.Standardise: lambda nin: 2 * nin,
}

_NOT_SAID = frozenset({"nonlin", "init", "rng"})


def _standardise(nin: int) -> Module:
    """One whose numbers are still to come: these are tensors, see `layout.Column`."""
    return encoding.Standardise([0.0] * nin, [1.0] * nin)


_MAKERS: dict[type[Module], Callable[..., Module]] = {encoding.Standardise: _standardise}


# --- written down ---------------------------------------------------------------------------------


def inside(part: Any) -> Sequence[Any] | None:
    """What a part is made of, Modules and functions; None if its arguments say all of it."""
    if isinstance(part, ModuleList):
        return list(part)
    if type(part) not in _INSIDE or (isinstance(part, Layer) and _is_uniform(part)):
        return None
    found: Sequence[Any] = getattr(part, _INSIDE[type(part)][0])
    return found


def _is_uniform(layer: Layer) -> bool:
    """Whether its arguments say it all: every neuron is of the same kind, none comes twice."""
    kinds = {(type(n), len(n.w), id(n.activate), n.b is None) for n in layer.neurons}
    return (
        len(kinds) == 1
        and type(one := layer.neurons[0]) is Neuron
        and len(set(map(id, layer.neurons))) == len(layer.neurons)
        and (type(layer) is not Linear or one.activate is linear)
    )


def facts_of(part: Module) -> Facts:
    """The arguments with which its class builds one like it."""
    return {_key(name): _fact(part, _key(name)) for name in _arguments(type(part).__name__)}


def _fact(part: Any, key: str) -> Any:
    one = part.neurons[0] if isinstance(part, Layer) else part
    if key == "activation":
        return named(one.activate)
    return one.b is not None if key == "bias" else getattr(part, key)


@cache
def _arguments(kind: str) -> dict[str, str]:
    """The arguments that are written down, each with its annotation."""
    known = signature(_MAKERS.get(KINDS[kind], KINDS[kind])).parameters
    return {name: p.annotation for name, p in known.items() if name not in _NOT_SAID}


def _key(argument: str) -> str:
    return argument.rstrip("_")  # activation_ is called so because of a function


# --- read, and built ------------------------------------------------------------------------------


def check(facts: Any, position: int) -> None:
    """Whether a part in a file is right as far as it shows before it is built.

    It may be made of parts before it.
    """
    kind = facts.get("kind") if isinstance(facts, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise FormatError(f"part {position} of its model is of the kind {kind!r:.60}, unknown here")
    where, scope = _where(facts, position), facts.get("scope", "")
    if not isinstance(scope, str):
        raise FormatError(f"the 'scope' of {where} is {scope!r:.60}, not text")
    if "parts" in facts or (KINDS[kind] in _INSIDE and KINDS[kind] not in _COUNTS):
        _check_parts(facts.get("parts"), position, where, KINDS[kind])
        return
    for name, annotation in _arguments(kind).items():
        if (key := _key(name)) not in facts:
            raise FormatError(f"{where} has no {key!r}")
        is_right, complaint = _ARGUMENTS[annotation]
        if not is_right(facts[key]):
            raise FormatError(f"the {key!r} of {where} is {facts[key]!r:.60}, {complaint}")


def numbers_in(facts: Facts) -> int:
    """How many numbers of its own such a part has."""
    count = _COUNTS.get(KINDS[facts["kind"]])
    return 0 if count is None or "parts" in facts else count(**_given(facts))


def built(facts: Facts, before: Sequence[Module]) -> Module:
    """Such a part, all zeros, of those that were built before it."""
    cls, where = KINDS[facts["kind"]], _where(facts, len(before))
    if "parts" not in facts:
        make = _MAKERS.get(cls, cls)
        zeros = {"init": "zeros"} if "init" in signature(make).parameters else {}
        try:
            return make(**_given(facts), **zeros)
        except (ValueError, TypeError, OverflowError) as error:  # a part's own checks
            raise FormatError(f"{where} cannot be built ({error})") from None
    inside: list[Any] = [
        found(one) if isinstance(one, str) else before[one] for one in facts["parts"]
    ]
    attribute, kind = _INSIDE[cls]
    if not all(isinstance(one, kind) for one in inside):
        raise FormatError(f"{where} has parts that are not a {kind.__name__}")
    if cls is ModuleList:
        return ModuleList(inside)
    module = cls.__new__(cls)  # its __init__ would make other parts
    setattr(module, attribute, inside)
    return module


def _given(facts: Facts) -> Facts:
    """The facts as arguments of the constructor."""
    given = {name: facts[_key(name)] for name in _arguments(facts["kind"])}
    return {name: found(x) if isinstance(x, str) else x for name, x in given.items()}


def _where(facts: Facts, position: int) -> str:
    return f"part {position} of its model ({facts['kind']})"


_ARGUMENTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "int": (lambda x: type(x) is int and x > 0, "not a whole number from 1 on"),
    "bool": (lambda x: type(x) is bool, "neither true nor false"),
    "float": (lambda x: type(x) is float and math.isfinite(x), "not a finite float"),
    "ActivationLike": (lambda x: type(x) is str, "not the name of a function"),
}


def _check_parts(parts: Any, position: int, where: str, cls: type[Module]) -> None:
    if cls not in _INSIDE or not isinstance(parts, list) or not (parts or cls is ModuleList):
        raise FormatError(f"the 'parts' of {where} are {parts!r:.60}, not a list of parts")
    for one in parts:
        if not isinstance(one, str) and not (is_count(one) and one < position):
            raise FormatError(f"{where} contains {one!r:.60}, which is not a part before it")


# --- functions that a file may name ---------------------------------------------------------------


class NamelessError(ValueError):
    """A function that has no name here."""


def _known() -> dict[str, Callable[..., Any]]:
    """Activations, operations of one operand (those of `autograd.operation` too), softmax."""
    unary = {name: op for name, op in ops.ALL.items() if op.arity == 1}
    return {**activations.activations(), **unary, "softmax": softmax, "log_softmax": log_softmax}


def named(function: Callable[..., Any]) -> str:
    """The name under which `found` finds just this function.

    >>> named(softmax)
    'softmax'
    """
    name = name_of(function)
    if _known().get(name) is not function:
        raise NamelessError(name)
    return name


def found(name: str) -> Callable[..., Any]:
    """The function that was written as ``name``."""
    functions = _known()
    if name not in functions:
        match = nearest(name, functions)
        hint = f"the nearest is {match!r}; " if match else ""
        raise FormatError(
            f"it names a function {name!r:.60}, which is not known here: {hint}"
            "one of your own is known once autograd.operation has added it"
        )
    return functions[name]
