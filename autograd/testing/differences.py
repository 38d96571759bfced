"""The verdict on an entry that a slope, measured from values alone, allows."""

from __future__ import annotations

import math
from dataclasses import replace

from . import kinks
from .outcome import Entry
from .slope import RESOLVED, Slope
from .together import ROUNDS

VAGUE = 0.1  # of a slope on one side: with a larger bound it is hardly known
NOISE = 1e-3  # of the sizes that are added up: more than this, and nothing can be said


def by_differences(  # noqa: PLR0917 - what is known of an entry
    entry: Entry,
    slope: Slope,
    size: float,
    odd: str = "",
    reservation: str = "",
    natural: float = 0.0,
) -> Entry:
    """The verdict that a numerical derivative alone allows."""
    analytic = entry.analytic
    bound = slope.error + ROUNDS * max(size, abs(analytic))
    if slope.is_kink:
        return _at_an_angle(entry, slope, bound)
    error = abs(analytic - slope.value)
    entry = replace(entry, numeric=slope.value, error=error, bound=bound, method="differences")
    if odd:
        return replace(entry, outcome="wrong", why=odd)
    if not math.isfinite(slope.error):
        why = "the function cannot be evaluated near the point" + reservation
        return replace(entry, outcome="undecided", numeric=None, error=None, bound=None, why=why)
    if error > bound:
        return replace(entry, outcome="wrong")
    # An input that is not used; but of what is too noisy, 0 is no better than another number.
    nothing_moves = analytic == slope.value == 0.0 and (not natural or bound < natural)
    if (
        bound > NOISE * max(abs(analytic), abs(slope.value), size)
        and bound > RESOLVED * natural  # a slope of 0 is known well enough, too
        and not nothing_moves
    ):
        why = "the values of the function are too noisy" + reservation
        return replace(entry, outcome="undecided", why=why)
    return entry


def _at_an_angle(entry: Entry, slope: Slope, bound: float) -> Entry:
    """The verdict where the two sides have different slopes, or one side has none."""
    entry = replace(
        entry,
        left=slope.left,
        right=slope.right,
        numeric=None,
        error=None,
        bound=bound,
        method="differences",
    )
    if slope.jumps:
        return replace(entry, outcome="undecided", why="the function jumps here, or close by")
    if kinks.between(entry.analytic, slope.left, slope.right, bound):
        return replace(entry, outcome="kink", why="the two sides have different slopes")
    sides = [abs(side) for side in (slope.left, slope.right) if side is not None]
    if not bound <= VAGUE * max(sides, default=0.0) and len(sides) < 2:
        why = "close to an edge of its domain the function is too steep for its digits"
        return replace(entry, outcome="undecided", why=why)
    why = "it does not lie between the slopes of the two sides"
    return replace(entry, outcome="wrong", why=why)
