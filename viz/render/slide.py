"""How large the letters of a picture are on a slide, and how a long picture is wrapped into rows.

Graphviz places boxes in ranks: each as far from the result as its longest way there. So the size
of a picture is known well enough before it is drawn: as wide as its ranks and the labels between
them, as high as its fullest rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..labels import columns
from ..scene.diagram import Arrow, Box, Diagram
from .palette import ARROW_SIZE, BOX_SIZE, LEGEND_SIZE

WIDE, HIGH = 1280, 720  # pixels of a slide
LEAST = 9.0  # pixels: smaller letters cannot be read in a class
MOST_ROWS = 7

_COLUMN, _LINE = 0.6, 1.2  # of the size of letters
_BESIDE, _BETWEEN = 13.0, 55.0  # points between boxes of a rank, and between ranks
_PAD = 30.0
_HEATMAP = (150.0, 118.0)
_BENT = 1.15  # lines that bend round boxes take room
REPEATED = "from above"


def letters(diagram: Diagram, extent: tuple[float, float] | None = None) -> float:
    """The size of the smallest letters, in pixels, when the picture fills a slide.

    ``extent`` is how large it was drawn; left out, it is estimated.
    """
    width, height = extent or size(diagram)
    smallest = ARROW_SIZE if diagram.legend or diagram.title else BOX_SIZE
    if any(arrow.lines for arrow in diagram.arrows):
        smallest = ARROW_SIZE
    return smallest * min(WIDE / width, HIGH / height)


def size(diagram: Diagram) -> tuple[float, float]:
    """About how wide and high a picture is, in points."""
    across = diagram.direction == "LR"
    diagram = unrolled(diagram)
    ranks = _ranks(diagram.boxes, diagram.arrows)
    rows = diagram.rows or (tuple(box.id for box in diagram.boxes),)
    last = _of_legend(diagram, across=across)
    along: dict[int, float] = defaultdict(float)
    between: dict[int, float] = defaultdict(lambda: _BETWEEN)
    beside = 0.0
    boxes = {box.id: box for box in diagram.boxes}
    for row in rows:
        deepest = max((ranks[name] for name in row), default=0)
        place = {name: deepest - ranks[name] for name in row}
        filled: dict[float, float] = defaultdict(float)
        for name in row:
            length, breadth = _of_box(boxes[name], across=across)
            along[place[name]] = max(along[place[name]], length)
            filled[place[name]] += breadth + _BESIDE
        for arrow in diagram.arrows:
            if arrow.head not in place or arrow.tail not in place:
                continue
            start, end = sorted((place[arrow.tail], place[arrow.head]))
            middle = (start + end - 1) // 2
            length, breadth = _of_label(arrow.lines, across=across)
            between[middle] = max(between[middle], length + _BETWEEN)
            filled[middle + 0.5] += breadth + _BESIDE
            for passed in range(start + 1, end):
                filled[passed] += _BESIDE / 2
        if row is rows[-1]:
            filled[deepest] += last[1]
            along[deepest] = max(along[deepest], last[0])
        beside += max(filled.values(), default=0.0) * _BENT
    whole = sum(along.values()) + sum(between[rank] for rank in range(max(along, default=0)))
    title = _text(diagram.title, ARROW_SIZE)
    notes = _text(diagram.notes, BOX_SIZE)
    width, height = (whole, beside) if across else (beside, whole)
    width = max(width, title[0], notes[0])
    return width + _PAD, height + title[1] + notes[1] + _PAD


def _ranks(boxes: Iterable[Box], arrows: Iterable[Arrow]) -> dict[str, int]:
    """How far each box is from the last one, along the longest way."""
    heads: dict[str, list[str]] = defaultdict(list)
    for arrow in arrows:
        heads[arrow.tail].append(arrow.head)
    ranks: dict[str, int] = {}
    for box in reversed(list(boxes)):  # operands stand before what uses them
        ranks[box.id] = max((ranks[head] + 1 for head in heads[box.id] if head in ranks), default=0)
    return ranks


def _text(lines: tuple[str, ...], size: int) -> tuple[float, float]:
    wide = max(map(columns, lines), default=0) * _COLUMN * size
    return wide, len(lines) * _LINE * size


def _of_box(box: Box, *, across: bool) -> tuple[float, float]:
    width, height = _text(box.lines, BOX_SIZE)
    if box.heatmaps:
        width = max(width, _HEATMAP[0] * len(box.heatmaps))
        height += _HEATMAP[1]
    width, height = width + 16, height + 9
    return (width, height) if across else (height, width)


def _of_label(lines: tuple[str, ...], *, across: bool) -> tuple[float, float]:
    if not lines:
        return 0.0, 0.0
    width, height = _text(lines, ARROW_SIZE)
    return (width, height + _LINE * ARROW_SIZE) if across else (height, width + 30)


def _of_legend(diagram: Diagram, *, across: bool) -> tuple[float, float]:
    sizes = [_text(sample.lines, LEGEND_SIZE) for sample in diagram.legend]
    wide = max((width for width, _ in sizes), default=0.0) + 9
    if across:
        return wide, sum(height + 5 + _BESIDE for _, height in sizes)
    return max((height for _, height in sizes), default=0.0), sum(w + 9 + _BESIDE for w, _ in sizes)


# --- rows -----------------------------------------------------------------------------------------


def wrappings(diagram: Diagram) -> Iterator[Diagram]:
    """The picture in two rows, in three, ...: as a text is wrapped.

    Boxes say what they are; so the legend shrinks to a line, and leaves its place to the rows.
    """
    marks = [line for sample in diagram.legend if sample.kind == "note" for line in sample.lines]
    if diagram.legend:
        title = (*diagram.title, "; ".join([*marks, "thick border: result"]))
        diagram = replace(diagram, legend=(), title=title)
    ranks = _ranks(diagram.boxes, diagram.arrows)
    deepest = max(ranks.values(), default=0)
    most = MOST_ROWS if diagram.direction == "LR" else 0
    for count in range(2, min(most, deepest) + 1):
        each = -(-(deepest + 1) // count)
        rows: list[list[str]] = [[] for _ in range(-(-(deepest + 1) // each))]
        for box in diagram.boxes:
            rows[(deepest - ranks[box.id]) // each].append(box.id)
        yield replace(diagram, rows=tuple(map(tuple, rows)))


def unrolled(diagram: Diagram) -> Diagram:
    """A wrapped picture with every row complete: what comes from a row above is repeated in it."""
    if not diagram.rows:
        return diagram
    boxes = {box.id: box for box in diagram.boxes}
    row_of = {name: number for number, row in enumerate(diagram.rows) for name in row}
    rows = [{name: boxes[name] for name in row} for row in diagram.rows]
    arrows = []
    for arrow in diagram.arrows:
        number = row_of[arrow.head]
        if row_of[arrow.tail] != number:  # from a box that is repeated in the row of the head
            original = boxes[arrow.tail]
            repeated = Box(f"{arrow.tail}_{number}", "note", (*original.lines[:2], REPEATED))
            rows[number][repeated.id] = replace(repeated, hint=original.hint)
            arrow = replace(arrow, tail=repeated.id)  # noqa: PLW2901 - the same, elsewhere
        arrows.append(arrow)
    every = [
        box
        for row in reversed(rows)  # Graphviz begins at the bottom
        for box in sorted(row.values(), key=lambda box: box.kind != "note")
    ]
    return replace(
        diagram,
        boxes=tuple(every),
        arrows=tuple(arrows),
        rows=tuple(tuple(box.id for box in every if box.id in row) for row in reversed(rows)),
    )
