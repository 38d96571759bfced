"""RMSprop: each gradient divided by how large it has been lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, sqrt
from typing import ClassVar

from ..settings import Check, fraction, not_negative, positive, yes_or_no
from .optimiser import Given, Optimiser


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
    in PyTorch's form, where eps stands beside the root.
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

    alpha: float
    eps: float
    momentum: float
    centered: bool
    weight_decay: float
    squares: list[float]
    means: list[float]
    velocities: list[float]

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
        super().__init__(parameters, lr)
        self.alpha = alpha
        self.eps = eps
        self.momentum = momentum
        self.centered = centered
        self.weight_decay = weight_decay

    def changes(self, indices: Sequence[int], gradients: Sequence[float]) -> list[float]:
        """lr · g / (√v + eps) of each, or lr · b with momentum."""
        lr, alpha, eps, momentum = self.lr, self.alpha, self.eps, self.momentum
        squares, means, velocities = self.squares, self.means, self.velocities
        centered = self.centered
        gradients = self._decayed(self.weight_decay, indices, gradients)
        found = []
        for i, g in zip(indices, gradients, strict=True):
            v = squares[i] = alpha * squares[i] + (1.0 - alpha) * g * g
            if centered:
                m = means[i] = alpha * means[i] + (1.0 - alpha) * g
                if v < inf:  # else m² may be infinite too: ∞ − ∞
                    v = max(v - m * m, 0.0)  # rounding: on paper m² is never above v
            quotient = g / (sqrt(v) + eps)
            if momentum:
                quotient = velocities[i] = momentum * velocities[i] + quotient
            found.append(lr * quotient)
        return found
