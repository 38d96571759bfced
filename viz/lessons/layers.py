"""A larger network on one example, layer by layer: which units are drawn, and the steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ..see.neurons import Chances, Network, Unit
from ..see.outline import Item
from ..see.paths import strongest
from .board import Board, Move, box_of
from .lesson import CHANCE, GRADIENT, VALUE, Quantity, Step, Write, chance, grad, largest, value
from .steps import after, arrow, operation, seeds

CELLS = 32  # units of a layer that are drawn
MOST_SINGLES = 6  # operations of a loss that are drawn
SMALLEST_IMAGE = 16  # numbers


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a picture: its units, and those of them that have boxes."""

    id: str
    units: tuple[Unit, ...]
    shown: tuple[Unit, ...]
    is_scores: bool


class Layers:
    """One example of a large network; ``ends`` is the softmax that it ends in, if it does."""

    def __init__(
        self, network: Network, board: Board, example: int, ends: Chances | None,
        image: tuple[int, int] | None,
    ) -> None:  # fmt: skip
        self.network, self.board, self.example, self.ends = network, board, example, ends
        self.graph = network.graph
        self.inputs = network.inputs_of(network.columns[0][0].runs[example])
        self.is_image = is_image(len(self.inputs), image)
        self.shape = shape_of(len(self.inputs), image)
        last = len(network.columns) - 1
        self.layers = [
            Layer(f"l{k}", column, self._shown(column), is_scores=k == last)
            for k, column in enumerate(network.columns)
        ]

    def _shown(self, column: tuple[Unit, ...]) -> tuple[Unit, ...]:
        """All units of a layer, or those with the largest gradients.

        Among these is the one whose weights have the largest.
        """
        if len(column) <= CELLS:
            return column
        grads = [self.board.nodes[self.output(unit)].grad or 0.0 for unit in column]
        sums = [self.board.nodes[self.total(unit)].grad or 0.0 for unit in column]
        (most,) = strongest(sums, 1)
        chosen = {most, *[k for k in strongest(grads, CELLS) if k != most][: CELLS - 1]}
        return tuple(unit for k, unit in enumerate(column) if k in chosen)

    def output(self, unit: Unit) -> int:
        """The node of a unit's result."""
        return unit.runs[self.example].output

    def total(self, unit: Unit) -> int:
        """The node of a unit's weighted sum."""
        return unit.runs[self.example].total

    def box(self, unit: Unit) -> str:
        """The id of a unit's box."""
        return f"n{self.output(unit)}"

    @cached_property
    def singles(self) -> list[Item]:
        """The operations of the loss that have boxes: all, or if they are many, the last."""
        items = [
            item
            for item in self.board.outline.items
            if item.symbol and item.key.isdigit() and item.key not in self.board.neurons
            and not item.left_out
        ]  # fmt: skip
        return items if len(items) <= MOST_SINGLES else items[-1:]

    def arrow_into(self, layer: Layer) -> str:
        """The id of the arrow from the layer before, or from the inputs."""
        place = self.layers.index(layer)
        return f"e{self.layers[place - 1].id if place else 'x'}_{layer.id}_0"

    def loss_arrows(self) -> list[tuple[str, str, str]]:
        """The arrows from the scores through the boxes of the loss: id, tail, head."""
        boxes = [self.layers[-1].id, *[box_of(item.key) for item in self.singles]]
        return [
            (f"e{tail.removeprefix('n')}_{head.removeprefix('n')}_0", tail, head)
            for tail, head in pairwise(boxes)
        ]

    def largest_weight(self, layer: Layer) -> tuple[Unit, int, list[float]]:
        """The weight with the largest gradient: its unit and its place; and all gradients."""
        found, top, shares = (layer.shown[0], 0), -1.0, []
        shown = set(map(id, layer.shown))
        for unit in layer.units:
            total = self.board.nodes[self.total(unit)]
            down = total.grad or 0.0
            for k, rate in enumerate(total.slopes[: len(unit.weights)]):
                shares.append(rate * down)
                if size(shares[-1]) > top and id(unit) in shown:
                    found, top = (unit, k), size(shares[-1])
        return *found, shares

    @cached_property
    def spot(self) -> int:
        """The place in the input that steps speak of: that of the largest gradient of a weight."""
        return self.largest_weight(self.layers[0])[1]

    # --- what steps write -------------------------------------------------------------------------

    def values(self, layer: Layer) -> list[Write]:
        """The values of the units of a layer, each as strong as it is beside the largest."""
        most = largest(*[value(self.output(unit)) for unit in layer.shown])
        mark = "" if layer.is_scores else "short"
        return [Write(self.box(u), VALUE, value(self.output(u)), mark, most) for u in layer.shown]

    def gradients(self, layer: Layer) -> list[Write]:
        """The gradients of the units of a layer."""
        mark = "" if layer.is_scores else "short"
        return [Write(self.box(u), GRADIENT, grad(self.output(u)), mark) for u in layer.shown]

    def chances(self) -> list[Write]:
        """The probabilities that softmax makes of the scores."""
        if self.ends is None:
            return []
        scores = [value(index) for index in self.ends.scores]
        return [
            Write(f"n{index}", CHANCE, chance(place, scores))
            for place, index in enumerate(self.ends.scores)
        ]


