"""The functions that users import: what they take, and what they refuse."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import (
    DomainError,
    Value,
    constant,
    is_constant,
    no_grad,
    ops,
)
from autograd.functions import Gathered

from .helpers import ORDINARY, refused

# --- with a default, or a check of its own --------------------------------------------------------


@given(x=ORDINARY, low=ORDINARY, high=ORDINARY)
def test_clip_stays_between_its_ends(x, low, high):
    assume(low <= high)
    v, a, b = Value(x), Value(low), Value(high)
    y = autograd.clip(v, a, b)
    y.backward()

    assert y.data == min(max(x, low), high)
    assert (v.grad, a.grad, b.grad) == (float(low <= x <= high), float(x < low), float(x > high))


def test_clip_refuses_ends_in_the_wrong_order():
    text = "clip({}, 3.0, 1.0) is not a finite real number; clip needs low <= high"
    with refused(DomainError, text.format("2.0")):
        autograd.clip(Value(2.0), 3.0, 1.0)
    with refused(DomainError, text.format("5.0")):
        autograd.clip(5.0, 3.0, 1.0)
    with refused(DomainError, text.format("5.0")):
        autograd.clip(5.0, Value(3.0), 1)
    with refused(TypeError, "clip takes a real number, got the str 'x'; write float('x')"):
        autograd.clip("x", 0.0, 1.0)


def test_clip_of_plain_numbers_and_at_its_ends():
    assert [autograd.clip(x, 0.0, 1.0) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0, 0, 0.5, 1, 1]
    assert math.isnan(autograd.clip(math.nan, 0.0, 1.0))
    assert autograd.clip(Value(2.0), 1.0, math.inf).data == 2.0


def test_defaults():
    assert autograd.leaky_relu(Value(-2.0)).data == -0.02
    assert autograd.elu(Value(-1.0)).data == math.expm1(-1.0)
    slope, alpha = Value(0.1), Value(2.0)
    (autograd.leaky_relu(-3.0, slope) + autograd.elu(-1.0, alpha)).backward()
    assert (slope.grad, alpha.grad) == (-3.0, math.expm1(-1.0))


def test_what_a_gradient_can_flow_to():
    assert is_constant(2.0)
    assert is_constant(constant(2.0))
    assert is_constant(constant(2.0) * 3.0)
    assert not is_constant(Value(2.0))
    assert not is_constant(Value(2.0) * 3.0)
    with no_grad():
        assert is_constant(Value(2.0) * 3.0)


# --- plain numbers, and what is none --------------------------------------------------------------


@given(x=st.floats(0.1, 0.9))
def test_on_plain_numbers_a_row_gives_a_plain_number(x):
    for name in ("exp", "tanh", "relu", "sigmoid", "log", "sqrt"):
        result = getattr(autograd, name)(x)

        assert type(result) is float
        assert result == getattr(Value(x), name)().data


ARRAYS = [
    np.array([1.0, 2.0]),
    np.array([1.0]),
    np.array([Value(1.0), Value(2.0)]),
    np.ones((2, 2)),
]
UNARY = ["exp", "relu", "sigmoid", "abs", "sign", "floor", "tanh", "softplus", "silu", "gelu"]


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_a_row_takes_single_numbers(name, array):
    text = (
        f"{name} takes single numbers, got an array of shape {array.shape}; write "
        f"[{name}(x) for x in array], or NumPy's function of that name"
    )
    with refused(TypeError, text):
        getattr(autograd, name)(array)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("x", ["x", None, 1j, [1.0], {}], ids=repr)
def test_a_row_takes_numbers(name, x):
    kind = type(x).__name__
    with refused(TypeError, f"{name} takes Values or real numbers, got {kind}"):
        getattr(autograd, name)(x)


@pytest.mark.parametrize("row", [ops.add, ops.mul, ops.maximum, ops.hypot, ops.div, ops.pow_])
@pytest.mark.parametrize("bad", ["x", None, 1j, [1.0]], ids=repr)
def test_a_row_of_two_takes_numbers(row, bad):
    kind = type(bad).__name__
    for x in (2.0, Value(2.0), bad):
        with refused(
            TypeError, f"{row.name} takes Values or real numbers, got {type(x).__name__}, {kind}"
        ):
            row(x, bad)


@pytest.mark.parametrize("x", [2.0, Value(2.0), 3], ids=repr)
def test_a_row_takes_as_many_operands_as_it_has(x):
    with refused(TypeError, "hypot takes 2 operands, got 1"):
        autograd.hypot(x)
    with refused(TypeError, "hypot takes 2 operands, got 3"):
        autograd.hypot(x, x, x)
    with refused(TypeError, "exp takes 1 operand, got 2"):
        autograd.exp(x, x)
    with refused(TypeError, "exp takes 1 operand, got 0"):
        autograd.exp()
    with refused(TypeError, "log takes 1 operand, got 2"):
        autograd.log(x, 10.0)


# --- what only looks like a Value -----------------------------------------------------------------


class Lookalike:
    """It has what a Value has inside, and is none."""

    _z = _data = data = 2.0
    _row = None

    def __repr__(self):
        return "Lookalike()"


OF_SEVERAL = {
    "sum": autograd.sum,
    "mean": autograd.mean,
    "prod": autograd.prod,
    "logsumexp": autograd.logsumexp,
    "softmax": autograd.softmax,
    "log_softmax": autograd.log_softmax,
    "dot": lambda xs: autograd.dot(xs, [1.0, 1.0, 1.0]),
    "the inputs of dot": lambda xs: autograd.dot([1.0, 1.0, 1.0], xs),
    "the inputs of a layer": lambda xs: autograd.dot([Value(1.0)] * 3, Gathered(xs)),
}


@pytest.mark.parametrize("name", OF_SEVERAL)
@pytest.mark.parametrize(
    "alien", [Lookalike(), np.ma.array(2.0), np.ma.masked, np.array(2.0), "2", None, 2j], ids=repr
)
def test_what_is_no_number_is_refused_at_the_call(name, alien):
    for xs in ([Value(1.0), alien, 2.0], [Value(1.0), alien, Value(2.0)], [3.0, alien, 2.0]):
        with pytest.raises(TypeError, match="takes a real number, got"):
            OF_SEVERAL[name](xs)


# --- exp2 and logaddexp ---------------------------------------------------------------------------


def near(found, exact, units):
    """Within so many units in the last place."""
    return abs(mpmath.mpf(found) - exact) <= units * max(math.ulp(float(exact)), 5e-324)


@given(x=st.floats(-1073.0, 1023.0) | st.sampled_from([1e-300, -1e-17, 1023.999, -1022.5, 0.0]))
def test_exp2_keeps_all_digits(x):
    v = Value(x)
    y = autograd.exp2(v)
    y.backward()
    with mpmath.workdps(50):
        exact = mpmath.mpf(2) ** mpmath.mpf(x)

        assert near(y.data, exact, 1)
        assert near(v.grad, exact * mpmath.log(2), 2)
    assert (autograd.exp2(x), Value(x).exp2().data) == (y.data, y.data)
    assert autograd.derivative(autograd.exp2, 2)(x) == pytest.approx(y.data * math.log(2.0) ** 2)


FAR_APART = [
    (0.0, -40.0),
    (0.0, -745.0),
    (1e300, 1.0),
    (-1e300, -1e300),
    (800.0, 801.0),
    (3.0, 3.0),
]


@pytest.mark.parametrize(("x", "y"), [*FAR_APART, *[(y, x) for x, y in FAR_APART]])
def test_logaddexp_keeps_its_digits(x, y):
    a, b = Value(x), Value(y)
    z = autograd.logaddexp(a, b)
    z.backward()
    with mpmath.workdps(800):
        difference = mpmath.exp(-abs(mpmath.mpf(x) - y)) if abs(x - y) < 1e4 else mpmath.mpf(0)
        exact = max(x, y) + mpmath.log1p(difference)
        larger = 1 / (1 + difference)
        slopes = (larger, 1 - larger) if x >= y else (1 - larger, larger)

        assert near(z.data, exact, 2)
        assert near(a.grad, slopes[0], 4)
        assert near(b.grad, slopes[1], 4)
    assert autograd.logaddexp(x, y) == z.data


def test_logaddexp_at_infinities():
    inf = math.inf
    found = [autograd.logaddexp(*xs) for xs in ((-inf, -inf), (-inf, 2.0), (inf, 1.0), (inf, -inf))]

    assert found == [-inf, 2.0, inf, inf]


@pytest.mark.parametrize("name", ["exp2", "logaddexp"])
def test_what_is_no_number_is_refused(name):
    arguments = ("x", 1.0)[: 1 + (name == "logaddexp")]
    with refused(TypeError, f"{name} takes a real number, got the str 'x'; write float('x')"):
        getattr(autograd, name)(*arguments)


def test_numpys_names_lead_there():
    v, w = Value(3.0), Value(1.0)

    assert np.exp2(v).data == np.exp2(np.array([v]))[0].data == np.exp2(3.0)
    assert np.logaddexp(v, w).data == np.logaddexp(autograd.array([v]), 1.0)[0].data
    assert np.logaddexp(v, w).data == autograd.logaddexp(v, w).data
    assert (7.0 % v).data == np.remainder(7.0, v).data == np.remainder(np.array([7.0]), v)[0].data
    assert (np.array([v]) % 2)[0].data == (autograd.array([v]) % 2)[0].data == 1.0
