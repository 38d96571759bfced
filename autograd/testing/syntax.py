"""The syntax of a function, found in the file or the cell that defines it."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import linecache
import types
from typing import Any

from ..primitive import Op


def syntax_of(f: Any) -> ast.FunctionDef | ast.Lambda | None:
    """The syntax of f, to be changed at will; None where its source is not at hand."""
    code = getattr(f, "__code__", None)
    if code is None:
        return None
    kind = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    found = [
        node
        for node in _nodes(code).get(code.co_firstlineno, [])
        if isinstance(node, kind) and (kind is ast.FunctionDef or _is_like(_compiled(node), code))
    ]
    if len(_distinct(found)) > 1:  # lambdas in one line that have their names in common
        found = [node for node in found if _compiled(node).co_code == code.co_code]
    return copy.deepcopy(found[0]) if len(_distinct(found)) == 1 else None


def _distinct(nodes: list[Any]) -> set[str]:
    return {ast.dump(node) for node in nodes}


def operation_call(op: Op, user: Any) -> tuple[ast.Call | None, Any]:
    """The call ``operation(...)`` that made a row, and a function that stands near it."""
    forward = inspect.getclosurevars(op.forward).nonlocals.get("forward", op.forward)
    for near in (forward, *op.partials, user):
        nodes = _nodes(near.__code__) if inspect.isfunction(near) else {}
        calls = [node for line in nodes.values() for node in line if _makes(node, op.name)]
        if len(_distinct(calls)) == 1:
            return calls[0], near
    return None, None


def _makes(node: ast.AST, name: str) -> bool:
    """Whether this is ``operation("name", ...)``."""
    if not isinstance(node, ast.Call):
        return False
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    given = [*node.args[:1], *[k.value for k in node.keywords if k.arg == "name"]]
    return called == "operation" and any(getattr(x, "value", None) == name for x in given)


def _nodes(code: types.CodeType) -> dict[int, list[Any]]:
    """The functions and calls of the file that code comes from, by the line where they begin."""
    linecache.checkcache(code.co_filename)
    try:
        return _parsed("".join(linecache.getlines(code.co_filename)))
    except (SyntaxError, ValueError, RecursionError):
        return {}


@functools.lru_cache(maxsize=4)  # a property that fails is shrunk, and fails a hundred times
def _parsed(source: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.Call)):
            found.setdefault(_first_line(node), []).append(node)
    return found


def _first_line(node: Any) -> int:
    """Where a function begins: at its first decorator, if it has one."""
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *[decorator.lineno for decorator in decorators]]))


def _compiled(node: Any) -> types.CodeType:
    """The code of a lambda."""
    constants = compile(ast.Expression(node), "<lambda>", "eval").co_consts
    return next(one for one in constants if isinstance(one, types.CodeType))


def _is_like(compiled: types.CodeType, code: types.CodeType) -> bool:
    """Whether the names and constants of two lambdas agree; their code may differ by closures."""
    return (
        _constants(compiled) == _constants(code)
        and compiled.co_varnames == code.co_varnames
        and set(compiled.co_names) == set(code.co_names) | set(code.co_freevars)
    )


def _constants(code: types.CodeType) -> list[str]:
    """The constants, by their text; of an inner function only that there is one."""
    return ["<code>" if isinstance(x, types.CodeType) else repr(x) for x in code.co_consts]
