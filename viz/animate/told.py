"""From what a caller hands over to one view of single nodes, as the player tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograd import Graph, Value

from ..checks import at_least, one_result, text
from ..labels import shorten
from ..say.story import View

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
    text(caller, "title", title)
    from ..node_views import Wanted, pass_of, single_view  # noqa: PLC0415 - on first use

    numbers, _ = pass_of(caller, value, names, lr, accumulate=accumulate)
    one_result(caller, numbers.graph)
    wanted = Wanted(numbers, None, expand, max_nodes)
    view = single_view(wanted, key="main", title=_title(numbers.graph) if title is None else title)
    return replace(view, tab="", hint=view.hint.removesuffix(_FOCUS))


def _title(graph: Graph) -> str:
    name = shorten(graph.nodes[graph.roots[0]].label, _NAME_LIMIT)
    return f"{name}, forward and backward" if name else "Forward and backward"
