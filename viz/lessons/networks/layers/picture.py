"""The picture of a larger network: an image, grids of cells, rows with bars, and the loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....render import drawing
from ....render.drawing import COLUMN, LINE, TEXT, Spot
from ....render.shapes import Point, number
from ....say.labels import columns
from ....scene.diagram import Box
from ....see.neurons import Unit
from ...story import GRADIENT, VALUE, Step
from .layer import CHANCE, Large, Layer

TALL = 8  # rows of cells
LOW = 1.9 * LINE  # a cell
ROW = 1.2 * LINE
GAP = 0.15 * TEXT
ARROW = 1.5 * TEXT
IMAGE = 7.5 * TEXT
HEAD = 1.1 * LINE
BAR = 8.5 * COLUMN  # a full bar
PAD = 0.25 * TEXT


def svg(it: Large, steps: Sequence[Step]) -> str:
    """All of it, from left to right, with room for all that the steps write."""
    return _Picture(it, steps).svg()


class _Picture:
    def __init__(self, it: Large, steps: Sequence[Step]) -> None:
        self.it = it
        self.parts: list[str] = []
        self.arrows: list[str] = []
        self.longest: dict[tuple[str, int], int] = {}
        for fill in [fill for step in steps for fill in step.fills]:
            place = fill.box, fill.line
            self.longest[place] = max(self.longest.get(place, 0), columns(fill.text))
        sizes = [self._grid_size(layer) for layer in it.layers]
        self.height = max([IMAGE, *[high for _, high in sizes]]) + 2 * HEAD
        self.middle = self.height / 2 + TEXT / 4
        self.x = TEXT / 4

    def _widest(self, layer: Layer, line: int) -> int:
        """The columns that a line of a layer's units takes, in any step."""
        found = [self.longest.get((self.it.box(unit), line), 0) for unit in layer.shown]
        return max([3, *found])

    def svg(self) -> str:
        """Place everything, and draw it."""
        it = self.it
        last = self._input()
        for layer in it.layers:
            start = self.x + ARROW
            self._arrow(it.arrow_into(layer), last[0], layer.id, last[1], start)
            end = self._scores(layer, start) if layer.is_scores else self._cells(layer, start)
            last = layer.id, end
            self.x = end
        for name in it.loss_boxes():
            start = self.x + ARROW
            spot = self._box(name, start)
            self._arrow(f"e{last[0].removeprefix('n')}_{name[1:]}_0", last[0], name, last[1], start)
            last = name, spot.right[0]
            self.x = spot.right[0]
        parts = [*self.arrows, *self.parts]
        return drawing.picture(self.x + TEXT / 4, self.height + TEXT / 2, parts)

    def _arrow(self, name: str, tail: str, head: str, start: float, end: float) -> None:
        points = drawing.straight((start, self.middle), (end, self.middle))
        self.arrows.append(drawing.arrow(name, tail, head, points))

    # --- the input --------------------------------------------------------------------------------

    def _input(self) -> tuple[str, float]:
        it = self.it
        values = [it.graph.nodes[i].value for i in it.inputs]
        high, wide = it.image
        rows = [values[i * wide : (i + 1) * wide] for i in range(high)]
        rows[-1] += [0.0] * (wide - len(rows[-1]))
        size = min(IMAGE / high, IMAGE / wide)
        y = self.middle - high * size / 2
        most = max((abs(value) for value in values if value == value), default=0.0)
        if min(values) < 0.0 or not most:
            drawn = drawing.cells(rows, most, self.x, y, size)
        else:
            drawn = drawing.ink([[v / most for v in row] for row in rows], self.x, y, size)
        what = "pixels" if it.is_image else "inputs"
        width = max(wide * size, 8 * COLUMN)
        shape = drawing.rectangle(self.x, y, wide * size, high * size)
        texts = [
            drawing.text(self.x + width / 2, y - 0.5 * LINE, f"{len(values)} {what}"),
            drawing.text(0, 0, ""),
            drawing.text(0, 0, ""),
        ]
        self.parts.append(
            drawing.group(Box("x", "variable", ()), [shape, drawing.paper(shape), drawn, *texts])
        )
        for position, name in it.spots.items():
            down, along = divmod(position, wide)
            place = self.x + along * size, y + down * size, size
            self.parts.append(drawing.spot(f"px{position}", name, [place]))
        self.x += width
        return "x", self.x - width + wide * size

    # --- units ------------------------------------------------------------------------------------

    def _grid_size(self, layer: Layer) -> Point:
        if layer.is_scores:
            return self._score_width(layer), len(layer.shown) * (ROW + GAP)
        across = -(-len(layer.shown) // TALL)
        down = -(-len(layer.shown) // across)
        wide = max(across * (self._cell_width(layer) + GAP), columns(self._head(layer)) * COLUMN)
        return wide, down * (LOW + GAP)

    def _head(self, layer: Layer) -> str:
        """What stands above a layer."""
        count, shown = len(layer.units), len(layer.shown)
        kind = layer.units[0].activation or ("scores" if self.it.ends is not None else "outputs")
        name = f"{count} {kind}{' units' if layer.units[0].activation else ''}"
        return name if shown == count else f"{name}, {shown} shown"

    def _frame(self, layer: Layer, x: float, size: Point) -> float:
        """The box around a layer with its head, and where its cells begin."""
        width, height = size
        top = self.middle - height / 2
        shape = drawing.rectangle(x, top - HEAD, width + 2 * GAP, height + 2 * HEAD, corner=6)
        middle = x + width / 2 + GAP
        is_wide = layer.is_scores and self.it.ends is not None
        head = self._head(layer)
        texts = [
            drawing.text(x + 2 * PAD, top - 0.3 * HEAD, head, "start")
            if is_wide
            else drawing.text(middle, top - 0.3 * HEAD, head),
            drawing.text(0, 0, ""),
            drawing.text(middle, top + height + 0.75 * HEAD, ""),
        ]
        self.parts.append(drawing.group(Box(layer.id, "layer", ()), [shape, *texts]))
        return top

    def _cell_width(self, layer: Layer) -> float:
        """The room for a unit's number beside its value, and for its gradient below."""
        number_ = max(len(str(unit.place)) for unit in layer.shown)
        widest = max(number_ + 1 + self._widest(layer, VALUE), self._widest(layer, GRADIENT))
        return widest * COLUMN + 2 * PAD

    def _cells(self, layer: Layer, x: float) -> float:
        size = self._grid_size(layer)
        top = self._frame(layer, x, size)
        across = -(-len(layer.shown) // TALL)
        wide = self._cell_width(layer)
        first = x + GAP * 1.5 + (size[0] - across * (wide + GAP)) / 2
        for k, unit in enumerate(layer.shown):
            down, along = divmod(k, across)
            self.parts.append(
                self._cell(unit, first + along * (wide + GAP), top + down * (LOW + GAP), wide)
            )
        return x + size[0] + 2 * GAP

    def _cell(self, unit: Unit, x: float, y: float, wide: float) -> str:
        shade = (
            f'<rect data-line="{VALUE}" x="{number(x)}" y="{number(y)}" '
            f'width="{number(wide)}" height="{number(LOW)}"/>'
        )
        right = x + wide - PAD
        texts = [
            drawing.text(x + PAD, y + 0.78 * LINE, str(unit.place), "start"),
            drawing.text(right, y + 0.78 * LINE, "v ·", "end"),
            drawing.text(right, y + 1.68 * LINE, "g ·", "end"),
        ]
        shape = drawing.rectangle(x, y, wide, LOW)
        return drawing.group(Box(self.it.box(unit), "operation", ()), [shape, shade, *texts])

    # --- scores -----------------------------------------------------------------------------------

    def _score_name(self, unit: Unit) -> str:
        name = self.it.names.spoken(unit)
        if self.it.ends is None:
            return name
        is_target = self.it.ends.target == unit.place
        return f"{name.removeprefix('score ')}{' ←' if is_target else ''}"

    def _score_places(self, layer: Layer) -> Iterator[float]:
        """Where the parts of a row begin: name, value, bar, gradient; and where it ends."""
        x = 0.3 * TEXT
        yield x
        x += (max(columns(self._score_name(unit)) for unit in layer.shown) + 1) * COLUMN
        yield x
        x += (self._widest(layer, VALUE) + 1) * COLUMN
        yield x
        x += BAR + COLUMN if self.it.ends is not None else 0.0
        yield x
        yield x + self._widest(layer, GRADIENT) * COLUMN + PAD

    def _score_width(self, layer: Layer) -> float:
        return max([*self._score_places(layer)][-1] + GAP, columns(self._head(layer)) * COLUMN)

    def _scores(self, layer: Layer, x: float) -> float:
        size = self._grid_size(layer)
        top = self._frame(layer, x, size)
        name, value, bar, gradient, end = self._score_places(layer)
        left = x + 1.5 * GAP
        if self.it.ends is not None:
            words = drawing.text(left + bar, top - 0.3 * HEAD, "probability", "start")
            self.parts.append(words)
        for k, unit in enumerate(layer.shown):
            y = top + k * (ROW + GAP)
            base = y + 0.5 * ROW + 0.26 * LINE
            texts = [
                drawing.text(left + name, base, self._score_name(unit), "start"),
                drawing.text(left + value, base, "v ·", "start"),
                drawing.text(left + gradient, base, "g ·", "start"),
            ]
            parts = [drawing.rectangle(left, y, end, ROW)]
            if self.it.ends is not None:
                parts.append(_bar(left + bar, y))
                texts.append(drawing.text(left + bar + BAR - PAD, base, "·", "end"))
            box = Box(self.it.box(unit), "operation", ())
            self.parts.append(drawing.group(box, [*parts, *texts]))
        return x + size[0] + 2 * GAP

    # --- the loss ---------------------------------------------------------------------------------

    def _box(self, name: str, x: float) -> Spot:
        it = self.it
        index = int(name[1:])
        lines = [it.names.single(index), "v ·", "g ·"]
        widest = [self.longest.get((name, line), 3) for line in (VALUE, GRADIENT)]
        width, height = drawing.size_of([lines[0], *["0" * count for count in widest]])
        box = Box(name, "operation", tuple(lines), is_root=index in it.graph.roots)
        spot = Spot(box, x + width / 2, self.middle, width, height)
        self.parts.append(drawing.box(spot, lines))
        return spot


def _bar(x: float, y: float) -> str:
    """A bar at its longest; with each probability it gets its length."""
    return (
        f'<rect class="bar" data-line="{CHANCE}" data-full="{number(BAR)}" x="{number(x)}" '
        f'y="{number(y + 0.1 * ROW)}" width="{number(BAR)}" height="{number(0.8 * ROW)}"/>'
    )
