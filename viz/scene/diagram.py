"""A picture in words and shapes, before any file format: what DOT, Mermaid and text are made of.

A `Scene` is the same with places. Its lengths are in the units of whoever asked for the sizes; y
grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A matrix as coloured cells: ``cells`` by rows, ``scale`` the size of the strongest colour.

    ``shape`` is that of the matrix, which may have more rows and columns than cells are drawn.
    """

    name: str
    cells: tuple[tuple[float, ...], ...]
    scale: float
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A shape with lines of text; ``kind`` chooses its look, ``hint`` appears under the mouse.

    ``heatmaps`` stand side by side below the first line, in formats that can show them.
    """

    id: str
    kind: str
    lines: tuple[str, ...]
    hint: str = ""
    is_root: bool = False
    is_alarming: bool = False
    heatmaps: tuple[Heatmap, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from one box to another.

    ``sign`` is ``positive``, ``negative``, ``zero``, ``alarm``, ``wrong`` (a gradient check blames
    it) or ``plain`` (nothing flows); ``strength``, from 0 to 1, is how thick it is.
    """

    id: str
    tail: str
    head: str
    lines: tuple[str, ...] = ()
    sign: str = "plain"
    strength: float = 0.0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One entry of a legend: a kind of box, or lines of words if ``kind`` is ``note``."""

    kind: str
    lines: tuple[str, ...]
    is_root: bool = False
    is_alarming: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """All of a picture.

    ``points`` says at which end arrows have one: ``head``; ``tail``, where gradients go; or
    ``none``. ``columns`` are boxes that stand in line, in order, with straight lines between.
    ``rows`` are the ids of boxes in each row of a picture that is wrapped as a text is.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    title: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    legend: tuple[Sample, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    direction: str = "LR"
    points: str = "head"

    @property
    def size(self) -> str:
        """How much is drawn, for errors: ``"12 nodes and 14 edges"``."""
        return f"{len(self.boxes):,} nodes and {len(self.arrows):,} edges"


def at_first(boxes: Sequence[Box], written: Iterable[tuple[str, int, str]]) -> tuple[Box, ...]:
    """The boxes before anything is written: ``v ·`` or ``g ·`` where a number will stand.

    ``written`` are the id of a box, a line of it, and a text that it will have.

    >>> at_first([Box("a", "operation", ("a", "v 2"))], [("a", 1, "v 2")])[0].lines
    ('a', 'v ·')
    """
    lines = {box.id: list(box.lines) for box in boxes}
    for name, line, text in written:
        if name in lines:
            lines[name] += [""] * (line + 1 - len(lines[name]))
            lines[name][line] = f"{text[:2]}·" if text[:2] in {"v ", "g "} else "·"
    return tuple([replace(box, lines=tuple(lines[box.id])) for box in boxes])


# --- places ---------------------------------------------------------------------------------------

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle around a box."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where it ends, further down."""
        return self.top + self.height

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.left + self.width / 2, self.top + self.height / 2

    def inset(self, by: float) -> Frame:
        """A smaller one inside it."""
        return Frame(self.left + by, self.top + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True, slots=True)
class Scene:
    """All of a picture; ``curves`` are chains of cubic Bézier curves from tail to head.

    ``remark`` is a sentence for the reader if the picture could not be laid out as usual.
    """

    width: float
    height: float
    frames: Mapping[str, Frame]
    curves: Mapping[str, tuple[Point, ...]]
    remark: str = ""

    def scale(self, space: Size) -> float:
        """How many times larger it may be drawn in a space of that width and height."""
        return min(space[0] / self.width, space[1] / self.height)


def straight(start: Point, end: Point) -> tuple[Point, ...]:
    """A straight line as a Bézier curve."""
    (x1, y1), (x2, y2) = start, end
    a = (x1 + (x2 - x1) / 3, y1 + (y2 - y1) / 3)
    b = (x1 + 2 * (x2 - x1) / 3, y1 + 2 * (y2 - y1) / 3)
    return (start, a, b, end)
