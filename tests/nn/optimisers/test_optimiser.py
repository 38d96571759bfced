"""What all optimisers share: which parameters, which steps, what is frozen, what is refused."""

import math
import random
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import NonFiniteError, Value, constant
from nn import MLP, Module, Parameter, Sequential
from nn.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop

from ..refusals import refused


@pytest.mark.parametrize(
    "make",
    [
        lambda ps: SGD(ps, 0.1),
        lambda ps: SGD(ps, 0.1, 0.9),
        lambda ps: SGD(ps, 0.1, 0.9, nesterov=True),
        lambda ps: Adam(ps, 0.1),
        lambda ps: AdamW(ps, 0.1, weight_decay=1e-6),
        lambda ps: RMSprop(ps, 0.002, alpha=0.5),
        lambda ps: RMSprop(ps, 0.001, alpha=0.5, momentum=0.5),
    ],
    ids=["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "rmsprop momentum"],
)
def test_it_finds_the_bottom_of_a_bowl(make):
    x, y = Parameter(3.0), Parameter(-2.0)
    optimiser = make([x, y])

    for _ in range(2000):
        optimiser.zero_grad()
        ((x - 1.0) ** 2 + 3.0 * (y + 0.5) ** 2).backward()
        optimiser.step()

    assert (x.data, y.data) == pytest.approx((1.0, -0.5), abs=2e-3)


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


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_changes_nothing(bad):
    fine, broken = Parameter(1.0), Parameter(2.0, label="w1")
    fine.grad, broken.grad = 1.0, bad
    text = (
        f"Adam.step: the gradient of parameter 1 'w1' is {bad}; nothing was changed. "
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
            "SGD takes a Module or a list of parameters, got a Value; write SGD(model, ...), "
            "SGD(model.parameters(), ...) or, for groups, SGD([{'params': model.layers[0]}, ...], "
            "...)"
        ),
    ),
    (
        lambda: Adam(3),
        TypeError,
        (
            "Adam takes a Module or a list of parameters, got a int; write Adam(model, ...), "
            "Adam(model.parameters(), ...) or, for groups, Adam([{'params': model.layers[0]}, "
            "...], ...)"
        ),
    ),
    (
        lambda: Adam({"w": LEAF}),
        TypeError,
        (
            "Adam takes a Module or a list of parameters, got a dict; write Adam(model, ...), "
            "Adam(model.parameters(), ...) or, for groups, Adam([{'params': model.layers[0]}, "
            "...], ...)"
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
            "SGD takes parameters, got the result of mul, not the leaves that it was computed "
            "from, at position 1"
        ),
    ),
    (
        lambda: SGD([constant(3.0)], 0.1),
        ValueError,
        "SGD takes parameters, got the constant 3 at position 0",
    ),
    (lambda: SGD([LEAF], -0.1), ValueError, "SGD: lr must be at least 0 and finite, got -0.1"),
    (lambda: Adam([LEAF], math.nan), ValueError, "Adam: lr must be at least 0 and finite, got nan"),
    (lambda: Adam([LEAF], math.inf), ValueError, "Adam: lr must be at least 0 and finite, got inf"),
    (lambda: Adam([LEAF], "0.1"), TypeError, "Adam: lr must be a number, got '0.1'"),
    (lambda: Adam([LEAF], LEAF), TypeError, f"Adam: lr must be a number, got {LEAF!r}"),
]


