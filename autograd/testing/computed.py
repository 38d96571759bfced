"""A recorded computation as a list of steps, to be done again in other numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ..primitive import Op, unchecked


class Step(NamedTuple):
    """One number of a recorded computation: a leaf, or an operation on earlier ones."""

    op: Op | None
    operands: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Sides:
    """The slope from the left and from the right; None where that side is outside the domain."""

    left: Any
    right: Any
    error: Any = 0.0
    """What the high precision itself leaves open."""

    @property
    def is_smooth(self) -> bool:
        """Whether both sides have the same, finite slope."""
        if self.left is None or self.right is None or math.isinf(self.right):
            return False
        if isinstance(self.left, Fraction):
            return bool(self.left == self.right)
        size = max(abs(self.left), abs(self.right))
        return bool(abs(self.left - self.right) <= size * 1e-15 + self.error)


class OutOfReach(Exception):  # noqa: N818 - no error: another way is taken
    """A recording cannot be computed in this arithmetic."""


def recomputed(
    steps: Sequence[Step],
    values: Sequence[Any],
    leaf: int,
    moved: Any,
    apply: Callable[[Step, Sequence[Any]], Any],
) -> list[Any]:
    """All numbers after one leaf moved; what does not depend on it is kept."""
    changed = {leaf}
    result = list(values)
    result[leaf] = moved
    with unchecked():
        for i, step in enumerate(steps):
            if step.op is not None and not changed.isdisjoint(step.operands):
                result[i] = apply(step, result)
                changed.add(i)
    return result


def size_of(op: Op | None, operands: tuple[float, ...], value: float) -> float:
    """What the rounding of one operation is relative to: its result, or the terms of a sum."""
    if op is None or not op.variadic:
        return abs(value)
    terms: list[Any] = list(operands)
    if op.name == "dot":
        half = len(terms) // 2
        products = [w * x for w, x in zip(terms[:half], terms[half : 2 * half], strict=True)]
        terms = [*products, *terms[2 * half :]]
    elif op.name == "prod":
        return abs(value) * len(terms)
    return abs(value) + math.fsum([abs(term) for term in terms if math.isfinite(term)])
