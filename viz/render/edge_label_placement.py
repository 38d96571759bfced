"""Where the numbers stand on the straight lines between columns of circles.

Graphviz bends lines round their labels, and a dense net becomes a knot. So lines stay straight,
and after a first layout each number gets a place of its own beside its line: where it covers no
other number and as few other lines as possible.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..labels import columns
from ..scene.diagram import Arrow, Diagram
from . import dot
from .palette import ARROW_SIZE, Theme

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


Circle = tuple[complex, float]  # its centre, y growing upwards, and its radius


def _circles(svg: str) -> dict[str, Circle]:
    """The circles by id."""
    found = {}
    for name, drawn in re.findall(r'<g id="(\w+)" class="node[^"]*">(.*?)</g>\n', svg, re.DOTALL):
        each = re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)" rx="([-\d.]+)"', drawn)
        if each:
            x, y, radius = max([tuple(map(float, one)) for one in each], key=lambda one: one[2])
            found[name] = complex(x, -y), radius
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """The visible part of an arrow: from the edge of its head's circle to that of its tail's."""

    arrow: Arrow
    head: complex
    tail: complex


@dataclass(frozen=True, slots=True)
class _Label:
    """A rectangle around a number, by its centre and half its sides."""

    centre: complex
    wide: float
    high: float

    def covers(self, other: _Label) -> bool:
        """Whether two numbers overlap."""
        apart = self.centre - other.centre
        return abs(apart.real) < self.wide + other.wide and abs(apart.imag) < self.high + other.high

    def crosses(self, line: _Line) -> bool:
        """Whether a line runs through the rectangle: clipped to it, something is left."""
        start, way = line.head - self.centre, line.tail - line.head
        low, high = 0.0, 1.0
        for half, first, step in (
            (self.wide, start.real, way.real),
            (self.high, start.imag, way.imag),
        ):
            step = step or 1e-12  # noqa: PLW2901 - as good as level
            near, far = sorted([(-half - first) / step, (half - first) / step])
            low, high = max(low, near), min(high, far)
        return low < high


def _places(
    diagram: Diagram, circles: dict[str, Circle]
) -> Iterator[tuple[Arrow, tuple[float, float]]]:
    """For each number its distance from the head and the angle it makes with its line."""
    lines = [
        _line(arrow, circles[arrow.head], circles[arrow.tail])
        for arrow in diagram.arrows
        if arrow.head in circles and arrow.tail in circles
    ]
    # A number does not stand in a circle, either.
    taken = [_Label(centre, 0.9 * radius, 0.9 * radius) for centre, radius in circles.values()]

    def cost(candidate: tuple[float, _Label]) -> float:
        dislike, label = candidate
        covered = sum(label.covers(other) for other in taken)
        crossed = sum(label.crosses(other) for other in lines if other is not line)
        return dislike + _COVERED * covered + _CROSSED * crossed

    for line in [line for line in lines if line.arrow.lines]:
        label = min(_candidates(line), key=cost)[1]
        taken.append(label)
        off = label.centre - line.head
        angle = cmath.phase(off / (line.tail - line.head))
        yield line.arrow, (abs(off) / _UNIT, math.degrees(angle))


def _line(arrow: Arrow, head: Circle, tail: Circle) -> _Line:
    way = tail[0] - head[0]
    way /= abs(way) or 1.0
    return _Line(arrow, head[0] + way * head[1], tail[0] - way * tail[1])


def _candidates(line: _Line) -> Iterator[tuple[float, _Label]]:
    """Rectangles that touch the line, above it first, with how little each is liked."""
    wide = max(map(columns, line.arrow.lines)) * _WIDE / 2
    high = len(line.arrow.lines) * _HIGH / 2
    way = line.tail - line.head
    normal = 1j * way / (abs(way) or 1.0)
    if normal.imag < 0:
        normal = -normal
    normal *= wide * abs(normal.real) + high * abs(normal.imag) + _GAP
    for side in (1.0, -1.0):
        for share in _SHARES:
            dislike = _FAR * abs(share - _BEST) + (_BELOW if side < 0 else 0.0)
            yield dislike, _Label(line.head + share * way + side * normal, wide, high)
