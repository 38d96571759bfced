"""The steps of one picture: what is given, forward, backward, the update, and forward once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..see.examples import OTHERS
from ..see.outline import Item
from .board import Board, Move, Operand, box_of
from .lesson import (
    GRADIENT,
    INSIDE,
    VALUE,
    Carry,
    Quantity,
    Step,
    Write,
    again,
    gathered,
    grad,
    moved,
    number,
    slope,
    times,
)

WIDE = 12  # arrows out of one box; more of them are one step
FAN = 4  # arrows into one neuron's box; the same
MOST_UPDATES = 12  # parameters with a step each; more of them move in one


def steps(board: Board, *, updates: bool = True) -> list[Step]:
    """All steps of a picture; ``updates`` adds the step of training."""
    found = [start(board), *forward(board), *backward(board)]
    return [*found, *update(board)] if updates and board.has_gradients else found


# --- the beginning --------------------------------------------------------------------------------


def start(board: Board) -> Step:
    """The step before all others: what is given, and every line of every box as it is then."""
    return Step(
        "start",
        "start",
        writes=tuple([w for item in board.outline.items for w in _blank(board, item)]),
    )


def _blank(board: Board, item: Item) -> Iterator[Write]:
    """How a box looks at the beginning."""
    box = box_of(item.key)
    if board.is_given(item):
        yield Write(box, VALUE, board.value(item.key))
    else:
        yield Write(box, VALUE, number(None), "pending")
    if item.grad is None:
        yield Write(box, GRADIENT, number(None))
    elif board.has_left(item.key):
        yield Write(box, GRADIENT, number(board.numbers.left[item.node]), "left")
    elif item.key.endswith(OTHERS):
        yield Write(box, GRADIENT, number(item.grad))
    else:
        yield Write(box, GRADIENT, number(None), "pending")
    if item.key in board.neurons and board.neurons[item.key].steps:
        yield Write(box, INSIDE, number(None), "pending")


# --- forward --------------------------------------------------------------------------------------


def forward(board: Board) -> Iterator[Step]:
    """One step for each operation, operands first."""
    for item in board.outline.items:
        if not board.is_given(item):
            yield operation(board, item)


def operation(board: Board, item: Item) -> Step:
    """The step in which one box is computed."""
    operands = board.operands(item)
    return Step(
        "operation",
        "forward",
        box=box_of(item.key),
        sources=_boxes(board, operands),
        carries=tuple(
            [Carry(one.arrow, None if board.neurons else one.what) for one in operands if one.arrow]
        ),
        writes=(Write(box_of(item.key), VALUE, board.value(item.key)),),
        about={"me": item.key},
    )


def _boxes(board: Board, operands: Iterable[Operand]) -> tuple[str, ...]:
    drawn = {operand.key for operand in operands if operand.key}
    return tuple([box_of(key) for key in board.items if key in drawn])


# --- backward -------------------------------------------------------------------------------------


def backward(board: Board) -> Iterator[Step]:
    """Where it starts, then a step for each arrow; all arrows of a wide operation are one."""
    if not board.has_gradients:
        return
    moves = [move for move in board.moves if not _is_of_weight(board, move)]
    yield from seeds(board)
    if not board.neurons:
        for run in _by_consumer(moves):
            if len(run) > WIDE:
                yield _wide(board, run)
            else:
                yield from [arrow(board, move) for move in run]
        return
    for item in reversed(board.outline.items):
        arrived = board.arriving(item.key)
        if len(arrived) > FAN and item.symbol:
            yield _fan(board, item, arrived)
        else:
            yield from [arrow(board, move) for move in arrived if move in moves]
        if item.key in board.neurons:
            yield from _inside(board, item)


def _is_of_weight(board: Board, move: Move) -> bool:
    """Whether an arrow leads to a weight or a bias, which a neuron's own step tells of."""
    neuron = board.neurons.get(move.consumer)
    if neuron is None or move.link.edge is None:
        return False
    count = len(board.graph.nodes[neuron.total].operands)
    return not count // 2 <= move.link.edge[1] < 2 * (count // 2)


def _by_consumer(moves: Iterable[Move]) -> list[list[Move]]:
    return [list(run) for _, run in groupby(moves, key=lambda move: move.consumer)]


def seeds(board: Board) -> Iterator[Step]:
    """Where backward starts; with the first step the gradients are known that nothing flows to."""
    receivers = {move.operand for move in board.moves}
    asked = [pair for pair in board.seeds if board.graph.nodes[pair[0]].grad is not None]
    unreached = [
        Write(box_of(key), GRADIENT, board.gradient(key))
        for key, item in board.items.items()
        if item.grad is not None and key not in receivers and not item.seeds
    ]
    if board.is_part:
        writes = [
            Write(box_of(str(index)), GRADIENT, seed)
            for index, seed in asked
            if str(index) in board.items
        ]
        first = str(asked[0][0])
        yield Step(
            "handed", "backward", box=_drawn(board, first), writes=(*writes, *unreached),
            about={"seeds": tuple(asked)},
        )  # fmt: skip
        return
    for place, (index, seed) in enumerate(asked):
        key = str(index)
        writes = []
        if key in board.items:
            mark = "so far" if key in receivers else ""
            writes = [Write(box_of(key), GRADIENT, gathered(*board.starts(key)), mark)]
        yield Step(
            "seed", "backward", box=_drawn(board, key),
            writes=(*writes, *(unreached if not place else ())),
            about={"node": index, "seed": seed},
        )  # fmt: skip


