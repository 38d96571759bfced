"""A larger network: a view of its layers, and its units, which open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..story import View
from . import layer_entries, layer_steps, layers, layers_picture, unit_view
from .chances import chances_of
from .finding import Network, Unit
from .layers import Large
from .titles import LargeNames
from .updating import Update, nudges

MOST_ROWS = 3  # examples that get a tab
BUDGET = 2_500_000  # characters for units that open


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
        width = len(network.columns[0][0].weights)
        pixels = layers.shape_of(width, image) if layers.is_image(width, image) else None
        names = LargeNames(network, is_classifier=ends is not None, image=pixels)
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
                key, tab, title, layers_picture.svg(it), tuple(entries), told,
                hint=_hint(it, len(chosen), count),
            )
        )  # fmt: skip
        nudged = nudges(network.graph, names.parameter)
        for unit in chosen:
            made = unit_view.view(it, unit, opens[unit], key, nudged)
            (first if unit is focus and not first else opened).append(made)
    yield from (*first, *layered, *opened)


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
    if it.network.examples > rows:
        notes.append(f"{it.network.examples - rows:,} more rows are not shown")
    if opened < every:
        unit = it.network.columns[0][0]
        place = unit.scope.replace("neurons.", "neuron ") or "unit"
        notes.append(f"{opened:,} of {every:,} units open; focus={place!r} opens that one, too")
    return "; ".join(notes)
