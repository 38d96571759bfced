"""Neurons, layers and MLPs."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, no_grad
from nn import MLP, Layer, Linear, Neuron, Parameter

from .refusals import refused

seeds = st.integers(0, 2**32)
widths = st.lists(st.integers(1, 4), min_size=1, max_size=3)


def by_hand(model, x):
    """An MLP in plain floats, added in micrograd's order."""
    for layer in model.layers:
        sums = []
        for neuron in layer.neurons:
            z = neuron.b.data if neuron.b is not None else 0.0
            for w, xi in zip(neuron.w, x, strict=True):
                z += w.data * xi
            sums.append(z)
        x = [{"relu": lambda z: max(z, 0.0), "tanh": math.tanh, "linear": float}[n.activation](z)
             for n, z in zip(layer.neurons, sums, strict=True)]  # fmt: skip
    return x


def listed(outputs):
    return outputs if isinstance(outputs, list) else [outputs]


# --- one neuron -----------------------------------------------------------------------------------


def test_the_neuron_of_the_textbook():
    """x = (2, 1), w = (0.5, −1), b = ln 2, target 1: forward, backward, one step."""
    neuron = Neuron(2, activation="tanh")
    for parameter, number in zip(neuron.parameters(), [0.5, -1.0, math.log(2.0)], strict=True):
        parameter.data = number

    o = neuron([2.0, 1.0])
    loss = (o - 1.0) ** 2
    loss.backward()

    assert o.data == pytest.approx(0.6, abs=1e-12)
    assert loss.data == pytest.approx(0.16, abs=1e-12)
    assert [p.grad for p in neuron.parameters()] == pytest.approx([-1.024, -0.512, -0.512])
    for parameter in neuron.parameters():
        parameter.data -= 0.1 * parameter.grad
    assert [p.data for p in neuron.parameters()] == pytest.approx(
        [0.6024, -0.9488, 0.7443], abs=5e-5
    )
    assert (neuron([2.0, 1.0]).data - 1.0) ** 2 == pytest.approx(0.0568, abs=5e-5)


def test_a_neuron_is_two_nodes():
    x = [Value(1.0), Value(2.0)]

    ops = [node.op.name for node in Graph(Neuron(2)(x)) if node.op is not None]

    assert ops == ["dot", "relu"]
    assert [node.op.name for node in Graph(Neuron(2, nonlin=False)(x)) if node.op] == ["dot"]


def test_micrograds_attributes():
    neuron = Neuron(3)

    assert [w.label for w in neuron.w] == ["w0", "w1", "w2"]
    assert (neuron.b.label, neuron.b.data) == ("b", 0.0)
    assert neuron.parameters() == [*neuron.w, neuron.b]
    assert all(isinstance(p, Parameter) for p in neuron.parameters())
    assert (neuron.nin, neuron.nonlin, neuron.activation, neuron.shape) == (
        3,
        True,
        "relu",
        "3 -> 1",
    )


@pytest.mark.parametrize(
    "neuron",
    [
        Neuron(3, False),  # noqa: FBT003 - as micrograd's users write
        Neuron(3, nonlin=False),
        Neuron(3, activation=None),
        Neuron(3, activation="linear"),
        Neuron(3, nonlin=False, activation="linear"),
    ],
)
def test_linear_neurons(neuron):
    assert (neuron.nonlin, neuron.activation) == (False, "linear")


def test_nonlin_and_activation_must_agree():
    text = "nonlin=False means linear, but activation='tanh' was also given; leave out one of them"

    for build in (
        lambda: Neuron(2, nonlin=False, activation="tanh"),
        lambda: Layer(2, 1, nonlin=False, activation="tanh"),
    ):
        with refused(ValueError, text):
            build()


def test_without_a_bias():
    model = MLP(2, [2, 1], bias=False, rng=random.Random(0))

    assert [name.rpartition(".")[2] for name, _ in model.named_parameters()] == ["0", "1"] * 3
    assert model([0.0, 0.0]).data == 0.0
    assert model.layers[0].neurons[0].b is None
    assert model([1.0, 2.0]).data == by_hand(model, [1.0, 2.0])[0]


def test_plain_numbers_may_stand_for_the_weights():
    """Deleted first, so that nobody stops a training by mistake."""
    neuron = Neuron(2)
    del neuron.w, neuron.b
    neuron.w, neuron.b = [0.5, -1.0], 3.0

    assert neuron([2.0, 1.0]) == 3.0


