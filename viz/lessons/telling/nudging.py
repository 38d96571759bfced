"""A gradient held against a measurement: what raising a number by a little really does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd import Graph

from ...say.equations import number
from .stepping import Scene, differentiable
from .updating import objective

NUDGE = 0.001
_LOST = 10.0  # units in the last place of the result: a smaller change of it is no measurement
_FAR = 0.1  # predicted and measured may differ by this share without a word
MOST_WORK = 2_000_000  # operations computed for all nudges of a picture


@dataclass(frozen=True, slots=True)
class Nudge:
    """What raising a leaf does to the result: as its gradient predicts, and as measured.

    ``base`` is the result before.
    """

    name: str
    root: str
    by: float
    predicted: float
    measured: float
    base: float

    def __str__(self) -> str:
        start = f"Raise {self.name} by {number(self.by)}"
        predicted = number(self.predicted)
        if not math.isfinite(self.predicted):
            return f"{start}: the gradient is {predicted} and predicts nothing"
        if not math.isfinite(self.measured):
            return f"{start}: predicted {predicted}, but there {self.root} has no number"
        told = f"{start}: predicted {predicted}, measured {number(self.measured)}"
        larger = max(abs(self.measured), abs(self.predicted))
        if larger < _LOST * math.ulp(self.base):
            lost = f"; beside {self.root} that is lost in rounding"
            return told + lost * bool(self.predicted)
        is_off = abs(self.measured - self.predicted) > _FAR * larger
        return told + "; the slope does not hold that far" * is_off


def nudges(scene: Scene) -> dict[str, str]:
    """``Raise w1 by 0.001: predicted −0.001024, measured −0.001021`` for leaves that are drawn."""
    if not scene.has_gradients:
        return {}
    graph = scene.graph
    base = objective(scene, graph.evaluate())
    found = {}
    for index in _affordable(scene):
        by = small(graph.nodes[index].value)
        after = objective(scene, raised(graph, index, by))
        told = nudge(
            graph, index, by,
            name=scene.name_of(index), root=scene.objective, base=base, after=after,
        )  # fmt: skip
        found[str(index)] = str(told)
    return found


def raised(graph: Graph, index: int, by: float) -> tuple[Any, ...]:
    """The values of all nodes if a leaf were greater by so much."""
    return graph.evaluate(leaves={index: graph.nodes[index].value + by})


def nudge(
    graph: Graph, index: int, by: float, *, name: str, root: str, base: float, after: float
) -> Nudge:
    """What raising a leaf, of which a gradient is asked, was to do to the root, and what it did."""
    grad = graph.nodes[index].grad
    assert grad is not None
    return Nudge(name, root, by, grad * by, after - base, base)


def _affordable(scene: Scene) -> Iterator[int]:
    """The leaves that are nudged, parameters first."""
    leaves = [i for i, node in enumerate(scene.graph) if node.op is None and node.grad is not None]
    first = set(differentiable(scene.graph)[0])
    drawn = [i for i in leaves if str(i) in scene.items]
    drawn.sort(key=lambda i: (i not in first, i))
    room = MOST_WORK // max(1, len(scene.graph))
    yield from drawn[:room]


def small(value: float) -> float:
    """By how much a leaf is raised: 0.001; of large ones, whose digits hide that, a millionth."""
    if not math.isfinite(value) or abs(value) < 1000.0:
        return NUDGE
    return float(10.0 ** (math.floor(math.log10(abs(value))) - 6))
