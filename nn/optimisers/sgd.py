"""Gradient descent, plain or with momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..settings import Check, fraction, not_negative, yes_or_no
from .optimiser import Given, Optimiser


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

    momentum: float
    nesterov: bool
    weight_decay: float
    velocities: list[float]

    def __init__(
        self,
        parameters: Given,
        lr: float,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        if any(group["nesterov"] and not group["momentum"] for group in self.groups):
            raise ValueError(
                "SGD: nesterov=True looks ahead along the momentum, and momentum is 0; write "
                "SGD(..., momentum=0.9, nesterov=True)"
            )

    def changes(self, indices: Sequence[int], gradients: Sequence[float]) -> list[float]:
        """lr · v of each, or with Nesterov's lr · (g + momentum · v)."""
        lr, momentum = self.lr, self.momentum
        nesterov, velocities = self.nesterov, self.velocities
        gradients = self._decayed(self.weight_decay, indices, gradients)
        if momentum == 0.0:
            return [lr * g for g in gradients]
        found = []
        for i, g in zip(indices, gradients, strict=True):
            v = velocities[i] = momentum * velocities[i] + g
            found.append(lr * (g + momentum * v if nesterov else v))
        return found
