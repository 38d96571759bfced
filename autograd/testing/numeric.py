"""Numerical derivatives that know how far to trust themselves.

Rows of shrinking steps (`rows`), from wide to narrow, until one gives digits enough; small steps
hold it to the point itself (`narrow`). The slopes from the left and from the right come from a row
of steps very near the point.

Notation: t is the one argument that moves, h a step, D a difference quotient. f may have many
outputs, which are measured together, since they share the evaluations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .narrow import Doubts, Probes
from .rows import Row
from .slope import EPSILON, UNKNOWN, Along, Slope

# Not a power of two: the samples of a function of period 1/64 would all be the same number.
FIRST_STEP = 0.1173
NEAR = 2.0**-16  # where the steps begin that look for a kink
NEARER = 2.0**-10  # times that: where those begin that tell it from a steep bend


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
    doubts = Doubts(along, t, base, noise, epsilon) if epsilon > EPSILON else None
    bending, contradicted = list(best), list(best)  # what such rows gave
    probes = Probes(along, t, noise, epsilon) if thorough else None
    for step in _first_steps(t, thorough=thorough):
        row = Row(along, t, base, noise, step=step, so_far=best, epsilon=epsilon)
        for k, (slope, bend) in enumerate(zip(row.slopes(), row.bends(), strict=True)):
            if doubts is not None:
                slope = doubts.doubted(k, slope)  # noqa: PLW2901 - the same, less sure of itself
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
    return _sided(along, t, base, noise, epsilon, best, bent, probes)


def _sided(  # noqa: PLR0917 - those of `measure`, and what it found
    along: Along,
    t: float,
    base: Sequence[float],
    noise: Sequence[float],
    epsilon: float,
    best: Sequence[Slope],
    bent: Sequence[bool],
    probes: Probes | None,
) -> list[Slope]:
    """The slopes; where the two sides seem to meet at an angle, by small steps to either side."""
    near = _row_near(along, t, base, noise, epsilon)
    slopes = [near.sided(k, s) if b else s for k, (s, b) in enumerate(zip(best, bent, strict=True))]
    if probes is None:
        return slopes
    slopes = [  # in few digits, even those steps may be too wide
        s if s.is_kink or s.jumps or probes.allow(k, s, near.first) else best[k]
        for k, s in enumerate(slopes)
    ]
    if any(slope.is_kink or slope.jumps for slope in slopes):
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


def _row_near(  # noqa: PLR0917 - those of `measure`
    along: Along,
    t: float,
    base: Sequence[float],
    noise: Sequence[float],
    epsilon: float,
    factor: float = 1.0,
) -> Row:
    """The row of small steps that shows whether the two sides meet at an angle."""
    so_far = [UNKNOWN] * len(base)
    near = max(NEAR, math.sqrt(epsilon)) * factor
    step = max(abs(t), 1.0) * near
    row = Row(along, t, base, noise, step=step, so_far=so_far, epsilon=epsilon)
    few_digits = epsilon > EPSILON and abs(t) < 1.0
    if few_digits or (0.0 < abs(t) < 1e-3 and not (row.left and row.right)):
        step = (abs(t) or 1.0) * near
        return Row(along, t, base, noise, step=step, so_far=so_far, epsilon=epsilon)
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
