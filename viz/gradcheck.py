"""`draw_mismatch`: the picture of a wrong gradient, with the edge that is to blame marked.

Notation: an edge leads from an operand into an operation, and its slope is the local derivative
that the operation table claims.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING

from autograd import Graph, Node
from autograd.testing import EngineMismatch, Entry, GradientMismatch, check_gradients

from .checks import one_of
from .draw import VIEWS
from .labels import TOOLTIP_LIMIT, shorten
from .render.composing import Manner, composed
from .render.looks import legend as legend_of
from .render.palette import THEMES
from .say import box_text
from .say.numbers import ALL_DIGITS, DIGITS, show
from .scene.diagram import Arrow, Box, Diagram
from .see.paths import Paths
from .see.visible_nodes import outline_of

if TYPE_CHECKING:
    from .render.picture import Picture

MOST_NODES = 60
_SEE = "wrong: see the note"
_WIDEST = 88  # columns of a note


def draw_mismatch(
    error: GradientMismatch | EngineMismatch, *, view: str = "backward", theme: str = "light"
) -> Picture:
    """Draw what a gradient check found wrong: the edge or number to blame is marked in words.

    A marked edge is a double line that says what was claimed for its slope and what was measured.
    Of more than 60 nodes those around the fault are drawn. A plain function is one box, because
    nothing is known of what it does inside. Of somebody else's engine the right numbers are drawn,
    and its wrong ones next to them.

    >>> from autograd.testing import GradientMismatch, check_gradients
    >>> try:
    ...     check_gradients(lambda x: x**3, 2.0, gradient=lambda x: 3.0 * x)
    ... except GradientMismatch as error:
    ...     print(draw_mismatch(error).text(), end="")
    backward: on each arrow the derivative that was claimed
    the function
    └─ variable x  v 2  ← wrong: claimed 6, measured 12

    Parameters
    ----------
    error:
        What `autograd.testing.check_gradients` or `autograd.testing.check_engine` raised.
    view:
        ``"backward"``: values and gradients as the table's slopes give them. ``"forward"``:
        values only.
    theme:
        ``"light"`` or ``"dark"``.
    """
    if not isinstance(error, (GradientMismatch, EngineMismatch)):
        raise TypeError(
            f"draw_mismatch takes the GradientMismatch that check_gradients raised, or the "
            f"EngineMismatch of check_engine, got a {type(error).__name__}"
        )
    one_of("view", view, VIEWS)
    one_of("theme", theme, THEMES)
    backward = view == "backward"
    if isinstance(error, EngineMismatch):
        marks = _marks_of_engine(error)
        diagram = _of_graph(error.graph, marks, None, error.sentence, backward=backward)
    elif error.graph is None:
        diagram = _of_plain_function(error, backward=backward)
    else:
        graph = _of_one_output(error, error.graph)
        diagram = _of_graph(graph, _marks(error, graph), error.node, error.cause, backward=backward)
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


# --- what is wrong --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Marks:
    """What to write: to operands of the guilty node, by position, and into boxes, by index."""

    edges: dict[int, str]
    boxes: dict[int, str]


def _marks(error: GradientMismatch, graph: Graph) -> _Marks:
    """The marks of a mismatch in its graph."""
    entries = error.verdict.entries
    wrong = {e.name: e for e in entries if e.outcome == "wrong" and e.output == error.worst.output}
    leaves = {n.label: n.index for n in graph if n.op is None and n.grad is not None}
    leaf = leaves.get(error.worst.name)
    what = "wrong" if error.verdict.order == 1 else f"wrong {error.worst.output} by it"
    boxes = {leaves[name]: _compared(wrong[name], what) for name in wrong if name in leaves}
    if error.node is None:
        return _Marks({}, boxes)
    guilty = graph.nodes[error.node]
    edges = _wrong_slopes(graph, guilty)
    if not edges:  # the slopes are right, and the pass went astray; or a convention is not kept
        through = _asked(graph, guilty)
        below = [
            p
            for p in through
            if leaf is None or Paths(graph, leaf, guilty.operands[p], 1.0).census.count
        ]
        of_slope = error.verdict.order == 2  # of first derivatives all was right
        mark = "the slope of this slope is wrong: see the note" if of_slope else _SEE
        edges = dict.fromkeys(below or through, mark)
    if edges:
        boxes.setdefault(guilty.index, "to blame")
    return _Marks(edges, boxes)


def _marks_of_engine(error: EngineMismatch) -> _Marks:
    """The wrong numbers, in the boxes that have the right ones."""
    boxes = {}
    for node in error.graph:
        if node.label in error.wrong:
            what, got, right = error.wrong[node.label]
            boxes[node.index] = f"wrong {what}: {_apart(got, right, 'right')}"
    return _Marks({}, boxes)


def _asked(graph: Graph, node: Node) -> list[int]:
    """The positions of the operands of which a gradient is asked."""
    return [p for p, i in enumerate(node.operands) if graph.nodes[i].grad is not None]


def _wrong_slopes(graph: Graph, node: Node) -> dict[int, str]:
    """By position: what is wrong with the slopes of one operation, held to what it computes."""
    if node.op is None:
        return {}
    forward, slopes = node.op.forward, node.slopes

    def alone(*xs: float) -> float:
        return float(forward(*xs))

    try:
        check_gradients(
            alone,
            node.inputs,
            gradient=lambda *xs: slopes if len(xs) > 1 else slopes[0],
        )
    except GradientMismatch as local:
        found = dict(enumerate(local.verdict.entries))
        return {
            p: _compared(found[p], "wrong slope")
            for p in _asked(graph, node)
            if p in found and found[p].outcome == "wrong"
        }
    return {}


def _compared(entry: Entry, what: str = "wrong") -> str:
    """``wrong: claimed 1, measured 2``, with as many digits as tell the two apart."""
    claimed = entry.analytic
    other = entry.forward
    if entry.numeric is None and (entry.left is not None or entry.right is not None):
        sides = f"{show(entry.left)} left, {show(entry.right)} right"
        return f"{what}: claimed {show(claimed)}, measured {sides}"
    measured = entry.numeric
    if measured is None:
        return f"{what}: claimed {show(claimed)}"
    if other is not None and abs(other - measured) > abs(claimed - measured):
        return f"{what}: forward mode {_apart(other, measured)}"
    return f"{what}: claimed {_apart(claimed, measured)}"


def _apart(claimed: float, measured: float, said: str = "measured") -> str:
    digits = DIGITS
    while show(claimed, digits) == show(measured, digits) and digits < ALL_DIGITS:
        digits += 1
    return f"{show(claimed, digits)}, {said} {show(measured, digits)}"


# --- functions of Values --------------------------------------------------------------------------


def _of_one_output(error: GradientMismatch, graph: Graph) -> Graph:
    """The graph with the seed 1 at the output whose derivative is wrong, and 0 at the others."""
    outputs = list(dict.fromkeys(entry.output for entry in error.verdict.entries))
    if len(graph.roots) == 1 or len(outputs) != len(graph.roots):
        return graph
    wrong = outputs.index(error.worst.output)
    return graph.with_seeds([float(k == wrong) for k in range(len(outputs))])


def _of_graph(
    graph: Graph, marks: _Marks, guilty: int | None, cause: str, *, backward: bool
) -> Diagram:
    starts = [guilty] if guilty is not None else [*marks.boxes, *graph.roots]
    chosen = _around(graph, starts)
    outline = outline_of(graph, chosen)
    diagram = composed(graph, outline, Manner(backward, max_nodes=MOST_NODES))
    notes = [*diagram.notes, *wrap(cause, _WIDEST)]
    if len(chosen) < len(graph):
        notes.insert(0, f"the {len(chosen)} nodes around the fault, of {len(graph):,}")
    boxes = tuple([_marked_box(box, marks) for box in diagram.boxes])
    arrows = tuple([_marked_arrow(arrow, guilty, marks, graph) for arrow in diagram.arrows])
    return replace(
        diagram, boxes=boxes, arrows=arrows, notes=tuple(notes), legend=legend_of(boxes, arrows)
    )


def _around(graph: Graph, starts: Iterable[int]) -> frozenset[int]:
    """The nodes nearest to where the fault is, along edges of either direction."""
    waiting = deque(dict.fromkeys(starts))
    found: set[int] = set()
    while waiting and len(found) < MOST_NODES:
        index = waiting.popleft()
        if index not in found:
            found.add(index)
            waiting += [i for i, _ in graph.consumers(index)][:MOST_NODES]
            waiting += graph.nodes[index].operands[:MOST_NODES]
    return frozenset(found)


def _marked_box(box: Box, marks: _Marks) -> Box:
    mark = marks.boxes.get(int(box.id[1:]))
    return box if mark is None else replace(box, lines=(*box.lines, mark))


def _marked_arrow(arrow: Arrow, guilty: int | None, marks: _Marks, graph: Graph) -> Arrow:
    """The arrow, as a guilty one if its consumer's slope at that position is."""
    operand, consumer, position = map(int, arrow.id[1:].split("_"))
    if consumer != guilty or position not in marks.edges:
        return arrow
    mark = marks.edges[position]
    slope = graph.nodes[consumer].slopes[position]
    hint = f"{mark}\nlocal derivative {slope!r} of node {consumer} towards node {operand}"
    return replace(
        arrow,
        lines=(*arrow.lines, mark),
        sign="wrong",
        hint=shorten(hint, TOOLTIP_LIMIT) if not arrow.hint else f"{mark}\n{arrow.hint}",
    )


