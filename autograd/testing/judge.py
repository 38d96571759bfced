"""The gradient of a function of Values, judged by its parts.

It is right if three things hold:

1. the recording describes the function: recorded again, at the point and next to it, it is the
   same computation with the same constants (`nudges`);
2. every operation's slopes are right at the recorded numbers (`rows`), and every sum in the passes
   is right within its rounding (`recording`);
3. the whole, replayed in high precision, agrees within the printed bound (`exact`).

If only the third fails, the number is as good as doubles can make it, but has too few digits: the
verdict is then undecided. At a kink the function's own two sides along the input decide.

Notation: k is the position of an output, i that of a number of the point.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from .differences import EPSILON, TINIEST
from .exact import Nearby, OutOfReach, Replay, Sides
from .nudges import Nudges
from .outcome import Entry
from .recording import Recording, Sweep, singled_out
from .rows import Rows, convention

FEW = 8  # inputs that are replayed one by one, and shown with forward mode
DIGITS = 2.0**-33  # relative: with fewer than ten digits a gradient is undecided
LEAST = 1e-40  # what a step of 1e-30 measures for a slope that is 0
DIRECTIONS = 2
LARGEST = 1e150  # the weight of an entry: its square is a double

MODES = {
    "again": "a second backward pass (after the leaves were changed) adds a different gradient",
    "functional": "autograd.grad's reverse mode gives a different gradient",
    "table": "the table's slopes, multiplied along all paths, give a different gradient",
    "forward": "forward mode gives a different derivative",
}
ANOTHER = "called again at the same point, the function records a different computation"


class Judged:
    """A function of Values at one point, and the verdict on each of its derivatives."""

    def __init__(self, recording: Recording, *, seed: int) -> None:
        self.recording, self.seed = recording, seed
        self.xs, self.names = recording.xs, recording.names
        self.nudges = Nudges(recording, seed)
        self.outputs = len(recording.outputs)
        self._of_inputs: dict[Any, list[Any]] = {}

    # --- the parts, computed when asked -----------------------------------------------------------

    @functools.cached_property
    def rows(self) -> Rows:
        """The operations with their measured slopes."""
        return Rows(self.recording, self.seed)

    @functools.cached_property
    def measured(self) -> list[Sweep]:
        """For each output, the gradient that follows from the measured slopes."""
        rows = self.rows
        # Where slopes are unknown, the whole decides.
        errors = [tuple([e if math.isfinite(e) else 0.0 for e in each]) for each in rows.errors]
        return [self.recording.sweep(root, rows.slopes, errors) for root in self.recording.roots]

    @functools.cached_property
    def faulty(self) -> list[list[float]]:
        """For each output, how much of each number's gradient comes through wrong slopes."""
        recording, rows = self.recording, self.rows
        if not rows.faulty:
            return [[0.0] * len(recording.ops)] * len(recording.roots)
        steep = [
            [max(abs(slope), 1.0) for slope in slopes] if i in rows.at_kinks else slopes
            for i, slopes in enumerate(recording.slopes)
        ]  # at a kink, one of the two sides counts
        missing, found = rows.missing(), []
        for root in recording.roots:
            without = recording.sweep(root, steep).errors
            errors = recording.sweep(root, steep, missing).errors
            found.append([0.0 if a == b else b - a for a, b in zip(without, errors, strict=True)])
        return found

    @functools.cached_property
    def replay(self) -> Replay:
        """The recording in high precision."""
        return Replay(self.recording, self.rows.measured)

    @functools.cached_property
    def nearby(self) -> Nearby:
        """The recording on either side of its kinks."""
        return Nearby(self.recording, self.rows.measured, self.rows.at_kinks)

    # --- the passes -------------------------------------------------------------------------------

    def backward(self, k: int, i: int) -> float:
        """The derivative that a user gets."""
        return self.recording.passes[k][0][i]

    def _mode(self, mode: str, k: int, i: int) -> float:
        if mode == "again":
            return self.recording.passes[k][1][i]
        if mode == "functional":
            return self.recording.functional[k][i]
        if mode == "table":
            return self.recording.slope(k, i)
        tangents: list[float] = self._once(self.recording.directional, i)
        return tangents[k]

    def _once(self, ask: Callable[[list[float]], list[Any]], i: int) -> list[Any]:
        """The result of ``ask`` for every output along number i; it is called only once."""
        key = ask.__name__, i
        if key not in self._of_inputs:
            self._of_inputs[key] = ask([float(i == j) for j in range(len(self.xs))])
        return self._of_inputs[key]

    def odd_modes(self, k: int, i: int) -> list[str]:
        """The modes whose number differs from the backward pass's."""
        modes = ["again", "functional", "table"]
        if len(self.xs) <= FEW or i in self._odd_forward[k]:
            modes.append("forward")
        return [mode for mode in modes if self._is_odd(self._mode(mode, k, i), k, i)]

    def _is_odd(self, found: float, k: int, i: int) -> bool:
        expected = self.backward(k, i)
        if math.isnan(found) and math.isnan(expected):
            return False
        if not (math.isfinite(found) and math.isfinite(expected)):
            # If a slope is infinite, 0 × inf arises in one order of products, but not in another.
            return found != expected and not self._is_steep
        return abs(found - expected) > self.rounding(k, i)

    def rounding(self, k: int, i: int) -> float:
        """How far apart two ways of computing an entry may be because of rounding alone."""
        place = self.recording.places[i]
        return 8 * TINIEST if place is None else 8 * TINIEST + self.recording.table[k].errors[place]

    @functools.cached_property
    def _is_steep(self) -> bool:
        return not all(math.isfinite(s) for slopes in self.recording.slopes for s in slopes)

    @functools.cached_property
    def _odd_forward(self) -> list[set[int]]:
        """For each output, the inputs for which forward mode may give a different derivative."""
        return [set(self._disagreeing(k, self._forward_agrees)) for k in range(self.outputs)]

    def _forward_agrees(self, k: int, direction: Sequence[float]) -> bool:
        moving = [(i, d) for i, d in enumerate(direction) if d]
        shares = [self.backward(k, i) * d for i, d in moving]
        slack = math.fsum([self.rounding(k, i) * abs(d) for i, d in moving])
        slack += len(shares) * EPSILON * math.fsum(map(abs, shares))
        found = self.recording.directional(direction)[k]
        return not abs(found - math.fsum(shares)) > slack

    def _disagreeing(self, k: int, agrees: Callable[[int, Sequence[float]], bool]) -> list[int]:
        """The inputs for which ``agrees`` is false, found by halving.

        The directions give every entry the same weight, so that large entries do not hide a small
        one.
        """
        rng = random.Random(self.seed)
        weights = []
        for i in range(len(self.xs)):
            size = abs(self.backward(k, i))
            weights.append(1.0 / size if 1 / LARGEST < size < LARGEST else 1.0)

        def is_fine(group: Sequence[int]) -> bool:
            for _ in range(DIRECTIONS):
                direction = [0.0] * len(self.xs)
                for i in group:
                    direction[i] = rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) * weights[i]
                if not agrees(k, direction):
                    return False
            return True

        return singled_out(range(len(self.xs)), is_fine)

    # --- the verdicts -----------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """All entries, output by output."""
        return [self.entry(k, i) for k in range(self.outputs) for i in range(len(self.xs))]

    def entry(self, k: int, i: int) -> Entry:
        """The verdict on the derivative of output k with respect to number i."""
        recording, place = self.recording, self.recording.places[i]
        analytic, odd = self.backward(k, i), self.odd_modes(k, i)
        is_shown = len(self.xs) <= FEW or "forward" in odd
        entry = Entry(
            self.names[i],
            recording.output_names[k],
            "right",
            analytic,
            forward=self._mode("forward", k, i) if is_shown else None,
            numeric=0.0 if place is None else self.measured[k].sums[place],
            method="operations",
        )
        if odd:
            return self._against(replace(entry, outcome="wrong", why=MODES[odd[0]]), k, i, odd)
        if (other := self.nudges.another) is not None and len(other.roots) == self.outputs:
            again = other.slope(k, i)
            if not abs(again - analytic) <= self.rounding(k, i):
                why = f"{ANOTHER}, whose gradient is {again!r}"
                return replace(entry, outcome="wrong", analytic=again, numeric=analytic, why=why)
        return self._recorded(entry, k, i)

    def _recorded(  # noqa: PLR0911 - a verdict each
        self, entry: Entry, k: int, i: int
    ) -> Entry:
        """The verdict if all passes agree and only the function itself is in question."""
        place, analytic = self.recording.places[i], entry.analytic
        hidden = self.nudges.hidden.get((k, i))
        if hidden is not None and math.isfinite(analytic):
            entry = replace(entry, numeric=analytic + hidden.slope, error=abs(hidden.slope))
            entry = replace(entry, bound=self.rounding(k, i), method="differences")
            if not hidden.is_stop:
                return replace(entry, outcome="wrong")
        if place is not None and self.faulty[k][place] > 4 * EPSILON * abs(analytic):
            return self._against(replace(entry, outcome="wrong"), k, i, [])
        if hidden is not None:
            why = f"detach or similar hides a slope of {hidden.slope:.6g}"
            return replace(entry, outcome="stop", why=why)
        if not math.isfinite(analytic) and not self._through_kink(k, i):
            why = self._why_not_finite(k, i)
            return replace(entry, outcome="undecided", numeric=None, why=why)
        if i in self.nudges.branching:
            return self._at_branch(entry, k, i)
        if place is None:
            return replace(entry, error=0.0, bound=0.0)
        if self._through_kink(k, i):
            return self._at_kink(entry, k, i)
        return self._whole(entry, k, i)

    def _against(self, entry: Entry, k: int, i: int, odd: Sequence[str]) -> Entry:
        """A wrong entry with its numbers: the measured slope, and the mode furthest from it."""
        place = self.recording.places[i]
        numeric = entry.numeric
        assert numeric is not None
        found = [entry.analytic, *[self._mode(mode, k, i) for mode in odd]]
        bound = self.rounding(k, i) if place is None else self.measured[k].errors[place]
        errors = [abs(x - numeric) for x in found]
        error = max([e for e in errors if not math.isnan(e)], default=math.nan)
        if self._through_kink(k, i):
            return replace(entry, numeric=None)
        return replace(entry, error=error, bound=bound + 8 * TINIEST)

    def _through_kink(self, k: int, i: int) -> bool:
        return bool(self.rows.at_kinks) and self.recording.depends(i, k, self.rows.at_kinks)

    # --- smooth -----------------------------------------------------------------------------------

    def _whole(self, entry: Entry, k: int, i: int) -> Entry:
        """The third condition: the whole, in high precision."""
        place = self.recording.places[i]
        assert place is not None
        sweep = self.measured[k]
        analytic, numeric = entry.analytic, sweep.sums[place]
        bound = 8 * TINIEST + sweep.errors[place] + DIGITS * abs(numeric)
        entry = replace(entry, error=abs(analytic - numeric), bound=bound)
        unknown = self._unknown(k, i)
        try:
            if not unknown and len(self.xs) > FEW and i not in self._vague[k]:
                return entry
            whole = self._once(self._slopes_of_whole, i)[k]
        except (OutOfReach, ImportError) as reason:
            why = unknown or str(reason)
            return replace(entry, outcome="undecided", why=why)
        bound = LEAST * max(1.0, sweep.sizes[place]) + sweep.errors[place] + DIGITS * abs(whole)
        error = abs(analytic - whole)
        entry = replace(entry, numeric=whole, error=error, bound=bound, method="mpmath")
        if error <= bound:
            return entry
        digits = -math.log10(error / max(abs(whole), abs(analytic)))
        left = f"only {digits:.0f}" if digits >= 1 else "none"
        why = f"every part is right, but rounding leaves {left} of this gradient's digits"
        return replace(entry, outcome="undecided", why=why)

    def _unknown(self, k: int, i: int) -> str:
        """Why an operation on the way could not be measured; empty if all could be."""
        for node, operand in self.rows.unknown:
            if self.recording.depends(i, k, {node}) and self.recording.depends(i, k, {operand}):
                return self.rows.measured[node].why
        return ""

    @functools.cached_property
    def _vague(self) -> list[set[int]]:
        """For each output, the inputs whose slope in the whole may differ from the sweep's."""
        try:
            return [set(self._disagreeing(k, self._whole_agrees)) for k in range(self.outputs)]
        except (OutOfReach, ImportError):  # then each is asked about by itself, which says why
            return [set(range(len(self.xs)))] * self.outputs

    def _whole_agrees(self, k: int, direction: Sequence[float]) -> bool:
        shares, slack = [], 0.0
        direction = list(direction)
        for i, (d, place) in enumerate(zip(direction, self.recording.places, strict=True)):
            if not d or place is None or self._through_kink(k, i):
                direction[i] = 0.0  # judged in a different way
                continue
            shares.append(self.backward(k, i) * d)
            slack += (self.measured[k].errors[place] + 8 * TINIEST) * abs(d)
        if not shares:
            return True
        slack += DIGITS * math.fsum(map(abs, shares)) / len(shares)
        return not abs(self._slopes_of_whole(direction)[k] - math.fsum(shares)) > slack

    def _slopes_of_whole(self, direction: list[float]) -> list[float]:
        return [slope for slope, _ in self.replay.line(direction).slopes()]

    # --- not smooth, or not finite ----------------------------------------------------------------

    def _at_kink(self, entry: Entry, k: int, i: int) -> Entry:
        """An entry through an operation at a kink: f's own two sides decide."""
        node = next(n for n in sorted(self.rows.at_kinks) if self.recording.depends(i, k, {n}))
        why = convention(self.recording, node)
        if math.isnan(entry.analytic):
            why = self._why_not_finite(k, i)
        try:
            sides = self._once(self._beside, i)[k]
        except (OutOfReach, ImportError) as reason:
            why = f"the slopes on either side are not known ({reason}): {why}"
            return replace(entry, outcome="undecided", numeric=None, why=why)
        place = self.recording.places[i]
        assert place is not None
        steepest = max([abs(s) for s in sides[:2] if s is not None], default=0.0)
        sweep = self.measured[k]
        slack = LEAST * max(1.0, sweep.sizes[place]) + sweep.errors[place] + DIGITS * steepest
        return between_sides(entry, sides, slack, why)

    def _beside(self, direction: list[float]) -> list[Sides]:
        """The slopes of every output on either side."""
        found = self.nearby.line(direction).sides()
        if self.nearby.is_rough and not any(sides.jumps for sides in found):
            return self.replay.line(direction).sides()
        return found

    def _at_branch(self, entry: Entry, k: int, i: int) -> Entry:
        """An entry at a point where the function itself switches to a different computation."""
        found = self.nudges.branch(k, i)
        why = "the function switches to a different computation here"
        if found is None:
            why += ", and its values do not move there as the recording says"
            return replace(entry, outcome="undecided", numeric=None, why=why)
        return between_sides(entry, *found, why)

    def _why_not_finite(self, k: int, i: int) -> str:
        """Why an infinite or nan gradient cannot be judged."""
        recording = self.recording
        place, root = recording.places[i], recording.roots[k]
        used = recording.below({root})
        said = f"the gradient is {self.backward(k, i)!r}"
        for node, slopes in enumerate(recording.slopes):
            for position, slope in enumerate(slopes):
                operand = recording.operands[node][position]
                if (
                    not math.isfinite(slope)
                    and node in used
                    and (operand == place or recording.depends(i, k, {operand}))
                ):
                    return f"{said}: {convention(recording, node, position)}"
        return said


