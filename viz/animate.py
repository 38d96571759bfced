"""`animate`: a computation that plays by itself, as one SVG for a README.

Nothing runs, and nothing is fetched: the SVG has a stylesheet with keyframes. Everything in it is a
*film*, a few drawings of the same thing of which one shows at a time: a box before and after it
gets its number, an arrow before and after something flows along it, the equations step by step. A
step takes an equal time. In its first part numbers travel along arrows; with its *reveal* the
answer appears. In ``animate.css``, & is a class of each picture's own, so that two in one page do
not disturb each other. Without animation, as readers may ask of their system, the last one is seen.
"""

from __future__ import annotations

import hashlib
import html
import math
import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import Graph, Value

from . import showing
from .checks import one_of
from .draw import DIRECTIONS
from .labels import clean, columns, shorten
from .render import svg
from .render.looks import stylesheet
from .render.palette import THEMES as COLOURS
from .say.story import Carried, Step, View
from .scene.diagram import Arrow, Box

THEMES = ("auto", *COLOURS)
PHASES = ("start", "forward", "backward")
MAX_NODES = 60
REVEAL = 0.45  # of a step
WIDTH = 960.0
SPACE = (WIDTH - 48.0, 400.0)  # for the graph
LARGEST, LEAST = 1.05, 0.42  # how much the graph is drawn larger or smaller
_BAND, _MARGIN = 160.0, 24.0  # the height of the equations, and the room around all
_EQUATION, _SMALLEST, _SENTENCE = 24.0, 12.0, 17.0  # sizes of letters


@dataclass(frozen=True, slots=True)
class Manner:
    """How an animation is made: seconds for a step and for the pause, colours, direction.

    With ``accumulate`` its numbers are what ``.grad`` holds in the end.
    """

    seconds: float = 2.0
    pause: float = 4.0
    theme: str = "auto"
    direction: str = "auto"
    accumulate: bool = False


