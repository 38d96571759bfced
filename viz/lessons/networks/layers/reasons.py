"""Why the loss asks what it asks of a unit: its strongest paths to the loss, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ....see.paths import Edge
from ...story import Entry
from ..reasons import with_paths
from .layer import Large

MOST_WORK = 400_000  # nodes looked at for all units of one view
TOP = 3

Spot = Callable[[int], tuple[str, str]]


def with_reasons(it: Large, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of a view of layers, those of units with their strongest paths; if affordable."""
    found = tuple(entries)
    units = {it.box(unit) for layer in it.layers for unit in layer.shown}
    if len(units) * len(it.graph) > MOST_WORK:
        return found
    boxes = {entry.box for entry in found}
    spot = named(it, boxes)

    def arrow(edge: Edge) -> str:
        """The arrow between two layers, or along the loss."""
        run = it.network.run_of.get(edge.operand)
        user = it.network.run_of.get(edge.consumer)
        if run is not None and user is not None:
            same = run[0].column == user[0].column
            return "" if same else it.arrow_into(it.layers[user[0].column])
        if run is not None:
            return it.arrow_of_loss()
        tail, head = spot(edge.operand)[0], spot(edge.consumer)[0]
        return f"e{tail[1:]}_{head[1:]}_0" if tail and head else ""

    return tuple(
        [
            with_paths(it.graph, entry, int(entry.box[1:]), spot=spot, arrow=arrow, top=TOP)
            if entry.box in units
            else entry
            for entry in found
        ]
    )


def named(it: Large, boxes: set[str]) -> Spot:
    """What stands for a node in a picture with these boxes, and what the node is called."""

    def spot(index: int) -> tuple[str, str]:
        found = it.network.run_of.get(index)
        if found is None:
            box = f"n{index}"
            return box if box in boxes else "", it.names.any(index)
        unit, run = found
        box = f"n{run.output}"
        return box if box in boxes else "", it.names.spoken(unit)

    return spot
