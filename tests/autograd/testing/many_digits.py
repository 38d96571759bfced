"""Values and derivatives of the table's rows to any number of digits, and the distance from them.

The derivatives are differences of the references in `digits`, with steps so small and digits so
many that they are exact beside a double: nothing here is shared with the table's partials.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import mpmath
from mpmath import mpf

from autograd import Value
from autograd.primitive import unchecked

from ..references import REFERENCES

LEAST = mpf(2) ** -1022  # the least double with all its digits
TINY = mpf(2) ** -1074
OVERFLOW = mpf(2) ** 1024
EPSILON = mpf(2) ** -52
STEP = mpf(10) ** -30  # relative, or absolute for operands beyond 1


@dataclass(frozen=True)
class Exact:
    """A row's value and derivatives at one point, by differences in many digits."""

    name: str
    xs: tuple[float, ...]

    @cached_property
    def digits(self):
        """Enough for second differences: of operands near 0, in far tails, or huge ones."""
        sizes = [abs(x) for x in self.xs if x]
        orders = max((abs(math.log10(size)) for size in sizes), default=0.0)
        reach = min(max(sizes, default=0.0), 750.0)
        tail = min(reach**2 / 2, 800.0) if self.name in {"erf", "erfc", "gelu"} else reach
        return 120 + int(4 * orders + tail)

    def at(self, moves):
        """The value with some operands moved: {index: by how much}."""
        xs = [mpf(x) + moves.get(i, 0) for i, x in enumerate(self.xs)]
        return mpf(self.reference(*xs))

    @cached_property
    def reference(self):
        """The row's function."""
        return REFERENCES[self.name]

    @cached_property
    def steps(self):
        """For each operand a step far below what the function's shape knows."""
        sizes = [abs(mpf(x)) for x in self.xs if x]
        least = min([mpf(1), *sizes, *[1 / size for size in sizes]])
        return [STEP * (min(mpf(1), abs(mpf(x))) if x else least) for x in self.xs]

    @cached_property
    def value(self):
        with mpmath.workdps(self.digits):
            return self.at({})

    def slope(self, i, moves=None):
        """d/dx_i, after ``moves``."""
        moves = moves or {}
        with mpmath.workdps(self.digits):
            step, here = self.steps[i], moves.get(i, 0)
            difference = self.at({**moves, i: here + step}) - self.at({**moves, i: here - step})
            return difference / (2 * step)

    def curvature(self, i, j, moves=None):
        """d²/dx_i dx_j, after ``moves``."""
        moves = moves or {}
        with mpmath.workdps(self.digits):
            step, here = self.steps[j], moves.get(j, 0)
            if i == j:
                ends = self.at({**moves, j: here + step}) + self.at({**moves, j: here - step})
                return (ends - 2 * self.at(moves)) / step**2
            ends = [self.slope(i, {**moves, j: here + side * step}) for side in (1, -1)]
            return (ends[0] - ends[1]) / (2 * step)

    def noise(self, i, j):
        """What rounding to so many digits leaves of a second difference that should be 0."""
        return abs(self.value) * mpf(10) ** (5 - self.digits) / (self.steps[i] * self.steps[j])

    def swing(self, derivative):
        """How much a derivative changes when operands change by their own size: Σ |x · d/dx|.

        Times ε it is what rounding the operands to doubles did, which no algorithm can undo.
        """
        here, total = derivative({}), mpf(0)
        with mpmath.workdps(self.digits):
            for k, x in enumerate(self.xs):
                if x:
                    share = mpf(10) ** -25 * min(1, 1 / abs(mpf(x)))
                    total += abs(derivative({k: mpf(x) * share}) - here) / share
        return total


def ulps(found, exact):
    """How many units in its last place a double is away from the exact number."""
    if math.isnan(found):
        return math.inf
    size = abs(exact)
    if size >= OVERFLOW * (1 - EPSILON) or math.isinf(found):
        huge = abs(found) >= 1.797693134862315e308 and (found > 0) == (exact > 0)
        return 0.0 if huge and size >= OVERFLOW * (1 - 8 * EPSILON) else math.inf
    return float(abs(mpf(found) - exact) / unit(size))


def unit(size):
    """The distance between the doubles around a number."""
    if size < LEAST:
        return TINY
    return mpf(2) ** (mpmath.frexp(size)[1] - 53)


def computed(op, xs):
    """Our value, slopes and second derivatives at a point: {(i, j): number}."""
    leaves = [Value(x) for x in xs]
    with unchecked():
        value = op(*leaves)
        slopes = op.slopes(value.data, xs)
        seconds = {}
        for i, slope in enumerate(op.slopes(value, tuple(leaves))):
            for leaf in leaves:
                leaf.grad = 0.0
            if isinstance(slope, Value) and slope.kind != "constant":
                slope.backward()
            for j, leaf in enumerate(leaves):
                seconds[i, j] = leaf.grad
    return value.data, [float(slope) for slope in slopes], seconds
