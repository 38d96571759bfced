"""A part of a computation: one neuron with its inputs and users, or a node with its paths.

What is not drawn is summed up in boxes of their own, so that every gradient has all its parts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from autograd import Graph, Node

from . import visible_nodes
from .examples import OTHERS
from .neurons import Network, Run, Unit
from .outline import Constant, Item, Link, Outline
from .paths import Paths
from .sigma import link_of, opened_into_products, part
from .sizes import fsum, strongest

TOP = 5  # paths
MOST_OPERANDS = 12  # of one operation
LONGEST = 24  # nodes of a path; of a longer one, its ends
MOST_INPUTS = 12  # of a neuron that opens
MOST_USERS, FEWER_USERS = 12, 8  # of a neuron; of more the strongest


# --- one neuron -----------------------------------------------------------------------------------


def inside(network: Network, unit: Unit, run: Run) -> tuple[Outline, tuple[int, ...]]:
    """A neuron opened: inputs, weights, products, sum, activation and users.

    The second result are the users, whose gradients are where backward starts here.
    """
    graph = network.graph
    total = graph.nodes[run.total]
    half = len(unit.weights)
    order = [place for k in range(half) for place in (half + k, k)]
    order += range(2 * half, len(total.operands))
    items: dict[int, Item] = {}
    for place in order:
        index = total.operands[place]
        items.setdefault(index, _given(graph.nodes[index]))
    links: list[Link] = []
    is_wide = half > 1 or unit.bias is not None
    shown = (
        opened_into_products(graph, total)
        if is_wide
        else part(graph, total, frozenset(), frozenset())
    )
    found = list(items.values())
    for item, into in shown.inside:
        found.append(item)
        links += into
    found.append(_item(graph, total, shown.symbol))
    links += shown.links
    for index in run.steps:
        node = graph.nodes[index]
        of = part(graph, node, frozenset(), frozenset())
        constants = [
            Constant(i, p + 1, "", graph.nodes[i].value) for p, i in enumerate(node.operands[1:])
        ]
        found.append(replace(_item(graph, node, of.symbol), constants=tuple(constants)))
        links.append(of.links[0])
    above, onward = _above(graph, run.output)
    users = tuple([item.node for item in above if item.key.isdigit()])
    if not above:  # the output is the result
        seed = graph.nodes[run.output].grad or 0.0
        found[-1] = replace(found[-1], seeds=(seed,))
        users = (run.output,)
    return Outline((*found, *above), (*links, *onward)), users


def _given(node: Node) -> Item:
    """A box that stands for a number made elsewhere."""
    kind = "activation" if node.op is not None else node.kind
    return Item(str(node.index), node.index, kind, "", node.value, node.grad, label=node.label)


def _item(graph: Graph, node: Node, symbol: str, seeds: tuple[float, ...] = ()) -> Item:
    products = tuple([c.product for c in graph.contributions(node.index)])
    return visible_nodes.item(node, symbol, seeds, products)


def _above(graph: Graph, output: int) -> tuple[list[Item], list[Link]]:
    """What uses a neuron: boxes whose gradients are known; of many, the strongest."""
    found = list(graph.contributions(output))
    if len(found) > MOST_USERS:
        order = set(strongest([one.product for one in found], FEWER_USERS))
        found = [one for k, one in enumerate(found) if k in order]
    items: dict[int, Item] = {}
    links = []
    for one in found:
        node = graph.nodes[one.consumer]
        symbol = node.op.symbol if node.op is not None else ""
        items.setdefault(
            one.consumer,
            Item(
                str(one.consumer), one.consumer, "operation", symbol, node.value, node.grad,
                label=node.label, seeds=(one.upstream,), left_out=1,
            ),
        )  # fmt: skip
        links.append(link_of(graph, node, one.position, str(one.consumer), one.position))
    rest = _others(graph, output, {(one.consumer, one.position) for one in found})
    if rest is not None:
        items[-1], link = rest
        links.append(link)
    return list(items.values()), links


# --- any node -------------------------------------------------------------------------------------


def around(graph: Graph, index: int) -> Outline:
    """A node with its strongest paths to the root, and its operands; the others are summed up."""
    pairs = [(r, s) for r, s in zip(graph.roots, graph.seeds, strict=True) if s]
    root, seed = pairs[0] if pairs else (graph.roots[0], graph.seeds[0])
    chosen = {index, root, *graph.nodes[index].operands[:MOST_OPERANDS]}
    if graph.nodes[index].grad is not None:
        for path in Paths(graph, index, root, seed).strongest(TOP):
            nodes, half = path.nodes, LONGEST // 2
            chosen.update(nodes if len(nodes) <= LONGEST else (*nodes[:half], *nodes[-half:]))
    items: list[Item] = []
    links: list[Link] = []
    for place in sorted(chosen):
        item, into = _drawn(graph, graph.nodes[place], chosen)
        if item.left_out and place in graph.nodes[index].operands:
            item, into = replace(item, left_out=item.left_out + len(into)), []
        items.append(replace(item, seeds=(seed,) if place == root else ()))
        links += into
    drawn = {link.edge or (int(link.consumer), link.position) for link in links}
    for place in sorted(chosen):
        rest = _others(graph, place, drawn)
        if rest is not None:
            items.append(rest[0])
            links.append(rest[1])
    return Outline(tuple(items), tuple(links), hidden=len(graph) - len(chosen))


def _drawn(graph: Graph, node: Node, chosen: Collection[int]) -> tuple[Item, list[Link]]:
    of = part(graph, node, frozenset(), chosen)
    into = [link for link in of.links if link.node in chosen]
    known = {link.node for link in into}
    constants = tuple(
        Constant(i, k, graph.nodes[i].label, graph.nodes[i].value)
        for k, i in enumerate(node.operands)
        if i not in known and graph.nodes[i].kind == "constant" and not of.folded
    )
    out = max(0, len(of.links) - len(into) - len(constants))
    return replace(_item(graph, node, of.symbol), constants=constants, left_out=out), into


def _others(
    graph: Graph, index: int, drawn: Collection[tuple[int, int]]
) -> tuple[Item, Link] | None:
    """A box for the uses of a node that are not drawn, with what they bring together."""
    rest = [o for o in graph.contributions(index) if (o.consumer, o.position) not in drawn]
    if not rest:
        return None
    total = fsum(one.product for one in rest)
    key = f"{index}{OTHERS}"
    item = Item(key, index, "group", "+", 0.0, total, seeds=(total,), left_out=len(rest))
    edge = (rest[0].consumer, rest[0].position)
    return item, Link(str(index), key, 0, 1.0, total, total, "", index, edge)
