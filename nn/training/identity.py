"""What a function is, as a fingerprint that another process can compare.

Two functions have the same one if they do the same, as far as Python shows it: their code, their
defaults, and the values that they use from around them (closures, globals, attributes of modules
of one's own), down to the bottom. A callable object is its class and its state. What lies in
Python itself, in glassgrad or in an installed package is its name there.

Nothing is called, written down or read back: only hashes leave this module.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import json
import random
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

from autograd import Value

_DEEPEST = 60  # objects within objects; each takes a few of Python's own levels
_OURS = frozenset({"autograd", "nn", "viz"})
_PACKAGES = frozenset({"site-packages", "dist-packages"})

# Values whose text says all of them.
_ATOMS = (
    bool, float, complex, str, bytes, range, Decimal, Fraction, PurePath,
    type(None), type(...), type(NotImplemented),
)  # fmt: skip
_CODE = (
    "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_code", "co_consts",
    "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_exceptiontable",
)  # fmt: skip


class Fingerprints:
    """Fingerprints of functions, classes and what they use.

    ``known`` are things that have a name of their own here and are not looked into, by id: a
    checkpoint knows the parameters and the parts of its model, whose numbers change. Kinds of
    objects that do not show their state are collected in ``unknown``.

    >>> def scaled(factor):
    ...     return lambda x: factor * x
    >>> of = Fingerprints().of
    >>> of(scaled(2.0)) == of(scaled(2.0)), of(scaled(2.0)) == of(scaled(3.0))
    (True, False)
    """

    def __init__(self, known: Mapping[int, str] | None = None) -> None:
        self.unknown: set[str] = set()
        self._known = known or {}
        self._found: dict[int, tuple[str, object]] = {}  # with the object: its id stays its own
        self._open: dict[int, int] = {}  # what is being looked into, and how deep it lies

    def of(self, x: Any) -> str:
        """The fingerprint of anything."""
        me = id(x)
        if me in self._known:
            return f"known {self._known[me]}"
        if (atom := _atom(x)) is not None:
            return atom
        if me in self._found:
            return self._found[me][0]
        if me in self._open:
            return f"within {self._open[me]}"
        if len(self._open) > _DEEPEST:
            return self.nothing("something nested too deep")
        self._open[me] = len(self._open)
        try:
            found = hashed([type(x).__name__, *_parts(x, self)])
        finally:
            del self._open[me]
        self._found[me] = found, x
        return found

    def each(self, items: Iterable[Any]) -> list[str]:
        """One for each."""
        return [self.of(item) for item in items]

    def pairs(self, items: Iterable[tuple[Any, Any]]) -> list[list[str]]:
        """Two for each: of a name and a value, say."""
        return [self.each(pair) for pair in items]

    def nothing(self, what: str) -> str:
        """Note that something cannot be compared."""
        self.unknown.add(what)
        return f"unknown {what}"


def hashed(parts: Any) -> str:
    """A hash of lists and texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


# --- what things are made of: texts, fingerprints, and lists of these -----------------------------


@functools.singledispatch
def _parts(x: Any, found: Fingerprints) -> Iterator[Any]:
    """Of an object: its class and its state."""
    cls = type(x)
    yield found.of(cls)
    if hasattr(x, "tobytes") and hasattr(x, "dtype"):  # an array or a number of NumPy
        yield [str(x.dtype), list(x.shape)]
        yield found.of(x.ravel().tolist() if x.dtype.hasobject else x.tobytes())
    elif hasattr(x, "__name__") and (callable(x) or hasattr(x, "__objclass__")):  # of C
        yield [str(getattr(x, "__module__", "")), str(x.__name__)]
    elif hasattr(x, "__wrapped__"):  # with a cache around it
        yield found.of(x.__wrapped__)
    elif not _shows_its_state(cls):
        yield found.nothing(f"a {cls.__name__}")
    yield found.pairs(_state(x))


@_parts.register
def _of_function(f: types.FunctionType, found: Fingerprints) -> Iterator[Any]:
    around = zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)
    yield f.__name__
    home = f.__globals__.get("__name__")  # a decorator's wrapper claims the module of its function
    if _is_installed(home):
        yield [home, f.__code__.co_qualname]
    else:
        yield found.of(f.__code__)
        used = {name: f.__globals__[name] for name in _globals(f.__code__) & f.__globals__.keys()}
        yield _used(used, f.__code__, found)
    yield _used({name: _content(cell) for name, cell in around}, f.__code__, found)
    yield found.each([f.__defaults__, f.__kwdefaults__])
    yield found.pairs((name, x) for name, x in vars(f).items() if name != "__wrapped__")


@_parts.register
def _of_code(code: types.CodeType, found: Fingerprints) -> Iterator[Any]:
    yield found.each(getattr(code, name, None) for name in _CODE)


@_parts.register
def _of_builtin(f: types.BuiltinFunctionType, found: Fingerprints) -> Iterator[Any]:
    yield [f.__module__, f.__qualname__]
    if not isinstance(f.__self__, types.ModuleType):
        yield found.of(f.__self__)