def steps(it: Layers) -> Iterator[Step]:
    """One step for each layer, forward and backward; the update; and once more."""
    board = it.board
    yield Step("layers", "start")
    for layer in it.layers:
        yield Step(
            "layer", "forward", box=layer.id, sources=_before(it, layer),
            writes=tuple(it.values(layer)), about={"layer": layer},
        )  # fmt: skip
    if it.ends is not None:
        scores = it.layers[-1].id
        yield Step("softmax", "forward", box=scores, writes=tuple(it.chances()))
    for item in it.singles:
        yield _single(it, item)
    if not board.has_gradients:
        return
    yield from _backward(it)
    yield from _update(it)


def _before(it: Layers, layer: Layer) -> tuple[str, ...]:
    place = it.layers.index(layer)
    return (it.layers[place - 1].id if place else "x",)


def _single(it: Layers, item: Item) -> Step:
    if it.ends is not None and item.node == it.ends.loss:
        box = box_of(item.key)
        written = (Write(box, VALUE, value(item.node)),)
        return Step("entropy", "forward", box=box, sources=(it.layers[-1].id,), writes=written)
    step = operation(it.board, item)
    known = {box_of(one.key) for one in it.singles}
    sources = tuple([box for box in step.sources if box in known]) or (it.layers[-1].id,)
    return Step(
        step.kind, step.phase, step.box, sources, (), step.writes,
        {**step.about, "hidden": len(it.singles) == 1 and not it.ends},
    )  # fmt: skip


def _backward(it: Layers) -> Iterator[Step]:
    board, singles = it.board, {item.key for item in it.singles}
    yield from [_within(step, it) for step in seeds(board)]
    moves: list[Move] = [m for m in board.moves if {m.operand, m.consumer} <= singles]
    yield from [_within(arrow(board, move), it) for move in moves]
    last = it.layers[-1]
    first_loss = tuple([box_of(item.key) for item in it.singles[:1]])
    yield Step(
        "scores" if it.ends is not None else "outputs", "backward", box=last.id,
        sources=first_loss, writes=tuple(it.gradients(last)), about={"layer": last},
    )  # fmt: skip
    for place in range(len(it.layers) - 1, -1, -1):
        layer = it.layers[place]
        sizes = [
            Quantity("product", (it.total(unit), k))
            for unit in layer.units
            for k in range(len(unit.weights))
        ]
        yield Step(
            "layer_weights", "backward", box=layer.id,
            sources=() if place else (f"px{it.spot}",),
            writes=(Write(layer.id, GRADIENT, largest(*sizes), "up to"),),
            about={"layer": layer},
        )  # fmt: skip
        if place:
            before = it.layers[place - 1]
            yield Step(
                "layer_units", "backward", box=before.id, sources=(layer.id,),
                writes=tuple(it.gradients(before)), about={"layer": before, "after": layer},
            )  # fmt: skip


def _within(step: Step, it: Layers) -> Step:
    """A step of the board with what is drawn here."""
    known = {box_of(item.key) for item in it.singles}
    writes = tuple([write for write in step.writes if write.box in known])
    return Step(step.kind, step.phase, step.box, step.sources, (), writes, step.about)


def _update(it: Layers) -> Iterator[Step]:
    board = it.board
    trained = board.numbers.trained
    if not trained:
        return
    yield Step("updates", "update", about={"nodes": trained})
    writes = [write for layer in it.layers for write in it.values(layer)] + it.chances()
    writes += [Write(box_of(item.key), VALUE, board.value(item.key)) for item in it.singles]
    anew = [
        Write(w.box, w.line, after(board, w.what), w.mark, w.of and after(board, w.of))
        for w in writes
    ]
    root = f"n{it.graph.roots[0]}"
    yield Step("again", "again", box=root, writes=tuple(anew), about={"nodes": trained})


# --- images ---------------------------------------------------------------------------------------


def shape_of(count: int, image: tuple[int, int] | None) -> tuple[int, int]:
    """Rows and columns of an input: as told, as a square, or in lines of 16."""
    if image is not None and image[0] * image[1] == count:
        return image
    side = math.isqrt(count)
    if side * side == count and count >= SMALLEST_IMAGE:
        return side, side
    columns = min(count, 16)
    return -(-count // columns), columns


def is_image(count: int, image: tuple[int, int] | None) -> bool:
    """Whether an input of so many numbers is drawn as one."""
    if image is not None:
        return image[0] * image[1] == count
    side = math.isqrt(count)
    return side * side == count and count >= SMALLEST_IMAGE


def size(x: float | None) -> float:
    """How large a number is; nan is not large."""
    return abs(x) if x is not None and x == x else 0.0


def most(units: Sequence[Unit], sizes: Sequence[float]) -> Unit:
    """The unit with the largest of some numbers."""
    return units[strongest(sizes, 1)[0]]
