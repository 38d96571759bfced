"""The picture of one unit: images of its weights, its terms, its result, and who uses it."""

from __future__ import annotations

from collections.abc import Sequence

from ....render import drawing
from ....render.drawing import COLUMN, LINE, TEXT, Spot
from ....render.matrices import reduced
from ....say.equations import number
from ....say.labels import columns
from ....scene.diagram import Box
from ...story import Step
from .inside import MOST_CELLS, Inside

SIDE = 7.4 * TEXT  # of an image
GAP = 0.3 * TEXT
HIGH = 2.1 * LINE
ARROW = 2 * TEXT


def svg(of: Inside, steps: Sequence[Step]) -> str:
    """Images at the left, then products, the sum, the activation, and the users."""
    return _Picture(of, steps).svg()


class _Picture:
    def __init__(self, of: Inside, steps: Sequence[Step]) -> None:
        self.of = of
        self.longest: dict[tuple[str, int], str] = {}
        for fill in [fill for step in steps for fill in step.fills]:
            place = fill.box, fill.line
            self.longest[place] = max(self.longest.get(place, ""), fill.text, key=columns)
        self.parts: list[str] = []
        self.arrows: list[str] = []
        self.spots: dict[str, Spot] = {}

    def svg(self) -> str:
        """Images at the left, then products, the sum, the activation, and the users."""
        x = TEXT / 4
        count = len(self.of.terms())
        height = max(2 * (SIDE + 2.2 * LINE), (HIGH + GAP) * count)
        middle = height / 2 + TEXT / 4
        x = self._images(x, height) + TEXT
        x = self._term_column(x, middle) + ARROW
        x = self._column(x, middle, [self._sum_box()]) + 1.4 * TEXT
        if self.of.run.steps:
            x = self._column(x, middle, [self._out_box()])
            self._connect("ez", self.of.total, self.of.out)
            x += ARROW
        users = self._user_boxes()
        if users:
            x = self._column(x, middle, users) + TEXT / 4
            for name, _, _ in users:
                self._connect(f"e{name}", self.of.out, name)
        for name in self.of.terms():
            self._connect(f"e{name}", name, self.of.total)
        return drawing.picture(x, height + TEXT / 2, [*self.arrows, *self.parts])

    def _connect(self, name: str, tail: str, head: str) -> None:
        start, end = self.spots[tail].right, self.spots[head].left
        self.arrows.append(drawing.arrow(name, tail, head, drawing.curve(start, end)))

    def _images(self, x: float, height: float) -> float:
        its = self.of.its
        down = its.total_grad or 0.0
        images = [("x", "inputs", its.inputs), ("w", "weights", its.weights)]
        if its.total_grad is not None:
            images.append(("g", "gradients", tuple(v * down for v in its.inputs)))
        rows, across_ = self.of.shape
        places = [(0, 0), (1, 0), (1, 1)]
        wide = 0.0
        spots: dict[int, list[tuple[float, float, float]]] = {}
        last: list[str] = []
        for (name, words, values), (across, below) in zip(images, places, strict=False):
            matrix = [list(values[i * across_ : (i + 1) * across_]) for i in range(rows)]
            matrix[-1] += [0.0] * (across_ - len(matrix[-1]))
            cells = reduced(matrix, MOST_CELLS)
            size = min(SIDE / len(cells), SIDE / len(cells[0]))
            left = x + across * (SIDE + TEXT)
            top = TEXT / 4 + LINE + below * height / 2
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
                drawing.group(
                    Box(name, kind, ()),
                    [
                        shape,
                        drawing.paper(shape),
                        drawing.told_by(1, drawn) if name == "g" else drawn,
                        *texts,
                    ],
                )
            )
            for k in self.of.spots if name != "g" else []:
                down_, along = divmod(k, across_)
                spots.setdefault(k, []).append((left + along * size, top + down_ * size, size))
            if name == "g" and self.of.spots:
                down_, along = divmod(self.of.best, across_)
                frame = left + along * size, top + down_ * size, size
                last = [drawing.spot("pg", f"gradient at {self.of.sources[self.of.best]}", [frame])]
            wide = max(wide, left + SIDE)
        self.parts += [
            drawing.spot(f"px{k}", self.of.sources[k], frames) for k, frames in spots.items()
        ]
        self.parts += last
        return wide

    def _term_column(self, x: float, middle: float) -> float:
        """The terms of the sum, each in two lines: what it is and its value, and its gradient."""
        rows = [
            (f"p{k}", "operation", self.of.sources[k], self.of.product_text(k))
            for k in self.of.chosen
        ]
        if self.of.others:
            rows.append(("others", "group", f"{len(self.of.others)} others", "·"))
        if self.of.unit.bias is not None:
            rows.append((f"n{self.of.unit.bias}", "parameter", "bias", "·"))
        names = max(columns(name) for _, _, name, _ in rows) + 1
        widest = [self.longest.get((name, line), "·") for name, *_ in rows for line in (1, 2)]
        wide = (names + max(map(columns, widest))) * COLUMN + 2 * drawing.SIDE
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
            drawing.text(x + drawing.SIDE, y + 0.85 * LINE, head, "start"),
            drawing.text(left, y + 0.85 * LINE, "·", "start"),
        ]
        if name != "others":
            texts.append(drawing.text(left, y + 1.8 * LINE, "g ·", "start"))
        shape = drawing.rectangle(x, y, wide, HIGH, corner=8 if kind == "operation" else 0)
        return drawing.group(Box(name, kind, ()), [shape, *texts])

    def _sum_box(self) -> tuple[str, str, list[str]]:
        return self.of.total, "operation", [f"{self.of.z}: Σ", *self._lines(self.of.total)]

    def _out_box(self) -> tuple[str, str, list[str]]:
        head = f"{self.of.name}: {self.of.unit.activation}"
        return self.of.out, "activation", [head, *self._lines(self.of.out)]

    def _lines(self, name: str) -> list[str]:
        """The widest texts that will stand in the box of a value and its gradient."""
        return [self.longest.get((name, 1), "v ·"), self.longest.get((name, 2), "g ·")]

    def _user_boxes(self) -> list[tuple[str, str, list[str]]]:
        boxes = []
        for k, one in enumerate(self.of.top_users):
            name = self.of.user_name(one.consumer)
            boxes.append((f"u{k}", "operation", [name, number(one.product)]))
        if self.of.more_users:
            head = f"{len(self.of.more_users)} others"
            boxes.append(("us", "group", [head, self.longest.get(("us", 1), "·")]))
        return boxes

    def _column(self, x: float, middle: float, boxes: list[tuple[str, str, list[str]]]) -> float:
        sizes = [drawing.size_of(lines) for _, _, lines in boxes]
        wide = max(width for width, _ in sizes)
        y = middle - (sum(high for _, high in sizes) + GAP * (len(sizes) - 1)) / 2
        for (name, kind, lines), (_, high) in zip(boxes, sizes, strict=True):
            box = Box(name, kind, tuple(lines))
            spot = Spot(box, x + wide / 2, y + high / 2, wide, high)
            self.spots[name] = spot
            first = [lines[0], *[f"{line[:2] if line[0] in 'vg' else ''}·" for line in lines[1:]]]
            self.parts.append(drawing.box(spot, first))
            y += high + GAP
        return x + wide
