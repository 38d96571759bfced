"""The hand placer: boxes in columns, beside and below each other, with straight arrows.

A picture is described by `Row` and `Stack` of cells, images and framed parts; places follow from
the sizes. A box has room for any number that may be written into it, so a picture needs to know no
step, and nothing moves while a reader steps through or changes a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ..labels import columns
from .diagram import Box, Diagram, Frame, Point, Scene, Size, straight

TEXT = 20.0  # height of letters
COLUMN, LINE = 0.61 * TEXT, 1.24 * TEXT  # of a character in the fonts that browsers have
SIDE, ABOVE = 0.3 * TEXT, 0.3 * TEXT  # room around the text of a box
SMALL_SIDE, SMALL_ABOVE = 0.25 * TEXT, 0.05 * TEXT  # the same where lines stand side by side
SMALL_LINE = 1.12 * TEXT
MARGIN = TEXT / 4  # around a picture
BAR = 7.5 * COLUMN  # a full bar

NUMBER = 8  # columns for a number; a longer one, of up to 11, is set closer together
SO_FAR = 7  # columns of what may follow a gradient that several paths add to
_NOT_YET = "·"


@dataclass(frozen=True, slots=True)
class Cell:
    """A box with lines of text as they are at first, ``·`` where a number will stand.

    They stand below each other, or, with a ``grid``, in rows of line numbers, −1 where nothing is.
    ``room`` is how many columns each takes. The ground of the box tells the size of the number in
    line ``shade``; line ``bar`` has a bar behind it.
    """

    box: Box
    grid: tuple[tuple[int, ...], ...] = ()
    room: tuple[int, ...] = ()
    shade: int = 0
    bar: int = 0

    def rooms(self) -> tuple[int, ...]:
        """The columns of each line."""
        return self.room or tuple(map(room, self.box.lines))

    def across(self) -> list[float]:
        """The widths of the columns of its grid."""
        rooms = [columns_ * COLUMN for columns_ in self.rooms()]
        if self.bar:
            rooms[self.bar] = BAR
        rows = zip(*self.grid, strict=True)
        return [max([rooms[line] for line in lines if line >= 0], default=0.0) for lines in rows]

    def size(self) -> Size:
        """How wide and how high it is."""
        if not self.grid:
            width, height = len_below(self.rooms())
            return width, height
        wide = self.across()
        width = sum(wide) + (len(wide) - 1) * COLUMN + 2 * SMALL_SIDE
        return width, len(self.grid) * SMALL_LINE + 2 * SMALL_ABOVE


@dataclass(frozen=True, slots=True)
class Image:
    """Numbers as squares, with the first line of its box above them and the second below.

    Their colours have a sign, or, with ``is_ink``, are darker for larger numbers. ``told`` is the
    line with which it is seen.
    """

    box: Box
    cells: Sequence[Sequence[float]]
    most: float
    side: float
    is_ink: bool = False
    told: int = 0

    @property
    def square(self) -> float:
        """The side of one number."""
        return min(self.side / len(self.cells), self.side / len(self.cells[0]))

    def size(self) -> Size:
        """With the lines above and below it."""
        width = max(len(self.cells[0]) * self.square, columns(self.box.lines[0]) * COLUMN)
        return width, len(self.cells) * self.square + 2.2 * LINE

    def inner(self, frame: Frame) -> Frame:
        """Where the squares are in its frame."""
        width, height = len(self.cells[0]) * self.square, len(self.cells) * self.square
        return Frame(frame.middle[0] - width / 2, frame.middle[1] - height / 2, width, height)


@dataclass(frozen=True, slots=True)
class Framed:
    """A box around others; lines of it stand ``above``, ``below``, ``before`` or ``after`` them.

    What is ``beside`` the line above is no line of the box.
    """

    box: Box
    inside: Item
    above: int = -1
    below: int = -1
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    room: tuple[int, ...] = ()
    beside: str = ""

    def rooms(self) -> tuple[int, ...]:
        """The columns of each line."""
        return self.room or tuple(map(room, self.box.lines))

    def widths(self, lines: Iterable[int]) -> list[float]:
        """How much room the lines before or after what is inside take."""
        return [(self.rooms()[line] + 1) * COLUMN for line in lines]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that belong to no box, ``wide`` if they stand above a column."""

    text: str
    wide: float = 0.0

    def size(self) -> Size:
        """How wide and how high they are."""
        return max(columns(self.text) * COLUMN, self.wide), LINE


@dataclass(frozen=True, slots=True)
class Row:
    """Parts beside each other, in line with their middles."""

    items: Sequence[Item]
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Stack:
    """Parts below each other, their boxes equally wide; if it ``spreads``, over all the height."""

    items: Sequence[Item]
    gap: float = 0.0
    spreads: bool = False


