"""One operation by itself, on the operands that were recorded."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..primitive import Op
from .computed import Step
from .slope import Along


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and its operands: a recording of its own, whose leaves are the operands."""

    op: Op
    inputs: tuple[float, ...]
    value: float

    @property
    def root(self) -> int:
        """The place of the result among the steps."""
        return len(self.inputs)

    @property
    def steps(self) -> list[Step]:
        """The recording: each operand a leaf, then the operation."""
        leaves = [Step(None, (), x) for x in self.inputs]
        return [*leaves, Step(self.op, tuple(range(self.root)), self.value)]

    def along(self, position: int) -> Along:
        """What it computes when one operand moves; None where that is no finite number."""
        before, after = self.inputs[:position], self.inputs[position + 1 :]

        def moved(t: float) -> list[float] | None:
            try:
                result = float(self.op.forward(*before, t, *after))
            except (ArithmeticError, ValueError):
                return None
            return [result] if math.isfinite(result) else None

        return moved
