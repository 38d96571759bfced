"""Operators from both sides, and the protocols that would lose the gradient (points 1 and 2)."""

import cmath
import math
import operator
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import autograd
from autograd import Constant, Value, constant, ops
from autograd.arithmetic import Arithmetic

from .helpers import refused

BINARY = {
    "+": (operator.add, ops.add),
    "-": (operator.sub, ops.sub),
    "*": (operator.mul, ops.mul),
    "/": (operator.truediv, ops.div),
    "**": (operator.pow, ops.pow_),
}
NUMBERS = [3, 2.5, bool(1), Fraction(5, 2), Decimal("2.5"), np.float64(2.5), np.float32(2.5),
           np.float16(2.5), np.int64(3), np.uint8(3), np.bool_(1), np.longdouble(2.5)]  # fmt: skip
EVERY_OPERATOR = pytest.mark.parametrize("sign", BINARY)
EVERY_NUMBER = pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)


# --- from both sides ------------------------------------------------------------------------------


@EVERY_OPERATOR
@EVERY_NUMBER
def test_a_number_on_the_right(sign, number):
    compute, row = BINARY[sign]
    v = Value(1.5)
    result = compute(v, number)

    assert isinstance(result, Value)
    assert result.op is row
    assert result.data == compute(1.5, float(number))
    assert result.operands[0] is v
    assert result.operands[1].data == float(number)


@EVERY_OPERATOR
@EVERY_NUMBER
def test_a_number_on_the_left(sign, number):
    compute, row = BINARY[sign]
    v = Value(1.5)
    result = compute(number, v)

    assert isinstance(result, Value)
    assert result.op is row
    assert result.data == compute(float(number), 1.5)
    assert result.operands[0].data == float(number)
    assert result.operands[1] is v


@EVERY_OPERATOR
@given(x=st.floats(0.1, 10.0), y=st.floats(0.1, 10.0), left=st.sampled_from([Value, constant]))
def test_both_gradients_of_every_operator(sign, x, y, left):
    """d(x∘y)/dx and /dy as a textbook gives them, whichever operand is a constant."""
    compute, _ = BINARY[sign]
    a, b = left(x), Value(y)
    compute(a, b).backward()
    textbook = {
        "+": (1.0, 1.0),
        "-": (1.0, -1.0),
        "*": (y, x),
        "/": (1 / y, -x / y**2),
        "**": (y * x ** (y - 1), x**y * math.log(x)),
    }[sign]

    assert b.grad == pytest.approx(textbook[1], rel=1e-12)
    assert a.grad == (pytest.approx(textbook[0], rel=1e-12) if left is Value else 0.0)


def test_unary_operators():
    v = Value(-2.5)

    assert (-v).data == 2.5
    assert abs(v).data == 2.5
    assert math.floor(v).data == -3.0
    assert math.ceil(v).data == -2.0
    assert +v is v


def test_unary_operators_keep_the_gradient():
    for compute, slope in ((operator.neg, -1.0), (abs, -1.0), (operator.pos, 1.0)):
        v = Value(-2.5)
        compute(v).backward()

        assert v.grad == slope


def test_in_place_operators_make_new_nodes():
    v = Value(2.0)
    w = v
    w += 1.0
    w *= 3.0

    assert (v.data, w.data) == (2.0, 9.0)
    w.backward()
    assert v.grad == 3.0


def test_a_constant_is_not_recorded_with_a_plain_number():
    c = constant(2.0)
    for result in (c + 1, 1 + c, c * 2, 2 * c, c - 1, 1 - c, c / 2, 2 / c, c**2, 2**c, -c, abs(c)):
        assert isinstance(result, Constant)


def test_builtins_that_add_and_choose_keep_the_gradient():
    """``sum`` starts from the int 0; ``max`` and ``sorted`` compare."""
    a, b, c = Value(1.0), Value(3.0), Value(2.0)
    total = sum([a, b, c])
    total.backward()

    assert (total.data, a.grad, b.grad, c.grad) == (6.0, 1.0, 1.0, 1.0)
    assert max(a, b, c) is b
    assert min([a, b, c]) is a
    assert sorted([a, b, c]) == [a, c, b]


