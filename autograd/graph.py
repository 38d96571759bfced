"""Snapshots of what was recorded: the hub from which graphs are drawn, explained and saved.

A `Graph` is immutable and numbers its nodes in topological order (operands before results), so
the same computation gives the same numbers in every run. It describes the recorded pass: if a
leaf has changed since, ``node.value`` is what the pass saw and ``node.now`` is what it is. It
makes a backward pass of its own, and neither reads nor writes ``Value.grad``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from .facts import Fact, checked_roots, names_of, read
from .graph_json import decode, encode
from .numbers import listed, reals
from .primitive import Op, unchecked
from .value import Value

DIFFERENTIABLE = ("variable", "parameter")


@dataclass(frozen=True, slots=True)
class Node:
    """One number of a recorded computation, and all that is known of it."""

    index: int
    """Topological number: operands before results."""
    op: Op | None
    """The row of the operation table; None for a leaf."""
    operands: tuple[int, ...]
    """Indices of the operands, in order; ``a * a`` has two."""
    inputs: tuple[float, ...]
    """The operands' values as this node recorded them."""
    slopes: tuple[float, ...]
    """Local derivatives d(value)/d(operand), one for each operand."""
    value: float
    """The number, as recorded."""
    now: float
    """A leaf's number when the snapshot was taken; differs from ``value`` if it was changed."""
    grad: float | None
    """d(root)/d(this); None if nothing below needs a gradient: a constant, a frozen parameter."""
    label: str
    scope: str
    source: str
    kind: str
    """One of ``facts.KINDS``."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one consumer of a node adds to its gradient: slope × upstream = product."""

    consumer: int
    position: int
    slope: float
    upstream: float
    product: float


