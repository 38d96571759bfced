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


LIGHT = Theme(
    name="light",
    page="#ffffff",
    ink="#1f2328",
    muted="#57606a",
    outline="#57606a",
    positive="#00619e",
    negative="#a84300",
    root="#b3123f",
    alarm="#1f2328",
    forward="#00696e",
    backward="#9b2d8f",
    update="#5c6400",
    focus="#1f2328",
    faint="#8c959f",
    line="#c3cad1",
    bar="#f6f8fa",
    mark="#e6eaef",
    chosen="#dfe5eb",
    fills=MappingProxyType(
        {
            "parameter": "#e4dcf8",
            "variable": "#d9f0e0",
            "constant": "#ececec",
            "operation": "#ffffff",
            "activation": "#fdf0c8",
            "root": "#fbdcdc",
            "group": "#e6ecf0",
        }
    ),
)

DARK = Theme(
    name="dark",
    page="#0d1117",
    ink="#e6edf3",
    muted="#9da7b3",
    outline="#9da7b3",
    positive="#6bb8f0",
    negative="#ff9d5c",
    root="#ff8fa3",
    alarm="#ffffff",
    forward="#4fd0d6",
    backward="#ee90e4",
    update="#c6cf4c",
    focus="#ffffff",
    faint="#6e7781",
    line="#3d444d",
    bar="#151b23",
    mark="#262c35",
    chosen="#30363d",
    fills=MappingProxyType(
        {
            "parameter": "#37295e",
            "variable": "#0f3d2e",
            "constant": "#2d333b",
            "operation": "#1c232c",
            "activation": "#463809",
            "root": "#571f2a",
            "group": "#283440",
        }
    ),
)

THEMES: Mapping[str, Theme] = MappingProxyType({"light": LIGHT, "dark": DARK})
