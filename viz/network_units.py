"""The classic picture of a network: columns of units, and a line for every weight."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

from autograd import Graph, Node, Value, sigmoid

from .render.legend import network_legend
from .say import health
from .say.box_text import Scales, sign_of, strength
from .say.matrices import heatmap
from .say.numbers import show
from .say.ranges import alarming, mean
from .scene.diagram import Arrow, Box, Diagram, Heatmap
from .see.layered import Column, Unit

MOST_LABELS = 24  # more connections than this have no numbers written on them
MOST_LINES = 60  # more than this cannot be told apart: the strongest are drawn
STRONGEST = 40  # then, shared among the gaps between columns, and one into every unit
FEWEST_PIXELS = 36  # so many inputs may be an image
DIGITS = 2  # of the ends of a range, which have to stand in a circle


def diagram(
    columns: list[Column],
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


class Known:
    """What a graph of the goal knows of some Values: their nodes, with gradients."""

    def __init__(self, goal: Value, values: Sequence[Value]) -> None:
        found = list(dict.fromkeys(values))
        # Roots of seed 0 tell where they are among the nodes, and change no gradient.
        self.graph = Graph([goal, *found], seeds=[1.0] + [0.0] * len(found))
        places = zip(found, self.graph.roots[1:], strict=True)
        self.nodes = {value: self.graph.nodes[place] for value, place in places}

    def __getitem__(self, value: Value) -> Node:
        return self.nodes[value]

    def target(self, output: Value) -> int | None:
        """The class 0 or 1 that `nn.binary_cross_entropy` wants of a logit; None without it.

        Its loss is softplus(logit) for class 0, and softplus(−logit) for class 1.
        """
        index = self.nodes[output].index
        users = [consumer for consumer, _ in self.graph.consumers(index)]
        for wanted, names in enumerate((["softplus"], ["neg", "softplus"])):
            ends = users
            for name in names[:-1]:
                ends = [c for i in ends if self._is(i, name) for c, _ in self.graph.consumers(i)]
            if ends and all(self._is(i, names[-1]) for i in ends):
                return wanted
        return None

    def _is(self, index: int, name: str) -> bool:
        node = self.graph.nodes[index]
        return node.op is not None and node.op.name == name and not node.scope


def shape(columns: Sequence[Column]) -> str:
    """A network in words: ``2 inputs → 3 tanh → 1 linear``."""
    count = len(columns[0].units)
    return " → ".join([f"{count:,} input{'s' * (count > 1)}", *map(_shape, columns[1:])])


def _shape(column: Column) -> str:
    names = [column.block, *dict.fromkeys(unit.name for unit in column.units)]
    return f"{len(column.units):,} {', '.join([name for name in names if name])}".rstrip()


def image_of(column: Column) -> tuple[Heatmap, ...]:
    """The inputs as an image, if they are as many as a square has; of several examples, the mean.

    Inputs with names of their own are not the pixels of an image.
    """
    side = math.isqrt(len(column.units))
    names = [f"x{number}" for number in range(1, len(column.units) + 1)]
    if len(names) < FEWEST_PIXELS or side**2 != len(names):
        return ()
    if [unit.name for unit in column.units] != names:
        return ()
    pixels = [mean([output.data for output in unit.outputs]) for unit in column.units]
    rows = [pixels[start : start + side] for start in range(0, len(pixels), side)]
    return (heatmap("image" if len(column.units[0].outputs) == 1 else "mean image", rows),)


def _range(name: str, numbers: Sequence[float | None]) -> str:
    """A number of one example; of several, min and max in few digits."""
    known = [number for number in numbers if number is not None]
    if any(map(math.isnan, known)):
        return f"{name} {show(math.nan)}"
    if len(known) < 2 or min(known) == max(known):
        return f"{name} {show(known[0] if known else None)}"
    low, high = (show(x, DIGITS).removeprefix("+") for x in (min(known), max(known)))
    return f"{name} {low}…{high}"


def _state(slopes: tuple[float, ...]) -> str:
    """What is not well with a unit whose activation has these slopes, in one word."""
    unit = health.Unit("", "", (), slopes, ())
    if unit.is_dead:
        return "dead" if len(slopes) > 1 else "off"
    return "saturated" if unit.is_saturated else ""


def _each(numbers: Sequence[float | int | None]) -> str:
    return ", ".join(map(repr, numbers[:8])) + (", …" if len(numbers) > 8 else "")


class _Units:
    """The units that are shown, and the graph that has their gradients."""

    def __init__(self, columns: list[Column], goal: Value, edges: str, max_units: int) -> None:
        self.columns = columns
        self.image = image_of(columns[0])
        self.shown = [column.units[:max_units] for column in columns]
        self.by_gradient = edges == "gradient"
        units = [unit for column in self.shown for unit in column]
        weights = [weight for unit in units for weight in unit.weights]
        biases = [unit.bias for unit in units if unit.bias is not None]
        outputs = [output for unit in units for output in unit.outputs]
        self.known = Known(goal, [*outputs, *weights, *biases])
        self.found = self._found()
        self.drawn = _strongest(self.found, self._size)

    def names(self) -> tuple[tuple[str, ...], ...]:
        """The names of the boxes, column by column; a block stands in a column of its own."""
        columns: list[tuple[str, ...]] = []
        for number, column in enumerate(self.columns):
            if column.block:
                columns.append((f"u{number}_block",))
            columns.append(self._names(number))
        return tuple(columns)

    def _names(self, number: int) -> tuple[str, ...]:
        if number == 0 and self.image:
            return ("u0_image",)
        names = [f"u{number}_{place}" for place in range(len(self.shown[number]))]
        hidden = len(self.columns[number].units) > len(names)
        return (*names, *[f"u{number}_more"] * hidden)

    def boxes(self) -> Iterator[Box]:
        """One circle per unit, and a note where there are more."""
        last = len(self.shown) - 1
        for number, (column, shown) in enumerate(zip(self.columns, self.shown, strict=True)):
            kind = "input" if number == 0 else "output" if number == last else "unit"
            if column.block:
                yield self._block(number)
            if number == 0 and self.image:
                side = math.isqrt(len(column.units))
                yield Box("u0_image", "variable", (f"{side} × {side} inputs",), heatmaps=self.image)
                continue
            for unit, name in zip(shown, self._names(number), strict=False):
                yield self._box(unit, name, kind)
            if more := len(column.units) - len(shown):
                yield Box(f"u{number}_more", "note", (f"… {more:,} more",))

    def _block(self, number: int) -> Box:
        column, before = self.columns[number], self.columns[number - 1]
        lines = [column.block, f"{len(before.units):,} → {len(column.units):,}"]
        if column.parameters:
            lines.append(f"{len(column.parameters):,} parameters")
        return Box(f"u{number}_block", "layer", tuple(lines), column.place)

    def _box(self, unit: Unit, name: str, kind: str) -> Box:
        nodes = [self.known[output] for output in unit.outputs]
        values, grads = [node.value for node in nodes], [node.grad for node in nodes]
        head = self._head(unit, name, kind)
        lines = [*[head] * bool(head), _range("v", values)]
        hint = [head, f"value {_each(values)}"]
        if self.by_gradient:
            lines.append(_range("g", grads))
            hint.append(f"gradient {_each(grads)}")
        targets = [self.known.target(output) for output in unit.outputs] if kind == "output" else []
        if targets and None not in targets:
            chances = [float(sigmoid(value)) for value in values]
            lines.append(_range("p", chances))
            lines += [f"target {targets[0]}"] * (len(targets) == 1)
            hint += [f"probability of class 1 {_each(chances)}", f"target {_each(targets)}"]
        slopes = tuple([n.slopes[0] for n in nodes if n.op is not None and n.op.is_activation])
        if slopes and (state := _state(slopes)):
            lines.append(state)
        if unit.bias is not None:
            bias = self.known[unit.bias]
            lines.append(f"∂b {show(bias.grad)}" if self.by_gradient else f"b {show(bias.value)}")
            hint.append(f"bias {bias.value!r}, its gradient {bias.grad!r}")
        is_alarming = alarming([*values, *(grads if self.by_gradient else [])])
        return Box(name, kind, tuple(lines), "\n".join(hint), is_alarming=is_alarming)

    def _head(self, unit: Unit, name: str, kind: str) -> str:
        """The first line: of several outputs, each says which it is, counted from 1."""
        if kind != "output" or len(self.columns[-1].units) == 1:
            return unit.name
        return f"y{int(name.rpartition('_')[2]) + 1} {unit.name}".rstrip()

    def _found(self) -> list[tuple[str, str, str, Node]]:
        """The weights between units that are shown: a name, both ends, and the node."""
        return [
            (f"{number - 1}_{i}_{j}", f"u{number - 1}_{i}", f"u{number}_{j}", self.known[weight])
            for number, (before, after) in enumerate(itertools.pairwise(self.shown), start=1)
            for j, unit in enumerate(after)
            if not (number == 1 and self.image)
            for i, weight in enumerate(unit.weights[: len(before)])
        ]

    def arrows(self) -> Iterator[Arrow]:
        """One line per weight between two units that are shown, and those of blocks and images."""
        sizes = [abs(self._size(node) or 0.0) for *_, node in self.found]
        largest = max(filter(math.isfinite, sizes), default=0.0)
        labelled = len(self.found) <= MOST_LABELS and not self.image  # `inlay` moves no numbers
        for place, tail, head, node in self.drawn:
            size = self._size(node)
            sign = sign_of(size, largest) if size is not None else "plain"
            thick = strength(size or 0.0, sign, Scales(contribution=largest))
            lines = (show(size),) if labelled else ()
            hint = f"weight {node.value!r}\ngradient {node.grad!r}"
            yield Arrow(f"w{place}", tail, head, lines, sign, thick, hint)
        for number in range(1, len(self.columns)):
            yield from self._plain(number)

    def _plain(self, number: int) -> Iterator[Arrow]:
        """Lines without a weight: into a block and out of it, and from an image."""
        before, after = self._names(number - 1), self._names(number)
        block = f"u{number}_block"
        if self.columns[number].block:
            for place, name in enumerate(before):
                yield Arrow(f"i{number}_{place}", name, block)
            for place, name in enumerate(after):
                yield Arrow(f"o{number}_{place}", block, name)
        elif number == 1 and self.image:
            for place, name in enumerate(after):
                hint = f"{len(self.columns[0].units):,} weights"
                yield Arrow(f"i1_{place}", before[0], name, hint=hint)

    def _size(self, weight: Node) -> float | None:
        return weight.grad if self.by_gradient else weight.value

    def title(self, goal: str) -> tuple[str, ...]:
        """The network's shape in words, and what is drawn."""
        count = len(self.columns[0].units[0].outputs)
        ranges = f"; a…b: min…max over {count:,} examples" if count > 1 else ""
        on_lines = f"∂({goal})/∂weight" if self.by_gradient else "the weight"
        if len(self.drawn) < len(self.found):
            on_lines = f"of {len(self.found):,} weights the {len(self.drawn):,} strongest"
            on_lines += f" by |∂({goal})/∂weight|" if self.by_gradient else ""
        lines = f"{'on each line' if on_lines[:2] != 'of' else 'lines'}: {on_lines}"
        chance = "; p: probability of class 1" * any(
            self.known.target(output) is not None
            for unit in self.shown[-1]
            for output in unit.outputs
        )
        if self.by_gradient:
            said = f"v value, g = ∂({goal})/∂v, ∂b = ∂({goal})/∂bias{chance}{ranges}"
            return shape(self.columns), said, lines
        return shape(self.columns), f"v value, b bias; {lines}{chance}{ranges}"


def _strongest(
    found: list[tuple[str, str, str, Node]], size: Callable[[Node], float | None]
) -> list[tuple[str, str, str, Node]]:
    """All lines of a small network; of a large one the strongest between each two columns."""
    if len(found) <= MOST_LINES:
        return found
    gaps: dict[str, list[tuple[str, str, str, Node]]] = {}
    for one in sorted(found, key=lambda one: abs(size(one[3]) or 0.0), reverse=True):
        gaps.setdefault(one[0].partition("_")[0], []).append(one)
    kept: set[str] = set()
    for ranked in gaps.values():
        into = {head: place for place, _, head, _ in reversed(ranked)}
        more = max(0, STRONGEST // len(gaps) - len(into))
        others = [place for place, *_ in ranked if place not in into.values()]
        kept.update(into.values(), others[:more])
    return [one for one in found if one[0] in kept]
