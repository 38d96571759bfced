import random

import pytest

from autograd import Value, softmax
from nn import MLP, Embedding, Layer, LayerNorm, Module, Neuron, Sequential
from nn.data import Standardise
from nn.other_layers import Dropout
from viz.see.layered import columns_of, examples, outputs_of


def names(columns):
    return [[unit.name for unit in column.units] for column in columns]


def test_an_mlp_is_its_inputs_and_layers():
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    columns, (result,) = columns_of(model, [1.0, 2.0], "draw_network")

    assert names(columns) == [["x1", "x2"], ["tanh"] * 3, ["linear"]]
    assert result.data == model([1.0, 2.0]).data
    assert columns[1].units[2].weights == tuple(model.layers[0].neurons[2].w)
    assert columns[1].units[2].bias is model.layers[0].neurons[2].b
    assert columns[0].units[0].weights == ()


def test_a_single_layer_is_a_network_too():
    columns, (result,) = columns_of(Layer(2, 3), [1.0, 2.0], "draw_network")

    assert names(columns) == [["x1", "x2"], ["relu"] * 3]
    assert len(result) == 3


def test_functions_between_layers_change_the_units_before_them():
    model = Sequential(Layer(2, 3, nonlin=False), "tanh", Layer(3, 2, activation="relu"), softmax)
    columns, (result,) = columns_of(model, [1.0, 2.0], "draw_network")

    assert names(columns) == [["x1", "x2"], ["tanh"] * 3, ["relu softmax"] * 2]
    assert [unit.outputs for unit in columns[2].units] == [(output,) for output in result]


def test_a_layer_without_a_bias_has_none():
    columns, _ = columns_of(MLP(1, [1], bias=False), [1.0], "draw_network")

    assert columns[1].units[0].bias is None


class Sum:
    """micrograd's habit: plain classes with the same names."""

    def __init__(self):
        self.layers = [self]
        self.neurons = [self]
        self.w, self.b = [Value(2.0), Value(3.0)], Value(1.0)

    def __call__(self, x):
        return self.w[0] * x[0] + self.w[1] * x[1] + self.b


def test_any_class_with_the_same_names_is_read():
    columns, (result,) = columns_of(Sum(), [1.0, 1.0], "draw_network")

    assert names(columns) == [["x1", "x2"], [""]]
    assert result.data == 6.0


@pytest.mark.parametrize(
    "model", [Neuron(2), lambda x: x, Sequential("tanh"), 3.0], ids=["neuron", "f", "act", "float"]
)
def test_what_has_no_layers_of_neurons_is_refused(model):
    with pytest.raises(TypeError) as caught:
        columns_of(model, [1.0, 2.0], "draw_network")

    assert str(caught.value) == (
        "draw_network draws models made of layers of neurons, such as nn.MLP, got a "
        f"{type(model).__name__}; write draw(model(x)) for any other"
    )


class Residual(Module):
    """x + layer(x): not a layer of neurons, although it has one inside."""

    def __init__(self, size):
        self.inner = Layer(size, size, activation="tanh", rng=random.Random(1))

    def forward(self, x):
        return [a + b for a, b in zip(x, self.inner(x), strict=True)]


class ResidualLayer(Layer):
    """A layer of neurons that adds its inputs to their outputs."""

    def forward(self, x):
        return [a + b for a, b in zip(x, super().forward(x), strict=True)]


class ResidualMLP(MLP):
    """A model with layers whose inputs take another way, too."""

    def forward(self, x):
        return [a + b for a, b in zip(x, super().forward(x), strict=True)]


def reversed_units(xs):
    return xs[::-1]


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (Residual(3), 12),
        (ResidualLayer(3, 3, rng=random.Random(0)), 12),
        (ResidualMLP(3, [2, 3], rng=random.Random(0)), 17),
        (LayerNorm(3), 6),
        (reversed_units, 0),
        (lambda xs: xs[:2], 0),
    ],
    ids=["residual", "residual layer", "residual mlp", "norm", "reversed", "fewer"],
)
def test_a_part_that_is_not_a_layer_of_neurons_is_a_block(part, count):
    """Its units have no weights, so that no line is drawn which says what did not run."""
    after = 2 if getattr(part, "__name__", "") == "<lambda>" else 3
    model = Sequential(Layer(2, 3, rng=random.Random(0)), part, Layer(after, 1, nonlin=False))
    columns, (result,) = columns_of(model, [1.0, 2.0], "draw_network")

    assert [column.block for column in columns] == [
        "", "", getattr(part, "__name__", type(part).__name__), "",
    ]  # fmt: skip
    assert names(columns) == [["x1", "x2"], ["relu"] * 3, [""] * after, ["linear"]]
    assert columns[2].place == "layers.1"
    assert len(columns[2].parameters) == count
    assert all(unit.weights == () for unit in columns[2].units)
    assert result.data == model([1.0, 2.0]).data


