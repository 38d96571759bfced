"""The functions that users import, and operations of their own (points 8, 9 and 15)."""

import copy
import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import (
    Constant,
    DomainError,
    Graph,
    Interval,
    OperationError,
    Value,
    constant,
    derivative,
    dot,
    grad,
    hessian,
    is_constant,
    log_softmax,
    logsumexp,
    mean,
    no_grad,
    operation,
    ops,
    prod,
    softmax,
    where,
)
from autograd import sum as total
from autograd.arithmetic import Arithmetic
from autograd.functions import Gathered

from .helpers import pickled, refused

ORDINARY = st.floats(-100.0, 100.0)
LISTS = st.lists(ORDINARY, min_size=1, max_size=8)
REDUCTIONS = {"sum": total, "prod": prod, "mean": mean, "logsumexp": logsumexp}
EVERY_REDUCTION = pytest.mark.parametrize("name", REDUCTIONS)


def gradients(f, xs):
    """f(Values of xs).data, and the gradient of each."""
    values = [Value(x) for x in xs]
    root = f(values)
    root.backward()
    return root.data, [v.grad for v in values]


# --- sums and products ----------------------------------------------------------------------------


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


YES, NO = True, False

# --- choosing -------------------------------------------------------------------------------------


def explode():
    raise AssertionError("this branch was not chosen")


@pytest.mark.parametrize("condition", [True, np.bool_(1), Value(1.0), constant(-2.0)], ids=repr)
def test_only_the_chosen_branch_runs(condition):
    x = Value(3.0)
    y = where(condition, lambda: x * 2.0, explode)
    y.backward()

    assert (y.data, x.grad) == (6.0, 2.0)


@pytest.mark.parametrize("condition", [False, np.bool_(0), Value(0.0), constant(-0.0)], ids=repr)
def test_the_other_branch_otherwise(condition):
    x = Value(3.0)
    y = where(condition, explode, lambda: x * 2.0)
    y.backward()

    assert (y.data, x.grad) == (6.0, 2.0)


def test_a_value_not_chosen_has_no_edge():
    """So log(0) beside it cannot turn its gradient into 0 × inf = nan."""
    x = Value(0.0)
    slope = x.sqrt()  # infinite at 0
    y = where(x > 0.0, slope, x * 2.0)
    y.backward()

    assert x.grad == 2.0
    assert all(node.op is not ops.sqrt for node in Graph(y))


def test_the_choice_is_recorded():
    x, big = Value(3.0), Value(5.0)
    by_bool = where(YES, x, 0.0)
    by_value = where(autograd.greater(big, x), x, 0.0)

    assert by_bool.op is by_value.op is ops.chosen
    assert [v.data for v in by_bool.operands] == [1.0, 3.0]
    assert isinstance(by_bool.operands[0], Constant)
    assert by_value.operands[0].op is ops.greater
    by_value.backward()
    assert (x.grad, big.grad) == (1.0, 0.0)


def test_choosing_between_plain_numbers():
    assert where(YES, 2, 3) == 2.0
    assert where(NO, lambda: 2, lambda: Fraction(1, 2)) == 0.5
    assert type(where(YES, 2, 3)) is float


def test_choosing_a_plain_number_by_a_value_is_recorded_with_slope_zero():
    c = Value(1.0)
    y = where(c, 2.0, 3.0)
    y.backward()

    assert (y.data, c.grad) == (2.0, 0.0)


def test_choosing_in_higher_orders():
    def huber(x):
        return where(abs(x) < 1.0, lambda: x * x / 2, lambda: abs(x) - 0.5)

    assert (grad(huber)(0.5), grad(huber)(3.0)) == (0.5, 1.0)
    assert (grad(grad(huber))(0.5), grad(grad(huber))(3.0)) == (1.0, 0.0)


