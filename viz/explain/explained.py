"""What is known of a gradient's paths: numbers, from which words and the picture are made."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property

from autograd import Graph

from ..labels import LINE_LIMIT, shorten
from ..see.outline import is_inner_sum, part
from ..see.paths import Census, Path, fsum


@dataclass(frozen=True)
class Explained:
    """The strongest paths from a node to the loss, and what they are of its gradient."""

    graph: Graph
    node: int
    """The index of the node that was asked about."""
    root: int
    """The index of the loss."""
    seed: float
    """The gradient of the loss itself: 1.0, unless a Graph has another seed."""
    paths: tuple[Path, ...]
    """The strongest first: by the size of their products."""
    census: Census
    """What is known of all paths, shown or not."""

    @property
    def gradient(self) -> float:
        """The node's gradient, as the backward pass computes it."""
        grad = self.graph.nodes[self.node].grad
        assert grad is not None
        return grad

    @property
    def count(self) -> int:
        """How many paths there are; an exact number, however large."""
        return self.census.count

    @property
    def dead(self) -> int:
        """How many of them have a slope of 0."""
        return self.census.dead

    @property
    def covered(self) -> float:
        """The sum of the shown products, with their signs."""
        return fsum(path.product for path in self.paths)

    @property
    def absolute(self) -> float:
        """Σ |product| of the shown paths as a share of that of all: 0 to 1, nan if not finite.

        Signed sums mislead: where paths cancel, a few of them may be more than the gradient.
        """
        everything = self.census.size
        if not everything or (len(self.paths) == self.count and math.isfinite(everything)):
            return 1.0
        share = sum(abs(path.product) for path in self.paths) / everything
        return share if math.isnan(share) else min(share, 1.0)

    @cached_property
    def apart(self) -> frozenset[int]:
        """Nodes that are shown by themselves, never as a part of a Σ."""
        return frozenset((self.node, *self.graph.roots))

    @cached_property
    def steps(self) -> tuple[tuple[Step, ...], ...]:
        """The steps of each path as they are shown: a run of ``+`` is one."""
        return tuple([steps(self.graph, path, self.apart) for path in self.paths])

    @cached_property
    def names(self) -> Names:
        """What the nodes of the paths are called."""
        shown = [self.node, *[step.consumer for walked in self.steps for step in walked]]
        return Names(self.graph, shown, self.apart)


# --- a path as a reader walks it ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """From one shown node to the next, with the slope between them.

    ``adder`` and ``position`` say where the operand goes in: the consumer itself, or a sum inside
    it.
    """

    operand: int
    consumer: int
    adder: int
    position: int
    slope: float


def steps(graph: Graph, path: Path, apart: Container[int]) -> tuple[Step, ...]:
    """The steps of a path; those in ``apart`` are never inside a Σ."""
    result: list[Step] = []
    entered: tuple[int, int, int, float] | None = None
    for (operand, consumer, position), slope in zip(path.edges, path.slopes, strict=True):
        # Inside a run of sums all slopes are 1, so the first one is that of the whole step.
        start = entered or (operand, consumer, position, slope)
        if consumer not in apart and _is_inside(graph, consumer):
            entered = start
            continue
        entered = None
        result.append(Step(start[0], consumer, start[1], start[2], start[3]))
    return tuple(result)


def _is_inside(graph: Graph, index: int) -> bool:
    """Whether a node is a sum inside a Σ, as `run_of_sums` finds them from above."""
    if not is_inner_sum(graph, graph.nodes[index]):
        return False
    ((consumer, _),) = graph.consumers(index)
    user = graph.nodes[consumer].op
    return user is not None and user.name == "add"


class Names:
    """The names of some nodes of a graph; what would be called the same gets its number, too."""

    def __init__(self, graph: Graph, nodes: Iterable[int], apart: Container[int]) -> None:
        self.graph = graph
        self.symbols = {
            index: part(graph, graph.nodes[index], (), apart).symbol for index in sorted(set(nodes))
        }
        self.bare = {index: self._bare(index) for index in self.symbols}
        uses = Counter(map(self._key, self.symbols))
        self.twins = frozenset([i for i in self.symbols if uses[self._key(i)] > 1])

    def short(self, index: int) -> str:
        """``w1``, ``tanh o``, ``×``, or ``× [n4]`` if there is another one."""
        return f"{self.bare[index]} [n{index}]" if index in self.twins else self.bare[index]

    def way(self, indices: Iterable[int]) -> list[str]:
        """The names along a path, each with its scope where the path enters it."""
        result: list[str] = []
        scope = ""
        for index in indices:
            node = self.graph.nodes[index]
            name = self.short(index)
            if node.scope and node.scope != scope:
                name = f"{shorten(node.scope)}: {name}"
            scope = node.scope
            result.append(name)
        return result

    def _bare(self, index: int) -> str:
        node = self.graph.nodes[index]
        label = shorten(node.label)
        if node.op is None:
            return label or node.kind
        sign = shorten(self.symbols[index], LINE_LIMIT // 2)
        if not label:
            return sign
        return f"{sign} {label}" if sign[:1].isascii() and sign[:1].isalpha() else label

    def _key(self, index: int) -> tuple[str, str]:
        return self.graph.nodes[index].scope, self.bare[index]
