"""Where boxes and arrows stand, read off the SVG."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.page import document
from viz.render import svg
from viz.say.story import Fill, Step, View
from viz.scene.columns import TEXT
from viz.scene.diagram import Arrow, Box, Diagram, Frame

from .stories import neuron, player_of

SVG = "{http://www.w3.org/2000/svg}"


def _view(boxes, arrows=(), fills=(), **more):
    step = Step("start", "", "", "", "", "", "", fills=tuple(fills))
    return View("key", "", "", Diagram(tuple(boxes), tuple(arrows), **more), (), (step,))


def _box(name, *lines, kind="operation"):
    return Box(name, kind, lines or (name, "v 1", "g 1"))


def _drawn(view, *options):
    return document.drawn(view, *options)[0]


def _root(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own output


def _groups(svg):
    return {group.get("id"): group for group in _root(svg).iter(f"{SVG}g")}


def _frame(group):
    """Left, top, right and bottom of a box."""
    shape = next(part for part in group if part.get("class") == "shape")
    if shape.tag == f"{SVG}rect":
        x, y, w, h = [float(shape.get(name)) for name in ("x", "y", "width", "height")]
        return x, y, x + w, y + h
    return None


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_picture_goes_one_way(direction):
    view = _view([_box("a"), _box("b")], [Arrow("e", "a", "b")])
    groups = _groups(_drawn(view, direction))
    a, b = _frame(groups["a"]), _frame(groups["b"])

    assert (a[2] < b[0]) == (direction == "LR")
    assert (a[3] < b[1]) == (direction == "TB")


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_an_arrow_touches_both_of_its_boxes(direction):
    view = _view([_box("a"), _box("b")], [Arrow("e", "a", "b")])
    groups = _groups(_drawn(view, direction))
    tips = {
        part.get("class"): re.findall(r"L(-?[\d.]+),(-?[\d.]+)", part.get("d"))[0]
        for part in groups["e"]
        if part.get("class").startswith("tip")
    }
    for name, which in (("a", "tip tail"), ("b", "tip head")):
        left, top, right, bottom = _frame(groups[name])
        x, y = map(float, tips[which])

        assert min(abs(x - left), abs(x - right), abs(y - top), abs(y - bottom)) < 1
        assert left - 1 <= x <= right + 1
        assert top - 1 <= y <= bottom + 1


def test_what_is_used_twice_has_two_arrows():
    view = _view([_box("a"), _box("b")], [Arrow("e0", "a", "b"), Arrow("e1", "a", "b")])
    groups = _groups(_drawn(view))
    lines = {name: groups[name][0].get("d") for name in ("e0", "e1")}

    assert lines["e0"] != lines["e1"]


def test_boxes_have_room_for_any_number_and_their_size_does_not_tell_it():
    def width(text, arrows=()):
        view = _view([_box("a"), _box("b")], arrows, fills=[Fill("a", 2, text)])
        left, _, right, _ = _frame(_groups(_drawn(view))["a"])
        return right - left

    assert width("g 1") == width("g −1.235e−105") >= len("g −0.1235") * 0.6 * TEXT
    # A longer text, as a constant may have from the beginning, is set closer.
    still = _drawn(_view([_box("a", "a", "v −1.235e−105")]))
    assert re.search(r'textLength="(\d+)', still)[1] == re.search(r'data-wide="(\d+)', still)[1]
    # Where several paths meet, a sum that is not complete says so.
    twice = [Arrow("e0", "a", "b"), Arrow("e1", "a", "b")]
    assert width("g 1", twice) > width("g 1") + len(" so far") * 0.6 * TEXT


def test_at_first_only_what_no_step_writes_is_there():
    view = _view([_box("a"), _box("b", "b", "v 2", "g —")], fills=[Fill("a", 2, "g 1")])
    groups = _groups(_drawn(view))

    assert [[line.text for line in groups[name].iter(f"{SVG}text")] for name in "ab"] == [
        ["a", "v 1", "g ·"],
        ["b", "v 2", "g —"],
    ]


def test_the_neuron_has_the_larger_of_both_layouts():
    view = player_of(neuron()).story.views[0]

    def scale(svg):
        *_, width, height = map(float, re.search(r'viewBox="([^"]+)"', svg)[1].split())
        return min(document.SCREEN[0] / width, document.SCREEN[1] / height)

    best = scale(_drawn(view))
    assert best >= scale(_drawn(view, "LR"))
    assert best > scale(_drawn(view, "TB"))
    assert best * TEXT >= 20


def test_columns_stand_in_line():
    boxes = [_box(name, kind="unit") for name in "abc"]
    view = _view(boxes, [Arrow("e", "a", "b")], columns=(("a",), ("b", "c")))
    groups = _groups(_drawn(view, "LR"))

    assert _frame(groups["b"])[0] == _frame(groups["c"])[0]
    assert set(groups) == {"a", "b", "c", "e"}


def test_finished_pictures_are_passed_on_without_their_prologue():
    view = View("key", "", "", '<?xml version="1.0"?>\n<svg id="x"/>', (), ())

    assert _drawn(view) == '<svg id="x"/>'
    assert document.drawn_tall(view) == ""


def test_large_pictures_have_no_second_one_for_phones():
    few = _view([_box(f"b{n}") for n in range(40)])
    many = _view([_box(f"b{n}") for n in range(41)])

    assert document.drawn_tall(few)
    assert not document.drawn_tall(many)


KINDS = [
    "parameter", "frozen", "variable", "constant", "operation", "activation", "input", "unit",
    "output", "group", "layer",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_shape_of_its_own(kind):
    """Colour is not all that tells kinds apart."""

    def shape(kind):
        group = svg.box(Box("n", kind, ("a",)), Frame(60.0, 70.0, 80.0, 60.0), ("a",))
        # Dashes are the stylesheet's.
        return group.replace(f"box {kind}", f"box{' dashed' * (kind == 'constant')}")

    alike = [other for other in KINDS if shape(other) == shape(kind)]
    assert alike in ([kind], ["input", "unit"])


@settings(max_examples=60)
@given(
    points=st.lists(
        st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=4, max_size=4, unique=True
    )
)
def test_a_line_ends_where_its_point_begins(points):
    text = svg.arrow(Arrow("e", "a", "b"), points)
    found = {
        name: [float(x) for x in re.findall(r"-?\d+\.?\d*", data)]
        for name, data in re.findall(r'class="([^"]+)" d="([^"]+)"', text)
    }
    line = found["line"]

    assert found["stub head"][:2] == line[-2:]
    assert found["stub tail"][:2] == line[:2]
    for stub in ("stub head", "stub tail"):
        x1, y1, x2, y2 = found[stub]
        assert math.dist((x1, y1), (x2, y2)) <= 0.6 * TEXT + 0.2
