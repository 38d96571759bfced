"""Where the boxes and arrows of a diagram stand: the one place that asks Graphviz for it.

Graphviz gets sizes and returns places; it never sees a text. It is bounded in time: a large graph
is laid out with less polish, a direction that takes too long is given up for the other, and if both
do, boxes stand in columns in the order of computing.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping

from ..errors import RenderTimeoutError
from . import columns
from .diagram import Diagram, Frame, Point, Scene, Size
from .engines import TIMEOUT, render

DIRECTIONS = ("LR", "TB")
Gaps = Mapping[str, tuple[float, ...]]

MANY = 40  # boxes; more of them stand closer, since they have to be drawn small anyway
CROWDED = 2.2  # the gap between their ranks, in heights of text
# Of more boxes one direction is tried, and the other only if that takes too long.
_LARGE = 150
# For many boxes: without it the search for the shortest arrows may take minutes.
_QUICK = "nslimit=1 nslimit1=1"


def scene(
    diagram: Diagram,
    sizes: Mapping[str, Size],
    *,
    space: Size,
    text: float,
    gaps: Gaps,
    direction: str = "auto",
    enough: float = math.inf,
    timeout: float = TIMEOUT,
) -> Scene:
    """The diagram laid out for a space of that width and height, within ``timeout`` seconds.

    ``sizes`` are those of the boxes, whose letters are ``text`` high. ``gaps`` says how long arrows
    are at least, in heights of text: the first with which all can be drawn ``enough`` times larger
    is taken, or else the best. ``direction`` is LR, TB, or ``auto`` for the better of both.
    """
    ways = DIRECTIONS if direction == "auto" else (direction,)
    if len(diagram.boxes) > _LARGE:
        enough = 0.0  # no direction makes it fit a screen: the first that is found will do
    end = time.monotonic() + timeout
    found: list[Scene] = []
    for number, way in enumerate(ways):
        try:
            for gap in (CROWDED,) if len(diagram.boxes) > MANY else gaps[way]:
                left = max(end - time.monotonic(), 0.05) / (len(ways) - number)
                source = "".join(_dot(diagram, sizes, way, gap * text, text))
                plain = render(source, "plain", timeout=left, size=diagram.size)
                found.append(_read(plain.decode(), diagram))
                if found[-1].scale(space) >= enough:
                    return found[-1]
        except RenderTimeoutError:
            continue
    if not found:
        remark = (
            f"Graphviz did not finish within {timeout:g} s on {diagram.size}, so boxes stand in "
            "columns in the order of computing, and arrows may cross them"
        )
        return columns.ranked(diagram, sizes, text, remark)
    return max(found, key=lambda one: one.scale(space))


def statement(subject: str, **attributes: str) -> str:
    """One statement of DOT, whose values are ready to be written."""
    return f"\t{subject} [{' '.join(f'{key}={value}' for key, value in attributes.items())}]\n"


def _dot(
    diagram: Diagram, sizes: Mapping[str, Size], way: str, gap: float, text: float
) -> Iterator[str]:
    """The diagram as DOT without text: boxes are called by number, since ids may be anything."""
    between = (0.9 if len(diagram.boxes) <= MANY else 0.7) * text
    numbers = {box.id: f"b{number}" for number, box in enumerate(diagram.boxes)}
    yield (
        f"digraph {{ graph [rankdir={way} ordering=in {'splines=line' * bool(diagram.columns)} "
        f"ranksep={gap / 72:.3f} nodesep={between / 72:.3f} "
        f"{_QUICK * (len(diagram.boxes) > MANY)}]\n"
        'node [shape=box fixedsize=true label=""] edge [dir=none]\n'
    )
    for box in diagram.boxes:
        width, height = sizes[box.id]
        yield statement(numbers[box.id], width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    for arrow in diagram.arrows:
        yield f"{numbers[arrow.tail]} -> {numbers[arrow.head]}\n"
    for column in diagram.columns:
        chain = " -> ".join(numbers[name] for name in column)
        yield f"{{ rank=same {chain} {'[style=invis]' * (len(column) > 1)} }}\n"
    yield "}\n"


def _read(plain: str, diagram: Diagram) -> Scene:
    """Graphviz' plain format, which measures in inches from the bottom left."""
    margin = columns.MARGIN
    boxes = [box.id for box in diagram.boxes]
    waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
    for arrow in reversed(diagram.arrows):  # the first is taken off the end first
        waiting[arrow.tail, arrow.head].append(arrow.id)
    width = height = 0.0
    frames: dict[str, Frame] = {}
    curves: dict[str, tuple[Point, ...]] = {}

    def point(x: str, y: str) -> Point:
        return margin + float(x) * 72, margin + height - float(y) * 72

    for line in plain.splitlines():
        what, *words = line.split()
        if what == "graph":
            width, height = [float(word) * 72 for word in words[1:3]]
        elif what == "node":
            x, y = point(words[1], words[2])
            wide, high = [float(word) * 72 for word in words[3:5]]
            frames[boxes[int(words[0][1:])]] = Frame(x - wide / 2, y - high / 2, wide, high)
        elif what == "edge":
            ends = boxes[int(words[0][1:])], boxes[int(words[1][1:])]
            at = words[3 : 3 + 2 * int(words[2])]
            if waiting[ends]:  # else it only keeps a column in line
                points = [point(x, y) for x, y in zip(at[::2], at[1::2], strict=True)]
                curves[waiting[ends].pop()] = tuple(points)
    return Scene(width + 2 * margin, height + 2 * margin, frames, curves)
