"""Heatmaps laid into a rendered picture: DOT has no word for them that every engine knows.

A box gets blank lines, the engine lays it out, and the place of the blank lines is read from its
SVG. There an SVG gets images; for any other image the engine draws once more, with all cells as
shapes of a background that shines through.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..say.labels import dot_quote
from ..say.numbers import show
from ..scene.diagram import Box, Diagram, Heatmap
from . import cells, dot
from .palette import Theme

IMAGES = ("svg", "png", "pdf", "jpg", "jpeg", "gif", "webp", "ps", "eps")

Draw = Callable[[str, str], bytes]  # DOT and a suffix to an image

COLUMNS, LINES = 17, 7  # the largest heatmap, in columns and lines of text
_COLUMN, _LINE = 0.6 * dot.BOX_SIZE, 1.2 * dot.BOX_SIZE  # points
_LEAST = 0.25  # of the largest size, however long and narrow the matrix is
_LONGEST = 8_000  # characters
_COLOURS = "blue +   orange −"


def rendered(source: str, diagram: Diagram, theme: Theme, suffix: str, draw: Draw) -> bytes:
    """The image of a diagram some boxes of which have heatmaps."""
    with_room = _replaced(source, diagram, theme)
    svg = draw(with_room, "svg")
    tiles = list(_tiles(svg.decode(), diagram))
    if suffix == "svg":
        return _with_images(svg.decode(), tiles, theme).encode()
    shining = _replaced(source, diagram, theme, style='""')
    return draw(_with_background(shining, tiles, theme), suffix)


@dataclass(frozen=True, slots=True)
class _Tile:
    """A heatmap at its place, in the points of the picture; y grows downwards."""

    box: Box
    heat: Heatmap
    x: float
    y: float
    width: float
    height: float
    outer: tuple[float, float, float, float]


# --- room -----------------------------------------------------------------------------------------


def _replaced(source: str, diagram: Diagram, theme: Theme, style: str = "") -> str:
    """The DOT with blank lines in boxes that have heatmaps."""
    for box in diagram.boxes:
        if box.heatmaps:
            lines = _with_room(box)
            centred = len(lines) - len(box.lines) + 1
            ours = dot.node(replace(box, lines=lines), theme, centred=centred)
            if style:
                ours = re.sub(r" style=\S+", f" style={style}", ours)
            source = source.replace(dot.node(box, theme), ours)
    return source


def _with_room(box: Box) -> tuple[str, ...]:
    """The lines of a box: the first, room, what the heatmaps are, and the others."""
    head, *rest = box.lines
    names = " ".join(heat.name.center(COLUMNS) for heat in box.heatmaps)
    scales = " ".join(_scale(heat).center(COLUMNS) for heat in box.heatmaps)
    return (head, *[" "] * _lines(box), names, scales, _COLOURS, *rest)


def _lines(box: Box) -> int:
    return math.ceil(max(_size(heat)[1] for heat in box.heatmaps) / _LINE + 0.3)


def _scale(heat: Heatmap) -> str:
    """What the strongest colour stands for; of a reduced matrix, cells are means."""
    is_reduced = heat.shape != (len(heat.cells), len(heat.cells[0]))
    return f"±{show(heat.scale, 3).removeprefix('+')}" + " (means)" * is_reduced


def _size(heat: Heatmap) -> tuple[float, float]:
    """Width and height in points: those of the matrix, unless it is all too long or too narrow."""
    rows, columns = heat.shape
    width, height = (COLUMNS - 1) * _COLUMN, LINES * _LINE
    cell = min(width / columns, height / rows)
    return max(cell * columns, _LEAST * width), max(cell * rows, _LEAST * height)


def _tiles(svg: str, diagram: Diagram) -> Iterator[_Tile]:
    """Where the heatmaps go."""
    for box in diagram.boxes:
        if not box.heatmaps:
            continue
        found = re.search(rf'<g id="{box.id}" class="[^"]*">.*?points="([^"]*)"', svg, re.DOTALL)
        if found is None:  # an engine without ids: the box keeps its blank lines
            continue
        corners = [tuple(map(float, corner.split(","))) for corner in found[1].split()]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        outer = min(xs), min(ys), max(xs), max(ys)
        count = len(_with_room(box))
        top = (outer[1] + outer[3]) / 2 - count * _LINE / 2 + 1.15 * _LINE
        left = (outer[0] + outer[2]) / 2 - ((COLUMNS + 1) * len(box.heatmaps) - 1) * _COLUMN / 2
        for number, heat in enumerate(box.heatmaps):
            width, height = _size(heat)
            x = left + number * (COLUMNS + 1) * _COLUMN + (COLUMNS * _COLUMN - width) / 2
            y = top + (_lines(box) - 0.3) * _LINE - height
            yield _Tile(box, heat, x, y, width, height, outer)


# --- SVG ------------------------------------------------------------------------------------------


def _with_images(svg: str, tiles: list[_Tile], theme: Theme) -> str:
    images: dict[str, list[str]] = {}
    for tile in tiles:
        images.setdefault(tile.box.id, []).append(_image(tile, theme))
    for name, drawn in images.items():
        pattern = rf'(<g id="{name}" class="[^"]*">.*?)(<text)'
        svg = re.sub(
            pattern,
            lambda found, drawn=drawn: f"{found[1]}{''.join(drawn)}{found[2]}",  # type: ignore[misc]
            svg,
            count=1,
            flags=re.DOTALL,
        )
    return svg


def _image(tile: _Tile, theme: Theme) -> str:
    data = base64.b64encode(cells.image(tile.heat, theme)).decode()
    place = f'x="{tile.x:.2f}" y="{tile.y:.2f}" width="{tile.width:.2f}" height="{tile.height:.2f}"'
    return (
        f'<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'xlink:href="data:image/png;base64,{data}"/>\n'
        f'<rect {place} fill="none" stroke="{theme.outline}" stroke-width="0.5"/>\n'
    )


# --- other images ---------------------------------------------------------------------------------


def _with_background(source: str, tiles: list[_Tile], theme: Theme) -> str:
    """The DOT with all cells as a background, in the language of xdot, whose y grows upwards."""
    shapes = []
    for tile in tiles:
        fill = theme.fills["root" if tile.box.is_root else tile.box.kind]
        shapes.append(_rectangle(fill, *tile.outer))
    for tile in tiles:
        shapes += _cells(tile, theme)
    opening, brace, rest = source.partition("{\n")
    background = " ".join([*shapes, ""])
    # Old engines take more than 16,384 characters for a string that somebody forgot to close.
    pieces = [background[i : i + _LONGEST] for i in range(0, len(background), _LONGEST)]
    return f"{opening}{brace}\t_background={' + '.join(map(dot_quote, pieces))}\n{rest}"


def _cells(tile: _Tile, theme: Theme) -> Iterator[str]:
    """Runs of equal cells, a row at a time."""
    colours = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in cells.palette(theme)]
    rows = cells.indices(tile.heat)
    high, wide = tile.height / len(rows), tile.width / len(rows[0])
    for number, row in enumerate(rows):
        y = tile.y + number * high
        start = 0
        for end in range(1, len(row) + 1):
            if end == len(row) or row[end] != row[start]:
                left, right = tile.x + start * wide, tile.x + end * wide
                yield _rectangle(colours[row[start]], left, y, right, y + high)
                start = end


def _rectangle(colour: str, left: float, top: float, right: float, bottom: float) -> str:
    corners = [(left, -top), (right, -top), (right, -bottom), (left, -bottom)]
    points = " ".join(f"{x:.2f} {y:.2f}" for x, y in corners)
    return f"c 7 -{colour} C 7 -{colour} P 4 {points}"
