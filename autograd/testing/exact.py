"""Operations and whole recordings in high precision: mpmath, with as many digits as are needed.

What an operation computes is read from the column ``exact`` of its row, never from its partials:
slopes are differences over steps so small, with so many digits, that they are exact compared with
a double. The steps go along a line through the point, so that one function serves the slope
towards one operand, a direction among many, and a whole recording.

Notation: a line is x + h·d; ``at(mp, h)`` are the results there in the arithmetic ``mp``.
"""

from __future__ import annotations

import contextlib
import functools
import math
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from _glassgrad_installation import needed

from ..primitive import Op, unchecked

STEP = 30  # the step is 10**-STEP of what moves
NEARER = 10  # and then 10**-NEARER of that, to see a jump or an infinite slope
SPARE = 25  # so many digits a difference keeps
MOST_DIGITS = 1100  # beyond, a slope is too small for a double
REFUSED = (ArithmeticError, AttributeError, ValueError, TypeError, MemoryError, RecursionError)


class OutOfReach(ArithmeticError):  # noqa: N818 - a reason, not a failure
    """High precision cannot say: the operation has no ``exact``, or is not defined there."""


class Sides(NamedTuple):
    """The slopes to either side; None outside the domain, infinite at a jump."""

    left: float | None
    right: float | None
    jumps: bool = False

    @property
    def meet(self) -> bool:
        """Whether the two are the same number, but for the last digits of a double."""
        left, right = self.left, self.right
        if left is None or right is None or self.jumps:
            return False
        return left == right or abs(left - right) <= 1e-14 * (abs(left) + abs(right))


Line = Callable[[Any, Any], Sequence[Any]]


def value(op: Op, mp: Any, operands: Sequence[Any]) -> Any:
    """What a row computes, in the arithmetic of the mpmath context ``mp``.

    Raises
    ------
    OutOfReach
        if the row has no column ``exact``, or is not defined at these operands.
    """
    if op.exact is None and not op.rational:
        raise OutOfReach(f"the operation {op.name} has no column exact=")
    try:
        if isinstance(op.exact, str):
            found = getattr(mp, op.exact)(*operands)
        elif op.exact is not None:
            found = op.exact(mp, *operands)
        else:
            found = op.forward(*operands)
        if isinstance(found, mp.mpc):
            raise OutOfReach(f"{op.name} is not defined at the exact numbers")
        return mp.mpf(found)
    except REFUSED as error:
        if isinstance(error, OutOfReach):
            raise
        raise OutOfReach(f"{op.name} cannot be computed at the exact numbers") from None


def arithmetic(digits: int) -> Any:
    """Mpmath with at least so many digits, for this thread."""
    return _context(50 * math.ceil(digits / 50), threading.get_ident())


@functools.lru_cache(maxsize=64)
def _context(digits: int, _: int) -> Any:
    mp = needed("mpmath", "check_gradients").MPContext()
    mp.dps = digits
    return mp


def load() -> None:
    """Import mpmath, if it is installed: that takes as long as many checks."""
    with contextlib.suppress(ImportError):
        needed("mpmath", "check_gradients")


# --- slopes along a line --------------------------------------------------------------------------


def step_of(xs: Sequence[float], direction: Sequence[float]) -> tuple[int, int]:
    """The power of ten of a step that moves no number by more than 10**-STEP of it; and digits."""
    sizes = [abs(x) for x in xs if x and math.isfinite(x)]
    least = min([1.0, *sizes])
    moved = [
        math.log10(min(1.0, abs(x)) if x else least) - math.log10(abs(d))
        for x, d in zip(xs, direction, strict=True)
        if d
    ]
    power = math.floor(min(moved, default=0.0)) - STEP
    largest = math.log10(max([1.0, *sizes]))
    smallest = min([math.log10(abs(d)) for d in direction if d], default=0.0)
    return power, math.ceil(largest - power - min(smallest, 0.0)) + SPARE


