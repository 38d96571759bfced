"""Finding the parts of a model: Modules and Values, wherever its attributes hold them.

Attributes are searched in the order of their definition, and so are the lists, tuples, dicts and
NumPy object arrays in them, to any depth, with an explicit stack. Each part is found once, at its
first place. A set has no order, so its items have no names: sets are not searched.

A *trail* leads from the root to a part: ``(((), "layers"), 0)`` is ``root.layers[0]``. It costs one
small tuple for each part; names are made from trails only when needed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import cache, partial
from itertools import product
from typing import Any, ClassVar, TypeVar

from autograd import Value

P = TypeVar("P")
Trail = tuple[Any, ...]  # () or (trail so far, next key)

SETS = (set, frozenset)

# Innermost first: (Module, the others, what `as_nodes` made in the outermost call).
calling: ContextVar[tuple[Any, Any, dict[int, Any]] | None] = ContextVar("calling", default=None)


def running() -> list[Any]:
    """The Modules that are being called, the innermost first."""
    found, chain = [], calling.get()
    while chain is not None:
        part, chain, _ = chain
        found.append(part)
    return found


class Part:
    """An object whose attributes are searched; `module.Module` adds the rest."""

    __slots__ = ("__dict__", "__weakref__", "_caches", "_found", "_seat")

    _seat: Any  # where it was found in the Module that called it last; see calling.py
    _caches: tuple[Value, ...]
    _found: Any  # what its last search found; see finding.py
    _watched: ClassVar[bool] = False  # whether calls may keep Values in it; see finding.py
    _listed: ClassVar[bool] = False  # whether its parts are numbered, as in a list


def caches(part: Part) -> tuple[Value, ...]:
    """The plain leaves that calls have put in a part; see finding.py."""
    return getattr(part, "_caches", ())


def note(part: Part, **notes: Any) -> None:
    """Keep ``caches`` or ``found`` with a part, where no user's attribute can be."""
    for name, x in notes.items():
        object.__setattr__(part, f"_{name}", x)


def walk(
    root: Part, *, enter: Callable[[Part], bool] = lambda _: True, of: Any = (Part, Value)
) -> Iterator[tuple[Trail, Any]]:
    """(trail, part) for every Module and Value in ``root``: ``root`` first, each before its parts.

    ``enter`` says for each Module whether its attributes are searched.
    """
    every = trails(root, enter=lambda x: not isinstance(x, Part) or enter(x), values=of is not Part)
    return (found for found in every if isinstance(found[1], of))


walk_parts = partial(walk, of=Part)  # without Values: faster, as they are most of a model


def trails(
    root: Part, *, enter: Callable[[Any], bool], values: bool = True
) -> Iterator[tuple[Trail, Any]]:
    """(trail, part) for Modules, their containers and, if ``values``, Values.

    ``enter`` says for each Module or container, after it was yielded, whether it is searched.
    """
    seen: set[int] = set()
    stack: list[tuple[Trail, Any]] = [((), root)]
    while stack:
        trail, part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield trail, part
        if isinstance(part, Value) or not enter(part):
            continue
        if not values and isinstance(part, (list, tuple)) and _are_values(part):
            continue  # the weights of a neuron
        inside = [
            (way, child)
            for way, child in _children(trail, part)
            if may_hold_parts(child) and (values or not isinstance(child, Value))
        ]
        stack += reversed(inside)


def _are_values(items: Sequence[Any]) -> bool:
    """Whether all are Values: looks at each class once."""
    return all(KINDS[cls] == "value" for cls in set(map(type, items)))


def _children(trail: Trail, part: Any) -> Iterable[tuple[Trail, Any]]:
    if isinstance(part, Part):
        return (((trail, name), x) for name, x in attributes(part))
    if isinstance(part, dict):
        return (((trail, key), x) for key, x in part.items())
    if isinstance(part, (list, tuple)):
        return (((trail, i), x) for i, x in enumerate(part))
    if KINDS[part.__class__] == "array":
        return zip(_places(trail, part), contents(part), strict=True)
    return ()


class _Kinds(dict[type, str]):
    """How a search treats objects of a class: decided once for each class."""

    def __missing__(self, cls: type) -> str:
        of: dict[str, Any] = {
            "value": Value,
            "part": Part,
            "list": (list, tuple),
            "dict": dict,
            "set": SETS,
        }
        if (numpy := sys.modules.get("numpy")) is not None:
            of["array"] = numpy.ndarray
        self[cls] = next((kind for kind, classes in of.items() if issubclass(cls, classes)), "")
        return self[cls]


KINDS = _Kinds()


def bottom_up(root: P, inside: Callable[[P], Sequence[P]]) -> list[P]:
    """``root`` and everything ``inside`` it, each once, after its own contents."""
    order: dict[int, P] = {}
    opened: set[int] = set()
    stack = [root]
    while stack:
        part = stack[-1]
        if id(part) in opened:
            order.setdefault(id(part), stack.pop())
            continue
        opened.add(id(part))
        stack += [child for child in reversed(inside(part)) if id(child) not in opened]
    return list(order.values())


def may_hold_parts(x: Any) -> bool:
    """Whether x is a part or may contain parts: a container, or an array of objects."""
    kind = KINDS[x.__class__]
    return bool(kind) and (kind != "array" or x.dtype.hasobject)


def contents(container: Any) -> Sequence[Any]:
    """The direct contents of a container; for an array all elements, row by row."""
    if isinstance(container, (list, tuple)):
        return container
    if KINDS[container.__class__] == "array":
        return list(container.flat)
    return list(container.values() if isinstance(container, dict) else container)


def _places(trail: Trail, array: Any) -> Iterator[Trail]:
    """The trail of each element of an array: row, then column."""
    for index in product(*map(range, array.shape)):
        way = trail
        for i in index:
            way = (way, i)
        yield way


def attributes(part: Part) -> Iterable[tuple[str, Any]]:
    """The names and values of an object's attributes, slots first, in the order of definition."""
    cls: Any = type(part)
    slots = slots_of(cls)
    own = vars(part).items()
    if not slots:
        return own
    # A slot may be declared but not set.
    return [*[(name, getattr(part, name)) for name in slots if hasattr(part, name)], *own]


@cache
def slots_of(cls: type) -> tuple[str, ...]:
    """The slots that a class and its bases declare, as with ``@dataclass(slots=True)``."""
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
    """The path from the root as text: ``"layers.0.neurons.3.w.1"``."""
    return ".".join(map(str, keys(trail)))
