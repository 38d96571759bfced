"""Right, wrong, at a kink, undecided: each is what it is called, and a mismatch tells why."""

import math
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import Value, ops
from autograd.testing import GradientMismatch, check_gradients
from tests.autograd.testing.damage import damaged, negated, off_by_1e_6


def mismatch(*args, **kwargs):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(*args, **kwargs)
    return caught.value


# --- right ----------------------------------------------------------------------------------------


def test_a_right_gradient_is_right():
    verdict = check_gradients(lambda w, x: ag.tanh(w[0] * x + w[1]), ([0.5, -1.0], 2.0))

    assert verdict.outcome == "right"
    assert bool(verdict)
    assert [entry.name for entry in verdict.entries] == ["w[0]", "w[1]", "x"]
    for entry in verdict.entries:
        assert entry.error <= entry.bound <= 1e-9
        assert entry.analytic == pytest.approx(entry.forward, rel=1e-12)


def test_points_are_nested_as_the_function_likes_it():
    def f(model, x):
        return model["w"][0][1] * x[0] + model["b"] * x[1].exp()

    verdict = check_gradients(f, ({"w": [[1.0, 2.0]], "b": 3.0}, (0.5, -1)))

    assert verdict.outcome == "right"
    names = ["model['w'][0][0]", "model['w'][0][1]", "model['b']", "x[0]", "x[1]"]
    assert [entry.name for entry in verdict.entries] == names
    assert verdict.entry("model['b']").analytic == pytest.approx(math.exp(-1.0))
    assert verdict.notes == ("not used: model['w'][0][0]",)


def test_a_point_that_is_no_tuple_is_the_one_argument():
    assert check_gradients(lambda x: x[0] * x[1], [2.0, 3.0]).outcome == "right"
    assert check_gradients(ag.exp, 2.0).outcome == "right"
    assert check_gradients(lambda x: ag.sum([a * a for a in x]), np.ones(3)).outcome == "right"


def test_several_outputs_make_a_jacobian():
    verdict = check_gradients(lambda x, y: [x * y, ag.sin(x), 3.0], (2.0, 3.0))

    assert [entry.full_name for entry in verdict.entries][:2] == [
        "output[0] by x",
        "output[0] by y",
    ]
    assert verdict.entry("output[1] by x").analytic == pytest.approx(math.cos(2.0))
    assert verdict.notes == ("constant everywhere: output[2]",)


def test_what_is_not_used_and_what_is_constant_is_said():
    verdict = check_gradients(lambda x, y: 3.0, (1.0, 2.0))

    assert verdict.outcome == "right"
    assert verdict.notes == (
        "not used: x, y",
        "constant everywhere: the output",
    )


def test_the_output_may_be_an_input():
    assert check_gradients(lambda x: x, 2.0).entries[0].analytic == 1.0
    assert check_gradients(lambda x: [x, x], 2.0).outcome == "right"


def test_nothing_of_others_is_touched():
    weight = Value(3.0)
    weight.grad = 7.0

    check_gradients(lambda x: weight * x, 2.0)

    assert weight.grad == 7.0
    assert weight.data == 3.0


def test_it_works_under_no_grad():
    with ag.no_grad():
        assert check_gradients(lambda x: x * x, 3.0).entries[0].analytic == 6.0


@pytest.mark.parametrize(
    ("f", "point"),
    [
        pytest.param(ag.log, 1e-300, id="log near 0"),
        pytest.param(ag.sin, 1e8, id="sin of a large number"),
        pytest.param(lambda x: ag.cos(x) + x, 1e-10, id="a small step of a large sum"),
        pytest.param(lambda x: (x + 1e8) - 1e8, 0.5, id="cancellation"),
        pytest.param(ag.tanh, 20.0, id="saturated"),
        pytest.param(lambda x: ag.exp(-x * x), 20.0, id="a tail"),
        pytest.param(lambda x: ag.exp(-x * x), 30.0, id="underflow"),
        pytest.param(lambda x: 1.0 / x, 1e150, id="a large number"),
        pytest.param(lambda x: (x - 1.0) ** 7, 1.0 + 1e-9, id="a flat zero"),
        pytest.param(ag.relu, 1e-12, id="near a kink"),
        pytest.param(lambda x: ag.sin(1e6 * x), 0.0, id="fast waves"),
        pytest.param(ag.sqrt, 1e-300, id="steep"),
        pytest.param(lambda x: x / x, 3.0, id="constant by cancellation"),
        pytest.param(lambda x, y: ag.softmax([x, y]), (1000.0, 1000.5), id="softmax"),
        pytest.param(lambda x: x**3, 1e100, id="a huge value"),
    ],
)
def test_difficult_points_of_right_gradients_are_right(f, point):
    assert check_gradients(f, point).outcome == "right"


# --- wrong ----------------------------------------------------------------------------------------


def test_a_wrong_row_is_found_and_named():
    def f(w, x):
        return [ag.sin(x) * w[1], w[0] * 2.0]

    with damaged(ops.sin, partials=negated(ops.sin)):
        error = mismatch(f, ([1.0, 2.0], 0.5))

    assert error.entry == "f[0] by x"
    assert error.operation == "sin"
    assert error.graph.nodes[error.node].op is ops.sin
    assert error.analytic == pytest.approx(-2.0 * math.cos(0.5))
    assert error.numeric == pytest.approx(2.0 * math.cos(0.5))
    assert error.error > 1.0 > error.bound
    assert error.verdict.outcome == "wrong"
    assert isinstance(error, AssertionError)
    assert isinstance(error, ag.AutogradError)
    assert "the operation sin (node %" in str(error)


