"""SGD, against literal implementations."""

import pytest
from hypothesis import given

from autograd import Value
from nn.optimisers import SGD

from ..refusals import refused
from .paths import fractions, gradients, path, rates, start

LEAF = Value(1.0)


@given(gradients, rates)
def test_sgd(steps, lr):
    parameters = start()
    theta = [p.data for p in parameters]

    for gradient, place in zip(steps, path(SGD(parameters, lr), parameters, steps), strict=True):
        theta = [t - lr * g for t, g in zip(theta, gradient, strict=True)]
        assert place == theta


@given(gradients, rates, fractions, fractions)
def test_sgd_with_momentum(steps, lr, momentum, decay):
    """PyTorch's documentation of torch.optim.SGD, line by line."""
    parameters = start()
    theta, b = [p.data for p in parameters], None

    optimiser = SGD(parameters, lr, momentum=momentum, weight_decay=decay)
    for gradient, place in zip(steps, path(optimiser, parameters, steps), strict=True):
        gs = [g + decay * t for g, t in zip(gradient, theta, strict=True)]
        b = gs if b is None else [momentum * bi + g for bi, g in zip(b, gs, strict=True)]
        theta = [t - lr * bi for t, bi in zip(theta, b, strict=True)]
        assert place == pytest.approx(theta, rel=1e-12, abs=1e-12)


@given(gradients, rates, fractions.filter(bool))
def test_nesterov_as_the_paper_has_it(steps, lr, mu):
    """Equations 3 and 4 of Sutskever et al.: the gradient is taken where the momentum leads.

    There v ← μv − εg(θ + μv) and θ ← θ + v; ours keeps φ = θ + μv, where the gradient is taken.
    """
    parameters = start()
    theta, v = [p.data for p in parameters], [0.0] * 3

    optimiser = SGD(parameters, lr, momentum=mu, nesterov=True)
    for gradient, place in zip(steps, path(optimiser, parameters, steps), strict=True):
        v = [mu * vi - lr * g for vi, g in zip(v, gradient, strict=True)]
        theta = [t + vi for t, vi in zip(theta, v, strict=True)]
        ahead = [t + mu * vi for t, vi in zip(theta, v, strict=True)]
        assert place == pytest.approx(ahead, rel=1e-9, abs=1e-9)


def test_the_defaults_are_plain():
    sgd = SGD([LEAF], 0.1)

    assert (sgd.momentum, sgd.nesterov, sgd.weight_decay) == (0.0, False, 0.0)


REFUSED = {
    "momentum 1": (
        lambda: SGD([LEAF], 0.1, momentum=1.0),
        ValueError,
        "SGD: momentum must be at least 0 and below 1, got 1",
    ),
    "momentum below 0": (
        lambda: SGD([LEAF], 0.1, momentum=-0.1),
        ValueError,
        "SGD: momentum must be at least 0 and below 1, got -0.1",
    ),
    "nesterov alone": (
        lambda: SGD([LEAF], 0.1, nesterov=True),
        ValueError,
        (
            "SGD: nesterov=True looks ahead along the momentum, but momentum is 0; write "
            "SGD(..., momentum=0.9, nesterov=True)"
        ),
    ),
    "nesterov a number": (
        lambda: SGD([LEAF], 0.1, 0.9, nesterov=0.5),
        TypeError,
        "SGD: nesterov must be True or False, got 0.5",
    ),
    "decay below 0": (
        lambda: SGD([LEAF], 0.1, weight_decay=-1.0),
        ValueError,
        "SGD: weight_decay must be at least 0 and finite, got -1",
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()
