"""`draw_network`: the classic picture, columns of units, with the numbers of one pass.

A large network has one box per layer, with its weights and their gradients as heatmaps.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Node, Value
from nn.names import helped

from . import network_units
from .checks import at_least, one_of
from .draw import DIRECTIONS
from .labels import shorten
from .network_units import Known, image_of, shape
from .render.legend import legend as legend_of
from .render.palette import THEMES
from .say import health
from .say.matrices import described, heatmaps
from .say.ranges import alarming, sizes, spread
from .scene.diagram import Arrow, Box, Diagram, Sample
from .see.layered import Column, columns_of, examples, objective
from .showing import waiting

if TYPE_CHECKING:
    from .render.picture import Picture

WHO = "draw_network"
EDGES = ("weight", "gradient")
MOST_LINES = 600  # more connections than this cannot be told apart


def _without_x(*given: Any, **named: Any) -> str:
    return (
        "" if len(given) > 1 or "x" in named else "needs an example; write draw_network(model, x)"
    )


@helped(_without_x)
def draw_network(
    model: Any,
    x: Sequence[float | Value] | Sequence[Sequence[float | Value]],
    *,
    edges: str = "weight",
    loss: Callable[[Any], Value] | None = None,
    direction: str = "LR",
    theme: str = "light",
    legend: bool = True,
    max_units: int = 10,
    fold: bool | None = None,
) -> Picture:
    """Draw a network as columns of units, with what it makes of one example or of several.

    Each unit shows its activation, its value v and its bias b. A connection is as wide as its
    weight is large, and dashed if it is negative. With ``edges="gradient"`` it is ∂loss/∂weight
    that is drawn so, and units show their gradients, too. For several examples, values are ranges,
    min…max. An output that `binary_cross_entropy` reads shows its probability p and the target.
    Of many lines the strongest are drawn. Nobody's ``.grad`` is touched.

    In a large network every layer is one box, with its weights and their gradients as heatmaps;
    36 inputs and more that fill a square are an image. A part that is not a layer of neurons, such
    as a residual block, is a box of its own.

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
        One example, a list of numbers or Values; or a list of examples.
    edges:
        ``"weight"`` or ``"gradient"``.
    loss:
        A function of the output, or of the list of all examples' outputs, whose gradients are
        drawn; left out, it is the sum of the outputs.
    max_units:
        Layers of more units than this are boxes, and so is every layer of their network.
    fold:
        True draws layers as boxes whatever their size; False draws units, ``max_units`` of each
        layer, and a note says how many more there are.
    direction, theme, legend:
        As for `draw`.
    """
    one_of("edges", edges, EDGES)
    one_of("direction", direction, DIRECTIONS)
    one_of("theme", theme, THEMES)
    at_least("max_units", max_units, 1)
    if fold not in {None, True, False}:
        raise TypeError(f"fold is True, False or None, got {fold!r:.60}")
    with waiting("running the network"):
        columns, results = columns_of(model, x, WHO)
    many = examples(x)[1]
    goal = objective(results if many else results[0], loss, WHO, many=many)
    single = len(columns[-1].units) == len(results) == 1
    name = "loss" if loss is not None else "output" if single else "Σ outputs"
    if fold or (fold is None and _is_large([len(column.units) for column in columns], max_units)):
        diagram = _diagram_of_layers(columns, goal, name, direction=direction, legend=legend)
    else:
        diagram = network_units.diagram(
            columns, goal, name,
            edges=edges, max_units=max_units, direction=direction, legend=legend,
        )  # fmt: skip
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


def _is_large(sizes: list[int], max_units: int) -> bool:
    lines = sum(before * after for before, after in itertools.pairwise(sizes))
    return max(sizes) > max_units or lines > MOST_LINES


# --- a large network: one box per layer -----------------------------------------------------------


def _diagram_of_layers(
    columns: list[Column], goal: Value, name: str, *, direction: str, legend: bool
) -> Diagram:
    """The layers of a network, and one arrow from each to the next."""
    layers = _Layers(columns, goal)
    boxes, arrows = tuple(layers.boxes()), tuple(layers.arrows())
    count = len(columns[0].units[0].outputs)
    title = (
        shape(columns) + (f", {count:,} examples" if count > 1 else ""),
        f"v values, w weights, b biases, g = ∂({name})/∂v, ∂w = ∂({name})/∂w",
        "a … b … c: min … mean … max",
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

    def __init__(self, columns: list[Column], goal: Value) -> None:
        self.columns = columns
        units = [unit for column in columns for unit in column.units]
        values = [
            *[output for unit in units for output in unit.outputs],
            *[weight for unit in units for weight in unit.weights],
            *[unit.bias for unit in units if unit.bias is not None],
            *[parameter for column in columns for parameter in column.parameters],
        ]
        self.nodes = Known(goal, values)
        last = [self.nodes[weight].grad for unit in columns[-1].units for weight in unit.weights]
        self.last = health.mean_size(last)

    def boxes(self) -> Iterator[Box]:
        """The inputs, and one box per layer."""
        units = self.columns[0].units
        xs = [self.nodes[output] for unit in units for output in unit.outputs]
        head = f"{len(units):,} inputs {units[0].name} … {units[-1].name}"
        yield Box(
            "layer0",
            "variable",
            (head, *_numbers(xs)),
            is_alarming=alarming([number for x in xs for number in (x.value, x.grad)]),
            heatmaps=image_of(self.columns[0]),
        )
        for number in range(1, len(self.columns)):
            yield self._layer(number)

    def _layer(self, number: int) -> Box:
        column = self.columns[number]
        units = column.units
        outputs = [[self.nodes[output] for output in unit.outputs] for unit in units]
        weights = [[self.nodes[weight] for weight in unit.weights] for unit in units]
        biases = [self.nodes[unit.bias] for unit in units if unit.bias is not None]
        every = [node for row in outputs for node in row]
        lines = [column.place, *self._size(number), *_numbers(every)]
        parameters = [node for row in weights for node in row]
        parameters += [self.nodes[parameter] for parameter in column.parameters]
        if parameters:
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
        names = [column.block, *dict.fromkeys(unit.name for unit in column.units)]
        count = sum(len(unit.weights) + (unit.bias is not None) for unit in column.units)
        count += len(column.parameters)
        before = len(self.columns[number - 1].units)
        what = shorten(", ".join([name for name in names if name]))
        return [f"{before:,} → {len(column.units):,} {what}".rstrip(), f"{count:,} parameters"]

    def arrows(self) -> Iterator[Arrow]:
        """One arrow from each layer to the next, with how many numbers go along it."""
        for number, (before, after) in enumerate(itertools.pairwise(self.columns)):
            count = sum(len(unit.weights) for unit in after.units) + len(after.parameters)
            hint = f"{len(before.units):,} values, {count:,} weights"
            line = f"{len(before.units):,} value{'s' * (len(before.units) > 1)}"
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
