"""A model's structure in JSON: a list of parts, each after the parts that it contains.

As in scikit-learn, a part is described by the arguments of its constructor, which it keeps as
attributes with the same names. An argument's annotation says what a file may contain: a size, a
bool, a number, the name of a function. How the first weights are drawn is left out. A part that
contains others is described by a list of these: numbers are the positions of parts, texts name
functions.

A part that occurs twice is written once and referred to twice. The last part is the model. A model
with classes other than nn's is not described: it can be filled with the numbers of a file, but not
built from it. Nothing here recurses: models may be nested to any depth.

A new class of nn needs nothing here, unless it has numbers of its own (`_COUNTS`) or parts
(`_INSIDE`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from itertools import zip_longest
from typing import Any

from autograd import log_softmax, ops, scope, softmax

from .. import activations, containers, layers, other_layers
from ..activations import linear, name_of
from ..containers import ModuleList
from ..data import encoding
from ..layers import Layer, Linear, Neuron
from ..module import Module
from ..names import nearest
from ..walk import bottom_up
from .container import FormatError, fits, is_count
from .layout import columns

Facts = dict[str, Any]

KINDS: dict[str, type[Module]] = {
    name: cls
    for room in (activations, containers, encoding, layers, other_layers)
    for name, cls in vars(room).items()
    if isinstance(cls, type) and issubclass(cls, Module) and name[0] != "_"
}
del KINDS["Module"], KINDS["Unit"]  # these are base classes

# Classes that contain parts: the attribute that holds them, and the class of each.
_INSIDE: dict[type[Module], tuple[str, type]] = {
    Layer: ("neurons", Neuron),  # only if the neurons differ
    Linear: ("neurons", Neuron),
    layers.MLP: ("layers", Layer),
    containers.Sequential: ("layers", object),
    ModuleList: ("", Module),
}

# How many numbers a part has, known before it is built: a file that promises more than it contains
# is refused.
_COUNTS: dict[type[Module], Callable[..., int]] = {
    Neuron: lambda nin, bias, **_: nin + bias,
    Layer: lambda nin, nout, bias, **_: nout * (nin + bias),
    Linear: lambda nin, nout, bias: nout * (nin + bias),
    other_layers.LayerNorm: lambda size, affine, **_: 2 * size * affine,
    other_layers.RMSNorm: lambda size, affine, **_: size * affine,
    other_layers.Embedding: lambda count, size: count * size,
    encoding.Standardise: lambda nin: 2 * nin,
}

# What a file contains for an argument, by the argument's annotation.
FORMS: dict[str, Any] = {
    "int": lambda x: type(x) is int and x > 0,
    "bool": bool,
    "float": lambda x: type(x) is float and math.isfinite(x),
    "ActivationLike": str,
}

_NOT_SAID = frozenset({"nonlin", "init", "rng"})
_NEURONS = re.compile(r"(^|/)neurons\.[0-9]+$")  # a Layer adds this to its scope itself


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a file says about a model's structure; without ``parts``, only its class."""

    title: str
    parts: list[Any] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether a model can be built from it."""
        return bool(self.parts)


class _NamelessError(ValueError):
    """A function that has no name here."""


# --- describing -----------------------------------------------------------------------------------


def described(model: Module, *, strict: bool = False) -> Architecture:
    """The structure of a model, if its classes are nn's.

    >>> from nn import MLP
    >>> for part in described(MLP(2, [3, 1])).parts:
    ...     print(part)
    {'kind': 'Layer', 'nin': 2, 'nout': 3, 'activation': 'relu', 'bias': True, 'scope': 'layers.0'}
    {'kind': 'Layer', 'nin': 3, 'nout': 1, 'activation': 'linear', 'bias': True, \
'scope': 'layers.1'}
    {'kind': 'MLP', 'parts': [0, 1]}

    Every description can be built. So a model counts as unknown if it has extra parameters that its
    class does not define, or a parameter in several places.

    Raises
    ------
    ValueError
        if ``strict``, and only a function without a name stands in the way; otherwise such a model
        also counts as unknown.
    """
    unknown = Architecture(type(model).__name__)
    order: list[Module] = bottom_up(model, _modules_in)
    if any(KINDS.get(type(part).__name__) is not type(part) for part in order):
        return unknown
    positions = {id(part): position for position, part in enumerate(order)}
    parts: list[Facts] = []
    try:
        for part in order:
            parts.append(_facts(part, positions))
        _check(parts)
    except _NamelessError as error:
        if not strict:
            return unknown
        place = next(name for name, one in model.named_modules() if one is part)
        raise ValueError(
            f"save writes names, not code, and {place or 'this model'} has "
            f"the function {error}, which load would not find; add it with "
            "autograd.operation(..., is_activation=True), or save only the numbers with "
            "save(model, path, architecture=False) and give load the model to fill"
        ) from None
    except (FormatError, LookupError, AttributeError, TypeError):
        return unknown  # it contains itself, or its pieces were changed
    # The numbers of the parts, each in one place, and no others.
    of_parts = [p for part in order if _inside(part) is None for p in part.parameters()]
    counts = {len(of_parts), len(set(map(id, of_parts))), len(model.parameters())}
    measured = sum([len(column.names) for column in columns(model).values()])
    promised = sum(map(_numbers_in, parts)) - measured
    return Architecture(unknown.title, parts) if counts == {promised} else unknown


def _inside(part: Any) -> Sequence[Any] | None:
    """The Modules and functions in a part; None if its arguments describe it completely."""
    if isinstance(part, ModuleList):
        return list(part)
    if type(part) not in _INSIDE or (isinstance(part, Layer) and _is_uniform(part)):
        return None
    found: Sequence[Any] = getattr(part, _INSIDE[type(part)][0])
    return found


def _modules_in(part: Module) -> list[Module]:
    return [one for one in _inside(part) or () if isinstance(one, Module)]


def _is_uniform(layer: Layer) -> bool:
    """Whether its arguments describe it: all neurons are of one kind, and none occurs twice."""
    kinds = {(type(n), len(n.w), id(n.activate), n.b is None) for n in layer.neurons}
    return (
        len(kinds) == 1
        and type(one := layer.neurons[0]) is Neuron
        and len(set(map(id, layer.neurons))) == len(layer.neurons)
        and (type(layer) is not Linear or one.activate is linear)
    )


def _facts(part: Any, positions: Mapping[int, int]) -> Facts:
    """A part in JSON: its parts, or the arguments that build a part like it."""
    facts: Facts = {"kind": type(part).__name__}
    if (some := _inside(part)) is not None:
        facts["parts"] = [positions[id(x)] if isinstance(x, Module) else _named(x) for x in some]
    else:
        one = part.neurons[0] if isinstance(part, Layer) else part
        for key in map(_key, arguments(facts["kind"])):
            if key == "activation":
                facts[key] = _named(one.activate)
            else:
                facts[key] = one.b is not None if key == "bias" else getattr(part, key)
        # The scope in which it was made: pictures show it on its parameters.
        around = next((parameter.scope for parameter in part.parameters()), "")
        if around := _NEURONS.sub("", around) if isinstance(part, Layer) else around:
            facts["scope"] = around
    if not part.training:
        facts["training"] = False
    return facts


def difference(own: Architecture, other: Architecture) -> str:
    """Where two structures with the same tensors differ; training modes may differ."""
    nothing: Facts = {}
    pairs = zip_longest(own.parts, other.parts, fillvalue=nothing)
    for position, (mine, its) in enumerate(pairs):
        for key in {**mine, **its}:  # the kind comes first
            here, there = mine.get(key), its.get(key)
            if here != there and key not in {"scope", "training"}:
                return f"the {key} of part {position} is {there} there, and {here} here"
    return ""


# --- reading and building -------------------------------------------------------------------------


def built(architecture: Architecture, numbers: int) -> Module:
    """A model with that structure, all zeros; the file has ``numbers`` numbers for it."""
    _check(architecture.parts)
    promised = sum(map(_numbers_in, architecture.parts))
    if promised != numbers:
        raise FormatError(f"it describes a model with {promised} numbers, but holds {numbers}")
    modules: list[Module] = []
    for facts in architecture.parts:
        with scope(facts["scope"]) if facts.get("scope") else nullcontext():
            modules.append(_built(facts, modules))
    for module, facts in zip(modules, architecture.parts, strict=True):
        if facts.get("training") is False:
            # Only for this Module, not for its parts: each of them has its own entry.
            for one in [module] if "parts" in facts else module.modules():
                one.training = False
    return modules[-1]


def _check(parts: Sequence[Any]) -> None:
    """Raise unless each part is valid, as far as can be seen before building, and all are used."""
    used: set[int] = set()
    for position, facts in enumerate(parts):
        kind = facts.get("kind") if isinstance(facts, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            raise FormatError(
                f"part {position} of its model has the kind {kind!r:.60}, which is unknown here"
            )
        forms: Facts = {"scope": str}
        if "parts" in facts or (KINDS[kind] in _INSIDE and KINDS[kind] not in _COUNTS):
            forms["parts"] = _form_of_parts(KINDS[kind], position)
        else:
            forms |= {_key(name): FORMS[of] for name, of in arguments(kind).items()}
        for key, form in forms.items():
            if not fits({"scope": "", **facts}.get(key), form):
                raise FormatError(
                    f"the {key!r} of {_where(facts, position)} is {facts.get(key)!r:.60}, which is "
                    "impossible"
                )
        used.update([one for one in facts.get("parts", ()) if isinstance(one, int)])
    if len(used) != len(parts) - 1:
        raise FormatError("it describes parts that do not belong to the model")


def _form_of_parts(cls: type[Module], position: int) -> Callable[[Any], bool]:
    """A test for the list of contents: functions, and parts before this one."""

    def is_before(one: Any) -> bool:
        return isinstance(one, str) or (is_count(one) and one < position)

    return lambda parts: (
        cls in _INSIDE and fits(parts, [is_before]) and bool(parts or cls is ModuleList)
    )


def _built(facts: Facts, before: Sequence[Module]) -> Module:
    """A part with all zeros, made from those that were built before it."""
    cls, where = KINDS[facts["kind"]], _where(facts, len(before))
    if "parts" not in facts:
        make = _maker(cls)
        given = {name: _found(facts[_key(name)]) for name in arguments(facts["kind"])}
        if "init" in signature(make).parameters:
            given["init"] = "zeros"
        try:
            return make(**given)
        except (ValueError, TypeError, OverflowError) as error:  # from the part's own checks
            raise FormatError(f"{where} cannot be built ({error})") from None
    inside: list[Any] = [before[x] if isinstance(x, int) else _found(x) for x in facts["parts"]]
    attribute, kind = _INSIDE[cls]
    if not all(isinstance(one, kind) for one in inside):
        raise FormatError(f"{where} has parts that are not a {kind.__name__}")
    if cls is ModuleList:
        return ModuleList(inside)
    module = cls.__new__(cls)  # its __init__ would make other parts
    setattr(module, attribute, inside)
    return module


def _numbers_in(facts: Facts) -> int:
    """How many numbers a part itself has."""
    count = _COUNTS.get(KINDS[facts["kind"]])
    if count is None or "parts" in facts:
        return 0
    return count(**{name: facts[_key(name)] for name in arguments(facts["kind"])})


def _where(facts: Facts, position: int) -> str:
    return f"part {position} of its model ({facts['kind']})"


# --- arguments, and the functions that a file may name --------------------------------------------


@cache
def arguments(kind: str) -> dict[str, str]:
    """The arguments of a class that are written to files, each with its annotation."""
    known = signature(_maker(KINDS[kind])).parameters
    return {name: p.annotation for name, p in known.items() if name not in _NOT_SAID}


def _maker(cls: type[Module]) -> Callable[..., Module]:
    return _standardise if cls is encoding.Standardise else cls


def _standardise(nin: int) -> Module:
    """One without its numbers, which are tensors and come later, see `layout`."""
    return encoding.Standardise([0.0] * nin, [1.0] * nin)


def _key(argument: str) -> str:
    return argument.rstrip("_")  # activation_ has that name because of a function


def _functions() -> dict[str, Callable[..., Any]]:
    """Activations, operations with one operand (also custom ones), softmax."""
    unary = {name: op for name, op in ops.ALL.items() if op.arity == 1}
    return {**activations.activations(), **unary, "softmax": softmax, "log_softmax": log_softmax}


def _named(function: Callable[..., Any]) -> str:
    """The name under which `_found` finds this very function."""
    name = name_of(function)
    if _functions().get(name) is not function:
        raise _NamelessError(name)
    return name


def _found(x: Any) -> Any:
    """The function for a name; anything else as it is."""
    if not isinstance(x, str):
        return x
    functions = _functions()
    if x not in functions:
        match = nearest(x, functions)
        raise FormatError(
            f"it names a function {x!r:.60}, which is unknown here: "
            f"{f'the nearest is {match!r}; ' if match else ''}"
            "add a function of your own with autograd.operation first"
        )
    return functions[x]
