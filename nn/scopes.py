"""Which part of a model is computing: nodes carry its name, as ``"layers.0/neurons.3"``.

A Module's name is its place in the Module that calls it, found at the call, so a part that two
models share is named after the one that is running. Drawings group nodes by it, errors say it.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from autograd.modes import NOWHERE, Place, enter, here, inner_place

from .calling import calling
from .finding import adopt_in, note_caches
from .walk import Part, keys, walk_parts


def building(make: Callable[..., None]) -> Callable[..., None]:
    """``make``, an ``__init__``: what it sets is set outside calls, wherever it is called."""

    @functools.wraps(make)
    def inside(self: Part, *inputs: Any, **options: Any) -> None:
        chain = calling.get()
        try:
            calling.set(None)
            make(self, *inputs, **options)
        finally:
            calling.set(chain)

    return inside


def scoped(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call``, a Module's method, with a scope named after the Module around it."""

    @functools.wraps(call)
    def inside(self: Part, *inputs: Any, **options: Any) -> Any:
        chain = calling.get()
        caller = chain[0] if chain is not None else None
        if caller is self:  # forward within __call__, or a Module that calls itself
            return call(self, *inputs, **options)
        outer = here()
        watched = type(self)._watched  # noqa: SLF001
        before = adopt_in(self) if watched else ()
        try:
            calling.set((self, chain, {} if chain is None else chain[2]))
            if caller is not None and (seat := seat_in(caller, self)).name:
                enter(seat.place_in(outer))
            return call(self, *inputs, **options)
        finally:  # Ctrl-C may strike after the first step of this, so the second has its own
            try:
                enter(outer)
            finally:
                calling.set(chain)
            if watched:
                note_caches(self, before)

    return inside


@lru_cache(maxsize=1024)
def places(outer: Place | None, attribute: str, count: int) -> tuple[Place, ...]:
    """The place of each of ``count`` parts in a list ``attribute``, inside ``outer``."""
    return tuple([inner_place(outer or NOWHERE, f"{attribute}.{i}") for i in range(count)])


class _Seat:
    """Where a part was found in its caller, and its name there. Nowhere, if it is no part of it."""

    __slots__ = ("caller", "last", "name", "way")

    def __init__(self, caller: Part, part: Part) -> None:
        self.caller = weakref.ref(caller)
        self.name = ""  # ``/`` between Modules, dots within
        self.last: tuple[Any, Place] = ("", NOWHERE)  # an outer place, and this one in it
        self.way: list[Callable[[Any], Any]] = []  # from the caller, one getter a step
        found: Any = caller
        for key in next((keys(trail) for trail, x in walk_parts(caller) if x is part), ()):
            is_part = isinstance(found, Part)
            mark = "/" if is_part and not found._listed else "."  # noqa: SLF001 - this package's note
            self.name += f"{mark}{key}" if self.name else key
            self.way.append(attrgetter(key) if is_part else itemgetter(key))
            found = self.way[-1](found)

    def holds(self, caller: Part, part: Part) -> bool:
        """Whether ``part`` still sits here in ``caller``."""
        if not self.way:
            return self.caller() is caller
        found: Any = caller
        try:
            for step in self.way:
                found = step(found)
        except (AttributeError, LookupError, TypeError):
            return False
        return found is part

    def place_in(self, outer: Place | None) -> Place:
        """The place of this name inside ``outer``."""
        if self.last[0] is not outer:
            self.last = (outer, inner_place(outer or NOWHERE, self.name))
        return self.last[1]


def seat_in(caller: Part, part: Part) -> _Seat:
    """Where ``part`` sits inside ``caller``.

    A model calls the same parts again and again, so each remembers where it was found last.
    """
    seat: _Seat | None = getattr(part, "_seat", None)
    if seat is None or not seat.holds(caller, part):
        seat = part._seat = _Seat(caller, part)  # noqa: SLF001 - this module's note on a Part
    return seat