@pytest.mark.parametrize("condition", [1, 0.0, None, "yes", np.array([True]), []], ids=repr)
def test_a_condition_is_a_bool_or_a_value(condition):
    text = (
        f"where takes a bool or a Value as its condition, got {condition!r}; "
        "write where(x > 0, a, b)"
    )
    with refused(TypeError, text):
        where(condition, Value(1.0), Value(2.0))


def test_a_branch_is_a_number():
    with refused(TypeError, "where takes a real number, got the str 'x'; write float('x')"):
        where(YES, "x", Value(1.0))
    with refused(TypeError, "where takes a real number, got None; write 0.0 if zero is meant"):
        where(YES, lambda: None, Value(1.0))
    with refused(TypeError, "where takes Values or real numbers, got Value, str"):
        where(Value(1.0), "x", 2.0)


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


# --- operations of one's own ----------------------------------------------------------------------

NAMES = itertools.count()


@pytest.fixture
def new():
    """`operation` under a name of the test's own; the table is as before afterwards."""
    before = set(ops.ALL)
    yield lambda *args, **kwargs: operation(f"custom{next(NAMES)}", *args, **kwargs)
    for name in set(ops.ALL) - before:
        del ops.ALL[name]


def cube(new):
    return new(lambda x: x * x * x, lambda z, x: 3.0 * x * x, symbol="x³", formulas=["3*x**2"])


