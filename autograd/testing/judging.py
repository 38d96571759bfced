"""The gradient of a function of Values, judged entry by entry.

First the cheap way: all derivatives of the recording agree, and so does the numerical one, which
has digits enough. Whatever is not settled so goes to high precision; whether the recording still is
the function is then asked too, for a number that was taken out with ``.data`` is in no recording.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from . import kinks
from .guilty import Fault, wrong_operation
from .numeric import EPSILON, TINIEST, Slope, measure
from .outcome import Entry
from .precise import Exactly, OutOfReach, Precisely, Sides, in_high_precision
from .recording import Call, Recording, values_of
from .rounding import Rounding

ROUNDS = 64 * EPSILON  # what a different order of additions may change, relative to their sizes
NOISE = 1e-3  # of the sizes that are added up: more than this, and nothing can be said

MODES = {
    "again": "a second backward pass (after the leaves were changed) adds another gradient",
    "functional": "autograd.grad's reverse mode gives another gradient",
    "table": "the table's slopes, multiplied along all paths, give another gradient",
    "forward": "forward mode gives another derivative",
}


class Judge:
    """Everything about one point that the verdict on its entries needs, computed when asked."""

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
        self.at_kinks = self.recording.kinks()
        self.of_gradient = of_gradient
        self._sides: dict[int, list[Sides] | None] = {}

    # --- what is computed at most once ------------------------------------------------------------

    @functools.cached_property
    def exact(self) -> Exactly | Precisely | str:
        """The recording in an arithmetic that does not round, or why there is none."""
        return in_high_precision(self.recording.steps)

    @functools.cached_property
    def rounding(self) -> Rounding:
        """What rounding alone may change."""
        return Rounding(self.recording.steps, self.at_kinks, self.seed)

    @functools.cached_property
    def fault(self) -> Fault | None:
        """The operation to blame."""
        return wrong_operation(self.recording, self.at_kinks, self.seed)

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

    def along(self, i: int) -> Callable[[float], list[float] | None]:
        """f with its i-th number moving."""
        before, after = self.xs[:i], self.xs[i + 1 :]
        count = len(self.recording.outputs)

        def moved(t: float) -> list[float] | None:
            values = values_of(self.call, [*before, t, *after])
            return values if values is None or len(values) == count else None

        return moved

    @functools.cached_property
    def is_steep(self) -> bool:
        """Whether some recorded slope is infinite or nan."""
        return not all(math.isfinite(s) for slopes in self.recording.slopes for s in slopes)

    # --- the judgement ----------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """All entries, output by output."""
        recording = self.recording
        columns = [
            measure(self.along(i), x, recording.values, recording.noise, thorough=False)
            for i, x in enumerate(self.xs)
        ]
        return [
            self._entry(k, i, columns[i][k])
            for k in range(len(recording.outputs))
            for i in range(len(self.xs))
        ]

    def _entry(self, k: int, i: int, slope: Slope) -> Entry:
        recording = self.recording
        analytic = recording.backward[k][i]
        entry = Entry(
            self.names[i],
            recording.output_names[k],
            "right",
            analytic,
            forward=recording.forward[k][i],
            numeric=slope.value,
            error=abs(analytic - slope.value),
            bound=slope.error + ROUNDS * recording.sizes[k][i],
            method="differences",
        )
        odd = self._odd_modes(k, i)
        settled = (
            not odd and slope.is_resolved and not slope.is_kink and entry.error <= entry.bound  # type: ignore[operator]
        )
        if recording.places[i] is None and slope.value == 0.0 and not odd:
            return replace(entry, bound=0.0)
        if settled and not (self.at_kinks and self._at_kink(k, i)):
            return entry
        if not math.isfinite(analytic) or (self.at_kinks and self._at_kink(k, i)):
            return self._where_not_smooth(entry, k, i, slope, odd)
        return self._in_high_precision(entry, k, i, slope, odd)

    def _at_kink(self, k: int, i: int) -> bool:
        return self.recording.depends(i, self.recording.roots[k], self.at_kinks)

    def _odd_modes(self, k: int, i: int) -> list[str]:
        """The ways of differentiating that do not give the backward pass's number."""
        recording = self.recording
        expected = recording.backward[k][i]
        slack = ROUNDS * recording.sizes[k][i] + 8 * TINIEST
        return [
            name
            for name in MODES
            if not _agree(getattr(recording, name)[k][i], expected, slack)
            # Where slopes are infinite, 0 × inf comes up in one order of products, not in another.
            and not (self.is_steep and math.isnan(getattr(recording, name)[k][i] + expected))
        ]

    # --- not smooth, or not finite ----------------------------------------------------------------

    def _where_not_smooth(
        self, entry: Entry, k: int, i: int, slope: Slope, odd: list[str]
    ) -> Entry:
        sides = self.sides(i)
        found = Sides(slope.left, slope.right) if slope.is_kink else None
        if sides is not None:
            found = sides[k]
        if found is not None and found.is_smooth and math.isfinite(entry.analytic) and not odd:
            judged = self._in_high_precision(entry, k, i, slope, odd)
            if judged.outcome == "right":
                return judged
        if found is not None:
            entry = replace(
                entry,
                numeric=_float(found.right) if found.is_smooth else None,
                left=_float(found.left),
                right=_float(found.right),
                method=self._method(),
            )
        entry = replace(entry, error=None, bound=None)
        if odd:
            return replace(entry, outcome="wrong", why=MODES[odd[0]])
        if self.fault is not None:
            return replace(entry, outcome="wrong", why=f"through {self.fault.operation}")
        # A gradient chooses by its numbers, in the table: beside a kink it chooses otherwise.
        recorded = found is None or self.of_gradient or self._is_recorded(k, i, slope, math.nan)
        if not recorded:
            # A choice made by Python, at the kink too: the function's own numbers decide.
            return self._by_differences(entry, k, i, slope, odd)
        if math.isnan(entry.analytic) or not self._at_kink(k, i):
            return replace(entry, outcome="undecided", why=self._why_not_finite(entry))
        return replace(entry, outcome="kink", why=self._convention(k, i))

    def _why_not_finite(self, entry: Entry) -> str:
        if not math.isfinite(entry.analytic):
            return f"the gradient is {entry.analytic!r}"
        return "the function is not smooth here"

    def _convention(self, k: int, i: int) -> str:
        root = self.recording.roots[k]
        for node in self.at_kinks:
            op = self.recording.steps[node].op
            if op is not None and self.recording.depends(i, root, [node]):
                return kinks.words(op)
        return ""

    # --- smooth -----------------------------------------------------------------------------------

    def _in_high_precision(
        self, entry: Entry, k: int, i: int, slope: Slope, odd: list[str]
    ) -> Entry:
        sides = self.sides(i)
        expected = math.nan if sides is None or not sides[k].is_smooth else sides[k].right
        if sides is None or not self._is_recorded(k, i, slope, expected):
            return self._by_differences(entry, k, i, slope, odd)
        if not sides[k].is_smooth:
            return self._beside_an_edge(entry, k, i, slope, odd)
        place = self.recording.places[i]
        truth = sides[k].right
        if abs(truth) <= sides[k].error:
            truth = truth * 0
        rounding = 8 * TINIEST + 16 * EPSILON * abs(float(truth))
        if place is not None:
            rounding += self.rounding.spread(self.recording.roots[k])[place]
        bound = rounding + 2 * float(sides[k].error)
        errors = {
            name: float(abs(_like(truth, getattr(self.recording, name)[k][i]) - truth))
            for name in ("backward", "forward", "functional")
            if math.isfinite(getattr(self.recording, name)[k][i])
        }
        worst = max(errors, key=lambda name: errors[name])
        entry = replace(
            entry,
            numeric=float(truth),
            error=errors[worst],
            bound=bound,
            method=self._method(),
        )
        if errors[worst] > bound:
            why = "" if worst == "backward" else MODES[worst]
            return replace(entry, outcome="wrong", why=why)
        if "again" in odd:
            return replace(entry, outcome="wrong", why=MODES["again"])
        natural = abs(self.recording.values[k]) / max(abs(self.xs[i]), 1.0)
        if rounding > NOISE * max(self.recording.sizes[k][i], natural) + 1e-300 and errors[worst]:
            return replace(
                entry, outcome="undecided", why="rounding alone changes this gradient as much"
            )
        return entry

    def _beside_an_edge(self, entry: Entry, k: int, i: int, slope: Slope, odd: list[str]) -> Entry:
        """Exactly computed the point is at a kink or an edge, in doubles it is beside it."""
        sides = self.sides(i)
        if odd or self.fault is not None or sides is None:
            return self._by_differences(entry, k, i, slope, odd)
        return replace(
            entry,
            outcome="undecided",
            numeric=None,
            error=None,
            bound=None,
            left=_float(sides[k].left),
            right=_float(sides[k].right),
            method=self._method(),
            why="rounding alone decides on which side of a kink or an edge the point lies",
        )

    def _is_recorded(self, k: int, i: int, slope: Slope, truth: Any) -> bool:
        """Whether f near the point is what was recorded, and its rows compute what they should."""
        if self.misfit is not None:
            return False
        place, x, root = self.recording.places[i], self.xs[i], self.recording.roots[k]
        along = self.along(i)
        missing = abs(slope.value - float(truth))
        noise = ROUNDS * abs(self.recording.values[k])
        for step in (2.0**-7, 2.0**-14, 2.0**-20):
            h = step * (max(abs(x), 1.0) if x == 0.0 or abs(x) > 1e-3 else abs(x))
            if missing * h < 4 * noise or x + h == x:
                return True  # nothing could be seen
            if all(self._same_at(along, place, root, k, t) for t in (x - h, x + h)):
                return True
        return False

    @functools.cached_property
    def misfit(self) -> int | None:
        """The first operation that does not compute what its row says, by mpmath."""
        return None if isinstance(self.exact, str) else self.exact.misfit()

    def _same_at(
        self,
        along: Callable[[float], list[float] | None],
        place: int | None,
        root: int,
        k: int,
        t: float,
    ) -> bool:
        """Whether f at another number is what the recording gives there, both in doubles."""
        computed = along(t)
        if computed is None:
            return True  # outside the domain: nothing to compare
        again = self.recording.at(place, t)[root]
        return not abs(computed[k] - again) > ROUNDS * abs(again)

    def _by_differences(self, entry: Entry, k: int, i: int, slope: Slope, odd: list[str]) -> Entry:
        """Without high precision, or against it: the function's own numbers decide."""
        recording = self.recording
        if not slope.is_kink:
            slope = measure(self.along(i), self.xs[i], recording.values, recording.noise)[k]
        judged = by_differences(
            entry, slope, recording.sizes[k][i], MODES[odd[0]] if odd else "", self._reservation()
        )
        if (
            judged.outcome == "wrong"
            and slope.is_kink
            and not odd
            and isinstance(self.exact, str)
            and self.fault is None
            and self._is_recorded(k, i, slope, math.nan)
        ):
            # Doubles see an edge of the domain, perhaps one that rounding put there.
            return replace(judged, outcome="undecided", why="at an edge" + self._reservation())
        return judged

    def _reservation(self) -> str:
        return f"; {self.exact}" if isinstance(self.exact, str) else ""

    def _method(self) -> str:
        return "differences" if isinstance(self.exact, str) else self.exact.name


