"""How Modules are called: which one, with which numbers, and whether in training or in use.

Nodes carry the name of the part that computes them, such as ``"layers.0/neurons.3"``. A Module's
name is its place in the Module that calls it. It is found at the call, so a part that two models
share is named after the one that is running. Drawings group nodes by it, and errors name it.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from operator import is_
from typing import Any

from autograd import Value, no_grad
from autograd.functions import Gathered, constants
from autograd.modes import NOWHERE, Place, enter, here, inner_place
from autograd.numbers import is_number

from .checks import rows
from .examples import column, plain
from .finding import adopt_in, note_caches
from .walk import Part, calling, keys, walk_parts


def as_nodes(x: Any, xs: list[Any], weights: Sequence[Any]) -> Gathered:
    """An example for the neurons that see it; when recording, each number becomes one node.

    ``xs`` are the checked numbers of ``x``. They become constants x1, x2, …; until the outermost
    call returns, the same list or tuple x gives the same ones. If the weights are plain numbers,
    the inputs and the result stay plain too.
    """
    shared = Gathered(xs)
    if shared.nodes is xs or not xs or not isinstance(weights[0], Value):
        return shared
    place = here()
    if place is not None and not place.recording:
        return shared
    chain = calling.get()
    made = chain[2] if chain is not None else {}
    given = x if isinstance(x, (list, tuple)) else xs
    _, before, nodes = made.get(id(given), (given, (), ()))
    if len(before) != len(given) or not all(map(is_, before, given)):  # a list may be changed
        nodes = constants(xs, "x")
        made[id(given)] = (given, tuple(given), nodes)
    shared.nodes = nodes
    return shared


def misread(module: Any, inputs: Sequence[Any]) -> None:
    """Raise TypeError if a call failed because it passed several numbers instead of one list."""
    if len(inputs) > 1 and all(map(is_number, inputs)):
        raise TypeError(
            f"{type(module).__name__} got {len(inputs)} numbers; write them as a list, "
            f"model([{', '.join(map(repr, inputs[:3]))}{', ...' * (len(inputs) > 3)}])"
        ) from None


# --- which part is computing ----------------------------------------------------------------------


def building(make: Callable[..., None]) -> Callable[..., None]:
    """Wrap an ``__init__``: what it sets counts as set outside calls, wherever it is called."""

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
    """Wrap a Module's method in a scope that is named after the Module."""

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
            if caller is not None and (seat := _seat_in(caller, self)).name:
                enter(seat.place_in(outer))
            return call(self, *inputs, **options)
        finally:  # Ctrl-C may come after the first step of this, so the second has its own finally
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
    """Where a part was found in its caller, and its name there; nowhere if it is not in it."""

    __slots__ = ("caller", "last", "name", "way")

    def __init__(self, caller: Part, part: Part) -> None:
        self.caller = weakref.ref(caller)
        self.way = next((keys(trail) for trail, x in walk_parts(caller) if x is part), ())
        self.name = ""  # ``/`` between Modules, dots within
        self.last: tuple[Any, Place] = ("", NOWHERE)  # an outer place, and this one inside it
        found: Any = caller
        for key in self.way:
            mark = "/" if isinstance(found, Part) and not found._listed else "."  # noqa: SLF001 - this package's note
            self.name += f"{mark}{key}" if self.name else key
            found = _inside(found, key)

    def holds(self, caller: Part, part: Part) -> bool:
        """Whether ``part`` still sits here in ``caller``."""
        if not self.way:
            return self.caller() is caller
        found: Any = caller
        try:
            for key in self.way:
                found = _inside(found, key)
        except (AttributeError, LookupError, TypeError):
            return False
        return found is part

    def place_in(self, outer: Place | None) -> Place:
        """The place of this name inside ``outer``."""
        if self.last[0] is not outer:
            self.last = (outer, inner_place(outer or NOWHERE, self.name))
        return self.last[1]


def _inside(around: Any, key: Any) -> Any:
    """One step of a trail: an attribute of a part, or an item of a container."""
    return getattr(around, key) if isinstance(around, Part) else around[key]


def _seat_in(caller: Part, part: Part) -> _Seat:
    """Where ``part`` sits inside ``caller``.

    A model calls the same parts again and again, so each part remembers where it was found last.
    """
    seat: _Seat | None = getattr(part, "_seat", None)
    if seat is None or not seat.holds(caller, part):
        seat = part._seat = _Seat(caller, part)  # noqa: SLF001 - this module's note on a Part
    return seat


# --- in training, or in use -----------------------------------------------------------------------


def evaluating(model: Any) -> AbstractContextManager[None]:
    """A block in which ``model`` and all its parts are in eval mode; then each is as before.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1])
    >>> with evaluating(model):
    ...     model.training
    False
    >>> model.training
    True
    """
    return in_mode(model, training=False)


@contextmanager
def in_mode(model: Any, *, training: bool) -> Iterator[None]:
    """A block in which ``model`` and all its parts are in one mode; then each is as before."""
    before = [(module, module.training) for module in model.modules()]
    try:
        # Not with model.train(): a class may use that name for a method of its own.
        set_modes((module, training) for module, _ in before)
        yield
    finally:
        set_modes(before)


def set_modes(modes: Iterable[tuple[Any, bool]]) -> None:
    """Set the mode of each Module."""
    for module, mode in modes:
        if mode == type(module).training:  # the class has it, so neither part nor pickle needs it
            vars(module).pop("training", None)
        else:
            module.training = mode


def outputs(model: Any, X: Any, who: str) -> list[Any]:
    """The outputs for each example of X, in eval mode, as plain numbers."""
    examples = rows(X, "X")
    with no_grad(), evaluating(model):
        try:
            found = column([plain(model(x)) for x in examples])
        except TypeError as error:
            if not isinstance(examples[0], list):
                raise TypeError(
                    f"{who} takes a list of examples; for one, write model.{who}([x])[0]"
                ) from error
            raise
    for i, output in enumerate(found):
        if any(x != x for x in (output if isinstance(output, list) else [output])):
            raise ValueError(f"the model's output for X[{i}] is nan, which has no meaning")
    return found
