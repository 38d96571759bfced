"""What is allowed where a function is not smooth: between the two slopes, or by convention.

The conventions are written in the rows of the table (`Convention`); `held` asks a row whether it
keeps its own.
"""

from __future__ import annotations

import math
from typing import Any

from ..primitive import Op, unchecked
from .numeric import EPSILON


def between(claimed: float, left: Any, right: Any, slack: float = 0.0) -> bool:
    """Whether a slope lies between the two one-sided ones; one side alone must be met.

    >>> between(0.3, -1.0, 1.0), between(2.0, -1.0, 1.0), between(2.0, None, 2.0)
    (True, False, True)
    """
    sides = [float(side) for side in (left, right) if side is not None]
    if not sides or math.isnan(claimed):
        return False
    return min(sides) - slack <= claimed <= max(sides) + slack


def held(op: Op) -> bool:
    """Whether the slopes that a row gives at its conventions are the written ones."""
    for convention in op.conventions:
        with unchecked():
            value = float(op.forward(*convention.at))
            slopes = list(map(float, op.slopes(value, convention.at)))
        if not all(_same(a, b) for a, b in zip(slopes, convention.partials, strict=True)):
            return False
    return True


def written(op: Op, position: int, slope: float) -> bool:
    """Whether some convention of the row gives this slope towards the operand at ``position``."""
    return any(
        position < len(c.partials) and _same(slope, c.partials[position]) for c in op.conventions
    )


def words(op: Op) -> str:
    """The row's convention in words: ``relu at (0): slope 0, as PyTorch``."""
    for convention in op.conventions:
        if all(map(math.isfinite, convention.at)):
            at = ", ".join([f"{x:g}" for x in convention.at])
            slopes = ", ".join([f"{x:g}" for x in convention.partials])
            return f"{op.name} at ({at}) has slope {slopes} by convention: {convention.why}"
    return f"{op.name} is not smooth here"


def _same(found: float, written: float) -> bool:
    if math.isnan(written) or math.isinf(written):
        return found == written or (math.isnan(found) and math.isnan(written))
    return abs(found - written) <= 4 * EPSILON * abs(written)
