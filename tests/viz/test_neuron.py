import math
import random

import pytest

from autograd import Value
from nn import MLP, Neuron
from viz import draw_neuron

from .reading import read_svg


@pytest.fixture
def neuron():
    """The neuron of the lesson."""
    neuron = Neuron(2, activation="tanh")
    for parameter, number in zip(neuron.parameters(), [0.5, -1.0, math.log(2)], strict=True):
        parameter.data = number
    return neuron


def lines(picture):
    return [box.lines for box in picture.diagram.boxes]


def square(out):
    return (out - 1.0) ** 2


def test_the_lesson_as_a_textbook_draws_it(neuron):
    assert lines(draw_neuron(neuron, [2.0, 1.0], loss=square)) == [
        ("parameter w1", "v 0.5", "g −1.024"),
        ("parameter w2", "v −1", "g −0.512"),
        ("variable x1", "v 2", "g −0.256"),
        ("variable x2", "v 1", "g 0.512"),
        ("parameter b", "v 0.6931", "g −0.512"),
        ("×", "v 0.5 × 2 = 1", "g −0.512"),
        ("×", "v −1 × 1 = −1", "g −0.512"),
        ("Σ", "v 0.6931 + 1 − 1 = 0.6931", "g −0.512"),
        ("tanh", "v tanh(0.6931) = 0.6", "g −0.8"),
        ("constant", "v 1", "g —"),
        ("−", "v −0.4", "g −0.8"),
        ("constant", "v 2", "g —"),
        ("^", "v 0.16", "g 1 (seed)"),
    ]


def test_without_a_loss_the_output_is_the_root(neuron):
    picture = draw_neuron(neuron, [2.0, 1.0])

    assert lines(picture)[-1] == ("tanh", "v tanh(0.6931) = 0.6", "g 1 (seed)")
    assert {arrow.lines for arrow in picture.diagram.arrows} >= {("0.64 × 1", "= 0.64")}
    assert [box.is_root for box in picture.diagram.boxes].count(True) == 1


def test_forward_it_has_values_only(neuron):
    picture = draw_neuron(neuron, [2.0, 1.0], view="forward", direction="TB", theme="dark")

    assert all(len(shown) == 2 for shown in lines(picture))
    assert picture.diagram.direction == "TB"
    assert len(read_svg(picture.svg()).nodes) == len(lines(picture)) + len(picture.diagram.legend)


def test_long_sums_are_not_spelled_out():
    neuron = Neuron(9, activation="linear", rng=random.Random(0))
    (sigma,) = [shown for shown in lines(draw_neuron(neuron, [1.0] * 9)) if shown[0] == "Σ"]

    assert "=" not in sigma[1]


def test_rounded_equations_say_so():
    neuron = Neuron(1, activation="tanh")
    neuron.w[0].data, neuron.b.data = 1.23456, 0.0
    shown = dict(line[:2] for line in lines(draw_neuron(neuron, [1.23456])))

    assert shown["×"] == "v 1.235 × 1.235 ≈ 1.524"
    assert shown["tanh"] == "v tanh(1.524) = 0.9094"


def test_a_neuron_without_bias_or_activation():
    neuron = Neuron(2, activation="linear", bias=False)
    neuron.w[0].data, neuron.w[1].data = 2.0, 3.0

    assert lines(draw_neuron(neuron, [1.0, 1.0], legend=False))[-1] == (
        "Σ",
        "v 2 + 3 = 5",
        "g 1 (seed)",
    )


def test_an_activation_with_a_second_operand_keeps_its_value():
    picture = draw_neuron(Neuron(1, activation="leaky_relu"), [1.0])

    assert "(" not in lines(picture)[-1][1]


class Plain:
    """A neuron as micrograd writes it."""

    def __init__(self):
        self.w, self.b = [Value(0.5, label="w0"), Value(-1.0, label="w1")], Value(0.25, label="b")

    def __call__(self, x):
        return sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b).tanh()


def test_a_neuron_of_single_additions_is_drawn_the_same_way():
    shown = lines(draw_neuron(Plain(), [2.0, 1.0], view="forward"))

    assert ("Σ", "v 0.25 + 1 − 1 = 0.25") in shown
    assert ("×", "v 0.5 × 2 = 1") in shown


def test_inputs_that_were_computed_are_where_the_figure_begins(neuron):
    hidden = Value(1.0) * 2.0
    hidden.label = "h"
    shown = [line[0] for line in lines(draw_neuron(neuron, [hidden, 1.0]))]

    assert "variable h" in shown
    assert len(shown) == 9


def test_drawing_touches_no_gradient(neuron):
    for parameter in neuron.parameters():
        parameter.grad = 0.5
    draw_neuron(neuron, [2.0, 1.0], loss=square).text()

    assert {parameter.grad for parameter in neuron.parameters()} == {0.5}


def test_a_very_wide_neuron_stays_within_the_budget():
    picture = draw_neuron(Neuron(1000, rng=random.Random(0)), [0.0] * 1000)

    assert len(picture.diagram.boxes) <= 400
    assert "more nodes" in picture.diagram.notes[-1]


@pytest.mark.parametrize("thing", [MLP(1, [1]), Value(1.0), 3.0], ids=["model", "value", "float"])
def test_what_is_no_neuron_is_refused(thing):
    with pytest.raises(TypeError) as caught:
        draw_neuron(thing, [1.0])

    assert str(caught.value) == (
        f"draw_neuron takes a neuron, which has weights w, got a {type(thing).__name__}; for a "
        "whole model write draw_network(model, x)"
    )


def test_the_wrong_number_of_inputs_is_refused(neuron):
    with pytest.raises(ValueError, match="draw_neuron: the inputs are 2, and x has 1 of them"):
        draw_neuron(neuron, [1.0])


@pytest.mark.parametrize("option", [{"view": "up"}, {"theme": "up"}, {"direction": "up"},
                                    {"max_nodes": 0}], ids=str)  # fmt: skip
def test_options_that_are_none_are_refused(neuron, option):
    with pytest.raises(ValueError, match=next(iter(option))):
        draw_neuron(neuron, [2.0, 1.0], **option)


def test_of_many_inputs_the_strongest_are_drawn():
    neuron = Neuron(20, activation="tanh", rng=random.Random(0))
    x = [random.Random(1).uniform(-1.0, 1.0) for _ in range(20)]
    picture = draw_neuron(neuron, x)
    products = [w.data * number for w, number in zip(neuron.w, x, strict=True)]
    ranked = sorted(range(20), key=lambda i: abs(products[i]), reverse=True)
    shown = {line[0] for line in lines(picture)}

    assert {name for name in shown if name.startswith("variable")} == {
        f"variable x{i + 1}" for i in ranked[:6]
    }
    assert {name for name in shown if name.startswith("parameter w")} == {
        f"parameter w{i + 1}" for i in ranked[:6]
    }
    (rest,) = [line for line in lines(picture) if line[0] == "… 14 more products"]
    assert rest[2].startswith("Σ ")
    written = float(rest[2].removeprefix("Σ ").replace("−", "-"))
    assert written == pytest.approx(sum(products[i] for i in ranked[6:]), rel=1e-3)
    assert picture.diagram.notes == ("the 6 largest of 20 products are drawn",)
    assert len(read_svg(picture.svg()).nodes) < 35
