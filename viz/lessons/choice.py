"""Which views a computation gets: one box a node, rows of a small network, or layers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograd import ConstantError, Graph, Value
from autograd.numbers import is_number

from ..say.labels import shorten
from ..see.left_over import left_over
from ..see.neurons import network_of
from .networks import focusing, large, small
from .story import Story, View
from .telling.single import single_view

MAX_NODES = 400
FEW = 60  # nodes of a graph that is one neuron or less: drawn node by node


def story(
    value: Value | Graph,
    *,
    names: Mapping[str, Any] | None = None,
    lr: float = 0.1,
    accumulate: bool = False,
    focus: str | int | Value | None = None,
    image: tuple[int, int] | None = None,
    title: str | None = None,
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> Story:
    """All that a page tells of a computation; the arguments are those of `viz.player`."""
    _check(lr, image, title)
    graph = _graph(value, names)
    root = value if isinstance(value, Value) else None
    if all(graph.nodes[index].grad is None for index in graph.roots):
        raise ConstantError(
            "player: no gradient flows, for the result does not depend on any variable or "
            "parameter; compute it from some"
        )
    index = None if focus is None else focusing.node_of(graph, focus, root)
    found, first = _views(
        graph, rate=float(lr), left=_left(value) if accumulate else {}, focus=index, image=image,
        expand=expand, max_nodes=max_nodes,
    )  # fmt: skip
    return Story(_title(graph) if title is None else title, found, first)


def views(
    graph: Graph,
    *,
    rate: float,
    left: Mapping[int, float],
    focus: int | None = None,
    image: tuple[int, int] | None = None,
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> tuple[View, ...]:
    """The views of a graph, in the order of their tabs; a focus comes first.

    ``left`` is what leaves have in their ``.grad`` already, by index; ``focus`` is a node.
    """
    found, _ = _views(
        graph, rate=rate, left=left, focus=focus, image=image, expand=expand, max_nodes=max_nodes
    )
    return found


def _views(
    graph: Graph, *, rate: float, left: Mapping[int, float], focus: int | None,
    image: tuple[int, int] | None, expand: bool, max_nodes: int,
) -> tuple[tuple[View, ...], str]:  # fmt: skip
    """The views, and the key of the one to show first; empty for the first of them."""
    network = network_of(graph)
    if network is not None and len(network.units) > 1:
        unit = None if focus is None else focusing.unit_of(network, focus)
        kind = small if small.is_small(network) else large
        found = tuple(kind.views(network, rate=rate, left=left, image=image, focus=unit))
        if unit is None and focus is not None:
            return (focusing.view(graph, focus, left=left), *found), ""
        return found, "" if focus is not None else kind.first(network)
    tab = "nearest to the result" if len(graph) > max_nodes else "computation"
    whole = single_view(
        graph, key="graph", tab=tab, rate=rate, left=left, expand=expand, max_nodes=max_nodes
    )
    if focus is not None and len(graph) > FEW:
        return (focusing.view(graph, focus, left=left), whole), ""
    return (replace(whole, tab=""),), ""


# --- arguments ------------------------------------------------------------------------------------


def _check(lr: object, image: object, title: object) -> None:
    if not is_number(lr):
        raise TypeError(f"lr is a number, the learning rate of the update; got {lr!r:.60}")
    if not math.isfinite(float(lr)):  # type: ignore[arg-type]
        raise ValueError(f"lr is a finite number, the learning rate of the update; got {lr}")
    if title is not None and not isinstance(title, str):
        raise TypeError(f"title is a str, got {title!r:.60}")
    if image is None:
        return
    sides = tuple(image) if isinstance(image, (tuple, list)) else ()
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        raise TypeError(f"image is the rows and columns of an input, as (8, 8); got {image!r:.60}")


def _graph(value: object, names: Mapping[str, Any] | None) -> Graph:
    if isinstance(value, Graph):
        if names is not None:
            raise TypeError("player: a Graph has its names already; give names= to Graph(...)")
        return value
    if not isinstance(value, Value):
        raise TypeError(
            f"player takes a Value or a Graph, got a "
            f"{type(value).__name__}, {value!r:.60}; of a whole model play its loss"
        )
    return Graph(value, names)


def _left(value: Value | Graph) -> dict[int, float]:
    if isinstance(value, Graph):
        raise TypeError(
            "accumulate=True reads .grad of Values, and this is a Graph; give the Value"
        )
    return left_over(value)


def _title(graph: Graph) -> str:
    root = graph.nodes[graph.roots[0]]
    name = shorten(root.label)
    return f"How {name} and its gradients come about" if name else "Forward, backward, update"
