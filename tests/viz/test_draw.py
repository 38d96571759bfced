import math
import random

import graphviz
import pytest
from hypothesis import given

from autograd import ConstantError, Graph, Value, constant, dot
from autograd import sum as total
from nn import MLP, Parameter
from viz import draw
from viz.draw import MAX_NODES
from viz.see.visible_nodes import LINKS_PER_NODE

from .reading import read_svg
from .strategies import computations


def lesson():
    """The neuron of the lesson: x = (2, 1), w = (0.5, −1), b = ln 2, y = 1, squared error."""
    w1, w2 = Value(0.5, label="w1"), Value(-1.0, label="w2")
    x1, x2, y = constant(2.0, label="x1"), constant(1.0, label="x2"), constant(1.0, label="y")
    z = dot([w1, w2], [x1, x2], Value(math.log(2), label="b"))
    z.label = "z"
    out = z.tanh()
    out.label = "o"
    loss = (out - y) ** 2
    loss.label = "L"
    return loss


def boxes(picture):
    return {box.lines[0]: box.lines[1:] for box in picture.diagram.boxes}


def test_a_picture_is_a_digraph_of_graphviz():
    picture = draw(lesson())

    assert isinstance(picture, graphviz.Digraph)
    assert picture.source.startswith("digraph glassgrad {")


def test_the_lesson_in_numbers():
    assert boxes(draw(lesson())) == {
        "variable w1": ("v 0.5", "g −1.024"),
        "variable w2": ("v −1", "g −0.512"),
        "constant x1": ("v 2", "g —"),
        "constant x2": ("v 1", "g —"),
        "variable b": ("v 0.6931", "g −0.512"),
        "z: Σ w·x + b": ("v 0.6931", "g −0.512"),
        "o: tanh": ("v 0.6", "g −0.8"),
        "constant y": ("v 1", "g —"),
        "−": ("v −0.4", "g −0.8"),
        "L: (…)²": ("v 0.16", "g 1 (seed)"),
    }


def test_the_lesson_on_its_arrows():
    lines = {arrow.lines for arrow in draw(lesson()).diagram.arrows}

    assert lines == {
        (),
        ("2 × −0.512", "= −1.024"),
        ("1 × −0.512", "= −0.512"),
        ("0.64 × −0.8", "= −0.512"),
        ("1 × −0.8", "= −0.8"),
        ("−0.8 × 1", "= −0.8"),
    }


def test_the_lesson_opened():
    picture = draw(lesson(), expand=["z"], constants=False)
    steps = [box.lines for box in picture.diagram.boxes if set(box.lines[0]) & set("×+")]

    assert steps == [
        ("w1 × x1", "v 1", "g −0.512", "x1 = 2"),
        ("w2 × x2", "v −1", "g −0.512", "x2 = 1"),
        ("+", "v 1.693", "g −0.512"),
        ("z: +", "v 0.6931", "g −0.512"),
    ]


def test_the_weight_of_xor_that_four_rows_reach():
    model = MLP(2, [3, 1], activation="tanh")
    numbers = [0.5, -1, 0.1, -0.8, 0.4, 0.2, 0.3, 0.9, -0.1, 0.6, -0.5, 0.7, 0.1]
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    rows = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
    loss = total([(model(list(x)) - y) ** 2 for x, y in rows]) / 4
    picture = draw(loss, fold=False)
    (weight,) = [box for box in picture.diagram.boxes if box.lines[0] == "parameter w(x1→h2)"]
    arrived = [a.lines[1] for a in picture.diagram.arrows if a.tail == weight.id]

    assert weight.lines[2] == "g Σ of 4 ≈ −0.09716"
    assert sorted(arrived) == sorted(["= 0", "= 0", "= 0.03043", "= −0.1276"])


@given(computations())
def test_drawing_changes_nothing(roots):
    nodes, stack = [], list(roots)
    while stack:
        value = stack.pop()
        if all(value is not other for other in nodes):
            nodes.append(value)
            stack += value.operands
    for value in nodes:
        if value.kind != "constant":
            value.grad = 0.25
    before = [(repr(value.data), value.grad, value.label) for value in nodes]
    draw(roots).text()

    assert [(repr(value.data), value.grad, value.label) for value in nodes] == before


