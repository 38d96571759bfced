"""The picture of an explanation: what is drawn, what adds up, and that it never grows too large."""

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import Graph, Value
from autograd import sum as total
from nn import MLP, mse
from viz.explain import MOST_BOXES, explain

from .reading import is_shown_as, numbers_in, read_svg
from .strategies import HOSTILE, NAMES, computations


def diagram(parameter, loss, top=5, direction=None):
    return explain(parameter, loss, top=top).picture(direction=direction).diagram


def boxes_of(drawn):
    return {box.lines[0]: box for box in drawn.boxes}


def fan(width=8):
    """One variable used by many terms; the first are the strongest."""
    a = Value(1.0, label="a")
    return a, total([a * float(width - number) for number in range(width)])


def network():
    model = MLP(2, [6, 6, 1], activation="tanh", rng=random.Random(0))
    xs = [[0.3, -0.2], [1.0, 0.5], [-0.7, 1.0], [1.0, 1.0]]
    return model, mse([model(x) for x in xs], [0.0, 1.0, 1.0, 0.0])


def test_only_the_nodes_of_the_shown_paths_are_drawn():
    a, root = fan()
    drawn = diagram(a, root, top=2)

    assert [box.lines[0] for box in drawn.boxes] == ["variable a", "× 8 [n2]", "× 7 [n4]", "Σ"]
    assert [arrow.id for arrow in drawn.arrows] == ["e0_2_0", "e0_4_0", "e2_17_0", "e4_17_1"]


def test_what_comes_by_other_ways_is_counted_and_added_up():
    a, root = fan()
    drawn = diagram(a, root, top=2)

    assert boxes_of(drawn)["variable a"].lines[2:] == (
        "g 7 + 8 + 21 = 36",
        "21 by 6 other uses",
    )


def test_one_other_way_is_not_several():
    a, root = fan(3)

    assert boxes_of(diagram(a, root, top=2))["variable a"].lines[2:] == (
        "g 2 + 3 + 1 = 6",
        "1 by 1 other use",
    )


def test_many_arrows_are_not_written_out_in_the_box():
    a, root = fan(9)
    drawn = diagram(a, root, top=6)

    assert boxes_of(drawn)["variable a"].lines[2:] == (
        "g Σ of 7 = 45",
        "6 by 3 other uses",
    )


def test_the_strongest_path_is_the_thickest_all_along():
    a, root = fan(4)
    strengths = {arrow.id: arrow.strength for arrow in diagram(a, root, top=2).arrows}

    assert strengths == {"e0_2_0": 1.0, "e2_9_0": 1.0, "e0_4_0": 0.75, "e4_9_1": 0.75}


def test_an_arrow_of_several_paths_is_as_thick_as_the_strongest():
    a, root = fan(4)
    strengths = {arrow.id: arrow.strength for arrow in diagram(a, root.tanh()).arrows}

    assert strengths["e9_10_0"] == 1.0


def test_arrows_say_which_paths_go_along_them():
    a = Value(0.5, label="a")
    root = (a * 2.0 + a * a).tanh()
    said = {arrow.id: arrow.lines[2] for arrow in diagram(a, root).arrows}

    assert said["e0_3_0"] == "path 2"
    assert said["e4_5_0"] == "paths 1, 2, 3"


def test_a_run_of_additions_is_one_box():
    a = Value(3.0, label="a")
    drawn = diagram(a, a * 2.0 + 1.0 + 2.0 + a)

    assert [box.lines[0] for box in drawn.boxes] == ["variable a", "× 2", "Σ"]
    assert [arrow.id for arrow in drawn.arrows] == ["e0_2_0", "e2_7_0", "e0_7_3"]


def test_the_summary_is_in_the_note():
    a, root = fan()

    assert " ".join(diagram(a, root, top=2).notes) == (
        "2 of 8 paths. They add up to 15 of the gradient 36; signs aside, they are 42 % of all "
        "contributions."
    )


