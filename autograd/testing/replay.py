"""The recorded operations once more: all of them in high precision, or one input to either side.

`Replay` computes the whole recording again from its leaves, in numbers that do not round. So it is
the function that was meant, and its slopes are those of the function. `OneSided` follows one input
through the measured slopes, at the recorded numbers, to either side of the kinks that it meets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..primitive import Op
from . import differences, exact
from .differences import EPSILON, TINIEST
from .exact import OutOfReach, Sides
from .outcome import Entry
from .recording import Recording
from .rows import Measured, Rows

MOST_OPERATIONS = 200_000  # of one recording in high precision


class Replay:
    """A whole recording, computed again in high precision from its leaves.

    An operation that has no ``exact`` is replaced by a straight line: its recorded value and its
    measured slopes.
    """

    def __init__(self, recording: Recording, measured: Sequence[Measured]) -> None:
        self.recording, self.measured = recording, measured
        self.left = MOST_OPERATIONS
        sizes = [abs(v) for v in recording.recorded if v and math.isfinite(v)]
        self.orders = math.ceil(math.log10(max([1.0, *sizes])))
        self._bases: dict[int, list[Any]] = {}
        self._failed: OutOfReach | None = None

    def slopes(self, direction: Sequence[float]) -> list[float]:
        """The slope of every output along a direction of the point's numbers."""
        line, power, digits = self._line(direction)
        return [s for s, _ in exact.slopes(line, power, digits)]

    def sides(self, i: int) -> list[Sides]:
        """The slopes of every output to either side along one number."""
        direction = [float(i == j) for j in range(len(self.recording.leaves))]
        line, power, digits = self._line(direction)
        return exact.sides(line, power, digits)

    def _line(self, direction: Sequence[float]) -> tuple[exact.Line, int, int]:
        self._spend(0)  # if nothing is left, at once
        places = self.recording.places
        used = [(p, d) for p, d in zip(places, direction, strict=True) if p is not None and d]
        xs = [self.recording.recorded[p] for p, _ in used]
        power, digits = exact.step_of(xs, [d for _, d in used])

        def at(mp: Any, h: Any) -> list[Any]:
            base = self._base(mp)
            moved = {p: base[p] + h * mp.mpf(d) for p, d in used} if h else {}
            values = self._values(mp, base, moved)
            return [values[root] for root in self.recording.roots]

        return at, power, digits + self.orders

    def _base(self, mp: Any) -> list[Any]:
        """All values at the point."""
        if self._failed is not None:
            raise self._failed
        if mp.dps not in self._bases:
            recording = self.recording
            leaves = [mp.mpf(v) if op is None else None
                      for op, v in zip(recording.ops, recording.recorded, strict=True)]  # fmt: skip
            everything = {i: x for i, x in enumerate(leaves) if x is not None}
            try:
                self._bases[mp.dps] = self._values(mp, leaves, everything)
            except OutOfReach as error:
                self._failed = error
                raise
        return self._bases[mp.dps]

    def _spend(self, operations: int) -> None:
        self.left -= operations
        if self.left < 0:
            raise OutOfReach(f"more than {MOST_OPERATIONS:,} operations in high precision")

    def _values(self, mp: Any, base: Sequence[Any], moved: dict[int, Any]) -> list[Any]:
        """All values where some leaves have moved; what does not depend on them is kept."""
        values = [moved.get(i, x) for i, x in enumerate(base)]
        changed = set(moved)
        for i, op in enumerate(self.recording.ops):
            operands = self.recording.operands[i]
            if op is None or (values[i] is not None and changed.isdisjoint(operands)):
                continue
            self._spend(1 + len(operands) // 8)
            changed.add(i)
            values[i] = self._value(mp, i, op, [values[j] for j in operands])
        for root in self.recording.roots:
            if not mp.isfinite(values[root]):
                raise OutOfReach("the exact value is not finite")
        return values

    def _value(self, mp: Any, i: int, op: Op, operands: Sequence[Any]) -> Any:
        measured = self.measured[i]
        if measured.is_exact:
            return exact.value(op, mp, operands)
        total = mp.mpf(self.recording.recorded[i])
        inputs = self.recording.inputs[i]
        for x, before, slope, error in zip(
            operands, inputs, measured.slopes, measured.errors, strict=True
        ):
            if not math.isfinite(error):
                raise OutOfReach(measured.why)
            if x != before:
                total += mp.mpf(slope) * (x - mp.mpf(before))
        return total


# --- one-sided sweeps -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a number moves to one side, and how far off that may be."""

    rate: float
    error: float
    jumps: bool = False
    is_flat: bool = False
    """Whether it passed a kink that it leaves at no speed: only a closer look tells the side."""


Pair = tuple[Rate | None, Rate | None]
"""To the left and to the right; None where the function is not defined, nan where it is unknown."""
NOT_KNOWN = Rate(math.nan, math.inf)


class OneSided:
    """The recorded operations, followed from one input to the outputs, to either side."""

    def __init__(self, recording: Recording, rows: Rows) -> None:
        self.recording, self.rows = recording, rows
        self._known: dict[Any, Rate | None] = {}
        self._sides: dict[int, list[Pair]] = {}

    def sides(self, k: int, i: int) -> Pair:
        """The slopes of output k to the left and to the right of number i."""
        if i not in self._sides:
            place = self.recording.places[i]
            assert place is not None
            left, right = self._swept(place, -1.0), self._swept(place, 1.0)
            self._sides[i] = [(_reversed(a), b) for a, b in zip(left, right, strict=True)]
        return self._sides[i][k]

    def _swept(self, place: int, sign: float) -> list[Rate | None]:
        recording, rows = self.recording, self.rows
        rates: dict[int, Rate | None] = {place: Rate(sign, 0.0)}
        for node in range(place + 1, len(recording.ops)):
            operands = recording.operands[node]
            if not any(j in rates for j in operands):
                continue
            moving = [rates.get(j, Rate(0.0, 0.0)) for j in operands]
            known = [m for m in moving if m is not None]
            if len(known) < len(moving):
                rates[node] = None
            elif node in rows.at_kinks:
                rates[node] = self._through(node, known)
            else:
                rates[node] = self._linear(node, known)
        return [rates.get(root, Rate(0.0, 0.0)) for root in recording.roots]

    def _linear(self, node: int, moving: Sequence[Rate]) -> Rate | None:
        """Through a smooth operation: Σ slope · rate; what does not move takes no part."""
        measured = self.rows.measured[node]
        total = error = 0.0
        rounding = (len(moving) + 4) * EPSILON
        for slope, doubt, m in zip(measured.slopes, measured.errors, moving, strict=True):
            if m.rate == 0.0 and m.error == 0.0:
                continue
            total += slope * m.rate
            if math.isinf(m.rate):
                continue
            error += abs(slope) * m.error + (doubt + rounding * abs(slope)) * abs(m.rate) + TINIEST
        if math.isnan(total) or math.isnan(error):
            return NOT_KNOWN
        return Rate(total, error, any(m.jumps for m in moving), any(m.is_flat for m in moving))

    def _through(self, node: int, moving: Sequence[Rate]) -> Rate | None:
        """Through an operation at its kink, to the side to which its operands move."""
        jumps, is_flat = any(m.jumps for m in moving), any(m.is_flat for m in moving)
        speed = max(abs(m.rate) for m in moving)
        if speed == 0.0:
            return Rate(0.0, 0.0, jumps, is_flat=True)
        if not math.isfinite(speed):
            return NOT_KNOWN
        op, inputs = self.recording.ops[node], self.recording.inputs[node]
        direction = tuple([m.rate / speed for m in moving])
        key = (op, inputs, direction)
        if key not in self._known:
            self._known[key] = self._directional(node, direction)
        found = self._known[key]
        if found is None:
            return None
        doubt = max(m.error for m in moving)
        error = found.error * speed + doubt * max(1.0, abs(found.rate)) + EPSILON * abs(found.rate)
        return Rate(found.rate * speed, error, jumps or found.jumps, is_flat)

    def _directional(self, node: int, direction: Sequence[float]) -> Rate | None:
        op, inputs = self.recording.ops[node], self.recording.inputs[node]
        assert op is not None
        try:
            sides = exact.Operation(op, inputs).sides(direction)
            if sides.right is None:
                return None
            return Rate(sides.right, 0.0, sides.jumps and math.isinf(sides.right))
        except (OutOfReach, ImportError):
            forward = op.forward

        def along(h: float) -> list[float] | None:
            moved = [x + h * d for x, d in zip(inputs, direction, strict=True)]
            try:
                result = float(forward(*moved))
            except (ArithmeticError, ValueError):
                return None
            return [result] if math.isfinite(result) else None

        slope = differences.slope_of(along, 0.0, self.recording.recorded[node])
        if slope.is_kink and slope.right is None:
            return None
        right = slope.right if slope.is_kink else slope.value
        if right is None or not (math.isfinite(slope.error) or slope.jumps):
            return NOT_KNOWN
        return Rate(right, slope.error, slope.jumps)


def _reversed(rate: Rate | None) -> Rate | None:
    """The rate of moving to the left, as a slope."""
    return rate and Rate(-rate.rate, rate.error, rate.jumps, rate.is_flat)


def between_sides(  # noqa: PLR0911 - a verdict each
    entry: Entry, sides: Sides, slack: float, why: str
) -> Entry:
    """The verdict on an entry where the slopes to the left and to the right are known."""
    left, right = sides.left, sides.right
    entry = replace(
        entry, left=left, right=right, numeric=None, error=None, bound=None, method="operations"
    )
    if sides.jumps:
        return replace(entry, outcome="jump", why=f"the value jumps here; {why}")
    found = [side for side in (left, right) if side is not None]
    if not found:
        why = f"the function is not defined next to this point: {why}"
        return replace(entry, outcome="undecided", why=why)
    if math.isnan(entry.analytic):
        return replace(entry, outcome="convention", why=why)
    smooth = len(found) == 2 and abs(found[0] - found[1]) <= slack  # not where both are infinite
    low, high = min(found), max(found)
    inside = entry.analytic in found or low - slack <= entry.analytic <= high + slack
    if smooth and inside:
        error = abs(entry.analytic - found[1])
        return replace(entry, left=None, right=None, numeric=found[1], error=error, bound=slack)
    if smooth:
        said = (
            f"smooth here with slope {found[1]:.10g}, but the conventions give {entry.analytic:g}"
        )
        return replace(entry, outcome="convention", numeric=found[1], why=f"{said}: {why}")
    if inside:
        return replace(entry, outcome="kink", why=why)
    said = "the conventions give a number that is not between the slopes of the two sides"
    return replace(entry, outcome="convention", why=f"{said}: {why}")
