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
from collections.abc import Iterable, Sequence
from typing import Any

from ..lessons.story import Carried, Entry, Fill, Path, Step, Story, View
from ..render.palette import DARK, LIGHT, Theme
from ..render.rendering import TIMEOUT
from ..scene import layout
from ..scene.diagram import Arrow, Diagram

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

# What a phase, a focus or a bar looks like: colours that no picture has.
_PAGE = {
    "light": {
        "forward": "#00704f",
        "backward": "#9b2d6f",
        "update": "#5b45b0",
        "focus": "#1f2328",
        "faint": "#8c959f",
        "line": "#c3cad1",
        "bar": "#f6f8fa",
        "mark": "#fff3bf",
        "chosen": "#dfe5eb",
    },
    "dark": {
        "forward": "#3ccf9c",
        "backward": "#f08cc4",
        "update": "#b8a9ff",
        "focus": "#ffffff",
        "faint": "#6e7781",
        "line": "#3d444d",
        "bar": "#151b23",
        "mark": "#4a3c0c",
        "chosen": "#30363d",
    },
}


def page(
    story: Story, *, theme: str = "auto", direction: str = "auto", timeout: float = TIMEOUT
) -> str:
    """The whole page, as text.

    >>> from ..lessons.story import Entry, Step
    >>> step = Step("start", "given", "a = 2", "", "", "a is 2.", "")
    >>> entry = Entry("n0", "a", "a variable", "2", "2.0", "1", "1.0")
    >>> view = View("graph", "graph", "", "<svg></svg>", (entry,), (step,))
    >>> text = page(Story("a </script> title", (view,)))
    >>> text.startswith("<!DOCTYPE html>"), text.count("</script>")
    (True, 3)
    """
    code = script()
    parts = {
        "theme": theme,
        "title": html.escape(story.title),
        "policy": html.escape(_policy(code)),
        "style": _style(),
        "data": _data(story, direction, timeout),
        "script": code,
    }
    # In one pass, so that nothing is replaced within what a user wrote.
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], _file("page.html"))


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
    light, dark = _colours(LIGHT), _colours(DARK)
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}\n'
        '@media (prefers-color-scheme: dark) { :root[data-theme="auto"] '
        f"{{ color-scheme: dark; {dark} }} }}\n{_file('page.css')}"
    )


def _colours(theme: Theme) -> str:
    """The palette as variables: fills are called as their kinds are, but for the root's."""
    names = ("page", "ink", "muted", "outline", "positive", "negative", "root", "alarm")
    colours = {name: getattr(theme, name) for name in names}
    colours |= {kind: fill for kind, fill in theme.fills.items() if kind not in ("root", "note")}
    colours |= {"root-fill": theme.fills["root"], **_PAGE[theme.name]}
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


# --- data -----------------------------------------------------------------------------------------


def _data(story: Story, direction: str, timeout: float) -> str:
    """The story as JSON, and per view its steps and its picture, each read when it is opened."""
    heads = [
        {name: getattr(view, name) for name in ("key", "tab", "title", "within", "hint")}
        for view in story.views
    ]
    parts = [_json("story", {"title": story.title, "first": story.first, "views": heads})]
    for number, view in enumerate(story.views):
        tall = layout.drawn_tall(view, timeout=timeout) if direction == "auto" else ""
        parts += [
            _json(f"view-{number}", _steps_and_entries(view)),
            _template(f"picture-{number}", layout.drawn(view, direction, timeout=timeout)),
            _template(f"tall-{number}", tall) if tall else "",
        ]
    return "".join(parts)


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
