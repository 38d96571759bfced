"""Derivatives of functions: forward = reverse, any order, nested, and never confused."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd as ag
from autograd import (
    StaleValueError,
    Value,
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    ops,
    value_and_grad,
    vjp,
)
from autograd.primitive import unchecked
from autograd.pullback import Paths
from tests.strategies import points, smooth_programs

mpmath.mp.dps = 50
SMALL = st.floats(-2.0, 2.0, allow_subnormal=False)


def runs(program):
    """The program as a function of a list."""
    return program.run


@given(program=smooth_programs)
def test_forward_mode_is_reverse_mode(program):
    """One gradient by one reverse sweep, and by one forward sweep for each input."""
    f = runs(program)
    inputs = list(program.inputs)
    reverse = grad(f)(inputs)
    forward = [
        jvp(f, (inputs,), ([float(i == j) for j in range(len(inputs))],))[1]
        for i in range(len(inputs))
    ]
    scale = max(map(abs, reverse), default=1.0) + 1.0

    assert forward == pytest.approx(reverse, rel=1e-9, abs=1e-12 * scale)


@given(program=smooth_programs)
def test_grad_is_what_backward_stores(program):
    leaves = [Value(x) for x in program.inputs]
    program.run(leaves).backward()

    assert grad(runs(program))(list(program.inputs)) == pytest.approx(
        [leaf.grad for leaf in leaves], rel=1e-12, abs=1e-300
    )


@given(program=smooth_programs, directions=st.lists(SMALL, min_size=4, max_size=4))
def test_the_hessian_is_symmetric_and_hvp_is_its_product(program, directions):
    f = runs(program)
    inputs = list(program.inputs)
    vector = directions[: len(inputs)]
    matrix = hessian(f)(inputs)
    scale = 1.0 + max(abs(x) for row in matrix for x in row)
    assume(scale < 1e6)

    for i, row in enumerate(matrix):
        for j, entry in enumerate(row):
            assert entry == pytest.approx(matrix[j][i], rel=1e-9, abs=1e-9 * scale)
    product = [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]
    assert hvp(f)(inputs, vector) == pytest.approx(product, rel=1e-9, abs=1e-9 * scale)


@given(program=smooth_programs)
def test_second_derivatives_are_the_slopes_of_first_ones(program):
    f = runs(program)
    inputs = list(program.inputs)
    matrix = hessian(f)(inputs)
    step = 1e-5
    for i in range(len(inputs)):
        up, down = list(inputs), list(inputs)
        up[i] += step
        down[i] -= step
        measured = [(a - b) / (2 * step) for a, b in zip(grad(f)(up), grad(f)(down), strict=True)]
        scale = 1.0 + max(abs(x) for row in matrix for x in row)
        assume(scale < 1e3)
        assert matrix[i] == pytest.approx(measured, rel=1e-4, abs=1e-4 * scale)


@pytest.mark.parametrize(
    "op", [op for op in ops.ALL.values() if op.arity == 1], ids=lambda op: op.name
)
@given(data=st.data())
def test_second_and_third_derivatives_of_every_row_agree_in_both_modes(op, data):
    """grad∘grad by reverse sweeps, derivative by forward sweeps: two roads to one number."""
    (x,) = data.draw(points(op))

    assert grad(grad(op))(x) == pytest.approx(derivative(op, 2)(x), rel=1e-9, abs=1e-9)
    assert grad(grad(grad(op)))(x) == pytest.approx(derivative(op, 3)(x), rel=1e-8, abs=1e-8)


ANALYTIC = {
    "exp": mpmath.exp, "log": mpmath.log, "sin": mpmath.sin, "tanh": mpmath.tanh,
    "sqrt": mpmath.sqrt, "atan": mpmath.atan, "erf": mpmath.erf, "asinh": mpmath.asinh,
    "expm1": mpmath.expm1, "log1p": lambda x: mpmath.log(1 + x), "cosh": mpmath.cosh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ANALYTIC))
@pytest.mark.parametrize("order", [2, 3])
@given(data=st.data())
def test_higher_derivatives_agree_with_mpmath(name, order, data):
    (x,) = data.draw(points(ops.ALL[name]))
    expected = mpmath.diff(ANALYTIC[name], mpmath.mpf(x), order)

    assert derivative(ops.ALL[name], order)(x) == pytest.approx(
        float(expected), rel=1e-10, abs=1e-10
    )


@pytest.mark.parametrize(
    "op", [op for op in ops.ALL.values() if op.arity != 1], ids=lambda op: op.name
)
@given(data=st.data())
def test_mixed_second_derivatives_of_every_row_are_symmetric(op, data):
    xs = list(data.draw(points(op)))
    if op.name == "pow" and xs[0] < 0:
        return  # no real slope towards the exponent
    matrix = hessian(lambda v: op(*v))(xs)
    scale = 1.0 + max(abs(entry) for row in matrix for entry in row)

    for i, row in enumerate(matrix):
        for j, entry in enumerate(row):
            assert entry == pytest.approx(matrix[j][i], rel=1e-9, abs=1e-9 * scale)


# --- nesting --------------------------------------------------------------------------------------


def test_nested_derivatives_are_not_confused():
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert derivative(lambda x: x * derivative(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: x * derivative(lambda y: x + y)(1.0))(5.0) == 1.0


@given(x=SMALL, y=SMALL)
def test_an_inner_derivative_sees_the_outer_variable(x, y):
    """d/dx of d/dy sin(x·y)·x is known in closed form."""
    inner = grad(lambda x: grad(lambda y: ag.sin(x * y) * x)(y))

    expected = 2 * x * math.cos(x * y) - x * x * y * math.sin(x * y)
    assert inner(x) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_inside_a_derivative_results_are_values_outside_floats():
    seen = []

    def f(x):
        seen.append(grad(lambda y: y * y)(3.0))
        return x * seen[-1]

    assert grad(f)(1.0) == 6.0
    assert isinstance(seen[0], Value)
    assert isinstance(grad(lambda y: y * y)(3.0), float)
    assert isinstance(grad(lambda y: y * y)(Value(3.0)), Value)


def test_values_given_stay_connected():
    x = Value(3.0)
    slope = grad(lambda y: y**3)(x)
    slope.backward()

    assert slope.data == 27.0
    assert x.grad == 18.0


def test_no_grad_around_and_inside():
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
        assert grad(lambda x: x * x)(Value(3.0)).kind == "constant"

    def half_hidden(x):
        with no_grad():
            y = x * x
        return x * y

    assert grad(half_hidden)(3.0) == 9.0


def test_grad_is_never_touched():
    x = Value(3.0)
    x.grad = 7.0
    grad(lambda y: x * y)(2.0)
    hessian(lambda y: x * y * y)(2.0)

    assert x.grad == 7.0


def test_a_leaf_changed_since_cannot_be_differentiated_again():
    w = Value(2.0, label="w")
    product = w * w
    w.data = 5.0

    with pytest.raises(
        StaleValueError, match=r"leaf 'w': mul recorded it as 2\.0, but it has been changed"
    ):
        Paths([w], [product]).pull([1.0], live=True)
    assert Paths([w], [product]).pull([1.0], live=False) == [4.0]


@pytest.mark.parametrize(("before", "after"), [(0.0, -0.0), (-0.0, 0.0), (1.0, math.nan)])
def test_another_zero_and_nan_are_changes_too(before, after):
    w = Value(before)
    product = w * w
    w.data = after

    with pytest.raises(StaleValueError, match="it has been changed"):
        Paths([w], [product]).pull([1.0], live=True)


def test_a_leaf_that_was_nan_and_is_nan_has_not_changed():
    w = Value(math.nan)
    product = w * w
    w.data = math.nan

    assert math.isnan(Paths([w], [product]).pull([1.0], live=True)[0].data)


# --- shapes ---------------------------------------------------------------------------------------


def test_arguments_keep_their_shape():
    def f(model, x):
        return model["w"][0] * x[0] + model["w"][1] * x[1] + model["b"]

    value, gradient = value_and_grad(f)({"w": [2.0, 3.0], "b": 1.0}, (10.0, 100.0))

    assert value == 321.0
    assert gradient == {"w": [10.0, 100.0], "b": 1.0}
    assert grad(f, argnums=1)({"w": [2.0, 3.0], "b": 1.0}, (10.0, 100.0)) == (2.0, 3.0)


def test_arrays_in_arrays_out():
    weights = np.array([0.1, 0.2])
    gradient = grad(lambda w: (w @ np.array([1.0, 2.0])).tanh())(weights)
    matrix = jacobian(lambda w: np.exp(w) * w[0])(weights)

    assert gradient.shape == (2,)
    assert gradient.dtype == float
    assert matrix.shape == (2, 2)
    assert matrix[1, 0] == pytest.approx(math.exp(0.2))


@given(x=SMALL, y=SMALL)
def test_the_jacobian_is_the_same_by_rows_and_by_columns(x, y):
    def f(v):
        return [ag.sin(v[0] * v[1]), v[0] - v[1], 3.0]

    assert jacobian(f)([x, y]) == jacobian(f, mode="forward")([x, y])
    assert jacobian(f)([x, y])[2] == [0.0, 0.0]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_square_jacobian_has_a_row_for_each_output(mode):
    """By hand, and with no entry equal to the one across the diagonal."""
    slopes = [[2.0, 3.0, 5.0], [7.0, 11.0, 13.0], [17.0, 19.0, 23.0]]

    def f(v):
        return [sum(a * x for a, x in zip(row, v, strict=True)) for row in slopes]

    assert jacobian(f, mode=mode)([1.0, -1.0, 0.5]) == slopes
    split = jacobian(lambda x, y: [2.0 * x + 3.0 * y, 7.0 * x + 11.0 * y], (1, 0), mode)
    assert split(1.0, -1.0) == ([3.0, 11.0], [2.0, 7.0])


def test_vjp_pulls_any_cotangent():
    value, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)

    assert value == [6.0, 5.0]
    assert pull([2.0, 10.0]) == (16.0, 14.0)
    with pytest.raises(ValueError, match="has 2 outputs, but the cotangent has 1 numbers"):
        pull([1.0])


def test_a_cotangent_may_be_a_value_and_stays_connected():
    weight = Value(2.0)
    _, pull = vjp(lambda x: [x * x, x], Value(3.0))
    (pulled,) = pull([weight, 1.0])
    pulled.backward()

    assert pulled.data == 2.0 * 6.0 + 1.0
    assert weight.grad == 6.0


def test_any_argument_may_be_the_one():
    def f(x, y):
        return x * y**3

    assert hessian(f, argnums=1)(5.0, 2.0) == 5.0 * 6.0 * 2.0
    assert hessian(f, argnums=(0, 1))(5.0, 2.0) == ((0.0, 12.0), (12.0, 60.0))
    assert hvp(f, argnums=1)(5.0, 2.0, 10.0) == 600.0
    assert grad(f, argnums=-1)(5.0, 2.0) == 60.0
    assert jacobian(f, argnums=(1, 0))(5.0, 2.0) == (60.0, 8.0)


def test_one_output_twice_is_pulled_twice():
    def f(x):
        y = x * x
        return [y, y, x]

    _, pull = vjp(f, 3.0)

    assert pull([1.0, 10.0, 100.0]) == (6.0 + 60.0 + 100.0,)


def test_several_arguments_of_several_numbers_each():
    def f(x, y, z, *, scale):
        return scale * (x[0] * y[0] * z[0] + x[1] * y[1] * z[1])

    gradient = grad(f, argnums=(0, 1, 2))([1.0, 2.0], [3.0, 4.0], [5.0, 6.0], scale=10.0)

    assert gradient == ([150.0, 240.0], [50.0, 120.0], [30.0, 80.0])


def test_a_tangent_may_be_a_value_and_stays_connected():
    speed = Value(2.0)
    _, moved = jvp(lambda x: x * x, (3.0,), (speed,))
    moved.backward()

    assert (moved.data, speed.grad) == (12.0, 6.0)


def test_a_constant_is_differentiated_as_the_number_that_it_is():
    assert grad(lambda x: x * x)(ag.constant(3.0)).data == 6.0


def test_an_object_that_is_called_has_its_class_for_a_name():
    class Square:
        def __call__(self, x):
            return [x * x]

    with pytest.raises(TypeError, match=r"^Square returned a collection of 1 numbers"):
        value_and_grad(Square())(3.0)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_an_output_given_twice_has_two_equal_rows(mode):
    def f(v):
        product = v[0] * v[1]
        return [product, product, v[1]]

    assert jacobian(f, mode=mode)([2.0, 3.0]) == [[3.0, 2.0], [3.0, 2.0], [0.0, 1.0]]


@pytest.mark.parametrize("name", ["grad", "value_and_grad", "jacobian", "hessian", "hvp"])
def test_each_says_that_it_takes_a_function(name):
    with pytest.raises(TypeError, match=rf"^{name} takes a function, got 3\.0; write {name}\(f\)"):
        getattr(ag, name)(3.0)
    with pytest.raises(TypeError, match=r"^vjp takes a function"):
        vjp(3.0, 1.0)
    with pytest.raises(TypeError, match=r"^jvp takes a function"):
        jvp(3.0, (1.0,), (1.0,))


def test_constant_functions_have_gradient_zero():
    assert grad(lambda _: 3.0)(2.0) == 0.0
    assert grad(lambda x, _: x)(2.0, 3.0) == 1.0
    assert grad(lambda x, _: x, argnums=1)(2.0, 3.0) == 0.0
    assert hessian(lambda v: v[0] + v[1])([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]


def test_order_zero_is_the_function():
    assert derivative(lambda x: x * 5.0, order=0)(2.0) == 10.0


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: grad(3.0), TypeError, r"grad takes a function, got 3.0; write grad\(f\)\(x\)"),
        (lambda: grad(lambda x: [x, x])(1.0), TypeError, "returned a collection of 2 numbers"),
        (lambda: grad(lambda x: [x])(1.0), TypeError, "returned a collection of 1 numbers"),
        (lambda: grad(lambda _: "a")(1.0), TypeError, "returned a str"),
        (lambda: grad(lambda x: x, None)(2.0), TypeError, "argnums=None asks for argument None of"),
        (lambda: grad(lambda x: x, 1)(2.0), TypeError, "argnums=1 asks for argument 1 of"),
        (lambda: jvp(lambda x: x, 1.0, 2.0), TypeError, r"write \(1.0,\)"),
        (
            lambda: jvp(lambda x: x, (1.0,), (1.0, 2.0)),
            ValueError,
            "1 primal numbers and 2 tangents",
        ),
        (lambda: derivative(lambda x: x, -1), ValueError, "order of a derivative"),
        (lambda: derivative(lambda x: x)([1.0]), TypeError, "functions of one number"),
        (lambda: jacobian(lambda x: x, mode="sideways"), ValueError, "'reverse' or 'forward'"),
        (lambda: hvp(lambda x: x)(1.0), TypeError, "f's arguments and then a vector"),
    ],
)
def test_bad_calls_say_what_to_write(call, error, text):
    with pytest.raises(error, match=text):
        call()


@given(xs=st.lists(st.floats(), min_size=2, max_size=2))
def test_derivatives_never_raise_whatever_the_numbers(xs):
    def f(v):
        with unchecked():
            return (v[0] / v[1] + v[0] ** v[1]).log() * v[1].sqrt()

    assert all(isinstance(x, float) for x in grad(f)(xs))
    assert all(isinstance(x, float) for row in hessian(f)(xs) for x in row)
