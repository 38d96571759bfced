"""How things are recorded right now, in this thread: `no_grad`, `scope` and `sources`.

The engine reads one context variable per operation. It holds the `Place` where results are being
recorded, or None (recording, no scope), which is the ordinary case and costs 15 ns.
"""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .blocks import Block, Setting


class Run:
    """Marks what is made while a function is differentiated, or a model trained; see `made_in`.

    A copy or a pickle of it is None, because nothing there says when something was made.
    """

    __slots__ = ("around",)

    def __init__(self) -> None:
        self.around = (here() or NOWHERE).run

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()


@dataclass(frozen=True, slots=True)
class Place:
    """What every node recorded here has in common; each keeps a reference to it, not a copy."""

    scope: str = ""
    recording: bool = True
    sources: bool = False
    label: str = ""  # of one node; then the Place belongs to that node alone
    source: str = ""
    run: Run | None = None  # the innermost that this lies in

    plain: bool = field(init=False, repr=False, compare=False)
    """Whether a node recorded here needs nothing more than a reference to this place."""

    def __post_init__(self) -> None:
        # Kept, not computed: every node that is recorded in a scope asks.
        object.__setattr__(self, "plain", self.recording and not self.sources)


NOWHERE = Place()
_place: Setting[Place | None] = Setting("place", None)
here, settled = _place.get, _place.settled
enter = _place.set  # for nn, where every neuron enters a scope: `with scope(…)` would cost 3 µs


def made_in(value: Any, run: Run) -> bool:
    """Whether a Value was made in a run, or in one within it."""
    place: Place | None = value._about
    inner = place.run if place is not None else None
    while inner is not None and inner is not run:
        inner = inner.around
    return inner is run


class _Mode(Block):
    """A block in which one field of the `Place` has another value."""

    setting = _place
    field: ClassVar[str]
    value: ClassVar[bool]

    def __init__(self, *given: Any) -> None:
        if given:
            name, what = type(self).__name__, getattr(given[0], "__name__", repr(given[0]))
            raise TypeError(f"{name} takes nothing, got {what}; write @{name}() or with {name}():")
        name, value = self.field, self.value
        other: dict[str, Any] = {name: value}

        def change(outer: Place | None) -> Place:
            place = outer or NOWHERE
            return place if getattr(place, name) is value else replace(place, **other)

        super().__init__(change)


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

    field, value = "recording", False


class recording(_Mode):  # noqa: N801 - the opposite of no_grad, used inside derivatives
    """Results inside this block are recorded, even within `no_grad`."""

    field, value = "recording", True


class running(Block):  # noqa: N801 - for derivatives and trainings
    """Everything made inside this block is marked as made in a run."""

    setting = _place

    def __init__(self, run: Run) -> None:
        super().__init__(lambda outer: replace(outer or NOWHERE, run=run))


class sources(_Mode):  # noqa: N801 - a context manager, spelled like a function
    """Nodes recorded inside this block remember the line that made them (slow: for debugging).

    >>> from autograd import Value, sources
    >>> with sources():
    ...     y = Value(2.0) * 3.0
    >>> y.source.rpartition(":")[2].isdigit()
    True
    """

    field, value = "sources", True


class scope(Block):  # noqa: N801 - a context manager, spelled like a function
    """Nodes recorded inside this block carry a name for the part of the computation they are in.

    Nested scopes join with ``/``. As a context manager or a decorator; per thread.

    >>> from autograd import Value, scope
    >>> with scope("encoder"), scope("layer0"):
    ...     y = Value(2.0) * 3.0
    >>> y.scope
    'encoder/layer0'
    """

    setting = _place

    def __init__(self, name: Any) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"a scope needs a name, got {name!r}; write scope('layer0')")
        super().__init__(lambda outer: inner_place(outer or NOWHERE, name))


@functools.lru_cache(maxsize=4096)
def inner_place(outer: Place, name: str) -> Place:
    """The place named ``name`` inside ``outer``; kept, as networks enter few scopes often."""
    return replace(outer, scope=f"{outer.scope}/{name}" if outer.scope else name)


_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PACKAGES = (os.path.join(_HOME, "autograd", ""), os.path.join(_HOME, "nn", ""))


def caller() -> str:
    """``file.py:12``: the innermost line outside autograd and nn that is being executed."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGES):
        frame = frame.f_back
    if frame is None:
        return ""
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
