"""Where randomness comes from: what users give as ``rng``, made into one thing to draw from.

``None`` is Python's global ``random``, so that a seeded script reproduces. A generator of NumPy's
(``default_rng(0)``, or a ``RandomState``, as scikit-learn has it) seeds a ``random.Random`` at each
call that it is given to, and so moves on: two calls draw different numbers, and the same script the
same ones again.

A whole number n draws what ``random.Random(n)`` does, anew at each call that it is given to. So
``batches(X, y, shuffle=True, rng=0)``, called in each epoch, has one order in all of them. Make
the batches once, before the epochs, and go through them again and again; or give one
``random.Random(0)`` to all calls.
"""

from __future__ import annotations

import random
from numbers import Integral
from typing import Any, Protocol

_DRAWS = ("uniform", "gauss", "sample", "shuffle")  # all that is asked of it anywhere


class Rng(Protocol):
    """What is drawn from: ``random.Random(seed)``, or the module ``random``."""

    def uniform(self, a: float, b: float, /) -> float:
        """A number between a and b."""

    def gauss(self, mu: float, sigma: float, /) -> float:
        """A number from the normal distribution."""


class NumPys(Protocol):
    """A generator of NumPy's: ``default_rng(0)``, ``RandomState(0)``, or ``numpy.random``."""

    def bytes(self, length: int, /) -> bytes:
        """So many random bytes."""


RngLike = int | Rng | NumPys | None


def generator(rng: Any) -> Any:
    """What to draw from: a ``random.Random``, or the module ``random`` for None.

    >>> generator(None) is random, generator(0).random() == random.Random(0).random()
    (True, True)

    Raises
    ------
    TypeError, ValueError
        for anything else than the module says, and for a negative number: Python's seed −1 draws
        what 1 draws.
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
        "rng is a whole number from 0 on, a random.Random, a NumPy Generator or None, got "
        f"{rng!r:.60}; write rng=0"
    )


def is_numpys(x: Any) -> bool:
    """Whether x is a generator of NumPy's: they alone give ``bytes``."""
    return not isinstance(x, type) and callable(getattr(x, "bytes", None))
