import pytest
from hypothesis import given

from autograd import Graph, Value, constant, dot
from autograd import sum as total
from nn import Parameter
from viz.see.visible_nodes import essential, outline, with_constants_inside, with_parameters_inside

from .strategies import graphs


def seen(value):
    graph = Graph(value)
    return essential(graph, outline(graph))


def leaf(label="x", number=3.0):
    return Value(number, label=label)


@pytest.mark.parametrize(
    "hand_on",
    [
        lambda x: total([x]),
        lambda x: x / 1.0,
        lambda x: x * 1.0,
        lambda x: 1.0 * x,
        lambda x: x**1,
        lambda x: total([x / 1.0]) * 1.0,
    ],
)
def test_what_changes_no_number_is_left_out(hand_on):
    before = leaf().tanh()
    after = hand_on(before)
    after.label = "L"
    shown = seen(after)

    assert [item.symbol for item in shown.items] == ["", "tanh"]
    assert shown.items[-1].label == "L"
    assert shown.items[-1].seeds == (1.0,)


def test_a_step_with_a_name_of_its_own_stays():
    before = leaf().tanh()
    before.label = "h"
    after = before / 1.0
    after.label = "L"

    assert [item.label for item in seen(after).items] == ["x", "h", "", "L"]


@pytest.mark.parametrize("square", [lambda x: x * x, lambda x: x**2])
def test_a_square_is_one_box_with_one_arrow(square):
    shown = seen(square(leaf()))
    (link,) = shown.links

    assert [item.symbol for item in shown.items] == ["", "²"]
    assert (link.slope, link.product) == (6.0, 6.0)
    assert shown.items[0].contributions == (6.0,)


def test_an_exponent_that_is_no_small_whole_number_keeps_its_box():
    assert [item.symbol for item in seen(leaf() ** 2.5).items] == ["", "", "^"]
    assert [item.symbol for item in seen(leaf() ** constant(2.0, label="n")).items][-1] == "^"


@given(graphs)
def test_gradients_are_still_the_sum_of_what_arrives(graph):
    before = outline(graph)
    after = essential(graph, before)
    grads = {item.key: item.grad for item in before.items}

    for item in after.items:
        assert repr(item.grad) == repr(grads[item.key])
        brought = [link.product for link in after.links if link.operand == item.key]
        known = [product for product in brought if product is not None]
        assert sorted(map(repr, item.contributions)) == sorted(map(repr, known))
    keys = {item.key for item in after.items}
    assert {end for link in after.links for end in (link.operand, link.consumer)} <= keys


def test_parameters_of_one_neuron_stand_in_its_box():
    w = [Parameter(0.5, label="w1"), Parameter(1.0, label="w2")]
    xs = [leaf("x1"), leaf("x2")]
    graph = Graph(dot(w, xs, Parameter(0.1, label="b")).tanh())
    shown = with_parameters_inside(graph, outline(graph))

    assert [item.label for item in shown.items] == ["x1", "x2", "", ""]
    assert {item.label for item in shown.items[2].inside} == {"w1", "w2", "b"}


def test_a_shared_parameter_keeps_its_box():
    w = Parameter(0.5, label="w")
    graph = Graph(dot([w], [leaf("x1")]) + dot([w], [leaf("x2")]))

    assert "w" in {item.label for item in with_parameters_inside(graph, outline(graph)).items}


def test_constants_stand_in_the_boxes_that_use_them():
    graph = Graph(leaf() * 2.0 + constant(1.0, label="c"))
    shown = with_constants_inside(outline(graph))

    assert [item.symbol for item in shown.items] == ["", "×", "+"]
    assert [item.constants[0].value for item in shown.items[1:]] == [2.0, 1.0]
