"""Parts of a computation: one example of a network, one neuron of it, a node with its paths.

Of an example there are boxes for inputs, whole neurons, and the loss. A mean is one box, not a sum
and a division. What belongs to other examples is one box, and so is a penalty, which is computed
from parameters alone. Constants that only say how, such as the 2 of a square, have no box.

Around a neuron or a node, what is not drawn is summed up in boxes of their own, so that every
gradient has all its parts.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd import Graph, Node
from autograd.tape import KINDS

from . import visible_nodes
from .neurons import Network, Run, Unit
from .outline import Constant, Item, Link, Outline, is_op, link_of
from .paths import Paths, fsum, strongest

MOST_WEIGHTS = 24  # weights that have boxes; more of them stand in their neurons
MOST_INTO_ONE = 8
MEAN = "mean"  # the symbol of a sum and the division after it
OTHERS = "others"  # how the key of a box ends that stands for many nodes


@dataclass(frozen=True, slots=True)
class Example:
    """The boxes and arrows of one example; ``neurons`` are those boxes that are one, by key."""

    outline: Outline
    neurons: dict[str, Run]
    units: dict[str, Unit]


def example(network: Network, number: int, *, inputs: bool = True) -> Example:
    """One example's picture; without its ``inputs`` there is no link from one without a gradient.

    Of an image that is most of the picture.
    """
    made = _Example(network, number, inputs=inputs)
    for node in made.nodes:
        made.take(node)
    return Example(Outline(tuple(made.items.values()), tuple(made.links)), made.neurons, made.units)


def shows_weights(network: Network) -> bool:
    """Whether weights have boxes of their own in the picture of an example."""
    widths = [len(unit.weights) for unit in network.units]
    return sum(widths) <= MOST_WEIGHTS and max(widths) <= MOST_INTO_ONE


class _Example:
    def __init__(self, network: Network, number: int, *, inputs: bool) -> None:
        self.network, self.number, self.graph = network, number, network.graph
        self.inputs = inputs
        self.nodes = tuple(self.graph)
        self.items: dict[str, Item] = {}
        self.links: list[Link] = []
        self.neurons: dict[str, Run] = {}
        self.units: dict[str, Unit] = {}
        self._weights = shows_weights(network)
        self._computed = below_inputs(network)

    def take(self, node: Node) -> None:
        """Make the box of an operation, and those of the leaves that it uses."""
        if node.op is None or self.network.example_of.get(node.index, self.number) != self.number:
            return
        found = self.network.run_of.get(node.index)
        if found is None and not self._computed[node.index]:
            if any(self._computed[consumer] for consumer, _ in self.graph.consumers(node.index)):
                self._add(node, node.op.symbol, left_out=len(node.operands))
        elif found is None:
            self._single(node)
        elif node.index == found[1].output:
            self._neuron(*found)

    def _neuron(self, unit: Unit, run: Run) -> None:
        total, output = self.nodes[run.total], self.nodes[run.output]
        half = len(unit.weights)
        for index in total.operands[half : 2 * half]:
            self._source(index)
        places = range(half, 2 * half)
        if self._weights:
            for place in (*range(half), *range(2 * half, len(total.operands))):
                self._source(total.operands[place])
            places = range(len(total.operands))
        kind = "activation" if run.steps else "operation"
        key = self._add(output, unit.activation or "Σ", kind=kind)
        self.neurons[key], self.units[key] = run, unit
        asked = self.graph.asked
        self.links += [
            link_of(self.graph, total, place, key, place)
            for place in places
            if self.inputs or asked[total.operands[place]]
        ]

    def _source(self, index: int) -> None:
        """A box for what is there already: an input, or a weight."""
        if str(index) not in self.items:
            node = self.nodes[index]
            self._add(node, "" if node.op is None else node.op.symbol)

    def _single(self, node: Node) -> None:
        if is_inside_mean(self.graph, node):
            return
        assert node.op is not None
        inner, symbol = node, node.op.symbol
        if is_mean(self.graph, node):
            inner, symbol = self.nodes[node.operands[0]], MEAN
        links, constants, elsewhere = [], [], []
        for place, index in enumerate(inner.operands):
            leaf = self.nodes[index]
            if self._is_drawn(node, leaf):
                links.append(link_of(self.graph, inner, place, str(node.index), place))
            elif leaf.kind == "constant":
                constants.append(Constant(index, place, leaf.label, leaf.value))
            elif index in self.network.example_of:
                elsewhere.append((place, index))
        if symbol == MEAN:
            index = node.operands[1]
            value = self.nodes[index].value
            constants.append(Constant(index, len(inner.operands), "", value))
        if elsewhere:
            links.append(self._others(node, elsewhere))
        self._add(node, symbol, constants=tuple(constants))
        self.links += links

    def _is_drawn(self, user: Node, leaf: Node) -> bool:
        """Whether an operand of a single operation has a box; the box of a leaf is made."""
        if str(leaf.index) in self.items:
            return True
        if leaf.op is not None:
            return False  # of another example
        if leaf.kind == "constant" and not leaf.label and not is_error(self.network, user):
            return False
        self._source(leaf.index)
        return True

    def _others(self, user: Node, elsewhere: Sequence[tuple[int, int]]) -> Link:
        """One box for what other examples bring."""
        key = f"{user.index}{OTHERS}"
        nodes = [self.nodes[index] for _, index in elsewhere]
        self.items[key] = Item(
            key, user.index, "group", "", sum(node.value for node in nodes), None,
            constants=tuple([Constant(n.index, k, "", n.value) for k, n in enumerate(nodes)]),
        )  # fmt: skip
        return Link(key, str(user.index), elsewhere[0][0], 1.0, None, None)

    def _add(self, node: Node, symbol: str, **more: Any) -> str:
        key = str(node.index)
        roots = zip(self.graph.roots, self.graph.seeds, strict=True)
        seeds = tuple([seed for root, seed in roots if root == node.index and seed])
        made = visible_nodes.item(node, symbol, seeds, ())
        self.items[key] = replace(made, **{"kind": node.kind, **more})
        return key


def below_inputs(network: Network) -> bytearray:
    """Of each node, whether a neuron's result, or an input, went into it."""
    facts = network.graph.facts
    marks = bytearray([KINDS[kind] == "variable" for kind in facts.kinds])
    for index in network.run_of:
        marks[index] = 1
    return facts.tape.above(marks)


