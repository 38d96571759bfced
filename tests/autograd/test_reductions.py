"""Sums, products, means and their like, of any collection (points 8 and 9)."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Constant,
    Graph,
    Value,
    constant,
    dot,
    grad,
    hessian,
    log_softmax,
    logsumexp,
    mean,
    ops,
    prod,
    softmax,
)
from autograd import sum as total

from .helpers import ORDINARY, refused

LISTS = st.lists(ORDINARY, min_size=1, max_size=8)
REDUCTIONS = {"sum": total, "prod": prod, "mean": mean, "logsumexp": logsumexp}
EVERY_REDUCTION = pytest.mark.parametrize("name", REDUCTIONS)


def gradients(f, xs):
    """f(Values of xs).data, and the gradient of each."""
    values = [Value(x) for x in xs]
    root = f(values)
    root.backward()
    return root.data, [v.grad for v in values]


@given(xs=LISTS)
def test_sum_adds_from_left_to_right(xs):
    """Plain double additions: builtins.sum compensates its rounding from Python 3.12 on."""
    running = 0.0
    for x in xs:
        running += x

    assert gradients(total, xs) == (running, [1.0] * len(xs))


def test_sum_rounds_after_every_term():
    assert total([1e16, 1.0, 1.0, -1e16]) == 0.0
    assert total([Value(1e16), 1.0, 1.0, -1e16]).data == 0.0
    assert total([1.0, 1.0, 1e16, -1e16]) == 2.0


@given(ws=LISTS, bias=ORDINARY, data=st.data())
def test_dot_adds_from_the_bias_on(ws, bias, data):
    xs = data.draw(st.lists(ORDINARY, min_size=len(ws), max_size=len(ws)))
    running = bias
    for w, x in zip(ws, xs, strict=True):
        running += w * x
    w_values, x_values, b = [Value(w) for w in ws], [Value(x) for x in xs], Value(bias)
    neuron = dot(w_values, x_values, b)
    neuron.backward()

    assert neuron.data == running == dot(ws, xs, bias)
    assert [w.grad for w in w_values] == xs
    assert [x.grad for x in x_values] == ws
    assert b.grad == 1.0


def test_dot_is_one_node_with_its_operands_in_order():
    w, x, b = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], Value(5.0)
    with_bias, without = dot(w, x, b), dot(w, x)

    assert with_bias.op is without.op is ops.dot
    assert with_bias.operands == (*w, *x, b)
    assert without.operands == (*w, *x)


@given(ws=LISTS, mask=st.lists(st.booleans(), min_size=17, max_size=17))
def test_dot_takes_any_mixture_of_values_and_numbers(ws, mask):
    """Whichever operands are plain: the value is the same, and every Value has its gradient."""
    xs = [w / 2 + 1 for w in ws]
    numbers = [*ws, *xs, 0.5]
    mixed = [Value(x) if m else x for x, m in zip(numbers, mask, strict=False)]
    n = len(ws)
    neuron = dot(mixed[:n], mixed[n : 2 * n], mixed[-1])
    if not any(mask[: len(numbers)]):
        assert type(neuron) is float
        assert neuron == dot(ws, xs, 0.5)
        return
    neuron.backward()
    slopes = [*xs, *ws, 1.0]

    assert neuron.data == dot(ws, xs, 0.5)
    for v, slope in zip(mixed, slopes, strict=True):
        assert not isinstance(v, Value) or v.grad == slope


def test_one_value_in_several_places_of_a_dot():
    v = Value(3.0)
    dot([v, v], [v, 2.0], v).backward()

    assert v.grad == 2 * 3.0 + 2.0 + 1.0


@given(xs=st.lists(st.integers(-4, 4).map(float), max_size=6))
def test_prod_is_right_with_zeros_among_its_factors(xs):
    data, slopes = gradients(prod, [2.0, *xs])
    factors = [2.0, *xs]

    assert data == math.prod(factors)
    assert slopes == [math.prod(factors[:i] + factors[i + 1 :]) for i in range(len(factors))]


def test_prod_is_right_at_zeros_in_second_derivatives_too():
    """∂²(x·y·z)/∂x∂y = z, where dividing the product by its factors would give nan."""
    assert hessian(prod)([0.0, 0.0, 5.0]) == [[0.0, 5.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


@given(xs=LISTS)
def test_mean_is_the_sum_over_the_count(xs):
    data, slopes = gradients(mean, xs)

    assert data == total(xs) / len(xs) == mean(xs)
    assert slopes == [1.0 / len(xs)] * len(xs)


@given(xs=st.lists(st.floats(-2000.0, 2000.0), min_size=1, max_size=6))
def test_logsumexp_agrees_with_fifty_digits(xs):
    with mpmath.workdps(50):
        powers = [mpmath.exp(x) for x in xs]
        exact = mpmath.log(mpmath.fsum(powers))
        shares = [p / mpmath.fsum(powers) for p in powers]
    data, slopes = gradients(logsumexp, xs)

    assert data == pytest.approx(float(exact), rel=1e-14, abs=1e-14)
    assert slopes == [pytest.approx(float(share), rel=1e-11, abs=1e-300) for share in shares]


@given(xs=st.lists(st.floats(-500.0, 500.0), min_size=1, max_size=6))
def test_softmax_is_a_distribution_and_its_logarithm(xs):
    values = [Value(x) for x in xs]
    ps, logs = softmax(values), log_softmax(values)

    assert math.fsum(p.data for p in ps) == pytest.approx(1.0, abs=1e-12)
    for p, log in zip(ps, logs, strict=True):
        assert p.data == math.exp(log.data)
        assert log.data <= 0.0


@given(xs=st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=4))
def test_the_jacobian_of_softmax_is_the_textbooks(xs):
    """∂pᵢ/∂xⱼ = pᵢ (δᵢⱼ − pⱼ)."""
    ps = softmax(xs)
    for i, j in itertools.product(range(len(xs)), repeat=2):
        slope = grad(lambda v, i=i: softmax(v)[i])(xs)[j]

        assert slope == pytest.approx(ps[i] * ((i == j) - ps[j]), abs=1e-12)


def test_softmax_is_a_composition_of_table_rows():
    xs = [Value(1.0), Value(2.0)]
    p, _ = softmax(xs)

    assert [node.op.name for node in Graph(p) if node.op] == [
        "sub", "surprise", "sub", "exp",
    ]  # fmt: skip
    assert mean(xs).op is ops.div
    assert mean(xs).operands[0].op is ops.sum_


@EVERY_REDUCTION
def test_a_reduction_takes_every_kind_of_collection(name):
    f = REDUCTIONS[name]
    numbers = [1.0, 2.0, 4.0]
    expected = f(numbers)

    assert type(expected) is float
    for xs in (
        (1, 2, 4),
        iter(numbers),
        [1, Fraction(2), np.float32(4)],
        np.array(numbers),
        np.array([1, 2, 4]),
        {1.0: None, 2.0: None, 4.0: None},
    ):
        assert f(xs) == expected
    for xs in (
        [Value(x) for x in numbers],
        (1, Value(2.0), 4.0),
        (Value(x) for x in numbers),
        np.array([Value(1.0), 2.0, 4.0]),
        [constant(1.0), Value(2.0), np.float64(4.0)],
    ):
        result = f(xs)
        assert isinstance(result, Value)
        assert result.data == expected


@EVERY_REDUCTION
def test_a_reduction_of_constants_is_a_constant(name):
    result = REDUCTIONS[name]([constant(1.0), 2.0])

    assert isinstance(result, Constant)


@EVERY_REDUCTION
def test_the_collection_may_change_afterwards(name):
    """A node must not look into the list that it was made of."""
    xs = [Value(1.0), Value(2.0)]
    first, second = xs
    root = REDUCTIONS[name](xs)
    expected = Graph(root).nodes
    xs.clear()
    root.backward()

    assert Graph(root).nodes == expected
    assert first.grad != 0.0
    assert second.grad != 0.0


def test_the_lists_given_to_dot_may_change_afterwards():
    w, x = [Value(1.0)], [Value(2.0)]
    kept = w[0]
    root = dot(w, x)
    w[0] = x[0] = None
    root.backward()

    assert kept.grad == 2.0


def test_nothing_to_add_up():
    assert (total([]), prod([]), logsumexp([]), dot([], [])) == (0.0, 1.0, -math.inf, 0.0)
    assert dot([], [], 3) == 3.0
    bias = Value(3.0)
    dot([], [], bias).backward()
    assert bias.grad == 1.0
    for f, name in ((mean, "mean"), (softmax, "softmax"), (log_softmax, "log_softmax")):
        with refused(ValueError, f"{name} of an empty list is undefined; give at least one number"):
            f([])


BATCH = {**REDUCTIONS, "softmax": softmax, "log_softmax": log_softmax}


@pytest.mark.parametrize("name", BATCH)
@pytest.mark.parametrize("x", [Value(2.0), 3.0, "abc", b"ab", np.float64(2.0)], ids=repr)
def test_one_number_is_not_a_list_of_numbers(name, x):
    with refused(TypeError, f"{name} takes a list of numbers, got {x!r}; write {name}([...])"):
        BATCH[name](x)


@pytest.mark.parametrize("name", BATCH)
def test_what_cannot_be_iterated_is_not_a_list_of_numbers(name):
    with refused(TypeError, f"{name} takes a list of numbers, got a NoneType"):
        BATCH[name](None)


@pytest.mark.parametrize("name", BATCH)
@pytest.mark.parametrize("others", [[], [Value(1.0)], [1.0]], ids=["alone", "value", "float"])
def test_what_is_no_number_among_numbers_is_named(name, others):
    with refused(TypeError, f"{name} takes a real number, got the str 'x'; write float('x')"):
        BATCH[name]([*others, "x"])
    with refused(TypeError, f"{name} takes a real number, got None; write 0.0 if zero is meant"):
        BATCH[name]([*others, None])


def test_bad_operands_of_dot():
    v = Value(1.0)
    with refused(ValueError, "dot of 1 weights and 2 inputs; give one input for each weight"):
        dot([v], [v, v])
    with refused(ValueError, "dot of 2 weights and 0 inputs; give one input for each weight"):
        dot([v, v], [])
    with refused(TypeError, "dot takes a list of numbers, got 3; write dot([...])"):
        dot(3, [v])
    for ws, xs, bias in ((["x"], [v], 0), ([v], ["x"], 0), ([v], [v], "x")):
        with refused(TypeError, "dot takes a real number, got the str 'x'; write float('x')"):
            dot(ws, xs, bias)


def test_rows_of_any_number_of_operands_can_be_called():
    v = Value(2.0)

    assert ops.sum_(1.0, v).data == 3.0
    assert ops.dot(v, 5.0, 1.0).data == 11.0
    assert ops.prod(v, v, v).operands == (v, v, v)
