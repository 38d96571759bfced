"""A model's structure in JSON: a list of parts, each after those that it is made of.

A part that comes twice is written once, and referred to twice. The last part is the model. Models
with parts of other classes than nn's are not written down: such a model can be filled with its
numbers, and not built.

Nothing here recurses: models may be nested as deep as they like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, scope

from ..layers import Layer
from ..module import Module
from ..walk import bottom_up
from . import parts as kinds
from .container import FormatError
from .layout import columns, names

_NEURONS = re.compile(r"(^|/)neurons\.[0-9]+$")  # a Layer adds this itself


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a file says of a model's structure; without ``parts``, nothing but its class."""

    title: str
    parts: list[Any] = field(default_factory=list)
    shared: list[list[str]] = field(default_factory=list)  # [name, the name that has the number]

    @property
    def is_known(self) -> bool:
        """Whether a model can be built from it."""
        return bool(self.parts)


def described(model: Module) -> Architecture:
    """The structure of a model, as far as the classes of nn describe it.

    >>> from nn import MLP
    >>> for part in described(MLP(2, [3, 1])).parts:
    ...     print(part)
    {'kind': 'Layer', 'nin': 2, 'nout': 3, 'activation': 'relu', 'bias': True, 'scope': 'layers.0'}
    {'kind': 'Layer', 'nin': 3, 'nout': 1, 'activation': 'linear', 'bias': True, \
'scope': 'layers.1'}
    {'kind': 'MLP', 'parts': [0, 1]}

    What is written down can be built: a model to which somebody has added parameters that its class
    does not know of counts as unknown.

    Raises
    ------
    ValueError
        if a function in it has no name, and all else is known.
    """
    unknown = Architecture(type(model).__name__)
    order: list[Module] = bottom_up(model, _modules_in)
    if any(kinds.KINDS.get(type(part).__name__) is not type(part) for part in order):
        return unknown
    positions = {id(part): position for position, part in enumerate(order)}
    parts: list[dict[str, Any]] = []
    try:
        for part in order:
            parts.append(_entry(part, positions))
        _check(parts)
        owned = [part.parameters() if kinds.inside(part) is None else [] for part in order]
        pairs = _shared(model, parts, owned)
    except kinds.NamelessError as error:
        place = next(name for name, one in model.named_modules() if one is part)
        raise ValueError(
            f"save writes down names, no code, and {place or 'this model'} has "
            f"the function {error}, which load would not find; add it with "
            "autograd.operation(..., is_activation=True), or save the numbers alone with "
            "save(model, path, architecture=False) and give load the model to fill"
        ) from None
    except (FormatError, LookupError, AttributeError, TypeError):
        return unknown  # a part of itself, or taken to pieces, or with more than its class has
    _add_scopes(parts, order, owned)
    return Architecture(unknown.title, parts, pairs)


def built(architecture: Architecture, numbers: int) -> Module:
    """A model of that structure, all zeros; ``numbers`` is how many the file has for it."""
    _check(architecture.parts)
    promised, repeated = _promised(architecture.parts), len(architecture.shared)
    if promised != numbers + repeated:
        raise FormatError(
            f"it describes a model with {promised} numbers, of which {repeated} are shared, and "
            f"holds {numbers}"
        )
    model = _assembled(architecture.parts)
    _share(model, architecture.shared)
    return model


def difference(own: Architecture, other: Architecture) -> str:
    """Where two structures with the same tensors part; the modes of training may."""
    if len(own.parts) != len(other.parts):
        return f"one of {len(other.parts)} parts, and this {own.title} has {len(own.parts)}"
    for mine, its in zip(own.parts, other.parts, strict=True):
        for key in {**mine, **its}:  # the kind is the first
            here, there = mine.get(key), its.get(key)
            if here != there and key == "kind":
                return f"{there} there is {here} here"
            if here != there and key not in {"scope", "training"}:
                return f"the {key} of {mine['kind']} is {there} there, and {here} here"
    return ""


# --- parts ----------------------------------------------------------------------------------------


def _modules_in(part: Module) -> list[Module]:
    return [one for one in kinds.inside(part) or () if isinstance(one, Module)]


