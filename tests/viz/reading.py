"""How the tests read what was drawn: an SVG as boxes and arrows, a shown number as a Decimal."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Drawn:
    """The texts and classes of everything in an SVG, by id."""

    nodes: dict[str, list[str]]
    edges: dict[str, list[str]]
    classes: dict[str, list[str]]
    texts: list[str]


def read_svg(svg: str) -> Drawn:
    """An SVG of Graphviz, parsed as XML; ids must be unique."""
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    nodes, edges, classes = {}, {}, {}
    for group in root.iter(f"{SVG}g"):
        kind, *rest = group.get("class", "none").split()
        if kind in {"node", "edge"}:
            texts = [" ".join("".join(t.itertext()).split()) for t in group.iter(f"{SVG}text")]
            place = nodes if kind == "node" else edges
            assert group.get("id") not in place, "an id occurs twice"
            place[group.get("id")] = [text for text in texts if text]
            classes[group.get("id")] = rest
    texts = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    return Drawn(nodes, edges, classes, texts)


NUMBER = re.compile(r"[+−]?\d+(?:\.\d+)?(?:e[−]?\d+)?")


def numbers_in(text: str) -> list[Decimal]:
    """All shown numbers of a text, ``+ 1.5`` and ``− 1.5`` within sums included."""
    signed = re.sub(r"([+−]) (?=\d)", r"\1", text)
    return [Decimal(n.replace("−", "-")) for n in NUMBER.findall(signed)]


def is_shown_as(x: float, text: str) -> bool:
    """Whether a text shows x: nan and inf in words, else to four significant digits."""
    if math.isnan(x):
        return text == "nan!"
    if math.isinf(x):
        return text == ("+inf!" if x > 0 else "−inf!")
    (shown,) = numbers_in(text)
    # A child of the tests' own: half a unit in the fourth digit, written without viz.say.numbers.
    return abs(shown - Decimal(repr(x))) <= abs(Decimal(repr(x))) * Decimal("5.0001e-4")
