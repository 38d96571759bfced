"""One entry, judged by itself: by values first, then in high precision.

First the cheap way: all derivatives of the recording agree, and so does the numerical one, which
has digits enough. Whatever is not settled so goes to high precision; whether the recording still is
the function is then asked too, for a number that was taken out with ``.data`` is in no recording.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from .computed import Sides
from .differences import NOISE, by_differences
from .known import MODES, Known
from .outcome import Entry
from .remarks import convention, why_not_finite
from .slope import EPSILON, TINIEST
from .together import ROUNDS

PLAIN = 1e3  # times its bound: an error that no closer look will explain


def judged_alone(known: Known, k: int, i: int) -> Entry:
    """The entry of output k and number i."""
    return _Alone(known, k, i).entry()


class _Alone:
    """What is known of one entry, and the ways to a verdict on it."""

    def __init__(self, known: Known, k: int, i: int) -> None:
        self.known, self.k, self.i = known, k, i
        self.slope = known.slope(k, i)
        self.odd = known.odd_modes(k, i)
        self.at_kink = known.at_kink(k, i)

    def entry(self) -> Entry:
        """The verdict."""
        recording, k, i, slope = self.known.recording, self.k, self.i, self.slope
        analytic = recording.backward[k][i]
        error, bound = abs(analytic - slope.value), slope.error + ROUNDS * recording.sizes[k][i]
        entry = Entry(
            self.known.names[i],
            recording.output_names[k],
            "right",
            analytic,
            forward=recording.by("forward", k, i),
            numeric=slope.value,
            error=error,
            bound=bound,
            method="differences",
        )
        is_sure = slope.is_resolved and not slope.is_kink
        if recording.places[i] is None and slope.value == 0.0 and not self.odd:
            return replace(entry, bound=0.0)
        if is_sure and error <= bound and not self.odd and not self.at_kink:
            return entry
        if is_sure and error > PLAIN * bound and self.known.is_unrecorded(i):
            # Its own values say that f, not being what was recorded, has quite another slope.
            return self._wrong(entry)
        if not math.isfinite(analytic) or self.at_kink:
            return self._where_not_smooth(entry)
        return self._in_high_precision(entry)

    def _wrong(self, entry: Entry) -> Entry:
        return replace(entry, outcome="wrong", why=MODES[self.odd[0]] if self.odd else "")

    # --- not smooth, or not finite ----------------------------------------------------------------

    def _where_not_smooth(self, entry: Entry) -> Entry:
        known, k, i, slope = self.known, self.k, self.i, self.slope
        sides = known.sides(i)
        found = Sides(slope.left, slope.right) if slope.is_kink else None
        if sides is not None:
            found = sides[k]
        if found is not None and found.is_smooth and math.isfinite(entry.analytic) and not self.odd:
            judged = self._in_high_precision(entry)
            if judged.outcome == "right":
                return judged
        if found is not None:
            entry = replace(
                entry,
                numeric=_float(found.right) if found.is_smooth else None,
                left=_float(found.left),
                right=_float(found.right),
                method=known.method,
            )
        entry = replace(entry, error=None, bound=None)
        if self.odd:
            return self._wrong(entry)
        if known.fault is not None:
            return replace(entry, outcome="wrong", why=f"through {known.fault.operation}")
        # A gradient chooses by its numbers, in the table: beside a kink it chooses otherwise.
        if found is not None and not known.of_gradient and not self._is_recorded(math.nan):
            # A choice made by Python, at the kink too: the function's own numbers decide.
            return self._by_differences(entry)
        if math.isnan(entry.analytic) or not self.at_kink:
            why = why_not_finite(known.recording, k, i)
            return replace(entry, outcome="undecided", why=why)
        return replace(entry, outcome="kink", why=convention(known.recording, k, i))

    # --- smooth -----------------------------------------------------------------------------------

    def _in_high_precision(self, entry: Entry) -> Entry:
        known, k, i = self.known, self.k, self.i
        sides = known.sides(i)
        expected = math.nan if sides is None or not sides[k].is_smooth else sides[k].right
        if sides is None or not self._is_recorded(expected):
            return self._by_differences(entry)
        if not sides[k].is_smooth:
            return self._beside_an_edge(entry, sides[k])
        recording, place = known.recording, known.recording.places[i]
        truth = sides[k].right
        if abs(truth) <= sides[k].error:
            truth = truth * 0
        rounding = 8 * TINIEST + 16 * EPSILON * abs(float(truth))
        if place is not None:
            rounding += known.rounding.spread(recording.roots[k])[place]
        bound = rounding + 2 * float(sides[k].error)
        errors = {
            name: float(abs(_like(truth, recording.by(name, k, i)) - truth))
            for name in ("backward", "forward", "functional")
            if math.isfinite(recording.by(name, k, i))
        }
        worst = max(errors, key=lambda name: errors[name])
        entry = replace(
            entry, numeric=float(truth), error=errors[worst], bound=bound, method=known.method
        )
        if errors[worst] > bound:
            return replace(entry, outcome="wrong", why=MODES.get(worst, ""))
        if "again" in self.odd:
            return replace(entry, outcome="wrong", why=MODES["again"])
        natural = abs(recording.values[k]) / max(abs(known.xs[i]), 1.0)
        if rounding > NOISE * max(recording.sizes[k][i], natural) + 1e-300 and errors[worst]:
            why = "rounding alone changes this gradient as much"
            return replace(entry, outcome="undecided", why=why)
        return entry

    def _beside_an_edge(self, entry: Entry, sides: Sides) -> Entry:
        """Exactly computed the point is at a kink or an edge, in doubles it is beside it."""
        if self.odd or self.known.fault is not None:
            return self._by_differences(entry)
        return replace(
            entry,
            outcome="undecided",
            numeric=None,
            error=None,
            bound=None,
            left=_float(sides.left),
            right=_float(sides.right),
            method=self.known.method,
            why="rounding alone decides on which side of a kink or an edge the point lies",
        )

    def _by_differences(self, entry: Entry) -> Entry:
        """Without high precision, or against it: the function's own numbers decide."""
        known, k, i, slope = self.known, self.k, self.i, self.slope
        if not slope.is_kink:
            slope = known.thorough_slope(k, i)
        reservation = f"; {known.exact}" if isinstance(known.exact, str) else ""
        judged = by_differences(
            entry,
            slope,
            known.recording.sizes[k][i],
            MODES[self.odd[0]] if self.odd else "",
            reservation,
        )
        if (
            judged.outcome == "wrong"
            and slope.is_kink
            and not self.odd
            and reservation
            and known.fault is None
            and self._is_recorded(math.nan)
        ):
            # Doubles see an edge of the domain, perhaps one that rounding put there.
            return replace(judged, outcome="undecided", why="at an edge" + reservation)
        return judged

    def _is_recorded(self, truth: Any) -> bool:
        return self.known.is_recorded(self.k, self.i, self.slope, truth)


def _like(pattern: Any, x: float) -> Any:
    """x in the arithmetic of ``pattern``."""
    return type(pattern)(x)


def _float(x: Any) -> float | None:
    return None if x is None else float(x)