# --- plain functions ------------------------------------------------------------------------------


def _of_plain_function(error: GradientMismatch, *, backward: bool) -> Diagram:
    """One box for each number of the point, and one for the function."""
    of_output = [e for e in error.verdict.entries if e.output == error.worst.output]
    gravest = sorted(enumerate(of_output), key=lambda pair: pair[1].outcome != "wrong")
    shown = sorted(gravest[:MOST_NODES], key=lambda pair: pair[0])
    values = _values(error, [entry.name for entry in of_output])
    largest = max(filter(math.isfinite, [abs(entry.analytic) for _, entry in shown]), default=0.0)
    boxes, arrows = [], []
    for k, entry in shown:
        name = shorten(entry.name)
        value = [f"v {show(values[k])}"] if values else []
        boxes.append(Box(f"n{k}", "variable", (f"variable {name}", *value)))
        arrows.append(_claim(k, entry, len(of_output), largest, backward=backward))
    function = shorten(error.verdict.function)
    what = f"{function}: {shorten(error.worst.output)}" if error.worst.output else function
    boxes.append(Box(f"n{len(of_output)}", "operation", (what,), is_root=True))
    notes = wrap(error.cause, _WIDEST)
    if len(shown) < len(of_output):
        notes.insert(0, f"{len(shown)} of {len(of_output):,} numbers of the point")
    side = "backward: on each arrow the derivative that was claimed" if backward else "forward"
    return Diagram(
        tuple(boxes),
        tuple(arrows),
        title=(side,),
        notes=tuple(notes),
        legend=legend_of(boxes, arrows),
        points="tail" if backward else "head",
    )


def _claim(k: int, entry: Entry, function: int, largest: float, *, backward: bool) -> Arrow:
    ends = (f"e{k}_{function}_{k}", f"n{k}", f"n{function}")
    if entry.outcome == "wrong":
        return Arrow(*ends, (_compared(entry),), "wrong")
    if not backward:
        return Arrow(*ends)
    sign = box_text.sign_of(entry.analytic, largest)
    strength = box_text.strength(entry.analytic, sign, box_text.Scales(contribution=largest))
    return Arrow(*ends, (f"claimed {show(entry.analytic)}",), sign, strength)


def _values(error: GradientMismatch, names: Sequence[str]) -> list[float]:
    """The numbers of the point, in the order of the entries; none if they cannot be told apart."""
    from autograd.trees import flatten  # noqa: PLC0415

    point = error.verdict.point
    arguments = point if type(point) is tuple else (point,)
    numbers = [leaf for argument in arguments for leaf in flatten(argument)[0]]
    return [float(x) for x in numbers] if len(numbers) == len(names) else []