@EVERY_OPERATOR
@pytest.mark.parametrize("other", [None, "x", 1j, [], {}, object()], ids=lambda x: type(x).__name__)
def test_operators_refuse_other_things(sign, other):
    compute, _ = BINARY[sign]
    for call in (lambda: compute(Value(2.0), other), lambda: compute(other, Value(2.0))):
        with pytest.raises(TypeError):
            call()


@given(x=st.floats(-1e6, 1e6), y=st.floats(-1e3, 1e3))
@example(x=-1e-20, y=1.0)
@example(x=1.0, y=0.1)
def test_remainders_and_rounded_quotients_are_pythons(x, y):
    assume(abs(y) > 1e-3)
    for compute in (operator.mod, operator.floordiv):
        for a, b in ((Value(x), Value(y)), (Value(x), y), (x, Value(y))):
            assert compute(a, b).data == compute(x, y)
    a, b = Value(x), Value(y)
    (10.0 * (a % b) + a // b).backward()

    assert a.grad == 10.0
    assert b.grad == -10.0 * (x // y)


@pytest.mark.parametrize("number", [1, -7, True, 10**6, np.int64(3), 0.5])
def test_whole_numbers_are_recorded_as_the_floats_they_are(number):
    v = Value(3.0)
    for compute in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow,
                    operator.mod, operator.floordiv):  # fmt: skip
        for of_kind in (lambda x: compute(v, x), lambda x: compute(x, v)):  # noqa: B023
            if compute is operator.pow and number < 0:
                continue
            result, same = of_kind(number), of_kind(float(number))

            assert (result.data, result.op) == (same.data, same.op)
            assert [x.data for x in result.operands] == [x.data for x in same.operands]
    with pytest.raises(OverflowError, match="takes numbers that fit a double"):
        v * 10**400


@pytest.mark.parametrize("compute", [divmod, operator.matmul])
def test_operations_without_a_row_are_not_there(compute):
    for call in (lambda: compute(Value(5.0), 2.0), lambda: compute(5.0, Value(2.0))):
        with pytest.raises(TypeError, match="unsupported operand"):
            call()


# --- methods --------------------------------------------------------------------------------------

UNARY_METHODS = ["exp", "expm1", "log", "log1p", "log2", "log10",
                 "sqrt", "cbrt", "sin", "cos", "tan", "asin",
                 "acos", "atan", "sinh", "cosh", "tanh", "asinh", "atanh", "relu", "sigmoid",
                 "softplus", "silu", "gelu", "erf", "erfc", "sign", "floor", "ceil"]  # fmt: skip


@pytest.mark.parametrize("name", UNARY_METHODS)
@given(x=st.floats(0.05, 0.95))
def test_a_method_is_the_row_of_its_name(name, x):
    v = Value(x)
    result = getattr(v, name)()

    assert result.op is ops.ALL[name]
    assert result.operands == (v,)
    assert result.data == ops.ALL[name](x)
    assert getattr(autograd, name)(v).data == result.data


def test_acosh_is_the_row_of_its_name():
    assert Value(3.0).acosh().op is ops.acosh
    assert Value(3.0).acosh().data == math.acosh(3.0)


@pytest.mark.parametrize(
    ("numpys", "ours"),
    [
        ("arcsin", "asin"),
        ("arccos", "acos"),
        ("arctan", "atan"),
        ("arcsinh", "asinh"),
        ("arctanh", "atanh"),
        ("fabs", "__abs__"),
    ],
)
def test_numpys_names_are_the_same_operations(numpys, ours):
    v = Value(0.5)

    assert getattr(v, numpys)().op is getattr(v, ours)().op
    assert Value(2.0).arccosh().op is ops.acosh


def test_methods_of_two_operands():
    a, b = Value(3.0), Value(4.0)

    assert a.hypot(b).data == 5.0
    assert a.hypot(4).operands[0] is a
    assert a.arctan2(b).data == math.atan2(3.0, 4.0)
    assert a.arctan2(b).operands == (a, b)


@given(x=st.floats(1e-3, 1e3))
def test_logarithms_of_other_bases(x):
    for method, base in (("log2", 2.0), ("log10", 10.0)):
        v = Value(x)
        y = getattr(v, method)()
        y.backward()

        assert y.data == getattr(math, method)(x)
        assert v.grad == pytest.approx(1.0 / (x * math.log(base)), rel=1e-12)


# --- comparisons ----------------------------------------------------------------------------------

ORDERS = [operator.lt, operator.le, operator.gt, operator.ge]
EVERY_ORDER = pytest.mark.parametrize("compare", ORDERS, ids=lambda f: f.__name__)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def neighbours(draw):
    """A double, and an exact number that no or few doubles separate from it."""
    x = draw(FINITE)
    exact = Fraction(x) + draw(st.sampled_from([-1, 0, 1])) * Fraction(math.ulp(x)) / draw(
        st.integers(1, 1000)
    )
    return x, int(exact) if exact.denominator == 1 and draw(st.booleans()) else exact


@EVERY_ORDER
@given(x=st.floats(), y=st.floats())
def test_two_values_compare_as_their_data(compare, x, y):
    for result in (compare(Value(x), Value(y)), compare(Value(x), y), compare(x, Value(y))):
        assert result is compare(x, y)


@EVERY_ORDER
@given(pair=neighbours())
def test_comparisons_with_exact_numbers_are_exact(compare, pair):
    """As Python's floats: 2**53 < 2**53 + 1, though the double nearest to that is 2**53."""
    x, y = pair

    assert compare(Value(x), y) is compare(Fraction(x), y)
    assert compare(y, Value(x)) is compare(y, Fraction(x))


@EVERY_ORDER
def test_comparisons_with_neighbours_of_a_double(compare):
    for x, y in (
        (2.0**53, 2**53 + 1),
        (1 / 3, Fraction(1, 3)),
        (0.1, Decimal("0.1")),
        (1.8e308, 10**400),
        (math.inf, 10**400),
        (-math.inf, Fraction(-(10**400))),
    ):
        assert compare(Value(x), y) is compare(x, y)
        assert compare(y, Value(x)) is compare(y, x)


@EVERY_ORDER
@pytest.mark.parametrize("scalar", [np.float32, np.float64, np.int64, np.longdouble, np.float16])
def test_comparisons_with_numpy_scalars_give_a_plain_bool(compare, scalar):
    for x in (2.0, 3.0, 4.0):
        assert compare(Value(x), scalar(3)) is compare(x, 3.0)
        assert compare(scalar(3), Value(x)) is compare(3.0, x)


@EVERY_ORDER
def test_comparisons_agree_from_both_sides(compare):
    """float32(0.1) is 0.1000000015, and not rounded to by the double beside it."""
    swapped = {operator.lt: operator.gt, operator.le: operator.ge}
    swapped |= {right: left for left, right in swapped.items()}
    for x, y in ((0.1, np.float32(0.1)), (0.3, np.float16(0.3)), (2.0**53, np.int64(2**53 + 1))):
        assert compare(Value(x), y) is swapped[compare](y, Value(x))


@EVERY_ORDER
def test_comparisons_with_nan_are_false(compare):
    for nan in (math.nan, Decimal("nan"), np.float32("nan"), Value(math.nan)):
        assert compare(Value(1.0), nan) is False
        assert compare(nan, Value(1.0)) is False


@EVERY_ORDER
@pytest.mark.parametrize("other", ["x", None, 1j, [1.0]], ids=repr)
def test_comparisons_with_other_things_are_refused(compare, other):
    for call in (lambda: compare(Value(2.0), other), lambda: compare(other, Value(2.0))):
        with pytest.raises(TypeError, match="not supported between"):
            call()


@pytest.mark.parametrize("number", [2, 2.0, Fraction(2), Decimal(2), True])
def test_equality_with_a_number_says_what_to_write(number):
    text = (
        "== compares Values as nodes, not as numbers: write v.data == "
        f"{number!r} to compare the number"
    )
    v = Value(2.0)
    for call in (lambda: v == number, lambda: number == v, lambda: v != number):
        with refused(TypeError, text):
            call()


@pytest.mark.parametrize("number", [np.float64(2.0), np.int64(2), np.float32(2.0)])
def test_equality_with_a_numpy_scalar_is_refused_from_both_sides(number):
    v = Value(2.0)
    for call in (lambda: v == number, lambda: number == v, lambda: v != number):
        with pytest.raises(TypeError, match="compares Values as nodes"):
            call()


# --- what would lose the gradient -----------------------------------------------------------------

LOST = {
    "float(v)": (
        float,
        (
            "float(v), or a function of the math module, would lose the gradient of a Value: write "
            "autograd's own (autograd.exp(v) for math.exp(v)) to record it, or v.data for the "
            "plain number"
        ),
    ),
    "int(v)": (
        int,
        (
            "int(v) would lose the gradient of a Value: write autograd.floor(v) to record it, or "
            "v.data for the plain number"
        ),
    ),
    "complex(v)": (complex, "complex(v) would lose the gradient of a Value: write v.data"),
    "round(v)": (round, "round(v) would lose the gradient of a Value: write v.data"),
    "round(v, 2)": (
        lambda v: round(v, 2),
        "round(v) would lose the gradient of a Value: write v.data",
    ),
    "math.trunc(v)": (
        math.trunc,
        (
            "math.trunc(v) would lose the gradient of a Value: write autograd.floor(v) to record "
            "it, or v.data for the plain number"
        ),
    ),
    "bool(v)": (
        bool,
        (
            "a Value has no truth value: write 'v.data != 0' to test the number, 'v is not None' "
            "to test for None, or autograd.where(v > 0, a, b) to choose between two computations"
        ),
    ),
    "list(v)": (
        list,
        "a Value is one number, not a list of numbers; write [v] for a list of one",
    ),
}


@pytest.mark.parametrize("name", LOST)
@pytest.mark.parametrize("make", [Value, constant])
def test_protocols_that_lose_the_gradient_say_what_to_write(name, make):
    convert, text = LOST[name]
    with refused(TypeError, text):
        convert(make(2.0))


@pytest.mark.parametrize(
    "function", [math.exp, math.sqrt, math.sin, math.isnan, math.hypot, cmath.exp, statistics.mean]
)
def test_functions_of_other_modules_do_not_lose_it_either(function):
    with pytest.raises(TypeError):
        function(Value(2.0))


def test_a_value_does_not_pass_for_an_index_or_a_length():
    v = Value(1.0)
    for call in (lambda: [1, 2][v], lambda: range(v), lambda: len(v), lambda: v[0], lambda: 2 in v):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize(
    "ask",
    [
        operator.not_,
        lambda v: v and 1,
        lambda v: v or 1,
        lambda v: 1 if v else 2,
        lambda v: any([v]),
        lambda v: [x for x in [v] if x],
        lambda v: filter(None, [v]).__next__(),
    ],
)
def test_truth_is_refused_wherever_python_asks_for_it(ask):
    with pytest.raises(TypeError, match="has no truth value"):
        ask(Value(0.0))


# --- for whoever records on something else --------------------------------------------------------


class Symbol(Arithmetic):
    """A name instead of a number: what a compiler would record on."""

    def __init__(self, text):
        self.text = text

    def record(self, op, operands):
        names = [x.text if isinstance(x, Symbol) else repr(x) for x in operands]
        return Symbol(f"{op.name}({', '.join(names)})")


def test_operators_and_methods_work_on_anything_that_records():
    x, y = Symbol("x"), Symbol("y")

    assert (2.0 * x + y / 3).text == "add(mul(2.0, x), div(y, 3))"
    assert (x * y - 1).text == "sub(mul(x, y), 1)"
    assert (-(x**2)).text == "neg(pow(x, 2))"
    assert (1 - x).tanh().text == "tanh(sub(1, x))"
    assert (2**x - abs(y)).text == "sub(pow(2, x), abs(y))"
    assert autograd.exp(x).text == "exp(x)"
    assert autograd.sum([x, 1.0, y]).text == "sum(x, 1.0, y)"
    assert autograd.mean([x, y]).text == "div(sum(x, y), 2.0)"
    assert autograd.maximum(1.0, x).text == "maximum(1.0, x)"


def test_a_recorder_that_does_not_record_says_so():
    class Silent(Arithmetic):
        __slots__ = ()

    with refused(TypeError, "Silent does not say how it records add of 2"):
        Silent() + 1.0


@given(x=st.floats(-1e6, 1e6), n=st.integers(-3, 5))
def test_whole_powers_are_pythons(x, n):
    assume(abs(x) > 1e-3)

    assert (Value(x) ** n).data == x ** float(n)
    assert (Value(x) ** float(n)).data == (Value(x) ** n).data
