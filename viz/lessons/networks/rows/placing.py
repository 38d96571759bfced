"""Where the boxes of one example stand: in columns, each neuron with its weights before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from ....render import drawing
from ....render.drawing import Spot
from ....render.shapes import Point
from ....say.labels import columns as text_columns
from ....scene import layout
from ....scene.diagram import Box, Diagram
from ...story import Step
from ..naming import few_weights
from .row import OTHERS, TARGET, UNIT, Part, Row, Wire

TALL, TALLER = 5, 8  # boxes in a column; more of them have two rows of text each, or one
GAP = 0.5 * drawing.TEXT  # between two boxes of a column
NEAR = 0.8 * drawing.TEXT  # between a weight and its neuron
STEP = 1.4 * drawing.TEXT  # between two columns
WIRES = 2.1 * drawing.TEXT  # the same where arrows cross
MANY = 24  # arrows that need more room yet

KINDS = {"input": "variable", "unit": "activation", "single": "operation", "others": "group"}


def drawn(row: Row, lines: Mapping[str, Sequence[str]], steps: Sequence[Step]) -> str:
    """The picture: ``lines`` are what stands in each box at first."""
    return _Placing(row, lines, _longest(lines, steps)).svg()


def _longest(lines: Mapping[str, Sequence[str]], steps: Sequence[Step]) -> dict[str, list[str]]:
    """The widest text of each line in any step."""
    found = {name: list(texts) for name, texts in lines.items()}
    for step in steps:
        for fill in step.fills:
            if fill.box in found:
                old = found[fill.box][fill.line]
                found[fill.box][fill.line] = max(old, fill.text, key=text_columns)
    return found


class _Placing:
    """The columns of a row, from left to right, and then each box in them from top to bottom."""

    def __init__(
        self, row: Row, lines: Mapping[str, Sequence[str]], longest: Mapping[str, list[str]]
    ) -> None:
        self.row, self.lines, self.longest = row, lines, dict(longest)
        self.weights = few_weights(row.network)
        self.wires = {wire.id: wire for wire in row.wires}
        self.between: dict[tuple[str, str], list[Wire]] = defaultdict(list)
        for wire in row.wires:
            self.between[wire.tail, wire.head].append(wire)
        self.ranks = self._ranks()
        self.flat = self._flat()
        self.spots: dict[str, Spot] = {}
        self.width = 0.0
        self._place()

    def _ranks(self) -> dict[str, int]:
        """The column of each box: after all that it uses; leaves just before their first user."""
        into = defaultdict(list)
        for wire in self.row.wires:
            into[wire.head].append(wire.tail)
        ranks: dict[str, int] = {}
        late = {p.id for p in self.row.parts if _is_late(p)}
        for part in self.row.parts:  # users come after what they use
            before = [ranks[tail] for tail in into[part.id] if tail in ranks and tail not in late]
            ranks[part.id] = max(before, default=-1) + 1
        for wire in self.row.wires:
            if wire.tail in late:
                ranks[wire.tail] = ranks[wire.head] - 1
        return ranks

    def _flat(self) -> dict[str, int]:
        """The boxes of long columns, which would be tiny on a screen, with their rows of text."""
        columns = defaultdict(list)
        for part in self.row.parts:
            columns[self.ranks[part.id]].append(part.id)
        found: dict[str, int] = {}
        for column in columns.values():
            found |= flattened(column, self.longest)
        return found

    # --- placing ----------------------------------------------------------------------------------

    def _place(self) -> None:
        columns: dict[int, list[Part]] = defaultdict(list)
        for part in self.row.parts:
            columns[self.ranks[part.id]].append(part)
        height = max(self._height(column) for column in columns.values())
        x = drawing.TEXT / 4
        for rank in sorted(columns):
            x = self._column(columns[rank], x, height)
            following = columns.get(rank + 1, [])
            crossing = self._arrows_into(following)
            x += _gap(crossing, height)
        self.width = max(spot.right[0] for spot in self.spots.values()) + drawing.TEXT / 4
        tops = [spot.y - spot.height / 2 for spot in self.spots.values()]
        ends = [spot.y + spot.height / 2 for spot in self.spots.values()]
        self.top, self.bottom = min(tops) - drawing.TEXT / 2, max(ends) + drawing.TEXT / 2

    def _arrows_into(self, column: Sequence[Part]) -> int:
        names = {part.id for part in column}
        return sum(wire.head in names for wire in self.row.wires)

    def _size(self, name: str) -> Point:
        return drawing.size_of(self.longest[name], rows=self.flat.get(name, 0))

    def _stack(self, part: Part) -> list[str]:
        """The ids of the boxes of a neuron's weights and bias, from the top down."""
        if not self.weights or part.unit is None:
            return []
        into = [wire for wire in self.row.wires if wire.head == part.id]
        found = [f"n{wire.weight}" for wire in into]
        return found + ([f"n{part.unit.bias}"] if part.unit.bias is not None else [])

    def _cell(self, part: Part) -> float:
        """How much height a box takes with its weights."""
        stack = [drawing.size_of(self.longest[name], rows=1)[1] for name in self._stack(part)]
        return max(self._size(part.id)[1], sum(stack) + 0.2 * drawing.TEXT * max(0, len(stack) - 1))

    def _height(self, column: Sequence[Part]) -> float:
        main = [part for part in column if not _is_late(part)] or column
        return sum(map(self._cell, main)) + self._between(main) * (len(main) - 1)

    def _between(self, column: Sequence[Part]) -> float:
        """The room between two boxes of a column."""
        return GAP * (0.8 if column[0].id in self.flat else 2)

    def _column(self, column: Sequence[Part], x: float, height: float) -> float:
        """Place one column at x, and return where it ends."""
        main = [part for part in column if not _is_late(part)] or list(column)
        below = [part for part in column if part not in main]
        stacks = {part.id: self._stack(part) for part in main}
        wide = max(
            (
                drawing.size_of(self.longest[name], rows=1)[0]
                for names in stacks.values()
                for name in names
            ),
            default=0.0,
        )
        width = max(self._size(part.id)[0] for part in main)
        # What stands below may reach out to the left, where nothing else does.
        over = max([self._size(part.id)[0] for part in below], default=0.0) - width - STEP
        start = x + max(wide + NEAR if wide else 0.0, over)
        total = self._height(column)
        free = (height - total) / (len(main) + 1) if len(main) > 1 else (height - total) / 2
        y = free
        for part in main:
            cell = self._cell(part)
            self._put(part, start + width / 2, y + cell / 2, width)
            self._put_stack(stacks[part.id], x, wide, y + cell / 2)
            y += cell + self._between(main) + (free if len(main) > 1 else 0.0)
        last = self.spots[main[-1].id]
        y = last.y + self._cell(main[-1]) / 2 + GAP
        for part in below:
            size = self._size(part.id)
            wide = max(width, size[0])
            self._put(part, start + width - wide / 2, y + size[1] / 2, wide)
            y += size[1] + GAP
        return start + width

    def _put(self, part: Part, x: float, y: float, width: float) -> None:
        node = self.row.graph.nodes[part.node]
        kind = KINDS.get(part.role, "constant")
        if part.role == UNIT and part.run is not None and not part.run.steps:
            kind = "operation"
        if part.role in {"input", TARGET}:
            kind = node.kind if node.op is None else "operation"
            kind = "variable" if part.role == "input" and kind == "constant" else kind
        is_root = part.node in self.row.graph.roots and part.role != OTHERS
        box = Box(part.id, kind, tuple(self.lines[part.id]), is_root=is_root)
        longest = tuple(self.longest[part.id]) if part.id in self.flat else ()
        rows = self.flat.get(part.id, 1)
        self.spots[part.id] = Spot(box, x, y, width, self._size(part.id)[1], longest, rows)

    def _put_stack(self, names: Sequence[str], x: float, wide: float, middle: float) -> None:
        if not names:
            return
        sizes = [drawing.size_of(self.longest[name], rows=1)[1] for name in names]
        gap = 0.2 * drawing.TEXT
        y = middle - (sum(sizes) + gap * (len(sizes) - 1)) / 2
        for name, high in zip(names, sizes, strict=True):
            kind = self.row.graph.nodes[int(name[1:])].kind
            box = Box(name, kind, tuple(self.lines[name]))
            self.spots[name] = Spot(
                box, x + wide / 2, y + high / 2, wide, high, tuple(self.longest[name])
            )
            y += high + gap

    # --- drawing ----------------------------------------------------------------------------------

    def svg(self) -> str:
        """All of it."""
        moved = {name: replace(s, y=s.y - self.top) for name, s in self.spots.items()}
        self.spots = moved
        parts = [self._wire(wire.id) for wire in self.row.wires]
        parts += self._parameters()
        parts += [drawing.box(spot, self.lines[name]) for name, spot in moved.items()]
        return drawing.picture(self.width, self.bottom - self.top, parts)

    def _wire(self, name: str) -> str:
        wire = self.wires[name]
        tail, head = self.spots[wire.tail], self.spots[wire.head]
        start, end = tail.right, head.left
        twins = self.between[wire.tail, wire.head]
        if len(twins) > 1:  # e × e: two arrows, side by side
            shift = (twins.index(wire) - (len(twins) - 1) / 2) * 1.2 * drawing.TEXT
            start, end = (start[0], start[1] + shift), (end[0], end[1] + shift)
        if self.weights and wire.weight is not None:
            spot = self.spots[f"n{wire.weight}"]
            return drawing.arrow(wire.id, wire.tail, wire.head, drawing.curve(start, spot.left))
        return drawing.arrow(wire.id, wire.tail, wire.head, drawing.curve(start, end))

    def _docked(self, head: str, weight: Spot) -> Point:
        """Where the arrow from a weight meets its neuron: at its own height, if that is there."""
        spot = self.spots[head]
        room = spot.height / 2 - 0.4 * drawing.TEXT
        return spot.left[0], min(max(weight.y, spot.y - room), spot.y + room)

    def _parameters(self) -> list[str]:
        """The short arrows from weights and biases to their neurons."""
        if not self.weights:
            return []
        found = []
        for part, index, wire in self.row.parameters():
            assert part.run is not None
            assert part.unit is not None
            half = len(part.unit.weights)
            position = 2 * half if wire is None else wire.position - half
            spot = self.spots[f"n{index}"]
            name = f"e{index}_{part.run.total}_{position}"
            points = drawing.straight(spot.right, self._docked(part.id, spot))
            found.append(drawing.arrow(name, spot.box.id, part.id, points))
        return found


