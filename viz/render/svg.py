"""Boxes and arrows as SVG with classes and no colours, which are the stylesheet's.

A box is a group with the id of its entry, whose ``<text>`` elements are its lines. An arrow is a
group with a line, and with a point and a stub at either end: the page shows the point that the
phase needs, and the stub at the other end, which completes the line.
"""

from __future__ import annotations

import html
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..labels import clean, columns
from ..say.story import View
from ..scene.columns import (
    ABOVE,
    BAR,
    COLUMN,
    LINE,
    SIDE,
    SMALL_ABOVE,
    SMALL_LINE,
    SMALL_SIDE,
    TEXT,
    Cell,
    Columns,
    Framed,
    Image,
    Leaf,
    Placing,
    Words,
    len_below,
    rooms,
)
from ..scene.diagram import Arrow, Box, Diagram, Frame, Point, Scene, Size, at_first
from .looks import LOOKS

TIP = 0.6 * TEXT  # length of the point of an arrow
SHADES = 12  # of a colour


def diagram(diagram: Diagram, scene: Scene) -> str:
    """A diagram that has been laid out."""
    parts = [arrow(one, scene.curves[one.id]) for one in diagram.arrows]
    parts += [box(one, scene.frames[one.id], one.lines) for one in diagram.boxes]
    return _picture(scene.width, scene.height, parts)


def in_columns(described: Columns) -> str:
    """A picture made of rows and stacks."""
    placing = Placing(described.content)
    curves = placing.curves(described.links)
    parts = [
        arrow(Arrow(link.id, link.tail, link.head), curves[link.id]) for link in described.links
    ]
    parts += [_leaf(leaf, frame) for leaf, frame in placing.found]
    images = {leaf.box.id: leaf for leaf, _ in placing.found if isinstance(leaf, Image)}
    for mark in described.marks:
        squares = [_square(images[i], placing.frames[i], mark.position) for i in mark.images]
        shapes = [rectangle(square) for square in squares]
        parts.append(group(Box(mark.id, "spot", ()), [*shapes, text(0, 0, mark.words)]))
    return _picture(placing.width, placing.height, parts)


def _picture(width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}">\n'
        f"{''.join(parts)}</svg>"
    )


# --- boxes ----------------------------------------------------------------------------------------


def placed(view: View, **space: Any) -> tuple[Diagram, Scene]:
    """The picture of a view as it is before anything is written, laid out with room for all of it.

    How much ``space`` there is, is told as `viz.scene.graphviz.scene` wants it.
    """
    from ..scene import graphviz  # noqa: PLC0415 - on first use: most who import viz only draw

    assert isinstance(view.picture, Diagram)
    written = [(fill.box, fill.line, fill.text) for step in view.steps for fill in step.fills]
    diagram = replace(view.picture, boxes=at_first(view.picture.boxes, written))
    uses = Counter(arrow.tail for arrow in diagram.arrows)
    sizes = {box.id: size_of(box, uses[box.id]) for box in diagram.boxes}
    return diagram, graphviz.scene(diagram, sizes, text=TEXT, **space)


def size_of(box: Box, uses: int) -> Size:
    """How large a box is that so many arrows leave: it has room for any number."""
    width, height = len_below(rooms(box, uses))
    return width + TEXT * LOOKS.get(box.kind, LOOKS["operation"]).is_round, height


def box(box: Box, frame: Frame, lines: Sequence[str]) -> str:
    """A box at its place, with lines below each other."""
    return group(box, content(box, frame, lines))


def content(box: Box, frame: Frame, lines: Sequence[str]) -> list[str]:
    """The shape of a box, and its lines."""
    parts = [outline(box, frame)]
    if len(lines) > 1:
        start = pair(frame.left, frame.top + ABOVE + LINE)
        parts.append(path("rule", f"M{start}h{number(frame.width)}"))
    for row, line in enumerate(lines):
        # Below the rule there is a little more room than above it.
        down = ABOVE + (row + 0.76) * LINE + (0.1 if row else -0.08) * TEXT
        wide = frame.width - 2 * SIDE if row else 0.0
        parts.append(text(frame.middle[0], frame.top + down, clean(line), wide=wide))
    return parts


