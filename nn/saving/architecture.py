"""A model's structure in JSON: a list of parts, each after those that it is made of.

A part that comes twice is written once, and referred to twice. The last part is the model. Models
with parts of other classes than nn's are not written down: such a model can be filled with its
numbers, and not built.

Nothing here recurses: models may be nested as deep as they like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from autograd import scope

from ..layers import Layer
from ..module import Module
from ..walk import bottom_up
from . import parts as kinds
from .container import FormatError
from .layout import columns

_NEURONS = re.compile(r"(^|/)neurons\.[0-9]+$")  # a Layer adds this itself


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a file says of a model's structure; without ``parts``, nothing but its class."""

    title: str
    parts: list[Any] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether a model can be built from it."""
        return bool(self.parts)


def described(model: Module, *, strict: bool = False) -> Architecture:
    """The structure of a model, as far as the classes of nn describe it.

    >>> from nn import MLP
    >>> for part in described(MLP(2, [3, 1])).parts:
    ...     print(part)
    {'kind': 'Layer', 'nin': 2, 'nout': 3, 'activation': 'relu', 'bias': True, 'scope': 'layers.0'}
    {'kind': 'Layer', 'nin': 3, 'nout': 1, 'activation': 'linear', 'bias': True, \
'scope': 'layers.1'}
    {'kind': 'MLP', 'parts': [0, 1]}

    What is written down can be built: a model to which somebody has added parameters that its class
    does not know of, or with a parameter in several places, counts as unknown.

    Raises
    ------
    ValueError
        if a function in it has no name, and all else is known; unless ``strict``, such a model
        counts as unknown, too.
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
        if not _says_all(parts, order, model):
            return unknown
    except kinds.NamelessError as error:
        if not strict:
            return unknown
        place = next(name for name, one in model.named_modules() if one is part)
        raise ValueError(
            f"save writes down names, no code, and {place or 'this model'} has "
            f"the function {error}, which load would not find; add it with "
            "autograd.operation(..., is_activation=True), or save the numbers alone with "
            "save(model, path, architecture=False) and give load the model to fill"
        ) from None
    except (FormatError, LookupError, AttributeError, TypeError):
        return unknown  # a part of itself, or taken to pieces
    return Architecture(unknown.title, parts)


def built(architecture: Architecture, numbers: int) -> Module:
    """A model of that structure, all zeros; ``numbers`` is how many the file has for it."""
    _check(architecture.parts)
    promised = sum(map(kinds.numbers_in, architecture.parts))
    if promised != numbers:
        raise FormatError(f"it describes a model with {promised} numbers, and holds {numbers}")
    modules: list[Module] = []
    for facts in architecture.parts:
        with scope(facts["scope"]) if facts.get("scope") else nullcontext():
            modules.append(kinds.built(facts, modules))
    for module, facts in zip(modules, architecture.parts, strict=True):
        if facts.get("training") is False:
            # What is made of parts speaks for itself alone: each of them has its own say.
            for one in [module] if "parts" in facts else module.modules():
                one.training = False
    return modules[-1]


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
        # In which scope it was made: pictures show it on its parameters.
        around = next((parameter.scope for parameter in part.parameters()), "")
        around = _NEURONS.sub("", around) if isinstance(part, Layer) else around
        entry |= {"scope": around} if around else {}
    else:
        entry["parts"] = [
            positions[id(x)] if isinstance(x, Module) else kinds.named(x) for x in some
        ]
    if not part.training:
        entry["training"] = False
    return entry


def _check(parts: Sequence[Any]) -> None:
    """Whether each is right, and all are of use."""
    for position, facts in enumerate(parts):
        kinds.check(facts, position)
    used = {one for facts in parts for one in facts.get("parts", ()) if isinstance(one, int)}
    if len(used) != len(parts) - 1:
        raise FormatError("it describes parts that belong to no model")


def _says_all(parts: Sequence[Any], order: Sequence[Module], model: Module) -> bool:
    """Whether a model has the numbers of its parts, each in one place, and no others."""
    of_parts = [p for part in order if kinds.inside(part) is None for p in part.parameters()]
    trained = {len(of_parts), len(set(map(id, of_parts))), len(model.parameters())}
    measured = sum([len(column.numbers) for column in columns(model).values()])
    return trained == {sum(map(kinds.numbers_in, parts)) - measured}
