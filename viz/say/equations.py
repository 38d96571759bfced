"""True equations for a reader with a pocket calculator: ``0.64 × (−0.8) = −0.512``.

As in `numbers`, ``=`` is written only where the shown numbers give the shown result, rounded
at its last shown digit; elsewhere ``≈``. In equations numbers have no plus, and negative ones
stand in brackets unless they lead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from ..see.sizes import fsum
from ..see.sizes import strongest as _strongest
from .numbers import DIGITS, agrees, show, shown
from .typesetting import SUM, numbered

TERMS = 6  # a sum of more is not written out
STRONGEST = 5  # of a longer one these are

_MOST_DIGITS = 10  # on the display of a pocket calculator
_FAIR = 0.01  # how far off, relatively, a result with ≈ may be
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)

Calculated = Fraction | float
Calculate = Callable[..., Calculated]


def number(x: float | None, digits: int = DIGITS) -> str:
    """x as in a text, without a plus.

    >>> number(0.64), number(-0.8), number(0.0), number(None)
    ('0.64', '−0.8', '0', '—')
    """
    return show(x, digits).removeprefix("+")


def factor(x: float, digits: int = DIGITS) -> str:
    """x behind a sign: a negative one in brackets.

    >>> factor(0.64), factor(-0.8)
    ('0.64', '(−0.8)')
    """
    return numbered(number(x, digits)).within(SUM)


def digits_for(calculate: Calculate, inputs: Sequence[float], result: float) -> tuple[int, str]:
    """How many digits of the inputs to show, and ``=`` or ``≈`` before the result.

    Four digits, unless the calculator would then be off by more than 1 %, as where terms nearly
    cancel.

    >>> digits_for(lambda x, y: x * y, [0.64, -0.8], -0.512)
    (4, '=')
    >>> digits_for(lambda x, y: x - y, [1.00001, 1.0], 0.00001)
    (6, '=')
    """
    if not all(map(math.isfinite, (*inputs, result))):
        return DIGITS, "="
    for digits in range(DIGITS, _MOST_DIGITS + 1):
        found = _calculated(calculate, inputs, digits)
        if found is None:
            break
        sign = _relation(found, result)
        if sign == "=" or _is_fair(found, result):
            return digits, sign
    return DIGITS, "≈"


def is_fair(calculate: Calculate, inputs: Sequence[float], result: float) -> bool:
    """Whether a calculator comes near the result at all."""
    if not all(map(math.isfinite, (*inputs, result))):
        return False
    digits, _ = digits_for(calculate, inputs, result)
    found = _calculated(calculate, inputs, digits)
    return found is not None and (_relation(found, result) == "=" or _is_fair(found, result))


def product(left: float, right: float, result: float) -> tuple[str, str]:
    """``0.64 × (−0.8) =`` and ``−0.512``.

    >>> product(0.64, -0.8, 0.64 * -0.8)
    ('0.64 × (−0.8) =', '−0.512')
    """
    _, sign = digits_for(_times, [left, right], result)
    return f"{number(left)} × {factor(right)} {sign}", number(result)


def added(so_far: float, left: float, right: float, result: float) -> tuple[str, str]:
    """``−0.1 + 2 × (−0.815) =`` and ``−1.73``.

    >>> added(-0.1, 2.0, -0.815, -1.73)
    ('−0.1 + 2 × (−0.815) =', '−1.73')
    """
    digits, sign = digits_for(lambda s, x, y: s + x * y, [so_far, left, right], result)
    first = numbered(number(left, digits)).within(SUM)
    return (
        f"{number(so_far, digits)} + {first} × {factor(right, digits)} {sign}",
        number(result),
    )


def total(terms: Sequence[float], result: float) -> tuple[str, str]:
    """``−0.1 + (−1.63) =`` and ``−1.73``.

    >>> total([-0.1, -1.63], -1.73)
    ('−0.1 + (−1.63) =', '−1.73')
    """
    if len(terms) == 1:
        return f"{number(terms[0])} =", number(result)
    digits, sign = digits_for(_plus, terms, result)
    return f"{_sum(terms, digits)} {sign}", number(result)


def long_total(terms: Sequence[float], result: float) -> tuple[str, str]:
    """As `total`; of a long sum the strongest terms, and what the others add up to.

    >>> long_total([3.0] + [0.25] * 8, 5.0)
    ('3 + 0.25 + 0.25 + 0.25 + 0.25 + 1 (4 others) =', '5')
    """
    if len(terms) <= TERMS:
        return total(terms, result)
    chosen = strongest(terms)
    others = fsum(x for k, x in enumerate(terms) if k not in set(chosen))
    named = [terms[k] for k in chosen]
    digits, sign = digits_for(_plus, [*named, others], result)
    rest = f"{factor(others, digits)} ({len(terms) - len(chosen):,} others)"
    return f"{_sum(named, digits)} + {rest} {sign}", number(result)


def strongest(terms: Sequence[float], count: int = STRONGEST) -> list[int]:
    """The places of the largest terms; without a ``count`` as many as a sum names."""
    return _strongest(terms, count)


def relation(calculated: Calculated, result: float) -> str:
    """``=`` if what a calculator gives, rounded as ``result`` is shown, is what is shown.

    >>> relation(Fraction("-0.512"), -0.512), relation(0.2162 * 3.771, 0.2162 * 3.7705)
    ('=', '≈')
    """
    return _relation(calculated, result)


def seen(x: float, digits: int = DIGITS) -> Fraction:
    """The number that a reader of x has in front of him."""
    return Fraction(shown(x, digits))


def as_seen(x: float) -> float:
    """What a reader types who sees x; nan and infinities stay."""
    return float(seen(x)) if math.isfinite(x) else x


def is_finite(x: float) -> bool:
    """Whether x is neither nan nor infinite."""
    return math.isfinite(x)


def calculated_of(calculate: Calculate, inputs: Sequence[float], digits: int) -> float:
    """What a calculator gives for so many shown digits of the inputs; nan where it cannot."""
    if not all(map(math.isfinite, inputs)):
        return math.nan
    found = _calculated(calculate, inputs, digits)
    return math.nan if found is None else float(found)


def _sum(terms: Sequence[float], digits: int) -> str:
    first, *rest = terms
    return " + ".join([number(first, digits), *[factor(term, digits) for term in rest]])


def _times(x: Fraction, y: Fraction) -> Fraction:
    return x * y


def _plus(*terms: Fraction) -> Fraction:
    return sum(terms, Fraction(0))


def _calculated(calculate: Calculate, inputs: Sequence[float], digits: int) -> Calculated | None:
    try:
        found = calculate(*[seen(x, digits) for x in inputs])
    except (ArithmeticError, ValueError):
        return None
    if isinstance(found, int):  # some rows answer 0 or 1
        return Fraction(found)
    return found if isinstance(found, Fraction) or math.isfinite(found) else None


def _relation(calculated: Calculated, result: float) -> str:
    exact = calculated if isinstance(calculated, Fraction) else Fraction(repr(calculated))
    decimal = _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return agrees(decimal, shown(result))


def _is_fair(calculated: Calculated, result: float) -> bool:
    wanted = float(shown(result))
    return abs(float(calculated) - wanted) <= abs(wanted) * _FAIR
