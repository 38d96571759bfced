"""A picture in words and shapes, before any file format: what DOT, Mermaid and text are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
