"""Changes to gradients between the backward pass and the step: penalties, then clipping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from autograd import NonFiniteError, Value

from ..checks import above_zero, not_negative, positive
from ..module import Module
from ..names import helped
from ..optimisers.groups import named


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Penalties on large weights, and bounds on large gradients.

    The penalty is l1 · Σ|w| + ½ · l2 · Σw² over all trained parameters, so l2 is what PyTorch calls
    weight_decay and scikit-learn alpha. Only its slope is added, to the gradients (0 for |w| at a
    weight of 0); the reported loss does not include the penalty.
    """

    clip_norm: float | None = None
    clip_value: float | None = None
    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            x, is_bound = getattr(self, field.name), field.default is None
            if not is_bound or x is not None:
                check = positive if is_bound else not_negative
                object.__setattr__(self, field.name, check(x, f"fit: {field.name}"))

    def apply(self, parameters: Iterable[Value]) -> None:
        """Change the gradients of these parameters, except frozen ones.

        Raises
        ------
        autograd.NonFiniteError
            if one of them is nan or inf, which clipping would hide.
        """
        trained = _finite(parameters, "fit")
        if self.l1 or self.l2:
            for parameter in trained:
                w = parameter.data
                slope = self.l1 * ((w > 0.0) - (w < 0.0)) + self.l2 * w
                parameter.grad = parameter.grad + slope
        if self.clip_value is not None:
            _clip_value(trained, self.clip_value)
        if self.clip_norm is not None:
            _clip_norm(trained, self.clip_norm)


@helped()
def clip_grad_norm(parameters: Module | Iterable[Value], max_norm: float) -> float:
    """Shorten a gradient that is longer than ``max_norm`` to this length; return its old length.

    For your own training loops, between ``backward()`` and ``step()``; `fit` has ``clip_norm``. The
    direction stays the same. With ``math.inf`` it only measures.

    >>> x, y = Value(0.0), Value(0.0)
    >>> (3.0 * x + 4.0 * y).backward()
    >>> clip_grad_norm([x, y], 1.0)
    5.0
    >>> x.grad, y.grad
    (0.6, 0.8)

    Parameters
    ----------
    parameters:
        A model, or a list of parameters; frozen ones have no gradient.
    max_norm:
        A number above 0.

    Raises
    ------
    autograd.NonFiniteError
        if a gradient is nan or inf: it has no direction. Nothing is changed then.
    """
    bound = above_zero(max_norm, "clip_grad_norm: max_norm")
    return _clip_norm(_finite(parameters, "clip_grad_norm"), bound)


@helped()
def clip_grad_value(parameters: Module | Iterable[Value], max_value: float) -> None:
    """Limit every number of a gradient to the range from −max_value to max_value.

    Use it in the same place as `clip_grad_norm`, which has the same parameters and errors; `fit`
    has ``clip_value``.

    >>> x, y = Value(0.0), Value(0.0)
    >>> (3.0 * x - 0.5 * y).backward()
    >>> clip_grad_value([x, y], 1.0)
    >>> x.grad, y.grad
    (1.0, -0.5)
    """
    bound = above_zero(max_value, "clip_grad_value: max_value")
    _clip_value(_finite(parameters, "clip_grad_value"), bound)


def _clip_norm(parameters: Sequence[Value], bound: float) -> float:
    if (size := norm(parameters)) > bound:
        for parameter in parameters:
            # Divide first: the norm of finite gradients may be inf, then their share of it is 0.
            parameter.grad = parameter.grad / size * bound
    return size


def _clip_value(parameters: Sequence[Value], bound: float) -> None:
    for parameter in parameters:
        parameter.grad = min(max(parameter.grad, -bound), bound)


def _finite(given: Any, who: str) -> list[Value]:
    """The trained parameters, each once; raises if a gradient is not finite."""
    some = given.parameters() if isinstance(given, Module) else given
    if isinstance(some, (Value, str)) or not isinstance(some, Iterable):
        raise TypeError(
            f"{who} takes a model or a list of parameters, got a {type(given).__name__}; write "
            f"{who}(model, ...) or {who}(model.parameters(), ...)"
        )
    found = {id(x): x for x in some}
    for i, x in enumerate(found.values()):
        if not isinstance(x, Value):
            raise TypeError(f"{who} takes parameters, got a {type(x).__name__} at position {i}")
        if not math.isfinite(x.grad):
            raise NonFiniteError(
                f"{who}: the gradient of parameter {i}{named(x)} is {x.grad}; no gradient was "
                "changed. autograd.check_finite(loss) names where that began"
            )
    return [x for x in found.values() if x.kind != "frozen"]


def norm(parameters: Iterable[Value]) -> float:
    """The length of the gradient: the root of the sum of the squares.

    >>> x, y = Value(0.0), Value(0.0)
    >>> (3.0 * x + 4.0 * y).backward()
    >>> norm([x, y])
    5.0
    """
    return math.hypot(*[parameter.grad for parameter in parameters])
