"""Adam, whose steps are of about lr whatever the gradient's scale; and AdamW."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..checks import Check, not_negative, positive, two_fractions
from .optimiser import Changes, Optimiser, Rows, is_on, root
from .states import Given


def adam(rows: Rows, *, lr: Any, betas: Any, eps: Any, weight_decay: Any) -> Changes:
    """The rule of `Adam`: for each (p, g, m, v, t), what to take off and the new m, v and t."""
    (beta1, beta2), decays = betas, is_on(weight_decay)
    rest1, rest2 = 1 - beta1, 1 - beta2
    before: Any = None
    for p, g, m, v, t in rows:
        if t is not before:  # it is the same for most of them, and powers take time
            before, now = t, t + 1
            share1, share2 = 1 - beta1**now, 1 - beta2**now
        slope = g + weight_decay * p if decays else g
        mean = beta1 * m + rest1 * slope
        square = beta2 * v + rest2 * slope * slope
        # A slope beyond 1e154 has a square that fits no double: then the change is x / ∞, 0.
        yield lr * (mean / share1) / (root(square / share2) + eps), mean, square, now


def adamw(rows: Rows, *, lr: Any, betas: Any, eps: Any, weight_decay: Any) -> Changes:
    """The rule of `AdamW`: Adam's change, and lr · weight_decay · p."""
    decay, given = lr * weight_decay, list(rows)
    adams = adam(given, lr=lr, betas=betas, eps=eps, weight_decay=0)
    for row, (change, m, v, t) in zip(given, adams, strict=True):
        yield decay * row[0] + change, m, v, t


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
    # t is a whole number, kept as a float so that all memory is of one kind.
    memory: ClassVar[tuple[str, ...]] = ("m", "v", "t")
    never_negative: ClassVar[tuple[str, ...]] = ("v", "t")
    rule = staticmethod(adam)

    def __init__(
        self,
        parameters: Given,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay)


class AdamW(Adam):
    """Adam with a weight decay of its own: p ← p − lr · weight_decay · p, then Adam's step.

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

    rule = staticmethod(adamw)

    def __init__(
        self,
        parameters: Given,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)
