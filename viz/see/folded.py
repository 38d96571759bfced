"""A graph seen through a grouping: its groups, and what flows between them.

All edges from one group to another are one `Flow`. Nothing is lost: a group's gradients add up to
its seeds, what flows into it from others, and what flows inside it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from autograd import Graph

from .fold_keys import Grouping
from .sizes import fsum


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that share a box.

    ``members`` are all of them, ``tops`` the operations among them without the sums inside a Σ,
    and ``outputs`` the operations that others use, or that are roots. ``inner`` counts the sums
    inside a Σ, ``runs`` how often each of the parameters is used; ``in_steps`` says whether one run
    needs the result of another.
    """

    number: int
    name: str
    members: tuple[int, ...]
    tops: tuple[int, ...]
    outputs: tuple[int, ...]
    inner: int = 0
    seeds: tuple[float, ...] = ()
    runs: int = 1
    in_steps: bool = False

    @property
    def is_single(self) -> bool:
        """Whether it is one node, or one Σ, and so is drawn as ever."""
        return not self.name and len(self.members) == 1 + self.inner


@dataclass(frozen=True, slots=True)
class Flow:
    """All edges from one group into another: how many, and what flows back along them.

    ``products`` has the contribution of each edge whose operand has a gradient, ``total`` is their
    sum, None if there are none; ``first`` is one edge: its consumer and the operand's position.
    """

    tail: int
    head: int
    edges: int
    products: tuple[float, ...]
    total: float | None
    first: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """The groups, users after what they use as far as possible, and the flows between them.

    ``inside`` are the flows from a group into itself. ``hidden`` counts the nodes of groups for
    which there was no room.
    """

    graph: Graph
    groups: tuple[Group, ...]
    flows: tuple[Flow, ...]
    inside: tuple[Flow, ...]
    hidden: int = 0


def folded(graph: Graph, grouping: Grouping, max_groups: int) -> Folded:
    """The groups of a grouping, at most so many, those nearest to the roots first."""
    flows, inside, uses = _flows(graph, grouping.of)
    shown = range(max(0, grouping.count - max_groups), grouping.count)
    groups = _groups(graph, grouping, flows, inside, uses)
    return Folded(
        graph,
        tuple([groups[number] for number in shown]),
        tuple([flow for flow in flows if flow.tail in shown and flow.head in shown]),
        tuple([flow for flow in inside if flow.tail in shown]),
        hidden=sum(len(group.members) for group in groups[: shown.start]),
    )


def _flows(graph: Graph, of: list[int]) -> tuple[list[Flow], list[Flow], list[int]]:
    """What flows between groups and inside each, and how often each node is used in its group."""
    found: dict[tuple[int, int], tuple[list[float], list[int], tuple[int, int]]] = {}
    uses = [0] * len(graph)
    asked = [node.grad is not None for node in graph]
    for node in graph:
        head, upstream = of[node.index], node.grad
        for position, operand in enumerate(node.operands):
            way = (of[operand], head)
            if way[0] == head:
                uses[operand] += 1
            flow = found.get(way)
            if flow is None:
                flow = found[way] = ([], [0], (node.index, position))
            flow[1][0] += 1
            if asked[operand] and upstream is not None:
                flow[0].append(upstream * node.slopes[position])
    flows = [
        Flow(tail, head, edges, tuple(products), fsum(products) if products else None, first)
        for (tail, head), (products, (edges,), first) in found.items()
    ]
    flows.sort(key=lambda flow: (flow.head, flow.first[1], flow.tail))
    return (
        [flow for flow in flows if flow.tail != flow.head],
        [flow for flow in flows if flow.tail == flow.head],
        uses,
    )


def _groups(
    graph: Graph, grouping: Grouping, flows: list[Flow], inside: list[Flow], uses: list[int]
) -> list[Group]:
    members: list[list[int]] = [[] for _ in grouping.names]
    for index, group in enumerate(grouping.of):
        members[group].append(index)
    seeds: dict[int, list[float]] = defaultdict(list)
    for root, seed in zip(graph.roots, graph.seeds, strict=True):
        if seed:  # a root of seed 0 is only there to be found
            seeds[grouping.of[root]].append(seed)
    used = _used_outside(graph, grouping.of)
    circles = _in_circles(len(grouping.names), flows)
    within = {flow.tail for flow in inside}
    groups = []
    for number, (name, mine) in enumerate(zip(grouping.names, members, strict=True)):
        tops = [i for i in mine if graph.nodes[i].op is not None and not grouping.inner[i]]
        runs, weight = _runs(graph, mine, uses)
        in_steps = runs > 1 and (
            number in circles or (number in within and _depends(graph, mine, weight))
        )
        groups.append(
            Group(
                number,
                name,
                tuple(mine),
                tuple(tops),
                tuple([i for i in tops if used[i]]),
                sum(grouping.inner[i] for i in mine),
                tuple(seeds[number]),
                runs,
                in_steps,
            )
        )
    return groups


def _used_outside(graph: Graph, of: list[int]) -> list[bool]:
    """Of each node, whether another group uses it or it is a root."""
    used = [False] * len(graph)
    for node in graph:
        head = of[node.index]
        for operand in node.operands:
            if of[operand] != head:
                used[operand] = True
    for root in graph.roots:
        used[root] = True
    return used


# --- how often a part of a model ran --------------------------------------------------------------


def _runs(graph: Graph, members: list[int], uses: list[int]) -> tuple[int, int]:
    """How often each parameter of a group is used in it, and one of the parameters."""
    weights = [i for i in members if graph.nodes[i].kind in {"parameter", "frozen"}]
    runs = math.gcd(*[uses[weight] for weight in weights])
    return max(runs, 1), weights[-1] if weights else -1


def _depends(graph: Graph, members: list[int], weight: int) -> bool:
    """Whether one use of a parameter needs the result of another, within its group."""
    reached: set[int] = set()
    for index in members:
        operands = graph.nodes[index].operands
        uses_it = weight in operands
        if not reached.isdisjoint(operands):
            if uses_it:
                return True
            reached.add(index)
        elif uses_it and not reached:
            reached.add(index)
    return False


def _in_circles(count: int, flows: list[Flow]) -> set[int]:
    """The groups from which a way leads back to themselves, through others."""
    heads: list[list[int]] = [[] for _ in range(count)]
    for flow in flows:
        heads[flow.tail].append(flow.head)
    backwards = [flow.tail for flow in flows if flow.head < flow.tail]
    # Groups are in order of their last nodes: without a way backwards there is no circle.
    return {group for group in range(count) if backwards and _leads_back(heads, group)}


def _leads_back(heads: list[list[int]], start: int) -> bool:
    seen: set[int] = set()
    stack = [start]
    while stack:
        for head in heads[stack.pop()]:
            if head == start:
                return True
            if head not in seen:
                seen.add(head)
                stack.append(head)
    return False
