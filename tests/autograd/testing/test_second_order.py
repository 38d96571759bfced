"""order=2: the gradient of the gradient, held to the slopes of the gradient."""

import math

import pytest

import autograd as ag
from autograd import ops
from autograd.testing import GradientMismatch, check_gradients
from tests.autograd.testing.damage import damaged


def test_the_hessian_is_checked_after_the_gradient():
    verdict = check_gradients(lambda x, y: x * y * ag.sin(x), (1.0, 2.0), order=2)

    assert (verdict.outcome, verdict.order) == ("right", 2)
    names = ["x", "y", "∂/∂x by x", "∂/∂x by y", "∂/∂y by x", "∂/∂y by y"]
    assert [entry.full_name for entry in verdict.entries] == names
    assert verdict.entry("∂/∂x by x").analytic == pytest.approx(
        2 * (2 * math.cos(1.0) - math.sin(1.0))
    )


def test_nested_points_and_several_outputs():
    def f(w, x):
        return [w[0] * x**2, ag.tanh(w[1] * x)]

    verdict = check_gradients(f, ([0.5, 2.0], 0.3), order=2)

    assert verdict.outcome == "right"
    assert len(verdict.entries) == 6 + 18


def test_a_slope_that_is_right_and_cannot_be_differentiated_is_found():
    """exp' through a plain number: the gradient is right, its own slope is lost."""
    lost = (lambda z, x: ag.exp(getattr(x, "data", x)),)
    with damaged(ops.exp, partials=lost):
        assert check_gradients(lambda x: ag.exp(x) * 2.0, 0.5).outcome == "right"
        with pytest.raises(GradientMismatch) as caught:
            check_gradients(lambda x: ag.exp(x) * 2.0, 0.5, order=2)

    assert caught.value.entry == "∂/∂x by x"
    assert caught.value.verdict.order == 2
    assert "order=2" in caught.value.reproduction


def test_a_fault_in_a_row_that_only_second_derivatives_use():
    def off(_, x):
        return -ops.sin(x) * (1.0 + 1e-6)

    with damaged(ops.cos, partials=(off,)):
        assert check_gradients(ag.sin, 0.5).outcome == "right"
        with pytest.raises(GradientMismatch) as caught:
            check_gradients(ag.sin, 0.5, order=2)

    assert caught.value.operation == "cos"


def test_a_first_derivative_that_is_wrong_comes_first():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: x.data * x, 2.0, order=2)

    assert caught.value.verdict.order == 1


def test_kinks_of_the_gradient():
    verdict = check_gradients(lambda x: ag.relu(x) * x, 0.0, order=2)

    assert verdict.outcome == "kink"
    assert (verdict.entries[-1].left, verdict.entries[-1].right) == (0.0, 2.0)
