"""The classic picture of a network: columns of units, and a line for every weight."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from autograd import Graph, Node, Value

from .render.legend import network_legend
from .say import health
from .say.numbers import show
from .say.ranges import alarming, ends
from .say.words import SIGNED, sign_of
from .scene.diagram import Arrow, Box, Diagram
from .see.layered import Unit

MOST_LABELS = 24  # more connections than this have no numbers written on them


def diagram(
    columns: list[list[Unit]],
    goal: Value,
    name: str,
    *,
    edges: str,
    max_units: int,
    direction: str,
    legend: bool,
) -> Diagram:
    """The units of a network and their connections; ``name`` is that of the goal."""
    units = _Units(columns, goal, edges, max_units)
    boxes, arrows = tuple(units.boxes()), tuple(units.arrows())
    return Diagram(
        boxes,
        arrows,
        title=units.title(name) if legend else (),
        legend=network_legend(boxes, arrows, edges) if legend else (),
        columns=units.names(),
        direction=direction,
        points="none",
    )


def nodes_of(goal: Value, values: Sequence[Value]) -> dict[Value, Node]:
    """What a graph of the goal knows of some Values, their gradients too."""
    # Roots of seed 0 tell where they are among the nodes, and change no gradient.
    graph = Graph([goal, *values], seeds=[1.0] + [0.0] * len(values))
    places = zip(values, graph.roots[1:], strict=True)
    return {value: graph.nodes[place] for value, place in places}


def shape(columns: list[list[Unit]], sizes: list[int]) -> str:
    """A network in words: ``2 inputs → 3 tanh → 1 linear``."""
    layers = [
        f"{size:,} {', '.join(dict.fromkeys(unit.name for unit in column))}"
        for column, size in zip(columns[1:], sizes[1:], strict=True)
    ]
    return " → ".join([f"{sizes[0]:,} input{'s' * (sizes[0] > 1)}", *layers])


def _numbers(name: str, numbers: Sequence[float | None]) -> list[str]:
    """A number of one example; of several, three lines: the least, the mean, the greatest."""
    known = [number for number in numbers if number is not None]
    if len(known) < 2:
        return [f"{name} {show(known[0] if known else None)}"]
    first, *rest = ends(known)
    return [f"{name} {first}", *[f"… {text}" for text in rest]]


def _state(slopes: tuple[float, ...]) -> str:
    """What is not well with a unit whose activation has these slopes, in one word."""
    unit = health.Unit("", "", (), slopes, ())
    if unit.is_dead:
        return "dead" if len(slopes) > 1 else "off"
    return "saturated" if unit.is_saturated else ""


def _each(numbers: Sequence[float | None]) -> str:
    return ", ".join(map(repr, numbers[:8])) + (", …" if len(numbers) > 8 else "")


class _Units:
    """The units that are shown, and the graph that has their gradients."""

    def __init__(self, columns: list[list[Unit]], goal: Value, edges: str, max_units: int) -> None:
        self.sizes = [len(column) for column in columns]
        self.shown = [column[:max_units] for column in columns]
        self.by_gradient = edges == "gradient"
        units = [unit for column in self.shown for unit in column]
        weights = [weight for before, unit in self._pairs() for weight in unit.weights[:before]]
        biases = [unit.bias for unit in units if unit.bias is not None]
        outputs = [output for unit in units for output in unit.outputs]
        self.nodes = nodes_of(goal, [*outputs, *weights, *biases])

    def _pairs(self) -> Iterator[tuple[int, Unit]]:
        """Every unit of the layers, with how many units before it are shown."""
        for before, column in itertools.pairwise(self.shown):
            for unit in column:
                yield len(before), unit

    def names(self) -> tuple[tuple[str, ...], ...]:
        """The names of the boxes, column by column."""
        columns = []
        for number, (column, size) in enumerate(zip(self.shown, self.sizes, strict=True)):
            names = [f"u{number}_{place}" for place in range(len(column))]
            columns.append((*names, *([f"u{number}_more"] if size > len(column) else [])))
        return tuple(columns)

    def boxes(self) -> Iterator[Box]:
        """One circle per unit, and a note where there are more."""
        last = len(self.shown) - 1
        for number, (column, names) in enumerate(zip(self.shown, self.names(), strict=True)):
            kind = "input" if number == 0 else "output" if number == last else "unit"
            for unit, name in zip(column, names, strict=False):
                yield self._box(unit, name, kind)
            if len(names) > len(column):
                more = self.sizes[number] - len(column)
                yield Box(names[-1], "note", (f"… {more:,} more",))

    def _box(self, unit: Unit, name: str, kind: str) -> Box:
        nodes = [self.nodes[output] for output in unit.outputs]
        values, grads = [node.value for node in nodes], [node.grad for node in nodes]
        lines = [self._head(unit, name, kind), *_numbers("v", values)]
        hint = [lines[0], f"value {_each(values)}"]
        if self.by_gradient:
            lines += _numbers("g", grads)
            hint.append(f"gradient {_each(grads)}")
        slopes = tuple([n.slopes[0] for n in nodes if n.op is not None and n.op.is_activation])
        if slopes and (state := _state(slopes)):
            lines.append(state)
        if unit.bias is not None:
            bias = self.nodes[unit.bias]
            lines.append(f"∂b {show(bias.grad)}" if self.by_gradient else f"b {show(bias.value)}")
            hint.append(f"bias {bias.value!r}, its gradient {bias.grad!r}")
        is_alarming = alarming([*values, *(grads if self.by_gradient else [])])
        return Box(name, kind, tuple(lines), "\n".join(hint), is_alarming=is_alarming)

    def _head(self, unit: Unit, name: str, kind: str) -> str:
        """The first line: of several outputs, each says which it is."""
        several = kind == "output" and self.sizes[-1] > 1
        return f"y{name.rpartition('_')[2]} {unit.name}".rstrip() if several else unit.name

    def arrows(self) -> Iterator[Arrow]:
        """One line per weight between two units that are shown."""
        names = self.names()
        found = [
            (f"{layer}_{i}_{j}", names[layer][i], names[layer + 1][j], self.nodes[unit.weights[i]])
            for layer, (before, after) in enumerate(itertools.pairwise(self.shown))
            for j, unit in enumerate(after)
            for i in range(len(before))
        ]
        sizes = [abs(self._size(node) or 0.0) for *_, node in found]
        largest = max(filter(math.isfinite, sizes), default=0.0)
        for place, tail, head, node in found:
            size = self._size(node)
            sign = sign_of(size, largest) if size is not None else "plain"
            strength = math.sqrt(abs(size) / largest) if size and sign in SIGNED else 0.0
            lines = (show(size),) if len(found) <= MOST_LABELS else ()
            hint = f"weight {node.value!r}\ngradient {node.grad!r}"
            yield Arrow(f"w{place}", tail, head, lines, sign, strength, hint)

    def _size(self, weight: Node) -> float | None:
        return weight.grad if self.by_gradient else weight.value

    def title(self, goal: str) -> tuple[str, ...]:
        """The network's shape in words, and what is drawn."""
        drawn = shape(self.shown, self.sizes)
        count = len(self.shown[0][0].outputs)
        ranges = f", of {count:,} examples the least … mean … greatest" if count > 1 else ""
        if self.by_gradient:
            return (
                drawn,
                f"v value, g = ∂({goal})/∂v, ∂b = ∂({goal})/∂bias{ranges}",
                f"on each line: ∂({goal})/∂weight",
            )
        return drawn, f"v value, b bias; on each line: the weight{ranges}"
