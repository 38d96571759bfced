"""Who is to blame where a gradient is right, and its own derivative is not.

A partial may be right as a number and lose what a second derivative needs: it takes a number out
with ``.data``, computes with ``math``, or holds for one point only. So every operation's slopes are
differentiated as the engine does it, and held to how these same slopes move when an operand does;
and beside the point they must still be the slopes of what the operation computes.

Notation: p is the position of the operand towards which there is a slope, q of the one that moves.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..modes import recording as recorded
from ..primitive import Op, unchecked
from ..pullback import Paths
from ..value import Value
from .differences import EPSILON, TINIEST, Along, Slope, finite, measure
from .outcome import Entry
from .recording import OUTSIDE, Call, Recording
from .rows import Fault, Rows

EXCUSED = {"wrong", "jump", "kink", "convention"}
BESIDE = 2.0**-6  # how far from the point the slopes are looked at again
MOST_OPERANDS = 16  # of a row whose slopes are all differentiated by all of them
ROUNDS = 1024 * EPSILON  # relative; what the row's own rounding may make of a slope's slope


@dataclass(frozen=True, slots=True)
class LostSlope(Fault):
    """A recorded operation whose slope, right by itself, has another derivative than it gives."""

    by: int = 0

    def __str__(self) -> str:
        return (
            f"the operation {self.operation} (node %{self.node}) is to blame: its slope towards "
            f"operand {self.position + 1} is right here, but differentiated by operand "
            f"{self.by + 1} it gives {self.slope!r}, and that slope moves at {self.expected}; a "
            "partial is computed from its operands z, x, … by + − × ÷ and the operations of "
            "autograd, without .data and math"
        )


@dataclass(frozen=True, slots=True)
class WrongBeside(Fault):
    """A recorded operation whose slope is right at the point, and wrong next to it."""

    at: tuple[float, ...] = ()

    def __str__(self) -> str:
        where = ", ".join([f"{x:.6g}" for x in self.at[:4]])
        return (
            f"the operation {self.operation} (node %{self.node}) is to blame: its slope towards "
            f"operand {self.position + 1} is right here, but not near the point: at ({where}) it "
            f"is {self.slope!r}, and what it computes has {self.expected}"
        )


# --- the slopes of slopes -------------------------------------------------------------------------


def lost_slope(recording: Recording) -> LostSlope | None:
    """The operation of which some slope's own derivative is furthest off, if there is one."""
    furthest: tuple[float, LostSlope | None] = (1.0, None)
    known: set[Any] = set()
    for i, op in enumerate(recording.ops):
        inputs = recording.inputs[i]
        asked = tuple([p for p, j in enumerate(recording.operands[i]) if recording.asked[j]])
        if op is None or not asked or len(asked) > MOST_OPERANDS or (op, inputs, asked) in known:
            continue
        known.add((op, inputs, asked))
        for p, q, given, slope in _slopes_of_slopes(op, inputs, asked):
            slack = 2 * slope.error + ROUNDS * (abs(given) + abs(slope.value)) + 8 * TINIEST
            if not slope.is_kink:
                off = abs(given - slope.value) / slack  # 0 or nan where one is not finite
                if off > furthest[0]:
                    furthest = off, LostSlope(i, op.name, p, given, f"{slope.value!r}", q)
    return furthest[1]


def _slopes_of_slopes(
    op: Op, inputs: tuple[float, ...], asked: Sequence[int]
) -> list[tuple[int, int, float, Slope]]:
    """For every two operands: what the engine makes of the slope's slope, and what it is."""
    given = {p: _differentiated(op, inputs, p, asked) for p in asked}
    with unchecked():
        slopes = list(map(float, op.slopes(float(op.forward(*inputs)), inputs)))
    noise = [EPSILON * (1.0 + abs(slope)) for slope in slopes]
    found = []
    for q in asked:
        measured = measure(_along(op, inputs, q), inputs[q], slopes, noise)
        found += [(p, q, given[p][q], measured[p]) for p in asked]
    return found


