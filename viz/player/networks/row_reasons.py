"""Why a gradient in a row is what it is: its strongest paths to the loss, box by box."""

from __future__ import annotations

from dataclasses import replace

from ...equations import number
from ...explain import Explanation
from ...explain import Path as Walk
from ...explain.paths import Paths
from ...explain.wording import summary
from ..story import Entry, Path
from .told import Told

TOP = 5
MOST_WORK = 300_000  # nodes looked at for all entries of all rows


def with_reasons(told: Told, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries, those of neurons and parameters with their strongest paths; if they are few."""
    rows = told.row.network.examples
    if rows * len(entries) * len(told.graph) > MOST_WORK:
        return entries
    return tuple([_with_paths(told, entry) for entry in entries])


def _with_paths(told: Told, entry: Entry) -> Entry:
    if not entry.box[1:].isdigit() or not entry.box.startswith("n"):
        return entry
    graph, root = told.graph, told.graph.roots[0]
    index = int(entry.box[1:])
    if index == root or graph.nodes[index].grad is None:
        return entry
    every = Paths(graph, index, root, graph.seeds[0])
    walks = every.strongest(TOP)
    explanation = Explanation(graph, index, root, graph.seeds[0], walks, every.census)
    paths = tuple([_path(told, entry, walk) for walk in walks])
    return replace(entry, paths=paths, covered=" ".join(summary(explanation)))


def _path(told: Told, entry: Entry, walk: Walk) -> Path:
    """One way: the boxes of this row that it goes through; another row's are named by the row."""
    row = told.row
    boxes, names = [entry.box], [entry.name]
    for index in walk.nodes[1:]:
        part = row.part_of.get(index)
        example = row.network.example_of.get(index)
        if part is not None:
            name = part.name
            boxes.append(part.id)
        else:
            name = f"row {example + 1}" if example is not None else row.names.any(index)
        if names[-1] != name:
            names.append(name)
    return Path(
        text=f"{' → '.join(names)}: {number(walk.product)}",
        boxes=tuple(dict.fromkeys(boxes)),
        arrows=tuple([name for edge in walk.edges if (name := told.arrow(*edge))]),
    )
