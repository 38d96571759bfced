"""An outline as a diagram: its boxes and arrows, with a title, a legend and notes."""

from __future__ import annotations

from autograd import Graph

from ..say import group_words, words
from ..say.labels import shorten
from ..scene.diagram import Box, Diagram
from ..see.groups import Folded
from ..see.outline import Outline
from .legend import legend as legend_of


def composed(
    graph: Graph,
    outline: Outline,
    boxes: tuple[Box, ...],
    *,
    direction: str,
    backward: bool,
    legend: bool,
    max_nodes: int,
) -> Diagram:
    """The diagram of an outline whose boxes have been written."""
    arrows = words.arrows(outline, backward=backward)
    return Diagram(
        boxes,
        arrows,
        title=_title(graph, backward=backward) if legend else (),
        notes=_notes(outline, max_nodes),
        legend=legend_of(boxes, arrows) if legend else (),
        direction=direction,
        points="tail" if backward else "head",
    )


def composed_of_groups(
    folded: Folded, name: str, *, direction: str, backward: bool, legend: bool, max_nodes: int
) -> Diagram:
    """The diagram of a folded graph; ``name`` says what it is folded by."""
    boxes = group_words.boxes(folded, backward=backward)
    arrows = group_words.arrows(folded, backward=backward)
    weighty = any(line.startswith("w ") for box in boxes for line in box.lines)
    ranges = "a … b … c: the least, the mean, the greatest"
    title = (
        *_title(folded.graph, backward=backward),
        ranges + ("; w: parameters" if weighty else ""),
    )
    notes = [
        f"{len(folded.graph):,} nodes folded by {name}; fold=False draws single ones",
        *([f"… {folded.hidden:,} more nodes: raise max_nodes={max_nodes}"] * bool(folded.hidden)),
    ]
    return Diagram(
        boxes,
        arrows,
        title=title if legend else (),
        notes=tuple(notes),
        legend=legend_of(boxes, arrows) if legend else (),
        direction=direction,
        points="tail" if backward else "head",
    )


def _title(graph: Graph, *, backward: bool) -> tuple[str, ...]:
    if not backward:
        constant = all(graph.nodes[root].grad is None for root in graph.roots)
        why = "; no gradients: the root is a constant" if constant else ""
        return (f"forward: v is the value{why}",)
    return (
        f"backward: v is the value, g = ∂{_objective(graph)}/∂node, summed over all paths",
        "on each arrow: local derivative × upstream gradient = contribution",
    )


def _objective(graph: Graph) -> str:
    """What gradients are taken of, in words: ``L``, ``(p0 + p1)``, ``root``."""
    seeded = [pair for pair in zip(graph.roots, graph.seeds, strict=True) if pair[1]]
    names = [shorten(graph.nodes[root].label) for root, _ in seeded]
    if len(seeded) == 1:
        return names[0] or "root"
    simple = len(seeded) <= 3 and all(names) and all(seed == 1.0 for _, seed in seeded)
    return f"({' + '.join(names)})" if simple else "(Σ seed × root)"


def _notes(outline: Outline, max_nodes: int) -> tuple[str, ...]:
    notes = list(outline.remarks)
    if outline.hidden:
        notes.append(
            f"… {outline.hidden:,} more nodes: draw a smaller part, or raise max_nodes={max_nodes}"
        )
    return tuple(notes)