@_parts.register
def _of_method(method: types.MethodType, found: Fingerprints) -> Iterator[Any]:
    yield found.each([method.__func__, method.__self__])


@_parts.register
def _of_partial(f: functools.partial, found: Fingerprints) -> Iterator[Any]:  # type: ignore[type-arg]
    yield found.each([f.func, f.args, f.keywords])


@_parts.register(staticmethod)
@_parts.register(classmethod)
def _of_wrapped(method: Any, found: Fingerprints) -> Iterator[Any]:
    yield found.of(method.__func__)


@_parts.register
def _of_property(x: property, found: Fingerprints) -> Iterator[Any]:
    yield found.each([x.fget, x.fset])


@_parts.register
def _of_module(module: types.ModuleType, _: Fingerprints) -> Iterator[Any]:
    yield module.__name__


@_parts.register
def _of_class(cls: type, found: Fingerprints) -> Iterator[Any]:
    yield cls.__qualname__
    if _is_installed(cls.__module__):
        yield cls.__module__
        return
    yield found.each(cls.__bases__)
    for name, member in vars(cls).items():
        is_plain = not name.startswith("__") and name != "_abc_impl"
        if is_plain or isinstance(member, types.FunctionType):
            yield [name, found.of(member)]


@_parts.register(list)
@_parts.register(tuple)
def _of_items(x: Any, found: Fingerprints) -> Iterator[Any]:
    yield [found.of(type(x)), found.each(x), found.pairs(_state(x))]


@_parts.register(dict)
@_parts.register(types.MappingProxyType)
def _of_dict(x: Any, found: Fingerprints) -> Iterator[Any]:
    yield [found.of(type(x)), found.pairs(x.items()), found.pairs(_state(x))]


@_parts.register(set)
@_parts.register(frozenset)
def _of_set(x: Any, found: Fingerprints) -> Iterator[Any]:
    yield [found.of(type(x)), sorted(found.each(x))]  # its order differs between processes


@_parts.register
def _of_value(x: Value, found: Fingerprints) -> Iterator[Any]:
    yield [*found.each([type(x), x.data]), x.kind]


@_parts.register
def _of_random(x: random.Random, found: Fingerprints) -> Iterator[Any]:
    yield found.of(type(x))
    if not isinstance(x, random.SystemRandom):
        yield found.of(x.getstate())


# --- what Python shows ----------------------------------------------------------------------------


def _atom(x: Any) -> str | None:
    """What a single value says of itself; None if there is more to it."""
    cls = type(x)
    if isinstance(x, Enum):
        return f"{cls.__qualname__}.{x.name}"
    if isinstance(x, _ATOMS):
        return f"{cls.__name__} {x!r}"
    return f"int {x:x}" if isinstance(x, int) else None  # not repr: it has a limit of digits


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return None


def _used(values: Mapping[str, Any], code: types.CodeType, found: Fingerprints) -> list[list[str]]:
    """Values by name; of a module of the user's own what the code may take from it."""
    used = []
    for name, x in sorted(values.items()):
        used.append([name, found.of(x)])
        if isinstance(x, types.ModuleType) and not _is_installed(x.__name__):
            names = sorted(set().union(*[each.co_names for each in _nested(code)]) & vars(x).keys())
            used += [[attribute, found.of(vars(x)[attribute])] for attribute in names]
    return used


def _globals(code: types.CodeType) -> set[str]:
    """The names that a code takes from its module, or from Python."""
    return {
        step.argval
        for each in _nested(code)
        for step in dis.get_instructions(each)
        if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}
    }


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code and those of the functions that are made in it."""
    yield code
    for x in code.co_consts:
        if isinstance(x, types.CodeType):
            yield from _nested(x)


def _state(x: Any) -> list[tuple[str, Any]]:
    """The attributes of an object, those in slots first."""
    names = [
        name
        for cls in reversed(type(x).__mro__)
        for name, member in vars(cls).items()
        if isinstance(member, types.MemberDescriptorType)
    ]
    slots = [(name, getattr(x, name)) for name in names if hasattr(x, name)]
    return [*slots, *getattr(x, "__dict__", {}).items()]


def _shows_its_state(cls: type) -> bool:
    """Whether all of an object lies in its attributes, as it does where a class is in Python."""
    first = cls.__mro__[-2] if len(cls.__mro__) > 1 else cls
    return first is object or "__dict__" in vars(first) or "__slots__" in vars(first)


@functools.cache
def _is_installed(name: str | None) -> bool:
    """Whether a module belongs to Python, to glassgrad or to an installed package."""
    if name is None or name not in sys.modules:
        return False
    if name.partition(".")[0] in _OURS:
        return True
    file = getattr(sys.modules[name], "__file__", None)
    if file is None:
        return name in sys.builtin_module_names
    path = Path(file)
    return bool(_PACKAGES & set(path.parts)) or path.is_relative_to(sysconfig.get_path("stdlib"))
