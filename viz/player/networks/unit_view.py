"""One unit of a larger network, opened: weights and gradients as images, the strongest products."""

from __future__ import annotations

from collections.abc import Callable

from ..story import View
from . import unit_entries, unit_picture, unit_steps
from .finding import Unit
from .layers import Large
from .unit_inside import Inside
from .unit_picture import MOST_CELLS


def cost(unit: Unit) -> int:
    """About how many characters the view of a unit takes."""
    return 14_000 + 50 * min(len(unit.weights), MOST_CELLS * MOST_CELLS)


def view(it: Large, unit: Unit, key: str, within: str, nudged: Callable[[int], str]) -> View:
    """The view of one unit on one example."""
    inside = Inside(it, unit)
    where = f"row {it.example + 1}, " if it.network.examples > 1 else ""
    name = it.names.spoken(unit)
    return View(
        key, name, f"{where}inside {name}", unit_picture.svg(inside),
        tuple(unit_entries.entries(inside, nudged)), tuple(unit_steps.steps(inside)), within,
    )  # fmt: skip
