"""The steps in which a function's values move: rounding seen as what it is, at any precision.

Between two neighbouring points a smooth function hardly moves. What was computed in float32, or
lost its digits by cancellation, stays on a plateau and then jumps. An interval is cut into parts,
and the part in which the function moves otherwise than in the rest is cut again. That ends at such
a jump if there is one; at an ordinary place otherwise, where nothing jumps but the last digit.

A jump on one side of the point alone is no rounding: the function may have one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from .slope import EPSILON

F = Callable[[Sequence[float]], Sequence[float] | None]

NEAR, FAR = 2.0**-18, 2.0**-4  # how far to look, relative to the numbers of the point
FINEST = 2.0**-43
SPACINGS = 128  # of the arithmetic: nearer than that there are too few numbers to see anything
PARTS = 8
LAST = 3  # of the cuts, a size of the number's own: so fine that only a jump is not straight
SMALL = 0.25  # beside numbers below it, more is to be seen at a distance of their size and of 1
MANY = 4  # of so many outputs each gets a search of its own; of more, all share one


def step_heights(
    f: F, xs: Sequence[float], base: Sequence[float], epsilon: float = EPSILON
) -> tuple[list[float], list[float]]:
    """For each output, how high the jumps are by which it moves near xs, on both sides; its size.

    >>> [height], _ = step_heights(lambda xs: [round(xs[0] ** 2, 3)], [2.0], [4.0])
    >>> round(height, 9)
    0.001
    >>> step_heights(lambda xs: [xs[0] ** 2], [2.0], [4.0])[0][0] < 4e-15
    True
    """
    near, far = [abs(x) or 1.0 for x in xs], [max(abs(x), 1.0) for x in xs]
    heights, sizes = [0.0] * len(base), list(map(abs, base))
    for scales in [near] if min(near) >= SMALL else [near, far]:
        for reach in (min(max(NEAR, SPACINGS * epsilon), FAR), FAR):
            cuts = math.ceil(math.log2(reach / FINEST) / math.log2(PARTS))
            last = LAST if scales is near else 1
            sides = [
                _Side(f, xs, base, [reach * sign * x for x in scales], last) for sign in (1.0, -1.0)
            ]
            for k, known in enumerate(heights):
                # What is seen nearest to the point is what counts there.
                if known <= 16 * epsilon * abs(base[k]):
                    heights[k] = max(known, min([side.height(k, cuts) for side in sides]))
                    sizes[k] = max(sizes[k], *[side.size(k) for side in sides])
    return heights, sizes


class _Side:
    """The function on one side of the point, along a line on which all of its numbers move."""

    def __init__(
        self,
        f: F,
        xs: Sequence[float],
        base: Sequence[float],
        scales: Sequence[float],
        last: int,
    ) -> None:
        self.f, self.xs, self.last = f, xs, last
        self.known: dict[float, Sequence[float] | None] = {0.0: base}
        self.sizes = [abs(x) or 1.0 for x in base]
        self.moves = [scale * (0.7 + 0.1 * (i % 5)) for i, scale in enumerate(scales)]

    def height(self, k: int, cuts: int) -> float:
        """The height of a jump of output k; 0.0 where there is none or f is not defined."""
        return max(self._found(k, cuts, _oddest), self._found(k, cuts, _largest))

    def _found(self, k: int, cuts: int, choose: Callable[[list[float]], list[float]]) -> float:
        """The jump that is found by always cutting the part that ``choose`` values most."""
        among = [k] if len(self.sizes) <= MANY else range(len(self.sizes))
        low, width, height = 0.0, 1.0, 0.0
        for cut in range(cuts):
            width /= PARTS
            ends = [low + i * width for i in range(PARTS + 1)]
            worth = [0.0] * PARTS
            for j in among:
                moved = [self._move(j, a, b) for a, b in itertools.pairwise(ends)]
                if not all(map(math.isfinite, moved)):
                    return 0.0
                worth = list(map(max, worth, choose(moved)))
            if cut >= cuts - self.last:
                moved = [self._move(k, a, b) for a, b in itertools.pairwise(ends)]
                height = max(height, *[abs(b - a) for a, b in itertools.pairwise(moved)])
            low = ends[worth.index(max(worth))]
        return height * self.sizes[k]

    def size(self, k: int) -> float:
        """The largest value of output k that was met."""
        return max([abs(outputs[k]) for outputs in self.known.values() if outputs is not None])

    def _move(self, k: int, a: float, b: float) -> float:
        """How far an output moves between two places, relative to its size."""
        one, other = self._at(a), self._at(b)
        if one is None or other is None:
            return math.nan
        return (other[k] - one[k]) / self.sizes[k]

    def _at(self, t: float) -> Sequence[float] | None:
        if t not in self.known:
            self.known[t] = self.f(
                [x + t * move for x, move in zip(self.xs, self.moves, strict=True)]
            )
        return self.known[t]


def _oddest(moved: list[float]) -> list[float]:
    """Where few parts jump: one that does is unlike the others, however steep they are."""
    usual = sorted(moved)[PARTS // 2]
    return [abs(m - usual) for m in moved]


def _largest(moved: list[float]) -> list[float]:
    """Where most parts jump: one that moves much does."""
    return list(map(abs, moved))
