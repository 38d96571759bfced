"""NumPy's scalars, arrays and ufuncs meet Values, from both sides (point 1 of the contract)."""

import math
import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Constant, Graph, Value, constant, no_grad, ops, ufuncs

from .helpers import refused

SCALARS = [np.float16, np.float32, np.float64, np.longdouble, np.int8, np.int64, np.uint8, np.bool_]

# ufunc -> the row that it is recorded as, and a point inside its domain.
RECORDED = {
    "exp": ("exp", 0.5), "expm1": ("expm1", 0.5), "log": ("log", 0.5), "log1p": ("log1p", 0.5),
    "sqrt": ("sqrt", 0.5), "cbrt": ("cbrt", 0.5), "sin": ("sin", 0.5), "cos": ("cos", 0.5),
    "tan": ("tan", 0.5), "sinh": ("sinh", 0.5), "cosh": ("cosh", 0.5), "tanh": ("tanh", 0.5),
    "arcsin": ("asin", 0.5), "arccos": ("acos", 0.5), "arctan": ("atan", 0.5),
    "arcsinh": ("asinh", 0.5), "arccosh": ("acosh", 1.5), "arctanh": ("atanh", 0.5),
    "sign": ("sign", -0.5), "floor": ("floor", 0.5), "ceil": ("ceil", 0.5),
    "negative": ("neg", 0.5), "absolute": ("abs", -0.5), "fabs": ("abs", -0.5),
    "square": ("mul", 0.5), "reciprocal": ("div", 0.5),
    "log2": ("log2", 0.5), "log10": ("log10", 0.5), "exp2": ("pow", 0.5),
}  # fmt: skip
RECORDED_PAIRS = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div",
    "power": "pow", "float_power": "pow", "maximum": "maximum", "minimum": "minimum",
    "hypot": "hypot", "arctan2": "atan2", "floor_divide": "floor_divide", "remainder": "remainder",
    "logaddexp": "logsumexp",
}  # fmt: skip
COMPARISONS = {
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
}
CHECKS = {"isnan": math.isnan, "isinf": math.isinf, "isfinite": math.isfinite}
SIGNS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


def data(array):
    """The numbers in an array of Values and numbers."""
    return [[x.data if isinstance(x, Value) else x for x in row] for row in np.atleast_2d(array)]


def test_every_ufunc_that_is_mapped_is_tested_here():
    named = {*RECORDED, *RECORDED_PAIRS, *COMPARISONS, *CHECKS, "positive", "conjugate",
             "clip", "equal", "not_equal"}  # fmt: skip

    assert named == set(ufuncs._SCALAR)


# --- on one Value ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_a_ufunc_of_a_value_is_recorded(name):
    row, x = RECORDED[name]
    v = Value(x)
    result = getattr(np, name)(v)
    result.backward()
    step = 1e-6
    f = getattr(np, name)
    slope = (f(x + step) - f(x - step)) / (2 * step)

    assert isinstance(result, Value)
    assert result.op is ops.ALL[row]
    assert result.data == pytest.approx(f(x), rel=1e-12)
    assert v.grad == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_positive_and_conjugate_are_the_value_itself():
    v = Value(2.0)

    assert np.positive(v) is np.conjugate(v) is v


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("x", [0.0, 1e308, math.inf, -math.inf, math.nan])
def test_checks_of_a_value_are_plain_bools(name, x):
    assert getattr(np, name)(Value(x)) is CHECKS[name](x)


# --- on two, of which one may be a number or an array ---------------------------------------------


@pytest.mark.parametrize("name", RECORDED_PAIRS)
@pytest.mark.parametrize("kind", [float, int, np.float64, np.float32, np.int64, np.longdouble])
def test_a_ufunc_of_a_value_and_a_number_is_recorded_from_both_sides(name, kind):
    f, row = getattr(np, name), ops.ALL[RECORDED_PAIRS[name]]
    v, number = Value(3.0), kind(2)
    left, right, both = f(v, number), f(number, v), f(v, v)

    assert left.op is right.op is both.op is row
    assert left.data == pytest.approx(f(3.0, 2.0), rel=1e-15)
    assert right.data == pytest.approx(f(2.0, 3.0), rel=1e-15)
    assert left.operands[0] is v
    assert right.operands[1] is v
    assert both.operands == (v, v)


@pytest.mark.parametrize("name", RECORDED_PAIRS)
def test_a_ufunc_of_a_value_and_an_array_is_an_array_of_nodes(name):
    """Every element is a node of the ufunc's own row, whichever of the two is larger."""
    f, row = getattr(np, name), ops.ALL[RECORDED_PAIRS[name]]
    v, array = Value(3.0), np.array([[1.0, 2.0], [3.0, 4.0]])
    for result, expected in ((f(v, array), f(3.0, array)), (f(array, v), f(array, 3.0))):
        assert result.dtype == object
        assert result.shape == (2, 2)
        assert all(isinstance(x, Value) and x.op is row for x in result.flat)
        assert data(result) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", ["add", "maximum", "hypot"])
