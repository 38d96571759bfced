"""Arrays of Values: on `autograd.array` NumPy is right or refuses; what holds on ``np.array``.

The oracle is the same formula on single Values, in lists: its numbers and its gradients.
"""

import contextlib
import math
import operator
import warnings
from functools import partial, reduce

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing.overrides import get_overridable_numpy_array_functions

import autograd
from autograd import Constant, DomainError, Value, ops

from .helpers import pickled, refused

UFUNCS = {f.__name__: f for f in vars(np).values() if isinstance(f, np.ufunc)}
PRODUCTS = {"matmul", "vecdot", "matvec", "vecmat"}
FAILS = (TypeError, AttributeError)  # NumPy's own refusal, or ours

# Where NumPy picks one of two elements by comparing them, without asking the Values.
PICKS = {"maximum", "minimum", "fmax", "fmin"}

# A tie, both orders, and a point inside every domain but arccosh's and its own.
POINTS = [(0.0, 0.0), (0.5, 0.5), (0.25, 0.75), (0.75, 0.25), (1.5, 2.0), (-1.0, 1.0)]


def gradients(compute, *numbers):
    """What ``compute`` makes of Values of these numbers: its numbers, its slopes."""
    leaves = [Value(x) for x in numbers]
    results = compute(leaves)
    flat = results.ravel() if isinstance(results, np.ndarray) else [results]
    for k, result in enumerate(flat):
        if isinstance(result, Value) and not isinstance(result, Constant):
            autograd.backward(result, float(k + 1))  # tells the results apart
    numbers = [x.data if isinstance(x, Value) else x for x in flat]
    return numbers, [leaf.grad if leaf.grad == leaf.grad else "nan" for leaf in leaves]


def outcome(compute, *numbers):
    """`gradients`, or the error that was raised instead."""
    try:
        return gradients(compute, *numbers)
    except DomainError as error:
        return str(error)
    except FAILS:
        return "refused"


