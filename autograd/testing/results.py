"""A user's function: its name and source, its inputs and results, and claims about it.

Each number of a point and of a result has a name such as ``weights[3][1]``, from f's parameters.
The form of a claimed gradient says which derivative each of its numbers is. A tuple has one part
for each argument, like the point. Anything else, a list or an array, is the Jacobian matrix: it has
a row for each output, with the numbers of the point from left to right. So ``(dx, dy)`` and
``[[dx, dy]]`` are what `autograd.jacobian`, JAX and PyTorch give.
"""

from __future__ import annotations

import ast
import functools
import itertools
import linecache
import math
import textwrap
import types
from collections.abc import Callable, Sequence
from typing import Any

from ..numbers import is_number
from ..primitive import Op
from ..trees import flatten
from ..value import Value
from .outcome import Entry

Rows = list[list[float]]
WANTED = "a gradient has a number for each number of the point, nested like it or in an array"

# --- names ----------------------------------------------------------------------------------------


def function_name(f: Callable[..., Any]) -> str:
    """The name of f for messages."""
    if isinstance(f, Op):
        return f.name
    if isinstance(f, functools.partial):
        return function_name(f.func)
    name: str = getattr(f, "__name__", type(f).__name__)
    return "the function" if name == "<lambda>" else name


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of f's first ``count`` parameters; ``x[0]``, ``x[1]`` if they have no names.

    >>> argument_names(lambda weights, *others: 0.0, 3)
    ['weights', 'others[0]', 'others[1]']
    """
    if isinstance(f, Op) and f.arity is not None and f.arity <= 3:
        return ["x", "y", "w"][:count]
    import inspect  # noqa: PLC0415 - costs milliseconds, and only checks need it

    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (ValueError, TypeError):  # a built-in without a signature
        parameters = []
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{i}]" for i in range(count - len(names))]
        elif parameter.kind not in {parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD}:
            names.append(parameter.name)
    if len(names) < count:
        return ["x"] if count == 1 else [f"x[{i}]" for i in range(count)]
    return names[:count]


def output_names(f: Callable[..., Any], result: Any) -> list[str]:
    """A name for every number that f returned.

    >>> output_names(lambda x: [x, x], [1.0, 2.0])
    ['output[0]', 'output[1]']
    """
    name = function_name(f)
    return leaf_names("output" if name == "the function" else name, result)


def leaf_names(name: str, tree: Any) -> list[str]:
    """A name for every number of a nested argument, in the order of `trees.flatten`.

    >>> leaf_names("w", {"a": [1.0, 2.0], "b": 3.0})
    ["w['a'][0]", "w['a'][1]", "w['b']"]
    """
    if isinstance(tree, dict):
        return [n for key, part in tree.items() for n in leaf_names(f"{name}[{key!r}]", part)]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        pairs = zip(tree._fields, tree, strict=True)
        return [n for field, part in pairs for n in leaf_names(f"{name}.{field}", part)]
    if isinstance(tree, (list, tuple)):
        return [n for i, part in enumerate(tree) for n in leaf_names(f"{name}[{i}]", part)]
    shape = getattr(tree, "shape", ())
    if hasattr(tree, "__array__") and shape != ():
        return [
            name + "".join([f"[{i}]" for i in index])
            for index in itertools.product(*map(range, shape))
        ]
    return [name]


# --- source ---------------------------------------------------------------------------------------


def source_of(f: Any) -> str | None:
    """The source of a function without decorators, or of a lambda; None if it is not available."""
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
    """The text of a file or a notebook cell, and the functions in it."""
    text = "".join(linecache.getlines(name))
    kinds = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)
    try:
        return text, [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    except (SyntaxError, ValueError, RecursionError):
        return text, []


def _is_like(segment: str, code: types.CodeType) -> bool:
    """Whether a lambda's text has the names and numbers of this code: two may share a line."""
    constants = compile(f"({segment.strip()})", "<lambda>", "eval").co_consts
    compiled = next(one for one in constants if isinstance(one, types.CodeType))
    return (
        compiled.co_varnames == code.co_varnames
        and set(compiled.co_names) == set(code.co_names) | set(code.co_freevars)
        and list(map(repr, _numbers(compiled))) == list(map(repr, _numbers(code)))
    )


