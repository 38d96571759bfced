"""Where a computation stopped being finite: the first node, its label, scope and line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .errors import NonFiniteError
from .graph import Graph, Node
from .value import Value


def first_non_finite(graph: Graph) -> tuple[Node, str] | None:
    """The first node where a nan or inf begins, and in what: ``"value"`` or ``"gradient"``.

    A value begins to be non-finite where all operands are finite (or at a leaf), a gradient
    where the upstream gradients are finite.
    """
    for node in graph.nodes:
        if not math.isfinite(node.value) and all(map(math.isfinite, node.inputs)):
            return node, "value"
    for node in reversed(graph.nodes):
        if node.grad is not None and not math.isfinite(node.grad):
            return node, "gradient"
    return None


def check_finite(root: Value | Sequence[Value]) -> None:
    """Raise if a value or a gradient below ``root`` is nan or inf, naming where that began.

    >>> x = Value(800.0, label="x")
    >>> check_finite(x.exp() * 2.0)
    Traceback (most recent call last):
    autograd.errors.NonFiniteError: exp(800.0) is inf: here the first value that is not finite \
arises, in node %1 (operand 1 is 'x'); for the line that made it, compute inside 'with \
autograd.sources():'

    Within ``with autograd.sources():`` nodes remember the line that made them, and the error
    names it.
    """
    graph = Graph(root)
    found = first_non_finite(graph)
    if found is None:
        return
    node, what = found
    place = f"in node %{node.index}" + (f" {node.label!r}" if node.label else "")
    place += f" of scope {node.scope!r}" if node.scope else ""
    place += f", recorded at {node.source}" if node.source else ""
    labels = [
        f"operand {i + 1} is {graph.nodes[j].label!r}"
        for i, j in enumerate(node.operands)
        if graph.nodes[j].label
    ]
    place += f" ({', '.join(labels)})" if labels else ""
    if not node.source and node.op is not None:
        place += "; for the line that made it, compute inside 'with autograd.sources():'"
    if node.op is None:
        name = f"the {node.kind} {node.value!r}"
    else:
        name = f"{node.op.name}({', '.join(map(repr, node.inputs))})"
    if what == "value":
        raise NonFiniteError(
            f"{name} is {node.value!r}: here the first value that is not finite arises, {place}"
        )
    parts = " + ".join(f"{c.slope!r} × {c.upstream!r}" for c in graph.contributions(node.index))
    raise NonFiniteError(
        f"the gradient of {name} is {node.grad!r} = {parts}: here the first gradient that is not "
        f"finite arises, {place}"
    )
