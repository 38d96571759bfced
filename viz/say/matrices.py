"""The weights of a layer as a matrix, one row per neuron, reduced to what an eye can tell apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from autograd import Graph

from ..scene.diagram import Heatmap
from ..see.sizes import fsum
from .numbers import show

MOST_CELLS = 64  # a side
FEWEST_CELLS = 8  # in all: fewer numbers are read, not looked at

Rows = Sequence[Sequence[float]]


def weights_of(graph: Graph, members: Iterable[int]) -> list[tuple[int, ...]]:
    """The weights of each neuron among some nodes, as indices; [] if they make no matrix.

    A neuron is a dot whose first factors are parameters, however often it ran.
    """
    rows: dict[tuple[int, ...], None] = {}
    for index in members:
        node = graph.nodes[index]
        if node.op is None or node.op.name != "dot":
            continue
        weights = node.operands[: len(node.operands) // 2]
        if all(graph.nodes[i].kind in {"parameter", "frozen"} for i in weights):
            rows[weights] = None
    same = len({len(row) for row in rows}) == 1
    return list(rows) if same and all(rows) else []


def heatmaps(weights: Rows, gradients: Rows | None) -> tuple[Heatmap, ...]:
    """The pictures of a layer: its weights and, if there are any, their gradients."""
    if not weights or len(weights) * len(weights[0]) < FEWEST_CELLS:
        return ()
    found = [heatmap("weights", weights)]
    return (*found, *([heatmap("gradients", gradients)] if gradients is not None else []))


def heatmap(name: str, rows: Rows) -> Heatmap:
    """A matrix as at most 64 × 64 cells, each the mean of what it covers.

    The strongest colour is for the largest |cell|, so 0 is in the middle of the colours.
    """
    cells = reduced(rows)
    sizes = [abs(cell) for row in cells for cell in row]
    scale = max(filter(math.isfinite, sizes), default=0.0)
    return Heatmap(name, cells, scale, (len(rows), len(rows[0])))


def reduced(rows: Rows, most: int = MOST_CELLS) -> tuple[tuple[float, ...], ...]:
    """Rows and columns taken together, as evenly as possible, until none has more than ``most``.

    >>> reduced([[1.0, 3.0], [5.0, 7.0]], 1)
    ((4.0,),)
    """
    down, across = _cuts(len(rows), most), _cuts(len(rows[0]), most)
    if len(down) > len(rows) and len(across) > len(rows[0]):
        return tuple(map(tuple, rows))
    cells = []
    for top, bottom in itertools.pairwise(down):
        columns = list(zip(*rows[top:bottom], strict=True))
        row = []
        for left, right in itertools.pairwise(across):
            block = [number for column in columns[left:right] for number in column]
            row.append(fsum(block) / len(block))
        cells.append(tuple(row))
    return tuple(cells)


def _cuts(count: int, most: int) -> list[int]:
    """Where a side is cut: at 0, ..., count."""
    parts = min(count, most)
    return [count * part // parts for part in range(parts + 1)]


def described(heat: Heatmap) -> str:
    """A heatmap in words, for under the mouse."""
    rows, columns = heat.shape
    size = f"{rows:,} × {columns:,}"
    drawn = f"{len(heat.cells)} × {len(heat.cells[0])}"
    means = "" if drawn == size else f", drawn as {drawn} means"
    return f"{heat.name} {size}{means}; the strongest colour is ±{show(heat.scale)}"
