"""Where boxes and arrows stand: by Graphviz, by hand, and where Graphviz takes too long."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.needs import NIGHTLY
from viz import player
from viz.render import svg
from viz.scene import graphviz
from viz.scene.columns import TEXT, Cell, Columns, Framed, Link, Placing, Row, Stack, ranked
from viz.scene.diagram import Arrow, Box, Diagram, Frame
from viz.scene.graphviz import DIRECTIONS, scene
from viz.showing import RenderTimeoutError

from .graphs_of import COUNT, graph_of, recurrence

GAPS = {"LR": (1.3,), "TB": (1.3,)}


def diagram(links, count=6):
    boxes = [Box(f"n{i}", "operation", ("x",)) for i in range(count)]
    arrows = [
        Arrow(f"e{tail}_{head}_{place}", f"n{tail}", f"n{head}")
        for place, (tail, head) in enumerate(links)
    ]
    return Diagram(tuple(boxes), tuple(arrows))


def asked(of, sizes, direction="auto", space=(900, 400)):
    return scene(of, sizes, space=space, text=14.0, gaps=GAPS, direction=direction)


links = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 5)).filter(lambda ends: ends[0] < ends[1]),
    max_size=9,
)
sizes = st.lists(st.tuples(st.floats(20, 200), st.floats(20, 90)), min_size=6, max_size=6)


def is_near(point, frame):
    x, y = point
    return (
        frame.left - 2 <= x <= frame.right + 2 and frame.top - 2 <= y <= frame.bottom + 2
    ) and not (frame.left + 2 < x < frame.right - 2 and frame.top + 2 < y < frame.bottom - 2)


def is_apart(one, other):
    return (
        one.right <= other.left + 0.1
        or other.right <= one.left + 0.1
        or one.bottom <= other.top + 0.1
        or other.bottom <= one.top + 0.1
    )


def check(of, found):
    """Boxes are within the picture and apart; arrows go from border to border."""
    frames = [found.frames[box.id] for box in of.boxes]
    for place, frame in enumerate(frames):
        assert 0 <= frame.left < frame.right <= found.width + 0.1
        assert 0 <= frame.top < frame.bottom <= found.height + 0.1
        assert all(is_apart(frame, other) for other in frames[:place])
    for arrow in of.arrows:
        curve = found.curves[arrow.id]
        assert is_near(curve[0], found.frames[arrow.tail])
        assert is_near(curve[-1], found.frames[arrow.head])


@settings(max_examples=20)
@given(links, sizes, st.sampled_from(DIRECTIONS))
def test_boxes_keep_their_size_and_arrows_join_them(links, sizes, direction):
    of, wanted = diagram(links), {f"n{i}": size for i, size in enumerate(sizes)}
    found = asked(of, wanted, direction)

    check(of, found)
    assert found.remark == ""
    for name, size in wanted.items():
        frame = found.frames[name]
        assert (frame.width, frame.height) == pytest.approx(size, abs=0.1)


@settings(max_examples=50)
@given(links, sizes)
def test_boxes_by_rank_stand_after_all_that_they_use(links, sizes):
    of = diagram(links)
    found = ranked(of, {f"n{i}": size for i, size in enumerate(sizes)}, 14.0, "a remark")

    check(of, found)
    assert found.remark == "a remark"
    for tail, head in links:
        assert found.frames[f"n{tail}"].right < found.frames[f"n{head}"].left


def test_auto_is_the_direction_in_which_all_is_larger():
    chain = diagram([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])
    wanted = dict.fromkeys([f"n{i}" for i in range(6)], (80.0, 40.0))
    wide, high = asked(chain, wanted, space=(900, 200)), asked(chain, wanted, space=(200, 900))

    assert wide.width > wide.height
    assert high.width < high.height


# --- too large for Graphviz -----------------------------------------------------------------------


def _slow(ways):
    """An engine that never finishes in these directions, and how long it was given."""
    given_, real = [], graphviz.render

    def render(dot, suffix, *, timeout, size):
        if any(f"rankdir={way}" in dot for way in ways):
            given_.append(timeout)
            raise RenderTimeoutError("too slow")
        return real(dot, suffix, timeout=timeout, size=size)

    return render, given_


@pytest.mark.parametrize("slow", DIRECTIONS)
def test_a_direction_that_takes_too_long_is_given_up_for_the_other(monkeypatch, slow):
    render, timeouts = _slow([slow])
    monkeypatch.setattr(graphviz, "render", render)
    of = diagram([(0, 1), (1, 2)])
    found = asked(of, dict.fromkeys([box.id for box in of.boxes], (80.0, 40.0)))
    first, second = found.frames["n0"], found.frames["n1"]

    assert len(timeouts) == 1
    assert (first.right < second.left) == (slow == "TB")
    assert found.remark == ""


def test_if_both_directions_take_too_long_the_page_says_so(monkeypatch):
    render, timeouts = _slow(DIRECTIONS)
    monkeypatch.setattr(graphviz, "render", render)
    page = player(recurrence(20, 3)).html(timeout=4.0)

    assert sum(timeouts) <= 4.0 * 2 + 0.1  # upright, for phones, it is laid out by itself
    assert "Graphviz did not finish within 4 s on" in page
    assert "boxes stand in columns in the order of computing" in page


def test_the_order_of_computing_takes_linear_time():
    """A chain of 30,000: anything else would take minutes."""
    count = 30_000
    of = diagram([(i, i + 1) for i in range(count - 1)], count)
    found = ranked(of, dict.fromkeys([box.id for box in of.boxes], (80.0, 40.0)), 14.0, "")

    assert len(found.curves) == count - 1


def _makes_a_page(value):
    page = player(value, max_nodes=2_500).html()

    assert page.startswith("<!DOCTYPE html>")
    assert 'class="arrow"' in page


def test_a_recurrence_with_shared_inputs_makes_a_page():
    """590 nodes: 20 inputs used along a chain of 190 steps; Graphviz as it is takes minutes."""
    _makes_a_page(recurrence(190, 20))


@pytest.mark.parametrize("number", range(COUNT) if NIGHTLY else range(7, COUNT // 2, 29))
def test_whatever_its_shape_a_graph_makes_a_page(number):
    _makes_a_page(graph_of(number))


# --- by hand --------------------------------------------------------------------------------------


def _cell(name, *lines, **more):
    return Cell(Box(name, "operation", lines or (name, "v ·", "g ·")), **more)


def test_rows_stacks_and_frames_hold_what_is_in_them():
    inside = [_cell("a"), _cell("b", "b", "·", grid=((0, 1),))]
    frame = Framed(Box("f", "layer", ("two units", "", "")), Stack(inside, TEXT), above=0, below=2)
    found = Placing(Row([_cell("x"), frame, _cell("y")], 2 * TEXT)).frames

    x, y, f, a, b = (found[name] for name in "xyfab")
    assert x.right + 2 * TEXT == pytest.approx(f.left)
    assert f.right + 2 * TEXT == pytest.approx(y.left)
    assert x.middle[1] == pytest.approx(f.middle[1]) == pytest.approx(y.middle[1])
    assert a.bottom + TEXT == pytest.approx(b.top)
    for one in (a, b):
        assert f.left < one.left < one.right < f.right
        assert f.top < one.top < one.bottom < f.bottom


def test_boxes_of_a_stack_are_equally_wide_with_their_weights_before_them():
    weights = _cell("w", "w1", "·", "g ·", grid=((0, 1), (-1, 2)))
    found = Placing(Stack([Row([weights, _cell("a")], TEXT), _cell("b", "a long name")])).frames

    assert found["a"].right == pytest.approx(found["b"].right)
    assert found["a"].width == pytest.approx(found["b"].width)
    assert found["w"].right + TEXT == pytest.approx(found["a"].left)


def test_two_arrows_between_the_same_boxes_are_apart():
    content = Row([_cell("a"), _cell("b")], 2 * TEXT)
    text = svg.in_columns(Columns(content, [Link("e0", "a", "b"), Link("e1", "a", "b")]))

    assert text.count('class="arrow"') == 2
    ways = [line for line in text.splitlines() if 'class="line"' in line]
    assert len(set(ways)) == 2


# --- shapes ---------------------------------------------------------------------------------------


def test_every_kind_has_a_shape_of_its_own():
    kinds = ("parameter", "frozen", "variable", "constant", "operation", "activation")
    frame = Frame(0.0, 0.0, 100.0, 60.0)
    shapes = {kind: svg.outline(Box("n0", kind, ("x",)), frame) for kind in kinds}
    alarming = svg.outline(Box("n0", "operation", ("x",), is_alarming=True), frame)

    # Parameters and constants differ in their border: one is dashed.
    assert shapes["parameter"] == shapes["constant"]
    assert len({*shapes.values(), alarming}) == len(kinds)


@given(st.floats(0, 300), st.floats(0, 300))
def test_all_points_of_arrows_are_equally_long(x, y):
    start, end = (400.0, 350.0), (x, y)
    drawn = svg.pointed((start, start, end, end))
    data = re.search(r'class="tip" d="([^"]*)"', drawn)[1]
    a, tip, b = [tuple(map(float, pair.strip("MLZ").split(","))) for pair in data.split("L")]
    base = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)

    assert tip == pytest.approx(end, abs=0.06)
    assert math.dist(base, tip) == pytest.approx(svg.TIP, abs=0.3)
