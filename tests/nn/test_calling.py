"""One input is one node: what a model is called with, and what a loss compares its outputs with."""

import copy
import math
import pickle
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, dot, no_grad
from nn import (
    MLP,
    Layer,
    LayerNorm,
    Module,
    Neuron,
    Sequential,
    binary_cross_entropy,
    calling,
    cross_entropy,
    hinge,
    huber,
    kl_divergence,
    losses,
    mae,
    mse,
)

finite = st.floats(-1e3, 1e3)


def constants(root):
    """The constants of a graph: (label, number, how many results use it)."""
    graph = Graph(root)
    found = [node for node in graph if node.kind == "constant"]
    return [(node.label, node.value, len(graph.consumers(node.index))) for node in found]


def by_hand(layer, xs):
    """What a layer computes, as one `dot` of plain numbers for each neuron."""
    return [neuron.activate(dot(neuron.w, xs, neuron.b)) for neuron in layer.neurons]


# --- inputs ---------------------------------------------------------------------------------------


def test_each_number_is_one_node_with_a_name():
    model = MLP(3, [4, 2], rng=0)

    outputs = model([0.5, -1.0, 0.5])

    assert constants(outputs) == [("x1", 0.5, 4), ("x2", -1.0, 4), ("x3", 0.5, 4)]


def test_a_graph_has_inputs_parameters_sums_and_activations_and_nothing_else():
    model = MLP(20, [8, 3], activation="tanh", rng=0)

    graph = Graph(model([i / 7.0 for i in range(20)]))

    assert len(graph) == 20 + len(model.parameters()) + 2 * 8 + 3
    assert Counter(node.kind for node in graph)["constant"] == 20


@given(st.lists(finite, min_size=3, max_size=3), st.integers(0, 99))
def test_values_and_gradients_are_those_of_plain_numbers_bit_for_bit(xs, seed):
    layer = Layer(3, 2, activation="tanh", rng=seed)
    parameters = layer.parameters()

    mine, its = (dot(ys, ys) for ys in (layer(xs), by_hand(layer, xs)))
    mine.backward()
    grads = [p.grad for p in parameters]
    for p in parameters:
        p.grad = 0.0
    its.backward()

    assert mine.data == its.data
    assert grads == [p.grad for p in parameters]


@pytest.mark.parametrize(
    "xs", [(1, 2), np.array([1.0, 2.0]), np.array([1, 2]), [True, np.float32(2)], [Fraction(1), 2]]
)
def test_numbers_of_every_kind_become_nodes(xs):
    assert constants(MLP(2, [3, 1], rng=0)(xs)) == [("x1", 1.0, 3), ("x2", 2.0, 3)]


def test_the_bare_number_of_a_single_input_does_too():
    assert constants(MLP(1, [3, 1], rng=0)(2.0)) == [("x1", 2.0, 3)]


def test_a_neuron_on_its_own_names_its_inputs():
    assert constants(Neuron(2, rng=0)([1.0, 2.0])) == [("x1", 1.0, 1), ("x2", 2.0, 1)]


def test_the_nodes_lie_outside_of_the_layers():
    graph = Graph(MLP(2, [3, 1], rng=0)([1.0, 2.0]))

    assert {node.scope for node in graph if node.kind == "constant"} == {""}


def test_values_are_taken_as_they_are_and_numbers_among_them_named_by_position():
    x, known = Value(3.0, label="mine"), constant(4.0)
    layer = Layer(3, 2, activation="linear", rng=0)
    first, second = layer([x, 2.0, known])

    assert constants([first, second]) == [("x2", 2.0, 2), ("", 4.0, 2)]

    first.backward()

    assert x.grad == layer.neurons[0].w[0].data


def test_two_calls_have_nodes_of_their_own():
    model, xs = MLP(2, [3, 1], rng=0), [1.0, 2.0]

    assert [label for label, _, _ in constants([model(xs), model(xs)])] == ["x1", "x2"] * 2


class Both(Module):
    """Two layers that see the same list."""

    def __init__(self):
        self.left, self.right = Layer(2, 3, rng=0), Layer(2, 2, rng=1)

    def forward(self, x):
        return [*self.left(x), *self.right(x)]


@pytest.mark.parametrize("model", [Both(), Sequential(Both())])
@pytest.mark.parametrize("x", [[1.0, 2.0], [1, 2], (1.0, 2)])
def test_layers_that_see_the_same_list_see_the_same_nodes(model, x):
    assert constants(model(x)) == [("x1", 1.0, 5), ("x2", 2.0, 5)]


def test_an_array_that_two_layers_see_gives_the_right_numbers():
    """Its numbers are new objects at each look, so the nodes are, too."""
    x = np.array([1.0, 2.0])

    assert [y.data for y in Both()(x)] == [y.data for y in Both()([1.0, 2.0])]


