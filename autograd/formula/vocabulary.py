"""The names a formula knows: the rows of the table, functions on lists, and a few constants."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .. import functions, ops
from ..primitive import Op

CONSTANTS: Final = {"pi": math.pi, "π": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

# Words with another meaning in Python. `lambda` has one too, but it is also what everyone calls the
# strength of a penalty.
RESERVED: Final = frozenset(keyword.kwlist) - {"lambda"}


@dataclass(frozen=True, slots=True)
class Function:
    """What a name does when it is called, and how many numbers it takes."""

    call: Callable[..., Any]
    least: int
    most: int | None
    """None: any number of them, one by one or as a list."""


def _of_list(function: Callable[[Any], Any]) -> Function:
    """A function of one list that also takes several numbers: ``sum(a, b)``."""

    def call(*numbers: Any) -> Any:
        return function(numbers[0] if _is_one_list(numbers) else list(numbers))

    return Function(call, 0, None)


def _of_pairs(op: Op, name: str) -> Function:
    """A row of two operands, extended to any number: ``max(a, b, c)``."""

    def call(*numbers: Any) -> Any:
        first, *others = numbers[0] if _is_one_list(numbers) and numbers[0] else numbers
        if isinstance(first, list):
            raise TypeError(f"{name} of an empty list is undefined; give at least one number")
        for other in others:
            first = op(first, other)
        return first

    return Function(call, 1, None)


def _is_one_list(numbers: tuple[Any, ...]) -> bool:
    return len(numbers) == 1 and isinstance(numbers[0], list)


_NAMED: Final = {
    **{
        function.__name__: _of_list(function)
        for function in (
            functions.sum, functions.prod, functions.mean, functions.logsumexp,
            functions.softmax, functions.log_softmax,
        )
    },
    "min": _of_pairs(ops.minimum, "min"),
    "max": _of_pairs(ops.maximum, "max"),
    "dot": Function(functions.dot, 2, 3),
    "where": Function(functions.where, 3, 3),
    "clip": Function(functions.clip, 3, 3),
    "leaky_relu": Function(functions.leaky_relu, 1, 2),
    "elu": Function(functions.elu, 1, 2),
    "detach": Function(functions.detach, 1, 1),
}  # fmt: skip
_OTHER_NAMES: Final = {
    "ln": "log", "σ": "sigmoid", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
}  # fmt: skip


def function(name: str) -> Function | None:
    """The function of this name, also a user's own operation; None if there is no such function."""
    name = _OTHER_NAMES.get(name, name)
    if name in _NAMED:
        return _NAMED[name]
    row = ops.ALL.get(name)
    if row is None:
        return None
    if row.variadic:
        return _of_list(lambda numbers: row(*numbers))
    assert row.arity is not None
    return Function(row, row.arity, row.arity)


def function_names() -> list[str]:
    """Every name that can be called."""
    return sorted({*_NAMED, *_OTHER_NAMES, *ops.ALL})


def nearest(name: str, known: list[str]) -> str:
    """The known name that is most similar to this one; empty if none is close."""
    import difflib  # noqa: PLC0415 - costs milliseconds, and only errors need it

    by_lower_case = {word.lower(): word for word in known}
    swapped = [word for word in by_lower_case if sorted(word) == sorted(name.lower())]
    if swapped:  # tahn means tanh, although tan is just as close
        return by_lower_case[swapped[0]]
    near = difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.65)
    return by_lower_case[near[0]] if near else ""
