"""RMSprop: each gradient divided by how large it has been lately."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from autograd import maximum

from ..checks import Check, fraction, not_negative, positive, yes_or_no
from .optimiser import Changes, Optimiser, Rows, is_on, root
from .states import Given


def rmsprop(
    rows: Rows, *, lr: Any, alpha: Any, eps: Any, momentum: Any, centered: bool, weight_decay: Any
) -> Changes:
    """The rule of `RMSprop`: for each (p, g, v, m, b), what to take off and the new v, m and b."""
    decays, rolls, rest = is_on(weight_decay), is_on(momentum), 1 - alpha
    for p, g, v, m, b in rows:
        slope = g + weight_decay * p if decays else g
        square = spread = alpha * v + rest * slope * slope
        if centered:
            m = alpha * m + rest * slope  # noqa: PLW2901 - m <- ..., as on paper
            spread = variance(square, m)
        quotient = slope / (root(spread) + eps)
        if rolls:
            b = quotient = momentum * b + quotient  # noqa: PLW2901
        yield lr * quotient, square, m, b


def variance(square: Any, m: Any) -> Any:
    """v − m², which on paper is never below 0; infinite if v is."""
    if square.__class__ is m.__class__ is float:  # the same, without the checks of table rows
        return max(square - m * m, 0.0) if square < math.inf else square
    return maximum(square - m * m, 0)


class RMSprop(Optimiser):
    """RMSprop: v ← α · v + (1 − α) · g², then p ← p − lr · g / (√v + eps).

    ``centered`` keeps the mean m ← α · m + (1 − α) · g too, and divides by √(v − m²): how much
    the gradient varies, rather than how large it is. With ``momentum`` the quotients are summed
    up as SGD sums up gradients: b ← momentum · b + g / (√v + eps), then p ← p − lr · b.
    ``weight_decay`` adds weight_decay · p to each gradient.

    The square of a gradient beyond 1e154 fits no double: v is then infinite, as PyTorch's, and the
    parameter does not move any more.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimiser = RMSprop([w], lr=0.1, alpha=0.75)
    >>> (w * w).backward(); optimiser.step()
    >>> round(w.data, 6)
    0.8

    Source: Tieleman & Hinton, lecture 6.5 of Neural networks for machine learning, 2012; centred
    as in Graves, Generating sequences with recurrent neural networks, 2013, equations 38 to 45;
    in PyTorch's form, where eps is added to the root.
    """

    settings: ClassVar[Mapping[str, Check]] = {
        **Optimiser.settings,
        "alpha": fraction,
        "eps": positive,
        "momentum": fraction,
        "centered": yes_or_no,
        "weight_decay": not_negative,
    }
    memory: ClassVar[tuple[str, ...]] = ("squares", "means", "velocities")
    never_negative: ClassVar[tuple[str, ...]] = ("squares",)
    rule = staticmethod(rmsprop)

    def __init__(
        self,
        parameters: Given,
        lr: float = 0.01,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, alpha=alpha, eps=eps, momentum=momentum)
        self.centered, self.weight_decay = centered, weight_decay
