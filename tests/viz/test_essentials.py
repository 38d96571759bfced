import pytest
from hypothesis import given

from autograd import Graph, Value, constant, dot
from autograd import sum as total
from nn import Parameter, mse
from viz import player
from viz.see.essentials import essential
from viz.see.visible_nodes import (
    outline,
    with_constants_inside,
    with_parameters_inside,
    with_powers,
)

from .strategies import graphs


def seen(value):
    return essential(Graph(value))[0]


def names(graph):
    return [node.kind if node.op is None else node.op.name for node in graph]


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

    assert names(shown) == ["variable", "tanh"]
    assert shown[1].label == "L"
    assert shown.roots == (1,)


def test_a_step_with_a_name_of_its_own_stays():
    before = leaf().tanh()
    before.label = "h"
    after = before / 1.0
    after.label = "L"

    assert [node.label for node in seen(after)] == ["x", "h", "", "L"]


def test_what_something_else_uses_stays():
    x = leaf().tanh()
    one = constant(1.0)

    assert names(seen(x / 1.0 + x)).count("div") == 1
    assert names(seen(x * x + x)).count("mul") == 1
    assert names(seen(x / one + one)) == ["variable", "tanh", "constant", "add"]


def test_a_one_of_two_that_hand_on_goes_with_both():
    one = constant(1.0)

    assert names(seen((leaf().tanh() / one).exp() / one)) == ["variable", "tanh", "exp"]


def test_something_times_itself_is_a_square_with_one_arrow():
    error = leaf() - 1.0
    shown = seen(leaf() * leaf("y") + error * error)

    assert names(shown)[-2:] == ["square", "add"]
    assert shown[-2].slopes == (4.0,)


def test_a_leaf_times_itself_shows_that_contributions_add_up():
    x = leaf()

    assert names(seen(x * x)) == ["variable", "mul"]


@given(graphs)
def test_every_number_stays_what_it_was_to_the_last_bit(graph):
    shorter, places = essential(graph)

    assert [places[root] for root in graph.roots] == list(shorter.roots)
    for node in graph:
        found = shorter[places[node.index]]
        if node.op is None and found.op is not None:
            assert node.value == 1.0  # a 1 that went with its operation
            continue
        assert repr(found.value) == repr(node.value)
        assert repr(found.grad) == repr(node.grad)
        assert found.kind == node.kind
    assert {node.label for node in graph} == {node.label for node in shorter}


def test_a_loss_of_one_example_is_told_as_a_square():
    w = Parameter(0.5, label="w")
    page = player(mse([w * 2.0], [3.0]), title="one")
    (view,) = page.story.views

    assert [entry.what.split(" (")[0] for entry in view.entries][-1] == "L is d1 squared"
    assert not any("divided" in entry.what for entry in view.entries)


def test_accumulated_gradients_and_a_focus_find_their_nodes():
    w = Parameter(0.5, label="w")
    loss = mse([w * 2.0], [3.0])
    loss.backward()

    text = [step.answer for step in player(loss, accumulate=True).story.views[0].steps]

    assert repr(2 * w.grad).replace("-", "−").removesuffix(".0") in text
    assert "w" in player(loss, focus="w").story.views[0].entries[0].name


@pytest.mark.parametrize("power", [2, 3])
def test_a_small_whole_exponent_stands_in_the_symbol(power):
    graph = Graph(leaf() ** power)
    shown = with_powers(graph, outline(graph))

    assert [item.symbol for item in shown.items] == ["", "²³"[power - 2]]
    assert len(shown.links) == 1


def test_an_exponent_that_is_no_small_whole_number_keeps_its_box():
    graph, named = Graph(leaf() ** 2.5), Graph(leaf() ** constant(2.0, label="n"))

    assert [item.symbol for item in with_powers(graph, outline(graph)).items] == ["", "", "^"]
    assert with_powers(named, outline(named)).items[-1].symbol == "^"


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
