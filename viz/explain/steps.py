"""A path as a reader walks it: a run of additions is one step into the Σ that stands for it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from autograd import Graph

from ..see.folding import is_inner_sum, run_of_sums
from ..see.paths import Path


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
