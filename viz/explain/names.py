"""What the nodes on some paths are called: by label, scope and operation, all told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from autograd import Graph

from ..say.labels import LINE_LIMIT, shorten
from .steps import symbol


class Names:
    """The names of some nodes of a graph; what would be called the same gets its number, too."""

    def __init__(self, graph: Graph, nodes: Iterable[int], apart: Container[int]) -> None:
        self.graph = graph
        self.symbols = {index: symbol(graph, index, apart) for index in sorted(set(nodes))}
        self.bare = {index: self._bare(index) for index in self.symbols}
        uses = Counter(map(self._key, self.symbols))
        self.twins = frozenset([i for i in self.symbols if uses[self._key(i)] > 1])

    def short(self, index: int) -> str:
        """``w1``, ``tanh o``, ``×``, or ``× [n4]`` if there is another one."""
        return f"{self.bare[index]} [n{index}]" if index in self.twins else self.bare[index]

    def way(self, indices: Iterable[int]) -> list[str]:
        """The names along a path, each with its scope where the path enters it."""
        result: list[str] = []
        scope = ""
        for index in indices:
            node = self.graph.nodes[index]
            name = self.short(index)
            if node.scope and node.scope != scope:
                name = f"{shorten(node.scope)}: {name}"
            scope = node.scope
            result.append(name)
        return result

    def _bare(self, index: int) -> str:
        node = self.graph.nodes[index]
        label = shorten(node.label)
        if node.op is None:
            return label or node.kind
        sign = shorten(self.symbols[index], LINE_LIMIT // 2)
        if not label:
            return sign
        return f"{sign} {label}" if sign[:1].isascii() and sign[:1].isalpha() else label

    def _key(self, index: int) -> tuple[str, str]:
        return self.graph.nodes[index].scope, self.bare[index]
