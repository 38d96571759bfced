"""Why the gradients inside a unit are what they are: their strongest paths to the loss."""

from __future__ import annotations

from collections.abc import Iterable

from ....see.paths import Edge
from ...story import Entry
from ..layers.reasons import named
from ..reasons import with_paths
from .inside import Inside

MOST_WORK = 80_000  # nodes looked at for all entries of one unit
TOP = 3


def with_reasons(inside: Inside, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of a unit, its strongest weights with their strongest paths; if affordable."""
    found = tuple(entries)
    nodes = {f"p{k}": inside.unit.weights[k] for k in inside.chosen}
    nodes |= {inside.out: inside.run.output}
    if inside.unit.bias is not None:
        nodes[f"n{inside.unit.bias}"] = inside.unit.bias
    if len(nodes) * len(inside.graph) > MOST_WORK:
        return found
    own = {inside.run.total: inside.total, inside.run.output: inside.out}
    users = {one.consumer: f"u{k}" for k, one in enumerate(inside.top_users)}
    terms = {index: name for name, index in nodes.items()}
    name_of = named(inside.it, set())

    def spot(index: int) -> tuple[str, str]:
        return own.get(index) or users.get(index, ""), name_of(index)[1]

    def arrow(edge: Edge) -> str:
        if edge.consumer == inside.run.total:
            return f"e{terms[edge.operand]}" if edge.operand in terms else ""
        if edge.operand == inside.run.total and edge.consumer in inside.run.steps:
            return "ez"
        if edge.operand == inside.run.output and edge.consumer in users:
            return f"e{users[edge.consumer]}"
        return ""

    return tuple(
        [
            with_paths(inside.graph, entry, nodes[entry.box], spot=spot, arrow=arrow, top=TOP)
            if entry.box in nodes
            else entry
            for entry in found
        ]
    )
