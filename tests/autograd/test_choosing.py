"""Choosing: only the branch that is chosen runs (point 8)."""

from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import (
    Constant,
    Graph,
    Value,
    constant,
    grad,
    ops,
    where,
)

from .helpers import refused

YES, NO = True, False


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
        f"the condition of where must be a bool or a Value, got {condition!r}; "
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
