"""A program that shows a mismatch again: paste it and run it, without hypothesis.

A function that can be imported is imported; one whose source is at hand is copied, with what it
needs of its module. For anything else (a lambda, a closure over something that cannot be written
down) a function of Values is written out as it was recorded, and the text says so.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import math
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from .. import ops
from ..graph import Graph
from ..ops import ALL

HEAD = "from autograd.testing import check_gradients"


def reproduction(
    f: Callable[..., Any],
    arguments: tuple[Any, ...],
    gradient: Callable[..., Any] | None,
    order: int,
    graph: Graph | None,
) -> str:
    """The program's text."""
    lines = [HEAD]
    written = _definition(f)
    if written is None and graph is not None and order == 1:
        name, parts = "recorded", _recorded(graph)
        parts.insert(0, "# The source of the function cannot be had; this is what it recorded:")
        arguments = tuple([node.value for node in _inputs(graph)])
    elif written is None:
        name = _name(f)
        parts = [f"# The source of {name} cannot be had: define it here."]
    else:
        name, parts = written
    options = ""
    if gradient is not None:
        claimed = _definition(gradient)
        if claimed is None:
            options = ", gradient"
            parts += ["# The source of the gradient cannot be had: define gradient(...) here."]
        else:
            other = "gradient" if claimed[0] == name else claimed[0]
            options = f", {other}"
            renamed = [line.replace(f"def {claimed[0]}(", f"def {other}(") for line in claimed[1]]
            body = next((k for k, line in enumerate(renamed) if line.startswith("def ")), 0)
            parts += [line for line in renamed[:body] if line and line not in parts]
            parts += ["", *renamed[body:]]
    if order != 1:
        options += f", order={order}"
    point = ", ".join([_literal(x) for x in arguments]) + ("," if len(arguments) == 1 else "")
    text = "\n".join(parts)
    if "math." in point and "import math" not in text:
        lines.append("import math")
    if "np." in point and "import numpy as np" not in text:
        lines.append("import numpy as np")
    whole = "\n".join([*lines, *parts, "", f"check_gradients({name}, ({point}){options})"])
    return "\n".join(_once(whole.split("\n")))


def _once(lines: list[str]) -> Iterator[str]:
    """The lines, each import only where it comes first."""
    seen = set()
    for line in lines:
        if line.startswith(("import ", "from ")):
            if line in seen:
                continue
            seen.add(line)
        yield line


def _name(f: Callable[..., Any]) -> str:
    name = str(getattr(f, "__name__", "f"))
    return name if name.isidentifier() else "f"


# --- numbers --------------------------------------------------------------------------------------


def _literal(x: Any) -> str:
    """x as Python writes it; nan and inf with the module math."""
    if isinstance(x, dict):
        return "{" + ", ".join([f"{key!r}: {_literal(v)}" for key, v in x.items()]) + "}"
    if isinstance(x, list):
        return "[" + ", ".join(map(_literal, x)) + "]"
    if isinstance(x, tuple):
        return "(" + ", ".join(map(_literal, x)) + ("," if len(x) == 1 else "") + ")"
    if hasattr(x, "tolist") and getattr(x, "shape", ()) != ():
        return f"np.array({_literal(x.tolist())})"
    number = float(x)
    if math.isfinite(number):
        return repr(x) if isinstance(x, int) else repr(number)
    return f"-math.{'inf'}" if number == -math.inf else f"math.{number!r}"


# --- functions ------------------------------------------------------------------------------------


def _definition(f: Any) -> tuple[str, list[str]] | None:
    """The name of f and the lines that define it; None where there are none."""
    imported = _import(f)
    if imported is not None:
        return imported
    function = _function(f)
    if function is None:
        return None
    needs: list[str] = []
    for name in _free_names(function):
        found, value = _looked_up(f, name)
        line = _binding(name, value) if found else None
        if line is None:
            return None
        needs.append(line)
    if isinstance(function, ast.FunctionDef):
        function.decorator_list.clear()
        return function.name, [*needs, "", ast.unparse(function)]
    signature, body = ast.unparse(function.args), ast.unparse(function.body)
    return "f", [*needs, "", f"def f({signature}):", f"    return {body}"]


def _function(f: Any) -> ast.FunctionDef | ast.Lambda | None:
    """The syntax of f, found in the file that defines it."""
    code = getattr(f, "__code__", None)
    if code is None:
        return None
    try:
        tree = ast.parse("".join(inspect.findsource(code)[0]))
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    kind = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, kind)
        and _first_line(node) == code.co_firstlineno
        and (kind is ast.FunctionDef or _compiles_to(node, code))
    ]
    same = {ast.dump(node) for node in found}  # two lambdas in a line may be one and the same
    return found[0] if len(same) == 1 else None


