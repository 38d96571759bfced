"""The gradient of a function of Values, judged entry by entry.

Many inputs are judged together (`jointly`); what that does not settle, each by itself (`alone`).
"""

from __future__ import annotations

from .alone import judged_alone
from .jointly import judged_jointly
from .known import Known
from .outcome import Entry


def entries(known: Known) -> list[Entry]:
    """All entries, output by output."""
    outputs, inputs = range(len(known.recording.outputs)), range(len(known.xs))
    return [_entry(known, k, i) for k in outputs for i in inputs]


def _entry(known: Known, k: int, i: int) -> Entry:
    if known.together is not None:
        judged = judged_jointly(known, known.together, k, i)
        if judged is not None:
            return judged
    return judged_alone(known, k, i)