@pytest.mark.parametrize(("build", "error", "text"), REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()


def test_the_rate_is_checked_when_it_is_set():
    optimiser = SGD([LEAF], 0.1)

    with refused(ValueError, "SGD: lr must be at least 0 and finite, got -1"):
        optimiser.lr = -1
    assert optimiser.lr == 0.1


def test_an_optimiser_without_change_says_what_to_write():
    class Lazy(Optimiser):
        pass

    text = (
        "Lazy has no change; write 'def change(self, index, g): ...', which returns what to "
        "subtract from the parameter"
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


def test_a_setting_of_the_users_own_is_checked_like_any():
    def whole(x, what):
        if x != int(x):
            raise ValueError(f"{what} is whole, got {x}")
        return int(x)

    class Slow(Optimiser):
        settings = {**Optimiser.settings, "wait": whole}  # noqa: RUF012 - nobody changes it

    optimiser = Slow([LEAF], 0.1)
    optimiser.wait = 3.0

    assert optimiser.state_dict()["settings"] == {"lr": 0.1, "wait": 3}
    with refused(ValueError, "Slow: wait is whole, got 0.5"):
        optimiser.wait = 0.5


def test_a_setting_of_the_users_own_may_be_given_when_it_is_made_and_no_other():
    class Scaled(Optimiser):
        settings = {**Optimiser.settings, "scale": SGD.settings["momentum"]}  # noqa: RUF012

        def change(self, index, g):  # noqa: ARG002 - the signature of all optimisers
            return self.lr * self.scale * g

    w = Value(1.0)
    w.grad = 1.0
    Scaled([w], 1.0, scale=0.5).step()

    assert w.data == 0.5
    with refused(TypeError, "Scaled has no 'scal'; did you mean 'scale'? There are: lr, scale"):
        Scaled([w], 1.0, scal=0.5)


def test_a_change_that_raises_changes_nothing():
    class Broken(Optimiser):
        def change(self, index, g):
            return g / (1 - index)

    v, w = Value(1.0), Value(2.0)
    v.grad = w.grad = 1.0
    with pytest.raises(ZeroDivisionError):
        Broken([v, w], 0.1).step()

    assert (v.data, w.data) == (1.0, 2.0)


def test_gradients_whose_sum_overflows_are_finite_all_the_same():
    v, w = Value(1.0), Value(2.0)
    v.grad = w.grad = 1.7e308
    SGD([v, w], 1e-308).step()

    assert (v.data, w.data) == pytest.approx((-0.7, 0.3))


@pytest.mark.parametrize("make", [SGD, Adam, AdamW, RMSprop])
def test_a_rate_of_zero_moves_nothing(make):
    w = Value(1.0)
    w.grad = 3.0

    make([w], lr=0.0).step()

    assert w.data == 1.0


@pytest.mark.parametrize("make", [SGD, Adam, AdamW, RMSprop])
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5))
def test_a_users_variant_of_ours_writes_change_and_asks_ours(make, steps):
    class Halved(make):
        def change(self, index, g):
            return 0.5 * super().change(index, g)

    w, v = Value(1.0), Value(1.0)
    ours, halved = make([v], 0.5), Halved([w], 0.5)
    for g in steps:
        before = v.data = w.data  # where decay starts from
        w.grad = v.grad = g
        ours.step()
        halved.step()
        assert before - w.data == pytest.approx(0.5 * (before - v.data))


# --- sizes ----------------------------------------------------------------------------------------

OF_ANY_SIZE = {
    "sgd": lambda ps: SGD(ps, 0.1),
    "momentum": lambda ps: SGD(ps, 0.1, 0.9, weight_decay=0.1),
    "nesterov": lambda ps: SGD(ps, 0.1, 0.9, nesterov=True),
    "adam": lambda ps: Adam(ps, 0.1),
    "adamw": lambda ps: AdamW(ps, 0.1),
    "rmsprop": RMSprop,
    "centered": lambda ps: RMSprop(ps, centered=True),
    "centered momentum": lambda ps: RMSprop(ps, momentum=0.9, centered=True),
}


@pytest.mark.parametrize("name", OF_ANY_SIZE)
@given(
    gradients=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30)
)
@example(gradients=[1e160, 1.0, 1.0])
@example(gradients=[1e154, 1.3e154, -1e154] * 5)
@example(gradients=[sys.float_info.max, -sys.float_info.max] * 5)
@example(gradients=[1e-320, -1e-320, 1e-170] * 5)
def test_finite_gradients_never_make_a_parameter_nan(name, gradients):
    """A step that fits no double is refused, and changes nothing."""
    w = Value(1.0)
    optimiser = OF_ANY_SIZE[name]([w])
    for g in gradients:
        w.grad, before = g, w.data
        try:
            optimiser.step()
        except NonFiniteError:
            assert w.data == before
            return
        assert not math.isnan(w.data)


@pytest.mark.parametrize("name", ["adam", "rmsprop", "centered", "centered momentum"])
def test_where_squares_overflow_a_parameter_stands_still(name):
    """As in PyTorch, where a centred one is nan."""
    w = Value(1.0)
    optimiser = OF_ANY_SIZE[name]([w])
    for g in (1e160, 1.0, 1e200):
        w.grad = g
        optimiser.step()

    assert w.data == 1.0


def test_a_step_that_is_not_finite_says_whose():
    w = Value(1.0, label="w")
    optimiser = SGD([w, Value(2.0)], 10.0)
    w.grad = 1e308
    with refused(
        NonFiniteError,
        "SGD.step: the step of parameter 0 'w' would be -inf, with the gradient 1e+308 and lr=10; "
        "nothing was changed. Scale the loss down, clip gradients, or lower lr",
    ):
        optimiser.step()
