"""Which Σ a caller wants opened: all of them, or some by index or label."""

from __future__ import annotations

from collections.abc import Iterable

from autograd import Graph, Node

from ..checks import did_you_mean
from .sigma import N_ARY, run_of_sums

Expand = bool | int | str | Iterable[int | str]


def opened(graph: Graph, expand: Expand) -> frozenset[int]:
    """The indices of all nodes that are shown step by step.

    Opening a run of ``+`` opens every addition in it.
    """
    if isinstance(expand, bool):
        return frozenset(range(len(graph)) if expand else ())
    wanted = list(expand) if isinstance(expand, (list, tuple, set, frozenset)) else [expand]
    roots = frozenset(graph.roots)
    chosen: set[int] = set()
    for node in [node for one in wanted for node in _find(graph, one)]:
        chosen.add(node.index)
        if _is(node, "add"):
            chosen.update(run_of_sums(graph, node, roots)[1])
    return frozenset(chosen)


def _find(graph: Graph, wanted: object) -> list[Node]:
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 0 <= wanted < len(graph):
            raise ValueError(
                f"expand: there is no node {wanted} in this graph, whose nodes are 0 to "
                f"{len(graph) - 1}; write expand=True to open every Σ"
            )
        found = [graph.nodes[wanted]]
    elif isinstance(wanted, str):
        found = [node for node in graph if node.label == wanted]
        if not found:
            labels = sorted({node.label for node in graph if node.label and _is_sum(node)})
            raise ValueError(
                f"expand: nothing in this graph is labelled {wanted!r}"
                f"{did_you_mean(wanted, labels, 'write expand=True to open every Σ')}"
            )
    else:
        raise TypeError(
            f"expand takes True, False, or a list of node indices and labels, got {wanted!r}"
        )
    for node in found:
        if not _is_sum(node):
            what = node.op.symbol if node.op is not None else f"a {node.kind}"
            raise ValueError(
                f"expand: node {node.index} is {what}; only Σ can be opened: sum, dot and runs of +"
            )
    return found


def _is_sum(node: Node) -> bool:
    return _is(node, "add", *N_ARY)


def _is(node: Node, *names: str) -> bool:
    return node.op is not None and node.op.name in names
