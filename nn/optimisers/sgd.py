"""Gradient descent, plain or with momentum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..checks import Check, fraction, not_negative, yes_or_no
from .optimiser import Changes, Optimiser, Rows, is_on
from .states import Given


def sgd(rows: Rows, *, lr: Any, momentum: Any, nesterov: bool, weight_decay: Any) -> Changes:
    """The rule of `SGD`: for each (p, g, v), what to take off and the new v."""
    decays, rolls = is_on(weight_decay), is_on(momentum)
    for p, g, v in rows:
        slope = g + weight_decay * p if decays else g
        if rolls:
            v = momentum * v + slope  # noqa: PLW2901 - v <- ..., as on paper
            slope = slope + momentum * v if nesterov else v
        yield lr * slope, v


class SGD(Optimiser):
    """Gradient descent, with momentum if asked: v ← momentum · v + g, then p ← p − lr · v.

    With ``nesterov`` the step looks one ahead: p ← p − lr · (g + momentum · v). ``weight_decay``
    adds weight_decay · p to each gradient, which pulls every parameter towards 0.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimiser = SGD([w], lr=0.1)
    >>> (w * w).backward(); optimiser.step()
    >>> w.data
    0.8

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning,
    2013; in PyTorch's form, where lr scales the velocity.
    """

    settings: ClassVar[Mapping[str, Check]] = {
        **Optimiser.settings,
        "momentum": fraction,
        "nesterov": yes_or_no,
        "weight_decay": not_negative,
    }
    memory: ClassVar[tuple[str, ...]] = ("velocities",)
    rule = staticmethod(sgd)

    def __init__(
        self,
        parameters: Given,
        lr: float,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            parameters, lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )
        if any(group["nesterov"] and not group["momentum"] for group in self.groups):
            raise ValueError(
                "SGD: nesterov=True looks ahead along the momentum, and momentum is 0; write "
                "SGD(..., momentum=0.9, nesterov=True)"
            )
