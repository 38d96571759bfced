"""What a lesson is: which box and arrows each step is about, and which lines it writes.

Ids and quantities, never text: `viz.say` makes the words, in any language and for any numbers.
Which steps there are follows from the graph alone, so a changed number never moves the reader's
place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from autograd import Graph, logsumexp, softmax

VALUE, GRADIENT, INSIDE = range(1, 4)  # lines of a box; line 0 is its name
CHANCE = 3  # the same line of a score's box: its probability


class Quantity(NamedTuple):
    """The name of a number of a pass: `Pass.number` knows the number itself.

    >>> grad(7)
    Quantity(what='grad', of=(7,))
    """

    what: str
    of: tuple[Any, ...] = ()


def value(index: int) -> Quantity:
    """What a node was computed to be."""
    return Quantity("value", (index,))


def grad(index: int) -> Quantity:
    """A node's gradient, with what an earlier backward left in it."""
    return Quantity("grad", (index,))


def used(consumer: int, position: int) -> Quantity:
    """What a node got as one of its operands."""
    return Quantity("used", (consumer, position))


def slope(consumer: int, position: int) -> Quantity:
    """The local derivative along an edge."""
    return Quantity("slope", (consumer, position))


def product(consumer: int, position: int) -> Quantity:
    """What flows back along an edge: slope × the consumer's gradient."""
    return Quantity("product", (consumer, position))


def moved(index: int) -> Quantity:
    """A leaf after the step of training."""
    return Quantity("moved", (index,))


def again(index: int) -> Quantity:
    """A node's value in the pass after the step of training."""
    return Quantity("again", (index,))


def nudge(index: int) -> Quantity:
    """By how much a leaf is raised to see what happens."""
    return Quantity("nudge", (index,))


def predicted(index: int) -> Quantity:
    """By how much the result changes when a leaf is raised a little, as its gradient says."""
    return Quantity("predicted", (index,))


def measured(index: int) -> Quantity:
    """The same, as it is."""
    return Quantity("measured", (index,))


def number(x: float | None) -> Quantity:
    """A number that is the same in every pass."""
    return Quantity("constant", (x,))


def total(*parts: Quantity) -> Quantity:
    """The sum of some quantities, from left to right."""
    return Quantity("total", parts)


def gathered(*parts: Quantity) -> Quantity:
    """The sum of what arrives at a gradient, which begins with 0.0 as in the engine."""
    return total(number(0.0), *parts)


def times(*parts: Quantity) -> Quantity:
    """The product of some quantities, from left to right."""
    return Quantity("times", parts)


def largest(*parts: Quantity) -> Quantity:
    """The largest size, without its sign, of some quantities."""
    return Quantity("largest", parts)


def shared(scores: Sequence[Quantity]) -> Quantity:
    """The logarithm of the sum of e to the powers of scores: what softmax takes off each."""
    return Quantity("shared", tuple(scores))


def chance(place: int, scores: Sequence[Quantity]) -> Quantity:
    """One of the probabilities that softmax makes of scores."""
    return Quantity("chance", (place, *scores))


