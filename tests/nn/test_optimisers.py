"""Optimisers, against literal implementations of the papers."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import NonFiniteError, Value, constant
from nn import MLP, SGD, Adam, Module, Optimiser, Parameter, Sequential

from .refusals import refused

gradients = st.lists(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), min_size=1, max_size=8)
rates = st.floats(1e-4, 1.0)
fractions = st.floats(0.0, 0.999)


def path(optimiser, parameters, steps):
    """Where the parameters are after each step with the given gradients."""
    places = []
    for gradient in steps:
        for parameter, g in zip(parameters, gradient, strict=True):
            parameter.grad = g
        optimiser.step()
        places.append([parameter.data for parameter in parameters])
    return places


def start():
    return [Parameter(1.0), Parameter(-2.0), Value(0.5)]


@given(gradients, rates)
def test_sgd(steps, lr):
    parameters = start()
    theta = [p.data for p in parameters]

    for gradient, place in zip(steps, path(SGD(parameters, lr), parameters, steps), strict=True):
        theta = [t - lr * g for t, g in zip(theta, gradient, strict=True)]
        assert place == theta


@given(gradients, rates, fractions)
def test_sgd_with_momentum(steps, lr, momentum):
    """PyTorch's documentation of torch.optim.SGD, line by line."""
    parameters = start()
    theta, b = [p.data for p in parameters], None

    places = path(SGD(parameters, lr, momentum=momentum), parameters, steps)
    for gradient, place in zip(steps, places, strict=True):
        b = (
            gradient
            if b is None
            else [momentum * bi + g for bi, g in zip(b, gradient, strict=True)]
        )
        theta = [t - lr * bi for t, bi in zip(theta, b, strict=True)]
        assert place == pytest.approx(theta, rel=1e-12, abs=1e-12)


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


def test_the_defaults_are_the_papers():
    adam = Adam([Value(1.0)])

    assert (adam.lr, adam.betas, adam.eps) == (0.001, (0.9, 0.999), 1e-8)
    assert SGD([Value(1.0)], 0.1).momentum == 0.0


@given(st.floats(1e-6, 1e6), st.sampled_from([-1, 1]))
def test_adams_first_step_is_lr_whatever_the_scale(scale, sign):
    w = Value(0.0)
    w.grad = sign * scale

    Adam([w], lr=0.1, eps=1e-30).step()

    assert w.data == pytest.approx(-sign * 0.1, rel=1e-9)


@pytest.mark.parametrize(
    "make", [lambda ps: SGD(ps, 0.1), lambda ps: SGD(ps, 0.1, 0.9), lambda ps: Adam(ps, 0.1)]
)
def test_it_finds_the_bottom_of_a_bowl(make):
    x, y = Parameter(3.0), Parameter(-2.0)
    optimiser = make([x, y])

    for _ in range(400):
        optimiser.zero_grad()
        ((x - 1.0) ** 2 + 3.0 * (y + 0.5) ** 2).backward()
        optimiser.step()

    assert (x.data, y.data) == pytest.approx((1.0, -0.5), abs=1e-3)


def test_a_model_or_a_list_or_any_iterable():
    model = MLP(2, [2, 1])

    for parameters in (model, model.parameters(), iter(model.parameters())):
        assert SGD(parameters, 0.1).parameters == model.parameters()


def test_micrograds_parameters_are_found():
    class Micro(Module):
        def parameters(self):
            return values

    values = [Value(1.0)]

    assert SGD(Micro(), 0.1).parameters == values


def test_a_shared_parameter_is_changed_once():
    w = Parameter(1.0)
    w.grad = 2.0

    SGD([w, w], 0.1).step()

    assert w.data == 0.8


def test_zero_grad():
    w = Parameter(1.0)
    w.grad = 2.0

    SGD([w], 0.1).zero_grad()

    assert w.grad == 0.0


def test_a_schedule_sets_the_rate():
    w = Parameter(1.0)
    optimiser = SGD([w], lr=1)
    w.grad = 1.0
    for k in range(2):
        optimiser.lr = 1.0 - 0.5 * k
        optimiser.step()

    assert w.data == -0.5
    assert repr(optimiser) == "SGD(1 parameters, lr=0.5)"


# --- frozen ---------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.sets(st.integers(0, 8)), st.booleans())
def test_what_is_frozen_never_moves_and_the_rest_does_as_if_alone(seed, chosen, adam):
    rng = random.Random(seed)
    model = MLP(2, [2, 1], activation="tanh", rng=rng)
    for i in chosen:
        model.parameters()[i].freeze()
    before = [p.data for p in model.parameters()]
    optimiser = Adam(model, 0.1) if adam else SGD(model, 0.1, momentum=0.9)

    for _ in range(3):
        optimiser.zero_grad()
        model([rng.uniform(-1, 1), rng.uniform(-1, 1)]).backward()
        optimiser.step()

    for i, (p, old) in enumerate(zip(model.parameters(), before, strict=True)):
        assert (p.data == old) == (i in chosen)


