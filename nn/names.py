"""Names that users type, looked up with a helping hand: an unknown one gets its nearest match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``; empty when none is alike.

    >>> nearest("rleu", ["relu", "tanh"]), nearest("rleu", ["tanh"])
    ('relu', '')
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else ""


def look_up(name: Any, known: Mapping[str, T], what: str, otherwise: str = "") -> T:
    """What stands under ``name``; the error says which names there are and which was meant.

    >>> look_up("rleu", {"relu": 1, "tanh": 2}, "activation")
    Traceback (most recent call last):
    ValueError: unknown activation 'rleu'; did you mean 'relu'? There are: relu, tanh
    """
    names = ", ".join(known)
    if not isinstance(name, str):
        instead = f", or {otherwise}" if otherwise else ""
        raise TypeError(f"the {what} is a name{instead}, got {name!r}; there are: {names}")
    if name in known:
        return known[name]
    match = nearest(name, known)
    hint = f"; did you mean {match!r}?" if match else "."
    raise ValueError(f"unknown {what} {name!r}{hint} There are: {names}")


def name_in(known: Mapping[str, Any], x: Any) -> str | None:
    """The name under which x stands there, be it with settings of a partial; None if nowhere.

    >>> name_in({"largest": max}, partial(max, key=abs)), name_in({"largest": max}, min)
    ('largest', None)
    """
    while isinstance(x, partial):
        x = x.func
    return next((name for name, one in known.items() if one is x), None)
