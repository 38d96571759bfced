"""The slopes to both sides of a kink, for many inputs: moved along the recorded operations.

Where an operation is exactly at its kink, the side on which an input moves it decides its slope. So
the input's rate of change is carried forwards, once for either side, with the measured slopes of
the smooth operations; and through an operation at its kink exactly, with an operand that moves by
less than every number. Only what the input changes is looked at.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ..primitive import Op
from .computed import OutOfReach, Step
from .exact import Near
from .local import Measured
from .slope import EPSILON

ROUNDS = 4 * EPSILON


class Rate(NamedTuple):
    """How fast a number changes, how far off that may be, and the size of what adds up to it."""

    rate: float
    error: float = 0.0
    size: float = 0.0


STILL = Rate(0.0)


class OneSided:
    """The one-sided slopes of a recording's outputs, by the measured slopes of its operations."""

    def __init__(
        self,
        steps: Sequence[Step],
        measured: Sequence[tuple[Measured, ...]],
        at_kinks: Sequence[int],
        roots: Sequence[int],
    ) -> None:
        self.steps, self.measured, self.roots = steps, measured, roots
        self.at_kinks = set(at_kinks)
        self.consumers: list[list[int]] = [[] for _ in steps]
        for i, step in enumerate(steps):
            for operand in dict.fromkeys(step.operands):
                self.consumers[operand].append(i)

    def sides(self, place: int | None) -> list[tuple[Rate, Rate]] | None:
        """For each output its slopes on the left and on the right; None where that is not known."""
        left, right = self._rates(place, -1.0), self._rates(place, 1.0)
        if left is None or right is None:
            return None
        pairs = [(left.get(root, STILL), right.get(root, STILL)) for root in self.roots]
        return [(one._replace(rate=-one.rate), other) for one, other in pairs]

    def _rates(self, place: int | None, sign: float) -> dict[int, Rate] | None:
        """How fast every number changes when one leaf goes ``sign`` per step; None if unknown."""
        if place is None:
            return {}
        found = {place: Rate(sign, 0.0, 1.0)}
        waiting, queued = list(self.consumers[place]), set(self.consumers[place])
        heapq.heapify(waiting)
        while waiting:
            i = heapq.heappop(waiting)
            rate = self._at_kink(i, found) if i in self.at_kinks else self._smooth(i, found)
            if rate is None:
                return None
            if rate != STILL:
                found[i] = rate
                for consumer in self.consumers[i]:
                    if consumer not in queued:
                        queued.add(consumer)
                        heapq.heappush(waiting, consumer)
        return found

    def _smooth(self, i: int, found: dict[int, Rate]) -> Rate | None:
        total, doubt, size = 0.0, 0.0, 0.0
        for operand, (slope, error) in zip(self.steps[i].operands, self.measured[i], strict=True):
            known = found.get(operand)
            if known is not None:
                share = slope * known.rate
                total += share
                size += abs(slope) * known.size
                doubt += abs(slope) * known.error + error * (abs(known.rate) + known.error)
        doubt += ROUNDS * size
        return Rate(total, doubt, size) if math.isfinite(total) and math.isfinite(doubt) else None

    def _at_kink(self, i: int, found: dict[int, Rate]) -> Rate | None:
        step = self.steps[i]
        assert step.op is not None
        rates = [found.get(operand, STILL) for operand in step.operands]
        values = [self.steps[operand].value for operand in step.operands]
        exact = _passed(step.op, values, [known.rate for known in rates])
        if exact is None:
            return None
        doubt = ROUNDS * abs(exact)
        for p, (rate, error, _) in enumerate(rates):
            for off in (rate - error, rate + error) if error else ():
                near = [off if q == p else known.rate for q, known in enumerate(rates)]
                moved = _passed(step.op, values, near)
                if moved is None:
                    return None
                doubt += abs(moved - exact)
        return Rate(exact, doubt, max([abs(exact), *[known.size for known in rates]]))


def _passed(op: Op, values: Sequence[float], rates: Sequence[float]) -> float | None:
    """How fast the result changes; None for an operation that is not exact in fractions.

    >>> from autograd import ops
    >>> _passed(ops.relu, [0.0], [2.0]), _passed(ops.relu, [0.0], [-2.0])
    (2.0, 0.0)
    """
    if not any(rates):
        return 0.0
    if not op.rational:
        return None
    try:
        numbers = [Near(Fraction(x), Fraction(r)) for x, r in zip(values, rates, strict=True)]
        result = op.forward(*numbers)
    except (OutOfReach, TypeError, AttributeError, ArithmeticError, ValueError):
        return None
    if isinstance(result, float) or (isinstance(result, int) and result not in {0, 1}):
        return None
    exact = result if isinstance(result, Near) else Near(result)
    start = op.forward(*values)
    return float(exact.dx) if exact.x == start else None  # else it jumps
