"""Settings that hold inside a ``with`` block or a decorated function, and end with it.

They end whatever happens. Ctrl-C may strike between any two steps of Python code, at the entry of
``__exit__`` too, and a generator may open a block in one thread and be closed in another. So:

- what is entered and left by a call is restored in a ``finally`` whose first step is one call of C;
- an entered block notices when its context manager is gone without having been left (a weak
  reference to it calls back), and ends itself;
- a block that is left in another context than its own is marked, and ended where it was opened
  by the next that looks.
"""

from __future__ import annotations

import functools
import inspect
import types
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Setting(Generic[T]):
    """A value for each thread and each asynchronous task, and the blocks that changed it.

    ``get`` and ``set`` are the context variable's own: a call of either costs some 15 ns.
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


# Set at every entry; what `set` returned can be used only in the context where it was called.
_mark: ContextVar[None] = ContextVar("mark")


class _Entered:
    """A block that was entered: what it found, and how it changes that."""

    __slots__ = ("change", "guard", "left", "outer", "setting", "token")

    guard: weakref.ref[Block] | None
    token: Any

    def __init__(self, setting: Setting[Any], change: Callable[[Any], Any]) -> None:
        self.setting, self.change = setting, change
        self.outer = setting.settled()
        self.left = False
        self.guard = self.token = None

    def enter(self, manager: Block) -> None:
        """Make the change; if that is interrupted, undo it."""
        setting, around = self.setting, self.setting.blocks.get()
        try:
            self.token = _mark.set(None)
            setting.blocks.set((*around, self))
            self.guard = weakref.ref(manager, lambda _: self.leave())
            setting.set(self.change(self.outer))
        except BaseException:
            setting.set(self.outer)
            setting.blocks.set(around)
            raise

    def leave(self) -> None:
        """End here; blocks that were entered since stay."""
        setting, blocks = self.setting, self.setting.blocks.get()
        try:
            _mark.reset(self.token)
        except (RuntimeError, ValueError):  # not the context that it was entered in
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

    A subclass names its ``setting`` and gives its ``change``, a function of the value outside that
    returns the value inside.
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
        """The block of this manager that was entered last: in this context, if there is one."""
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
    """Whether calling it only makes a generator or a coroutine, whose body runs afterwards."""
    while isinstance(function, functools.partial):
        function = function.func
    return any(kind(f) for kind in _RUN_LATER for f in (function, type(function).__call__))
