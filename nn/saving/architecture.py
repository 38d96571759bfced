"""A model's structure in JSON: a list of parts, each after those that it is made of.

A part that comes twice is written once, and referred to twice. The last part is the model. Parts
of classes that `recipes.RECIPES` does not list are not written down: such a model can be filled
with its numbers, and not built.

Nothing here recurses: models may be nested as deep as they like.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from autograd import scope

from ..layers import Layer
from ..module import Module
from ..walk import bottom_up
from .errors import FormatError
from .functions import NamelessError, found, named
from .layout import columns, names
from .recipes import RECIPES, Entry, has_more
from .sharing import share, shared

_NEURONS = re.compile(r"(^|/)neurons\.[0-9]+$")  # a Layer adds this itself
_KINDS = {cls.__name__: cls for cls in RECIPES}


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
    {'kind': 'Layer', 'nout': 3, 'nin': 2, 'activation': 'relu', 'bias': True, 'scope': 'layers.0'}
    {'kind': 'Layer', 'nout': 1, 'nin': 3, 'activation': 'linear', 'bias': True, \
'scope': 'layers.1'}
    {'kind': 'MLP', 'parts': [0, 1]}

    What is written down can be built: a model to which somebody has added parameters that its class
    does not know of counts as unknown.

    Raises
    ------
    ValueError
        if a function in it has no name, and all else is known.
    """
    title = type(model).__name__
    unknown = Architecture(title)
    order = _in_order(model)
    if any(type(module) not in RECIPES for module in order):
        return unknown
    positions: dict[int, int] = {}
    parts = []
    for position, module in enumerate(order):
        try:
            parts.append(_entry(module, positions))
        except (LookupError, AttributeError, TypeError):  # a part of itself, or taken to pieces
            return unknown
        except NamelessError as error:
            place = next(name for name, part in model.named_modules() if part is module)
            raise ValueError(
                f"save writes down names, no code, and {place or 'this model'} has "
                f"the function {error}, which load would not find; add it with "
                "autograd.operation(..., is_activation=True), or save the numbers alone with "
                "save(model, path, architecture=False) and give load the model to fill"
            ) from None
        positions[id(module)] = position
    try:
        pairs = _sharing(model, parts, order)
    except FormatError:  # a part that no call of its class would make
        return unknown
    if pairs is None:
        return unknown
    _add_scopes(parts, order, share=bool(pairs))
    return Architecture(title, parts, pairs)


def _sharing(
    model: Module, parts: list[dict[str, Any]], order: list[Module]
) -> list[list[str]] | None:
    """What the model shares; None if ``parts`` do not tell all of it."""
    measured = sum([column.shape[0] for column in columns(model).values()])
    numbers = len(model.parameters()) + measured
    if numbers == _promised(parts) and not any(map(has_more, order)):
        return []  # as many parameters as places
    blank = _assembled(parts)
    pairs = shared(model, names(model), blank)
    return pairs if _measured(model) == _measured(blank) else None


def check_count(architecture: Architecture, numbers: int) -> None:
    """Whether a model of that structure has as many numbers as its file."""
    _check(architecture.parts)
    promised = _promised(architecture.parts)
    if promised != numbers + len(architecture.shared):
        raise FormatError(
            f"it describes a model with {promised} numbers, of which {len(architecture.shared)} "
            f"are shared, and holds {numbers}"
        )


def built(architecture: Architecture, numbers: int) -> Module:
    """A model of that structure, all zeros; ``numbers`` is how many the file has for it."""
    check_count(architecture, numbers)
    model = _assembled(architecture.parts)
    share(model, architecture.shared)
    return model


def _in_order(model: Module) -> list[Module]:
    """The model's parts, each once, after the parts that it is made of."""

    def inside(module: Module) -> list[Module]:
        recipe = RECIPES.get(type(module))
        return [x for x in recipe.parts(module) if isinstance(x, Module)] if recipe else []

    return bottom_up(model, inside)


def _entry(module: Module, positions: dict[int, int]) -> dict[str, Any]:
    recipe = RECIPES[type(module)]
    entry = {"kind": type(module).__name__, **recipe.describe(module)}
    if inside := recipe.parts(module):
        entry["parts"] = [
            positions[id(part)] if isinstance(part, Module) else named(part) for part in inside
        ]
    if not getattr(module, "training", True):
        entry["training"] = False
    return entry


def _add_scopes(parts: list[dict[str, Any]], order: list[Module], *, share: bool) -> None:
    """Say in which scope each part was made: pictures show it on its parameters.

    A parameter that several parts share was made in one of them, and nobody knows in which.
    """
    leaves = [(part, module) for part, module in zip(parts, order, strict=True)
              if "parts" not in part]  # fmt: skip
    owners = Counter(
        [id(parameter) for _, module in leaves for parameter in module.parameters()]
        if share
        else ()
    )
    for part, module in leaves:
        own = next((p for p in module.parameters() if owners[id(p)] <= 1), None)
        around = "" if own is None else own.scope
        if isinstance(module, Layer):
            around = _NEURONS.sub("", around)
        if around:
            part["scope"] = around


def _check(parts: list[Any]) -> None:
    """Whether each is of a known kind and made of earlier ones, and all are of use."""
    used = set()
    for position, facts in enumerate(parts):
        kind = facts.get("kind") if isinstance(facts, dict) else None
        if not isinstance(kind, str) or kind not in _KINDS:
            raise FormatError(
                f"part {position} of its model is of the kind {kind!r:.60}, unknown here"
            )
        entry = _at(parts, position)
        for part in entry.items("parts") if "parts" in entry else ():
            if isinstance(part, str):
                found(part)
            elif isinstance(part, bool) or not isinstance(part, int) or not 0 <= part < position:
                raise FormatError(
                    f"{entry.where} contains {part!r:.60}, which is not a part before it"
                )
            else:
                used.add(part)
    if len(used) != len(parts) - 1:
        raise FormatError("it describes parts that belong to no model")


def _at(parts: list[Any], position: int) -> Entry:
    return Entry(parts[position], f"part {position} of its model ({parts[position]['kind']})")


def _promised(parts: list[Any]) -> int:
    """How many numbers a model of these parts has, if it shares none."""
    kinds = [RECIPES[_KINDS[facts["kind"]]] for facts in parts]
    return sum([recipe.count(_at(parts, i)) for i, recipe in enumerate(kinds)])


def _assembled(parts: list[dict[str, Any]]) -> Module:
    modules: list[Module] = []
    for position, facts in enumerate(parts):
        inside = [
            found(part) if isinstance(part, str) else modules[part]
            for part in facts.get("parts", ())
        ]
        with _around(facts.get("scope", "")):
            modules.append(_made(_at(parts, position), inside))
    for module, facts in zip(modules, parts, strict=True):
        if facts.get("training") is False:
            # What is made of parts speaks for itself alone: each of them has its own say.
            for one in [module] if "parts" in facts else module.modules():
                one.training = False
    return modules[-1]


def _made(entry: Entry, inside: list[Any]) -> Module:
    try:
        return RECIPES[_KINDS[entry.facts["kind"]]].build(entry, inside)
    except FormatError:
        raise
    except (ValueError, TypeError, OverflowError) as error:  # a part's own checks
        raise FormatError(f"{entry.where} cannot be built ({error})") from None


def _around(name: Any) -> Any:
    if not isinstance(name, str):
        raise FormatError(f"a scope in it is {name!r:.60}, not text")
    return scope(name) if name else nullcontext()


def _measured(model: Module) -> dict[str, tuple[int, ...]]:
    return {name: column.shape for name, column in columns(model).items()}