def _numbers(code: types.CodeType) -> list[Any]:
    return [x for x in code.co_consts if not isinstance(x, types.CodeType)]


# --- numbers --------------------------------------------------------------------------------------


def doubles(result: Any, name: str, wanted: str) -> list[float]:
    """The numbers of a result; ``name`` returned it, and ``wanted`` says what it should be.

    >>> doubles(([1, 2], 0.5), "f", "numbers are wanted")
    [1.0, 2.0, 0.5]
    >>> doubles([None], "f", "numbers are wanted")
    Traceback (most recent call last):
    TypeError: f returned None (is its return missing?); numbers are wanted
    """
    numbers = []
    for x in flatten(result)[0]:
        if isinstance(x, Value):
            numbers.append(x.data)
        elif is_number(x) or getattr(x, "shape", None) == ():
            numbers.append(float(x))
        else:
            raise no_number(x, name, wanted)
    return numbers


def unsteady(f: Callable[..., Any], first: Sequence[float], second: Sequence[float]) -> str:
    """A message if a function gave two results at the same point; else empty."""
    if list(map(repr, first)) == list(map(repr, second)):
        return ""
    pairs = zip(first, second, strict=False)
    one, other = next(((a, b) for a, b in pairs if repr(a) != repr(b)), (first, second))
    return (
        f"{function_name(f)} gives different values at the same point, {one!r} and {other!r}: seed "
        "its random numbers, and let it keep no state between calls"
    )


def no_number(x: Any, name: str, wanted: str) -> TypeError:
    """The error that says what was returned, and what should have been."""
    what = "None (is its return missing?)" if x is None else f"a {type(x).__name__}"
    return TypeError(f"{name} returned {what}; {wanted}")


# --- claims ---------------------------------------------------------------------------------------


def check_claim(gradient: Any, who: str) -> None:
    """Raise if a gradient cannot be called: the number itself, or a word."""
    if gradient is not None and not callable(gradient):
        shown = "<the derivatives>" if len(f"{gradient!r}") > 60 else f"{gradient!r}"
        raise TypeError(
            f"gradient= of {who} must be a function of the same arguments that returns the "
            f"derivatives there; got {shown}: write gradient=lambda *point: {shown}"
        )


def rows(gradient: Callable[..., Any], result: Any, outputs: int, arguments: Sequence[Any]) -> Rows:
    """The Jacobian that ``gradient`` returned: a row for each output, as long as the point.

    >>> rows(abs, (1.0, 2.0), 1, (0.0, 0.0))
    [[1.0, 2.0]]
    >>> rows(abs, [[1.0, 2.0], [3.0, 4.0]], 2, (0.0, 0.0))  # a row for each output
    [[1.0, 2.0], [3.0, 4.0]]
    >>> rows(abs, ([1.0, 2.0], [3.0, 4.0]), 2, (0.0, 0.0))  # a part for each argument
    [[1.0, 3.0], [2.0, 4.0]]
    """
    name = _name(gradient)
    widths = [len(flatten(argument)[0]) for argument in arguments]
    if _has_parts(result, outputs, widths):
        found = [
            _rows(name, part, argument, outputs, width)
            for part, argument, width in zip(result, arguments, widths, strict=True)
        ]
        return [[x for part in found for x in part[k]] for k in range(outputs)]
    whole = arguments[0] if len(arguments) == 1 else None
    return _rows(name, result, whole, outputs, sum(widths))


