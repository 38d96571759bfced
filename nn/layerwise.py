"""A model layer by layer: what tables, plots and statistics have a row for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

ITSELF = "(itself)"


@dataclass(frozen=True, slots=True)
class LayerOf:
    """One layer: its name in the model, the Module, and the parameters first found in it."""

    name: str
    module: Module
    parameters: tuple[Parameter, ...]


def layerwise(model: Module) -> list[LayerOf]:
    """The layers of a model, in the order of definition; every parameter is in exactly one.

    A Module that a summary shows whole (a Layer, an Activation) is a layer; so is one that has
    ``neurons``, as micrograd's does, and one that keeps parameters of its own. A parameter that
    several share belongs to the first.

    >>> from nn import MLP
    >>> [(layer.name, len(layer.parameters)) for layer in layerwise(MLP(2, [16, 1]))]
    [('layers.0', 48), ('layers.1', 17)]
    """
    modules = dict(model.named_modules())  # owners before the owned
    layer_of: dict[str, str] = {}
    for name in modules:
        owner = layer_of[_around(name, modules)] if name else ""
        layer_of[name] = owner if _is_layer(modules[owner]) else name
    found: dict[str, list[Parameter]] = {layer: [] for layer in layer_of.values()}
    for name, parameter in model.named_parameters():
        found[layer_of[_around(name, modules)]].append(parameter)
    return [
        LayerOf(name or ITSELF, modules[name], tuple(parameters))
        for name, parameters in found.items()
        if _is_layer(modules[name]) or parameters
    ]


def _is_layer(module: Module) -> bool:
    return module.whole or bool(getattr(module, "neurons", None))


def _around(name: str, modules: Mapping[str, Module]) -> str:
    """The name of the Module that the part of a name lies in."""
    while name := name.rpartition(".")[0]:
        if name in modules:
            return name
    return ""
