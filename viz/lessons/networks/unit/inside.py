"""One unit of a larger network, as its view sees it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ....say.equations import product, strongest
from ....see.neurons import Unit
from ..layers.layer import Large, shape_of
from ..weighing import fsum, numbers_of

MOST_CELLS = 28  # a side of an image
TOP = 5  # products with boxes of their own
USERS = 4  # the same of what uses the unit


class Inside:
    """One unit on one example: its numbers, its strongest products, and what uses it."""

    def __init__(self, it: Large, unit: Unit) -> None:
        self.it, self.unit = it, unit
        self.graph, self.goal = it.graph, it.goal
        self.run = unit.runs[it.example]
        self.its = numbers_of(it.network, self.run)
        self.name, self.spoken = it.names.unit(unit), it.names.spoken(unit)
        self.sources = it.names.sources(unit)
        self.products = self.its.products
        self.chosen = strongest(self.products, TOP)
        self.others = [k for k in range(len(self.products)) if k not in set(self.chosen)]
        self.users = list(self.graph.contributions(self.run.output))
        by_size = strongest([one.product for one in self.users], USERS)
        self.top_users = [self.users[k] for k in by_size]
        self.more_users = [one for k, one in enumerate(self.users) if k not in set(by_size)]
        self.z = "z" if self.run.steps else self.name
        self.shape = shape_of(len(self.products), it.image if unit.column == 0 else None)
        self.rest = fsum(self.products[k] for k in self.others)

    @cached_property
    def spots(self) -> list[int]:
        """The inputs that have marks in the images: those that steps speak of."""
        if max(self.shape) > MOST_CELLS:
            return []  # a cell stands for several
        return [*self.chosen, *([self.best] if self.best not in self.chosen else [])]

    @cached_property
    def best(self) -> int:
        """The input whose weight has the largest gradient; if all are 0, the strongest product's.

        Of a gradient of 0 one is shown that is seen elsewhere, too.
        """
        down = self.its.total_grad or 0.0
        slopes = [x * down for x in self.its.inputs]
        return strongest(slopes, 1)[0] if any(slopes) else self.chosen[0]

    def marks(self, places: Sequence[int]) -> tuple[str, ...]:
        """The ids of the marks of some inputs, those that have any."""
        return tuple([f"px{k}" for k in places if k in self.spots])

    @property
    def out(self) -> str:
        """The id of the box of the unit's result."""
        return f"n{self.run.output}"

    @property
    def total(self) -> str:
        """The id of the box of its sum."""
        return f"n{self.run.total}"

    def user_name(self, index: int) -> str:
        """What uses the unit, in a sentence."""
        found = self.it.network.run_of.get(index)
        if found is not None:
            return self.it.names.spoken(found[0])
        return self.it.names.any(index)

    def product_text(self, k: int) -> str:
        """Weight × input, and what it gives."""
        numbers, answer = product(self.its.weights[k], self.its.inputs[k], self.products[k])
        return f"{numbers} {answer}"

    def terms(self) -> tuple[str, ...]:
        """The ids of the boxes that add up to the sum."""
        names = [f"p{k}" for k in self.chosen]
        names += ["others"] if self.others else []
        return (*names, *([f"n{self.unit.bias}"] if self.unit.bias is not None else []))

    def most(self, numbers: Sequence[float]) -> float:
        """The largest of some numbers, whatever its sign: the fullest colour of an image."""
        return max((abs(x) for x in numbers if x == x), default=0.0)
