"""Which nodes of a graph get into a picture of limited size, nearest to the roots first.

A node is drawn only after all nodes that use it. So whatever is left out, every gradient in the
picture has all its contributions in the picture too.

What teaches nothing can be taken out then. Of a Σ of one term, ÷ 1, × 1 and ^ 1 the operand takes
the place. The square of e is one box with one arrow, whether it was written e × e or e ** 2.
Constants and the parameters of a neuron can stand inside the boxes that use them.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import replace

from autograd import Graph, Node

from .outline import (
    N_ARY,
    PARAMETERS,
    Constant,
    Item,
    Link,
    Outline,
    Part,
    is_op,
    is_unit,
    opened_into_products,
    part,
)

LINKS_PER_NODE = 3  # a budget of n boxes is also one of 3n links, which cost as much to lay out


def outline(
    graph: Graph,
    *,
    opened: frozenset[int] = frozenset(),
    constants: bool | Container[int] = True,
    max_nodes: int = 400,
    textbook: Container[int] = (),
) -> Outline:
    """The items and links of a picture with at most ``max_nodes`` boxes.

    ``constants`` are those that get boxes of their own: all, none, or some by index. ``textbook``
    are dots that are opened into their products and one Σ.
    """
    chosen = _Chosen(graph, opened, textbook, constants=constants, max_nodes=max_nodes)
    chosen.fill()
    return chosen.outline()


def outline_of(
    graph: Graph,
    nodes: Iterable[int],
    *,
    apart: Iterable[int] | None = None,
    constants: bool = True,
    textbook: Container[int] = (),
) -> Outline:
    """The items and links of these nodes alone.

    A Σ stands for sums that are not among those to be kept ``apart``; left out, that is all.
    """
    chosen = _Chosen(graph, frozenset(), textbook, constants=constants, max_nodes=3 * len(graph))
    chosen.apart = frozenset(range(len(graph)) if apart is None else apart)
    for index in nodes:
        chosen.choose(graph.nodes[index])
    return replace(chosen.outline(), hidden=0)


class _Chosen:
    """The nodes chosen so far, and the room that is left."""

    def __init__(
        self,
        graph: Graph,
        opened: frozenset[int],
        textbook: Container[int],
        *,
        constants: bool | Container[int],
        max_nodes: int,
    ) -> None:
        self.graph, self.opened, self.textbook, self.constants = graph, opened, textbook, constants
        self.roots: dict[int, tuple[float, ...]] = {}
        for root, seed in zip(graph.roots, graph.seeds, strict=True):
            # A root of seed 0 is only there to be found.
            self.roots[root] = (*self.roots.get(root, ()), *([seed] if seed else []))
        self.apart = opened.union(self.roots)
        self.room = max_nodes
        self.link_room = max_nodes * LINKS_PER_NODE
        self.parts: dict[int, Part] = {}
        self.too_wide: list[Node] = []

    def fill(self) -> None:
        """Choose nodes, nearest to the roots first, while there is room."""
        graph = self.graph
        ready = sorted((0, index) for index in self.roots if not graph.consumers(index))
        depths: dict[int, int] = {}
        uses_to_come: dict[int, int] = {}
        while ready and self.room > 0:
            depth, index = heapq.heappop(ready)
            uses = len(graph.consumers(index))
            if uses > self.link_room:
                continue
            self.choose(graph.nodes[index])
            self.link_room -= uses
            for operand in self.parts[index].operands:
                depths[operand] = max(depths.get(operand, 0), depth + 1)
                if operand not in uses_to_come:
                    uses_to_come[operand] = len(graph.consumers(operand))
                uses_to_come[operand] -= 1
                if not uses_to_come[operand] and not self._is_hidden_constant(operand):
                    heapq.heappush(ready, (depths[operand], operand))

    def choose(self, node: Node) -> None:
        """Take a node into the picture."""
        chosen = self._part(node)
        self.parts[node.index] = chosen
        self.room -= 1 + len(chosen.inside)
        self.link_room -= 2 * len(chosen.inside)

    def _part(self, node: Node) -> Part:
        """How the node is shown; a Σ stays closed if its steps do not fit."""
        in_steps = is_op(node, *N_ARY) and node.index in self.opened
        if in_steps or node.index in self.textbook:
            # It has no more steps inside than operands.
            if len(node.operands) >= min(self.room, self.link_room // 2):
                self.too_wide.append(node)
                return part(self.graph, node, frozenset(), self.apart)
            if node.index in self.textbook:
                return opened_into_products(self.graph, node)
        return part(self.graph, node, self.opened, self.apart)

    def _is_hidden_constant(self, index: int) -> bool:
        if self.graph.nodes[index].kind != "constant" or index in self.roots:
            return False
        shown = self.constants
        return not shown if isinstance(shown, bool) else index not in shown

    def outline(self) -> Outline:
        """What was chosen, as items and links."""
        items: list[Item] = []
        links: list[Link] = []
        shown = set(self.parts)
        for index in sorted(self.parts):
            part = self.parts[index]
            for item, into in (*part.inside, (self._item(index, part), part.links)):
                drawn, constants, left_out = self._sort_out(into)
                links += drawn
                items.append(replace(item, constants=tuple(constants), left_out=left_out))
                shown.update(constant.node for constant in constants)
        folded = sum(part.folded for part in self.parts.values())
        hidden = len(self.graph) - len(shown) - folded
        return Outline(tuple(items), tuple(links), hidden, tuple(self.too_wide))

    def _sort_out(self, into: Iterable[Link]) -> tuple[list[Link], list[Constant], int]:
        """The links that are drawn, the constants that are not, and the operands left out."""
        drawn: list[Link] = []
        constants: list[Constant] = []
        left_out = 0
        for link in into:
            if link.node is None or link.node in self.parts:
                drawn.append(link)
            elif self._is_hidden_constant(link.node):
                node = self.graph.nodes[link.node]
                constants.append(Constant(node.index, link.position, node.label, node.value))
            else:
                left_out += 1
        return drawn, constants, left_out

    def _item(self, index: int, part: Part) -> Item:
        node = self.graph.nodes[index]
        contributions = self.graph.contributions(index) if node.grad is not None else ()
        products = tuple([c.product for c in contributions])
        return item(node, part.symbol, self.roots.get(index, ()), products)


def item(
    node: Node, symbol: str, seeds: tuple[float, ...], contributions: tuple[float, ...]
) -> Item:
    """The box of one node, with what its gradient is made of."""
    activation = node.op is not None and node.op.is_activation
    return Item(
        key=str(node.index),
        node=node.index,
        kind="activation" if activation else node.kind,
        is_unit=is_unit(node.op, node.scope),
        symbol=symbol,
        value=node.value,
        grad=node.grad,
        label=node.label,
        now=node.now,
        scope=node.scope,
        source=node.source,
        seeds=seeds,
        contributions=contributions,
    )


# --- without what teaches nothing -----------------------------------------------------------------


POWERS: dict[float, str] = dict(zip(range(2, 10), "²³⁴⁵⁶⁷⁸⁹", strict=True))


def with_powers(graph: Graph, outline: Outline) -> Outline:
    """The outline with small whole exponents in the symbols of their powers, as ²."""
    powers = {item.key: found for item in outline.items if (found := _power(graph, item))}
    gone = [link.consumer in powers and link.position == 1 for link in outline.links]
    pairs = list(zip(outline.links, gone, strict=True))
    links = [link for link, is_gone in pairs if not is_gone]
    used = {link.operand for link in links}
    exponents = {link.operand for link, is_gone in pairs if is_gone} - used
    items = [
        replace(item, symbol=powers[item.key], constants=()) if item.key in powers else item
        for item in outline.items
        if item.key not in exponents
    ]
    return replace(outline, items=tuple(items), links=tuple(links))


def _power(graph: Graph, item: Item) -> str:
    node = graph.nodes[item.node]
    if item.key != str(item.node) or not is_op(node, "pow"):
        return ""
    exponent = graph.nodes[node.operands[1]]
    is_bare = exponent.kind == "constant" and not exponent.label
    return POWERS.get(node.inputs[1], "") if is_bare and exponent.index not in graph.roots else ""


def with_constants_inside(outline: Outline) -> Outline:
    """The outline with constants in the boxes that use them; a root, or an input, stays."""
    dots = {item.key for item in outline.items if item.inside}
    weighed = {link.operand for link in outline.links if link.consumer in dots}
    uses = Counter(link.operand for link in outline.links)
    items = {item.key: item for item in outline.items}
    inside: dict[str, list[Constant]] = defaultdict(list)
    gone = set()
    for link in outline.links:
        item = items[link.operand]
        is_free = item.kind == "constant" and not item.seeds and item.key not in weighed
        if is_free and (uses[item.key] == 1 or not item.label):
            inside[link.consumer].append(Constant(item.node, link.position, item.label, item.value))
            gone.add(item.key)
    shown = _without(outline, gone)
    found = [replace(i, constants=(*i.constants, *inside[i.key])) for i in shown.items]
    return replace(shown, items=tuple(found))


def with_parameters_inside(graph: Graph, outline: Outline) -> Outline:
    """The outline with each parameter that only one dot product uses in the box of that one."""
    uses = Counter(link.operand for link in outline.links)
    items = {item.key: item for item in outline.items}
    inside: dict[str, list[Item]] = defaultdict(list)
    gone = set()
    for link in outline.links:
        item, user = items[link.operand], link.consumer
        is_own = uses[item.key] == 1 and item.kind in PARAMETERS and not item.seeds
        if is_own and user.isdigit() and is_op(graph.nodes[int(user)], "dot"):
            inside[user].append(item)
            gone.add(item.key)
    shown = _without(outline, gone)
    return replace(
        shown, items=tuple([replace(i, inside=tuple(inside[i.key])) for i in shown.items])
    )


def _without(outline: Outline, gone: Container[str]) -> Outline:
    return replace(
        outline,
        items=tuple([item for item in outline.items if item.key not in gone]),
        links=tuple([link for link in outline.links if link.operand not in gone]),
    )
