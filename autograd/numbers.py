"""What counts as a number, and how it becomes a double."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from fractions import Fraction
from numbers import Complex, Real
from typing import Any


def is_number(x: Any) -> bool:
    """Whether x is a real number: int, float, Fraction, Decimal or a NumPy scalar."""
    if isinstance(x, (float, int, Real, Decimal)):
        return True
    numpy = sys.modules.get("numpy")  # NumPy's floats and ints are Real, its booleans are not
    return numpy is not None and isinstance(x, numpy.bool_)


def real(x: Any, what: str = "Value(x)") -> float:
    """x as a double; raises a TypeError that says what to write if x is not a real number.

    >>> real(3), real(True)
    (3.0, 1.0)
    >>> real("3")
    Traceback (most recent call last):
    TypeError: Value(x) takes a real number, got the str '3'; write float('3')
    """
    if x.__class__ is float:
        number: float = x
        return number
    if x.__class__ is not int and not is_number(x):
        raise TypeError(f"{what} takes a real number, got {_describe(x, what)}")
    try:
        number = float(x)
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):  # a NumPy timedelta, a signalling nan
        raise TypeError(
            f"{what} takes a real number, got a {type(x).__name__}: {x!r:.60}"
        ) from None
    if math.isinf(number) and abs(x) != math.inf:
        raise OverflowError(
            f"{what} takes numbers that fit a double (up to 1.8e308), got a larger "
            f"{type(x).__name__}; write math.inf if infinity is meant"
        )
    return number


def _describe(x: Any, what: str) -> str:  # noqa: PLR0911 - one line for each kind of mistake
    """What x is, and what to write instead."""
    kind = type(x).__name__
    if x is None:
        return "None; write 0.0 if zero is meant"
    if isinstance(x, str):
        return f"the str {x!r}; write float({x!r})"
    if isinstance(x, Complex):
        return f"the complex number {x!r}; write {x!r}.real, or compute with two Values"
    if hasattr(x, "backward"):
        return f"a {type(x).__name__}; use it as it is, or write v.data for its number"
    several = f"; write [{what} for x in %s]" if what == "Value(x)" else ""
    if hasattr(type(x), "__array__") and hasattr(x, "shape"):
        write = several % "array" if several else ""
        return f"an array of shape {x.shape}" + ("; write array.item()" if x.shape == () else write)
    if isinstance(x, (list, tuple)):
        return f"a {kind}" + (several % ("..." if len(x) > 3 else repr(x)) if several else "")
    return f"a {kind}: {x!r:.60}"


def comparable(x: Any) -> Any:
    """x, ready to be compared with a double: exact numbers as they are, all others as doubles."""
    if isinstance(x, (int, Fraction)) or (isinstance(x, Decimal) and not x.is_nan()):
        return x
    return real(x)