def group(box: Box, parts: Iterable[str]) -> str:
    """What belongs to a box."""
    return (
        f'<g id="{html.escape(box.id)}" class="{html.escape(classes(box))}">{"".join(parts)}</g>\n'
    )


def classes(box: Box) -> str:
    """What a stylesheet calls a box."""
    return " ".join(["box", box.kind, *["root"] * box.is_root, *["alarm"] * box.is_alarming])


def outline(box: Box, frame: Frame, letter: float = TEXT) -> str:
    """The shape of a box, that of its kind; ``letter`` is the height of its text."""
    look = LOOKS.get(box.kind, LOOKS["operation"])
    corner = frame.height / 2.6 if look.is_round else look.corner * letter
    fold = 0.6 * letter
    left, top, right, bottom = frame.left, frame.top, frame.right, frame.bottom
    if box.is_alarming:
        return _stop_sign("shape", frame, letter) + _stop_sign("inner", frame.inset(4), letter)
    if look.mark == "fold":
        edge = f"H{number(right - fold)}L{pair(right, top + fold)}V{number(bottom)}H{number(left)}"
        turned = f"M{pair(right - fold, top)}V{number(top + fold)}H{number(right)}"
        return path("shape", f"M{pair(left, top)}{edge}Z") + path("rule", turned)
    parts = [rectangle(frame, "shape", corner)]
    if look.mark == "pile":  # the first of several
        behind = Frame(left + 0.25 * letter, top - 0.25 * letter, frame.width, frame.height)
        parts.insert(0, rectangle(behind, "inner", corner))
    if look.is_double:
        parts.append(rectangle(frame.inset(0.15 * letter), "inner", max(corner - 0.15 * letter, 0)))
    if look.mark == "cuts":
        cuts = [
            f"M{pair(x, y + dy * fold)}l{pair(dx * fold, -dy * fold)}"
            for x, dx in ((left, 1), (right, -1))
            for y, dy in ((top, 1), (bottom, -1))
        ]
        parts.append(path("rule", "".join(cuts)))
    return "".join(parts)


def _stop_sign(name: str, frame: Frame, letter: float) -> str:
    cut = 0.55 * letter
    across, down = frame.width - 2 * cut, frame.height - 2 * cut
    return path(
        name,
        f"M{pair(frame.left + cut, frame.top)}h{number(across)}l{pair(cut, cut)}v{number(down)}"
        f"l{pair(-cut, cut)}h{number(-across)}l{pair(-cut, -cut)}v{number(-down)}Z",
    )


def rectangle(frame: Frame, name: str = "shape", corner: float = 0.0, more: str = "") -> str:
    """A rectangle; its class says how it looks."""
    return (
        f'<rect class="{name}"{more} x="{number(frame.left)}" y="{number(frame.top)}" '
        f'width="{number(frame.width)}" height="{number(frame.height)}" rx="{number(corner)}"/>\n'
    )


def text(x: float, y: float, words: str, anchor: str = "middle", *, wide: float = 0.0) -> str:
    """One line of text; what is longer than ``wide`` is set closer, by the page's script, too."""
    more = "" if anchor == "middle" else f' style="text-anchor:{anchor}"'
    if wide:
        more += f' data-wide="{number(wide)}"'
        if columns(words) * COLUMN > wide:
            more += f' textLength="{number(wide)}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{number(x)}" y="{number(y)}"{more}>{html.escape(words)}</text>\n'


# --- what stands in columns -----------------------------------------------------------------------


def _leaf(leaf: Leaf | Framed, frame: Frame) -> str:
    if isinstance(leaf, Words):
        return text(*frame.middle, leaf.text)
    if isinstance(leaf, Framed):
        return _framed(leaf, frame)
    if isinstance(leaf, Image):
        return _image(leaf, frame)
    if isinstance(leaf, Box):
        return box(leaf, frame, leaf.lines)
    return _grid(leaf, frame) if leaf.grid else box(leaf.box, frame, leaf.box.lines)


