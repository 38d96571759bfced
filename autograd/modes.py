"""How things are recorded right now, in this thread: `no_grad`, `scope` and `sources`.

The engine reads one context variable per operation. It holds the `Place` where results are being
recorded, or None (recording, no scope), which is the ordinary case and costs 15 ns.

The first part builds such blocks. They end whatever happens. Ctrl-C may strike between any two
steps of Python code, even on entering ``__exit__``, and a generator may open a block in one thread
and be closed in another. So:

- a decorated call restores the setting in a ``finally`` whose first step is a single C call;
- an entered block notices when its context manager disappears without having been exited (a weak
  reference to it calls back), and ends itself;
- a block that is exited in a context other than its own is only marked; whoever next looks in the
  context where it was opened ends it.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import types
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Setting(Generic[T]):
    """A value for each thread and each asynchronous task, and the blocks that changed it.

    ``get`` and ``set`` are the context variable's own: a call of either costs about 15 ns.
    """

    def __init__(self, name: str, default: T) -> None:
        variable: ContextVar[T] = ContextVar(name, default=default)
        self.get, self.set = variable.get, variable.set
        # The blocks that this context is in, innermost last.
        self.blocks: ContextVar[tuple[_Entered, ...]] = ContextVar(f"{name}: blocks", default=())

    def settled(self) -> T:
        """The value, after blocks that were left elsewhere have ended here."""
        for entered in self.blocks.get():
            if entered.left:
                entered.leave()
        return self.get()


# Set at every entry. The token from `set` can be used only in the context where it was called.
_mark: ContextVar[None] = ContextVar("mark")


class _Entered:
    """A block that was entered: the value before it, and how the block changes it."""

    __slots__ = ("change", "guard", "left", "outer", "setting", "token")

    def __init__(self, setting: Setting[Any], change: Callable[[Any], Any]) -> None:
        self.setting, self.change = setting, change
        self.outer = setting.settled()
        self.token = _mark.set(None)
        self.guard: weakref.ref[Block] | None = None
        self.left = False

    def enter(self, manager: Block) -> None:
        """Make the change; if that is interrupted, undo it."""
        blocks = self.setting.blocks
        try:
            blocks.set((*blocks.get(), self))
            self.guard = weakref.ref(manager, lambda _: self.leave())
            self.setting.set(self.change(self.outer))
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """End this block; blocks that were entered after it stay."""
        setting, blocks = self.setting, self.setting.blocks.get()
        try:
            _mark.reset(self.token)
        except (RuntimeError, ValueError):  # this is not the context where it was entered
            self.left = True
        if self in blocks:
            place, value = blocks.index(self), self.outer
            inside = blocks[place + 1 :]
            for entered in inside:
                entered.outer, value = value, entered.change(value)
            try:
                setting.set(value)
            finally:
                setting.blocks.set(blocks[:place] + inside)
        self.guard = None


class Block:
    """A context manager that is a decorator too, safe in threads, recursion and generators.

    A subclass names its ``setting`` and gives its ``change``, a function from the value outside the
    block to the value inside.
    """

    setting: ClassVar[Setting[Any]]

    def __init__(self, change: Callable[[Any], Any]) -> None:
        self.change = change  # without a reference to this object: see `_Entered.guard`
        self._entered: list[_Entered] = []

    def __enter__(self) -> None:
        entered = _Entered(self.setting, self.change)
        self._entered.append(entered)
        entered.enter(self)

    def __exit__(self, *_: object) -> None:
        self._innermost().leave()

    def _innermost(self) -> _Entered:
        """The last block entered with this manager: in this context, if there is one."""
        for entered in reversed(self.setting.blocks.get()):
            if entered in self._entered:
                self._entered.remove(entered)
                return entered
        return self._entered.pop()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """``function``, with this block around each call of it."""
        name = type(self).__name__
        given: Any = function
        if not callable(given):
            raise TypeError(
                f"{name} goes before a function or after 'with', "
                f"not around a {type(function).__name__}"
            )
        if _runs_later(given):
            raise _too_late(name, given)
        setting, change = self.setting, self.change

        @functools.wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            outer, around = setting.settled(), setting.blocks.get()
            try:
                setting.set(change(outer))
                result = function(*args, **kwargs)
            finally:
                try:
                    setting.set(outer)
                finally:
                    setting.blocks.set(around)
            if isinstance(result, _LATER):
                raise _too_late(name, given)
            return result

        return inside


_RUN_LATER = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
_LATER = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


def _too_late(name: str, function: Any) -> TypeError:
    return TypeError(
        f"{name} cannot go before {getattr(function, '__name__', repr(function))}, whose body runs "
        f"after the call; write 'with {name}(...):' inside it"
    )


def _runs_later(function: Any) -> bool:
    """Whether calling the function only makes a generator or coroutine, whose body runs later."""
    while isinstance(function, functools.partial):
        function = function.func
    return any(kind(f) for kind in _RUN_LATER for f in (function, type(function).__call__))


# --- how things are recorded ----------------------------------------------------------------------


class Run:
    """Marks what is made while a function is differentiated, or a model trained; see `made_in`.

    A copy or a pickle of it is None, because it would not say when something was made.
    ``differentiates`` is true if this run, or one around it, differentiates a function.
    """

    __slots__ = ("around", "differentiates")

    def __init__(self, *, differentiates: bool = False) -> None:
        self.around = around = (here() or NOWHERE).run
        is_inside = around is not None and around.differentiates
        self.differentiates: bool = differentiates or is_inside

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()


@dataclass(frozen=True, slots=True)
class Place:
    """What all nodes recorded here have in common; each keeps a reference to it, not a copy."""

    scope: str = ""
    recording: bool = True
    sources: bool = False
    label: str = ""  # of a single node, which then has this Place to itself
    source: str = ""
    run: Run | None = None  # the innermost run around this place

    # Whether a node recorded here needs nothing more than a reference to this place.
    plain: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Stored rather than computed, because every node recorded in a scope reads it.
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
    """A block in which one field of the `Place` has a different value."""

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
    """Everything made inside this block is marked as belonging to a run."""

    setting = _place

    def __init__(self, run: Run) -> None:
        super().__init__(lambda outer: replace(outer or NOWHERE, run=run))


class sources(_Mode):  # noqa: N801 - a context manager, named like a function
    """Nodes recorded inside this block remember the line that made them (slow: for debugging).

    >>> from autograd import Value, sources
    >>> with sources():
    ...     y = Value(2.0) * 3.0
    >>> y.source.rpartition(":")[2].isdigit()
    True
    """

    field, value = "sources", True


class scope(Block):  # noqa: N801 - a context manager, named like a function
    """Nodes recorded inside this block remember which part of the computation they belong to.

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
    """The place named ``name`` inside ``outer``; cached, as networks enter few scopes often."""
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
