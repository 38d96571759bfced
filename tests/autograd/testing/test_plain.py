"""Plain functions and their claimed gradients: NumPy code, formulas derived by hand."""

import math
import random

import numpy as np
import pytest

import autograd as ag
from autograd.testing import GradientMismatch, check_gradients

MATRIX = np.array([[1.0, -2.0, 0.5], [0.3, 0.7, -1.1]])


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


RIGHT = {
    "one number": (math.exp, 1.0, math.exp),
    "two numbers": (lambda x, y: x * y**2, (2.0, 3.0), lambda x, y: (y**2, 2 * x * y)),
    "an array": (lambda x: np.sum(x**2), np.array([1.0, 2.0]), lambda x: 2 * x),
    "a list": (lambda x: x[0] * x[1], [2.0, 3.0], lambda x: [x[1], x[0]]),
    "a dict": (
        lambda p: p["w"] * p["x"][0],
        {"w": 2.0, "x": [3.0]},
        lambda p: {"w": p["x"][0], "x": [p["w"]]},
    ),
    "a Jacobian": (lambda x: MATRIX @ x, np.ones(3), lambda x: MATRIX),
    "a Jacobian of two": (
        lambda x, b: MATRIX @ x + b,
        (np.ones(3), np.zeros(2)),
        lambda x, b: (MATRIX, np.eye(2)),
    ),
    "one array for two": (
        lambda x, y: np.array([x * y, x + y]),
        (2.0, 3.0),
        lambda x, y: np.array([[y, x], [1.0, 1.0]]),
    ),
    "softmax": (
        softmax,
        np.array([1.0, 2.0, 3.0]),
        lambda z: np.diag(softmax(z)) - np.outer(softmax(z), softmax(z)),
    ),
    "a matrix": (np.linalg.det, np.array([[2.0, 1.0], [1.0, 3.0]]),
                 lambda a: np.linalg.det(a) * np.linalg.inv(a).T),
    "ours": (ag.tanh, 0.5, ag.grad(ag.tanh)),
    "fast": (lambda x: math.sin(200 * x), 0.3, lambda x: 200 * math.cos(200 * x)),
    "not used": (lambda x, y: 3 * x, (1.0, 2.0), lambda x, y: (3.0, 0.0)),
    "single precision": (
        lambda x: np.sum(np.sin(x.astype(np.float32))),
        np.array([0.1, 0.2]),
        lambda x: np.cos(x.astype(np.float32)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_right_gradients_are_right(case):
    f, point, gradient = RIGHT[case]

    assert check_gradients(f, point, gradient).outcome == "right"


def scaled(tree, factor):
    if isinstance(tree, dict):
        return {key: scaled(part, factor) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)([scaled(part, factor) for part in tree])
    return tree * factor


@pytest.mark.parametrize("factor", [-1.0, 2.0, 1.0 + 1e-6, 1.0 - 1e-6, 0.0])
@pytest.mark.parametrize("case", RIGHT)
def test_wrong_gradients_are_wrong(case, factor):
    f, point, gradient = RIGHT[case]
    if case == "single precision" and abs(factor - 1.0) < 1e-3:
        factor = 1.0 + 1e-3  # its values have seven digits, its slopes fewer

    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, point, lambda *xs: scaled(gradient(*xs), factor))
    error = caught.value
    assert error.error > error.bound
    assert error.operation is error.graph is None


def test_a_swapped_jacobian_is_wrong():
    square = np.array([[1.0, 2.0], [3.0, 4.0]])

    assert check_gradients(lambda x: square @ x, np.ones(2), lambda x: square)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: square @ x, np.ones(2), lambda x: square.T)


def test_at_a_kink_the_claim_is_a_slope_of_one_side_or_the_convention():
    for claim in (-1.0, 0.0, 1.0):
        assert check_gradients(abs, 0.0, lambda x, c=claim: c).outcome == "kink"
    for f, claim in ((abs, 0.3), (ag.relu, 0.5)):
        with pytest.raises(GradientMismatch, match=r"by convention it is 0\.0 here"):
            check_gradients(f, 0.0, lambda x, c=claim: c)
    with pytest.raises(GradientMismatch, match="does not lie between the slopes"):
        check_gradients(abs, 0.0, lambda x: 1.001)


def test_near_a_kink_there_is_no_doubt():
    assert check_gradients(lambda x: max(x, 0.0), 1e-6, lambda x: 1.0).outcome == "right"
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: max(x, 0.0), 1e-6, lambda x: 0.5)


def test_at_the_end_of_a_domain():
    assert check_gradients(math.sqrt, 0.0, lambda x: math.inf).outcome == "kink"
    with pytest.raises(GradientMismatch):
        check_gradients(math.sqrt, 0.0, lambda x: 1.0)


def test_outside_the_domain_and_too_noisy_are_undecided():
    verdict = check_gradients(math.log, -1.0, lambda x: 1 / x)
    assert (verdict.outcome, verdict.entries) == ("undecided", ())
    assert "outside the domain" in verdict.why

    noisy = check_gradients(lambda x: x + 1e-2 * math.sin(1e13 * x), 1.0, lambda x: 1.0)
    assert noisy.outcome == "undecided"
    assert "too noisy" in noisy.why
    singular = check_gradients(np.linalg.inv, np.zeros((2, 2)), lambda a: np.zeros((4, 4)))
    assert "Singular" in singular.why


def test_a_gradient_that_is_not_finite():
    with pytest.raises(GradientMismatch, match="the gradient is nan"):
        check_gradients(lambda x: x * x, 1.0, lambda x: math.nan)


