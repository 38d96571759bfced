"""A larger network: a view of its layers, and its units, which open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...see.chances import chances_of
from ...see.neurons import Network, Unit
from ..story import View
from .layers import entries as layer_entries
from .layers import layer as layers
from .layers import picture as layers_picture
from .layers import steps as layer_steps
from .layers.layer import Large
from .layers.reasons import with_reasons
from .rows import everything
from .rows.row import Row
from .rows.tally import shares
from .rows.told import Told
from .titles import LargeNames
from .unit import view as unit_view
from .updating import Update, nudges

MOST_ROWS = 3  # examples that get a tab
BUDGET = 2_500_000  # characters for units that open
MOST_COLUMNS = 16  # rows in the table of all
MOST_WORK = 200_000  # nodes × rows looked at for it


def is_large(network: Network) -> bool:
    """Whether a network is drawn by layers."""
    return len(network.units) > 1


def views(
    network: Network, *, rate: float, left: Mapping[int, float], image: tuple[int, int] | None,
    focus: Unit | None = None,
) -> Iterator[View]:  # fmt: skip
    """The layers of the first examples, and the units of each."""
    update = Update(network.graph, rate, left)
    count = min(network.examples, MOST_ROWS)
    opened: list[View] = []
    layered: list[View] = []
    first: list[View] = []
    for example in range(count):
        ends = chances_of(network, example)
        names = LargeNames(network, is_classifier=ends is not None, image=_pixels(network, image))
        it = Large(network, names, example, ends, image)
        key = f"row-{example + 1}" if network.examples > 1 else "layers"
        tab = f"row {example + 1}" if network.examples > 1 else "layers"
        chosen = _opened(it, BUDGET // count, focus)
        opens = {unit: f"{key}-{unit.column + 1}-{unit.place}" for unit in chosen}
        told = tuple(layer_steps.steps(it, update))
        many = f" of {network.examples}" if network.examples > 1 else ""
        title = f"The network, layer by layer{f': row {example + 1}{many}' if many else ''}"
        entries = layer_entries.entries(it, opens)
        layered.append(
            View(
                key, tab, title, layers_picture.svg(it, told), with_reasons(it, entries), told,
                hint=_hint(it, len(chosen), count),
            )
        )  # fmt: skip
        nudged = nudges(network.graph, names.parameter)
        for unit in chosen:
            made = unit_view.view(it, unit, opens[unit], key, nudged)
            (first if unit is focus and not first else opened).append(made)
    together = _all(network, update, left, count, image)
    yield from (*first, *layered, *together, *opened)


def _all(
    network: Network, update: Update, left: Mapping[int, float], tabs: int,
    image: tuple[int, int] | None,
) -> list[View]:  # fmt: skip
    """The table of all rows, where these are few enough."""
    graph, rows = network.graph, network.examples
    if not 1 < rows <= MOST_COLUMNS or rows * len(graph) > MOST_WORK:
        return []
    pixels, is_classifier = _pixels(network, image), chances_of(network, 0) is not None
    told = []
    for row in range(rows):
        names = LargeNames(network, is_classifier=is_classifier, image=pixels)
        told.append(Told(Row(network, names, row), left))
    nudged = nudges(graph, names.parameter)
    return [everything.view(told, shares(network, left), update, nudged, tabs)]


def _pixels(network: Network, image: tuple[int, int] | None) -> tuple[int, int] | None:
    """The rows and columns of the input, if it is drawn as an image."""
    width = len(network.columns[0][0].weights)
    return layers.shape_of(width, image) if layers.is_image(width, image) else None


def first(network: Network) -> str:
    """The key of the row that tells most: of those with tabs the one with the largest loss."""
    ends = [chances_of(network, row) for row in range(min(network.examples, MOST_ROWS))]
    losses = [network.graph.nodes[one.loss].value for one in ends if one is not None]
    if len(losses) < 2:
        return ""
    return f"row-{losses.index(max(losses)) + 1}"


def _opened(it: Large, budget: int, focus: Unit | None) -> list[Unit]:
    """The units that open: those in the picture, as many as fit the budget, and the focus."""
    shown = [unit for layer in it.layers for unit in layer.shown]
    shown.sort(key=lambda unit: -abs(it.grad(unit) or 0.0))
    chosen = [] if focus is None else [focus]
    room = budget
    for unit in shown:
        room -= unit_view.cost(unit)
        if room < 0:
            break
        if unit is not focus:
            chosen.append(unit)
    places = {id(unit): k for k, unit in enumerate(it.network.units)}
    return sorted(chosen, key=lambda unit: places[id(unit)])


def _hint(it: Large, opened: int, rows: int) -> str:
    every = len(it.network.units)
    notes = []
    if it.network.examples > 1:
        notes.append(f"gradients here are what row {it.example + 1} alone brings")
    if it.network.examples > rows:
        notes.append(f"{it.network.examples - rows:,} more rows have no tab")
    if opened < every:
        unit = it.network.columns[0][0]
        place = unit.scope.replace("neurons.", "neuron ") or "unit"
        notes.append(f"{opened:,} of {every:,} units open; focus={place!r} opens that one, too")
    return "; ".join(notes)
