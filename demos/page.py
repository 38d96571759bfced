"""HTML pages that open from disk: no script, nothing from a network; pictures lie next to them.

The words of a page stand in a text of its own, ``texts/*.md``; `page` puts numbers, pictures and
what else was made into its gaps. Everything that is text goes through `escape`.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz import RenderError
from viz.report import Report, html_table
from viz.say.numbers import number

if TYPE_CHECKING:
    from viz import Picture
    from viz.say.story import Step

Files = dict[str, str]
"""What a page consists of, by file name."""
Draw = Callable[[str], "str | Picture"]
"""Draws a picture in a theme: what a face of viz returns, or SVG text."""

# The browser itself keeps a page from running anything, and shows only what lies next to it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; frame-src 'self' file:"
)
STYLE = Path(__file__).with_name("style.css")
TEXTS = Path(__file__).with_name("texts")
THEMES = ("light", "dark")
POINT = 4 / 3  # CSS pixels per typographic point
WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)pt"')


def escape(text: str) -> str:
    """Text that is shown as it is.

    >>> escape("a < b")
    'a &lt; b'
    """
    return html.escape(text, quote=True)


def document(title: str, inside: str, *, is_home: bool = False) -> str:
    """A whole page, with a link to the gallery unless it is that."""
    back = "" if is_home else '<nav><a href="index.html">All pages</a></nav>\n'
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}{"" if is_home else " · glassgrad"}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
{back}<main>
{inside}</main>
<footer><p>Made by glassgrad. Every number on this page was computed by its engine; this file needs
no network and runs no script.</p></footer>
</body>
</html>
"""


# --- numbers in words -----------------------------------------------------------------------------


def share(x: float) -> str:
    """A share in hundredths, as exact as it is.

    >>> share(0.995), share(1.0), share(2 / 3)
    ('99.5 %', '100 %', '66.67 %')
    """
    return f"{100.0 * x:.4g} %"


def as_line(step: Step) -> str:
    """A step's symbols, numbers and result in one line.

    >>> from viz.say.story import Step
    >>> as_line(Step("forward", "", "o = tanh(z)", "= tanh(0.6931) =", "0.6", "", ""))
    'o = tanh(z) = tanh(0.6931) = 0.6'
    """
    return " ".join(filter(None, (step.symbols, step.numbers, step.answer)))


WAYS: dict[str, Callable[[Any], str]] = {
    "number": number,
    "short": lambda x: number(x, 2),
    "share": share,
    "count": lambda found: f"{len(found):,}",
}
"""How numbers are written in a text, next to Python's own ways: ``{loss:number}``."""


