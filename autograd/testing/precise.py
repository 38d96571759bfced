"""A recorded computation once more, in numbers that do not round: the last word on a slope.

A recording of rational operations is computed exactly, in fractions that carry an infinitesimal:
with ε smaller than every number, f(x + ε) = f(x) + f'(x)·ε, and f(x − ε) shows the other side of
a kink. Everything else is computed by mpmath with 90 digits and more, and a step of 1e-30. Neither
looks at the partial derivatives of the table: only at what the operations compute.

`functions` is the table once more, in mpmath's words. An operation of a user's own is not there,
and a recording that contains one has no high precision.
"""

from __future__ import annotations

import contextlib
import functools
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ..ops import atan2
from ..primitive import Op, unchecked
from .needed import needed

DIGITS = 90
MORE_DIGITS = 470  # for slopes as small as the smallest double
STEP = 30  # the step is 10**-STEP
MISFIT = 1e-10  # relative; between the rounding of a sound row and the smallest fault of interest
TOO_LONG = 40_000  # bits of a fraction, after which exactness costs too much


class Step(NamedTuple):
    """One number of a recorded computation: a leaf, or an operation on earlier ones."""

    op: Op | None
    operands: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Sides:
    """The slope from the left and from the right; None where that side is outside the domain."""

    left: Any
    right: Any
    error: Any = 0.0
    """What the high precision itself leaves open."""

    @property
    def is_smooth(self) -> bool:
        """Whether both sides have the same, finite slope."""
        if self.left is None or self.right is None or math.isinf(self.right):
            return False
        if isinstance(self.left, Fraction):
            return bool(self.left == self.right)
        size = max(abs(self.left), abs(self.right))
        return bool(abs(self.left - self.right) <= size * 1e-15 + self.error)


class OutOfReach(Exception):  # noqa: N818 - no error: another way is taken
    """A recording cannot be computed in this arithmetic."""


# --- fractions ------------------------------------------------------------------------------------


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
            numbers = _recomputed(self.steps, self.values, leaf, moved, _apply)
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


def _recomputed(
    steps: Sequence[Step],
    values: Sequence[Any],
    leaf: int,
    moved: Any,
    apply: Callable[[Step, Sequence[Any]], Any],
) -> list[Any]:
    """All numbers after one leaf moved; what does not depend on it is kept."""
    changed = {leaf}
    result = list(values)
    result[leaf] = moved
    with unchecked():
        for i, step in enumerate(steps):
            if step.op is not None and not changed.isdisjoint(step.operands):
                result[i] = apply(step, result)
                changed.add(i)
    return result


# --- mpmath ---------------------------------------------------------------------------------------


def functions(mp: Any) -> dict[str, Callable[..., Any]]:
    """What every row of the table computes, in mpmath."""
    zero, one = mp.mpf(0), mp.mpf(1)

    def power(x: Any, y: Any) -> Any:
        if y == mp.floor(y) and abs(y) < 10**6:
            return x ** int(y)
        return mp.mpf(0) if x == 0 and y > 0 else mp.power(x, y)

    def dot(*xs: Any) -> Any:
        half = len(xs) // 2
        products = [w * x for w, x in zip(xs[:half], xs[half : 2 * half], strict=True)]
        return mp.fsum([*products, *xs[2 * half :]])

    def logsumexp(*xs: Any) -> Any:
        largest = max(xs)
        return largest + mp.log(mp.fsum([mp.exp(x - largest) for x in xs]))

    def softplus(x: Any) -> Any:
        return max(x, zero) + mp.log1p(mp.exp(-abs(x)))

    return {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "pow": power,
        "exp": mp.exp,
        "expm1": mp.expm1,
        "exp_product": lambda x, y: mp.exp(x * y),
        "log": mp.log,
        "log1p": mp.log1p,
        "sqrt": mp.sqrt,
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "sin": mp.sin,
        "cos": mp.cos,
        "tan": mp.tan,
        "asin": mp.asin,
        "acos": mp.acos,
        "atan": mp.atan,
        "atan2": mp.atan2,
        "sinh": mp.sinh,
        "cosh": mp.cosh,
        "tanh": mp.tanh,
        "sech": mp.sech,
        "asinh": mp.asinh,
        "acosh": mp.acosh,
        "atanh": mp.atanh,
        "hypot": mp.hypot,
        "direction": lambda x, y: x / mp.hypot(x, y) if x or y else zero,
        "step": lambda x: one if x > 0 else zero,
        "relu": lambda x: max(x, zero),
        "leaky_relu": lambda x, y: x if x > 0 else y * x,
        "elu": lambda x, y: x if x > 0 else y * mp.expm1(x),
        "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
        "softplus": softplus,
        "silu": lambda x: x / (1 + mp.exp(-x)),
        "erf": mp.erf,
        "erfc": mp.erfc,
        "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
        "abs": abs,
        "sign": mp.sign,
        "floor": mp.floor,
        "ceil": mp.ceil,
        "minimum": min,
        "maximum": max,
        "clip": lambda x, low, high: low if x < low else high if x > high else x,
        "greater": lambda x, y: one if x > y else zero,
        "less": lambda x, y: one if x < y else zero,
        "equal": lambda x, y: one if x == y else zero,
        "where": lambda _, x: x,
        "copy": lambda x: x,
        "sum": lambda *xs: mp.fsum(xs),
        "dot": dot,
        "prod": lambda *xs: mp.fprod(xs),
        "logsumexp": logsumexp,
    }


@functools.lru_cache(maxsize=32)
def _arithmetic(digits: int, _: int) -> tuple[Any, dict[str, Callable[..., Any]]]:
    """mpmath with so many digits, for one thread; and its functions. To make one takes long."""
    mp = needed("mpmath", "check_gradients").MPContext()
    mp.dps = digits
    return mp, functions(mp)


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
        self.mp, self.functions = _arithmetic(digits, threading.get_ident())
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
        function = self.functions.get(step.op.name)
        if function is None:
            raise OutOfReach(step.op.name)
        try:
            result = function(*[values[i] for i in step.operands])
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
            one = _recomputed(self.steps, self.values, leaf, x + h, self._apply)
            half = _recomputed(self.steps, self.values, leaf, x + h / 2, self._apply)
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


def size_of(op: Op | None, operands: tuple[float, ...], value: float) -> float:
    """What the rounding of one operation is relative to: its result, or the terms of a sum."""
    if op is None or not op.variadic:
        return abs(value)
    terms: list[Any] = list(operands)
    if op.name == "dot":
        half = len(terms) // 2
        products = [w * x for w, x in zip(terms[:half], terms[half : 2 * half], strict=True)]
        terms = [*products, *terms[2 * half :]]
    elif op.name == "prod":
        return abs(value) * len(terms)
    return abs(value) + math.fsum([abs(term) for term in terms if math.isfinite(term)])


def in_high_precision(steps: Sequence[Step], *, exactly: bool = True) -> Exactly | Precisely | str:
    """The recording in an arithmetic that does not round, or the reason why there is none."""
    if exactly:
        with contextlib.suppress(OutOfReach):
            return Exactly(steps)
    try:
        return Precisely(steps)
    except ImportError as error:
        return str(error)
    except OutOfReach as reason:
        if reason.args:
            return f"the operation {reason} is not of the table, so mpmath does not know it"
        return "the recording cannot be computed in high precision"
