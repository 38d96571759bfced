"""What a `report` knows of each layer, measured on one pass."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..see.recorded import Pass, Recorded
from . import health


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """What is known of one layer; nan where there is nothing to measure."""

    layer: str
    kind: str
    activation: str
    units: int
    dead: tuple[int, ...]
    """The units whose slope is exactly 0 for every example, by index."""
    saturated_units: tuple[int, ...]
    """The units whose slope is almost 0 for every example."""
    saturated: float
    """The share of all units and examples whose slope is almost 0."""
    mean_output: float
    """The mean |value| of what the layer hands on."""
    grad_outputs: float
    """The mean |gradient| of that."""
    grad_weights: float
    """The mean |gradient| of its parameters."""
    to_next: float
    """``grad_weights`` beside that of the next layer with parameters: below 1, it shrinks."""
    backward: str
    """The same in words: ``shrinks 12×``."""
    zero_grads: float
    """The share of its parameters whose gradient is exactly 0."""
    not_finite: int
    """How many of its values and gradients are nan or infinite."""


def measured(seen: Pass) -> tuple[LayerHealth, ...]:
    """The health of every layer of a pass."""
    return _compared([_measured(seen, layer) for layer in seen.layers])


def _measured(seen: Pass, layer: Recorded) -> LayerHealth:
    units = sorted(
        enumerate(health.units(seen.graph, layer.nodes, seen.example_of)), key=_number_of
    )
    slopes = [unit.slopes for _, unit in units]
    of_outputs = [node.grad for node in layer.outputs]
    of_weights = [node.grad for node in layer.parameters if node.grad is not None]
    numbers = [node.value for node in (*layer.nodes, *layer.parameters)]
    numbers += [node.grad for node in (*layer.nodes, *layer.parameters) if node.grad is not None]
    return LayerHealth(
        layer=layer.name,
        kind=layer.kind,
        activation=_activation(layer),
        units=len(units) or _width(len(layer.outputs), seen.examples),
        dead=tuple([_number_of(pair) for pair in units if pair[1].is_dead]),
        saturated_units=tuple([_number_of(pair) for pair in units if pair[1].is_saturated]),
        saturated=health.saturated_share(slopes) if units else math.nan,
        mean_output=_mean([node.value for node in layer.outputs]),
        grad_outputs=_mean(of_outputs),
        grad_weights=_mean(of_weights),
        to_next=math.nan,
        backward="frozen" if layer.parameters and not of_weights else "",
        zero_grads=_share_of_zeros(of_weights),
        not_finite=sum(not math.isfinite(number) for number in numbers),
    )


def _number_of(pair: tuple[int, health.Unit]) -> int:
    """A unit's index in its layer: the number of its neuron, or its place among the units."""
    place, unit = pair
    found = re.search(r"neurons\.(\d+)$", unit.name)
    return int(found[1]) if found else place


def _activation(layer: Recorded) -> str:
    rows = [node.op for node in layer.nodes if node.op is not None and node.op.is_activation]
    return ", ".join(dict.fromkeys(row.name for row in rows))


def _width(outputs: int, examples: int) -> int:
    return outputs // examples if outputs % examples == 0 else outputs


def _mean(numbers: Sequence[float | None]) -> float:
    return health.mean_size(numbers) if any(x is not None for x in numbers) else math.nan


def _share_of_zeros(grads: Sequence[float]) -> float:
    return sum(grad == 0.0 for grad in grads) / len(grads) if grads else math.nan


def _compared(layers: Sequence[LayerHealth]) -> tuple[LayerHealth, ...]:
    """The layers with how gradients change on their way back, from the last to the first."""
    found: list[LayerHealth] = []
    nearer = math.nan
    for layer in reversed(layers):
        size = layer.grad_weights
        if math.isnan(size):
            found.append(layer)
            continue
        words = "" if math.isnan(nearer) else health.change(size, nearer)
        ratio = size / nearer if nearer else math.nan
        found.append(replace(layer, to_next=ratio, backward=words))
        nearer = size
    return tuple(reversed(found))
