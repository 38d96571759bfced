"""order=2: the gradient of the gradient, held to the slopes of the gradient."""

import itertools
import math

import pytest

import autograd as ag
from autograd import ops
from autograd.testing import GradientMismatch, check_gradients
from autograd.testing.recording import Recording
from autograd.testing.second import lost_slopes
from tests.autograd.testing.damage import damaged, spoilt
from tests.autograd.testing.test_faults import ROWS, places, points
from tests.needs import NIGHTLY


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


# --- right as a number, wrong as a function -------------------------------------------------------


def plain(x):
    return getattr(x, "data", x)


def second_mismatch(f, point):
    assert check_gradients(f, point)
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, point, order=2)
    assert caught.value.verdict.order == 2
    return caught.value


@pytest.fixture
def operation():
    made = []

    def make(*args, **kwargs):
        made.append(ag.operation(*args, **kwargs))
        return made[-1]

    yield make
    for op in made:
        del ops.ALL[op.name]


def test_an_operation_whose_slope_loses_its_own_derivative_is_named(operation):
    bell = operation("lossy_bell", lambda x: math.exp(-x * x), lambda z, x: -2.0 * plain(x) * z)
    error = second_mismatch(lambda w, x: bell(w * x) * ag.sin(x), (0.5, 0.7))

    assert error.operation == "lossy_bell"
    assert error.graph.nodes[error.node].op is bell
    assert "its slope towards operand 1 is right here, but differentiated by operand 1" in str(
        error
    )
    assert "without .data" in error.cause


def test_a_kink_of_a_slope_is_no_lost_derivative(operation):
    square = operation("relu_squared", lambda x: max(x, 0.0) ** 2, lambda z, x: 2.0 * ag.relu(x))

    def of(x):
        recording = Recording(square, lambda numbers: square(*numbers), [x], ["x"])
        return lost_slopes(recording, 0)

    assert of(0.0) == []
    assert of(1.0) == []


@pytest.mark.parametrize(
    ("op", "point"), [("sqrt", [0.0]), ("pow", [-2.0, 2.0]), ("pow", [0.0, 1.5]), ("log", [1e-310])]
)
def test_slopes_that_are_not_finite_are_nobodys_fault(op, point):
    f = ops.ALL[op]
    names = ["x", "y"][: len(point)]

    assert lost_slopes(Recording(f, lambda numbers: f(*numbers), point, names), 0) == []


def test_the_right_one_of_two_operands_is_named(operation):
    product = operation(
        "lossy_product",
        lambda x, y: x * x * y,
        partials=(lambda z, x, y: 2 * x * y, lambda z, x, y: x * plain(x)),
    )
    error = second_mismatch(product, (1.5, 2.0))

    assert error.operation == "lossy_product"
    assert "towards operand 2 is right here, but differentiated by operand 1" in error.cause


def test_a_slope_that_is_right_at_the_point_only(operation):
    """The claimed slope of x² is 2, whatever x: right at 1, and its derivative is lost."""
    square = operation("square_at_1", lambda x: x * x, lambda z, x: 2.0 + 0.0 * x)
    error = second_mismatch(lambda x, y: square(x) * y, (1.0, 3.0))

    assert error.operation == "square_at_1"
    assert error.entry == "∂/∂x by x"
    assert error.numeric == pytest.approx(6.0, rel=1e-6)
    assert error.verdict.count("wrong") == 1
    assert (
        "its slope towards operand 1 is right here, but differentiated by operand 1" in error.cause
    )


CURVED = [
    pytest.param(op, i, id=f"{op.name}-{i}")
    for op in ROWS
    for i in places(op)
    if op.kinks.__name__ == "nothing" or op.name in {"pow", "atan2", "hypot", "acosh"}
]


@pytest.mark.parametrize(("op", "i"), CURVED)
def test_a_lost_second_derivative_of_every_row_is_found_and_named(op, i):
    """The slope as a plain number: right by itself, and for second derivatives a constant."""
    for xs in points(op, 2)[: 2 if NIGHTLY else 1]:
        right = [e.analytic for e in check_gradients(op, xs, order=2).entries[len(xs) :]]
        lost = spoilt(op, i, lambda slope, *_: plain(slope))
        with damaged(op, partials=lost):
            before = check_gradients(op, xs).outcome
            if before != "right" or not any(abs(s) > 1e-6 for s in right[i * len(xs) :][: len(xs)]):
                continue
            with pytest.raises(GradientMismatch) as caught:
                check_gradients(op, xs, order=2)
        assert caught.value.operation == op.name


def test_entries_of_several_outputs_and_arguments_have_the_right_names():
    def f(w, x):
        return [w[0] * x**2, w[1] * ag.sin(x)]

    verdict = check_gradients(f, ([0.5, 2.0], 0.3), order=2)

    assert verdict.entry("∂f[0]/∂w[0] by x").analytic == pytest.approx(2 * 0.3)
    assert verdict.entry("∂f[1]/∂w[1] by x").analytic == pytest.approx(math.cos(0.3))
    assert verdict.entry("∂f[1]/∂x by x").analytic == pytest.approx(-2.0 * math.sin(0.3))
    assert verdict.entry("∂f[0]/∂x by x").analytic == pytest.approx(2 * 0.5)


def test_many_inputs_are_quick():
    calls = 0

    def f(w):
        nonlocal calls
        calls += 1
        return ag.sum([ag.tanh(a) * b for a, b in itertools.pairwise(w)])

    assert check_gradients(f, [0.1 * i for i in range(1, 13)], order=2).outcome == "right"
    assert calls < 100


def test_where_the_slope_is_a_convention_its_own_slope_is_not_called_wrong():
    verdict = check_gradients(lambda x: x**x * 2.0, 0.0, order=2)

    assert verdict.outcome == "undecided"
    assert "the first derivative is a convention here" in verdict.why
