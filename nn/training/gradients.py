"""What is done to gradients between the backward pass and the step: penalties, then clipping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from autograd import Value
from autograd.numbers import is_number, real


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Penalties on large weights, and bounds on large gradients.

    The penalty is l1 · Σ|w| + ½ · l2 · Σw² over all parameters that are trained, so l2 is what
    PyTorch calls weight_decay and scikit-learn alpha. It is added to the gradients, slope 0 for
    the |w| of a weight that is 0; the loss that is reported is the loss alone.
    """

    clip_norm: float | None = None
    clip_value: float | None = None
    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            x = getattr(self, field.name)
            if x is None and field.name.startswith("clip"):
                continue
            if not is_number(x):
                raise TypeError(f"fit: {field.name} is a number, got {x!r:.60}")
            number = real(x)
            least = "at least 0" if field.name.startswith("l") else "above 0"
            if not math.isfinite(number) or number < 0.0 or (number == 0.0 and "above" in least):
                raise ValueError(f"fit: {field.name} is {least}, got {number:g}")
            object.__setattr__(self, field.name, number)

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.l1 or self.l2) or (self.clip_norm, self.clip_value) != (None, None)

    def apply(self, parameters: Sequence[Value]) -> None:
        """Change the gradients of these parameters, all of them finite."""
        if self.l1 or self.l2:
            for parameter in parameters:
                w = parameter.data
                slope = self.l1 * ((w > 0.0) - (w < 0.0)) + self.l2 * w
                parameter.grad = parameter.grad + slope
        if self.clip_value is not None:
            bound = self.clip_value
            for parameter in parameters:
                parameter.grad = min(max(parameter.grad, -bound), bound)
        if self.clip_norm is not None and (size := norm(parameters)) > self.clip_norm:
            for parameter in parameters:
                # Divided first: the norm of finite gradients may be inf, their share of it is 0.
                parameter.grad = parameter.grad / size * self.clip_norm


def norm(parameters: Iterable[Value]) -> float:
    """The length of the gradient: the root of the sum of the squares.

    >>> x, y = Value(0.0), Value(0.0)
    >>> (3.0 * x + 4.0 * y).backward()
    >>> norm([x, y])
    5.0
    """
    return math.hypot(*[parameter.grad for parameter in parameters])


def first_non_finite(parameters: Iterable[Any]) -> Any:
    """The first parameter whose gradient is nan or inf; None if there is none."""
    return next((p for p in parameters if not math.isfinite(p.grad)), None)
