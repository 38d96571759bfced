"""What users hand to networks: sizes when they build them, numbers when they run them."""

import array
import math
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, constant
from nn import MLP, Layer, Neuron
from nn.checks import gathered, size

from .refusals import refused

MODEL = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    "x",
    [
        [1, -2],
        (1.0, -2.0),
        [True, -2],
        [Fraction(1), Decimal(-2)],
        [Value(1.0), Value(-2.0)],
        [Value(1.0), -2],
        [constant(1.0), np.float64(-2.0)],
        np.array([1.0, -2.0]),
        np.array([1, -2], dtype=np.int8),
        np.array([1, -2], dtype=np.float32),
        np.array([Value(1.0), -2.0], dtype=object),
        array.array("d", [1.0, -2.0]),
        range(1, -5, -3),
        pytest.param(iter([1.0, -2.0]), id="iterator"),
    ],
    ids=repr,
)
def test_any_sequence_of_real_numbers_is_an_example(x):
    assert MODEL(x).data == MODEL([1.0, -2.0]).data


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_finite_numbers_pass(xs):
    assert gathered(xs, Neuron(len(xs))) == xs


def test_values_are_not_checked_for_what_they_hold():
    neuron = Neuron(1, activation=None, init=lambda nin, nout, rng: 1.0)

    assert math.isnan(neuron([Value(NAN)]).data)
    assert neuron([Value(INF)]).data == INF


def test_one_input_may_come_without_its_list():
    model = MLP(1, [2, 1], rng=random.Random(0))

    expected = model([2.0]).data
    assert [model(x).data for x in (2, 2.0, Value(2.0), np.float64(2.0))] == [expected] * 4


WIDTHS = [
    (Neuron(3), "Neuron(3) got 2 inputs; pass 3 numbers, or build Neuron(2)"),
    (Neuron(1), "Neuron(1) got 2 inputs; pass 1 number, or build Neuron(2)"),
    (Layer(3, 2), "Layer(3 -> 2) got 2 inputs; pass 3 numbers, or build Layer(2, 2)"),
    (
        MLP(3, [16, 1]),
        "MLP(3 -> 16 -> 1) got 2 inputs; pass 3 numbers, or build MLP(2, [16, 1])",
    ),
]


@pytest.mark.parametrize(("unit", "text"), WIDTHS)
def test_a_wrong_width(unit, text):
    for x in ([1.0, 2.0], (Value(1.0), 2.0), np.array([1.0, 2.0])):
        with refused(ValueError, text):
            unit(x)


@pytest.mark.parametrize(
    ("x", "error", "text"),
    [
        ([], ValueError, "got no inputs; pass 2 numbers"),
        ([1.0], ValueError, "got 1 input; pass 2 numbers, or build MLP(1, [3, 1])"),
        ([1.0, NAN], ValueError, "got nan as input 1; inputs must be finite: check the data"),
        ([NAN, 1], ValueError, "got nan as input 0; inputs must be finite: check the data"),
        ([1, -INF], ValueError, "got -inf as input 1; inputs must be finite: check the data"),
        (
            np.array([INF, NAN]),
            ValueError,
            "got inf as input 0; inputs must be finite: check the data",
        ),
        (3.0, TypeError, "takes a list of 2 numbers, got 3.0"),
        (np.array(3.0), TypeError, "takes a list of 2 numbers, got a ndarray"),
        (None, TypeError, "takes a list of 2 numbers, got None"),
        (Value(3.0), TypeError, "takes a list of 2 numbers, got a Value"),
        ("ab", TypeError, "takes a list of 2 numbers, got a str"),
        ({1.0, 2.0}, TypeError, "takes a list of 2 numbers, got a set"),
        ({"a": 1.0, "b": 2.0}, TypeError, "takes a list of 2 numbers, got a dict"),
        ([1.0, "2"], TypeError, "takes numbers and Values, got '2' as input 1"),
        ([1.0, None], TypeError, "takes numbers and Values, got None as input 1"),
        ([1.0, 1j], TypeError, "takes numbers and Values, got 1j as input 1"),
        *[
            (
                rows,
                TypeError,
                (
                    f"takes one example, a list of 2 numbers, but got {what}; write "
                    f"[model(x) for x in {each}], or model.predict(X)"
                ),
            )
            for rows, what, each in (
                ([[1.0, 2.0], [3.0, 4.0]], "a list of lists", "X"),
                ([[1.0, 2.0]], "a list of lists", "X"),
                (np.zeros((5, 2)), "a ndarray of shape (5, 2)", "X"),
                (
                    pd.DataFrame({"a": [1.0], "b": [2.0]}),
                    "a DataFrame of shape (1, 2)",
                    "X.to_numpy()",
                ),
                (pd.DataFrame({"a": [1.0]}), "a DataFrame of shape (1, 1)", "X.to_numpy()"),
            )
        ],
    ],
    ids=repr,
)
def test_what_is_no_example(x, error, text):
    with refused(error, f"MLP(2 -> 3 -> 1) {text}"):
        MODEL(x)


