"""One part after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Op

from .activations import OF_LISTS, Activation, activations, name_of
from .module import Module
from .names import look_up

__all__ = ["Activation", "Sequential"]  # models that were pickled find Activation here


class Sequential(Module):
    """Parts one after the other: each gets what the one before it returned.

    A part is a Module, the name of an activation ("softmax" and "log_softmax" too), an operation
    of autograd (applied to each number, as an activation is), or any other function, which gets
    all at once.

    >>> import random
    >>> from nn import Layer
    >>> rng = random.Random(0)
    >>> model = Sequential(Layer(4, 8, rng=rng), Layer(8, 3, nonlin=False, rng=rng), "softmax")
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

    def __getitem__(self, at: Any) -> Any:
        """A part; of a slice a Sequential with the same parts."""
        found = self.layers[at]
        return Sequential(*found) if isinstance(at, slice) else found

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        parts = [repr(part) if isinstance(part, Module) else name_of(part) for part in self.layers]
        return f"{type(self).__name__}({', '.join(parts)})"


def _part(part: Any, position: int) -> Callable[..., Any]:
    if isinstance(part, Module):
        return part
    if isinstance(part, str):  # looked up here, so that the error offers softmax as well
        known: dict[str, Any] = {**activations(), **OF_LISTS}
        named = look_up(part, known, "activation")
        return OF_LISTS[part]() if part in OF_LISTS else Activation(named)
    if isinstance(part, Op):
        return Activation(part)
    if isinstance(part, type) and issubclass(part, Module):
        raise TypeError(
            f"Sequential takes Modules, got the class {part.__name__} as part {position}; write "
            f"{part.__name__}(...)"
        )
    if callable(part):
        found: Callable[..., Any] = part
        return found
    instead = "; write Sequential(*layers)" if isinstance(part, (list, tuple)) else ""
    raise TypeError(
        f"Sequential takes Modules, names of activations and functions, got a "
        f"{type(part).__name__} as part {position}{instead}"
    )
