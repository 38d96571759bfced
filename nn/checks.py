"""Checks of what users pass in: settings, data, and the inputs of networks.

A check of a setting takes the given value and its name for errors, and returns the value to keep.
Data may be lists, tuples, NumPy arrays, pandas tables, tensors or iterators; they become plain
lists of Python numbers. Errors name a place as the user would write it, ``X[3][1]``.

>>> fraction(0.5, "SGD: momentum")
0.5
>>> fraction(5, "SGD: momentum")
Traceback (most recent call last):
ValueError: SGD: momentum must be at least 0 and below 1, got 5
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from autograd import Value
from autograd.numbers import is_number, real
from autograd.primitive import Recorder

Check = Callable[[Any, str], Any]  # (what was given, "SGD: lr") -> what is kept

_PLAIN = {float, int}
_VALUES, _FLOATS = {Value}, {float}  # compared for every example
_NOT_ROWS = (str, bytes, dict, set, frozenset, Recorder)


# --- settings -------------------------------------------------------------------------------------


def _number(x: Any, what: str, words: str, is_right: Callable[[float], bool]) -> float:
    if not is_number(x):
        raise TypeError(f"{what} must be a number, got {x!r:.60}")
    number = real(x, what)
    if not is_right(number):
        raise ValueError(f"{what} must be {words}, got {number:g}")
    return number


def finite(x: Any, what: str) -> float:
    """Any number except nan and the infinities."""
    return _number(x, what, "a finite number", math.isfinite)


def not_negative(x: Any, what: str) -> float:
    """A finite number, 0 or above."""
    return _number(x, what, "at least 0 and finite", lambda n: 0.0 <= n < math.inf)


def positive(x: Any, what: str) -> float:
    """A finite number above 0."""
    return _number(x, what, "a number above 0", lambda n: 0.0 < n < math.inf)


def above_zero(x: Any, what: str) -> float:
    """A number above 0, including infinity."""
    return _number(x, what, "a number above 0", lambda n: n > 0.0)


def fraction(x: Any, what: str) -> float:
    """A number that is at least 0 and below 1."""
    return _number(x, what, "at least 0 and below 1", lambda n: 0.0 <= n < 1.0)


def two_fractions(x: Any, what: str) -> tuple[float, float]:
    """Two numbers that are at least 0 and below 1."""
    optimiser, _, name = what.partition(": ")
    if isinstance(x, str) or not hasattr(x, "__len__") or len(x) != 2:
        raise TypeError(f"{optimiser}: {name} are two numbers, as (0.9, 0.999), got {x!r:.60}")
    return fraction(x[0], f"{what}[0]"), fraction(x[1], f"{what}[1]")


def yes_or_no(x: Any, what: str) -> bool:
    """True or False; 1 and "no" are neither."""
    if not isinstance(x, bool):
        raise TypeError(f"{what} must be True or False, got {x!r:.60}")
    return x


def size(n: Any, what: str) -> int:
    """A number of inputs or neurons: a whole number, 1 or above.

    >>> size(3, "Layer(nin, nout): nin")
    3
    >>> size(0, "Layer(nin, nout): nin")
    Traceback (most recent call last):
    ValueError: Layer(nin, nout): nin must be at least 1, got 0
    """
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        instead = str(n).removesuffix(".0") if isinstance(n, (str, float)) else ""
        instead = f"; write {instead}" if instead.isdecimal() else ""
        raise TypeError(f"{what} must be a whole number, got {n!r:.60}{instead}")
    whole = operator.index(n)
    if whole < 1:
        raise ValueError(f"{what} must be at least 1, got {whole}")
    return whole


# --- data -----------------------------------------------------------------------------------------


def rows(data: Any, name: str) -> list[Any]:
    """Every row of ``data``, which users call ``name``.

    >>> rows(((1, 2.5), (3, 4)), "X")
    [[1, 2.5], [3, 4]]
    >>> rows([[1.0, 2.0], [3.0, float("nan")]], "X")
    Traceback (most recent call last):
    ValueError: X[1][1] is nan, but must be a finite number: fill it in, or leave that row out

    Raises
    ------
    TypeError
        if something is not a number.
    ValueError
        if there are no rows, if a number is nan or inf, or if rows differ in length. Rows of whole
        numbers may differ: they are sequences of tokens.
    """
    found = list(checked(items(data, name), name))
    if not found:
        raise ValueError(f"{name} is empty; give at least one example")
    return found


def checked(data: Iterable[Any], name: str) -> Iterator[Any]:
    """The rows one by one, as plain numbers; each is read only when it is needed."""
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
    """The rows of ``data`` as they are; for a table its rows, not its columns."""
    if hasattr(data, "toarray"):  # a sparse SciPy matrix
        raise TypeError(f"{name} is a sparse {type(data).__name__}; write {name}.toarray()")
    if not hasattr(data, "tolist") and hasattr(data, "to_numpy"):  # a DataFrame
        data = data.to_numpy()
    if hasattr(data, "tolist"):  # an array, a Series, a tensor
        data = data.tolist()
    if isinstance(data, _NOT_ROWS) or is_number(data) or not hasattr(data, "__iter__"):
        what = repr(data) if is_number(data) or data is None else f"a {type(data).__name__}"
        raise TypeError(f"{name} must be a list, an array or a table of examples, got {what}")
    found: Iterable[Any] = data
    return found


def is_stream(data: Any) -> bool:
    """Whether the rows can only be read one after the other.

    >>> is_stream([1, 2]), is_stream(iter([1, 2]))
    (False, True)
    """
    return hasattr(data, "__iter__") and not hasattr(data, "__len__")


# --- one row --------------------------------------------------------------------------------------


def _plain(x: Any, place: str) -> Any:
    """A number or a nested list of numbers, as Python's own floats, ints and lists."""
    if x.__class__ is list and x and set(map(type, x)) <= _PLAIN and _adds_up(x):
        return x
    if hasattr(x, "tolist") and not is_number(x):  # an array, perhaps with no dimensions
        x = x.tolist()
    if is_number(x):
        return _number_at(x, place)
    if isinstance(x, Recorder):
        return x
    if isinstance(x, (list, tuple, range)):
        if not x:
            raise ValueError(f"{place} is empty; give at least one number")
        return [_plain(item, f"{place}[{j}]") for j, item in enumerate(x)]
    raise TypeError(f"{place} is {_described(x)}")


