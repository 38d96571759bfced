import pytest

from autograd import Graph, Value, constant
from autograd import sum as total
from nn import MLP
from viz import draw
from viz.render.composing import Manner, composed
from viz.see.visible_nodes import outline


def compose(roots, *, backward=True, legend=True, max_nodes=400, **options):
    graph = Graph(roots, **options)
    result = outline(graph, max_nodes=max_nodes)
    return composed(graph, result, Manner(backward, legend=legend, max_nodes=max_nodes))


def named(label, value=1.0):
    return Value(value, label=label)


@pytest.mark.parametrize(
    ("roots", "options", "goal"),
    [
        (named("L"), {}, "L"),
        (Value(1.0), {}, "result"),
        (named("g"), {}, "result"),
        ([named("p"), named("q")], {}, "(p + q)"),
        ([named("p"), Value(1.0)], {}, "(Σ seed × result)"),
        ([named(name) for name in "abcd"], {}, "(Σ seed × result)"),
        ([named("p"), named("q")], {"seeds": [1.0, 2.0]}, "(Σ seed × result)"),
        ([named("p"), named("q")], {"seeds": [1.0, 0.0]}, "p"),
    ],
)
def test_the_title_says_what_is_differentiated(roots, options, goal):
    assert compose(roots, **options).title == (
        f"backward: v is the value, g = ∂{goal}/∂node, summed over all paths",
        "on each arrow: local derivative × upstream gradient = contribution",
    )


def test_the_title_of_a_forward_view():
    assert compose(Value(1.0), backward=False).title == ("forward: v is the value",)


def test_a_constant_root_says_why_it_has_no_gradients():
    assert compose(constant(1.0), backward=False).title == (
        "forward: v is the value; no gradients: the result is a constant",
    )


def test_without_a_legend_there_is_no_title():
    diagram = compose(Value(1.0) * 2.0, legend=False)

    assert (diagram.title, diagram.legend) == ((), ())


def test_points_are_where_the_view_flows():
    assert compose(Value(1.0)).points == "tail"
    assert compose(Value(1.0), backward=False).points == "head"


def test_a_note_says_what_there_was_no_room_for():
    value = Value(1.0)
    for _ in range(1999):
        value = value.tanh()

    assert compose(value).notes == (
        "… 1,600 more nodes: draw a smaller part, or raise max_nodes=400",
    )
    assert compose(Value(1.0)).notes == ()


def test_a_folded_picture_explains_its_ranges():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    folded = draw(total([x.tanh(), y.tanh()]), fold="structure").diagram
    layers = draw(MLP(2, [3, 1])([1.0, 2.0]), fold="layer").diagram

    assert folded.title[-1] == "a … b … c: minimum … mean … maximum"
    assert layers.title[-2:] == (
        "a … b … c: minimum … mean … maximum",
        "w: values of the parameters, |∂w|: sizes of their gradients",
    )
    assert draw(x.tanh(), fold="structure", legend=False).diagram.title == ()
