"""Snapshots of what was recorded: graphs are drawn, explained and saved from these.

A `Graph` is immutable and numbers its nodes in topological order (operands before results), so
the same computation gives the same numbers in every run. It describes the recorded pass: if a
leaf has changed since then, ``node.value`` is the number that the pass used and ``node.now`` the
present one. It does its own backward pass, and neither reads nor writes ``Value.grad``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, NoReturn, TypeVar, cast, overload

from .graph_json import decode, encode
from .primitive import unchecked
from .pullback import Slopes, pull
from .roots import checked_roots, checked_seeds
from .tape import DIFFERENTIABLE, KINDS, Facts, facts_of
from .value import Value

T = TypeVar("T")

WIDE = 8  # operands


def _immutable(*_: object) -> NoReturn:
    raise AttributeError("a Graph is an immutable snapshot; take a new one with Graph(root)")


def _fact(read: Callable[[Node], T]) -> T:
    """A field of a node that is read from the columns of its graph; type checkers see a T."""
    return cast("T", property(read))


class Node:
    """One number of a recorded computation, and all that is known about it: a view of a `Graph`.

    index:
        Its topological number: operands before results.
    op:
        The row of the operation table; None for a leaf.
    operands:
        Indices of the operands, in order; ``a * a`` has two.
    inputs:
        The operands' values as this node recorded them.
    slopes:
        Local derivatives d(value)/d(operand), one for each operand.
    value:
        The number, as recorded.
    now:
        A leaf's number when the snapshot was taken; differs from ``value`` if it was changed.
    grad:
        d(root)/d(this); None if nothing below needs a gradient, as for a constant.
    label, scope:
        The name shown in drawings, and the part of the computation this was recorded in.
    source:
        The line that recorded this, if `autograd.sources` was on.
    kind:
        One of ``tape.KINDS``.
    """

    __slots__ = ("_graph", "index")

    _graph: Graph
    index: int

    def __init__(self, graph: Graph, index: int) -> None:
        object.__setattr__(self, "_graph", graph)
        object.__setattr__(self, "index", index)

    __setattr__ = __delattr__ = _immutable

    op = _fact(lambda node: node._graph.facts.tape.ops[node.index])
    operands = _fact(lambda node: node._graph._kept(node._graph.facts.tape.places, node.index))
    inputs = _fact(lambda node: node._graph._kept(node._graph.facts.tape.inputs, node.index))
    slopes = _fact(lambda node: node._graph._kept(node._graph.slopes, node.index))
    value = _fact(lambda node: node._graph.facts.tape.values[node.index])
    now = _fact(lambda node: node._graph.facts.now.get(node.index, node.value))
    grad = _fact(
        lambda node: node._graph.grads[node.index] if node._graph.asked[node.index] else None
    )
    label = _fact(lambda node: node._graph.facts.about[node.index].label)
    scope = _fact(lambda node: node._graph.facts.about[node.index].scope)
    source = _fact(lambda node: node._graph.facts.about[node.index].source)
    kind = _fact(lambda node: KINDS[node._graph.facts.kinds[node.index]])

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other) if isinstance(other, Node) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.index, self.op))

    def __repr__(self) -> str:
        told = [f"{name}={getattr(self, name)!r}" for name in _FIELDS]
        return f"Node({', '.join(told)})"


_FIELDS = ["index", *[name for name, x in vars(Node).items() if isinstance(x, property)]]


@dataclass(frozen=True, slots=True)
class Contribution:
    """The term that one consumer of a node adds to its gradient: slope × upstream = product."""

    consumer: int
    position: int
    slope: float
    upstream: float
    product: float


class Graph(Sequence[Node]):
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

    # What was recorded, as columns: faster to read than many nodes.
    facts: Facts
    roots: tuple[int, ...]
    seeds: tuple[float, ...]
    _indices: range

    def __init__(
        self,
        roots: Value | Sequence[Value],
        names: Mapping[str, Any] | None = None,
        seeds: Sequence[float] | None = None,
    ) -> None:
        given = [roots] if isinstance(roots, Value) else roots
        values = checked_roots(given, "a Graph is taken of")
        facts, places = facts_of(values, names or {})
        self._set(facts, places, seeds)

    def _set(self, facts: Facts, roots: Sequence[int], seeds: Sequence[float] | None) -> None:
        weights = checked_seeds(seeds, len(roots), "Graph")
        indices = range(len(facts.tape))
        vars(self).update(facts=facts, roots=tuple(roots), seeds=tuple(weights), _indices=indices)

    def with_seeds(self, seeds: Sequence[float]) -> Graph:
        """The same recording with other gradients of the roots."""
        return Graph.of(self.facts, self.roots, seeds)

    @classmethod
    def of(cls, facts: Facts, roots: Sequence[int], seeds: Sequence[float]) -> Graph:
        """A recording that is there as columns already."""
        graph = cls.__new__(cls)
        graph._set(facts, roots, seeds)
        return graph

    __setattr__ = __delattr__ = _immutable

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Node]: ...
    def __getitem__(self, index: int | slice) -> Node | Sequence[Node]:
        if isinstance(index, slice):
            return [Node(self, i) for i in self._indices[index]]
        return Node(self, self._indices[index])

    def __iter__(self) -> Iterator[Node]:
        return map(Node, repeat(self), self._indices)  # three times as quick as by index

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes, in topological order: the graph itself is this sequence."""
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        return self is other or self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Graph.from_json, (self.to_json(),)

    # --- computed on first use --------------------------------------------------------------------

    @cached_property
    def asked(self) -> bytearray:
        """For each node, 1 if it needs a gradient: a variable or a parameter lies below it."""
        needs = [kind in DIFFERENTIABLE for kind in KINDS]
        return self.facts.tape.above(bytearray([needs[kind] for kind in self.facts.kinds]))

    @cached_property
    def _wide(self) -> dict[tuple[str, int], tuple[Any, ...]]:
        """Kept results for nodes with many operands: a loop over them asks for each again."""
        return {}

    def _kept(self, read: Callable[[int], tuple[T, ...]], index: int) -> tuple[T, ...]:
        starts = self.facts.tape.starts
        if starts[index + 1] - starts[index] <= WIDE:
            return read(index)
        key = read.__name__, index
        if key not in self._wide:
            self._wide[key] = read(index)
        return self._wide[key]

    def slopes(self, index: int) -> tuple[float, ...]:
        """The local derivatives of a node, one for each operand."""
        starts = self.facts.tape.starts
        return tuple(self._slopes[starts[index] : starts[index + 1]])

    @cached_property
    @unchecked()
    def _slopes(self) -> array[float]:
        """The local derivatives of all nodes, in the order of the operands."""
        tape, column = self.facts.tape, array("d")
        for i, op in enumerate(tape.ops):
            if op is not None:
                column.extend(op.slopes(tape.values[i], tape.inputs(i)))
        return column

    @cached_property
    def grads(self) -> array[float]:
        """d(root)/d(node) of every node; 0.0 where none is needed."""
        column, starts = self._slopes, self.facts.tape.starts
        sums = self._pulled(lambda i: column[starts[i] : starts[i + 1]], self.seeds, 0.0)
        return array("d", [0.0 if x is None else x for x in sums])

    def _pulled(self, slopes: Slopes, seeds: Sequence[Any], zero: Any) -> list[Any]:
        asked = self.asked
        sums = [zero if needed else None for needed in asked]
        for root, seed in zip(self.roots, seeds, strict=True):
            if asked[root]:
                sums[root] = sums[root] + seed
        pull(self.facts.tape, sums, asked, slopes)
        return sums

    # --- edges ------------------------------------------------------------------------------------

    def consumers(self, index: int) -> tuple[tuple[int, int], ...]:
        """The edges out of a node: (index of the consumer, position among its operands)."""
        index = self._indices[index]
        starts, operands = self.facts.tape.starts, self.facts.tape.operands
        first = bisect_left(self._uses, index, key=operands.__getitem__)
        last = bisect_right(self._uses, index, key=operands.__getitem__)
        edges = []
        for edge in self._uses[first:last]:
            consumer = bisect_right(starts, edge) - 1  # leaves before it have no operands
            edges.append((consumer, edge - starts[consumer]))
        return tuple(edges)

    @cached_property
    def _uses(self) -> array[int]:
        """All edges, as positions in the column of operands, ordered by the operand."""
        operands = self.facts.tape.operands
        return array("I", sorted(range(len(operands)), key=operands.__getitem__))

    def contributions(self, index: int) -> tuple[Contribution, ...]:
        """The term that each edge out of a node adds to its gradient, in the backward pass's order.

        Added to the seed for a root, else to 0.0, the products give ``node.grad``, bit for bit.
        Empty for a node that needs no gradient.
        """
        edges = sorted(self.consumers(index), key=lambda edge: (-edge[0], edge[1]))
        if not self.asked[index]:
            return ()
        result = []
        for consumer, position in edges:
            slope = self._slopes[self.facts.tape.starts[consumer] + position]
            upstream = self.grads[consumer]
            result.append(Contribution(consumer, position, slope, upstream, upstream * slope))
        return tuple(result)

    # --- in other arithmetics ---------------------------------------------------------------------

    def evaluate(
        self,
        number: Callable[[float], Any] = float,
        leaves: Mapping[int, Any] | None = None,
    ) -> tuple[Any, ...]:
        """Every node's value, computed again from the recorded leaves in another arithmetic.

        With ``number=Fraction`` the rational operations of the table are exact. ``leaves`` replaces
        the numbers of some leaves, by index, to see what the same operations give elsewhere.
        Outside a domain the result is nan or infinite, as in partials.

        >>> from fractions import Fraction
        >>> x = Value(3.0)
        >>> Graph(x / 7.0).evaluate(Fraction)[-1]
        Fraction(3, 7)
        >>> Graph(x / 7.0).evaluate(leaves={0: 14.0})[-1]
        2.0
        """
        tape, given = self.facts.tape, {} if leaves is None else leaves
        for index in given:
            if not 0 <= index < len(self) or tape.ops[index] is not None:
                raise ValueError(f"evaluate: node {index} is not a leaf of this graph")
        values: list[Any] = []
        with unchecked():
            for i, op in enumerate(tape.ops):
                if op is None:
                    values.append(number(given.get(i, tape.values[i])))
                else:
                    values.append(op.forward(*[values[j] for j in tape.places(i)]))
        return tuple(values)

    def gradients(self, number: Callable[[float], Any] = float) -> tuple[Any, ...]:
        """Every node's gradient in another arithmetic; None where none is needed.

        >>> from fractions import Fraction
        >>> x = Value(3.0)
        >>> Graph(x / 7.0).gradients(Fraction)[0]
        Fraction(1, 7)
        """
        tape, values = self.facts.tape, self.evaluate(number)

        def slopes(index: int) -> tuple[Any, ...]:
            op = tape.ops[index]
            assert op is not None
            return op.slopes(values[index], tuple([values[j] for j in tape.places(index)]))

        with unchecked():
            seeds = [number(seed) for seed in self.seeds]
            return tuple(self._pulled(slopes, seeds, zero=number(0.0)))

    # --- as text ----------------------------------------------------------------------------------

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """One line for each node: number, operation, operands, then value, gradient and names."""
        lines = []
        for node in self:
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
        return encode(self.facts, self.roots, self.seeds)

    @classmethod
    def from_json(cls, text: str) -> Graph:
        """The graph that `to_json` wrote. Executes nothing; checks everything.

        Raises
        ------
        GraphFormatError
            if the text is anything else, naming the node that is wrong.
        """
        graph = cls.__new__(cls)
        graph._set(*decode(text))
        return graph
