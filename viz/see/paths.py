"""What is largest: of many numbers, and of the paths from a node to the root, with a census.

The *product* of a path is that of the local derivatives along it and of the seed; all products
together add up to the gradient. A path is *dead* if a slope on it is 0. What is strong goes by
size alone, without signs. Paths with a slope that is not finite come first, for they are why a
gradient is not, and dead ones last.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from autograd import Graph

# How strong a slope is, as an int: log₂ of its size in units of 2⁻⁴⁰, so that the strength of a
# path is a sum without rounding errors, and the same in whatever order it is added up. Equal
# products tie, and the search never wanders between paths that differ by rounding alone.
_UNIT = 2**40
_ZERO = -(2**100)  # outweighs all sizes of a path of 2⁴⁹ slopes
_NOT_FINITE = 2**150  # outweighs as many zeros


class Edge(NamedTuple):
    """One use of a node: by which consumer, as which of its operands."""

    operand: int
    consumer: int
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a node to the root; ``product`` is what it adds to the node's gradient."""

    nodes: tuple[int, ...]
    """From the node to the root."""
    edges: tuple[Edge, ...]
    slopes: tuple[float, ...]
    """The local derivative along each edge."""
    seed: float
    """The gradient of the root itself."""
    product: float


@dataclass(frozen=True, slots=True)
class Census:
    """What there is to know of all paths without listing them.

    ``dead`` of them have a slope of 0, ``not_finite`` one that is nan or infinite; ``size`` is the
    sum of all products without their signs.
    """

    count: int
    dead: int
    not_finite: int
    size: float


class Paths:
    """All paths from one node to one root.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> paths = Paths(Graph(x * x + x), 0, 2, 1.0)
    >>> paths.census
    Census(count=3, dead=0, not_finite=0, size=7.0)
    >>> [path.product for path in paths.strongest(2)]
    [3.0, 3.0]
    """

    def __init__(self, graph: Graph, start: int, root: int, seed: float) -> None:
        self.graph, self.start, self.root, self.seed = graph, start, root, seed
        self._best: dict[int, int] = {}
        """The strength of the strongest way to the root, for each node on a path."""
        self.census = self._sweep()

    def _sweep(self) -> Census:
        """One walk from the root to the start, along all edges of all paths."""
        graph, root, best = self.graph, self.root, self._best
        below = self._below()
        best[root] = 0
        # By node: all ways to the root, those without a slope of 0, those of finite slopes.
        ways: dict[int, tuple[int, int, int]] = {root: (1, 1, 1)}
        sizes = {root: abs(self.seed)}
        for index in range(root, self.start, -1):
            if index not in ways:
                continue
            # A count may have as many digits as there are nodes: none is kept longer than needed.
            every, alive, finite = ways.pop(index)
            size = sizes.pop(index)
            node = graph.nodes[index]
            for operand, slope in zip(node.operands, node.slopes, strict=True):
                if operand not in below:
                    continue
                strength = best[index] + _strength(slope)
                if operand not in best or strength > best[operand]:
                    best[operand] = strength
                more = ways.get(operand, (0, 0, 0))
                ways[operand] = (
                    more[0] + every,
                    more[1] + (alive if slope else 0),
                    more[2] + (finite if math.isfinite(slope) else 0),
                )
                sizes[operand] = sizes.get(operand, 0.0) + size * abs(slope)
        every, alive, finite = ways.get(self.start, (0, 0, 0))
        if not math.isfinite(self.seed):
            finite = 0
        return Census(every, every - alive, every - finite, sizes.get(self.start, 0.0))

    def _below(self) -> set[int]:
        """The start and what was computed from it."""
        found = {self.start}
        for index in range(self.start + 1, self.root + 1):
            if not found.isdisjoint(self.graph.nodes[index].operands):
                found.add(index)
        return found

    def strongest(self, top: int) -> tuple[Path, ...]:
        """So many paths, or all if there are fewer, the strongest first."""
        return tuple(islice(self._in_order(), top))

    def _in_order(self) -> Iterator[Path]:
        """All paths, the strongest first; of equal ones those through the first consumers.

        A best-first search: what is still to come of a path is known exactly, so every path that
        is begun is gone to its end before any weaker one is looked at.
        """
        if self.start not in self._best:
            return
        # (strength of the best path that begins like this, length, node, tie; edges, strength)
        states: list[tuple[int, int, int, int, _Trail | None, int]] = [
            (-self._best[self.start], 0, self.start, 0, None, 0)
        ]
        count = 0
        while states:
            _, length, index, _, trail, so_far = heapq.heappop(states)
            if index == self.root:
                yield self._path(trail)
                continue
            for consumer, position in self.graph.consumers(index):
                if consumer not in self._best:
                    continue
                count += 1
                strength = so_far + _strength(self.graph.nodes[consumer].slopes[position])
                bound = -(strength + self._best[consumer])
                edge = _Trail(trail, Edge(index, consumer, position))
                heapq.heappush(states, (bound, length - 1, consumer, count, edge, strength))

    def _path(self, trail: _Trail | None) -> Path:
        edges = []
        while trail is not None:
            edges.append(trail.edge)
            trail = trail.before
        edges.reverse()
        slopes = [self.graph.nodes[edge.consumer].slopes[edge.position] for edge in edges]
        product = self.seed
        for slope in reversed(slopes):  # in the order of the backward pass
            product *= slope
        nodes = (self.start, *[edge.consumer for edge in edges])
        return Path(nodes, tuple(edges), tuple(slopes), self.seed, product)


class _Trail(NamedTuple):
    """The edges of a path that has been begun, the last one first."""

    before: _Trail | None
    edge: Edge


def _strength(slope: float) -> int:
    if not math.isfinite(slope):
        return _NOT_FINITE
    return round(math.log2(abs(slope)) * _UNIT) if slope else _ZERO


# --- the largest of many numbers ------------------------------------------------------------------


def strongest(terms: Sequence[float], count: int) -> list[int]:
    """The places of the largest terms, largest first; nan counts as the largest of all.

    >>> strongest([1.0, -3.0, 2.0], 2)
    [1, 2]
    """

    def size(k: int) -> float:
        return abs(terms[k]) if terms[k] == terms[k] else math.inf

    return sorted(range(len(terms)), key=lambda k: (-size(k), k))[:count]


def fsum(terms: Iterable[float]) -> float:
    """The sum, rounded once; inf and nan go by IEEE.

    >>> fsum([1e16, 1.0, -1e16]), fsum([float("inf"), 1.0])
    (1.0, inf)
    """
    each = list(terms)
    try:
        return math.fsum(each)
    except (OverflowError, ValueError):  # +inf with −inf, or too large on the way
        return float(sum(each))
