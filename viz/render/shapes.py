"""Boxes and arrows as SVG with classes and no colours, which are the stylesheet's.

A box is a group with the id of its entry, whose ``<text>`` elements are its lines. An arrow is a
group with a line, and with a point and a stub at either end: the page shows the point that the
phase needs, and the stub at the other end, which completes the line.

Glossary: a *unit* is one of the SVG; text is `TEXT` units high, however large the page shows it.
"""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterable, Sequence

from ..say.labels import columns
from ..scene.diagram import Arrow, Box

TEXT = 20.0
Point = tuple[float, float]

_COLUMN = 0.61 * TEXT  # width of a character in the fonts that browsers have
_LINE = 1.24 * TEXT
_SIDE, _ABOVE = 0.6 * TEXT, 0.3 * TEXT  # room around the text of a box
_TIP = 0.6 * TEXT  # length of the point of an arrow

_ROUND = ("input", "unit", "output")
_CORNERS = {"operation": 12.0, "activation": 12.0, "group": 4.0, "layer": 4.0}
_DOUBLE = ("activation", "output", "layer")


def size_of(box: Box, lines: Sequence[str]) -> Point:
    """How wide and how high a box is whose longest lines are these."""
    width = max(map(columns, lines), default=1) * _COLUMN + 2 * _SIDE
    if box.kind in _ROUND:
        width += TEXT
    return width, len(lines) * _LINE + 2 * _ABOVE


def box_group(box: Box, centre: Point, size: Point, lines: Sequence[str]) -> str:
    """A box at its place, with what stands in it."""
    x, y = centre[0] - size[0] / 2, centre[1] - size[1] / 2
    classes = " ".join(["box", box.kind, *["root"] * box.is_root, *["alarm"] * box.is_alarming])
    parts = [f'<g id="{text(box.id)}" class="{text(classes)}">\n', *_shape(box, x, y, *size)]
    if len(lines) > 1:
        parts.append(_path("rule", f"M{pair(x, y + _ABOVE + _LINE)}h{number(size[0])}"))
    middle = number(centre[0])
    for row, line in enumerate(lines):
        # Below the rule there is a little more room than above it.
        down = y + _ABOVE + (row + 0.76) * _LINE + (0.1 * TEXT if row else -0.08 * TEXT)
        parts.append(f'<text x="{middle}" y="{number(down)}">{text(line)}</text>\n')
    return "".join([*parts, "</g>\n"])


def _shape(box: Box, x: float, y: float, width: float, height: float) -> Iterable[str]:
    corner = height / 2.6 if box.kind in _ROUND else _CORNERS.get(box.kind, 0.0)
    if box.is_alarming:
        yield _path("shape", _octagon(x, y, width, height))
    elif box.kind == "variable":  # a sheet with a corner turned down
        fold = 0.6 * TEXT
        right, top = x + width, y + fold
        yield _path(
            "shape",
            f"M{pair(x, y)}H{number(right - fold)}L{pair(right, top)}"
            f"V{number(y + height)}H{number(x)}Z",
        )
        yield _path("rule", f"M{pair(right - fold, y)}V{number(top)}H{number(right)}")
    else:
        if box.kind == "group":  # the first of a pile
            yield _rectangle("inner", (x + 5, y - 5), (width, height), corner)
        yield _rectangle("shape", (x, y), (width, height), corner)
    if box.kind in _DOUBLE:
        inner = max(corner - 4, 0)
        yield _rectangle("inner", (x + 4, y + 4), (width - 8, height - 8), inner)
    if box.kind == "frozen":
        cut = 0.6 * TEXT
        yield _path("rule", f"M{pair(x, y + cut)}l{pair(cut, -cut)}")
        yield _path("rule", f"M{pair(x + width - cut, y)}l{pair(cut, cut)}")
        yield _path("rule", f"M{pair(x, y + height - cut)}l{pair(cut, cut)}")
        yield _path("rule", f"M{pair(x + width - cut, y + height)}l{pair(cut, -cut)}")


def _rectangle(name: str, start: Point, size: Point, corner: float) -> str:
    (x, y), (width, height) = start, size
    return (
        f'<rect class="{name}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" rx="{number(corner)}"/>\n'
    )


def _octagon(x: float, y: float, width: float, height: float) -> str:
    cut = 0.55 * TEXT
    across, down = width - 2 * cut, height - 2 * cut
    return (
        f"M{pair(x + cut, y)}h{number(across)}l{pair(cut, cut)}v{number(down)}"
        f"l{pair(-cut, cut)}h{number(-across)}l{pair(-cut, -cut)}v{number(-down)}Z"
    )


def arrow_group(arrow: Arrow, curve: Sequence[Point]) -> str:
    """An arrow along a chain of Bézier curves."""
    rest, head = _shortened(curve)
    rest, tail = _shortened(rest[::-1])
    line = rest[::-1]
    spline = " ".join(pair(*point) for point in line[1:])
    return (
        f'<g id="{text(arrow.id)}" class="arrow" data-tail="{text(arrow.tail)}" '
        f'data-head="{text(arrow.head)}">\n'
        f"{_path('line', f'M{pair(*line[0])}C{spline}')}"
        f"{_path('stub tail', f'M{pair(*line[0])}L{pair(*tail)}')}"
        f"{_path('stub head', f'M{pair(*line[-1])}L{pair(*head)}')}"
        f"{_path('tip tail', _tip(line[0], tail))}{_path('tip head', _tip(line[-1], head))}</g>\n"
    )


def _shortened(curve: Sequence[Point]) -> tuple[tuple[Point, ...], Point]:
    """A chain of Bézier curves without the length of a point at its end, and where it ended."""
    end = curve[-1]
    pieces = list(curve)
    while len(pieces) > 4 and math.dist(pieces[-4], end) < _TIP:
        del pieces[-3:]
    near, far = 0.0, 1.0
    for _ in range(20):  # halvings: to a millionth
        middle = (near + far) / 2
        is_far = math.dist(_split(pieces[-4:], middle)[-1], end) > _TIP
        near, far = (middle, far) if is_far else (near, middle)
    return (*pieces[:-4], *_split(pieces[-4:], near)), end


def _split(curve: Sequence[Point], t: float) -> tuple[Point, ...]:
    """The part of one Bézier curve up to t, by de Casteljau's construction."""
    kept, points = [], list(curve)
    while points:
        kept.append(points[0])
        points = [
            (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
            for a, b in itertools.pairwise(points)
        ]
    return tuple(kept)


def _tip(base: Point, end: Point) -> str:
    along = math.dist(base, end) or 1.0
    x, y = (end[0] - base[0]) / along, (end[1] - base[1]) / along
    half = 0.42 * _TIP
    left = (base[0] - y * half, base[1] + x * half)
    right = (base[0] + y * half, base[1] - x * half)
    return f"M{pair(*left)}L{pair(*end)}L{pair(*right)}Z"


def _path(name: str, data: str) -> str:
    return f'<path class="{name}" d="{data}"/>\n'


def pair(x: float, y: float) -> str:
    """A point in the data of a path."""
    return f"{number(x)},{number(y)}"


def number(x: float) -> str:
    """A coordinate.

    >>> number(12.0), number(0.25)
    ('12', '0.2')
    """
    return f"{x:.1f}".removesuffix(".0")


def text(words: str) -> str:
    """Words as they stand in SVG."""
    return html.escape(words)