def test_a_graph_can_be_drawn_and_gives_the_same_picture():
    loss = lesson()

    assert draw(Graph(loss)).source == draw(loss).source


def test_variables_lend_their_names():
    weight, inputs = Value(2.0), [Value(3.0), Value(4.0)]
    result = weight * inputs[1]
    names = {"weight": weight, "inputs": inputs, "result": result}

    assert list(boxes(draw(result, names=names))) == [
        "variable weight",
        "variable inputs[1]",
        "result: ×",
    ]
    assert "variable weight" in boxes(draw([result], names=names))


def test_a_leaf_changed_since_the_pass_shows_both_numbers():
    a = Value(2.0, label="a")
    product = a * 3.0
    a.data = 5.0

    assert boxes(draw(product))["variable a"] == ("v was 2, now 5", "g 3")


def test_frozen_parameters_are_told_apart():
    w = Parameter(2.0, label="w")
    w.freeze()

    assert boxes(draw(w * Value(3.0)))["frozen w"] == ("v 2", "g —")


def test_the_forward_view_has_no_gradients():
    picture = draw(lesson(), view="forward")

    assert boxes(picture)["o: tanh"] == ("v 0.6",)
    assert not any(arrow.lines for arrow in picture.diagram.arrows)


def test_a_constant_root_is_drawn_forward_and_says_why():
    picture = draw(constant(2.0, label="c"))

    assert boxes(picture) == {"constant c": ("v 2",)}
    assert picture.diagram.title == (
        "forward: v is the value; no gradients: the result is a constant",
    )


def test_the_backward_view_of_a_constant_root_is_refused():
    with pytest.raises(ConstantError) as caught:
        draw(constant(2.0), view="backward")

    assert str(caught.value) == (
        "draw: the root is a constant, so there are no gradients to show; write view='forward' "
        "for its values, or draw a Value computed from variables or parameters"
    )


def test_a_run_of_plus_is_one_sum_and_can_be_opened():
    a, b, c, d = [Value(float(i), label=name) for i, name in enumerate("abcd")]
    value = a + b + c + d

    assert list(boxes(draw(value)))[-1] == "Σ"
    assert [box.lines[0] for box in draw(value, expand=True).diagram.boxes].count("+") == 3


def test_a_named_sum_is_not_folded_away():
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    s = a + b
    value = s + a + b

    assert "s: +" in boxes(draw(value, names={"s": s}))
    assert "s: +" not in boxes(draw(value))


