"""Optimisers: one step down the gradients that a backward pass has left in the parameters.

Notation: g is a parameter's gradient, lr the learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd import NonFiniteError, Value
from autograd.numbers import is_number, real

from .module import Module


class Optimiser:
    """What optimisers share: a list of parameters, a learning rate, and steps of all or none.

    A subclass writes `change`.
    """

    def __init__(self, parameters: Module | Iterable[Value], lr: float) -> None:
        self.parameters = _checked(parameters, type(self).__name__)
        self.lr = lr

    @property
    def lr(self) -> float:
        """The learning rate; a schedule may set it before each step."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = _positive(lr, f"{type(self).__name__}: lr")

    def zero_grad(self) -> None:
        """Set every gradient to 0.0; backward passes add to what is there."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Change every parameter that is not frozen, by its gradient.

        Raises
        ------
        autograd.NonFiniteError
            if a gradient is nan or inf; then no parameter is changed.
        """
        trained = [
            (i, parameter)
            for i, parameter in enumerate(self.parameters)
            if parameter.kind != "frozen"
        ]
        for i, parameter in trained:
            if not math.isfinite(parameter.grad):
                name = f" {parameter.label!r}" if parameter.label else ""
                scope = f" in {parameter.scope}" if parameter.scope else ""
                raise NonFiniteError(
                    f"{type(self).__name__}.step: the gradient of parameter {i}{name}{scope} is "
                    f"{parameter.grad}; no parameter was changed. autograd.check_finite(loss) "
                    "names where that began"
                )
        for i, parameter in trained:
            parameter.data -= self.change(i, parameter.grad)

    def change(self, index: int, g: float) -> float:
        """What to take off parameter number ``index``, whose gradient is ``g``."""
        raise NotImplementedError(
            f"{type(self).__name__} has no change; write 'def change(self, index, g): ...', which "
            "returns what to take off the parameter"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={self.lr:g})"


class SGD(Optimiser):
    """Gradient descent, with momentum if asked: v ← momentum · v + g, then p ← p − lr · v.

    >>> w = Value(1.0)
    >>> optimiser = SGD([w], lr=0.1)
    >>> (w * w).backward(); optimiser.step()
    >>> w.data
    0.8

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning,
    2013; in PyTorch's form, where lr scales the velocity.
    """

    def __init__(
        self, parameters: Module | Iterable[Value], lr: float, momentum: float = 0.0
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = _fraction(momentum, "SGD: momentum")
        self._velocities = [0.0] * len(self.parameters)

    def change(self, index: int, g: float) -> float:
        """lr · v."""
        if self.momentum == 0.0:
            return self.lr * g
        v = self._velocities[index] = self.momentum * self._velocities[index] + g
        return self.lr * v


class Adam(Optimiser):
    """Adam: steps of about lr, whatever the gradient's scale.

    m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g²; m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) make up
    for their start at 0; p ← p − lr · m̂ / (√v̂ + eps). Each parameter has a t of its own, which
    rests while it is frozen.

    >>> w = Value(1.0)
    >>> optimiser = Adam([w], lr=0.1)
    >>> (w * w).backward(); optimiser.step()
    >>> round(w.data, 6)
    0.9

    Source: Kingma & Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
    """

    def __init__(
        self,
        parameters: Module | Iterable[Value],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        if not hasattr(betas, "__len__") or len(betas) != 2:
            raise TypeError(f"Adam: betas are two numbers, as (0.9, 0.999), got {betas!r:.60}")
        self.betas = (_fraction(betas[0], "Adam: betas[0]"), _fraction(betas[1], "Adam: betas[1]"))
        self.eps = _positive(eps, "Adam: eps")
        self._m = [0.0] * len(self.parameters)
        self._v = [0.0] * len(self.parameters)
        self._t = [0] * len(self.parameters)

    def change(self, index: int, g: float) -> float:
        """lr · m̂ / (√v̂ + eps)."""
        beta1, beta2 = self.betas
        t = self._t[index] = self._t[index] + 1
        m = self._m[index] = beta1 * self._m[index] + (1.0 - beta1) * g
        v = self._v[index] = beta2 * self._v[index] + (1.0 - beta2) * g * g
        return self.lr * (m / (1.0 - beta1**t)) / (math.sqrt(v / (1.0 - beta2**t)) + self.eps)


def _checked(parameters: Any, optimiser: str) -> list[Value]:
    """The parameters, each once, if they are leaves that can be trained."""
    if isinstance(parameters, Module):
        name = repr(parameters)
        found: list[Any] = list(parameters.parameters())
    else:
        name = "this list"
        if isinstance(parameters, (Value, str, dict)) or not hasattr(parameters, "__iter__"):
            raise TypeError(
                f"{optimiser} takes a Module or a list of parameters, got a "
                f"{type(parameters).__name__}; write {optimiser}(model, ...) or "
                f"{optimiser}(model.parameters(), ...)"
            )
        found = list(parameters)
    if not found:
        raise ValueError(f"{optimiser} got no parameters: {name} has none to train")
    for i, parameter in enumerate(found):
        if not isinstance(parameter, Value):
            raise TypeError(
                f"{optimiser} takes parameters, got a {type(parameter).__name__} at position {i}"
            )
        if parameter.op is not None:
            raise ValueError(
                f"{optimiser} takes parameters, got the result of {parameter.op.name} at position "
                f"{i}; give the leaves that it was computed from"
            )
        if parameter.kind == "constant":
            raise ValueError(
                f"{optimiser} takes parameters, got the constant {parameter.data:g} at position {i}"
            )
    return list({id(parameter): parameter for parameter in found}.values())


def _positive(x: Any, what: str) -> float:
    number = _real(x, what)
    if not (math.isfinite(number) and number > 0.0):
        raise ValueError(f"{what} is a number above 0, got {number:g}")
    return number


def _fraction(x: Any, what: str) -> float:
    number = _real(x, what)
    if not 0.0 <= number < 1.0:
        raise ValueError(f"{what} is at least 0 and below 1, got {number:g}")
    return number


def _real(x: Any, what: str) -> float:
    if not is_number(x):
        raise TypeError(f"{what} is a number, got {x!r:.60}")
    return real(x, what)
