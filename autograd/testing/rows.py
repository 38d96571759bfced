"""Every recorded operation's slopes, compared with what the operation computes.

An operation of the table, or a custom one with a column ``exact``, is measured in high precision;
any other by differences of its own forward function. If an operation is at a kink, its slope must
lie between those on the two sides, or be the written convention.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..primitive import Op, unchecked
from .differences import EPSILON, TINIEST, Slope, slope_of
from .exact import Measured, Operation, OutOfReach, Undefined, computed
from .recording import Recording

FEW = 4  # up to this many operands are measured one by one; more are measured along directions
DIRECTIONS = 2
CLOSE = 2.0**-30  # relative: what a formula for a slope may lose; the smallest error of interest
MOST_ROWS = 20_000  # the most that are measured; one takes about 50 µs
MISFIT = 2.0**-30  # relative: how much a value may differ from the exact one
SPREAD = 1e-8  # a slope this much smaller than the largest is measured by itself


@dataclass(frozen=True, slots=True)
class Fault:
    """A recorded operation whose slope towards one operand is wrong."""

    node: int
    operation: str
    position: int
    slope: float
    expected: str

    def __str__(self) -> str:
        return (
            f"the operation {self.operation} (node %{self.node}) is to blame: its slope towards "
            f"operand {self.position + 1} is {self.slope!r}, but should be {self.expected}"
        )


class Rows:
    """The measured slopes of all operations of a recording that need a gradient."""

    def __init__(self, recording: Recording, seed: int) -> None:
        self.recording = recording
        self.at_kinks = _at_kinks(recording)
        """The operations that are exactly at a kink."""
        self.measured: list[Measured] = []
        self.fault: Fault | None = None
        """The first operation whose slopes are wrong."""
        self.faulty: list[int] = []
        self.unknown: list[tuple[int, int]] = []
        """Operations and operands for which no slope could be measured."""
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
                row = Row(op, inputs, recording.recorded[i], slopes, i in self.at_kinks, seed)
                known[key] = row.measured([p for p, wanted in enumerate(asked) if wanted])
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
        """For each faulty operation, what must be added to the table's slopes; else 0."""
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
    """The difference of two slopes; 1 if it is unknown."""
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


