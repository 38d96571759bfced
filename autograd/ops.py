"""The operation table: every mathematical fact the project knows, one row per operation.

Notation: z = f(x, y, …). A partial is written (z, x, …) -> dz/dx in generic arithmetic: ``+ − *``
and the rows themselves. So one lambda serves floats (backward), Values (higher derivatives)
and Fractions (exact tests). Rational rows use whole-number literals, so Fractions stay exact.

Where a textbook's formula loses digits, the partial is written so that it does not, and
``formulas`` has the textbook's form: tanh' = 1 − z² is 0 for x = 20, sech(x)² is not. Values and
slopes are right to a few units in the last place (ulps). The exceptions are sums whose terms may
cancel: sum, dot and logsumexp, and the slopes of silu and gelu near their zeros. Those are as
accurate as they can be if the operands themselves are known only to one ulp.

``exact`` computes the value again, with as many digits as a check asks for: it names an mpmath
function, or is a formula in mpmath's arithmetic. A row whose forward is exact does not need it.

`primitive.Op` explains the fields of a row and their defaults. The rows of elementary functions are
in `elementary.py`, those that networks are made of are here; users read all of them here, as
``ops.exp``. To add an operation, add a row; see CONTRIBUTING.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final

from . import forward
from .elementary import *
from .primitive import ALL as ALL  # noqa: PLC0414 - users read ops.ALL
from .primitive import REALS as REALS  # noqa: PLC0414
from .primitive import Convention, Op, register

# fmt: off
# The rows that users call as autograd.exp and so on. The other rows have another name there (abs_
# is autograd.abs), are called through functions.py (sum_, dot, elu), or are parts of these.
__all__ = [
    "acos", "acosh", "add", "asin", "asin_slope", "asinh", "atan", "atan2", "atanh", "cbrt",
    "ceil", "copy", "cos", "cosh", "direction", "div", "equal", "erf", "erfc", "exp",
    "exp_product", "expm1", "floor", "floor_divide", "gelu", "greater", "hypot", "less",
    "log", "log1p", "log2", "log10", "maximum", "minimum", "mul", "neg", "relu",
    "remainder", "sech", "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "sqrt",
    "step", "sub", "surprise", "tan", "tanh",
]

# --- activations ----------------------------------------------------------------------------------

step: Final[Op] = register(Op("step", "step", forward.step, rational=True,
    partials=(lambda z, x: 0,), formulas=("0",), kinks=lambda x: (x,),
    conventions=(Convention((0.0,), value=0.0, partials=(0.0,), why="relu's slope at 0"),)))

relu: Final[Op] = register(Op("relu", "relu", forward.relu, rational=True, is_activation=True,
    partials=(lambda z, x: step(x),), formulas=("1 if x > 0 else 0",),
    kinks=lambda x: (x,),
    conventions=(Convention((0.0,), value=0.0, partials=(0.0,), why=TORCH),
                 Convention((NAN,), value=NAN, partials=(1.0,), why="nan is passed on, " + TORCH))))

leaky_relu: Final[Op] = register(Op("leaky_relu", "leaky relu", forward.leaky_relu, rational=True,
    is_activation=True,
    partials=(lambda z, x, y: where(greater(x, 0.0), 1, y), lambda z, x, y: minimum(x, 0)),
    formulas=("1 if x > 0 else y", "min(x, 0)"),
    kinks=lambda x, y: (x,),
    conventions=(Convention((0.0, 0.01), value=0.0, partials=(0.01, 0.0),
                            why="the slope of the left side, " + TORCH),
                 Convention((NAN, 0.01), value=NAN, partials=(0.01, NAN), why=TORCH),
                 Convention((-1.0, NAN), value=NAN, partials=(NAN, -1.0), why=TORCH))))

elu: Final[Op] = register(Op("elu", "elu", forward.elu, is_activation=True,
    exact=lambda mp, x, y: x if x > 0 else y * mp.expm1(x),
    partials=(lambda z, x, y: where(step(x), 1, lambda: y * exp(x)),
              lambda z, x, y: where(step(x), 0, lambda: expm1(x))),
    formulas=("1 if x > 0 else y*exp(x)", "0 if x > 0 else exp(x) - 1"),
    kinks=lambda x, y: (x,),
    conventions=(Convention((0.0, 2.0), value=0.0, partials=(2.0, 0.0),
                            why="the slope of the left side, " + TORCH),
                 Convention((NAN, 2.0), value=NAN, partials=(1.0, 0.0), why=TORCH))))

sigmoid: Final[Op] = register(Op("sigmoid", "σ", forward.sigmoid, is_activation=True,
    exact=lambda mp, x: 1 / (1 + mp.exp(-x)),
    partials=(lambda z, x: square(0.5 * sech(0.5 * x)),), formulas=("z*(1 - z)",)))

softplus: Final[Op] = register(Op("softplus", "softplus", forward.softplus, is_activation=True,
    exact=lambda mp, x: mp.log1p(mp.exp(x)),
    partials=(lambda z, x: sigmoid(x),), formulas=("sigmoid(x)",)))

silu: Final[Op] = register(Op("silu", "silu", forward.silu, is_activation=True,
    exact=lambda mp, x: x / (1 + mp.exp(-x)),
    partials=(lambda z, x: sigmoid(x) * (1 + x * sigmoid(-x)),),
    formulas=("sigmoid(x)*(1 + x*(1 - sigmoid(x)))",)))

erf: Final[Op] = register(Op("erf", "erf", math.erf, exact="erf",
    partials=(lambda z, x: 2 / math.sqrt(math.pi) * exp_product(-x, x),),
    formulas=("2/sqrt(pi)*exp(-x**2)",)))

erfc: Final[Op] = register(Op("erfc", "erfc", math.erfc, exact="erfc",
    partials=(lambda z, x: -2 / math.sqrt(math.pi) * exp_product(-x, x),),
    formulas=("-2/sqrt(pi)*exp(-x**2)",)))

gelu: Final[Op] = register(Op("gelu", "gelu", forward.gelu, is_activation=True,
    exact=lambda mp, x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    partials=(lambda z, x: 0.5 * erfc(-math.sqrt(0.5) * x)
                           + x * (exp_product(-0.5 * x, x) * (1 / math.sqrt(2 * math.pi))),),
    formulas=("erfc(-x/sqrt(2))/2 + x*exp(-x**2/2)/sqrt(2*pi)",)))

# --- any number of operands -----------------------------------------------------------------------

sum_: Final[Op] = register(Op("sum", "Σ", forward.add_up, rational=True, variadic=True,
    partials=(lambda z, *xs: (1,) * len(xs),)))

# Operands: w₁ … wₙ, x₁ … xₙ and, if their number is odd, the bias.
dot: Final[Op] = register(Op("dot", "Σw·x", forward.inner, rational=True, variadic=True,
    partials=(lambda z, *xs: _swapped_halves(xs),)))

prod: Final[Op] = register(Op("prod", "Π", forward.product, rational=True, variadic=True,
    partials=(lambda z, *xs: _products_of_others(xs),),
    conventions=(Convention((0.0, 2.0, 3.0), value=0.0, partials=(6.0, 0.0, 0.0),
                            why="the product of the other factors, " + TORCH),)))

logsumexp: Final[Op] = register(Op("logsumexp", "ln Σ exp", forward.logsumexp, variadic=True,
    exact=lambda mp, *xs: mp.log(mp.fsum(map(mp.exp, xs))),
    partials=(lambda z, *xs: _logsumexp_slopes(xs),)))

# ln Σ e^(xⱼ − x₁), −ln of the share that softmax gives to the first operand. A row, because
# differences keep the digits that ln Σ e^xⱼ − x₁ loses if the operands are large.
surprise: Final[Op] = register(Op("surprise", "−ln softmax", forward.surprise, variadic=True,
    exact=lambda mp, x, *xs: mp.log1p(mp.fsum([mp.exp(y - x) for y in xs])),
    partials=(lambda z, *xs: _surprise_slopes(z, xs),)))

# fmt: on


def _shares(xs: Sequence[Any], first: Any = None) -> list[Any]:
    """softmax(xs); ``first`` is the surprise of the first operand, if it is known.

    The share of the largest operand is e^−surprise: that keeps the digits of its slope where the
    share is near 1. The others are at most ½.
    """
    top = largest(xs)
    rest = surprise(xs[top], *xs[:top], *xs[top + 1 :]) if top or first is None else first
    shares = [exp(x - xs[top] - rest) for x in xs]
    shares[top] = exp(-rest)
    return shares


def _logsumexp_slopes(xs: tuple[Any, ...]) -> tuple[Any, ...]:
    if not xs:
        return ()
    top = xs[largest(xs)]
    # With an infinite operand, only its own slope is nan.
    slopes = where(equal(top, INF), lambda: [exp(x - top) for x in xs], lambda: _shares(xs))
    return tuple(slopes)


def largest(xs: Sequence[Any]) -> int:
    """The place of the largest of some numbers, in any arithmetic."""
    numbers = [getattr(x, "data", x) for x in xs]
    return numbers.index(max(numbers))


def _surprise_slopes(z: Any, xs: tuple[Any, ...]) -> tuple[Any, ...]:
    if not xs:
        return ()
    mine, *others = _shares(xs, first=z)
    # 1 − the first share: a difference where that share is at most ½, else the sum of the others.
    return (mine - 1 if largest(xs) else -sum_(*others), *others)


def _swapped_halves(xs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The slopes of w·x towards (w, x, bias): x, w and 1."""
    half = len(xs) // 2
    bias = (1,) if len(xs) % 2 else ()
    return xs[half : 2 * half] + xs[:half] + bias


def _products_of_others(xs: tuple[Any, ...]) -> tuple[Any, ...]:
    """For each factor the product of the others; without division, so zeros do no harm."""
    before = accumulate((1, *xs[:-1]), operator.mul)
    after = [*accumulate((1, *xs[:0:-1]), operator.mul)]
    return tuple([x * y for x, y, _ in zip(before, reversed(after), xs, strict=False)])
