"""What is to blame if a gradient is right but its own derivative is wrong.

A partial may be right as a number but lose what a second derivative needs: because it takes a
number out with ``.data``, computes with ``math``, or is only right at one point. So every
operation's slopes are differentiated as the engine does it, and compared with how its measured
slopes move when an operand does.

Notation: p is the position of the operand that the slope is taken towards, q that of the operand
that moves; k counts outputs, i and j numbers of the point.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..modes import recording as recorded
from ..primitive import Op, unchecked
from ..pullback import Paths
from ..value import Value
from .differences import TINIEST, Slope, measure
from .outcome import Entry
from .recording import OUTSIDE, Recording
from .rows import CLOSE, Fault, Row

EXCUSED = {"wrong", "jump", "kink", "convention"}
MOST_OPERANDS = 16  # the most for which all slopes are differentiated by all operands


@dataclass(frozen=True, slots=True)
class LostSlope(Fault):
    """A recorded operation whose slope is right, but has a wrong derivative."""

    by: int
    gap: float
    """What must be added to the engine's number."""

    def __str__(self) -> str:
        return (
            f"the operation {self.operation} (node %{self.node}) is to blame: its slope towards "
            f"operand {self.position + 1} is right here, but differentiated by operand "
            f"{self.by + 1} it gives {self.slope!r} and should give {self.expected}; compute a "
            "partial from its operands z, x, … with + − × ÷ and the operations of autograd, "
            "without .data and math"
        )


def lost_slopes(recording: Recording, seed: int) -> list[LostSlope]:
    """The operations whose slopes the engine differentiates wrongly, the worst first."""
    found: list[tuple[float, LostSlope]] = []
    known: dict[Any, list[tuple[int, int, float, Slope]]] = {}
    for i, op in enumerate(recording.ops):
        inputs = recording.inputs[i]
        asked = tuple([p for p, j in enumerate(recording.operands[i]) if recording.asked[j]])
        if op is None or not asked or len(asked) > MOST_OPERANDS:
            continue
        if (op, inputs, asked) not in known:
            known[op, inputs, asked] = _slopes_of_slopes(op, inputs, asked, seed)
        for p, q, given, slope in known[op, inputs, asked]:
            slack = 2 * slope.error + CLOSE * (abs(given) + abs(slope.value)) + 8 * TINIEST
            gap = slope.value - given
            if not slope.is_kink and abs(gap) > slack:
                lost = LostSlope(i, op.name, p, given, f"{slope.value:.10g}", q, gap)
                found.append((abs(gap) / slack, lost))
    return [lost for _, lost in sorted(found, key=lambda one: -one[0])]


def _slopes_of_slopes(
    op: Op, inputs: tuple[float, ...], asked: Sequence[int], seed: int
) -> list[tuple[int, int, float, Slope]]:
    """For every two operands: the slope of the slope as the engine finds it, and as measured."""

    def measured(xs: tuple[float, ...]) -> tuple[list[float], list[float]] | None:
        """The measured slopes of the operation, and their possible errors."""
        if not op.contains(xs):
            return None
        try:
            with unchecked():
                value = float(op.forward(*xs))
                claimed = tuple(map(float, op.slopes(value, xs)))
        except OUTSIDE:
            return None
        found = Row(op, xs, value, claimed, is_at_kink=False, seed=seed).measured(asked)
        slopes, errors = [found.slopes[p] for p in asked], [found.errors[p] for p in asked]
        return (slopes, errors) if all(map(math.isfinite, [*slopes, *errors])) else None

    def moved(q: int, t: float) -> list[float] | None:
        found = measured((*inputs[:q], t, *inputs[q + 1 :]))
        return None if found is None else found[0]

    base = measured(inputs)
    if base is None:
        return []
    found = []
    given = {p: _differentiated(op, inputs, p, asked) for p in asked}
    for q in asked:
        slopes = measure(functools.partial(moved, q), inputs[q], *base)
        found += [(p, q, given[p][q], slope) for p, slope in zip(asked, slopes, strict=True)]
    return found


def _differentiated(
    op: Op, inputs: tuple[float, ...], position: int, asked: Sequence[int]
) -> dict[int, float]:
    """The derivatives of one slope, as the engine computes them from the row."""
    leaves = {p: Value(inputs[p]) for p in asked}
    operands = tuple([leaves.get(p, x) for p, x in enumerate(inputs)])
    with unchecked(), recorded():
        slope = op.slopes(op(*operands), operands)[position]
    if not isinstance(slope, Value) or slope.kind == "constant":
        return dict.fromkeys(asked, 0.0)
    grads = Paths(list(leaves.values()), [slope]).pull([1.0], live=False)
    return dict(zip(leaves, grads, strict=True))


# --- entries --------------------------------------------------------------------------------------


def places_of(widths: Sequence[int], outputs: int) -> list[tuple[int, int]]:
    """For each number of the gradient: its output, and its number of the point."""
    found, start = [], 0
    for width in widths:
        found += [(k, i) for k in range(outputs) for i in range(start, start + width)]
        start += width
    return found


def without(
    lost: Sequence[LostSlope],
    recording: Recording,
    entries: Sequence[Entry],
    places: Sequence[tuple[int, int]],
) -> tuple[Entry, ...]:
    """The entries, marked wrong if they miss what some operation's slopes have lost.

    A node adds to a second derivative its gradient, times the slope of its slope, times how fast
    each of the two operands moves with its number of the point.
    """
    lacks = [0.0] * len(entries)
    count = len(recording.xs)
    for one in lost:
        slope_of, mover = [recording.operands[one.node][x] for x in (one.position, one.by)]
        towards, by = [recording.sweep(x, recording.slopes).sums for x in (slope_of, mover)]
        for at in range(len(entries)):
            k, i = places[at // count]
            ends = recording.places[i], recording.places[at % count]
            if None not in ends:
                rates = towards[ends[0] or 0] * by[ends[1] or 0]
                lacks[at] += recording.table[k].sums[one.node] * one.gap * rates
    found = []
    for entry, lack in zip(entries, lacks, strict=True):
        bound = CLOSE * abs(entry.analytic) + 8 * TINIEST
        if abs(lack) > bound:
            truth = entry.analytic + lack
            found.append(replace(entry, outcome="wrong", why="", numeric=truth, error=abs(lack),
                                 bound=bound, method="operations"))  # fmt: skip
        else:
            found.append(entry)
    return tuple(found)


def excused(
    entries: Sequence[Entry],
    names: Sequence[str],
    places: Sequence[tuple[int, int]],
    by_convention: set[str],
) -> tuple[Entry, ...]:
    """The entries; if the first derivative is a convention, values say nothing about them."""
    why = "the first derivative is a convention here, and a different number near the point"
    found = []
    for place, entry in enumerate(entries):
        towards = {entry.name, names[places[place // len(names)][1]]}
        is_excused = entry.outcome in EXCUSED and not towards.isdisjoint(by_convention)
        found.append(replace(entry, outcome="undecided", why=why) if is_excused else entry)
    return tuple(found)
