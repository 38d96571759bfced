"""A diagram as text: a tree, roots first, for terminals and screen readers; and Mermaid.

A Mermaid flowchart is drawn by GitHub and by many editors, from Markdown.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator

from ..labels import mermaid_quote
from ..scene.diagram import Arrow, Box, Diagram
from .looks import LOOKS, fill_of
from .palette import Theme

DEEPEST = 16  # levels of indentation before a branch goes on in a tree of its own


def tree(diagram: Diagram) -> str:
    """The diagram as text; a box that is used twice is spelled out once, then only named.

    A branch of more than 16 levels goes on further down, so that lines stay short.
    """
    return "\n".join(_Tree(diagram).lines()) + "\n"


class _Tree:
    """The state of one walk: what has been spelled out, and which branches still wait."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.boxes = {box.id: box for box in diagram.boxes}
        self.into: dict[str, list[Arrow]] = defaultdict(list)
        for arrow in diagram.arrows:
            self.into[arrow.head].append(arrow)
        self.uses = Counter(arrow.tail for arrow in diagram.arrows)
        self.done: set[str] = set()
        self.waiting: deque[str] = deque()

    def lines(self) -> Iterator[str]:
        """All lines of the text."""
        yield from self.diagram.title
        roots = [box.id for box in self.diagram.boxes if not self.uses[box.id]]
        # Folded boxes may use each other in a circle, which no root is above.
        roots += [box.id for box in reversed(self.diagram.boxes)]
        for root in roots:
            if root in self.done:
                continue
            yield from self._branch(root)
            while self.waiting:
                name = self.waiting.popleft()
                if name not in self.done:
                    yield f"[{name}]:"
                    yield from self._branch(name)
        yield from self.diagram.notes

    def _branch(self, start: str) -> Iterator[str]:
        """One tree, depth first, with an explicit stack: graphs are deeper than recursion."""
        stack: list[tuple[str, str, str, Arrow | None]] = [(start, "", "", None)]
        while stack:
            name, before, under, arrow = stack.pop()
            inputs = self.into[name]
            flow = f"  ← {' '.join(arrow.lines)}" if arrow is not None and arrow.lines else ""
            if name in self.done:
                yield f"{before}{self.boxes[name].lines[0]} [{name}], see above{flow}"
            elif inputs and len(under) >= 3 * DEEPEST:
                self.waiting.append(name)
                yield f"{before}{self.boxes[name].lines[0]} [{name}], see below{flow}"
            else:
                self.done.add(name)
                yield f"{before}{self._spelled_out(self.boxes[name])}{flow}"
                for incoming in reversed(inputs):
                    fork, line = ("└─ ", "   ") if incoming is inputs[-1] else ("├─ ", "│  ")
                    stack.append((incoming.tail, under + fork, under + line, incoming))

    def _spelled_out(self, box: Box) -> str:
        head, *rest = box.lines
        name = f"{head} [{box.id}]" if self.uses[box.id] > 1 else head
        return "  ".join([name, *rest])


# --- Mermaid --------------------------------------------------------------------------------------

MOST_EDGES = 500  # Mermaid's own limits: beyond them it draws an error
MOST_TEXT = 50_000


def flowchart(diagram: Diagram, theme: Theme) -> str:
    """The diagram as Mermaid source.

    Raises
    ------
    ValueError
        if it is larger than Mermaid's defaults allow (500 edges, 50,000 characters).
    """
    if len(diagram.arrows) > MOST_EDGES:
        raise ValueError(
            f"Mermaid draws at most {MOST_EDGES} edges, and this picture has "
            f"{len(diagram.arrows):,}; draw it with a smaller max_nodes=..., or use .svg()"
        )
    chart = "\n".join(_lines(diagram, theme)) + "\n"
    if len(chart) > MOST_TEXT:
        raise ValueError(
            f"Mermaid reads at most {MOST_TEXT:,} characters, and this picture needs "
            f"{len(chart):,}; draw it with a smaller max_nodes=..., or use .svg()"
        )
    return chart


def _lines(diagram: Diagram, theme: Theme) -> Iterator[str]:
    yield f"flowchart {diagram.direction}"
    for box in diagram.boxes:
        opening, closing = LOOKS[box.kind].brackets
        yield f"    {box.id}{opening}{_quoted(box.lines)}{closing}:::{_class(box)}"
    for arrow in diagram.arrows:
        yield _link(arrow, pointed=diagram.points == "head")
    if diagram.notes:
        yield f"    note[{_quoted(diagram.notes)}]:::note"
    yield from _styles(diagram, theme)


def _link(arrow: Arrow, *, pointed: bool) -> str:
    """Solid for +, dotted for − and nothing, thick for wrong; a point shows the values' way."""
    label = f"|{_quoted(arrow.lines)}|" if arrow.lines else ""
    if arrow.sign == "wrong":
        return f"    {arrow.tail} ==={label} {arrow.head}"
    line = "-.-" if arrow.sign in {"negative", "zero"} else "---"
    if pointed:
        line = line.removesuffix("-") + ">" if line == "---" else "-.->"
    return f"    {arrow.tail} {line}{label} {arrow.head}"


def _quoted(lines: tuple[str, ...]) -> str:
    # The line breaks are ours: those of a label have become spaces.
    return '"' + "<br/>".join(mermaid_quote(line)[1:-1] for line in lines) + '"'


def _class(box: Box) -> str:
    return "root" if box.is_root else "alarm" if box.is_alarming else box.kind


def _styles(diagram: Diagram, theme: Theme) -> Iterator[str]:
    kinds = {_class(box) for box in diagram.boxes} | ({"note"} if diagram.notes else set())
    for kind in sorted(kinds):
        is_known = kind in LOOKS and kind != "note"
        fill = (
            fill_of(kind, theme, is_root=kind == "root")
            if is_known or kind == "root"
            else theme.page
        )
        border = {"root": theme.root, "alarm": theme.alarm}.get(kind, theme.outline)
        style = f"fill:{fill},stroke:{border},color:{theme.ink}"
        if kind in {"root", "alarm"}:
            style += ",stroke-width:3px"
        if kind == "note" or (is_known and LOOKS[kind].is_dashed):
            style += ",stroke-dasharray:4"
        yield f"    classDef {kind} {style}"