class Row:
    """The slopes of one operation at its recorded operands."""

    def __init__(  # noqa: PLR0917 - the parts of one step
        self,
        op: Op,
        inputs: tuple[float, ...],
        value: float,
        slopes: tuple[float, ...],
        is_at_kink: bool,  # noqa: FBT001
        seed: int,
    ) -> None:
        self.op, self.inputs, self.value, self.slopes = op, inputs, value, slopes
        self.is_at_kink, self.seed = is_at_kink, seed
        self.found, self.errors = list(slopes), [0.0] * len(slopes)
        self.faults: dict[int, str] = {}
        self.is_exact, self.is_kinked = True, False
        self.cure, self.why = "give it exact=, its value in mpmath", ""

    def measured(self, positions: Sequence[int]) -> Measured:
        """What was found about the slopes towards the operands at these positions."""
        if not all(map(math.isfinite, (*self.inputs, self.value))):
            # Only the whole in high precision can tell: 1/exp(800) is slightly more than 0.
            self.errors = [math.inf] * len(self.slopes)
            self.why = f"{self.op.name} at ({listed(self.inputs)}) is {self.value!r}"
        elif self.is_at_kink and not held(self.op):
            self.faults = dict.fromkeys(positions, "the one in its own written convention")
        else:
            for p in self._to_be_measured(positions):
                self._hold(p, self._slope(p))
        return Measured(
            tuple(self.found),
            tuple(self.errors),
            self.faults,
            self.is_exact,
            self.why,
            self.is_kinked,
        )

    # --- what the slopes are ----------------------------------------------------------------------

    def _slope(self, p: int) -> Slope:
        """The slope towards one operand, measured from values."""
        try:
            if self.is_exact:
                return self._slope_in_high_precision(p)
        except Undefined:  # with a negative base there is no slope towards the exponent
            pass
        except OutOfReach:
            self.is_exact = False
        except ImportError as error:
            self.is_exact, self.cure = False, str(error)

        def along(t: float) -> list[float] | None:
            return computed(self.op, [*self.inputs[:p], t, *self.inputs[p + 1 :]])

        return slope_of(along, self.inputs[p], self.value)

    def _slope_in_high_precision(self, p: int) -> Slope:
        line, claimed = self._line(p), self.slopes[p]
        slope, error = claimed, 0.0
        if not self.is_at_kink:
            [(slope, value)] = line.slopes()
            if self._misfits(value):
                raise OutOfReach
            error, off = 4 * EPSILON * abs(slope), abs(claimed - slope)
            if claimed == slope or off <= CLOSE * abs(slope) + 8 * TINIEST:
                return Slope(slope, error)
            if math.isinf(slope) and math.isnan(claimed):
                return Slope(slope, math.inf)
            if off <= self._swing(p, slope):
                return Slope(slope, off, scale=math.inf)
        [sides] = line.sides()
        if not sides.meet:
            return Slope(slope, error, *sides)
        return Slope(sides.right or 0.0, 0.0) if self.is_at_kink else Slope(slope, error)

    def _line(self, p: int) -> Operation:
        return Operation(self.op, self.inputs, [float(p == q) for q in range(len(self.inputs))])

    def _misfits(self, value: Any) -> bool:
        """Whether the operation computes something else than its column ``exact``."""
        expected = float(value)
        size = abs(expected)
        if self.op.variadic:  # the terms of a sum may cancel
            products = [abs(x * s) for x, s in zip(self.inputs, self.slopes, strict=True)]
            size += math.fsum([p for p in products if math.isfinite(p)])
        return not abs(expected - self.value) <= MISFIT * size + 8 * TINIEST

    def _swing(self, p: int, slope: float) -> float:
        """How much the slope changes if each operand changes by a few units in its last place.

        Any formula for the slope may lose this much.
        """
        total = 0.0
        for q, x in enumerate(self.inputs):
            line = self._line(p)
            line.inputs = (*self.inputs[:q], x * (1 + 8 * EPSILON), *self.inputs[q + 1 :])
            try:
                total += abs(line.slopes()[0][0] - slope)
            except OutOfReach:
                continue
        return total

    # --- what the row claims ----------------------------------------------------------------------

    def _hold(self, p: int, slope: Slope) -> None:
        """Compare the row's slope towards an operand with the measured one."""
        claimed = self.slopes[p]
        if self.is_at_kink and (math.isnan(claimed) or written(self.op, self.inputs, p, claimed)):
            return
        steepest = max([abs(s) for s in slope.known if math.isfinite(s)], default=0.0)
        slack = CLOSE * steepest + 8 * TINIEST
        is_sharp = slope.error <= slack
        slack += slope.error if math.isfinite(slope.error) else 0.0
        if slope.is_kink:
            self.is_kinked = True
            low, high = min(slope.known), max(slope.known)
            if not (claimed in slope.known or low - slack <= claimed <= high + slack):
                shown = ["none" if s is None else repr(s) for s in (slope.left, slope.right)]
                self.faults[p] = f"{shown[0]} on the left and {shown[1]} on the right"
        elif not math.isfinite(slope.error):
            self.errors[p] = math.inf
            self.why = f"{self.op.name} cannot be evaluated near its point"
        elif claimed != slope.value and not abs(claimed - slope.value) <= slack:
            self.found[p], self.errors[p] = slope.value, slope.error
            self.faults[p] = repr(slope.value) if is_sharp else f"{slope.value:.10g}"
        elif is_sharp:
            self.found[p], self.errors[p] = slope.value, slope.error
        elif slope.is_known:
            self.errors[p] = slack
        else:
            self.errors[p] = math.inf
            self.why = (
                f"the values of {self.op.name} are too coarse to measure its slope; {self.cure}"
            )

    # --- many operands ----------------------------------------------------------------------------

    def _to_be_measured(self, positions: Sequence[int]) -> Sequence[int]:
        """The operands that are measured one by one: if many, those that directions cannot measure.

        Along a direction, the other slopes hide one that is much smaller.
        """
        if len(positions) <= FEW or self.is_at_kink:
            return positions
        largest = max([abs(self.slopes[p]) for p in positions])
        try:
            if not 1e-150 < largest < 1e150 or not self._agree(positions, SPREAD * largest):
                return positions
        except (OutOfReach, ImportError):
            return positions
        for p in positions:
            self.errors[p] = 8 * EPSILON * abs(self.slopes[p])
        small = [p for p in positions if abs(self.slopes[p]) < SPREAD * largest]
        return small if len(small) <= len(positions) // 2 else []

    def _agree(self, positions: Sequence[int], least: float) -> bool:
        """Whether the slopes match the measured ones along directions with equal weights."""
        rng = random.Random(self.seed)
        for _ in range(DIRECTIONS):
            direction = [0.0] * len(self.inputs)
            for p in positions:
                size = max(abs(self.slopes[p]), least)
                direction[p] = rng.choice((-1.0, 1.0)) * rng.uniform(0.5, 1.5) / size
            shares = [self.slopes[p] * direction[p] for p in positions]
            [(slope, value)] = Operation(self.op, self.inputs, direction).slopes()
            slack = (CLOSE + len(shares) * EPSILON) * math.fsum(map(abs, shares))
            if self._misfits(value) or not abs(slope - math.fsum(shares)) <= slack:
                return False
        return True


