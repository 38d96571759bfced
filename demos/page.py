"""HTML pages that open from disk: one file, no script, nothing from a network.

The words of a page stand in a text of its own, ``texts/*.md``; `told` puts numbers and pictures
into it. Everything that is text goes through `escape`; what is markup is made here and in `images`.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.files import write_whole
from viz import RenderError
from viz.say.numbers import number, show

if TYPE_CHECKING:
    from viz import Picture
    from viz.report import Report
    from viz.say.story import Step

# The browser itself keeps the page from fetching or running anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# Heatmaps stand in the page as images; only a page that has some is allowed to show them.
WITH_IMAGES = f"{POLICY}; img-src data:"
# The gallery shows a player, which is a page next to it.
WITH_PAGES = f"{POLICY}; frame-src 'self' file:"
Files = dict[str, str]
"""What a page consists of, by file name."""
Draw = Callable[[str], "Picture"]
"""Draws a picture in a theme."""

STYLE = Path(__file__).with_name("style.css")
TEXTS = Path(__file__).with_name("texts")
THEMES = ("light", "dark")
POINT = 4 / 3  # CSS pixels per typographic point


def escape(text: str) -> str:
    """Text that is shown as it is.

    >>> escape("a < b")
    'a &lt; b'
    """
    return html.escape(text, quote=True)


def document(title: str, lead: str, inside: str, *, home: str = "index.html") -> str:
    """A whole page: ``lead`` is its first paragraph, ``home`` where its link back leads."""
    back = f'<nav><a href="{escape(home)}">All pages</a></nav>' if home else ""
    policy = WITH_IMAGES if "<image " in inside else WITH_PAGES if "<iframe " in inside else POLICY
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}{" · glassgrad" if title != "glassgrad" else ""}</title>
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


# --- numbers in words -----------------------------------------------------------------------------
#
# A reader has a pocket calculator and only the digits on the page. So ``=`` is written only where
# the shown numbers give the shown result, rounded at its last shown digit; elsewhere ``≈``.


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


# --- texts ----------------------------------------------------------------------------------------

WAYS: dict[str, Callable[[Any], str]] = {
    "number": number,
    "short": lambda x: number(x, 2),
    "show": show,
    "share": share,
    "percent": lambda x: f"{x * 100:.2f} %",
}
"""How numbers are written in a text, next to Python's own ways: ``{loss:number}``."""


Described = Callable[[str], str]
Parts = Mapping[str, str | Described]


class _Filling(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        return WAYS[format_spec](value) if format_spec in WAYS else format(value, format_spec)


def whole(name: str, values: Mapping[str, Any], parts: Parts) -> str:
    """The page of a text whose first lines are ``# its title`` and the lead."""
    title, lead, rest = _text(name).split("\n\n", 2)
    filled = _Filling().vformat(" ".join(lead.split()), (), values)
    return document(title.removeprefix("# "), filled, _markup(rest, values, parts))


def told(name: str, values: Mapping[str, Any], parts: Parts) -> str:
    """The markup of a text: blocks with empty lines between them.

    A block begins with what it is: ``##`` a section, ``###`` a heading in it, ``>`` a note, ``~``
    something in small print, ``=`` an equation, ``?`` a question, on the next lines its answer,
    ``[name]`` the part of that name, with the words after it as its caption, ``<`` markup.
    Anything else is a paragraph. A part that is a function is asked with its caption.

    ``values`` are what may stand in braces: a module's constants, and what it found.
    """
    return _markup(_text(name), values, parts)


def _text(name: str) -> str:
    return (TEXTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _markup(text: str, values: Mapping[str, Any], parts: Parts) -> str:
    first, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    made = [_blocks(first, values, parts)]
    for one in sections:
        title, _, rest = one.partition("\n")
        made.append(section(title, _blocks(rest, values, parts)))
    return "".join(made)


def _blocks(text: str, values: Mapping[str, Any], parts: Parts) -> str:
    return "".join(
        [_block(block, values, parts) for block in re.split(r"\n\n+", text.strip()) if block]
    )


def _block(block: str, values: Mapping[str, Any], parts: Parts) -> str:
    if block.startswith("<"):
        return f"{block}\n"
    if found := re.match(r"\[([\w-]+)\]", block):
        part, words = parts[found[1]], _filled(block[found.end() :], values)
        picture = part if isinstance(part, str) else part(words)
        return figure(picture, words) if words else picture
    kind, _, words = block.partition(" ")
    if kind == "?":
        asked, _, answer = words.partition("\n")
        return question(asked, paragraph(_filled(answer, values)))
    if kind in _KINDS:
        return _KINDS[kind](_filled(words, values))
    return paragraph(_filled(block, values))


def _filled(words: str, values: Mapping[str, Any]) -> str:
    return _Filling().vformat(" ".join(words.split()), (), values)


def section(title: str, inside: str) -> str:
    """A section under a heading."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{inside}</section>\n"


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


def programs(one: str, text: str, other: str, its_text: str) -> str:
    """Two programs side by side, each under its name."""
    parts = [
        f"<div><h3>{escape(name)}</h3>{code(told)}</div>"
        for name, told in ((one, text), (other, its_text))
    ]
    return f'<div class="pair">{"".join(parts)}</div>\n'


def message(text: str) -> str:
    """What a program said; long lines are broken."""
    return f'<pre class="message"><code>{escape(text)}</code></pre>\n'


def question(text: str, answer: str) -> str:
    """A question whose answer appears when it is asked for."""
    return f"<details><summary>{escape(text)}</summary>\n{answer}</details>\n"


def link(target: str, text: str) -> str:
    """A link to a file next to this page."""
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def figure(picture: str, caption: str, kind: str = "") -> str:
    """A picture and what is to be seen in it."""
    words = f"<figcaption>{escape(caption)}</figcaption>"
    return f"<figure{_class(kind)}>\n{picture}\n{words}\n</figure>\n"


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


_KINDS: dict[str, Callable[[str], str]] = {
    "###": lambda words: f"<h3>{escape(words)}</h3>\n",
    ">": lambda words: paragraph(words, "note"),
    "~": lambda words: paragraph(words, "small"),
    "=": equation,
}


# --- pictures of viz ------------------------------------------------------------------------------


def drawn(files: Files, draw: Draw, name: str, words: str) -> str:
    """A picture of viz in both themes: markup for a page; ``files`` get ``name-light.svg``, ….

    ``words`` is what a screen reader says. Where no engine can render, the picture is its text.
    """
    try:
        svgs = {f"{name}-{theme}.svg": draw(theme).svg() for theme in THEMES}
    except RenderError as error:
        return f"{code(draw(THEMES[0]).text())}{paragraph(str(error))}"
    files.update(svgs)
    return inlined([*svgs.values()], name, words)


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


def offered(files: Files, name: str, make: Callable[[], str], text: str, place: str = "") -> str:
    """A page that viz makes: a link to it (or to ``place``, a part of it); ``files`` get it.

    Where no engine can lay out its pictures, it is said what is missing instead.
    """
    try:
        files[name] = make()
    except RenderError as error:
        return paragraph(str(error))
    return f'<p class="lead">{link(f"{name}{place}", text)}</p>\n'


# --- files ----------------------------------------------------------------------------------------


def write(folder: Path, files: Files) -> None:
    """Write each file whole, in a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text.encode())
