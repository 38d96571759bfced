"""What one example's picture is made of: inputs, neurons, and every operation outside of them.

The plain numbers that several neurons of a layer see at the same position are one input. A mean is
one box, not a sum and a division. Constants that only say how (the 2 of a square) have no box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograd import Graph, Node

from ....see.neurons import PARAMETERS, Network, Run, Unit
from ..naming import Names, is_error, is_mean

INPUT, UNIT, SINGLE, TARGET, OTHERS = "input", "unit", "single", "target", "others"


@dataclass(frozen=True, slots=True)
class Part:
    """One box: its id, what it is, its name, and the nodes that it stands for.

    ``node`` has its value and its gradient. ``hidden`` are operations that are inside it.
    """

    id: str
    role: str
    name: str
    node: int
    nodes: tuple[int, ...]
    unit: Unit | None = None
    run: Run | None = None
    hidden: tuple[int, ...] = ()
    is_apart: bool = False
    """Whether it depends on parameters alone: a penalty on large weights, say."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One arrow: ``operand`` and ``consumer`` are nodes of the graph; ``weight`` is on the way."""

    id: str
    tail: str
    head: str
    operand: int
    consumer: int
    position: int
    weight: int | None = None


class Row:
    """The boxes and arrows of one example."""

    def __init__(self, network: Network, names: Names, example: int) -> None:
        self.network, self.names, self.example = network, names, example
        self.graph: Graph = network.graph
        self.parts: list[Part] = []
        self.wires: list[Wire] = []
        self.part_of: dict[int, Part] = {}
        self._inputs: dict[tuple[int, int, float], Part] = {}
        self._computed = _below_runs(network)
        for node in self.graph:
            self._take(node)

    @property
    def root(self) -> Part:
        """The box of what gradients are taken of."""
        return self.part_of[self.graph.roots[0]]

    def wires_out(self, index: int) -> list[Wire]:
        """The arrows out of a node's box that carry what this node gives."""
        return [wire for wire in self.wires if wire.operand == index]

    # --- boxes ------------------------------------------------------------------------------------

    def _take(self, node: Node) -> None:
        """Make the box of an operation, and those of the leaves that it uses."""
        if node.op is None or self.network.example_of.get(node.index, self.example) != self.example:
            return
        found = self.network.run_of.get(node.index)
        if found is None and not self._computed[node.index]:
            self._apart(node)
        elif found is None:
            self._single(node)
        elif node.index == found[1].output:
            self._neuron(*found)

    def _apart(self, node: Node) -> None:
        """One box for all that is computed from parameters alone, where it joins the rest."""
        if any(self._computed[consumer] for consumer, _ in self.graph.consumers(node.index)):
            name = self.names.apart(node.index)
            part = Part(f"n{node.index}", SINGLE, name, node.index, (node.index,), is_apart=True)
            self._add(part)

    def _neuron(self, unit: Unit, run: Run) -> None:
        part = Part(
            f"n{run.output}", UNIT, self.names.unit(unit), run.output,
            (run.total, *run.steps), unit, run,
        )  # fmt: skip
        inputs = self.network.inputs_of(run)
        sources = [self._source(unit, index, i, len(inputs)) for i, index in enumerate(inputs)]
        self._add(part)
        half = len(inputs)
        for i, (source, weight, index) in enumerate(
            zip(sources, unit.weights, inputs, strict=True)
        ):
            tail = source.id.removeprefix("n")
            name = f"e{tail}_{run.total}_{half + i}"
            self.wires.append(Wire(name, source.id, part.id, index, run.total, half + i, weight))

    def _source(self, unit: Unit, index: int, position: int, count: int) -> Part:
        """What a neuron weighs at one position."""
        if index in self.part_of:
            return self.part_of[index]
        node = self.graph.nodes[index]
        is_plain = node.kind == "constant" and len(self.graph.consumers(index)) == 1
        key = (unit.column, position, node.value)
        if is_plain and key in self._inputs:
            part = self._inputs[key]
            self.part_of[index] = part
            return part
        name = self.names.input(index, position, count)
        part = Part(f"n{index}", INPUT, name, index, (index,))
        self._add(part)
        if is_plain:
            self._inputs[key] = part
        return part

    def _single(self, node: Node) -> None:
        graph = self.graph
        if self._is_inside_mean(node):
            return
        hidden: tuple[int, ...] = ()
        wires = [(node.index, p) for p in range(len(node.operands))]
        if is_mean(graph, node):
            total = graph.nodes[node.operands[0]]
            hidden = (total.index,)
            wires = [(total.index, p) for p in range(len(total.operands))]
        nodes = (*hidden, node.index)
        part = Part(f"n{node.index}", SINGLE, self.names.single(node.index), node.index, nodes,
                    hidden=hidden)  # fmt: skip
        elsewhere: list[int] = []
        for consumer, position in wires:
            operand = graph.nodes[consumer].operands[position]
            source = self._operand(node, operand)
            if source is not None:
                name = f"e{source.id.removeprefix('n')}_{node.index}_{position}"
                self.wires.append(Wire(name, source.id, part.id, operand, consumer, position))
            elif operand in self.network.example_of:
                elsewhere.append(operand)
        if elsewhere:
            self._others(part, elsewhere)
        self._add(part)

    def _operand(self, node: Node, index: int) -> Part | None:
        """The box of an operand of a single operation; None if it has none."""
        if index in self.part_of:
            return self.part_of[index]
        leaf = self.graph.nodes[index]
        if leaf.op is not None:
            return None  # of another example
        is_target = is_error(self.network, node)
        if leaf.kind == "constant" and not leaf.label and not is_target:
            return None
        name = leaf.label or ("y" if is_target else self.names.any(index))
        part = Part(f"n{index}", TARGET if is_target else INPUT, name, index, (index,))
        self._add(part)
        return part

    def _others(self, user: Part, nodes: Sequence[int]) -> None:
        """One box for what other examples bring."""
        count = self.network.examples - 1
        name = f"{count} other row{'s' * (count > 1)}"
        part = Part(f"o{user.id}", OTHERS, name, user.node, tuple(nodes))
        self.parts.append(part)
        self.wires.append(Wire(f"eo_{user.node}_0", part.id, user.id, -1, user.node, 0))

    def _add(self, part: Part) -> None:
        self.parts.append(part)
        for index in part.nodes:
            self.part_of[index] = part

    def _is_inside_mean(self, node: Node) -> bool:
        consumers = self.graph.consumers(node.index)
        return (
            node.op is not None
            and node.op.name in {"sum", "add"}
            and not node.label
            and len(consumers) == 1
            and is_mean(self.graph, self.graph.nodes[consumers[0][0]])
        )

    # --- parameters -------------------------------------------------------------------------------

    def parameters(self) -> Iterator[tuple[Part, int, Wire | None]]:
        """Each parameter of a neuron in the picture: the neuron, the node, the arrow it is on."""
        for part in self.parts:
            if part.unit is None:
                continue
            into = [wire for wire in self.wires if wire.head == part.id]
            for wire in into:
                assert wire.weight is not None
                yield part, wire.weight, wire
            if part.unit.bias is not None:
                yield part, part.unit.bias, None


def _below_runs(network: Network) -> list[bool]:
    """Of each node, whether a neuron's result, or an input, went into it."""
    found: list[bool] = []
    for node in network.graph:
        is_own = node.kind == "variable" or node.index in network.run_of
        found.append(is_own or any(found[i] for i in node.operands))
    return found


def is_parameter(node: Node) -> bool:
    """Whether training changes it, or would."""
    return node.kind in PARAMETERS
