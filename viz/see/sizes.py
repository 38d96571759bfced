"""Which of many numbers are the largest, and sums of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def strongest(terms: Sequence[float], count: int) -> list[int]:
    """The places of the largest terms, largest first; nan counts as the largest of all.

    >>> strongest([1.0, -3.0, 2.0], 2)
    [1, 2]
    """

    def size(k: int) -> float:
        return abs(terms[k]) if terms[k] == terms[k] else math.inf

    return sorted(range(len(terms)), key=lambda k: (-size(k), k))[:count]


def fsum(terms: Iterable[float]) -> float:
    """The sum, rounded once; inf and nan go by IEEE.

    >>> fsum([1e16, 1.0, -1e16]), fsum([float("inf"), 1.0])
    (1.0, inf)
    """
    each = list(terms)
    try:
        return math.fsum(each)
    except (OverflowError, ValueError):  # +inf with −inf, or too large on the way
        return float(sum(each))
