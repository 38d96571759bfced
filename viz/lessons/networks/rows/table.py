"""The picture of all rows: a line for each parameter, a column for each row, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....render import drawing
from ....render.drawing import LINE, TEXT, Spot
from ....scene.diagram import Box
from ...story import GRADIENT, VALUE, Step

if TYPE_CHECKING:
    from .everything import All


def svg(of: All, steps: Sequence[Step]) -> str:
    """The picture, with what stands in it before the first step."""
    return _Table(of).svg(steps)


class _Table:
    """The table: a line for each parameter, a column for each row, and the sums."""

    HIGH = LINE + 0.05 * TEXT
    GAP = 0.05 * TEXT

    def __init__(self, of: All) -> None:
        self.of = of

    def svg(self, steps: Sequence[Step]) -> str:
        """The picture."""
        of, rows = self.of, len(self.of.rows)
        fills = [fill for step in steps for fill in step.fills]
        longest = {
            name: max([len(f.text) for f in fills if (f.box[0], f.line) == name], default=6)
            for name in (("n", VALUE), ("n", GRADIENT), ("c", GRADIENT))
        }
        names = [self._name(i) for i in of.shown]
        name = (max(map(len, names), default=4) + 1) * drawing.COLUMN + drawing.SIDE
        value = (longest["n", VALUE] + 1.5) * drawing.COLUMN
        cell = (max(9, longest["c", GRADIENT]) + 1) * drawing.COLUMN
        more = of.has_more
        x = TEXT / 2
        start = x + name + value
        end = start + (rows + more) * (cell + self.GAP)
        last = (longest["n", GRADIENT] + 2) * drawing.COLUMN
        head = 3 * LINE + 2 * drawing.ABOVE
        parts = self._heads(start, cell, end, last, head, more=more)
        y = TEXT / 4 + head + 2 * self.GAP
        for index in of.shown:
            parts += self._line(index, y, (x, name, value, start, cell, end, last), more=more)
            y += self.HIGH + self.GAP
        return drawing.picture(end + last + TEXT / 2, y + TEXT / 4, parts)

    def _name(self, index: int) -> str:
        """A parameter, and of a number where it leads: ``w3 x1→h2``."""
        names = self.of.names
        name, way = names.parameter(index), names.way(index)
        return name if way in name or way.startswith("bias") else f"{name} {way}"

    def _besides(self) -> str:
        """What the column beside the rows has: the same for all that have anything."""
        shares = [self.of.tally[i] for i in self.of.shown]
        if any(share.left for share in shares):
            return "left" if all(share.others is None for share in shares) else "besides"
        return "penalty"

    def _heads(
        self, start: float, cell: float, end: float, last: float, high: float, *, more: bool
    ) -> list[str]:
        of = self.of
        parts = []
        for row, _ in enumerate(of.rows):
            x = start + row * (cell + self.GAP) + cell / 2
            y = TEXT / 4 + high / 2 + LINE / 2
            box = Box(f"r{row}", "group", ())
            lines = [f"row {row + 1}", "v ·"]
            parts.append(drawing.box(Spot(box, x, y, cell, high - LINE), lines))
        if more:
            x = start + len(of.rows) * (cell + self.GAP) + cell / 2
            parts.append(drawing.text(x, TEXT / 4 + high - LINE, self._besides(), name="label"))
        root = of.root()
        box = Box(root.id, "operation", (), is_root=True)
        spot = Spot(box, end + last / 2, TEXT / 4 + high / 2, last, high)
        return [*parts, drawing.box(spot, [of.rows[-1].head(root), "v ·", "g ·"])]

    def _line(self, index: int, y: float, places: tuple[float, ...], *, more: bool) -> list[str]:
        x, name, value, start, cell, end, last = places
        of = self.of
        kind = of.graph.nodes[index].kind
        base = y + 0.02 * TEXT + 0.76 * LINE
        shapes = [
            drawing.rectangle(x, y, name + value - self.GAP, self.HIGH),
            drawing.rectangle(end, y, last, self.HIGH),
        ]
        texts = [
            drawing.text(x + drawing.SIDE / 2, base, self._name(index), "start"),
            drawing.text(start - 0.4 * TEXT, base, "·", "end"),
            drawing.text(end + last - 0.4 * TEXT, base, "g ·", "end"),
        ]
        parts = [drawing.group(Box(f"n{index}", kind, ()), [*shapes, *texts])]
        columns = [f"c{index}_{row}" for row in range(len(of.rows))]
        columns += [f"c{index}_more"] * more
        for place, name_ in enumerate(columns):
            left = start + place * (cell + self.GAP)
            inside = [
                drawing.rectangle(left, y, cell, self.HIGH),
                drawing.text(left, base, ""),
                drawing.text(left, base, ""),
                drawing.text(left + cell - 0.4 * TEXT, base, "·", "end"),
            ]
            parts.append(drawing.group(Box(name_, "operation", ()), inside))
        return parts
