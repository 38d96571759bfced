"""One step of training, and what the same operations give after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from autograd import Graph

from ...equations import digits_for, factor, number
from ...numbers import DIGITS

NUDGE = 0.001
AFFORDABLE = 2_000_000  # nodes × parameters that are tried out one by one


class Update:
    """All parameters of a graph moved against their gradients, at a rate."""

    def __init__(self, graph: Graph, rate: float, left: Mapping[int, float]) -> None:
        self.graph, self.rate = graph, rate
        self.gradients = {
            node.index: node.grad + left.get(node.index, 0.0)
            for node in graph
            if node.kind == "parameter" and node.grad is not None
        }

    @cached_property
    def moved(self) -> dict[int, float]:
        """Each parameter's number after the step."""
        return {
            index: self.graph.nodes[index].value - self.rate * grad
            for index, grad in self.gradients.items()
        }

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Every node's value after the step."""
        return self.graph.evaluate(leaves=self.moved)

    def equation(self, index: int) -> tuple[str, str]:
        """``0.5 − 0.1 × (−1.024) =`` and ``0.6024``."""
        was, grad, now = self.graph.nodes[index].value, self.gradients[index], self.moved[index]
        digits, sign = digits_for(lambda w, r, g: w - r * g, [was, self.rate, grad], now)
        text = (
            f"{number(was, digits)} − {number(self.rate, digits)} × {factor(grad, digits)} {sign}"
        )
        return text, number(now)

    @property
    def outcome(self) -> str:
        """What becomes of the loss: ``falls from 0.16 to 0.0568``."""
        return change(self.graph.nodes[self.graph.roots[0]].value, self.root)

    @property
    def root(self) -> float:
        """The loss after the step."""
        return float(self.values[self.graph.roots[0]])


def change(before: float, after: float) -> str:
    """A change in words, with as many digits as it takes to see it.

    >>> change(0.16, 0.0568), change(2.0, 2.0)
    ('falls from 0.16 to 0.0568', 'stays 2')
    """
    if before == after:
        return f"stays {number(after)}"
    digits = DIGITS
    while number(before, digits) == number(after, digits) and digits < 17:
        digits += 1
    verb = "falls" if after < before else "rises" if after > before else "goes"
    return f"{verb} from {number(before, digits)} to {number(after, digits)}"


def nudges(graph: Graph, names: Callable[[int], str]) -> Callable[[int], str]:
    """What raising a parameter does: predicted, and measured; nothing where that costs too much."""
    count = sum(node.kind == "parameter" for node in graph)
    root = graph.roots[0]
    known: dict[int, str] = {}

    def nudged(index: int) -> str:
        node = graph.nodes[index]
        if count * len(graph) > AFFORDABLE or node.grad is None:
            return ""
        if index not in known:
            after = float(graph.evaluate(leaves={index: node.value + NUDGE})[root])
            known[index] = (
                f"Raise {names(index)} by {number(NUDGE)}: predicted {number(NUDGE * node.grad)}, "
                f"measured {number(after - graph.nodes[root].value)}"
            )
        return known[index]

    return nudged


def some(words: Sequence[str], most: int) -> str:
    """The first of many words."""
    return ", ".join([*words[:most], *(["…"] if len(words) > most else [])])
