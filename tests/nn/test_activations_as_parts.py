"""Activations as parts of a model: of each number, and of a whole list."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, softmax
from autograd import sum as total
from nn import Layer, Sequential
from nn.activations import (
    ELU,
    GELU,
    Activation,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)

from .refusals import refused

numbers = st.floats(-20, 20)
several = st.lists(numbers, min_size=1, max_size=5)

# The module, the name that Activation knows it by, and the same in plain mathematics.
OF_EACH = [
    (ReLU(), "relu", lambda x: max(x, 0.0)),
    (LeakyReLU(), "leaky_relu", lambda x: x if x > 0.0 else 0.01 * x),
    (ELU(), "elu", lambda x: x if x > 0.0 else math.expm1(x)),
    (GELU(), "gelu", lambda x: 0.5 * x * math.erfc(-x / math.sqrt(2.0))),
    (SiLU(), "silu", lambda x: x / (1.0 + math.exp(-x))),
    (Sigmoid(), "sigmoid", lambda x: 1.0 / (1.0 + math.exp(-x))),
    (Softplus(), "softplus", lambda x: math.log1p(math.exp(x))),
    (Tanh(), "tanh", math.tanh),
]
NAMES = [name for _, name, _ in OF_EACH]
EVERY = [module for module, _, _ in OF_EACH] + [LeakyReLU(0.2), ELU(0.5), Softmax(), LogSoftmax()]


def shown(x):
    return [y.data for y in x] if isinstance(x, list) else x.data


# --- of each number -------------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "name", "plain"), OF_EACH, ids=NAMES)
@given(several)
def test_each_computes_what_its_name_does(module, name, plain, xs):
    values = [Value(x) for x in xs]

    assert shown(module(values)) == shown(Activation(name)(values))
    assert shown(module(values)) == pytest.approx([plain(x) for x in xs], rel=1e-9, abs=1e-15)
    assert module(values[0]).data == module(xs[0])
    assert module.activation == name


@pytest.mark.parametrize(("module", "name", "plain"), OF_EACH, ids=NAMES)
@given(numbers.filter(lambda x: abs(x) > 1e-3))
def test_each_has_the_slope_of_its_name(module, name, plain, x):
    assert grad(module)(x) == grad(Activation(name))(x)
    assert grad(module)(x) == pytest.approx(
        (plain(x + 1e-5) - plain(x - 1e-5)) / 2e-5, rel=1e-4, abs=1e-9
    )


@given(numbers, st.floats(-2, 2))
def test_leaky_relu_with_a_slope(x, slope):
    assert LeakyReLU(slope)(x) == (x if x > 0.0 else slope * x)
    assert LeakyReLU(negative_slope=slope).negative_slope == slope


@given(numbers, st.floats(-2, 2))
def test_elu_with_an_alpha(x, alpha):
    expected = x if x > 0.0 else alpha * math.expm1(x)

    assert ELU(alpha)(x) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert ELU(alpha=alpha).alpha == alpha


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: LeakyReLU(math.nan),
            ValueError,
            "LeakyReLU(negative_slope) must be a finite number, got nan",
        ),
        (lambda: ELU(math.inf), ValueError, "ELU(alpha) must be a finite number, got inf"),
        (
            lambda: ELU("1"),
            TypeError,
            "ELU(alpha) must be a number, got '1'",
        ),
    ],
    ids=["nan", "inf", "str"],
)
def test_what_is_no_slope(build, error, text):
    with refused(error, text):
        build()


# --- of a whole list ------------------------------------------------------------------------------


@given(several)
def test_softmax_and_its_logarithm(xs):
    largest = max(xs)
    parts = [math.exp(x - largest) for x in xs]
    expected = [part / sum(parts) for part in parts]
    values = [Value(x) for x in xs]

    assert shown(Softmax()(values)) == shown(softmax(values))
    assert shown(Softmax()(values)) == pytest.approx(expected, rel=1e-9)
    assert [math.exp(y) for y in shown(LogSoftmax()(values))] == pytest.approx(expected, rel=1e-9)
    assert Softmax()(tuple(xs)) == Softmax()(np.array(xs)) == softmax(xs)


@given(several, st.data())
def test_the_slopes_of_softmax(xs, data):
    """dpₖ/dxᵢ = pₖ · ((1 if i is k else 0) − pᵢ)."""
    k = data.draw(st.integers(0, len(xs) - 1))
    ps = softmax(xs)

    slopes = grad(lambda xs: Softmax()(xs)[k])(xs)
    log_slopes = grad(lambda xs: LogSoftmax()(xs)[k])(xs)

    minus = [(i == k) - p for i, p in enumerate(ps)]
    assert log_slopes == pytest.approx(minus, rel=1e-9, abs=1e-12)
    assert slopes == pytest.approx([ps[k] * m for m in minus], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("name", "kind"), [("softmax", Softmax), ("log_softmax", LogSoftmax)])
def test_their_names_work_in_sequential(name, kind):
    model = Sequential(Layer(2, 3, nonlin=False), name)

    assert type(model.layers[1]) is kind
    assert model.layers[1].activation == name
    outputs = shown(model([1.0, 2.0]))
    assert sum(outputs if name == "softmax" else map(math.exp, outputs)) == pytest.approx(1.0)


def test_sequential_offers_softmax_by_name():
    with pytest.raises(ValueError, match=r"unknown activation 'softmx'; did you mean 'softmax'\?"):
        Sequential(Layer(2, 3), "softmx")


def test_a_neuron_has_no_softmax():
    text = (
        "softmax needs all outputs of a layer, but an activation gets one; make it a separate "
        'part: Sequential(Layer(2, 3, nonlin=False), "softmax")'
    )

    with refused(ValueError, text):
        Layer(2, 3, activation="softmax")


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", EVERY, ids=repr)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301 - our own bytes
                         ids=["deepcopy", "pickle"])  # fmt: skip
def test_a_copy_computes_the_same(module, copied):
    other = copied(module)

    assert type(other) is type(module)
    assert other([-1.5, 0.5]) == module([-1.5, 0.5])
    assert repr(other) == repr(module)


def test_repr():
    assert [repr(module) for module in EVERY] == [
        "ReLU()", "LeakyReLU(0.01)", "ELU(1.0)", "GELU()", "SiLU()", "Sigmoid()", "Softplus()",
        "Tanh()", "LeakyReLU(0.2)", "ELU(0.5)", "Softmax()", "LogSoftmax()",
    ]  # fmt: skip


def test_their_rows_in_a_summary():
    model = Sequential(Layer(2, 3, activation=None), ReLU(), LeakyReLU(0.2), "softmax")

    assert (
        model.summary()
        == """\
part      kind       shape   activation  parameters  frozen
--------  ---------  ------  ----------  ----------  ------
layers.0  Layer      2 -> 3  linear               9       0
layers.1  ReLU               relu                 0       0
layers.2  LeakyReLU          leaky_relu           0       0
layers.3  Softmax            softmax              0       0
total                                             9       0"""
    )


def test_functions_of_autograd_stay_what_they_are():
    """A function gets all at once, and a row of the table each number, as before."""
    model = Sequential(Layer(2, 3), autograd.tanh, softmax, total)

    assert model([1.0, 2.0]).data == pytest.approx(1.0)
    assert repr(model.layers[1]) == "Activation(tanh)"
