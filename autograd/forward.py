"""Forward functions that never raise: Python's ``math``, extended to follow IEEE 754.

``math.exp(1000)`` raises OverflowError, ``math.log(0)`` and ``math.sin(inf)`` raise ValueError.
Here overflow gives an infinity, a pole gives an infinity, and a number outside the domain gives
nan, so a forward or a backward pass always finishes. Whether a result *may* be shown to the user
is not decided here: `primitive.Op` checks the domain of what users write.

Rational functions (``divide``, ``power`` with a whole exponent …) work on ``Fraction`` as well.
Notation: x, y are the operands, in order.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

INF = math.inf
NAN = math.nan


def total(
    function: Callable[[float], float],
    *,
    overflow: Callable[[float], float] = lambda _: INF,
    poles: dict[float, float] | None = None,
) -> Callable[[float], float]:
    """``function`` with its exceptions replaced by the numbers that IEEE 754 gives."""
    at_pole = poles or {}

    def complete(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return overflow(x)
        except ValueError:
            return at_pole.get(x, NAN)

    complete.__name__, complete.__doc__ = function.__name__, function.__doc__
    return complete


def _with_sign(x: float) -> float:
    return math.copysign(INF, x)


exp = total(math.exp)
expm1 = total(math.expm1)
cosh = total(math.cosh)
sinh = total(math.sinh, overflow=_with_sign)
log = total(math.log, poles={0.0: -INF})
log.__doc__ = "Return the natural logarithm of x."  # the docstring of math.log mentions a base
log2 = total(math.log2, poles={0.0: -INF})
log10 = total(math.log10, poles={0.0: -INF})
log1p = total(math.log1p, poles={-1.0: -INF})
atanh = total(math.atanh, poles={1.0: INF, -1.0: -INF})
sqrt = total(math.sqrt)
sin = total(math.sin)
cos = total(math.cos)
tan = total(math.tan)
asin = total(math.asin)
acos = total(math.acos)
acosh = total(math.acosh)


def divide(x: Any, y: Any) -> Any:
    """x / y; 1/0 is inf, −1/0 is −inf, 0/0 is nan."""
    try:
        return x / y
    except ZeroDivisionError:
        if x == 0 or x != x:
            return NAN
        return math.copysign(INF, x) * math.copysign(1.0, y)
    except OverflowError:  # a float with a Fraction or int beyond the largest double
        return INF if (x > 0) == (y > 0) else -INF


def floor_divide(x: Any, y: Any) -> Any:
    """The largest whole number ≤ the exact quotient x / y: 1 // 0.1 is 9; x // 0 is x / 0."""
    try:
        return x // y
    except ZeroDivisionError:
        return divide(x, y)


def remainder(x: Any, y: Any) -> Any:
    """x − y·⌊x/y⌋, which has the sign of y, like Python's %; nan for y = 0."""
    try:
        return x % y
    except ZeroDivisionError:
        return NAN


def power(x: Any, y: Any) -> Any:
    """x ** y like C's pow: 0**0 is 1, 0**−1 is inf, (−8)**(1/3) is nan and never complex."""
    if x.__class__ is not float and getattr(y, "denominator", 0) == 1:  # exact: Fraction, int
        return x ** int(y) if x != 0 or y >= 0 else INF
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INF if x < 0 and _is_odd(y) else INF
    except ValueError:
        if x == 0:  # a pole: y < 0
            return math.copysign(INF, x) if _is_odd(y) else INF
        return NAN


def hypot(x: float, y: float) -> float:
    """√(x² + y²) without overflow (math's own takes any number of operands)."""
    return math.hypot(x, y)


def direction(x: float, y: float) -> float:
    """x / √(x² + y²); 0 at the origin. Scaled where the radius overflows or loses its digits."""
    radius = math.hypot(x, y)
    if radius < 1e-290:
        if radius == 0.0:
            return 0.0
        x, y = x * 2.0**600, y * 2.0**600
        radius = math.hypot(x, y)
    elif radius == INF:
        x, y = 0.25 * x, 0.25 * y
        radius = math.hypot(x, y)
    return x / radius


