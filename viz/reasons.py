"""Why a gradient is what it is: its strongest paths through the boxes of a picture."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace

from .lessons.board import Board, arrow_of, box_of
from .say import formula
from .say.numbers import number
from .say.story import Entry, Path
from .say.teller import Teller
from .say.why import Explained, summary
from .see.neurons import Network
from .see.paths import Edge, Paths
from .see.paths import Path as Walk

TOP = 5
MOST_WORK = 200_000  # nodes looked at for all boxes of a picture
MOST_LISTED = 4_000  # boxes on all paths of a picture: they are written into its page
_FEWEST = 8  # boxes with paths; where time is not enough for these, none has
_NAMED = 8  # boxes of a path that are named; of a longer one, its ends

Spot = Callable[[int], tuple[str, str]]
Route = Callable[[Edge], Iterable[tuple[str, float | None]]]


def _node_of(box: str) -> int | None:
    return int(box[1:]) if box[0] == "n" and box[1:].isdigit() else None


def with_reasons(
    teller: Teller,
    entries: Iterable[Entry],
    *,
    network: Network | None = None,
    row: int = 0,
    route: Route | None = None,
    node_of: Callable[[str], int | None] = _node_of,
    top: int = TOP,
    work: int = MOST_WORK,
) -> tuple[Entry, ...]:
    """The entries with the strongest paths of their boxes to the result, as many as affordable.

    In a picture of one row of a ``network``, a box stands for a whole neuron. ``route`` says which
    arrows an edge is drawn as, ``node_of`` which node an entry's box asks about; left out, those of
    a board.
    """
    found = list(entries)
    graph = teller.graph
    if not teller.board.is_plain or not teller.board.has_gradients:
        return tuple(found)
    spot = _spot(teller, {entry.box for entry in found}, network, row)
    route = route or _route(teller.board)
    root, seed = graph.roots[0], graph.seeds[0]
    asked = [(k, index) for k, e in enumerate(found) if (index := node_of(e.box)) is not None]
    asked = [(k, i) for k, i in asked if i != root and graph.nodes[i].grad is not None]
    asked.sort(key=lambda pair: graph.nodes[pair[1]].op is not None)
    room = MOST_LISTED
    affordable = work // len(graph)
    if affordable < min(len(asked), _FEWEST):
        return tuple(found)
    for k, index in asked[:affordable]:
        every = Paths(graph, index, root, seed)
        walks = every.strongest(top)
        paths = tuple([_path(teller, found[k].box, walk, spot, route) for walk in walks])
        room -= sum(len(path.boxes) for path in paths)
        if room < 0:
            break
        explained = Explained(graph, index, root, seed, walks, every.census)
        found[k] = replace(found[k], paths=paths, covered=" ".join(summary(explained, teller.say)))
    return tuple(found)


def _spot(teller: Teller, boxes: Container[str], network: Network | None, row: int) -> Spot:
    names = teller.names

    def spot(index: int) -> tuple[str, str]:
        name = ""
        if network is not None:
            other = network.example_of.get(index, row)
            if other != row:
                return "", teller.say("row.name", row=str(other + 1))
            if (found := network.run_of.get(index)) is not None:
                index = found[1].output
                name = names.known.get(index, "")
        box = box_of(str(index))
        return (box if box in boxes else ""), names.by_key.get(str(index), name)

    return spot


def _route(board: Board) -> Route:
    """The links that are drawn for an edge of the graph; two if it leads through a product."""
    onwards = {link.operand: link for link in board.outline.links if link.edge is None}
    found: dict[tuple[int, int], list[tuple[str, float | None]]] = {}
    for link in board.outline.links:
        if link.edge is not None:
            inner = onwards.get(link.consumer)
            found[link.edge] = [
                (arrow_of(one), one.slope) for one in (link, inner) if one is not None
            ]

    def route(edge: Edge) -> Iterable[tuple[str, float | None]]:
        return found.get((edge.consumer, edge.position), ())

    return route


def _path(teller: Teller, box: str, walk: Walk, spot: Spot, route: Route) -> Path:
    """One way: its boxes, each named once, and the slopes along it."""
    boxes, names = [box], [spot(walk.nodes[0])[1] or teller.names.node(walk.nodes[0])]
    arrows: list[str] = []
    slopes: list[float] = []
    for edge, slope in zip(walk.edges, walk.slopes, strict=True):
        ways = list(route(edge))
        drawn = [arrow for arrow, _ in ways]
        arrows += drawn
        # Of an addition inside a Σ nothing is drawn; a sum inside a neuron is no factor either.
        along = [rate for _, rate in ways if rate is not None]
        slopes += along or [slope] * (slope != 1.0)
        found, name = spot(edge.consumer)
        between = [_head_of(arrow) for arrow in drawn[:-1]]
        for key in between:
            boxes.append(box_of(key))
            names.append(teller.names[key])
        if found:
            boxes.append(found)
        if name and names[-1] != name:
            names.append(name)
    way = " → ".join(_in_short(teller, names))
    return Path(
        text=f"{way}: {_product(teller, slopes or [1.0], walk.product)}",
        boxes=tuple(dict.fromkeys(boxes)),
        arrows=tuple(dict.fromkeys(arrows)),
    )


def _head_of(arrow: str) -> str:
    return arrow[1:].split("_")[1]


def _in_short(teller: Teller, names: list[str]) -> Iterator[str]:
    if len(names) <= _NAMED:
        yield from names
        return
    half = _NAMED // 2
    yield from names[:half]
    yield teller.say("path.more", count=f"{len(names) - 2 * half:,}")
    yield from names[-half:]


def _product(teller: Teller, slopes: list[float], result: float) -> str:
    if len(slopes) == 1:
        return number(result)
    if len(slopes) > _NAMED:
        return teller.say("path.slopes", count=f"{len(slopes):,}", product=number(result))
    numbers, sign = formula.worked(("*", *range(len(slopes))), slopes, result)
    return f"{numbers} {sign} {number(result)}"