class _Filling(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        return WAYS[format_spec](value) if format_spec in WAYS else format(value, format_spec)


# --- texts ----------------------------------------------------------------------------------------

KINDS = {
    "#": "<h1>{}</h1>",
    "##": "<h2>{}</h2>",
    "###": "<h3>{}</h3>",
    "!": '<p class="lead">{}</p>',
    ">": '<p class="note">{}</p>',
    "~": '<p class="small">{}</p>',
    "=": '<p class="equation">{}</p>',
    "$": '<pre class="message">{}</pre>',
}
PART = re.compile(r"\[([\w-]+)(#[^\]]+)?\]\s*")


def page(name: str, values: Mapping[str, Any], parts: Mapping[str, Any]) -> Files:
    """The page of a text that begins with ``# its title``, and its files."""
    files: Files = {}
    inside = told(name, values, parts, files)
    title = _text(name).partition("\n")[0].removeprefix("# ")
    files[f"{name}.html"] = document(title, inside)
    return files


def told(name: str, values: Mapping[str, Any], parts: Mapping[str, Any], files: Files) -> str:
    """The markup of a text: blocks with empty lines between them. ``files`` get its pictures.

    A block begins with what it is: a sign of `KINDS` (left out, if nothing follows), ``?`` for a
    question, on the next lines its answer, ``<`` for markup, or ``[name]`` for the part of that
    name, with words after it: those under a picture, or those of a link (``[name#place]`` leads to
    a place in that page). Anything else is a paragraph.

    ``values`` are what may stand in braces: a module's constants, and what it found. A part is
    markup, a `Report`, what draws a picture in a theme, or a `Player` or `Handout` to be linked to.
    """

    def block(text: str) -> str:
        words = " ".join(_Filling().vformat(text, (), values).split())
        if text.startswith("<"):
            return f"{words}\n"
        if found := PART.match(words):
            part, place = found.groups(default="")
            return _part(parts[part], f"{name}-{part}", place, words[found.end() :], files)
        kind, _, rest = words.partition(" ")
        if kind == "?":
            asked, _, answer = rest.partition("? ")
            return question(f"{asked}?", paragraph(answer))
        if kind in KINDS:
            return KINDS[kind].format(escape(rest)) + "\n" if rest else ""
        return paragraph(words)

    return "".join(map(block, re.split(r"\n\n+", _text(name))))


def _text(name: str) -> str:
    return (TEXTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _part(part: Any, name: str, place: str, words: str, files: Files) -> str:
    """A part as markup; files of their own are called ``name-light.svg``, …, or ``name.html``."""
    if isinstance(part, Report):
        return scrolling(part._repr_html_(), "What the report found, layer by layer")
    if isinstance(part, str):
        return figure(part, words) if words else part
    if callable(part):
        return figure(drawn(files, part, name, words), words)
    try:
        files[f"{name}.html"] = part.html()
    except RenderError as error:
        return paragraph(str(error))
    return f'<p class="lead">{link(f"{name}.html{place}", words)}</p>\n'


def paragraph(text: str) -> str:
    """A paragraph of text.

    >>> print(paragraph("1 < 2"), end="")
    <p>1 &lt; 2</p>
    """
    return f"<p>{escape(text)}</p>\n"


def steps(told: Iterable[Step | str]) -> str:
    """Steps of `viz.player`, or lines of mathematics, one below the other."""
    parts = []
    for step in told:
        if isinstance(step, str):
            lines = [("equation", step)]
        else:
            lines = [("", step.sentence), ("equation", as_line(step)), ("small", step.note)]
        inside = [f'<p class="{kind}">{escape(line)}</p>\n' for kind, line in lines if line]
        parts.append(f"<div>{''.join(inside)}</div>\n")
    return f'<div class="steps">{"".join(parts)}</div>\n'


def code(text: str) -> str:
    """A program."""
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>\n'


def programs(**named: str) -> str:
    """Programs side by side, each under its name."""
    parts = [f"<div><h3>{escape(name)}</h3>{code(text)}</div>" for name, text in named.items()]
    return f'<div class="pair">{"".join(parts)}</div>\n'


def question(text: str, answer: str) -> str:
    """A question whose answer appears when it is asked for."""
    return f"<details><summary>{escape(text)}</summary>\n{answer}</details>\n"


def link(target: str, text: str) -> str:
    """A link to a file next to this page."""
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def figure(picture: str, caption: str) -> str:
    """A picture and what is to be seen in it."""
    return f"<figure>\n{picture}\n<figcaption>{escape(caption)}</figcaption>\n</figure>\n"


def table(words: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; ``words`` is what a screen reader calls it."""
    return scrolling(html_table(head, [*rows]), f"Table: {words}")


def scrolling(inside: str, words: str) -> str:
    """What may be too wide for a telephone; a keyboard scrolls only what it can reach."""
    around = f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(words)}">'
    return f"{around}{inside}</div>\n"


def drawn(files: Files, draw: Draw, name: str, words: str) -> str:
    """A picture in both themes: markup for a page; ``files`` get ``name-light.svg``, ….

    Where no engine can render, the picture is its text.
    """
    try:
        for theme in THEMES:
            made = draw(theme)
            files[f"{name}-{theme}.svg"] = made if isinstance(made, str) else made.svg()
    except RenderError as error:
        return code(draw(THEMES[0]).text()) + paragraph(str(error))  # type: ignore[union-attr]
    found = WIDTH.search(files[f"{name}-{THEMES[0]}.svg"])
    assert found is not None
    width = float(found[1]) * POINT
    # Widest in rem, so that it grows on a projector as the text does. At 60 % of its size the
    # smallest text can still be read; narrower windows scroll it.
    style = f"--widest:{width / 20:.1f}rem;--least:{0.6 * width:.0f}px"
    return f'<div class="wide" tabindex="0" style="{style}">{image(name, words)}</div>'


def image(name: str, words: str) -> str:
    """A picture that lies in two files next to the page; the reader's theme chooses."""
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">'
        f'<img src="{name}-light.svg" alt="{escape(words)}"></picture>'
    )