def _differentiated(
    op: Op, inputs: tuple[float, ...], position: int, asked: Sequence[int]
) -> dict[int, float]:
    """The derivatives of one slope, as the engine makes them from the row."""
    leaves = {p: Value(inputs[p]) for p in asked}
    operands = tuple([leaves.get(p, x) for p, x in enumerate(inputs)])
    with unchecked(), recorded():
        slope = op.slopes(op(*operands), operands)[position]
    if not isinstance(slope, Value) or slope.kind == "constant":
        return dict.fromkeys(asked, 0.0)
    grads = Paths(list(leaves.values()), [slope]).pull([1.0], live=False)
    return dict(zip(leaves, grads, strict=True))


def _along(op: Op, inputs: tuple[float, ...], position: int) -> Along:
    """All slopes of an operation, with one operand moving."""
    before, after = inputs[:position], inputs[position + 1 :]

    def along(t: float) -> list[float] | None:
        moved = (*before, t, *after)
        if not op.contains(moved):
            return None
        try:
            with unchecked():
                slopes = list(map(float, op.slopes(float(op.forward(*moved)), moved)))
        except OUTSIDE:
            return None
        return finite(slopes)

    return along


# --- beside the point -----------------------------------------------------------------------------


def wrong_beside(
    f: Callable[..., Any], call: Call, xs: Sequence[float], names: Sequence[str], seed: int
) -> WrongBeside | None:
    """The first operation of f whose slopes are wrong a little way off, on either side of xs."""
    rng = random.Random(seed)
    direction = [rng.uniform(0.5, 1.0) * (abs(x) or 1.0) for x in xs]
    for side in (1, -1):
        near = [x + side * BESIDE * d for x, d in zip(xs, direction, strict=True)]
        try:
            recording = Recording(f, call, near, names)
        except OUTSIDE:
            continue
        fault = Rows(recording, seed).fault
        if fault is not None:
            at = recording.inputs[fault.node]
            return WrongBeside(
                fault.node, fault.operation, fault.position, fault.slope, fault.expected, at
            )
    return None


def measured_seconds(
    f: Callable[..., Any], call: Call, xs: Sequence[float], names: Sequence[str], seed: int
) -> list[list[Slope]]:
    """The slopes of f's measured gradient, by the number that moves: output by output, flat."""

    def gradient(numbers: Sequence[float]) -> tuple[list[float], list[float]] | None:
        try:
            recording = Recording(f, call, numbers, names)
        except OUTSIDE:
            return None
        rows = Rows(recording, seed)
        slopes, errors = [], []
        for root in recording.roots:
            sweep = recording.sweep(root, rows.slopes, rows.errors)
            slopes += [0.0 if place is None else sweep.sums[place] for place in recording.places]
            errors += [0.0 if place is None else sweep.errors[place] for place in recording.places]
        return slopes, errors

    def along(i: int) -> Along:
        def moved(t: float) -> list[float] | None:
            found = gradient([*xs[:i], t, *xs[i + 1 :]])
            return None if found is None else finite(found[0])

        return moved

    base = gradient(xs)
    if base is None:
        return []
    return [measure(along(i), x, base[0], base[1]) for i, x in enumerate(xs)]


# --- entries --------------------------------------------------------------------------------------


def places_of(widths: Sequence[int], outputs: int) -> list[tuple[int, int]]:
    """For each number of the gradient: of which output, towards which number of the point."""
    found, start = [], 0
    for width in widths:
        found += [(k, i) for k in range(outputs) for i in range(start, start + width)]
        start += width
    return found


def excused(
    entries: Sequence[Entry],
    names: Sequence[str],
    places: Sequence[tuple[int, int]],
    by_convention: frozenset[str],
) -> tuple[Entry, ...]:
    """The entries; where the first derivative is a convention, values say nothing of them."""
    why = "the first derivative is a convention here, and near the point another number"
    found = []
    for place, entry in enumerate(entries):
        towards = {entry.name, names[places[place // len(names)][1]]}
        is_excused = entry.outcome in EXCUSED and not towards.isdisjoint(by_convention)
        found.append(replace(entry, outcome="undecided", why=why) if is_excused else entry)
    return tuple(found)


def by_slope(entry: Entry, slope: Slope) -> Entry:
    """The entry, or that it is wrong by a slope that was measured in another way."""
    bound = slope.error + 64 * EPSILON * abs(entry.analytic)
    error = abs(entry.analytic - slope.value)
    if slope.is_kink or not error > bound:
        return entry
    return replace(
        entry, outcome="wrong", numeric=slope.value, error=error, bound=bound, method="differences"
    )