def by_differences(
    entry: Entry, slope: Slope, size: float, odd: str = "", reservation: str = ""
) -> Entry:
    """The verdict that a numerical derivative alone allows."""
    analytic = entry.analytic
    bound = slope.error + ROUNDS * max(size, abs(analytic))
    if slope.is_kink:
        return _at_an_angle(entry, slope, bound)
    error = abs(analytic - slope.value)
    entry = replace(entry, numeric=slope.value, error=error, bound=bound, method="differences")
    if odd:
        return replace(entry, outcome="wrong", why=odd)
    if not math.isfinite(slope.error):
        why = "the function cannot be evaluated near the point" + reservation
        return replace(entry, outcome="undecided", numeric=None, error=None, bound=None, why=why)
    if error > bound:
        return replace(entry, outcome="wrong")
    nothing_moves = analytic == slope.value == 0.0  # an input that is not used
    if bound > NOISE * max(abs(analytic), abs(slope.value), size) and not nothing_moves:
        why = "the values of the function are too noisy" + reservation
        return replace(entry, outcome="undecided", why=why)
    return entry


def _at_an_angle(entry: Entry, slope: Slope, bound: float) -> Entry:
    """The verdict where the two sides have different slopes, or one side has none."""
    entry = replace(
        entry,
        left=slope.left,
        right=slope.right,
        numeric=None,
        error=None,
        bound=bound,
        method="differences",
    )
    if slope.jumps:
        return replace(entry, outcome="undecided", why="the function jumps here, or close by")
    if kinks.between(entry.analytic, slope.left, slope.right, bound):
        return replace(entry, outcome="kink", why="the two sides have different slopes")
    why = "it does not lie between the slopes of the two sides"
    return replace(entry, outcome="wrong", why=why)


def _agree(found: float, expected: float, slack: float) -> bool:
    if not math.isfinite(expected):
        return found == expected or (math.isnan(found) and math.isnan(expected))
    return abs(found - expected) <= slack


def _like(pattern: Any, x: float) -> Any:
    """x in the arithmetic of ``pattern``."""
    return type(pattern)(x)


def _float(x: Any) -> float | None:
    return None if x is None else float(x)
