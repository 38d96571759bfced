"""Many inputs, judged together: what costs one evaluation for each of them is done once for all.

A gradient is right if four things hold, and each can be asked without moving one input at a time:
f near the point is what was recorded (recorded anew at other points, it is the same computation);
every operation's slopes are those of what it computes (`local`); the passes multiply and add them
as they should, number by number; and forward mode agrees, along directions that give every entry
the same weight, so that the error of a small one is not drowned. The slope of f along a direction,
measured from its values, is asked for as well. Only where one of these fails are inputs looked at
one by one, and halving finds them.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Sequence

from .local import Chain, LocalSlopes
from .numeric import measure
from .onesided import OneSided, Rate
from .recording import Call, Recording, finite, values_of
from .slope import EPSILON

MANY = 8
"""From so many inputs on they are judged together."""

ROUNDS = 64 * EPSILON  # what a different order of additions may change, relative to their sizes
STEPS = (2.0**-7, 2.0**-14, 2.0**-20)
COARSE = 2.0**-14  # with smaller steps, values that agree would say too little
DIRECTIONS = 2
LARGEST = 1e150  # the weight of an entry: its square is a double


class Together:
    """What is known of all inputs of one recording at once."""

    def __init__(self, recording: Recording, call: Call, xs: Sequence[float], seed: int) -> None:
        self.recording, self.call, self.xs, self.seed = recording, call, xs, seed
        self.is_same = True
        """Whether f was the same computation wherever it was recorded anew."""
        rng = random.Random(seed)
        self.directions = [
            [rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) for _ in xs] for _ in range(DIRECTIONS)
        ]
        self._through: dict[int, list[tuple[Rate, Rate]] | None] = {}

    @functools.cached_property
    def local(self) -> LocalSlopes:
        """The measured slopes of the operations."""
        r = self.recording
        return LocalSlopes(r.steps, r.inputs, r.slopes, r.asked, self.seed)

    @functools.cached_property
    def chains(self) -> list[Chain]:
        """What they make of each output's gradient."""
        return [self.local.chain(root) for root in self.recording.roots]

    def through(self, i: int) -> list[tuple[Rate, Rate]] | None:
        """The slopes of all outputs to either side of the kinks; None where not known."""
        if i not in self._through:
            self._through[i] = self._one_sided.sides(self.recording.places[i])
        return self._through[i]

    @functools.cached_property
    def _one_sided(self) -> OneSided:
        r = self.recording
        return OneSided(r.steps, self.local.measured, r.at_kinks, r.roots)

    @functools.cached_property
    def unrecorded(self) -> set[int]:
        """The inputs along which f may be something else than what was recorded."""
        return set(_suspects(list(range(len(self.xs))), self._is_recorded))

    @functools.cached_property
    def odd_forward(self) -> list[set[int]]:
        """For each output, the inputs for which forward mode may give another derivative."""
        return [self._odd_forward(k) for k in range(len(self.recording.outputs))]

    def _odd_forward(self, k: int) -> set[int]:
        r = self.recording
        weights = [1.0 / size if 1 / LARGEST < size < LARGEST else 1.0 for size in r.sizes[k]]

        def agrees(group: Sequence[int]) -> bool:
            for direction in self.directions:
                tangents = [0.0] * len(self.xs)
                for i in group:
                    tangents[i] = direction[i] * weights[i]
                shares = [r.backward[k][i] * tangents[i] for i in group]
                slack = ROUNDS * math.fsum([r.sizes[k][i] * abs(tangents[i]) for i in group])
                if not abs(r.directional(tangents)[k] - math.fsum(shares)) <= slack:
                    return False
            return True

        return set(_suspects(list(range(len(self.xs))), agrees))

    def contradicts(self, k: int) -> bool:
        """Whether the slope along a direction, measured from f's values, is another than theirs."""
        return k in self._contradicted

    @functools.cached_property
    def _contradicted(self) -> set[int]:
        r, xs = self.recording, self.xs
        direction = [
            0.0 if i in self.unrecorded else d * max(abs(x), 1e-3)  # those are looked at alone
            for i, (d, x) in enumerate(zip(self.directions[0], xs, strict=True))
        ]

        def along(t: float) -> list[float] | None:
            moved = [x + t * d for x, d in zip(xs, direction, strict=True)]
            if self.is_same:
                return finite(r.moved(moved))
            found = values_of(self.call, moved)
            return found if found is None or len(found) == len(r.outputs) else None

        found = set()
        slopes = measure(along, 0.0, r.values, r.noise, thorough=False)
        for k, slope in enumerate(slopes):
            chain = self.chains[k]
            used = [
                (p, d, size)
                for p, d, size in zip(r.places, direction, r.sizes[k], strict=True)
                if p is not None
            ]
            expected = [chain.slopes[p] * d for p, d, _ in used]
            doubt = [(chain.errors[p] + ROUNDS * size) * abs(d) for p, d, size in used]
            if not all(map(math.isfinite, (*expected, *doubt))):
                continue  # some operations could not be measured; their inputs are looked at alone
            if slope.is_resolved and not slope.is_kink:
                # Twice its own error: here are as many terms as inputs.
                bound = 2 * slope.error + math.fsum(doubt)
                if not abs(slope.value - math.fsum(expected)) <= bound:
                    found.add(k)
        return found

    # --- whether f is what was recorded -----------------------------------------------------------

    def _is_recorded(self, group: Sequence[int]) -> bool:
        """Whether f is, near the point, what was recorded, when these inputs move."""
        return all(
            any(self._is_same_at(group, direction, step) for step in STEPS)
            for direction in self.directions
        )

    def _is_same_at(self, group: Sequence[int], direction: Sequence[float], step: float) -> bool:
        moved = list(self.xs)
        for i in group:
            x = moved[i]
            size = abs(x) if 0.0 < abs(x) <= 1e-3 else max(abs(x), 1.0)
            moved[i] = x + step * direction[i] * size
        if self.recording.is_as(self.call, moved):
            return True
        self.is_same = False
        if step < COARSE:
            return False
        computed = values_of(self.call, moved)
        if computed is None or len(computed) != len(self.recording.outputs):
            return False
        again = self.recording.moved(moved)
        return all(abs(c - a) <= ROUNDS * abs(a) for c, a in zip(computed, again, strict=True))


def _suspects(indices: list[int], holds: Callable[[Sequence[int]], bool]) -> list[int]:
    """Those for which ``holds`` is false, found by halving.

    >>> _suspects(list(range(100)), lambda group: 42 not in group)
    [42]
    """
    found, waiting = [], [indices]
    while waiting:
        group = waiting.pop()
        if not group or holds(group):
            continue
        if len(group) == 1:
            found += group
        else:
            middle = len(group) // 2
            waiting += [group[middle:], group[:middle]]
    return found
