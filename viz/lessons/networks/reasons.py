"""Why a gradient in a network is what it is: its strongest paths to the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from autograd import Graph

from ...explain import Explanation
from ...explain import Path as Walk
from ...explain.wording import summary
from ...say.equations import number
from ...see.paths import Edge, Paths
from ..story import Entry, Path

TOP = 5


def with_paths(
    graph: Graph, entry: Entry, index: int, *, spot: Callable[[int], tuple[str, str]],
    arrow: Callable[[Edge], str], top: int = TOP,
) -> Entry:  # fmt: skip
    """An entry with the strongest paths from its node; unchanged where there are none.

    ``spot`` says of a node which box stands for it, if any, and what it is called; ``arrow`` as
    what an edge is drawn, if it is.
    """
    root = graph.roots[0]
    if index == root or graph.nodes[index].grad is None:
        return entry
    every = Paths(graph, index, root, graph.seeds[0])
    walks = every.strongest(top)
    explanation = Explanation(graph, index, root, graph.seeds[0], walks, every.census)
    paths = tuple([_path(entry, walk, spot, arrow) for walk in walks])
    return replace(entry, paths=paths, covered=" ".join(summary(explanation)))


def _path(
    entry: Entry, walk: Walk, spot: Callable[[int], tuple[str, str]], arrow: Callable[[Edge], str]
) -> Path:
    """One way: the boxes that it goes through, each named once."""
    boxes, names = [entry.box], [entry.name]
    for index in walk.nodes[1:]:
        box, name = spot(index)
        if box:
            boxes.append(box)
        if names[-1] != name:
            names.append(name)
    return Path(
        text=f"{' → '.join(names)}: {number(walk.product)}",
        boxes=_once(boxes),
        arrows=_once(name for edge in walk.edges if (name := arrow(edge))),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
