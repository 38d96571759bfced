"""Many numbers in a few words: from the least over the mean to the greatest, and how many are 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..see.sizes import fsum
from .numbers import ALMOST_ZERO, is_alarming, show

DIGITS = 3  # of each number in a range: there are three of them in a line
NOISE = 2.0**-50  # of the largest number


def mean(numbers: Sequence[float]) -> float:
    """The mean, rounded once; that of huge numbers is not infinite unless one of them is.

    >>> mean([1.0, 2.0]), mean([1e308, 1e308])
    (1.5, 1e+308)
    """
    whole = fsum(numbers)
    if math.isinf(whole) and all(map(math.isfinite, numbers)):
        # Rounded up, the parts of three numbers at the end of the doubles add up to more than one.
        parts = fsum([number / len(numbers) for number in numbers])
        return min(max(parts, min(numbers)), max(numbers))
    return whole / len(numbers)


def ends(numbers: Sequence[float], scale: float = 0.0) -> tuple[str, ...]:
    """The least, the mean and the greatest as texts; one text if they are the same number.

    >>> ends([1.0, -1.0, 0.5]), ends([2.0, 2.0]), ends([1.0, float("nan")])
    (('−1', '0.167', '1'), ('2',), ('nan!',))
    """
    if any(map(math.isnan, numbers)):
        return (show(math.nan),)
    least, most = min(numbers), max(numbers)
    if repr(least + 0.0) == repr(most + 0.0):
        return (show(least, scale=scale),)
    middle = mean(numbers)
    # What is left of numbers that cancel is the noise of their rounding.
    largest = max(abs(least), abs(most))
    noise = 0.0 < abs(middle) <= NOISE * largest < math.inf
    middle_text = ALMOST_ZERO if noise else show(middle, DIGITS, scale=scale)
    return show(least, DIGITS, scale=scale), middle_text, show(most, DIGITS, scale=scale)


def spread(numbers: Sequence[float | None], scale: float = 0.0) -> str:
    """A range in one line: ``−1 … 0.167 … 1``; ``2 each`` for equal numbers.

    ``scale`` is the largest size in the picture; beside it a number may be ``≈0``.

    >>> spread([1.0, -1.0, 0.5]), spread([2.0, 2.0]), spread([2.0]), spread([None])
    ('−1 … 0.167 … 1', '2 each', '2', '—')
    """
    known = [number for number in numbers if number is not None]
    if not known:
        return show(None)
    bad = sum(map(math.isnan, known))
    if bad:
        return f"nan! in {bad:,} of {len(known):,}" if len(known) > 1 else show(math.nan)
    texts = ends(known, scale)
    return " … ".join(texts) + (" each" if len(texts) == 1 and len(known) > 1 else "")


def sizes(numbers: Sequence[float]) -> str:
    """How large gradients are, whatever their signs, and how many are 0.

    >>> sizes([1.0, -3.0, 0.0, 0.0])
    'mean 1, max 3, 50 % are 0'
    """
    if any(map(math.isnan, numbers)):
        return spread(numbers)
    each = [abs(number) for number in numbers]
    zeros = each.count(0.0)
    if zeros == len(each):
        return "all 0"
    texts = [f"mean {_plain(mean(each))}", f"max {_plain(max(each))}"]
    return ", ".join([*texts, *([f"{share(zeros, len(each))} are 0"] if zeros else [])])


def share(part: int, whole: int) -> str:
    """A part of a whole in percent, never rounded to none or to all of it.

    >>> share(1, 8), share(1, 1000), share(999, 1000)
    ('12 %', '<1 %', '>99 %')
    """
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "<1 %"
    return ">99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def alarming(numbers: Sequence[float | None]) -> bool:
    """Whether any of the numbers is nan or infinite."""
    return any(map(is_alarming, numbers))


def _plain(x: float) -> str:
    return show(x, DIGITS)
