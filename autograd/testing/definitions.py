"""Functions and values written down again, so that a program of their own can use them.

A function that can be imported is imported; one whose source is at hand is copied, with what it
needs of its module. `Definitions` gathers both; what cannot be written down is None.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import dis
import functools
import inspect
import math
import sys
import types
from collections.abc import Iterator
from typing import Any

from .. import ops
from ..primitive import Op
from ..value import Value
from .syntax import operation_call, syntax_of

_PACKAGE = __name__.partition(".")[0]
MOST_NUMBERS = 1000  # of an array that is written out
_LONGEST = 20_000


class Definitions:
    """The imports and definitions that a program begins with."""

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self.made: list[str] = []
        """The operations that are made anew."""
        self.is_whole = True
        """Whether everything could be written down."""

    def require(self, line: str) -> None:
        """An import."""
        if line not in self.imports:
            self.imports.append(line)

    # --- functions --------------------------------------------------------------------------------

    def function(  # noqa: PLR0911 - one line for each kind of function
        self, f: Any, name: str
    ) -> str | None:
        """An expression for a function; ``name`` for one that has no name of its own."""
        imported = self._imported(f)
        if imported is not None:
            return imported
        if isinstance(f, Op):
            return self._operation(f, None)
        if isinstance(f, functools.partial):
            return self._partial(f, name)
        if inspect.ismethod(f):
            owner = self._owner(f.__self__, f.__func__.__name__, f.__func__)
            return owner and f"{owner}.{f.__func__.__name__}"
        if not inspect.isfunction(f):
            call = getattr(type(f), "__call__", None)  # noqa: B004 - the function itself is wanted
            return self._owner(f, "__call__", call) if inspect.isfunction(call) else None
        for known, value in self.names.items():
            if value is f:
                return known
        node = syntax_of(f)
        if node is None:
            return None
        own = self._free(f.__name__ if isinstance(node, ast.FunctionDef) else name, f)
        self.names[own] = f
        for needed in _needs(f.__code__, node):
            self._need(f, needed)
        self.lines += ["", *_definition(node, own), ""]
        return own

    def _free(self, name: str, f: Any) -> str:
        """``name``, or one like it that neither the program nor f itself uses."""
        taken = {*self.names, *_globals(f.__code__)} - {f.__name__}
        tried, number = name, 1
        while tried in taken:
            number += 1
            tried = f"{name}{number}"
        return tried

    def _partial(self, f: functools.partial[Any], name: str) -> str | None:
        parts = [self.function(f.func, name), *map(self.value, f.args)]
        parts += [
            None if (text := self.value(x)) is None else f"{key}={text}"
            for key, x in f.keywords.items()
        ]
        if None in parts:
            return None
        self.require("import functools")
        return f"functools.partial({', '.join(map(str, parts))})"

    def _owner(self, owner: Any, method: str, function: Any) -> str | None:
        """An object with this method and what that uses of it, as a class of its own.

        What the class has under the method's name may be a property test of it.
        """
        cls = type(owner).__name__
        if isinstance(owner, type) or _is_importable(type(owner), type(owner).__module__, cls):
            return None  # a library's, which is more than a few lines
        values: dict[str, str] = {}
        methods: dict[str, str] = {}
        waiting = [method]
        while waiting:
            name = waiting.pop()
            kind = function if name == method else inspect.getattr_static(owner, name, None)
            made = getattr(kind, "fget", None) or getattr(kind, "__func__", kind)
            if not inspect.isfunction(made):
                text = self.value(getattr(owner, name, None))
                if text is None:
                    text = self._missing(f"self.{name}", getattr(owner, name, None))
                values[name] = f"{name} = {text}"
                continue
            node = syntax_of(made)
            if not isinstance(node, ast.FunctionDef):
                return None
            for needed in _needs(made.__code__, node):
                self._need(made, needed)
            mark = {property: ["@property"], staticmethod: ["@staticmethod"]}.get(type(kind), [])
            methods[name] = "\n".join([*mark, *_definition(node, node.name)])
            if not isinstance(kind, staticmethod):
                used = _used_of_self(node)
                waiting += [n for n in used if n not in values and n not in methods]
        parts = ["\n".join(values.values()), *reversed(methods.values())]
        text = "\n\n".join(filter(None, parts))
        indented = ["    " + line if line else "" for line in text.split("\n")]
        self.names[cls] = type(owner)
        self.lines += ["", f"class {cls}:", *indented, ""]
        return f"{cls}()"

    def _need(self, f: Any, name: str) -> None:
        """Make ``name`` mean in the program what it means in f."""
        found, value = _looked_up(f, name)
        if not found or value is getattr(builtins, name, self):
            return
        if name not in self.names:
            self._bind(name, value, f)
            return
        known = self.names[name]
        if known is not value and not (type(known) is type(value) and repr(known) == repr(value)):
            self._missing(name, value)  # one name for two things

    def _missing(self, name: str, value: Any) -> str:
        """Something that is left to the reader."""
        self.is_whole = False
        what = getattr(type(value), "__name__", "value")
        self.lines.append(f"# {name} ({what}) is more than can be written down: define it here.")
        return "None"

    def _bind(self, name: str, value: Any, user: Any) -> None:
        """Give ``value`` this name."""
        self.names[name] = value
        if inspect.ismodule(value):
            short = "" if value.__name__ == name else f" as {name}"
            self.require(f"import {value.__name__}{short}")
            return
        text = self.value(value)
        if text is None and isinstance(value, Op):
            text = self._imported(value, name) or self._operation(value, user)
        elif text is None:
            text = self._imported(value, name)
            if text is None and callable(value):
                del self.names[name]
                text = self.function(value, name)
                self.names[name] = value
        if text is None:
            self._missing(name, value)
        elif text != name:
            self.lines.append(f"{name} = {text}")

    def _imported(self, value: Any, name: str | None = None) -> str | None:
        """What to call something that can be imported, under ``name`` if one is given."""
        if isinstance(value, Op) and any(known is value for known in vars(ops).values()):
            public = getattr(sys.modules[_PACKAGE], value.name, None) is value
            if name is None or not public:
                self.require(f"from {_PACKAGE} import ops")
                return f"ops.ALL[{value.name!r}]"
            module, original = _PACKAGE, value.name
        else:
            module, original = getattr(value, "__module__", ""), getattr(value, "__qualname__", "")
            if not _is_importable(value, module, original):
                return None
            root = module.partition(".")[0]
            if getattr(sys.modules.get(root), original, None) is value:  # as people import it
                module = root
        name = name or original
        self.require(f"from {module} import {original}" + (f" as {name}" * (name != original)))
        return name

    # --- operations of a user's own ---------------------------------------------------------------

    def _operation(self, op: Op, user: Any) -> str:
        """An operation of the user's own, made anew where it is not there yet."""
        self.require(f"from {_PACKAGE}.ops import ALL")
        there = f"ALL[{op.name!r}]"
        call, maker = operation_call(op, user)
        needs = [] if call is None else _names_in(call)
        if call is not None and all(_is_known(maker, name) for name in needs):
            for needed in needs:
                self._need(maker, needed)
            self.made.append(op.name)
            return f"ALL.get({op.name!r}) or {ast.unparse(call)}"
        self.lines.append(f"# {op.name} is an operation of your own: run what makes it first.")
        return there

    def operation(self, op: Op) -> None:
        """See to it that ``ALL`` has this operation."""
        if not any(known is op for known in vars(ops).values()):
            text = self._operation(op, None)
            if op.name in self.made:
                self.lines.append(f"{op.name} = {text}")

    # --- values -----------------------------------------------------------------------------------

    def value(self, x: Any) -> str | None:
        """An expression for a value; None if it is more than numbers, words and lists of them."""
        with contextlib.suppress(TypeError, ValueError, AttributeError, RecursionError):
            if getattr(x, "size", 0) > MOST_NUMBERS:
                return None
            text = self.literal(x)
            return text if len(text) <= _LONGEST else None
        return None

    def literal(self, x: Any) -> str:  # noqa: PLR0911 - one for each kind of value
        """x as Python writes it; nan and inf with the module math."""
        if x is None or isinstance(x, (bool, str, bytes)):
            return repr(x)
        if isinstance(x, dict):
            pairs = [f"{self.literal(key)}: {self.literal(v)}" for key, v in x.items()]
            return "{" + ", ".join(pairs) + "}"
        if isinstance(x, (list, set)):
            start, end = "[]" if isinstance(x, list) else ("{", "}")
            items = ", ".join(map(self.literal, x))
            return start + items + end if items or isinstance(x, list) else "set()"
        if isinstance(x, tuple):
            parts = ", ".join(map(self.literal, x))
            if hasattr(x, "_fields"):
                return f"{self._named_tuple(type(x))}({parts})"
            return f"({parts}{',' * (len(x) == 1)})"
        if isinstance(x, Value):
            return self._value(x)
        if type(x).__module__ == "numpy" and type(x) is not sys.modules["numpy"].float64:
            return self._array(x)
        return self._number(x)

    def number(self, x: Any) -> str:
        """One number of a point: also where a Value stands for it."""
        return self._number(x.data if isinstance(x, Value) else x)

    def _number(self, x: Any) -> str:
        number = float(x)
        if math.isfinite(number):
            return repr(x) if type(x) is int else repr(number)
        self.require("import math")
        return "-math.inf" if number == -math.inf else f"math.{number!r}"

    def _array(self, x: Any) -> str:
        kind = getattr(getattr(x, "dtype", None), "kind", "")
        if isinstance(x, type) or not kind or kind not in "fiubO":
            raise ValueError("an array of something else than numbers")
        self.require("import numpy as np")
        usual = str(x.dtype) in {"float64", "int64", "bool", "object"}
        said = "" if usual else f", dtype={str(x.dtype)!r}"
        return f"np.array({self.literal(x.tolist())}{said})"

    def _value(self, x: Value) -> str:
        if x.op is not None or x.kind != "variable":
            raise ValueError("a number that was computed")
        self.require(f"from {_PACKAGE} import Value")
        return f"Value({self._number(x.data)})"

    def _named_tuple(self, cls: type) -> str:
        name = cls.__name__
        if name not in self.names:
            self.require("from collections import namedtuple")
            self.names[name] = cls
            fields: Any = getattr(cls, "_fields", ())
            self.lines.append(f"{name} = namedtuple({name!r}, {' '.join(fields)!r})")
        return name


