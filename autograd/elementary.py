"""The first half of the operation table: arithmetic, elementary functions, kinks and steps.

`ops.py` explains how to read a row. It has the other half, and users read both halves there. In
formulas the operands are called x, y and w, whatever a lambda calls them.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Final

from . import forward
from .primitive import REALS, Convention, Interval, Op, register

POSITIVE: Final[Interval] = Interval(low=0.0)
NON_NEGATIVE: Final = Interval(low=0.0, closed=True)
NON_ZERO: Final = Interval(without=(0.0,))
UNIT: Final = Interval(-1.0, 1.0, closed=True)
INSIDE_UNIT: Final = Interval(-1.0, 1.0)

INF: Final = math.inf
NAN: Final = math.nan
HALF: Final = Fraction(1, 2)  # exact in every arithmetic
TORCH: Final = "as PyTorch"


def _to_the_next_multiples(x: Any, y: Any) -> tuple[Any, ...]:
    """The distances of x from the multiples of y on either side; and y, which moves them all."""
    beyond = forward.remainder(x, y)
    return (beyond, y - beyond, y)


def _exact_power(mp: Any, x: Any, y: Any) -> Any:
    """x^y in mpmath, which has no power of 0 with a fractional exponent."""
    return mp.mpf(0) if x == 0 and y > 0 else mp.power(x, y)


# fmt: off

# --- arithmetic -----------------------------------------------------------------------------------

add: Final[Op] = register(Op("add", "+", lambda x, y: x + y, rational=True,
    partials=(lambda z, x, y: 1, lambda z, x, y: 1), formulas=("1", "1")))

sub: Final[Op] = register(Op("sub", "−", lambda x, y: x - y, rational=True,
    partials=(lambda z, x, y: 1, lambda z, x, y: -1), formulas=("1", "-1")))

mul: Final[Op] = register(Op("mul", "×", lambda x, y: x * y, rational=True,
    partials=(lambda z, x, y: y, lambda z, x, y: x), formulas=("y", "x")))

div: Final[Op] = register(Op("div", "÷", forward.divide, rational=True, domain=(REALS, NON_ZERO),
    partials=(lambda z, x, y: div(1, y), lambda z, x, y: -div(z, y)),
    formulas=("1/y", "-z/y")))

neg: Final[Op] = register(Op("neg", "−", lambda x: -x, rational=True,
    partials=(lambda z, x: -1,), formulas=("-1",)))

floor_divide: Final[Op] = register(Op("floor_divide", "//", forward.floor_divide, rational=True,
    exact=lambda mp, x, y: mp.floor(x / y),
    domain=(REALS, NON_ZERO),
    partials=(lambda z, x, y: 0, lambda z, x, y: 0), formulas=("0", "0"),
    kinks=_to_the_next_multiples,
    conventions=(Convention((6.0, 3.0), value=2.0, partials=(0.0, 0.0), why="flat around it"),)))

remainder: Final[Op] = register(Op("remainder", "%", forward.remainder, rational=True,
    domain=(REALS, NON_ZERO),
    partials=(lambda z, x, y: 1, lambda z, x, y: -floor_divide(x, y)),
    formulas=("1", "(z - x)/y"),
    kinks=_to_the_next_multiples,
    conventions=(
        Convention((6.0, 3.0), value=0.0, partials=(1.0, -2.0),
                   why="the slopes on the side that 6 % 3 = 0 belongs to, " + TORCH),)))

pow_: Final[Op] = register(Op("pow", "^", forward.power, rational=True, domain=(REALS, REALS),
    exact=_exact_power,
    defined=lambda x, y: x > 0 or (x == 0 and y >= 0) or (x < 0 and forward.is_whole(y)),
    needs="a base x > 0, or x = 0 with an exponent y >= 0, or x < 0 with a whole y",
    partials=(lambda z, x, y: where(_is_rounded(y), lambda: _rounded_power_slope(z, x, y),
                                    lambda: y * pow_(x, y - 1)),
              lambda z, x, y: where(_is_flat_power(x, y), 0, lambda: z * log(x))),
    formulas=("y*x**(y - 1)", "z*log(x)"),
    kinks=lambda x, y: (x,),
    conventions=(
        Convention((0.0, 0.0), value=1.0, partials=(0.0, 0.0), why="0**0 is 1, " + TORCH),
        Convention((0.0, 1.0), value=0.0, partials=(1.0, 0.0), why=TORCH),
        Convention((0.0, 2.0), value=0.0, partials=(0.0, 0.0), why=TORCH),
        Convention((0.0, 0.5), value=0.0, partials=(INF, 0.0), why="the limit, " + TORCH),
        Convention((-2.0, 3.0), value=-8.0, partials=(12.0, NAN),
                   why="a negative base has no real slope towards its exponent, " + TORCH),
        Convention((NAN, 0.0), value=1.0, partials=(0.0, NAN), why="x**0 is 1, " + TORCH),
        Convention((1.0, NAN), value=1.0, partials=(NAN, 0.0), why="1**y is 1, " + TORCH),
        Convention((0.0, NAN), value=NAN, partials=(NAN, NAN), why=TORCH),
    )))

# --- exponentials and logarithms ------------------------------------------------------------------

exp: Final[Op] = register(Op("exp", "exp", forward.exp, exact="exp",
    partials=(lambda z, x: z,), formulas=("z",)))

expm1: Final[Op] = register(Op("expm1", "expm1", forward.expm1, exact="expm1",
    partials=(lambda z, x: exp(x),), formulas=("exp(x)",)))

# exp(x·y) with an exact product: for bell curves, where rounding x·x would cost up to 250 ulps.
exp_product: Final[Op] = register(Op("exp_product", "exp ×", forward.exp_product,
    exact=lambda mp, x, y: mp.exp(x * y),
    partials=(lambda z, x, y: y * z, lambda z, x, y: x * z), formulas=("y*z", "x*z")))

log: Final[Op] = register(Op("log", "ln", forward.log, exact="log", domain=(POSITIVE,),
    partials=(lambda z, x: div(1.0, x),), formulas=("1/x",)))

log2: Final[Op] = register(Op("log2", "log₂", forward.log2, domain=(POSITIVE,),
    exact=lambda mp, x: mp.log(x) / mp.log(2),
    partials=(lambda z, x: div(1 / math.log(2.0), x),), formulas=("1/(x*log(2))",)))

log10: Final[Op] = register(Op("log10", "log₁₀", forward.log10, exact="log10", domain=(POSITIVE,),
    partials=(lambda z, x: div(1 / math.log(10.0), x),), formulas=("1/(x*log(10))",)))

log1p: Final[Op] = register(Op("log1p", "log1p", forward.log1p, exact="log1p",
    domain=(Interval(low=-1.0),),
    partials=(lambda z, x: div(1.0, 1 + x),), formulas=("1/(1 + x)",)))

sqrt: Final[Op] = register(Op("sqrt", "√", forward.sqrt, exact="sqrt", domain=(NON_NEGATIVE,),
    partials=(lambda z, x: div(0.5, z + 0.0),), formulas=("1/(2*z)",),  # −0.0 + 0.0 is 0.0
    kinks=lambda x: (x,),
    conventions=(
        Convention((0.0,), partials=(INF,), why="the limit, " + TORCH),
        Convention((-0.0,), partials=(INF,), why="the limit; PyTorch gives −inf"),
    )))

cbrt: Final[Op] = register(Op("cbrt", "∛", forward.cbrt,
    exact=lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)),
    partials=(lambda z, x: div(div(1.0, 3.0 * z), z),), formulas=("1/(3*z**2)",),
    kinks=lambda x: (x,),
    conventions=(Convention((0.0,), partials=(INF,), why="the limit from both sides"),)))

# --- trigonometric and hyperbolic -----------------------------------------------------------------

sin: Final[Op] = register(Op("sin", "sin", forward.sin, exact="sin",
    partials=(lambda z, x: cos(x),), formulas=("cos(x)",)))

cos: Final[Op] = register(Op("cos", "cos", forward.cos, exact="cos",
    partials=(lambda z, x: -sin(x),), formulas=("-sin(x)",)))

tan: Final[Op] = register(Op("tan", "tan", forward.tan, exact="tan",
    partials=(lambda z, x: 1 + z * z,), formulas=("1 + z**2",)))

asin: Final[Op] = register(Op("asin", "asin", forward.asin, exact="asin", domain=(UNIT,),
    partials=(lambda z, x: asin_slope(x),), formulas=("1/sqrt(1 - x**2)",),
    kinks=lambda x: (1 - x, 1 + x),
    conventions=(Convention((1.0,), partials=(INF,), why="the limit, " + TORCH),
                 Convention((-1.0,), partials=(INF,), why="the limit, " + TORCH))))

acos: Final[Op] = register(Op("acos", "acos", forward.acos, exact="acos", domain=(UNIT,),
    partials=(lambda z, x: -asin_slope(x),), formulas=("-1/sqrt(1 - x**2)",),
    kinks=lambda x: (1 - x, 1 + x),
    conventions=(Convention((1.0,), partials=(-INF,), why="the limit, " + TORCH),
                 Convention((-1.0,), partials=(-INF,), why="the limit, " + TORCH))))

# 1/√(1 − x²): a row, because its own slope x·z³ is infinite at ±1, where a formula meets 0·∞.
asin_slope: Final[Op] = register(Op("asin_slope", "1/√(1−x²)", forward.asin_slope,
    exact=lambda mp, x: 1 / mp.sqrt(1 - x * x),
    domain=(INSIDE_UNIT,),
    partials=(lambda z, x: x * (z * z * z),), formulas=("x*z**3",)))

atan: Final[Op] = register(Op("atan", "atan", math.atan, exact="atan",
    partials=(lambda z, x: div(div(1, hypot(1.0, x)), hypot(1.0, x)),),
    formulas=("1/(1 + x**2)",)))

atan2: Final[Op] = register(Op("atan2", "atan2", math.atan2, exact="atan2",
    partials=(lambda z, x, y: _over_radius(direction(y, x), x, y),
              lambda z, x, y: -_over_radius(direction(x, y), x, y)),
    formulas=("y/(x**2 + y**2)", "-x/(x**2 + y**2)"),
    kinks=lambda x, y: (math.hypot(x, y), x if y < 0 else 1.0),
    conventions=(Convention((0.0, 0.0), value=0.0, partials=(0.0, 0.0),
        why="no direction is preferred, " + TORCH),)))

sinh: Final[Op] = register(Op("sinh", "sinh", forward.sinh, exact="sinh",
    partials=(lambda z, x: cosh(x),), formulas=("cosh(x)",)))

cosh: Final[Op] = register(Op("cosh", "cosh", forward.cosh, exact="cosh",
    partials=(lambda z, x: sinh(x),), formulas=("sinh(x)",)))

tanh: Final[Op] = register(Op("tanh", "tanh", math.tanh, exact="tanh", is_activation=True,
    partials=(lambda z, x: square(sech(x)),), formulas=("1 - z**2",)))

sech: Final[Op] = register(Op("sech", "sech", forward.sech, exact="sech",
    partials=(lambda z, x: -(z * tanh(x)),), formulas=("-z*tanh(x)",)))

asinh: Final[Op] = register(Op("asinh", "asinh", math.asinh, exact="asinh",
    partials=(lambda z, x: div(1.0, hypot(1.0, x)),), formulas=("1/sqrt(1 + x**2)",)))

acosh: Final[Op] = register(Op("acosh", "acosh", forward.acosh, exact="acosh",
    domain=(Interval(1.0, closed=True),),
    partials=(lambda z, x: div(div(1.0, sqrt(x - 1)), sqrt(x + 1)),),
    formulas=("1/sqrt(x**2 - 1)",),
    kinks=lambda x: (x - 1,),
    conventions=(Convention((1.0,), partials=(INF,), why="the limit, " + TORCH),)))

atanh: Final[Op] = register(Op("atanh", "atanh", forward.atanh, exact="atanh",
    domain=(INSIDE_UNIT,),
    partials=(lambda z, x: div(1.0, _one_minus_square(x)),), formulas=("1/(1 - x**2)",)))

hypot: Final[Op] = register(Op("hypot", "hypot", forward.hypot, exact="hypot",
    partials=(lambda z, x, y: direction(x, y), lambda z, x, y: direction(y, x)),
    formulas=("x/z", "y/z"),
    kinks=lambda x, y: (math.hypot(x, y),),
    conventions=(Convention((0.0, 0.0), value=0.0, partials=(0.0, 0.0),
        why="as PyTorch's norm; its hypot gives nan, which would spoil all gradients below it"),)))

# x/hypot(x, y), the cosine of a direction: a row, because 1/r − x²/r³ loses its own slope y²/r³.
direction: Final[Op] = register(Op("direction", "x/r", forward.direction,
    exact=lambda mp, x, y: x / mp.hypot(x, y) if x or y else x,
    partials=(lambda z, x, y: _over_radius(square(direction(y, x)), x, y),
              lambda z, x, y: -_over_radius(z * direction(y, x), x, y)),
    formulas=("y*y/(x*x + y*y)**1.5", "-x*y/(x*x + y*y)**1.5"),
    kinks=lambda x, y: (math.hypot(x, y),),
    conventions=(Convention((0.0, 0.0), value=0.0, partials=(0.0, 0.0), why="hypot's slope"),)))

# --- kinks and steps ------------------------------------------------------------------------------

abs_: Final[Op] = register(Op("abs", "|·|", abs, rational=True,
    partials=(lambda z, x: greater(x, 0.0) - less(x, 0.0),), formulas=("sign(x)",),
    kinks=lambda x: (x,),
    conventions=(Convention((0.0,), value=0.0, partials=(0.0,), why=TORCH),
                 Convention((NAN,), value=NAN, partials=(0.0,), why=TORCH))))

sign: Final[Op] = register(Op("sign", "sign", forward.sign, rational=True,
    partials=(lambda z, x: 0,), formulas=("0",), kinks=lambda x: (x,),
    conventions=(Convention((0.0,), value=0.0, partials=(0.0,), why="flat, " + TORCH),
                 Convention((NAN,), value=NAN, partials=(0.0,),
                            why="nan is passed on; PyTorch gives 0 for the value"))))

STEPS: Final = (Convention((2.0,), value=2.0, partials=(0.0,), why="flat, " + TORCH),
                Convention((NAN,), value=NAN, partials=(0.0,), why="flat, " + TORCH))

floor: Final[Op] = register(Op("floor", "⌊·⌋", forward.floor, exact="floor", rational=True,
    partials=(lambda z, x: 0,), formulas=("0",), kinks=lambda x: (x - round(x),),
    conventions=STEPS))

ceil: Final[Op] = register(Op("ceil", "⌈·⌉", forward.ceil, exact="ceil", rational=True,
    partials=(lambda z, x: 0,), formulas=("0",), kinks=lambda x: (x - round(x),),
    conventions=STEPS))

# For minimum and maximum.
TIES: Final = (
    Convention((3.0, 3.0), value=3.0, partials=(0.5, 0.5), why="a tie is shared equally, " + TORCH),
    Convention((NAN, 1.0), value=NAN, partials=(1.0, 1.0), why=TORCH),
    Convention((1.0, NAN), value=NAN, partials=(1.0, 1.0), why=TORCH),
    Convention((NAN, NAN), value=NAN, partials=(1.0, 1.0), why=TORCH))

minimum: Final[Op] = register(Op("minimum", "min", forward.minimum, rational=True,
    partials=(lambda z, x, y: _share(greater(x, y), equal(x, y)),
              lambda z, x, y: _share(greater(y, x), equal(x, y))),
    formulas=("1 if x < y else 0", "1 if y < x else 0"), kinks=lambda x, y: (x - y,),
    conventions=TIES))

maximum: Final[Op] = register(Op("maximum", "max", forward.maximum, rational=True,
    partials=(lambda z, x, y: _share(less(x, y), equal(x, y)),
              lambda z, x, y: _share(less(y, x), equal(x, y))),
    formulas=("1 if x > y else 0", "1 if y > x else 0"), kinks=lambda x, y: (x - y,),
    conventions=TIES))

clip: Final[Op] = register(Op("clip", "clip", forward.clip, rational=True,
    domain=(REALS, REALS, REALS),
    defined=lambda x, low, high: low <= high, needs="low <= high",
    partials=(lambda z, x, low, high: equal(x, z),
              lambda z, x, low, high: less(x, z),
              lambda z, x, low, high: greater(x, z)),
    formulas=("0 if x < y or x > w else 1", "1 if x < y else 0", "1 if x > w else 0"),
    kinks=lambda x, low, high: (x - low, x - high, low - high),
    conventions=(Convention((0.0, 0.0, 1.0), value=0.0, partials=(1.0, 0.0, 0.0),
                            why="the ends belong to the inside, " + TORCH),
                 Convention((1.0, 0.0, 1.0), value=1.0, partials=(1.0, 0.0, 0.0),
                            why="the ends belong to the inside, " + TORCH),
                 Convention((NAN, 0.0, 1.0), value=NAN, partials=(0.0, 0.0, 0.0), why=TORCH),
                 Convention((0.5, NAN, 1.0), value=NAN, partials=(0.0, 0.0, 0.0), why=TORCH),
                 Convention((0.5, 0.0, NAN), value=NAN, partials=(0.0, 0.0, 0.0), why=TORCH))))

def _comparison(name: str, symbol: str, compare: Any, of_equals: float) -> Op:
    """A row whose result is 1 or 0, and which jumps where its operands are equal."""
    return register(Op(name, symbol, compare, rational=True,
        partials=(lambda z, x, y: 0, lambda z, x, y: 0), formulas=("0", "0"),
        kinks=lambda x, y: (x - y,),
        conventions=(Convention((1.0, 1.0), value=of_equals, partials=(0.0, 0.0),
                                why="flat around it"),)))

greater: Final[Op] = _comparison("greater", ">", forward.greater, of_equals=0.0)
less: Final[Op] = _comparison("less", "<", forward.less, of_equals=0.0)
equal: Final[Op] = _comparison("equal", "=", forward.equal, of_equals=1.0)

# The chosen branch of `where` (functions.py): the other one was never computed and has no edge.
chosen: Final[Op] = register(Op("where", "where", lambda c, x: x, rational=True,
    partials=(lambda z, c, x: 0, lambda z, c, x: 1), formulas=("0", "1")))

copy: Final[Op] = register(Op("copy", "=", lambda x: x, rational=True,
    partials=(lambda z, x: 1,), formulas=("1",)))

# fmt: on


def where(condition: Any, if_true: Any, if_false: Any) -> Any:
    """One of two numbers, in any arithmetic; a function is called only if it is chosen.

    For the partials of this table. Users call `functions.where`, which also records the choice.
    """
    branch = if_true if getattr(condition, "data", condition) else if_false
    return branch() if callable(branch) else branch


def square(x: Any) -> Any:
    """x · x: unlike x**2 it works for every x, in any arithmetic."""
    return x * x


def _one_minus_square(x: Any) -> Any:
    """1 − x², written so that its slope −2x is exact near 0, and its value near ±1."""
    return where(less(x * x, 0.5), lambda: 1 - x * x, lambda: (1 - x) * (1 + x))


def _over_radius(numerator: Any, x: Any, y: Any) -> Any:
    """numerator / hypot(x, y); 0 at the origin."""
    radius = hypot(x, y)
    return where(equal(radius, 0.0), 0, lambda: div(numerator, radius))


def _is_rounded(y: Any) -> Any:
    """Whether y − 1 may need more digits than a double has."""
    return less(y, 0.5) + greater(y, 2.0**53)


def _rounded_power_slope(z: Any, x: Any, y: Any) -> Any:
    """y·x^(y − 1) as y·z/x: rounding y − 1 would cause an error that ln x multiplies."""
    size = abs_(x)
    ordinary = greater(size, 0.0) * less(size, INF)
    # y·z before dividing: 0·z/x is 0 where 0·(z/x) is 0·∞.
    return where(ordinary, lambda: div(y * z, x), lambda: _power_slope_at_an_end(x, y))


def _power_slope_at_an_end(x: Any, y: Any) -> Any:
    return where(equal(y, 0.0), 0, lambda: y * pow_(x, y - 1))


def _is_flat_power(x: Any, y: Any) -> Any:
    """Whether x^y does not change with y, although ln x is infinite: 0^y for y ≥ 0."""
    return equal(x, 0.0) * (greater(y, 0.0) + equal(y, 0.0))


def _share(loses: Any, ties: Any) -> Any:
    """The slope of min or max in one operand: half if they tie, 0 if it is not chosen, else 1.

    If one operand is nan, no comparison holds, so the slope is 1 in both.
    """
    return where(ties, HALF, lambda: 1 - loses)
