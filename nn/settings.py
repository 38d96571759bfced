"""What the settings of optimisers, schedules and data may be.

A check takes what was given and its name for errors, and returns what is kept.

>>> fraction(0.5, "SGD: momentum")
0.5
>>> fraction(5, "SGD: momentum")
Traceback (most recent call last):
ValueError: SGD: momentum is at least 0 and below 1, got 5
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.numbers import is_number, real

Check = Callable[[Any, str], Any]  # (what was given, "SGD: lr") -> what is kept


def finite(x: Any, what: str) -> float:
    """Any number but nan and the infinities."""
    number = _real(x, what)
    if not math.isfinite(number):
        raise ValueError(f"{what} is a finite number, got {number:g}")
    return number


def not_negative(x: Any, what: str) -> float:
    """A finite number from 0 on."""
    number = _real(x, what)
    if not (math.isfinite(number) and number >= 0.0):
        raise ValueError(f"{what} is a number from 0 on, got {number:g}")
    return number


def positive(x: Any, what: str) -> float:
    """A finite number above 0."""
    number = _real(x, what)
    if not (math.isfinite(number) and number > 0.0):
        raise ValueError(f"{what} is a number above 0, got {number:g}")
    return number


def fraction(x: Any, what: str) -> float:
    """A number from 0 on and below 1."""
    number = _real(x, what)
    if not 0.0 <= number < 1.0:
        raise ValueError(f"{what} is at least 0 and below 1, got {number:g}")
    return number


def two_fractions(x: Any, what: str) -> tuple[float, float]:
    """Two numbers from 0 on and below 1."""
    optimiser, _, name = what.partition(": ")
    if isinstance(x, str) or not hasattr(x, "__len__") or len(x) != 2:
        raise TypeError(f"{optimiser}: {name} are two numbers, as (0.9, 0.999), got {x!r:.60}")
    return fraction(x[0], f"{what}[0]"), fraction(x[1], f"{what}[1]")


def yes_or_no(x: Any, what: str) -> bool:
    """True or False; 1 and "no" are neither."""
    if not isinstance(x, bool):
        raise TypeError(f"{what} is True or False, got {x!r:.60}")
    return x


def _real(x: Any, what: str) -> float:
    if not is_number(x):
        raise TypeError(f"{what} is a number, got {x!r:.60}")
    return real(x, what)