def between_sides(  # noqa: PLR0911 - a verdict each
    entry: Entry, sides: Sides, slack: float, why: str
) -> Entry:
    """The verdict on an entry whose slopes on the left and on the right are known."""
    left, right = sides.left, sides.right
    entry = replace(
        entry, left=left, right=right, numeric=None, error=None, bound=None, method="operations"
    )
    if sides.jumps:
        return replace(entry, outcome="jump", why=f"the value jumps here; {why}")
    found = [side for side in (left, right) if side is not None]
    if not found:
        why = f"the function is not defined next to this point: {why}"
        return replace(entry, outcome="undecided", why=why)
    if math.isnan(entry.analytic):
        return replace(entry, outcome="convention", why=why)
    smooth = len(found) == 2 and abs(found[0] - found[1]) <= slack  # not where both are infinite
    low, high = min(found), max(found)
    inside = entry.analytic in found or low - slack <= entry.analytic <= high + slack
    if smooth and inside:
        error = abs(entry.analytic - found[1])
        return replace(entry, left=None, right=None, numeric=found[1], error=error, bound=slack)
    if smooth:
        said = (
            f"smooth here with slope {found[1]:.10g}, but the conventions give {entry.analytic:g}"
        )
        return replace(entry, outcome="convention", numeric=found[1], why=f"{said}: {why}")
    if inside:
        return replace(entry, outcome="kink", why=why)
    said = "the conventions give a number that is not between the slopes on the two sides"
    return replace(entry, outcome="convention", why=f"{said}: {why}")
