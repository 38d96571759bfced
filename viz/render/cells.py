"""Heatmaps as colours: blue above 0, orange below, the page's own colour at 0.

The scale is symmetric, so that equal sizes are equally strong. nan has a colour of its own.
"""

from __future__ import annotations

import math

from ..scene.diagram import Heatmap
from .palette import Theme
from .png import Colour, png

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
