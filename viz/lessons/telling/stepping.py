"""What the steps of a picture tell, as numbers: who is computed from what, and what flows back.

Words and equations are written from this layer, and from nothing else. A `Move` is what one arrow
carries back. In the order of `moves`, a node's moves add up to its gradient bit for bit, as in the
engine's own sweep.

Glossary: *left* is what a leaf's ``.grad`` held before this backward pass.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from autograd import Graph, Node, Op, ops

from ...say.equations import number
from ...say.names import Names, free, names_of
from ...see.outline import Constant, Item, Link, Outline


@dataclass(frozen=True, slots=True)
class Operand:
    """What goes into an operation: its name, its number, and its box if it has one.

    ``position`` is its place among the operands, ``node`` its index in the graph; -1 for a step
    inside a Σ. ``is_number``: it is a constant without a name, and its name is its number.
    """

    name: str
    value: float
    position: int
    node: int = -1
    key: str = ""
    arrow: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What one arrow carries back: slope × upstream = product.

    ``before`` and ``after`` are the receiver's gradient around it, ``number`` of ``count`` tells
    which of the receiver's arrows it is.
    """

    link: Link
    slope: float
    upstream: float
    product: float
    before: float
    after: float
    number: int
    count: int

    @property
    def operand(self) -> str:
        """The key of the receiver."""
        return self.link.operand

    @property
    def consumer(self) -> str:
        """The key of the sender."""
        return self.link.consumer

    @property
    def arrow(self) -> str:
        """The id of the arrow."""
        return arrow_of(self.link)

    @property
    def is_last(self) -> bool:
        """Whether the receiver's gradient is complete after it."""
        return self.number == self.count


def arrow_of(link: Link) -> str:
    """The id of a link's arrow in a picture."""
    return f"e{link.operand}_{link.consumer}_{link.position}"


def box_of(key: str) -> str:
    """The id of an item's box in a picture."""
    return f"n{key}"


