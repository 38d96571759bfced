"""Nested lists and dicts of numbers and texts as JSON that restores exactly what went in.

JSON has no nan, no infinities, no tuples, and only texts as names: each of these is written as an
object with one name that begins with ``$``. A long list of floats becomes a tensor outside the
JSON, where it is shorter and faster to read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from autograd.numbers import is_number, real

from .container import FormatError, Tensor

_LONG = 16  # floats; shorter lists are easier to read in the header
_DEEPEST = 100  # levels; well below Python's own limit, wherever it is called from


def encoded(x: Any, tensors: dict[str, Tensor], where: str = "state", depth: int = 0) -> Any:
    """A JSON form of x; long lists of floats go into ``tensors``.

    >>> long = {}
    >>> encoded({"loss": [0.5, math.nan], 3: (1, None)}, long)
    {'$dict': [['loss', [0.5, {'$number': 'nan'}]], [3, {'$tuple': [1, None]}]]}
    >>> encoded([0.5] * 100, long), list(long)
    ({'$floats': 'state/0'}, ['state/0'])
    """

    def inside(item: Any, key: Any) -> Any:
        return encoded(item, tensors, f"{where}[{key!r}]", depth + 1)

    if depth > _DEEPEST:
        raise ValueError(f"{where} has more than {_DEEPEST} levels; make it flatter")
    kind = type(x)
    if x is None or kind in {bool, str, int}:
        return x
    if kind is float:
        return x if math.isfinite(x) else {"$number": repr(x)}
    if kind is list and set(map(type, x)) == {float} and len(x) > _LONG:
        name = f"state/{len(tensors)}"
        tensors[name] = Tensor((len(x),), x)
        return {"$floats": name}
    if kind in {list, tuple}:
        items = [inside(item, i) for i, item in enumerate(x)]
        return items if kind is list else {"$tuple": items}
    if isinstance(x, Mapping):
        pairs = [[inside(key, key), inside(item, key)] for key, item in x.items()]
        is_plain = all(type(key) is str and not key.startswith("$") for key in x)
        return dict(pairs) if is_plain else {"$dict": pairs}
    if is_number(x):  # NumPy's, say
        return encoded(real(x), tensors, where, depth)
    raise TypeError(
        f"a checkpoint takes numbers, texts, lists, tuples and dicts of these, got a "
        f"{kind.__name__} at {where}: {x!r:.60}"
    )


def decoded(x: Any, tensors: Mapping[str, Tensor], depth: int = 0) -> Any:
    """What was encoded."""
    if not isinstance(x, (list, dict)):
        return x
    if depth > _DEEPEST:
        raise FormatError("its state is nested too deeply")

    def inside(item: Any) -> Any:
        return decoded(item, tensors, depth + 1)

    if isinstance(x, list):
        return list(map(inside, x))
    if len(x) == 1 and (key := next(iter(x))).startswith("$"):
        return _special(key, x[key], tensors, inside)
    return {key: inside(item) for key, item in x.items()}


def _special(
    key: str, item: Any, tensors: Mapping[str, Tensor], inside: Callable[[Any], Any]
) -> Any:
    try:
        if key == "$number" and item in {"nan", "inf", "-inf"}:
            return float(item)
        if key == "$floats":
            return list(tensors[item].numbers)
        if key == "$tuple" and isinstance(item, list):
            return tuple(map(inside, item))
        if key == "$dict" and isinstance(item, list):
            return {inside(name): inside(x) for name, x in item}
    except (KeyError, TypeError, ValueError):  # FormatErrors from deeper levels are ValueErrors
        pass
    raise FormatError(f"its state says {{{key!r}: {item!r:.60}}}, which has no meaning")
