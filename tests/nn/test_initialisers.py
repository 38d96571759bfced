"""How weights begin."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import MLP, Layer, Neuron
from nn.activations import activation
from nn.initialisers import INITIALISERS, drawn, he, initialiser, uniform, xavier, zeros

from .refusals import refused

sizes = st.integers(1, 300)


@given(sizes, sizes, st.integers(0, 2**32))
def test_xavier_stays_within_its_bound(nin, nout, seed):
    bound = math.sqrt(6.0 / (nin + nout))

    assert abs(xavier(nin, nout, random.Random(seed))) <= bound


@pytest.mark.parametrize(
    ("function", "variance"), [(uniform, 1 / 3), (xavier, 2 / (50 + 10)), (he, 2 / 50)]
)
def test_the_variance_is_the_papers(function, variance):
    rng = random.Random(0)

    draws = [function(50, 10, rng) for _ in range(20_000)]

    assert statistics.variance(draws) == pytest.approx(variance, rel=0.03)
    assert statistics.mean(draws) == pytest.approx(0.0, abs=4 * math.sqrt(variance / 20_000))


def test_zeros():
    assert [p.data for p in MLP(2, [2, 1], init="zeros").parameters()] == [0.0] * 9
    assert zeros(3, 3, random) == 0.0


@pytest.mark.parametrize("name", INITIALISERS)
def test_a_name_is_its_function(name):
    assert initialiser(name, activation("relu")) is INITIALISERS[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, he) for name in ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus")],
        *[(name, xavier) for name in ("tanh", "sigmoid", "linear")],
        (lambda x: x, xavier),
    ],
)
def test_auto_chooses_what_suits_the_activation(name, expected):
    assert initialiser("auto", activation(name)) is expected


def test_the_same_seed_gives_the_same_model():
    one = MLP(3, [4, 2], rng=random.Random(7)).state_dict()

    assert one == MLP(3, [4, 2], rng=random.Random(7)).state_dict()
    assert one != MLP(3, [4, 2], rng=random.Random(8)).state_dict()


def test_without_rng_the_global_one_is_drawn_from():
    random.seed(3)
    one = MLP(3, [2]).state_dict()
    random.seed(3)

    assert MLP(3, [2]).state_dict() == one


def test_an_explicit_rng_leaves_the_global_one_alone():
    random.seed(3)
    state = random.getstate()

    MLP(3, [4, 2], rng=random.Random(7))

    assert random.getstate() == state


def test_uniform_draws_what_micrograd_draws():
    random.seed(1337)
    expected = [random.uniform(-1, 1) for _ in range(2 * 3 + 3 * 1)]
    random.seed(1337)
    model = MLP(2, [3, 1], init="uniform")

    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert weights == expected
    assert all(neuron.b.data == 0.0 for layer in model.layers for neuron in layer.neurons)


def test_a_function_is_told_the_sizes_and_asked_in_order():
    asked = []

    def count(nin, nout, rng):
        asked.append((nin, nout, rng))
        return len(asked)

    rng = random.Random(0)
    model = MLP(2, [3, 1], init=count, rng=rng)

    assert [p.data for p in model.parameters()] == [1, 2, 0, 3, 4, 0, 5, 6, 0, 7, 8, 9, 0]
    assert asked == [(2, 3, rng)] * 6 + [(3, 1, rng)] * 3


def test_the_width_of_a_layer_reaches_xavier():
    layer = Layer(3, 5, init="xavier", rng=random.Random(1))
    rng = random.Random(1)

    assert [w.data for n in layer.neurons for w in n.w] == [xavier(3, 5, rng) for _ in range(15)]
    assert Neuron(3, init="xavier", rng=random.Random(1)).w[0].data == xavier(
        3, 1, random.Random(1)
    )


def test_an_unknown_name():
    text = (
        "unknown initialiser 'xavir'; did you mean 'xavier'? There are: auto, uniform, xavier, he, "
        "zeros"
    )

    for build in (lambda: Neuron(2, init="xavir"), lambda: MLP(2, [1], init="xavir")):
        with refused(ValueError, text):
            build()


def test_what_is_neither_name_nor_function():
    text = (
        "the initialiser must be a name, or a function (nin, nout, rng) -> float, got 0.5; there "
        "are: auto, uniform, xavier, he, zeros"
    )

    with refused(TypeError, text):
        Neuron(2, init=0.5)


def test_what_a_function_returns_is_checked():
    def forgot(nin, nout, rng):
        pass

    with refused(
        TypeError, "the initialiser forgot must return a number for each weight, got None"
    ):
        Layer(2, 1, init=forgot)
    assert drawn(lambda nin, nout, rng: 1, 1, 1, random) == 1.0
