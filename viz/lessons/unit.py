"""One unit of a larger network, opened: its strongest products, its sum, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from ..see.neurons import Unit
from ..see.paths import strongest
from .layers import Layers, shape_of
from .lesson import (
    GRADIENT,
    VALUE,
    Carry,
    Quantity,
    Step,
    Write,
    grad,
    largest,
    number,
    product,
    slope,
    times,
    total,
    used,
    value,
)

MOST_CELLS = 28  # a side of an image
TOP = 5  # products with boxes of their own
USERS = 4  # the same of what uses the unit


class Opened:
    """One unit on one example: its strongest products, and what uses it."""

    def __init__(self, it: Layers, unit: Unit) -> None:
        self.it, self.unit = it, unit
        self.graph, self.board = it.graph, it.board
        self.run = unit.runs[it.example]
        self.node = self.board.nodes[self.run.total]
        self.half = len(unit.weights)
        self.shape = shape_of(self.half, it.shape if unit.column == 0 else None)
        inputs = self.node.inputs
        products = [inputs[k] * inputs[k + self.half] for k in range(self.half)]
        self.chosen = strongest(products, TOP)
        self.others = [k for k in range(self.half) if k not in set(self.chosen)]
        users = self.graph.contributions(self.run.output)
        order = strongest([one.product for one in users], USERS)
        self.users = [users[k] for k in order]
        self.more_users = [one for k, one in enumerate(users) if k not in set(order)]
        self.out, self.total = f"n{self.run.output}", f"n{self.run.total}"
        self.bias = "" if unit.bias is None else f"n{unit.bias}"

    def product(self, k: int) -> Quantity:
        """Weight × input."""
        return times(used(self.run.total, k), used(self.run.total, k + self.half))

    def share(self, k: int) -> Quantity:
        """The gradient of a weight on this example."""
        return product(self.run.total, k)

    @cached_property
    def rest(self) -> Quantity:
        """The products that have no box, added up."""
        return total(*[self.product(k) for k in self.others])

    @cached_property
    def best(self) -> int:
        """The input whose weight has the largest gradient; if all are 0, the largest product's."""
        down = self.node.grad or 0.0
        slopes = [x * down for x in self.node.inputs[self.half : 2 * self.half]]
        return strongest(slopes, 1)[0] if any(slopes) else self.chosen[0]

    @cached_property
    def spots(self) -> list[int]:
        """The inputs that have marks in the images: those that steps speak of."""
        if max(self.shape) > MOST_CELLS:
            return []  # a cell stands for several
        return [*self.chosen, *([self.best] if self.best not in self.chosen else [])]

    def marks(self, places: Sequence[int]) -> tuple[str, ...]:
        """The ids of the marks of some inputs, those that have any."""
        return tuple([f"px{k}" for k in places if k in self.spots])

    def terms(self) -> tuple[str, ...]:
        """The ids of the boxes that add up to the sum."""
        names = [f"p{k}" for k in self.chosen] + ["others"] * bool(self.others)
        return (*names, *([self.bias] if self.bias else []))


def cost(unit: Unit) -> int:
    """About how many characters the view of a unit takes."""
    return 14_000 + 50 * min(len(unit.weights), MOST_CELLS * MOST_CELLS)


def steps(of: Opened) -> Iterator[Step]:
    """Products, sum, activation; then back."""
    weights = [used(of.run.total, k) for k in range(of.half)]
    given = [Write("w", VALUE, largest(*weights), "up to")]
    if of.unit.bias is not None:
        given.append(Write(of.bias, VALUE, value(of.unit.bias)))
    yield Step("unit", "start", writes=tuple(given), about={"of": of})
    written = [Write(f"p{k}", VALUE, of.product(k)) for k in of.chosen]
    if of.others:
        written.append(Write("others", VALUE, of.rest))
    yield Step(
        "products", "forward", box=f"p{of.chosen[0]}", sources=("w", "x", *of.marks(of.chosen)),
        writes=tuple(written), about={"of": of},
    )  # fmt: skip
    yield Step(
        "unit_sum", "forward", box=of.total, sources=of.terms(),
        carries=tuple([Carry(f"e{name}") for name in of.terms()]),
        writes=(Write(of.total, VALUE, value(of.run.total)),), about={"of": of},
    )  # fmt: skip
    if of.run.steps:
        yield Step(
            "activation", "forward", box=of.out, sources=(of.total,), carries=(Carry("ez"),),
            writes=(Write(of.out, VALUE, value(of.run.output)),), about={"of": of},
        )  # fmt: skip
    if of.graph.nodes[of.run.output].grad is not None:
        yield from _backward(of)


def _backward(of: Opened) -> Iterator[Step]:
    if of.users or of.more_users:
        writes = [Write(of.out, GRADIENT, grad(of.run.output))]
        carries = []
        for k, one in enumerate(of.users):
            share = product(one.consumer, one.position)
            writes.append(Write(f"u{k}", VALUE, share))
            carries.append(Carry(f"eu{k}", slope=number(1.0), upstream=share))
        if of.more_users:
            rest = total(*[product(one.consumer, one.position) for one in of.more_users])
            writes.append(Write("us", VALUE, rest))
        yield Step(
            "arriving", "backward", box=of.out,
            sources=tuple([f"u{k}" for k in range(len(of.users))]), carries=tuple(carries),
            writes=tuple(writes), about={"of": of},
        )  # fmt: skip
    key = of.out[1:]
    if of.run.steps:
        rate = times(*[slope(index, 0) for index in of.run.steps])
        yield Step(
            "through", "backward", box=of.total, sources=(of.out,),
            carries=(Carry("ez", slope=rate, upstream=grad(of.run.output)),),
            writes=(Write(of.total, GRADIENT, grad(of.run.total)),),
            about={
                "me": key, "slope": rate, "upstream": grad(of.run.output),
                "product": grad(of.run.total),
            },
        )  # fmt: skip
    writes = [Write("g", VALUE, largest(*[of.share(k) for k in range(of.half)]), "up to")]
    writes += [Write(f"p{k}", GRADIENT, of.share(k)) for k in of.chosen]
    if not of.run.steps:
        writes.append(Write(of.total, GRADIENT, grad(of.run.total)))
    if of.bias:
        writes.append(Write(of.bias, GRADIENT, grad(of.run.total)))
    yield Step(
        "unit_weights", "backward", box="g",
        sources=(of.total, *of.marks([of.best]), *["pg"] * bool(of.spots)),
        writes=tuple(writes), about={"of": of},
    )  # fmt: skip
