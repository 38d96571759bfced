"""A recorded computation once more, in numbers that do not round: the last word on a slope.

Rational operations are computed in fractions (`exact`), all others by mpmath (`digits`). Neither
looks at the partial derivatives of the table: only at what the operations compute.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from .computed import OutOfReach, Step
from .digits import Precisely
from .exact import Exactly


def in_high_precision(steps: Sequence[Step], *, exactly: bool = True) -> Exactly | Precisely | str:
    """The recording in an arithmetic that does not round, or the reason why there is none."""
    if exactly:
        with contextlib.suppress(OutOfReach):
            return Exactly(steps)
    try:
        return Precisely(steps)
    except ImportError as error:
        return str(error)
    except OutOfReach as reason:
        if reason.args:
            return f"the operation {reason} is not of the table, so mpmath does not know it"
        return "the recording cannot be computed in high precision"
