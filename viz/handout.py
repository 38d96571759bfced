"""`handout`: a sheet of paper on which learners compute a pass by hand.

It is one HTML page in black and white, made of the told story: its picture, in which blanks are
lines to write on, and its steps as the rows of a table.
"""

from __future__ import annotations

import html
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograd import Graph, Value
from nn.names import helped

from . import showing
from .checks import did_you_mean
from .labels import clean
from .lessons.lesson import GRADIENT, VALUE
from .render import svg
from .render.looks import KINDS
from .say.numbers import show
from .say.story import Step, View
from .scene.columns import ABOVE, LINE
from .scene.diagram import Box, Frame

Blanks = str | Iterable[str]
Number = tuple[str, int]  # the id of a box and the line of it

MAX_NODES = 60
SPACE = (527.0, 192.0)  # of an A4 page, in points
SMALLER = (527.0, 170.0)  # in a solution
PAGE = (527.0, 620.0)  # for a graph that would be too small
READABLE, LARGEST = 0.3, 0.7  # how much of its size on a screen the graph has


@helped()
def handout(
    value: Value | Graph,
    blanks: Blanks = "gradients",
    *,
    names: Mapping[str, Any] | None = None,
    lr: float = 0.1,
    title: str | None = None,
    accumulate: bool = False,
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> Handout:
    """A sheet to fill in by hand: the graph and its tables with numbered blanks, then the solution.

    It is an HTML page in black and white that prints on A4: the exercise first, the worked
    solution from a new page on. It describes the recorded pass and makes a backward pass of its
    own: no ``.grad`` is written.

    >>> from autograd import Value
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> handout((w * x).tanh(), blanks=["w.grad", "x.grad"])
    <Handout with 2 blanks: .show(), .save('handout.html')>

    Parameters
    ----------
    value:
        A Value, usually a loss, or a `Graph` of one.
    blanks:
        What is left out: ``"gradients"``, ``"values"`` (all that are computed), ``"all"``,
        ``"none"`` (a worked example, without a second page), or a list of names: ``"z"`` for all
        that is computed of z, ``"z.data"`` for its value, ``"z.grad"`` for its gradient.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.
    lr:
        The learning rate of the update that ends the sheet.
    title:
        What stands above it; left out, the name of the result.
    accumulate:
        True begins with what is in ``.grad`` now, left from an earlier `backward`: it is one more
        summand of each gradient.
    expand:
        False leaves sums and dot products as one Σ.
    max_nodes:
        How many boxes the graph has at most, those nearest to the result.

    Raises
    ------
    ConstantError:
        if there is no gradient to compute.
    ValueError:
        if ``blanks`` names what is not there, or what is given and not computed.
    """
    from .node_views import told  # noqa: PLC0415 - on first use: most who import viz only draw

    view = told(
        "handout", value,
        names=names, lr=lr, title=title, accumulate=accumulate,
        expand=expand, max_nodes=max_nodes,
    )  # fmt: skip
    return Handout(view, blanks, lr=lr)


class Handout:
    """What `handout` returns: a page for the printer, which shows itself in a notebook."""

    def __init__(self, view: View, blanks: Blanks = "gradients", *, lr: float = 0.1) -> None:
        self.view = view
        self.marks = {one: mark for mark, one in enumerate(left_out(view, blanks), start=1)}
        self.lr = lr

    def __repr__(self) -> str:
        count = len(self.marks)
        return f"<Handout with {count} blank{'s'[: count != 1]}: .show(), .save('handout.html')>"

    def html(self) -> str:
        """The page as HTML text; print it from a browser, or save it as PDF there."""
        sheets = [_sheet(self, solved=not self.marks)]
        if self.marks:
            sheets.append(_sheet(self, solved=True, is_solution=True))
        style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
        return _PAGE.format(title=_escaped(self.view.title), style=style, sheets="".join(sheets))

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page to a file that ends in ``.html``, whole or not at all; return its path."""
        name = os.fspath(path)
        if not name.lower().endswith((".html", ".htm")):
            raise ValueError(
                f"save({name!r}): a handout is an HTML page; write save('handout.html') and print "
                "it from the browser, which makes a PDF, too"
            )
        showing.write(name, self.html().encode())
        return name

    def show(self) -> None:
        """Show the page: inline in a notebook, else in the browser, and print its path."""
        showing.show(self, self.save, "handout.html")

    def _repr_html_(self) -> str:
        """For Jupyter: the page in a frame of its own, whose style touches nothing else."""
        return (
            f'<iframe sandbox srcdoc="{html.escape(self.html())}" title="Handout" '
            'style="border:1px solid #888;height:60em;width:100%"></iframe>'
        )


# --- blanks ---------------------------------------------------------------------------------------

_WORDS: Mapping[str, tuple[int, ...]] = {
    "gradients": (GRADIENT,),
    "values": (VALUE,),
    "all": (VALUE, GRADIENT),
    "none": (),
}
_ENDINGS = {".data": VALUE, ".grad": GRADIENT}
_BLANKS = "'gradients', 'values', 'all', 'none', or a list of names such as ['z', 'w1.grad']"


def left_out(view: View, blanks: Any) -> tuple[Number, ...]:
    """The numbers that ``blanks`` asks for, in the order in which they become known.

    A number that several steps write is known with the last of them.
    """
    known: dict[Number, None] = {}
    for fill in [fill for step in _computing(view) for fill in step.fills]:
        known.pop((fill.box, fill.line), None)
        known[fill.box, fill.line] = None
    if isinstance(blanks, str):
        if blanks not in _WORDS:
            rest = did_you_mean(blanks, _WORDS, f"it is {_BLANKS}")
            raise ValueError(f"handout: blanks={blanks!r} is unknown{rest}")
        return tuple([number for number in known if number[1] in _WORDS[blanks]])
    names = list(blanks) if isinstance(blanks, Iterable) else [None]
    wanted: set[Number] = set()
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"handout: blanks is {_BLANKS}; got {blanks!r:.60}")
        wanted |= _named(view, name, known)
    return tuple([number for number in known if number in wanted])


def _computing(view: View) -> list[Step]:
    return [step for step in view.steps if step.phase in {"forward", "backward"}]


def _named(view: View, name: str, known: Iterable[Number]) -> set[Number]:
    """What a name stands for: ``z`` all that is computed of it, ``z.grad`` its gradient."""
    names = {entry.name for entry in view.entries}
    wanted, lines = name, {VALUE, GRADIENT}
    for ending, line in _ENDINGS.items():
        if name not in names and name.endswith(ending):
            wanted, lines = name.removesuffix(ending), {line}
    boxes = {entry.box for entry in view.entries if entry.name == wanted}
    if not boxes:
        rest = did_you_mean(
            wanted, sorted(names), "with names=locals() a box is called as its variable is"
        )
        raise ValueError(f"handout: nothing in this picture is named {wanted!r}{rest}")
    found = {(box, line) for box, line in known if box in boxes and line in lines}
    if not found:
        raise ValueError(
            f"handout: {name} cannot be left out, since it is given and not computed; write "
            "blanks='all' for all that is computed"
        )
    return found


# --- the page -------------------------------------------------------------------------------------

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{sheets}</main>
</body>
</html>
"""
_ROUNDED = (
    '<p class="small">Numbers have four significant digits. It says = if a calculator gives '
    "exactly the digits shown, and ≈ if rounding hides a difference.</p>\n"
)
_TASK = "v is the value of each box, g its gradient: how fast the last value changes with it."
_ADDED = "rates along a path are multiplied; where paths meet, they are added"
_TO_FILL = '<span class="fill"></span>'
_ON_THE_WAY = 12  # numbers in a note


def _sheet(handout: Handout, *, solved: bool, is_solution: bool = False) -> str:
    title = _escaped(handout.view.title)
    head = f'<h1>{title}</h1><div class="person">Name <span></span> Date <span></span></div>'
    parts = [f"<header>{f'<h1>{title}: solution</h1>' if is_solution else head}</header>\n"]
    if not is_solution:
        parts.append(f'<p class="task">{_task(handout.marks)}</p>\n')
    parts.append(_figure(handout, solved=solved, is_solution=is_solution))
    parts.append(_table(handout, solved=solved))
    parts.append(_ROUNDED * solved)
    kind = "solution" if is_solution else "exercise"
    return f'<section class="{kind}">\n{"".join(parts)}</section>\n'


def _task(marks: Iterable[Number]) -> str:
    lines = {line for _, line in marks}
    wanted = {VALUE: "values", GRADIENT: "gradients"}
    missing = " and ".join(word for line, word in wanted.items() if line in lines)
    what = f" Calculate the missing {missing}, in the order of their numbers, and copy each"
    return f"{_TASK}{what} into the graph." if missing else _TASK


# --- the graph ------------------------------------------------------------------------------------


def _figure(handout: Handout, *, solved: bool, is_solution: bool) -> str:
    """The graph; shapes and borders tell kinds, and blanks have numbers."""
    view = handout.view
    gaps = {"LR": (1.3,), "TB": (1.3,)}
    space = SMALLER if is_solution else SPACE
    diagram, scene = svg.placed(view, space=space, gaps=gaps)
    if scene.scale(space) < READABLE:
        space = PAGE
        diagram, scene = svg.placed(view, space=space, gaps=gaps)
    scale = min(LARGEST, scene.scale(space))
    steps = [step for step in view.steps if step.phase in {"start", "forward", "backward"}]
    texts = {(fill.box, fill.line): fill.text for step in steps for fill in step.fills}
    drawn = [svg.pointed(scene.curves[arrow.id]) for arrow in diagram.arrows]
    for box in diagram.boxes:
        lines = [box.lines[0], *[texts.get((box.id, k), "") for k in (VALUE, GRADIENT)]]
        frame = scene.frames[box.id]
        blanks = [] if solved else [k for k in (VALUE, GRADIENT) if (box.id, k) in handout.marks]
        for line in blanks:
            lines[line] = f"{lines[line][:1]} {'_' * 7}"
        # The stop sign around a nan would give away what is to be found.
        shown = replace(box, is_alarming=box.is_alarming and solved)
        marks = [_mark(frame, line, handout.marks[box.id, line]) for line in blanks]
        content = "".join([*svg.content(shown, frame, lines), *marks])
        drawn.append(f'<g class="{svg.classes(shown)}">{content}</g>\n')
    words = f"The graph of {clean(view.title) or 'the computation'}; the tables have its numbers."
    picture = (
        f'<svg viewBox="-6 -6 {svg.number(scene.width + 12)} {svg.number(scene.height + 12)}" '
        f'width="{svg.number(scene.width * scale)}pt" role="img" '
        f'height="{svg.number(scene.height * scale)}pt" '
        f'aria-label="{html.escape(words)}">\n{"".join(drawn)}</svg>\n'
    )
    start = [step.note for step in view.steps if step.phase == "start" and step.note]
    notes = "; ".join([note for note in (*start, view.hint) if note])
    hint = f'<p class="small">{_escaped(notes)}</p>\n' if notes else ""
    legend = "" if is_solution else f"<figcaption>{''.join(_legend(diagram.boxes))}</figcaption>\n"
    return f"<figure>\n{picture}{legend}{hint}</figure>\n"


def _mark(frame: Frame, line: int, number: int) -> str:
    """The number of a blank, in a circle at the border of its box."""
    x, y = svg.number(frame.right), frame.top + ABOVE + (line + 0.5) * LINE
    circle = f'<circle class="mark" cx="{x}" cy="{svg.number(y)}" r="10"/>'
    return f'{circle}<text class="number" x="{x}" y="{svg.number(y + 4)}">{number}</text>'


def _legend(boxes: Iterable[Box]) -> Iterator[str]:
    """A sample of each kind of box that there is."""
    kinds = {box.kind for box in boxes}
    samples = [(Box("", kind, ()), words) for kind, words in KINDS.items() if kind in kinds]
    for box, words in (*samples, (Box("", "operation", (), is_root=True), "result")):
        shape = svg.outline(box, Frame(2.0, 2.0, 40.0, 24.0), 14.0)
        yield (
            f'<span><svg viewBox="0 0 44 28" width="22" height="14" aria-hidden="true">'
            f'<g class="{svg.classes(box)}">{shape}</g></svg>{words}</span>\n'
        )


# --- the table ------------------------------------------------------------------------------------


def _table(handout: Handout, *, solved: bool) -> str:
    words = ("no.", "rule", "with numbers", "result")
    head = "".join(f'<th scope="col">{word}</th>' for word in words)
    update = [step for step in handout.view.steps if step.phase == "update"]
    rate = show(handout.lr).removeprefix("+")
    headings = {
        "forward": ("Forward", "every value from those before it"),
        "backward": ("Backward", _ADDED),
        "update": (f"One step of learning, rate {rate}", update[0].note if update else ""),
    }  # fmt: skip
    rows = list(_rows(handout, solved=solved))
    body = "".join(
        f'<tbody>\n<tr><th colspan="4" scope="rowgroup"><b>{heading}</b>'
        f"{': ' * bool(remark)}{_escaped(remark)}</th></tr>\n"
        f"{''.join(row for of, row in rows if of == phase)}</tbody>\n"
        for phase, (heading, remark) in headings.items()
        if any(of == phase for of, _ in rows)
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n{body}</table>\n"


def _rows(handout: Handout, *, solved: bool) -> Iterator[tuple[str, str]]:
    """A row for each step, under the number of what it finds; a summand has a letter, too."""
    marks = handout.marks
    writes = Counter((f.box, f.line) for step in _computing(handout.view) for f in step.fills)
    letters: Counter[Number] = Counter()
    computed = any(line == VALUE for _, line in marks)
    for step in _computing(handout.view):
        found = [(fill.box, fill.line) for fill in step.fills if (fill.box, fill.line) in marks]
        numbers = sorted(marks[number] for number in found)
        mark = "–".join(map(str, dict.fromkeys([*numbers[:1], *numbers[-1:]])))
        for number in found[:1]:
            letters[number] += 1
            if letters[number] < writes[number]:
                mark += "abcdefghijklmnopqrstuvwxyz"[(letters[number] - 1) % 26]
        is_plain = not marks if step.phase == "backward" else not computed
        if step.symbols:
            yield (
                step.phase,
                _row(step, mark, step.note, is_shown=solved or is_plain, solved=solved),
            )
    # What follows from a blank is blank, too.
    last = len(marks)
    for step in [step for step in handout.view.steps if step.phase in {"update", "again"}]:
        is_again = step.phase == "again"
        asked = [(step.box, VALUE)] if is_again else [(f.box, GRADIENT) for f in step.fills]
        is_blank = any(map(marks.__contains__, asked)) or (is_again and last > len(marks))
        last += is_blank
        shown = replace(step, symbols=f"{step.title}: {step.symbols}") if is_again else step
        note = _on_the_way(handout.view, step) if is_again else ""
        yield "update", _row(shown, str(last) * is_blank, note, is_shown=True, solved=solved)


def _row(step: Step, mark: str, note: str, *, is_shown: bool, solved: bool) -> str:
    is_blank = bool(mark) and not solved
    numbers, answer = _escaped(step.numbers), f"<b>{_escaped(step.answer)}</b>"
    below = f'<div class="note">{_escaped(note)}</div>' * bool(note)
    if is_blank:
        numbers, answer, below = _TO_FILL, _TO_FILL, ""
    elif not is_shown:
        numbers, below = "=", ""
    return (
        f'<tr class="{"blank" if mark else "given"}"><td class="mark">'
        f"{f'<b>{mark}</b>' * bool(mark)}</td><td>{_escaped(step.symbols)}{below}</td>"
        f'<td class="numbers">{numbers}</td><td class="answer">{answer}</td></tr>\n'
    )


def _on_the_way(view: View, again: Step) -> str:
    """What is computed anew before the new result, so that the solution can be followed."""
    texts = {fill.box: fill.text for fill in again.fills if fill.line == VALUE}
    names = {entry.box: entry.name for entry in view.entries}
    computed = [step.box for step in view.steps if step.phase == "forward" and step.box in texts]
    found = [f"{names[box]} = {texts[box][2:]}" for box in computed if box != again.box]
    return ", ".join(found) if len(computed) <= _ON_THE_WAY else ""


def _escaped(words: str) -> str:
    return html.escape(clean(words))
