"""Whether a recording still describes a function of Values near the point.

`Nudges` records the function again at the point and next to it. The same operations on the same
constants mean that the recording describes the function. A constant that changes was made from an
input: if the number was taken out with ``.data`` it is a leak, if by ``detach`` a deliberate stop.
Different operations mean that the function chose another branch. If it does so at every distance
from the point, however small, `Nudges.branch` compares the two sides.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .differences import EPSILON
from .exact import Sides
from .recording import Recording, singled_out

STEPS = (2.0**-9, 2.0**-18, 2.0**-27, 2.0**-36)
BRANCH_STEPS = (2.0**-20, 2.0**-28)
DIRECTIONS = 2
MOST_CALLS = 3000  # of the function, to find the inputs that are to blame
SMOOTH = 1e-5  # relative: slopes this close to each other belong to one smooth function


@dataclass(slots=True)
class Hidden:
    """The part of one output's slope along one input that no gradient contains."""

    slope: float = 0.0
    is_stop: bool = True
    """Whether all of it is deliberate, by ``detach`` or similar."""


@dataclass(slots=True)
class Nudged:
    """What was found after some inputs moved."""

    is_same: bool
    """Whether the same computation was recorded close enough to the point."""
    is_outside: bool = True
    """Whether the function was undefined at every such place, so nothing could be compared."""
    moves: list[tuple[float, Recording, list[int]]] = field(default_factory=list)
    """How far they moved (×step), what was recorded, and which constants moved with them."""