def flattened(column: Sequence[str], longest: dict[str, list[str]]) -> dict[str, int]:
    """The boxes of a column with their rows of text, if it is long; none if each has its usual.

    Their numbers stand below each other: ``longest`` becomes the same for all of them.
    """
    if len(column) <= TALL:
        return {}
    widest = [
        max(line, key=text_columns)
        for line in zip_longest(*[longest[name] for name in column], fillvalue="")
    ]
    for name in column:
        longest[name] = widest[: len(longest[name])]
    return dict.fromkeys(column, 2 if len(column) <= TALLER else 1)


def _is_late(part: Part) -> bool:
    """Whether a box stands just before the one that uses it, below what flows there."""
    return part.role in {TARGET, OTHERS} or part.is_apart


def _gap(crossing: int, height: float) -> float:
    """The room between two columns with so many arrows."""
    if crossing <= 4:
        return STEP
    return max(WIRES, 0.2 * height) if crossing > MANY else WIRES


# --- any diagram in columns -----------------------------------------------------------------------


def picture(diagram: Diagram, steps: Sequence[Step], columns: Sequence[Sequence[str]]) -> str:
    """A diagram whose boxes stand in these columns, from left to right."""
    longest = layout.longest_lines(diagram.boxes, steps)
    lines = {name: list(found) for name, found in longest.items()}
    flat: dict[str, int] = {}
    for column in columns:
        flat |= flattened(column, lines)
    sizes = {
        box.id: drawing.size_of(lines[box.id], rows=flat.get(box.id, 0)) for box in diagram.boxes
    }
    boxes = {box.id: box for box in diagram.boxes}
    gaps = [GAP * 0.4 if column[0] in flat else GAP for column in columns]
    high = [
        sum(sizes[name][1] for name in column) + gap * (len(column) - 1)
        for column, gap in zip(columns, gaps, strict=True)
    ]
    spots: dict[str, Spot] = {}
    x = drawing.TEXT / 2
    for column, height, gap in zip(columns, high, gaps, strict=True):
        width = max(sizes[name][0] for name in column)
        free = (max(high) - height) / (len(column) + 1)
        y = drawing.TEXT / 2 + free
        for name in column:
            texts = tuple(lines[name]) if name in flat else ()
            spots[name] = Spot(boxes[name], x + width / 2, y + sizes[name][1] / 2, width,
                               sizes[name][1], texts, flat.get(name, 1))  # fmt: skip
            y += sizes[name][1] + gap + free
        x += width + WIRES
    first = layout.first_lines(diagram.boxes, steps)
    parts = [
        drawing.arrow(arrow.id, arrow.tail, arrow.head,
                      drawing.straight(spots[arrow.tail].right, spots[arrow.head].left))
        for arrow in diagram.arrows
    ]  # fmt: skip
    parts += [drawing.box(spot, first[name]) for name, spot in spots.items()]
    return drawing.picture(x - WIRES + drawing.TEXT / 2, max(high) + drawing.TEXT, parts)
