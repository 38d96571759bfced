"""Every picture of the corpus can be read by a class: letters, overlaps, what runs over a border.

With GLASSGRAD_SCREENSHOTS=folder the pictures are kept there, with a contact sheet.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from viz import draw
from viz.labels import columns
from viz.render.slide import HIGH, LEAST, WIDE, size

from .pictures_of import CORPUS
from .reading import SVG

SCREENSHOTS = os.environ.get("GLASSGRAD_SCREENSHOTS")
SLACK = 1.0  # points

NUMBER = re.compile(r"-?\d+\.?\d*")


@dataclass(frozen=True)
class Rectangle:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other):
        return (
            min(self.right, other.right) - max(self.left, other.left) > SLACK
            and min(self.bottom, other.bottom) - max(self.top, other.top) > SLACK
        )

    def has_inside(self, x, y):
        across = self.left + SLACK < x < self.right - SLACK
        return across and self.top + SLACK < y < self.bottom - SLACK

    def holds(self, other):
        return (
            self.left - SLACK <= other.left
            and other.right <= self.right + SLACK
            and self.top - SLACK <= other.top
            and other.bottom <= self.bottom + SLACK
        )


@dataclass(frozen=True)
class Shown:
    """What stands where in a picture: boxes by id, their texts, and the texts of arrows."""

    width: float
    height: float
    boxes: dict[str, Rectangle]
    inside: list[tuple[str, Rectangle]]
    labels: dict[str, list[Rectangle]]
    lines: dict[str, list[tuple[float, float]]]
    sizes: set[float]


def rectangle(numbers):
    xs, ys = numbers[::2], numbers[1::2]
    return Rectangle(min(xs), min(ys), max(xs), max(ys))


def of_text(text):
    letters = "".join(text.itertext())
    high = float(text.get("font-size"))
    wide = 0.6 * high * columns(letters)
    x, y = float(text.get("x")), float(text.get("y"))
    left = x - wide / 2 if text.get("text-anchor") == "middle" else x
    return Rectangle(left, y - 0.75 * high, left + wide, y + 0.2 * high)


def points(path):
    """Points along the curves of a path, close together."""
    numbers = [float(number) for number in NUMBER.findall(path)]
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    for first in range(0, len(corners) - 3, 3):
        for t in (k / 20 for k in range(21)):
            shares = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            ends = corners[first : first + 4]
            yield tuple(
                sum(s * end[axis] for s, end in zip(shares, ends, strict=True)) for axis in (0, 1)
            )


def crossings(found):
    """Each label with a line that runs through it and is not its own."""
    return [
        (label, line)
        for (label, texts), (line, along) in itertools.product(
            found.labels.items(), found.lines.items()
        )
        if label != line and any(text.has_inside(x, y) for text in texts for x, y in along)
    ]


def looked_at(svg):
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    boxes, inside, labels, lines = {}, [], {}, {}
    for group in root.iter(f"{SVG}g"):
        kind = group.get("class", "").split(" ")[0]
        texts = [of_text(t) for t in group.iter(f"{SVG}text") if "".join(t.itertext()).strip()]
        if kind == "node":
            outlines = [*group.iter(f"{SVG}polygon"), *group.iter(f"{SVG}path")]
            numbers = [
                float(number)
                for outline in outlines
                for number in NUMBER.findall(outline.get("points") or outline.get("d"))
            ]
            if numbers:
                boxes[group.get("id")] = rectangle(numbers)
                inside += [(group.get("id"), text) for text in texts]
        elif kind == "edge":
            paths = [path.get("d") for path in group.iter(f"{SVG}path")]
            lines[group.get("id")] = [point for path in paths for point in points(path)]
            if texts:
                labels[group.get("id")] = texts
    return Shown(
        *[float(root.get(side).removesuffix("pt")) for side in ("width", "height")],
        boxes,
        inside,
        labels,
        lines,
        {float(text.get("font-size")) for text in root.iter(f"{SVG}text")},
    )


@functools.cache
def picture(name):
    return draw(CORPUS[name]())


@functools.cache
def shown(name):
    svg = picture(name).svg()
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS, "draw")
        folder.mkdir(parents=True, exist_ok=True)
        for theme in ("light", "dark"):
            image = svg if theme == "light" else draw(CORPUS[name](), theme=theme).svg()
            (folder / f"{name.replace(' ', '-')}-{theme}.svg").write_text(image)
        _contact_sheet(folder)
    return looked_at(svg)


def _contact_sheet(folder):
    """One page with all pictures as they are on a slide."""
    images = "".join(
        f'<figure><img src="{file.name}"><figcaption>{file.stem}</figcaption></figure>'
        for file in sorted(folder.glob("*.svg"))
    )
    style = f"img {{ width: {WIDE}px; height: {HIGH}px; object-fit: contain; outline: 1px solid }}"
    (folder / "index.html").write_text(f"<!doctype html><style>{style}</style>{images}")


each = pytest.mark.parametrize("name", CORPUS)


@each
def test_no_letters_are_too_small_on_a_slide(name):
    found = shown(name)
    scale = min(WIDE / found.width, HIGH / found.height)

    assert min(found.sizes) * scale >= LEAST


@each
def test_boxes_and_numbers_stand_apart(name):
    found = shown(name)
    every = [(key, box) for key, box in found.boxes.items()]
    every += [(key, label) for key, labels in found.labels.items() for label in labels]

    assert [
        (one, other)
        for (one, first), (other, second) in itertools.combinations(every, 2)
        if one != other and first.meets(second)
    ] == []


@each
def test_no_line_runs_through_the_label_of_another(name):
    assert crossings(shown(name)) == []


def test_a_line_through_a_label_would_be_seen():
    found = shown("product and sum")
    label = next(iter(found.labels.values()))[0]
    middle = (label.left + label.right) / 2, (label.top + label.bottom) / 2

    assert crossings(replace(found, lines={"another": [middle]}))


@each
def test_no_text_runs_over_its_border(name):
    found = shown(name)

    assert [key for key, text in found.inside if not found.boxes[key].holds(text)] == []


@each
def test_the_size_is_known_before_it_is_drawn(name):
    """Roughly: it decides which pictures are tried at all."""
    found, (width, height) = shown(name), size(picture(name).diagram)

    assert 0.6 < found.width / width < 1.7
    assert 0.6 < found.height / height < 1.7


def test_a_network_reads_as_one():
    heads = [box.lines[0] for box in picture("xor, one example").diagram.boxes]
    unit = next(box for box in picture("xor, one example").diagram.boxes if "w(x1→h1)" in str(box))

    assert sorted(head for head in heads if head.startswith("constant x")) == [
        "constant x1",
        "constant x2",
    ]
    assert [line.split()[0] for line in unit.lines[3:]] == ["b(h1)", "w(x1→h1)", "w(x2→h1)"]
    assert {"h1: tanh", "h2: tanh", "h3: tanh"} < set(heads)
    assert heads[-1].startswith("L: ")


def test_an_attention_block_is_read_by_its_parts():
    heads = {box.lines[0] for box in picture("attention with scopes").diagram.boxes}

    assert {"q", "k", "v", "scores", "softmax", "sum"} < heads


@pytest.mark.parametrize("name", ["micrograd", "chain of 40"])
def test_a_chain_is_wrapped_and_nothing_of_it_is_folded(name):
    diagram = picture(name).diagram

    assert len(diagram.rows) > 1
    assert "folded" not in str(diagram.title)


def test_nothing_is_drawn_that_teaches_nothing():
    heads = [box.lines[0] for box in picture("xor by hand").diagram.boxes]

    assert heads[-2:] == ["d1: o − 1", "L: d1²"]