def test_a_small_fault_is_found_too():
    with damaged(ops.exp, partials=off_by_1e_6(ops.exp)):
        error = mismatch(lambda x: ag.exp(ag.sin(x)), 0.3)

    assert error.operation == "exp"


def test_a_number_taken_out_of_the_recording_is_missed():
    error = mismatch(lambda x, y: x * y.data, (2.0, 3.0))

    assert error.entry == "y"
    assert error.operation is None
    assert "what was recorded is not the function" in error.cause


def test_a_mismatch_survives_pickling():
    error = mismatch(lambda x, y: x * y.data, (2.0, 3.0))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert str(again) == str(error)
    assert again.verdict == error.verdict
    assert again.graph == error.graph


def test_what_is_not_used_is_said_beside_wrong_entries():
    error = mismatch(lambda x, y, z: [x * y.data, 3.0, x.data], (1.0, 2.0, 3.0))

    assert error.verdict.notes == (
        "used, but not recorded: y",
        "not used: z",
        "constant everywhere: output[1]",
        "recorded as a constant, but changes: output[2]",
    )
    assert str(error.verdict).endswith("\n".join(error.verdict.notes))


# --- at a kink ------------------------------------------------------------------------------------


def test_at_a_kink_the_convention_is_shown_beside_the_slopes():
    verdict = check_gradients(lambda x: 3.0 * ag.relu(x), 0.0)

    [entry] = verdict.entries
    assert verdict.outcome == entry.outcome == "kink"
    assert (entry.analytic, entry.left, entry.right) == (0.0, 0.0, 3.0)
    assert "relu at (0) has slope 0 by convention: as PyTorch" in verdict.why


def test_another_slope_than_the_convention_is_wrong_even_between_the_two():
    plain = ops.relu.partials[0]
    at_zero = (lambda z, x: 1 if getattr(x, "data", x) == 0 else plain(z, x),)
    with damaged(ops.relu, partials=at_zero):
        error = mismatch(lambda x: ag.sin(ag.relu(x)), 0.0)

    assert error.operation == "relu"


def test_a_fault_elsewhere_is_found_at_a_kink():
    with damaged(ops.exp, partials=off_by_1e_6(ops.exp)):
        error = mismatch(lambda x: ag.exp(x) + ag.abs(x), 0.0)

    assert error.operation == "exp"


def test_a_kink_that_only_python_sees():
    def f(x):
        return x * 2.0 if x.data > 1.0 else x + 1.0

    verdict = check_gradients(f, 1.0)

    [entry] = verdict.entries
    assert entry.outcome == "kink"
    assert (entry.left, entry.right) == (pytest.approx(1.0), pytest.approx(2.0))


def test_smooth_points_of_rows_with_kinks_are_right():
    assert check_gradients(lambda x: x**2, 0.0).outcome == "right"
    assert check_gradients(lambda x: ag.relu(x) * x, 0.0).outcome in {"right", "kink"}
    assert check_gradients(ag.maximum, (1.0, 2.0)).outcome == "right"


# --- undecided ------------------------------------------------------------------------------------


def test_outside_the_domain_nothing_is_decided():
    verdict = check_gradients(ag.log, -1.0)

    assert verdict.outcome == "undecided"
    assert not verdict
    assert "outside the domain: log(-1.0)" in verdict.why


def test_what_is_not_finite_is_not_decided():
    assert "the value there is inf" in check_gradients(ag.exp, 1000.0).why
    assert "not finite" in check_gradients(lambda x: x, math.nan).why
    # sqrt(x)·x at 0: 0 × inf
    assert "nan" in check_gradients(lambda x: ag.sqrt(x) * x, 0.0).why


def test_a_slope_that_is_nan_by_convention_is_explained():
    verdict = check_gradients(lambda x, y: ag.sin(x**y), (-2.0, 2.0))
    base, exponent = verdict.entries

    assert (base.outcome, exponent.outcome) == ("right", "undecided")
    assert "a negative base has no real slope towards its exponent" in exponent.why
    assert "pow at (-2, 2) has the slope nan towards operand 2 by convention" in verdict.why
    assert base.forward == base.analytic  # the exponent does not move
    assert not base.why
    assert not check_gradients(lambda x: x**2.0, -2.0).entries[0].why


def test_an_infinite_slope_that_makes_a_gradient_nan_is_named():
    verdict = check_gradients(lambda x, y: ag.sqrt(x) * x + ag.exp(y), (0.0, 1.0))

    assert verdict.entries[0].why == (
        "the gradient is nan: sqrt at (0) has the slope inf towards operand 1 by convention: the "
        "limit, as PyTorch"
    )
    assert (verdict.entries[1].outcome, verdict.entries[1].why) == ("right", "")


def test_an_error_of_another_kind_is_passed_on():
    with pytest.raises(TypeError, match="takes a function"):
        check_gradients(3.0, 2.0)
    with pytest.raises(TypeError, match="real number"):
        check_gradients(lambda x: x, "2")
    with pytest.raises(TypeError, match="returned a str"):
        check_gradients(lambda x: "2", 2.0)
    with pytest.raises(ValueError, match="order 1 or 2"):
        check_gradients(lambda x: x, 2.0, order=3)


def test_rounding_that_decides_on_a_side_is_not_decided():
    """acos has an edge at −1; exactly that is the point, in doubles it is a little more."""
    verdict = check_gradients(lambda x: ag.acos(ag.atanh(ag.tanh(x))), -1.0)

    assert verdict.outcome in {"undecided", "kink"}  # as the platform's tanh rounds
