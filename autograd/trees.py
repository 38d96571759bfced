"""Nested arguments: numbers in lists, tuples, dicts and NumPy arrays, as one flat list and back.

``grad`` of a function of ``{"w": [1.0, 2.0], "b": 0.0}`` is a dict of the same shape.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

Rebuild = Callable[[list[Any]], Any]


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """The leaves of ``tree`` from left to right, and a function that puts others in their place.

    >>> leaves, rebuild = flatten({"w": [1.0, 2.0], "b": (3.0,)})
    >>> leaves, rebuild([x * 10 for x in leaves])
    ([1.0, 2.0, 3.0], {'w': [10.0, 20.0], 'b': (30.0,)})
    """
    if isinstance(tree, dict):
        return _joined(list(tree.values()), lambda parts: dict(zip(tree, parts, strict=True)))
    if isinstance(tree, (list, tuple)):
        if isinstance(tree, tuple) and hasattr(tree, "_fields"):
            return _joined(list(tree), lambda parts: type(tree)(*parts))
        return _joined(list(tree), list if isinstance(tree, list) else tuple)
    if _is_array(tree):
        return _flatten_array(tree)
    return [tree], lambda leaves: leaves[0]


# The real contents of a container, even if a user's class overrides how they are read.
_CONTENTS: dict[type, Any] = {dict: dict.values, list: list.__iter__, tuple: tuple.__iter__}


def holds(trees: Iterable[Any], kind: type) -> bool:
    """Whether nested arguments contain an instance of this class; does not look into other objects.

    >>> holds([{"w": [1.0, "a"]}, None, len], str), holds([1.0, object()], str)
    (True, False)
    """
    numpy = sys.modules.get("numpy")
    waiting, seen = list(trees), set()
    while waiting:
        x = waiting.pop()
        if issubclass(type(x), kind):
            return True
        for container, contents in _CONTENTS.items():
            if issubclass(type(x), container) and id(x) not in seen:
                seen.add(id(x))  # a list may contain itself
                waiting += contents(x)
        if numpy is not None and issubclass(type(x), numpy.ndarray) and x.dtype == object:
            waiting += x.flat
    return False


def _joined(parts: list[Any], container: Callable[[list[Any]], Any]) -> tuple[list[Any], Rebuild]:
    flat = [flatten(part) for part in parts]

    def rebuild(leaves: list[Any]) -> Any:
        rest = iter(leaves)
        return container([put([*islice(rest, len(part))]) for part, put in flat])

    return [leaf for part, _ in flat for leaf in part], rebuild


def _is_array(x: Any) -> bool:
    """Whether x has dimensions and elements like a NumPy array: not a Series, not a class."""
    return hasattr(type(x), "__array__") and hasattr(type(x), "reshape") and x.shape != ()


def _flatten_array(array: Any) -> tuple[list[Any], Rebuild]:
    def rebuild(leaves: list[Any]) -> Any:
        import numpy as np  # noqa: PLC0415 - the caller gave us an array

        plain = all(isinstance(leaf, (int, float)) or _is_array(leaf) for leaf in leaves)
        if plain:
            stacked = np.array(leaves)
            return stacked.reshape(array.shape + stacked.shape[1:])
        result = np.empty(len(leaves), dtype=object)
        for i, leaf in enumerate(leaves):
            result[i] = leaf
        return result.reshape(array.shape)

    return list(array.reshape(-1).tolist()), rebuild
