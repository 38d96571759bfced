"""Every recorded operation's slopes, held to what the operation computes at the recorded numbers.

An operation of the table, or one of a user's own with a column ``exact``, is measured in high
precision; any other by differences of its own forward function. Where an operation is at a kink,
its slope lies between those of the two sides, or is the written convention.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..primitive import Op, unchecked
from . import differences
from .conventions import held, listed, written
from .differences import EPSILON, TINIEST, Along
from .exact import Operation, OutOfReach, Sides
from .recording import Recording

FEW = 4  # operands that are measured one by one; more are measured along directions
DIRECTIONS = 2
CLOSE = 2.0**-30  # relative: what a formula for a slope may lose; the smallest fault of interest
MOST_ROWS = 20_000  # that are measured; one takes some 50 µs
MISFIT = 2.0**-30  # relative: by so much a value may differ from the exact one
SPREAD = 1e-8  # a slope that much smaller than the largest is measured by itself


@dataclass(frozen=True, slots=True)
class Fault:
    """A recorded operation whose slope towards one operand is not the derivative."""

    node: int
    operation: str
    position: int
    slope: float
    expected: str

    def __str__(self) -> str:
        return (
            f"the operation {self.operation} (node %{self.node}) is to blame: its slope towards "
            f"operand {self.position + 1} is {self.slope!r}, and what it computes has "
            f"{self.expected}"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation's slopes as they were measured, and what is wrong with those of its row."""

    slopes: tuple[float, ...]
    errors: tuple[float, ...]
    """How far off they may be; infinite where nothing could be measured."""
    faults: dict[int, str]
    """By position: what the slope should be."""
    is_exact: bool = True
    """Whether high precision knows the operation."""
    why: str = ""
    """Why nothing could be measured."""
    is_kinked: bool = False
    """Whether the two sides have different slopes, though the row names no kink here."""


class Rows:
    """What was measured of all operations of a recording of which a gradient is asked."""

    def __init__(self, recording: Recording, seed: int) -> None:
        self.recording = recording
        self.at_kinks = _at_kinks(recording)
        """The operations that are exactly at a kink."""
        self.measured: list[Measured] = []
        self.fault: Fault | None = None
        """The first operation whose slopes are wrong."""
        self.faulty: list[int] = []
        self.unknown: list[tuple[int, int]] = []
        """Operations and operands towards which no slope could be measured."""
        known: dict[Any, Measured] = {}
        for i, op in enumerate(recording.ops):
            slopes, inputs = recording.slopes[i], recording.inputs[i]
            if op is None or not recording.asked[i]:
                self.measured.append(Measured(slopes, (0.0,) * len(slopes), {}))
                continue
            asked = tuple([recording.asked[j] for j in recording.operands[i]])
            key = (op, inputs, recording.recorded[i], asked)
            if key not in known and len(known) >= MOST_ROWS:
                known[key] = Measured(
                    slopes,
                    (math.inf,) * len(slopes),
                    {},
                    why=f"there are more than {MOST_ROWS:,} operations to measure",
                )
            elif key not in known:
                row = _Row(op, inputs, recording.recorded[i], slopes, asked, seed)
                known[key] = row.at_kink() if i in self.at_kinks else row.smooth()
            self._note(i, op, known[key])

    def _note(self, i: int, op: Op, found: Measured) -> None:
        self.measured.append(found)
        operands = self.recording.operands[i]
        self.unknown += [
            (i, j) for j, error in zip(operands, found.errors, strict=True) if error == math.inf
        ]
        if found.is_kinked:
            self.at_kinks.add(i)
        if found.faults:
            self.faulty.append(i)
            if self.fault is None:
                position, expected = next(iter(found.faults.items()))
                slope = self.recording.slopes[i][position]
                self.fault = Fault(i, op.name, position, slope, expected)

    @property
    def slopes(self) -> list[tuple[float, ...]]:
        """The measured slopes, operation by operation."""
        return [measured.slopes for measured in self.measured]

    @property
    def errors(self) -> list[tuple[float, ...]]:
        """How far off they may be."""
        return [measured.errors for measured in self.measured]

    def missing(self) -> list[tuple[float, ...]]:
        """What the table's slopes lack, for each faulty operation; else 0."""
        faulty = set(self.faulty)
        return [
            tuple([
                _distance(a, b) if i in faulty and p in measured.faults else 0.0
                for p, (a, b) in enumerate(zip(slopes, measured.slopes, strict=True))
            ])
            for i, (slopes, measured) in enumerate(
                zip(self.recording.slopes, self.measured, strict=True)
            )
        ]  # fmt: skip


def _distance(a: float, b: float) -> float:
    """How far two slopes are apart; 1 where that is not known."""
    apart = abs(a - b)
    return apart if math.isfinite(apart) and apart else 1.0