@given(x=ORDINARY)
def test_a_custom_operation_in_the_engine(x):
    row = operation(f"custom{next(NAMES)}", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    try:
        v = Value(x)
        y = row(v) * 2.0
        y.backward()

        assert y.data == x * x * x * 2.0
        assert v.grad == 2.0 * (3.0 * x * x)
        assert row(x) == x * x * x
    finally:
        del ops.ALL[row.name]


def test_a_custom_operation_in_higher_orders(new):
    row = cube(new)

    assert grad(row)(2.0) == 12.0
    assert grad(grad(row))(2.0) == 12.0
    assert grad(grad(grad(row)))(2.0) == 6.0
    assert derivative(row, 2)(2.0) == 12.0
    assert hessian(lambda v: row(v[0]) * v[1])([2.0, 5.0]) == [[60.0, 12.0], [12.0, 0.0]]


def test_a_custom_operation_in_a_graph_in_json_and_in_a_pickle(new):
    row = cube(new)
    x = Value(2.0, label="x")
    y = row(x)
    graph = Graph(y)

    assert graph.nodes[1].op is row
    assert graph.nodes[1].slopes == (12.0,)
    assert graph.nodes[0].grad == 12.0
    assert (y._op, row.symbol, row.formulas) == ("x³", "x³", ("3*x**2",))
    assert row.name in str(graph)
    assert Graph.from_json(graph.to_json()) == graph
    for copied in (copy.deepcopy(y), pickled(y)):
        assert copied.op is row
        copied.backward()
        assert copied.operands[0].grad == 12.0


def test_a_custom_operation_of_two_operands(new):
    row = new(
        lambda x, y: x * x * y, [lambda z, x, y: 2 * x * y, lambda z, x, y: x * x], symbol="x²y"
    )
    a, b = Value(3.0), Value(5.0)
    row(a, b).backward()

    assert (row.arity, a.grad, b.grad) == (2, 30.0, 9.0)
    assert hessian(lambda v: row(*v))([3.0, 5.0]) == [[10.0, 6.0], [6.0, 0.0]]
    with refused(TypeError, f"{row.name} takes 2 operands, got 1"):
        row(a)


def test_a_custom_operation_of_three_operands(new):
    row = new(
        lambda x, y, w: x * y + w,
        [lambda z, x, y, w: y, lambda z, x, y, w: x, lambda z, x, y, w: 1],
    )
    a, b = Value(3.0), Value(5.0)
    row(a, b, a).backward()

    assert (a.grad, b.grad) == (6.0, 3.0)


def test_a_custom_operation_of_any_number_of_operands(new):
    """The power mean of order 2, without its root."""
    row = new(
        lambda *xs: math.fsum(x * x for x in xs) / len(xs),
        lambda z, *xs: tuple(2 * x / len(xs) for x in xs),
        variadic=True,
    )
    xs = [Value(1.0), Value(2.0), Value(3.0), Value(6.0)]
    row(*xs).backward()

    assert row.arity is None
    assert [x.grad for x in xs] == [0.5, 1.0, 1.5, 3.0]
    assert hessian(lambda v: row(*v))([1.0, 2.0]) == [[1.0, 0.0], [0.0, 1.0]]


def test_the_domain_of_a_custom_operation_is_kept(new):
    """Even where its forward function has a finite answer, which is not asked for."""
    asked = []

    def forward(x):
        asked.append(x)
        return x * 2

    row = new(forward, lambda z, x: 2, domain=Interval(low=0.0))
    text = f"{row.name}(-1.0) is not a finite real number; {row.name} needs x > 0"
    for x in (-1.0, Value(-1.0)):
        with refused(DomainError, text):
            row(x)
    assert asked == []
    assert row(Value(3.0)).data == 6.0
    with refused(DomainError, text + " (operand 1 is 'x')"):
        row(Value(-1.0, label="x"))


def test_a_function_of_the_math_module_with_its_domain(new):
    """math.lgamma raises ValueError at its poles: with the domain said, it is never asked there."""
    row = new(math.lgamma, lambda z, x: 0.0, domain=Interval(low=0.0))

    assert row(Value(4.0)).data == math.lgamma(4.0)
    with pytest.raises(DomainError, match=r"needs x > 0$"):
        row(Value(0.0))


@pytest.mark.parametrize("slope", [np.float64(2.0), np.float32(2.0), np.int64(2), Fraction(2), 2])
def test_the_gradient_is_a_float_whatever_a_partial_returns(new, slope):
    row = new(lambda x: 2 * x, lambda z, x: slope)
    x = Value(1.0)
    (row(x) * 3.0).backward()

    assert type(x.grad) is float
    assert x.grad == 6.0
    assert grad(row)(1.0) == 2.0
    assert type(grad(row)(1.0)) is float


def test_a_custom_operation_stays_exact_in_fractions(new):
    row = new(lambda x: x / 3, lambda z, x: Fraction(1, 3))
    graph = Graph(row(Value(1.0)) * 2.0)

    assert graph.evaluate(Fraction)[-1] == Fraction(2, 3)
    assert graph.gradients(Fraction)[0] == Fraction(2, 3)


def test_a_partial_that_returns_no_number_is_named(new):
    """A Value from outside would turn ``.grad`` into a Value, and ``.grad`` is always a float."""
    outside = Value(2.0)
    row = new(lambda x: 2 * x, lambda z, x: outside)
    with refused(
        OperationError,
        f"a partial of {row.name} returned a Value for plain numbers; a partial is made of its "
        "operands, plain numbers and the functions of autograd",
    ):
        row(Value(1.0)).backward()
    row = new(lambda x: 2 * x, lambda z, x: None)
    with refused(
        OperationError, f"a partial of {row.name} returned a NoneType; it returns one number"
    ):
        row(Value(1.0)).backward()


@pytest.mark.parametrize("result", [np.float64(2.0), np.float32(2.0), 2, Fraction(2), True])
def test_the_data_is_a_float_whatever_forward_returns(new, result):
    y = new(lambda x: result, lambda z, x: 0)(Value(1.0))

    assert type(y.data) is float
    assert y.data == float(result)


@pytest.mark.parametrize("result", [None, "3", 1j, [1.0]], ids=repr)
@pytest.mark.parametrize("x", [1.0, Value(1.0)], ids=repr)
def test_a_forward_function_that_returns_no_number_is_named(new, result, x):
    row = new(lambda x: result, lambda z, x: 0)
    with refused(
        OperationError,
        f"the forward function of {row.name} returned a {type(result).__name__}; it returns one "
        "number",
    ):
        row(x)


def test_errors_inside_a_forward_function_are_its_own(new):
    def forward(_):
        raise KeyError("weights")

    with pytest.raises(KeyError, match="weights"):
        new(forward, lambda z, x: 0)(Value(1.0))


def test_a_custom_operation_is_recorded_only_on_values(new):
    row = cube(new)

    assert isinstance(row(constant(2.0)), Constant)
    with no_grad():
        assert isinstance(row(Value(2.0)), Constant)
    with refused(TypeError, f"{row.name} takes Values or real numbers, got str"):
        row("x")


def test_a_custom_operation_works_on_anything_that_records(new):
    class Symbol(Arithmetic):
        def record(self, op, operands):
            return (op, operands)

    row, x = cube(new), Symbol()

    assert row(x) == (row, (x,))
    assert total([1.0, x]) == (ops.sum_, (1.0, x))


BAD_ROWS = {
    "taken": (
        ("add", abs, abs),
        {},
        (
            "there is already an operation named 'add'; choose another name, or take the old one "
            "away first: del autograd.ops.ALL['add']"
        ),
    ),
    "no name": (("not ok", abs, abs), {}, "an operation's name is an identifier, got 'not ok'"),
    "a number": ((3, abs, abs), {}, "an operation's name is an identifier, got 3"),
    "None": ((None, abs, abs), {}, "an operation's name is an identifier, got None"),
    "no forward": (
        ("bad", 3, [len]),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got 3 and "
            "(<built-in function len>,)"
        ),
    ),
    "no partials": (
        ("bad", len, []),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got "
            "<built-in function len> and []"
        ),
    ),
    "a partial that is none": (
        ("bad", len, [len, 3]),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got "
            "<built-in function len> and (<built-in function len>, 3)"
        ),
    ),
    "partials that are none": (
        ("bad", len, 3),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got "
            "<built-in function len> and 3"
        ),
    ),
    "too many domains": (
        ("bad", len, [len, len]),
        {"domain": [Interval()] * 3},
        "operation 'bad' has 3 domains; give one for all operands, or one for each of the 2",
    ),
    "a domain that is none": (
        ("bad", len, [len]),
        {"domain": 3},
        "operation 'bad' has a domain that is not an Interval: 3",
    ),
    "a domain with something else": (
        ("bad", len, [len, len]),
        {"domain": [Interval(), (0, 1)]},
        (
            "operation 'bad' has a domain that is not an Interval: "
            "[Interval(low=-inf, high=inf, closed=False, without=()), (0, 1)]"
        ),
    ),
    "several partials of a variadic": (
        ("bad", len, [len, len]),
        {"variadic": True},
        (
            "operation 'bad' takes any number of operands, so it needs one function that returns "
            "all slopes as a tuple; got 2 functions"
        ),
    ),
}


@pytest.mark.parametrize("why", BAD_ROWS)
def test_a_row_that_is_not_well_formed_is_refused(why):
    args, options, text = BAD_ROWS[why]
    before = dict(ops.ALL)
    with refused(OperationError, text):
        operation(*args, **options)

    assert before == ops.ALL


def test_rows_are_few_and_each_is_itself():
    for name, row in ops.ALL.items():
        assert row.name == name
        assert repr(row) == f"<op {name}>"
        assert copy.deepcopy(row) is row
        assert pickled(row) is row


@pytest.mark.parametrize(
    ("partials", "expected", "given"),
    [
        (lambda x: 2.0 * x, "(z, x)", "(x)"),
        ([lambda z, x, y: y, lambda z, x: x], "(z, x, y)", "(z, x)"),
    ],
)
def test_a_partial_that_forgot_the_result_is_refused_at_once(partials, expected, given):
    with pytest.raises(OperationError) as error:
        operation("forgot", lambda *xs: xs[0], partials)

    assert str(error.value) == (
        f"a partial of 'forgot' takes {expected}, the result and then the operands, with one "
        f"partial for each operand; got {given}"
    )
    assert "forgot" not in ops.ALL


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
