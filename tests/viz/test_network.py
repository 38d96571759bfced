import math
import random

import numpy as np
import pandas as pd
import pytest

from autograd import Graph, softmax
from autograd import sum as total
from nn import MLP, Layer, Module, Sequential, binary_cross_entropy, cross_entropy, mse
from viz import draw, draw_network
from viz.network import MOST_LABELS

from .reading import is_shown_as, numbers_in, read_svg

NUMBERS = [0.5, -1, 0.1, -0.8, 0.4, 0.2, 0.3, 0.9, -0.1, 0.6, -0.5, 0.7, 0.1]


@pytest.fixture
def xor():
    """The 2-3-1 network of the lesson."""
    model = MLP(2, [3, 1], activation="tanh")
    for parameter, number in zip(model.parameters(), NUMBERS, strict=True):
        parameter.data = number
    return model


def lines(picture):
    return {box.id: box.lines for box in picture.diagram.boxes}


def square(out):
    return (out - 0.0) ** 2


def test_units_show_activation_value_and_bias(xor):
    assert lines(draw_network(xor, [1.0, 1.0])) == {
        "u0_0": ("x1", "v 1"),
        "u0_1": ("x2", "v 1"),
        "u1_0": ("tanh", "v −0.3799", "b 0.1"),
        "u1_1": ("tanh", "v −0.1974", "b 0.2"),
        "u1_2": ("tanh", "v 0.8005", "b −0.1"),
        "u2_0": ("linear", "v 0.5311", "b 0.1"),
    }


def test_lines_are_the_weights(xor):
    drawn = {
        (arrow.tail, arrow.head): arrow.lines[0]
        for arrow in draw_network(xor, [1.0, 0.0]).diagram.arrows
    }

    assert drawn == {
        ("u0_0", "u1_0"): "0.5",
        ("u0_1", "u1_0"): "−1",
        ("u0_0", "u1_1"): "−0.8",
        ("u0_1", "u1_1"): "0.4",
        ("u0_0", "u1_2"): "0.3",
        ("u0_1", "u1_2"): "0.9",
        ("u1_0", "u2_0"): "0.6",
        ("u1_1", "u2_0"): "−0.5",
        ("u1_2", "u2_0"): "0.7",
    }


def test_width_is_the_size_and_dashes_are_the_sign(xor):
    arrows = {a.lines[0]: a for a in draw_network(xor, [1.0, 0.0]).diagram.arrows}

    assert arrows["−1"].strength == 1.0
    assert arrows["0.4"].strength == pytest.approx(math.sqrt(0.4))
    assert (arrows["−0.5"].sign, arrows["0.6"].sign) == ("negative", "positive")


def test_gradients_are_those_of_the_loss(xor):
    picture = draw_network(xor, [1.0, 1.0], edges="gradient", loss=square)
    shown = lines(picture)
    loss = square(xor([1.0, 1.0]))
    loss.backward()
    first = xor.layers[0].neurons[1]

    # The lesson's row 4: ∂L/∂o 2 × 0.5311; × −0.5; × 0.961.
    assert shown["u2_0"] == ("linear", "v 0.5311", "g 1.062", "∂b 1.062")
    assert shown["u1_1"] == ("tanh", "v −0.1974", "g −0.5311", "∂b −0.5104")
    assert is_shown_as(first.b.grad, shown["u1_1"][3].removeprefix("∂b "))
    for arrow in picture.diagram.arrows:
        layer, i, j = map(int, arrow.id.removeprefix("w").split("_"))
        assert is_shown_as(xor.layers[layer].neurons[j].w[i].grad, arrow.lines[0])


def test_without_a_loss_gradients_are_those_of_the_sum_of_outputs():
    model = MLP(2, [2], activation="tanh", rng=random.Random(0))
    picture = draw_network(model, [1.0, 1.0], edges="gradient")

    assert [shown[2] for name, shown in lines(picture).items() if name.startswith("u1")] == [
        "g 1",
        "g 1",
    ]
    assert picture.diagram.title == (
        "2 inputs → 2 linear",
        "v value, g = ∂(Σ outputs)/∂v, ∂b = ∂(Σ outputs)/∂bias",
        "on each line: ∂(Σ outputs)/∂weight",
    )


