"""One picture of single nodes with its steps, told: of all of a computation, or of a part."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograd import ConstantError, Graph, Value
from autograd.numbers import is_number

from .checks import at_least, graph_of, left_of, node_of, one_result, text
from .labels import columns, shorten
from .lessons.board import Board, box_of, drawn_constants
from .lessons.lesson import Pass
from .lessons.steps import steps
from .reasons import with_reasons
from .say.box_text import remarks
from .say.entries import Nudges, entries
from .say.names import Names, NetworkNames
from .say.numbers import is_alarming
from .say.story import Step, View
from .say.teller import Teller
from .scene.diagram import Arrow, Box, Diagram
from .see import visible_nodes
from .see.essentials import SQUARE, essential
from .see.examples import around
from .see.neurons import network_of
from .see.outline import Expand, Item, Outline, is_op, opened

MAX_NODES = 400
WIDEST = 12  # products of a Σ that is opened unasked
MOST_LENGTH = 12_000  # of all arrows, in rows of boxes: to place them takes a second or two
_ALWAYS = 40  # boxes that can always be placed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants to see: the pass, and the options of the player."""

    numbers: Pass
    image: tuple[int, int] | None = None
    expand: Expand = True
    max_nodes: int = MAX_NODES
    language: str = "english"


def pass_of(
    caller: str,
    value: object,
    names: Mapping[str, Any] | None,
    lr: object,
    *,
    accumulate: bool,
    focus: str | int | Value | None = None,
) -> tuple[Pass, int | None]:
    """The pass that led to a Value, or that a Graph holds, and where its ``focus`` is.

    What teaches nothing is left out of it.

    Raises
    ------
    ConstantError:
        if there is no gradient to show.
    """
    if not is_number(lr):
        raise TypeError(
            f"{caller}: lr is a number, the learning rate of the update, such as 0.1; "
            f"got {lr!r:.60}"
        )
    if not math.isfinite(float(lr)):  # type: ignore[arg-type]
        raise ValueError(
            f"{caller}: lr is a finite number, the learning rate of the update; got {lr}"
        )
    graph = graph_of(caller, value, names)
    if all(graph.nodes[index].grad is None for index in graph.roots):
        raise ConstantError(
            f"{caller}: the result does not depend on any variable or parameter, so there are no "
            "gradients to show; compute it from Values or parameters"
        )
    index = None if focus is None else node_of(graph, focus, value)
    shorter, places = essential(graph)
    left = left_of(caller, value) if accumulate else {}
    kept = {places[k]: x for k, x in left.items()}
    numbers = Pass(shorter, left=kept, rate=float(lr))  # type: ignore[arg-type]
    return numbers, None if index is None else places[index]


# --- one box a node -------------------------------------------------------------------------------


def single_view(wanted: Wanted, *, key: str, title: str = "") -> View:
    """The picture of a graph's single operations, step by step."""
    graph = wanted.numbers.graph
    chosen = opened(graph, wanted.expand)
    is_all = wanted.expand is True
    widest = WIDEST if is_all else len(graph)
    choose = functools.partial(
        visible_nodes.outline,
        graph,
        opened=frozenset() if is_all else _of_kind(graph, "add", chosen),
        textbook=frozenset(
            index
            for index in _of_kind(graph, "dot", chosen)
            if len(graph.nodes[index].operands) // 2 <= widest
        ),
        constants=drawn_constants(graph),
    )
    outline, room = _placeable(choose, wanted.max_nodes)
    teller = _teller(wanted, outline)
    tab = teller.say("tab.nearest" if len(graph) > wanted.max_nodes else "tab.computation")
    hint = _hint(teller, outline, wanted.max_nodes, room)
    return _view(wanted, teller, (key, tab, title), hint, updates=True)


def _view(
    wanted: Wanted, teller: Teller, names: tuple[str, str, str], hint: str, *, updates: bool
) -> View:
    """A view of the boxes that a teller tells of; ``names`` are its key, its tab and its title."""
    told = teller.tell(steps(teller.board, updates=updates))
    found = with_reasons(teller, entries(teller, Nudges(wanted.numbers)))
    return View(*names, diagram_of(teller, told), found, told, hint=hint)


def _teller(wanted: Wanted, outline: Outline) -> Teller:
    """What tells of single nodes: in a network of one example they have the network's names."""
    graph = wanted.numbers.graph
    network = network_of(graph)
    known = None
    if network is not None and network.examples == 1 and len(network.units) > 1:
        known = NetworkNames(network, language=wanted.language).of_example(0)
    names = Names(graph, outline, known, language=wanted.language)
    return Teller(Board(wanted.numbers, outline), names, language=wanted.language)


def _of_kind(graph: Graph, name: str, chosen: Container[int]) -> frozenset[int]:
    return frozenset(node.index for node in graph if is_op(node, name) and node.index in chosen)


