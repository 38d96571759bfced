"""The picture of a larger network: an image, grids of cells, rows with bars, and the loss."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagram import Box
from ...labels import columns
from ..page.shapes import Point, number
from . import drawing
from .drawing import COLUMN, LINE, TEXT, Spot
from .finding import Unit
from .layers import BAR, Large, Layer

TALL = 8  # rows of cells
CELL = 9.8 * COLUMN  # a cell: its unit's number, and a value of six characters
HIGH = 2.1 * LINE
ROW = 1.35 * LINE
GAP = 0.18 * TEXT
ARROW = 2.2 * TEXT
IMAGE = 9.5 * TEXT
FAINT = 0.45  # the strongest colour below a text
HEAD = 1.2 * LINE


def svg(it: Large) -> str:
    """All of it, from left to right."""
    return _Picture(it).svg()


class _Picture:
    def __init__(self, it: Large) -> None:
        self.it = it
        self.parts: list[str] = []
        self.arrows: list[str] = []
        sizes = [self._grid_size(layer) for layer in it.layers]
        self.height = max([IMAGE, *[high for _, high in sizes]]) + 2 * HEAD
        self.middle = self.height / 2 + TEXT / 2
        self.x = TEXT / 2

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
        return drawing.picture(self.x + TEXT / 2, self.height + TEXT, [*self.arrows, *self.parts])

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
        self.x += width
        return "x", self.x - width + wide * size

    # --- units ------------------------------------------------------------------------------------

    def _grid_size(self, layer: Layer) -> Point:
        if layer.is_scores:
            return self._score_width(layer), len(layer.shown) * (ROW + GAP)
        across = -(-len(layer.shown) // TALL)
        down = -(-len(layer.shown) // across)
        return across * (CELL + GAP), down * (HIGH + GAP)

    def _frame(self, layer: Layer, x: float, size: Point) -> float:
        """The box around a layer with its head, and where its cells begin."""
        it = self.it
        width, height = size
        top = self.middle - height / 2
        kind = layer.units[0].activation or ("scores" if it.ends is not None else "outputs")
        name = f"{len(layer.units)} {kind}"
        name += " units" if layer.units[0].activation else ""
        shape = drawing.rectangle(x, top - HEAD, width + 2 * GAP, height + 2 * HEAD, corner=6)
        middle = x + width / 2 + GAP
        texts = [
            drawing.text(middle, top - 0.45 * HEAD, name),
            drawing.text(0, 0, ""),
            drawing.text(middle, top + height + 0.7 * HEAD, ""),
        ]
        more = len(layer.units) - len(layer.shown)
        if more:
            words = f"… {more:,} more"
            texts.append(drawing.text(x + width, top - 0.45 * HEAD, words, "end"))
        self.parts.append(drawing.group(Box(layer.id, "layer", ()), [shape, *texts]))
        return top

    def _cells(self, layer: Layer, x: float) -> float:
        size = self._grid_size(layer)
        top = self._frame(layer, x, size)
        across = -(-len(layer.shown) // TALL)
        values = [self.it.value(unit) for unit in layer.shown]
        most = max((abs(value) for value in values if value == value), default=0.0)
        for k, unit in enumerate(layer.shown):
            down, along = divmod(k, across)
            left = x + GAP * 1.5 + along * (CELL + GAP)
            self.parts.append(self._cell(unit, left, top + down * (HIGH + GAP), most))
        return x + size[0] + 2 * GAP

    def _cell(self, unit: Unit, x: float, y: float, most: float) -> str:
        value = self.it.value(unit)
        share = abs(value) / most * FAINT if most and value == value else 0.0
        kind = "positive" if value > 0 else "negative"
        colour = (
            f'<rect x="{number(x)}" y="{number(y)}" '
            f'width="{number(CELL)}" height="{number(HIGH)}" '
            f'style="fill:var(--{kind})" fill-opacity="{share:.2f}"/>'
        )
        right = x + CELL - 0.25 * TEXT
        texts = [
            drawing.text(x + 0.25 * TEXT, y + 0.8 * LINE, str(unit.place), "start"),
            drawing.text(right, y + 0.8 * LINE, "·", "end"),
            drawing.text(right, y + 1.8 * LINE, "·", "end"),
        ]
        shape = drawing.rectangle(x, y, CELL, HIGH)
        return drawing.group(Box(self.it.box(unit), "operation", ()), [shape, colour, *texts])

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
        x += 10.5 * COLUMN
        yield x
        x += (BAR + 9) * COLUMN if self.it.ends is not None else 0.0
        yield x
        yield x + 12 * COLUMN

    def _score_width(self, layer: Layer) -> float:
        return [*self._score_places(layer)][-1] + GAP

    def _scores(self, layer: Layer, x: float) -> float:
        size = self._grid_size(layer)
        top = self._frame(layer, x, size)
        name, value, bar, gradient, end = self._score_places(layer)
        left = x + 1.5 * GAP
        for k, unit in enumerate(layer.shown):
            y = top + k * (ROW + GAP)
            base = y + 0.5 * ROW + 0.26 * LINE
            texts = [
                drawing.text(left + name, base, self._score_name(unit), "start"),
                drawing.text(left + value, base, "v ·", "start"),
                drawing.text(left + gradient, base, "g ·", "start"),
            ]
            if self.it.ends is not None:
                texts.append(drawing.text(left + bar, base, "·", "start"))
            shape = drawing.rectangle(left, y, end, ROW)
            box = Box(self.it.box(unit), "operation", ())
            self.parts.append(drawing.group(box, [shape, *texts]))
        return x + size[0] + 2 * GAP

    # --- the loss ---------------------------------------------------------------------------------

    def _box(self, name: str, x: float) -> Spot:
        it = self.it
        index = int(name[1:])
        lines = [it.names.single(index), "v ·", "g ·"]
        width, height = drawing.size_of([lines[0], "v 0.006309", "g −0.0063"])
        box = Box(name, "operation", tuple(lines), is_root=index in it.graph.roots)
        spot = Spot(box, x + width / 2, self.middle, width, height)
        self.parts.append(drawing.box(spot, lines))
        return spot
