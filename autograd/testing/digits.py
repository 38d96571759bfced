"""A recording in mpmath, with 90 digits and more, and slopes over a step of 1e-30.

What an operation computes is read from the column ``exact`` of its row. A recording with an
operation of a user's own that has none has no high precision.
"""

from __future__ import annotations

import contextlib
import functools
import math
import threading
from collections.abc import Sequence
from typing import Any

from ..ops import atan2
from ..primitive import Op
from .computed import OutOfReach, Sides, Step, recomputed, size_of
from .needed import needed

DIGITS = 90
MORE_DIGITS = 470  # for slopes as small as the smallest double
STEP = 30  # the step is 10**-STEP
MISFIT = 1e-10  # relative; between the rounding of a sound row and the smallest fault of interest


def exact_value(op: Op, mp: Any, operands: Sequence[Any]) -> Any:
    """What a row computes, in the arithmetic of the mpmath context ``mp``.

    Raises
    ------
    OutOfReach
        if an operation of a user's own has no column ``exact``.
    """
    if isinstance(op.exact, str):
        return getattr(mp, op.exact)(*operands)
    if op.exact is not None:
        return op.exact(mp, *operands)
    if not op.rational:
        raise OutOfReach(op.name)
    return mp.mpf(op.forward(*operands))


def load_digits() -> None:
    """Import mpmath, if it is installed: that takes as long as many checks."""
    with contextlib.suppress(ImportError):
        needed("mpmath", "check_gradients")


@functools.lru_cache(maxsize=32)
def _arithmetic(digits: int, _: int) -> Any:
    """mpmath with so many digits, for one thread. To make one takes long."""
    mp = needed("mpmath", "check_gradients").MPContext()
    mp.dps = digits
    return mp


class Precisely:
    """A recording in mpmath, with as many digits as its numbers ask for."""

    name = "mpmath"

    def __init__(self, steps: Sequence[Step], extra: int = 0) -> None:
        self.steps = steps
        sizes = [abs(step.value) for step in steps if step.value and math.isfinite(step.value)]
        self.largest = max(sizes, default=1.0)
        # An infinitely wide range of sizes asks for more digits: 1 + 1e-300 must keep both.
        least = min([abs(s.value) for s in steps if s.op is None and s.value], default=1.0)
        spread = math.log10(max(self.largest, 1.0)) - math.log10(min(least, 1.0))
        needed("mpmath", "check_gradients")
        digits = DIGITS + int(2 * spread) + extra
        self.mp = _arithmetic(digits, threading.get_ident())
        self.is_finest = extra > 0
        self.step = STEP + (170 if extra else 0)
        self.values: list[Any] = []
        for step in steps:
            if step.op is atan2 and _has_negative_zero([steps[i].value for i in step.operands]):
                raise OutOfReach  # mpmath knows one zero, atan2 two
            self.values.append(
                self.mp.mpf(step.value) if step.op is None else self._apply(step, self.values)
            )

    def _apply(self, step: Step, values: Sequence[Any]) -> Any:
        assert step.op is not None
        try:
            result = exact_value(step.op, self.mp, [values[i] for i in step.operands])
        except (ArithmeticError, ValueError, TypeError, MemoryError, RecursionError):
            raise OutOfReach from None
        if not isinstance(result, self.mp.mpf):
            raise OutOfReach  # complex: outside the domain
        if not self.mp.isfinite(result):
            raise OutOfReach
        return result

    def misfit(self) -> int | None:
        """The first operation whose recorded result is not what mpmath computes of its operands."""
        exact = [self.mp.mpf(step.value) for step in self.steps]
        for i, step in enumerate(self.steps):
            if step.op is None:
                continue
            try:
                found = self._apply(step, exact)
            except OutOfReach:
                continue
            operands = tuple([self.steps[j].value for j in step.operands])
            # What nearby operands give is near enough; of signed zeros mpmath knows nothing.
            slack = MISFIT * (abs(float(found)) + size_of(step.op, operands, step.value))
            if not abs(exact[i] - found) <= slack + 1e-300 and not _has_negative_zero(operands):
                return i
        return None

    def sides(self, leaf: int, results: Sequence[int]) -> list[Sides]:
        """The slopes of ``results`` towards one leaf."""
        found = self._sides(leaf, results)
        if self.is_finest or not any(map(_is_lost, found)):
            return found
        try:
            return self._finer.sides(leaf, results)
        except OutOfReach:  # with more digits the point lies outside the domain
            return found

    @functools.cached_property
    def _finer(self) -> Precisely:
        """The same with digits enough for 1 − tanh(300): a slope of 0 may be one of 1e-260."""
        return Precisely(self.steps, extra=MORE_DIGITS)

    def _sides(self, leaf: int, results: Sequence[int]) -> list[Sides]:
        x = self.values[leaf]
        scale = abs(x) if x else self.mp.mpf(1)
        rounding = self.mp.mpf(10) ** (self.step + 15 - self.mp.dps)
        rounding *= max(self.largest, 1.0) / scale
        towards = []
        errors = [rounding] * len(results)
        for sign in (-1, 1):
            h = sign * scale * self.mp.mpf(10) ** -self.step
            near = self._quotients(leaf, results, h)
            nearer = self._quotients(leaf, results, h / 10**10)
            limits = [_limit(a, b, rounding) for a, b in zip(near, nearer, strict=True)]
            towards.append(limits)
            for k, limit in enumerate(limits):
                if limit is not None and not math.isinf(limit):
                    # The step's own error falls with its square: by 1e-20 from one to the other.
                    errors[k] = max(errors[k], abs(near[k] - nearer[k]) * 1e-10 + rounding)
        return [
            Sides(left, right, error) for left, right, error in zip(*towards, errors, strict=True)
        ]

    def _quotients(self, leaf: int, results: Sequence[int], h: Any) -> list[Any]:
        """(f(x + h) − f(x)) / h, extrapolated once; None outside the domain."""
        try:
            x = self.values[leaf]
            one = recomputed(self.steps, self.values, leaf, x + h, self._apply)
            half = recomputed(self.steps, self.values, leaf, x + h / 2, self._apply)
        except OutOfReach:
            return [None] * len(results)
        base = self.values
        return [(4 * half[r] - one[r] - 3 * base[r]) / h for r in results]


def _is_lost(sides: Sides) -> bool:
    """Whether a slope is too small for the digits."""
    return any(
        side is not None and abs(side) <= 1e15 * sides.error for side in (sides.left, sides.right)
    )


def _limit(near: Any, nearer: Any, rounding: Any) -> Any:
    """The slope that the quotients tend to; infinite if they only grow."""
    if near is None or nearer is None:
        return None
    if abs(nearer) > 100 * abs(near) and abs(nearer) > 100 * rounding:
        return math.copysign(math.inf, nearer)
    return nearer


def _has_negative_zero(operands: Sequence[float]) -> bool:
    return any(x == 0.0 and math.copysign(1.0, x) < 0.0 for x in operands)