def _placeable(choose: Callable[..., Outline], max_nodes: int) -> tuple[Outline, int]:
    """As many boxes as can be placed in a few seconds, and how many were allowed.

    One number that is used by hundreds has arrows past all that lies between.
    """
    room = max_nodes
    while True:
        outline = choose(max_nodes=room)
        if _length(outline) <= MOST_LENGTH or room <= _ALWAYS:
            return outline, room
        room = max(_ALWAYS, int(0.9 * min(room, len(outline.items))))


def _length(outline: Outline) -> int:
    """How many rows of boxes all arrows cross together, with leaves next to what uses them."""
    rows: dict[str, int] = {item.key: 0 for item in outline.items}
    for link in outline.links:  # operands come first
        rows[link.consumer] = max(rows[link.consumer], rows[link.operand] + 1)
    first: dict[str, int] = {}
    for link in outline.links:
        first[link.operand] = min(first.get(link.operand, len(rows)), rows[link.consumer])
    leaves = {item.key for item in outline.items if not item.symbol}
    return sum(
        rows[link.consumer] - (first[k] - 1 if (k := link.operand) in leaves else rows[k])
        for link in outline.links
    )


def _hint(teller: Teller, outline: Outline, max_nodes: int, room: int) -> str:
    notes = list(remarks(outline))
    if outline.hidden:
        holds = ("many",) if outline.hidden > 1 else ()
        count = f"{outline.hidden:,}"
        if room < max_nodes:
            notes.append(teller.say("hint.long", count=count))
        else:
            notes.append(teller.say("hint.hidden", holds, count=count, most=str(max_nodes)))
    return "; ".join(notes)


def diagram_of(teller: Teller, told: tuple[Step, ...]) -> Diagram:
    """The boxes with the widest text that a step ever writes into each line."""
    board = teller.board
    widest: dict[tuple[str, int], str] = {}
    for fill in [fill for step in told for fill in step.fills]:
        place = fill.box, fill.line
        if columns(fill.text) > columns(widest.get(place, "")):
            widest[place] = fill.text
    boxes = []
    for item in board.outline.items:
        box = box_of(item.key)
        lines = head(teller, item), widest[box, 1], widest[box, 2]
        numbers = [teller.n(board.value(item.key)), teller.numbers.known(board.gradient(item.key))]
        is_bad = any(map(is_alarming, numbers if item.grad is not None else numbers[:1]))
        is_root = bool(item.seeds) and item.node in board.graph.roots
        boxes.append(Box(box, item.kind, lines, is_root=is_root, is_alarming=is_bad))
    arrows = [
        Arrow(f"e{link.operand}_{link.consumer}_{link.position}", box_of(link.operand),
              box_of(link.consumer))
        for link in board.outline.links
    ]  # fmt: skip
    return Diagram(tuple(boxes), tuple(arrows))


def head(teller: Teller, item: Item) -> str:
    """The first line of a box: ``w1``, ``o: tanh``; with plain numbers inside ``e: d − 1``."""
    name = teller.names[item.key]
    if not item.symbol:
        return name
    if (item.constants or item.symbol == SQUARE.symbol) and not teller.board.is_given(item):
        symbols = teller.write(teller.right_side(item).symbols)
        if columns(symbols) <= _HEAD:
            return f"{name}: {symbols}"
    return f"{name}: {shorten(item.symbol, 16)}"


_HEAD = 22  # columns of what a box does with its operands


# --- a part ---------------------------------------------------------------------------------------


def focused(wanted: Wanted, index: int) -> View:
    """A node with its strongest paths to the root, and its operands; the others are summed up."""
    graph = wanted.numbers.graph
    outline = around(graph, index)
    teller = _teller(wanted, outline)
    me = teller.names.node(index)
    hint = ""
    if outline.hidden:
        hint = teller.say("hint.focus", count=f"{outline.hidden:,}", total=f"{len(graph):,}")
    names = "focus", teller.say("tab.focus", me=me), teller.say("view.focus", me=me)
    return _view(wanted, teller, names, hint, updates=False)


# --- for paper, and for pictures that play --------------------------------------------------------

_TITLE = 40  # columns of a result's name in a title
_FOCUS = ", or look at a part with focus="  # only the player has that


def told(
    caller: str,
    value: Value | Graph,
    *,
    names: Mapping[str, Any] | None,
    lr: float,
    title: str | None,
    accumulate: bool,
    expand: bool,
    max_nodes: int,
) -> View:
    """One view of single nodes, as the player tells it; errors name the ``caller``."""
    at_least("max_nodes", max_nodes, 2)
    text(caller, "title", title)
    numbers, _ = pass_of(caller, value, names, lr, accumulate=accumulate)
    one_result(caller, numbers.graph)
    wanted = Wanted(numbers, None, expand, max_nodes)
    name = shorten(numbers.graph.nodes[numbers.graph.roots[0]].label, _TITLE)
    known = f"{name}, forward and backward" if name else "Forward and backward"
    view = single_view(wanted, key="main", title=known if title is None else title)
    return replace(view, tab="", hint=view.hint.removesuffix(_FOCUS))
