"""Where the numbers stand on the straight lines between columns of circles.

Graphviz bends lines round their labels, and a dense net becomes a knot. So lines stay straight,
and after a first layout each number gets a place of its own beside its line: where it covers no
other number and as few other lines as possible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..labels import columns
from ..scene.diagram import Arrow, Diagram
from . import dot
from .palette import ARROW_SIZE, Theme

Point = tuple[float, float]

_UNIT = 10.0  # points: Graphviz' labeldistance of 1
_WIDE, _HIGH = 0.6 * ARROW_SIZE, 1.1 * ARROW_SIZE
_GAP = 2.0  # points between a number and its line
_SHARES = [share / 20 for share in range(2, 18)]  # of the way from the head to the tail
_BEST = 0.3  # near the head, whose lines come from different directions

# How bad it is to cover another number or a line, and to be far from where a reader looks.
_COVERED, _CROSSED, _FAR, _BELOW = 100.0, 10.0, 8.0, 1.0


def placed(source: str, diagram: Diagram, theme: Theme, svg: str) -> str:
    """The DOT with places for the numbers on the lines between columns, as ``svg`` shows them."""
    for arrow, place in _places(diagram, _circles(svg)):
        before, after = dot.edge(arrow, theme, diagram), dot.edge(arrow, theme, diagram, place)
        source = source.replace(before, after)
    return source


def _circles(svg: str) -> dict[str, tuple[float, float, float]]:
    """The centre and radius of each circle by id, y growing upwards."""
    found = {}
    for name, ellipses in re.findall(
        r'<g id="(\w+)" class="node[^"]*">(.*?)</g>\n', svg, re.DOTALL
    ):
        each = re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)" rx="([-\d.]+)"', ellipses)
        if each:
            x, y, radius = max(each, key=lambda one: float(one[2]))
            found[name] = float(x), -float(y), float(radius)
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """The visible part of an arrow: from the edge of its head's circle to that of its tail's."""

    arrow: Arrow
    head: Point
    tail: Point


@dataclass(frozen=True, slots=True)
class _Label:
    """A rectangle around a number, by its centre and half its sides."""

    x: float
    y: float
    wide: float
    high: float

    def covers(self, other: _Label) -> bool:
        """Whether two numbers overlap."""
        return (
            abs(self.x - other.x) < self.wide + other.wide
            and abs(self.y - other.y) < self.high + other.high
        )

    def crosses(self, line: _Line) -> bool:
        """Whether a line runs through the rectangle: clipped to it, something is left."""
        low, high = 0.0, 1.0
        for centre, half, start, end in (
            (self.x, self.wide, line.head[0], line.tail[0]),
            (self.y, self.high, line.head[1], line.tail[1]),
        ):
            step = end - start
            if abs(step) < 1e-9:
                if abs(start - centre) > half:
                    return False
                continue
            near, far = sorted([(centre - half - start) / step, (centre + half - start) / step])
            low, high = max(low, near), min(high, far)
        return low < high


def _places(
    diagram: Diagram, circles: dict[str, tuple[float, float, float]]
) -> Iterator[tuple[Arrow, tuple[float, float]]]:
    """For each number its distance from the head and the angle it makes with its line."""
    lines = [
        _line(arrow, circles[arrow.head], circles[arrow.tail])
        for arrow in diagram.arrows
        if arrow.head in circles and arrow.tail in circles
    ]
    # A number does not stand in a circle, either.
    taken = [_Label(x, y, 0.9 * radius, 0.9 * radius) for x, y, radius in circles.values()]
    for line in lines:
        if not line.arrow.lines:
            continue
        label = min(_candidates(line), key=lambda one: _cost(one, line, lines, taken))[1]
        taken.append(label)
        yield line.arrow, _polar(label, line)


def _line(
    arrow: Arrow, head: tuple[float, float, float], tail: tuple[float, float, float]
) -> _Line:
    dx, dy = tail[0] - head[0], tail[1] - head[1]
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    return _Line(
        arrow,
        (head[0] + dx * head[2], head[1] + dy * head[2]),
        (tail[0] - dx * tail[2], tail[1] - dy * tail[2]),
    )


def _candidates(line: _Line) -> Iterator[tuple[float, _Label]]:
    """Rectangles that touch the line, above it first, with how little each is liked."""
    wide = max(map(columns, line.arrow.lines)) * _WIDE / 2
    high = len(line.arrow.lines) * _HIGH / 2
    dx, dy = line.tail[0] - line.head[0], line.tail[1] - line.head[1]
    length = math.hypot(dx, dy) or 1.0
    normal = (-dy / length, dx / length)
    if normal[1] < 0:
        normal = (-normal[0], -normal[1])
    off = wide * abs(normal[0]) + high * abs(normal[1]) + _GAP
    for side in (1.0, -1.0):
        for share in _SHARES:
            x = line.head[0] + share * dx + side * off * normal[0]
            y = line.head[1] + share * dy + side * off * normal[1]
            dislike = _FAR * abs(share - _BEST) + (_BELOW if side < 0 else 0.0)
            yield dislike, _Label(x, y, wide, high)


def _cost(
    candidate: tuple[float, _Label], line: _Line, lines: list[_Line], taken: list[_Label]
) -> float:
    dislike, label = candidate
    covered = sum(label.covers(other) for other in taken)
    crossed = sum(label.crosses(other) for other in lines if other is not line)
    return dislike + _COVERED * covered + _CROSSED * crossed


def _polar(label: _Label, line: _Line) -> tuple[float, float]:
    """The place of a number as Graphviz wants it: a distance, and degrees from the line."""
    dx, dy = label.x - line.head[0], label.y - line.head[1]
    along = math.atan2(line.tail[1] - line.head[1], line.tail[0] - line.head[0])
    angle = math.degrees(math.atan2(dy, dx) - along)
    return math.hypot(dx, dy) / _UNIT, (angle + 180.0) % 360.0 - 180.0
