"""The public names of a package: those that its ``__init__`` imports, and nothing else.

A public name is written once, as ``from .module import name as name``. `public` reads it from
there and makes what Python asks for: ``__all__`` for ``from package import *``, ``__dir__`` for
TAB completion and ``dir``, ``__getattr__`` for what is imported on first use.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

_PYTHONS_OWN = {"annotations", "TYPE_CHECKING"}


def public(
    names: dict[str, Any],
    modules: Sequence[str] = (),
    elsewhere: Mapping[str, str] | None = None,
    **later: str,
) -> tuple[list[str], Callable[[], list[str]], Callable[[str], Any]]:
    """``__all__``, ``__dir__`` and ``__getattr__`` of a package, given its ``globals()``.

    ``modules`` are its modules that users know by name, and ``later`` says which other names come
    from which module; all of these are imported on first use. ``elsewhere`` says what to write for
    names from other libraries. ``__all__`` leaves out modules and the names of Python's built-ins:
    ``from autograd import *`` must not replace ``sum``.

    >>> import autograd
    >>> "sum" in dir(autograd), "sum" in autograd.__all__, "trees" in dir(autograd)
    (True, False, False)
    """
    package = names["__name__"]
    here = {
        name
        for name, value in names.items()
        if not (name.startswith("_") or name in _PYTHONS_OWN or isinstance(value, ModuleType))
    }
    shown = sorted(here.union(modules, later))
    special = [name for name in names if name.startswith("__")]

    def __dir__() -> list[str]:  # noqa: N807 - the package's name for it
        return [*special, *shown]

    def __getattr__(name: str) -> Any:  # noqa: N807
        if name in modules:
            return import_module(f"{package}.{name}")
        if name in later:
            names[name] = getattr(import_module(f"{package}.{later[name]}"), name)
            return names[name]
        if elsewhere and name in elsewhere:
            raise AttributeError(f"{package} has no {name}; {elsewhere[name]}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    everything = [name for name in shown if not (name in modules or hasattr(builtins, name))]
    return everything, __dir__, __getattr__


class Elsewhere:
    """An attribute that a class does not have: reading it says what to write instead.

    ``hasattr`` is false, and a class or an object that has this name itself keeps it. This is not
    a ``__getattr__``, which would slow down every attribute of every part of a model.
    """

    def __init__(self, home: type, name: str, cure: str) -> None:
        self.home, self.name, self.cure = home, name, cure

    def __get__(self, x: Any, owner: type) -> Any:
        try:  # another base class may have it
            return getattr(super(self.home, owner if x is None else x), self.name)
        except AttributeError:
            raise AttributeError(f"{owner.__name__} has no {self!r}") from None

    def __repr__(self) -> str:
        return f"{self.name}; {self.cure}"


class Refused(Elsewhere):
    """An attribute that cannot be set either, because setting it would have no effect here."""

    def __set__(self, x: Any, _: Any) -> NoReturn:
        self.__get__(None, type(x))
        raise AttributeError(f"{type(x).__name__} does not let {self.name} be set")