def test_a_list_beside_a_value_is_an_array(name):
    f = getattr(np, name)
    v = Value(3.0)

    assert data(f(v, [1.0, 4.0])) == [[f(3.0, 1.0), f(3.0, 4.0)]]
    assert data(f([[1.0], [4.0]], v)) == [[f(1.0, 3.0)], [f(4.0, 3.0)]]


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_are_bools(name):
    f, compare = getattr(np, name), COMPARISONS[name]
    v = Value(3.0)
    for x in (2.0, 3.0, np.float32(4.0)):
        assert f(v, x) is compare(3.0, float(x))
        assert f(x, v) is compare(float(x), 3.0)
    array = np.array([2.0, 3.0, 4.0])

    assert f(v, array).tolist() == [compare(3.0, x) for x in array]
    assert f(array, v).tolist() == [compare(x, 3.0) for x in array]
    assert f(array, v).dtype == bool


def test_equality_is_identity_here_too():
    v, w = Value(3.0), Value(3.0)

    assert np.equal(v, v) is True
    assert np.not_equal(v, w) is True
    assert (np.array([v, w]) == v).tolist() == [True, False]
    with pytest.raises(TypeError, match="compares Values as nodes"):
        np.equal(v, 3.0)


# --- operators ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("make", [Value, constant])
def test_a_numpy_scalar_on_the_left(sign, scalar, make):
    """``np.float64(2) * v`` is a Value: NumPy asks the right operand first."""
    compute = SIGNS[sign]
    v = make(3.0)
    result = compute(scalar(1), v)

    assert isinstance(result, Value)
    assert result.data == compute(1.0, 3.0)
    assert isinstance(result, Constant) == (make is constant)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.longdouble, object])
def test_an_array_times_a_value_is_an_array_of_values(sign, dtype):
    compute = SIGNS[sign]
    v, array = Value(3.0), np.array([1, 2], dtype=dtype)
    left, right = compute(array, v), compute(v, array)

    assert left.dtype == right.dtype == object
    assert data(left) == [[compute(1.0, 3.0), compute(2.0, 3.0)]]
    assert data(right) == [[compute(3.0, 1.0), compute(3.0, 2.0)]]
    assert all(isinstance(x, Value) for x in (*left, *right))


@pytest.mark.parametrize("sign", SIGNS)
def test_an_array_without_dimensions_is_a_number(sign):
    compute = SIGNS[sign]
    v, array = Value(3.0), np.array(2.0)

    assert isinstance(compute(array, v), Value)
    assert compute(array, v).data == compute(2.0, 3.0)
    assert compute(v, array).data == compute(3.0, 2.0)


def test_an_array_changed_in_place():
    v = Value(3.0)
    array = np.array([1.0, 2.0], dtype=object)
    array *= v

    assert data(array) == [[3.0, 6.0]]
    plain = np.array([1.0, 2.0])
    with pytest.raises(TypeError):
        plain *= v  # doubles cannot hold Values
    assert plain.tolist() == [1.0, 2.0]


def test_a_complex_number_is_refused_not_recursed_into():
    v = Value(2.0)
    for number in (1j, np.complex128(1j), np.complex64(1j), np.clongdouble(1j)):
        for call in (lambda x=number: x * v, lambda x=number: v * x):
            with pytest.raises(TypeError):
                call()


# --- arrays of Values -----------------------------------------------------------------------------


def values(*numbers):
    return np.array([Value(x) for x in numbers])


@pytest.mark.parametrize("name", [n for n in RECORDED if n != "sign"])
def test_ufuncs_work_on_arrays_of_values(name):
    _, x = RECORDED[name]
    array = values(x, x)
    result = getattr(np, name)(array)

    assert result.dtype == object
    assert data(result) == [pytest.approx([getattr(np, name)(x)] * 2, rel=1e-12)]
    result[0].backward()
    assert array[1].grad == 0.0


def test_reductions_keep_the_gradient():
    xs = [0.5, 2.0, 3.0]
    reductions = {
        np.sum: [1.0, 1.0, 1.0],
        np.prod: [6.0, 1.5, 1.0],
        np.mean: [1 / 3] * 3,
        np.add.reduce: [1.0, 1.0, 1.0],
        np.multiply.reduce: [6.0, 1.5, 1.0],
        np.linalg.norm: [x / math.sqrt(13.25) for x in xs],
        lambda a: a.sum(): [1.0, 1.0, 1.0],
        lambda a: np.dot(a, [1.0, 2.0, 4.0]): [1.0, 2.0, 4.0],
        lambda a: a @ a: [2 * x for x in xs],
        lambda a: np.add.reduce(list(a)): [1.0, 1.0, 1.0],
        lambda a: np.cumsum(a)[1]: [1.0, 1.0, 0.0],
        lambda a: np.add.accumulate(a)[2]: [1.0, 1.0, 1.0],
        lambda a: np.einsum("i,i", a, a): [2 * x for x in xs],
    }
    for reduction, slopes in reductions.items():
        array = values(*xs)
        root = reduction(array)
        root.backward()

        assert [x.grad for x in array] == pytest.approx(slopes)


@given(xs=st.lists(st.floats(-10.0, 10.0), min_size=4, max_size=4))
def test_matrices_of_values_multiply_as_matrices(xs):
    plain = np.array(xs).reshape(2, 2)
    a = np.array([Value(x) for x in xs]).reshape(2, 2)
    product = a @ plain

    assert data(product) == pytest.approx(plain @ plain, abs=1e-9)
    product.sum().backward()
    assert [x.grad for x in a.flat] == pytest.approx([*plain.sum(axis=1)] * 2, abs=1e-12)


def test_methods_of_ufuncs_with_a_value():
    v, array = Value(3.0), np.array([1.0, 2.0])

    assert data(np.multiply.outer(array, v)) == [[3.0, 6.0]]
    assert data(np.multiply.outer(v, array)) == [[3.0, 6.0]]
    assert np.add.reduce(values(1.0, 2.0), initial=v).data == 6.0


def test_adding_at_an_index_changes_the_array_given():
    v = Value(3.0)
    array = np.array([1.0, 2.0], dtype=object)
    np.add.at(array, [0, 0], v)

    assert data(array) == [[7.0, 2.0]]
    plain = np.array([1.0, 2.0])
    with pytest.raises(TypeError):
        np.add.at(plain, [0], v)  # doubles cannot hold Values: an error, not nothing


def test_an_array_made_of_one_value():
    v = Value(3.0)

    assert np.full(2, v)[1] is v
    assert np.asarray(v).item() is v
    assert np.where(v > 0, v, 0.0).item() is v


def test_under_no_grad_ufuncs_give_constants():
    v = Value(3.0)
    with no_grad():
        results = [np.exp(v), np.float64(2.0) * v, np.maximum(v, 1.0), *(np.ones(2) * v)]

    assert all(isinstance(x, Constant) for x in results)


def test_a_graph_does_not_tell_numpy_from_python():
    v = Value(3.0, label="v")

    assert Graph(np.float64(2.0) * v) == Graph(2.0 * v)
    assert Graph(np.tanh(v)) == Graph(v.tanh())


# --- what is refused ------------------------------------------------------------------------------

UNMAPPED = ["logaddexp2", "fmod", "gcd", "rint", "trunc", "copysign",
            "heaviside", "logical_not", "deg2rad", "spacing", "modf", "divmod",
            "matmul", "ldexp", "nextafter"]  # fmt: skip


@pytest.mark.parametrize("name", UNMAPPED)
def test_a_ufunc_without_a_row_says_so(name):
    ufunc = getattr(np, name)
    arguments = [Value(2.0), 2.0][: ufunc.nin]
    with refused(
        TypeError,
        f"np.{ufunc.__name__} is not recorded on a Value; write it with the operations of autograd "
        "(abs, acos, acosh, add, …), or use v.data",
    ):
        ufunc(*arguments)


def test_options_are_not_ignored():
    text = (
        "np.exp with dtype is not recorded on a Value; write it with the operations of autograd "
        "(abs, acos, acosh, add, …), or use v.data"
    )
    with refused(TypeError, text):
        np.exp(Value(1.0), dtype=np.float32)
    with refused(TypeError, text.replace("exp", "add").replace("dtype", "out, where")):
        np.add(Value(1.0), 2.0, out=np.array(0.0, dtype=object), where=True)


@pytest.mark.parametrize("convert", [lambda a: a.astype(float), np.float64, np.float32])
def test_an_array_of_values_is_not_made_into_numbers(convert):
    array = values(1.0, 2.0)
    with pytest.raises(TypeError, match="would lose the gradient"):
        convert(array)
    assert array.tolist() == list(array)


@pytest.mark.parametrize("other", [None, "x", {}], ids=repr)
def test_a_ufunc_of_a_value_and_something_else(other):
    with pytest.raises(TypeError):
        np.add(Value(1.0), other)


def test_a_value_is_not_taken_for_an_array():
    """So ``array_ufunc`` is defined, and never None: with None NumPy would refuse arrays."""
    assert Value.__array_ufunc__ is not None
    assert not hasattr(Value(1.0), "__array__")
    assert np.ndim(np.asarray(Value(1.0))) == 0
