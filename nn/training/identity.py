"""What must be the same when training is resumed: settings, and what functions do.

Functions are compared by fingerprints, which another process can compute too. Two functions have
the same fingerprint if they do the same, as far as Python shows it: their code, their defaults, and
the values that they use from outside (closures, globals, attributes of the user's modules), to any
depth. The fingerprint of an object covers its class and its state, as `pickle` sees it. Anything
from Python itself, glassgrad or an installed package counts by its name.

No function is called, and nothing is written or read back: only hashes leave this module.
"""

from __future__ import annotations

import copyreg
import dis
import functools
import hashlib
import json
import platform
import random
import re
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from autograd import Op, Value

from ..data.batches import Examples
from ..examples import plain
from ..module import Module
from ..saving.random_states import generators
from ..walk import Part, attributes
from .adjustments import Adjustments
from .state import Callback, Training

_DEEPEST = 100  # objects within objects; each takes a few of Python's own levels
_OURS = frozenset({"autograd", "nn", "viz"})
_PACKAGES = frozenset({"site-packages", "dist-packages"})

_ATOMS = (bool, float, complex, str, bytes, type(None), type(...))  # fully described by their text

# What pickle does not write, or only by name: the attributes that fully describe it.
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

    ``known`` are objects, by id, that count by a given name and are not looked into: a checkpoint
    names the parameters and the parts of its model, whose numbers change. Kinds of objects that do
    not show their state are collected in ``unknown``.

    >>> def scaled(factor):
    ...     return lambda x: factor * x
    >>> of = Fingerprints().of
    >>> of(scaled(2.0)) == of(scaled(2.0)), of(scaled(2.0)) == of(scaled(3.0))
    (True, False)
    """

    def __init__(self, known: Mapping[int, str] | None = None) -> None:
        self.unknown: set[str] = set()
        self._known = known or {}
        self._found: dict[int, tuple[str, object]] = {}  # with the object, to keep its id valid
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
        self._found[me] = f"within {self._depth}", x  # provisional: x may contain itself
        self._depth += 1
        found = hashed([type(x).__name__, *self._parts(x)])
        self._depth -= 1
        self._found[me] = found, x
        return found

    def each(self, items: Iterable[Any]) -> list[str]:
        """One fingerprint for each."""
        return [self.of(item) for item in items]

    def pairs(self, items: Iterable[tuple[Any, Any]]) -> list[list[str]]:
        """Two fingerprints for each pair, such as a name and a value."""
        return [self.each(pair) for pair in items]

    def nothing(self, what: str) -> str:
        """Note that something cannot be compared."""
        self.unknown.add(what)
        return f"unknown {what}"

    # --- the contents of objects: texts, fingerprints, and lists of these -------------------------

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
            return sorted(found) if isinstance(x, (set, frozenset)) else found  # sets have no order
        return [self.of(type(x)), *self._of_object(x)]

    def _of_object(self, x: Any) -> list[Any]:
        """What `pickle` would write: a name, or how to make the object, and its state and items."""
        if hasattr(x, "__wrapped__"):  # wrapped in a cache
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
        if _is_installed(home):  # where it runs: a wrapper claims the module of its function
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
        """Values by name; for a user's module, what the code may use from it."""
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
    """A text that fully describes a single value; None if there is no such text."""
    if type(x) in _ATOMS:
        return f"{type(x).__name__} {x!r}"
    return f"int {x:x}" if type(x) is int else None  # not repr: it has a limit of digits


