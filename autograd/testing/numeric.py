"""Numerical derivatives that know how far to trust themselves.

Central differences over a row of shrinking steps, extrapolated to step zero (Richardson), the best
entry of the tableau chosen by its own error estimate (Ridders). What is said of the error has two
parts, both measured: how well neighbouring extrapolations agree, and the rounding of f divided by
the step. The slopes from the left and from the right come from the same row of steps.

Notation: t is the one argument that moves, h a step, D a difference quotient. f may have many
outputs, which are measured together, since they share the evaluations.

Sources: Ridders, *Accurate computation of F'(x)*, Adv. Eng. Software 4 (1982); Moré & Wild,
*Estimating computational noise*, SIAM J. Sci. Comput. 33 (2011).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

Along = Callable[[float], Sequence[float] | None]
"""f along one argument: its outputs at t, or None where it has none."""

EPSILON = 2.0**-52
TINIEST = 5e-324
LEVELS = 8
# Not a power of two: the samples of a function of period 1/64 would all be the same number.
FIRST_STEP = 0.1173
ENOUGH = 1e-11  # relative; more digits than this are not worth another evaluation
NEAR = 2.0**-16  # where the steps begin that look for a kink
NEARER = 2.0**-10  # times that: where those begin that tell it from a steep bend
PROBES = (-13, -20, -27, -34)  # the steps, powers of two, that hold a result to the point itself
CURVED = 1e-5  # relative; by so much a quotient over a probe's step may differ from the slope
SPACING = 2.0**-42
RESOLVED = 1e-8  # relative; with fewer the next, smaller row of steps is tried


@dataclass(frozen=True, slots=True)
class Slope:
    """A measured derivative: ``value`` ± ``error``, and the one-sided slopes if they differ."""

    value: float
    error: float
    left: float | None = None
    right: float | None = None
    jumps: bool = False
    """Whether the values from a side do not come near the value at the point."""

    @property
    def is_kink(self) -> bool:
        """Whether the slopes from the two sides differ, or one side lies outside the domain."""
        return self.left is not None or self.right is not None

    @property
    def is_resolved(self) -> bool:
        """Whether enough digits are certain to see a relative fault of 1e-6."""
        return self.error <= RESOLVED * abs(self.value)


UNKNOWN = Slope(math.nan, math.inf)


def measure(  # noqa: C901 - rows of steps from wide to narrow, then the two sides
    along: Along,
    t: float,
    base: Sequence[float],
    noise: Sequence[float],
    *,
    thorough: bool = True,
    epsilon: float = EPSILON,
) -> list[Slope]:
    """The derivative of every output of ``along`` at t, where their values are ``base``.

    ``noise`` is the rounding error of each output, and ``epsilon`` that of a number in the
    arithmetic in which it was computed, relative to the number. Unless ``thorough``, two rows of
    steps are tried at most: enough where high precision will have the last word.

    >>> import math
    >>> [slope] = measure(lambda t: [math.exp(t)], 1.0, [math.e], [4e-16])
    >>> abs(slope.value - math.e) < slope.error < 1e-10
    True
    >>> [slope] = measure(lambda t: [abs(t)], 0.0, [0.0], [0.0])
    >>> slope.left, slope.right
    (-1.0, 1.0)
    """
    best = [UNKNOWN] * len(base)
    bent = [True] * len(base)
    narrow = _Narrow(along, t, base, noise, epsilon) if epsilon > EPSILON else None
    bending, contradicted = list(best), list(best)  # what such rows gave
    probes = _Probes(along, t, noise, epsilon) if thorough else None
    for step in _first_steps(t, thorough=thorough):
        row = _Row(along, t, base, noise, step=step, so_far=best, epsilon=epsilon)
        for k, (slope, bend) in enumerate(zip(row.slopes(), row.bends(), strict=True)):
            if narrow is not None:
                slope = narrow.doubted(k, slope)  # noqa: PLW2901 - the same, less sure of itself
            if probes is not None and not probes.allow(k, slope, step):
                contradicted[k] = slope
            elif probes is not None and bend:
                bending[k] = min(bending[k], slope, key=lambda s: s.error)
            elif slope.error < best[k].error:
                best[k], bent[k] = slope, bend
        if all(
            slope.is_resolved or (still and not thorough)
            for slope, still in zip(best, row.still, strict=True)
        ):
            break
    for k, slope in enumerate(best):
        if slope is UNKNOWN:
            best[k] = Slope(contradicted[k].value, math.inf)  # narrower than can be resolved
            if bending[k].error < math.inf:
                best[k] = bending[k]
    # A cube root has no bend at 0, but no slope either.
    bent = [b or not s.error <= 0.1 * abs(s.value) for s, b in zip(best, bent, strict=True)]
    if not any(bent):
        return best
    near = _row_near(along, t, base, noise, epsilon)
    slopes = [near.sided(k, s) if b else s for k, (s, b) in enumerate(zip(best, bent, strict=True))]
    if thorough and any(slope.is_kink or slope.jumps for slope in slopes):
        # A steep bend looks like a kink until the steps are smaller than it is.
        nearer = _row_near(along, t, base, noise, epsilon, NEARER)
        slopes = [
            nearer.sided(k, best[k])
            if b and nearer.tells(k, slope)
            else _sure(slope)
            if b
            else slope
            for k, (slope, b) in enumerate(zip(slopes, bent, strict=True))
        ]
    return slopes


def _sure(slope: Slope) -> Slope:
    """A kink that rounding hides at smaller steps: whether it is infinitely steep is not known."""
    sides = [side for side in (slope.left, slope.right) if side is not None]
    return Slope(math.nan, math.inf) if any(map(math.isinf, sides)) and len(sides) > 1 else slope


class _Probes:
    """Difference quotients over very small steps: coarse, but near the point.

    A row of wide steps may jump over a narrow feature of the function, and converge all the same.
    """

    def __init__(self, along: Along, t: float, noise: Sequence[float], epsilon: float) -> None:
        self.noise = noise
        self.found: list[tuple[float, list[float], list[float]]] = []  # step, quotients, roundings
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
            if h < step * 2.0**-LEVELS:
                size = max(abs(slope.value), abs(quotients[k]))
                slack = 2 * slope.error + 2 * roundings[k] + size * CURVED
                if not abs(quotients[k] - slope.value) <= slack:
                    return False
        return True


WIDEST = 2.0**-5


class _Narrow:
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


def _row_near(  # noqa: PLR0917 - those of `measure`
    along: Along,
    t: float,
    base: Sequence[float],
    noise: Sequence[float],
    epsilon: float,
    factor: float = 1.0,
) -> _Row:
    """The row of small steps that shows whether the two sides meet at an angle."""
    so_far = [UNKNOWN] * len(base)
    near = max(NEAR, math.sqrt(epsilon)) * factor
    step = max(abs(t), 1.0) * near
    row = _Row(along, t, base, noise, step=step, so_far=so_far, epsilon=epsilon)
    few_digits = epsilon > EPSILON and abs(t) < 1.0
    if few_digits or (0.0 < abs(t) < 1e-3 and not (row.left and row.right)):
        step = (abs(t) or 1.0) * near
        return _Row(along, t, base, noise, step=step, so_far=so_far, epsilon=epsilon)
    return row


def _first_steps(t: float, *, thorough: bool) -> list[float]:
    """Where the rows of steps begin: the size of t or of 1, then smaller."""
    size = abs(t)
    scale = max(size, 1.0) * FIRST_STEP
    steps = [scale]
    if 0.0 < size < 0.3:
        steps.append(size * FIRST_STEP)
    if thorough or len(steps) == 1:
        steps.append(scale * 2.0**-7)
    if thorough:
        steps += [scale * 2.0**-13, scale * 2.0**-19]
        if 0.0 < size < 0.01:
            steps += [size * FIRST_STEP * 2.0**-7]
    return steps


class _Row:
    """One row of halving steps, and what it tells of each output."""

    def __init__(
        self,
        along: Along,
        t: float,
        base: Sequence[float],
        noise: Sequence[float],
        *,
        step: float,
        so_far: Sequence[Slope],
        epsilon: float = EPSILON,
    ) -> None:
        self.epsilon = epsilon
        self.base = base
        self.noise = noise
        self.levels: list[tuple[float, Sequence[float], Sequence[float]]] = []  # both sides there
        self.right: list[tuple[float, Sequence[float]]] = []
        self.left: list[tuple[float, Sequence[float]]] = []
        self.tableaus = [_Tableau(4.0) for _ in base]
        self.still = [False] * len(base)
        for _ in range(LEVELS):
            above, below = t + step, t - step
            if t in {above, below}:
                break
            step *= 0.5
            upper, lower = along(above), along(below)
            if upper is not None:
                self.right.append((above - t, upper))
            if lower is not None:
                self.left.append((t - below, lower))
            if upper is None or lower is None:
                continue
            self._add(above - below, upper, lower)
            if len(self.levels) > 2 and all(
                tableau.is_done or old.is_resolved or still
                for tableau, old, still in zip(self.tableaus, so_far, self.still, strict=True)
            ):
                break

    def _add(self, width: float, upper: Sequence[float], lower: Sequence[float]) -> None:
        if not self.levels:
            self.still = [True] * len(self.base)
        self.levels.append((width / 2, upper, lower))
        for k, tableau in enumerate(self.tableaus):
            if not tableau.is_done:
                rounding = max(
                    self.noise[k], self.epsilon * max(abs(upper[k]), abs(lower[k])), TINIEST
                )
                # Also where nothing moves: what is saturated has a slope below the last digit.
                tableau.add((upper[k] - lower[k]) / width, 4 * rounding / width)
                if not upper[k] == lower[k] == self.base[k]:
                    self.still[k] = False

    def slopes(self) -> list[Slope]:
        """The best central estimate for every output."""
        return [Slope(tableau.value, tableau.error) for tableau in self.tableaus]

    def bends(self) -> list[bool]:
        """For every output, whether its two sides seem to meet at an angle."""
        if len(self.levels) < 3:
            return [True] * len(self.base)
        return [self._bends(k) for k in range(len(self.base))]

    def _bends(self, k: int) -> bool:
        middle = self.base[k]
        for (h1, upper1, lower1), (h2, upper2, lower2) in reversed(
            list(itertools.pairwise(self.levels))
        ):
            after = abs(upper2[k] - 2 * middle + lower2[k]) / h2
            rounding = max(self.noise[k], self.epsilon * (abs(upper2[k]) + abs(lower2[k])))
            if after > 16 * rounding / h2:  # at the last steps that show anything
                # A smooth function's two slopes approach each other as the step halves.
                return after > 0.75 * abs(upper1[k] - 2 * middle + lower1[k]) / h1
        return False

    def sided(self, k: int, central: Slope) -> Slope:
        """The slopes from the two sides, if they differ; else the central one."""
        left, right = self._one(k, self.left, -1.0), self._one(k, self.right, 1.0)
        if self._jumps(k, self.left) or self._jumps(k, self.right):
            return Slope(math.nan, math.inf, left and left[0], right and right[0], jumps=True)
        if left is None or right is None:
            only = left or right
            if only is None:
                return UNKNOWN
            value, error = only
            sides = (value, None) if right is None else (None, value)
            return Slope(value, error, *sides)
        apart = abs(left[0] - right[0])
        size = abs(central.value) if math.isfinite(central.value) else 0.0
        if math.isnan(apart) or apart > 2 * (left[1] + right[1]) + 1e-7 * size:
            middle = left[0] if left[0] == right[0] else 0.5 * (left[0] + right[0])
            return Slope(middle, max(left[1], right[1]), left[0], right[0])
        # Both sides see something that the wide steps of the centre jumped over.
        near = self.tableaus[k]
        if not abs(near.value - central.value) <= near.error + central.error:
            return Slope(near.value, near.error)
        return central

    def tells(self, k: int, kink: Slope) -> bool:
        """Whether rounding leaves enough to see this kink at the steps of this row."""
        if kink.left is None or kink.right is None or not (self.left and self.right):
            return False
        pairs = [min(side, key=lambda pair: pair[0]) for side in (self.left, self.right)]
        doubts = [
            8 * max(self.noise[k], self.epsilon * max(abs(outputs[k]), abs(self.base[k]))) / h
            for h, outputs in pairs
        ]
        moved = [abs(y[k] - self.base[k]) > d * h
                 for (h, y), d in zip(pairs, doubts, strict=True)]  # fmt: skip
        if kink.jumps:
            return any(moved)
        if math.isinf(kink.left) or math.isinf(kink.right):
            infinite = [math.isinf(kink.left), math.isinf(kink.right)]
            return all(seen or not steep for seen, steep in zip(moved, infinite, strict=True))
        return 4 * max(doubts) < abs(kink.right - kink.left)

    def _jumps(self, k: int, side: Sequence[tuple[float, Sequence[float]]]) -> bool:
        """Whether the distance to the point's value stays, while the steps become shorter."""
        rises = [abs(outputs[k] - self.base[k]) for _, outputs in side]
        if len(rises) < 3 or not rises[-1] > 64 * max(
            self.noise[k], self.epsilon * abs(self.base[k])
        ):
            return False
        return all(abs(b - a) < 0.01 * a for a, b in itertools.pairwise(rises[-3:]))

    def _one(
        self, k: int, side: Iterable[tuple[float, Sequence[float]]], sign: float
    ) -> tuple[float, float] | None:
        """The slope of output k on one side and its error; infinite where it only grows."""
        tableau = _Tableau(2.0)
        quotients = []
        certain = True
        for h, outputs in side:
            rounding = max(self.noise[k], self.epsilon * abs(outputs[k]))
            quotients.append(sign * (outputs[k] - self.base[k]) / h)
            certain = abs(quotients[-1]) > 8 * rounding / h
            tableau.add(quotients[-1], 4 * rounding / h)
        if len(quotients) < 3:
            return None
        if certain and all(abs(b) > 1.3 * abs(a) > 0.0 for a, b in itertools.pairwise(quotients)):
            return math.copysign(math.inf, quotients[-1]), 0.0
        return tableau.value, tableau.error


class _Tableau:
    """Richardson's tableau for step halving: errors in powers of ``factor`` (4: h², 2: h)."""

    __slots__ = ("_worse", "error", "factor", "is_done", "last", "roundings", "value")

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.last: list[float] = []
        self.roundings: list[float] = []
        self.value, self.error = math.nan, math.inf
        self.is_done = False
        self._worse = 0

    def add(self, quotient: float, rounding: float) -> None:
        """One more difference quotient, at half the step of the one before."""
        row = [quotient]
        improved = False
        power = 1.0
        for j, above in enumerate(self.last):
            power *= self.factor
            better = row[j] + (row[j] - above) / (power - 1.0)
            spread = max(abs(better - row[j]), abs(better - above))
            error = 2 * spread + 2 * rounding
            if error < self.error:
                self.value, self.error = better, error
                improved = True
            row.append(better)
        self.last = row
        if len(row) > 2:
            self._worse = 0 if improved else self._worse + 1
            self.is_done = self._worse > 1 or self.error <= ENOUGH * abs(self.value)


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
