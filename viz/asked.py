"""What a caller asks for: arguments of the faces, checked, with errors that name the function."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from autograd import ConstantError, Graph, Value
from autograd.numbers import is_number
from autograd.tape import read

from .checks import did_you_mean, graph_of, left_of
from .lessons.lesson import Pass


def pass_of(
    caller: str, value: object, names: Mapping[str, Any] | None, lr: object, *, accumulate: bool
) -> Pass:
    """The pass that led to a Value, or that a Graph holds.

    Raises
    ------
    ConstantError:
        if there is no gradient to show.
    """
    if not is_number(lr):
        raise TypeError(
            f"{caller}: lr is a number, the learning rate of the update, such as 0.1; "
            f"got {lr!r:.60}"
        )
    if not math.isfinite(float(lr)):  # type: ignore[arg-type]
        raise ValueError(
            f"{caller}: lr is a finite number, the learning rate of the update; got {lr}"
        )
    graph = graph_of(caller, value, names)
    if all(graph.nodes[index].grad is None for index in graph.roots):
        raise ConstantError(
            f"{caller}: the result does not depend on any variable or parameter, so there are no "
            "gradients to show; compute it from Values or parameters"
        )
    left = left_of(caller, value) if accumulate else {}
    return Pass(graph, left=left, rate=float(lr))  # type: ignore[arg-type]


def text(caller: str, name: str, words: object) -> None:
    """Refuse what is no text."""
    if words is not None and not isinstance(words, str):
        raise TypeError(f"{caller}: {name} is text, got {words!r:.60}")


def image_of(caller: str, image: object) -> tuple[int, int] | None:
    """The rows and columns of an input."""
    if image is None:
        return None
    sides = tuple(image) if isinstance(image, (tuple, list)) else ()
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        raise TypeError(
            f"{caller}: image is the rows and columns of an input, as (8, 8); got {image!r:.60}"
        )
    return sides[0], sides[1]


# --- one node -------------------------------------------------------------------------------------


def node_of(graph: Graph, focus: str | int | Value, value: object) -> int:
    """The index of what is asked for: a node's number, a Value, a label, or the last of a scope.

    Raises
    ------
    ValueError
        if the graph has no such node, naming the nearest.
    """
    if isinstance(focus, Value):
        return _of_value(focus, value)
    if isinstance(focus, bool) or not isinstance(focus, (int, str)):
        raise TypeError(
            "focus is a Value, a label, the scope of a unit such as 'layers.0/neuron 13', or the "
            f"number of a node; got {focus!r:.60}"
        )
    if isinstance(focus, int):
        if not 0 <= focus < len(graph):
            raise ValueError(f"focus={focus}: the nodes of this graph are 0 to {len(graph) - 1:,}")
        return focus
    labelled = [node.index for node in graph if node.label == focus]
    if labelled:
        return labelled[-1]
    wanted = canonical(focus)
    scopes: dict[str, int] = {}
    for node in graph:
        if node.scope and node.op is not None:
            scopes[canonical(node.scope)] = node.index
            scopes[canonical(f"{node.scope}/{node.label}")] = node.index
    if wanted in scopes:
        return scopes[wanted]
    below = [index for scope, index in scopes.items() if scope.startswith(f"{wanted}/")]
    if below:
        return max(below)
    labels = {node.label for node in graph if node.label}
    known = [*labels, *{node.scope for node in graph if node.scope}]
    rest = did_you_mean(focus, known, "labels and scopes are in str(Graph(value))")
    raise ValueError(f"focus={focus!r:.60}: no node of this graph has that label or scope{rest}")


def canonical(scope: str) -> str:
    """A scope, however its numbers are written.

    >>> canonical("layers.0/neuron 13"), canonical("layers.0/neurons.13")
    ('layer.0/neuron.13', 'layer.0/neuron.13')
    """
    return re.sub(r"s?[ .](\d+)", r".\1", scope)


def _of_value(focus: Value, value: object) -> int:
    if not isinstance(value, Value):
        raise TypeError(
            "focus as a Value needs the Value that is played, and this is a Graph; give the "
            "number of the node, or its label"
        )
    places = read([value])[2]
    if id(focus) not in places:
        raise ValueError(
            f"focus: {focus!r:.80} is not in this computation; was it detached or copied?"
        )
    return places[id(focus)]
