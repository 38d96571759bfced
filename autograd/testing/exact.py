"""A rational recording, computed exactly: in fractions that carry an infinitesimal.

With ε smaller than every number, f(x + ε) = f(x) + f'(x)·ε, and f(x − ε) shows the other side of a
kink. The partial derivatives of the table are not looked at, only what the operations compute.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..primitive import unchecked
from .computed import OutOfReach, Sides, Step, recomputed

TOO_LONG = 40_000  # bits of a fraction, after which exactness costs too much


class Near:
    """x + dx·ε with exact x and dx, where ε > 0 is smaller than every number.

    >>> x = Near(Fraction(3), Fraction(1))
    >>> (x * x).dx, (1 / x).dx, x > 3
    (Fraction(6, 1), Fraction(-1, 9), True)
    """

    __slots__ = ("dx", "x")

    def __init__(self, x: Any, dx: Any = 0) -> None:
        self.x = Fraction(x)
        self.dx = Fraction(dx)

    def __add__(self, other: Any) -> Near:
        other = _near(other)
        return Near(self.x + other.x, self.dx + other.dx)

    __radd__ = __add__

    def __neg__(self) -> Near:
        return Near(-self.x, -self.dx)

    def __sub__(self, other: Any) -> Near:
        return self + -_near(other)

    def __rsub__(self, other: Any) -> Near:
        return _near(other) - self

    def __mul__(self, other: Any) -> Near:
        other = _near(other)
        return Near(self.x * other.x, self.dx * other.x + self.x * other.dx)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Near:
        other = _near(other)
        if other.x == 0:
            raise OutOfReach
        quotient = self.x / other.x
        return Near(quotient, (self.dx - quotient * other.dx) / other.x)

    def __rtruediv__(self, other: Any) -> Near:
        return _near(other) / self

    def __pow__(self, power: Any) -> Near:
        if power.__class__ is not int:
            raise OutOfReach
        if power == 0:
            return Near(1)
        if self.x == 0 and power < 0:
            raise OutOfReach
        return Near(self.x**power, power * self.x ** (power - 1) * self.dx)

    def __abs__(self) -> Near:
        return -self if self < 0 else self

    def __int__(self) -> int:
        return int(self.x)

    @property
    def denominator(self) -> int:
        """1 for a whole number that does not move: what a power asks of its exponent."""
        return self.x.denominator if self.dx == 0 else 0

    def __floor__(self) -> int:
        whole = math.floor(self.x)
        return whole - 1 if whole == self.x and self.dx < 0 else whole

    def _order(self, other: Any) -> int:
        """−1, 0 or 1; OutOfReach for a tie that ε² would break, as that of x·x with 0."""
        other = _near(other)
        mine, its = (self.x, self.dx), (other.x, other.dx)
        if mine == its and self is not other and self.dx == 0:
            raise OutOfReach
        return (mine > its) - (mine < its)

    def __lt__(self, other: Any) -> bool:
        return self._order(other) < 0

    def __le__(self, other: Any) -> bool:
        return self._order(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self._order(other) > 0

    def __ge__(self, other: Any) -> bool:
        return self._order(other) >= 0

    def __eq__(self, other: object) -> bool:
        other = _near(other)
        return (self.x, self.dx) == (other.x, other.dx)

    __hash__ = None  # type: ignore[assignment]


def _near(x: Any) -> Near:
    if x.__class__ is Near:
        near: Near = x
        return near
    if x.__class__ not in {int, Fraction}:
        raise OutOfReach  # a float: something rounded
    return Near(x)


class Exactly:
    """A rational recording in exact fractions."""

    name = "Fraction"

    def __init__(self, steps: Sequence[Step]) -> None:
        if not all(step.op is None or step.op.rational for step in steps):
            raise OutOfReach
        self.steps = steps
        numbers: list[Any] = []  # plain fractions: at the point itself nothing is infinitesimal
        with unchecked():
            for step in steps:
                leaf = step.op is None
                numbers.append(Fraction(step.value) if leaf else _computed(step, numbers))
        self.values = list(map(_near, numbers))

    def misfit(self) -> int | None:
        """Rational rows are computed by their own functions, so there is none."""
        return None

    def sides(self, leaf: int, results: Sequence[int]) -> list[Sides]:
        """The slopes of ``results`` towards one leaf."""
        towards = []
        for sign in (-1, 1):
            moved = Near(self.values[leaf].x, sign)
            numbers = recomputed(self.steps, self.values, leaf, moved, _apply)
            towards.append(
                [
                    sign * numbers[r].dx
                    if numbers[r].x == self.values[r].x
                    else math.copysign(math.inf, sign * (numbers[r].x - self.values[r].x))
                    for r in results
                ]
            )
        return [Sides(left, right) for left, right in zip(*towards, strict=True)]


def _apply(step: Step, values: Sequence[Any]) -> Near:
    assert step.op is not None
    return _near(_computed(step, values))


def _computed(step: Step, values: Sequence[Any]) -> Any:
    """The operation's own function, on fractions; OutOfReach if it does not know them."""
    assert step.op is not None
    try:
        result = step.op.forward(*[values[i] for i in step.operands])
    except (TypeError, AttributeError, ArithmeticError, ValueError):
        raise OutOfReach from None
    if isinstance(result, float):
        raise OutOfReach  # something rounded
    exact = result.dx if isinstance(result, Near) else result
    if exact.numerator.bit_length() + exact.denominator.bit_length() > TOO_LONG:
        raise OutOfReach
    return result