def test_a_list_that_is_changed_in_between_is_not_mistaken_for_what_it_was():
    class Window(Module):
        def __init__(self):
            self.cell = Layer(2, 1, activation="linear", rng=0)

        def forward(self, numbers):
            window, outputs = [0.0, 0.0], []
            for number in numbers:
                window.append(number)
                del window[0]
                outputs.append(self.cell(window))
            window[:] = [0, int(numbers[0])]
            return [*outputs, self.cell(window)]

    model = Window()

    assert [y.data for y in model([1.0, 2.0])] == [
        model.cell([0.0, 1.0]).data,
        model.cell([1.0, 2.0]).data,
        model.cell([0.0, 1.0]).data,
    ]


def test_own_modules_still_get_plain_numbers():
    class Wave(Module):
        def __init__(self):
            self.layer = Layer(2, 2, rng=0)

        def forward(self, x):
            assert [type(number) for number in x] == [float, int]
            return self.layer([math.sin(x[0]), x[1]])

    assert constants(Wave()([0.5, 2])) == [("x1", math.sin(0.5), 2), ("x2", 2.0, 2)]


def test_own_neurons_get_plain_numbers_and_share_the_nodes():
    class Own(Neuron):
        def forward(self, x):
            assert all(type(number) is float for number in x)
            return super().forward(x) * 2.0

    layer = Layer(2, 3, rng=0)
    layer.neurons = [Own(2, rng=i) for i in range(3)]

    found = constants(layer([1.0, 2.0]))

    assert [one for one in found if one[0]] == [("x1", 1.0, 3), ("x2", 2.0, 3)]


def test_what_is_computed_with_plain_weights_stays_plain():
    layer = Layer(2, 3, activation="linear", bias=False, rng=0)
    for neuron in layer.neurons:
        del neuron.w
        neuron.w = [0.5, 2.0]

    assert layer([1.0, 1.0]) == [2.5, 2.5, 2.5]


def test_normalised_numbers_are_computed_in_plain_numbers():
    outputs = LayerNorm(2, affine=False)([1.0, 3.0])

    assert all(type(y) is float for y in outputs)


def test_nothing_is_made_where_nothing_is_recorded(monkeypatch):
    model = MLP(2, [3, 1], rng=0)
    expected = [model([1.0, 2.0]).data]

    def refused(*_):
        raise AssertionError("a constant was made")

    monkeypatch.setattr(calling, "constants", refused)
    monkeypatch.setattr(losses, "labelled", refused)

    with no_grad():
        assert mse(model([1.0, 2.0]), 0.0).data == pytest.approx(expected[0] ** 2)
    assert model.predict([[1.0, 2.0]], loss="mse") == expected


def pickled(root):
    return pickle.loads(pickle.dumps(root))  # noqa: S301


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_copies_keep_one_node_for_one_input(copied):
    output = MLP(2, [3, 1], rng=0)([1.0, 2.0])

    found = copied(output)
    found.backward()

    assert Graph(found) == Graph(output)
    assert constants(found) == [("x1", 1.0, 3), ("x2", 2.0, 3)]


def test_no_list_is_kept_after_the_call():
    model = MLP(2, [3, 1], rng=0)
    model([1.0, 2.0])

    assert calling.calling.get() is None


# --- targets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [mse, mae, huber, hinge])
def test_a_target_is_one_node_with_a_name(loss):
    def labels(outputs, targets):
        return [label for label, _, _ in constants(loss(outputs, targets)) if label]

    a, b, c = (Value(random.Random(i).random()) for i in range(3))

    assert labels(a, 1.0) == ["y1"]
    assert labels([a, b, c], [1, -1, 1]) == ["y1", "y2", "y3"]
    assert labels([[a, b], [c, a]], [[1, -1], [-1, 1]]) == ["y1.1", "y1.2", "y2.1", "y2.2"]


def test_targets_between_classes_are_nodes_and_certain_ones_choose_the_formula():
    found = constants(binary_cross_entropy([Value(0.5), Value(0.5)], [0.25, 1.0]))

    assert [label for label, _, _ in found if label] == ["y1"]


@pytest.mark.parametrize("loss", [cross_entropy, kl_divergence])
def test_the_probability_of_each_class_is_a_node(loss):
    logits = [Value(0.5), Value(-1.0), Value(0.0)]

    def labels(outputs, targets):
        found = {label for label, _, _ in constants(loss(outputs, targets)) if label}
        return sorted(found)

    assert labels(logits, [0.25, 0.75, 0.0]) == ["y1", "y2"]
    assert labels([logits, logits], [[0.5, 0.0, 0.5], [0.0, 1.0, 0.0]]) == ["y1.1", "y1.3", "y2.2"]


def test_targets_that_are_values_are_taken_as_they_are():
    teacher = Value(2.0, label="teacher")

    mse(Value(3.0), teacher).backward()

    assert teacher.grad == -2.0


def test_a_loss_of_plain_numbers_stays_a_plain_number():
    assert type(mse(3.0, 1.0)) is float