class Graph:
    """An immutable, topologically numbered snapshot of what was recorded below one or more roots.

    >>> a = Value(3.0, label="a")
    >>> graph = Graph(a * a + 1.0)
    >>> print(graph)
    %0 = variable           # 3.0  grad 6.0  'a'
    %1 = mul %0 %0          # 9.0  grad 1.0
    %2 = constant           # 1.0
    %3 = add %1 %2          # 10.0  grad 1.0
    >>> [c.product for c in graph.contributions(0)]
    [3.0, 3.0]

    Parameters
    ----------
    roots:
        A Value or a list of Values.
    names:
        Names for Values without a label: usually ``locals()``. Lists and dicts of Values are named
        by position, as ``w[0]``.
    seeds:
        The gradient of each root in the graph's own pass; 1.0 each if left out.
    """

    __slots__ = ("_consumers", "nodes", "roots", "seeds")

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    seeds: tuple[float, ...]
    _consumers: list[tuple[tuple[int, int], ...]] | None

    def __init__(
        self,
        roots: Value | Sequence[Value],
        names: Mapping[str, Any] | None = None,
        seeds: Sequence[float] | None = None,
    ) -> None:
        values = [roots] if isinstance(roots, Value) else checked_roots(roots)
        facts, indices, _ = read(values, names_of(names or {}))
        self._complete(facts, [indices[id(v)] for v in values], seeds)

    def _complete(
        self, facts: Sequence[Fact], roots: Sequence[int], seeds: Sequence[float] | None
    ) -> None:
        weights = [1.0] * len(roots) if seeds is None else reals(listed(seeds, "seeds"), "a seed")
        if len(weights) != len(roots):
            raise ValueError(
                f"Graph got {len(roots)} roots and {len(weights)} seeds; "
                "give one seed for each root"
            )
        with unchecked():
            slopes = [_slopes(fact) for fact in facts]
        grads = _gradients(facts, slopes, roots, weights, zero=0.0)
        nodes = tuple(map(_node, range(len(facts)), facts, slopes, grads))
        self._set(roots=tuple(roots), seeds=tuple(weights), nodes=nodes, _consumers=None)

    def _set(self, **attributes: Any) -> None:
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Graph is an immutable snapshot; take a new one with Graph(root)")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Graph is an immutable snapshot; take a new one with Graph(root)")

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        mine, its = (
            repr((graph.nodes, graph.roots, graph.seeds))  # nan equals nan, −0.0 is not 0.0
            for graph in (self, other)
        )
        return mine == its

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Graph.from_json, (self.to_json(),)

    # --- edges ------------------------------------------------------------------------------------

    def consumers(self, index: int) -> tuple[tuple[int, int], ...]:
        """The edges out of a node: (index of the consumer, position among its operands)."""
        if self._consumers is None:
            edges: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
            for node in self.nodes:
                for position, operand in enumerate(node.operands):
                    edges[operand].append((node.index, position))
            self._set(_consumers=[tuple(edge) for edge in edges])
        assert self._consumers is not None
        return self._consumers[index]

    def contributions(self, index: int) -> tuple[Contribution, ...]:
        """What each edge out of a node adds to its gradient, in the order of the backward pass.

        Starting from the seed for a root, else from 0.0, the products add up to ``node.grad``,
        bit for bit. Empty for a node of which no gradient is asked.
        """
        if self.nodes[index].grad is None:
            return ()
        edges = sorted(self.consumers(index), key=lambda edge: (-edge[0], edge[1]))
        result = []
        for consumer, position in edges:
            upstream = self.nodes[consumer].grad
            assert upstream is not None  # of what is above this node a gradient is asked too
            slope = self.nodes[consumer].slopes[position]
            result.append(Contribution(consumer, position, slope, upstream, upstream * slope))
        return tuple(result)

    # --- in other arithmetics ---------------------------------------------------------------------

    def evaluate(
        self,
        number: Callable[[float], Any] = float,
        leaves: Mapping[int, Any] | None = None,
    ) -> tuple[Any, ...]:
        """Every node's value, computed again from the recorded leaves in another arithmetic.

        With ``number=Fraction`` the rational operations of the table are exact. ``leaves`` are
        numbers for some of the leaves, by index, instead of the recorded ones: what the same
        operations give elsewhere. Outside of a domain that is nan or infinite, as in partials.

        >>> from fractions import Fraction
        >>> x = Value(3.0)
        >>> Graph(x / 7.0).evaluate(Fraction)[-1]
        Fraction(3, 7)
        >>> Graph(x / 7.0).evaluate(leaves={0: 14.0})[-1]
        2.0
        """
        given = {} if leaves is None else leaves
        for index in given:
            if not 0 <= index < len(self) or self.nodes[index].op is not None:
                raise ValueError(f"evaluate: node {index} is not a leaf of this graph")
        values: list[Any] = []
        with unchecked():
            for node in self.nodes:
                if node.op is None:
                    values.append(number(given.get(node.index, node.value)))
                else:
                    values.append(node.op.forward(*[values[i] for i in node.operands]))
        return tuple(values)

    def gradients(self, number: Callable[[float], Any] = float) -> tuple[Any, ...]:
        """Every node's gradient in another arithmetic; None where none is asked.

        >>> from fractions import Fraction
        >>> x = Value(3.0)
        >>> Graph(x / 7.0).gradients(Fraction)[0]
        Fraction(1, 7)
        """
        values = self.evaluate(number)
        with unchecked():
            slopes = [
                node.op.slopes(values[node.index], tuple([values[i] for i in node.operands]))
                if node.op is not None
                else ()
                for node in self.nodes
            ]
        seeds = [number(seed) for seed in self.seeds]
        return tuple(_gradients(self.nodes, slopes, self.roots, seeds, zero=number(0.0)))

    # --- as text ----------------------------------------------------------------------------------

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """One line for each node: number, operation, operands, then value, gradient and names."""
        lines = []
        for node in self.nodes:
            name = node.op.name if node.op is not None else node.kind
            program = f"%{node.index} = " + " ".join([name, *[f"%{i}" for i in node.operands]])
            facts = [repr(node.value)]
            if node.now != node.value and node.op is None and node.value == node.value:
                facts.append(f"now {node.now!r}")
            if node.grad is not None:
                facts.append(f"grad {node.grad!r}")
            facts += [repr(node.label)] if node.label else []
            facts += [f"in {node.scope}"] if node.scope else []
            facts += [f"at {node.source}"] if node.source else []
            lines.append(f"{program:<23} # {'  '.join(facts)}")
        return "\n".join(lines)

    def to_json(self) -> str:
        """The snapshot as JSON: what was recorded, without what follows from it.

        >>> x = Value(3.0)
        >>> graph = Graph(x * x)
        >>> Graph.from_json(graph.to_json()) == graph
        True
        """
        return encode(self)

    @classmethod
    def from_json(cls, text: str) -> Graph:
        """The graph that `to_json` wrote. Executes nothing; checks everything.

        Raises
        ------
        GraphFormatError
            if the text is anything else, naming the node that is wrong.
        """
        facts, roots, seeds = decode(text)
        graph = cls.__new__(cls)
        graph._complete(facts, roots, seeds)
        return graph


# --- computing ------------------------------------------------------------------------------------


def _node(index: int, fact: Fact, slopes: tuple[float, ...], grad: float | None) -> Node:
    # fmt: off
    return Node(index, fact.op, fact.operands, fact.inputs, slopes, fact.value, fact.now, grad,
                fact.label, fact.scope, fact.source, fact.kind)
    # fmt: on


def _slopes(fact: Fact) -> tuple[float, ...]:
    if fact.op is None:
        return ()
    return tuple(map(float, fact.op.slopes(fact.value, fact.inputs)))


def _gradients(
    facts: Sequence[Fact] | Sequence[Node],
    slopes: Sequence[Sequence[Any]],
    roots: Sequence[int],
    seeds: Sequence[Any],
    zero: Any,
) -> list[Any]:
    """The gradient of every node, None where none is asked: the reverse sweep on a snapshot."""
    asked: list[bool] = []
    for fact in facts:
        asked.append(fact.kind in DIFFERENTIABLE or any(asked[i] for i in fact.operands))
    grads: list[Any] = [zero if needed else None for needed in asked]
    for root, seed in zip(roots, seeds, strict=True):
        if asked[root]:
            grads[root] = grads[root] + seed
    for i in range(len(facts) - 1, -1, -1):
        upstream = grads[i]
        if upstream is None:
            continue
        for operand, slope in zip(facts[i].operands, slopes[i], strict=True):
            if asked[operand]:
                grads[operand] = grads[operand] + upstream * slope
    return grads
