"""One unit of a larger network, opened: weights and gradients as images, the strongest products."""

from __future__ import annotations

from collections.abc import Callable

from ....see.neurons import Unit
from ...story import View
from ..layers.layer import Large
from . import entries, picture, steps
from .inside import MOST_CELLS, Inside
from .reasons import with_reasons


def cost(unit: Unit) -> int:
    """About how many characters the view of a unit takes."""
    return 14_000 + 50 * min(len(unit.weights), MOST_CELLS * MOST_CELLS)


def view(it: Large, unit: Unit, key: str, within: str, nudged: Callable[[int], str]) -> View:
    """The view of one unit on one example."""
    inside = Inside(it, unit)
    where = f"row {it.example + 1}, " if it.network.examples > 1 else ""
    name = it.names.spoken(unit)
    told = tuple(steps.steps(inside))
    return View(
        key, name, f"{where}inside {name}", picture.svg(inside, told),
        with_reasons(inside, entries.entries(inside, nudged)), told, within,
    )  # fmt: skip
