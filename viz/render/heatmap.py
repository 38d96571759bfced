"""Heatmaps: matrices as colours, as PNG files, and embedded in pictures that Graphviz lays out.

Blue is above 0, orange below, and the page's own colour is 0. The scale is symmetric, so that equal
sizes are equally strong. nan has a colour of its own.

DOT has no word for an image that every engine knows. So a box gets blank lines, the engine lays it
out, and the place of the blank lines is read from its SVG. There an SVG gets images; for any other
format the engine draws once more, with all cells as shapes of a background that shines through.
"""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..labels import dot_quote
from ..say.numbers import show
from ..scene.diagram import Box, Diagram, Heatmap
from . import dot
from .looks import fill_of
from .palette import BOX_SIZE, Theme

Colour = tuple[int, int, int]

STEPS = 127  # shades on either side of 0
_NAN = 2 * STEPS + 1
_PIXELS = 256  # at least about so many a side: viewers that smooth images do not blur the cells


def palette(theme: Theme) -> list[Colour]:
    """The colours from the most negative to the most positive, and that of nan."""
    middle = rgb(theme.page)
    shades = [
        _between(middle, rgb(theme.negative if step < 0 else theme.positive), abs(step) / STEPS)
        for step in range(-STEPS, STEPS + 1)
    ]
    return [*shades, rgb(theme.alarm)]


def indices(heat: Heatmap) -> list[list[int]]:
    """The place of each cell in the palette."""
    return [[_index(cell, heat.scale) for cell in row] for row in heat.cells]


def image(heat: Heatmap, theme: Theme) -> bytes:
    """A heatmap as a PNG file."""
    longest = max(len(heat.cells), len(heat.cells[0]))
    return png(indices(heat), palette(theme), max(1, _PIXELS // longest))


def rgb(colour: str) -> Colour:
    """``#00619e`` as three numbers up to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _index(cell: float, scale: float) -> int:
    if math.isnan(cell):
        return _NAN
    share = math.copysign(1.0, cell) if math.isinf(cell) else cell / scale if scale else 0.0
    return STEPS + round(STEPS * share)


def _between(start: Colour, end: Colour, share: float) -> Colour:
    r, g, b = [round(a + (z - a) * share) for a, z in zip(start, end, strict=True)]
    return r, g, b


# --- as a file ------------------------------------------------------------------------------------


_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE_OF_BYTES, _DEFAULT = 3, 0  # colour type; compression, filter and interlace methods


def png(rows: Sequence[Sequence[int]], palette: Sequence[Colour], zoom: int = 1) -> bytes:
    r"""The image of indices into a palette of at most 256 colours, ``zoom`` pixels each way.

    >>> png([[0, 1]], [(255, 255, 255), (0, 0, 0)])[:8]
    b'\x89PNG\r\n\x1a\n'

    Source: PNG (Portable Network Graphics) Specification, W3C, 11.2.
    """
    lines = [b"\0" + bytes([index for index in row for _ in range(zoom)]) for row in rows]
    pixels = b"".join([line for line in lines for _ in range(zoom)])
    height, width = len(rows) * zoom, len(rows[0]) * zoom
    header = struct.pack(
        ">IIBBBBB", width, height, 8, _PALETTE_OF_BYTES, _DEFAULT, _DEFAULT, _DEFAULT
    )
    return b"".join(
        [
            _SIGNATURE,
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes([part for colour in palette for part in colour])),
            _chunk(b"IDAT", zlib.compress(pixels, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# --- embedded -------------------------------------------------------------------------------------


IMAGES = ("svg", "png", "pdf", "jpg", "jpeg", "gif", "webp", "ps", "eps")

Draw = Callable[[str, str], bytes]  # DOT and a suffix to an image

COLUMNS, LINES = 17, 7  # the largest heatmap, in columns and lines of text
_COLUMN, _LINE = 0.6 * BOX_SIZE, 1.2 * BOX_SIZE  # points
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
    data = base64.b64encode(image(tile.heat, theme)).decode()
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
        fill = fill_of(tile.box.kind, theme, is_root=tile.box.is_root)
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
    colours = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in palette(theme)]
    rows = indices(tile.heat)
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
