"""Everything about one point that the verdict on its entries needs, computed when asked.

Notation: k is the place of an output, i that of a number of the point.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from . import together
from .computed import OutOfReach, Sides
from .digits import Precisely
from .exact import Exactly
from .guilty import Fault, wrong_operation
from .numeric import measure
from .precise import in_high_precision
from .recording import Call, Recording, finite, values_of
from .rounding import Rounding
from .slope import TINIEST, Along, Slope
from .together import ROUNDS, Together

MODES = {
    "again": "a second backward pass (after the leaves were changed) adds another gradient",
    "functional": "autograd.grad's reverse mode gives another gradient",
    "table": "the table's slopes, multiplied along all paths, give another gradient",
    "forward": "forward mode gives another derivative",
}


class Known:
    """What is known of a function of Values at one point; nothing of it is computed twice."""

    def __init__(
        self,
        f: Callable[..., Any],
        call: Call,
        xs: Sequence[float],
        names: Sequence[str],
        *,
        seed: int,
        of_gradient: bool = False,
    ) -> None:
        self.call, self.xs, self.names, self.seed = call, list(xs), names, seed
        self.recording = Recording(f, call, xs, names)
        self.of_gradient = of_gradient
        self._sides: dict[int, list[Sides] | None] = {}
        self._columns: dict[int, list[Slope]] = {}
        self._thorough: dict[int, list[Slope]] = {}

    @functools.cached_property
    def exact(self) -> Exactly | Precisely | str:
        """The recording in an arithmetic that does not round, or why there is none."""
        return in_high_precision(self.recording.steps)

    @functools.cached_property
    def rounding(self) -> Rounding:
        """What rounding alone may change."""
        return Rounding(self.recording.steps, self.recording.at_kinks, self.seed)

    @functools.cached_property
    def fault(self) -> Fault | None:
        """The operation to blame."""
        recording = self.recording
        if self.together is not None:
            recording = recording.only({*self.together.local.suspects, *recording.at_kinks})
        return wrong_operation(recording, self.seed)

    @functools.cached_property
    def together(self) -> Together | None:
        """What is known of all inputs at once, if they are many."""
        if len(self.xs) < together.MANY:
            return None
        return Together(self.recording, self.call, self.xs, self.seed)

    def sides(self, i: int) -> list[Sides] | None:
        """The exact slopes of all outputs towards one input; None if there is no high precision."""
        if i not in self._sides:
            self._sides[i] = self._exact_sides(i)
        return self._sides[i]

    def _exact_sides(self, i: int) -> list[Sides] | None:
        place = self.recording.places[i]
        if place is None:
            return [Sides(0.0, 0.0)] * len(self.recording.roots)
        if isinstance(self.exact, str):
            return None
        try:
            return self.exact.sides(place, self.recording.roots)
        except OutOfReach:  # fractions that grow too long, a power with an exponent that moves
            self.exact = in_high_precision(self.recording.steps, exactly=False)
            return self._exact_sides(i)

    def along(self, i: int) -> Along:
        """f with its i-th number moving."""
        recording, together = self.recording, self.together
        if together is not None and i not in together.unrecorded and together.is_same:
            return lambda t: finite(recording.outputs_at(recording.places[i], t))
        before, after = self.xs[:i], self.xs[i + 1 :]
        count = len(self.recording.outputs)

        def moved(t: float) -> list[float] | None:
            values = values_of(self.call, [*before, t, *after])
            return values if values is None or len(values) == count else None

        return moved

    def is_unrecorded(self, i: int) -> bool:
        """Whether f is known to be something else than what was recorded when this input moves."""
        return self.together is not None and i in self.together.unrecorded

    @functools.cached_property
    def is_steep(self) -> bool:
        """Whether some recorded slope is infinite or nan."""
        return not all(math.isfinite(s) for slopes in self.recording.slopes for s in slopes)

    def slope(self, k: int, i: int) -> Slope:
        """The slope of output k towards input i, measured from values; all outputs at once."""
        if i not in self._columns:
            recording = self.recording
            self._columns[i] = measure(
                self.along(i), self.xs[i], recording.values, recording.noise, thorough=False
            )
        return self._columns[i][k]

    def thorough_slope(self, k: int, i: int) -> Slope:
        """The same, with all that can be made of the values."""
        if i not in self._thorough:
            recording = self.recording
            self._thorough[i] = measure(
                self.along(i), self.xs[i], recording.values, recording.noise
            )
        return self._thorough[i][k]

    def at_kink(self, k: int, i: int) -> bool:
        """Whether an operation that is at its kink lies between an output and a number."""
        recording = self.recording
        return recording.depends(i, recording.roots[k], recording.at_kinks)

    def odd_modes(self, k: int, i: int) -> list[str]:
        """The ways of differentiating that do not give the backward pass's number."""
        return [name for name in MODES if self.is_odd(name, k, i)]

    def is_odd(self, mode: str, k: int, i: int) -> bool:
        """Whether one way of differentiating gives another number than the backward pass."""
        recording = self.recording
        expected, found = recording.backward[k][i], recording.by(mode, k, i)
        slack = ROUNDS * recording.sizes[k][i] + 8 * TINIEST
        # Where slopes are infinite, 0 × inf comes up in one order of products, not in another.
        return not _agree(found, expected, slack) and not (
            self.is_steep and math.isnan(found + expected)
        )

    def is_recorded(self, k: int, i: int, slope: Slope, truth: Any) -> bool:
        """Whether f near the point is what was recorded, and its rows compute what they should."""
        if self.misfit is not None:
            return False
        place, x = self.recording.places[i], self.xs[i]
        along = self.along(i)
        missing = abs(slope.value - float(truth))
        noise = ROUNDS * abs(self.recording.values[k])
        for step in (2.0**-7, 2.0**-14, 2.0**-20):
            h = step * (max(abs(x), 1.0) if x == 0.0 or abs(x) > 1e-3 else abs(x))
            if missing * h < 4 * noise or x + h == x:
                return True  # nothing could be seen
            if all(self._is_same_at(along, place, k, t) for t in (x - h, x + h)):
                return True
        return False

    @functools.cached_property
    def misfit(self) -> int | None:
        """The first operation that does not compute what its row says, by mpmath."""
        return None if isinstance(self.exact, str) else self.exact.misfit()

    def _is_same_at(self, along: Along, place: int | None, k: int, t: float) -> bool:
        """Whether f at another number is what the recording gives there, both in doubles."""
        computed = along(t)
        if computed is None:
            return True  # outside the domain: nothing to compare
        again = self.recording.outputs_at(place, t)[k]
        return not abs(computed[k] - again) > ROUNDS * abs(again)

    @property
    def method(self) -> str:
        """How the exact slopes are found."""
        return "differences" if isinstance(self.exact, str) else self.exact.name


def _agree(found: float, expected: float, slack: float) -> bool:
    if not math.isfinite(expected):
        return found == expected or (math.isnan(found) and math.isnan(expected))
    return abs(found - expected) <= slack
