import math
import random
from fractions import Fraction

import pytest
from hypothesis import given

from autograd import Graph, Value, scope
from autograd import sum as total
from nn import MLP, Parameter, mse
from viz import draw
from viz.say.group_text import arrows, boxes
from viz.say.numbers import ALMOST_ZERO
from viz.see.folding import folded, grouped

from .reading import numbers_in, read_svg
from .strategies import scoped_graphs
from .test_fold_keys import rules
from .test_folded import recurrent


def xor():
    """The four rows of exclusive or, and the loss that they share."""
    model = MLP(2, [3, 1], activation="tanh")
    numbers = [0.5, -1, 0.1, -0.8, 0.4, 0.2, 0.3, 0.9, -0.1, 0.6, -0.5, 0.7, 0.1]
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    rows = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
    return model, mse([model(list(x)) for x, _ in rows], [y for _, y in rows])


def lines(picture):
    return {box.lines[0]: box.lines[1:] for box in picture.diagram.boxes}


def test_the_four_rows_of_xor_are_one_readable_picture():
    _, loss = xor()
    picture = draw(loss, fold="neuron")

    assert [box.lines[0] for box in picture.diagram.boxes] == [
        "8 constants x1 … x2",
        "h1: layers.0/neurons.0",
        "h2: layers.0/neurons.1",
        "h3: layers.0/neurons.2",
        "o: layers.1/neurons.0",
        "− × 4",
        "(…)² × 4",
        "Σ",
        "÷ 4",
    ]
    assert "64 nodes folded by neuron; fold=False draws single ones" in picture.diagram.title


def test_a_layers_box_in_words():
    model, loss = xor()
    shown = lines(draw(loss, fold="layer"))["layers.0"]
    hidden = [
        math.tanh(z) for z in (0.1, -0.9, 0.6, -0.4, 0.2, 0.6, -0.6, -0.2, -0.1, 0.8, 0.2, 1.1)
    ]
    loss.backward()
    sizes = [abs(p.grad) for p in model.layers[0].parameters()]

    assert shown[:3] == ("2 → 3 tanh", "9 parameters", "ran 4 times")
    assert shown[3].startswith("v −0.716 … ")
    assert shown[3].endswith(" … 0.8")
    assert float(numbers_in(shown[3])[1]) == pytest.approx(sum(hidden) / 12, rel=5e-3)
    assert shown[5] == "w −1 … 0.0556 … 0.9"
    mean, largest = numbers_in(shown[6])
    assert shown[6].startswith("|∂w| mean ")
    assert float(mean) == pytest.approx(sum(sizes) / 9, rel=5e-3)
    assert float(largest) == pytest.approx(max(sizes), rel=5e-3)


def test_by_example_every_weight_has_its_gradient_as_ever():
    _, loss = xor()
    picture = draw(loss, fold="batch")
    (weight,) = [
        box for box in picture.diagram.boxes
        if box.lines[0] == "parameter w0" and box.lines[-1] == "in layers.0/neurons.1"
    ]  # fmt: skip
    (arrow,) = [arrow for arrow in picture.diagram.arrows if arrow.tail == weight.id]

    assert weight.lines[2] == "g −0.09716"
    assert arrow.lines == ("Σ of 4", "= −0.09716")


@given(scoped_graphs, rules)
def test_arrows_bring_what_boxes_of_one_node_add_up(graph, rule):
    result = folded(graph, grouped(graph, rule), 400)
    drawn = arrows(result, backward=True)
    assert len(drawn) == len(result.flows)
    names = {box.id for box in boxes(result, backward=True)}

    assert len(names) == len(result.groups)
    assert len({arrow.id for arrow in drawn}) == len(drawn)
    assert {end for arrow in drawn for end in (arrow.tail, arrow.head)} <= names


@given(scoped_graphs, rules)
def test_an_arrow_is_as_its_flow(graph, rule):
    result = folded(graph, grouped(graph, rule), 400)
    for flow, arrow in zip(result.flows, arrows(result, backward=True), strict=True):
        if flow.total is None:
            assert (arrow.lines, arrow.sign) == ((), "plain")
        elif math.isfinite(flow.total):
            assert arrow.sign in {"zero", "positive" if flow.total > 0 else "negative"}
            if arrow.lines == (ALMOST_ZERO,):
                assert abs(flow.total) < 1e-9 * max(filter(math.isfinite, map(abs, graph.grads)))
                continue
            # As Fractions: tiny numbers are shown by the digits that Python writes of them.
            shown, meant = Fraction(numbers_in(arrow.lines[1])[0]), Fraction(repr(flow.total))
            assert abs(shown - meant) <= abs(meant) / 1000


