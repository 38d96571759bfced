"""One picture as its steps see it: what is computed from what, and what flows back along arrows.

In the order of `Board.moves` the parts of each gradient add up bit for bit, as in the engine's own
backward pass.

Glossary: *left* is what a leaf's ``.grad`` held before this backward pass; a *neuron* is a weighted
sum and the activations that follow it, drawn as one box.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograd import Graph, Op, ops

from ..see.examples import MEAN, OTHERS
from ..see.neurons import Run
from ..see.outline import Item, Link, Outline
from .lesson import (
    Pass,
    Quantity,
    gathered,
    grad,
    number,
    product,
    slope,
    times,
    total,
    used,
    value,
)


@dataclass(frozen=True, slots=True)
class Operand:
    """What goes into an operation: a node, and its box and arrow if they are drawn.

    ``position`` is its place among the operands; ``node`` is −1 for a step inside an opened Σ.
    """

    what: Quantity
    position: int
    node: int = -1
    key: str = ""
    arrow: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """What one arrow carries back: slope × upstream.

    ``place`` of ``count`` tells which of the receiver's arrows it is.
    """

    link: Link
    slope: Quantity
    upstream: Quantity
    product: Quantity
    place: int
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
        return self.place == self.count


def arrow_of(link: Link) -> str:
    """The id of a link's arrow in a picture."""
    return f"e{link.operand}_{link.consumer}_{link.position}"


def box_of(key: str) -> str:
    """The id of an item's box in a picture."""
    return f"n{key}"


