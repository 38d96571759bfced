"""From what a caller hands over to one view of single nodes, as the player tells it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograd import ConstantError, Graph, Value

from ..checks import at_least
from ..lessons.story import View
from ..say.labels import shorten
from ..scene.diagram import Diagram
from ..see.left_over import left_over

_NAME_LIMIT = 40
_FOCUS = ", or look at a part with focus="  # only the player has that


def told(
    caller: str,
    value: Value | Graph,
    *,
    names: Mapping[str, Any] | None,
    lr: float,
    title: str | None,
    accumulate: bool,
    expand: bool,
    max_nodes: int,
) -> View:
    """The view of a computation; errors name the function that was called."""
    at_least("max_nodes", max_nodes, 2)
    if isinstance(lr, bool) or not isinstance(lr, (int, float)):
        raise TypeError(f"{caller}: lr is a number such as 0.1, got {lr!r:.60}")
    if not math.isfinite(lr):
        raise ValueError(f"{caller}: lr is a finite number such as 0.1, got {lr}")
    if not (title is None or isinstance(title, str)):
        raise TypeError(f"{caller}: title is text, got {title!r:.60}")
    graph = _graph(caller, value, names)
    from ..lessons.telling.single import single_view  # noqa: PLC0415 - on first use, as all of the player

    view = single_view(
        graph, key="main", tab="", title=_title(graph) if title is None else title,
        rate=float(lr), left=_left(caller, value) if accumulate else {},
        expand=expand, max_nodes=max_nodes,
    )  # fmt: skip
    assert isinstance(view.picture, Diagram)
    return replace(view, hint=view.hint.removesuffix(_FOCUS))


def _graph(caller: str, value: object, names: Mapping[str, Any] | None) -> Graph:
    if isinstance(value, Graph):
        if names is not None:
            raise TypeError(
                f"{caller}: a Graph has its labels; write {caller}(Graph(value, names=...))"
            )
        graph = value
    elif isinstance(value, Value):
        if not (names is None or isinstance(names, Mapping)):
            raise TypeError(
                f"{caller}: names is a dict of variables such as locals(), got {names!r:.60}"
            )
        graph = Graph(value, names)
    else:
        raise TypeError(
            f"{caller} takes a Value, usually a loss, or a Graph of one; got the "
            f"{type(value).__name__} {shorten(repr(value), 60)}"
        )
    if len(graph.roots) != 1:
        raise ValueError(
            f"{caller} tells how one result came about, and this Graph has {len(graph.roots)} "
            "roots; write Graph(loss) with one of them, or with their sum"
        )
    if graph.nodes[graph.roots[0]].grad is None:
        raise ConstantError(
            f"{caller}: the root is a constant, so there are no gradients to show; compute it "
            "from Values or parameters"
        )
    return graph


def _left(caller: str, value: Value | Graph) -> dict[int, float]:
    if not isinstance(value, Value):
        raise TypeError(
            f"{caller}: accumulate=True reads the .grad of Values, which a Graph does not have; "
            f"write {caller}(loss, accumulate=True)"
        )
    return left_over(value)


def _title(graph: Graph) -> str:
    name = shorten(graph.nodes[graph.roots[0]].label, _NAME_LIMIT)
    return f"{name}, forward and backward" if name else "Forward and backward"