def test_models_may_stand_inside_each_other():
    scaled = Standardise.of([[1.0, 2.0], [3.0, 8.0]])
    model = Sequential(scaled, MLP(2, [3, 1], rng=random.Random(0)), "tanh")
    columns, (result,) = columns_of(model, [1.0, 2.0], "draw_network")

    assert [column.place for column in columns] == [
        "", "layers.0", "layers.1.layers.0", "layers.1.layers.1",
    ]  # fmt: skip
    assert [column.block for column in columns] == ["", "Standardise", "", ""]
    assert names(columns) == [["x1", "x2"], ["", ""], ["relu"] * 3, ["tanh"]]
    assert [y.data for y in columns[1].rows[0]] == scaled([1.0, 2.0])
    assert outputs_of(result, "") == columns[3].rows[0]
    assert columns[3].rows[0][0].data == outputs_of(model([1.0, 2.0]), "")[0].data


def test_indices_are_not_drawn():
    model = Sequential(Embedding(5, 2, rng=random.Random(0)), Layer(2, 1))
    with pytest.raises(
        TypeError, match="begins with an Embedding, which takes indices; write draw"
    ):
        columns_of(model, [3], "draw_network")


def test_a_layer_written_by_hand_is_a_layer():
    """micrograd's habit: sums of products, and an activation where one likes."""

    class Hand:
        def __init__(self, count):
            self.neurons = [Sum() for _ in range(count)]

        def __call__(self, x):
            return [neuron(x).tanh() for neuron in self.neurons]

    columns, _ = columns_of(Hand(3), [1.0, 2.0], "draw_network")

    assert [column.block for column in columns] == ["", ""]
    assert columns[1].units[2].weights


def test_a_model_that_does_more_than_run_its_layers_is_refused():
    class Twice(MLP):
        def forward(self, x):
            return super().forward(x) * 2.0

    with pytest.raises(ValueError, match="only") as caught:
        columns_of(Twice(2, [1], rng=random.Random(0)), [1.0, 2.0], "draw_network")

    assert str(caught.value) == (
        "draw_network: Twice does not only run its layers one after the other, so they cannot be "
        "drawn as a chain; write draw(model(x))"
    )


def test_a_network_is_drawn_in_use_and_stays_in_training():
    dropout = Dropout(0.5, rng=random.Random(0))
    model = Sequential(Layer(2, 8, nonlin=False), dropout, "tanh", Layer(8, 1))
    columns, _ = columns_of(model, [1.0, 2.0], "draw_network")

    assert names(columns) == [["x1", "x2"], ["tanh"] * 8, ["relu"]]
    assert all(unit.outputs[0].data for unit in columns[1].units)
    assert dropout.training


def test_several_examples_are_the_outputs_of_each_unit():
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    columns, results = columns_of(model, [[1.0, 2.0], [3.0, 4.0]], "draw_network")

    assert [column.place for column in columns] == ["", "layers.0", "layers.1"]
    assert [[y.data for y in unit.outputs] for unit in columns[2].units] == [
        [model([1.0, 2.0]).data, model([3.0, 4.0]).data]
    ]
    assert [result.data for result in results] == [y.data for y in columns[2].units[0].outputs]


@pytest.mark.parametrize(
    ("x", "count", "many"),
    [([1.0, 2.0], 1, False), ([[1.0], [2.0]], 2, True), (3.0, 1, False), ([], 1, False),
     ([Value(1.0)], 1, False), (((1.0,), (2.0,), (3.0,)), 3, True)],
    ids=["numbers", "lists", "number", "empty", "values", "tuples"],
)  # fmt: skip
def test_one_example_is_told_from_several(x, count, many):
    rows, is_list = examples(x)

    assert (len(rows), is_list) == (count, many)


def test_the_wrong_number_of_inputs_is_refused():
    with pytest.raises(ValueError, match="draw_network: the inputs are 2, and x has 3 of them"):
        columns_of(MLP(2, [1]), [1.0, 2.0, 3.0], "draw_network")
