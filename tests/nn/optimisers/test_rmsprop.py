"""RMSprop, against literal implementations."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn.optimisers import RMSprop

from ..refusals import refused
from .paths import fractions, gradients, path, rates, start

LEAF = Value(1.0)


@given(gradients, rates, fractions, fractions)
def test_rmsprop(steps, lr, alpha, momentum):
    """PyTorch's documentation of torch.optim.RMSprop, line by line."""
    parameters = start()
    eps = 1e-8
    theta, v, b = [p.data for p in parameters], [0.0] * 3, [0.0] * 3

    optimiser = RMSprop(parameters, lr, alpha=alpha, momentum=momentum)
    for gradient, place in zip(steps, path(optimiser, parameters, steps), strict=True):
        for i, g in enumerate(gradient):
            v[i] = alpha * v[i] + (1 - alpha) * g**2
            if momentum > 0:
                b[i] = momentum * b[i] + g / (math.sqrt(v[i]) + eps)
                theta[i] = theta[i] - lr * b[i]
            else:
                theta[i] = theta[i] - lr * g / (math.sqrt(v[i]) + eps)
        assert place == pytest.approx(theta, rel=1e-9, abs=1e-9)


@given(gradients, rates, st.floats(0.1, 0.9))
def test_centred(steps, lr, alpha):
    """Graves' equations 38 to 42; the exact variance is the oracle's, weights spelled out."""
    parameters = start()
    theta, eps = [p.data for p in parameters], 0.5

    optimiser = RMSprop(parameters, lr, alpha=alpha, centered=True, eps=eps)
    for n, place in enumerate(path(optimiser, parameters, steps), 1):
        weights = [(1 - alpha) * alpha ** (n - 1 - k) for k in range(n)]
        for i in range(3):
            gs = [steps[k][i] for k in range(n)]
            mean = _dot(weights, gs)
            rest = 1.0 - sum(weights)  # the zeros that it started from
            variance = _dot(weights, [(g - mean) ** 2 for g in gs]) + rest * mean**2
            theta[i] -= lr * gs[-1] / (math.sqrt(variance) + eps)
        assert place == pytest.approx(theta, rel=1e-6, abs=1e-6)


def _dot(xs, ys):
    return math.fsum(x * y for x, y in zip(xs, ys, strict=True))


@given(st.floats(-1e3, 1e3), st.floats(0.0, 0.9))
def test_a_steady_gradient_has_no_variance_below_zero(g, alpha):
    w = Value(0.0)
    optimiser = RMSprop([w], 1e-9, alpha=alpha, centered=True)

    for _ in range(200):
        w.grad = g
        optimiser.step()

    assert math.isfinite(w.data)


def test_the_defaults_are_pytorchs():
    rms = RMSprop([LEAF])

    assert (rms.lr, rms.alpha, rms.eps) == (0.01, 0.99, 1e-8)
    assert (rms.momentum, rms.centered) == (0.0, False)


REFUSED = {
    "alpha 1": (
        lambda: RMSprop([LEAF], alpha=1.0),
        ValueError,
        "RMSprop: alpha must be at least 0 and below 1, got 1",
    ),
    "momentum 1": (
        lambda: RMSprop([LEAF], momentum=1.0),
        ValueError,
        "RMSprop: momentum must be at least 0 and below 1, got 1",
    ),
    "eps 0": (
        lambda: RMSprop([LEAF], eps=0),
        ValueError,
        "RMSprop: eps must be a number above 0, got 0",
    ),
    "centered a word": (
        lambda: RMSprop([LEAF], centered="yes"),
        TypeError,
        "RMSprop: centered must be True or False, got 'yes'",
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()