# --- layers ---------------------------------------------------------------------------------------


def test_a_layer_of_one_returns_a_value_and_of_more_a_list():
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    assert [type(y) for y in Layer(2, 2)([1.0, 2.0])] == [Value, Value]


@given(seeds, st.integers(1, 4), st.integers(1, 4))
def test_a_layer_is_its_neurons(seed, nin, nout):
    rng = random.Random(seed)
    layer = Layer(nin, nout, activation="tanh", rng=rng)
    x = [rng.uniform(-2, 2) for _ in range(nin)]

    outputs = listed(layer(x))

    assert [y.data for y in outputs] == [neuron(x).data for neuron in layer.neurons]


def test_micrograds_keywords_reach_the_neurons():
    layer = Layer(2, 3, nonlin=False, bias=False, init="zeros")

    assert layer.activation == "linear"
    assert layer.state_dict() == {f"neurons.{i}.w.{j}": 0.0 for i in range(3) for j in range(2)}
    assert (layer.nin, layer.nout, layer.shape) == (2, 3, "2 -> 3")


def test_a_layer_names_all_its_activations():
    layer = Layer(1, 3)
    layer.neurons[1] = Neuron(1, activation="tanh")

    assert layer.activation == "relu, tanh"


# --- MLPs -----------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 3), widths, st.sampled_from(["relu", "tanh"]))
def test_an_mlp_computes_what_plain_floats_compute(seed, nin, nouts, activation):
    rng = random.Random(seed)
    model = MLP(nin, nouts, activation=activation, rng=rng)
    x = [rng.uniform(-2, 2) for _ in range(nin)]

    outputs = listed(model(x))

    assert [y.data for y in outputs] == by_hand(model, x)
    assert len(outputs) == nouts[-1]


@given(seeds, st.integers(1, 3), widths)
def test_gradients_are_the_measured_slopes(seed, nin, nouts):
    rng = random.Random(seed)
    model = MLP(nin, nouts, activation="tanh", rng=rng)
    x = [Value(rng.uniform(-1, 1)) for _ in range(nin)]

    def loss():
        return sum(y * y for y in listed(model(x)))

    loss().backward()

    h = 1e-6
    for leaf in [*model.parameters(), *x]:
        middle = leaf.data
        leaf.data = middle + h
        above = loss().data
        leaf.data = middle - h
        below = loss().data
        leaf.data = middle
        assert leaf.grad == pytest.approx((above - below) / (2 * h), rel=1e-5, abs=1e-7)


@given(seeds)
def test_the_order_of_hidden_neurons_does_not_matter(seed):
    rng = random.Random(seed)
    model = MLP(2, [4, 1], rng=rng)
    x = [rng.uniform(-1, 1), rng.uniform(-1, 1)]
    before = model(x)
    before.backward()
    grads = {id(p): p.grad for p in model.parameters()}

    order = rng.sample(range(4), 4)
    hidden, last = model.layers[0].neurons, model.layers[1].neurons[0]
    model.layers[0].neurons = [hidden[i] for i in order]
    last.w = [last.w[i] for i in order]
    model.zero_grad()
    after = model(x)
    after.backward()

    assert after.data == pytest.approx(before.data, rel=1e-12, abs=1e-14)
    for p in model.parameters():
        assert p.grad == pytest.approx(grads[id(p)], rel=1e-12, abs=1e-14)


def test_hidden_layers_are_relu_and_the_last_is_linear():
    model = MLP(2, [3, 4, 1])

    assert [layer.activation for layer in model.layers] == ["relu", "relu", "linear"]
    assert [layer.shape for layer in model.layers] == ["2 -> 3", "3 -> 4", "4 -> 1"]
    assert model.shape == "2 -> 3 -> 4 -> 1"


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("tanh", ["tanh", "linear"]),
        (None, ["linear", "linear"]),
        (["tanh", "sigmoid"], ["tanh", "sigmoid"]),
        (("gelu", None), ["gelu", "linear"]),
        (["relu", math.sin], ["relu", "sin"]),
    ],
)
def test_activations_per_layer(given_, expected):
    model = MLP(2, [3, 1], activation=given_)

    assert [layer.activation for layer in model.layers] == expected


