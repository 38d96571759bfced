"""Colours, light and dark, and the shape of each kind of box.

Colour never carries meaning alone: every kind has a shape or border of its own and is named in
the legend; every sign is printed and has a line style. The numbers in ``tests/viz`` hold all
text to WCAG contrast (4.5:1 and better) on every fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of box is drawn: Graphviz' shape and style, and extra border lines."""

    shape: str
    style: str
    borders: int = 1


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme; ``fills`` has one per kind of box."""

    name: str
    page: str
    ink: str
    muted: str
    outline: str
    positive: str
    negative: str
    root: str
    alarm: str
    fills: Mapping[str, str]


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "parameter": Look("box", "filled"),
        "frozen": Look("box", "filled,diagonals"),
        "variable": Look("note", "filled"),
        "constant": Look("box", "filled,dashed"),
        "operation": Look("box", "filled,rounded"),
        "activation": Look("box", "filled,rounded", borders=2),
        "input": Look("circle", "filled"),
        "unit": Look("circle", "filled"),
        "output": Look("doublecircle", "filled"),
        "group": Look("box3d", "filled"),
        "layer": Look("box", "filled", borders=2),
        "note": Look("plain", ""),
    }
)

LIGHT = Theme(
    name="light",
    page="#ffffff",
    ink="#1f2328",
    muted="#57606a",
    outline="#57606a",
    positive="#00619e",
    negative="#a84300",
    root="#9b2d6f",
    alarm="#1f2328",
    fills=MappingProxyType(
        {
            "parameter": "#cfe6f5",
            "frozen": "#cfe6f5",
            "variable": "#d9f0e6",
            "constant": "#ececec",
            "operation": "#ffffff",
            "activation": "#fdf0c8",
            "root": "#f3dbe8",
            "input": "#d9f0e6",
            "unit": "#fdf0c8",
            "output": "#f3dbe8",
            "group": "#eceef8",
            "layer": "#eceef8",
            "note": "#ffffff",
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
    root="#f08cc4",
    alarm="#ffffff",
    fills=MappingProxyType(
        {
            "parameter": "#123a55",
            "frozen": "#123a55",
            "variable": "#0f3d2e",
            "constant": "#2d333b",
            "operation": "#1c232c",
            "activation": "#4a3c0c",
            "root": "#4b2139",
            "input": "#0f3d2e",
            "unit": "#4a3c0c",
            "output": "#4b2139",
            "group": "#242a3d",
            "layer": "#242a3d",
            "note": "#0d1117",
        }
    ),
)

THEMES: Mapping[str, Theme] = MappingProxyType({"light": LIGHT, "dark": DARK})
