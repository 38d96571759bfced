"""One part after the other, and activations as parts of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from autograd import Op
from autograd.numbers import is_number
from autograd.primitive import Recorder

from .activations import Activate, ActivationLike, activation, name_of
from .module import Module


class Activation(Module):
    """An activation as a part of a model, applied to one number or to each of a list.

    >>> from autograd import Value
    >>> [y.data for y in Activation("relu")([Value(-1.0), Value(2.0)])]
    [0.0, 2.0]
    """

    whole: ClassVar[bool] = True

    activate: Activate

    def __init__(self, activation_: ActivationLike) -> None:
        self.activate = activation(activation_)

    def forward(self, x: Any) -> Any:
        """The activation of x, or of each number in the list x."""
        if isinstance(x, Recorder) or is_number(x):
            return self.activate(x)
        return [self.activate(number) for number in x]

    @property
    def activation(self) -> str:
        """The activation's name."""
        return name_of(self.activate)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.activation})"


class Sequential(Module):
    """Parts one after the other: each gets what the one before it returned.

    A part is a Module, the name of an activation, an operation of autograd (applied to each
    number, as an activation is), or any other function, which gets all at once.

    >>> import random
    >>> from autograd import softmax
    >>> from nn import Layer
    >>> rng = random.Random(0)
    >>> model = Sequential(Layer(4, 8, rng=rng), Layer(8, 3, nonlin=False, rng=rng), softmax)
    >>> probabilities = model([0.1, 0.2, 0.3, 0.4])
    >>> round(sum(p.data for p in probabilities), 9)
    1.0
    """

    layers: list[Callable[..., Any]]

    def __init__(self, *layers: Module | str | Callable[..., Any]) -> None:
        if not layers:
            raise ValueError(
                "Sequential has no parts; write Sequential(Layer(2, 16), Layer(16, 1))"
            )
        self.layers = [_part(layer, i) for i, layer in enumerate(layers)]

    def forward(self, x: Any) -> Any:
        """What the last part makes of it."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __repr__(self) -> str:
        parts = [repr(part) if isinstance(part, Module) else name_of(part) for part in self.layers]
        return f"{type(self).__name__}({', '.join(parts)})"


def _part(part: Any, position: int) -> Callable[..., Any]:
    if isinstance(part, Module):
        return part
    if isinstance(part, (str, Op)):
        return Activation(part)
    if callable(part):
        found: Callable[..., Any] = part
        return found
    instead = "; write Sequential(*layers)" if isinstance(part, (list, tuple)) else ""
    raise TypeError(
        f"Sequential takes Modules, names of activations and functions, got a "
        f"{type(part).__name__} as part {position}{instead}"
    )