def cbrt(x: float) -> float:
    """∛x, correctly rounded except for rare ties: one Newton step from the C library's 4 ulps."""
    if x - x != 0.0 or x == 0.0:
        return x
    mantissa, exponent = math.frexp(x)
    thirds, rest = divmod(exponent, 3)
    mantissa = math.ldexp(mantissa, rest)
    z = math.cbrt(mantissa)
    square, square_low = _exact_product(z, z)
    cube, cube_low = _exact_product(square, z)
    error = ((mantissa - cube) - cube_low) - square_low * z
    return math.ldexp(z + error / (3.0 * square), thirds)


def _exact_product(x: float, y: float) -> tuple[float, float]:
    """x·y as a sum of two doubles, for factors of ordinary size.

    Source: Dekker, *A floating-point technique for extending the available precision*, 1971.
    """
    product = x * y
    scaled = 134217729.0 * x  # 2**27 + 1 splits 53 bits in two halves
    x_high = scaled - (scaled - x)
    x_low = x - x_high
    scaled = 134217729.0 * y
    y_high = scaled - (scaled - y)
    y_low = y - y_high
    low = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return product, low


def asin_slope(x: float) -> float:
    """1 / √(1 − x²) with an exact square: its own slope triples the relative error of this."""
    square, low = _exact_product(x, x)
    root = sqrt((1.0 - square) - low)
    return 1.0 / root if root != 0.0 else INF


def exp_product(x: float, y: float) -> float:
    """e^(x·y) with x·y exact: its rounding error times e^(x·y) is added."""
    product = x * y
    if not 0.5 < abs(product) < 800.0:  # below, the error is too small to matter
        return exp(product)
    x, x_exponent = math.frexp(x)
    y, y_exponent = math.frexp(y)
    low = math.ldexp(_exact_product(x, y)[1], x_exponent + y_exponent)
    result = exp(product)
    return result + result * low if result != INF else result


def sech(x: float) -> float:
    """1 / cosh(x), without overflow on the way."""
    if -20.0 < x < 20.0:
        return 1.0 / math.cosh(x)
    return 2.0 * math.exp(-abs(x))


def is_whole(y: float) -> bool:
    """Whether y is a whole number (every double from 2**53 on is)."""
    return math.isfinite(y) and math.floor(y) == y


def _is_odd(y: float) -> bool:
    return is_whole(y) and math.fmod(y, 2.0) != 0.0