def slopes(line: Line, power: int, digits: int) -> list[tuple[float, Any]]:
    """For each result its slope along the line, and its value: (f(h) − f(−h)) / 2h.

    More digits are taken where the difference has lost them: a slope of 0 may be one of 1e-260.
    """
    while True:
        mp = arithmetic(digits)
        with unchecked():
            h = mp.mpf(10) ** power
            pairs = list(zip(line(mp, h), line(mp, -h), strict=True))
        least = mp.mpf(10) ** (15 - mp.dps)
        lost = any(abs(a - b) <= abs(a) * least for a, b in pairs if a)
        if not lost or digits >= MOST_DIGITS:
            return [(float((a - b) / (2 * h)), (a + b) / 2) for a, b in pairs]
        digits = min(MOST_DIGITS, 3 * digits)


def sides(line: Line, power: int, digits: int) -> list[Sides]:
    """For each result the slopes to either side of the point."""
    while True:
        mp = arithmetic(digits + NEARER)
        with unchecked():
            h = mp.mpf(10) ** power
            base = line(mp, mp.mpf(0))
            towards = [_one_sided(line, mp, sign * h, base) for sign in (-1, 1)]
        lost = any(
            abs(one[0] * h) <= abs(f) * mp.mpf(10) ** (15 - mp.dps)
            for side in towards
            for f, one in zip(base, side, strict=True)
            if one is not None and f
        )
        if not lost or digits >= MOST_DIGITS:
            break
        digits = min(MOST_DIGITS, 3 * digits)
    found = []
    for left, right in zip(*towards, strict=True):
        a, b = [None if one is None else float(one[0]) for one in (left, right)]
        found.append(Sides(a, b, any(one is not None and one[1] for one in (left, right))))
    return found


def _one_sided(line: Line, mp: Any, h: Any, base: Sequence[Any]) -> list[Any]:
    """For each result (slope, whether it jumps), or None where it is not defined on this side."""
    try:
        near, nearer = line(mp, h), line(mp, h / mp.mpf(10) ** NEARER)
    except OutOfReach:
        return [None] * len(base)
    found = []
    for f, a, b in zip(base, near, nearer, strict=True):
        first, second = (a - f) / h, (b - f) * mp.mpf(10) ** NEARER / h
        if abs(second) > 100 * abs(first) and abs(b - f) > abs(f) * mp.mpf(10) ** (10 - mp.dps):
            steep = mp.sign(second) * mp.inf
            found.append((steep, abs(b - f) > 0.5 * abs(a - f)))
        else:
            factor = mp.mpf(10) ** NEARER
            limit = (factor * second - first) / (factor - 1)
            if abs(limit) <= abs(first) / mp.mpf(10) ** SPARE:
                limit = mp.mpf(0)
            found.append((limit, False))
    return found


# --- lines through operands, and through recordings -----------------------------------------------


class Operation:
    """One operation at the operands that were recorded."""

    def __init__(self, op: Op, inputs: tuple[float, ...]) -> None:
        self.op, self.inputs = op, inputs

    def slope(self, direction: Sequence[float]) -> tuple[float, Any]:
        """Its slope along a direction of its operands, and its value."""
        line, power, digits = self._line(direction)
        return slopes(line, power, digits)[0]

    def sides(self, direction: Sequence[float]) -> Sides:
        """Its slopes to either side along a direction."""
        line, power, digits = self._line(direction)
        return sides(line, power, digits)[0]

    def _line(self, direction: Sequence[float]) -> tuple[Line, int, int]:
        op, inputs = self.op, self.inputs
        power, digits = step_of(inputs, direction)

        def at(mp: Any, h: Any) -> list[Any]:
            moved = [
                mp.mpf(x) + h * mp.mpf(d) if d else mp.mpf(x)
                for x, d in zip(inputs, direction, strict=True)
            ]
            return [value(op, mp, moved)]

        return at, power, digits
