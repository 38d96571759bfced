"""A measured slope, which knows how far to trust itself; and the sizes of rounding in doubles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Along = Callable[[float], Sequence[float] | None]
"""f along one argument: its outputs at t, or None where it has none."""

EPSILON = 2.0**-52
TINIEST = 5e-324
RESOLVED = 1e-8  # relative; with fewer the next, smaller row of steps is tried


@dataclass(frozen=True, slots=True)
class Slope:
    """A measured derivative: ``value`` ± ``error``, and the one-sided slopes if they differ."""

    value: float
    error: float
    left: float | None = None
    right: float | None = None
    jumps: bool = False
    """Whether the values from a side do not come near the value at the point."""

    @property
    def is_kink(self) -> bool:
        """Whether the slopes from the two sides differ, or one side lies outside the domain."""
        return self.left is not None or self.right is not None

    @property
    def is_resolved(self) -> bool:
        """Whether enough digits are certain to see a relative fault of 1e-6."""
        return self.error <= RESOLVED * abs(self.value)


UNKNOWN = Slope(math.nan, math.inf)
