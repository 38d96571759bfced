"""What counts as a number (point 1 of the contract), and what the others are told."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, constant
from autograd.numbers import is_number, real

from .helpers import refused

SCALARS = [
    np.float16, np.float32, np.float64, np.longdouble, np.int8, np.int16, np.int32, np.int64,
    np.uint8, np.uint16, np.uint32, np.uint64, np.bool_,
]  # fmt: skip

NOT_NUMBERS = [None, "2", b"2", 1j, [2.0], (2.0,), {}, object(), np.array([1.0]), np.array(1.0),
               np.complex64(1), np.str_("2"), np.datetime64("2020"), Value(1.0)]  # fmt: skip


@pytest.mark.parametrize("scalar", SCALARS)
def test_every_real_numpy_scalar_is_a_number(scalar):
    assert is_number(scalar(1))
    assert real(scalar(1)) == 1.0
    assert type(real(scalar(1))) is float
    assert Value(scalar(1)).data == 1.0


@pytest.mark.parametrize("x", [3, True, 2.5, Fraction(5, 2), Decimal("2.5"), -0.0, math.inf])
def test_every_real_python_number_is_a_number(x):
    assert is_number(x)
    assert real(x) == x
    assert type(real(x)) is float


@given(x=st.fractions())
def test_a_fraction_is_rounded_once(x):
    """float(Fraction) is the nearest double; numerator / denominator would round it too."""
    nearest = real(x)
    error = abs(Fraction(nearest) - x)

    assert error <= abs(Fraction(math.nextafter(nearest, math.inf)) - x)
    assert error <= abs(Fraction(math.nextafter(nearest, -math.inf)) - x)


@pytest.mark.parametrize("x", NOT_NUMBERS, ids=lambda x: type(x).__name__)
def test_nothing_else_is_a_number(x):
    assert not is_number(x)
    with pytest.raises(TypeError, match=r"^Value\(x\) takes a real number, got "):
        real(x)


TOLD = [
    ("x", "the str 'x'; write float('x')"),
    (None, "None; write 0.0 if zero is meant"),
    (1j, "the complex number 1j; write 1j.real, or compute with two Values"),
    (
        np.complex64(1),
        (
            "the complex number np.complex64(1+0j); write np.complex64(1+0j).real, or compute with "
            "two Values"
        ),
    ),
    (Value(2.0), "a Value; use it as it is, or write v.data for its number"),
    (constant(2.0), "a Constant; use it as it is, or write v.data for its number"),
    (np.zeros((2, 3)), "an array of shape (2, 3); write [Value(x) for x in array]"),
    (np.array(3.0), "an array of shape (); write array.item()"),
    ([1, 2], "a list; write [Value(x) for x in [1, 2]]"),
    ((1, 2), "a tuple; write [Value(x) for x in (1, 2)]"),
    ([1, 2, 3], "a list; write [Value(x) for x in [1, 2, 3]]"),
    ([1, 2, 3, 4], "a list; write [Value(x) for x in ...]"),
    (b"x", "a bytes: b'x'"),
    ({"a": 1}, "a dict: {'a': 1}"),
]


@pytest.mark.parametrize(("x", "told"), TOLD, ids=lambda x: type(x).__name__)
def test_a_wrong_number_is_told_what_to_write(x, told):
    with refused(TypeError, f"Value(x) takes a real number, got {told}"):
        Value(x)


def test_a_long_thing_is_not_printed_whole():
    with pytest.raises(TypeError) as caught:
        Value({i: i for i in range(1000)})

    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda v: setattr(v, "grad", None), "grad takes a real number, got None; write 0.0 if"),
        (lambda v: setattr(v, "grad", Value(1.0)), "grad takes a real number, got a Value; use"),
        (lambda v: setattr(v, "data", "1"), "data takes a real number, got the str '1'; write"),
        (lambda v: setattr(v, "data", Value(1.0)), "data takes a real number, got a Value; use"),
        (lambda v: v.backward("1"), "a seed takes a real number, got the str '1'; write float"),
        (lambda v: v.backward(Value(1.0)), "a seed takes a real number, got a Value; use it as"),
    ],
)
def test_the_error_names_what_the_number_was_for(change, text):
    v = Value(2.0)
    with pytest.raises(TypeError) as caught:
        change(v)

    assert str(caught.value).startswith(text)
    assert (v.data, v.grad) == (2.0, 0.0)


def test_a_list_for_a_single_number_is_not_advised_to_become_values():
    """``[Value(x) for x in …]`` is the cure for Value([1, 2]), not for ``v.grad = [1.0]``."""
    v = Value(2.0)
    with refused(TypeError, "grad takes a real number, got a list"):
        v.grad = [1.0]
    with refused(TypeError, "data takes a real number, got an array of shape (1,)"):
        v.data = np.array([1.0])


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (10**400, "int"),
        (-(10**400), "int"),
        (Fraction(10**400, 3), "Fraction"),
        (Decimal("1e400"), "Decimal"),
        (np.longdouble("1e4000"), "longdouble"),
    ],
)
def test_a_finite_number_beyond_the_doubles_is_refused_not_made_infinite(x, kind):
    with refused(
        OverflowError,
        f"Value(x) takes numbers that fit a double (up to 1.8e308), got a larger {kind}; "
        "write math.inf if infinity is meant",
    ):
        Value(x)


@pytest.mark.parametrize("x", [math.inf, -math.inf, Decimal("inf"), np.float32("-inf")])
def test_infinity_itself_is_a_number(x):
    assert Value(x).data == x


@pytest.mark.parametrize("x", [math.nan, Decimal("nan"), np.float16("nan")])
def test_nan_is_a_number(x):
    assert math.isnan(Value(x).data)


@pytest.mark.parametrize("x", [Decimal("sNaN"), np.timedelta64(3, "s")])
def test_what_only_looks_like_a_number_is_a_type_error_of_ours(x):
    with pytest.raises(TypeError, match=r"^Value\(x\) takes a real number, got a "):
        Value(x)
    with pytest.raises(TypeError):
        Value(2.0) * x


def test_the_smallest_doubles_survive():
    tiny = math.ulp(0.0)

    assert Value(tiny).data == tiny
    assert Value(Fraction(tiny)).data == tiny
    assert Value(Decimal(tiny)).data == tiny
