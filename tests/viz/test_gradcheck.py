"""The picture of a wrong gradient: what is marked, where, and in which words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, operation, tanh
from autograd import sum as total
from autograd.ops import ALL
from autograd.testing import GradientMismatch, check_gradients
from tests.autograd.testing.damage import damaged, negated, off_by_1e_6
from tests.autograd.testing.test_faults import ROWS, places, points
from viz import draw
from viz.gradcheck import MOST_NODES, draw_mismatch

from .reading import read_svg


@pytest.fixture
def wrong():
    """Makes operations x²y whose slope towards x is what is given; they are gone afterwards."""
    names = []

    def make(slope, name="wrong_x2y"):
        names.append(name)
        partials = (slope, lambda z, x, y: x * x)
        return operation(name, lambda x, y: x * x * y, partials, symbol="x²y")

    yield make
    for name in names:
        del ALL[name]


def mismatch(f, point, gradient=None):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, point, gradient)
    return caught.value


def marked(diagram):
    """The arrows that are blamed: (tail's head line, head's head line, the last line)."""
    names = {box.id: box.lines[0] for box in diagram.boxes}
    return [
        (names[a.tail], names[a.head], a.lines[-1]) for a in diagram.arrows if a.sign == "wrong"
    ]


def test_a_slope_whose_own_slope_is_wrong_is_marked_in_the_recording_of_the_function(wrong):
    op = wrong(lambda z, x, y: 2.0 * getattr(x, "data", x) * y)
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda w, x: op(w, x) + w, (0.5, -1.0), order=2)
    diagram = draw_mismatch(caught.value).diagram
    boxes = {box.lines[0]: box.lines for box in diagram.boxes}

    assert marked(diagram) == [
        ("variable w", "x²y", "the slope of this slope is wrong: see the note")
    ]
    assert boxes["variable w"][-1] == "wrong ∂/∂w by it: claimed 0, measured −2"
    assert any("differentiated by operand 1" in note for note in diagram.notes)


@pytest.mark.parametrize("view", ["forward", "backward"])
def test_the_guilty_edge_is_marked_in_words_and_no_other(wrong, view):
    op = wrong(lambda z, x, y: x * y)
    error = mismatch(lambda w, x: tanh(op(w, x) + w), (0.5, -1.0))
    diagram = draw_mismatch(error, view=view).diagram
    boxes = {box.lines[0]: box.lines for box in diagram.boxes}

    assert marked(diagram) == [("variable w", "x²y", "wrong slope: claimed −0.5, measured −1")]
    assert boxes["x²y"][-1] == "to blame"
    assert boxes["variable w"][-1].startswith("wrong: claimed 0.47, measured ")
    assert not any("wrong" in line for line in boxes["variable x"])
    assert "double: wrong" in diagram.legend[-1].lines
    assert diagram.notes[0].startswith("the operation wrong_x2y (node %2) is to blame")


def test_the_backward_view_keeps_the_chain_rule_on_the_guilty_edge(wrong):
    op = wrong(lambda z, x, y: x * y)
    diagram = draw_mismatch(mismatch(op, (0.5, -1.0))).diagram
    (arrow,) = [arrow for arrow in diagram.arrows if arrow.sign == "wrong"]

    assert arrow.lines == ("−0.5 × 1", "= −0.5", "wrong slope: claimed −0.5, measured −1")


def test_every_number_of_the_point_whose_gradient_is_wrong_says_so(wrong):
    op = wrong(lambda z, x, y: x * y)
    error = mismatch(lambda w, x, y: op(w * x, y) + y, (1.0, 2.0, 3.0))
    boxes = {box.lines[0]: box.lines[-1] for box in draw_mismatch(error).diagram.boxes}

    assert boxes["variable w"] == "wrong: claimed 12, measured 24"
    assert boxes["variable x"] == "wrong: claimed 6, measured 12"
    assert boxes["variable y"].startswith("g ")


def test_a_small_fault_is_shown_with_enough_digits(wrong):
    op = wrong(lambda z, x, y: 2.000002 * x * y)
    diagram = draw_mismatch(mismatch(op, (0.5, 2.0))).diagram

    assert marked(diagram)[0][2] == "wrong slope: claimed 2.000002, measured 2"


def test_the_mark_reaches_every_format(wrong):
    op = wrong(lambda z, x, y: x * y)
    picture = draw_mismatch(mismatch(op, (0.5, -1.0)))
    drawn = read_svg(picture.svg())
    mark = "wrong slope: claimed −0.5, measured −1"

    assert mark in [line for lines in drawn.edges.values() for line in lines]
    assert mark in picture.text()
    assert "===|" in picture.mermaid()


def test_of_several_outputs_the_wrong_one_has_the_seed(wrong):
    op = wrong(lambda z, x, y: x * y)
    error = mismatch(lambda x, y: [x + y, op(x, y)], (0.5, -1.0))
    boxes = {box.lines[0]: box.lines for box in draw_mismatch(error).diagram.boxes}

    assert "g 1 (seed)" in boxes["x²y"]
    assert "g 0" in boxes["+"]


def blamed(f, point, node, worst):
    """What is raised when the slopes of a node are right, and the pass through it went astray."""
    verdict = check_gradients(f, point)
    leaves = [Value(x, label=entry.name) for x, entry in zip(point, verdict.entries, strict=True)]
    graph = Graph(f(*leaves))
    operation = graph.nodes[node].op.name
    return GradientMismatch(
        verdict, verdict.entry(worst), operation=operation, node=node, cause="astray", graph=graph
    )


@pytest.mark.parametrize(
    ("node", "worst", "edges"),
    [
        (1, "x", ["e0_1_0", "e0_1_1"]),  # either may be the lost one
        (5, "x", ["e2_5_0"]),
        (5, "y", ["e4_5_1"]),
        (4, "x", ["e3_4_0"]),  # the entry is not below it
    ],
)
def test_where_the_pass_went_astray_the_edges_towards_the_entry_are_marked(node, worst, edges):
    def f(x, y):
        return tanh(x * x) * tanh(y)

    diagram = draw_mismatch(blamed(f, (0.5, 2.0), node, worst)).diagram
    arrows = [arrow for arrow in diagram.arrows if arrow.sign == "wrong"]

    assert [arrow.id for arrow in arrows] == edges
    assert {arrow.lines[-1] for arrow in arrows} == {"wrong: see the note"}
    assert diagram.notes == ("astray",)


def test_a_step_that_no_gradient_is_asked_of_is_never_blamed(wrong):
    op = wrong(lambda z, x, y: x * y)
    error = mismatch(lambda w: op(w, 3.0), 0.5)

    assert [m[0] for m in marked(draw_mismatch(error).diagram)] == ["variable w"]


def test_a_number_taken_out_of_the_graph_marks_its_leaf():
    diagram = draw_mismatch(mismatch(lambda x: Value(x.data) * x, 3.0)).diagram
    (box,) = [box for box in diagram.boxes if box.lines[0] == "variable x"]

    assert marked(diagram) == []
    assert box.lines[-1] == "wrong: claimed 3, measured 6"
    assert diagram.notes[0].startswith("no operation is to blame")


def test_of_a_large_graph_what_is_around_the_fault_is_drawn(wrong):
    op = wrong(lambda z, x, y: x * y)

    def f(x, y):
        low = [tanh(x * float(i)) for i in range(40)]
        high = op(total(low) * 0.05, y)
        for _ in range(100):
            high = tanh(high)
        return high

    error = mismatch(f, (0.03125, 0.5))
    diagram = draw_mismatch(error).diagram

    assert len(error.graph) > 2 * MOST_NODES
    assert len(diagram.boxes) == MOST_NODES
    assert len(marked(diagram)) == 1
    assert diagram.notes[0] == f"the {MOST_NODES} nodes around the fault, of {len(error.graph)}"


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=5), st.data())
def test_a_plain_function_is_one_box_with_the_wrong_claims_marked(xs, data):
    wrong_at = data.draw(st.integers(0, len(xs) - 1))

    def claimed(ys):
        return [1.5 + (k == wrong_at) for k in range(len(ys))]

    error = mismatch(lambda ys: 1.5 * math.fsum(ys), xs, claimed)
    diagram = draw_mismatch(error).diagram

    assert marked(diagram) == [
        (f"variable ys[{wrong_at}]", "the function", "wrong: claimed 2.5, measured 1.5")
    ]
    assert len(diagram.boxes) == len(xs) + 1
    assert sum("claimed 1.5" in arrow.lines for arrow in diagram.arrows) == len(xs) - 1


def test_of_a_long_point_the_wrong_numbers_are_drawn():
    error = mismatch(lambda ys: 0.0 + math.fsum(ys), [1.0] * 100, lambda ys: [1.0] * 99 + [2.0])
    diagram = draw_mismatch(error, view="forward").diagram

    assert len(diagram.boxes) == MOST_NODES + 1
    assert marked(diagram) == [("variable ys[99]", "the function", "wrong: claimed 2, measured 1")]
    assert f"{MOST_NODES} of 100 numbers of the point" in diagram.notes


def test_drawing_does_not_change_other_pictures():
    x = Value(2.0)

    assert "wrong" not in draw(x * x).source


@pytest.mark.parametrize("thing", [ValueError("x"), Value(1.0)], ids=["ValueError", "Value"])
def test_what_is_no_mismatch_is_refused(thing):
    with pytest.raises(TypeError) as caught:
        draw_mismatch(thing)

    assert str(caught.value) == (
        "draw_mismatch takes the GradientMismatch that check_gradients raised, or the "
        f"EngineMismatch of check_engine, got a {type(thing).__name__}"
    )


def test_an_unknown_view_is_refused():
    error = mismatch(lambda x: x**3, 2.0, lambda x: 3.0 * x)

    with pytest.raises(ValueError, match="view='both' is unknown"):
        draw_mismatch(error, view="both")


@pytest.mark.parametrize("fault", [negated, off_by_1e_6], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_in_every_row_the_edge_whose_slope_is_wrong_is_the_one_that_is_marked(op, fault):
    for position in places(op):
        xs = points(op)[0]
        with damaged(op, partials=fault(op, position)):
            try:
                check_gradients(op, xs)
            except GradientMismatch as mismatch:
                error = mismatch
            else:
                continue  # the slope is 0, or not known: tests/autograd/testing/test_faults.py
            arrows = draw_mismatch(error).diagram.arrows  # here: a graph asks its rows when needed
        (arrow,) = [arrow for arrow in arrows if arrow.sign == "wrong"]

        assert arrow.id.endswith(f"_{error.node}_{position}")
        assert arrow.lines[-1].startswith("wrong slope: claimed ")
