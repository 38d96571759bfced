"""What the network makes of one digit: every number of its pass, taken from the recorded `Graph`.

Notation: z is a unit's weighted sum with its bias, h its activation tanh(z), s a score, p a
probability; ``slope`` is the gradient of the loss by something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograd import Graph, Node, constant, logsumexp, no_grad, softmax
from nn import MLP, SGD, cross_entropy

from .data import Digits
from .training import best

NUDGE = 0.001
SHOWN = 3
DOUBT = 0.9  # the digit that is shown is read rightly, with about this probability


@dataclass(frozen=True, slots=True)
class Unit:
    """A hidden unit or a score: its weights, its numbers, and the gradient of each.

    For a score, ``value`` is the weighted sum itself: there is no activation.
    """

    index: int
    inputs: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    z: float
    value: float
    weight_slopes: tuple[float, ...]
    bias_slope: float
    z_slope: float
    value_slope: float

    @property
    def products(self) -> list[float]:
        """Weight × input, for each input."""
        return [w * x for w, x in zip(self.weights, self.inputs, strict=True)]

    def strongest(self, count: int) -> list[int]:
        """The inputs with the largest products, up or down."""
        products = self.products
        return sorted(range(len(products)), key=lambda i: -abs(products[i]))[:count]


@dataclass(frozen=True, slots=True)
class Reading:
    """One digit's pass, forward and backward."""

    graph: Graph
    pixels: list[float]
    target: int
    hidden: list[Unit]
    scores: list[Unit]
    probabilities: list[float]
    loss: float

    @property
    def answer(self) -> int:
        """The digit with the highest probability."""
        return max(range(len(self.probabilities)), key=lambda k: self.probabilities[k])

    @property
    def most_moved(self) -> Unit:
        """The hidden unit of which the loss asks most: the largest gradient at its sum."""
        return max(self.hidden, key=lambda unit: abs(unit.z_slope))

    @property
    def log_of_sum(self) -> float:
        """ln Σ exp of the scores."""
        total: float = logsumexp([score.z for score in self.scores])
        return total

    def paths(self, unit: Unit) -> list[float]:
        """What each score brings to a hidden unit's gradient: weight × the score's gradient."""
        return [score.weights[unit.index] * score.value_slope for score in self.scores]


def read(model: MLP, pixels: list[float], target: int) -> Reading:
    """Send one digit through the network, forward and backward.

    >>> import random
    >>> from demos.training import network
    >>> reading = read(network(random.Random(0)), [0.5] * 64, target=3)
    >>> len(reading.hidden), len(reading.scores), round(sum(reading.probabilities), 9)
    (32, 10, 1.0)
    """
    inputs = [constant(x, label=f"pixel {i // 8},{i % 8}") for i, x in enumerate(pixels)]
    scores = model(inputs)
    for k, score in enumerate(scores):
        score.label = f"score {k}"
    loss = cross_entropy(scores, target)
    loss.label = "loss"
    graph = Graph(loss)
    nodes = _by_place(graph)
    with no_grad():
        probabilities = [p.data for p in softmax(scores)]
    return Reading(
        graph,
        pixels,
        target,
        [_unit(graph, nodes, "layers.0", i) for i in range(len(model.layers[0].neurons))],
        [_unit(graph, nodes, "layers.1", k) for k in range(len(scores))],
        probabilities,
        loss.data,
    )


def _by_place(graph: Graph) -> dict[str, list[Node]]:
    """The operations of each neuron, by the neuron's name: the sum, then the activation."""
    found: dict[str, list[Node]] = {}
    for node in graph:
        if node.op is not None and node.scope:
            found.setdefault(node.scope, []).append(node)
    return found


def _unit(graph: Graph, nodes: dict[str, list[Node]], layer: str, index: int) -> Unit:
    total, *activation = nodes[f"{layer}/neurons.{index}"]
    count = len(total.operands) // 2
    slopes = [graph.nodes[i].grad for i in total.operands]
    value = activation[0] if activation else total
    return Unit(
        index,
        inputs=total.inputs[count : 2 * count],
        weights=total.inputs[:count],
        bias=total.inputs[-1],
        z=total.value,
        value=value.value,
        weight_slopes=tuple(map(_asked, slopes[:count])),
        bias_slope=_asked(slopes[-1]),
        z_slope=_asked(total.grad),
        value_slope=_asked(value.grad),
    )


def _asked(slope: float | None) -> float:
    assert slope is not None  # of every parameter, and all that follows from one
    return slope


# --- is it true, and what is it for ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """A parameter raised by a little: how the loss should change, and how it does."""

    name: str
    by: float
    slope: float
    measured: float

    @property
    def predicted(self) -> float:
        """What the gradient says."""
        return self.slope * self.by


@dataclass(frozen=True, slots=True)
class Experiment:
    """One weight raised by a little; and the same digit after a step against all gradients.

    ``pixel`` is whose weight in the unit of `Reading.most_moved`.
    """

    pixel: int
    check: Check
    rate: float
    after: Reading


def experiment(model: MLP, reading: Reading, rate: float = 0.05) -> Experiment:
    """Do both, and leave the model as it was.

    >>> import random
    >>> from demos.training import network
    >>> model = network(random.Random(0))
    >>> first = read(model, [0.5] * 64, target=3)
    >>> second = experiment(model, first).after
    >>> second.loss < first.loss
    True
    """
    unit = reading.most_moved
    pixel = max(range(len(unit.weights)), key=lambda i: abs(unit.weight_slopes[i]))
    kept = model.state_dict()
    weight = model.layers[0].neurons[unit.index].w[pixel]
    try:
        weight.data += NUDGE
        raised = read(model, reading.pixels, reading.target).loss
        weight.data -= NUDGE
        check = Check(
            f"w{pixel} of unit {unit.index}",
            NUDGE,
            unit.weight_slopes[pixel],
            raised - reading.loss,
        )
        model.load_state_dict(kept)
        model.zero_grad()
        cross_entropy(model(reading.pixels), reading.target).backward()
        SGD(model, lr=rate).step()
        after = read(model, reading.pixels, reading.target)
    finally:
        model.load_state_dict(kept)
        model.zero_grad()
    return Experiment(pixel, check, rate, after)


# --- which digits to show -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network said of one held-out digit, and how sure it was."""

    index: int
    target: int
    answer: int
    probability: float

    @property
    def is_right(self) -> bool:
        """Whether it read the digit that it is."""
        return self.answer == self.target


def answers(model: MLP, digits: Digits, which: Sequence[int]) -> list[Answer]:
    """The network's answer to each of these."""
    with no_grad():
        found = []
        for i in which:
            scores = model(digits.images[i])
            k = best(scores)
            found.append(Answer(i, digits.targets[i], k, softmax(scores)[k].data))
    return found


def to_show(given: Sequence[Answer]) -> Answer:
    """A 3 that was read rightly, but not without doubt: else all gradients are nearly 0.

    >>> to_show([Answer(4, 3, 3, 0.99), Answer(7, 3, 3, 0.88), Answer(8, 3, 5, 0.9)]).index
    7
    """
    right = [answer for answer in given if answer.is_right]
    wanted = [answer for answer in right if answer.target == SHOWN]
    return min(wanted or right or given, key=lambda answer: abs(answer.probability - DOUBT))
