"""One step of training, and what the same operations give after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from autograd import Graph

from ...say.equations import digits_for, factor, number
from ...say.labels import shorten
from ...say.numbers import DIGITS
from ..telling.nudging import MOST_WORK, nudge, raised, small


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
    """What raising a parameter does: predicted, and measured; for as many as there is time."""
    root = graph.nodes[graph.roots[0]]
    goal = shorten(root.label) or "L"
    known: dict[int, str] = {}

    def nudged(index: int) -> str:
        node = graph.nodes[index]
        too_much = len(known) * len(graph) > MOST_WORK
        if node.grad is None or (too_much and index not in known):
            return ""
        if index not in known:
            by = small(node.value)
            after = float(raised(graph, index, by)[root.index])
            told = nudge(
                graph, index, by, name=names(index), root=goal, base=root.value, after=after
            )
            known[index] = str(told)
        return known[index]

    return nudged


def some(words: Sequence[str], most: int) -> str:
    """The first of many words."""
    return ", ".join([*words[:most], *(["…"] if len(words) > most else [])])