def _at_kinks(recording: Recording) -> set[int]:
    found = set()
    for i, op in enumerate(recording.ops):
        if op is None or not recording.asked[i]:
            continue
        try:
            distances = op.kinks(*recording.inputs[i])
        except (ArithmeticError, ValueError):  # inf or nan
            continue
        if any(distance == 0 for distance in distances):
            found.add(i)
    return found


class _Row:
    """The slopes of one operation at the operands that were recorded."""

    def __init__(  # noqa: PLR0917 - the parts of one step
        self,
        op: Op,
        inputs: tuple[float, ...],
        value: float,
        slopes: tuple[float, ...],
        asked: Sequence[bool],
        seed: int,
    ) -> None:
        self.op, self.inputs, self.value, self.slopes = op, inputs, value, slopes
        self.exact = Operation(op, inputs)
        self.positions = [p for p, wanted in enumerate(asked) if wanted]
        self.seed = seed
        self.found = list(slopes)
        self.errors = [0.0] * len(slopes)
        self.faults: dict[int, str] = {}
        self.is_kinked = False
        self.cure = "give it exact=, its value in mpmath"

    def _done(self, *, is_exact: bool = True, why: str = "") -> Measured:
        slopes, errors = tuple(self.found), tuple(self.errors)
        return Measured(slopes, errors, self.faults, is_exact, why, self.is_kinked)

    def _unit(self, position: int) -> list[float]:
        return [float(p == position) for p in range(len(self.inputs))]

    # --- where it is smooth -----------------------------------------------------------------------

    def smooth(self) -> Measured:
        """The slopes of an operation that is at no kink."""
        if not all(map(math.isfinite, (*self.inputs, self.value))):
            return self._beyond()
        try:
            if len(self.positions) > FEW and self._agree_along_directions():
                return self._done()
        except (OutOfReach, ImportError):
            pass
        why, unknown = "", []
        for p in self.positions:
            try:
                slope, value = self.exact.slope(self._unit(p))
            except (OutOfReach, ImportError) as error:
                unknown.append(p)
                if isinstance(error, ImportError):
                    self.cure = str(error)
                continue
            if self._misfits(value):
                return self._by_differences(self.positions)
            self._hold(p, slope)
        if len(unknown) == len(self.positions):
            return self._by_differences(unknown)
        if unknown:  # a negative base and its exponent, say
            why = self._by_differences(unknown).why
        return self._done(why=why)

    def _beyond(self) -> Measured:
        """Where a number is not finite only high precision can tell: 1/exp(800) is 0 and a bit."""
        for p in self.positions:
            self.errors[p] = math.inf
        return self._done(why=f"{self.op.name} at ({listed(self.inputs)}) is {self.value!r}")

    def _misfits(self, value: Any) -> bool:
        """Whether the operation does not compute what its exact column says."""
        expected = float(value)
        size = abs(expected) + self._terms()
        return not abs(expected - self.value) <= MISFIT * size + 8 * TINIEST

    def _terms(self) -> float:
        """The size of what a sum adds up, which may cancel."""
        if not self.op.variadic:
            return 0.0
        products = [abs(x * s) for x, s in zip(self.inputs, self.slopes, strict=True)]
        return math.fsum([p for p in products if math.isfinite(p)])

    def _hold(self, p: int, slope: float) -> None:
        """Hold the row's slope towards an operand to the measured one."""
        claimed = self.slopes[p]
        self.found[p], self.errors[p] = slope, 4 * EPSILON * abs(slope)
        if claimed == slope or abs(claimed - slope) <= CLOSE * abs(slope) + 8 * TINIEST:
            return
        if math.isinf(slope) and claimed != claimed:
            self.errors[p] = math.inf
        elif abs(claimed - slope) <= self._swing(p, slope):
            self.errors[p] = abs(claimed - slope)
        else:
            sides = self.exact.sides(self._unit(p))
            self.is_kinked = self.is_kinked or not sides.meet
            if sides.meet or not _between(claimed, sides, CLOSE * _steepest(sides)):
                self.faults[p] = repr(slope) if sides.meet else _described(sides)

    def _swing(self, p: int, slope: float) -> float:
        """By how much the slope changes if each operand is known to a few units of its last place.

        So much any formula for it may lose.
        """
        total = 0.0
        for q, x in enumerate(self.inputs):
            moved = list(self.inputs)
            moved[q] = x * (1 + 8 * EPSILON)
            try:
                found, _ = Operation(self.op, tuple(moved)).slope(self._unit(p))
            except OutOfReach:
                continue
            total += abs(found - slope)
        return total

    # --- many operands ----------------------------------------------------------------------------

    def _agree_along_directions(self) -> bool:
        """Whether the slopes are the measured ones along directions that weigh them alike.

        A slope much smaller than the others is drowned by them; it is measured by itself.
        """
        largest = max([abs(self.slopes[p]) for p in self.positions])
        if not 1e-150 < largest < 1e150:
            return False
        small = [p for p in self.positions if abs(self.slopes[p]) < SPREAD * largest]
        rng = random.Random(self.seed)
        for _ in range(DIRECTIONS):
            direction = [0.0] * len(self.inputs)
            for p in self.positions:
                size = max(abs(self.slopes[p]), SPREAD * largest)
                direction[p] = rng.choice((-1.0, 1.0)) * rng.uniform(0.5, 1.5) / size
            shares = [self.slopes[p] * direction[p] for p in self.positions]
            slope, value = self.exact.slope(direction)
            if self._misfits(value):
                return False
            slack = (CLOSE + len(shares) * EPSILON) * math.fsum(map(abs, shares))
            if not abs(slope - math.fsum(shares)) <= slack:
                return False
        for p in self.positions:
            self.errors[p] = 8 * EPSILON * abs(self.slopes[p])
        if len(small) <= len(self.positions) // 2:
            for p in small:
                slope, _ = self.exact.slope(self._unit(p))
                self._hold(p, slope)
        return not self.faults

    # --- without high precision -------------------------------------------------------------------

    def _by_differences(self, positions: Sequence[int]) -> Measured:
        """The slopes by differences of what the operation computes in doubles."""
        why = ""
        for p in positions:
            slope = differences.slope_of(self._along(p), self.inputs[p], self.value)
            claimed = self.slopes[p]
            slack = slope.error + CLOSE * abs(claimed)
            self.found[p] = claimed
            if slope.is_kink:
                sides = Sides(slope.left, slope.right, slope.jumps)
                self.is_kinked = True
                if slope.jumps or not _between(claimed, sides, slope.error):
                    self.faults[p] = _described(sides)
            elif not math.isfinite(slope.error):
                self.errors[p], why = math.inf, f"{self.op.name} cannot be evaluated near its point"
            elif abs(claimed - slope.value) > slack:
                self.found[p], self.errors[p] = slope.value, slope.error
                self.faults[p] = f"{slope.value:.10g}"
            elif not slope.is_known:
                self.errors[p] = math.inf
                why = (
                    f"the values of {self.op.name} are too coarse to measure its slope; {self.cure}"
                )
            else:
                self.errors[p] = slack
        return self._done(is_exact=False, why=why)

    def _along(self, position: int) -> Along:
        before, after = self.inputs[:position], self.inputs[position + 1 :]

        def moved(t: float) -> list[float] | None:
            try:
                with unchecked():
                    result = float(self.op.forward(*before, t, *after))
            except (ArithmeticError, ValueError):
                return None
            return [result] if math.isfinite(result) else None

        return moved

    # --- at a kink --------------------------------------------------------------------------------

    def at_kink(self) -> Measured:
        """The slopes of an operation that is at a kink: between its two sides, or by convention."""
        if not all(map(math.isfinite, (*self.inputs, self.value))):
            return self._beyond()
        if not held(self.op):
            self.faults = dict.fromkeys(self.positions, "another one by its own written convention")
            return self._done()
        is_exact, why = True, ""
        for p in self.positions:
            claimed, error = self.slopes[p], 0.0
            try:
                sides = self.exact.sides(self._unit(p))
            except (OutOfReach, ImportError):
                slope = differences.slope_of(self._along(p), self.inputs[p], self.value)
                is_exact, error = False, slope.error
                sides = Sides(slope.left, slope.right, slope.jumps)
                if not slope.is_kink:
                    sides = Sides(slope.value, slope.value)
            if sides.left is sides.right is None or math.isnan(claimed):
                continue
            if sides.meet:
                self.found[p] = sides.right if sides.right is not None else claimed
            slack = error + CLOSE * _steepest(sides) + 8 * TINIEST
            if not math.isfinite(error):
                self.errors[p], why = math.inf, f"{self.op.name} cannot be evaluated near its point"
            elif not _between(claimed, sides, slack) and not written(
                self.op, self.inputs, p, claimed
            ):
                self.faults[p] = _described(sides)
        return self._done(is_exact=is_exact, why=why)


def _steepest(sides: Sides) -> float:
    found = [abs(s) for s in (sides.left, sides.right) if s is not None and math.isfinite(s)]
    return max(found, default=0.0)


def _between(claimed: float, sides: Sides, slack: float) -> bool:
    """Whether a slope lies between the two one-sided ones; one side alone must be met."""
    found = [side for side in (sides.left, sides.right) if side is not None]
    if not found or math.isnan(claimed):
        return False
    if claimed in found:
        return True
    return min(found) - slack <= claimed <= max(found) + slack


def _described(sides: Sides) -> str:
    if sides.meet:
        return f"{sides.right!r}"
    shown = ["none" if side is None else repr(side) for side in (sides.left, sides.right)]
    return f"{shown[0]} on the left and {shown[1]} on the right"
