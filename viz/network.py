"""`draw_network`: the classic picture, columns of units, with the numbers of one pass."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Graph, Node, Value

from .checks import at_least, one_of
from .diagram import Arrow, Box, Diagram
from .draw import DIRECTIONS
from .layered import Unit, columns_of
from .legend import network_legend
from .numbers import is_alarming, show
from .palette import THEMES
from .units import objective
from .words import SIGNED, sign_of

if TYPE_CHECKING:
    from .picture import Picture

WHO = "draw_network"
EDGES = ("weight", "gradient")
MOST_LABELS = 24  # more connections than this have no numbers written on them


def draw_network(
    model: Any,
    x: Sequence[float | Value],
    *,
    edges: str = "weight",
    loss: Callable[[Any], Value] | None = None,
    direction: str = "LR",
    theme: str = "light",
    legend: bool = True,
    max_units: int = 10,
) -> Picture:
    """Draw a network as columns of units, with what it makes of one example.

    Each unit shows its activation, its value v and its bias b. A connection is as wide as its
    weight is large, and dashed if it is negative. With ``edges="gradient"`` it is ∂loss/∂weight
    that is drawn so, and units show their gradients, too. Nobody's ``.grad`` is touched.

    >>> import random
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    >>> draw_network(model, [1.0, 0.0]).diagram.size
    '6 nodes and 9 edges'

    Parameters
    ----------
    model:
        An `nn.MLP`, or anything whose ``layers`` have ``neurons`` with weights ``w`` and a bias
        ``b``; an `nn.Sequential` may have activations and functions between its layers.
    x:
        One example: numbers or Values.
    edges:
        ``"weight"`` or ``"gradient"``.
    loss:
        A function of the output, whose gradients are drawn; left out, it is the sum of the
        outputs.
    max_units:
        How many units of a layer are drawn at most; a note says how many more there are.
    direction, theme, legend:
        As for `draw`.
    """
    one_of("edges", edges, EDGES)
    one_of("direction", direction, DIRECTIONS)
    one_of("theme", theme, THEMES)
    at_least("max_units", max_units, 1)
    columns, result = columns_of(model, x, WHO)
    network = _Network(columns, objective(result, loss, WHO), edges, max_units)
    goal = "loss" if loss is not None else "Σ outputs" if len(columns[-1]) > 1 else "output"
    boxes, arrows = tuple(network.boxes()), tuple(network.arrows())
    diagram = Diagram(
        boxes,
        arrows,
        title=network.title(goal) if legend else (),
        legend=network_legend(boxes, arrows, edges) if legend else (),
        columns=network.names(),
        direction=direction,
        points="none",
    )
    from .picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


class _Network:
    """The units that are shown, and the graph that has their gradients."""

    def __init__(self, columns: list[list[Unit]], goal: Value, edges: str, max_units: int) -> None:
        self.sizes = [len(column) for column in columns]
        self.shown = [column[:max_units] for column in columns]
        self.by_gradient = edges == "gradient"
        units = [unit for column in self.shown for unit in column]
        weights = [weight for before, unit in self._pairs() for weight in unit.weights[:before]]
        biases = [unit.bias for unit in units if unit.bias is not None]
        values = [*[unit.output for unit in units], *weights, *biases]
        # Roots of seed 0 tell where they are among the nodes, and change no gradient.
        graph = Graph([goal, *values], seeds=[1.0] + [0.0] * len(values))
        places = zip(values, graph.roots[1:], strict=True)
        self.nodes: dict[Value, Node] = {value: graph.nodes[place] for value, place in places}

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
        node = self.nodes[unit.output]
        lines = [unit.name, f"v {show(node.value)}"]
        hint = [unit.name, f"value {node.value!r}"]
        if self.by_gradient:
            lines.append(f"g {show(node.grad)}")
            hint.append(f"gradient {node.grad!r}")
        if unit.bias is not None:
            bias = self.nodes[unit.bias]
            lines.append(f"∂b {show(bias.grad)}" if self.by_gradient else f"b {show(bias.value)}")
            hint.append(f"bias {bias.value!r}, its gradient {bias.grad!r}")
        alarming = any(map(is_alarming, (node.value, node.grad if self.by_gradient else None)))
        return Box(name, kind, tuple(lines), "\n".join(hint), is_alarming=alarming)

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
        layers = [
            f"{size} {', '.join(dict.fromkeys(unit.name for unit in column))}"
            for column, size in zip(self.shown[1:], self.sizes[1:], strict=True)
        ]
        shape = " → ".join([f"{self.sizes[0]} input{'s' * (self.sizes[0] > 1)}", *layers])
        if self.by_gradient:
            return (
                shape,
                f"v value, g = ∂({goal})/∂v, ∂b = ∂({goal})/∂bias",
                f"on each line: ∂({goal})/∂weight",
            )
        return shape, "v value, b bias; on each line: the weight"
