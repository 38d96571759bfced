"""Many numbers in a few words or cells.

A range goes from the least over the mean to the greatest, and says how many are 0. The weights of a
layer are a matrix, one row per neuron, reduced to what an eye can tell apart.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from ..scene.diagram import Heatmap
from ..see.paths import fsum
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
    texts = [f"mean {show(mean(each), DIGITS)}", f"max {show(max(each), DIGITS)}"]
    return ", ".join([*texts, *([f"{percent(zeros / len(each))} are 0"] if zeros else [])])


def percent(share: float) -> str:
    """A part of 1 in percent, never rounded to none or to all of it.

    >>> percent(0.125), percent(0.001), percent(0.999), percent(math.nan)
    ('12 %', '<1 %', '>99 %', '—')
    """
    if math.isnan(share):
        return show(None)
    if 0.0 < share < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < share < 1.0 else f"{100 * share:.0f} %"


def alarming(numbers: Sequence[float | None]) -> bool:
    """Whether any of the numbers is nan or infinite."""
    return any(map(is_alarming, numbers))


def largest(numbers: Iterable[float | None]) -> float:
    """The largest size of finite numbers; 0.0 if there are none."""
    sizes = [abs(number) for number in numbers if number is not None]
    return max(filter(math.isfinite, sizes), default=0.0)


# --- matrices -------------------------------------------------------------------------------------


MOST_CELLS = 16  # a side
FEWEST_CELLS = 8  # in all: fewer numbers are read, not looked at

Rows = Sequence[Sequence[float]]


def heatmaps(weights: Rows, gradients: Rows | None) -> tuple[Heatmap, ...]:
    """The pictures of a layer: its weights and, if there are any, their gradients."""
    if not weights or len(weights) * len(weights[0]) < FEWEST_CELLS:
        return ()
    found = [heatmap("weights", weights)]
    return (*found, *([heatmap("gradients", gradients)] if gradients is not None else []))


def heatmap(name: str, rows: Rows) -> Heatmap:
    """A matrix as at most 16 × 16 cells, each the mean of what it covers.

    The strongest colour is for the largest |cell|, so 0 is in the middle of the colours.
    """
    cells = reduced(rows)
    sizes = [abs(cell) for row in cells for cell in row]
    scale = max(filter(math.isfinite, sizes), default=0.0)
    return Heatmap(name, cells, scale, (len(rows), len(rows[0])))


def reduced(rows: Rows, most: int = MOST_CELLS) -> tuple[tuple[float, ...], ...]:
    """Rows and columns taken together, as evenly as possible, until none has more than ``most``.

    >>> reduced([[1.0, 3.0], [5.0, 7.0]], 1)
    ((4.0,),)
    """
    down, across = _cuts(len(rows), most), _cuts(len(rows[0]), most)
    if len(down) > len(rows) and len(across) > len(rows[0]):
        return tuple(map(tuple, rows))
    cells = []
    for top, bottom in itertools.pairwise(down):
        columns = list(zip(*rows[top:bottom], strict=True))
        row = []
        for left, right in itertools.pairwise(across):
            block = [number for column in columns[left:right] for number in column]
            row.append(fsum(block) / len(block))
        cells.append(tuple(row))
    return tuple(cells)


def _cuts(count: int, most: int) -> list[int]:
    """Where a side is cut: at 0, ..., count."""
    parts = min(count, most)
    return [count * part // parts for part in range(parts + 1)]


def described(heat: Heatmap) -> str:
    """A heatmap in words, for under the mouse."""
    rows, columns = heat.shape
    size = f"{rows:,} × {columns:,}"
    drawn = f"{len(heat.cells)} × {len(heat.cells[0])}"
    means = "" if drawn == size else f", drawn as {drawn} means"
    return f"{heat.name} {size}{means}; the strongest colour is ±{show(heat.scale)}"
