"""Computations as Python: readable programs, and programs that reproduce a mismatch.

A drawn computation becomes imports, one def, and few names: a short expression that is used once
stays where it is used; everything else gets a name. A mismatch becomes a program to be pasted and
run without Hypothesis. None of it is run here, and no user code is called. A function that can be
imported is imported. Otherwise, if an operation is to blame, the recorded computation is written
out; if that would show nothing, the function's source is written with what it needs, as far as
possible.

Notation: a step applies a row to operands. An operand that is an int is the position of an input or
of an earlier step, counted together; a float is a number.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .. import __version__, ops
from ..graph import Graph
from ..numbers import is_number
from ..ops import ALL
from ..primitive import Op
from .results import source_of

HEAD = "from autograd.testing import check_gradients"
MOST_NODES = 2000  # the most nodes of a recording that is written out
MOST_NUMBERS = 200  # the most numbers of a list or an array that is written out


INFIX: dict[str, tuple[str, int]] = {  # the operator, and its precedence
    "add": (" + ", 1),
    "sub": (" - ", 1),
    "mul": (" * ", 2),
    "div": (" / ", 2),
    "pow": ("**", 4),
}
_UNARY = 3
_ATOM = 5
_SHORT = 24
_NAMES = "abcdeghijklmnopqrstuvw"  # f is the function, x, y and z are its arguments
_OF_A_LIST = frozenset({"sum", "prod", "logsumexp"})
# Public functions that differ from their rows: they take lists, or have defaults.
_FUNCTIONS = _OF_A_LIST | {"dot", "where", "clip", "elu", "leaky_relu"}
_ROOT = __name__.partition(".")[0]


# --- a computation that was drawn -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a computation.

    The row ``where`` has four operands here, (p, q, a, b): a if p > q, else b. Then a and b are
    not constants, so that there is always a node.
    """

    op: Op
    operands: tuple[int | float, ...]


def is_own(op: Op) -> bool:
    """Whether the row is in the table, rather than known only to its maker."""
    return ALL.get(op.name) is op


def input_names(count: int) -> tuple[str, ...]:
    """Names for arguments.

    >>> input_names(2), input_names(4)
    (('x', 'y'), ('x0', 'x1', 'x2', 'x3'))
    """
    return tuple("xyz"[:count]) if count <= 3 else tuple([f"x{i}" for i in range(count)])


def written(inputs: Sequence[str], steps: Sequence[Step]) -> str:
    """The program of a function ``f`` of these inputs, whose result is the last step.

    >>> from autograd import tanh
    >>> print(written(("x", "y"), [Step(ALL["mul"], (0, 1)), Step(tanh, (2,)), \
Step(ALL["add"], (3, 3))]))
    from autograd import tanh
    <BLANKLINE>
    <BLANKLINE>
    def f(x, y):
        a = tanh(x * y)
        return a + a
    <BLANKLINE>
    """
    lines, result = body(inputs, steps)
    top = _imports(steps)
    indented = [f"    {line}" for line in [*lines, f"return {result}"]]
    head = [*top, "", ""] if top else []
    return "\n".join([*head, f"def f({', '.join(inputs)}):", *indented, ""])


def body(inputs: Sequence[str], steps: Sequence[Step]) -> tuple[list[str], str]:
    """The assignments, and the expression for the result."""
    uses = [0] * (len(inputs) + len(steps))
    for step in steps:
        for operand in step.operands:
            if isinstance(operand, int):
                uses[operand] += 1
    texts: list[tuple[str, int]] = [(name, _ATOM) for name in inputs]
    lines: list[str] = []
    for i, step in enumerate(steps, start=len(inputs)):
        text = _text(step, texts)
        last = i == len(uses) - 1
        if not last and (uses[i] > 1 or len(text[0]) > _SHORT):
            name = _NAMES[len(lines)] if len(lines) < len(_NAMES) else f"v{len(lines)}"
            lines.append(f"{name} = {text[0]}")
            text = (name, _ATOM)
        texts.append(text)
    return lines, texts[-1][0]


