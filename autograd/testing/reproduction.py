"""A program that shows a mismatch again, to be pasted and run without hypothesis.

Nothing of it is run here, and no code of the user's is called. A function that can be imported is
imported. Else, where an operation is to blame, the recorded computation is written out; and where
that would show nothing, the function's source with what it needs, as far as that can be written.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import linecache
import math
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any

from .. import __version__
from ..graph import Graph
from ..numbers import is_number
from ..ops import ALL
from ..primitive import Op

HEAD = "from autograd.testing import check_gradients"
MOST_NODES = 2000  # of a recording that is written out
MOST_NUMBERS = 200  # of a list or an array that is written out


def reproduction(
    f: Callable[..., Any],
    arguments: tuple[Any, ...],
    *,
    gradient: Callable[..., Any] | None = None,
    order: int = 1,
    seed: int = 0,
    graph: Graph | None = None,
) -> str:
    """The program's text; ``graph`` is given if the recording alone shows the mismatch."""
    written = _Program(order, seed)
    name = written.imported(f)
    if name is None and graph is not None and order == 1 and len(graph) <= MOST_NODES:
        name, arguments = written.recorded(graph)
    elif name is None:
        name = written.function(f, "f")
    options = ""
    if gradient is not None:
        options = f", {written.imported(gradient) or written.function(gradient, 'gradient')}"
    return written.text(name, arguments, options)


class _Program:
    """The lines of one program, and the names that it has given."""

    def __init__(self, order: int, seed: int) -> None:
        self.order, self.seed = order, seed
        self.imports = [HEAD]
        self.lines: list[str] = []
        self.known: dict[str, Any] = {}

    def text(self, name: str, arguments: tuple[Any, ...], options: str) -> str:
        """The whole of it; the last line is the check."""
        parts = [self.number(x) for x in arguments]
        point = f"({', '.join(parts)}{',' * (len(parts) == 1)})"
        options += f", order={self.order}" if self.order != 1 else ""
        options += f", seed={self.seed}" if self.seed else ""
        call = f"check_gradients({name}, {point}{options})"
        head = f"# glassgrad {__version__}, seed={self.seed}"
        body = ["", *(self.lines[1:] if self.lines[:1] == [""] else self.lines)]
        body = body if self.lines else []
        return "\n".join([head, *dict.fromkeys(self.imports), *body, "", call])

    # --- functions --------------------------------------------------------------------------------

    def imported(self, thing: Any, alias: str = "") -> str | None:
        """The name by which something of a module can be used, once it is imported."""
        if isinstance(thing, types.ModuleType):
            named = f" as {alias}" if alias and alias != thing.__name__ else ""
            self.imports.append(f"import {thing.__name__}{named}")
            return alias or thing.__name__
        if isinstance(thing, Op) and ALL.get(thing.name) is thing and _is_ours(thing):
            self.imports.append("from autograd import ops")
            return f"ops.ALL[{thing.name!r}]"
        module = getattr(thing, "__module__", None) or ""
        path = str(getattr(thing, "__qualname__", None) or getattr(thing, "__name__", ""))
        place = sys.modules.get(module)
        if module in {"", "__main__", "builtins"} or place is None or not path:
            return path if module == "builtins" and path.isidentifier() else None
        found: Any = place
        for part in path.split("."):
            found = found.__dict__.get(part) if hasattr(found, "__dict__") else None
        if found is not thing and getattr(found, "f", None) is not thing:
            return None
        root = path.partition(".")[0]
        simple = alias and alias != path and "." not in path
        self.imports.append(f"from {_public(module, root, place)} import {root}"
                            f"{f' as {alias}' if simple else ''}")  # fmt: skip
        return (alias if simple else path) if found is thing else f"{path}.f"

    def function(self, f: Any, name: str) -> str:
        """The name of a function whose source is written out; a comment where there is none."""
        if isinstance(f, functools.partial):
            inner = self.imported(f.func) or self.function(f.func, name)
            given = [self.number(x) for x in f.args]
            given += [f"{k}={self.number(x)}" for k, x in f.keywords.items()]
            self.imports.append("import functools")
            return f"functools.partial({', '.join([inner, *given])})"
        if inspect.ismethod(f):
            owner = type(f.__self__).__name__
            self.lines.append(f"# {name} is the method {f.__qualname__}: make a {owner} here")
            return f"{owner.lower()}.{f.__name__}"
        source = _source(f)
        if source is None:
            shown = getattr(f, "__name__", None) or type(f).__name__
            self.lines.append(f"# The source of {shown} could not be found: define {name} here.")
            return name
        self._needs(f)
        name = name if self.known.get(name, f) is f else f"{name}_checked"
        is_def = source.startswith(("def ", "async def "))
        self.lines += ["", *source.splitlines()] if is_def else ["", f"{name} = {source}"]
        return f.__name__ if is_def else name

    def _needs(self, f: Any) -> None:
        """What a function takes from around it: modules, numbers, other functions."""
        with contextlib.suppress(TypeError, ValueError):
            around = inspect.getclosurevars(f)
            for name, thing in {**around.globals, **around.nonlocals}.items():
                if name in self.known:
                    if self.known[name] is not thing:
                        self.lines.append(f"# {name} stands for two things: rename one of them")
                    continue
                self.known[name] = thing
                if self.imported(thing, name) is not None:
                    continue
                if inspect.isfunction(thing):
                    self.function(thing, name)
                else:
                    self.lines.append(f"{name} = {self.number(thing)}")

    # --- numbers ----------------------------------------------------------------------------------

    def number(self, x: Any) -> str:
        """A value as Python; a place to fill in where it cannot be written down."""
        if written := self.literal(x):
            return written
        self.lines.append(f"# ... stands for a {type(x).__name__}: write it out")
        return "..."

    def literal(self, x: Any) -> str:  # noqa: C901, PLR0911 - a line for each kind
        """A value as Python; empty if it cannot be written down."""
        if x is None or isinstance(x, (bool, str, int)):
            return repr(x)
        if hasattr(x, "backward"):
            return repr(float(x.data))
        if hasattr(x, "__array__") and hasattr(x, "dtype"):
            return self._array(x)
        if is_number(x):
            if not math.isfinite(x):
                return f"float({str(float(x))!r})"
            return repr(float(x))
        if isinstance(x, dict):
            pairs = [(repr(key), self.literal(part)) for key, part in x.items()]
            return f"{{{', '.join(f'{k}: {v}' for k, v in pairs)}}}" if all(
                v for _, v in pairs) else ""  # fmt: skip
        if isinstance(x, (list, tuple)) and len(x) <= MOST_NUMBERS:
            parts = [self.literal(part) for part in x]
            if not all(parts):
                return ""
            inner = ", ".join(parts)
            if isinstance(x, list):
                return f"[{inner}]"
            if hasattr(x, "_fields"):
                return f"{self.imported(type(x)) or type(x).__name__}({inner})"
            return f"({inner}{',' * (len(x) == 1)})"
        return ""

    def _array(self, x: Any) -> str:
        if getattr(x, "size", 0) > MOST_NUMBERS or x.dtype.kind not in "fiub":
            return ""
        self.imports.append("import numpy as np")
        kind = str(x.dtype)
        if x.shape == ():
            return f"np.{kind}({x.item()!r})"
        dtype = "" if kind == "float64" else f", dtype={kind!r}"
        numbers = x.tolist()
        if not all(map(math.isfinite, x.ravel().tolist())):
            return f"np.array({numbers!r}{dtype})".replace("nan", "np.nan").replace("inf", "np.inf")
        return f"np.array({numbers!r}{dtype})"

    # --- recordings -------------------------------------------------------------------------------

    def recorded(self, graph: Graph) -> tuple[str, tuple[float, ...]]:
        """A function that does what was recorded, one operation a line; and its point."""
        self.imports.append("from autograd.ops import ALL")
        own = dict.fromkeys([n.op for n in graph.nodes if n.op and not _is_ours(n.op)])
        for op in own:
            module = getattr(op.partials[0], "__wrapped__", op.partials[0]).__module__
            if module in sys.modules and module != "__main__":
                self.imports.append(f"import {module}  # makes the operation {op.name}")
            else:
                self.lines.append(f"# {op.name} is an operation of your own: define it first")
        inputs = [node for node in graph.nodes if node.op is None and node.kind == "variable"]
        names = {node.index: f"x{node.index}" for node in inputs}
        self.lines += [
            "",
            f"def recorded({', '.join(names.values())}):  # this is what the function recorded",
        ]
        for node in graph.nodes:
            if node.op is None:
                names.setdefault(node.index, self.literal(node.value))
            else:
                operands = ", ".join([names[i] for i in node.operands])
                names[node.index] = f"v{node.index}"
                self.lines.append(f"    v{node.index} = ALL[{node.op.name!r}]({operands})")
        roots = [names[root] for root in graph.roots]
        returned = roots[0] if len(roots) == 1 else f"[{', '.join(roots)}]"
        self.lines.append(f"    return {returned}")
        return "recorded", tuple([node.value for node in inputs])


