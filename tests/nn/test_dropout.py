"""Dropout: what is dropped, what is kept, and that nothing happens in use."""

import copy
import math
import pickle
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant
from autograd import sum as total
from nn import Layer, Sequential
from nn.other_layers import Dropout

from .refusals import refused

seeds = st.integers(0, 2**32)
chances = st.floats(0.0, 1.0) | st.sampled_from([0.0, 0.5, 1.0])
numbers = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8)


def factors(p, seed, count):
    """By the definition, with the draws that a dropout of that seed makes."""
    rng = random.Random(seed)
    return [0.0 if rng.random() < p else 1.0 / (1.0 - p) for _ in range(count)]


@given(chances, seeds, numbers)
def test_each_number_is_dropped_or_divided(p, seed, xs):
    values = [Value(x) for x in xs]

    ys = Dropout(p, rng=random.Random(seed))(values)
    total(ys).backward()

    expected = factors(p, seed, len(xs)) if p else [1.0] * len(xs)
    assert [y.data for y in ys] == [x * factor for x, factor in zip(xs, expected, strict=True)]
    assert [value.grad for value in values] == expected


@given(st.floats(0.05, 0.95), seeds)
def test_as_many_are_dropped_as_p_says_and_the_mean_stays(p, seed):
    n = 4000
    ys = Dropout(p, rng=random.Random(seed))([1.0] * n)

    spread = math.sqrt(p * (1.0 - p) / n)
    assert abs(ys.count(0.0) / n - p) < 6.0 * spread
    assert abs(math.fsum(ys) / n - 1.0) < 6.0 * spread / (1.0 - p)


@given(chances, numbers)
def test_in_use_it_is_the_identity(p, xs):
    dropout = Dropout(p).eval()
    values = [Value(x) for x in xs]
    before = random.getstate()

    assert dropout(values) is values
    assert dropout(xs) is xs
    assert dropout(values[0]) is values[0]
    assert random.getstate() == before


def test_with_p_zero_it_is_the_identity_in_training_too():
    values = [Value(1.0)]
    before = random.getstate()

    assert Dropout(0.0)(values) is values
    assert random.getstate() == before


def test_one_number():
    kept, dropped = random.Random(0), random.Random(3)

    assert (Dropout(rng=kept)(3.0), Dropout(rng=dropped)(3.0)) == (6.0, 0.0)
    assert Dropout(rng=dropped)(Value(3.0)).data == 6.0


@pytest.mark.parametrize("xs", [(1.0, 2.0), range(1, 3), np.array([1.0, 2.0])], ids=str)
def test_any_list(xs):
    assert Dropout(1.0)(xs) == [0.0, 0.0]
    assert Dropout(0.5, rng=random.Random(0))(xs) == [2.0, 4.0]


def test_a_dropped_number_shows_as_a_product_with_zero():
    ys = Dropout(0.5, rng=random.Random(3))([Value(1.0), Value(2.0)])

    for y, factor in zip(ys, (0.0, 2.0), strict=True):
        [node] = [node for node in Graph(y) if node.op is not None]
        assert (node.op.name, node.inputs[1]) == ("mul", factor)


def test_no_gradient_goes_through_what_was_dropped():
    first = Layer(2, 2, activation=None, rng=random.Random(0))
    model = Sequential(first, Dropout(0.5, rng=random.Random(3)), Layer(2, 1, activation=None))

    model([1.0, 2.0]).backward()

    assert [p.grad for p in first.neurons[0].parameters()] == [0.0, 0.0, 0.0]
    assert all(p.grad for p in first.neurons[1].parameters())


def test_without_an_rng_it_is_pythons():
    random.seed(7)
    ys = Dropout(0.3)([1.0] * 6)

    assert Dropout().rng is random
    assert ys == factors(0.3, 7, 6)


def test_two_may_share_an_rng():
    rng = random.Random(5)
    model = Sequential(Dropout(0.5, rng=rng), Dropout(0.5, rng=rng))

    first, second = factors(0.5, 5, 4)[:2], factors(0.5, 5, 4)[2:]
    assert model([1.0, 1.0]) == [a * b for a, b in zip(first, second, strict=True)]
    other = copy.deepcopy(model)
    assert other.layers[0].rng is other.layers[1].rng is not rng


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301 - our own bytes
                         ids=["deepcopy", "pickle"])  # fmt: skip
def test_a_copy_goes_on_with_the_same_draws(copied):
    dropout = Dropout(0.5, rng=random.Random(0))
    dropout([1.0] * 3)

    other = copied(dropout)

    assert other([1.0] * 20) == dropout([1.0] * 20)
    assert copied(Dropout(0.25)).rng is random
    assert not copied(dropout.eval()).training


def test_it_has_nothing_to_save_or_to_freeze():
    model = Sequential(Layer(2, 1), Dropout(0.25))
    model.freeze()

    assert list(model.state_dict()) == [
        "layers.0.neurons.0.w.0", "layers.0.neurons.0.w.1", "layers.0.neurons.0.b"
    ]  # fmt: skip
    assert model.summary().splitlines()[3].split() == ["layers.1", "Dropout", "0", "0"]
    assert repr(model.layers[1]) == "Dropout(0.25)"


def test_constants_stay_constants():
    [y] = Dropout(0.5, rng=random.Random(0))([constant(1.0)])

    assert y.kind == "constant"


@pytest.mark.parametrize(
    ("p", "error", "text"),
    [
        (-0.1, ValueError, "Dropout(p): p is a probability from 0 to 1, got -0.1"),
        (20, ValueError, "Dropout(p): p is a probability from 0 to 1, got 20; write 0.2 for 20 %"),
        (101, ValueError, "Dropout(p): p is a probability from 0 to 1, got 101"),
        (math.inf, ValueError, "Dropout(p): p is a probability from 0 to 1, got inf"),
        (math.nan, ValueError, "Dropout(p): p is a probability from 0 to 1, got nan"),
        (
            "0.5",
            TypeError,
            "Dropout(p) takes a real number, got the str '0.5'; write float('0.5')",
        ),
    ],
)
def test_what_is_no_probability(p, error, text):
    with refused(error, text):
        Dropout(p)


@pytest.mark.parametrize(
    ("x", "what"),
    [("ab", "a str"), (None, "None")],
)
def test_what_is_no_list_of_numbers(x, what):
    with refused(TypeError, f"Dropout takes a number or a list of numbers, got {what}"):
        Dropout()(x)
