"""`Sequential`: Modules one after the other; `ModuleList`: a list that is a Module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableSequence
from typing import Any, ClassVar, NoReturn

from autograd import Op

from .activations import OF_LISTS, Activation, activations, name_of
from .module import Module
from .names import look_up


class Sequential(Module):
    """Parts one after the other: each gets what the one before it returned.

    A part is a Module, the name of an activation (also "softmax" or "log_softmax"), an operation
    of autograd (applied to each number, like an activation), or any other function, which gets
    the whole list.

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
        """The output of the last part."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __getitem__(self, at: Any) -> Any:
        """A part; for a slice, a Sequential with these parts."""
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
    if isinstance(part, str):  # looked up here, so that the error can also suggest softmax
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


class ModuleList(Module, MutableSequence[Module]):
    """A list of Modules, as in PyTorch; a plain list as an attribute works just as well.

    It has everything that lists have (``append``, ``insert``, slices, …) and that Modules have;
    names of parameters are the same as for a plain list.

    >>> from nn import Layer
    >>> layers = ModuleList([Layer(2, 3), Layer(3, 3)])
    >>> layers.append(Layer(3, 1))
    >>> len(layers), layers[-1], len(layers.parameters())
    (3, Layer(3 -> 1, relu), 25)
    >>> [name for name, _ in layers.named_parameters()][-1]
    '2.neurons.0.b'

    A list computes nothing: loop over it, as in ``for layer in self.layers: x = layer(x)``, or use
    `Sequential`.
    """

    _listed: ClassVar[bool] = True

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        self._keep(modules)

    def _keep(self, modules: Any) -> None:
        """Keep each under its number, as PyTorch does, so that a search for parts finds them."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"ModuleList takes a list of Modules, got {modules!r:.60}; write [...]")
        parts = list(modules)
        for i, part in enumerate(parts):
            if not isinstance(part, Module):
                raise TypeError(
                    f"ModuleList takes Modules, got {part!r:.60} as part {i}; write "
                    "nn.Activation(...) around a function or its name"
                )
        for name in [name for name in vars(self) if name.isdigit()]:
            delattr(self, name)
        for i, part in enumerate(parts):
            setattr(self, str(i), part)

    def forward(self, *_: Any, **__: Any) -> NoReturn:
        """A list computes nothing."""
        raise TypeError(
            "a ModuleList cannot be called; write 'for layer in layers: x = layer(x)', or make it "
            "nn.Sequential(*layers)"
        )

    def __iter__(self) -> Iterator[Module]:
        return iter([part for name, part in vars(self).items() if name.isdigit()])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, at: Any) -> Any:
        found = list(self)[at]
        return ModuleList(found) if isinstance(found, list) else found

    def __setitem__(self, at: Any, part: Any) -> None:
        parts = list(self)
        parts[at] = part
        self._keep(parts)

    def __delitem__(self, at: int | slice) -> None:
        parts = list(self)
        del parts[at]
        self._keep(parts)

    def insert(self, index: int, value: Module) -> None:
        """Insert a Module before the position ``index``."""
        self[index:index] = [value]

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self))}])"