def animate(
    value: Value | Graph,
    *,
    seconds_per_step: float = 2.0,
    pause: float = 4.0,
    names: Mapping[str, Any] | None = None,
    title: str | None = None,
    accumulate: bool = False,
    theme: str = "auto",
    direction: str = "auto",
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> Animation:
    """An SVG that plays a computation: forward, then backward, an equation a step, again and again.

    It is one file without script and plays wherever an image is shown, in a README, too. Readers
    who have asked their system for less motion see the final state. It describes the recorded
    pass and makes a backward pass of its own: no ``.grad`` is written.

    >>> from autograd import Value
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> animation = animate((w * x).tanh())
    >>> "∂L/∂w = x · ∂L/∂p1" in animation.svg()
    True

    Parameters
    ----------
    value:
        A Value, usually a loss, or a `Graph` of one.
    seconds_per_step:
        How long each step is shown.
    pause:
        How many seconds the final state stands before all begins again.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.
    title:
        What a screen reader calls it; left out, the name of the result.
    theme:
        ``"light"``, ``"dark"``, or ``"auto"``, as the reader's system is set.
    direction:
        ``"LR"``, ``"TB"``, or ``"auto"``, whichever gives the larger picture.
    accumulate:
        True begins with what is in ``.grad`` now, left from an earlier `backward`: it is one more
        summand of each gradient.
    expand:
        False leaves sums and dot products as one Σ.
    max_nodes:
        How many boxes it has at most, those nearest to the result.

    Raises
    ------
    ConstantError:
        if there are no gradients to show.
    """
    one_of("theme", theme, THEMES)
    one_of("direction", direction, ("auto", *DIRECTIONS))
    manner = Manner(
        _seconds("seconds_per_step", seconds_per_step, least=0.1),
        _seconds("pause", pause, least=0.0),
        theme, direction, accumulate,
    )  # fmt: skip
    from .node_views import told  # noqa: PLC0415 - on first use: most who import viz only draw

    view = told(
        "animate", value,
        names=names, lr=0.1, title=title, accumulate=accumulate,
        expand=expand, max_nodes=max_nodes,
    )  # fmt: skip
    return Animation(view, manner)


class Animation:
    """What `animate` returns: an SVG that plays by itself, in a notebook, too."""

    def __init__(self, view: View, manner: Manner | None = None) -> None:
        self.view = view
        self.manner = manner or Manner()

    def __repr__(self) -> str:
        steps = sum(step.phase in PHASES for step in self.view.steps)
        seconds = steps * self.manner.seconds + self.manner.pause
        return (
            f"<Animation of {steps} steps, {seconds:.3g} seconds: .show(), .save('animation.svg')>"
        )

    def svg(self) -> str:
        """The animation as SVG text."""
        return _Drawing(self.view, self.manner).svg()

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write it to a file that ends in ``.svg``, whole or not at all; return its path."""
        name = os.fspath(path)
        if not name.lower().endswith(".svg"):
            raise ValueError(f"save({name!r}): an animation is an SVG; write save('animation.svg')")
        showing.write(name, self.svg().encode())
        return name

    def show(self) -> None:
        """Show it: inline in a notebook, else in the browser, and print its path."""
        showing.show(self, self.save, "animation.svg")

    def _repr_svg_(self) -> str:
        """For Jupyter."""
        return self.svg()


def _seconds(name: str, value: object, *, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"animate: {name} is a number of seconds, got {value!r:.60}")
    if not (math.isfinite(value) and least <= value <= 3600.0):
        raise ValueError(f"animate: {name} is a number of seconds from {least:g} on, got {value}")
    return float(value)


# --- drawing --------------------------------------------------------------------------------------

Film = Mapping[float, str]
"""What is drawn from each moment on, measured in steps."""


class _Drawing:
    """The state of one drawing: the keyframes that its parts have asked for."""

    def __init__(self, view: View, manner: Manner) -> None:
        self.view, self.manner = view, manner
        self.picture, self.scene = svg.placed(
            view, space=SPACE, gaps={"LR": (2.3,), "TB": (2.3,)}, direction=manner.direction
        )
        self.steps = [step for step in view.steps if step.phase in PHASES]
        self.length = len(self.steps) + manner.pause / manner.seconds
        self.name = "g" + hashlib.sha256(repr((view, manner)).encode()).hexdigest()[:7]
        self.keyframes: dict[str, str] = {}

    def svg(self) -> str:
        """The whole picture."""
        scale = max(LEAST, min(LARGEST, self.scene.scale(SPACE)))
        width = max(WIDTH, self.scene.width * scale + 2 * _MARGIN)
        below = _MARGIN + self.scene.height * scale
        left = (width - self.scene.width * scale) / 2
        parts = [self._film(self._arrow(arrow)) for arrow in self.picture.arrows]
        parts += [dot for arrow in self.picture.arrows for dot in self._dots(arrow)]
        parts += [self._film(self._box(box)) for box in self.picture.boxes]
        parts.append("</g>\n")
        parts.append(self._film(dict(self._bands(width, below))))
        high, wide = svg.number(below + _BAND), svg.number(width)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{self.name}" role="img" '
            f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">\n'
            f"<title>{_escaped(self.view.title or 'A computation, step by step')}</title>\n"
            f"<style>\n{''.join(self._style())}</style>\n"
            '<rect width="100%" height="100%" fill="var(--page)"/>\n'
            f'<g transform="translate({svg.number(left)} {_MARGIN:g}) scale({scale:.3f})">\n'
            f"{''.join(parts)}</svg>\n"
        )

    # --- time -------------------------------------------------------------------------------------

    def _film(self, film: Film) -> str:
        """Drawings of which each shows until the next does; the last is seen without animation."""
        moments = sorted(moment for moment in film if moment < self.length)
        if len(moments) == 1:
            return film[moments[0]]
        ends = [*moments[1:], self.length]
        return "".join(
            self._during(start, end, film[start]) for start, end in zip(moments, ends, strict=True)
        )

    def _during(self, start: float, end: float, drawn: str) -> str:
        """Visible during a span, and else not."""
        frames = {0.0: "opacity:0", start: "opacity:1"}
        if end < self.length:
            frames[end] = "opacity:0"
        hidden = ' class="t"' if end < self.length else ""
        return f"<g{hidden}{self._animated(frames)}>{drawn}</g>\n"

    def _animated(self, frames: Mapping[float, str], more: str = "") -> str:
        """The attribute that lets an element take these states, each from its moment on."""
        share = 100.0 / self.length
        states = "".join(f"{round(at * share, 2):g}%{{{css}}}" for at, css in frames.items())
        name = self.keyframes.setdefault(states, f"{self.name}-{len(self.keyframes)}")
        return f' style="animation-name:{name}{more}"'

    # --- the graph --------------------------------------------------------------------------------

    def _box(self, box: Box) -> Film:
        """A box before and after each number is written into it, and marked while it is."""
        frame, lines = self.scene.frames[box.id], list(box.lines)
        marked = {0.0: ""}
        shown = {0.0: list(lines)}
        for number, step in enumerate(self.steps):
            fills = [fill for fill in step.fills if fill.box == box.id]
            for fill in fills:
                lines[fill.line] = fill.text
            if fills and step.phase == "start":
                shown[0.0] = list(lines)
            elif fills:
                marked |= {number: step.phase, number + 1: ""}
                shown[number + REVEAL] = list(lines)
        film = {}
        for moment in sorted({*marked, *shown}):
            phase = marked[max(at for at in marked if at <= moment)]
            written = shown[max(at for at in shown if at <= moment)]
            content = "".join(svg.content(box, frame, written))
            film[moment] = f'<g class="{_escaped(f"{svg.classes(box)} {phase}")}">{content}</g>'
        return film

    def _arrow(self, arrow: Arrow) -> Film:
        """An arrow before, while and after something flows along it; in the end it is a gradient's.

        In the backward pass one that no gradient flows along points nowhere.
        """
        curve = self.scene.curves[arrow.id]
        backward = [step.phase == "backward" for step in self.steps]
        turn = backward.index(True) if True in backward else len(backward)
        flows = list(self._flows(arrow))
        tips = "head", "tail" if any(backward[number] for number, _ in flows) else ""

        def drawn(kind: str, width: float, tip: str) -> str:
            return f'<g class="{kind}" stroke-width="{width:.2g}">{svg.pointed(curve, tip)}</g>'

        film = {0.0: drawn("plain", 1.6, tips[0]), float(turn): drawn("plain", 1.6, tips[1])}
        for number, flow in flows:
            if backward[number]:
                film[number] = drawn(flow.sign, 5.0, tips[1])
                film[number + 1] = drawn(flow.sign, 1.6 + 2.4 * flow.strength, tips[1])
            else:
                film[number] = drawn("now", 4.0, tips[0])
                film.setdefault(number + 1, film[0.0])
        return film

    def _dots(self, arrow: Arrow) -> Iterator[str]:
        """A number on its way, in each step in which one is."""
        way = svg.along(self.scene.curves[arrow.id])
        for number, flow in self._flows(arrow):
            is_backward = self.steps[number].phase == "backward"
            start, end = ("100%", "0%") if is_backward else ("0%", "100%")
            moves = {0.0: start, number: start, number + REVEAL: end}
            frames = {moment: f"offset-distance:{where}" for moment, where in moves.items()}
            along = f";animation-timing-function:linear;offset-path:path('{way}')"
            dot = f'<circle r="8"{self._animated(frames, along)}/>'
            kind = flow.sign if is_backward else "now"
            yield self._during(number, number + REVEAL, f'<g class="{kind}">{dot}</g>')

    def _flows(self, arrow: Arrow) -> Iterator[tuple[int, Carried]]:
        """In which steps something flows along an arrow, and what."""
        for number, step in enumerate(self.steps):
            yield from ((number, one) for one in step.carried if one.arrow == arrow.id)
            is_forward = step.phase == "forward" and not step.carried
            if is_forward and arrow.head == step.box and arrow.tail in step.sources:
                yield number, Carried(arrow.id, "")

    # --- the equations ----------------------------------------------------------------------------

    def _bands(self, width: float, top: float) -> Iterator[tuple[float, str]]:
        """What is calculated in each step, without and with the answer; then what came out."""
        count = len(self.steps)
        for number, step in enumerate(self.steps):
            colour = {"start": "muted"}.get(step.phase, step.phase)
            below = top + (120 if step.numbers else 90)
            yield number, "".join([
                _words(width - _MARGIN, top + 30, f"{number + 1} of {count}", "m r"),
                _words(_MARGIN, top + 30, step.phase, "m", f' fill="var(--{colour})"'),
                *self._equation(step, number, width - 2 * _MARGIN, top),
                *_sentence(step.sentence, width, below),
            ])  # fmt: skip
        found = _sentence(self._found(), width, top + 60)
        yield count, "".join([_words(_MARGIN, top + 30, "the gradients", "m"), *found])

    def _equation(self, step: Step, number: int, room: float, top: float) -> Iterator[str]:
        """Symbols, and below them numbers with the answer, as large as there is room for."""
        longest = max(columns(step.symbols), columns(f"{step.numbers} {step.answer}"), 1)
        size = max(_SMALLEST, min(_EQUATION, room / (0.61 * longest)))
        limit = int(room / (0.61 * size))
        font = f' font-size="{size:.1f}"'
        yield _words(_MARGIN, top + 60, shorten(step.symbols, limit), more=font)
        numbers = _escaped(shorten(step.numbers, max(2, limit - columns(step.answer) - 1)))
        if step.answer:
            reveal = self._animated({0.0: "fill-opacity:0", number + REVEAL: "fill-opacity:1"})
            numbers += f'<tspan font-weight="bold"{reveal}> {_escaped(step.answer)}</tspan>'
        yield f'<text x="{_MARGIN:g}" y="{svg.number(top + 92)}"{font}>{numbers}</text>'

    def _found(self) -> str:
        """The gradients of the parameters, or of the variables if there are none."""
        entries = {entry.box: entry for entry in self.view.entries}
        goal = next((entries[box.id].name for box in self.picture.boxes if box.is_root), "L")
        for kind in ("parameter", "variable"):
            found = [entries[box.id] for box in self.picture.boxes if box.kind == kind]
            if found:
                sides = [
                    f"{e.name}.grad" if self.manner.accumulate else f"∂{goal}/∂{e.name}"
                    for e in found
                ]
                return ", ".join(f"{s} = {e.grad}" for s, e in zip(sides, found, strict=True))
        return ""

    def _style(self) -> Iterable[str]:
        root = f".{self.name}"
        theme = self.manner.theme
        yield f"{root}{{{COLOURS['light' if theme == 'auto' else theme].variables()}}}\n"
        if theme == "auto":
            dark = COLOURS["dark"].variables()
            yield f"@media(prefers-color-scheme:dark){{{root}{{{dark}}}}}\n"
        yield Path(__file__).with_suffix(".css").read_text(encoding="utf-8").replace("&", root)
        yield f"{root} [style]{{animation-duration:{self.length * self.manner.seconds:g}s}}\n"
        yield stylesheet(f"{root} .box", sorted({box.kind for box in self.picture.boxes}))
        # The final state, for those who want nothing to move.
        yield f"@media(prefers-reduced-motion:reduce){{{root} *{{animation:none!important}}}}\n"
        for text_, name in self.keyframes.items():
            yield f"@keyframes {name}{{{text_}}}\n"


# --- words ----------------------------------------------------------------------------------------


def _sentence(words: str, width: float, top: float) -> Iterator[str]:
    """A sentence on up to two lines."""
    limit = int((width - 2 * _MARGIN) / (0.54 * _SENTENCE))
    lines = textwrap.wrap(clean(words), limit)
    if len(lines) > 2:
        lines = [lines[0], shorten(" ".join(lines[1:]), limit)]
    for number, line in enumerate(lines):
        size = f' font-size="{_SENTENCE:g}"'
        yield _words(_MARGIN, top + number * 1.3 * _SENTENCE, line, "s", size)


def _words(x: float, y: float, words: str, kind: str = "", more: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{svg.number(x)}" y="{svg.number(y)}"{more}>{_escaped(words)}</text>'


def _escaped(words: str) -> str:
    return html.escape(clean(words))
