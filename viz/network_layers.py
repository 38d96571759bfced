"""A large network: one box per layer, with its weights and their gradients as heatmaps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from autograd import Node, Value

from .network_units import nodes_of, shape
from .render.legend import legend as legend_of
from .render.matrices import described, heatmaps
from .say import health
from .say.labels import shorten
from .say.ranges import alarming, sizes, spread
from .scene.diagram import Arrow, Box, Diagram, Sample
from .see.layered import Unit


def diagram(
    columns: list[list[Unit]], goal: Value, name: str, *, direction: str, legend: bool
) -> Diagram:
    """The layers of a network, and one arrow from each to the next."""
    layers = _Layers(columns, goal)
    boxes, arrows = tuple(layers.boxes()), tuple(layers.arrows())
    count = len(columns[0][0].outputs)
    title = (
        shape(columns, [len(column) for column in columns])
        + (f", {count:,} examples" if count > 1 else ""),
        f"v values, w weights, b biases, g = ∂({name})/∂v, ∂w = ∂({name})/∂w",
        "a … b … c: the least, the mean, the greatest",
    )
    alarms = [sample for sample in legend_of(boxes, ()) if sample.is_alarming]
    samples = (Sample("variable", ("inputs",)), Sample("layer", ("layer",)), *alarms)
    return Diagram(
        boxes,
        arrows,
        title=title if legend else (),
        legend=samples if legend else (),
        direction=direction,
    )


class _Layers:
    """The columns, and the graph that has their gradients."""

    def __init__(self, columns: list[list[Unit]], goal: Value) -> None:
        self.columns = columns
        units = [unit for column in columns for unit in column]
        values = [
            *[output for unit in units for output in unit.outputs],
            *[weight for unit in units for weight in unit.weights],
            *[unit.bias for unit in units if unit.bias is not None],
        ]
        self.nodes = nodes_of(goal, list(dict.fromkeys(values)))
        last = [self.nodes[weight].grad for unit in columns[-1] for weight in unit.weights]
        self.last = health.mean_size(last)

    def boxes(self) -> Iterator[Box]:
        """The inputs, and one box per layer."""
        xs = [self.nodes[output] for unit in self.columns[0] for output in unit.outputs]
        names = [self.columns[0][0].name, self.columns[0][-1].name]
        yield Box(
            "layer0",
            "variable",
            (f"{len(self.columns[0]):,} inputs {' … '.join(names)}", *_numbers(xs)),
            is_alarming=alarming([number for x in xs for number in (x.value, x.grad)]),
        )
        for number in range(1, len(self.columns)):
            yield self._layer(number)

    def _layer(self, number: int) -> Box:
        column = self.columns[number]
        outputs = [[self.nodes[output] for output in unit.outputs] for unit in column]
        weights = [[self.nodes[weight] for weight in unit.weights] for unit in column]
        biases = [self.nodes[unit.bias] for unit in column if unit.bias is not None]
        every = [node for row in outputs for node in row]
        lines = [column[0].place, *self._size(number), *_numbers(every)]
        parameters = [node for row in weights for node in row]
        lines.append(f"w {spread([node.value for node in parameters])}")
        if biases:
            lines.append(f"b {spread([node.value for node in biases])}")
        asked = [n.grad for n in [*parameters, *biases] if n.grad is not None]
        if asked:
            lines.append(f"|∂w| {sizes(asked)}")
        lines += _marks(outputs, every, asked, self.last)
        any_asked = any(node.grad is not None for node in parameters)
        heats = heatmaps(
            [[node.value for node in row] for row in weights],
            [[node.grad or 0.0 for node in row] for row in weights] if any_asked else None,
        )
        return Box(
            f"layer{number}",
            "layer",
            tuple(lines),
            "\n".join([lines[0], *map(described, heats)]),
            is_alarming=alarming([number for n in every for number in (n.value, n.grad)]),
            heatmaps=heats,
        )

    def _size(self, number: int) -> list[str]:
        """Inputs → units and what they compute, and how many parameters that takes."""
        column = self.columns[number]
        names = shorten(", ".join(dict.fromkeys(unit.name for unit in column)))
        count = sum(len(unit.weights) + (unit.bias is not None) for unit in column)
        before = len(self.columns[number - 1])
        return [f"{before:,} → {len(column):,} {names}".rstrip(), f"{count:,} parameters"]

    def arrows(self) -> Iterator[Arrow]:
        """One arrow from each layer to the next, with how many numbers go along it."""
        for number, (before, after) in enumerate(itertools.pairwise(self.columns)):
            count = sum(len(unit.weights) for unit in after)
            hint = f"{len(before):,} values, {count:,} weights"
            line = f"{len(before):,} value{'s' * (len(before) > 1)}"
            yield Arrow(f"w{number}", f"layer{number}", f"layer{number + 1}", (line,), hint=hint)


def _numbers(nodes: Sequence[Node]) -> list[str]:
    return [
        f"v {spread([node.value for node in nodes])}",
        f"g {spread([node.grad for node in nodes])}",
    ]


def _marks(
    outputs: list[list[Node]], every: list[Node], gradients: list[float], last: float
) -> tuple[str, ...]:
    """What is not well in a layer; of its units only where they end in an activation."""
    slopes = [
        [node.slopes[0] for node in row]
        for row in outputs
        if all(node.op is not None and node.op.is_activation for node in row)
    ]
    values = [node.value for node in every]
    return health.group_marks(slopes=slopes, gradients=gradients, values=values, last=last)
