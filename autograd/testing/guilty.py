"""Who is to blame for a wrong gradient: every operation's slopes, held to what it computes."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import kinks
from .computed import OutOfReach, Sides, Step
from .numeric import measure
from .operation import Operation
from .precise import in_high_precision
from .recording import Recording
from .rounding import Rounding, sweep
from .slope import EPSILON, TINIEST, UNKNOWN


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


def wrong_operation(recording: Recording, seed: int) -> Fault | None:
    """The first recorded operation whose local derivative is wrong, if there is one."""
    asked = recording.asked
    known: dict[Any, Fault | None] = {}
    for i, step in enumerate(recording.steps):
        if step.op is None or not asked[i]:
            continue
        positions = tuple([p for p, j in enumerate(step.operands) if asked[j]])
        key = (step.op, recording.inputs[i], positions)
        if key not in known:
            local = _Local(step, recording.inputs[i], recording.slopes[i], seed)
            known[key] = local.fault(i, positions, at_kink=i in recording.at_kinks)
        fault = known[key]
        if fault is not None:
            return fault
    return None


class _Local:
    """The slopes of one operation, held to what it computes by itself."""

    def __init__(
        self, step: Step, inputs: tuple[float, ...], slopes: tuple[float, ...], seed: int
    ) -> None:
        assert step.op is not None
        self.op, self.inputs, self.value, self.slopes = step.op, inputs, step.value, slopes
        self.operation = Operation(step.op, inputs, step.value)
        self.seed = seed
        self.exact = in_high_precision(self.operation.steps)

    def fault(self, node: int, positions: Sequence[int], *, at_kink: bool) -> Fault | None:
        """What is wrong with the slopes towards ``positions``."""
        if at_kink and not kinks.held(self.op):
            return self._fault(node, positions[0], "another one by its own written convention")
        if not all(map(math.isfinite, (*self.inputs, self.value))):
            return None
        steps, root = self.operation.steps, self.operation.root
        bounds = Rounding(steps, [root] if at_kink else [], self.seed).spread(root)
        for p in positions:
            slope = self.slopes[p]
            sides, error = self._sides(p)
            if sides is None or sides.left is sides.right is None:
                continue
            slack = (
                error
                + (0.0 if at_kink else bounds[p])
                + 64 * EPSILON * abs(slope)
                + TINIEST
                + sides.error
            )
            if sides.is_smooth and abs(sides.right - slope) <= slack:
                continue
            if kinks.between(slope, sides.left, sides.right, slack) or math.isinf(slack):
                continue
            if at_kink and kinks.written(self.op, p, slope):
                continue
            return self._fault(node, p, _described(sides))
        return None

    def _sides(self, position: int) -> tuple[Sides | None, float]:
        with contextlib.suppress(OutOfReach):
            if not isinstance(self.exact, str):
                return self.exact.sides(position, [self.operation.root])[0], 0.0
        along = self.operation.along(position)
        slope = measure(along, self.inputs[position], [self.value], [0.0])[0]
        if slope is UNKNOWN or not math.isfinite(slope.error):
            return None, math.inf
        if slope.is_kink:
            return Sides(slope.left, slope.right), slope.error
        return Sides(slope.value, slope.value), slope.error

    def _fault(self, node: int, position: int, expected: str) -> Fault:
        return Fault(node, self.op.name, position, self.slopes[position], expected)


def _described(sides: Sides) -> str:
    if sides.is_smooth:
        return f"{float(sides.right)!r}"
    shown = ["none" if side is None else f"{float(side)!r}" for side in (sides.left, sides.right)]
    return f"{shown[0]} on the left and {shown[1]} on the right"


def wrong_pass(recording: Recording, output: int) -> tuple[int | None, str | None]:
    """The operation through which the backward pass went astray: its node and name.

    Every gradient is the sum of what its consumers hand down, with the table's slopes. The first
    number from the top for which the pass has another sum got it through one of its consumers: the
    one whose share, left out or counted twice, explains the difference, else the last.
    """
    root = recording.roots[output]
    _, sizes = sweep(recording.steps, recording.slopes, root)
    found, asked = recording.interior[output], recording.asked
    shares: list[list[tuple[int, float]]] = [[] for _ in recording.steps]
    for j in range(root, -1, -1):
        if j in found and asked[j] and (sizes[j] or j == root):
            expected = math.fsum([share for _, share in shares[j]]) + (1.0 if j == root else 0.0)
            slack = 64 * EPSILON * sizes[j]
            if not abs(found[j] - expected) <= slack:
                return _astray(recording, shares[j], found[j] - expected, slack)
            for operand, slope in zip(
                recording.steps[j].operands, recording.slopes[j], strict=True
            ):
                shares[operand].append((j, found[j] * slope))
    return None, None


def _astray(
    recording: Recording, shares: list[tuple[int, float]], difference: float, slack: float
) -> tuple[int | None, str | None]:
    if not shares:
        return None, None  # the seed itself
    explained = [node for node, share in shares if abs(abs(difference) - abs(share)) <= slack]
    node = [*explained, shares[-1][0]][0]
    op = recording.steps[node].op
    return node, op.name if op is not None else None
