"""Whether inputs are of a size that a network learns well from; `Standardise` makes them so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Graph

LARGE = 30.0  # a root mean square: pixels of 0 to 16 have up to 14, those of 0 to 255 more than 100
UNEVEN = 100.0  # times as wide as another column
FEWEST = 8  # examples by which ranges can be compared
MOST = 300  # that are looked at
_CONSTANT = 1e-4  # a range that small beside the numbers is noise, to be left as it is

CURE = (
    "Let the model begin with nn.data.Standardise.of(X), as in "
    "nn.Sequential(nn.data.Standardise.of(X), model), which is saved with it"
)
_WEIGHTS = {"parameter", "frozen"}


def bad_scale(columns: Sequence[Sequence[float]], *, uneven: bool = True) -> tuple[int, str] | None:
    """Which column is too large, or too wide beside another, and that in words; None if none is.

    >>> bad_scale([[1.5, 1.9, 1.7], [52000.0, 91000.0, 68000.0]])
    (1, 'has numbers of about 7.2e+04 (their root mean square)')
    >>> bad_scale([[0.0, 1.0, 0.0], [0.0, 16.0, 5.0]])
    """
    sizes = [math.hypot(*column) / math.sqrt(len(column)) for column in columns]
    if not sizes:
        return None
    if (size := max(sizes)) > LARGE:
        return sizes.index(size), f"has numbers of about {size:.2g} (their root mean square)"
    ranges = [max(column) - min(column) for column in columns]
    varying = [x for x, size in zip(ranges, sizes, strict=True) if x > _CONSTANT * size]
    wide, narrow = max(varying, default=1.0), min(varying, default=1.0)
    if not uneven or wide <= UNEVEN * narrow:
        return None
    other = ranges.index(narrow)
    return ranges.index(wide), f"varies {wide / narrow:.2g} times as much as column {other}"


def columns_of(rows: Sequence[Any]) -> list[tuple[float, ...]]:
    """The columns of a table, of some hundred rows of it; none if it is no table of numbers."""
    some = rows[:: max(1, len(rows) // MOST)]
    table = [row if isinstance(row, list) else [row] for row in some]
    kinds = set().union(*[map(type, row) for row in table])
    if not kinds <= {float, int} or len(set(map(len, table))) != 1:
        return []
    return list(zip(*table, strict=True))


def numbers_at_weights(graph: Graph) -> list[list[float]]:
    """The plain numbers that each parameter is multiplied by: what of the inputs gets to weights.

    >>> from nn import Layer
    >>> numbers_at_weights(Graph(Layer(2, 1)([3.0, 500.0])))
    [[3.0], [500.0]]
    """
    nodes, found = graph.nodes, dict[int, list[float]]()
    for node in nodes:
        for pair in _factors(node):
            for one, other in (pair, reversed(pair)):
                x = nodes[other]
                if nodes[one].kind in _WEIGHTS and x.op is None and x.kind not in _WEIGHTS:
                    found.setdefault(one, []).append(x.value)
    return list(found.values())


def _factors(node: Any) -> Iterable[tuple[int, int]]:
    """What is multiplied by what: in a dot the first half of the operands, by the second."""
    if node.op is None or node.op.name not in {"dot", "mul"}:
        return ()
    half = len(node.operands) // 2
    return zip(node.operands[:half], node.operands[half : 2 * half], strict=True)
