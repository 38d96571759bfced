"""One entry of many, judged by what is known of all inputs together."""

from __future__ import annotations

import math
from dataclasses import replace

from .known import MODES, Known
from .onesided import Rate
from .outcome import Entry
from .remarks import convention
from .slope import RESOLVED
from .together import ROUNDS, Together


def judged_jointly(  # noqa: PLR0911 - a reason each to look at it by itself
    known: Known, together: Together, k: int, i: int
) -> Entry | None:
    """The entry, by the measured slopes of the operations; None: it must be looked at alone."""
    recording, place = known.recording, known.recording.places[i]
    if i in together.unrecorded or together.contradicts(k):
        return None
    sides = None
    if known.at_kink(k, i):
        through = together.through(i)
        if through is None:
            return None
        sides = through[k]
    chain, size = together.chains[k], recording.sizes[k][i]
    numeric = 0.0 if place is None else chain.slopes[place]
    doubt = 0.0 if place is None else chain.errors[place]
    if sides is not None:
        left, right = sides
        numeric, doubt = right.rate, left.error + right.error
        size = max(size, left.size, right.size)
    modes = ["backward", "functional", "table", "again"]
    if i in together.odd_forward[k]:
        modes.append("forward")
    found = {name: recording.by(name, k, i) for name in modes}
    is_finite = all(map(math.isfinite, (*found.values(), numeric)))
    if not is_finite or doubt > RESOLVED * size + 1e-300:
        return None
    error = max(abs(x - numeric) for x in found.values())
    bound = doubt + ROUNDS * size
    entry = Entry(
        known.names[i],
        recording.output_names[k],
        "right",
        found["backward"],
        forward=found.get("forward"),
        numeric=numeric,
        error=error,
        bound=bound,
        method="operations",
    )
    odd = [name for name in modes[1:] if known.is_odd(name, k, i)]
    if odd:
        return replace(entry, outcome="wrong", why=MODES[odd[0]])
    if sides is not None:
        return _at_kink(known, entry, k, i, sides)
    if error <= bound:
        return entry
    return None if known.fault is None else replace(entry, outcome="wrong")


def _at_kink(known: Known, entry: Entry, k: int, i: int, sides: tuple[Rate, Rate]) -> Entry | None:
    """An entry through a kink whose two slopes are known; None: it must be looked at alone."""
    left, right = sides
    if known.fault is not None:
        return None
    slack = left.error + right.error + ROUNDS * max(abs(left.rate), abs(right.rate))
    meet = abs(left.rate - right.rate) <= slack
    if meet and entry.error <= entry.bound:  # type: ignore[operator]
        return entry
    return replace(
        entry,
        outcome="kink",
        numeric=right.rate if meet else None,
        error=None,
        bound=None,
        left=left.rate,
        right=right.rate,
        why=convention(known.recording, k, i),
    )
