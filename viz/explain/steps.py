"""A path as a reader walks it, and what the nodes on it are called.

A run of additions is one step into the Σ that stands for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

from autograd import Graph

from ..labels import LINE_LIMIT, shorten
from ..see.paths import Path
from ..see.sigma import is_inner_sum, run_of_sums


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


def symbol(graph: Graph, index: int, apart: Container[int]) -> str:
    """How the operation of a node is written: ``×``, ``tanh``, ``Σ`` for a run of ``+``."""
    node = graph.nodes[index]
    if node.op is None:
        return ""
    if node.op.name == "dot":
        return "Σ w·x + b" if len(node.operands) % 2 else "Σ w·x"
    if node.op.name == "sum":
        return "Σ"
    if node.op.name == "add" and len(run_of_sums(graph, node, apart)[1]) > 1:
        return "Σ"
    return node.op.symbol


class Names:
    """The names of some nodes of a graph; what would be called the same gets its number, too."""

    def __init__(self, graph: Graph, nodes: Iterable[int], apart: Container[int]) -> None:
        self.graph = graph
        self.symbols = {index: symbol(graph, index, apart) for index in sorted(set(nodes))}
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
