"""Where a computation stopped being finite: the first node, its label, scope and line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .errors import NonFiniteError
from .graph import Graph, Node
from .node import labelled
from .value import Value

MOST_OPERANDS = 6  # the most that a message spells out: a sum may have thousands


def first_non_finite(graph: Graph) -> tuple[Node, str] | None:
    """The first node where a nan or inf begins, and where in it: ``"value"`` or ``"gradient"``.

    A value begins to be non-finite where all operands are finite (or at a leaf), a gradient
    where the upstream gradients are finite.
    """
    values = graph.facts.tape.values
    if not math.isfinite(sum(values)):  # or only their sum overflows
        for node in graph.nodes:
            if not math.isfinite(node.value) and not any(
                # an operand that was finite at its first use, but not at this one, began here
                not math.isfinite(x) and not math.isfinite(values[i])
                for i, x in zip(node.operands, node.inputs, strict=True)
            ):
                return node, "value"
    if not math.isfinite(sum(graph.grads)):
        for node in reversed(graph.nodes):
            if node.grad is not None and not math.isfinite(node.grad):
                return node, "gradient"
    return None


def check_finite(root: Value | Sequence[Value]) -> None:
    """Raise if a value or a gradient below ``root`` is nan or inf, naming where that began.

    >>> x = Value(800.0, label="x")
    >>> check_finite(x.exp() * 2.0)
    Traceback (most recent call last):
    autograd.errors.NonFiniteError: exp(800.0) is inf: the first non-finite value, \
in node %1 (operand 1 is 'x'); to see the line that made it, compute inside 'with \
autograd.sources():'

    Within ``with autograd.sources():`` nodes remember the line that made them, and the error
    names it.
    """
    graph = Graph(root)
    found = first_non_finite(graph)
    if found is not None:
        raise NonFiniteError(explained(graph, *found))


def explained(graph: Graph, node: Node, what: str) -> str:
    """In words, where and how a node's ``"value"`` or ``"gradient"`` came to be nan or inf."""
    if what == "value":
        return (
            f"{_called(node)} is {node.value!r}: the first non-finite value, "
            f"{_place(graph, node)}{_advice(node)}"
        )
    shares = graph.contributions(node.index)
    guilty = [c for c in shares if not math.isfinite(c.product)] or shares
    parts = " + ".join(f"{c.slope!r} × {c.upstream!r}" for c in guilty[:MOST_OPERANDS])
    parts += f" + … of {len(shares)}" if len(shares) > len(guilty[:MOST_OPERANDS]) else ""
    # No consumers: the seed itself. All products finite: their sum overflowed.
    through = "".join(
        f"; it comes through {_called(consumer)}, {_place(graph, consumer)}{_advice(consumer)}"
        for consumer in culprits(graph, node)[:1]
    )
    return (
        f"the gradient of {_called(node)} is {node.grad!r}{' = ' if parts else ''}{parts}: "
        f"the first non-finite gradient, {_place(graph, node)}{through}"
    )


def culprits(graph: Graph, node: Node) -> list[Node]:
    """The consumers of a node whose contributions to its gradient are not finite."""
    shares = graph.contributions(node.index)
    return [graph.nodes[c.consumer] for c in shares if not math.isfinite(c.product)]


def _called(node: Node) -> str:
    """``exp(800.0)``, ``sum(1.0, 2.0, inf, … of 20)``, or ``the variable 800.0``."""
    if node.op is None:
        return f"the {node.kind} {node.value!r}"
    shown = ", ".join(map(repr, node.inputs[:MOST_OPERANDS]))
    more = f", … of {len(node.inputs)}" if len(node.inputs) > MOST_OPERANDS else ""
    return f"{node.op.name}({shown}{more})"


def _place(graph: Graph, node: Node) -> str:
    """Where a node is: its number, label, scope, line, and its operands' labels."""
    place = f"in node %{node.index}" + (f" {node.label!r}" if node.label else "")
    place += f" of scope {node.scope!r}" if node.scope else ""
    place += f", recorded at {node.source}" if node.source else ""
    return place + labelled(graph[i] for i in node.operands[:MOST_OPERANDS])


def _advice(node: Node) -> str:
    """How to find the line, if it is not known."""
    if node.source or node.op is None:
        return ""
    return "; to see the line that made it, compute inside 'with autograd.sources():'"