# --- what a loss is made of -----------------------------------------------------------------------


def is_error(network: Network, node: Node) -> bool:
    """Whether this is output − target."""
    if not is_op(node, "sub"):
        return False
    output, target = node.operands
    return output in network.run_of and network.graph.nodes[target].op is None


def is_square(graph: Graph, node: Node) -> bool:
    """Whether this is something times itself, or to the power of 2."""
    if is_op(node, "square", "mul"):
        return len(set(node.operands)) == 1
    return is_op(node, "pow") and graph.nodes[node.operands[1]].op is None and node.inputs[1] == 2.0


def is_mean(graph: Graph, node: Node) -> bool:
    """Whether this is a sum divided by a plain number."""
    if not is_op(node, "div"):
        return False
    total, count = (graph.nodes[i] for i in node.operands)
    return (
        is_op(total, "sum", "add")
        and not total.label
        and len(graph.consumers(total.index)) == 1
        and total.index not in graph.roots
        and count.kind == "constant"
        and not count.label
    )


def is_inside_mean(graph: Graph, node: Node) -> bool:
    """Whether this is the sum of a mean."""
    users = [graph.nodes[consumer] for consumer, _ in graph.consumers(node.index)]
    return len(users) == 1 and is_mean(graph, users[0]) and users[0].operands[0] == node.index


# --- a part: one neuron, or a node with its paths -------------------------------------------------


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
    operands = graph.nodes[run.total].operands
    half = len(unit.weights)
    own = {run.total, *run.steps}
    is_wide = half > 1 or unit.bias is not None
    shown = visible_nodes.outline_of(
        graph, own.union(operands), constants=False, textbook=[run.total] * is_wide
    )
    pairs = zip(operands[half : 2 * half], operands[:half], strict=True)
    order = [*itertools.chain.from_iterable(pairs), *operands[2 * half :]]
    given = [_given(graph.nodes[i]) for i in dict.fromkeys(order)]
    found = [item for item in shown.items if item.node in own]
    keys = {item.key for item in found}
    links = [link for link in shown.links if link.consumer in keys]
    above, onward = _above(graph, run.output)
    users = tuple([item.node for item in above if item.key.isdigit()])
    if not above:  # the output is the result
        seed = graph.nodes[run.output].grad or 0.0
        found[-1] = replace(found[-1], seeds=(seed,))
        users = (run.output,)
    return Outline((*given, *found, *above), (*links, *onward)), users


def _given(node: Node) -> Item:
    """A box that stands for a number made elsewhere."""
    kind = "activation" if node.op is not None else node.kind
    return Item(str(node.index), node.index, kind, "", node.value, node.grad, label=node.label)


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
            replace(
                visible_nodes.item(node, symbol, (one.upstream,), ()), kind="operation", left_out=1
            ),
        )
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
    shown = visible_nodes.outline_of(graph, chosen, apart=chosen, constants=False)
    operands = graph.nodes[index].operands
    into = Counter(link.consumer for link in shown.links)
    given = {item.key for item in shown.items if item.left_out and item.node in operands}
    items = [
        replace(item, left_out=item.left_out + into[item.key]) if item.key in given else item
        for item in shown.items
    ]
    links = [link for link in shown.links if link.consumer not in given]
    drawn = {link.edge for link in links if link.edge is not None}
    rest = [found for place in sorted(chosen) if (found := _others(graph, place, drawn))]
    return Outline(
        (*items, *[item for item, _ in rest]),
        (*links, *[link for _, link in rest]),
        hidden=len(graph) - len(chosen),
    )


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
