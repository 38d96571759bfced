"""What a function returned, as one flat list of doubles."""

from __future__ import annotations

from typing import Any

from ..numbers import is_number
from ..trees import flatten
from ..value import Value


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


def no_number(x: Any, name: str, wanted: str) -> TypeError:
    """The error that says that x was returned, and what should have been."""
    what = "None (is its return missing?)" if x is None else f"a {type(x).__name__}"
    return TypeError(f"{name} returned {what}; {wanted}")
