"""Narrow features of a function: wide steps jump over them, and converge all the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from .rows import LEVELS
from .slope import EPSILON, Along, Slope

PROBES = (-13, -20, -27, -34)  # the steps, powers of two, that hold a result to the point itself
CURVED = 1e-5  # relative; by so much a quotient over a probe's step may differ from the slope
WIDEST = 2.0**-5


class Probes:
    """Difference quotients over very small steps: coarse, but near the point.

    A row of wide steps may jump over a narrow feature of the function, and converge all the same.
    """

    def __init__(self, along: Along, t: float, noise: Sequence[float], epsilon: float) -> None:
        self.found: list[tuple[float, list[float], list[float]]] = []  # step, quotients, roundings
        # A row of few digits is done after some levels, and sees nothing of its last steps.
        self.below = 2.0**-LEVELS if epsilon == EPSILON else 2.0 ** -(LEVELS // 2)
        few = 1.0 if epsilon == EPSILON else 4.0  # roundings, of x and of several operations
        steps = [max(abs(t), 1.0) * 2.0**exponent for exponent in PROBES]
        if epsilon > EPSILON:  # known to be of few digits: as near as those allow
            near = [(abs(t) or 1.0) * epsilon * spacings for spacings in (16, 128, 1024)]
            steps = [h for h in steps if h > max(near)] + near
            noise = [0.0] * len(noise)
        for h in steps:
            upper, lower, width = along(t + h), along(t - h), (t + h) - (t - h)
            if upper is not None and lower is not None and width > 0.0:
                pairs = list(zip(upper, lower, strict=True))
                quotients = [(a - b) / width for a, b in pairs]
                sizes = [few * epsilon * max(abs(a), abs(b)) for a, b in pairs]
                roundings = [4 * max(pair) / width for pair in zip(noise, sizes, strict=True)]
                self.found.append((h, quotients, roundings))

    def allow(self, k: int, slope: Slope, step: float) -> bool:
        """Whether the slope that a row from ``step`` on gave is that of the small steps, too."""
        for h, quotients, roundings in self.found:
            if h < step * self.below:
                size = max(abs(slope.value), abs(quotients[k]))
                slack = 2 * slope.error + 2 * roundings[k] + size * CURVED
                if not abs(quotients[k] - slope.value) <= slack:
                    return False
        return True


class Doubts:
    """In few digits: how much a bend, too narrow for the steps that can be used, may hide.

    Wide steps jump over a narrow feature, and small ones drown in rounding; yet how far the values
    on both sides lie from the point's own shows the feature, unless it is lower than the rounding.
    """

    def __init__(
        self,
        along: Along,
        t: float,
        base: Sequence[float],
        noise: Sequence[float],
        epsilon: float,
    ) -> None:
        self.hidden = [0.0] * len(base)
        size = abs(t) or 1.0
        widest = WIDEST * size
        h, usual = widest, [math.inf] * len(base)  # the bend at the widest step, over its square
        while h >= 16 * epsilon * size:
            upper, lower = along(t + h), along(t - h)
            if upper is not None and lower is not None:
                for k, (a, middle, b) in enumerate(zip(upper, base, lower, strict=True)):
                    rounding = max(noise[k], epsilon * max(abs(a), abs(middle), abs(b)))
                    bend = abs(a - 2 * middle + b)
                    if math.isinf(usual[k]):
                        usual[k] = (bend + 8 * rounding) / h**2
                    unusual = bend - 8 * rounding - 4 * usual[k] * h**2
                    self.hidden[k] = max(self.hidden[k], unusual / h)
            h *= 0.5

    def doubted(self, k: int, slope: Slope) -> Slope:
        """The slope, with what may be hidden in its error."""
        if slope.error >= self.hidden[k]:
            return slope
        return replace(slope, error=self.hidden[k])
