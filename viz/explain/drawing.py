"""An explanation as a picture: the nodes on its paths, and how much comes in by other ways.

Arrows are as thick as the strongest path along them, and say which paths these are.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from textwrap import wrap

from autograd import Graph

from ..labels import shorten
from ..render.legend import legend as legend_of
from ..say import box_text
from ..say.numbers import is_alarming, product, show, sums_to, total
from ..scene.diagram import Arrow, Box, Diagram
from ..see.outline import Link, part
from ..see.paths import fsum
from ..see.visible_nodes import item
from . import wording
from .explained import Explained, Step

MOST_BOXES = 60  # fewer paths are drawn rather than more boxes
LONG = 24  # boxes; in a larger picture stretches without a fork are one box
_STRETCH = 4  # nodes
_MOST_IN_A_ROW = 7  # boxes across a screen; a longer picture goes from top to bottom
_ARROWS = "on each arrow: local derivative × upstream gradient = contribution"


def diagram(explanation: Explained, direction: str | None) -> Diagram:
    """The picture in words and shapes."""
    drawn = _fitting(explanation)
    slopes = {(step.operand, step.consumer): step.slope for step in drawn.steps}
    boxes = [
        *[_box(explanation, drawn, index) for index in drawn.nodes],
        *[_stretch_box(explanation.graph, stretch, slopes) for stretch in drawn.stretches],
    ]
    boxes.sort(key=lambda box: int(box.id[1:]))
    arrows = _arrows(explanation, drawn)
    notes = [line for said in _notes(explanation, drawn) for line in wrap(said, wording.WIDTH)]
    title = f"{wording.headline(explanation)}: g is the gradient, along all paths"
    return Diagram(
        tuple(boxes),
        tuple(arrows),
        title=(title, f"{_ARROWS}; the stronger a path, the thicker"),
        notes=tuple(notes),
        legend=legend_of(boxes, arrows, "strength of the path"),
        direction=direction or ("LR" if _boxes_in_a_row(arrows) <= _MOST_IN_A_ROW else "TB"),
        points="tail",
    )


def _boxes_in_a_row(arrows: Sequence[Arrow]) -> int:
    """How many boxes stand behind each other; arrows come in the order of their heads."""
    depths: dict[str, int] = defaultdict(lambda: 1)
    for arrow in arrows:
        depths[arrow.head] = max(depths[arrow.head], depths[arrow.tail] + 1)
    return max(depths.values(), default=1)


# --- what is drawn --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The steps of the first paths, each with the numbers of the paths along it, and the boxes.

    A *stretch* is a run of nodes without a fork that shares one box.
    """

    count: int
    steps: Mapping[Step, tuple[int, ...]]
    nodes: tuple[int, ...]
    stretches: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """How many boxes this takes."""
        return len(self.nodes) + len(self.stretches)


def _fitting(explanation: Explained) -> _Drawn:
    """As many paths as there is room for, and one at least."""
    counts = range(1, len(explanation.paths) + 1)
    # More paths may part a stretch, so they never take fewer boxes.
    fit = bisect_right(counts, MOST_BOXES, key=lambda count: _of_paths(explanation, count).size)
    return _of_paths(explanation, max(fit, 1))


def _of_paths(explanation: Explained, count: int) -> _Drawn:
    steps: dict[Step, list[int]] = defaultdict(list)
    for number, walked in enumerate(explanation.steps[:count]):
        for step in walked:
            steps[step].append(number)
    nodes = {explanation.node, *[step.consumer for step in steps]}
    by_step = {step: tuple(numbers) for step, numbers in steps.items()}
    drawn = _Drawn(count, by_step, tuple(sorted(nodes)), ())
    for least, keep_labelled in ((LONG, True), (MOST_BOXES, False)):
        if drawn.size > least:
            stretches = _stretches(explanation, steps, nodes, keep_labelled=keep_labelled)
            inside = {index for stretch in stretches for index in stretch}
            drawn = _Drawn(count, by_step, tuple(sorted(nodes - inside)), tuple(stretches))
    return drawn


def _stretches(
    explanation: Explained,
    steps: Mapping[Step, object],
    nodes: set[int],
    *,
    keep_labelled: bool,
) -> list[tuple[int, ...]]:
    """Runs of nodes with one arrow in and one out, in order."""
    out_of: dict[int, list[int]] = defaultdict(list)
    into: dict[int, list[int]] = defaultdict(list)
    for step in steps:
        out_of[step.operand].append(step.consumer)
        into[step.consumer].append(step.operand)
    ends = (explanation.node, explanation.root)

    def is_inner(index: int) -> bool:
        single = len(out_of[index]) == 1 and len(into[index]) == 1
        kept = keep_labelled and explanation.graph.nodes[index].label
        return single and not kept and index not in ends

    result = []
    for index in sorted(nodes):
        if not is_inner(index) or is_inner(into[index][0]):
            continue
        run = [index]
        while is_inner(out_of[run[-1]][0]):
            run.append(out_of[run[-1]][0])
        if len(run) >= _STRETCH:
            result.append(tuple(run))
    return result


