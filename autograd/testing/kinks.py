"""What is allowed where a function is not smooth: between the two slopes, or by convention.

The conventions are written in the rows of the table (`Convention`); `held` asks a row whether it
keeps its own.
"""

from __future__ import annotations

import math
from typing import Any

from ..primitive import Op, unchecked
from .slope import EPSILON


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


def words(op: Op, inputs: tuple[float, ...], slopes: tuple[float, ...]) -> str:
    """The row's convention at a point: ``maximum at (1, 1) has slope 0.5, 0.5 by convention: …``.

    >>> from autograd import ops
    >>> words(ops.relu, (0.0,), (0.0,))
    'relu at (0) has slope 0 by convention: as PyTorch'
    """
    text = f"{op.name} at ({_listed(inputs)}) has slope {_listed(slopes)}"
    for convention in op.conventions:
        if convention.at == inputs:
            return f"{text} by convention: {convention.why}"
    alike = [c.why for c in op.conventions if any(slopes) and all(map(_same, slopes, c.partials))]
    return f"{text} by convention: {alike[0]}" if alike else f"{text}, and is not smooth there"


def words_of_slope(
    op: Op, inputs: tuple[float, ...], slopes: tuple[float, ...], position: int
) -> str:
    """Why one slope is infinite or nan, by the convention of the row that has such a slope.

    >>> from autograd import ops
    >>> words_of_slope(ops.pow_, (-2.0, 2.0), (-4.0, math.nan), 1)
    'pow at (-2, 2) has the slope nan towards operand 2 by convention: a negative base has no real \
slope towards its exponent, as PyTorch'
    """
    slope = slopes[position]
    text = (
        f"{op.name} at ({_listed(inputs)}) has the slope {slope:g} towards operand {position + 1}"
    )
    alike = [
        c
        for c in op.conventions
        if position < len(c.partials)
        and _same(slope, c.partials[position])
        and len(c.at) == len(inputs)
    ]
    here = [c for c in alike if c.at == inputs]
    signs = [math.copysign(1.0, x) for x in inputs]
    near = [c for c in alike if [math.copysign(1.0, x) for x in c.at] == signs]
    for convention in (*here, *near):
        return f"{text} by convention: {convention.why}"
    return text


def _listed(numbers: tuple[float, ...]) -> str:
    shown = [f"{x:.6g}" for x in numbers[:4]]
    return ", ".join([*shown, "…"] if len(numbers) > len(shown) else shown)


def _same(found: float, written: float) -> bool:
    if math.isnan(written) or math.isinf(written):
        return found == written or (math.isnan(found) and math.isnan(written))
    return abs(found - written) <= 4 * EPSILON * abs(written)
