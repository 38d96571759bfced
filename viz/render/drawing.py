"""Boxes and arrows of networks as SVG: placed by ourselves, since a network has its own order.

Looks come from classes, the same as in the pictures that `layout` makes; and so does the
contract: an id for each box and arrow, and the lines of a box as its ``<text>`` elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..say.labels import clean, columns
from ..scene.diagram import Arrow, Box
from . import shapes
from .shapes import Point, number

TEXT = shapes.TEXT
COLUMN = 0.61 * TEXT
LINE = 1.24 * TEXT
SIDE, ABOVE = 0.6 * TEXT, 0.3 * TEXT
SMALL_SIDE, SMALL_ABOVE = 0.25 * TEXT, 0.1 * TEXT

SHADES = 12  # of a colour


@dataclass(frozen=True, slots=True)
class Spot:
    """A box at its place: ``x`` and ``y`` are its middle.

    A ``compact`` one has its lines side by side, in so many ``rows``; ``longest`` are their widest
    texts.
    """

    box: Box
    x: float
    y: float
    width: float
    height: float
    longest: tuple[str, ...] = ()
    rows: int = 1

    @property
    def compact(self) -> bool:
        """Whether its lines are side by side."""
        return bool(self.longest)

    @property
    def left(self) -> Point:
        """Where arrows come in."""
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        """Where arrows go out."""
        return self.x + self.width / 2, self.y


def picture(width: float, height: float, parts: Iterable[str]) -> str:
    """A whole picture."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {number(width)} {number(height)}">\n{"".join(parts)}</svg>'
    )


def size_of(lines: Sequence[str], *, rows: int = 0) -> Point:
    """How wide and how high a box is whose longest lines are these.

    They stand below each other, or, of a compact box, side by side in so many rows.
    """
    if rows:
        wide = sum(across := _across(lines, rows)) + len(across) - 1
        return wide * COLUMN + 2 * SMALL_SIDE, rows * LINE + 2 * SMALL_ABOVE
    return max(map(columns, lines)) * COLUMN + 2 * SIDE, len(lines) * LINE + 2 * ABOVE


def box(spot: Spot, lines: Sequence[str]) -> str:
    """A box with what stands in it before the first step."""
    if not spot.compact:
        size = spot.width, spot.height
        return shapes.box_group(spot.box, (spot.x, spot.y), size, lines)
    x, y = spot.x - spot.width / 2, spot.y - spot.height / 2
    across = _across(spot.longest, spot.rows)
    texts = []
    for place, line in enumerate(lines):
        down, along = divmod(place, len(across))
        left = x + SMALL_SIDE + (sum(across[:along]) + along) * COLUMN
        texts.append(text(left, y + SMALL_ABOVE + (down + 0.76) * LINE, line, "start"))
    return group(spot.box, [rectangle(x, y, spot.width, spot.height), *texts])


