"""Nothing that a step writes runs over its box, and no box covers another."""

import re
import xml.etree.ElementTree as ET

import pytest

from viz.labels import columns
from viz.page import document
from viz.scene.columns import COLUMN, TEXT
from viz.scene.diagram import Frame

from .networks_of import classifier, xor
from .stories import neuron, story

SVG = "{http://www.w3.org/2000/svg}"
TOLERANCE = 0.3 * TEXT  # a column is a little wider than the letters of most fonts


def _frame(group):
    """The rectangle around a box."""
    xs, ys = [], []
    for part in group.iter(f"{SVG}rect"):
        x, y, wide, high = (float(part.get(name)) for name in ("x", "y", "width", "height"))
        xs, ys = [*xs, x, x + wide], [*ys, y, y + high]
    for part in group.iter(f"{SVG}path"):
        if part.get("class") == "shape":
            data = part.get("d")
            xs += [float(x) for x in re.findall(r"H(-?[\d.]+)", data)]
            xs.append(float(re.match(r"M(-?[\d.]+),", data)[1]))
            xs.append(float(re.search(r"L(-?[\d.]+),", data)[1]))
            ys += [float(y) for y in re.findall(r"[M]-?[\d.]+,(-?[\d.]+)|V(-?[\d.]+)", data)[0][:1]]
            ys += [float(y) for y in re.findall(r"V(-?[\d.]+)", data)]
    return Frame(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _boxes(svg):
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    groups = [g for g in root if g.tag == f"{SVG}g" and g.get("class", "").startswith("box ")]
    return {group.get("id"): group for group in groups if "spot" not in group.get("class")}


def _extent(line, text):
    """From where to where a text goes, in the place of a line."""
    wide, x = columns(text) * COLUMN, float(line.get("x"))
    if line.get("data-wide"):  # set closer, but not so that it cannot be read
        assert wide <= 1.8 * float(line.get("data-wide")), text
        wide = min(wide, float(line.get("data-wide")))
    anchor = re.search(r"text-anchor:(\w+)", line.get("style") or "")
    start = {None: x - wide / 2, "start": x, "end": x - wide}[anchor and anchor[1]]
    return start, start + wide


LESSONS = {
    "neuron": neuron,
    "XOR": xor,
    "digits": lambda: classifier((64, 12, 10)),
    "two hidden layers": lambda: classifier((64, 20, 12, 10)),
    "a batch": lambda: classifier((16, 5, 4), examples=3),
}


@pytest.fixture(scope="module", params=LESSONS.values(), ids=LESSONS)
def views(request):
    return [(view, document.drawn(view)[0]) for view in story(request.param()).views]


def test_every_text_of_every_step_fits_into_its_box(views):
    for view, svg in views:
        boxes = _boxes(svg)
        frames = {name: _frame(group) for name, group in boxes.items()}
        for fill in [fill for step in view.steps for fill in step.fills if fill.box in boxes]:
            line = list(boxes[fill.box].iter(f"{SVG}text"))[fill.line]
            if boxes[fill.box].find(f"{SVG}g") is not None or fill.box in {"x", "w"}:
                continue  # below an image, where there is room
            start, end = _extent(line, fill.text)
            frame = frames[fill.box]
            assert frame.left - TOLERANCE <= start, (view.key, fill)
            assert end <= frame.right + TOLERANCE, (view.key, fill)
            assert frame.top <= float(line.get("y")) <= frame.bottom, (view.key, fill)


def _holds(outer, inner):
    return (
        outer.left <= inner.left
        and inner.right <= outer.right
        and outer.top <= inner.top
        and inner.bottom <= outer.bottom
    )


def test_no_box_covers_another(views):
    """But for a frame, which holds what is inside it."""
    for view, svg in views:
        groups = _boxes(svg)
        # The first of a pile has another behind it.
        frames = [_frame(g).inset(3) for g in groups.values() if " group" not in g.get("class")]
        for place, one in enumerate(frames):
            for other in frames[:place]:
                apart = (
                    one.right <= other.left
                    or other.right <= one.left
                    or one.bottom <= other.top
                    or other.bottom <= one.top
                )
                assert apart or _holds(one, other) or _holds(other, one), view.key
