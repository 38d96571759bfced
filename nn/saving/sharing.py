"""Parameters that stand in several places of one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Value

from ..module import Module
from .errors import FormatError
from .layout import names


def shared(model: Module, first: Mapping[str, Value], blank: Module) -> list[list[str]] | None:
    """[name, name of its first place] for each place in ``model`` whose parameter has another.

    ``first`` are its parameters. ``blank`` is a model of the same classes that shares none, and
    will. None if ``model`` has others besides.
    """
    places = list(names(blank))
    if places == list(first):
        return []
    origins = {id(parameter): name for name, parameter in first.items()}
    try:
        firsts = [origins[id(_at(model, name))] for name in places]
    except (AttributeError, LookupError, ValueError):
        return None
    pairs = [[name, origin] for name, origin in zip(places, firsts, strict=True) if name != origin]
    try:
        share(blank, pairs)
    except FormatError:
        return None
    return pairs if list(names(blank)) == list(first) else None


def share(blank: Module, pairs: Sequence[Sequence[str]]) -> None:
    """Put the parameter of another place in each place that has none of its own."""
    if not pairs:
        return
    named = names(blank)
    for name, origin in pairs:
        if name not in named or origin not in named or name == origin:
            raise FormatError(
                f"it shares {origin!r:.60} with {name!r:.60}, which are not two of its places"
            )
    for name, origin in pairs:
        owner, _, key = name.rpartition(".")
        _put(_at(blank, owner) if owner else blank, key, named[origin])


def _at(model: Any, name: str) -> Any:
    """What lies at the end of a dotted name, in lists and Modules."""
    for key in name.split("."):
        model = model[int(key)] if isinstance(model, list) else getattr(model, key)
    return model


def _put(owner: Any, key: str, parameter: Value) -> None:
    if isinstance(owner, list):
        owner[int(key)] = parameter
    else:
        setattr(owner, key, parameter)