class Nudges:
    """The function, recorded again at the point and next to it."""

    def __init__(self, recording: Recording, seed: int) -> None:
        self.recording, self.xs = recording, recording.xs
        rng = random.Random(seed)
        self.directions = [
            [rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) for _ in self.xs]
            for _ in range(DIRECTIONS)
        ]
        self.calls = 0

    def again(self, xs: Sequence[float]) -> Recording | None:
        """The function recorded at other numbers; None where it is not defined."""
        self.calls += 1
        try:
            return self.recording.again(xs)
        except Exception:  # noqa: BLE001 - it did not raise at the point, so it is undefined here
            return None

    @functools.cached_property
    def at_point(self) -> Recording | None:
        """The function recorded once more at the point."""
        return self.again(self.xs)

    @functools.cached_property
    def another(self) -> Recording | None:
        """That recording, if it is a different computation."""
        found = self.at_point
        return found if found is None or self.recording.moved(found) != [] else None

    def nudged(self, group: Sequence[int], direction: Sequence[float]) -> Nudged:
        """Record again with some inputs moved, ever closer, until the computation is the same."""
        found = Nudged(is_same=False)
        for step in STEPS:
            found.moves = []
            for sign in (1.0, -1.0):
                other = self.again(self._moved(group, direction, sign * step))
                if other is None:
                    continue
                found.is_outside = False
                moved = self.recording.moved(other)
                if moved is None:
                    break
                found.moves.append((sign * step, other, moved))
            else:
                if found.moves:
                    found.is_same = True
                    return found
        return found

    def _moved(self, group: Sequence[int], direction: Sequence[float], by: float) -> list[float]:
        moved = list(self.xs)
        for i in group:
            moved[i] += by * direction[i] * self.scale(i)
        return moved

    def scale(self, i: int) -> float:
        """The size of a number of the point, for choosing steps."""
        x = abs(self.xs[i])
        return x if 0.0 < x <= 1e-3 else max(x, 1.0)

    # --- leaks and branches -----------------------------------------------------------------------

    @functools.cached_property
    def branching(self) -> set[int]:
        """The inputs along which the computation differs, however close to the point."""
        return self._suspects(lambda found: found.is_same)

    @functools.cached_property
    def hidden(self) -> dict[tuple[int, int], Hidden]:
        """By output and input: slopes missing from gradients, as constants move with the input."""
        found: dict[tuple[int, int], Hidden] = {}
        for i in self._suspects(lambda found: not self._effects(found)):
            effects = self._effects(self.nudged([i], [1.0] * len(self.xs)))
            for k, (slope, is_stop) in effects.items():
                found[k, i] = Hidden(slope / self.scale(i), is_stop)
        return found

    def _suspects(self, holds: Callable[[Nudged], bool]) -> set[int]:
        """The inputs for which ``holds`` is false, found by halving."""
        found: set[int] = set()

        def is_fine(direction: int, group: Sequence[int]) -> bool:
            if len(group) == len(self.xs):
                seen = self._all_at_once[direction]
            else:
                seen = self.nudged(group, self.directions[direction])
            is_all_well = holds(seen)
            if self.calls > MOST_CALLS and not is_all_well:
                found.update(group)
                return True
            return is_all_well and (len(group) == 1 or not seen.is_outside)

        for direction in range(DIRECTIONS):
            everything = range(len(self.xs))
            found.update(singled_out(everything, functools.partial(is_fine, direction)))
        return found

    @functools.cached_property
    def _all_at_once(self) -> list[Nudged]:
        everything = range(len(self.xs))
        return [self.nudged(everything, direction) for direction in self.directions]

    def _effects(self, nudged: Nudged) -> dict[int, tuple[float, bool]]:
        """By output: the slope along a nudge due to moved constants, and whether it is deliberate.

        The recording is replayed at the point with only those constants moved.
        """
        recording = self.recording
        found: dict[int, tuple[float, bool]] = {}
        slopes: dict[int, list[float]] = {}
        stops: dict[int, bool] = {}
        for by, other, moved in nudged.moves:
            if not moved:
                continue
            changed = recording.replayed({j: other.recorded[j] for j in moved})
            for k, (one, base) in enumerate(zip(changed, recording.values, strict=True)):
                if not abs(one - base) <= recording.noise(k) + self._rounded(k, moved):
                    slopes.setdefault(k, []).append((one - base) / by)
                    stops[k] = stops.get(k, True) and recording.stops.issuperset(moved)
        for k, each in slopes.items():
            found[k] = (math.fsum(each) / len(each), stops[k])
        return found

    def _rounded(self, k: int, moved: Sequence[int]) -> float:
        """How far an output moves because the moved constants are rounded."""
        sizes, recorded = self.recording.table[k].sizes, self.recording.recorded
        products = [sizes[j] * abs(recorded[j]) for j in moved]
        return 8 * EPSILON * math.fsum([p for p in products if math.isfinite(p)])

    # --- two sides of a branch --------------------------------------------------------------------

    def branch(self, k: int, i: int) -> tuple[Sides, float] | None:
        """The slopes on both sides of a point where the function changes branch, and their error.

        Each side is recorded by itself. None if its gradient does not match how its values move.
        """
        sides = [self._beyond(k, i, sign) for sign in (-1.0, 1.0)]
        known = [side for side in sides if side is not None]
        if len(known) < len(sides):
            return None
        (left, error, jumps), (right, other, jumps_too) = known
        return Sides(left, right, jumps or jumps_too), error + other

    def _beyond(self, k: int, i: int, sign: float) -> tuple[float | None, float, bool] | None:
        """The slope on one side, its error, and whether the values jump there."""
        far, near = [self._beside(k, i, sign * step * self.scale(i)) for step in BRANCH_STEPS]
        if far is None or near is None:
            return None, 0.0, False
        h = sign * BRANCH_STEPS[0] * self.scale(i), sign * BRANCH_STEPS[1] * self.scale(i)
        noise = self.recording.noise(k)
        rises = [value - self.recording.values[k] for value, _ in (far, near)]
        if abs(rises[1]) > 64 * noise and abs(rises[1]) > 0.5 * abs(rises[0]):
            return math.copysign(math.inf, sign * rises[1]), 0.0, True
        secant = (far[0] - near[0]) / (h[0] - h[1])
        bend = far[1] - near[1]
        slack = abs(bend) + 1e-3 * (abs(near[1]) + abs(far[1])) + 64 * noise / abs(h[0])
        if not abs(secant - near[1]) <= slack:
            return None
        correction = bend * h[1] / (h[0] - h[1])
        error = 2 * abs(correction) + SMOOTH * (abs(near[1]) + abs(far[1]))
        return near[1] - correction, error, False

    def _beside(self, k: int, i: int, by: float) -> tuple[float, float] | None:
        """The value and the recorded slope at a number next to the point."""
        moved = list(self.xs)
        moved[i] += by
        other = self.again(moved)
        if other is None or len(other.outputs) != len(self.recording.outputs):
            return None
        return other.values[k], other.slope(k, i)