@dataclass(frozen=True, slots=True)
class Write:
    """One line of one box that a step writes.

    ``mark`` says how: ``so far`` of a sum that goes on, ``left`` by an earlier backward,
    ``pending`` if it is not computed yet, ``up to`` the largest of many, ``short`` where there is
    little room. ``of`` makes the line as full or as strong as its number is compared with it.
    """

    box: str
    line: int
    what: Quantity
    mark: str = ""
    of: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Carry:
    """What moves along an arrow: a value; or ``slope`` × ``upstream``, backward.

    A ``quiet`` one is seen, but has no text.
    """

    arrow: str
    what: Quantity | None = None
    slope: Quantity | None = None
    upstream: Quantity | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its ``kind`` says which sentences tell it, ``about`` what they speak of.

    ``box`` is lit, and the ``sources`` beside it.
    """

    kind: str
    phase: str
    box: str = ""
    sources: tuple[str, ...] = ()
    carries: tuple[Carry, ...] = ()
    writes: tuple[Write, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


NUDGE = 0.001


def step_of(x: float) -> float:
    """By how much a leaf is raised: 0.001; of large ones, whose digits hide that, a millionth."""
    if not math.isfinite(x) or abs(x) < 1000.0:
        return NUDGE
    return float(10.0 ** (math.floor(math.log10(abs(x))) - 6))


class Pass:
    """The numbers of a pass, of one step of training after it, and of the next pass.

    ``left`` is what an earlier backward left in the leaves, by index; ``rate`` the learning rate.
    """

    def __init__(
        self, graph: Graph, *, left: Mapping[int, float] | None = None, rate: float = 0.1
    ) -> None:
        self.graph, self.rate = graph, rate
        self.nodes = tuple(graph)  # made once: a node of a Graph is a view
        self.left = {
            index: x
            for index, x in (left or {}).items()
            if x and self.nodes[index].op is None and self.nodes[index].grad is not None
        }
        self._grads: dict[int, float | None] = {}
        self._nudged: dict[int, float] = {}

    def number(self, quantity: Quantity) -> float:
        """The number that a quantity names; what nobody asked for is nan."""
        found = self._number(quantity.what, quantity.of)
        return float("nan") if found is None else found

    def known(self, quantity: Quantity) -> float | None:
        """The same; None where no gradient was asked for."""
        return self._number(quantity.what, quantity.of)

    def _number(self, what: str, of: tuple[Any, ...]) -> float | None:
        found: float | None = getattr(self, f"_{what}")(*of)
        return found

    def _value(self, index: int) -> float:
        return self.nodes[index].value

    def _grad(self, index: int) -> float | None:
        return self.gradient(index)

    def _used(self, consumer: int, position: int) -> float:
        return self.nodes[consumer].inputs[position]

    def _slope(self, consumer: int, position: int) -> float:
        return self.nodes[consumer].slopes[position]

    def _product(self, consumer: int, position: int) -> float:
        return self._slope(consumer, position) * (self.gradient(consumer) or 0.0)

    def _moved(self, index: int) -> float:
        return self.moved.get(index, self.nodes[index].value)

    def _again(self, index: int) -> float:
        return self.again[index]

    def _constant(self, x: float | None) -> float | None:
        return x

    def _total(self, *parts: Quantity) -> float:
        found = self.number(parts[0]) if parts else 0.0
        for part in parts[1:]:
            found += self.number(part)
        return found

    def _times(self, *parts: Quantity) -> float:
        found = self.number(parts[0])
        for part in parts[1:]:
            found *= self.number(part)
        return found

    def _largest(self, *parts: Quantity) -> float:
        sizes = [abs(self.number(part)) for part in parts]
        return max([size for size in sizes if size == size], default=0.0)

    def _chance(self, place: int, *scores: Quantity) -> float:
        return float(softmax([self.number(score) for score in scores])[place])

    def _shared(self, *scores: Quantity) -> float:
        return float(logsumexp([self.number(score) for score in scores]))

    def gradient(self, index: int) -> float | None:
        """A node's gradient: what was left in it, its seeds, what flows to it, in that order."""
        if index not in self.left:
            return self.nodes[index].grad
        if index not in self._grads:
            found = self.left[index]
            for root, seed in zip(self.graph.roots, self.graph.seeds, strict=True):
                found += seed if root == index else 0.0
            for one in self.graph.contributions(index):
                found += one.product
            self._grads[index] = found
        return self._grads[index]

    # --- what gradients are taken of --------------------------------------------------------------

    def _objective(self, is_after: bool) -> float:  # noqa: FBT001 - before or after the step
        return self.objective(self.again if is_after else self.values)

    def objective(self, values: Sequence[float]) -> float:
        """What gradients are taken of, from the values of all nodes."""
        if self.graph.seeds == (1.0,):
            return float(values[self.graph.roots[0]])
        found = 0.0
        for root, seed in zip(self.graph.roots, self.graph.seeds, strict=True):
            found += seed * values[root]
        return found

    def _nudge(self, index: int) -> float:
        return step_of(self.nodes[index].value)

    def _predicted(self, index: int) -> float | None:
        gradient = self.nodes[index].grad
        return None if gradient is None else gradient * self._nudge(index)

    def _measured(self, index: int) -> float:
        if index not in self._nudged:
            raised = {index: self.nodes[index].value + self._nudge(index)}
            self._nudged[index] = self.objective(self.graph.evaluate(leaves=raised)) - self._unmoved
        return self._nudged[index]

    @cached_property
    def _unmoved(self) -> float:
        return self.objective(self.graph.evaluate())

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Every node's value, as recorded."""
        return tuple([node.value for node in self.nodes])

    # --- training ---------------------------------------------------------------------------------

    @cached_property
    def trained(self) -> tuple[int, ...]:
        """The leaves that a step of training moves: the parameters; without any, the variables."""
        asked = [node for node in self.graph if node.op is None and node.grad is not None]
        parameters = [node.index for node in asked if node.kind == "parameter"]
        return tuple(parameters or [node.index for node in asked if node.kind == "variable"])

    @cached_property
    def moved(self) -> dict[int, float]:
        """Each trained leaf after a step against its gradient."""
        return {
            index: self.nodes[index].value - self.rate * self.number(grad(index))
            for index in self.trained
        }

    @cached_property
    def again(self) -> tuple[float, ...]:
        """Every node's value after that step."""
        return tuple(map(float, self.graph.evaluate(leaves=self.moved)))
