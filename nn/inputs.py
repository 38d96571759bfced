"""What users hand to networks, checked at the call: sizes to build, numbers to run."""

from __future__ import annotations

import math
import operator
from typing import Any, Protocol

from autograd import Value
from autograd.numbers import is_number, real
from autograd.primitive import Recorder

_VALUES = {Value}
_FLOATS = {float}


class Sized(Protocol):
    """What takes a fixed number of inputs, and can say so."""

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

    Values are taken as they are: where a computation stopped being finite is for
    `autograd.check_finite` to say. A unit of one input takes the bare number, too.
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
            f"{unit.title} got {_counted(len(items), 'input')}; pass {_counted(nin, 'number')}, "
            f"or build {unit.rebuilt(len(items))}"
            if items
            else f"{unit.title} got no inputs; pass {_counted(nin, 'number')}"
        )
    return [item if isinstance(item, Recorder) else _finite(item, i, unit, x)
            for i, item in enumerate(items)]  # fmt: skip


def _refuse_rows(x: Any, unit: Sized) -> None:
    refuse_rows(x, unit.title, f"a list of {_counted(unit.nin, 'number')}")


def refuse_rows(x: Any, title: str, takes: str) -> None:
    """Raise TypeError if x is a batch, where one example belongs.

    >>> refuse_rows([[1.0, 2.0]], "Softmax", "a list of numbers")
    Traceback (most recent call last):
    TypeError: Softmax takes one example, a list of numbers, and got a list of lists; write \
[model(x) for x in X], or model.predict(X)
    """
    is_table = hasattr(x, "columns") and hasattr(x, "to_numpy")  # pandas gives its columns' names
    if is_table or (_is_collection(x) and _is_collection(next(iter(x), None))):
        shape = f" of shape {x.shape}" if hasattr(x, "shape") else ""
        what = "a list of lists" if isinstance(x, (list, tuple)) else f"a {type(x).__name__}{shape}"
        raise TypeError(
            f"{title} takes one example, {takes}, and got {what}; write [model(x) for x in "
            f"{'X.to_numpy()' if is_table else 'X'}], or model.predict(X)"
        )


def _listed(x: Any, unit: Sized) -> list[Any]:
    if not isinstance(x, (str, bytes, dict, set, frozenset, Recorder)):
        try:
            return list(x)
        except TypeError:  # not iterable, or an array of no dimension
            pass
    what = repr(x) if is_number(x) or x is None else f"a {type(x).__name__}"
    raise TypeError(f"{unit.title} takes a list of {_counted(unit.nin, 'number')}, got {what}")


def _finite(x: Any, position: int, unit: Sized, example: Any) -> float:
    """A plain number among the inputs, as a double."""
    if not is_number(x):
        _refuse_rows(example, unit)
        raise TypeError(f"{unit.title} takes numbers and Values, got {x!r:.60} as input {position}")
    number = real(x, unit.title)
    if not math.isfinite(number):
        raise ValueError(
            f"{unit.title} got {number} as input {position}; inputs are finite numbers: check the "
            "data"
        )
    return number


def _is_collection(x: Any) -> bool:
    return hasattr(x, "__len__") and not isinstance(x, (str, bytes, Recorder))


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def size(n: Any, what: str) -> int:
    """A number of inputs or neurons: a whole number from 1 on.

    >>> size(3, "Layer(nin, nout): nin")
    3
    >>> size(0, "Layer(nin, nout): nin")
    Traceback (most recent call last):
    ValueError: Layer(nin, nout): nin is at least 1, got 0
    """
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        instead = str(n).removesuffix(".0") if isinstance(n, (str, float)) else ""
        instead = f"; write {instead}" if instead.isdecimal() else ""
        raise TypeError(f"{what} is a whole number, got {n!r:.60}{instead}")
    whole = operator.index(n)
    if whole < 1:
        raise ValueError(f"{what} is at least 1, got {whole}")
    return whole
