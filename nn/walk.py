"""Finding the parts of a model: Modules and Values, wherever its attributes hold them.

Attributes are searched in the order of their definition, and so are lists, tuples and dicts in
them, to any depth, with an explicit stack. Each part is found once, at its first place.

A *trail* leads from the root to a part: ``(((), "layers"), 0)`` is ``root.layers[0]``. Links cost
one small tuple a part; names are made of them only when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from autograd import Value

Trail = tuple[Any, ...]  # () or (trail so far, next key)

_CONTAINERS = (list, tuple, dict)


class Part:
    """What is searched by its attributes; `module.Module` says the rest."""

    __slots__ = ("__dict__", "__weakref__", "_seat")

    _seat: Any  # where it was found in the Module that called it last; see scopes.py


_FOUND = (Part, Value)
_SEARCHED = (*_FOUND, *_CONTAINERS)


def walk(
    root: Part, *, enter: Callable[[Part], bool] = lambda _: True
) -> Iterator[tuple[Trail, Any]]:
    """(trail, part) of every Module and Value in ``root``, itself first; owners before the owned.

    ``enter`` says of a Module whether its attributes are searched.
    """
    seen: set[int] = set()
    stack: list[tuple[Trail, Any]] = [((), root)]
    while stack:
        trail, part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, _FOUND):
            yield trail, part
        inside = [
            ((trail, key), child)
            for key, child in _children(part, enter)
            if isinstance(child, _SEARCHED)
        ]
        stack += reversed(inside)


def _children(part: Any, enter: Callable[[Part], bool]) -> Iterable[tuple[Any, Any]]:
    """What lies directly inside, with the attribute name, index or key that leads to it."""
    if isinstance(part, Part):
        return attributes(part) if enter(part) else ()
    if isinstance(part, dict):
        return part.items()
    return enumerate(part) if isinstance(part, _CONTAINERS) else ()


def attributes(part: Part) -> Iterator[tuple[str, Any]]:
    """The names and values of an object's attributes, slots first, in the order of definition."""
    cls: Any = type(part)
    for name in _slots(cls):
        try:
            yield name, getattr(part, name)
        except AttributeError:  # declared and not set
            continue
    yield from vars(part).items()


@cache
def _slots(cls: type) -> tuple[str, ...]:
    """The slots that a class and its bases declare, as ``@dataclass(slots=True)`` does."""
    bases = [base for base in reversed(cls.__mro__) if base not in Part.__mro__]
    declared = [vars(base).get("__slots__", ()) for base in bases]
    each = [[some] if isinstance(some, str) else some for some in declared]
    return tuple([name for names in each for name in names])


def keys(trail: Trail) -> tuple[Any, ...]:
    """The attribute names, indices and keys on the way from the root."""
    steps = []
    while trail:
        trail, key = trail
        steps.append(key)
    return tuple(reversed(steps))


def dotted(trail: Trail) -> str:
    """The way from the root in writing: ``"layers.0.neurons.3.w.1"``."""
    return ".".join(map(str, keys(trail)))