def _grid(cell: Cell, frame: Frame) -> str:
    """A box whose lines stand side by side."""
    places: dict[int, tuple[float, float]] = {}
    widths: dict[int, float] = {}
    for down, lines in enumerate(cell.grid):
        x = frame.left + SMALL_SIDE
        for line, wide in zip(lines, cell.across(), strict=True):
            places[line] = (x, frame.top + SMALL_ABOVE + (down + 0.78) * SMALL_LINE)
            widths[line] = wide * (line > 0)
            x += wide + COLUMN
    look = LOOKS.get(cell.box.kind, LOOKS["operation"])
    parts = [rectangle(frame, "shape", 6.0 if look.corner > 0.5 else 0.0)]
    if cell.shade:
        parts.append(rectangle(frame, "shade", more=f' data-line="{cell.shade}"'))
    if cell.bar:  # at its longest; with each number it gets its length
        x, base = places[cell.bar]
        full = Frame(x, base - 0.75 * SMALL_LINE, BAR, SMALL_LINE * 0.95)
        more = f' data-line="{cell.bar}" data-full="{number(BAR)}"'
        parts.append(rectangle(full, "bar", more=more))
    for line, words in enumerate(cell.box.lines):
        at, wide = places.get(line, (0.0, 0.0)), widths.get(line, 0.0)
        parts.append(text(*at, clean(words), "start", wide=wide))
    return group(cell.box, parts)


def _framed(framed: Framed, frame: Frame) -> str:
    places: dict[int, tuple[float, float]] = {}
    widths = dict(zip(framed.before, framed.widths(framed.before), strict=True))
    widths |= dict(zip(framed.after, framed.widths(framed.after), strict=True))
    middle = frame.top + frame.height / 2 + 0.26 * LINE
    x = frame.left + SMALL_SIDE
    for line in framed.before:
        places[line] = (x, middle)
        x += widths[line]
    x = frame.right - SMALL_SIDE
    for line in reversed(framed.after):
        x -= widths[line]
        places[line] = (x + COLUMN, middle)
    left = frame.left + SMALL_SIDE
    for line, y in (
        (framed.above, frame.top + SMALL_ABOVE + 0.76 * LINE),
        (framed.below, frame.bottom - SMALL_ABOVE - 0.24 * LINE),
    ):
        places[line] = (left, y)
        widths[line] = frame.right - left + COLUMN - SMALL_SIDE
    parts = [rectangle(frame, "shape", 4.0)]
    for line, words in enumerate(framed.box.lines):
        at, wide = places.get(line, (0.0, 0.0)), widths.get(line, COLUMN) - COLUMN
        parts.append(text(*at, clean(words), "start", wide=wide * (line > 0)))
    beside = ""
    if framed.beside:
        x, y = frame.right - SMALL_SIDE, frame.top + SMALL_ABOVE + 0.76 * LINE
        beside = text(x, y, framed.beside, "end")
    return group(framed.box, parts) + beside


def _image(image: Image, frame: Frame) -> str:
    inner = image.inner(frame)
    shape = rectangle(inner)
    paper = shape.replace('class="shape"', 'style="fill:var(--page)"')
    drawn = squares(image, inner) + rectangle(inner, "inner")
    if image.told:
        drawn = f'<g data-line="{image.told}">{drawn}</g>'
    above, *others = image.box.lines
    texts = [text(inner.middle[0], inner.top - 0.35 * LINE, clean(above))]
    texts += [text(inner.middle[0], inner.bottom + 0.9 * LINE, clean(one)) for one in others[:1]]
    texts += [text(0, 0, one) for one in others[1:]]
    return group(image.box, [shape, paper, drawn, *texts])