def test_drawing_touches_no_gradient(xor):
    for parameter in xor.parameters():
        parameter.grad = 0.5
    draw_network(xor, [1.0, 1.0], edges="gradient", loss=square).text()

    assert {parameter.grad for parameter in xor.parameters()} == {0.5}
    assert [parameter.data for parameter in xor.parameters()] == NUMBERS


def test_frozen_weights_have_no_gradient(xor):
    xor.layers[0].neurons[0].w[0].freeze()
    xor.layers[0].neurons[0].b.freeze()
    picture = draw_network(xor, [1.0, 1.0], edges="gradient")
    (arrow,) = [a for a in picture.diagram.arrows if a.id == "w0_0_0"]

    assert (arrow.lines, arrow.sign) == (("—",), "plain")
    assert lines(picture)["u1_0"][-1] == "∂b —"


def test_large_layers_are_cut_and_say_so():
    model = MLP(50, [32, 10], rng=random.Random(0))
    picture = draw_network(model, [0.0] * 50, fold=False)

    assert lines(picture)["u0_more"] == ("… 40 more",)
    assert lines(picture)["u1_more"] == ("… 22 more",)
    assert "u2_more" not in lines(picture)
    assert not any(arrow.lines for arrow in picture.diagram.arrows)
    assert read_svg(picture.svg()).nodes["u0_more"] == ["… 40 more"]


def test_of_many_lines_the_strongest_are_drawn():
    model = MLP(2, [16, 16, 1], rng=random.Random(0))
    picture = draw_network(model, [1.0, 2.0], max_units=16)
    arrows = picture.diagram.arrows

    assert picture.diagram.title[1] == ("v value, b bias; lines: of 304 weights the 45 strongest")
    assert len(arrows) == 45 == 16 + 16 + 13
    assert {arrow.head for arrow in arrows} == {
        box.id for box in picture.diagram.boxes if box.kind != "input"
    }
    for layer in (0, 1, 2):
        drawn = [arrow.id for arrow in arrows if arrow.id.startswith(f"w{layer}_")]
        sizes = {
            f"w{layer}_{i}_{j}": abs(weight.data)
            for j, neuron in enumerate(model.layers[layer].neurons)
            for i, weight in enumerate(neuron.w)
        }
        assert max(sizes, key=sizes.get) in drawn
        for j in range(len(model.layers[layer].neurons)):
            of_unit = {name: x for name, x in sizes.items() if name.endswith(f"_{j}")}
            assert max(of_unit, key=of_unit.get) in drawn


def test_inputs_that_fill_a_square_are_an_image():
    model = MLP(64, [3, 2], rng=random.Random(0))
    pixels = [float(number) for number in range(64)]
    units, layers = draw_network(model, pixels, fold=False), draw_network(model, pixels)
    batch = draw_network(model, [pixels, [0.0] * 64])

    for picture in (units, layers):
        (image,) = picture.diagram.boxes[0].heatmaps
        assert image.cells == tuple(tuple(pixels[row : row + 8]) for row in range(0, 64, 8))
        assert read_svg(picture.svg())
    assert batch.diagram.boxes[0].heatmaps[0].cells[7][7] == 31.5
    assert [a.head for a in units.diagram.arrows if a.tail == "u0_image"] == [
        "u1_0", "u1_1", "u1_2",
    ]  # fmt: skip
    assert draw_network(MLP(35, [1]), [0.5] * 35).diagram.boxes[0].heatmaps == ()


class Residual(Module):
    def __init__(self):
        self.inner = Layer(3, 3, activation="tanh", rng=random.Random(1))

    def forward(self, x):
        return [a + b for a, b in zip(x, self.inner(x), strict=True)]