# --- what the rows of the table say about kinks and edges -----------------------------------------


def held(op: Op) -> bool:
    """Whether a row's slopes at its conventions are the written ones."""
    for convention in op.conventions:
        with unchecked():
            value = float(op.forward(*convention.at))
            slopes = list(map(float, op.slopes(value, convention.at)))
        if not all(_same(a, b) for a, b in zip(slopes, convention.partials, strict=True)):
            return False
    return True


def written(op: Op, inputs: tuple[float, ...], position: int, slope: float) -> bool:
    """Whether a convention of the row gives this slope towards the operand at ``position``."""
    return any(
        len(c.at) == len(inputs) and _same(slope, c.partials[position]) for c in op.conventions
    )


def convention(recording: Recording, node: int, position: int | None = None) -> str:
    """An operation's convention in words; ``position`` picks the slope towards one operand.

    ``maximum at (1, 1) has slope 0.5, 0.5 by convention: a tie is shared equally, as PyTorch``.
    """
    op, inputs, slopes = recording.ops[node], recording.inputs[node], recording.slopes[node]
    assert op is not None
    text = f"{op.name} at ({listed(inputs)}) has "
    if position is None:
        text += f"slope {listed(slopes)}"
        alike = [c for c in op.conventions if any(slopes) and all(map(_same, slopes, c.partials))]
    else:
        text += f"the slope {slopes[position]:g} towards operand {position + 1}"
        signs = [math.copysign(1.0, x) for x in inputs]
        alike = [
            c
            for c in op.conventions
            if [math.copysign(1.0, x) for x in c.at] == signs
            and _same(slopes[position], c.partials[position])
        ]
    for row in (*[c for c in op.conventions if c.at == inputs], *alike):
        return f"{text} by convention: {row.why}"
    return text if position is not None else f"{text}, and is not smooth there"


def listed(numbers: Sequence[float]) -> str:
    """Some numbers as short text."""
    shown = [f"{x:.6g}" for x in numbers[:4]]
    return ", ".join([*shown, "…"] if len(numbers) > len(shown) else shown)


def _same(found: float, written: float) -> bool:
    if math.isnan(written) or math.isinf(written):
        return found == written or (math.isnan(found) and math.isnan(written))
    return abs(found - written) <= 4 * EPSILON * abs(written)
