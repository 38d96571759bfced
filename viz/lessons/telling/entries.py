"""Everything that is known of one box: a row of the table, and what a click shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from ...say.equations import number
from ...say.labels import TOOLTIP_LIMIT, shorten
from ...see.outline import Item
from ..story import Entry
from .backward import shares
from .forward import in_words, is_given, value_equation
from .nudging import nudges
from .reasons import reasons
from .stepping import Move, Scene, box_of


def entries(scene: Scene, measured: Mapping[str, str] | None = None) -> list[Entry]:
    """One entry for each box, in topological order.

    ``measured`` are what nudges did, by key; left out, they are made here.
    """
    arriving: dict[str, list[Move]] = defaultdict(list)
    for move in scene.moves() if scene.has_gradients else ():
        arriving[move.operand].append(move)
    measured = nudges(scene) if measured is None else measured
    found = reasons(scene)
    rows = []
    for item in scene.outline.items:
        paths, covered = found.get(item.key, ((), ""))
        row = _entry(scene, item, arriving[item.key])
        nudge = measured.get(item.key, "")
        rows.append(replace(row, nudge=nudge, paths=paths, covered=covered))
    return rows


def _entry(scene: Scene, item: Item, moves: list[Move]) -> Entry:
    gradient = scene.gradient(item.key)
    return Entry(
        box=box_of(item.key),
        name=scene.names[item.key],
        what=_what(scene, item),
        value=number(item.value),
        exact_value=repr(item.value),
        grad=number(gradient),
        exact_grad="" if gradient is None else repr(gradient),
        formula=_formula(scene, item),
        total=shares(scene, item, moves),
        source=shorten(item.source, TOOLTIP_LIMIT),
    )


def _what(scene: Scene, item: Item) -> str:
    """What a box is, in words: ``parameter``, ``the tanh of z``, and where it belongs."""
    if is_given(item):
        what = item.kind if not item.symbol else "computed from what is not shown"
    else:
        what = in_words(scene, item, scene.operands(item))
    if item.key in scene.names.given:
        what += ", named here"
    return f"{what}, in {shorten(item.scope)}" if item.scope else what


def _formula(scene: Scene, item: Item) -> str:
    if item.key in scene.names.numbers:
        return "a plain number"
    if not item.symbol:
        return f"{scene.names[item.key]} = {number(item.value)}, given"
    if is_given(item):
        return f"{scene.names[item.key]} = {number(item.value)}, from what is not shown"
    return value_equation(scene, item, scene.operands(item), item.value).whole
