"""What counts as a number, and how it becomes a double."""

from __future__ import annotations

import sys
from decimal import Decimal
from numbers import Real
from typing import Any


def is_number(x: Any) -> bool:
    """Whether x is a real number: int, float, Fraction, Decimal or a NumPy scalar."""
    return isinstance(x, (float, int, Real, Decimal)) or _is_numpy_scalar(x)


def _is_numpy_scalar(x: Any) -> bool:
    """NumPy registers its floats and ints as Real, but not its booleans."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.bool_)


def real(x: Any, what: str = "Value(x)") -> float:
    """x as a double; anything but a real number is a TypeError that says what to write.

    >>> real(3), real(True)
    (3.0, 1.0)
    >>> real("3")
    Traceback (most recent call last):
    TypeError: Value(x) takes a real number, got the str '3'; write float('3')
    """
    if x.__class__ is float:
        number: float = x
        return number
    if not is_number(x):
        raise TypeError(f"{what} takes a real number, got {_describe(x)}")
    try:
        return float(x)
    except OverflowError:
        raise OverflowError(
            f"{what} takes numbers that fit a double (up to 1.8e308), got a larger "
            f"{type(x).__name__}; write math.inf if infinity is meant"
        ) from None


def _describe(x: Any) -> str:  # noqa: PLR0911 - one line for each kind of mistake
    """What x is, and what to write instead."""
    kind = type(x).__name__
    if x is None:
        return "None; write Value(0.0) if zero is meant"
    if isinstance(x, str):
        return f"the str {x!r}; write float({x!r})"
    if isinstance(x, complex):
        return f"the complex number {x!r}; write {x!r}.real, or compute with two Values"
    if hasattr(x, "backward"):
        return "a Value; use it as it is, or write constant(v) for a copy of its number"
    if hasattr(x, "__array__") and hasattr(x, "shape"):
        return f"an array of shape {x.shape}; write [Value(x) for x in array]"
    if isinstance(x, (list, tuple)):
        return f"a {kind}; write [Value(x) for x in {'...' if len(x) > 3 else x!r}]"
    return f"a {kind}: {x!r:.60}"


def reals(xs: Any, what: str) -> list[float]:
    """Each of ``xs`` as a double."""
    return [real(x, what) for x in xs]