def _adds_up(numbers: list[Any]) -> bool:
    """Whether the sum is finite: one test for all; only if it fails, each number is tested."""
    try:
        return math.isfinite(sum(numbers))
    except OverflowError:  # a whole number that is too large for a double
        return False


def _number_at(x: Any, place: str) -> Any:
    number = real(x, place)
    if not math.isfinite(number):
        raise ValueError(
            f"{place} is {number}, but must be a finite number: fill it in, or leave that row out"
        )
    return int(x) if hasattr(x, "__index__") else number


def _described(x: Any) -> str:
    """What was given in place of a number, and what to write instead."""
    if isinstance(x, str):
        try:
            float(x)
        except ValueError:
            return f"the str {x!r:.60}; give numbers, and indices for the names of classes"
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


# --- one example for a network --------------------------------------------------------------------


class Sized(Protocol):
    """Something with a fixed number of inputs, described for error messages."""

    @property
    def nin(self) -> int:
        """How many inputs."""

    @property
    def title(self) -> str:
        """Kind and shape: ``"Layer(3 -> 2)"``."""

    def rebuilt(self, nin: int) -> str:
        """The line that builds one like this for ``nin`` inputs: ``"Layer(4, 2)"``."""


def gathered(x: Any, unit: Sized) -> list[Any]:
    """One example as a list of Values and finite floats, as many as ``unit`` takes.

    Values are taken as they are; `autograd.check_finite` finds where a computation stopped being
    finite. A unit with one input also takes a bare number.
    """
    nin = unit.nin
    if x.__class__ is list and len(x) == nin:
        kinds = set(map(type, x))
        if kinds == _VALUES:
            return x
        if kinds == _FLOATS and math.isfinite(sum(x)):
            return x
    if nin == 1 and (isinstance(x, Recorder) or is_number(x)):
        x = [x]
    items = _listed(x, unit)
    if len(items) != nin:
        _refuse_rows(x, unit)
        raise ValueError(
            f"{unit.title} got {counted(len(items), 'input')}; pass {counted(nin, 'number')}, "
            f"or build {unit.rebuilt(len(items))}"
            if items
            else f"{unit.title} got no inputs; pass {counted(nin, 'number')}"
        )
    return [item if isinstance(item, Recorder) else _finite(item, i, unit, x)
            for i, item in enumerate(items)]  # fmt: skip


def _refuse_rows(x: Any, unit: Sized) -> None:
    refuse_rows(x, unit.title, f"a list of {counted(unit.nin, 'number')}")


def refuse_rows(x: Any, title: str, takes: str) -> None:
    """Raise TypeError if x is a batch instead of one example.

    >>> refuse_rows([[1.0, 2.0]], "Softmax", "a list of numbers")
    Traceback (most recent call last):
    TypeError: Softmax takes one example, a list of numbers, but got a list of lists; write \
[model(x) for x in X], or model.predict(X)
    """
    is_table = hasattr(x, "columns") and hasattr(x, "to_numpy")  # pandas iterates column names
    if is_table or (_is_collection(x) and _is_collection(next(iter(x), None))):
        shape = f" of shape {x.shape}" if hasattr(x, "shape") else ""
        what = "a list of lists" if isinstance(x, (list, tuple)) else f"a {type(x).__name__}{shape}"
        raise TypeError(
            f"{title} takes one example, {takes}, but got {what}; write [model(x) for x in "
            f"{'X.to_numpy()' if is_table else 'X'}], or model.predict(X)"
        )


def _listed(x: Any, unit: Sized) -> list[Any]:
    if not isinstance(x, _NOT_ROWS):
        try:
            return list(x)
        except TypeError:  # not iterable, or an array with no dimensions
            pass
    what = repr(x) if is_number(x) or x is None else f"a {type(x).__name__}"
    raise TypeError(f"{unit.title} takes a list of {counted(unit.nin, 'number')}, got {what}")


def _finite(x: Any, position: int, unit: Sized, example: Any) -> float:
    """A plain number among the inputs, as a double."""
    if not is_number(x):
        _refuse_rows(example, unit)
        raise TypeError(f"{unit.title} takes numbers and Values, got {x!r:.60} as input {position}")
    number = real(x, unit.title)
    if not math.isfinite(number):
        raise ValueError(
            f"{unit.title} got {number} as input {position}; inputs must be finite: check the data"
        )
    return number


def _is_collection(x: Any) -> bool:
    return hasattr(x, "__len__") and not isinstance(x, (str, bytes, Recorder))


def counted(n: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "target"), counted(3, "target")
    ('1 target', '3 targets')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
