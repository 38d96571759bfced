"""The animation as SVG: shapes, a stylesheet, and keyframes; nothing runs, nothing is fetched.

Without animation, as readers may ask of their system, everything stands in its final state. All
style is below a class of the picture's own, so that two in one page do not disturb each other.
"""

from __future__ import annotations

import hashlib
import html
import textwrap
from collections.abc import Iterable, Sequence

from ..labels import clean, columns, shorten
from ..lessons.lesson import GRADIENT, VALUE
from ..render import svg
from ..render.looks import stylesheet
from ..render.palette import THEMES
from ..render.svg import number as short
from ..say.story import Step, View
from ..scene.diagram import Arrow, Box, Diagram
from ..scene.graphviz import scene
from ..scene.placed import Scene, Size
from .timeline import REVEAL, Flow, Manner, Shown, Span, Timeline, timeline

WIDTH = 960.0
SPACE = (WIDTH - 48.0, 400.0)  # for the graph
LARGEST, LEAST = 1.5, 0.6  # how much the graph is drawn larger or smaller
TEXT = 14.0
_COLUMN, _LINE = 0.61 * TEXT, 1.25 * TEXT
_SIDE, _ABOVE = 10.0, 6.0
_GAPS = {"LR": (2.3,), "TB": (2.3,)}
_TIP = 9.0  # the length of an arrow's point
_BAND = 160.0  # the height of the equations
_MARGIN = 24.0
_EQUATION, _SMALLEST, _SENTENCE = 24.0, 12.0, 17.0  # font sizes

_RULES = """\
{root}{{font:{text:g}px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",Courier,monospace}}
{root} *{{animation:0s step-end infinite}}
{root} [style]{{animation-duration:{seconds:g}s}}
{root} text{{white-space:pre}}
{root}{{fill:var(--ink)}}
{root} .h{{text-anchor:middle;font-weight:bold}}
{root} .o{{stroke:var(--outline);stroke-width:1.2}}
{root} .o.root{{stroke:var(--root);stroke-width:3}}
{root} .a{{color:var(--outline);stroke-width:1.2}}
{root} .a path{{fill:none;stroke:currentColor}}
{root} .a .p,{root} .a circle{{fill:currentColor;stroke:none}}
{root} .t,{root} .f,{root} .a circle{{opacity:0}}
{root} .m{{font-size:15px}}
{root} .s{{font-family:system-ui,Arial,"DejaVu Sans",sans-serif}}
{root} .r{{text-anchor:end}}
"""


def drawn(view: View, manner: Manner) -> str:
    """The whole SVG of a view."""
    assert isinstance(view.picture, Diagram)
    picture = view.picture
    times = timeline(view, picture.arrows, picture.boxes, manner.pause / manner.seconds)
    sizes = {box.id: _size(box, times) for box in picture.boxes}
    laid_out = scene(picture, sizes, space=SPACE, text=TEXT, gaps=_GAPS, direction=manner.direction)
    return _Drawing(view, laid_out, times, manner).svg()


def _size(box: Box, times: Timeline) -> Size:
    texts = [
        shown.text for line in (VALUE, GRADIENT) for shown in times.lines.get((box.id, line), ())
    ]
    width = max(columns(text) for text in (box.lines[0], *texts))
    return width * _COLUMN + 2 * _SIDE, 3 * _LINE + 2 * _ABOVE


