"""Adam, whose steps are of about lr whatever the gradient's scale; and AdamW."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, sqrt
from typing import ClassVar

from ..settings import Check, not_negative, positive, two_fractions
from .optimiser import Given, Optimiser


class Adam(Optimiser):
    """Adam: steps of about lr, whatever the gradient's scale.

    m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g²; m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) make up
    for their start at 0; p ← p − lr · m̂ / (√v̂ + eps). Each parameter has a t of its own, which
    rests while it is frozen. ``weight_decay`` adds weight_decay · p to each gradient; `AdamW` has
    another, which usually serves better.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimiser = Adam([w], lr=0.1)
    >>> (w * w).backward(); optimiser.step()
    >>> round(w.data, 6)
    0.9

    Source: Kingma & Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
    """

    settings: ClassVar[Mapping[str, Check]] = {
        **Optimiser.settings,
        "betas": two_fractions,
        "eps": positive,
        "weight_decay": not_negative,
    }
    memory: ClassVar[tuple[str, ...]] = ("m", "v", "t")
    never_negative: ClassVar[tuple[str, ...]] = ("v", "t")

    betas: tuple[float, float]
    eps: float
    weight_decay: float
    m: list[float]
    v: list[float]
    t: list[float]  # whole numbers, kept as floats so that all memory is of one kind

    def __init__(
        self,
        parameters: Given,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay

    def changes(self, indices: Sequence[int], gradients: Sequence[float]) -> list[float]:
        """lr · m̂ / (√v̂ + eps) of each."""
        return self._adams(indices, self._decayed(self.weight_decay, indices, gradients))

    def _adams(self, indices: Sequence[int], gradients: Sequence[float]) -> list[float]:
        lr, eps, (beta1, beta2) = self.lr, self.eps, self.betas
        ms, vs, ts = self.m, self.v, self.t
        now = share1 = share2 = 0.0
        found = []
        for i, g in zip(indices, gradients, strict=True):
            t = ts[i] = ts[i] + 1.0
            if t != now:  # it is the same for most of them, and powers take time
                now, share1, share2 = t, 1.0 - beta1**t, 1.0 - beta2**t
            m = ms[i] = beta1 * ms[i] + (1.0 - beta1) * g
            v = vs[i] = beta2 * vs[i] + (1.0 - beta2) * g * g
            root = sqrt(v / share2)
            # v is infinite after a gradient beyond 1e154, whose square fits no double.
            found.append(lr * (m / share1) / (root + eps) if root < inf else 0.0)
        return found


class AdamW(Adam):
    """Adam with weight decay beside it: p ← p − lr · weight_decay · p, then Adam's step.

    In Adam's own gradient a decay would be divided by √v̂ like everything else, and parameters
    with large gradients would hardly decay.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimiser = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> optimiser.step()  # the gradient is 0
    >>> w.data
    0.95

    Source: Loshchilov & Hutter, Decoupled weight decay regularization, 2019, algorithm 2; in
    PyTorch's form, where lr scales the decay too.
    """

    def __init__(
        self,
        parameters: Given,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def changes(self, indices: Sequence[int], gradients: Sequence[float]) -> list[float]:
        """lr · weight_decay · p and Adam's change, of each."""
        decay = self.lr * self.weight_decay
        pairs = zip(indices, self._adams(indices, gradients), strict=True)
        return [decay * self.parameters[i].data + adams for i, adams in pairs]
