"""A row of halving steps: the slope at the middle, the slopes to either side, kinks and jumps.

Central differences are extrapolated to step zero (Richardson), and the best entry of the tableau is
chosen by its own error estimate (Ridders). What is said of the error has two parts, both measured:
how well neighbouring extrapolations agree, and the rounding of f divided by the step.

Source: Ridders, *Accurate computation of F'(x)*, Adv. Eng. Software 4 (1982).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from .slope import EPSILON, TINIEST, UNKNOWN, Along, Slope

LEVELS = 8
ENOUGH = 1e-11  # relative; more digits than this are not worth another evaluation


class Row:
    """One row of halving steps, and what it tells of each output."""

    def __init__(
        self,
        along: Along,
        t: float,
        base: Sequence[float],
        noise: Sequence[float],
        *,
        step: float,
        so_far: Sequence[Slope],
        epsilon: float = EPSILON,
    ) -> None:
        self.first, self.epsilon = step, epsilon
        self.base = base
        self.noise = noise
        self.levels: list[tuple[float, Sequence[float], Sequence[float]]] = []  # both sides there
        self.right: list[tuple[float, Sequence[float]]] = []
        self.left: list[tuple[float, Sequence[float]]] = []
        self.tableaus = [_Tableau(4.0) for _ in base]
        self.still = [False] * len(base)
        for _ in range(LEVELS):
            above, below = t + step, t - step
            if t in {above, below}:
                break
            step *= 0.5
            upper, lower = along(above), along(below)
            if upper is not None:
                self.right.append((above - t, upper))
            if lower is not None:
                self.left.append((t - below, lower))
            if upper is None or lower is None:
                continue
            self._add(above - below, upper, lower)
            if len(self.levels) > 2 and all(
                tableau.is_done or old.is_resolved or still
                for tableau, old, still in zip(self.tableaus, so_far, self.still, strict=True)
            ):
                break

    def _add(self, width: float, upper: Sequence[float], lower: Sequence[float]) -> None:
        if not self.levels:
            self.still = [True] * len(self.base)
        self.levels.append((width / 2, upper, lower))
        for k, tableau in enumerate(self.tableaus):
            if not tableau.is_done:
                rounding = max(
                    self.noise[k], self.epsilon * max(abs(upper[k]), abs(lower[k])), TINIEST
                )
                # Also where nothing moves: what is saturated has a slope below the last digit.
                tableau.add((upper[k] - lower[k]) / width, 4 * rounding / width)
                if not upper[k] == lower[k] == self.base[k]:
                    self.still[k] = False

    def slopes(self) -> list[Slope]:
        """The best central estimate for every output."""
        return [Slope(tableau.value, tableau.error) for tableau in self.tableaus]

    def bends(self) -> list[bool]:
        """For every output, whether its two sides seem to meet at an angle."""
        if len(self.levels) < 3:
            return [True] * len(self.base)
        return [self._bends(k) for k in range(len(self.base))]

    def _bends(self, k: int) -> bool:
        middle = self.base[k]
        for (h1, upper1, lower1), (h2, upper2, lower2) in reversed(
            list(itertools.pairwise(self.levels))
        ):
            after = abs(upper2[k] - 2 * middle + lower2[k]) / h2
            rounding = max(self.noise[k], self.epsilon * (abs(upper2[k]) + abs(lower2[k])))
            if after > 16 * rounding / h2:  # at the last steps that show anything
                # A smooth function's two slopes approach each other as the step halves.
                return after > 0.75 * abs(upper1[k] - 2 * middle + lower1[k]) / h1
        return False

    def sided(self, k: int, central: Slope) -> Slope:
        """The slopes from the two sides, if they differ; else the central one."""
        left, right = self._one(k, self.left, -1.0), self._one(k, self.right, 1.0)
        if self._jumps(k, self.left) or self._jumps(k, self.right):
            return Slope(math.nan, math.inf, left and left[0], right and right[0], jumps=True)
        if left is None or right is None:
            only = left or right
            if only is None:
                return UNKNOWN
            value, error = only
            sides = (value, None) if right is None else (None, value)
            return Slope(value, error, *sides)
        apart = abs(left[0] - right[0])
        size = abs(central.value) if math.isfinite(central.value) else 0.0
        if math.isnan(apart) or apart > 2 * (left[1] + right[1]) + 1e-7 * size:
            middle = left[0] if left[0] == right[0] else 0.5 * (left[0] + right[0])
            return Slope(middle, max(left[1], right[1]), left[0], right[0])
        # Both sides see something that the wide steps of the centre jumped over.
        near = self.tableaus[k]
        if not abs(near.value - central.value) <= near.error + central.error:
            return Slope(near.value, near.error)
        return central

    def tells(self, k: int, kink: Slope) -> bool:
        """Whether rounding leaves enough to see this kink at the steps of this row."""
        if kink.left is None or kink.right is None or not (self.left and self.right):
            return False
        pairs = [min(side, key=lambda pair: pair[0]) for side in (self.left, self.right)]
        doubts = [
            8 * max(self.noise[k], self.epsilon * max(abs(outputs[k]), abs(self.base[k]))) / h
            for h, outputs in pairs
        ]
        moved = [abs(y[k] - self.base[k]) > d * h
                 for (h, y), d in zip(pairs, doubts, strict=True)]  # fmt: skip
        if kink.jumps:
            return any(moved)
        if math.isinf(kink.left) or math.isinf(kink.right):
            infinite = [math.isinf(kink.left), math.isinf(kink.right)]
            return all(seen or not steep for seen, steep in zip(moved, infinite, strict=True))
        return 4 * max(doubts) < abs(kink.right - kink.left)

    def _jumps(self, k: int, side: Sequence[tuple[float, Sequence[float]]]) -> bool:
        """Whether the distance to the point's value stays, while the steps become shorter."""
        rises = [abs(outputs[k] - self.base[k]) for _, outputs in side]
        if len(rises) < 3 or not rises[-1] > 64 * max(
            self.noise[k], self.epsilon * abs(self.base[k])
        ):
            return False
        return all(abs(b - a) < 0.01 * a for a, b in itertools.pairwise(rises[-3:]))

    def _one(
        self, k: int, side: Iterable[tuple[float, Sequence[float]]], sign: float
    ) -> tuple[float, float] | None:
        """The slope of output k on one side and its error; infinite where it only grows."""
        tableau = _Tableau(2.0)
        quotients = []
        certain = True
        for h, outputs in side:
            rounding = max(self.noise[k], self.epsilon * abs(outputs[k]))
            quotients.append(sign * (outputs[k] - self.base[k]) / h)
            certain = abs(quotients[-1]) > 8 * rounding / h
            tableau.add(quotients[-1], 4 * rounding / h)
        if len(quotients) < 3:
            return None
        if certain and all(abs(b) > 1.3 * abs(a) > 0.0 for a, b in itertools.pairwise(quotients)):
            return math.copysign(math.inf, quotients[-1]), 0.0
        return tableau.value, tableau.error


class _Tableau:
    """Richardson's tableau for step halving: errors in powers of ``factor`` (4: h², 2: h)."""

    __slots__ = ("_worse", "error", "factor", "is_done", "last", "roundings", "value")

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.last: list[float] = []
        self.roundings: list[float] = []
        self.value, self.error = math.nan, math.inf
        self.is_done = False
        self._worse = 0

    def add(self, quotient: float, rounding: float) -> None:
        """One more difference quotient, at half the step of the one before."""
        row = [quotient]
        improved = False
        power = 1.0
        for j, above in enumerate(self.last):
            power *= self.factor
            better = row[j] + (row[j] - above) / (power - 1.0)
            spread = max(abs(better - row[j]), abs(better - above))
            error = 2 * spread + 2 * rounding
            if error < self.error:
                self.value, self.error = better, error
                improved = True
            row.append(better)
        self.last = row
        if len(row) > 2:
            self._worse = 0 if improved else self._worse + 1
            self.is_done = self._worse > 1 or self.error <= ENOUGH * abs(self.value)
