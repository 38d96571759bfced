"""Derivatives of functions that use Values from outside: they stay connected to these.

Physics-informed losses and gradient penalties are made of such derivatives. The oracle: the same
computation with those Values as arguments, inside one derivative more.
"""

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import (
    Constant,
    Value,
    constant,
    derivative,
    detach,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    scope,
    value_and_grad,
    vjp,
)

NUMBERS = st.floats(-1.5, 1.5, allow_subnormal=False)


def curve(w, x):
    return (w[0] * x + w[1]).tanh() * w[2] + x * x * w[0]


def times(u, w, x):
    return grad(lambda t: u * curve(w, t))(x)


# Each a number that depends on w through a derivative with respect to x alone.
FORMS = {
    "grad": lambda w, x: grad(lambda t: curve(w, t))(x),
    "value_and_grad": lambda w, x: sum(value_and_grad(lambda t: curve(w, t))(x)),
    "grad of a list": lambda w, x: grad(lambda v: curve(w, v[0]) * v[1])([x, 2.0])[1],
    "second argument": lambda w, x: grad(lambda s, t: s * curve(w, t), argnums=1)(3.0, x),
    "nested": lambda w, x: grad(grad(lambda t: curve(w, t)))(x),
    "nested with w inside": lambda w, x: grad(lambda s: w[1] * s * grad(lambda t: curve(w, t))(x))(
        2.0
    ),
    "derivative": lambda w, x: derivative(lambda t: curve(w, t), order=3)(x),
    "jvp": lambda w, x: jvp(lambda t: curve(w, t), (x,), (2.0,))[1],
    "jvp of a tuple": lambda w, x: jvp(lambda t: (curve(w, t), {"aux": t}), (x,), (1.0,))[1][0],
    "vjp": lambda w, x: vjp(lambda t: [curve(w, t), t], x)[1]([2.0, 1.0])[0],
    "jacobian": lambda w, x: jacobian(lambda t: (curve(w, t), w[1] * t))(x)[0],
    "jacobian forward": lambda w, x: jacobian(lambda t: [curve(w, t)], mode="forward")(x)[0],
    "hessian": lambda w, x: hessian(lambda v: curve(w, v[0]) * v[1])([x, 2.0])[0][1],
    "hvp": lambda w, x: hvp(lambda t: curve(w, t))(x, 2.0),
    "a result from outside": lambda w, x: times(w[0] * 2, w, x),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(weights=st.tuples(NUMBERS, NUMBERS, NUMBERS), x=NUMBERS)
def test_what_a_derivative_depends_on_gets_its_gradient(form, weights, x):
    expected = grad(lambda w: form(w, x) * 3.0)(list(weights))
    leaves = [Value(number) for number in weights]
    (form(leaves, x) * 3.0).backward()

    assert [leaf.grad for leaf in leaves] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_gradient_penalty_reaches_every_parameter():
    model = nn.MLP(1, [4, 1], activation="tanh", rng=random.Random(1))
    slope = grad(lambda x: model([x]))(0.3)
    loss = (slope - model([0.3])) ** 2
    loss.backward()

    def penalty():
        with no_grad():
            return (grad(lambda x: model([x]))(0.3) - model([0.3])).data ** 2

    for parameter in model.parameters():
        number, step = parameter.data, 1e-6
        parameter.data = number + step
        above = penalty()
        parameter.data = number - step
        below = penalty()
        parameter.data = number
        assert parameter.grad == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-8)


def test_a_result_is_never_the_leaf_itself():
    """The slope of w·x is w: of the pass that was recorded, whatever becomes of w."""
    w = Value(2.0)
    value, slope = value_and_grad(lambda x: w * x)(3.0)
    w.data = 5.0

    assert (value.data, slope.data) == (6.0, 2.0)
    slope.backward()
    assert w.grad == 1.0


def test_several_outputs_are_all_connected_or_none():
    """One run has one kind of result, whichever of its numbers depend on the outside."""
    w = Value(2.0)
    rows = jacobian(lambda x: (w * x, x))(3.0)

    assert [row.data for row in rows] == [2.0, 1.0]


@pytest.mark.parametrize(
    "outside", [2.0, constant(2.0), detach(Value(2.0))], ids=["number", "constant", "detached"]
)
def test_what_needs_no_gradient_leaves_plain_numbers(outside):
    assert type(grad(lambda x: x * x * outside)(3.0)) is float


def by_steps(x):
    total = Value(0.0)  # as micrograd's users begin a sum
    for k in range(3):
        total = total + x**k
    return total


@pytest.mark.parametrize(
    "f",
    [
        by_steps,
        lambda x: Value(1.0) * x * x,
        lambda x: grad(lambda y: y * Value(2.0) * x)(1.0) * x,
        lambda x: nn.MLP(1, [2, 1], activation="tanh")([x]),
        scope("s")(by_steps),
    ],
    ids=["sum", "factor", "nested", "a model made inside", "scope"],
)
def test_values_made_by_the_function_itself_leave_plain_numbers(f):
    assert type(grad(f)(2.0)) is float
    assert type(derivative(f, 2)(2.0)) is float
    assert type(grad(grad(f))(2.0)) is float


def test_a_value_made_in_an_earlier_derivative_is_one_from_outside():
    made = []

    def keeping(x):
        made.append(Value(3.0))
        return x * made[-1]

    grad(keeping)(2.0)
    grad(lambda x: x * x * made[0])(2.0).backward()
    assert made[0].grad == 4.0
    copied = pickle.loads(pickle.dumps(made[0]))  # noqa: S301
    grad(lambda x: x * copied)(2.0).backward()
    assert copied.grad == 4.0 + 1.0


def test_frozen_parameters_and_no_grad_leave_plain_numbers():
    model = nn.MLP(1, [2, 1], activation="tanh", rng=random.Random(0))
    with no_grad():
        assert type(grad(lambda x: model([x]))(0.3)) is float
    model.freeze()
    assert type(grad(lambda x: model([x]))(0.3)) is float
    model.layers[0].unfreeze()
    assert isinstance(grad(lambda x: model([x]))(0.3), Value)


def test_a_number_that_was_differentiated_by_is_a_constant_afterwards():
    """Nobody around the derivative has a variable that it could ask a gradient of."""
    seen = []
    w = Value(2.0)
    slope = grad(lambda x: seen.append(x) or w * x * x)(3.0)
    slope.backward()

    assert isinstance(seen[0], Constant)
    assert w.grad == 6.0
