"""What a function is, as a fingerprint that another process can compare.

Two functions have the same one if they do the same, as far as Python shows it: their code, their
defaults, and the values that they use from around them (closures, globals, attributes of modules
of one's own), down to the bottom. An object is its class and its state, as `pickle` asks for it.
What lies in Python itself, in glassgrad or in an installed package is its name there.

No function is called, and nothing is written down or read back: only hashes leave this module.
"""

from __future__ import annotations

import copyreg
import dis
import functools
import hashlib
import json
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from autograd import Op, Value

_DEEPEST = 100  # objects within objects; each takes a few of Python's own levels
_OURS = frozenset({"autograd", "nn", "viz"})
_PACKAGES = frozenset({"site-packages", "dist-packages"})

_ATOMS = (bool, float, complex, str, bytes, type(None), type(...))  # their text says all of them

# What pickle does not write, or by name alone: the attributes that say all of it.
_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    types.CodeType: (
        "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_code",
        "co_consts", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_exceptiontable",
    ),
    types.ModuleType: ("__name__",),
    property: ("fget", "fset"),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    Value: ("data", "kind"),
    Op: ("name", "forward", "partials"),
}  # fmt: skip


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
        self._depth = 0

    def of(self, x: Any) -> str:
        """The fingerprint of anything."""
        me = id(x)
        if me in self._known:
            return f"known {self._known[me]}"
        if (atom := _atom(x)) is not None:
            return atom
        if me in self._found:
            return self._found[me][0]
        if self._depth > _DEEPEST:
            return self.nothing("something nested too deep")
        self._found[me] = f"within {self._depth}", x  # until it is known: x may lie within itself
        self._depth += 1
        found = hashed([type(x).__name__, *self._parts(x)])
        self._depth -= 1
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

    # --- what things are made of: texts, fingerprints, and lists of these -------------------------

    def _parts(self, x: Any) -> list[Any]:
        if isinstance(x, types.FunctionType):
            return self._of_function(x)
        if isinstance(x, type):
            return self._of_class(x)
        for cls, names in _ATTRIBUTES.items():
            if isinstance(x, cls):
                return self.each(getattr(x, name, None) for name in names)
        if type(x) in {dict, types.MappingProxyType}:
            return self.pairs(x.items())
        if type(x) in {list, tuple, set, frozenset}:
            found = self.each(x)
            return sorted(found) if isinstance(x, (set, frozenset)) else found  # it has no order
        return [self.of(type(x)), *self._of_object(x)]

    def _of_object(self, x: Any) -> list[Any]:
        """What `pickle` would write of it: a name, or how to make it, and its state and items."""
        if hasattr(x, "__wrapped__"):  # with a cache around it
            return [self.of(x.__wrapped__)]
        try:
            reduce = copyreg.dispatch_table.get(type(x))
            reduced = x.__reduce_ex__(4) if reduce is None else reduce(x)
        except Exception:  # noqa: BLE001 - a class may do anything here
            return [self.nothing(f"a {type(x).__name__}")]
        if isinstance(reduced, str):
            return [str(getattr(x, "__module__", "")), reduced]
        return [self.of(list(one) if isinstance(one, Iterator) else one) for one in reduced]

    def _of_function(self, f: types.FunctionType) -> list[Any]:
        code, home = f.__code__, f.__globals__.get("__name__")
        around = dict(zip(code.co_freevars, map(_value, f.__closure__ or ()), strict=True))
        parts = [
            f.__name__,
            self._used(around, code),
            self.each([f.__defaults__, f.__kwdefaults__]),
        ]
        parts.append(self.pairs((name, x) for name, x in vars(f).items() if name != "__wrapped__"))
        if _is_installed(home):  # where it runs: a decorator's wrapper claims its function's module
            return [*parts, home, code.co_qualname]
        named = {
            step.argval
            for each in _nested(code)
            for step in dis.get_instructions(each)
            if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}
        }
        used = {name: f.__globals__[name] for name in named & f.__globals__.keys()}
        return [*parts, self.of(code), self._used(used, code)]

    def _used(self, values: Mapping[str, Any], code: types.CodeType) -> list[list[str]]:
        """Values by name; of a module of the user's own what the code may take from it."""
        used = dict(values)
        names = set().union(*[each.co_names for each in _nested(code)])
        for module, x in values.items():
            if isinstance(x, types.ModuleType) and not _is_installed(x.__name__):
                used |= {f"{module}.{name}": vars(x)[name] for name in names & vars(x).keys()}
        return self.pairs(sorted(used.items(), key=itemgetter(0)))

    def _of_class(self, cls: type) -> list[Any]:
        if _is_installed(cls.__module__):
            return [cls.__qualname__, cls.__module__]
        members = [
            (name, member)
            for name, member in vars(cls).items()
            if isinstance(member, types.FunctionType)
            or not (name.startswith("__") or name == "_abc_impl")
        ]
        return [cls.__qualname__, self.each(cls.__bases__), self.pairs(members)]


def hashed(parts: Any) -> str:
    """A hash of lists and texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


# --- what Python shows ----------------------------------------------------------------------------


def _atom(x: Any) -> str | None:
    """What a single value says of itself; None if there is more to it."""
    if type(x) in _ATOMS:
        return f"{type(x).__name__} {x!r}"
    return f"int {x:x}" if type(x) is int else None  # not repr: it has a limit of digits


def _value(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return None


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code and those of the functions that are made in it."""
    yield code
    for x in code.co_consts:
        if isinstance(x, types.CodeType):
            yield from _nested(x)


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
