"""Every recorded operation's slopes, measured one operation at a time; and what follows from them.

Where a function has many inputs, moving each of them costs as many evaluations of the whole
function, squared. An operation by itself has few operands: its slopes are measured from what it
computes, with all digits, and a small slope is not drowned by large ones. Multiplied along all
paths they are the numerical gradient of the recording. Nothing of it reads the table's partials.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..primitive import Op, unchecked
from .computed import OutOfReach, Step, size_of
from .numeric import measure
from .operation import Operation
from .precise import in_high_precision
from .rounding import Rounding
from .slope import EPSILON, RESOLVED, TINIEST

NEVER = (math.nan, math.inf)


class Measured(NamedTuple):
    """A measured slope of one operation towards one operand, and how far off it may be."""

    slope: float
    error: float


@dataclass(frozen=True, slots=True)
class Chain:
    """The gradient of one output, as the measured slopes give it, for every recorded number."""

    slopes: list[float]
    errors: list[float]


class LocalSlopes:
    """The measured slopes of all operations of a recording of which a gradient is asked."""

    def __init__(
        self,
        steps: Sequence[Step],
        inputs: Sequence[tuple[float, ...]],
        slopes: Sequence[tuple[float, ...]],
        asked: Sequence[bool],
        seed: int,
    ) -> None:
        self.steps = steps
        self.measured: list[tuple[Measured, ...]] = []
        self.suspects: list[int] = []
        """The operations whose slopes in the table are not the measured ones, or unmeasured."""
        known: dict[Any, tuple[Measured, ...]] = {}
        for i, step in enumerate(steps):
            if step.op is None or not asked[i]:
                self.measured.append(tuple([Measured(s, 0.0) for s in slopes[i]]))
                continue
            positions = tuple([asked[j] for j in step.operands])
            key = (step.op, inputs[i], step.value, positions)
            if key not in known:
                known[key] = measured_slopes(
                    step.op, inputs[i], step.value, slopes[i], positions, seed
                )
            self.measured.append(known[key])
            if not all(map(_agree, slopes[i], known[key])):
                self.suspects.append(i)

    def chain(self, root: int) -> Chain:
        """The measured slopes, multiplied along all paths from ``root`` down."""
        slopes, errors = [0.0] * len(self.steps), [0.0] * len(self.steps)
        slopes[root] = 1.0
        reached = {root}
        for i in range(root, -1, -1):
            if i not in reached:
                continue
            operands = self.steps[i].operands
            reached.update(operands)
            upstream, doubt = slopes[i], errors[i]
            for operand, (slope, error) in zip(operands, self.measured[i], strict=True):
                slopes[operand] += upstream * slope
                errors[operand] += doubt * (abs(slope) + error) + abs(upstream) * error
        return Chain(slopes, errors)


def _agree(slope: float, measured: Measured) -> bool:
    slack = measured.error + 64 * EPSILON * abs(slope) + 8 * TINIEST
    return math.isfinite(measured.error) and abs(slope - measured.slope) <= slack


def measured_slopes(  # noqa: PLR0917 - the parts of one step
    op: Op,
    inputs: tuple[float, ...],
    value: float,
    slopes: tuple[float, ...],
    asked: Sequence[bool],
    seed: int,
) -> tuple[Measured, ...]:
    """The slopes of one operation towards the operands that are asked for.

    The table's ``slopes`` say only where a closer look is needed: one that a first, cheap
    measurement does not confirm is measured in high precision.
    """
    if not all(map(math.isfinite, (*inputs, value))):
        return tuple([Measured(*NEVER) for _ in inputs])
    if op.variadic and op.rational:
        traced = _traced(op, inputs, value)
        if traced is not None:
            return traced
    local = _Measurement(Operation(op, inputs, value), seed)
    return tuple(
        [
            local.slope(p, slope) if wanted else Measured(slope, 0.0)
            for p, (slope, wanted) in enumerate(zip(slopes, asked, strict=True))
        ]
    )


@dataclass(frozen=True, slots=True)
class _Measurement:
    """The slopes of one operation, measured one by one."""

    operation: Operation
    seed: int

    def slope(self, position: int, claimed: float) -> Measured:
        """The slope towards one operand."""
        op, inputs, value = self.operation.op, self.operation.inputs, self.operation.value
        noise = [EPSILON * size_of(op, inputs, value)]
        along = self.operation.along(position)
        first = measure(along, inputs[position], [value], noise, thorough=False)[0]
        if first.is_resolved and not first.is_kink:
            found = Measured(first.value, first.error)
            if _agree(claimed, found):
                return found
        return self._precisely(position) or self._thoroughly(position, noise)

    def _precisely(self, position: int) -> Measured | None:
        steps, root = self.operation.steps, self.operation.root
        exact = in_high_precision(steps)
        if isinstance(exact, str):
            return None
        try:
            sides = exact.sides(position, [root])[0]
        except OutOfReach:
            return None
        if not sides.is_smooth:
            return None
        spread = Rounding(steps, [], self.seed).spread(root)[position]
        if not spread <= RESOLVED * abs(float(sides.right)) + 64 * TINIEST:
            return None
        return Measured(float(sides.right), spread + float(sides.error))

    def _thoroughly(self, position: int, noise: Sequence[float]) -> Measured:
        along, x = self.operation.along(position), self.operation.inputs[position]
        slope = measure(along, x, [self.operation.value], noise)[0]
        if slope.is_kink or not math.isfinite(slope.error):
            return Measured(*NEVER)
        return Measured(slope.value, slope.error)


# --- sums and products of many --------------------------------------------------------------------


class _Traced:
    """A double that remembers the sums and products it came from: enough for dot, sum and prod.

    The row's own function is run on these, so its slopes follow from what it computes.
    """

    __slots__ = ("index", "tape", "x")

    def __init__(self, x: float, tape: list[list[tuple[int, float]]], *edges: Any) -> None:
        self.x, self.tape, self.index = x, tape, len(tape)
        tape.append(list(edges))

    def __add__(self, other: Any) -> _Traced:
        if other.__class__ is _Traced:
            return _Traced(self.x + other.x, self.tape, (self.index, 1.0), (other.index, 1.0))
        return _Traced(self.x + other, self.tape, (self.index, 1.0))

    __radd__ = __add__

    def __mul__(self, other: Any) -> _Traced:
        if other.__class__ is _Traced:
            edges = (self.index, other.x), (other.index, self.x)
            return _Traced(self.x * other.x, self.tape, *edges)
        return _Traced(self.x * other, self.tape, (self.index, other))

    __rmul__ = __mul__


def _traced(op: Op, inputs: tuple[float, ...], value: float) -> tuple[Measured, ...] | None:
    """All slopes of a row of sums and products; None if it computes in another way."""
    tape: list[list[tuple[int, float]]] = []
    numbers = [_Traced(x, tape) for x in inputs]
    try:
        with unchecked():
            result = op.forward(*numbers)
    except (TypeError, AttributeError):
        return None
    if result.__class__ is not _Traced or result.x != value:
        return None
    slopes, sizes = [0.0] * len(tape), [0.0] * len(tape)
    slopes[result.index] = sizes[result.index] = 1.0
    for i in range(result.index, -1, -1):
        for j, factor in tape[i]:
            slopes[j] += slopes[i] * factor
            sizes[j] += sizes[i] * abs(factor)
    error = 4 * EPSILON * len(inputs)
    return tuple([Measured(slopes[i], error * sizes[i]) for i in range(len(inputs))])
