"""What stands in the table of a handout: an equation a row, numbered as the blanks of the graph."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..lessons.lesson import GRADIENT, VALUE
from ..say.numbers import MINUS, relation
from ..say.story import Step, View
from .blanks import Number

_MOST = 3  # summands in one equation
_MOST_ON_THE_WAY = 12  # numbers in a note
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Row:
    """One equation: ``∂L/∂z = (1 − o²) · ∂L/∂o``, ``= 0.64 × (−0.8) =``, ``−0.512``.

    ``mark`` is the number of its blank, with a letter where it is only a summand; empty if the
    answer is given. ``is_plain``: the numbers give nothing away that is left out. ``note`` is
    for the solution.
    """

    mark: str
    symbols: str
    numbers: str
    answer: str
    is_plain: bool
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether the answer is left out."""
        return bool(self.mark)


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of a handout; ``marks`` are the numbers of the blanks in the graph."""

    forward: tuple[Row, ...]
    backward: tuple[Row, ...]
    update: tuple[Row, ...]
    marks: Mapping[Number, int]


def tables(view: View, blank: Sequence[Number]) -> Tables:
    """The tables of a view in which these numbers are left out."""
    marks = {number: count for count, number in enumerate(blank, start=1)}
    has_values = all(line != VALUE for _, line in marks)
    steps = {
        phase: [step for step in view.steps if step.phase == phase and step.symbols]
        for phase in ("forward", "backward", "update", "again")
    }
    forward = [
        _row(step, _mark(step, VALUE, marks), is_plain=has_values) for step in steps["forward"]
    ]
    backward = []
    for together in _by_box(steps["backward"]):
        mark = _mark(together[-1], GRADIENT, marks)
        whole = _whole(together, mark, is_plain=not marks)
        if whole is not None:
            backward.append(whole)
            continue
        summands = [f"{mark}{_LETTERS[n % 26]}" * bool(mark) for n in range(len(together) - 1)]
        rows = zip(together, [*summands, mark], strict=True)
        backward += [_row(step, one, is_plain=not marks) for step, one in rows]
    update = _updates(steps["update"], steps["again"], marks, _on_the_way(view))
    return Tables(tuple(forward), tuple(backward), tuple(update), marks)


def _updates(
    steps: Sequence[Step], again: Sequence[Step], marks: Mapping[Number, int], on_the_way: str
) -> list[Row]:
    """The rows of the update; what follows from a blank gradient is blank too."""
    asked = [any((fill.box, GRADIENT) in marks for fill in step.fills) for step in steps]
    asked += [any(asked) or (step.box, VALUE) in marks for step in again]
    numbers = itertools.count(len(marks) + 1)
    rows = [
        _row(step, str(next(numbers)) if blank else "", is_plain=True)
        for step, blank in zip([*steps, *again], asked, strict=True)
    ]
    if again:
        symbols = f"{again[0].title}: {again[0].symbols}"
        rows[-1] = replace(rows[-1], symbols=symbols, note=on_the_way)
    return rows


def _on_the_way(view: View) -> str:
    """What is computed anew before the new result, so that the solution can be followed."""
    again = [step for step in view.steps if step.phase == "again"]
    computed = [step.box for step in view.steps if step.phase == "forward"]
    if not again or not 2 <= len(computed) <= _MOST_ON_THE_WAY:
        return ""
    names = {entry.box: entry.name for entry in view.entries}
    texts = {fill.box: fill.text for fill in again[-1].fills if fill.line == VALUE}
    found = [
        f"{names[box]}\u00a0=\u00a0{texts[box].removeprefix('v ')}"
        for box in computed
        if box in names and box in texts and box != again[-1].box
    ]
    return ", ".join(found)


def _by_box(steps: Iterable[Step]) -> list[list[Step]]:
    """The steps that lead to the same gradient together, in the order in which it is known."""
    groups: dict[str, list[Step]] = {}
    for number, step in enumerate(steps):
        boxes = {fill.box for fill in step.fills if fill.line == GRADIENT}
        key = boxes.pop() if len(boxes) == 1 else f"step {number}"
        groups[key] = [*groups.pop(key, []), step]  # a later summand puts it behind the others
    return list(groups.values())


def _whole(steps: Sequence[Step], mark: str, *, is_plain: bool) -> Row | None:
    """A gradient of a few summands as one equation; None if they are too many for a line."""
    last = steps[-1]
    shares = [carried.text for step in steps for carried in step.carried]
    if not 2 <= len(steps) <= _MOST or len(shares) != len(steps) or "…" in last.symbols:
        return None
    factors = [re.split(" [=≈] ", share)[0] for share in shares]
    if re.sub(" [=≈]$", "", steps[0].numbers) != f"= {factors[0]}":
        return None  # something was there before
    first, *rest = factors
    later = [f"({text.replace(' ×', ') ×', 1)}" if text[0] == MINUS else text for text in rest]
    sign = _sign(factors, float(last.fills[-1].exact))
    numbers = f"= {' + '.join([first, *later])} {sign}"
    return Row(mark, last.symbols, numbers, last.answer, is_plain)


def _sign(products: Iterable[str], result: float) -> str:
    """``=`` if a pocket calculator gets the result from what is shown, else ``≈``."""
    try:
        found = sum(
            (
                math.prod(Fraction(re.sub("[()]", "", x).replace(MINUS, "-")) for x in pair)
                for pair in (text.split(" × ") for text in products)
            ),
            Fraction(0),
        )
    except ValueError:  # nan! and inf! are no numbers
        return "="
    return relation(found, result) if math.isfinite(result) else "="


def _mark(step: Step, line: int, marks: Mapping[Number, int]) -> str:
    """The number of what a step finds, or of the first and the last of many."""
    found = sorted(marks[fill.box, line] for fill in step.fills if (fill.box, line) in marks)
    if not found:
        return ""
    return str(found[0]) if found[0] == found[-1] else f"{found[0]}–{found[-1]}"


def _row(step: Step, mark: str, *, is_plain: bool) -> Row:
    return Row(mark, step.symbols, step.numbers, step.answer, is_plain, step.note)
