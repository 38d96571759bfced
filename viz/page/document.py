"""A story as one HTML page that needs nothing else: no network, no library, no server.

All that was recorded is in the page, as SVG in templates and as JSON; the script shows it, and the
page's own policy forbids it to load anything.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..render import svg
from ..render.looks import LOOKS, stylesheet
from ..render.palette import DARK, LIGHT
from ..say.sentences import sentences
from ..say.story import Carried, Entry, Fill, Path, Step, Story, View
from ..scene import graphviz
from ..scene.diagram import Arrow, Box, Diagram, Frame
from ..scene.graphviz import TIMEOUT

FOLDER = pathlib.Path(__file__).parent
THEMES = ("auto", "light", "dark")

# In this order, which is also that in which they are best read.
_SCRIPTS = (
    "state",
    "picture",
    "camera",
    "carried",
    "band",
    "going",
    "search",
    "panel",
    "around",
    "keys",
    "start",
)

SCREEN = (1260.0, 450.0)  # what a picture is to fill: a projector's, less the equations
DIRECTIONS = ("auto", *graphviz.DIRECTIONS)

# Long arrows have room for what they carry, and are given up for text of this size.
_LARGE = 1.1
_GAPS = {"LR": (5.6, 4.4, 3.4, 2.6, 2.1), "TB": (2.4, 1.8)}
_SHORT = {"TB": _GAPS["TB"][:1]}


def page(
    story: Story, *, theme: str = "auto", direction: str = "auto", timeout: float = TIMEOUT
) -> str:
    """The whole page, as text.

    >>> from ..say.story import Entry, Step
    >>> step = Step("start", "given", "a = 2", "", "", "a is 2.", "")
    >>> entry = Entry("n0", "a", "a variable", "2", "2.0", "1", "1.0")
    >>> view = View("graph", "graph", "", "<svg></svg>", (entry,), (step,))
    >>> text = page(Story("a </script> title", (view,)))
    >>> text.startswith("<!DOCTYPE html>"), text.count("</script>")
    (True, 3)
    """
    code = script()
    words = page_words(story.language)
    parts = {
        **{f"page.{key}": html.escape(text) for key, text in words.items()},
        "theme": theme,
        "title": html.escape(story.title),
        "policy": html.escape(_policy(code)),
        "style": _style(),
        "data": _data(story, words, direction, timeout),
        "script": code,
    }
    # In one pass, so that nothing is replaced within what a user wrote.
    return re.sub(r"\{([\w.… ]+)\}", lambda found: parts[found[1]], _file("page.html"))


def page_words(language: str) -> dict[str, str]:
    """The page's own words, without the ``page.`` in front of their keys."""
    table = sentences(language)
    return {
        key.removeprefix("page."): text
        for key, text in table.items()
        if key.startswith("page.") and isinstance(text, str)
    }


def script() -> str:
    """The page's script: its files share one scope, and nothing else is in it."""
    parts = [_file(f"script/{name}.js") for name in _SCRIPTS]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Nothing may be loaded, and no script may run but ours."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


# --- colours --------------------------------------------------------------------------------------


def _style() -> str:
    light, dark = LIGHT.variables(), DARK.variables()
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}\n'
        '@media (prefers-color-scheme: dark) { :root[data-theme="auto"] '
        f"{{ color-scheme: dark; {dark} }} }}\n{_boxes()}{_file('page.css')}"
    )


def _boxes() -> str:
    """What kinds of boxes look like: before the page's own style, whose marks win."""
    return ".box .shape{fill:var(--operation-fill)}\n" + stylesheet(".box")


# --- pictures -------------------------------------------------------------------------------------


def drawn(
    view: View,
    direction: str = "auto",
    *,
    gaps: graphviz.Gaps = _GAPS,
    timeout: float = TIMEOUT,
) -> tuple[str, str]:
    """The picture of a view as one ``<svg>`` element, and a remark on it; SVG text is passed on."""
    if isinstance(view.picture, str):
        return view.picture[max(view.picture.find("<svg"), 0) :], ""
    diagram, scene = svg.placed(
        view, space=SCREEN, gaps=gaps, direction=direction, enough=_LARGE, timeout=timeout
    )
    return svg.diagram(diagram, scene), scene.remark


def drawn_tall(view: View, *, timeout: float = TIMEOUT) -> str:
    """The picture from top to bottom, as a phone held upright shows it; empty for a large one."""
    if isinstance(view.picture, str) or len(view.picture.boxes) > graphviz.MANY:
        return ""
    return drawn(view, "TB", gaps=_SHORT, timeout=timeout)[0]


# --- data -----------------------------------------------------------------------------------------


def _data(story: Story, words: Mapping[str, str], direction: str, timeout: float) -> str:
    """The story as JSON, and per view its steps and its picture, each read when it is opened."""
    heads, parts = [], []
    for number, view in enumerate(story.views):
        picture, remark = drawn(view, direction, timeout=timeout)
        tall = drawn_tall(view, timeout=timeout) if direction == "auto" and not remark else ""
        head = {name: getattr(view, name) for name in ("key", "tab", "title", "within")}
        heads.append({**head, "hint": "; ".join(filter(None, [view.hint, remark]))})
        parts += [
            _json(f"view-{number}", _steps_and_entries(view)),
            _template(f"picture-{number}", picture),
            _template(f"tall-{number}", tall) if tall else "",
        ]
    head = {"title": story.title, "first": story.first, "views": heads, "words": words}
    return "".join([_json("story", head), _template("looks", _looks()), *parts])


def _looks() -> str:
    """A sample of each kind of box, and of an arrow, for the legend."""
    frame = Frame(1.0, 1.0, 42.0, 21.0)
    looks = {kind: svg.outline(Box("", kind, ()), frame, 12.0) for kind in LOOKS}
    looks["arrow"] = svg.path("line", "M0 11.5H44")
    groups = [f'<g id="look-{name}">{look}</g>' for name, look in looks.items()]
    return f"<svg>{''.join(groups)}</svg>"


def _template(name: str, svg: str) -> str:
    return f'<template id="ui-{name}">{svg}</template>\n'


def _steps_and_entries(view: View) -> dict[str, Any]:
    entries = [_plain(entry) for entry in view.entries]
    if isinstance(view.picture, Diagram):
        _shorten_paths(entries, view.picture.arrows)
    return {"entries": entries, "steps": [_plain(step) for step in view.steps]}


def _plain(part: Any) -> Any:
    """A part of a story for JSON, without what is empty, which the script puts back."""
    if isinstance(part, tuple):
        return [_plain(one) for one in part]
    if not isinstance(part, Entry | Step | Path | Fill | Carried):
        return part
    values = {name: getattr(part, name) for name in type(part).__slots__}
    return {name: _plain(value) for name, value in values.items() if value not in ("", (), None)}


def _shorten_paths(entries: Iterable[dict[str, Any]], arrows: Sequence[Arrow]) -> None:
    """Arrows by number, and boxes only where these do not tell them.

    A chain of 400 has paths of 80,000 arrows in all.
    """
    numbers = {arrow.id: number for number, arrow in enumerate(arrows)}
    for path in [path for entry in entries for path in entry.get("paths", ())]:
        if not all(name in numbers for name in path.get("arrows", ())):
            continue
        path["arrows"] = [numbers[name] for name in path.get("arrows", ())]
        ends = {end for n in path["arrows"] for end in (arrows[n].tail, arrows[n].head)}
        if ends == set(path["boxes"]):
            del path["boxes"]


def _json(name: str, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", r"\u003c")  # no label can end the element that it stands in
    return f'<script type="application/json" id="ui-{name}">{text}</script>\n'
