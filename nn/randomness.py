"""Random numbers: turns what users give as ``rng`` into one kind of generator.

``None`` is Python's global ``random``, so a seeded script gives the same results again. A NumPy
generator (``default_rng(0)``, or a ``RandomState``, as in scikit-learn) seeds a new
``random.Random`` at each call that it is passed to, and so moves on: two calls draw different
numbers, and the same script draws the same ones again.

A whole number n is a seed: each call that gets it starts a new ``random.Random(n)``. So
``batches(X, y, shuffle=True, rng=0)``, called in each epoch, has the same order in all epochs. Make
the batches once, before the epochs, and loop over them again and again; or give one
``random.Random(0)`` to all calls.
"""

from __future__ import annotations

import random
from numbers import Integral
from typing import Any, Protocol

_DRAWS = ("uniform", "gauss", "sample", "shuffle")  # all methods that are used anywhere


class Rng(Protocol):
    """What numbers are drawn from: ``random.Random(seed)``, or the module ``random``."""

    def uniform(self, a: float, b: float, /) -> float:
        """A number between a and b."""

    def gauss(self, mu: float, sigma: float, /) -> float:
        """A number from the normal distribution."""


class NumPys(Protocol):
    """A NumPy generator: ``default_rng(0)``, ``RandomState(0)``, or ``numpy.random``."""

    def bytes(self, length: int, /) -> bytes:
        """Random bytes, as many as ``length``."""


RngLike = int | Rng | NumPys | None


def generator(rng: Any) -> Any:
    """The generator to draw from: a ``random.Random``, or the module ``random`` for None.

    >>> generator(None) is random, generator(0).random() == random.Random(0).random()
    (True, True)

    Raises
    ------
    TypeError, ValueError
        for anything not named in this module's docstring, and for a negative number: in Python the
        seed −1 draws the same numbers as 1.
    """
    if rng is None:
        return random
    if not isinstance(rng, type) and all(callable(getattr(rng, name, None)) for name in _DRAWS):
        return rng
    if is_numpys(rng):
        return random.Random(int.from_bytes(rng.bytes(32), "little"))
    is_seed = isinstance(rng, Integral) and not isinstance(rng, bool)
    if is_seed and rng >= 0:
        return random.Random(int(rng))
    raise (ValueError if is_seed else TypeError)(
        "rng must be a whole number from 0 up, a random.Random, a NumPy Generator or None, got "
        f"{rng!r:.60}; write rng=0"
    )


def is_numpys(x: Any) -> bool:
    """Whether x is a NumPy generator: only these have ``bytes``."""
    return not isinstance(x, type) and callable(getattr(x, "bytes", None))
