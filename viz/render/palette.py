"""Colours, light and dark. A colour means one thing, and never carries meaning alone.

Kinds of boxes are pale fills, phases and signs strong lines, and no two of them share a hue:
positive blue, negative orange, result red, forward teal, backward magenta, update olive; parameters
violet, variables green, activations yellow. The numbers in ``tests/viz`` hold all text to WCAG
contrast (4.5:1 and better) on every fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

BOX_SIZE, ARROW_SIZE, LEGEND_SIZE = 12, 12, 12  # of letters, in points


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme; ``fills`` are those of boxes, by the kinds that `LOOKS` names.

    ``root`` is the border of a result. ``focus`` marks what a reader has chosen, ``faint`` lines
    that nothing flows along; ``line``, ``bar``, ``mark`` and ``chosen`` are for what is around a
    picture.
    """

    name: str
    page: str
    ink: str
    muted: str
    outline: str
    positive: str
    negative: str
    root: str
    alarm: str
    forward: str
    backward: str
    update: str
    focus: str
    faint: str
    line: str
    bar: str
    mark: str
    chosen: str
    fills: Mapping[str, str]

    def variables(self) -> str:
        """All colours for a stylesheet; the fill of a result is called ``--root-fill``."""
        names = [field.name for field in fields(self) if field.name not in {"name", "fills"}]
        colours = {name: getattr(self, name) for name in names}
        colours |= {f"{kind}-fill": fill for kind, fill in self.fills.items()}
        return ";".join(f"--{name}:{colour}" for name, colour in colours.items())


# Each in the light theme and in the dark one.
_COLOURS = {
    "page": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "muted": ("#57606a", "#9da7b3"),
    "outline": ("#57606a", "#9da7b3"),
    "positive": ("#00619e", "#6bb8f0"),
    "negative": ("#a84300", "#ff9d5c"),
    "root": ("#b3123f", "#ff8fa3"),
    "alarm": ("#1f2328", "#ffffff"),
    "forward": ("#00696e", "#4fd0d6"),
    "backward": ("#9b2d8f", "#ee90e4"),
    "update": ("#5c6400", "#c6cf4c"),
    "focus": ("#1f2328", "#ffffff"),
    "faint": ("#8c959f", "#6e7781"),
    "line": ("#c3cad1", "#3d444d"),
    "bar": ("#f6f8fa", "#151b23"),
    "mark": ("#e6eaef", "#262c35"),
    "chosen": ("#dfe5eb", "#30363d"),
}
_FILLS = {
    "parameter": ("#e4dcf8", "#37295e"),
    "variable": ("#d9f0e0", "#0f3d2e"),
    "constant": ("#ececec", "#2d333b"),
    "operation": ("#ffffff", "#1c232c"),
    "activation": ("#fdf0c8", "#463809"),
    "root": ("#fbdcdc", "#571f2a"),
    "group": ("#e6ecf0", "#283440"),
}


def _theme(name: str, side: int) -> Theme:
    fills = MappingProxyType({kind: pair[side] for kind, pair in _FILLS.items()})
    return Theme(name, fills=fills, **{key: pair[side] for key, pair in _COLOURS.items()})


LIGHT, DARK = _theme("light", 0), _theme("dark", 1)
THEMES: Mapping[str, Theme] = MappingProxyType({"light": LIGHT, "dark": DARK})