@pytest.mark.parametrize(
    ("nouts", "activations", "text"),
    [
        ([3, 1], ["relu"], "MLP(2 -> 3 -> 1) has 2 layers but got 1 activations"),
        ([1], ["relu", "tanh"], "MLP(2 -> 1) has 1 layer but got 2 activations"),
        ([3, 1], [], "MLP(2 -> 3 -> 1) has 2 layers but got 0 activations"),
    ],
)
def test_a_wrong_number_of_activations(nouts, activations, text):
    with refused(ValueError, f"{text}; give one for each layer, or one name for all but the last"):
        MLP(2, nouts, activation=activations)


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="unknown activation 'rlu'; did you mean 'relu'"):
        MLP(2, [3, 1], activation="rlu")


def test_a_hidden_layer_of_one_neuron_works():
    model = MLP(1, [1, 1, 2], activation="tanh", rng=random.Random(0))

    outputs = model([0.5])
    sum(outputs).backward()

    assert [y.data for y in outputs] == by_hand(model, [0.5])
    assert all(p.grad != 0.0 for p in model.parameters())


def test_an_mlp_of_one_output_returns_a_value():
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert len(MLP(2, [3, 2])([1.0, 2.0])) == 2


def test_gradients_reach_the_inputs():
    x = [Value(1.0), constant(2.0)]
    model = MLP(2, [1], init=lambda nin, nout, rng: 3.0)

    model(x).backward()

    assert [xi.grad for xi in x] == [3.0, 0.0]


def test_without_gradients_an_mlp_just_computes():
    model = MLP(2, [3, 1], rng=random.Random(0))

    with no_grad():
        y = model([1.0, 2.0])

    assert (y.kind, y.data) == ("constant", model([1.0, 2.0]).data)


def test_the_network_of_xor():
    """2-3-1, tanh, on the four rows: the numbers that a class works out by hand."""
    model = MLP(2, [3, 1], activation="tanh")
    numbers = [0.5, -1, 0.1, -0.8, 0.4, 0.2, 0.3, 0.9, -0.1, 0.6, -0.5, 0.7, 0.1]
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    rows, targets = [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0]

    errors = [(model(x) - y) ** 2 for x, y in zip(rows, targets, strict=True)]
    loss = sum(errors) / 4.0
    loss.backward()

    assert round(loss.data, 4) == 0.3990
    assert round(model.layers[0].neurons[1].w[0].grad, 4) == -0.0972
    assert round(model((1, 1)).data, 4) == 0.5311


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (Neuron(3), "Neuron(3, relu)"),
        (Layer(3, 2, activation="tanh"), "Layer(3 -> 2, tanh)"),
        (MLP(2, [16, 1]), "MLP(2 -> 16 relu -> 1 linear)"),
    ],
)
def test_repr(module, text):
    assert repr(module) == text


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_is_a_layer_without_an_activation(bias):
    linear, layer = Linear(3, 2, bias, rng=4), Layer(3, 2, activation=None, bias=bias, rng=4)
    x = [0.5, -1.0, 2.0]

    assert isinstance(linear, Layer)
    assert linear.state_dict() == layer.state_dict()
    assert len(linear.parameters()) == (8 if bias else 6)
    assert [y.data for y in linear(x)] == [y.data for y in layer(x)] != [0.0, 0.0]
    assert [y.data for y in linear([-z for z in x])] == [-y.data for y in linear(x)]
    assert {node.op.name for y in linear(x) for node in Graph(y) if node.op} == {"dot"}
    assert Linear(3, 1)(x).__class__ is Value
    with refused(ValueError, "Linear(3 -> 2) got 2 inputs; pass 3 numbers, or build Linear(2, 2)"):
        linear([1.0, 2.0])
    with refused(TypeError, "Linear(nin, nout): nin must be a whole number, got '3'; write 3"):
        Linear("3", 2)


@pytest.mark.parametrize("build", [
    lambda x: Neuron(2, bias=x), lambda x: Layer(2, 3, bias=x), lambda x: Linear(2, 3, x),
    lambda x: MLP(2, [3, 1], bias=x),
])  # fmt: skip
def test_a_bias_is_there_or_not(build):
    with refused(TypeError, "bias must be True or False, got 'no'"):
        build("no")