class Scene:
    """One picture and all that its steps need to look up."""

    def __init__(
        self,
        graph: Graph,
        outline: Outline,
        left: Mapping[int, float],
        *,
        seeded: list[tuple[int, float]] | None = None,
        objective: str = "",
    ) -> None:
        """A picture within a larger one says where the way back begins, and of what.

        There ``seeded`` stands in place of the graph's roots with their seeds.
        """
        self.graph, self.outline = graph, outline
        self._seeded, self._objective = seeded, objective
        self.items: dict[str, Item] = {item.key: item for item in outline.items}
        self.names: Names = names_of(graph, outline)
        self.into: dict[str, list[Link]] = defaultdict(list)
        for link in outline.links:
            self.into[link.consumer].append(link)
        self.left = {
            index: x
            for index, x in left.items()
            if x and graph.nodes[index].op is None and graph.nodes[index].grad is not None
        }

    # --- the result -------------------------------------------------------------------------------

    @functools.cached_property
    def seeded(self) -> list[tuple[int, float]]:
        """The roots that have a seed, with it; one that is there twice has both."""
        if self._seeded is not None:
            return self._seeded
        found: dict[int, float] = {}
        for root, seed in zip(self.graph.roots, self.graph.seeds, strict=True):
            if seed:
                found[root] = found.get(root, 0.0) + seed
        return list(found.items())

    @functools.cached_property
    def objective(self) -> str:
        """What gradients are taken of: the root's name, or S for a sum of seeds × roots."""
        if self._objective:
            return self._objective
        if [seed for _, seed in self.seeded] == [1.0]:
            return self.name_of(self.seeded[0][0])
        return free("S", set(self.names.by_key.values()))

    @property
    def is_plain(self) -> bool:
        """Whether gradients are taken of one root, which is in the picture."""
        return self._seeded is None and [seed for _, seed in self.seeded] == [1.0]

    @functools.cached_property
    def has_gradients(self) -> bool:
        """Whether there is anything to go back for."""
        return any(self.graph.nodes[root].grad is not None for root, _ in self.seeded)

    def name_of(self, index: int) -> str:
        """The name of a node; of one that is not in the picture its label or its number."""
        key = str(index)
        if key in self.items:
            return self.names[key]
        node = self.graph.nodes[index]
        return node.label or number(node.value)

    # --- operands ---------------------------------------------------------------------------------

    def row(self, item: Item) -> Op | None:
        """The operation that an item shows; of a Σ that is opened, one of its steps."""
        op = self.graph.nodes[item.node].op
        if op is None:
            return None
        if not item.key.isdigit():
            return ops.mul if item.symbol == "×" else ops.add
        if op.name == "add" and item.symbol == "Σ":
            return ops.sum_
        if op.name == "dot":
            if item.symbol == "×":
                return ops.mul
            return ops.sum_ if item.symbol in ("Σ", "+") else op
        return op

    def operands(self, item: Item) -> list[Operand]:
        """What goes into an item, in the order of its equation."""
        node = self.graph.nodes[item.node]
        if self.row(item) is node.op and item.key.isdigit():
            return [self._operand(node, k, item.key, k) for k in range(len(node.operands))]
        if not item.key.isdigit():  # a product inside: what it multiplies may not be drawn
            k = int(item.key.partition("p")[2]) - 1
            places = k, k + len(node.operands) // 2
            return [self._operand(node, p, item.key, side) for side, p in enumerate(places)]
        found = [self._linked(link) for link in self.into[item.key]]
        found += [_constant(constant) for constant in item.constants]
        return sorted(found, key=lambda operand: operand.position)

    def _operand(self, node: Node, place: int, consumer: str, position: int) -> Operand:
        """An operand of a node, drawn into ``consumer``, which stands for it or lies inside it."""
        index = node.operands[place]
        key, value = str(index), node.inputs[place]
        if key not in self.items:
            label = self.graph.nodes[index].label
            return Operand(label or number(value), value, position, index, is_number=not label)
        arrow = f"e{key}_{consumer}_{position}"
        is_number = key in self.names.numbers
        return Operand(self.names[key], value, position, index, key, arrow, is_number)

    def _linked(self, link: Link) -> Operand:
        key = link.operand
        value = self.items[key].value
        if link.edge is not None:
            consumer, position = link.edge
            value = self.graph.nodes[consumer].inputs[position]
        is_number = key in self.names.numbers
        node = link.node if link.node is not None else -1
        return Operand(self.names[key], value, link.position, node, key, arrow_of(link), is_number)

    # --- gradients --------------------------------------------------------------------------------

    def given(self, key: str) -> float:
        """What an item's gradient begins with: what was left in it, and its seeds."""
        item = self.items[key]
        start = self.left.get(item.node, 0.0) if not item.symbol else 0.0
        for seed in item.seeds:
            start += seed
        return start

    def gradient(self, key: str) -> float | None:
        """An item's gradient after the pass, with what was left in it before."""
        item = self.items[key]
        if item.grad is None or item.node not in self.left:
            return item.grad
        found = self.left[item.node]
        for seed in item.seeds:
            found += seed
        for contribution in item.contributions:
            found += contribution
        return found

    def has_left(self, key: str) -> bool:
        """Whether a gradient was left in this item."""
        return not self.items[key].symbol and self.items[key].node in self.left

    def moves(self) -> list[Move]:
        """What flows back, arrow by arrow, in an order in which every sum is the engine's."""
        links = [link for link in self.outline.links if link.product is not None]
        counts: dict[str, int] = defaultdict(int)
        for link in links:
            counts[link.operand] += 1
        order = sorted(links, key=self._tidily)
        if not self._is_engines(order):
            order = sorted(links, key=self._as_the_engine)
        so_far: dict[str, float] = {}
        numbers: dict[str, int] = defaultdict(int)
        found = []
        for link in order:
            assert link.upstream is not None
            before = so_far.get(link.operand)
            if before is None:
                before = self.given(link.operand)
            after = so_far[link.operand] = before + link.upstream * link.slope
            numbers[link.operand] += 1
            found.append(
                Move(
                    link, link.slope, link.upstream, link.upstream * link.slope, before, after,
                    numbers[link.operand], counts[link.operand],
                )
            )  # fmt: skip
        return found

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {item.key: place for place, item in enumerate(self.outline.items)}

    def _tidily(self, link: Link) -> tuple[int, int]:
        """A reader's order: consumer by consumer from the root, operand by operand."""
        return -self._places[link.consumer], link.position

    def _as_the_engine(self, link: Link) -> tuple[int, int, int]:
        """The engine's order: by nodes from the last, by operands; steps inside a Σ first."""
        node = link.edge[0] if link.edge is not None else self.items[link.consumer].node
        inside = 0 if link.edge is None else 1
        position = -self._places[link.consumer] if link.edge is None else link.edge[1]
        return -node, inside, position

    def _is_engines(self, order: list[Link]) -> bool:
        """Whether each receiver gets its sums in the engine's order; two may come as they like."""
        edges: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for link in order:
            if link.edge is not None:
                edges[link.operand].append((-link.edge[0], link.edge[1]))
        exact = all(
            (not self.given(key) and len(ends) <= 2) or all(a <= b for a, b in pairwise(ends))
            for key, ends in edges.items()
        )
        return exact and self._is_complete(order)

    def _is_complete(self, order: list[Link]) -> bool:
        """Whether nothing is handed on before all of it has arrived."""
        waiting: dict[str, int] = defaultdict(int)
        for link in order:
            waiting[link.operand] += 1
        for link in order:
            if waiting[link.consumer]:
                return False
            waiting[link.operand] -= 1
        return True


def _constant(constant: Constant) -> Operand:
    name = constant.label or number(constant.value)
    is_number = not constant.label
    return Operand(name, constant.value, constant.position, constant.node, is_number=is_number)


def by_consumer(moves: list[Move]) -> Iterator[list[Move]]:
    """Moves in runs that come from the same sender."""
    run: list[Move] = []
    for move in moves:
        if run and run[-1].consumer != move.consumer:
            yield run
            run = []
        run.append(move)
    if run:
        yield run


def differentiable(graph: Graph) -> tuple[list[int], bool]:
    """The leaves that a step of training moves, and whether they are parameters.

    Variables are moved only where there are no parameters.
    """
    leaves = [node for node in graph if node.op is None and node.grad is not None]
    parameters = [node.index for node in leaves if node.kind == "parameter"]
    if parameters:
        return parameters, True
    return [node.index for node in leaves], False


def drawn_constants(graph: Graph) -> frozenset[int]:
    """The constants that get a box: those with a name, and what weights are multiplied with.

    A plain number, as in ``(o − y) ** 2`` or ``2 * x``, stands inside its operation.
    """
    found = set()
    for node in graph:
        many = node.op is not None and node.op.variadic
        for operand in node.operands:
            leaf = graph.nodes[operand]
            if leaf.kind == "constant" and (leaf.label or many):
                found.add(operand)
    return frozenset(found)