@given(scoped_graphs, rules)
def test_the_forward_view_says_nothing_of_gradients(graph, rule):
    result = folded(graph, grouped(graph, rule), 400)

    assert not any(arrow.lines for arrow in arrows(result, backward=False))
    assert not any(
        line.startswith(("g ", "|∂w|"))
        for box in boxes(result, backward=False)
        for line in box.lines
    )


@given(scoped_graphs, rules)
def test_every_level_is_drawn_in_every_format(graph, rule):
    from viz.render.composing import Manner, composed_of_groups  # noqa: PLC0415
    from viz.render.picture import Picture  # noqa: PLC0415

    result = folded(graph, grouped(graph, rule), 400)
    diagram = composed_of_groups(result, rule.name, Manner())
    picture = Picture.of(diagram, "light")
    text = picture.text()

    assert picture.mermaid()
    for box in diagram.boxes:  # in a circle of boxes, too
        assert box.lines[0] in text


def test_a_batch_of_losses_says_so():
    xs = [Value(float(i), label=f"x{i}") for i in range(5)]
    shown = lines(draw(total([(x * 2.0).tanh() for x in xs]), fold="structure"))

    assert shown == {
        "5 variables x0 … x4": ("v 0 … 2 … 4", "g 9e−7 … 0.429 … 2"),
        "× 2 × 5": ("v 0 … 4 … 8", "g 4.5e−7 … 0.214 … 1"),
        "tanh × 5": ("v 0 … 0.793 … 1", "g 1 each", "saturated 40 %"),
        "Σ": ("v 3.963", "g 1 (seed)"),
    }


def test_how_often_a_part_ran_is_said():
    w, state = Parameter(0.5, label="w"), Value(1.0)
    for _ in range(3):
        with scope("cell"):
            state = (w * state).tanh()
    picture = draw(state, fold=1)

    assert lines(picture)["cell"][:3] == ("3 ×, 3 tanh", "1 parameter", "ran 3 times")


def test_what_has_no_weights_is_compared_with_no_layer():
    picture = draw(recurrent(), fold=1)

    assert any(line.startswith("saturated") for line in lines(picture)["cell"])
    assert not any("explodes" in line for line in lines(picture)["gate"])


def test_frozen_weights_are_counted():
    model, _ = xor()
    model.layers[0].neurons[0].freeze()
    picture = draw(model([1.0, 2.0]), fold="layer")

    assert lines(picture)["layers.0"][1] == "9 parameters (3 frozen)"


def test_dead_units_are_named():
    model = MLP(2, [8, 1], rng=random.Random(0))
    for neuron in model.layers[0].neurons[:3]:
        neuron.b.data = -100.0
    loss = mse([model([1.0, 2.0]), model([2.0, 1.0])], [1.0, 1.0])

    assert any(
        line.endswith(" of 8 dead (slope 0 for all 2 examples)")
        for line in lines(draw(loss, fold="layer"))["layers.0"]
    )


def test_numbers_that_are_none_are_marked():
    model, _ = xor()
    model.layers[0].neurons[0].b.data = math.nan
    picture = draw(mse([model([1.0, 2.0])], [1.0]), fold="layer")
    box = picture.diagram.boxes[0]

    assert box.is_alarming
    assert "v nan! in 1 of 3" in box.lines
    assert "alarm" in read_svg(picture.svg()).classes[box.id]


def test_a_flow_of_three_spells_its_sum_out():
    x = Value(1.0, label="x")
    with scope("a"):
        y = total([x * 1.0, x * 2.0, x * -4.0])
    (arrow,) = draw(y, fold=1).diagram.arrows

    assert arrow.lines == ("1 + 2 − 4", "= −1")
    assert arrow.hint == "3 edges, contributions -1.0 in all\npositive 3.0, negative -4.0"


def test_constants_that_are_hidden_are_told_in_the_box():
    x = Value(3.0, label="x")

    assert lines(draw(x * 2.0, fold="structure", constants=False))["× 2"] == ("v 6", "g 1")


def test_a_folded_graph_is_the_same_in_every_run():
    assert draw(xor()[1], fold="layer").source == draw(xor()[1], fold="layer").source


def test_what_does_not_fit_is_counted():
    _, loss = xor()
    picture = draw(Graph(loss), fold="neuron", max_nodes=3)

    assert len(picture.diagram.boxes) == 3
    assert picture.diagram.notes[0].startswith("… ")
