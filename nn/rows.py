"""What users hand over as data, as plain lists of Python's own numbers, checked.

Lists, tuples, NumPy arrays, tables of pandas, tensors and iterators all come out the same. A row
is a list of numbers, one number, or lists in lists; Values in it are taken as they are. Errors
name the place as the user would write it: ``X[3][1]``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from autograd.numbers import is_number, real
from autograd.primitive import Recorder

_PLAIN = {float, int}
_NO_ROWS = (str, bytes, dict, set, frozenset, Recorder)


def rows(data: Any, name: str) -> list[Any]:
    """Every row of ``data``, which users know by ``name``.

    >>> rows(((1, 2.5), (3, 4)), "X")
    [[1, 2.5], [3, 4]]
    >>> rows([[1.0, 2.0], [3.0, float("nan")]], "X")
    Traceback (most recent call last):
    ValueError: X[1][1] is nan; only finite numbers will do: fill it in, or leave that row out

    Raises
    ------
    TypeError
        if something is not a number.
    ValueError
        if there is none, if a number is nan or inf, or if rows differ in length. Rows of whole
        numbers may: they are sequences of tokens.
    """
    found = list(checked(items(data, name), name))
    if not found:
        raise ValueError(f"{name} is empty; give at least one example")
    return found


def checked(data: Iterable[Any], name: str) -> Iterator[Any]:
    """The rows one by one, each as plain numbers; it reads no further than it is asked."""
    first: Any = None
    for i, row in enumerate(data):
        found = _plain(row, f"{name}[{i}]")
        if i == 0:
            first = found
        elif (found.__class__ is list) != (first.__class__ is list) or (
            found.__class__ is list and len(found) != len(first)
        ):
            _refuse_ragged(first, found, name, i)
        yield found


def items(data: Any, name: str) -> Iterable[Any]:
    """The rows of ``data`` as they are; of a table its rows, not its columns."""
    if hasattr(data, "toarray"):  # a sparse matrix of SciPy
        raise TypeError(f"{name} is a sparse {type(data).__name__}; write {name}.toarray()")
    if not hasattr(data, "tolist") and hasattr(data, "to_numpy"):  # a DataFrame
        data = data.to_numpy()
    if hasattr(data, "tolist"):  # an array, a Series, a tensor
        data = data.tolist()
    if isinstance(data, _NO_ROWS) or is_number(data) or not hasattr(data, "__iter__"):
        what = repr(data) if is_number(data) or data is None else f"a {type(data).__name__}"
        raise TypeError(f"{name} is a list, an array or a table of examples, got {what}")
    found: Iterable[Any] = data
    return found


def is_stream(data: Any) -> bool:
    """Whether the rows can only be had one after the other.

    >>> is_stream([1, 2]), is_stream(iter([1, 2]))
    (False, True)
    """
    return hasattr(data, "__iter__") and not hasattr(data, "__len__")


# --- one row --------------------------------------------------------------------------------------


def _plain(x: Any, place: str) -> Any:
    """A number or a list of them, as Python's own floats, ints and lists."""
    if x.__class__ is list and x and set(map(type, x)) <= _PLAIN and _adds_up(x):
        return x
    if hasattr(x, "tolist") and not is_number(x):  # an array, perhaps of no dimension
        x = x.tolist()
    if is_number(x):
        return _number(x, place)
    if isinstance(x, Recorder):
        return x
    if isinstance(x, (list, tuple, range)):
        if not x:
            raise ValueError(f"{place} is empty; give at least one number")
        return [_plain(item, f"{place}[{j}]") for j, item in enumerate(x)]
    raise TypeError(f"{place} is {_described(x)}")


def _adds_up(numbers: list[Any]) -> bool:
    """Whether the sum is finite: one question for all; if not, each is asked for itself."""
    try:
        return math.isfinite(sum(numbers))
    except OverflowError:  # a whole number beyond all doubles
        return False


def _number(x: Any, place: str) -> Any:
    number = real(x, place)
    if not math.isfinite(number):
        raise ValueError(
            f"{place} is {number}; only finite numbers will do: fill it in, or leave that row out"
        )
    return int(x) if hasattr(x, "__index__") else number


def _described(x: Any) -> str:
    """What stands where a number should, and what to write instead."""
    if isinstance(x, str):
        try:
            float(x)
        except ValueError:
            return f"the str {x!r:.60}; give numbers, and for names of classes their indices"
        return f"the str {x!r}; write float({x!r})"
    if x is None or type(x).__name__ in {"NAType", "NaTType"}:
        return f"missing ({x}); fill it in, or leave that row out"
    return f"a {type(x).__name__}; give numbers and lists of them"


def _refuse_ragged(first: Any, row: Any, name: str, i: int) -> None:
    """Raise ValueError unless both are sequences of whole numbers, which may differ in length."""
    both = first.__class__ is row.__class__ is list
    if both and all(x.__class__ is int for x in (*first, *row)):
        return
    raise ValueError(
        f"{name}[{i}] is {_sized(row)} and {name}[0] is {_sized(first)}; give every row as many "
        "numbers"
    )


def _sized(row: Any) -> str:
    return f"a list of {len(row)}" if row.__class__ is list else "one number"