def sigmoid(x: float) -> float:
    """1 / (1 + e^−x), computed from e^x where e^−x could overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    power_of_e = math.exp(x)  # nan passes through
    return power_of_e / (1.0 + power_of_e)


def softplus(x: float) -> float:
    """ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|)."""
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x


def silu(x: float) -> float:
    """x · sigmoid(x); in two steps where x is so negative that sigmoid(x) has lost its digits."""
    if x < -700.0:
        half = math.exp(0.5 * x)
        return x * half * half if half > 0.0 else -0.0
    return x * sigmoid(x)


def gelu(x: float) -> float:
    """x · Φ(x) with Φ from erfc, which keeps its digits where x is very negative.

    There Φ's slope multiplies the rounding error of x/√2 up to a thousand times, so that error is
    corrected.
    """
    if x < -37.0:
        return _gelu_tail(x)
    if x < -1.0:
        t, low = _exact_product(x, -_SQRT_HALF)
        low -= x * _SQRT_HALF_LOW
        return 0.5 * x * (math.erfc(t) - low * (_BELL * math.exp(-t * t)))
    return 0.5 * x * math.erfc(-x * _SQRT_HALF)


_SQRT_HALF = math.sqrt(0.5)
_SQRT_HALF_LOW = -4.833646656726457e-17  # the sum of the two is √½ to 106 bits
_BELL = 2.0 / math.sqrt(math.pi)


def _gelu_tail(x: float) -> float:
    """x · Φ(x) = −φ(x) · (1 − 1/x² + 3/x⁴ − 15/x⁶ …), for x where erfc is already subnormal."""
    u = 1.0 / (x * x)
    series = 1.0
    for odd in (11.0, 9.0, 7.0, 5.0, 3.0, 1.0):
        series = 1.0 - odd * u * series
    return -exp_product(-0.5 * x, x) * (series / math.sqrt(2.0 * math.pi))


def relu(x: Any) -> Any:
    """max(x, 0); nan stays nan."""
    return x.__class__(0) if x <= 0 else x


def leaky_relu(x: Any, slope: Any) -> Any:
    """x where x > 0, else slope · x."""
    return slope * x if x <= 0 else x


def elu(x: float, alpha: float) -> float:
    """x where x > 0, else alpha · (e^x − 1)."""
    return alpha * math.expm1(x) if x <= 0.0 else x


def step(x: Any) -> Any:
    """0 where x ≤ 0, else 1; also 1 for nan: relu passes nan on with slope 1, as in PyTorch."""
    return x.__class__(0 if x <= 0 else 1)


def sign(x: Any) -> Any:
    """−1, 0 or 1; nan stays nan."""
    return x.__class__((x > 0) - (x < 0)) if x == x else x


def greater(x: Any, y: Any) -> Any:
    """1 where x > y, else 0, as a number of the kind of x."""
    return x.__class__(x > y)


def less(x: Any, y: Any) -> Any:
    """1 where x < y, else 0, as a number of the kind of x."""
    return x.__class__(x < y)


def equal(x: Any, y: Any) -> Any:
    """1 where x = y, else 0, as a number of the kind of x."""
    return x.__class__(x == y)


def floor(x: Any) -> Any:
    """The largest whole number ≤ x; inf and nan stay as they are."""
    if x - x != 0:
        return x
    return x.__class__(math.floor(x)) if x >= 1 or x < 0 else x * 0


def ceil(x: Any) -> Any:
    """The smallest whole number ≥ x; inf and nan stay as they are."""
    return -floor(-x)


def minimum(x: Any, y: Any) -> Any:
    """The smaller operand; nan if either is nan."""
    if x != x:
        return x
    return y if y < x or y != y else x


def maximum(x: Any, y: Any) -> Any:
    """The larger operand; nan if either is nan."""
    if x != x:
        return x
    return y if y > x or y != y else x


def clip(x: Any, low: Any, high: Any) -> Any:
    """x, moved to the nearest end of [low, high]; nan if any of them is nan."""
    if low <= x <= high:
        return x
    if low > high:
        return math.nan  # which makes `Op` check the domain
    return minimum(maximum(x, low), high)


def add_up(*xs: Any) -> Any:
    """0 + x₁ + x₂ + … from left to right (builtins.sum rounds differently from Python 3.12 on)."""
    return reduce(operator.add, xs, 0)


def inner(*xs: Any) -> Any:
    """bias + w₁x₁ + w₂x₂ + … from left to right; xs are all w, all x, then the bias if any."""
    half = len(xs) // 2
    result = xs[-1] if len(xs) % 2 else 0
    for w, x in zip(xs[:half], xs[half : 2 * half], strict=True):
        result = result + w * x
    return result


def product(*xs: Any) -> Any:
    """1 · x₁ · x₂ · … from left to right."""
    return reduce(operator.mul, xs, 1)


def logsumexp(*xs: float) -> float:
    """ln(e^x₁ + e^x₂ + …), shifted by the largest operand so that nothing overflows."""
    largest: float = reduce(maximum, xs, -INF)
    if largest - largest != 0.0:  # ±inf or nan: shifting by it would give nan
        return largest
    others, seen = 0.0, False  # the largest adds e⁰ = 1: log1p adds it, so small terms are not lost
    for x in xs:
        if x == largest and not seen:
            seen = True
        else:
            others += math.exp(x - largest)
    return largest + math.log1p(others)


def surprise(*xs: float) -> float:
    """ln Σ e^(xⱼ − x₁): it uses only differences, so large operands lose no digits."""
    if not xs or xs[0] == INF:  # ∞ − ∞
        return NAN
    return logsumexp(0.0, *[x - xs[0] for x in xs[1:]])