def _across(lines: Sequence[str], rows: int) -> list[int]:
    """The widths of the columns that lines side by side make, in so many rows."""
    count = -(-len(lines) // rows)
    return [max(map(columns, lines[k::count])) for k in range(min(count, len(lines)))]


def group(box: Box, parts: Iterable[str]) -> str:
    """A box of any look."""
    alarm = " alarm" * box.is_alarming
    classes = f"box {box.kind}{' root' * box.is_root}{alarm}"
    return f'<g id="{shapes.text(box.id)}" class="{classes}">{"".join(parts)}</g>\n'


def rectangle(
    x: float, y: float, width: float, height: float, *, name: str = "shape", corner: float = 0.0
) -> str:
    """A rectangle; its class says how it looks."""
    return (
        f'<rect class="{name}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" rx="{number(corner)}"/>'
    )


def paper(shape: str) -> str:
    """The ground of an image, over the colour of its kind."""
    return shape.replace('class="shape"', 'style="fill:var(--page)"')


def spot(name: str, words: str, frames: Iterable[tuple[float, float, float]]) -> str:
    """A place in one image or several, as x, y and size: seen when a step speaks of it."""
    shapes_ = [rectangle(x, y, size, size) for x, y, size in frames]
    return group(Box(name, "spot", ()), [*shapes_, text(0, 0, words)])


def told_by(line: int, parts: str) -> str:
    """What would give away a line of its box: seen when that line is written."""
    return f'<g data-line="{line}">{parts}</g>'


def text(x: float, y: float, words: str, anchor: str = "middle", name: str = "") -> str:
    """One line of text."""
    kind = f' class="{name}"' if name else ""
    at = "" if anchor == "middle" else f' style="text-anchor:{anchor}"'
    return f'<text{kind} x="{number(x)}" y="{number(y)}"{at}>{shapes.text(clean(words))}</text>\n'


def arrow(name: str, tail: str, head: str, points: Sequence[Point]) -> str:
    """An arrow along a chain of Bézier curves."""
    return shapes.arrow_group(Arrow(name, tail, head), points)


def curve(start: Point, end: Point, bend: float = 0.0) -> tuple[Point, ...]:
    """A smooth way from left to right; ``bend`` moves its middle down."""
    (x1, y1), (x2, y2) = start, end
    part = (x2 - x1) / 2.4
    return (start, (x1 + part, y1 + bend), (x2 - part, y2 + bend), end)


def straight(start: Point, end: Point) -> tuple[Point, ...]:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    a = (x1 + (x2 - x1) / 3, y1 + (y2 - y1) / 3)
    b = (x1 + 2 * (x2 - x1) / 3, y1 + 2 * (y2 - y1) / 3)
    return (start, a, b, end)


def cells(rows: Sequence[Sequence[float]], scale: float, x: float, y: float, size: float) -> str:
    """Signed numbers as squares: the fuller, the nearer to ±``scale``; negative ones have a bar.

    Each shade is one path, so that a picture of a thousand numbers stays small.
    """
    shades: dict[tuple[str, int], list[str]] = {}
    bars = []
    for down, row in enumerate(rows):
        for along, value in enumerate(row):
            share = min(abs(value) / scale, 1.0) if scale and value == value else 0.0
            level = round(share * SHADES)
            if not level:
                continue
            at = f"M{number(x + along * size)},{number(y + down * size)}"
            kind = "positive" if value > 0 else "negative"
            side = number(size)
            shades.setdefault((kind, level), []).append(f"{at}h{side}v{side}h-{side}z")
            if value < 0:
                left, middle = x + (along + 0.25) * size, y + (down + 0.5) * size
                bars.append(f"M{number(left)},{number(middle)}h{number(size / 2)}")
    parts = [
        f'<path d="{"".join(where)}" style="fill:var(--{kind})" '
        f'fill-opacity="{level / SHADES:.2f}"/>'
        for (kind, level), where in sorted(shades.items())
    ]
    if bars:
        parts.append(
            f'<path d="{"".join(bars)}" style="stroke:var(--ink)" '
            f'stroke-width="{number(max(size / 10, 0.6))}"/>'
        )
    width, height = len(rows[0]) * size, len(rows) * size
    return "".join([*parts, rectangle(x, y, width, height, name="inner")])


def ink(rows: Sequence[Sequence[float]], x: float, y: float, size: float) -> str:
    """Numbers from 0 to 1 as pixels, the fuller the darker."""
    shades: dict[int, list[str]] = {}
    for down, row in enumerate(rows):
        for along, value in enumerate(row):
            level = round(min(max(value, 0.0), 1.0) * 16) if value == value else 0
            if level:
                side = number(size + 0.2)
                at = f"M{number(x + along * size)},{number(y + down * size)}"
                shades.setdefault(level, []).append(f"{at}h{side}v{side}h-{side}z")
    parts = [
        f'<path d="{"".join(where)}" style="fill:var(--ink)" fill-opacity="{level / 16:.2f}"/>'
        for level, where in sorted(shades.items())
    ]
    return "".join([*parts, rectangle(x, y, len(rows[0]) * size, len(rows) * size, name="inner")])