def test_numbers_that_are_none_are_marked():
    picture = draw(Value(math.inf, label="x") * 0.0)
    drawn = read_svg(picture.svg())

    assert drawn.classes["n0"] == ["variable", "alarm"]
    assert drawn.nodes["n0"] == ["variable x", "v +inf!", "g 0", "+inf! from here"]
    assert boxes(picture)["×"] == ("v nan!", "g 1 (seed)")


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("x", TypeError, "draw takes a Value, a list of Values or a Graph, got the str 'x'"),
        (3.0, TypeError, "draw takes a Value, a list of Values or a Graph, got the float 3.0"),
        (None, TypeError, "draw takes a Value, a list of Values or a Graph, got the NoneType None"),
        ([], ValueError, "draw needs at least one Value, got an empty list"),
        ([Value(1.0), 2.0], TypeError, ("draw takes a Value or a list of Values; number 1 of the "
                                       "list is the float 2.0")),
        (MLP(1, [1]), TypeError, ("draw takes a Value, got a MLP; write draw_network(model, x), or "
                                 "draw(model(x))")),
    ],
    ids=["str", "float", "None", "empty", "mixed", "model"],
)  # fmt: skip
def test_what_is_no_value_is_refused(value, error, message):
    with pytest.raises(error) as caught:
        draw(value)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"view": "bakward"}, ValueError, ("view='bakward' is unknown; did you mean 'backward'? It "
                                          "is 'backward' or 'forward'")),
        ({"view": True}, TypeError, "view is a str, 'backward' or 'forward'; got True"),
        ({"theme": "drak"}, ValueError, ("theme='drak' is unknown; did you mean 'dark'? It is "
                                        "'light' or 'dark'")),
        ({"direction": "lr"}, ValueError, ("direction='lr' is unknown; did you mean 'LR'? It is "
                                          "'LR' or 'TB'")),
        ({"direction": "down"}, ValueError, "direction='down' is unknown; it is 'LR' or 'TB'"),
        ({"max_nodes": 0}, ValueError, "max_nodes is a whole number of at least 1, got 0"),
        ({"max_nodes": -5}, ValueError, "max_nodes is a whole number of at least 1, got -5"),
        ({"max_nodes": 2.5}, TypeError, "max_nodes is a whole number of at least 1, got 2.5"),
        ({"names": ["a"]}, TypeError, ("draw: names is a dict of variables such as locals(), got "
                                      "['a']")),
        ({"expand": "z"}, ValueError, ("expand: nothing in this graph is labelled 'z'; write "
                                      "expand=True to open every Σ")),
    ],
    ids=str,
)  # fmt: skip
def test_options_that_are_none_are_refused(option, error, message):
    with pytest.raises(error) as caught:
        draw(Value(1.0), **option)

    assert str(caught.value) == message


def test_names_for_a_graph_come_too_late():
    with pytest.raises(TypeError, match=r"^draw: a Graph has its labels; write draw\(Graph\(value"):
        draw(Graph(Value(1.0)), names={})


# --- large graphs ---------------------------------------------------------------------------------


def chain(count):
    value = Value(1.0)
    for _ in range(count):
        value = value.tanh()
    return value


def run_of_plus(count):
    value = Value(0.0)
    for i in range(count):
        value = value + Value(float(i))
    return value


def wide_dot(count):
    xs = [Value(float(i)) for i in range(count // 2)]
    return dot(xs, xs[::-1])


@pytest.mark.parametrize("make", [chain, run_of_plus, wide_dot], ids=lambda make: make.__name__)
@pytest.mark.parametrize("expand", [False, True], ids=["closed", "opened"])
def test_a_hundred_thousand_nodes_are_drawn_in_every_format(make, expand):
    graph = Graph(make(100_000))
    picture = draw(graph, expand=expand, fold=False, max_nodes=150)
    drawn = read_svg(picture.svg())

    assert len(picture.diagram.boxes) <= 150
    assert len(picture.diagram.arrows) <= 150 * LINKS_PER_NODE
    assert picture.diagram.boxes[-1].is_root
    note = picture.diagram.notes[-1]
    assert note.startswith("… ")
    assert note.endswith(" more nodes: draw a smaller part, or raise max_nodes=150")
    assert int(note.split()[1].replace(",", "")) > len(graph) - 100_150
    assert note in drawn.nodes["note"]
    assert note in picture.text()
    assert "more nodes" in picture.mermaid()


def test_the_usual_budget_holds_a_network():
    model = MLP(2, [11, 11, 1], rng=random.Random(0))
    picture = draw(model([0.5, -1.0]))

    assert not picture.diagram.notes
    assert len(picture.diagram.boxes) <= MAX_NODES


def test_five_hundred_nodes_are_drawn():
    """A network 2-11-11-1 written with plain + and *, every product and sum drawn."""
    rng = random.Random(0)
    values = [Value(0.5), Value(-1.5)]
    for width in (11, 11, 1):
        layer = [[Value(rng.uniform(-1, 1)) for _ in range(len(values) + 1)] for _ in range(width)]
        values = [
            sum((w * x for w, x in zip(ws, values, strict=False)), ws[-1]).tanh() for ws in layer
        ]
    graph = Graph(values[0])
    svg = draw(graph, expand=True, max_nodes=1000).svg()

    assert len(graph) > 500
    assert svg.count('class="node ') >= len(graph)
