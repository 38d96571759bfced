"""What is said of an entry: by which convention, or why it is not finite."""

from __future__ import annotations

import math

from . import kinks
from .recording import Recording
from .rounding import below


def convention(recording: Recording, k: int, i: int) -> str:
    """The convention at the first kink through which an entry leads."""
    for node in recording.at_kinks:
        op = recording.steps[node].op
        if op is not None and recording.depends(i, recording.roots[k], [node]):
            return kinks.words(op, recording.inputs[node], recording.slopes[node])
    return ""


def why_not_finite(recording: Recording, k: int, i: int) -> str:
    """Why nothing can be said of an entry that is infinite or nan, or beside such slopes."""
    analytic = recording.backward[k][i]
    if math.isfinite(analytic):
        return "the function is not smooth here"
    parts = [f"the gradient is {analytic!r}", _of_a_slope(recording, k, i)]
    return ": ".join(filter(None, parts))


def _of_a_slope(recording: Recording, k: int, i: int) -> str:
    """Which operation's slope, infinite or nan, an entry is made of; empty if there is none."""
    place, root = recording.places[i], recording.roots[k]
    used = below(recording.steps, [root]) | {root}
    for node, slopes in enumerate(recording.slopes):
        for position, slope in enumerate(slopes):
            operand = recording.steps[node].operands[position]
            if (
                not math.isfinite(slope)
                and node in used
                and (operand == place or recording.depends(i, root, [operand]))
            ):
                op, inputs = recording.steps[node].op, recording.inputs[node]
                assert op is not None
                return kinks.words_of_slope(op, inputs, slopes, position)
    return ""
