"""One picture of single operations with all its steps: what a small computation is taught with."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from itertools import chain

from autograd import Graph, ops

from ...say.equations import factor, number
from ...say.labels import columns, shorten
from ...say.names import LIMIT
from ...say.numbers import is_alarming
from ...say.phrases import listed
from ...scene.diagram import Arrow, Box, Diagram
from ...see import choosing
from ...see.opening import Expand, opened
from ...see.outline import Item, Outline
from ..story import GRADIENT, VALUE, Fill, Step, View
from . import backward, forward, updating
from .entries import entries
from .forward import PENDING, is_given
from .stepping import Scene, arrow_of, box_of, drawn_constants

MAX_NODES = 400
WIDEST = 12  # products of a Σ that is opened unasked
MOST_LENGTH = 12_000  # of all arrows, in rows of boxes: to place them takes a second or two
_LONG = 60  # characters of a line of symbols
_FEW = 40  # boxes that can always be placed


def single_view(
    graph: Graph,
    *,
    key: str = "single",
    tab: str = "",
    title: str = "",
    rate: float = 0.1,
    left: Mapping[int, float] | None = None,
    expand: Expand = True,
    constants: bool | Container[int] | None = None,
    max_nodes: int = MAX_NODES,
    within: str = "",
) -> View:
    """The picture of a graph's single operations, step by step.

    Parameters
    ----------
    graph:
        What was recorded.
    key, tab, title, within:
        Those of the `View`.
    rate:
        The learning rate of the update.
    left:
        What leaves had in their ``.grad`` before, by index: summands of their own.
    expand:
        True opens each Σ of at most 12 products into them; False none; a list of labels or node
        indices those, however wide, and a run of ``+`` among them into single ones.
    constants:
        Which constants get a box, as for `see.choosing.outline`; left out, those with a name and
        those that weights are multiplied with.
    max_nodes:
        How many boxes are drawn at most, those nearest to the root.
    """
    chosen = opened(graph, expand)
    choose = functools.partial(
        choosing.outline,
        graph,
        opened=frozenset() if expand is True else _additions(graph, chosen),
        textbook=_textbook(graph, chosen, WIDEST if expand is True else len(graph)),
        constants=drawn_constants(graph) if constants is None else constants,
    )
    outline, room = _placeable(choose, max_nodes)
    scene = Scene(graph, outline, left or {})
    steps = (
        start_of(scene),
        *forward.steps(scene),
        *backward.steps(scene),
        *updating.steps(scene, rate),
    )
    return View(
        key=key,
        tab=tab,
        title=title,
        picture=diagram_of(scene, steps),
        entries=tuple(entries(scene)),
        steps=steps,
        within=within,
        hint=_hint(outline, max_nodes, room),
    )


def _textbook(graph: Graph, chosen: Container[int], widest: int) -> frozenset[int]:
    """The dots whose products are drawn."""
    dots = [node for node in graph if node.op is ops.dot and node.index in chosen]
    return frozenset(node.index for node in dots if len(node.operands) // 2 <= widest)


def _additions(graph: Graph, chosen: Container[int]) -> frozenset[int]:
    """The ``+`` that are drawn one by one, not as one Σ, since somebody asked for it."""
    return frozenset(node.index for node in graph if node.op is ops.add and node.index in chosen)


def _placeable(choose: Callable[..., Outline], max_nodes: int) -> tuple[Outline, int]:
    """As many boxes as can be placed in a few seconds, and how many were allowed.

    One number that is used by hundreds has arrows past all that lies between.
    """
    room = max_nodes
    while True:
        outline = choose(max_nodes=room)
        length = _length(outline)
        if length <= MOST_LENGTH or room <= _FEW:
            return outline, room
        room = max(_FEW, int(0.9 * min(room, len(outline.items))))


def _length(outline: Outline) -> int:
    """How many rows of boxes all arrows cross together, with leaves beside what uses them."""
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


def _hint(outline: Outline, max_nodes: int, room: int) -> str:
    notes = list(outline.remarks)
    if outline.hidden:
        some = "1 more node is" if outline.hidden == 1 else f"{outline.hidden:,} more nodes are"
        cure = f": raise max_nodes={max_nodes}"
        if room < max_nodes:
            cure = ": so many long arrows take too long to place; take a Value nearer to the leaves"
        notes.append(f"{some} not shown{cure}, or look at a part with focus=")
    return "; ".join(notes)


# --- the beginning --------------------------------------------------------------------------------


def start_of(scene: Scene) -> Step:
    """The step before all others: what is given, and every line of every box as it is then."""
    items = scene.outline.items
    leaves = [item for item in items if not item.symbol]
    named = [item for item in leaves if item.key not in scene.names.numbers]
    fills = [fill for item in items for fill in _blank(scene, item)]
    back = ", then the gradients, backward" if scene.has_gradients else ""
    return Step(
        phase="start",
        title="What is given",
        symbols=_given(scene, named),
        numbers="",
        answer="",
        sentence=f"Given {_kinds(scene, named)}. All other numbers follow, forward{back}.",
        question="",
        note=_remarks(scene),
        fills=tuple(fills),
    )


def _given(scene: Scene, leaves: Sequence[Item]) -> str:
    """``w1 = 0.5, b = 0.6931``, as much as fits a line."""
    text = ""
    for place, item in enumerate(leaves):
        part = f"{', ' * bool(text)}{scene.names[item.key]} = {number(item.value)}"
        if columns(text + part) > _LONG:
            return f"{text}, … ({len(leaves) - place:,} more)" if text else ""
        text += part
    return text


def _kinds(scene: Scene, leaves: Sequence[Item]) -> str:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for item in leaves:
        by_kind[item.kind].append(scene.names[item.key])
    parts = []
    for kind, names in by_kind.items():
        one = "frozen parameter" if kind == "frozen" else kind
        parts.append(f"the {one}{'s'[: len(names) > 1]} {listed(names)}")
    verb = "are" if len(leaves) > 1 else "is"
    return (
        f"{verb} {', '.join(parts[:-1])}{' and ' * (len(parts) > 1)}{parts[-1]}"
        if parts
        else ("are plain numbers")
    )


def _remarks(scene: Scene) -> str:
    """What has to be known before: names given here, gradients left, what S is, what is missing."""
    notes = []
    if scene.has_gradients and not scene.is_plain:
        terms = " + ".join(f"{factor(seed)} · {scene.name_of(r)}" for r, seed in scene.seeded[:5])
        more = " + …" * (len(scene.seeded) > 5)
        notes.append(f"{scene.objective} is what gradients are taken of: {terms}{more}")
    if not scene.has_gradients:
        notes.append("no gradients: nothing here can change")
    given = [
        scene.names[i.key]
        for i in scene.outline.items
        if not i.symbol and i.key in scene.names.given
    ]
    if given:
        notes.append(f"{listed(given)} {'are names' if len(given) > 1 else 'is a name'} given here")
    changed = [n for i in scene.outline.items if not i.symbol and (n := _changed(scene, i))]
    if changed:
        notes.append(f"changed since, but told as it was: {listed(changed)}")
    left = [f"{scene.name_of(i)} {number(x)}" for i, x in scene.left.items()]
    if left:
        notes.append(f"gradients left from an earlier backward: {listed(left)}")
    if any(item.left_out for item in scene.outline.items):
        notes.append("what is computed from nodes that are not shown is visible from the beginning")
    return "; ".join(notes)


def _changed(scene: Scene, item: Item) -> str:
    """What a leaf is now, if it was changed after the pass."""
    was, now = item.value, item.now
    if now is None or was == now or (was != was and now != now):
        return ""
    return f"{scene.names[item.key]} is {number(now)} now"


def _blank(scene: Scene, item: Item) -> tuple[Fill, Fill]:
    """How a box looks at the beginning."""
    value = forward.value_fill(item, item.value)
    if not is_given(item):
        value = Fill(box_of(item.key), VALUE, f"v {PENDING}")
    if item.grad is None:
        return value, Fill(box_of(item.key), GRADIENT, f"g {number(None)}")
    if scene.has_left(item.key):
        left = scene.left[item.node]
        return value, Fill(box_of(item.key), GRADIENT, f"g {number(left)} left", repr(left))
    return value, Fill(box_of(item.key), GRADIENT, f"g {PENDING}")


# --- the picture ----------------------------------------------------------------------------------


def head(scene: Scene, item: Item) -> str:
    """The first line of a box: ``w1``, ``o: tanh``; a plain number inside it: ``e: □ − 1``."""
    name = scene.names[item.key]
    if not item.symbol:
        return name
    symbol = shorten(item.symbol, LIMIT)
    if item.constants:
        symbol = _with_constants(scene, item, symbol)
    return f"{name}: {symbol}"


def _with_constants(scene: Scene, item: Item, symbol: str) -> str:
    row = scene.row(item)
    operands = scene.operands(item)
    texts = [number(o.value) if o.is_number else o.name if not o.key else "□" for o in operands]
    if row is not None and row.name == "pow" and texts[0] == "□" and texts[1] in ("2", "3"):
        return "□" + ("²" if texts[1] == "2" else "³")
    if row is not None and row.name == "where":
        return symbol
    if len(operands) == 2 and not symbol.isalpha():
        return f"{texts[0]} {symbol} {texts[1]}"
    if row is not None and row.name == "sum":
        return (
            f"{symbol} + {len(item.constants)} constants"
            if len(item.constants) > 2
            else (" + ".join([symbol, *[number(c.value) for c in item.constants]]))
        )
    return f"{symbol}({', '.join(texts)})"


def diagram_of(scene: Scene, steps: Sequence[Step]) -> Diagram:
    """The boxes with the widest text that a step ever writes into each line."""
    widest: dict[tuple[str, int], str] = {}
    for fill in chain.from_iterable(step.fills for step in steps):
        place = fill.box, fill.line
        if columns(fill.text) > columns(widest.get(place, "")):
            widest[place] = fill.text
    boxes = []
    for item in scene.outline.items:
        box = box_of(item.key)
        lines = head(scene, item), widest[box, VALUE], widest[box, GRADIENT]
        alarming = is_alarming(item.value) or is_alarming(scene.gradient(item.key))
        boxes.append(Box(box, item.kind, lines, is_root=bool(item.seeds), is_alarming=alarming))
    arrows = [
        Arrow(arrow_of(link), box_of(link.operand), box_of(link.consumer))
        for link in scene.outline.links
    ]
    return Diagram(tuple(boxes), tuple(arrows))
