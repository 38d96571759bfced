"""The end of a classifier: a softmax and a cross-entropy, found in the operations of a loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .finding import Network


@dataclass(frozen=True, slots=True)
class Chances:
    """What softmax makes of the scores of one example.

    ``total`` is the index of their ln Σ exp, ``loss`` that of the example's own loss, ``target``
    the place of the score that should be high.
    """

    scores: tuple[int, ...]
    total: int
    loss: int
    target: int
    chances: tuple[float, ...]


def chances_of(network: Network, example: int) -> Chances | None:
    """The softmax that an example ends in; None if it does not.

    >>> from autograd import Graph
    >>> from nn import MLP, cross_entropy
    >>> from .finding import network_of
    >>> network = network_of(Graph(cross_entropy(MLP(2, [3, 2], init="zeros")([1.0, 2.0]), 1)))
    >>> found = chances_of(network, 0)
    >>> found.target, found.chances
    (1, (0.5, 0.5))
    """
    graph = network.graph
    scores = tuple(unit.runs[example].output for unit in network.columns[-1])
    for consumer, _ in graph.consumers(scores[0]):
        node = graph.nodes[consumer]
        if node.op is None or node.op.name != "logsumexp" or node.operands != scores:
            continue
        for user, position in graph.consumers(consumer):
            difference = graph.nodes[user]
            if difference.op is None or difference.op.name != "sub" or position:
                continue
            if difference.operands[1] in scores:
                target = scores.index(difference.operands[1])
                return Chances(scores, consumer, user, target, chances(node.inputs, node.value))
    return None


def chances(scores: tuple[float, ...], total: float) -> tuple[float, ...]:
    """The probability of each score, given ln Σ exp of all."""
    return tuple([_exp(score - total) for score in scores])


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf
