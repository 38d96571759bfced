"""Groups: each is an optimiser of its own, but for the rate, which all scale together."""

import copy
import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import NonFiniteError, Value, constant
from nn import MLP, CosineDecay, Parameter
from nn.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop

from ..refusals import refused
from ..training.helpers import line, stochastic, trained, weights
from .paths import gradients, path, start


class Rolling(Optimiser):
    """A user's."""

    memory = ("before",)

    def change(self, index, g):
        before, self.before[index] = self.before[index], g
        return self.lr * (before + g)


# The optimiser's settings, and those of a group.
KINDS = {
    "sgd": (SGD, {"lr": 0.5}, {"lr": 0.125, "momentum": 0.9, "nesterov": True}),
    "adam": (Adam, {"lr": 0.5, "eps": 1e-6}, {"betas": (0.5, 0.75), "weight_decay": 0.25}),
    "adamw": (AdamW, {"lr": 0.5}, {"lr": 0.25, "weight_decay": 0.5}),
    "rmsprop": (RMSprop, {"lr": 0.5, "momentum": 0.5}, {"momentum": 0.0, "centered": True}),
    "a user's": (Rolling, {"lr": 0.5}, {"lr": 0.0625}),
}


def grouped(kind, parameters):
    make, settings, own = KINDS[kind]
    return make([{"params": parameters[:1]}, {"params": parameters[1:], **own}], **settings)


@pytest.mark.parametrize("kind", KINDS)
@given(steps=gradients, rates=st.lists(st.sampled_from([0.5, 1.0, 0.25, 2.0]), min_size=8))
def test_each_group_is_an_optimiser_of_its_own(kind, steps, rates):
    make, settings, own = KINDS[kind]
    together, apart = start(), start()
    optimiser = grouped(kind, together)
    each = [make(apart[:1], **settings), make(apart[1:], **(settings | own))]
    first = [one.lr for one in each]
    for gradient, rate in zip(steps, rates, strict=False):
        optimiser.lr = 0.5 * rate
        for one, lr in zip(each, first, strict=True):
            one.lr = lr * rate
        path(optimiser, together, [gradient])
        for p, g in zip(apart, gradient, strict=True):
            p.grad = g
        for one in each:
            one.step()

    assert [p.data for p in together] == [p.data for p in apart]


@pytest.mark.parametrize("kind", KINDS)
@given(before=gradients, after=gradients)
def test_a_state_goes_on_bit_for_bit(kind, before, after):
    parameters, others = start(), start()
    optimiser, resumed = grouped(kind, parameters), grouped(kind, others)
    optimiser.lr = 0.3
    path(optimiser, parameters, before)

    resumed.load_state_dict(json.loads(json.dumps(optimiser.state_dict())))
    for other, parameter in zip(others, parameters, strict=True):
        other.data = parameter.data
    optimiser.lr = resumed.lr = 0.1

    assert path(resumed, others, after) == path(optimiser, parameters, after)
    assert resumed.state_dict() == optimiser.state_dict()


def test_the_settings_of_each_are_seen_and_not_set():
    optimiser = SGD([{"params": start(), "lr": 0.01}, {"params": Value(1.0)}], lr=0.1)
    optimiser.lr = 0.05

    assert [group["lr"] for group in optimiser.groups] == [0.005, 0.05]
    assert [len(group["params"]) for group in optimiser.groups] == [3, 1]
    assert repr(optimiser) == "SGD(4 parameters in 2 groups, lr=0.05)"
    with pytest.raises(TypeError):
        optimiser.groups[0]["lr"] = 1.0
    with refused(
        AttributeError,
        "SGD has no 'param_groups': groups are given when it is made, .groups shows them, and "
        "setting .lr scales the learning rates of all groups",
    ):
        optimiser.param_groups[0]["lr"] = 1.0


def test_parameters_without_groups_are_one():
    optimiser = Adam(start(), 0.1)

    assert [group["lr"] for group in optimiser.groups] == [0.1]
    assert "groups" not in optimiser.state_dict()