class Board:
    """One picture of a pass.

    Parameters
    ----------
    numbers:
        The pass.
    outline:
        Boxes and arrows.
    seeded:
        Where backward starts, if that is not at the graph's roots: in a part of a computation.
    neurons:
        The boxes that are whole neurons, by key.
    """

    def __init__(
        self,
        numbers: Pass,
        outline: Outline,
        *,
        seeded: Sequence[int] | None = None,
        neurons: Mapping[str, Run] | None = None,
    ) -> None:
        self.numbers, self.outline = numbers, outline
        self.graph: Graph = numbers.graph
        self.nodes = numbers.nodes
        self.neurons = neurons or {}
        self.is_part = seeded is not None
        self.items: dict[str, Item] = {item.key: item for item in outline.items}
        self._seeded = seeded
        self._places = {item.key: place for place, item in enumerate(outline.items)}
        self._into: dict[str, list[Link]] = defaultdict(list)
        for link in outline.links:
            self._into[link.consumer].append(link)

    # --- the result -------------------------------------------------------------------------------

    @functools.cached_property
    def seeds(self) -> list[tuple[int, Quantity]]:
        """Where backward starts, and with what; a root that is there twice has both seeds."""
        if self._seeded is not None:
            return [(index, grad(index)) for index in self._seeded]
        found: dict[int, float] = {}
        for root, seed in zip(self.graph.roots, self.graph.seeds, strict=True):
            if seed:
                found[root] = found.get(root, 0.0) + seed
        return [(index, number(seed)) for index, seed in found.items()]

    @functools.cached_property
    def is_plain(self) -> bool:
        """Whether gradients are taken of one root as it is."""
        return self.graph.seeds == (1.0,)

    @functools.cached_property
    def has_gradients(self) -> bool:
        """Whether there is anything to go back for."""
        return any(self.nodes[index].grad is not None for index, _ in self.seeds)

    def is_given(self, item: Item) -> bool:
        """Whether a number stands in the picture from the beginning.

        It does if it is a leaf, or computed from what is not drawn.
        """
        return not item.symbol or item.left_out > 0

    # --- values -----------------------------------------------------------------------------------

    def row(self, item: Item) -> Op | None:  # noqa: PLR0911 - a case each
        """The operation that an item shows; of a Σ that is opened, one of its steps."""
        if item.key.endswith(OTHERS):
            return ops.add
        op = self.nodes[item.node].op
        if op is None or item.symbol == MEAN:
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
        neuron = self.neurons.get(item.key)
        if neuron is not None:
            return self._all_of(neuron.total, item.key)
        node = self.nodes[item.node]
        if item.key.isdigit() and self.row(item) is node.op:
            return self._all_of(item.node, item.key)
        if not item.key.isdigit() and "p" in item.key:  # a product: its factors may not be drawn
            k = int(item.key.partition("p")[2]) - 1
            places = k, k + len(node.operands) // 2
            return [self._operand(item.node, p, item.key, side) for side, p in enumerate(places)]
        found = [self._linked(link) for link in self._into[item.key]]
        found += [
            Operand(value(constant.node), constant.position, constant.node)
            for constant in item.constants
        ]
        return sorted(found, key=lambda operand: operand.position)

    def _all_of(self, index: int, key: str) -> list[Operand]:
        count = len(self.nodes[index].operands)
        return [self._operand(index, place, key, place) for place in range(count)]

    def _operand(self, index: int, place: int, consumer: str, position: int) -> Operand:
        """An operand of a node, drawn into ``consumer``, which stands for it or lies inside it."""
        operand = self.nodes[index].operands[place]
        key = str(operand)
        if key not in self.items:
            return Operand(used(index, place), position, operand)
        return Operand(used(index, place), position, operand, key, f"e{key}_{consumer}_{position}")

    def _linked(self, link: Link) -> Operand:
        what = used(*link.edge) if link.edge is not None else self.value(link.operand)
        node = link.node if link.node is not None else -1
        return Operand(what, link.position, node, link.operand, arrow_of(link))

    def value(self, key: str) -> Quantity:
        """What stands in an item's second line."""
        item = self.items[key]
        if key.isdigit():
            return value(item.node)
        if key.endswith(OTHERS):
            return total(*[value(constant.node) for constant in item.constants])
        parts = [operand.what for operand in self.operands(item)]
        return times(*parts) if item.symbol == "×" else total(*parts)

    # --- gradients --------------------------------------------------------------------------------

    def has_left(self, key: str) -> bool:
        """Whether a gradient was left in this item."""
        return not self.items[key].symbol and self.items[key].node in self.numbers.left

    def starts(self, key: str) -> list[Quantity]:
        """What an item's gradient begins with: what was left in it, and its seeds."""
        item = self.items[key]
        left = [number(self.numbers.left[item.node])] if self.has_left(key) else []
        if self.is_part and item.seeds:
            return [*left, grad(item.node) if key.isdigit() else number(item.seeds[0])]
        return [*left, *[number(seed) for seed in item.seeds]]

    def gradient(self, key: str) -> Quantity:
        """What stands in an item's third line when all of it has arrived."""
        item = self.items[key]
        if item.grad is None:
            return number(None)
        arrived = self.arriving(key)
        uses = self.graph.contributions(item.node) if key.isdigit() else ()
        if key.isdigit() and len(arrived) == len(uses):
            return grad(item.node)
        return gathered(*self.starts(key), *[move.product for move in arrived])

    def arriving(self, key: str) -> Sequence[Move]:
        """What flows to an item, in order."""
        return self._arriving.get(key, ())

    @functools.cached_property
    def _arriving(self) -> dict[str, list[Move]]:
        found: dict[str, list[Move]] = defaultdict(list)
        for move in self.moves if self.has_gradients else ():
            found[move.operand].append(move)
        return found

    @functools.cached_property
    def moves(self) -> tuple[Move, ...]:
        """What flows back, arrow by arrow, in an order in which every sum is the engine's."""
        links = [link for link in self.outline.links if link.product is not None]
        counts: dict[str, int] = defaultdict(int)
        for link in links:
            counts[link.operand] += 1
        if self.neurons:
            order = sorted(links, key=self._by_receiver)
        else:
            order = sorted(links, key=self._tidily)
            if not self._is_engines(order):
                order = sorted(links, key=self._as_the_engine)
        places: dict[str, int] = defaultdict(int)
        found = []
        for link in order:
            places[link.operand] += 1
            rate, upstream, share = self._flow(link)
            place, count = places[link.operand], counts[link.operand]
            found.append(Move(link, rate, upstream, share, place, count))
        return tuple(found)

    def _flow(self, link: Link) -> tuple[Quantity, Quantity, Quantity]:
        """The rate along a link, the gradient that it meets, and their product."""
        if link.edge is not None and not link.consumer.endswith(OTHERS):
            consumer, position = link.edge
            through = self._onwards(link)
            rate = slope(consumer, position)
            if through is None:
                return rate, grad(consumer), product(consumer, position)
            # A mean is a sum, whose slope is 1, and a division.
            rate = times(rate, slope(through, 0))
            return rate, grad(through), product(consumer, position)
        upstream = grad(self.items[link.consumer].node)
        if link.consumer.endswith(OTHERS):
            upstream = number(link.upstream)
        return number(link.slope), upstream, upstream

    def _onwards(self, link: Link) -> int | None:
        """The node that a box stands for, if a link goes into another one inside it: a mean."""
        assert link.edge is not None
        item = self.items[link.consumer]
        if link.consumer in self.neurons or not link.consumer.isdigit():
            return None
        return item.node if item.symbol == MEAN else None

    def _by_receiver(self, link: Link) -> tuple[int, int, int]:
        """Receiver by receiver from the result on, each in the engine's order."""
        consumer, position = link.edge if link.edge is not None else (-1, 0)
        return -self._places[link.operand], -consumer, position

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
            (not self.starts(key) and len(ends) <= 2) or all(a <= b for a, b in pairwise(ends))
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


def drawn_constants(graph: Graph) -> Collection[int]:
    """The constants that get a box: those with a name, and what weights are multiplied with.

    A plain number, as in ``(o − y) ** 2`` or ``2 * x``, stands inside its operation.
    """
    return {
        operand
        for node in graph
        for operand in node.operands
        if graph.nodes[operand].kind == "constant"
        and (graph.nodes[operand].label or (node.op is not None and node.op.variadic))
    }