Part = TypeVar("Part", Cell, Framed)
Leaf = Cell | Image | Words | Box
Item = Leaf | Framed | Row | Stack


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow; it may ``start`` or ``end`` at another box on its way, such as that of a weight."""

    id: str
    tail: str
    head: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in images that steps speak of: the same number in each of them."""

    id: str
    words: str
    images: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Columns:
    """A whole picture, described."""

    content: Item
    links: Sequence[Link] = ()
    marks: Sequence[Mark] = field(default=())


def room(line: str) -> int:
    """The columns of a line in which a number may stand.

    >>> room("z: tanh"), room("v ·")
    (7, 10)
    """
    return columns(line) + (NUMBER - 1) * line.count(_NOT_YET)


def len_below(rooms: Sequence[int]) -> Size:
    """How wide and how high a box is whose lines of so many columns stand below each other."""
    return max(rooms, default=1) * COLUMN + 2 * SIDE, len(rooms) * LINE + 2 * ABOVE


def alike(cells: Sequence[Part]) -> list[Part]:
    """The same boxes, their lines in line with each other."""
    most: dict[int, int] = defaultdict(int)
    for cell in cells:
        for line, wide in enumerate(cell.rooms()):
            most[line] = max(most[line], wide)
    return [replace(one, room=tuple(most[k] for k in range(len(one.rooms())))) for one in cells]


# --- places ---------------------------------------------------------------------------------------


class Placing:
    """Where everything of a content stands: ``found`` are its leaves and frames, back to front."""

    def __init__(self, content: Item, sizes: Mapping[str, Size] | None = None) -> None:
        self.sizes = sizes or {}
        self._known: dict[int, Size] = {}
        width, height = self._size(content)
        self.found = list(self._put(content, Frame(MARGIN, MARGIN, width, height)))
        self.frames = {leaf.box.id: f for leaf, f in self.found if isinstance(leaf, Cell | Framed)}
        self.frames |= {i.box.id: i.inner(f) for i, f in self.found if isinstance(i, Image)}
        self.frames |= {leaf.id: frame for leaf, frame in self.found if isinstance(leaf, Box)}
        self.width, self.height = width + 2 * MARGIN, height + 2 * MARGIN

    def _size(self, item: Item) -> Size:
        if id(item) not in self._known:
            self._known[id(item)] = self._measured(item)
        return self._known[id(item)]

    def _measured(self, item: Item) -> Size:
        if isinstance(item, Box):
            return self.sizes[item.id]
        if isinstance(item, Framed):
            width, height = self._size(item.inside)
            around = sum(item.widths((*item.before, *item.after)))
            heads = [item.rooms()[line] * COLUMN for line in (item.above, item.below) if line >= 0]
            beside = (columns(item.beside) + 2) * COLUMN if item.beside else 0.0
            wide = max(width + around, max(heads, default=0.0) + beside)
            high = height + LINE * ((item.above >= 0) + (item.below >= 0))
            return wide + 2 * SMALL_SIDE, high + 2 * SMALL_ABOVE
        if isinstance(item, Row | Stack):
            sizes = [self._size(one) for one in item.items]
            widths, heights = [w for w, _ in sizes], [h for _, h in sizes]
            gaps = item.gap * (len(sizes) - 1)
            if isinstance(item, Row):
                return sum(widths) + gaps, max(heights)
            return max(widths), sum(heights) + gaps
        return item.size()

    def _put(self, item: Item, frame: Frame) -> Iterator[tuple[Leaf | Framed, Frame]]:
        if isinstance(item, Row):
            yield from self._beside(item, frame)
        elif isinstance(item, Stack):
            yield from self._below(item, frame)
        else:
            yield item, frame
        if isinstance(item, Framed):
            width, height = self._size(item.inside)
            free = frame.width - sum(item.widths((*item.before, *item.after))) - width
            left = frame.left + sum(item.widths(item.before)) + free / 2
            top = frame.top + SMALL_ABOVE + LINE * (item.above >= 0)
            yield from self._put(item.inside, Frame(left, top, width, height))

    def _beside(self, row: Row, frame: Frame) -> Iterator[tuple[Leaf | Framed, Frame]]:
        x = frame.left
        for item in row.items:
            width, height = self._size(item)
            if item is row.items[-1]:
                width = frame.right - x
            if isinstance(item, Stack) and item.spreads:
                height = frame.height
            yield from self._put(item, Frame(x, frame.middle[1] - height / 2, width, height))
            x += width + row.gap

    def _below(self, stack: Stack, frame: Frame) -> Iterator[tuple[Leaf | Framed, Frame]]:
        """Boxes that end at the right are equally wide, those that have weights before them too."""
        free = frame.height - self._size(stack)[1]
        each = free / (len(stack.items) + 1) if stack.spreads else 0.0
        y = frame.top + (each if stack.spreads else free / 2)
        core = max(map(self._core, stack.items))
        for item in stack.items:
            width, height = self._size(item)
            width += core - self._core(item)
            if isinstance(item, Image | Words):
                left, width = frame.middle[0] - self._size(item)[0] / 2, self._size(item)[0]
            else:
                left = frame.right - width
            yield from self._put(item, Frame(left, y, width, height))
            y += height + stack.gap + each

    def _core(self, item: Item) -> float:
        """The width of the box at the right end of a part."""
        if isinstance(item, Image | Words):
            return 0.0
        return self._core(item.items[-1]) if isinstance(item, Row) else self._size(item)[0]

    def curves(self, links: Sequence[Link]) -> dict[str, tuple[Point, ...]]:
        """The ways of arrows; those between the same two boxes are apart: ``e × e`` has two."""
        twins: dict[tuple[str, str], list[Link]] = defaultdict(list)
        for link in links:
            twins[link.start or link.tail, link.end or link.head].append(link)
        found = {}
        for (start, end), same in twins.items():
            tail, head = self.frames[start], self.frames[end]
            spread = min(0.6 * TEXT * (len(same) - 1), 0.4 * min(tail.height, head.height))
            for place, link in enumerate(same):
                shift = spread * (2 * place / max(len(same) - 1, 1) - 1) if spread else 0.0
                found[link.id] = _level(tail, head, shift)
        return found


