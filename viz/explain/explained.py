"""What is known of a gradient's paths: numbers, from which words and the picture are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from autograd import Graph

from ..see.paths import Census, Path
from .steps import Names, Step, steps


@dataclass(frozen=True)
class Explained:
    """The strongest paths from a node to the loss, and what they are of its gradient."""

    graph: Graph
    node: int
    """The index of the node that was asked about."""
    root: int
    """The index of the loss."""
    seed: float
    """The gradient of the loss itself: 1.0, unless a Graph has another seed."""
    paths: tuple[Path, ...]
    """The strongest first: by the size of their products."""
    census: Census
    """What is known of all paths, shown or not."""

    @property
    def gradient(self) -> float:
        """The node's gradient, as the backward pass computes it."""
        grad = self.graph.nodes[self.node].grad
        assert grad is not None
        return grad

    @property
    def count(self) -> int:
        """How many paths there are; an exact number, however large."""
        return self.census.count

    @property
    def dead(self) -> int:
        """How many of them have a slope of 0."""
        return self.census.dead

    @property
    def covered(self) -> float:
        """The sum of the shown products, with their signs."""
        result = 0.0
        for path in self.paths:
            result += path.product
        return result

    @property
    def absolute(self) -> float:
        """Σ |product| of the shown paths as a share of that of all: 0 to 1, nan if not finite.

        Signed sums mislead: where paths cancel, a few of them may be more than the gradient.
        """
        everything = self.census.size
        if not everything or (len(self.paths) == self.count and math.isfinite(everything)):
            return 1.0
        share = sum(abs(path.product) for path in self.paths) / everything
        return share if math.isnan(share) else min(share, 1.0)

    @cached_property
    def apart(self) -> frozenset[int]:
        """Nodes that are shown by themselves, never as a part of a Σ."""
        return frozenset((self.node, *self.graph.roots))

    @cached_property
    def steps(self) -> tuple[tuple[Step, ...], ...]:
        """The steps of each path as they are shown: a run of ``+`` is one."""
        return tuple([steps(self.graph, path, self.apart) for path in self.paths])

    @cached_property
    def names(self) -> Names:
        """What the nodes of the paths are called."""
        shown = [self.node, *[step.consumer for walked in self.steps for step in walked]]
        return Names(self.graph, shown, self.apart)