def _entry(part: Module, positions: Mapping[int, int]) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": type(part).__name__}
    some = kinds.inside(part)
    if some is None:
        entry |= kinds.facts_of(part)
    else:
        entry["parts"] = [
            positions[id(x)] if isinstance(x, Module) else kinds.named(x) for x in some
        ]
    if not part.training:
        entry["training"] = False
    return entry


def _add_scopes(
    parts: Sequence[dict[str, Any]], order: Sequence[Module], owned: Sequence[Sequence[Value]]
) -> None:
    """Say in which scope each part was made: pictures show it on its parameters.

    A parameter that several parts share was made in one of them, and nobody knows in which.
    """
    owners = Counter([id(parameter) for own in owned for parameter in own])
    for entry, part, own in zip(parts, order, owned, strict=True):
        around = next((p.scope for p in own if owners[id(p)] == 1), "")
        if isinstance(part, Layer):
            around = _NEURONS.sub("", around)
        if around:
            entry["scope"] = around


def _check(parts: Sequence[Any]) -> None:
    """Whether each is right, and all are of use."""
    for position, facts in enumerate(parts):
        kinds.check(facts, position)
    used = {one for facts in parts for one in facts.get("parts", ()) if isinstance(one, int)}
    if len(used) != len(parts) - 1:
        raise FormatError("it describes parts that belong to no model")


def _promised(parts: Sequence[Any]) -> int:
    """How many numbers a model of these parts has, if it shares none."""
    return sum(map(kinds.numbers_in, parts))


def _assembled(parts: Sequence[dict[str, Any]]) -> Module:
    modules: list[Module] = []
    for facts in parts:
        with scope(facts["scope"]) if facts.get("scope") else nullcontext():
            modules.append(kinds.built(facts, modules))
    for module, facts in zip(modules, parts, strict=True):
        if facts.get("training") is False:
            # What is made of parts speaks for itself alone: each of them has its own say.
            for one in [module] if "parts" in facts else module.modules():
                one.training = False
    return modules[-1]


# --- parameters that stand in several places ------------------------------------------------------


def _shared(
    model: Module, parts: Sequence[dict[str, Any]], owned: Sequence[Sequence[Value]]
) -> list[list[str]]:
    """[name, name of its first place] for each place whose parameter has another before it.

    ``owned`` are the parameters of each part.

    Raises
    ------
    FormatError, LookupError, AttributeError
        if the model has other numbers than those of its parts.
    """
    measured, first = _measured(model), names(model)
    places, numbers = _promised(parts), sum([count for (count,) in measured.values()])
    mine = [parameter for own in owned for parameter in own]
    if places - numbers == len(first) == len(mine) == len(set(map(id, mine))):
        return []  # as many parameters as places, and these are the places of the parts
    blank = _assembled(parts)
    origins = {id(parameter): name for name, parameter in first.items()}
    found = [(name, origins[id(_at(model, name))]) for name in names(blank)]
    pairs = [[name, origin] for name, origin in found if name != origin]
    _share(blank, pairs)
    if list(names(blank)) != list(first) or _measured(blank) != measured:
        raise FormatError("it has numbers of which its class does not know")
    return pairs


def _share(blank: Module, pairs: Sequence[Sequence[str]]) -> None:
    """Put the parameter of another place in each place that has none of its own."""
    places = names(blank) if pairs else {}
    for name, origin in pairs:
        if name not in places or origin not in places or name == origin:
            raise FormatError(
                f"it shares {origin!r:.60} with {name!r:.60}, which are not two of its places"
            )
    for name, origin in pairs:
        way, _, key = name.rpartition(".")
        owner = _at(blank, way) if way else blank
        if isinstance(owner, list):
            owner[int(key)] = places[origin]
        else:
            setattr(owner, key, places[origin])


def _at(model: Any, name: str) -> Any:
    """What lies at the end of a dotted name, in lists and Modules."""
    for key in name.split("."):
        model = model[int(key)] if isinstance(model, list) else getattr(model, key)
    return model


def _measured(model: Module) -> dict[str, tuple[int, ...]]:
    return {name: column.shape for name, column in columns(model).items()}