PARTS = [
    (Neuron(2), "Neuron(2) takes one example, a list of 2 numbers"),
    (nn.LayerNorm(2), "LayerNorm(2) takes one example, a list of 2 numbers"),
    (nn.data.Standardise.of([[1, 2]]), "Standardise(2) takes one example, a list of 2 numbers"),
    (nn.Tanh(), "Tanh takes one example, a number or a list of numbers"),
    (nn.Dropout(), "Dropout takes one example, a number or a list of numbers"),
    (nn.Softmax(), "Softmax takes one example, a list of numbers"),
    (nn.LogSoftmax(), "LogSoftmax takes one example, a list of numbers"),
]


@pytest.mark.parametrize(("part", "text"), PARTS, ids=[repr(part) for part, _ in PARTS])
def test_no_part_takes_a_batch(part, text):
    rows = [[1.0, 2.0], [3.0, 4.0]]
    for batch, what in (
        (rows, "a list of lists"),
        (np.array(rows), "a ndarray of shape (2, 2)"),
        ([np.array(row) for row in rows], "a list of lists"),
    ):
        with refused(
            TypeError, f"{text}, but got {what}; write [model(x) for x in X], or model.predict(X)"
        ):
            part(batch)


@pytest.mark.parametrize("n", [1, 7, np.int64(3)])
def test_a_size(n):
    assert size(n, "n") == n
    assert type(size(n, "n")) is int


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (lambda: Neuron(0), ValueError, "Neuron(nin): nin must be at least 1, got 0"),
        (
            lambda: Neuron(2.0),
            TypeError,
            "Neuron(nin): nin must be a whole number, got 2.0; write 2",
        ),
        (
            lambda: Neuron("2"),
            TypeError,
            "Neuron(nin): nin must be a whole number, got '2'; write 2",
        ),
        (lambda: Neuron(nin=True), TypeError, "Neuron(nin): nin must be a whole number, got True"),
        (lambda: Layer(-1, 2), ValueError, "Layer(nin, nout): nin must be at least 1, got -1"),
        (lambda: Layer(2, 0), ValueError, "Layer(nin, nout): nout must be at least 1, got 0"),
        (
            lambda: Layer(2, None),
            TypeError,
            "Layer(nin, nout): nout must be a whole number, got None",
        ),
        (lambda: MLP(0, [1]), ValueError, "MLP(nin, nouts): nin must be at least 1, got 0"),
        (lambda: MLP(2, [3, 0]), ValueError, "MLP(nin, nouts): nouts[1] must be at least 1, got 0"),
        (
            lambda: MLP(2, [3, 1.5]),
            TypeError,
            "MLP(nin, nouts): nouts[1] must be a whole number, got 1.5",
        ),
        (
            lambda: MLP(2, []),
            ValueError,
            "MLP(2, []) has no layers; nouts has the size of each, as in MLP(2, [16, 1])",
        ),
        (
            lambda: MLP(2, 16),
            TypeError,
            (
                "MLP(nin, nouts): nouts is a list with the size of each layer, got 16; write "
                "MLP(2, [16])"
            ),
        ),
        (
            lambda: MLP(2, "16"),
            TypeError,
            (
                "MLP(nin, nouts): nouts is a list with the size of each layer, got '16'; write "
                "MLP(2, ['16'])"
            ),
        ),
    ],
)
def test_what_is_no_size(build, error, text):
    with refused(error, text):
        build()