class _Drawing:
    """The state of one drawing: the keyframes that its parts have asked for."""

    def __init__(self, view: View, laid_out: Scene, times: Timeline, manner: Manner) -> None:
        assert isinstance(view.picture, Diagram)
        self.view, self.scene, self.times, self.manner = view, laid_out, times, manner
        self.picture = view.picture
        self.name = "g" + hashlib.sha256(repr((view, manner)).encode()).hexdigest()[:7]
        self.keyframes: dict[str, str] = {}

    def svg(self) -> str:
        """The whole picture."""
        scale = max(LEAST, min(LARGEST, self.scene.scale(SPACE)))
        width = max(WIDTH, self.scene.width * scale + 2 * _MARGIN)
        below = _MARGIN + self.scene.height * scale
        left = (width - self.scene.width * scale) / 2
        body = [
            '<rect width="100%" height="100%" fill="var(--page)"/>\n',
            f'<g transform="translate({short(left)} {_MARGIN:g}) scale({scale:.3f})">\n',
            *map(self._arrow, self.picture.arrows),
            *map(self._box, self.picture.boxes),
            "</g>\n",
            *self._bands(width, below),
        ]
        height = below + _BAND
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{self.name}" role="img" '
            f'viewBox="0 0 {short(width)} {short(height)}" width="{short(width)}" '
            f'height="{short(height)}">\n<title>{_escaped(self._title)}</title>\n'
            f"<style>\n{''.join(self._style())}</style>\n{''.join(body)}</svg>\n"
        )

    @property
    def _title(self) -> str:
        return self.view.title or "A computation, step by step"

    # --- time -------------------------------------------------------------------------------------

    def _animated(self, frames: Iterable[tuple[float, str]], *, smooth: bool = False) -> str:
        """The attribute that lets an element take these states, each from its moment on."""
        share = 100.0 / self.times.length
        text = "".join(f"{round(moment * share, 2):g}%{{{css}}}" for moment, css in frames)
        name = self.keyframes.setdefault(text, f"{self.name}-{len(self.keyframes)}")
        linear = ";animation-timing-function:linear" if smooth else ""
        return f' style="animation-name:{name}{linear}"'

    def _during(self, span: Span, what: str = "opacity") -> str:
        """Visible during a span, and else not."""
        frames = [(0.0, f"{what}:0")] if span.start > 0.0 else []
        frames.append((span.start, f"{what}:1"))
        if span.end < self.times.length:
            frames.append((span.end, f"{what}:0"))
        return self._animated(frames)

    # --- the graph --------------------------------------------------------------------------------

    def _arrow(self, arrow: Arrow) -> str:
        curve = self.scene.curves[arrow.id]
        flows = self.times.flows.get(arrow.id, ())
        forth, back = [f for f in flows if not f.is_backward], [f for f in flows if f.is_backward]
        turn = Span(0.0, self.times.turn), Span(self.times.turn, self.times.length)
        tips = f'<path class="p f"{self._during(turn[0])} d="{svg.tip_of(curve, _TIP)}"/>'
        if back:  # else it points nowhere: no gradient is asked of a constant
            point = svg.tip_of(curve[::-1], _TIP)
            tips += f'<path class="p"{self._during(turn[1])} d="{point}"/>'
        way = svg.along(curve)
        dots = "".join(self._dot(way, flow) for flow in (*forth, *back))
        return f'<g class="a"{self._inked(flows)}><path d="{way}"/>{tips}{dots}</g>\n'

    def _inked(self, flows: Sequence[Flow]) -> str:
        """The colour and the stroke of an arrow: after a gradient came along, they are its own."""
        if not flows:
            return ""
        rest = "color:var(--outline);stroke-width:1.2;stroke-dasharray:none"
        frames = [(0.0, rest)]
        for flow in flows:
            if flow.is_backward:
                rest = _ink(flow, 1.2 + 2 * flow.strength)
                frames.append((flow.span.start, _ink(flow, 4.0)))
            else:
                frames.append((flow.span.start, "color:var(--forward);stroke-width:3"))
            frames.append((flow.span.end, rest))
        last = f";{rest}" if flows[-1].is_backward else ""
        return f'{self._animated(frames)[:-1]}{last}"'

    def _dot(self, way: str, flow: Flow) -> str:
        """A number on its way."""
        ends = ("100%", "0%") if flow.is_backward else ("0%", "100%")
        start, end = flow.span.start, flow.span.start + REVEAL
        frames = [
            (start, f"opacity:0;offset-distance:{ends[0]}"),
            (start + 0.01, f"opacity:1;offset-distance:{ends[0]}"),
            (end, f"opacity:1;offset-distance:{ends[1]}"),
            (end + 0.01, f"opacity:0;offset-distance:{ends[1]}"),
        ]
        if start > 0.0:
            frames.insert(0, (0.0, f"opacity:0;offset-distance:{ends[0]}"))
        path = f";offset-path:path('{way}')"
        return f'<circle r="6"{self._animated(frames, smooth=True)[:-1]}{path}"/>'

    def _box(self, box: Box) -> str:
        frame = self.scene.frames[box.id]
        classes = _escaped(" ".join(["o", box.kind, *["root"] * box.is_root]))
        y = frame.top + _ABOVE + 0.95 * TEXT
        head = (
            f'<text class="h" x="{short(frame.middle[0])}" y="{short(y)}">{_escaped(box.lines[0])}'
        )
        parts = [
            f'<g class="{classes}"{self._lit(box)}>{svg.outline(box, frame, TEXT)}</g>{head}</text>'
        ]
        for line in (VALUE, GRADIENT):
            x, base = frame.left + _SIDE, y + line * _LINE
            shown = self.times.lines.get((box.id, line), ())
            parts += [self._text(x, base, one) for one in shown]
        return f"<g>{''.join(parts)}</g>\n"

    def _lit(self, box: Box) -> str:
        """The border of a box while it receives a number."""
        rest = "stroke:var(--root);stroke-width:3" if box.is_root else (
            "stroke:var(--outline);stroke-width:1.2"
        )  # fmt: skip
        frames = [(0.0, rest)]
        for span in self.times.receives.get(box.id, ()):
            colour = "forward" if span.start < self.times.turn else "backward"
            frames.append((span.start, f"stroke:var(--{colour});stroke-width:4"))
            frames.append((span.end, rest))
        return self._animated(frames) if len(frames) > 1 else ""

    def _text(self, x: float, y: float, shown: Shown) -> str:
        when = ""
        if shown.span is not None:
            stays = shown.span.end >= self.times.length
            when = ("" if stays else ' class="t"') + self._during(shown.span)
        return f'<text{when} x="{short(x)}" y="{short(y)}">{_escaped(shown.text)}</text>'

    # --- the equations ----------------------------------------------------------------------------

    def _bands(self, width: float, top: float) -> Iterable[str]:
        """What is calculated in each step, one after the other; in the pause, what came out."""
        count = len(self.times.steps)
        for number, step in enumerate(self.times.steps):
            colour = {"start": "muted"}.get(step.phase, step.phase)
            inside = [
                _words(width - _MARGIN, top + 30, f"{number + 1} of {count}", "m r"),
                _words(_MARGIN, top + 30, step.phase, "m", f' fill="var(--{colour})"'),
                *self._equation(step, number, width, top),
                *_sentence(step.sentence, width, top + (120 if step.numbers else 90)),
            ]
            span = Span(number, number + 1)
            yield f'<g class="t"{self._during(span)}>{"".join(inside)}</g>\n'
        inside = [
            _words(_MARGIN, top + 30, "the gradients", "m"),
            *_sentence(_found(self.view, self.times), width, top + 60),
        ]
        yield f"<g{self._during(Span(count, self.times.length))}>{''.join(inside)}</g>\n"

    def _equation(self, step: Step, number: int, width: float, top: float) -> Iterable[str]:
        room = width - 2 * _MARGIN
        longest = max(columns(step.symbols), columns(f"{step.numbers} {step.answer}"), 1)
        size = max(_SMALLEST, min(_EQUATION, room / (0.61 * longest)))
        limit = int(room / (0.61 * size))
        font = f' font-size="{size:.1f}"'
        yield _words(_MARGIN, top + 60, shorten(step.symbols, limit), "", font)
        answer = ""
        if step.answer:
            when = self._during(Span(number + REVEAL, self.times.length), "fill-opacity")
            answer = f'<tspan font-weight="bold"{when}> {_escaped(step.answer)}</tspan>'
        numbers = _escaped(shorten(step.numbers, max(2, limit - columns(step.answer) - 1)))
        yield f'<text x="{_MARGIN:g}" y="{short(top + 92)}"{font}>{numbers}{answer}</text>'

    # --- style ------------------------------------------------------------------------------------

    def _style(self) -> Iterable[str]:
        root = f".{self.name}"
        theme = self.manner.theme
        yield f"{root}{{{THEMES['light' if theme == 'auto' else theme].variables()}}}\n"
        if theme == "auto":
            dark = THEMES["dark"].variables()
            yield f"@media(prefers-color-scheme:dark){{{root}{{{dark}}}}}\n"
        yield _RULES.format(root=root, text=TEXT, seconds=self.times.length * self.manner.seconds)
        yield stylesheet(f"{root} .o", sorted({box.kind for box in self.picture.boxes}))
        # The final state, for those who want nothing to move.
        yield f"@media(prefers-reduced-motion:reduce){{{root} *{{animation:none!important}}}}\n"
        for text, name in self.keyframes.items():
            yield f"@keyframes {name}{{{text}}}\n"


