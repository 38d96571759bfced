"""The picture of one unit: images of its weights, its terms, its result, and who uses it."""

from __future__ import annotations

from ...diagram import Box
from ...equations import number
from ...labels import columns
from ...matrices import reduced
from . import drawing
from .drawing import COLUMN, LINE, TEXT, Spot
from .layers import shape_of
from .unit_inside import Inside

SIDE = 8.6 * TEXT  # of an image
MOST_CELLS = 28  # a side
GAP = 0.3 * TEXT
HIGH = 2.35 * LINE


def svg(of: Inside) -> str:
    """Images at the left, then products, the sum, the activation, and the users."""
    return _Picture(of).svg()


class _Picture:
    def __init__(self, of: Inside) -> None:
        self.of = of
        self.parts: list[str] = []
        self.arrows: list[str] = []
        self.spots: dict[str, Spot] = {}

    def svg(self) -> str:
        """Images at the left, then products, the sum, the activation, and the users."""
        x = TEXT / 2
        count = len(self.of.terms())
        height = max(2 * (SIDE + 2.6 * LINE), (HIGH + GAP) * count)
        middle = height / 2 + TEXT / 2
        x = self._images(x, height) + 1.5 * TEXT
        x = self._term_column(x, middle) + 2.6 * TEXT
        x = self._column(x, middle, [self._sum_box()]) + 3 * TEXT
        if self.of.run.steps:
            x = self._column(x, middle, [self._out_box()])
            self._connect("ez", self.of.total, self.of.out)
            x += 2.6 * TEXT
        users = self._user_boxes()
        if users:
            x = self._column(x, middle, users) + TEXT
            for name, _, _ in users:
                self._connect(f"e{name}", self.of.out, name)
        for name in self.of.terms():
            self._connect(f"e{name}", name, self.of.total)
        return drawing.picture(x, height + TEXT, [*self.arrows, *self.parts])

    def _connect(self, name: str, tail: str, head: str) -> None:
        start, end = self.spots[tail].right, self.spots[head].left
        self.arrows.append(drawing.arrow(name, tail, head, drawing.curve(start, end)))

    def _images(self, x: float, height: float) -> float:
        its = self.of.its
        down = its.total_grad or 0.0
        images = [("x", "inputs", its.inputs), ("w", "weights", its.weights)]
        if its.total_grad is not None:
            images.append(("g", "gradients", tuple(v * down for v in its.inputs)))
        rows, across_ = shape_of(
            len(its.inputs), self.of.it.image if self.of.unit.column == 0 else None
        )
        places = [(0, 0), (1, 0), (1, 1)]
        wide = 0.0
        for (name, words, values), (across, below) in zip(images, places, strict=False):
            matrix = [list(values[i * across_ : (i + 1) * across_]) for i in range(rows)]
            matrix[-1] += [0.0] * (across_ - len(matrix[-1]))
            cells = reduced(matrix, MOST_CELLS)
            size = min(SIDE / len(cells), SIDE / len(cells[0]))
            left = x + across * (SIDE + TEXT)
            top = TEXT / 2 + LINE + below * height / 2
            if across == 0:
                top += height / 4
            most = self.of.most(list(values))
            if name == "x" and most and min(values) >= 0.0:
                drawn = drawing.ink([[v / most for v in row] for row in cells], left, top, size)
            else:
                drawn = drawing.cells(cells, most, left, top, size)
            shape = drawing.rectangle(left, top, len(cells[0]) * size, len(cells) * size)
            center = left + SIDE / 2
            texts = [
                drawing.text(center, top - 0.35 * LINE, words),
                drawing.text(center, top + len(cells) * size + 0.9 * LINE, ""),
                drawing.text(0, 0, ""),
            ]
            kind = "variable" if name == "x" else "parameter"
            self.parts.append(
                drawing.group(Box(name, kind, ()), [shape, drawing.paper(shape), drawn, *texts])
            )
            wide = max(wide, left + SIDE)
        return wide

    def _term_column(self, x: float, middle: float) -> float:
        """The terms of the sum, each in two lines: what it is and its value, and its gradient."""
        rows = [
            (f"p{k}", "operation", self.of.sources[k], self.of.product_text(k))
            for k in self.of.chosen
        ]
        if self.of.others:
            rows.append(("others", "group", f"{len(self.of.others)} others", "−0.00012"))
        if self.of.unit.bias is not None:
            rows.append((f"n{self.of.unit.bias}", "parameter", "bias", "−0.00012"))
        names = max(columns(name) for _, _, name, _ in rows) + 1
        wide = (names + max(columns(text) for *_, text in rows)) * COLUMN + 2 * drawing.SIDE
        y = middle - ((HIGH + GAP) * len(rows) - GAP) / 2
        for name, kind, head, _ in rows:
            self.parts.append(self._term(name, kind, head, (x, y, wide), names))
            self.spots[name] = Spot(Box(name, kind, ()), x + wide / 2, y + HIGH / 2, wide, HIGH)
            y += HIGH + GAP
        return x + wide

    def _term(
        self, name: str, kind: str, head: str, place: tuple[float, float, float], names: int
    ) -> str:
        x, y, wide = place
        left = x + drawing.SIDE + names * COLUMN
        texts = [
            drawing.text(x + drawing.SIDE, y + 0.95 * LINE, head, "start"),
            drawing.text(left, y + 0.95 * LINE, "·", "start"),
        ]
        if name != "others":
            texts.append(drawing.text(left, y + 1.95 * LINE, "·", "start"))
        shape = drawing.rectangle(x, y, wide, HIGH, corner=8 if kind == "operation" else 0)
        return drawing.group(Box(name, kind, ()), [shape, *texts])

    def _sum_box(self) -> tuple[str, str, list[str]]:
        return self.of.total, "operation", [f"{self.of.z}: Σ", "v −0.0001234", "g −0.0001234"]

    def _out_box(self) -> tuple[str, str, list[str]]:
        lines = [f"{self.of.name}: {self.of.unit.activation}", "v −0.0001234", "g −0.0001234"]
        return self.of.out, "activation", lines

    def _user_boxes(self) -> list[tuple[str, str, list[str]]]:
        boxes = []
        for k, one in enumerate(self.of.top_users):
            name = self.of.user_name(one.consumer)
            boxes.append((f"u{k}", "operation", [name, number(one.product)]))
        if self.of.more_users:
            boxes.append(("us", "group", [f"{len(self.of.more_users)} others", "−0.0001234"]))
        return boxes

    def _column(self, x: float, middle: float, boxes: list[tuple[str, str, list[str]]]) -> float:
        sizes = [drawing.size_of(lines) for _, _, lines in boxes]
        wide = max(width for width, _ in sizes)
        y = middle - (sum(high for _, high in sizes) + GAP * (len(sizes) - 1)) / 2
        for (name, kind, lines), (_, high) in zip(boxes, sizes, strict=True):
            box = Box(name, kind, tuple(lines))
            spot = Spot(box, x + wide / 2, y + high / 2, wide, high)
            self.spots[name] = spot
            first = [lines[0], *["·" for _ in lines[1:]]]
            self.parts.append(drawing.box(spot, first))
            y += high + GAP
        return x + wide
