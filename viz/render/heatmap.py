"""Heatmaps: matrices as colours, as tables inside the boxes that Graphviz lays out.

Blue is above 0, orange below, and the page's own colour is 0. The scale is symmetric, so that equal
sizes are equally strong. nan has a colour of its own.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

from ..say.numbers import show
from ..scene.diagram import Box, Heatmap
from .palette import Theme

WIDE, HIGH = 115, 100  # points of the largest heatmap
_LEAST = 0.25  # of the largest size, however long and narrow the matrix is
_COLOURS = "blue +   orange −"
_TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


def label(box: Box, theme: Theme) -> str:
    """The lines of a box as an HTML-like label: below the first its heatmaps, and what they are."""
    head, *rest = [html.escape(line) for line in box.lines]
    heats = box.heatmaps
    across = f'COLSPAN="{len(heats)}"'
    lines = [
        f"<TD {across}>{head}</TD>",
        "".join(f'<TD CELLPADDING="4">{_table(heat, theme)}</TD>' for heat in heats),
        "".join(f"<TD> {html.escape(heat.name)} </TD>" for heat in heats),
        "".join(f"<TD> {_scale(heat)} </TD>" for heat in heats),
        f"<TD {across}>{_COLOURS}</TD>",
        *[f'<TD {across} ALIGN="LEFT">{line}</TD>' for line in rest],
    ]
    return f"<{_TABLE}>{_rows(lines)}</TABLE>>"


def colour(cell: float, scale: float, theme: Theme) -> str:
    """The colour of one cell; ``scale`` is the size of the strongest.

    >>> from .palette import LIGHT
    >>> colour(2.0, 2.0, LIGHT) == LIGHT.positive, colour(0.0, 2.0, LIGHT) == LIGHT.page
    (True, True)
    """
    if math.isnan(cell):
        return theme.alarm
    share = math.copysign(1.0, cell) if math.isinf(cell) else cell / scale if scale else 0.0
    strong = theme.negative if share < 0 else theme.positive
    weights = 1.0 - abs(share), abs(share)
    sides = [[int(one[k : k + 2], 16) for k in (1, 3, 5)] for one in (theme.page, strong)]
    parts = [round(weights[0] * a + weights[1] * b) for a, b in zip(*sides, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*parts)


def size(heat: Heatmap) -> tuple[int, int]:
    """The width and height of one cell, in whole points.

    A heatmap has the shape of its matrix, unless that is all too long or too narrow.
    """
    rows, columns = heat.shape
    cell = min(WIDE / columns, HIGH / rows)
    wide = max(cell * columns, _LEAST * WIDE) / len(heat.cells[0])
    high = max(cell * rows, _LEAST * HIGH) / len(heat.cells)
    return max(round(wide), 1), max(round(high), 1)


def _table(heat: Heatmap, theme: Theme) -> str:
    wide, high = size(heat)
    start = f'<TD FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="{high}" BGCOLOR='
    rows = [
        "".join(f'{start}"{colour(cell, heat.scale, theme)}"></TD>' for cell in row)
        for row in heat.cells
    ]
    whole = f'WIDTH="{wide * len(heat.cells[0])}" HEIGHT="{high * len(rows)}"'
    return f'{_TABLE} FIXEDSIZE="TRUE" {whole}>{_rows(rows)}</TABLE>'


def _rows(rows: Iterable[str]) -> str:
    return "".join(f"<TR>{row}</TR>" for row in rows)


def _scale(heat: Heatmap) -> str:
    """What the strongest colour stands for; of a reduced matrix, cells are means."""
    is_reduced = heat.shape != (len(heat.cells), len(heat.cells[0]))
    return f"±{show(heat.scale, 3).removeprefix('+')}" + " (means)" * is_reduced
