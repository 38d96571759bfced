"""The end of a classifier: a softmax and a cross-entropy, found in the operations of a loss."""

from __future__ import annotations

from dataclasses import dataclass

from autograd import Node, softmax

from .neurons import Network


@dataclass(frozen=True, slots=True)
class Chances:
    """What softmax makes of the scores of one example.

    ``loss`` is the index of the example's own loss, ``target`` the place of the score that should
    be high.
    """

    scores: tuple[int, ...]
    loss: int
    target: int
    chances: tuple[float, ...]


def chances_of(network: Network, example: int) -> Chances | None:
    """The softmax that an example ends in; None if it does not.

    >>> from autograd import Graph
    >>> from nn import MLP, cross_entropy
    >>> from .neurons import network_of
    >>> network = network_of(Graph(cross_entropy(MLP(2, [3, 2], init="zeros")([1.0, 2.0]), 1)))
    >>> found = chances_of(network, 0)
    >>> found.target, found.chances
    (1, (0.5, 0.5))
    """
    graph = network.graph
    scores = tuple(unit.runs[example].output for unit in network.columns[-1])
    for consumer, _ in graph.consumers(scores[0]):
        node = graph.nodes[consumer]
        if is_surprise(node) and sorted(node.operands) == sorted(scores):
            target = scores.index(node.operands[0])
            found = softmax([graph.nodes[score].value for score in scores])
            return Chances(scores, consumer, target, tuple(found))
    return None


def is_surprise(node: Node) -> bool:
    """Whether this is the cross-entropy of one example."""
    return node.op is not None and node.op.name == "surprise"
