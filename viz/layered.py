"""A model read as columns of units, by running it on one example: what `draw_network` draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd import Value

from .labels import shorten
from .units import inputs, outputs_of

NAME = 12  # columns: a circle as wide as a longer name would be huge


@dataclass(frozen=True, slots=True)
class Unit:
    """One circle: what it computed, and the weights and the bias that it computed it with."""

    name: str
    output: Value
    weights: tuple[Value, ...] = ()
    bias: Value | None = None


def columns_of(model: Any, x: Sequence[float | Value], who: str) -> tuple[list[list[Unit]], Any]:
    """The units of the inputs and of each layer, and what the model returned for ``x``."""
    parts = _parts(model, who)
    names = [f"layer {number}" for number in range(len(parts))]
    xs = inputs(x, len(parts[0].neurons[0].w), who)
    columns = [[Unit(shorten(leaf.label, NAME), leaf) for leaf in xs]]
    result: Any = xs
    for name, part in zip(names, parts, strict=True):
        result = part([unit.output for unit in columns[-1]])
        outputs = outputs_of(result, who)
        if hasattr(part, "neurons"):
            columns.append([_unit(*pair) for pair in zip(part.neurons, outputs, strict=True)])
        elif len(outputs) == len(columns[-1]):
            columns[-1] = [
                replace(unit, name=_joined(unit.name, part), output=output)
                for unit, output in zip(columns[-1], outputs, strict=True)
            ]
        else:
            raise ValueError(
                f"{who}: {name}, {_name(part)}, makes {len(outputs)} numbers of "
                f"{len(columns[-1])} and has no neurons to draw; write draw(model(x))"
            )
    _check_same(result, model(xs), model, who)
    return columns, result


def _parts(model: Any, who: str) -> list[Any]:
    parts = list(getattr(model, "layers", [model]))
    if not parts or not getattr(parts[0], "neurons", None):
        raise TypeError(
            f"{who} draws models made of layers of neurons, such as nn.MLP, got a "
            f"{type(model).__name__}; write draw(model(x)) for any other"
        )
    return parts


def _unit(neuron: Any, output: Value) -> Unit:
    name = shorten(str(getattr(neuron, "activation", "")), NAME)
    return Unit(name, output, tuple(neuron.w), getattr(neuron, "b", None))


def _joined(name: str, part: Any) -> str:
    """The name of an activation that follows a layer: it replaces ``linear``."""
    return _name(part) if name in {"", "linear"} else f"{name} {_name(part)}"


def _name(part: Any) -> str:
    name = getattr(part, "activation", getattr(part, "__name__", type(part).__name__))
    return shorten(str(name), NAME)


def _check_same(result: Any, expected: Any, model: Any, who: str) -> None:
    """A model may do more than run its layers: then this picture of it would be false."""
    ours = [output.data for output in outputs_of(result, who)]
    theirs = [output.data for output in outputs_of(expected, who)]
    if repr(ours) != repr(theirs):
        raise ValueError(
            f"{who}: {type(model).__name__} does not only run its layers one after the other, "
            "so they cannot be drawn as a chain; write draw(model(x))"
        )