def test_a_model_in_a_group_is_followed():
    model, extra = MLP(1, [2, 1], rng=random.Random(0)), Parameter(1.0)
    first = {"params": model.layers[0], "lr": 0.5}
    optimiser = SGD([first, {"params": [extra]}], lr=0.1, momentum=0.9)
    optimiser.velocities[-1] = 3.0
    model.layers[0].extra = Parameter(2.0)
    model.layers[0].extra.grad = 1.0
    optimiser.step()

    assert model.layers[0].extra.data == 1.5
    assert extra.data == pytest.approx(1.0 - 0.1 * 0.9 * 3.0)
    model.layers[0].twice = extra
    with pytest.raises(ValueError, match="SGD: the parameter is in the groups 0 and 1; give each"):
        optimiser.step()


def test_one_that_overflows_stops_all_and_says_its_own_rate():
    v, w = Value(1.0), Value(2.0)
    optimiser = SGD([{"params": [v]}, {"params": [w], "lr": 20.0}], 10.0)
    v.grad, w.grad = 1.0, 1e308
    with pytest.raises(NonFiniteError, match=r"parameter 1 would be -inf, .* and lr=20; nothing"):
        optimiser.step()

    assert (v.data, w.data, optimiser.lr) == (1.0, 2.0, 10.0)


def test_copies_have_groups_of_their_own():
    w = Parameter(1.0)
    optimiser = SGD([{"params": [w], "lr": 0.5}], 0.1)
    twin_of_w, twin = copy.deepcopy((w, optimiser))
    twin_of_w.grad = 1.0
    twin.step()

    assert (w.data, twin_of_w.data) == (1.0, 0.5)


# --- in fit ---------------------------------------------------------------------------------------


def by_layer(model):
    first, _, last = model.layers
    return Adam([{"params": first, "lr": 0.01, "weight_decay": 0.1}, {"params": last}], lr=0.05)


def test_fit_resumes_bit_for_bit(tmp_path):
    X, y = line(10)
    options = {"optimizer": by_layer, "schedule": CosineDecay(), "horizon": 5, "batch_size": 4}
    parts, whole = stochastic(), stochastic()
    for epochs in (2, 5):
        rng = random.Random(5)
        trained(parts, X, y, epochs=epochs, rng=rng, checkpoint=tmp_path / "run", resume=True,
                **options)  # fmt: skip
    trained(whole, X, y, epochs=5, **options)

    assert weights(parts) == weights(whole)


def test_other_groups_are_another_training(tmp_path):
    X, y = line()
    trained(stochastic(), X, y, optimizer=by_layer, checkpoint=tmp_path / "run")

    def other(model):
        return Adam([{"params": model.layers[0]}, {"params": model.layers[2]}], lr=0.05)

    with pytest.raises(ValueError, match="is from a training with optimizer Adam"):
        trained(stochastic(), X, y, optimizer=other, checkpoint=tmp_path / "run", resume=True)


def test_a_schedule_scales_every_group():
    model = nn.Sequential(nn.Layer(1, 1, nonlin=False), nn.Layer(1, 1, nonlin=False))
    seen = []

    def note(training):
        seen.append([group["lr"] for group in training.optimizer.groups])

    groups = [{"params": model.layers[0], "lr": 0.01}, {"params": model.layers[1].parameters()}]
    trained(model, *line(), optimizer=SGD(groups, lr=0.1), schedule=lambda t, _: 0.5**t, epochs=3,
            callbacks=note)  # fmt: skip

    assert seen == [pytest.approx([0.01 * f, 0.1 * f]) for f in (1.0, 0.5, 0.25)]


# --- errors ---------------------------------------------------------------------------------------

