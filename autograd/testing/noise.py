"""The rounding errors of a function's values, measured where nothing else is to be seen.

Source: Moré & Wild, *Estimating computational noise*, SIAM J. Sci. Comput. 33 (2011).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

SPACING = 2.0**-42


def measured_noise(
    f: Callable[[Sequence[float]], Sequence[float] | None], xs: Sequence[float], count: int
) -> list[float]:
    """The rounding error of each of f's ``count`` outputs near xs, from differences of high order.

    Seven points in a row, very near each other: a smooth function's fourth differences vanish
    there, and what remains is noise. What grows with the spacing of the points is none, but a kink
    or a steep bend. Steps that are wider than that are for `steps`.
    """
    right = _noise_beside(f, xs, count, 1.0)
    if not any(right):
        return right
    # A jump or a kink at the point itself is seen from one side alone.
    return list(map(min, right, _noise_beside(f, xs, count, -1.0)))


def _noise_beside(
    f: Callable[[Sequence[float]], Sequence[float] | None],
    xs: Sequence[float],
    count: int,
    side: float,
) -> list[float]:
    """The noise on one side of the point."""
    noise = [0.0] * count
    near, wide = _samples(f, xs, side * SPACING), _samples(f, xs, side * 16 * SPACING)
    if near and wide:
        for k in range(count):
            small, large = (_noise([sample[k] for sample in s]) for s in (near, wide))
            if large <= 8 * small or small == 0.0:
                noise[k] = max(small, large)
    return noise


def _samples(
    f: Callable[[Sequence[float]], Sequence[float] | None], xs: Sequence[float], spacing: float
) -> list[Sequence[float]]:
    """f's outputs at seven points in a row; none at all if f is not defined at some."""
    samples = []
    for i in range(1, 8):
        moves = [i * spacing * (abs(x) or 1.0) * (0.6 + 0.1 * (j % 5))
                 for j, x in enumerate(xs)]  # fmt: skip
        outputs = f([x + move for x, move in zip(xs, moves, strict=True)])
        if outputs is None:
            return []
        samples.append(outputs)
    return samples


def _noise(column: list[float]) -> float:
    """The noise in equally spaced samples: their differences of fourth order, scaled."""
    differences = column
    for _ in range(4):
        differences = [b - a for a, b in itertools.pairwise(differences)]
    # An error of ±e in every sample gives up to 16 e; on average √70 e.
    found = max(map(abs, differences)) / math.sqrt(70)
    return found if math.isfinite(found) else 0.0
