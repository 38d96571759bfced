"""Slopes measured from values alone, with an estimate of their own error.

The function is evaluated at steps that shrink from the size of the number down to its last digits.
Three successive steps give an estimate (Richardson). Its error has two parts, both measured: how
well the extrapolations agree, and the rounding of the values divided by the step. Small steps count
most: if larger ones disagree with them, the function has a feature that narrow. The exception is a
function whose values jump on both sides: the jumps show how coarsely the values are rounded, and
the steps must be larger than the jumps.

Notation: t is the one number that moves, h a step; f may have many outputs, measured together.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

Along = Callable[[float], Sequence[float] | None]
"""f along one number: its outputs at t, or None where it has none."""

EPSILON = 2.0**-52
TINIEST = 5e-324
FIRST = 0.1173  # not a power of two: with period 1/64, all samples would be the same number
RUNGS = 23
ENOUGH = 1e-11  # relative; more digits than this are not worth another evaluation
RESOLVED = 1e-8  # relative; enough to see an error of a millionth
KNOWN = 1e-5  # relative; with fewer digits a slope counts as unknown
PROBES = (2.0**-20, 2.0**-27, 2.0**-34)  # small steps that test a wide estimate at the point itself
CURVED = 1e-5  # relative; how much a probe may differ from the slope
HALVINGS = 60
SPACING = 2.0**-42  # of the points that show rounding
FAR = 64  # times the step: how far off to look for a jump on the other side
VAGUE = 0.1  # relative: a slope that is hardly known
WIDE = 1e100  # from one step to the next: its square is still a double
MOST_JUMPS = 8  # sizes of jumps, each hidden by a larger one


@dataclass(frozen=True, slots=True)
class Slope:
    """A measured derivative: ``value`` ± ``error``, and the one-sided slopes if they differ."""

    value: float
    error: float
    left: float | None = None
    right: float | None = None
    jumps: bool = False
    """Whether the values on a side do not approach the value at the point."""
    scale: float = 0.0
    """How steep the function is over the widest steps, if rounding does not hide it."""
    noise: float = 0.0
    """How coarsely the values are rounded, or how high their jumps are."""

    @property
    def is_kink(self) -> bool:
        """Whether the slopes on the two sides differ, or one side is outside the domain."""
        return self.left is not None or self.right is not None

    @property
    def known(self) -> list[float]:
        """The slopes of the existing sides; at a smooth point, the one slope."""
        sides = [side for side in (self.left, self.right) if side is not None]
        return sides or [self.value]

    @property
    def is_known(self) -> bool:
        """Whether the error is small compared with the slope, or with how the function moves."""
        return self.error <= KNOWN * max(abs(self.value), self.scale)


UNKNOWN = Slope(math.nan, math.inf)


def measure(
    along: Along,
    t: float,
    base: Sequence[float],
    noise: Sequence[float],
    *,
    epsilon: float = EPSILON,
) -> list[Slope]:
    """The derivative of every output of ``along`` at t, where their values are ``base``.

    ``noise`` is the rounding error of each output. ``epsilon`` is the relative rounding error of a
    number in the arithmetic in which it was computed.

    >>> import math
    >>> [slope] = measure(lambda t: [math.exp(t)], 1.0, [math.e], [4e-16])
    >>> abs(slope.value - math.e) < slope.error < 1e-10
    True
    >>> [slope] = measure(lambda t: [abs(t)], 0.0, [0.0], [0.0])
    >>> slope.left, slope.right
    (-1.0, 1.0)
    """
    samples = _Samples(along, t, epsilon)
    return [_Output(samples, k, value, rounding).slope()
            for k, (value, rounding) in enumerate(zip(base, noise, strict=True))]  # fmt: skip


def slope_of(along: Along, t: float, value: float) -> Slope:
    """The derivative of a function with one output, whose rounding error is unknown."""
    return measure(along, t, [value], [0.0])[0]


def finite(numbers: list[float]) -> list[float] | None:
    """The numbers; None if one of them is not finite."""
    return numbers if all(map(math.isfinite, numbers)) else None


class _Samples:
    """The values of the function at a step to either side; evaluated once for all outputs."""

    def __init__(self, along: Along, t: float, epsilon: float) -> None:
        self.t, self.epsilon, self.size = t, epsilon, abs(t)
        self.at = functools.cache(along)
        # With few digits only few steps can be used, so they are closer together.
        self.ratio = 4.0 if epsilon == EPSILON else 2.0
        wide = self._ladder(max(self.size, 1.0))
        near = [h for h in self._ladder(self.size) if h < wide[-1] / self.ratio]
        finest = 8 * epsilon * self.size
        self.steps = [h for h in wide + near if h > finest and t + h != t != t - h]

    def _ladder(self, scale: float) -> list[float]:
        return [FIRST * scale * self.ratio**-j for j in range(RUNGS)]

    def pair(self, h: float) -> tuple[Sequence[float] | None, Sequence[float] | None]:
        """The outputs to the left and to the right."""
        return self.at(self.t - h), self.at(self.t + h)


@dataclass(frozen=True, slots=True)
class _Estimate:
    value: float
    error: float
    wide: float
    fine: float


class _Output:
    """One output: its slope, from the samples that it shares with the others."""

    def __init__(self, samples: _Samples, k: int, base: float, noise: float) -> None:
        self.samples, self.k, self.base = samples, k, base
        self.noise = max(noise, samples.epsilon * abs(base), TINIEST)
        self.noise = max(self.noise, 4 * self._fluctuation())
        self.levels: list[tuple[float, float, float]] = []

    def slope(self) -> Slope:
        """The slope, its sides where they differ, and how coarsely the values move."""
        found = self._central()
        for _ in range(MOST_JUMPS):
            height = self._jumps_at(found)
            if found and found[0].error <= 1e-3 * abs(found[0].value):  # the effect of rounding t
                height = max(height, self.samples.epsilon * self.samples.size * abs(found[0].value))
            if height <= 2 * self.noise:
                break
            self.noise = 4 * height  # several roundings add up
            found = self._central()
        slope = Slope(found[0].value, found[0].error) if found else UNKNOWN
        # A cube root has no corner at 0, but no slope either.
        if not found or found[0].error > VAGUE * abs(found[0].value) or self._bends():
            slope = self._sided(slope)
        scale = self._scale()
        bend = 4 * self.samples.epsilon * scale / FIRST  # as t + h and t − h are rounded
        return replace(slope, error=slope.error + bend, scale=scale, noise=self.noise)

    def _rounding(self, *values: float) -> float:
        return max(self.noise, self.samples.epsilon * max(map(abs, values)))

    # --- both sides together ----------------------------------------------------------------------

    def _levels(self) -> list[tuple[float, float, float]]:
        """(step, value to the left, value to the right) where both are defined."""
        return [level for h in self.samples.steps if (level := self._level(h)) is not None]

    def _level(self, h: float) -> tuple[float, float, float] | None:
        low, high = self.samples.pair(h)
        if low is None or high is None:
            return None
        t = self.samples.t
        return 0.5 * ((t + h) - (t - h)), low[self.k], high[self.k]

    def _central(self) -> list[_Estimate]:
        """The best estimate, followed by the first wider one that contradicts it."""
        quick = self._quickly()
        if quick is not None:
            return [quick]
        levels = self.levels = self._levels()
        best: _Estimate | None = None
        low, high = -math.inf, math.inf  # what all finer estimates allow
        for three in reversed(list(zip(levels, levels[1:], levels[2:], strict=False))):
            estimate = self._extrapolated(*three)
            if best is not None and not (
                estimate.value - estimate.error <= high and low <= estimate.value + estimate.error
            ):
                return [best, estimate]
            if best is None or estimate.error < best.error:
                best = estimate
            low = max(low, estimate.value - estimate.error)
            high = min(high, estimate.value + estimate.error)
        return [] if best is None else [best]

    def _quickly(self) -> _Estimate | None:
        """An estimate from wide steps that the smallest ones confirm: most functions are smooth."""
        if self.samples.epsilon > EPSILON:
            return None
        levels: list[tuple[float, float, float]] = []
        for h in self.samples.steps[: RUNGS // 2]:
            level = self._level(h)
            if level is None:
                levels = []
                continue
            levels.append(level)
            if len(levels) < 3:
                continue
            found = self._extrapolated(*levels[-3:])
            if found.error <= RESOLVED * 0.01 * abs(found.value):
                probes = [self._level(p * max(self.samples.size, 1.0)) for p in PROBES]
                self.levels = levels + [level for level in probes if level is not None]
                small = self.levels[len(levels) :]
                return found if all(self._confirms(level, found) for level in small) else None
        return None

    def _confirms(self, level: tuple[float, float, float], found: _Estimate) -> bool:
        h, low, high = level
        quotient, rounding = (high - low) / (2 * h), 4 * self._rounding(low, high) / h
        return abs(quotient - found.value) <= rounding + CURVED * abs(found.value)

    def _extrapolated(self, *levels: tuple[float, float, float]) -> _Estimate:
        """Three central quotients, extrapolated to step 0: the error falls with its square."""
        (h0, d0), (h1, d1), (h2, d2) = [(h, (high - low) / (2 * h)) for h, low, high in levels]
        first = d1 + (d1 - d0) / (min(h0 / h1, WIDE) ** 2 - 1)
        second = d2 + (d2 - d1) / (min(h1 / h2, WIDE) ** 2 - 1)
        value = second + (second - first) / (min(h0 / h2, WIDE) ** 2 - 1)
        spread = max(abs(value - second), abs(second - first) / 4)
        rounding = max([self._rounding(low, high) for _, low, high in levels]) / h2
        return _Estimate(value, 2 * spread + 4 * rounding, h0, h2)

    def _scale(self) -> float:
        """How steeply the output moves over the widest steps, beyond its rounding."""
        h = self.samples.steps[0] if self.samples.steps else 1.0
        sides = [y[self.k] for y in self.samples.pair(h) if y is not None]
        moved = [abs(y - self.base) - 4 * self._rounding(y, self.base) for y in sides]
        return max([0.0, *moved]) / h

    # --- jumps ------------------------------------------------------------------------------------

    def _jumps_at(self, found: Sequence[_Estimate]) -> float:
        """How high the values jump on both sides, between steps that disagree on the slope."""
        if len(found) < 2:
            return 0.0
        fine, wide = found
        far, size = FAR * wide.wide, self.samples.size
        if wide.wide < size:
            far = min(far, 0.9 * size)  # at 0 there may be a pole
        slope = fine.value if fine.error <= VAGUE * abs(fine.value) else 0.0
        # The point may lie near one end of a plateau; otherwise a one-sided jump is not rounding.
        either = max if fine.value == 0.0 and wide.fine < size else min
        return either(self._nearest_jump(sign, fine, far, slope) for sign in (-1.0, 1.0))

    def _nearest_jump(self, sign: float, fine: _Estimate, far: float, slope: float) -> float:
        """How high the nearest jump of the values on one side is."""
        reach = fine.wide
        while True:
            height = self._jump(sign, fine.fine, min(reach, far), slope)
            if height > 2 * self.noise or reach >= far:
                return height
            reach *= 4.0

    def _jump(self, sign: float, low: float, high: float, slope: float) -> float:
        """How high the largest jump between two steps on one side is."""
        k, t = self.k, self.samples.t
        ends = [(h, self.samples.at(t + sign * h)) for h in (low, high)]
        if any(y is None for _, y in ends):
            return 0.0
        (low, a), (high, b) = [(h, y[k]) for h, y in ends if y is not None]
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            outputs = self.samples.at(t + sign * middle)
            if outputs is None or not low < middle < high or t + sign * middle == t + sign * low:
                break
            y, expected = outputs[k], sign * slope * (middle - low)
            if abs(y - a - expected) >= abs(b - y - expected):
                high, b = middle, y
            else:
                low, a = middle, y
        return abs(b - a - sign * slope * (high - low))

    def _fluctuation(self) -> float:
        """The rounding of the values next to the point, from fourth-order differences.

        For a smooth function these vanish between points that are so close. What grows with the
        distance of the points is not rounding. A jump or a kink at the point itself is seen from
        one side only.

        Source: Moré & Wild, *Estimating computational noise*, SIAM J. Sci. Comput. 33 (2011).
        """
        found = []
        for sign in (1.0, -1.0):
            spacing = sign * SPACING * (self.samples.size or 1.0)
            small, large = self._noise(spacing), self._noise(16 * spacing)
            found.append(max(small, large) if large <= 8 * small or small == 0.0 else 0.0)
            if found[-1] == 0.0:
                break
        return min(found)

    def _noise(self, spacing: float) -> float:
        column = [self.samples.at(self.samples.t + i * spacing) for i in range(1, 8)]
        values = [y[self.k] for y in column if y is not None]
        for _ in range(4):
            values = [b - a for a, b in itertools.pairwise(values)]
        # An error of ±e in every sample gives up to 16 e, and √70 e on average.
        found = max(map(abs, values), default=0.0) / math.sqrt(70) if len(values) == 3 else 0.0
        return found if math.isfinite(found) else 0.0

    # --- the two sides by themselves --------------------------------------------------------------

    def _bends(self) -> bool:
        """Whether the two sides seem to meet at an angle, at the last steps that are not noise."""
        for (h1, a1, b1), (h2, a2, b2) in reversed(list(itertools.pairwise(self.levels))):
            after = abs(a2 - 2 * self.base + b2) / h2
            if after > 16 * self._rounding(a2, b2) / h2:
                # A smooth function's two slopes approach each other as the step shrinks.
                return after > 0.6 * abs(a1 - 2 * self.base + b1) / h1
        return False

    def _sided(self, central: Slope) -> Slope:
        """The slopes on the two sides, if they differ; else the central one."""
        (left, left_jumps), (right, right_jumps) = self._side(0, -1.0), self._side(1, 1.0)
        if left_jumps or right_jumps:
            return Slope(math.nan, math.inf, left and left[0], right and right[0], jumps=True)
        if left is None or right is None:
            only = left or right
            if only is None:
                return UNKNOWN
            return Slope(*only, *((only[0], None) if right is None else (None, only[0])))
        apart = abs(left[0] - right[0])
        if math.isnan(apart) or apart > 2 * (left[1] + right[1]) + 1e-7 * abs(central.value):
            middle = left[0] if left[0] == right[0] else 0.5 * (left[0] + right[0])
            return Slope(middle, max(left[1], right[1]), left[0], right[0])
        return central

    def _side(self, which: int, sign: float) -> tuple[tuple[float, float] | None, bool]:
        """The slope on one side and its error, and whether the value jumps there."""
        points = [(h, y[self.k]) for h in self.samples.steps
                  if (y := self.samples.pair(h)[which]) is not None]  # fmt: skip
        seen = [(h, y) for h, y in points
                if abs(y - self.base) > 64 * self._rounding(y, self.base)]  # fmt: skip
        if len(points) < 3:
            return None, False
        quotients = [(h, sign * (y - self.base) / h) for h, y in points]
        if len(seen) >= 3:
            rises = [abs(y - self.base) for _, y in seen[-3:]]
            if seen[-1][0] == points[-1][0] and all(
                b > 0.9 * a for a, b in itertools.pairwise(rises)
            ):
                return (math.copysign(math.inf, quotients[-1][1]), 0.0), True
            last = [(abs(y - self.base), h) for h, y in seen[-6:]]
            if all(b < 0.9 * a and b / h > 1.5 * a / g
                   for (a, g), (b, h) in itertools.pairwise(last)):  # fmt: skip
                return (math.copysign(math.inf, quotients[-1][1]), 0.0), False
        best = (math.nan, math.inf)
        for ((h0, q0), (h1, q1)), (_, last_value) in zip(
            itertools.pairwise(quotients), points[1:], strict=True
        ):
            value = q1 + (q1 - q0) / (h0 / h1 - 1)
            error = 2 * abs(value - q1) + 4 * self._rounding(last_value, self.base) / h1
            if error < best[1]:
                best = value, error
        return best, False