W, V = Value(1.0, label="w"), Value(2.0)
REFUSED = {
    "twice": (
        lambda: SGD([{"params": [V, W]}, {"params": W}], 0.1),
        ValueError,
        "SGD: the parameter 'w' is in the groups 0 and 1; give each to one group",
    ),
    "empty": (
        lambda: SGD([{"params": [W]}, {"params": []}], 0.1),
        ValueError,
        "SGD: group 1 got no parameters: this list has none to train",
    ),
    "no params": (
        lambda: SGD([{"lr": 0.1}], 0.1),
        ValueError,
        "SGD: group 0 has no 'params'; write {'params': model.layers[0], ...}",
    ),
    "unknown": (
        lambda: SGD([{"params": [W], "momentun": 0.1}], 0.1),
        ValueError,
        (
            "SGD: group 0 has an unknown 'momentun'; did you mean 'momentum'? There are: params, "
            "lr, momentum, nesterov, weight_decay"
        ),
    ),
    "both": (
        lambda: SGD([{"params": [W]}, V], 0.1),
        TypeError,
        (
            "SGD takes parameters or groups, but this list has both: no dict at position 1; write "
            "{'params': [...]} for the others too"
        ),
    ),
    "no parameters": (
        lambda: SGD([{"params": 3}], 0.1),
        TypeError,
        (
            "SGD: group 0 takes a Module or a list of parameters, got a int; write SGD(model, "
            "...), SGD(model.parameters(), ...) or, for groups, SGD([{'params': "
            "model.layers[0]}, ...], ...)"
        ),
    ),
    "a constant": (
        lambda: SGD([{"params": [constant(3.0)]}], 0.1),
        ValueError,
        "SGD: group 0 takes parameters, got the constant 3 at position 0",
    ),
    "bad number": (
        lambda: Adam([{"params": [W], "betas": (0.9, 1.0)}]),
        ValueError,
        "Adam: betas of group 0[1] must be at least 0 and below 1, got 1",
    ),
    "bad rate": (
        lambda: Adam([{"params": [W], "lr": -1.0}]),
        ValueError,
        "Adam: lr of group 0 must be at least 0 and finite, got -1",
    ),
    "a rate beside 0": (
        lambda: SGD([{"params": [W], "lr": 0.1}], 0.0),
        ValueError,
        (
            "SGD: group 0 has lr=0.1, which scales with the optimiser's lr, but that is 0; give "
            "the optimiser an lr above 0, and freeze() what should not be trained"
        ),
    ),
    "nesterov": (
        lambda: SGD([{"params": [W], "nesterov": True}], 0.1),
        ValueError,
        (
            "SGD: nesterov=True looks ahead along the momentum, but momentum is 0; write "
            "SGD(..., momentum=0.9, nesterov=True)"
        ),
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()


def broken(change):
    state = grouped("sgd", start()).state_dict()
    change(state)
    return state


BROKEN = [
    lambda state: state.pop("groups"),
    lambda state: state.pop("base_lr"),
    lambda state: state.update(base_lr=math.nan),
    lambda state: state.update(base_lr=0),
    lambda state: state.update(groups=None),
    lambda state: state["groups"].pop(),
    lambda state: state["groups"].reverse(),
    lambda state: state["groups"].__setitem__(0, 3),
    lambda state: state["groups"][1].pop("settings"),
    lambda state: state["groups"][1].update(settings=3),
    lambda state: state["groups"][1]["settings"].update(lr=-1.0),
    lambda state: state["groups"][1]["settings"].update(rate=1.0),
]


@pytest.mark.parametrize("change", BROKEN, ids=range(len(BROKEN)))
def test_a_state_that_does_not_fit_changes_nothing(change):
    optimiser = grouped("sgd", start())
    before = optimiser.state_dict()
    with pytest.raises((TypeError, ValueError)):
        optimiser.load_state_dict(broken(change))

    assert optimiser.state_dict() == before


def test_a_state_with_groups_is_for_an_optimiser_with_groups():
    with refused(
        ValueError,
        "SGD.load_state_dict: the state has an unknown 'base_lr'. There are: class, parameters, "
        "settings, memory; build the optimiser like the one that was saved; nothing was loaded",
    ):
        SGD(start(), 0.5).load_state_dict(grouped("sgd", start()).state_dict())


def test_a_setting_that_an_optimiser_does_not_have_is_refused():
    """To set it would be without effect; an optimiser of one's own may call things as it likes."""
    optimiser = nn.Adam([Value(1.0)])
    for name in ("momentum", "learning_rate", "nesterov"):
        with pytest.raises(AttributeError, match=f"Adam has no {name}; its settings are lr, "):
            setattr(optimiser, name, 0.9)

    class Own(nn.Optimiser):
        def __init__(self, parameters, decay):
            super().__init__(parameters, lr=0.1)
            self.decay = decay

    assert Own([Value(1.0)], 0.5).decay == 0.5
