"""A diagram as a tree of text, roots first: for terminals, logs and screen readers."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator

from ..scene.diagram import Arrow, Box, Diagram

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