def test_mistakes_of_use_are_told():
    with pytest.raises(ValueError, match="returned 1 numbers, but the derivatives here are 2"):
        check_gradients(lambda x, y: x * y, (1.0, 2.0), lambda x, y: x)
    with pytest.raises(ValueError, match="check the Hessian as the Jacobian"):
        check_gradients(lambda x: x, 1.0, lambda x: 1.0, order=2)
    with pytest.raises(TypeError, match="returned a str"):
        check_gradients(lambda x: "1", 1.0, lambda x: 1.0)
    with pytest.raises(ValueError, match="mismatch"):
        check_gradients(lambda x: MATRIX @ x, np.ones(2), lambda x: MATRIX)


# --- what a demanding user tried ------------------------------------------------------------------


def test_a_dict_may_have_its_keys_in_another_order():
    def f(p):
        return p["a"] ** 2 + 3.0 * p["b"][0]

    point = {"a": 1.0, "b": [2.0]}

    assert check_gradients(f, point, lambda p: {"b": [3.0], "a": 2.0 * p["a"]}).outcome == "right"
    with pytest.raises(ValueError, match="keys 'a', but the point has 'a', 'b'; give a derivative"):
        check_gradients(f, point, lambda p: {"a": 2.0})


def test_a_gradient_of_another_shape_is_refused():
    """It would broadcast in w -= lr * g."""
    X = np.arange(6.0).reshape(3, 2)

    def f(w):
        return np.sum((X @ w) ** 2)

    def column(w):
        return (2 * X.T @ (X @ w))[:, None]

    assert check_gradients(f, np.ones(2), lambda w: 2 * X.T @ (X @ w)).outcome == "right"
    with pytest.raises(ValueError, match=r"array of shape \(2, 1\), but the argument has \(2,\)"):
        check_gradients(f, np.ones(2), column)


def test_several_outputs_of_a_dict():
    def f(p):
        return np.array([p["a"] * p["b"], p["a"] + p["b"]])

    def jacobian(p):
        return {"b": np.array([p["a"], 1.0]), "a": np.array([p["b"], 1.0])}

    assert check_gradients(f, {"a": 2.0, "b": 5.0}, jacobian).outcome == "right"


@pytest.mark.parametrize("gradient", [None, lambda x: 1.0])
def test_a_function_that_draws_is_undecided(gradient):
    rng = random.Random(0)
    verdict = check_gradients(lambda x: x * rng.random(), 2.0, gradient)

    assert verdict.outcome == "undecided"
    assert "gives different values at the same point" in verdict.why


@pytest.mark.parametrize("width", [1e-6, 1e-5])
def test_a_narrow_feature_is_seen(width):
    def f(x):
        return x + np.exp(-((x - 1) ** 2) / width)

    def slope(x):
        return 1.0 - 2.0 * (x - 1) / width * np.exp(-((x - 1) ** 2) / width)

    assert check_gradients(f, 1.001, slope).outcome == "right"
    with pytest.raises(GradientMismatch):
        check_gradients(f, 1.001, lambda _: 1.0)


def test_a_wrong_lambda_with_a_default_gets_its_error():
    with pytest.raises(GradientMismatch, match="2"):
        check_gradients(lambda w, k=3.0: w * w * k, 2.0, gradient=lambda w, k=3.0: w * k)


@pytest.mark.parametrize("claim", [1.0, 123.0])
def test_at_a_jump_there_is_no_slope(claim):
    verdict = check_gradients(lambda x: x + (1.0 if x >= 0 else 0.0), 0.0, lambda _: claim)

    assert (verdict.outcome, verdict.why) == ("jump", "the function jumps here, or close by")
    assert not verdict
    assert check_gradients(math.sqrt, 0.0, lambda _: math.inf).outcome == "kink"


def test_where_no_convention_is_known_the_mean_of_both_slopes_is_one():
    """A function of plain numbers: nobody says which number between the slopes is meant."""
    found = [
        check_gradients(lambda x: math.fabs(x), 0.0, lambda _, c=claim: c).outcome  # noqa: PLW0108
        for claim in (-1.0, 0.0, 0.5)
    ]

    assert found == ["kink", "kink", "undecided"]


@pytest.mark.parametrize(
    ("f", "claim"),
    [
        (lambda x: np.floor(x * 1000) / 1000, 0.0),
        (lambda x: np.floor(x * 1000) / 1000, 1.0),
        (lambda x: np.round(x * x, 2), 0.0),
    ],
    ids=["floor, 0", "floor, 1", "round"],
)
def test_a_function_of_steps_is_never_called_wrong(f, claim):
    for x in (1.2345, 0.777, 2.003, 1.9995):
        assert check_gradients(f, x, lambda _: claim).outcome != "wrong"


def test_rounded_arithmetic_is_never_called_wrong():
    """A network computed in float32 whose gradient is exact: right, or undecided."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        W = rng.normal(size=(6, 3)).astype(np.float32)
        x, v = rng.normal(size=3), rng.normal(size=6)

        def f(x, W=W, v=v):
            hidden = np.maximum(W @ x.astype(np.float32), 0)
            return float(v @ np.tanh(hidden).astype(np.float64))

        def slope(x, W=W, v=v):
            z = W.astype(float) @ x
            return W.astype(float).T @ (v * (z > 0) * (1 - np.tanh(np.maximum(z, 0)) ** 2))

        assert check_gradients(f, x, slope).outcome in {"right", "undecided"}, seed


def test_a_right_claim_costs_a_few_evaluations():
    """The closer look at how values move is for claims that do not fit."""
    calls = 0

    def f(w):
        nonlocal calls
        calls += 1
        return np.sum(np.tanh(w) ** 2)

    def gradient(w):
        return 2 * np.tanh(w) * (1 - np.tanh(w) ** 2)

    assert check_gradients(f, np.array([0.1, 0.5, 0.9]), gradient=gradient).outcome == "right"
    assert calls < 150