def one_by_one(ufunc, xs):
    """The oracle: the ufunc of single Values, of which `test_ufuncs` holds each to its row."""
    n = ufunc.nin
    results = np.empty(len(xs) // n, dtype=object)
    for k in range(len(results)):
        results[k] = ufunc(*xs[k :: len(results)])
    return results


def in_arrays(make, ufunc, xs):
    columns = np.reshape(np.arange(len(xs)), (ufunc.nin, -1))
    return ufunc(*[make([xs[k] for k in column]) for column in columns])


@pytest.mark.parametrize("name", sorted(UFUNCS.keys() - PRODUCTS))
def test_every_ufunc_is_right_on_an_array_or_refused(name):
    ufunc = UFUNCS[name]
    for x in POINTS:
        numbers = [*x, *reversed(x)][: 2 * ufunc.nin]
        expected = outcome(lambda xs: one_by_one(ufunc, xs), *numbers)
        found = outcome(lambda xs: in_arrays(autograd.array, ufunc, xs), *numbers)

        assert found == expected, f"at {numbers}"
        if name not in {"equal", "not_equal"} and not isinstance(expected, str):  # they mean nodes
            with np.errstate(all="ignore"):
                plain = ufunc(*np.reshape(numbers, (ufunc.nin, -1)))
            assert expected[0] == pytest.approx(list(plain), rel=1e-14), f"at {numbers}"


@pytest.mark.parametrize("name", sorted(UFUNCS.keys() - PRODUCTS))
def test_on_an_array_of_numpy_every_ufunc_is_right_or_refused(name):
    ufunc = UFUNCS[name]
    for x in POINTS:
        numbers = [*x, *reversed(x)][: 2 * ufunc.nin]
        found = outcome(lambda xs: in_arrays(np.array, ufunc, xs), *numbers)
        if name in PICKS:
            expected = "refused"
        elif name == "sign" and 0.0 not in x:
            expected = [math.copysign(1.0, number) for number in x], [0.0, 0.0]
        elif found != "refused":
            expected = outcome(lambda xs: one_by_one(ufunc, xs), *numbers)
        else:
            continue
        assert found == expected, f"at {numbers}"


PICKERS = {
    "maximum": lambda x: np.maximum(x, 0.0),
    "minimum": lambda x: np.minimum(0.0, x * 2.0),
    "clip": lambda x: np.clip(x, 0, 1),
    "max": lambda x: np.max(x),  # noqa: PLW0108 - called from here
    "min": lambda x: x.min(),
    "ptp": lambda x: np.ptp(x),  # noqa: PLW0108 - called from here
    "accumulate": lambda x: np.maximum.accumulate(x),  # noqa: PLW0108 - called from here
    "outer": lambda x: np.maximum.outer(x, x),
    "norm": lambda x: np.linalg.norm(x, np.inf),
    "a variable": lambda x, f=np.fmax: f(x, 0.0),
    "a partial": lambda x: above(x),  # noqa: PLW0108 - called from here
    "a method": lambda x: reduce(np.minimum, [x, x]),
    "another name": lambda x: largest(x, 0.0),
    "an attribute": lambda x: Holder(x).top(),
}


class Holder:
    """It knows its array, and the function that calls NumPy has nothing of NumPy's at hand."""

    def __init__(self, x):
        self.x = x

    def top(self):
        return self.x.max()


largest = np.maximum
above = partial(np.maximum, 0.0)


@pytest.mark.parametrize("numbers", [(0.0, 1.0), (-1.0, 2.0), (0.0, 0.0)], ids=str)
@pytest.mark.parametrize("name", PICKERS)
def test_what_picks_from_an_array_of_numpy_is_refused_whatever_the_numbers(name, numbers):
    with pytest.raises(
        TypeError, match=r"would pick one of two Values.*write autograd\.array\(x\)"
    ):
        PICKERS[name](np.array([Value(x) for x in numbers]))


def test_the_refusal_names_the_function():
    with refused(
        TypeError,
        "np.maximum would pick one of two Values, which at a tie would get the whole gradient; "
        "write autograd.array(x) for np.array(x), so that NumPy's functions use our gradients, or "
        "autograd.maximum, minimum and clip for single Values",
    ):
        np.maximum(np.array([Value(0.0), Value(1.0)]), 0.0)


COMPARISONS = {
    "in the program": lambda v, w: v >= w,
    "by operator": lambda v, w: operator.ge(v, w),  # noqa: PLW0108 - called from here
    "by a variable": lambda v, w, ge=operator.ge: ge(v, w),
    "by a method": lambda v, w: v.__ge__(w),
    "next to a norm": lambda v, w: bool(
        np.greater_equal(np.array([v]), w + 0.0 * np.linalg.norm([1.0]))[0]
    ),
    "by another name": lambda v, w: at_least(v, w) and plain.size > 0,
    "in pandas": lambda v, w: bool((pd.Series([v]) >= w.data)[0]),
    "many": lambda v, w: all(map(operator.ge, [v], [w])),
    "of an array": lambda v, w: bool((np.array([v]) >= w)[0]),
    "by a ufunc": lambda v, w: bool(np.greater_equal(np.array([v]), w)[0]),
    "sorted": lambda v, w: sorted([v, w]) == [w, v],
    "the largest": lambda v, w: max(w, v) is v,
    "sorted by NumPy": lambda v, w: np.sort(np.array([v, w]))[0] is w,
}


at_least = operator.ge
plain = np.array([Value(1.0)])


@pytest.mark.parametrize("name", COMPARISONS)
def test_what_only_compares_is_let_through(name):
    v, w = Value(2.0), Value(1.0)

    assert COMPARISONS[name](v, w) is True


@pytest.mark.parametrize("make", [autograd.array, np.array], ids=["autograd", "numpy"])
@pytest.mark.parametrize("name", sorted(PRODUCTS & UFUNCS.keys()))
def test_products_of_arrays_are_sums_of_products(make, name):
    shapes = {"matmul": ((2, 2), (2, 2)), "vecdot": ((2, 2), (2, 2)), "matvec": ((2, 2), (2,)),
              "vecmat": ((2,), (2, 2))}[name]  # fmt: skip
    sizes = [math.prod(shape) for shape in shapes]
    numbers = [0.5, 2.0, -3.0, 0.25, 1.5, -1.0, 4.0, 3.0][: sum(sizes)]

    def compute(xs):
        a, b = make(xs[: sizes[0]]).reshape(shapes[0]), make(xs[sizes[0] :]).reshape(shapes[1])
        return UFUNCS[name](a, b)

    def by_hand(xs):
        a = [xs[0:2], xs[2:4]] if len(shapes[0]) == 2 else xs[0:2]
        b = xs[sizes[0] :]
        columns = [b[0::2], b[1::2]]
        dot = autograd.dot
        if name == "matmul":
            return np.array([[dot(row, column) for column in columns] for row in a])
        if name == "vecdot":
            return np.array([dot(a[0], b[0:2]), dot(a[1], b[2:4])])
        if name == "matvec":
            return np.array([dot(row, b) for row in a])
        return np.array([dot(a, column) for column in columns])

    assert gradients(compute, *numbers) == gradients(by_hand, *numbers)


# --- functions ------------------------------------------------------------------------------------


def variance(xs):
    mean = autograd.sum(xs) / 4.0
    return autograd.sum([(x - mean) ** 2 for x in xs]) / 4.0


def chained(function, xs):
    """``function(function(x₁, x₂), x₃) …``, each as a node."""
    return reduce(function, xs)


# NumPy's function of four numbers, and the same written with Values.
FUNCTIONS = {
    "sum": (np.sum, autograd.sum),
    "mean": (np.mean, autograd.mean),
    "prod": (np.prod, autograd.prod),
    "max": (np.max, lambda xs: chained(ops.maximum, xs)),
    "min": (np.min, lambda xs: chained(ops.minimum, xs)),
    "a.max": (lambda a: a.max(), lambda xs: chained(ops.maximum, xs)),
    "max of both axes": (lambda a: np.max(a.reshape(2, 2)), lambda xs: chained(ops.maximum, xs)),
    "ptp": (np.ptp, lambda xs: chained(ops.maximum, xs) - chained(ops.minimum, xs)),
    "var": (np.var, variance),
    "a.var": (lambda a: a.var(), variance),
    "clip": (lambda a: np.clip(a, -1.0, 1.0), lambda xs: [autograd.clip(x, -1.0, 1.0) for x in xs]),
    "clip below": (lambda a: np.clip(a, 0.0, None), lambda xs: [ops.maximum(x, 0.0) for x in xs]),
    "a.clip": (lambda a: a.clip(0, 1), lambda xs: [autograd.clip(x, 0.0, 1.0) for x in xs]),
    "where": (lambda a: np.where(a > 0, a, 0.0), lambda xs: [x if x > 0 else 0.0 for x in xs]),
    "relu": (lambda a: np.maximum(a, 0.0), lambda xs: [ops.maximum(x, 0.0) for x in xs]),
    "relu of the right": (lambda a: np.maximum(0, a), lambda xs: [ops.maximum(0, x) for x in xs]),
    "exp of relu": (
        lambda a: np.exp(np.maximum(a, 0.0)),
        lambda xs: [autograd.exp(ops.maximum(x, 0.0)) for x in xs],
    ),
    "exp of where": (
        lambda a: np.exp(np.where(a > 0, a, 0.0)),
        lambda xs: [autograd.exp(x if x > 0 else 0.0) for x in xs],
    ),
    "angles": (
        lambda a: np.arctan2([1.0, 2.0, 3.0, 4.0], a),
        lambda xs: [autograd.atan2(float(k + 1), x) for k, x in enumerate(xs)],
    ),
    "cumsum": (np.cumsum, lambda xs: [chained(operator.add, xs[: k + 1]) for k in range(4)]),
    "running maximum": (
        np.maximum.accumulate,
        lambda xs: [chained(ops.maximum, xs[: k + 1]) for k in range(4)],
    ),
    "outer": (
        lambda a: np.maximum.outer(a, a),
        lambda xs: [ops.maximum(x, y) for x in xs for y in xs],
    ),
    "dot": (lambda a: np.dot(a, a), lambda xs: autograd.dot(xs, xs)),
    "einsum": (lambda a: np.einsum("i,i", a, a), lambda xs: autograd.dot(xs, xs)),
    "norm": (np.linalg.norm, lambda xs: autograd.dot(xs, xs).sqrt()),
    "norm of absolute values": (
        lambda a: np.linalg.norm(a, 1),
        lambda xs: autograd.sum([abs(x) for x in xs]),
    ),
    "softmax": (
        lambda a: np.exp(a - np.max(a)) / np.sum(np.exp(a - np.max(a))),
        autograd.softmax,
    ),
    "sort": (np.sort, lambda xs: sorted(xs, key=lambda x: x.data)),
    "joined": (
        lambda a: np.maximum(np.concatenate([a, np.zeros(1)]), 0.0),
        lambda xs: [*[ops.maximum(x, 0.0) for x in xs], 0.0],
    ),
    "stacked": (
        lambda a: np.maximum(np.stack([a[:2], a[2:]]), 0.0),
        lambda xs: [ops.maximum(x, 0.0) for x in xs],
    ),
    "select": (
        lambda a: np.exp(np.select([a > 0], [a], 0.0)),
        lambda xs: [autograd.exp(x if x > 0 else 0.0) for x in xs],
    ),
    "vectorize": (np.vectorize(lambda x: x * x), lambda xs: [x * x for x in xs]),
}
FEW = [-1.0, 0.0, 0.0, 0.5, 1.0, 2.0]  # so that ties are common


@pytest.mark.parametrize("name", FUNCTIONS)
@given(xs=st.lists(st.sampled_from(FEW), min_size=4, max_size=4))
def test_functions_of_numpy_are_the_formula_on_values(name, xs):
    of_array, of_list = FUNCTIONS[name]
    found = gradients(lambda leaves: of_array(autograd.array(leaves)), *xs)
    expected = gradients(lambda leaves: np.array(of_list(leaves), dtype=object), *xs)

    assert found[0] == pytest.approx(expected[0], abs=1e-14)
    assert found[1] == pytest.approx(expected[1], abs=1e-13)


@given(xs=st.lists(st.sampled_from(FEW), min_size=4, max_size=4, unique=True))
def test_variances_are_right_on_an_array_of_numpy_too(xs):
    for of_array, of_list in ((np.var, variance), (np.std, lambda xs: variance(xs).sqrt())):
        for make in (np.array, autograd.array):
            found = gradients(lambda leaves: of_array(make(leaves)), *xs)  # noqa: B023
            expected = gradients(of_list, *xs)
            assert found[0] == pytest.approx(expected[0])
            assert found[1] == pytest.approx(expected[1])


REFUSED = {
    r"linalg\.norm": lambda a: np.linalg.norm(a, np.inf),
    r"linalg\.matrix_norm": lambda a: np.linalg.matrix_norm(np.stack([a, a]), ord=1),
    "pad": lambda a: np.pad(a, 1, mode="maximum"),
    "fmax": lambda a: np.fmax(a, 0.0),
    "logical_and": np.all,
    "logical_or": np.any,
    "rint": np.rint,
    "fmod": lambda a: np.fmod(a, 2.0),
    "nansum": np.nansum,
    "nan_to_num": np.nan_to_num,
    "isclose": lambda a: np.allclose(a, 1.0),
    "round": np.round,
    "cov": np.cov,
    "interp": lambda a: np.interp(a, [0.0, 1.0], [0.0, 2.0]),
    "histogram": np.histogram,
    "matmul": lambda a: a @ Value(2.0),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("x", [0.0, -1.0, 1.0])
def test_what_is_not_right_is_refused_by_name_whatever_the_numbers(name, x):
    with pytest.raises(TypeError, match=rf"^np\.{name} .*(write|Write|leave)"):
        REFUSED[name](autograd.array([x, Value(x), Value(1.0)]))


OPTIONS = [{}, {"axis": 0}, *[{"ord": order} for order in (1, -1, 2, "nuc", np.inf, -np.inf)],
           *[{"mode": mode} for mode in ("maximum", "minimum", "wrap")]]  # fmt: skip


def test_no_function_of_numpy_picks_behind_the_back_of_an_array(monkeypatch):
    """Its maximum asks >= of two Values, its minimum <=: only comparisons may be made of these."""
    asked = []
    for name in ("__ge__", "__le__"):
        compare = getattr(Value, name)
        spy = lambda v, w, compare=compare: (asked.append(w), compare(v, w))[1]  # noqa: E731
        monkeypatch.setattr(Value, name, spy)
    found = set()
    for function in get_overridable_numpy_array_functions():
        for more in ([], [1], [0.0, 1.0], [[0.0, 1.0, 2.0, 3.0]], [np.inf]):
            for options in OPTIONS:
                for shape in (4, (2, 2)):
                    x = autograd.array([Value(k) for k in (0.0, 1.0, 1.0, 2.0)]).reshape(shape)
                    asked.clear()
                    with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
                        function(x, *more, **options)
                        found |= {function.__name__} if asked else set()

    assert found == set()


def test_a_limit_below_the_other_is_refused_as_in_clip():
    with pytest.raises(DomainError, match="clip needs low <= high"):
        np.clip(autograd.array([Value(0.5)]), 1.0, 0.0)


# --- what an array is -----------------------------------------------------------------------------


def test_an_array_holds_the_same_nodes_and_constants_for_numbers():
    v = Value(2.0)
    array = autograd.array([[v, 1.0], [np.float32(3.0), v]])

    assert array.shape == (2, 2)
    assert array[0, 0] is array[1, 1] is v
    assert isinstance(array[0, 1], Constant)
    assert [x.data for x in array.flat] == [2.0, 1.0, 3.0, 2.0]
    assert autograd.array(np.array([v, v]))[1] is v


@pytest.mark.parametrize("values", [["x"], [None], [[Value(1.0)], [1.0, 2.0]], [1j]])
def test_only_numbers_are_elements(values):
    with pytest.raises(TypeError, match="real number"):
        autograd.array(values)


def test_what_numpy_makes_of_an_array_is_one():
    array = autograd.array([Value(1.0), Value(2.0)])
    made = [array * 2.0, 2.0 * array, array + array, array[::-1], np.where(array > 1, array, 0.0),
            Value(2.0) * array, array - Value(2.0), np.ones((2, 2)) @ array, np.zeros_like(array),
            np.split(array, 2)[0], np.stack([array, array]), pickled(array)]  # fmt: skip
    for result in made:
        assert type(result) is type(array)
        assert all(isinstance(x, Value) for x in result.flat)
    assert type(array > 0) is np.ndarray


def test_an_array_is_changed_in_place():
    v, array = Value(3.0), autograd.array([1.0, 2.0])
    same = array
    same *= v
    np.maximum.at(same, [0], 5.0)
    same[1] = 7.0

    assert same is array
    assert [x.data for x in np.exp(np.log(array))] == pytest.approx([5.0, 7.0])
    with pytest.raises(TypeError):
        np.multiply(array, 2.0, out=np.zeros(2))  # doubles cannot hold Values


# --- single Values, and arrays without dimensions -------------------------------------------------


def test_an_array_without_dimensions_is_the_value_in_it():
    v, w = Value(2.0), Value(3.0)
    a = np.array(v)
    results = [a + w, w + a, np.maximum(a, w), np.hypot(a, w), autograd.array(v) * w, np.exp(a)]

    assert [x.data for x in results] == [5.0, 5.0, 3.0, math.hypot(2.0, 3.0), 6.0, math.exp(2.0)]
    assert results[0].operands == (v, w)


@pytest.mark.parametrize(
    ("x", "result", "slope"), [(2.0, 1.0, 0.0), (0.5, 0.5, 1.0), (1.0, 1.0, 1.0)]
)
def test_a_value_is_clipped_by_numpy(x, result, slope):
    v = Value(x)
    clipped = np.clip(v, 0, 1)
    clipped.backward()

    assert clipped.op is ops.clip
    assert (clipped.data, v.grad) == (result, slope)


@pytest.mark.parametrize(
    "compute",
    [
        lambda v, a: np.maximum(v, a, out=np.empty(2, dtype=object)),
        lambda v, a: np.maximum.outer(a, v),
        lambda v, a: np.clip(v, a, 1.0),
        lambda v, a: np.maximum(v, list(a)),
    ],
)
def test_a_value_and_an_array_are_never_chosen_by_comparing(compute):
    v = Value(0.0)
    for result in compute(v, np.zeros(2)):
        assert result.op in {ops.maximum, ops.clip}


@pytest.mark.parametrize("multiply", [operator.matmul, lambda a, b: b @ a])
@pytest.mark.parametrize("other", [np.ones(2), np.ones((2, 2)), [1.0, 2.0], (1.0,)])
def test_a_value_is_no_matrix(multiply, other):
    with pytest.raises(TypeError, match=r"a Value is one number.*write"):
        multiply(Value(2.0), other)


def test_the_refusal_says_what_was_multiplied():
    with refused(
        TypeError,
        "v @ x multiplies matrices, and a Value is one number: write v * x; x is an array of shape "
        "(2,)",
    ):
        Value(2.0) @ np.ones(2)


# --- masked arrays --------------------------------------------------------------------------------

MASKED = [np.ma.array(2.0), np.ma.array([2.0, 3.0]), np.ma.array([2.0, 3.0], mask=[False, True])]


@pytest.mark.parametrize("masked", MASKED, ids=["number", "array", "with a mask"])
@pytest.mark.parametrize("compute", [operator.add, operator.mul, operator.sub])
def test_a_masked_array_records_on_a_value(masked, compute):
    """It reads the slot ``_data`` of what it is given, and would compute with a bare number."""
    for f in (compute, lambda a, b: compute(b, a)):
        v = Value(3.0)
        np.sum(f(v, masked)).backward()
        w = Value(3.0)
        autograd.sum([f(w, x) for x in np.ma.compressed(masked)]).backward()

        assert v.grad == w.grad != 0.0


def test_functions_of_masked_arrays_record_on_a_value():
    v = Value(0.5)

    assert np.ma.exp(v).op is ops.exp
    assert np.ma.hypot(v, 2.0).op is ops.hypot
    assert type(np.ma.getdata(v)) is np.ndarray