def _drawn(board: Board, key: str) -> str:
    return box_of(key) if key in board.items else ""


def so_far(board: Board, move: Move) -> list[Quantity]:
    """What a receiver's gradient is made of up to an arrow, that one included."""
    shares = [one.product for one in board.arriving(move.operand)[: move.place]]
    return [*board.starts(move.operand), *shares]


def arrow(board: Board, move: Move) -> Step:
    """The step of one arrow."""
    box = box_of(move.operand)
    mark = "" if move.is_last else "so far"
    return Step(
        "arrow", "backward", box=box, sources=(box_of(move.consumer),),
        carries=(Carry(move.arrow, slope=move.slope, upstream=move.upstream),),
        writes=(Write(box, GRADIENT, gathered(*so_far(board, move)), mark),),
        about={"move": move},
    )  # fmt: skip


def _wide(board: Board, run: Sequence[Move]) -> Step:
    """All arrows out of one operation."""
    last = {move.operand: move for move in run}
    writes = [
        Write(
            box_of(key), GRADIENT, gathered(*so_far(board, move)), "" if move.is_last else "so far"
        )
        for key, move in last.items()
    ]
    return Step(
        "wide", "backward", box=box_of(run[0].operand), sources=(box_of(run[0].consumer),),
        carries=tuple([Carry(m.arrow, slope=m.slope, upstream=m.upstream) for m in run]),
        writes=tuple(writes), about={"moves": tuple(run)},
    )  # fmt: skip


def _fan(board: Board, item: Item, arrived: Sequence[Move]) -> Step:
    """All arrows into one box."""
    box = box_of(item.key)
    return Step(
        "fan", "backward", box=box,
        sources=tuple(dict.fromkeys(box_of(move.consumer) for move in arrived)),
        carries=tuple([Carry(m.arrow, None, m.slope, m.upstream, quiet=True) for m in arrived]),
        writes=(Write(box, GRADIENT, board.gradient(item.key)),),
        about={"me": item.key, "moves": tuple(arrived)},
    )  # fmt: skip


def _inside(board: Board, item: Item) -> Iterator[Step]:
    """What happens to a gradient inside a neuron: through its activation, to its weights."""
    run = board.neurons[item.key]
    sums, box = board.graph.nodes[run.total], box_of(item.key)
    if sums.grad is None:
        return
    if run.steps:
        rate = times(*[slope(index, 0) for index in run.steps])
        yield Step(
            "through", "backward", box=box, sources=(box,),
            writes=(Write(box, INSIDE, grad(run.total)),),
            about={
                "me": item.key, "slope": rate, "upstream": grad(run.output),
                "product": grad(run.total),
            },
        )  # fmt: skip
    half = len(sums.operands) // 2
    asked = [
        place
        for place in (*range(half), *range(2 * half, len(sums.operands)))
        if board.graph.nodes[sums.operands[place]].grad is not None
    ]
    if not asked:
        return
    keys = {place: str(sums.operands[place]) for place in asked}
    arrows = [
        Carry(
            f"e{key}_{item.key}_{place}", None, slope(run.total, place), grad(run.total), quiet=True
        )
        for place, key in keys.items()
        if key in board.items
    ]
    writes = [
        Write(box_of(key), GRADIENT, board.gradient(key))
        for key in keys.values()
        if key in board.items
    ]
    yield Step(
        "weights", "backward", box=box, sources=(box,), carries=tuple(arrows), writes=tuple(writes),
        about={"me": item.key, "places": tuple(asked)},
    )  # fmt: skip


# --- the update -----------------------------------------------------------------------------------


def update(board: Board) -> Iterator[Step]:
    """A step for each parameter, or one for all if they are many; then the result anew."""
    trained = board.numbers.trained
    if not trained:
        return
    shown = [index for index in trained if str(index) in board.items]
    writes = {index: Write(box_of(str(index)), VALUE, moved(index)) for index in shown}
    if board.neurons or len(trained) > MOST_UPDATES or len(shown) < len(trained):
        yield Step("updates", "update", writes=tuple(writes.values()), about={"nodes": trained})
    else:
        for index in shown:
            yield Step(
                "update", "update", box=box_of(str(index)), writes=(writes[index],),
                about={"node": index, "is_first": index == shown[0]},
            )  # fmt: skip
    root = str(board.seeds[0][0])
    yield Step(
        "again", "again", box=_drawn(board, root),
        writes=tuple([
            Write(box_of(key), VALUE, renewed(board, key))
            for key in board.items
            if key.isdigit() or not key.endswith(OTHERS)
        ]),
        about={"nodes": trained},
    )  # fmt: skip


def renewed(board: Board, key: str) -> Quantity:
    """An item's value after the step of training."""
    return after(board, board.value(key))


def after(board: Board, what: Quantity) -> Quantity:
    """A quantity of the pass as it is in the pass after the step."""
    match what.what, what.of:
        case "value", (index,):
            return again(index)
        case "used", (consumer, position):
            return again(board.graph.nodes[consumer].operands[position])
        case (("total" | "times"), parts):
            return Quantity(what.what, tuple(after(board, part) for part in parts))
    return what
