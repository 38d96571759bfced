"""Where numbers may lie: inside a domain, away from kinks, or exactly on one.

A strategy draws numbers without a thought; here they are moved, by as little thought as will do,
to where they are wanted. Moving throws nothing away, where filtering would: and a draw that
hypothesis has shrunk to zeros is moved to small whole numbers, so cases stay readable.

Notation: xs are the numbers of a point, from left to right; spans are the intervals in which each
may lie, None for one that must stay as it is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..primitive import Interval

MARGIN: float = 0.05
"""How far from kinks and from the open ends of a domain a point lies."""

Span = Interval | None
Numbers = list[float]

_SHIFTS = (1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 0.25, -0.25)
_SHRINKS = (0.5, 0.25, 0.125, 2.0**-6, 2.0**-10)
_LANDMARKS = (0.0, 1.0, -1.0)
_DIGITS = (0, 1, 2, 3, 6, 12)
_AT_A_TIME = 8  # of many numbers, so many are moved one by one
_A_FEW = 3
_SOWN = 24
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of a point: whether everything there is defined, and how far kinks are."""

    defined: bool
    distances: tuple[float, ...] = ()
    why: str = ""
    """Why it is not defined."""

    @property
    def smooth(self) -> bool:
        """Defined, and not near a kink."""
        return self.defined and all(abs(distance) > MARGIN for distance in self.distances)

    @property
    def kinked(self) -> bool:
        """Defined, and exactly on a kink."""
        return self.defined and any(distance == 0 for distance in self.distances)


Judge = Callable[[Numbers], Finding]


def ends(span: Interval, reach: float) -> tuple[float, float]:
    """The least and the greatest number to draw: in the interval, up to ``reach`` from its middle.

    >>> ends(Interval(low=1.0), 4.0), ends(Interval(), 4.0)
    ((1.05, 5.05), (-4.0, 4.0))
    """
    low, high = span.low + MARGIN, span.high - MARGIN
    if low > high:
        low = high = (span.low + span.high) / 2.0
    centre = min(max(0.0, low), high)
    return max(low, centre - reach), min(high, centre + reach)


def smooth_place(xs: Numbers, spans: Sequence[Span], judge: Judge) -> Numbers | None:
    """``xs``, or the first place near it where all is defined and smooth; None if there is none."""
    for moved in _moves(xs, spans):
        if _within(moved, xs, spans) and judge(moved).smooth:
            return moved
    return None


def kinked_places(xs: Numbers, spans: Sequence[Span], judge: Judge) -> list[Numbers]:
    """Some places near ``xs`` that lie exactly on a kink."""
    found: list[Numbers] = []
    start = smooth_place(xs, spans, judge) or xs  # where distances are known, if there is such
    simple = [x if span is None else 1.0 for x, span in zip(xs, spans, strict=True)]
    for moved in itertools.chain(
        _landings(start, spans, judge),
        _landmarks(start, spans),
        _landings(simple, spans, judge),  # where a distance is more likely to be exactly zero
    ):
        if moved not in found and _inside(moved, xs, spans) and judge(moved).kinked:
            found.append(moved)
            if len(found) == _ENOUGH:
                break
    return found


def _moves(xs: Numbers, spans: Sequence[Span]) -> Iterator[Numbers]:
    """Ever bolder moves of the numbers that may be moved."""
    free = [i for i, span in enumerate(spans) if span is not None]
    few = free[:_AT_A_TIME]
    yield xs
    for shift in _SHIFTS:
        yield from (_with(xs, {i: xs[i] + shift}) for i in few)
    yield from (_with(xs, {i: abs(xs[i])}) for i in few)
    for start in (xs, _with(xs, {i: abs(xs[i]) for i in free})):
        yield start
        yield _with(start, {i: start[i] + 1.0 + place for place, i in enumerate(free)})
        for factor in _SHRINKS:
            yield _with(start, {i: factor * start[i] for i in free})
    for place, i in enumerate(few):
        yield from (_with(xs, {i: xs[j], j: xs[i]}) for j in few[place + 1 :])
    for k in range(1, _SOWN):  # spread evenly, whatever the numbers were
        yield _with(xs, {i: _sown(spans[i], k, place) for place, i in enumerate(free)})


def _sown(span: Span, k: int, place: int) -> float:
    low, high = ends(span or Interval(), 2.0)
    fraction = (k * _GOLDEN + place * _GOLDEN * k * k) % 1.0
    return round(low + (high - low) * fraction, 2)


def _landings(xs: Numbers, spans: Sequence[Span], judge: Judge) -> Iterator[Numbers]:
    """Places that may be on a kink: whole numbers, ties, and where a distance runs out."""
    free = [i for i, span in enumerate(spans) if span is not None]
    few = free[:_AT_A_TIME]
    yield xs
    for i in few:
        yield from _straight_to_a_kink(xs, i, judge)
        yield from (_with(xs, {i: xs[j]}) for j in range(len(xs)) if j != i)
        yield from (_with(xs, {i: x}) for x in (*_LANDMARKS, float(round(xs[i]))))


def _landmarks(xs: Numbers, spans: Sequence[Span]) -> Iterator[Numbers]:
    """All numbers at 0, 1 or −1: each in every way if they are few."""
    free = [i for i, span in enumerate(spans) if span is not None]
    yield from (_with(xs, dict.fromkeys(free, x)) for x in _LANDMARKS)
    if len(free) <= _A_FEW:
        for several in itertools.product(_LANDMARKS, repeat=len(free)):
            yield _with(xs, dict(zip(free, several, strict=True)))


def _straight_to_a_kink(xs: Numbers, i: int, judge: Judge) -> Iterator[Numbers]:
    """Follow each distance to a kink down to zero, along one number: most of them are linear."""
    step = 2.0**-20 * max(1.0, abs(xs[i]))
    here, there = judge(xs).distances, judge(_with(xs, {i: xs[i] + step})).distances
    if len(here) != len(there):
        return
    for distance, further in zip(here, there, strict=True):
        slope = (further - distance) / step
        if slope and math.isfinite(slope):
            target = xs[i] - distance / slope
            yield from (_with(xs, {i: round(target, digits)}) for digits in _DIGITS)
            yield _with(xs, {i: target})


def _with(xs: Numbers, changes: dict[int, float]) -> Numbers:
    moved = list(xs)
    for i, x in changes.items():
        moved[i] = x + 0.0  # never −0.0
    return moved


def _within(moved: Numbers, xs: Numbers, spans: Sequence[Span]) -> bool:
    """Whether each number lies in its interval, a margin away from ends and missing points."""
    return all(
        x == before
        if span is None
        else span.low + MARGIN <= x <= span.high - MARGIN
        and all(abs(x - gone) > MARGIN for gone in span.without)
        for x, before, span in zip(moved, xs, spans, strict=True)
    )


def _inside(moved: Numbers, xs: Numbers, spans: Sequence[Span]) -> bool:
    """Whether each number lies in its interval; on a closed end is inside."""
    return all(
        x == before if span is None else x in span
        for x, before, span in zip(moved, xs, spans, strict=True)
    )
