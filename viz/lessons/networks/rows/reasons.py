"""Why a gradient in a row is what it is: its strongest paths to the loss, box by box."""

from __future__ import annotations

from ...story import Entry
from ..reasons import with_paths
from .told import Told

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

    def spot(index: int) -> tuple[str, str]:
        """A box of this row; another row's are named by the row."""
        part = told.row.part_of.get(index)
        if part is not None:
            return part.id, part.name
        example = told.row.network.example_of.get(index)
        return "", f"row {example + 1}" if example is not None else told.row.names.any(index)

    index = int(entry.box[1:])
    return with_paths(told.graph, entry, index, spot=spot, arrow=lambda edge: told.arrow(*edge))
