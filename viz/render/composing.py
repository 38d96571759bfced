"""An outline, or a folded graph, as a diagram: its boxes and arrows, title, legend and notes."""

from __future__ import annotations

from dataclasses import dataclass

from autograd import Graph

from ..labels import shorten
from ..say import box_text, group_text
from ..say.box_text import BRIEF, FULL
from ..scene.diagram import Arrow, Box, Diagram
from ..see.folding import Folded
from ..see.outline import Outline
from .looks import legend as legend_of

RANGES = "a … b … c: minimum … mean … maximum"
WEIGHTS = "w: values of the parameters, |∂w|: sizes of their gradients"
SLOPES = "each arrow carries g of the box it comes from, times its number, the local derivative"
HANDED_ON = "an arrow without a number: local derivative 1, the gradient is handed on"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a picture is drawn, whatever is in it."""

    backward: bool = True
    direction: str = "LR"
    legend: bool = True
    max_nodes: int = 400
    detail: str = FULL

    def diagram(
        self,
        graph: Graph,
        boxes: tuple[Box, ...],
        arrows: tuple[Arrow, ...],
        more: tuple[str, ...],
        notes: list[str],
    ) -> Diagram:
        """Boxes and arrows with what explains them."""
        is_quiet = any(not arrow.lines and arrow.sign != "plain" for arrow in arrows)
        title = _title(graph, backward=self.backward)
        if self.backward and self.detail == BRIEF:
            title = (title[0], SLOPES)
        title = (*title, *more, *([HANDED_ON] * is_quiet))
        return Diagram(
            boxes,
            arrows,
            title=title if self.legend else (),
            notes=tuple(notes),
            legend=legend_of(boxes, arrows) if self.legend else (),
            direction=self.direction,
            points="tail" if self.backward else "head",
        )


def composed(
    graph: Graph, outline: Outline, manner: Manner, boxes: tuple[Box, ...] | None = None
) -> Diagram:
    """The diagram of an outline; ``boxes``, if they have been written already."""
    if boxes is None:
        boxes = box_text.boxes(outline, backward=manner.backward, narrow=manner.detail != FULL)
    arrows = box_text.arrows(outline, backward=manner.backward, detail=manner.detail)
    notes = list(box_text.remarks(outline))
    if outline.hidden:
        notes.append(
            f"… {outline.hidden:,} more nodes: draw a smaller part, or raise "
            f"max_nodes={manner.max_nodes}"
        )
    return manner.diagram(graph, boxes, arrows, (), notes)


def composed_of_groups(
    folded: Folded, name: str, manner: Manner, boxes: tuple[Box, ...] | None = None
) -> Diagram:
    """The diagram of a folded graph; ``name`` says what it is folded by."""
    if boxes is None:
        boxes = group_text.boxes(folded, backward=manner.backward)
    arrows = group_text.arrows(folded, backward=manner.backward, detail=manner.detail)
    told = f"{len(folded.graph):,} nodes folded by {name}; fold=False draws single ones"
    more = [told, RANGES] if any(" … " in line for box in boxes for line in box.lines) else [told]
    if any(line.startswith("w ") for box in boxes for line in box.lines):
        more.append(WEIGHTS)
    notes = [] if manner.legend else [told]
    if folded.hidden:
        notes.append(f"… {folded.hidden:,} more nodes: raise max_nodes={manner.max_nodes}")
    return manner.diagram(folded.graph, boxes, arrows, tuple(more), notes)


def _title(graph: Graph, *, backward: bool) -> tuple[str, ...]:
    if not backward:
        constant = all(graph.nodes[root].grad is None for root in graph.roots)
        why = "; no gradients: the result is a constant" if constant else ""
        return (f"forward: v is the value{why}",)
    return (
        f"backward: v is the value, g = ∂{objective(graph)}/∂node, summed over all paths",
        "on each arrow: local derivative × upstream gradient = contribution",
    )


def objective(graph: Graph) -> str:
    """What gradients are taken of, in words: ``L``, ``(p0 + p1)``, ``result``."""
    seeded = [pair for pair in zip(graph.roots, graph.seeds, strict=True) if pair[1]]
    names = [shorten(graph.nodes[root].label) for root, _ in seeded]
    if len(seeded) == 1:
        return names[0] if names[0] not in {"", "g", "v"} else "result"
    simple = len(seeded) <= 3 and all(names) and all(seed == 1.0 for _, seed in seeded)
    return f"({' + '.join(names)})" if simple else "(Σ seed × result)"
