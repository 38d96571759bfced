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

from . import kinks, together
from .guilty import Fault, wrong_operation
from .numeric import EPSILON, RESOLVED, TINIEST, Slope, measure
from .onesided import OneSided, Rate
from .outcome import Entry
from .precise import Exactly, OutOfReach, Precisely, Sides, in_high_precision
from .recording import Call, Recording, values_of
from .rounding import Rounding, below
from .together import ROUNDS, Together

PLAIN = 1e3  # times its bound: an error that no closer look will explain
VAGUE = 0.1  # of a slope on one side: with a larger bound it is hardly known
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
        self._columns: dict[int, list[Slope]] = {}
        self._thorough: dict[int, list[Slope]] = {}
        self._through_kinks: dict[int, list[tuple[Rate, Rate]] | None] = {}

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
        if self.together is None:
            return wrong_operation(self.recording, self.at_kinks, self.seed)
        return wrong_operation(
            self.recording.only({*self.together.local.suspects, *self.at_kinks}),
            self.at_kinks,
            self.seed,
        )

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

    def along(self, i: int) -> Callable[[float], list[float] | None]:
        """f with its i-th number moving."""
        recording, together = self.recording, self.together
        if together is not None and i not in together.unrecorded and together.is_same:
            return lambda t: recording.outputs_at(recording.places[i], t)
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
        outputs = range(len(self.recording.outputs))
        found = [(i, self._entry(k, i)) for k in outputs for i in range(len(self.xs))]
        return [
            self._remarked(entry, i) if entry.outcome == "right" else entry for i, entry in found
        ]

    def _slope(self, k: int, i: int) -> Slope:
        """The slope of output k towards input i, measured from values; all outputs at once."""
        if i not in self._columns:
            recording = self.recording
            self._columns[i] = measure(
                self.along(i), self.xs[i], recording.values, recording.noise, thorough=False
            )
        return self._columns[i][k]

    def _thorough_slope(self, k: int, i: int) -> Slope:
        """The same, with all that can be made of the values."""
        if i not in self._thorough:
            recording = self.recording
            self._thorough[i] = measure(
                self.along(i), self.xs[i], recording.values, recording.noise
            )
        return self._thorough[i][k]

    def _entry(self, k: int, i: int) -> Entry:
        if self.together is not None:
            judged = self._with_the_others(self.together, k, i)
            if judged is not None:
                return judged
        recording = self.recording
        slope = self._slope(k, i)
        analytic = recording.backward[k][i]
        entry = Entry(
            self.names[i],
            recording.output_names[k],
            "right",
            analytic,
            forward=recording.by("forward", k, i),
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
        if self._is_plainly_wrong(entry, i, slope):
            return replace(entry, outcome="wrong", why=MODES[odd[0]] if odd else "")
        if not math.isfinite(analytic) or (self.at_kinks and self._at_kink(k, i)):
            return self._where_not_smooth(entry, k, i, slope, odd)
        return self._in_high_precision(entry, k, i, slope, odd)

    def _is_plainly_wrong(self, entry: Entry, i: int, slope: Slope) -> bool:
        """Whether f, not being what was recorded, has by its own values quite another slope."""
        return (
            self.together is not None
            and i in self.together.unrecorded
            and slope.is_resolved
            and not slope.is_kink
            and entry.error > PLAIN * entry.bound  # type: ignore[operator]
        )

    def _with_the_others(  # noqa: C901, PLR0911 - a reason each to look at it by itself
        self, together: Together, k: int, i: int
    ) -> Entry | None:
        """The entry, judged by the measured slopes of the operations; None: by itself, then."""
        recording, place = self.recording, self.recording.places[i]
        if i in together.unrecorded or together.contradicts(k):
            return None
        left = right = None
        if self.at_kinks and self._at_kink(k, i):
            sides = self._sides_at_kinks(i)
            if sides is None:
                return None
            left, right = sides[k]
        chain, size = together.chains[k], recording.sizes[k][i]
        numeric = 0.0 if place is None else chain.slopes[place]
        doubt = 0.0 if place is None else chain.errors[place]
        if left is not None and right is not None:
            numeric, doubt = right.rate, left.error + right.error
            size = max(size, left.size, right.size)
        modes = ["backward", "functional", "table", "again"]
        if i in together.odd_forward[k]:
            modes.append("forward")
        found = {name: recording.by(name, k, i) for name in modes}
        if (
            not all(map(math.isfinite, (*found.values(), numeric)))
            or doubt > RESOLVED * size + 1e-300
        ):
            return None
        errors = {name: abs(x - numeric) for name, x in found.items()}
        worst = max(errors, key=lambda name: errors[name])
        entry = Entry(
            self.names[i],
            recording.output_names[k],
            "right",
            found["backward"],
            forward=found.get("forward"),
            numeric=numeric,
            error=errors[worst],
            bound=doubt + ROUNDS * size,
            method="operations",
        )
        odd = [name for name in modes[1:] if self._is_odd(name, k, i)]
        if left is not None and right is not None and not odd:
            return self._at_kinks_together(entry, k, i, (left, right))
        if errors[worst] <= entry.bound and not odd:  # type: ignore[operator]
            return entry
        if odd:
            return replace(entry, outcome="wrong", why=MODES[odd[0]])
        if self.fault is None:
            return None
        return replace(entry, outcome="wrong", why="")

    def _sides_at_kinks(self, i: int) -> list[tuple[Rate, Rate]] | None:
        """The slopes of all outputs to either side, by the operations' own."""
        if i not in self._through_kinks:
            self._through_kinks[i] = self._one_sided.sides(self.recording.places[i])
        return self._through_kinks[i]

    @functools.cached_property
    def _one_sided(self) -> OneSided:
        assert self.together is not None
        recording = self.recording
        measured = self.together.local.measured
        return OneSided(recording.steps, measured, self.at_kinks, recording.roots)

    def _at_kinks_together(
        self, entry: Entry, k: int, i: int, sides: tuple[Rate, Rate]
    ) -> Entry | None:
        """An entry through a kink whose two slopes are known; None: by itself, then."""
        left, right = sides
        if self.fault is not None:
            return None
        slack = left.error + right.error + ROUNDS * max(abs(left.rate), abs(right.rate))
        meet = abs(left.rate - right.rate) <= slack
        if meet and entry.error <= entry.bound:  # type: ignore[operator]
            return entry
        return replace(
            entry,
            outcome="kink",
            numeric=right.rate if meet else None,
            error=None,
            bound=None,
            left=left.rate,
            right=right.rate,
            why=self._convention(k, i),
        )

    def _at_kink(self, k: int, i: int) -> bool:
        return self.recording.depends(i, self.recording.roots[k], self.at_kinks)

    def _odd_modes(self, k: int, i: int) -> list[str]:
        """The ways of differentiating that do not give the backward pass's number."""
        return [name for name in MODES if self._is_odd(name, k, i)]

    def _is_odd(self, mode: str, k: int, i: int) -> bool:
        recording = self.recording
        expected, found = recording.backward[k][i], recording.by(mode, k, i)
        slack = ROUNDS * recording.sizes[k][i] + 8 * TINIEST
        # Where slopes are infinite, 0 × inf comes up in one order of products, not in another.
        return not _agree(found, expected, slack) and not (
            self.is_steep and math.isnan(found + expected)
        )

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
            why = self._why_not_finite(entry, k, i)
            return replace(entry, outcome="undecided", why=why)
        return replace(entry, outcome="kink", why=self._convention(k, i))

    def _why_not_finite(self, entry: Entry, k: int, i: int) -> str:
        if math.isfinite(entry.analytic):
            return "the function is not smooth here"
        parts = [f"the gradient is {entry.analytic!r}", self._of_a_slope(k, i)]
        return ": ".join(filter(None, parts))

    def _of_a_slope(self, k: int, i: int) -> str:
        """Which operation's slope, infinite or nan, an entry is made of; empty if there is none."""
        recording = self.recording
        place, root = recording.places[i], recording.roots[k]
        for node, slopes in enumerate(recording.slopes):
            for position, slope in enumerate(slopes):
                operand = recording.steps[node].operands[position]
                if (
                    not math.isfinite(slope)
                    and (operand == place or recording.depends(i, root, [operand]))
                    and (node == root or node in below(recording.steps, [root]))
                ):
                    op, inputs = recording.steps[node].op, recording.inputs[node]
                    assert op is not None
                    return kinks.words_of_slope(op, inputs, slopes, position)
        return ""

    def _remarked(self, entry: Entry, i: int) -> Entry:
        """A right entry, with what is to be said of a forward mode that is nan beside it."""
        place = self.recording.places[i]
        if entry.why or entry.forward is None or not math.isnan(entry.forward):
            return entry
        for node, slopes in enumerate(self.recording.slopes):
            operands = self.recording.steps[node].operands
            if place in operands and math.isnan(math.fsum(slopes)):
                op = self.recording.steps[node].op
                assert op is not None
                why = (
                    f"forward mode is nan because {op.name} has a slope that is nan towards "
                    "another operand, and 0 × nan is nan"
                )
                return replace(entry, why=why)
        return entry

    def _convention(self, k: int, i: int) -> str:
        root = self.recording.roots[k]
        for node in self.at_kinks:
            op = self.recording.steps[node].op
            if op is not None and self.recording.depends(i, root, [node]):
                return kinks.words(op, self.recording.inputs[node], self.recording.slopes[node])
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
            name: float(abs(_like(truth, self.recording.by(name, k, i)) - truth))
            for name in ("backward", "forward", "functional")
            if math.isfinite(self.recording.by(name, k, i))
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
            slope = self._thorough_slope(k, i)
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


def by_differences(  # noqa: PLR0917 - what is known of an entry
    entry: Entry,
    slope: Slope,
    size: float,
    odd: str = "",
    reservation: str = "",
    natural: float = 0.0,
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
    # An input that is not used; but of what is too noisy, 0 is no better than another number.
    nothing_moves = analytic == slope.value == 0.0 and (not natural or bound < natural)
    if (
        bound > NOISE * max(abs(analytic), abs(slope.value), size)
        and bound > RESOLVED * natural  # a slope of 0 is known well enough, too
        and not nothing_moves
    ):
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
    sides = [abs(side) for side in (slope.left, slope.right) if side is not None]
    if not bound <= VAGUE * max(sides, default=0.0) and len(sides) < 2:
        why = "close to an edge of its domain the function is too steep for its digits"
        return replace(entry, outcome="undecided", why=why)
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