def _has_parts(result: Any, outputs: int, widths: Sequence[int]) -> bool:
    """Whether there is one part for each of several arguments."""
    if not isinstance(result, (tuple, list)) or not len(result) == len(widths) > 1:
        return False
    sizes = [len(flatten(part)[0]) for part in result]
    if sizes != [outputs * width for width in widths]:
        return False
    is_matrix = isinstance(result, list) and sizes == [sum(widths)] * outputs
    return not is_matrix


def _rows(name: str, part: Any, argument: Any, outputs: int, width: int) -> Rows:
    """The claim for one argument: a row for each output, in the argument's own order."""
    if isinstance(argument, dict) and isinstance(part, dict):
        if part.keys() != argument.keys():
            raise ValueError(
                f"{name} returned a dict with the keys {', '.join(map(repr, part))}, but the "
                f"point has {', '.join(map(repr, argument))}; give a derivative for each"
            )
        found = [
            _rows(name, part[key], argument[key], outputs, len(flatten(argument[key])[0]))
            for key in argument
        ]
        return [[x for rows in found for x in rows[k]] for k in range(outputs)]
    numbers = doubles(part, name, WANTED)
    if len(numbers) != outputs * width:
        wanted = f"{width} numbers" if outputs == 1 else f"{outputs} × {width} numbers"
        raise ValueError(
            f"{name} returned {len(numbers)} numbers, but the derivatives here "
            f"are {wanted}: one for each output of the function and each number of the point"
        )
    shape, wanted_shape = getattr(part, "shape", None), getattr(argument, "shape", None)
    if outputs == 1 and width > 1 and None not in {shape, wanted_shape} and shape != wanted_shape:
        raise ValueError(
            f"{name} returned an array of shape {shape}, but the argument has {wanted_shape}: "
            "an update x - lr * gradient would broadcast to something else"
        )
    if min(outputs, width) > 1 and outputs != width and _shape(part) == (width, outputs):
        raise ValueError(
            f"{name} returned {width} × {outputs} numbers, but the Jacobian here is {outputs} × "
            f"{width}: a row for each output of the function, a column for each number of the "
            "point; it seems transposed"
        )
    return [numbers[k * width : (k + 1) * width] for k in range(outputs)]


def _shape(part: Any) -> tuple[int, ...]:
    """Rows and columns of a matrix, an array or nested lists; () for anything else."""
    shape = getattr(part, "shape", None)
    if shape is not None:
        return tuple(shape)
    if not isinstance(part, (list, tuple)) or not part:
        return ()
    lengths = {len(row) if isinstance(row, (list, tuple)) else -1 for row in part}
    flat = all(is_number(x) for row in part if isinstance(row, (list, tuple)) for x in row)
    return (len(part), lengths.pop()) if len(lengths) == 1 and flat and -1 not in lengths else ()


def _name(gradient: Callable[..., Any]) -> str:
    name = function_name(gradient)
    return "the gradient" if name == "the function" else name


TRANSPOSED = (
    "your Jacobian seems transposed: with rows and columns exchanged it is all right. In a list "
    "or an array a row belongs to an output of the function, a column to a number of the point; a "
    "tuple has a part for each argument"
)


def transposed(entries: Sequence[Entry]) -> str:
    """A message if a claimed square matrix is right when transposed; else empty."""
    outputs = list(dict.fromkeys(entry.output for entry in entries))
    names = list(dict.fromkeys(entry.name for entry in entries))
    size = len(outputs)
    if size < 2 or len(names) != size or len(entries) != size * size:
        return ""
    at = {(outputs.index(e.output), names.index(e.name)): e for e in entries}
    if all(_fits(at[k, i], at[i, k].analytic) for k in range(size) for i in range(size)):
        return TRANSPOSED
    return ""


def _fits(entry: Entry, claim: float) -> bool:
    """Whether another claim would have been right for this entry."""
    if entry.numeric is None or entry.bound is None:
        return False
    slack = entry.bound + 2.0**-40 * max(abs(claim), abs(entry.numeric))
    return math.isfinite(claim) and abs(claim - entry.numeric) <= slack
