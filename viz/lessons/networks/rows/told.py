"""One example as its steps see it: what its arrows carry, and what its boxes say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from autograd import Contribution

from ....say.equations import number
from ....say.words import SIGNED, sign_of
from ..naming import few_weights
from ..singles import slope_of
from ..weighing import fsum
from .row import OTHERS, SINGLE, Part, Row, Wire

INSIDE = 3  # the line of a neuron's box that has the gradient of its weighted sum
FAN = 4  # a result used by more is one step, not one step for each use
NAMED = 5  # products that a sentence names


def value_text(x: float) -> str:
    """The second line of a box."""
    return f"v {number(x)}"


def gradient_text(x: float | None, more: str = "") -> str:
    """The third line of a box."""
    return f"g {number(x)}{more}"


class Told:
    """One row with all that its steps look up: contributions, slopes, and what is drawn."""

    def __init__(self, row: Row, left: Mapping[int, float]) -> None:
        self.row = row
        # Of several rows, each shows what it brings itself; the tab of all adds up.
        self.left = left if row.network.examples == 1 else {}
        self.graph = row.graph
        self.names = row.names
        self.goal = row.names.goal
        self.weights_shown = few_weights(row.network)
        self._wires = {(w.operand, w.consumer, w.position): w for w in row.wires}
        sizes = [abs(c.product) for index in row.part_of for c in self.graph.contributions(index)]
        self.largest = max(filter(math.isfinite, sizes), default=0.0)

    # --- boxes ------------------------------------------------------------------------------------

    def lines(self) -> dict[str, list[str]]:
        """What stands in each box at first; the widest text it will have."""
        found: dict[str, list[str]] = {}
        for part in self.row.parts:
            if part.role == OTHERS:
                values = [self.graph.nodes[i].value for i in part.nodes]
                found[part.id] = [part.name, f"v {number(fsum(values))}"]
                continue
            found[part.id] = [self.head(part), "v ·", "g ·"]
            if part.unit is not None and part.run is not None and part.run.steps:
                found[part.id].append("z: g ·")
        if self.weights_shown:
            for _, index, _ in self.row.parameters():
                found[f"n{index}"] = [self.names.parameter(index), "·", "g ·"]
        return found

    def head(self, part: Part) -> str:
        """The first line of a box."""
        if part.unit is not None:
            return f"{part.name} {part.unit.activation}".rstrip()
        if part.role != SINGLE:
            return part.name
        node = self.graph.nodes[part.node]
        assert node.op is not None
        if part.hidden:
            return f"{part.name} mean" if part.name != "mean" else part.name
        return part.name

    def contributions(self, part: Part) -> list[tuple[Wire, Contribution]]:
        """The arrows out of a box with what they bring, in the order of the backward pass."""
        found = []
        for one in self.graph.contributions(part.node):
            wire = self._wires.get((part.node, one.consumer, one.position))
            if wire is not None:
                found.append((wire, one))
        return found

    def arrow(self, operand: int, consumer: int, position: int) -> str:
        """The id of the arrow that an edge of the graph is drawn as; empty if it is not."""
        wire = self._wires.get((operand, consumer, position))
        if wire is not None:
            return wire.id
        head = self.row.part_of.get(consumer)
        if self.weights_shown and head is not None and head.run is not None:
            is_parameter = head.unit is not None and operand in head.unit.parameters
            return f"e{operand}_{consumer}_{position}" if is_parameter else ""
        return ""

    def weight_arrows(self, part: Part) -> list[str]:
        """The ids of the short arrows from a neuron's weights and bias, if these have boxes."""
        if part.unit is None or part.run is None or not self.weights_shown:
            return []
        half = len(part.unit.weights)
        return [
            f"e{index}_{part.run.total}_{k if k < half else 2 * half}"
            for k, index in enumerate(part.unit.parameters)
        ]

    def moved(self, head: Part) -> str:
        """What an operand of this box moves first: a neuron's sum, or the operation."""
        if head.unit is not None and head.run is not None and head.run.steps:
            return f"z({head.name})"
        return head.name

    def slope(self, wire: Wire, one: Contribution, head: Part) -> tuple[str, float, float]:
        """The rate along an arrow: in symbols, as a number, and the gradient that it meets."""
        if wire.weight is not None:
            return self.names.parameter(wire.weight), one.slope, one.upstream
        if head.hidden:  # a mean: a sum, whose slope is 1, and a division
            node = self.graph.nodes[head.node]
            return f"1/{number(node.inputs[1])}", node.slopes[0] * one.slope, node.grad or 0.0
        return slope_of(self.row, head, one), one.slope, one.upstream

    def into(self, part: Part) -> list[Wire]:
        """The arrows into a box."""
        return [wire for wire in self.row.wires if wire.head == part.id]

    def sign_of(self, x: float) -> str:
        """How an arrow looks that carries x."""
        return sign_of(x, self.largest)

    def strength(self, x: float) -> float:
        """How thick an arrow is that carries x."""
        if self.sign_of(x) not in SIGNED or not self.largest:
            return 0.0
        return round(math.sqrt(abs(x) / self.largest), 3)


def fsum_in_order(terms: Iterable[float]) -> float:
    """The sum as the engine makes it: one after the other."""
    found = 0.0
    for term in terms:
        found += term
    return found