def _definition(node: ast.FunctionDef | ast.Lambda, name: str) -> list[str]:
    """The text of a function, as a reader would write it: its annotations are left out."""
    arguments = node.args
    for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        arg.annotation = None
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            extra.annotation = None
    if isinstance(node, ast.Lambda):
        return [f"def {name}({ast.unparse(arguments)}):", f"    return {ast.unparse(node.body)}"]
    node.decorator_list, node.returns, node.name = [], None, name
    return ast.unparse(node).split("\n")


def _needs(code: types.CodeType, node: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    """The names from outside that a function uses."""
    defaults = [*node.args.defaults, *node.args.kw_defaults]
    used = [name for default in defaults if default is not None for name in _names_in(default)]
    own = node.name if isinstance(node, ast.FunctionDef) else None
    return (name for name in dict.fromkeys([*used, *_globals(code)]) if name != own)


def _globals(code: types.CodeType) -> list[str]:
    """The names that code looks up outside itself, that of inner functions included."""
    found = list(code.co_freevars)
    waiting = [code]
    while waiting:
        one = waiting.pop()
        waiting += [constant for constant in one.co_consts if isinstance(constant, types.CodeType)]
        found += [i.argval for i in dis.get_instructions(one) if i.opname == "LOAD_GLOBAL"]
    return [name for name in found if name.isidentifier()]  # pytest adds others to an assert


def _names_in(node: ast.AST) -> list[str]:
    """The names that an expression uses, without those that its lambdas bind."""
    bound = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return [name for name in dict.fromkeys(names) if name not in bound]


def _used_of_self(node: ast.FunctionDef) -> list[str]:
    """What a method takes of its object, by name; what it stores there itself is left out."""
    this = node.args.args[0].arg if node.args.args else ""
    used: list[str] = []
    stored = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and getattr(part.value, "id", None) == this:
            used.append(part.attr)
            if isinstance(part.ctx, ast.Store):
                stored.add(part.attr)
        elif isinstance(part, ast.Call) and getattr(part.func, "id", None) == this:
            used.append("__call__")
    return [name for name in dict.fromkeys(used) if name not in stored]


def _is_known(f: Any, name: str) -> bool:
    return _looked_up(f, name)[0] or hasattr(builtins, name)


def _looked_up(f: Any, name: str) -> tuple[bool, Any]:
    """What a name means in a function: whether it is there, and what it is."""
    cells = zip(f.__code__.co_freevars, f.__closure__ or (), strict=False)
    for free, cell in cells:
        if free == name:
            try:
                return True, cell.cell_contents
            except ValueError:  # not bound yet
                return False, None
    return name in f.__globals__, f.__globals__.get(name)


def _is_importable(value: Any, module: Any, name: Any) -> bool:
    """Whether ``from module import name`` gives that value in another program, too."""
    return bool(
        isinstance(module, str)
        and str(name).isidentifier()
        and module != "__main__"
        and not module.startswith(("test", "conftest"))
        and getattr(sys.modules.get(module), name, None) is value
    )