def _level(tail: Frame, head: Frame, shift: float) -> tuple[Point, ...]:
    """A straight line between two boxes, level if the box at its end is high enough."""
    free = max(head.height / 2 - 0.4 * TEXT - abs(shift), 0.0)
    level = min(max(tail.middle[1], head.middle[1] - free), head.middle[1] + free)
    return straight((tail.right, tail.middle[1] + shift), (head.left, level + shift))


# --- diagrams -------------------------------------------------------------------------------------

TALL, TALLER = 5, 8  # boxes in a column; more of them have two rows of text each, or one


def flat(cells: Sequence[Cell]) -> list[Cell]:
    """The boxes of a column: with their lines side by side if there are many."""
    if len(cells) <= TALL:
        return list(cells)
    across = 2 if len(cells) <= TALLER else 4
    return alike([replace(one, grid=_grid(len(one.box.lines), across)) for one in cells])


def _grid(lines: int, across: int) -> tuple[tuple[int, ...], ...]:
    """So many lines in rows of so many."""
    across = min(lines, across)
    numbers = [*range(lines), *[-1] * (-lines % across)]
    return tuple(tuple(numbers[k : k + across]) for k in range(0, len(numbers), across))


def rooms(box: Box, uses: int) -> tuple[int, ...]:
    """The columns of each line of a box: a gradient of several parts is said to be one ``so far``.

    >>> rooms(Box("a", "operation", ("a", "v ·", "g ·")), 2)
    (1, 10, 17)
    """
    return tuple(
        [room(line) + SO_FAR * (uses > 1 and line == f"g {_NOT_YET}") for line in box.lines]
    )


def ranked(diagram: Diagram, sizes: Mapping[str, Size], text: float, remark: str) -> Scene:
    """A diagram of any size in columns, each box after all that it uses; takes linear time."""
    ranks: dict[str, int] = {}
    into, out = defaultdict(list), defaultdict(list)
    for arrow in diagram.arrows:
        into[arrow.head].append(arrow.tail)
        out[arrow.tail].append(arrow.head)
    for box in diagram.boxes:
        ranks[box.id] = max([ranks.get(tail, -1) for tail in into[box.id]], default=-1) + 1
    for box in diagram.boxes:
        if not into[box.id] and out[box.id]:  # a leaf stands just before its first user
            ranks[box.id] = max(min(ranks[head] for head in out[box.id]) - 1, 0)
    stacks: list[list[Box]] = [[] for _ in range(max(ranks.values(), default=0) + 1)]
    for box in diagram.boxes:
        stacks[ranks[box.id]].append(box)
    content = Row([Stack(boxes, text, spreads=True) for boxes in stacks if boxes], 3 * text)
    placing = Placing(content, sizes)
    links = [Link(arrow.id, arrow.tail, arrow.head) for arrow in diagram.arrows]
    return Scene(placing.width, placing.height, placing.frames, placing.curves(links), remark)
