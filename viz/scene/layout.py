"""Where the boxes and arrows of a view stand, as SVG that a stylesheet colours.

Graphviz only places things: every box has the size of its longest text in any step, so nothing
moves while a reader steps through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..lessons.story import GRADIENT, VALUE, Fill, Step, View
from ..render import shapes
from ..render.rendering import TIMEOUT, render
from ..render.shapes import TEXT, Point, number
from ..say.labels import columns
from .diagram import Box, Diagram

SCREEN = (1260.0, 450.0)  # what a picture is to fill: a projector's, less the equations
DIRECTIONS = ("auto", "LR", "TB")

_MANY = 40  # boxes; more of them stand closer, since they have to be drawn small anyway
_MARGIN = 0.5 * TEXT
_LARGE = 1.1  # of `TEXT`: large enough to prefer long arrows, which have room for what they carry
_GAPS = {"LR": (5.6, 4.4, 3.4, 2.6), "TB": (2.4, 1.8)}  # between ranks, in heights of text
_CROWDED = 2.2


@dataclass(frozen=True, slots=True)
class Placed:
    """A laid-out picture: its size, the centre of every box, and the curve of every arrow."""

    width: float
    height: float
    centres: Mapping[str, Point]
    curves: Mapping[str, tuple[Point, ...]]

    @property
    def scale(self) -> float:
        """How much larger it could be drawn on a screen."""
        return min(SCREEN[0] / self.width, SCREEN[1] / self.height)


def drawn(view: View, direction: str = "auto", *, timeout: float = TIMEOUT) -> str:
    """The picture of a view as one ``<svg>`` element; finished SVG text is passed on."""
    if isinstance(view.picture, str):
        return _bare(view.picture)
    sizes = _sizes(view.picture, view.steps)
    placed = _best(view.picture, sizes, direction, timeout)
    return _svg(view.picture, sizes, placed, first_lines(view.picture.boxes, view.steps))


def drawn_tall(view: View, *, timeout: float = TIMEOUT) -> str:
    """The picture from top to bottom, as a phone held upright shows it; empty for a large one."""
    if isinstance(view.picture, str) or len(view.picture.boxes) > _MANY:
        return ""
    sizes = _sizes(view.picture, view.steps)
    placed = _placed(view.picture, sizes, "TB", _GAPS["TB"][0], timeout)
    return _svg(view.picture, sizes, placed, first_lines(view.picture.boxes, view.steps))


def _sizes(diagram: Diagram, steps: Iterable[Step]) -> dict[str, Point]:
    lines = longest_lines(diagram.boxes, steps)
    return {box.id: shapes.size_of(box, lines[box.id]) for box in diagram.boxes}


# --- what stands in the boxes ---------------------------------------------------------------------


def longest_lines(boxes: Iterable[Box], steps: Iterable[Step]) -> dict[str, list[str]]:
    """The widest text that each line of each box has in any step."""
    lines = {box.id: list(box.lines) for box in boxes}
    for fill in _fills(steps):
        if fill.box in lines:
            _reach(lines[fill.box], fill.line)
            lines[fill.box][fill.line] = max(lines[fill.box][fill.line], fill.text, key=columns)
    return lines


def first_lines(boxes: Iterable[Box], steps: Iterable[Step]) -> dict[str, list[str]]:
    """What stands in each box before the first step: ``v ·`` where a step will write."""
    lines = {box.id: list(box.lines) for box in boxes}
    for fill in _fills(steps):
        if fill.box in lines:
            _reach(lines[fill.box], fill.line)
            lines[fill.box][fill.line] = not_yet(fill)
    return lines


def not_yet(fill: Fill) -> str:
    """What stands where a step will write: ``v ·``, ``g ·`` or ``·``.

    >>> not_yet(Fill("n0", 1, "v 0.6"))
    'v ·'
    """
    letter = {VALUE: "v ", GRADIENT: "g "}.get(fill.line, "")
    return f"{letter}·" if fill.text.startswith(letter) else "·"


def _fills(steps: Iterable[Step]) -> Iterable[Fill]:
    return (fill for step in steps for fill in step.fills)


def _reach(lines: list[str], line: int) -> None:
    lines += [""] * (line + 1 - len(lines))


# --- where they stand -----------------------------------------------------------------------------


def _best(diagram: Diagram, sizes: Mapping[str, Point], direction: str, timeout: float) -> Placed:
    """The layout whose text is largest on a screen; long arrows are given up for large text."""
    found = []
    for way in ("LR", "TB") if direction == "auto" else (direction,):
        for gap in (_CROWDED,) if len(diagram.boxes) > _MANY else _GAPS[way]:
            found.append(_placed(diagram, sizes, way, gap, timeout))
            if found[-1].scale >= _LARGE:
                return found[-1]
    return max(found, key=lambda placed: placed.scale)


def _placed(
    diagram: Diagram,
    sizes: Mapping[str, Point],
    direction: str,
    gap: float,
    timeout: float,
) -> Placed:
    text = "".join(_dot(diagram, sizes, direction, gap))
    answer = render(text, "plain", timeout=timeout, size=diagram.size)
    return _read(answer.decode(), diagram)


def _dot(diagram: Diagram, sizes: Mapping[str, Point], direction: str, gap: float) -> Iterable[str]:
    """The picture as DOT: boxes are called by number, since ids may be anything."""
    across = 0.9 if gap > _CROWDED else 0.7
    numbers = {box.id: number for number, box in enumerate(diagram.boxes)}
    straight = "splines=line" if diagram.columns else ""
    yield (
        f"digraph {{ graph [rankdir={direction} ordering=in {straight} "
        f"ranksep={gap * TEXT / 72:.3f} nodesep={across * TEXT / 72:.3f}]\n"
        'node [shape=box fixedsize=true label=""] edge [dir=none]\n'
    )
    for box in diagram.boxes:
        width, height = sizes[box.id]
        yield f"b{numbers[box.id]} [width={width / 72:.4f} height={height / 72:.4f}]\n"
    for arrow in diagram.arrows:
        yield f"b{numbers[arrow.tail]} -> b{numbers[arrow.head]}\n"
    for column in diagram.columns:
        chain = " -> ".join(f"b{numbers[name]}" for name in column)
        yield f"{{ rank=same {chain} {'[style=invis]' * (len(column) > 1)} }}\n"
    yield "}\n"


def _read(plain: str, diagram: Diagram) -> Placed:
    """Graphviz' plain format, which measures in inches from the bottom left."""
    waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
    numbers = {box.id: f"b{number}" for number, box in enumerate(diagram.boxes)}
    names = {number: name for name, number in numbers.items()}
    for arrow in reversed(diagram.arrows):  # the first is taken off the end first
        waiting[numbers[arrow.tail], numbers[arrow.head]].append(arrow.id)
    width = height = 0.0
    centres: dict[str, Point] = {}
    curves: dict[str, tuple[Point, ...]] = {}
    for line in plain.splitlines():
        what, *words = line.split()
        if what == "graph":
            width, height = [float(word) * 72 for word in words[1:3]]
        elif what == "node":
            centres[names[words[0]]] = _point(words[1], words[2], height)
        elif what == "edge" and waiting[words[0], words[1]]:
            at = words[3 : 3 + 2 * int(words[2])]
            points = [_point(x, y, height) for x, y in zip(at[::2], at[1::2], strict=True)]
            curves[waiting[words[0], words[1]].pop()] = tuple(points)
    return Placed(width + 2 * _MARGIN, height + 2 * _MARGIN, centres, curves)


def _point(x: str, y: str, height: float) -> Point:
    return _MARGIN + float(x) * 72, _MARGIN + height - float(y) * 72


# --- as SVG ---------------------------------------------------------------------------------------


def _svg(
    diagram: Diagram,
    sizes: Mapping[str, Point],
    placed: Placed,
    lines: Mapping[str, Sequence[str]],
) -> str:
    box = f"0 0 {number(placed.width)} {number(placed.height)}"
    arrows = [shapes.arrow_group(arrow, placed.curves[arrow.id]) for arrow in diagram.arrows]
    boxes = [
        shapes.box_group(box, placed.centres[box.id], sizes[box.id], lines[box.id])
        for box in diagram.boxes
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">\n'
        f"{''.join(arrows)}{''.join(boxes)}</svg>"
    )


def _bare(svg: str) -> str:
    """SVG text from its root element on: a page has a prologue of its own."""
    return svg[max(svg.find("<svg"), 0) :]