def test_what_is_frozen_later_rests_even_with_momentum():
    w = Parameter(1.0)
    optimiser = SGD([w], 0.1, momentum=0.9)
    w.grad = 1.0
    optimiser.step()
    w.freeze()
    optimiser.step()

    assert w.data == 0.9
    w.unfreeze()
    w.grad = 0.0
    optimiser.step()
    assert w.data == pytest.approx(0.9 - 0.1 * 0.9)


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


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_changes_nothing(bad):
    fine, broken = Parameter(1.0), Parameter(2.0, label="w1")
    fine.grad, broken.grad = 1.0, bad
    text = (
        f"Adam.step: the gradient of parameter 1 'w1' is {bad}; no parameter was changed. "
        "autograd.check_finite(loss) names where that began"
    )

    with refused(NonFiniteError, text):
        Adam([fine, broken]).step()

    assert (fine.data, broken.data) == (1.0, 2.0)


def test_the_place_of_a_gradient_that_is_not_finite():
    model = MLP(1, [2, 1])
    model.layers[0].neurons[1].b.grad = math.nan

    with pytest.raises(NonFiniteError, match=r"parameter 3 'b' in layers\.0/neurons\.1 is nan"):
        SGD(model, 0.1).step()


LEAF = Value(1.0)

REFUSED = [
    (lambda: SGD([], 0.1), ValueError, "SGD got no parameters: this list has none to train"),
    (
        lambda: SGD(Sequential("tanh"), 0.1),
        ValueError,
        "SGD got no parameters: Sequential(Activation(tanh)) has none to train",
    ),
    (
        lambda: SGD(LEAF, 0.1),
        TypeError,
        (
            "SGD takes a Module or a list of parameters, got a Value; write SGD(model, ...) or "
            "SGD(model.parameters(), ...)"
        ),
    ),
    (
        lambda: Adam(3),
        TypeError,
        (
            "Adam takes a Module or a list of parameters, got a int; write Adam(model, ...) or "
            "Adam(model.parameters(), ...)"
        ),
    ),
    (
        lambda: Adam({"w": LEAF}),
        TypeError,
        (
            "Adam takes a Module or a list of parameters, got a dict; write Adam(model, ...) or "
            "Adam(model.parameters(), ...)"
        ),
    ),
    (
        lambda: SGD([LEAF, 2.0], 0.1),
        TypeError,
        "SGD takes parameters, got a float at position 1",
    ),
    (
        lambda: SGD([LEAF, LEAF * 2.0], 0.1),
        ValueError,
        (
            "SGD takes parameters, got the result of mul at position 1; give the leaves that it "
            "was computed from"
        ),
    ),
    (
        lambda: SGD([constant(3.0)], 0.1),
        ValueError,
        "SGD takes parameters, got the constant 3 at position 0",
    ),
    (lambda: SGD([LEAF], 0.0), ValueError, "SGD: lr is a number above 0, got 0"),
    (lambda: SGD([LEAF], -0.1), ValueError, "SGD: lr is a number above 0, got -0.1"),
    (lambda: Adam([LEAF], math.nan), ValueError, "Adam: lr is a number above 0, got nan"),
    (lambda: Adam([LEAF], math.inf), ValueError, "Adam: lr is a number above 0, got inf"),
    (lambda: Adam([LEAF], "0.1"), TypeError, "Adam: lr is a number, got '0.1'"),
    (lambda: Adam([LEAF], LEAF), TypeError, f"Adam: lr is a number, got {LEAF!r}"),
    (
        lambda: SGD([LEAF], 0.1, momentum=1.0),
        ValueError,
        "SGD: momentum is at least 0 and below 1, got 1",
    ),
    (
        lambda: SGD([LEAF], 0.1, momentum=-0.1),
        ValueError,
        "SGD: momentum is at least 0 and below 1, got -0.1",
    ),
    (
        lambda: Adam([LEAF], betas=(0.9, 1.0)),
        ValueError,
        "Adam: betas[1] is at least 0 and below 1, got 1",
    ),
    (
        lambda: Adam([LEAF], betas=(math.nan, 0.9)),
        ValueError,
        "Adam: betas[0] is at least 0 and below 1, got nan",
    ),
    (
        lambda: Adam([LEAF], betas=0.9),
        TypeError,
        "Adam: betas are two numbers, as (0.9, 0.999), got 0.9",
    ),
    (
        lambda: Adam([LEAF], betas=(0.9,)),
        TypeError,
        "Adam: betas are two numbers, as (0.9, 0.999), got (0.9,)",
    ),
    (lambda: Adam([LEAF], eps=0.0), ValueError, "Adam: eps is a number above 0, got 0"),
]


@pytest.mark.parametrize(("build", "error", "text"), REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()


def test_the_rate_is_checked_when_it_is_set():
    optimiser = SGD([LEAF], 0.1)

    with refused(ValueError, "SGD: lr is a number above 0, got -1"):
        optimiser.lr = -1
    assert optimiser.lr == 0.1


def test_an_optimiser_without_change_says_what_to_write():
    class Lazy(Optimiser):
        pass

    text = (
        "Lazy has no change; write 'def change(self, index, g): ...', which returns what to take "
        "off the parameter"
    )

    with refused(NotImplementedError, text):
        Lazy([LEAF], 0.1).step()


def test_an_optimiser_of_the_users_own():
    class Sign(Optimiser):
        def change(self, index, g):  # noqa: ARG002 - the signature of all optimisers
            return math.copysign(self.lr, g)

    w = Value(1.0)
    w.grad = -5.0
    Sign([w], 0.25).step()

    assert w.data == 1.25