def _is_ours(op: Op) -> bool:
    """Whether the row is one of the table that comes with glassgrad."""
    return op.forward.__module__ != "autograd.custom"


def _public(module: str, name: str, place: Any) -> str:
    """The shortest package that shows what a module defines."""
    for short in _packages(module):
        package = sys.modules.get(short)
        if package is not None and package.__dict__.get(name) is place.__dict__.get(name):
            return short
    return module


def _packages(module: str) -> Iterator[str]:
    parts = module.split(".")
    for i in range(1, len(parts)):
        yield ".".join(parts[:i])


def _source(f: Any) -> str | None:
    """The text of a function without its decorators, or of a lambda; None if it is not at hand."""
    code = getattr(f, "__code__", None)
    if code is None:
        return None
    text, functions = _file(code.co_filename)
    found = []
    for node in functions:
        first = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", [])]])
        if first == code.co_firstlineno and getattr(node, "name", "<lambda>") == code.co_name:
            segment = ast.get_source_segment(text, node, padded=True) or ""
            if code.co_name != "<lambda>" or _is_like(segment, code):
                found.append(textwrap.dedent(segment))
    return found[0] if len(set(found)) == 1 else None


@functools.lru_cache(maxsize=4)
def _file(name: str) -> tuple[str, list[Any]]:
    """The text of a file or of a notebook's cell, and the functions in it."""
    text = "".join(linecache.getlines(name))
    kinds = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)
    try:
        return text, [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    except (SyntaxError, ValueError, RecursionError):
        return text, []


def _is_like(segment: str, code: types.CodeType) -> bool:
    """Whether the text of a lambda has the names and numbers of this one: two may share a line."""
    constants = compile(f"({segment.strip()})", "<lambda>", "eval").co_consts
    compiled = next(one for one in constants if isinstance(one, types.CodeType))
    return (
        compiled.co_varnames == code.co_varnames
        and set(compiled.co_names) == set(code.co_names) | set(code.co_freevars)
        and list(map(repr, _numbers(compiled))) == list(map(repr, _numbers(code)))
    )


def _numbers(code: types.CodeType) -> list[Any]:
    return [x for x in code.co_consts if not isinstance(x, types.CodeType)]