def _first_line(node: Any) -> int:
    """Where a function begins: at its first decorator, if it has one."""
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *[decorator.lineno for decorator in decorators]]))


def _compiles_to(node: Any, code: Any) -> bool:
    """Whether a lambda's syntax is that of ``code``: their names, constants and length agree."""
    constants = compile(ast.Expression(node), "<lambda>", "eval").co_consts
    compiled = next(one for one in constants if isinstance(one, types.CodeType))
    return bool(
        (compiled.co_varnames, compiled.co_consts) == (code.co_varnames, code.co_consts)
        and set(compiled.co_names) == set(code.co_names) | set(code.co_freevars)
        and (code.co_freevars or compiled.co_code == code.co_code)
    )


def _import(f: Any) -> tuple[str, list[str]] | None:
    """``from module import f``, if that gives f."""
    module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", "")
    row = getattr(f, "name", None)
    if isinstance(row, str) and ALL.get(row) is f:
        return f"ops.ALL[{row!r}]", ["from autograd import ops"]
    if not isinstance(module, str) or not str(name).isidentifier() or module == "__main__":
        return None
    if getattr(sys.modules.get(module), name, None) is not f or module.startswith("test"):
        return None
    return name, [f"from {module} import {name}"]


def _free_names(definition: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    """The names that a function uses and does not bind."""
    bound = {definition.name} if isinstance(definition, ast.FunctionDef) else set()
    used: list[str] = []
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                used.append(node.id)
            else:
                bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    for name in dict.fromkeys(used):
        if name not in bound and not hasattr(builtins, name):
            yield name


def _looked_up(f: Any, name: str) -> tuple[bool, Any]:
    closure = inspect.getclosurevars(f) if inspect.isfunction(f) else None
    if closure is not None:
        for names in (closure.nonlocals, closure.globals):
            if name in names:
                return True, names[name]
    names = getattr(f, "__globals__", {})
    return name in names, names.get(name)


MOST_NUMBERS = 1000  # of an array that is written out


def _binding(name: str, value: Any) -> str | None:
    """A line that gives ``value`` that name."""
    if inspect.ismodule(value):
        return f"import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
    if isinstance(value, (int, float, list, tuple, dict)) and not isinstance(value, bool):
        with contextlib.suppress(TypeError, ValueError):
            return f"{name} = {_literal(value)}"
    if hasattr(value, "tolist") and getattr(value, "size", MOST_NUMBERS + 1) <= MOST_NUMBERS:
        kind = "" if str(value.dtype) == "float64" else f", dtype={str(value.dtype)!r}"
        return f"import numpy as np\n{name} = np.array({_literal(value.tolist())}{kind})"
    if ALL.get(getattr(value, "name", "")) is value:
        return _row(name, value)
    module, original = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if (
        isinstance(module, str)
        and str(original).isidentifier()
        and module != "__main__"
        and getattr(sys.modules.get(module), original, None) is value
    ):
        return f"from {module} import {original}" + ("" if original == name else f" as {name}")
    return None


def _row(name: str, op: Any) -> str:
    line = f"from autograd.ops import ALL\n{name} = ALL[{op.name!r}]"
    if any(known is op for known in vars(ops).values()):
        return line
    return f"# {op.name} is an operation of your own: run what makes it first.\n{line}"


# --- recordings -----------------------------------------------------------------------------------


def _inputs(graph: Graph) -> list[Any]:
    return [node for node in graph.nodes if node.op is None and node.kind == "variable"]


def _recorded(graph: Graph) -> list[str]:
    """A function that does what was recorded, one operation a line."""
    names = {}
    for node in _inputs(graph):
        names[node.index] = f"x{node.index}"
    lines = ["from autograd.ops import ALL", "", f"def recorded({', '.join(names.values())}):"]
    for node in graph.nodes:
        if node.op is None:
            names.setdefault(node.index, _literal(node.value))
        else:
            operands = ", ".join([names[i] for i in node.operands])
            names[node.index] = f"v{node.index}"
            lines.append(f"    v{node.index} = ALL[{node.op.name!r}]({operands})")
    roots = [names[root] for root in graph.roots]
    lines.append(f"    return {roots[0] if len(roots) == 1 else '[' + ', '.join(roots) + ']'}")
    return lines
