"""Adam and AdamW, against literal implementations of the papers."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import Parameter
from nn.optimisers import Adam, AdamW

from ..refusals import refused
from .paths import fractions, gradients, path, rates, start

LEAF = Value(1.0)


@given(gradients, rates, fractions, fractions)
def test_adam(steps, alpha, beta1, beta2):
    """Algorithm 1 of the paper, line by line."""
    parameters = start()
    eps = 1e-8
    theta, m, v, t = [p.data for p in parameters], [0.0] * 3, [0.0] * 3, 0

    places = path(Adam(parameters, alpha, (beta1, beta2), eps), parameters, steps)
    for gradient, place in zip(steps, places, strict=True):
        t = t + 1
        for i, g in enumerate(gradient):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            m_hat = m[i] / (1 - beta1**t)
            v_hat = v[i] / (1 - beta2**t)
            theta[i] = theta[i] - alpha * m_hat / (math.sqrt(v_hat) + eps)
        assert place == pytest.approx(theta, rel=1e-9, abs=1e-9)


@given(gradients, rates, fractions, fractions, fractions)
def test_adamw(steps, alpha, beta1, beta2, decay):
    """Algorithm 2 of the paper; its λ is ours times the rate."""
    parameters = start()
    eps = 1e-8
    theta, m, v, t = [p.data for p in parameters], [0.0] * 3, [0.0] * 3, 0

    optimiser = AdamW(parameters, alpha, (beta1, beta2), eps, weight_decay=decay)
    for gradient, place in zip(steps, path(optimiser, parameters, steps), strict=True):
        t = t + 1
        for i, g in enumerate(gradient):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            m_hat = m[i] / (1 - beta1**t)
            v_hat = v[i] / (1 - beta2**t)
            lam = alpha * decay
            theta[i] = theta[i] - (alpha * m_hat / (math.sqrt(v_hat) + eps) + lam * theta[i])
        assert place == pytest.approx(theta, rel=1e-9, abs=1e-9)


def test_the_defaults_are_the_papers():
    adam, adamw = Adam([LEAF]), AdamW([LEAF])

    assert (adam.lr, adam.betas, adam.eps) == (0.001, (0.9, 0.999), 1e-8)
    assert (adamw.lr, adamw.betas, adamw.eps) == (0.001, (0.9, 0.999), 1e-8)
    assert adamw.weight_decay == 0.01


@given(st.floats(1e-6, 1e6), st.sampled_from([-1, 1]))
def test_adams_first_step_is_lr_whatever_the_scale(scale, sign):
    w = Value(0.0)
    w.grad = sign * scale

    Adam([w], lr=0.1, eps=1e-30).step()

    assert w.data == pytest.approx(-sign * 0.1, rel=1e-9)


def test_adams_time_rests_while_a_parameter_is_frozen():
    w, other = Parameter(1.0), Parameter(1.0)
    optimiser, reference = Adam([w], 0.1), Adam([other], 0.1)
    w.grad = 1.0
    optimiser.step()
    w.freeze()
    for _ in range(5):
        optimiser.step()
    w.unfreeze()
    w.grad = -3.0
    optimiser.step()

    assert w.data == path(reference, [other], [[1.0], [-3.0]])[-1][0]


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 2**32))
def test_parameters_of_different_age_go_as_each_would_alone(frozen, seed):
    rng = random.Random(seed)
    old, young, lone_old, lone_young = [Parameter(1.0) for _ in range(4)]
    both, alone = Adam([old, young, old], 0.1), [Adam([lone_old], 0.1), Adam([lone_young], 0.1)]
    for resting in frozen:
        (young.freeze if resting else young.unfreeze)()
        (lone_young.freeze if resting else lone_young.unfreeze)()
        old.grad = lone_old.grad = rng.gauss(0.0, 1.0)
        if not resting:
            young.grad = lone_young.grad = rng.gauss(0.0, 1.0)
        both.step()
        for optimiser in alone:
            optimiser.step()

    assert (old.data, young.data) == (lone_old.data, lone_young.data)


def test_a_frozen_parameter_does_not_decay():
    w = Parameter(1.0)
    w.freeze()

    AdamW([w], lr=0.1, weight_decay=0.5).step()

    assert w.data == 1.0


REFUSED = {
    "beta 1": (
        lambda: Adam([LEAF], betas=(0.9, 1.0)),
        ValueError,
        "Adam: betas[1] must be at least 0 and below 1, got 1",
    ),
    "beta nan": (
        lambda: Adam([LEAF], betas=(math.nan, 0.9)),
        ValueError,
        "Adam: betas[0] must be at least 0 and below 1, got nan",
    ),
    "one number": (
        lambda: Adam([LEAF], betas=0.9),
        TypeError,
        "Adam: betas are two numbers, as (0.9, 0.999), got 0.9",
    ),
    "one beta": (
        lambda: Adam([LEAF], betas=(0.9,)),
        TypeError,
        "Adam: betas are two numbers, as (0.9, 0.999), got (0.9,)",
    ),
    "eps 0": (
        lambda: Adam([LEAF], eps=0.0),
        ValueError,
        "Adam: eps must be a number above 0, got 0",
    ),
    "decay nan": (
        lambda: AdamW([LEAF], weight_decay=math.nan),
        ValueError,
        "AdamW: weight_decay must be at least 0 and finite, got nan",
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()
