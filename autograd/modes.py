"""How things are recorded right now, in this thread: `no_grad`, `scope` and `sources`.

The engine reads one context variable per operation. It holds the `Place` where results are being
recorded, or None (recording, no scope), which is the ordinary case and costs 15 ns.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Place:
    """What is said of every node recorded here; a node keeps a reference to it, no copy."""

    scope: str = ""
    recording: bool = True
    sources: bool = False
    label: str = ""  # of one node; then the Place belongs to that node alone
    source: str = ""

    plain: bool = field(init=False, repr=False, compare=False)
    """Whether a node recorded here needs nothing more than a reference to this place."""

    def __post_init__(self) -> None:
        # Kept, not computed: every node that is recorded in a scope asks.
        object.__setattr__(self, "plain", self.recording and not self.sources)


NOWHERE = Place()
_place: ContextVar[Place | None] = ContextVar("place", default=None)
here = _place.get
enter = _place.set  # for nn, where every neuron enters a scope: `with scope(…)` would cost 1 µs


# The places around the blocks that this thread or task is in, innermost first: (place, the rest).
_around: ContextVar[tuple[Place | None, Any] | None] = ContextVar("around", default=None)


class _Mode:
    """A context manager that is a decorator too, safe in threads and in recursion."""

    __slots__ = ()

    def __init__(self, *given: Any) -> None:
        if given:
            name, what = type(self).__name__, getattr(given[0], "__name__", repr(given[0]))
            raise TypeError(f"{name} takes nothing, got {what}; write @{name}() or with {name}():")

    def place(self, outer: Place) -> Place:
        """The place inside the block, given the one outside."""
        return outer

    def __enter__(self) -> None:
        outer = here()
        _around.set((outer, _around.get()))
        _place.set(self.place(outer or NOWHERE))

    def __exit__(self, *_: object) -> None:
        around = _around.get()
        assert around is not None
        outer, rest = around
        _around.set(rest)
        _place.set(outer)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        given: Any = function
        if not callable(given):
            raise TypeError(
                f"{type(self).__name__} goes before a function or after 'with', "
                f"not around a {type(function).__name__}"
            )
        if _runs_later(given):
            raise TypeError(
                f"{type(self).__name__} cannot go before {given.__name__}, whose body runs after "
                f"the call; write 'with {type(self).__name__}(...):' inside it"
            )

        @functools.wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return inside


def _runs_later(function: Any) -> bool:
    """Whether calling it only makes a generator or a coroutine, whose body runs afterwards."""
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    return bool(flags & _GENERATOR_OR_COROUTINE)


_GENERATOR_OR_COROUTINE = 0x20 | 0x80 | 0x200  # inspect.CO_GENERATOR, CO_COROUTINE, CO_ASYNC_…


class no_grad(_Mode):  # noqa: N801 - PyTorch's name, used as a function
    """Results inside this block are constants: nothing is recorded, so they have no gradient.

    As a context manager or a decorator; per thread.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.kind
    (9.0, 'constant')
    """

    __slots__ = ()

    def place(self, outer: Place) -> Place:
        """The same place, without recording."""
        return replace(outer, recording=False)


class recording(_Mode):  # noqa: N801 - the opposite of no_grad, used inside derivatives
    """Results inside this block are recorded, even within `no_grad`."""

    __slots__ = ()

    def place(self, outer: Place) -> Place:
        """The same place, with recording."""
        return replace(outer, recording=True)


class sources(_Mode):  # noqa: N801 - a context manager, spelled like a function
    """Nodes recorded inside this block remember the line that made them (slow: for debugging).

    >>> from autograd import Value, sources
    >>> with sources():
    ...     y = Value(2.0) * 3.0
    >>> y.source.rpartition(":")[2].isdigit()
    True
    """

    __slots__ = ()

    def place(self, outer: Place) -> Place:
        """The same place, where nodes note their source line."""
        return replace(outer, sources=True)


class scope(_Mode):  # noqa: N801 - a context manager, spelled like a function
    """Nodes recorded inside this block carry a name for the part of the computation they are in.

    Nested scopes join with ``/``. As a context manager or a decorator; per thread.

    >>> from autograd import Value, scope
    >>> with scope("encoder"), scope("layer0"):
    ...     y = Value(2.0) * 3.0
    >>> y.scope
    'encoder/layer0'
    """

    __slots__ = ("name",)

    def __init__(self, name: Any) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"a scope needs a name, got {name!r}; write scope('layer0')")
        super().__init__()
        self.name = name

    def place(self, outer: Place) -> Place:
        """The place of this name inside the outer one."""
        return inner_place(outer, self.name)


@functools.lru_cache(maxsize=4096)
def inner_place(outer: Place, name: str) -> Place:
    """The place named ``name`` inside ``outer``; shared, for networks enter few scopes often."""
    return replace(outer, scope=f"{outer.scope}/{name}" if outer.scope else name)


_PACKAGES = tuple(
    os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), name) + os.sep
    for name in ("autograd", "nn")
)


def caller() -> str:
    """``file.py:12``: the innermost line outside autograd and nn that is being executed."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGES):
        frame = frame.f_back
    if frame is None:
        return ""
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
