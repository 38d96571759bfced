"""Each update rule is written once: what runs on floats is what Values and Fractions go through."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import Parameter
from nn.optimisers import SGD, Adam, AdamW, RMSprop
from nn.optimisers.rules import adam, rmsprop, sgd, updated

from .paths import gradients, path

# The optimiser, and settings in which every part of its rule is on.
RULES = {
    "sgd": (SGD, {}),
    "momentum": (SGD, {"momentum": 0.875, "weight_decay": 0.25}),
    "nesterov": (SGD, {"momentum": 0.5, "nesterov": True, "weight_decay": 0.25}),
    "adam": (Adam, {"betas": (0.75, 0.875), "eps": 0.125, "weight_decay": 0.25}),
    "adamw": (AdamW, {"betas": (0.75, 0.875), "eps": 0.125, "weight_decay": 0.25}),
    "rmsprop": (RMSprop, {"alpha": 0.75, "momentum": 0.5, "weight_decay": 0.25}),
    "centered": (RMSprop, {"alpha": 0.75, "centered": True, "eps": 0.125}),
}


@pytest.mark.parametrize("name", RULES)
@given(steps=gradients, lr=st.floats(1e-4, 1.0))
def test_a_rule_in_values_has_the_numbers_of_the_optimiser_bit_for_bit(name, steps, lr):
    make, settings = RULES[name]
    w = Parameter(1.0)
    optimiser = make([w], lr=lr, **settings)
    now = [Value(1.0), *[Value(0.0) for _ in optimiser.memory]]

    whole = {**optimiser.state_dict()["settings"], "lr": Value(lr)}
    for g, *_ in steps:
        path(optimiser, [w], [[g]])
        p, *memory = now
        now = updated(optimiser.rule, p, Value(g), *memory, **whole)
        assert [x.data for x in now] == [w.data, *[getattr(optimiser, m)[0] for m in make.memory]]


@pytest.mark.parametrize("name", RULES)
@given(
    gs=st.lists(st.floats(0.125, 8.0), min_size=1, max_size=4),
    lr=st.floats(0.125, 1.0),
)
def test_the_slope_of_a_training_by_its_learning_rate(name, gs, lr):
    """Against central differences of the optimiser itself; the gradients are those of a line."""
    make, settings = RULES[name]

    def end(rate):
        w = Parameter(1.0)
        optimiser = make([w], lr=rate, **settings)
        return path(optimiser, [w], [[g] for g in gs])[-1][0]

    rate = Value(lr)
    whole = make([Value(1.0)], lr=lr, **settings).state_dict()["settings"] | {"lr": rate}
    p, *memory = (1.0, *[0.0] * len(make.memory))
    for g in gs:
        p, *memory = updated(make.rule, p, g, *memory, **whole)
    p.backward()

    h = 1e-5
    assert rate.grad == pytest.approx((end(lr + h) - end(lr - h)) / (2 * h), rel=1e-5, abs=1e-6)


def test_the_slope_of_one_plain_step_is_minus_the_gradient():
    lr = Value(0.5)
    updated(sgd, 1.0, 3.0, 0.0, lr=lr, momentum=0, nesterov=False, weight_decay=0)[0].backward()

    assert lr.grad == -3.0


def test_adams_first_step_has_the_slope_of_its_sign():
    """m̂ / √v̂ is g / |g|."""
    for g in (4.0, -4.0):
        lr = Value(0.5)
        settings = {"lr": lr, "betas": (0.9, 0.999), "eps": 1e-300, "weight_decay": 0}
        updated(adam, 1.0, g, 0.0, 0.0, 0.0, **settings)[0].backward()
        assert lr.grad == pytest.approx(-math.copysign(1.0, g))


@given(st.tuples(*[st.fractions(-4, 4, max_denominator=50)] * 6), st.booleans())
def test_sgd_is_exact_in_fractions(numbers, nesterov):
    p, g, v, lr, mu, decay = numbers
    settings = {"lr": lr, "momentum": mu, "nesterov": nesterov, "weight_decay": decay}
    new, now = updated(sgd, p, g, v, **settings)

    slope = g + decay * p
    if mu:
        assert now == mu * v + slope
        assert new == p - lr * (slope + mu * now if nesterov else now)
    else:
        assert (new, now) == (p - lr * slope, v)
    assert isinstance(new, Fraction)


@given(st.tuples(*[st.fractions(0, Fraction(9, 10), max_denominator=50)] * 5))
def test_the_means_of_adam_and_rmsprop_are_exact_in_fractions(numbers):
    p, g, m, square, beta = numbers
    t, third = Fraction(3), Fraction(1, 3)
    same = {"lr": third, "eps": third, "weight_decay": 0}
    found = updated(adam, p, g, m, square, t, betas=(beta, third), **same)
    assert found[1:] == (
        beta * m + (1 - beta) * g,
        third * square + (1 - third) * g * g,
        4,
    )
    found = updated(rmsprop, p, g, square, m, 0, alpha=beta, centered=True, momentum=0, **same)
    assert found[1:3] == (beta * square + (1 - beta) * g * g, beta * m + (1 - beta) * g)


def test_a_refused_step_leaves_the_memory_as_it_was():
    w = Value(1.0)
    optimiser = SGD([w], 10.0, momentum=0.9)
    w.grad = 1e308
    with pytest.raises(ArithmeticError):
        optimiser.step()

    assert (w.data, optimiser.velocities) == (1.0, [0.0])


def test_a_rule_of_the_users_own_with_a_setting_and_a_memory():
    def signs(rows, lr, beta):
        for _, g, m in rows:
            mean = beta * m + (1 - beta) * g
            yield (lr if mean > 0 else -lr), mean

    class Signs(SGD):
        settings = {"lr": SGD.settings["lr"], "beta": SGD.settings["momentum"]}  # noqa: RUF012
        memory = ("m",)
        rule = staticmethod(signs)

        def __init__(self, parameters, lr):
            super(SGD, self).__init__(parameters, lr, beta=0.5)

    w, v = Value(1.0), Parameter(2.0)
    optimiser = Signs([{"params": [w]}, {"params": [v], "beta": 0.75}], 0.25)
    w.grad, v.grad = 4.0, -4.0
    optimiser.step()

    assert (w.data, v.data, optimiser.m) == (0.75, 2.25, [2.0, -1.0])
