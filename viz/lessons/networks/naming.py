"""What the parts of a network are called: x1, h2, o, and its weights.

Few weights are numbered through, w1, w2 ..., and have a box each; of many it is said where they
lead, w(x1→h2). Either is the name everywhere: in boxes, equations and tables.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count

from autograd import Graph, Node

from ...say.labels import shorten
from ...see.chances import is_surprise
from ...see.neurons import Network, Unit

LETTERS = "hkmnpqrs"  # one for each hidden layer, then numbers
LIMIT = 14  # columns of a name
GOAL = "L"
_NUMBERED = re.compile(r"[wb]\d+")
MOST_WEIGHTS = 24  # weights that have boxes and numbers; more of them stand in their neurons
FEW = 8  # into one neuron


class Names:
    """The names in one network. Labels of the user's own come first, where they are unique."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph
        labels = Counter(
            shorten(node.label, LIMIT)
            for node in self.graph
            if node.label and (node.op is not None or node.kind != "constant")
        )
        self.unique = {label for label, count in labels.items() if count == 1}
        self.given: dict[int, str] = {}
        self.ways: dict[int, str] = {}
        self.parameters = dict(self._parameters())

    @property
    def goal(self) -> str:
        """What gradients are taken of: ``L``, unless it has a label."""
        return shorten(self.graph.nodes[self.graph.roots[0]].label, LIMIT) or GOAL

    def unit(self, unit: Unit) -> str:
        """A neuron: h1, h2 ... in the first hidden layer, o in the last."""
        columns = self.network.columns
        last = unit.column == len(columns) - 1
        if len(unit.runs) == 1 and (label := self._label(self.graph.nodes[unit.runs[0].output])):
            return label
        if last:
            return "o" if len(columns[-1]) == 1 else f"o{unit.place + 1}"
        if unit.column < len(LETTERS):
            return f"{LETTERS[unit.column]}{unit.place + 1}"
        return f"h{unit.column + 1}.{unit.place + 1}"

    def input(self, index: int, position: int, count: int) -> str:
        """An input: its label, or x1, x2 ... by position."""
        label = shorten(self.graph.nodes[index].label, LIMIT)
        return label or (f"x{position + 1}" if count > 1 else "x")

    def parameter(self, index: int) -> str:
        """A weight or a bias: ``w3``, ``b2``; of many ``w(x1→h2)``, ``b(h2)``."""
        return self.parameters.get(index) or self._label(self.graph.nodes[index]) or f"p{index}"

    @property
    def is_short(self) -> bool:
        """Whether parameters are numbered; not where a label of the user's own looks like that."""
        own = {i for unit in self.network.units for i in unit.parameters}
        labels = (node.label for node in self.graph if node.index not in own)
        return few_weights(self.network) and not any(map(_NUMBERED.fullmatch, labels))

    def way(self, index: int) -> str:
        """Where a weight leads, ``x1→h2``, and whose a bias is."""
        return self.ways[index]

    def _parameters(self) -> list[tuple[int, str]]:
        found = []
        weights, biases = count(1), count(1)
        every = [i for unit in self.network.units for i in unit.parameters]
        own = all(self._label(self.graph.nodes[i]) for i in every)  # nn calls many of them w0
        for unit in self.network.units:
            name = self.unit(unit)
            sources = self.sources(unit)
            for index, source in zip(unit.weights, sources, strict=True):
                label = self._label(self.graph.nodes[index]) if own else ""
                self.ways[index] = f"{source}→{name}"
                short = f"w{next(weights)}" if self.is_short else f"w({source}→{name})"
                found.append((index, label or short))
            if unit.bias is not None:
                label = self._label(self.graph.nodes[unit.bias]) if own else ""
                self.ways[unit.bias] = f"bias of {name}"
                short = f"b{next(biases)}" if self.is_short else f"b({name})"
                found.append((unit.bias, label or short))
        return found

    def sources(self, unit: Unit) -> list[str]:
        """The names of what a neuron weighs."""
        inputs = self.network.inputs_of(unit.runs[0])
        return [self.source(index, i, len(inputs)) for i, index in enumerate(inputs)]

    def source(self, index: int, position: int, count: int) -> str:
        """One of the things that a neuron weighs: another neuron's result, or an input."""
        run = self.network.run_of.get(index)
        if run is not None:
            return self.unit(run[0])
        if self.graph.nodes[index].op is None:
            return self.input(index, position, count)
        return self.single(index)

    def apart(self, index: int) -> str:
        """What is computed from parameters alone: its label, or ``penalty``."""
        self.given.setdefault(index, self._label(self.graph.nodes[index]) or "penalty")
        return self.given[index]

    def single(self, index: int) -> str:
        """An operation outside all neurons: its label, what it is in a loss, or its symbol."""
        if index not in self.given:
            name = self._single(self.graph.nodes[index])
            taken = set(self.given.values())
            number = 2
            base = name
            while name in taken:
                name = f"{base}{'' if base[-1:].isalpha() else '_'}{number}"
                number += 1
            self.given[index] = name
        return self.given[index]

    def _single(self, node: Node) -> str:
        if node.index == self.graph.roots[0]:
            return self.goal
        if label := self._label(node):
            return label
        if node.op is None:
            return shorten(node.label, LIMIT) or node.kind
        if is_square(self.graph, node):
            return f"{self.any(node.operands[0])}²"
        if is_error(self.network, node) or is_surprise(node):
            return "error" if is_error(self.network, node) else "loss"
        symbol = node.op.symbol if node.op.symbol.isalpha() else node.op.name
        known = {"logsumexp": "ln Σ exp"}
        return "mean" if is_mean(self.graph, node) else known.get(node.op.name, symbol)

    def any(self, index: int) -> str:
        """Whatever it is."""
        run = self.network.run_of.get(index)
        if run is not None:
            name = self.unit(run[0])
            return name if index == run[1].output else f"z({name})"
        if index in self.parameters:
            return self.parameters[index]
        return self.single(index)

    def _label(self, node: Node) -> str:
        label = shorten(node.label, LIMIT)
        return label if label in self.unique else ""


def few_weights(network: Network) -> bool:
    """Whether weights have boxes of their own in the picture of a row."""
    widths = [len(unit.weights) for unit in network.units]
    return sum(widths) <= MOST_WEIGHTS and max(widths) <= FEW


def is_error(network: Network, node: Node) -> bool:
    """Whether this is output − target."""
    if node.op is None or node.op.name != "sub":
        return False
    output, target = node.operands
    return output in network.run_of and network.graph.nodes[target].op is None


def is_square(graph: Graph, node: Node) -> bool:
    """Whether this is something times itself, or to the power of 2."""
    if node.op is None or len(node.operands) != 2:
        return False
    left, right = node.operands
    if node.op.name == "mul":
        return left == right
    return node.op.name == "pow" and graph.nodes[right].op is None and node.inputs[1] == 2.0


def is_mean(graph: Graph, node: Node) -> bool:
    """Whether this is a sum divided by a plain number."""
    if node.op is None or node.op.name != "div":
        return False
    total, count = (graph.nodes[i] for i in node.operands)
    return (
        total.op is not None
        and total.op.name in {"sum", "add"}
        and not total.label
        and len(graph.consumers(total.index)) == 1
        and total.index not in graph.roots
        and count.kind == "constant"
        and not count.label
    )
