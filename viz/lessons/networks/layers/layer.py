"""A larger network as its views see it: layers of units on one example, and texts for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ....say.equations import number, strongest
from ....see.chances import Chances
from ....see.neurons import Network, Unit
from ...story import VALUE, Fill
from ..rows.row import SINGLE, Part, Row
from ..titles import LargeNames

CELLS = 32  # units of a layer that are drawn
CHANCE = 3  # the line of a score's box that has its probability
DIGITS = 3  # of a number in a cell
MOST_SINGLES = 6  # operations of a loss that are drawn


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a picture: its units, and those of them that have boxes."""

    id: str
    units: tuple[Unit, ...]
    shown: tuple[Unit, ...]
    is_scores: bool


class Large:
    """One example of a large network, as the view of its layers and those of its units see it."""

    def __init__(
        self, network: Network, names: LargeNames, example: int, ends: Chances | None,
        image: tuple[int, int] | None,
    ) -> None:  # fmt: skip
        self.network, self.names, self.example, self.ends = network, names, example, ends
        self.graph = network.graph
        self.row = Row(network, names, example)
        self.goal = names.goal
        self.spots: dict[int, str] = {}
        """Places in the input that steps speak of, with what they are called."""
        first = network.columns[0][0]
        self.inputs = network.inputs_of(first.runs[example])
        self.image = shape_of(len(self.inputs), image)
        self.is_image = is_image(len(self.inputs), image)
        last = len(network.columns) - 1
        self.layers = [
            Layer(f"l{k}", column, self._shown(column), is_scores=k == last)
            for k, column in enumerate(network.columns)
        ]
        covered = set(network.run_of)
        ended = {ends.loss} if ends is not None else set()
        self.singles = [
            part for part in self.row.parts
            if part.role == SINGLE and part.node not in covered and part.node not in ended
        ]  # fmt: skip

    def _shown(self, column: tuple[Unit, ...]) -> tuple[Unit, ...]:
        """All units of a layer, or those of which the loss asks most.

        Among these is the one whose weights are asked most.
        """
        if len(column) <= CELLS:
            return column
        grads = [self.grad(unit) or 0.0 for unit in column]
        sums = [self.graph.nodes[unit.runs[self.example].total].grad or 0.0 for unit in column]
        (most,) = strongest(sums, 1)
        chosen = {most, *[k for k in strongest(grads, CELLS) if k != most][: CELLS - 1]}
        return tuple(unit for k, unit in enumerate(column) if k in chosen)

    def value(self, unit: Unit) -> float:
        """What a unit computed."""
        return self.graph.nodes[unit.runs[self.example].output].value

    def grad(self, unit: Unit) -> float | None:
        """The gradient of a unit's result."""
        return self.graph.nodes[unit.runs[self.example].output].grad

    def box(self, unit: Unit) -> str:
        """The id of a unit's box."""
        return f"n{unit.runs[self.example].output}"

    def values(self, layer: Layer, values: Sequence[float] | None = None) -> tuple[Fill, ...]:
        """What the units of a layer say, with their shades; ``values`` are those of all nodes."""
        nodes = [unit.runs[self.example].output for unit in layer.shown]
        found = [self.graph.nodes[i].value if values is None else values[i] for i in nodes]
        most = max([abs(self.value(unit)) for unit in layer.shown if size_of(self.value(unit))],
                   default=0.0)  # fmt: skip
        return tuple(
            [
                Fill(f"n{i}", VALUE, value_text(layer, x), repr(x), _share(x, most))
                for i, x in zip(nodes, found, strict=True)
            ]
        )

    def passes(self, unit: Unit) -> bool:
        """Whether a gradient comes through a unit to its weights: it is not off."""
        return self.graph.nodes[unit.runs[self.example].total].grad not in (0.0, None)

    def strongest(self, units: Sequence[Unit]) -> Unit:
        """The unit of which the loss asks most, of those that pass it on, if any does."""
        return max(units, key=lambda unit: (self.passes(unit), size_of(self.grad(unit))))

    def spot(self, unit: Unit, position: int) -> tuple[str, ...]:
        """The mark of a place in the input, for steps that speak of what a unit weighs there."""
        if unit.column:
            return ()
        self.spots[position] = self.names.sources(unit)[position]
        return (f"px{position}",)

    def arrow_into(self, layer: Layer) -> str:
        """The id of the arrow from the layer before, or from the inputs."""
        place = self.layers.index(layer)
        return f"e{self.layers[place - 1].id if place else 'x'}_{layer.id}_0"

    def arrow_of_loss(self) -> str:
        """The id of the arrow from the scores to what is computed of them first."""
        return f"e{self.layers[-1].id}_{self.loss_boxes()[0].removeprefix('n')}_0"

    def loss_boxes(self) -> list[str]:
        """The ids of the boxes of the loss, as they follow each other."""
        found = [f"n{self.ends.loss}"] if self.ends is not None else []
        return list(dict.fromkeys([*found, *[part.id for part in shown_singles(self)]]))

    @property
    def root_box(self) -> str:
        """The id of the box of the loss."""
        return f"n{self.graph.roots[0]}"


def shape_of(count: int, image: tuple[int, int] | None) -> tuple[int, int]:
    """Rows and columns of an input: as told, as a square, or in lines of 16."""
    if image is not None and image[0] * image[1] == count:
        return image
    side = math.isqrt(count)
    if side * side == count and count >= 16:
        return side, side
    columns = min(count, 16)
    return -(-count // columns), columns


def is_image(count: int, image: tuple[int, int] | None) -> bool:
    """Whether an input of so many numbers is drawn as one."""
    if image is not None:
        return image[0] * image[1] == count
    side = math.isqrt(count)
    return side * side == count and count >= 16


def cell(x: float | None) -> str:
    """A number in a cell."""
    return number(x, DIGITS)


def chance_fill(score: int, chance: float) -> Fill:
    """The probability of a score, as a number and as a bar."""
    share = min(max(chance, 0.0), 1.0) if chance == chance else 0.0
    return Fill(f"n{score}", CHANCE, number(chance), repr(chance), round(share, 4))


def _share(x: float, most: float) -> float:
    """How strong a shade is."""
    return round(min(max(x / most, -1.0), 1.0), 3) if most and x == x else 0.0


def size_of(x: float | None) -> float:
    """How large a number is; what is no number is not large."""
    return abs(x) if x is not None and x == x else 0.0


def title_of(it: Large, layer: Layer) -> str:
    """What a layer is called."""
    if layer.is_scores:
        return "scores" if it.ends is not None else "outputs"
    return f"layer {it.layers.index(layer) + 1}" if len(it.layers) > 2 else "hidden units"


def value_text(layer: Layer, x: float) -> str:
    """The value of a unit or a score, as it stands in its box."""
    return f"v {number(x) if layer.is_scores else cell(x)}"


def gradient_text(layer: Layer, x: float | None) -> str:
    """The gradient of a unit or a score, as it stands in its box."""
    return f"g {number(x) if layer.is_scores else cell(x)}"


def class_of(it: Large, k: int) -> str:
    """What a score is the score of."""
    name = it.names.spoken(it.network.columns[-1][k])
    return name.removeprefix("score ") if name.startswith("score ") else name


def shown_singles(it: Large) -> list[Part]:
    """The operations of the loss that have steps: all, or if they are many, the last."""
    root = it.row.root
    parts = [part for part in it.singles if part is not root]
    chosen = parts if len(parts) < MOST_SINGLES else []
    return [*chosen, root] if root in it.singles else chosen