def _value(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return None


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object and those of the functions inside it."""
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


# --- settings ------------------------------------------------------------------------------------

ORDER = "parameters in the optimizer, or in another order"


Settings = dict[str, dict[str, Any]]
"""Settings as `fit` names them; and the fingerprints of functions, whose names say little."""


def settings_of(training: Training) -> tuple[Settings, set[str]]:
    """The settings of a training before it starts, and the kinds that could not be looked into."""
    state = training.optimizer.state_dict()
    own = {**state["settings"], "lr": training.lr}
    own |= {name: state[name] for name in ("base_lr", "groups") if name in state}
    optimizer = ", ".join(f"{k}={x!r}" for k, x in own.items())
    callbacks = training.remembering
    said = {
        **training.asked,
        "X and y": digest(training.data),
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "loss": _said(training.loss),
        "optimizer": f"{state['class']}({optimizer})",
        ORDER: _order(training),
        "schedule": _said(training.schedule),
        "penalties and clipping": repr(training.adjustments or Adjustments()),
        "validation": None if training.validation is None else digest(training.validation),
        "metrics": list(training.metrics),
        "the callbacks": ", ".join(map(_called, callbacks)) or "none that remember something",
    }
    found = Fingerprints(_known(training))
    functions = {
        "loss": found.of(training.loss),
        "schedule": found.of(training.schedule),
        **{f"metric {name!r}": found.of(one) for name, one in training.metrics.items()},
        "model": hashed([_of_part(module, found) for module in training.model.modules()]),
        "optimizer": found.of(type(training.optimizer)),
        **{f"callback {_called(callback)}": found.of(type(callback)) for callback in callbacks},
    }
    return {"settings": said, "functions": functions}, found.unknown


def difference(now: Settings, before: Mapping[str, Any]) -> str:
    """The first setting that differs in a checkpoint, in words; empty if all are the same."""
    for name in {**now["settings"], **before["settings"]}:
        was, is_ = before["settings"].get(name), now["settings"].get(name)
        if was != is_:
            hidden = name in {"X and y", "validation", ORDER}
            return f"different {name}" if hidden else f"{name} {was}, not {is_}"
    for name in {**now["functions"], **before["functions"]}:
        if now["functions"].get(name) != before["functions"].get(name):
            return (
                f"a different {name}, although it looks the same: its code or a value that it uses "
                f"differs{_versions(before['python'])}"
            )
    return ""


def digest(data: Examples) -> str:
    """A fingerprint of examples: the same for equal numbers only."""
    columns = (data.rows, data.targets, data.weights or ())
    return hashed([[plain(item) for item in column] for column in columns])


def _order(training: Training) -> str:
    """The place of each of the optimiser's parameters in the model: its memory has this order."""
    places = {id(p): i for i, p in enumerate(training.model.parameters())}
    found = [places.get(id(p)) for p in training.optimizer.parameters]
    return "" if found == list(range(len(places))) else hashed(found)


def _known(training: Training) -> dict[int, str]:
    """What a checkpoint restores: these objects count by name, and are not compared."""
    model = training.model
    parts = [*model.modules(), *model.parameters(), *training.optimizer.parameters]
    names = {id(part): f"part {i} of the training" for i, part in enumerate(parts)}
    drawn = {id(x): name for name, x in generators(model, training.rng).items()}
    return {id(training.optimizer): "the optimizer", **names, **drawn}


def _of_part(module: Module, found: Fingerprints) -> list[Any]:
    """The class of a part of a model, and its settings: numbers, texts and functions.

    Its other attributes are parameters, parts, or something measured or remembered.
    """
    settings = [
        [name, found.of(x)]
        for attribute, value in attributes(module)
        for name, x in _spread(attribute, value)
        if attribute not in _BROUGHT_BACK and _is_setting(x)
    ]
    return [found.of(type(module)), settings]


_BROUGHT_BACK = frozenset({"training", "decision_threshold", "trained_with"})  # restored by fit


def _spread(name: str, x: Any) -> Iterator[tuple[str, Any]]:
    """The object itself, or the functions in a list or dict."""
    if isinstance(x, (list, dict)):
        items = x.items() if isinstance(x, dict) else enumerate(x)
        yield from ((f"{name}.{key}", item) for key, item in items if callable(item))
    else:
        yield name, x


def _is_setting(x: Any) -> bool:
    if isinstance(x, tuple):
        return all(map(_is_setting, x))
    if isinstance(x, (Part, Value, random.Random)):
        return False
    return callable(x) or isinstance(x, (bool, int, float, str, type(None)))


def _said(function: Any) -> Any:
    """A text for a function: its name, or for our own schedules their full description."""
    if function is None:
        return None
    name = getattr(function, "__name__", None)
    # An object's address is different in each process.
    return name if isinstance(name, str) else re.sub(r" at 0x[0-9a-fA-F]+", "", repr(function))


def _called(callback: Callback) -> str:
    settings = [f"{name}={getattr(callback, name)!r}" for name in callback.settings]
    return f"{type(callback).__name__}({', '.join(settings)})"


def _versions(before: str) -> str:
    now = platform.python_version()
    if before.split(".")[:2] == now.split(".")[:2]:
        return ""
    return (
        f" (it was started with Python {before}, but this is {now}: the code of functions can only "
        "be compared within one version)"
    )
