"""A diagram as geometry: where an engine puts boxes, lines of text and arrows, in points.

Sheets and animations write their own SVG around it: small, and without an engine's colours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ..render.rendering import render
from .diagram import Arrow, Box, Diagram

DIRECTIONS = ("LR", "TB")
TIP = 9.0  # the length of an arrow's point
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_CUT, _FOLD, _INSET, _ROUND = 8.0, 9.0, 3.5, 7.0  # of corners and inner borders

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A box and its frame."""

    box: Box
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way between left and right."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Curve:
    """The way of an arrow: ``path`` as SVG writes it, from its tail to its head.

    ``forward`` is the point at the head, ``backward`` the one at the tail: three corners each.
    """

    id: str
    tail: str
    head: str
    path: str
    forward: str
    backward: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All of a laid-out diagram; y grows downwards from 0 to ``height``."""

    width: float
    height: float
    places: tuple[Place, ...]
    curves: tuple[Curve, ...]

    def scale(self, space: Size) -> float:
        """How many times larger it may be drawn in a space of that width and height."""
        return min(space[0] / self.width, space[1] / self.height)


def scene(
    diagram: Diagram,
    sizes: Mapping[str, Size],
    *,
    space: Size,
    direction: str = "auto",
    gap: float = 18.0,
) -> Scene:
    """The diagram laid out for a space of that width and height.

    ``sizes`` are those of the boxes, ``gap`` is how long arrows are at least. ``direction`` is LR,
    TB, or ``auto`` for that of both in which all is drawn larger.
    """
    ways = DIRECTIONS if direction == "auto" else (direction,)
    tried = [_laid_out(diagram, sizes, way, gap) for way in ways]
    return max(tried, key=lambda one: one.scale(space))


def outline(place: Place) -> str:
    """The shape of a box as SVG, that of its kind: colour alone tells nothing."""
    left, top, right, bottom = place.left, place.top, place.right, place.bottom
    inner = left + _INSET, top + _INSET, right - _INSET, bottom - _INSET
    if place.box.is_alarming:
        both = (_octagon(left, top, right, bottom), _octagon(*inner))
        return f'<path d="{"".join(map(_closed, both))}"/>'
    match place.box.kind:
        case "variable":
            edge = [(left, top), (right - _FOLD, top), (right, top + _FOLD), (right, bottom)]
            fold = f"M{xy(right - _FOLD, top)}v{_FOLD:g}h{_FOLD:g}"
            return f'<path d="{_closed([*edge, (left, bottom)])}{fold}"/>'
        case "activation":
            borders = _rectangle(left, top, right, bottom, _ROUND)
            return borders + _rectangle(*inner, _ROUND - 2)
        case "frozen":
            cuts = "".join(
                f"M{xy(x, y + dy * _CUT)}L{xy(x + dx * _CUT, y)}"
                for x, dx in ((left, 1), (right, -1))
                for y, dy in ((top, 1), (bottom, -1))
            )
            return _rectangle(left, top, right, bottom) + f'<path d="{cuts}"/>'
        case "parameter" | "constant":
            return _rectangle(left, top, right, bottom)
    return _rectangle(left, top, right, bottom, _ROUND)


def xy(x: float, y: float) -> str:
    """A point as SVG writes it, to a tenth.

    >>> xy(1.0, 2.345)
    '1 2.3'
    """
    return f"{short(x)} {short(y)}"


def short(x: float) -> str:
    """A length to a tenth of a point.

    >>> short(2.0), short(-0.04), short(2.345)
    ('2', '0', '2.3')
    """
    return f"{round(x, 1) + 0.0:g}" if abs(x) < 1e5 else f"{x:.0f}"


# --- from an engine's SVG -------------------------------------------------------------------------


def _laid_out(diagram: Diagram, sizes: Mapping[str, Size], direction: str, gap: float) -> Scene:
    source = "".join(_dot(diagram, sizes, direction, gap))
    root = ET.fromstring(render(source, size=diagram.size))  # noqa: S314 - our own engine wrote it
    groups = {group.get("id", ""): group for group in root.iter(f"{_SVG}g")}
    _, _, width, height = map(float, root.get("viewBox", "0 0 1 1").split())
    shift = _shift(groups["graph0"].get("transform", ""))
    places = [
        _place(box, groups[f"b{number}"], shift, sizes[box.id])
        for number, box in enumerate(diagram.boxes)
    ]
    curves = [
        _curve(arrow, groups[f"a{number}"], shift) for number, arrow in enumerate(diagram.arrows)
    ]
    return Scene(width, height, tuple(places), tuple(curves))


def _dot(diagram: Diagram, sizes: Mapping[str, Size], direction: str, gap: float) -> Iterator[str]:
    """The diagram as DOT without text: boxes and arrows are called by number."""
    numbers = {box.id: number for number, box in enumerate(diagram.boxes)}
    yield (
        f"digraph {{ graph [rankdir={direction} ordering=in pad=0.05 ranksep={gap / 72:.3f} "
        "nodesep=0.17]\n"
        'node [shape=box fixedsize=true label=""] edge [dir=none]\n'
    )
    for box in diagram.boxes:
        width, height = sizes[box.id]
        name = f"b{numbers[box.id]}"
        yield f"{name} [id={name} width={width / 72:.4f} height={height / 72:.4f}]\n"
    for number, arrow in enumerate(diagram.arrows):
        yield f"b{numbers[arrow.tail]} -> b{numbers[arrow.head]} [id=a{number}]\n"
    yield "}\n"


def _shift(transform: str) -> Point:
    found = re.search(r"translate\(([^ ,]+)[ ,]+([^)]+)\)", transform)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def _place(box: Box, group: ET.Element, shift: Point, size: Size) -> Place:
    frame = next(group.iter(f"{_SVG}polygon"))
    corners = _moved(frame.get("points", ""), shift)
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    width, height = size
    return Place(box, x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _moved(text: str, shift: Point) -> list[Point]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    return [(x + shift[0], y + shift[1]) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def _curve(arrow: Arrow, group: ET.Element, shift: Point) -> Curve:
    line = next(group.iter(f"{_SVG}path"))
    points = _moved(line.get("d", ""), shift)
    path = f"M{xy(*points[0])}C{' '.join(xy(*point) for point in points[1:])}"
    forward, backward = _tip(points[-1], points[-2::-1]), _tip(points[0], points[1:])
    return Curve(arrow.id, arrow.tail, arrow.head, path, forward, backward)


def _tip(end: Point, before: Iterable[Point]) -> str:
    """The corners of an arrow's point, which comes from the first point that is not its end."""
    x, y = end
    start = next((point for point in before if math.dist(point, end) > 0.01), (x - 1.0, y))
    length = math.dist(start, end)
    dx, dy = (x - start[0]) / length * TIP, (y - start[1]) / length * TIP
    wings = [(x - dx - 0.45 * dy, y - dy + 0.45 * dx), (x - dx + 0.45 * dy, y - dy - 0.45 * dx)]
    return " ".join(xy(*corner) for corner in ((x, y), *wings))


# --- shapes ---------------------------------------------------------------------------------------


def _rectangle(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> str:
    rounded = f' rx="{short(radius)}"' if radius else ""
    return (
        f'<rect x="{short(left)}" y="{short(top)}" width="{short(right - left)}" '
        f'height="{short(bottom - top)}"{rounded}/>'
    )


def _octagon(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [
        (left + _CUT, top), (right - _CUT, top), (right, top + _CUT), (right, bottom - _CUT),
        (right - _CUT, bottom), (left + _CUT, bottom), (left, bottom - _CUT), (left, top + _CUT),
    ]  # fmt: skip


def _closed(corners: Iterable[Point]) -> str:
    return f"M{' '.join(xy(*corner) for corner in corners)}Z"
