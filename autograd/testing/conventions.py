"""What the rows of the table say of kinks and edges: whether it is kept, and in which words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..primitive import Op, unchecked
from .differences import EPSILON
from .recording import Recording


def held(op: Op) -> bool:
    """Whether the slopes that a row gives at its conventions are the written ones."""
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
    """An operation's convention in words; ``position`` is that of one slope of interest.

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
    """Some numbers, in short."""
    shown = [f"{x:.6g}" for x in numbers[:4]]
    return ", ".join([*shown, "…"] if len(numbers) > len(shown) else shown)


def _same(found: float, written: float) -> bool:
    if math.isnan(written) or math.isinf(written):
        return found == written or (math.isnan(found) and math.isnan(written))
    return abs(found - written) <= 4 * EPSILON * abs(written)
