"""A handout as one HTML page: prints on A4, runs no script, needs no network."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..labels import clean
from ..lessons.lesson import GRADIENT, VALUE
from ..render import svg
from ..render.legend import KINDS
from ..say.story import View
from ..scene.diagram import Box, Diagram
from ..scene.placed import Frame
from .blanks import Number
from .figure import SMALLER, SPACE, figure
from .rows import Row, Tables

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = Path(__file__).with_name("sheet.css")

_RELATION = re.compile(r"^(.*?)\s*([=≈])$", re.DOTALL)
_TO_FILL = '= <span class="fill"></span>'


def page(view: View, tables: Tables, rate: str) -> str:
    """The exercise and, from a new page on, the solution; without blanks all stands on one."""
    has_blanks = bool(tables.marks)
    sheets = [_sheet(view, tables, rate, solved=not has_blanks)]
    if has_blanks:
        sheets.append(_sheet(view, tables, rate, solved=True, is_solution=True))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_escaped(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{_escaped(view.title)}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
{"".join(sheets)}</main>
</body>
</html>
"""


def _sheet(
    view: View, tables: Tables, rate: str, *, solved: bool, is_solution: bool = False
) -> str:
    head = (
        f"<h1>{_escaped(view.title)}: solution</h1>"
        if is_solution
        else f"<h1>{_escaped(view.title)}</h1>"
        '<div class="person">Name <span></span> Date <span></span></div>'
    )
    parts = [f"<header>{head}</header>\n"]
    if not is_solution:
        parts.append(f'<p class="task">{_escaped(_task(tables.marks))}</p>\n')
    parts.append(_figure(view, tables, solved=solved, is_solution=is_solution))
    parts.append(_table(_sections(tables, rate), solved=solved))
    if solved:
        parts.append(
            '<p class="small">Numbers have four significant digits. Where the digits shown give '
            "the digits shown, it says =; where rounding comes between, it says ≈.</p>\n"
        )
    kind = "solution" if is_solution else "exercise"
    return f'<section class="{kind}">\n{"".join(parts)}</section>\n'


def _task(marks: Iterable[Number]) -> str:
    lines = {line for _, line in marks}
    what = "v is the value of each box, g its gradient: how fast the last value changes with it."
    if not lines:
        return what
    wanted = {VALUE: "values", GRADIENT: "gradients"}
    missing = " and ".join(word for line, word in wanted.items() if line in lines)
    return (
        f"{what} Calculate the missing {missing}, in the order of their numbers, and copy each "
        "into the graph."
    )


def _figure(view: View, tables: Tables, *, solved: bool, is_solution: bool) -> str:
    assert isinstance(view.picture, Diagram)
    space = SMALLER if is_solution else SPACE
    words = f"The graph of {clean(view.title) or 'the computation'}; the tables have its numbers."
    picture = figure(view, tables.marks, words, space, solved=solved)
    start = [step.note for step in view.steps if step.phase == "start" and step.note]
    notes = "; ".join([text for text in (*start, view.hint) if text])
    hint = f'<p class="small">{_escaped(notes)}</p>\n' if notes else ""
    legend = "" if is_solution else f"<figcaption>{_legend(view.picture.boxes)}</figcaption>\n"
    return f"<figure>\n{picture}{legend}{hint}</figure>\n"


def _legend(boxes: Iterable[Box]) -> str:
    """A sample of each kind of box that there is."""
    kinds = {box.kind for box in boxes}
    entries = [(Box("", kind, ("",)), words) for kind, words in KINDS.items() if kind in kinds]
    entries.append((Box("", "operation", ("",), is_root=True), "result"))
    return "".join(f"<span>{_sample(box)}{_escaped(words)}</span>\n" for box, words in entries)


def _sample(box: Box) -> str:
    classes = f"box {box.kind}{' root' * box.is_root}"
    shape = svg.outline(box, Frame(2.0, 2.0, 40.0, 24.0), 14.0)
    return (
        f'<svg viewBox="0 0 44 28" width="22" height="14" aria-hidden="true"><g class="{classes}">'
        f"{shape}</g></svg>"
    )


def _sections(tables: Tables, rate: str) -> list[tuple[str, str, Sequence[Row]]]:
    """What stands in the table: headings, remarks on them, and rows."""
    update = list(tables.update)
    remark = update[0].note if update else ""
    if update:
        update[0] = replace(update[0], note="")
    return [
        ("Forward", "every value from those before it", tables.forward),
        ("Backward", "rates along a path are multiplied; where paths meet, they are added",
         tables.backward),
        (f"One step of learning, rate {rate}", remark, update),
    ]  # fmt: skip


def _table(sections: Iterable[tuple[str, str, Sequence[Row]]], *, solved: bool) -> str:
    words = ("no.", "rule", "with numbers", "result")
    head = "".join(f'<th scope="col">{word}</th>' for word in words)
    body = "".join(
        f'<tbody>\n<tr><th colspan="4" scope="rowgroup"><b>{_escaped(heading)}</b>'
        f"{': ' * bool(remark)}{_escaped(remark)}</th></tr>\n"
        f"{''.join(_row(row, solved=solved) for row in rows)}</tbody>\n"
        for heading, remark, rows in sections
        if rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n{body}</table>\n"


def _row(row: Row, *, solved: bool) -> str:
    mark = f"<b>{_escaped(row.mark)}</b>" if row.mark else ""
    numbers, sign = _split(row.numbers)
    answer = f"{sign} <b>{_escaped(row.answer)}</b>"
    note = f'<div class="note">{_escaped(row.note)}</div>' if row.note else ""
    if row.is_blank and not solved:
        answer, note = _TO_FILL, ""
        numbers = _TO_FILL * bool(numbers)
    elif not (row.is_plain or solved):
        numbers = note = ""
    else:
        numbers = _escaped(numbers)
    return (
        f'<tr class="{"blank" if row.is_blank else "given"}"><td class="mark">{mark}</td>'
        f'<td>{_escaped(row.symbols)}{note}</td><td class="numbers">{numbers}</td>'
        f'<td class="answer">{answer}</td></tr>\n'
    )


def _split(numbers: str) -> tuple[str, str]:
    """``= 0.64 × (−0.8) =`` as what is calculated, and the sign before the result."""
    found = _RELATION.match(numbers.strip())
    return (found[1], found[2]) if found else (numbers, "=")


def _escaped(text: str) -> str:
    return html.escape(clean(text))