# --- words ----------------------------------------------------------------------------------------


def _sentence(text: str, width: float, top: float) -> Iterable[str]:
    """A sentence on up to two lines."""
    limit = int((width - 2 * _MARGIN) / (0.54 * _SENTENCE))
    lines = textwrap.wrap(clean(text), limit)
    if len(lines) > 2:
        lines = [lines[0], shorten(" ".join(lines[1:]), limit)]
    for number, line in enumerate(lines):
        size = f' font-size="{_SENTENCE:g}"'
        yield _words(_MARGIN, top + number * 1.3 * _SENTENCE, line, "s", size)


def _words(x: float, y: float, text: str, kind: str = "", more: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{short(x)}" y="{short(y)}"{more}>{_escaped(text)}</text>'


def _found(view: View, times: Timeline) -> str:
    """The gradients of the parameters, or of the variables if there are none."""
    assert isinstance(view.picture, Diagram)
    names = {entry.box: entry for entry in view.entries}
    ends = {
        fill.box: step.symbols.partition(" =")[0]
        for step in times.steps
        for fill in step.fills
        if fill.line == GRADIENT
    }
    for kind in ("parameter", "variable"):
        found = [
            f"{ends[box.id]} = {names[box.id].grad}"
            for box in view.picture.boxes
            if box.kind == kind and box.id in ends and box.id in names
        ]
        if found:
            return ",  ".join(found)
    return ""


# --- colours --------------------------------------------------------------------------------------


def _ink(flow: Flow, width: float) -> str:
    dashes = {"negative": "7 4", "zero": "1 4"}.get(flow.sign, "none")
    colour = {"positive": "positive", "negative": "negative", "alarm": "ink"}.get(
        flow.sign, "outline"
    )
    return f"color:var(--{colour});stroke-width:{width:.2g};stroke-dasharray:{dashes}"


def _escaped(text: str) -> str:
    return html.escape(clean(text))