def squares(image: Image, frame: Frame) -> str:
    """Numbers as squares: the fuller, the nearer to the largest; negative ones have a bar.

    Each shade is one path, so that a picture of a thousand numbers stays small.
    """
    shades: dict[tuple[str, int], list[str]] = {}
    bars = []
    size = image.square
    side = number(size)
    for down, row in enumerate(image.cells):
        for along, value in enumerate(row):
            share = min(abs(value) / image.most, 1.0) if image.most and value == value else 0.0
            level = round(share * SHADES)
            if not level:
                continue
            x, y = frame.left + along * size, frame.top + down * size
            kind = "ink" if image.is_ink else "positive" if value > 0 else "negative"
            drawn = f"M{pair(x, y)}h{side}v{side}h-{side}z"
            shades.setdefault((kind, level), []).append(drawn)
            if kind == "negative":
                bars.append(f"M{pair(x + size / 4, y + size / 2)}h{number(size / 2)}")
    parts = [
        f'<path d="{"".join(where)}" style="fill:var(--{kind})" '
        f'fill-opacity="{level / SHADES:.2f}"/>'
        for (kind, level), where in sorted(shades.items())
    ]
    if bars:
        width = number(max(size / 10, 0.6))
        parts.append(
            f'<path d="{"".join(bars)}" style="stroke:var(--ink)" stroke-width="{width}"/>'
        )
    return "".join(parts)


def _square(image: Image, frame: Frame, position: int) -> Frame:
    down, along = divmod(position, len(image.cells[0]))
    size = image.square
    return Frame(frame.left + along * size, frame.top + down * size, size, size)


# --- arrows ---------------------------------------------------------------------------------------


def arrow(arrow: Arrow, curve: Sequence[Point]) -> str:
    """An arrow along a chain of Bézier curves."""
    rest, head = _shortened(curve)
    rest, tail = _shortened(rest[::-1])
    line = rest[::-1]
    return (
        f'<g id="{html.escape(arrow.id)}" class="arrow" data-tail="{html.escape(arrow.tail)}" '
        f'data-head="{html.escape(arrow.head)}">\n'
        f"{path('line', along(line))}"
        f"{path('stub tail', f'M{pair(*line[0])}L{pair(*tail)}')}"
        f"{path('stub head', f'M{pair(*line[-1])}L{pair(*head)}')}"
        f"{path('tip tail', tip(line[0], tail))}{path('tip head', tip(line[-1], head))}</g>\n"
    )


def along(curve: Sequence[Point]) -> str:
    """A chain of Bézier curves as the data of a path."""
    return f"M{pair(*curve[0])}C{' '.join(pair(*point) for point in curve[1:])}"


def _shortened(curve: Sequence[Point]) -> tuple[tuple[Point, ...], Point]:
    """A chain of Bézier curves without the length of a point at its end, and where it ended."""
    end = curve[-1]
    pieces = list(curve)
    while len(pieces) > 4 and math.dist(pieces[-4], end) < TIP:
        del pieces[-3:]
    near, far = 0.0, 1.0
    for _ in range(20):  # halvings: to a millionth
        middle = (near + far) / 2
        is_far = math.dist(_split(pieces[-4:], middle)[-1], end) > TIP
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


def tip(base: Point, end: Point) -> str:
    """The point of an arrow, from the middle of its base to its end."""
    x, y = (end[0] - base[0]) * 0.42, (end[1] - base[1]) * 0.42
    return f"M{pair(base[0] - y, base[1] + x)}L{pair(*end)}L{pair(base[0] + y, base[1] - x)}Z"


def pointed(curve: Sequence[Point], at: str = "head") -> str:
    """A curve drawn up to its ends, with a point ``at`` its ``head`` or ``tail``, or at neither."""
    line = path("line", along(curve))
    if not at:
        return line
    end, *back = curve[::-1] if at == "head" else curve
    start = next((point for point in back if math.dist(point, end) > 0.01), end)
    share = TIP / (math.dist(start, end) or 1.0)
    base = (end[0] + (start[0] - end[0]) * share, end[1] + (start[1] - end[1]) * share)
    return line + path("tip", tip(base, end))


# --- writing --------------------------------------------------------------------------------------


def path(name: str, data: str) -> str:
    """A path; its class says how it looks."""
    return f'<path class="{name}" d="{data}"/>\n'


def pair(x: float, y: float) -> str:
    """A point in the data of a path."""
    return f"{number(x)},{number(y)}"


def number(x: float) -> str:
    """A coordinate.

    >>> number(12.0), number(0.25), number(-0.01)
    ('12', '0.2', '0')
    """
    return f"{round(x, 1) + 0.0:.1f}".removesuffix(".0")