def test_long_paths_go_from_top_to_bottom_unless_told_otherwise():
    model, loss = network()
    a, root = fan()

    assert diagram(model.parameters()[0], loss).direction == "TB"
    assert diagram(model.parameters()[0], loss, direction="LR").direction == "LR"
    assert diagram(a, root).direction == "LR"


def test_a_direction_or_a_theme_that_is_none_is_refused():
    a, root = fan()
    with pytest.raises(ValueError, match="direction='RL' is unknown"):
        explain(a, root).picture(direction="RL")
    with pytest.raises(ValueError, match="theme='drak' is unknown; did you mean 'dark'"):
        explain(a, root).picture(theme="drak")


def test_the_middle_of_a_long_path_is_one_box():
    a = Value(0.5, label="a")
    x = a
    for _ in range(500):
        x = x * 1.01
    drawn = diagram(a, x + a)
    gap = boxes_of(drawn)["… 490 slopes"]

    assert len(drawn.boxes) == 7 + 6 + 1
    assert is_shown_as(1.01**490, gap.lines[1].split()[-1])
    assert [(arrow.tail, arrow.head) for arrow in drawn.arrows if gap.id in arrow.id] == [
        ("n12", gap.id),
        (gap.id, "n992"),
    ]


def test_paths_for_which_there_is_no_room_are_left_out_and_said_so():
    a, root = fan(200)
    drawn = diagram(a, root, top=100)

    assert len(drawn.boxes) == MOST_BOXES
    assert drawn.notes[0] == "drawn: the first 58 of these paths, to keep the picture readable"


def test_a_gradient_that_is_not_finite_is_alarming():
    a = Value(0.0, label="a")
    drawn = diagram(a, a.sqrt() + a)

    assert boxes_of(drawn)["variable a"].is_alarming
    assert [arrow.sign for arrow in drawn.arrows] == ["alarm", "positive", "positive"]
    assert drawn.arrows[0].strength == 1.0


def test_a_dead_path_is_drawn_with_its_0():
    a = Value(-1.0, label="a")
    (arrow, _) = diagram(a, a.relu() * 3.0).arrows

    assert arrow.lines == ("0 × 3", "= 0", "path 1")
    assert (arrow.sign, arrow.strength) == ("zero", 0.0)


@given(computations(roots=1), st.data())
def test_what_is_shown_in_a_box_adds_up_and_arrows_join_boxes(values, data):
    graph = Graph(values)
    assume(graph.nodes[graph.roots[0]].grad is not None)
    node = data.draw(st.sampled_from([node for node in graph if node.grad is not None]))
    drawn = diagram(node.index, graph, top=data.draw(st.integers(1, 6)))
    ids = [box.id for box in drawn.boxes]

    assert len(set(ids)) == len(ids)
    assert len({arrow.id for arrow in drawn.arrows}) == len(drawn.arrows)
    for arrow in drawn.arrows:
        assert {arrow.tail, arrow.head} <= set(ids)
    for box in drawn.boxes:
        line = box.lines[2]
        if " = " in line and "Σ" not in line:
            *terms, result = numbers_in(line.replace(" (seed)", ""))
            added = sum(terms)

            assert abs(added - result) <= max(map(abs, terms)) * 5 / 1000


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_are_drawn_as_text(label):
    a = Value(2.0, label=label)
    picture = explain(a, a * 3.0).picture()

    assert set(read_svg(picture.svg()).nodes) >= {"n0", "n2"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_texts_of_a_network_s_picture_are_in_the_svg(theme):
    model, loss = network()
    picture = explain(model.parameters()[0], loss).picture(theme=theme)
    drawn = read_svg(picture.svg())

    for box in picture.diagram.boxes:
        assert drawn.nodes[box.id] == [" ".join(line.split()) for line in box.lines]
    for arrow in picture.diagram.arrows:
        assert drawn.edges[arrow.id] == list(arrow.lines)
