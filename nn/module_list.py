"""Modules in a list that is a Module itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from typing import Any, ClassVar, NoReturn, overload

from .module import Module


class ModuleList(Module, MutableSequence[Module]):
    """A list of Modules, as PyTorch has it; a plain list as an attribute does as well.

    It has all that lists have (``append``, ``insert``, slices, …) and what Modules have; names of
    parameters are the same as in a plain list.

    >>> from nn import Layer
    >>> layers = ModuleList([Layer(2, 3), Layer(3, 3)])
    >>> layers.append(Layer(3, 1))
    >>> len(layers), layers[-1], len(layers.parameters())
    (3, Layer(3 -> 1, relu), 25)
    >>> [name for name, _ in layers.named_parameters()][-1]
    '2.neurons.0.b'

    A list computes nothing: go through it, as in ``for layer in self.layers: x = layer(x)``, or
    write `Sequential`.
    """

    _listed: ClassVar[bool] = True

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        self._keep(modules)

    def _keep(self, modules: Any) -> None:
        """Each under its number, as PyTorch does it, so that whoever looks for parts finds them."""
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
            "a ModuleList is not called; write 'for layer in layers: x = layer(x)', or make it "
            "nn.Sequential(*layers)"
        )

    def __iter__(self) -> Iterator[Module]:
        return iter([part for name, part in vars(self).items() if name.isdigit()])

    def __len__(self) -> int:
        return len(list(iter(self)))

    @overload
    def __getitem__(self, at: int) -> Module: ...
    @overload
    def __getitem__(self, at: slice) -> ModuleList: ...
    def __getitem__(self, at: int | slice) -> Module | ModuleList:
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
        """Put one before the place ``index``."""
        self[index:index] = [value]

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self))}])"
