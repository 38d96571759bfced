import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.scene.diagram import Arrow, Box, Diagram
from viz.scene.placed import DIRECTIONS, Place, outline, scene

KINDS = ("parameter", "frozen", "variable", "constant", "operation", "activation")


def diagram(links):
    boxes = [Box(f"n{i}", "operation", ("x",)) for i in range(6)]
    arrows = [
        Arrow(f"e{tail}_{head}_{place}", f"n{tail}", f"n{head}")
        for place, (tail, head) in enumerate(links)
    ]
    return Diagram(tuple(boxes), tuple(arrows))


links = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 5)).filter(lambda ends: ends[0] < ends[1]),
    max_size=9,
)
sizes = st.lists(st.tuples(st.floats(20, 200), st.floats(20, 90)), min_size=6, max_size=6)


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def is_near(x, y, place):
    return place.left - 2 <= x <= place.right + 2 and place.top - 2 <= y <= place.bottom + 2


@settings(max_examples=20)
@given(links, sizes, st.sampled_from(DIRECTIONS))
def test_boxes_have_their_size_and_do_not_overlap(links, sizes, direction):
    wanted = {f"n{i}": size for i, size in enumerate(sizes)}
    found = scene(diagram(links), wanted, space=(900, 400), direction=direction)

    assert [place.box.id for place in found.places] == list(wanted)
    for place in found.places:
        width, height = wanted[place.box.id]
        assert place.right - place.left == pytest.approx(width)
        assert place.bottom - place.top == pytest.approx(height)
        assert 0 <= place.left < place.right <= found.width + 0.1
        assert 0 <= place.top < place.bottom <= found.height + 0.1
        for other in found.places:
            apart = place.right <= other.left + 0.1 or other.right <= place.left + 0.1
            above = place.bottom <= other.top + 0.1 or other.bottom <= place.top + 0.1
            assert other is place or apart or above


@settings(max_examples=20)
@given(links, st.sampled_from(DIRECTIONS))
def test_arrows_go_from_border_to_border_and_point_both_ways(links, direction):
    wanted = dict.fromkeys([f"n{i}" for i in range(6)], (80.0, 40.0))
    found = scene(diagram(links), wanted, space=(900, 400), direction=direction)
    places = {place.box.id: place for place in found.places}

    assert len(found.curves) == len({curve.id for curve in found.curves}) == len(links)
    for curve in found.curves:
        path = numbers(curve.path)
        assert is_near(*path[:2], places[curve.tail])
        assert is_near(*path[-2:], places[curve.head])
        assert numbers(curve.forward)[:2] == path[-2:]
        assert numbers(curve.backward)[:2] == path[:2]


def test_auto_is_the_direction_in_which_all_is_larger():
    wanted = dict.fromkeys([f"n{i}" for i in range(6)], (80.0, 40.0))
    chain = diagram([(i, i + 1) for i in range(5)])
    wide = scene(chain, wanted, space=(900, 100))
    high = scene(chain, wanted, space=(100, 900))

    assert wide.width > wide.height
    assert high.width < high.height


def test_every_kind_has_a_shape_of_its_own():
    place = Place(Box("n0", "operation", ("x",)), 0.0, 0.0, 100.0, 60.0)
    shapes = {kind: outline(replace(place, box=Box("n0", kind, ("x",)))) for kind in KINDS}
    alarming = outline(replace(place, box=Box("n0", "operation", ("x",), is_alarming=True)))

    # Parameters and constants differ in their border: one is dashed.
    assert shapes["parameter"] == shapes["constant"]
    assert len({*shapes.values(), alarming}) == len(KINDS)
