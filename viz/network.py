"""`draw_network`: the classic picture, columns of units, with the numbers of one pass.

A large network has one box per layer, with its weights and their gradients as heatmaps.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd import Node, Value, sigmoid
from nn.names import helped

from .checks import at_least, one_of
from .draw import DIRECTIONS
from .render.composing import Manner, composed_of_groups
from .render.looks import network_legend
from .render.palette import THEMES
from .say import health
from .say.box_text import Scales, sign_of, strength
from .say.numbers import show
from .say.ranges import alarming, heatmap, mean
from .scene.diagram import Arrow, Box, Diagram, Heatmap
from .see.folding import Grouping, folded
from .see.layered import Column, Known, Unit, columns_of, examples, objective
from .showing import waiting

if TYPE_CHECKING:
    from .render.picture import Picture

WHO = "draw_network"
EDGES = ("weight", "gradient")
MOST_CONNECTIONS = 600  # a network of more is drawn by layers
MOST_LABELS = 24  # more connections than this have no numbers written on them
MOST_LINES = 60  # more than this cannot be told apart: the strongest are drawn
STRONGEST = 40  # then, shared among the gaps between columns, and one into every unit
FEWEST_PIXELS = 36  # so many inputs may be an image
DIGITS = 2  # of the ends of a range, which have to stand in a circle


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
        diagram = _of_layers(columns, goal, name, Manner(direction=direction, legend=legend))
    else:
        units = _Units(columns, goal, by_gradient=edges == "gradient", max_units=max_units)
        diagram = units.diagram(name, direction=direction, legend=legend)
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


def _is_large(sizes: list[int], max_units: int) -> bool:
    lines = sum(before * after for before, after in itertools.pairwise(sizes))
    return max(sizes) > max_units or lines > MOST_CONNECTIONS


# --- a large network: one box per layer -----------------------------------------------------------


def _of_layers(columns: list[Column], goal: Value, name: str, manner: Manner) -> Diagram:
    """The layers of a network as `draw` folds them, and what follows them up to the goal."""
    values = [value for column in columns for value in _values(column)]
    known = Known(goal, values)
    tape = known.graph.facts.tape
    of = [len(columns)] * len(known.graph)
    seen: set[int] = set()
    for number, column in enumerate(columns):
        stack = [known.places[value] for value in _values(column)]
        while stack:
            index = stack.pop()
            if index not in seen:
                seen.add(index)
                of[index] = number
                stack += tape.places(index) if tape.ops[index] is not None else ()
    used = sorted(set(of))  # a function that only picks some of its inputs computes nothing
    names = [*[": ".join(filter(None, (one.place, one.block))) for one in columns], name]
    grouping = Grouping(
        [used.index(number) for number in of], [names[number] for number in used], [False] * len(of)
    )
    diagram = composed_of_groups(folded(known.graph, grouping, len(names)), "layer", manner)
    first, *others = diagram.boxes
    units = columns[0].units
    head = f"{len(units):,} inputs {units[0].name} … {units[-1].name}"
    if len(units) > 1:
        first = replace(first, lines=(head, *first.lines[1:]), heatmaps=_image_of(columns[0]))
    title = (_shape(columns), *diagram.title) if manner.legend else ()
    return replace(diagram, boxes=(first, *others), title=title)


def _values(column: Column) -> Iterator[Value]:
    """The outputs and the parameters of a column."""
    for unit in column.units:
        yield from (*unit.outputs, *unit.weights, *([] if unit.bias is None else [unit.bias]))
    yield from column.parameters


# --- a small network: one circle per unit ---------------------------------------------------------


def _shape(columns: Sequence[Column]) -> str:
    """A network in words: ``2 inputs → 3 tanh → 1 linear``."""
    count = len(columns[0].units)
    return " → ".join([f"{count:,} input{'s' * (count > 1)}", *map(_made_of, columns[1:])])


def _made_of(column: Column) -> str:
    names = [column.block, *dict.fromkeys(unit.name for unit in column.units)]
    return f"{len(column.units):,} {', '.join([name for name in names if name])}".rstrip()


def _image_of(column: Column) -> tuple[Heatmap, ...]:
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
    return f"{name} {show(min(known), DIGITS)}…{show(max(known), DIGITS)}"


def _state(slopes: tuple[float, ...]) -> str:
    """What is not well with a unit whose activation has these slopes, in one word."""
    unit = health.Unit("", slopes)
    if unit.is_dead:
        return "dead" if len(slopes) > 1 else "off"
    return "saturated" if unit.is_saturated else ""


def _each(numbers: Sequence[float | int | None]) -> str:
    return ", ".join(map(repr, numbers[:8])) + (", …" if len(numbers) > 8 else "")


class _Units:
    """The units that are shown, and the graph that has their gradients."""

    def __init__(
        self, columns: list[Column], goal: Value, *, by_gradient: bool, max_units: int
    ) -> None:
        self.columns = columns
        self.image = _image_of(columns[0])
        shown = [replace(column, units=column.units[:max_units]) for column in columns]
        self.shown = [column.units for column in shown]
        self.by_gradient = by_gradient
        self.known = Known(goal, [value for column in shown for value in _values(column)])
        self.found = self._found()
        self.drawn = _strongest(self.found, self._size)
        self.stacks = list(self._stacks())

    def diagram(self, name: str, *, direction: str, legend: bool) -> Diagram:
        """The units and their connections; ``name`` is that of the goal."""
        boxes = tuple([box for stack in self.stacks for box in stack])
        arrows = (*self._weights(), *self._plain())
        edges = EDGES[self.by_gradient]
        return Diagram(
            boxes,
            arrows,
            title=self._title(name) if legend else (),
            legend=network_legend(boxes, arrows, edges) if legend else (),
            columns=tuple([tuple([box.id for box in stack]) for stack in self.stacks]),
            direction=direction,
            points="none",
        )

    def _stacks(self) -> Iterator[list[Box]]:
        """The boxes, column by column; a block stands in a column of its own."""
        last = len(self.shown) - 1
        for number, (column, shown) in enumerate(zip(self.columns, self.shown, strict=True)):
            kind = "input" if number == 0 else "output" if number == last else "unit"
            if column.block:
                yield [self._block(number)]
            if number == 0 and self.image:
                side = math.isqrt(len(column.units))
                head = f"{side} × {side} inputs"
                yield [Box("u0_image", "variable", (head,), heatmaps=self.image)]
                continue
            boxes = [self._box(unit, f"u{number}_{k}", kind) for k, unit in enumerate(shown)]
            if more := len(column.units) - len(shown):
                boxes.append(Box(f"u{number}_more", "note", (f"… {more:,} more",)))
            yield boxes

    def _block(self, number: int) -> Box:
        column, before = self.columns[number], self.columns[number - 1]
        lines = [column.block, f"{len(before.units):,} → {len(column.units):,}"]
        if column.parameters:
            lines.append(f"{len(column.parameters):,} parameters")
        return Box(f"u{number}_block", "layer", tuple(lines), column.place)

    def _box(self, unit: Unit, name: str, kind: str) -> Box:
        nodes = [self.known[output] for output in unit.outputs]
        values, grads = [node.value for node in nodes], [node.grad for node in nodes]
        head = unit.name
        if kind == "output" and len(self.columns[-1].units) > 1:  # each says which it is
            head = f"y{int(name.rpartition('_')[2]) + 1} {head}".rstrip()
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

    def _found(self) -> list[tuple[str, str, str, Node]]:
        """The weights between units that are shown: a name, both ends, and the node."""
        return [
            (f"{number - 1}_{i}_{j}", f"u{number - 1}_{i}", f"u{number}_{j}", self.known[weight])
            for number, (before, after) in enumerate(itertools.pairwise(self.shown), start=1)
            for j, unit in enumerate(after)
            if not (number == 1 and self.image)
            for i, weight in enumerate(unit.weights[: len(before)])
        ]

    def _weights(self) -> Iterator[Arrow]:
        """One line per weight between two units that are shown."""
        sizes = [abs(self._size(node) or 0.0) for *_, node in self.found]
        largest = max(filter(math.isfinite, sizes), default=0.0)
        labelled = len(self.found) <= MOST_LABELS
        for place, tail, head, node in self.drawn:
            size = self._size(node)
            sign = sign_of(size, largest) if size is not None else "plain"
            thick = strength(size or 0.0, sign, Scales(contribution=largest))
            lines = (show(size),) if labelled else ()
            hint = f"weight {node.value!r}\ngradient {node.grad!r}"
            yield Arrow(f"w{place}", tail, head, lines, sign, thick, hint)

    def _plain(self) -> Iterator[Arrow]:
        """Lines without a weight: into a block and out of it, and from an image."""
        for before, after in itertools.pairwise(self.stacks):
            is_image = bool(before[0].heatmaps)
            if is_image or "layer" in {before[0].kind, after[0].kind}:
                hint = f"{len(self.columns[0].units):,} weights" * is_image
                for tail, head in itertools.product(before, after):
                    yield Arrow(f"p{tail.id}_{head.id}", tail.id, head.id, hint=hint)

    def _size(self, weight: Node) -> float | None:
        return weight.grad if self.by_gradient else weight.value

    def _title(self, goal: str) -> tuple[str, ...]:
        """The network's shape in words, and what is drawn."""
        count = len(self.columns[0].units[0].outputs)
        ranges = f"; a…b: min…max over {count:,} examples" if count > 1 else ""
        lines = f"on each line: {f'∂({goal})/∂weight' if self.by_gradient else 'the weight'}"
        if len(self.drawn) < len(self.found):
            lines = f"lines: of {len(self.found):,} weights the {len(self.drawn):,} strongest"
            lines += f" by |∂({goal})/∂weight|" if self.by_gradient else ""
        has_chances = any(line.startswith("p ") for box in self.stacks[-1] for line in box.lines)
        more = f"{'; p: probability of class 1' * has_chances}{ranges}"
        if self.by_gradient:
            said = f"v value, g = ∂({goal})/∂v, ∂b = ∂({goal})/∂bias{more}"
            return _shape(self.columns), said, lines
        return _shape(self.columns), f"v value, b bias; {lines}{more}"


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
