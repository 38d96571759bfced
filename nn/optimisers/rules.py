"""The optimisers, each with its rule.

A rule is written in scalar arithmetic, + − * / and the functions of autograd, so it works with any
numbers: floats at every step; Values, to differentiate an update with respect to its learning rate;
Fractions; a compiler's symbols. It loops over rows of parameters, because one loop takes half the
time of many calls. It returns what to subtract rather than the new parameter, because the
difference of two parameters would have lost digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from autograd import maximum, sqrt
from autograd.numbers import is_number

from ..checks import Check, fraction, not_negative, positive, two_fractions, yes_or_no
from .optimiser import Changes, Given, Optimiser, Rows, Rule


def sgd(rows: Rows, *, lr: Any, momentum: Any, nesterov: bool, weight_decay: Any) -> Changes:
    """The rule of `SGD`: for each (p, g, v), what to subtract and the new v."""
    decays, rolls = is_on(weight_decay), is_on(momentum)
    for p, g, v in rows:
        slope = g + weight_decay * p if decays else g
        if rolls:
            v = momentum * v + slope  # noqa: PLW2901 - v <- ..., as on paper
            slope = slope + momentum * v if nesterov else v
        yield lr * slope, v


class SGD(Optimiser):
    """Gradient descent, with momentum if asked: v ← momentum · v + g, then p ← p − lr · v.

    With ``nesterov`` the step looks ahead: p ← p − lr · (g + momentum · v). ``weight_decay`` adds
    weight_decay · p to each gradient, which pulls every parameter towards 0.

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
                "SGD: nesterov=True looks ahead along the momentum, but momentum is 0; write "
                "SGD(..., momentum=0.9, nesterov=True)"
            )


def adam(rows: Rows, *, lr: Any, betas: Any, eps: Any, weight_decay: Any) -> Changes:
    """The rule of `Adam`: for each (p, g, m, v, t), what to subtract and the new m, v and t."""
    (beta1, beta2), decays = betas, is_on(weight_decay)
    rest1, rest2 = 1 - beta1, 1 - beta2
    before: Any = None
    for p, g, m, v, t in rows:
        if t is not before:  # t is the same for most parameters, and powers take time
            before, now = t, t + 1
            share1, share2 = 1 - beta1**now, 1 - beta2**now
        slope = g + weight_decay * p if decays else g
        mean = beta1 * m + rest1 * slope
        square = beta2 * v + rest2 * slope * slope
        # The square of a slope above 1e154 is too large for a double: then the change is x / ∞ = 0.
        yield lr * (mean / share1) / (root(square / share2) + eps), mean, square, now


def adamw(rows: Rows, *, lr: Any, betas: Any, eps: Any, weight_decay: Any) -> Changes:
    """The rule of `AdamW`: Adam's change plus lr · weight_decay · p."""
    decay, given = lr * weight_decay, list(rows)
    adams = adam(given, lr=lr, betas=betas, eps=eps, weight_decay=0)
    for row, (change, m, v, t) in zip(given, adams, strict=True):
        yield decay * row[0] + change, m, v, t


class Adam(Optimiser):
    """Adam: steps of about lr, whatever the gradient's scale.

    m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g²; m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) correct
    for their start at 0; p ← p − lr · m̂ / (√v̂ + eps). Each parameter has its own t, which stands
    still while the parameter is frozen. ``weight_decay`` adds weight_decay · p to each gradient;
    the decay of `AdamW` is different and usually works better.

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
    # t is a whole number, kept as a float so that all memory has one type.
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
    """Adam with separate weight decay: p ← p − lr · weight_decay · p, then Adam's step.

    If the decay were part of the gradient, as in Adam, it would be divided by √v̂, and parameters
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


def rmsprop(
    rows: Rows, *, lr: Any, alpha: Any, eps: Any, momentum: Any, centered: bool, weight_decay: Any
) -> Changes:
    """The rule of `RMSprop`: for each (p, g, v, m, b), what to subtract and the new v, m and b."""
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
    """v − m², which mathematically is never below 0; infinite if v is."""
    if square.__class__ is m.__class__ is float:  # the same, without the checks of table rows
        return max(square - m * m, 0.0) if square < math.inf else square
    return maximum(square - m * m, 0)


class RMSprop(Optimiser):
    """RMSprop: v ← α · v + (1 − α) · g², then p ← p − lr · g / (√v + eps).

    ``centered`` also keeps the mean m ← α · m + (1 − α) · g, and divides by √(v − m²): how much the
    gradient varies, rather than how large it is. With ``momentum`` the quotients accumulate, as
    gradients do in SGD: b ← momentum · b + g / (√v + eps), then p ← p − lr · b. ``weight_decay``
    adds weight_decay · p to each gradient.

    The square of a gradient above 1e154 is too large for a double: v is then infinite, as in
    PyTorch, and the parameter no longer moves.

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


def updated(rule: Rule, p: Any, g: Any, *memory: Any, **settings: Any) -> tuple[Any, ...]:
    """The result of a rule for one parameter: (new parameter, new memory, ...).

    >>> from fractions import Fraction
    >>> plain = {"nesterov": False, "weight_decay": 0.0}
    >>> updated(sgd, 1.0, 2.0, 4.0, lr=0.25, momentum=0.5, **plain)
    (0.0, 4.0)
    >>> third = Fraction(1, 3)
    >>> updated(sgd, third, third, third, lr=third, momentum=0, **plain)
    (Fraction(2, 9), Fraction(1, 3))
    >>> from autograd import Value
    >>> lr = Value(0.25)
    >>> updated(sgd, 1.0, 2.0, 0.0, lr=lr, momentum=0.0, **plain)[0].backward(); lr.grad
    -2.0
    """
    ((off, *now),) = rule([(p, g, *memory)], **settings)
    return p - off, *now


def root(x: Any) -> Any:
    """The table's sqrt; for a float without the checks, which take longer than the root."""
    return math.sqrt(x) if x.__class__ is float else sqrt(x)


def is_on(setting: Any) -> bool:
    """Whether a setting is not the number 0; in a rule, what is off costs nothing."""
    return not is_number(setting) or setting != 0
