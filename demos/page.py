"""HTML pages that open from disk: one file, no script, nothing from a network.

Everything that is text goes through `escape`; what is markup is made here and in `images`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.files import write_whole
from viz import RenderError

from .words import as_line

if TYPE_CHECKING:
    from viz import Picture
    from viz.player.story import Step
    from viz.report import Report

# The browser itself keeps the page from fetching or running anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# Heatmaps stand in the page as images; only a page that has some is allowed to show them.
WITH_IMAGES = f"{POLICY}; img-src data:"
STYLE = Path(__file__).with_name("style.css")
THEMES = ("light", "dark")
POINT = 4 / 3  # CSS pixels per typographic point


def escape(text: str) -> str:
    """Text that is shown as it is.

    >>> escape("a < b")
    'a &lt; b'
    """
    return html.escape(text, quote=True)


def document(title: str, lead: str, body: Iterable[str], *, home: str = "index.html") -> str:
    """A whole page: ``lead`` is its first paragraph, ``home`` where its link back leads."""
    back = f'<nav><a href="{escape(home)}">All pages</a></nav>' if home else ""
    inside = "".join(body)
    policy = WITH_IMAGES if "<image " in inside else POLICY
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · glassgrad</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header>{back}
<h1>{escape(title)}</h1>
<p class="lead">{escape(lead)}</p>
</header>
<main>
{inside}</main>
<footer><p>Made by glassgrad. Every number on this page was computed by its engine; this file needs
no network and runs no script.</p></footer>
</body>
</html>
"""


def section(title: str, *parts: str) -> str:
    """A section under a heading."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{''.join(parts)}</section>\n"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of text.

    >>> print(paragraph("1 < 2"), end="")
    <p>1 &lt; 2</p>
    """
    return f"<p{_class(kind)}>{escape(text)}</p>\n"


def equation(text: str) -> str:
    """A line of mathematics, which breaks only at its signs."""
    return f'<p class="equation">{escape(text)}</p>\n'


def equations(texts: Iterable[str]) -> str:
    """Several, one below the other."""
    return _steps(map(equation, texts))


def steps(told: Iterable[Step]) -> str:
    """Steps of `viz.player`, one below the other: a sentence, an equation, a note."""
    return _steps(
        f"{paragraph(step.sentence)}{equation(as_line(step))}"
        f"{paragraph(step.note, 'small') if step.note else ''}"
        for step in told
    )


def _steps(parts: Iterable[str]) -> str:
    inside = "".join(f"<div>{part}</div>\n" for part in parts)
    return f'<div class="steps">{inside}</div>\n'


def code(text: str) -> str:
    """A program."""
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>\n'


def message(text: str) -> str:
    """What a program said; long lines are broken."""
    return f'<pre class="message"><code>{escape(text)}</code></pre>\n'


def question(text: str, *answer: str) -> str:
    """A question whose answer appears when it is asked for."""
    return f"<details><summary>{escape(text)}</summary>\n{''.join(answer)}</details>\n"


def link(target: str, text: str) -> str:
    """A link to a file beside this page."""
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def figure(picture: str, caption: str, kind: str = "") -> str:
    """A picture and what is to be seen in it."""
    return (
        f"<figure{_class(kind)}>\n{picture}\n<figcaption>{escape(caption)}</figcaption>\n"
        "</figure>\n"
    )


def table(words: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are markup already; the first of each row is its heading.

    ``words`` is what a screen reader calls it.
    """
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'
        for first, *rest in rows
    )
    # Too wide for a telephone, it scrolls; and a keyboard scrolls only what it can reach.
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="Table: {escape(words)}">'
        f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


def reported(report: Report) -> str:
    """What `viz.report` found, as a notebook shows it."""
    words = 'tabindex="0" role="group" aria-label="What the report found, layer by layer"'
    return f'<div class="scroll report" {words}>{report._repr_html_()}</div>\n'


def _class(kind: str) -> str:
    return f' class="{escape(kind)}"' if kind else ""


# --- pictures of viz ------------------------------------------------------------------------------


def drawn(draw: Callable[[str], Picture], name: str, words: str) -> tuple[str, dict[str, str]]:
    """A picture of viz in both themes: markup for a page, and the files ``name-light.svg``, ….

    ``words`` is what a screen reader says. Where no engine can render, the picture is its text.
    """
    try:
        files = {f"{name}-{theme}.svg": draw(theme).svg() for theme in THEMES}
    except RenderError as error:
        return f"{code(draw(THEMES[0]).text())}{paragraph(str(error))}", {}
    return inlined(list(files.values()), name, words), files


def inlined(svgs: Sequence[str], name: str, words: str, *, scrolls: bool = True) -> str:
    """The light and the dark SVG of a picture as markup; the reader's theme chooses.

    One that is too wide for the window scrolls, or else shrinks.
    """
    parts = [
        _inline(svg, f"{name}-{theme}-", words, f"theme-{theme}")
        for theme, svg in zip(THEMES, svgs, strict=True)
    ]
    if not scrolls:
        return f'<div class="narrow">{"".join(parts)}</div>'
    # A keyboard scrolls only what it can reach.
    around = f'<div class="wide" tabindex="0" role="group" aria-label="{escape(words)}">'
    return f"{around}{''.join(parts)}</div>"


_OPENING = re.compile(r"<svg\s([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
_NAMES = re.compile(r'( id="| href="#|\(#)')  # where an id is given, and where it is referred to
_REPLACED = {"aria-label", "class", "height", "role", "style", "width"}


def _inline(svg: str, prefix: str, words: str, kind: str) -> str:
    """An SVG file as part of a page that holds several: ids are made unique, sizes elastic."""
    found = _OPENING.search(svg)
    assert found is not None
    given = dict(_ATTRIBUTE.findall(found[1]))
    width = float(given["width"].removesuffix("pt")) * POINT
    kept = " ".join(
        f'{name}="{value}"'
        for name, value in given.items()
        if name not in _REPLACED and not name.startswith("xmlns")  # which HTML does without
    )
    # Widest in rem, so that it grows on a projector as the text does. At 60 % of its size the
    # smallest text can still be read; narrower windows scroll it.
    style = f"--widest:{width / 20:.1f}rem;--least:{0.6 * width:.0f}px"
    opening = f'<svg role="img" aria-label="{escape(words)}" class="{kind}" style="{style}" {kept}>'
    rest = re.sub(r"<!--.*?-->\n?", "", svg[found.end() :], flags=re.DOTALL)
    return opening + _NAMES.sub(rf"\1{prefix}", rest).rstrip()


def offered(
    name: str, make: Callable[[], str], text: str, place: str = ""
) -> tuple[str, dict[str, str]]:
    """A page that viz makes: a link to it (or to ``place``, a part of it), and the file itself.

    Where no engine can lay out its pictures, it is said what is missing instead.
    """
    try:
        files = {name: make()}
    except RenderError as error:
        return paragraph(str(error)), {}
    return f'<p class="lead">{link(f"{name}{place}", text)}</p>\n', files


# --- files ----------------------------------------------------------------------------------------


def write(folder: Path, files: dict[str, str]) -> None:
    """Write each file whole, in a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text.encode())