def test_a_residual_block_is_a_box_of_its_own():
    rng = random.Random(0)
    model = Sequential(Layer(2, 3, rng=rng), Residual(), Layer(3, 1, nonlin=False, rng=rng))
    picture = draw_network(model, [1.0, 2.0])
    through = [(a.tail, a.head) for a in picture.diagram.arrows if not a.id.startswith("w")]

    assert lines(picture)["u2_block"] == ("Residual", "3 → 3", "12 parameters")
    assert through == [
        *[(f"u1_{i}", "u2_block") for i in range(3)],
        *[("u2_block", f"u2_{i}") for i in range(3)],
    ]
    shown = model.layers[1](model.layers[0]([1.0, 2.0]))
    for i, output in enumerate(shown):
        assert is_shown_as(output.data, lines(picture)[f"u2_{i}"][0].removeprefix("v "))
    assert picture.diagram.title[0] == "2 inputs → 3 relu → 3 Residual → 1 linear"
    assert read_svg(picture.svg())
    folded = draw_network(model, [1.0, 2.0], fold=True).diagram.boxes[2]
    assert folded.lines[:3] == ("layers.1: Residual", "3 → 3 tanh", "12 parameters")


def test_a_logit_is_read_as_a_probability(xor):
    one = draw_network(xor, [1.0, 1.0], loss=lambda out: binary_cross_entropy(out, 1))
    none = draw_network(xor, [1.0, 1.0], loss=lambda out: binary_cross_entropy(out, 0))
    batch = draw_network(xor, ROWS, loss=lambda out: binary_cross_entropy(out, [0, 1, 1, 0]))

    assert lines(one)["u2_0"] == ("linear", "v 0.5311", "p 0.6297", "target 1", "b 0.1")
    assert lines(none)["u2_0"] == ("linear", "v 0.5311", "p 0.6297", "target 0", "b 0.1")
    assert lines(batch)["u2_0"][2].startswith("p 0.")
    assert "p: probability of class 1" in one.diagram.title[1]
    for loss in (square, None):
        assert len(lines(draw_network(xor, [1.0, 1.0], loss=loss))["u2_0"]) == 3


def test_numbers_are_written_on_few_lines_only():
    few, many = MLP(4, [5, 1]), MLP(5, [5, 1])

    assert len(draw_network(few, [1] * 4).diagram.arrows) == 25 > MOST_LABELS
    assert not draw_network(many, [1] * 5).diagram.arrows[0].lines
    assert draw_network(MLP(4, [4, 1]), [1] * 4).diagram.arrows[0].lines


def test_more_units_can_be_asked_for():
    picture = draw_network(MLP(2, [16, 1]), [1.0, 2.0], max_units=16)

    assert not any(name.endswith("more") for name in lines(picture))


def test_the_title_tells_the_shape(xor):
    assert draw_network(xor, [1.0, 1.0]).diagram.title == (
        "2 inputs → 3 tanh → 1 linear",
        "v value, b bias; on each line: the weight",
    )
    model = Sequential(Layer(1, 3, activation="relu"), Layer(3, 2, nonlin=False), softmax)
    assert draw_network(model, [1.0]).diagram.title[0] == "1 input → 3 relu → 2 softmax"
    assert draw_network(xor, [1, 1], edges="gradient", loss=square).diagram.title[2] == (
        "on each line: ∂(loss)/∂weight"
    )


def test_kinds_are_told_apart_and_explained(xor):
    picture = draw_network(xor, [1.0, 1.0])
    kinds = {box.id[1]: box.kind for box in picture.diagram.boxes}

    assert kinds == {"0": "input", "1": "unit", "2": "output"}
    assert picture.diagram.legend[0].lines == ("input",)
    assert draw_network(xor, [1.0, 1.0], legend=False).diagram.legend == ()


def test_units_that_are_not_finite_are_marked(xor):
    xor.layers[0].neurons[0].b.data = math.inf
    xor.layers[0].neurons[0].w[0].data = math.nan
    picture = draw_network(xor, [1.0, 1.0])

    assert [box.id for box in picture.diagram.boxes if box.is_alarming] == ["u1_0", "u2_0"]
    assert picture.diagram.arrows[0].sign == "alarm"
    assert picture.svg()


def test_every_theme_and_direction_is_drawn(xor):
    for theme in ("light", "dark"):
        for direction in ("LR", "TB"):
            picture = draw_network(xor, [1.0, 1.0], theme=theme, direction=direction)
            assert len(read_svg(picture.svg()).edges) == 9


