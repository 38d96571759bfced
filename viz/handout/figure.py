"""The graph of a handout in black and white: shapes and borders tell kinds, blanks have numbers."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..labels import clean, columns
from ..lessons.lesson import GRADIENT, VALUE
from ..render import svg
from ..render.svg import number as short
from ..say.story import View
from ..scene.diagram import Box, Diagram
from ..scene.graphviz import scene
from ..scene.placed import Frame, Point, Size
from .blanks import Number

TEXT = 14.0
SPACE = (527.0, 192.0)  # of an A4 page, in points
SMALLER = (527.0, 170.0)  # beside a solution
PAGE = (527.0, 620.0)  # for a graph that would be too small
READABLE = 0.42
_COLUMN = 0.61 * TEXT
_LINE = 1.25 * TEXT
_HAND = 1.6 * TEXT  # a line to write on
_SIDE, _ABOVE = 8.0, 4.0
_GAPS = {"LR": (1.3,), "TB": (1.3,)}
_TIP = 9.0  # the length of an arrow's point
_BLANK = 8  # columns of a line to write on
_MARK = 7.0  # the radius of the circle around the number of a blank
_EDGE = -5.0  # room for such a circle at the edge of the picture


def final_texts(view: View) -> dict[Number, str]:
    """What stands in each line of each box after the backward pass."""
    texts = {
        (entry.box, line): text
        for entry in view.entries
        for line, text in ((VALUE, f"v {entry.value}"), (GRADIENT, f"g {entry.grad}"))
    }
    for step in view.steps:
        if step.phase in {"start", "forward", "backward"}:
            texts |= {(fill.box, fill.line): fill.text for fill in step.fills}
    return texts


def figure(
    view: View, marks: Mapping[Number, int], words: str, space: Size = SPACE, *, solved: bool
) -> str:
    """The graph as SVG; where it is not ``solved``, blanks are lines to write on.

    ``words`` is what a screen reader says of it.
    """
    assert isinstance(view.picture, Diagram)
    texts = final_texts(view)
    # The same lines for exercise and solution, so that both look the same.
    lines = {box.id: list(_lines(box, texts, marks)) for box in view.picture.boxes}
    sizes = {box: _size(its) for box, its in lines.items()}
    laid_out = scene(view.picture, sizes, space=space, text=TEXT, gaps=_GAPS)
    if laid_out.scale(space) < READABLE:
        space = PAGE
        laid_out = scene(view.picture, sizes, space=space, text=TEXT, gaps=_GAPS)
    inside = [_arrow(laid_out.curves[arrow.id]) for arrow in view.picture.arrows]
    inside += [
        _box(box, laid_out.frames[box.id], lines[box.id], solved=solved)
        for box in view.picture.boxes
    ]
    scale = min(1.0, laid_out.scale(space))
    width, height = laid_out.width - 2 * _EDGE, laid_out.height - 2 * _EDGE
    return (
        f'<svg viewBox="{_EDGE} {_EDGE} {short(width)} {short(height)}" '
        f'width="{short(width * scale)}pt" height="{short(height * scale)}pt" '
        f'role="img" aria-label="{html.escape(words)}">\n'
        f"{''.join(inside)}</svg>\n"
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a box: its text and its height; ``mark`` is the number of its blank."""

    text: str
    height: float = _LINE
    mark: int | None = None


def _lines(box: Box, texts: Mapping[Number, str], marks: Mapping[Number, int]) -> Iterator[_Line]:
    yield _Line(box.lines[0])
    for line in (VALUE, GRADIENT):
        mark = marks.get((box.id, line))
        text = texts.get((box.id, line), "")
        yield _Line(text, _LINE, None) if mark is None else _Line(text, _HAND, mark)


def _size(lines: Iterable[_Line]) -> Size:
    lines = list(lines)
    width = max(columns(line.text) for line in lines)
    if any(line.mark is not None for line in lines):
        width = max(width, _BLANK + 2)
    return width * _COLUMN + 2 * _SIDE, sum(line.height for line in lines) + 2 * _ABOVE


def _arrow(curve: Sequence[Point]) -> str:
    return f'{svg.path("line", svg.along(curve))}<path d="{svg.tip_of(curve, _TIP)}"/>\n'


def _box(box: Box, frame: Frame, lines: Iterable[_Line], *, solved: bool) -> str:
    # The stop sign around a nan would give away what is to be found.
    box = replace(box, is_alarming=box.is_alarming and solved)
    classes = " ".join([box.kind, *["root"] * box.is_root])
    parts = [f'<g class="box {html.escape(classes)}">{svg.outline(box, frame, TEXT)}']
    y = frame.top + _ABOVE
    for number, line in enumerate(lines):
        base = y + line.height - (line.height - TEXT) / 2 - 0.15 * TEXT
        if number == 0:
            parts.append(_text(frame.middle[0], base, line.text, "head"))
        elif line.mark is None or solved:
            parts.append(_text(frame.left + _SIDE, base, line.text, "found" * bool(line.mark)))
        else:
            parts += _blank(line, frame.left + _SIDE, frame.right, base + 0.2 * TEXT)
        y += line.height
    return "".join([*parts, "</g>\n"])


def _blank(line: _Line, left: float, right: float, base: float) -> Iterator[str]:
    """A letter, a line to write on, and the number of the blank on the border."""
    yield _text(left, base - 0.2 * TEXT, line.text[:1])
    start, end = left + 1.6 * _COLUMN, right - _MARK - 3
    yield f'<path class="blank" d="M{svg.pair(start, base)}H{short(end)}"/>'
    y = base - 0.4 * TEXT
    yield f'<circle class="mark" cx="{short(right)}" cy="{short(y)}" r="{short(_MARK)}"/>'
    yield _text(right, y + 3, str(line.mark), "number")


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{short(x)}" y="{short(y)}"{named}>{html.escape(clean(text))}</text>'
