"""A picture with places: the rectangle of every box and the way of every arrow.

Lengths are in the units of whoever asked for the sizes; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