def test_all_digits_are_under_the_mouse(xor):
    picture = draw_network(xor, [1.0, 1.0])
    hints = {box.id: box.hint for box in picture.diagram.boxes}
    node = Graph(xor([1.0, 1.0]))

    assert f"value {node.nodes[-1].value!r}" in hints["u2_0"]
    assert picture.diagram.arrows[0].hint.startswith("weight 0.5\ngradient ")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"edges": "wieght"}, ("edges='wieght' is unknown; did you mean 'weight'? It is 'weight' "
                              "or 'gradient'")),
        ({"theme": "x"}, "theme='x' is unknown; it is 'light' or 'dark'"),
        ({"direction": "RL"}, "direction='RL' is unknown; it is 'LR' or 'TB'"),
        ({"max_units": 0}, "max_units is a whole number of at least 1, got 0"),
    ],
    ids=str,
)  # fmt: skip
def test_options_that_are_none_are_refused(xor, option, message):
    with pytest.raises(ValueError, match=next(iter(option))) as caught:
        draw_network(xor, [1.0, 1.0], **option)

    assert str(caught.value) == message


# --- several examples -----------------------------------------------------------------------------

ROWS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def test_of_several_examples_units_show_ranges(xor):
    shown = lines(draw_network(xor, ROWS))
    outputs = [xor(row).data for row in ROWS]

    assert shown["u0_0"] == ("x1", "v 0…1")
    assert len(shown["u2_0"]) == 3
    low, high = map(float, shown["u2_0"][1].removeprefix("v ").replace("−", "-").split("…"))
    assert low == pytest.approx(min(outputs), rel=5e-2)
    assert high == pytest.approx(max(outputs), rel=5e-2)


def test_of_several_examples_weights_get_the_gradient_of_all(xor):
    def loss(outputs):
        return mse(outputs, [0.0, 1.0, 1.0, 0.0])

    picture = draw_network(xor, ROWS, loss=loss, edges="gradient")
    loss([xor(row) for row in ROWS]).backward()

    for arrow in picture.diagram.arrows:
        layer, i, j = map(int, arrow.id.removeprefix("w").split("_"))
        assert is_shown_as(xor.layers[layer].neurons[j].w[i].grad, arrow.lines[0])


def test_without_a_loss_the_outputs_of_all_examples_are_summed():
    model = MLP(2, [2], activation="tanh", rng=random.Random(0))
    picture = draw_network(model, ROWS, edges="gradient")

    shown = lines(picture)["u1_1"]
    assert (shown[0], shown[-2:]) == ("y2 linear", ("g 1", "∂b 4"))
    assert picture.diagram.title[1].startswith("v value, g = ∂(Σ outputs)/∂v")
    assert "over 4 examples" in picture.diagram.title[1]


@pytest.mark.parametrize(
    "kind", [tuple, np.array, lambda rows: pd.DataFrame(rows, columns=["a", "b"])],
    ids=["tuple", "array", "frame"],
)  # fmt: skip
def test_a_batch_may_come_in_any_container(xor, kind):
    assert draw_network(xor, kind(ROWS)).source == draw_network(xor, ROWS).source


def test_one_example_in_a_list_is_a_batch_of_one(xor):
    assert lines(draw_network(xor, [[1.0, 1.0]])) == lines(draw_network(xor, [1.0, 1.0]))


def test_the_wrong_width_of_one_example_is_refused(xor):
    with pytest.raises(ValueError, match="draw_network: the inputs are 2, and x has 3 of them"):
        draw_network(xor, [[1.0, 2.0], [1.0, 2.0, 3.0]])


# --- what is not well -----------------------------------------------------------------------------


def test_units_that_do_not_learn_say_so(xor):
    model = MLP(1, [2, 1], activation="relu", rng=random.Random(0))
    for neuron, bias in zip(model.layers[0].neurons, (-9.0, 9.0), strict=True):
        neuron.b.data = bias

    assert lines(draw_network(model, [1.0]))["u1_0"] == ("relu", "v 0", "off", "b −9")
    assert lines(draw_network(model, [[1.0], [2.0]]))["u1_0"] == ("relu", "v 0", "dead", "b −9")
    assert lines(draw_network(model, [1.0]))["u1_1"][2] == "b 9"
    xor.layers[0].neurons[0].b.data = 20.0
    assert lines(draw_network(xor, [1.0, 1.0]))["u1_0"][2] == "saturated"


