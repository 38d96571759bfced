"""True equations for a reader with a pocket calculator: ``0.64 × (−0.8) = −0.512``.

As in `numbers`, ``=`` is written only where the shown numbers give the shown result, rounded
at its last shown digit; elsewhere ``≈``. In equations numbers have no plus, and negative ones
stand in brackets unless they lead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from ..see.sizes import fsum
from ..see.sizes import strongest as _strongest
from .numbers import (
    DIGITS,
    Calculate,
    added_up,
    answer,
    digits_for,
    is_fair,
    relation,
    show,
    shown,
)
from .typesetting import SUM, numbered

__all__ = ["digits_for", "is_fair", "relation"]  # of `numbers`, which are asked for here

TERMS = 6  # a sum of more is not written out
STRONGEST = 5  # of a longer one these are

Calculated = Fraction | float


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


def product(left: float, right: float, result: float) -> tuple[str, str]:
    """``0.64 × (−0.8) =`` and ``−0.512``.

    >>> product(0.64, -0.8, 0.64 * -0.8)
    ('0.64 × (−0.8) =', '−0.512')
    """
    _, sign = digits_for(lambda x, y: x * y, [left, right], result)
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
    digits, sign = digits_for(added_up, terms, result)
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
    digits, sign = digits_for(added_up, [*named, others], result)
    rest = f"{factor(others, digits)} ({len(terms) - len(chosen):,} others)"
    return f"{_sum(named, digits)} + {rest} {sign}", number(result)


def strongest(terms: Sequence[float], count: int = STRONGEST) -> list[int]:
    """The places of the largest terms; without a ``count`` as many as a sum names."""
    return _strongest(terms, count)


def seen(x: float, digits: int = DIGITS) -> Fraction:
    """The number that a reader of x has in front of him."""
    return Fraction(shown(x, digits))


def as_seen(x: float) -> float:
    """What a reader types who sees x; nan and infinities stay."""
    return float(seen(x)) if math.isfinite(x) else x


def calculated_of(calculate: Calculate, inputs: Sequence[float], digits: int) -> float:
    """What a calculator gives for so many shown digits of the inputs; nan where it cannot."""
    found = answer(calculate, inputs, digits) if all(map(math.isfinite, inputs)) else None
    return math.nan if found is None else float(found)


def _sum(terms: Sequence[float], digits: int) -> str:
    first, *rest = terms
    return " + ".join([number(first, digits), *[factor(term, digits) for term in rest]])
