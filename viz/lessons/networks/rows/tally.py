"""What each row of a batch brings to each parameter: the summands of its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....say.equations import long_total, number, total
from ....see.neurons import Network
from ..weighing import fsum

MOST = 8  # rows whose summands are written out


@dataclass(frozen=True, slots=True)
class Share:
    """The summands of one parameter's gradient: one for each row, and what is left beside them.

    ``left`` is what an earlier backward left in it, ``others`` what comes from outside of the
    neurons: a penalty on large weights, say.
    """

    index: int
    rows: tuple[float, ...]
    others: float | None
    left: float
    grad: float

    @property
    def terms(self) -> list[float]:
        """All summands that there are."""
        others = [] if self.others is None else [self.others]
        return [*([self.left] if self.left else []), *self.rows, *others]

    def equation(self) -> tuple[str, str]:
        """``0 + 0 + 0.0304 + (−0.1276) =`` and ``−0.0972``."""
        terms = self.terms
        return total(terms, self.grad) if len(terms) <= MOST else long_total(terms, self.grad)


def shares(network: Network, left: Mapping[int, float]) -> dict[int, Share]:
    """The summands of every parameter of a neuron of which a gradient is asked."""
    found = {}
    for unit in network.units:
        for index in unit.parameters:
            if network.graph.nodes[index].grad is not None and index not in found:
                found[index] = _share(network, index, left.get(index, 0.0))
    return found


def _share(network: Network, index: int, left: float) -> Share:
    rows = [0.0] * network.examples
    others: list[float] = []
    grad = left
    for one in network.graph.contributions(index):
        grad += one.product
        example = network.example_of.get(one.consumer)
        if example is None:
            others.append(one.product)
        else:
            rows[example] += one.product
    return Share(index, tuple(rows), fsum(others) if others else None, left, grad)


def in_words(share: Share, network: Network) -> str:
    """Where a parameter's gradient comes from, said of its summands."""
    parts = []
    if share.left:
        parts.append(f"{number(share.left)} left from an earlier backward")
    if network.examples > 1:
        parts += [f"{number(x)} from row {k}" for k, x in enumerate(share.rows[:MOST], 1)]
        if len(share.rows) > MOST:
            parts.append(f"{len(share.rows) - MOST} other rows")
    if share.others is not None:
        parts.append(f"{number(share.others)} from outside the rows")
    return ", ".join(parts)
