"""How much rounding alone may change a gradient: measured, by rounding otherwise.

The recording is computed again a few times, every result and every slope nudged by an ulp or two at
random, as if the processor had rounded the other way (Monte Carlo arithmetic: Parker, 1997). How
far the gradients move is what their digits are worth. What lies below a kink is not nudged: there
the least step would choose another side.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence

from ..primitive import unchecked
from .computed import Step, size_of
from .slope import EPSILON, TINIEST

RUNS = 6
SAFETY = 8.0  # the largest move of six runs, times this, is the bound


def sweep(
    steps: Sequence[Step], slopes: Sequence[Sequence[float]], root: int
) -> tuple[list[float], list[float]]:
    """The reverse sweep, plainly: every gradient, and the sum of sizes of what adds up to it."""
    grads, sizes = [0.0] * len(steps), [0.0] * len(steps)
    grads[root] = sizes[root] = 1.0
    reached = {root}
    for i in range(root, -1, -1):
        if i in reached:
            reached.update(steps[i].operands)
            for operand, slope in zip(steps[i].operands, slopes[i], strict=True):
                grads[operand] += grads[i] * slope  # 0 × inf is nan here, as in every pass
                sizes[operand] += sizes[i] * abs(slope)
    return grads, sizes


def local_slopes(steps: Sequence[Step]) -> list[tuple[float, ...]]:
    """The slopes that the table gives, at the recorded numbers."""
    with unchecked():
        return [
            tuple(
                map(
                    float,
                    step.op.slopes(step.value, tuple([steps[i].value for i in step.operands])),
                )
            )
            if step.op is not None
            else ()
            for step in steps
        ]


class Rounding:
    """What rounding may change in the gradients of one recording."""

    def __init__(self, steps: Sequence[Step], at_kinks: Sequence[int], seed: int) -> None:
        self.steps = steps
        self.at_kinks = set(at_kinks)
        self.still = below(steps, at_kinks)
        rng = random.Random(seed)
        self.runs = [self._nudged(rng) for _ in range(RUNS)]
        self.plain = local_slopes(steps)
        self._spreads: dict[int, list[float]] = {}

    def spread(self, root: int) -> list[float]:
        """How far rounding moves the gradient of ``root`` towards each number; nan if too far."""
        if root not in self._spreads:
            grads, _ = sweep(self.steps, self.plain, root)
            furthest = [0.0] * len(grads)
            for run in self.runs:
                moved, _ = sweep(self.steps, run, root)
                furthest = [
                    max(f, abs(m - g)) if m - g == m - g else math.inf
                    for f, m, g in zip(furthest, moved, grads, strict=True)
                ]
            self._spreads[root] = [SAFETY * f for f in furthest]
        return self._spreads[root]

    def _nudged(self, rng: random.Random) -> list[tuple[float, ...]]:
        values: list[float] = []
        slopes: list[tuple[float, ...]] = []
        with unchecked():
            for i, step in enumerate(self.steps):
                if step.op is None:
                    values.append(step.value)
                    slopes.append(())
                    continue
                operands = tuple([values[j] for j in step.operands])
                value = float(step.op.forward(*operands))
                at_kink = i in self.at_kinks
                near = operands if at_kink else tuple([_nudge(x, x, rng) for x in operands])
                # The slope sees its own result unspoilt: 1 − z² for tanh is no excuse for itself.
                result = value if at_kink else float(step.op.forward(*near))
                slopes.append(
                    tuple([_nudge(s, s, rng) for s in map(float, step.op.slopes(result, near))])
                )
                if i not in self.still:
                    value = _nudge(value, size_of(step.op, operands, value), rng)
                values.append(value)
        return slopes


def _nudge(x: float, size: float, rng: random.Random) -> float:
    """x, moved by up to two ulps of ``size``."""
    return x + rng.uniform(-2, 2) * EPSILON * size + rng.choice((-1, 0, 1)) * TINIEST


def below(steps: Sequence[Step], tops: Iterable[int]) -> set[int]:
    """The numbers that some of ``tops`` are computed from."""
    found: set[int] = set()
    stack = list(tops)
    while stack:
        for operand in steps[stack.pop()].operands:
            if operand not in found:
                found.add(operand)
                stack.append(operand)
    return found