# --- large networks -------------------------------------------------------------------------------


def test_large_layers_are_boxes_joined_by_single_arrows():
    model = MLP(64, [32, 10], activation="tanh", rng=random.Random(0))
    picture = draw_network(model, [0.5] * 64)

    assert [box.lines[0] for box in picture.diagram.boxes] == [
        "64 inputs x1 … x64",
        "layers.0",
        "layers.1",
        "Σ outputs",
    ]
    assert [box.lines[1] for box in picture.diagram.boxes[1:3]] == [
        "64 → 32 tanh",
        "32 → 10 linear",
    ]
    ends = [(arrow.tail, arrow.head) for arrow in picture.diagram.arrows]
    assert ends == [("g0", "g1"), ("g1", "g2"), ("g2", "g3")]
    assert picture.diagram.title[0] == "64 inputs → 32 tanh → 10 linear"


def test_a_layers_box_holds_its_numbers(xor):
    def loss(outputs):
        return mse(outputs, [0.0, 1.0, 1.0, 0.0])

    box = draw_network(xor, ROWS, loss=loss, fold=True).diagram.boxes[1]
    loss([xor(row) for row in ROWS]).backward()
    sizes = [abs(p.grad) for p in xor.layers[0].parameters()]
    mean, largest = numbers_in(box.lines[-1])

    assert box.lines[:3] == ("layers.0", "2 → 3 tanh", "9 parameters")
    assert box.lines[3] == "ran 4 times"
    assert box.lines[4].startswith("v −0.716 … ")
    assert box.lines[6] == "w −1 … 0.0556 … 0.9"
    assert float(mean) == pytest.approx(sum(sizes) / 9, rel=5e-3)
    assert float(largest) == pytest.approx(max(sizes), rel=5e-3)


def test_heatmaps_are_the_weights_and_their_gradients():
    model = MLP(4, [3, 2], activation="tanh", rng=random.Random(0))
    weights, gradients = (
        draw_network(model, [1.0, 2.0, 3.0, 4.0], fold=True).diagram.boxes[1].heatmaps
    )
    total(model([1.0, 2.0, 3.0, 4.0])).backward()

    assert weights.cells == tuple(tuple(w.data for w in n.w) for n in model.layers[0].neurons)
    assert gradients.cells == tuple(tuple(w.grad for w in n.w) for n in model.layers[0].neurons)


def test_many_lines_are_too_many_even_if_units_are_few():
    model = MLP(8, [8] * 10, rng=random.Random(0))

    assert draw_network(model, [0.5] * 8).diagram.columns == ()
    assert draw_network(model, [0.5] * 8, fold=False).diagram.columns


def test_a_layer_without_learning_says_so():
    model = MLP(12, [12, 1], rng=random.Random(0))
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    box = draw_network(model, [0.5] * 12).diagram.boxes[1]

    assert "12 of 12 off (slope 0)" in box.lines


def test_frozen_layers_have_no_gradients_to_show():
    model = MLP(12, [12, 1], rng=random.Random(0))
    model.layers[0].freeze()
    box = draw_network(model, [0.5] * 12).diagram.boxes[1]

    assert [heat.name for heat in box.heatmaps] == ["weights"]
    assert not any(line.startswith("|∂w|") for line in box.lines)


def test_a_hundred_thousand_parameters_are_drawn():
    """How long that takes is measured in benchmarks/cases/drawing.py."""
    model = MLP(784, [128, 10], rng=random.Random(0))
    x = [random.Random(1).random() for _ in range(784)]
    whole, network = draw(cross_entropy(model(x), 3)), draw_network(model, x)

    assert lines(whole)["g0"][:3] == ("layers.0", "784 → 128 relu", "100,480 parameters")
    assert len(network.diagram.boxes) < 10
    for picture in (whole, network):
        assert len(picture.svg()) < 200_000


def test_a_layer_or_units_can_be_asked_for(xor):
    assert draw_network(xor, [1.0, 1.0], fold=True).diagram.columns == ()
    with pytest.raises(TypeError, match="fold is True, False or None, got 'layer'"):
        draw_network(xor, [1.0, 1.0], fold="layer")