def _text(step: Step, texts: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """The text of one operation, and its precedence."""
    operands = [
        texts[x] if isinstance(x, int) else (repr(x), _UNARY if x < 0 else _ATOM)
        for x in step.operands
    ]
    name, inner = step.op.name, [text for text, _ in operands]
    if is_own(step.op):
        if name in INFIX:
            sign, binding = INFIX[name]
            left, right = operands
            # a + (b + c) may differ from a + b + c in the last digit.
            tight = _ATOM if name == "pow" else binding + 1
            first = _bound(left, _ATOM if name == "pow" else binding)
            return f"{first}{sign}{_bound(right, tight)}", binding
        if name == "neg":
            return f"-{_bound(operands[0], _UNARY + 1)}", _UNARY
        if name in _OF_A_LIST:
            return f"{name}([{', '.join(inner)}])", _ATOM
        if name == "dot":
            half = len(inner) // 2
            weights, xs, bias = inner[:half], inner[half : 2 * half], inner[2 * half :]
            arguments = [f"[{', '.join(weights)}]", f"[{', '.join(xs)}]", *bias]
            return f"dot({', '.join(arguments)})", _ATOM
    if name == "where":
        p, q, *branches = inner
        return f"where({p} > {q}, {', '.join(branches)})", _ATOM
    return f"{_called(step.op)}({', '.join(inner)})", _ATOM


def _bound(text: tuple[str, int], tightly: int) -> str:
    return text[0] if text[1] >= tightly else f"({text[0]})"


def _called(op: Op) -> str:
    """The name by which the row is called."""
    if not is_own(op):
        return op.name
    if op.name in _FUNCTIONS or getattr(sys.modules[_ROOT], op.name, None) is op:
        return op.name
    return f"ops.{op.name}" if getattr(ops, op.name, None) is op else f'ops.ALL["{op.name}"]'


def _imports(steps: Sequence[Step]) -> list[str]:
    names, given = set(), set()
    for step in steps:
        called = _called(step.op)
        if not is_own(step.op):
            given.add(called)
        elif step.op.name not in {*INFIX, "neg", "abs"}:  # built into Python
            names.add(called.partition(".")[0])
    lines = [f"from autograd import {', '.join(sorted(names))}"] if names else []
    return lines + [f"# {name} is the operation that was given" for name in sorted(given)]


# --- a mismatch -----------------------------------------------------------------------------------


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
        """The whole program; its last line is the check."""
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
        """The name by which something can be used once it is imported; None if it cannot be."""
        if isinstance(thing, types.ModuleType):
            named = f" as {alias}" if alias and alias != thing.__name__ else ""
            self.imports.append(f"import {thing.__name__}{named}")
            return alias or thing.__name__
        if isinstance(thing, Op) and is_own(thing) and _is_ours(thing):
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
        """The name of a function whose source is written out, or a comment if it has no source."""
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
        source = source_of(f)
        if source is None:
            shown = getattr(f, "__name__", None) or type(f).__name__
            self.lines.append(f"# The source of {shown} was not found: define {name} here.")
            return name
        self._needs(f)
        name = name if self.known.get(name, f) is f else f"{name}_checked"
        is_def = source.startswith(("def ", "async def "))
        self.lines += ["", *source.splitlines()] if is_def else ["", f"{name} = {source}"]
        return f.__name__ if is_def else name

    def _needs(self, f: Any) -> None:
        """Write what a function uses from outside: modules, numbers, other functions."""
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
        """A value as Python, or ``...`` to be filled in if it cannot be written."""
        if written := self.literal(x):
            return written
        self.lines.append(f"# ... stands for a {type(x).__name__}: write it out")
        return "..."

    def literal(self, x: Any) -> str:  # noqa: C901, PLR0911 - a line for each kind
        """A value as Python; empty if it cannot be written."""
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
        if not isinstance(x, (dict, list, tuple)) or len(x) > MOST_NUMBERS:
            return ""
        parts = [self.literal(part) for part in (x.values() if isinstance(x, dict) else x)]
        if not all(parts):
            return ""
        if isinstance(x, dict):
            pairs = zip(x, parts, strict=True)
            return f"{{{', '.join([f'{key!r}: {part}' for key, part in pairs])}}}"
        inner = ", ".join(parts)
        if isinstance(x, list):
            return f"[{inner}]"
        if hasattr(x, "_fields"):
            return f"{self.imported(type(x)) or type(x).__name__}({inner})"
        return f"({inner}{',' * (len(x) == 1)})"

    def _array(self, x: Any) -> str:
        if getattr(x, "size", 0) > MOST_NUMBERS or x.dtype.kind not in "fiub":
            return ""
        self.imports.append("import numpy as np")
        kind = str(x.dtype)
        if x.shape == ():
            return f"np.{kind}({x.item()!r})"
        dtype = "" if kind == "float64" else f", dtype={kind!r}"
        text = f"np.array({x.tolist()!r}{dtype})"
        if not all(map(math.isfinite, x.ravel().tolist())):
            return text.replace("nan", "np.nan").replace("inf", "np.inf")
        return text

    # --- recordings -------------------------------------------------------------------------------

    def recorded(self, graph: Graph) -> tuple[str, tuple[float, ...]]:
        """A function that does what was recorded, one operation per line; and its point."""
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
    """Whether the row is in the table that comes with glassgrad."""
    return op.forward.__module__ != "autograd.custom"


def _public(module: str, name: str, place: Any) -> str:
    """The package with the shortest name that exports what a module defines."""
    parts = module.split(".")
    for short in [".".join(parts[:i]) for i in range(1, len(parts))]:
        package = sys.modules.get(short)
        if package is not None and package.__dict__.get(name) is place.__dict__.get(name):
            return short
    return module