# --- arrows ---------------------------------------------------------------------------------------


def _links(explanation: Explained, drawn: _Drawn) -> dict[Step, Link]:
    """The link of each step that is drawn: those inside a stretch are not."""
    graph, apart = explanation.graph, explanation.apart
    inside = {pair for run in drawn.stretches for pair in pairwise(run)}
    into: dict[int, list[Step]] = defaultdict(list)
    for step in drawn.steps:
        if (step.operand, step.consumer) not in inside:
            into[step.consumer].append(step)
    links = {}
    for consumer, steps in into.items():
        by_edge = {link.edge: link for link in part(graph, graph.nodes[consumer], (), apart).links}
        for step in steps:
            links[step] = by_edge[step.adder, step.position]
    return links


def _arrows(explanation: Explained, drawn: _Drawn) -> list[Arrow]:
    """The arrows in order of their heads, as thick as the strongest path along them is strong."""
    links = _links(explanation, drawn)
    home = {index: f"n{run[0]}" for run in drawn.stretches for index in run}
    sizes = [abs(path.product) for path in explanation.paths]
    largest = max(filter(math.isfinite, sizes), default=0.0)
    arrows = []
    for step in sorted(links, key=lambda step: (step.consumer, links[step].position)):
        numbers = drawn.steps[step]
        size = max([sizes[number] for number in numbers])
        arrow = _arrow(links[step], _strength(size, largest), _path_numbers(numbers))
        tail, head = home.get(step.operand, arrow.tail), home.get(step.consumer, arrow.head)
        arrows.append(replace(arrow, tail=tail, head=head))
    return arrows


def _arrow(link: Link, strength: float, along: str) -> Arrow:
    assert link.upstream is not None
    assert link.product is not None
    left, right = product(link.slope, link.upstream, link.product)
    sign = box_text.sign_of(link.product, 0.0)
    return box_text.arrow_of(link, (left, right, along), sign, strength)


def _strength(size: float, largest: float) -> float:
    if not math.isfinite(size):
        return 1.0
    return size / largest if largest else 0.0


def _path_numbers(numbers: Sequence[int]) -> str:
    """``path 1``, ``paths 1–3, 5``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    texts = [f"{a + 1}" if a == b else f"{a + 1}–{b + 1}" for a, b in runs]
    return f"path{'s'[: len(numbers) > 1]} {shorten(', '.join(texts))}"


# --- boxes ----------------------------------------------------------------------------------------


def _box(explanation: Explained, drawn: _Drawn, index: int) -> Box:
    graph, node = explanation.graph, explanation.graph.nodes[index]
    seeds = (explanation.seed,) if index == explanation.root else ()
    made = item(node, explanation.names.symbols[index], seeds, ())
    head = box_text.head(made)
    if index in explanation.names.twins:
        head += f" [n{index}]"
    lines = [head, box_text.value(made), _gradient(graph, drawn, index, seeds)]
    lines += [f"in {shorten(node.scope)}"] * bool(node.scope)
    return replace(box_text.box(made, backward=True), lines=tuple(lines))


def _gradient(graph: Graph, drawn: _Drawn, index: int, seeds: tuple[float, ...]) -> str:
    """``g 0.2 + 1.171 (59 others) = 1.371``: what comes along the arrows, and all the rest."""
    grad = graph.nodes[index].grad
    assert grad is not None
    ways = {(step.adder, step.position) for step in drawn.steps if step.operand == index}
    shown: list[float] = []
    others: list[float] = []
    for one in graph.contributions(index):
        (shown if (one.consumer, one.position) in ways else others).append(one.product)
    rest = [fsum(others)] if others else []
    terms = [*seeds, *shown, *rest]
    if len(terms) == 1:
        return f"g {show(grad)}{' (seed)' if seeds else ''}"
    of_others = f" ({len(others):,} other{'s'[: len(others) > 1]})" if others else ""
    if len(terms) > box_text.TERMS + 1:
        texts = [f"Σ of {len(terms) - len(rest)} arrows", *total([0.0, *rest], sum(rest))[0][1:]]
        result = f"{sums_to(terms, grad)} {show(grad)}"
    else:
        texts, result = total(terms, grad)
        texts[0] += " (seed)" if seeds else ""
    return " ".join(["g", *texts]) + f"{of_others} {result}"


def _stretch_box(graph: Graph, run: Sequence[int], slopes: Mapping[tuple[int, int], float]) -> Box:
    slope = 1.0
    for pair in pairwise(run):
        slope *= slopes[pair]
    return Box(
        f"n{run[0]}",
        "group",
        (f"… {len(run):,} nodes", f"slopes multiply to {show(slope)}"),
        hint=f"nodes {run[0]} to {run[-1]}\nslopes multiply to {slope!r}",
        is_alarming=any(is_alarming(graph.nodes[index].grad) for index in run),
    )


def _notes(explanation: Explained, drawn: _Drawn) -> list[str]:
    notes = wording.summary(explanation)
    if drawn.count < len(explanation.paths):
        notes.insert(
            0, f"drawn: the first {drawn.count:,} of these paths, to keep the picture readable"
        )
    return notes
