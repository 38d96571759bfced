"""Arguments that are one of a few words, or a number: refused with what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def one_of(name: str, value: object, options: Iterable[str]) -> str:
    """``value`` if it is among ``options``, else an error that names the nearest.

    >>> one_of("theme", "drak", ["light", "dark"])
    Traceback (most recent call last):
    ValueError: theme='drak' is unknown; did you mean 'dark'? It is 'light' or 'dark'
    """
    known = list(options)
    if not isinstance(value, str):
        raise TypeError(f"{name} is a str, {_alternatives(known)}; got {value!r}")
    if value not in known:
        rest = did_you_mean(value, known, f"it is {_alternatives(known)}")
        raise ValueError(f"{name}={value!r} is unknown{rest}")
    return value


def did_you_mean(value: str, known: Iterable[str], otherwise: str) -> str:
    """How an error goes on: with the nearest of the known words, if one is near.

    >>> did_you_mean("drak", ["light", "dark"], "it is a theme")
    "; did you mean 'dark'? It is a theme"
    >>> did_you_mean("x", ["light", "dark"], "it is a theme")
    '; it is a theme'
    """
    by_lower_case = {word.lower(): word for word in known}
    near = difflib.get_close_matches(value.lower(), by_lower_case, n=1)
    if not near:
        return f"; {otherwise}"
    return f"; did you mean {by_lower_case[near[0]]!r}? {otherwise[0].upper()}{otherwise[1:]}"


def at_least(name: str, value: object, least: int) -> int:
    """``value`` if it is a whole number of at least ``least``.

    >>> at_least("max_nodes", 0, 1)
    Traceback (most recent call last):
    ValueError: max_nodes is a whole number of at least 1, got 0
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is a whole number of at least {least}, got {value!r}")
    if value < least:
        raise ValueError(f"{name} is a whole number of at least {least}, got {value}")
    return value


def _alternatives(known: list[str]) -> str:
    quoted = [repr(word) for word in known]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
