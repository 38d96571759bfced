"""What a `report` measures of each layer on one pass, and what it advises in plain sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograd import Node
from autograd.diagnosis import first_non_finite
from nn.training.mismatch import CURE, bad_scale, numbers_at_weights

from ..labels import shorten
from ..see.recorded import Pass, Recorded
from . import health
from .ranges import percent

LISTED = 12  # units that are named one by one
OPERANDS = 3  # of an operation that are written out
MUCH = 0.5  # of a layer's slopes: below that, saturation is how such units say yes and no


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
    """The mean |value| of the layer's output."""
    grad_outputs: float
    """The mean |gradient| of that."""
    grad_weights: float
    """The mean |gradient| of its parameters."""
    to_next: float
    """``grad_weights`` compared with the next layer with parameters: below 1, it shrinks."""
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


# --- advice ---------------------------------------------------------------------------------------


def advice(seen: Pass, layers: Sequence[LayerHealth]) -> list[str]:
    """Sentences, the most serious first."""
    found = [_where_nan_begins(seen)] if any(layer.not_finite for layer in layers) else []
    found += [_dead(layer, seen) for layer in layers if layer.dead]
    found += [_advice_on_saturated(layer) for layer in layers if _is_saturated(layer)]
    return [*found, *_flow(layers)]


def _where_nan_begins(seen: Pass) -> str:
    found = first_non_finite(seen.graph)
    assert found is not None  # a layer has counted one
    node, what = found
    place = f" in {shorten(node.scope)}" if node.scope else ""
    number = node.value if what == "value" else node.grad
    return (
        f"The first {what} that is not finite arises{place}: {_called(node)} has {number!r}. Try a "
        "smaller learning rate, clip_norm=1.0, or inputs of mean 0 and deviation 1."
    )


def _called(node: Node) -> str:
    if node.op is None:
        return f"the {node.kind} {shorten(node.label)}".rstrip()
    numbers = [*map(repr, node.inputs[:OPERANDS]), *["…"][: len(node.inputs) > OPERANDS]]
    return f"{node.op.name}({', '.join(numbers)})"


def _dead(layer: LayerHealth, seen: Pass) -> str:
    count, examples = len(layer.dead), seen.examples
    several = count > 1
    which = f"{layer.layer}: {count:,} of {layer.units:,} units {'are' if several else 'is'}"
    if examples == 1:
        return (
            f"{which} off ({_listed(layer.dead)}) for the one example given. Whether "
            f"{'they are' if several else 'it is'} dead, only a batch can tell."
        )
    return (
        f"{which} dead ({_listed(layer.dead)}): {'their' if several else 'its'} slope is 0 for all "
        f"{examples:,} examples, so no gradient reaches {'their' if several else 'its'} weights. "
        f"{_cure(seen)}"
    )


def _cure(seen: Pass) -> str:
    """Of dead units: their inputs may be to blame."""
    if (scale := bad_scale(numbers_at_weights(seen.graph))) is None:
        return "Try a smaller learning rate, init='he', or activation='leaky_relu'."
    return f"An input {scale[1]}: that alone makes units die. {CURE}."


def _is_saturated(layer: LayerHealth) -> bool:
    return bool(layer.saturated_units) or layer.saturated > MUCH


def _advice_on_saturated(layer: LayerHealth) -> str:
    which = layer.saturated_units
    always = f", and for all examples: {_listed(which)}" if which else ""
    return (
        f"{layer.layer}: the {layer.activation} is saturated in {percent(layer.saturated)} of "
        f"cases{always}. Almost no gradient gets through. Try inputs of mean 0 and deviation 1, "
        "init='xavier', a smaller learning rate, or activation='relu'."
    )


def _flow(layers: Sequence[LayerHealth]) -> list[str]:
    """Whether gradients vanish or explode between the last layer with parameters and others."""
    trained = [layer for layer in layers if not math.isnan(layer.grad_weights)]
    if not trained:
        return []
    last = trained[-1].grad_weights
    if not any(layer.grad_weights for layer in trained):
        return ["All gradients are 0: nothing would be learned from this batch and this loss."]
    stopped = [layer.layer for layer in trained if not layer.grad_weights]
    small = [x for x in trained if 0.0 < x.grad_weights < health.LAYER_VANISHES * last]
    large = [x for x in trained if last and x.grad_weights > health.LAYER_EXPLODES * last]
    found = []
    if stopped:
        found.append(
            f"No gradient at all reaches {', '.join(stopped)}. Look for dead units after "
            f"{'it' if len(stopped) == 1 else 'them'}, or for a detach()."
        )
    if small:
        worst = min(small, key=lambda layer: layer.grad_weights)
        found.append(
            f"Gradients vanish: those of {worst.layer} are "
            f"{health.plain(worst.grad_weights / last)} of the last layer's. Try "
            "activation='relu' with init='he', nn.LayerNorm between layers, or fewer layers."
        )
    if large:
        worst = max(large, key=lambda layer: layer.grad_weights)
        found.append(
            f"Gradients explode: those of {worst.layer} are "
            f"{health.plain(worst.grad_weights / last)} times the last layer's. Try smaller "
            "initial weights (init='he' or 'xavier'), nn.LayerNorm, or clip_norm=1.0."
        )
    return found


def _listed(units: Sequence[int]) -> str:
    more = f" and {len(units) - LISTED:,} more" if len(units) > LISTED else ""
    return ", ".join(map(str, units[:LISTED])) + more
