"""All rows of a batch together: what each contributes to every parameter, and the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..see.neurons import Network
from ..see.outline import Item
from ..see.paths import strongest
from .board import Board
from .lesson import (
    GRADIENT,
    VALUE,
    Quantity,
    Step,
    Write,
    gathered,
    grad,
    moved,
    number,
    product,
    total,
    value,
)
from .steps import after, operation

MOST = 14  # parameters in the table


@dataclass(frozen=True, slots=True)
class Share:
    """What a parameter's gradient is made of: a summand for each row, and what is besides.

    ``others`` are what comes from outside of the rows: a penalty on large weights, say.
    """

    index: int
    rows: tuple[Quantity, ...]
    others: Quantity | None
    left: Quantity | None

    @property
    def parts(self) -> list[Quantity]:
        """All summands that there are."""
        found = [self.left] if self.left is not None else []
        return [*found, *self.rows, *([self.others] if self.others is not None else [])]

    @property
    def more(self) -> Quantity:
        """What does not come from the rows."""
        return total(*[part for part in (self.left, self.others) if part is not None])


def shares(network: Network, left: dict[int, float]) -> dict[int, Share]:
    """The summands of every parameter of a neuron that a gradient is asked of."""
    found = {}
    for unit in network.units:
        for index in unit.parameters:
            if network.graph.nodes[index].grad is not None and index not in found:
                found[index] = _share(network, index, left.get(index, 0.0))
    return found


def _share(network: Network, index: int, left: float) -> Share:
    rows: list[list[Quantity]] = [[] for _ in range(network.examples)]
    others: list[Quantity] = []
    for one in network.graph.contributions(index):
        example = network.example_of.get(one.consumer)
        target = others if example is None else rows[example]
        target.append(product(one.consumer, one.position))
    return Share(
        index, tuple([gathered(*parts) for parts in rows]),
        gathered(*others) if others else None,
        number(left) if left else None,
    )  # fmt: skip


class Table:
    """All rows, with those parameters that have a line; ``tabs`` rows have a view of their own."""

    def __init__(self, network: Network, boards: Sequence[Board], tabs: int) -> None:
        self.network, self.boards, self.tabs = network, boards, tabs
        self.graph, self.numbers = network.graph, boards[0].numbers
        self.shares = shares(network, self.numbers.left)
        indices = list(self.shares)
        sizes = [self.numbers.number(grad(index)) for index in indices]
        chosen = set(strongest(sizes, MOST))
        self.shown = [index for k, index in enumerate(indices) if k in chosen]
        self.ends = [end(board, network) for board in boards]
        self.has_more = any(
            self.shares[i].left is not None or self.shares[i].others is not None for i in self.shown
        )
        self.root = f"n{self.graph.roots[0]}"

    @property
    def loss(self) -> Item:
        """The box of the loss."""
        return self.boards[-1].items[str(self.graph.roots[0])]


def end(board: Board, network: Network) -> Item:
    """The last box that belongs to a row alone: its own loss."""
    own = [
        item
        for item in board.outline.items
        if item.symbol and item.key.isdigit() and network.example_of.get(item.node) is not None
    ]
    return own[-1]


def steps(it: Table) -> Iterator[Step]:
    """Every row forward, every parameter's sum, the update, every row again."""
    given = [Write(f"n{index}", VALUE, value(index)) for index in it.shown]
    yield Step("rows", "start", writes=tuple(given))
    for row, item in enumerate(it.ends):
        written = (Write(f"r{row}", VALUE, value(item.node)),)
        yield Step("row", "forward", box=f"r{row}", writes=written, about={"row": row})
    board = it.boards[-1]
    if it.loss.key not in board.neurons:
        step = operation(board, it.loss)
        rows = tuple([f"r{row}" for row in range(len(it.ends))])
        yield Step(step.kind, step.phase, step.box, rows, (), step.writes, step.about)
    if it.graph.nodes[it.graph.roots[0]].grad is None:
        return
    root = it.graph.roots[0]
    yield Step(
        "rows_back", "backward", box=it.root, writes=(Write(it.root, GRADIENT, grad(root)),),
        about={"node": root, "seed": grad(root)},
    )  # fmt: skip
    for index in it.shown:
        yield _sum(it, it.shares[index])
    if not it.numbers.trained:
        return
    trained = it.numbers.trained
    anew = [Write(f"n{i}", VALUE, moved(i)) for i in it.shown]
    yield Step("updates", "update", writes=tuple(anew), about={"nodes": trained})
    again = [
        Write(f"r{row}", VALUE, after(board, value(item.node))) for row, item in enumerate(it.ends)
    ]
    again.append(Write(it.root, VALUE, after(board, value(root))))
    yield Step("rows_again", "again", box=it.root, writes=tuple(again), about={"nodes": trained})


def _sum(it: Table, share: Share) -> Step:
    index = share.index
    writes = [
        Write(f"c{index}_{row}", GRADIENT, part, "cell") for row, part in enumerate(share.rows)
    ]
    if it.has_more:
        writes.append(Write(f"c{index}_more", GRADIENT, share.more, "cell"))
    writes.append(Write(f"n{index}", GRADIENT, grad(index)))
    return Step("share", "backward", box=f"n{index}", writes=tuple(writes), about={"share": share})
