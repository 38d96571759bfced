"""An optimiser that was saved and loaded goes on as if nothing had happened, bit for bit."""

import copy
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import Parameter
from nn.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop

from ..refusals import refused
from .paths import gradients, path, start


class Rolling(Optimiser):
    """A user's: it names what it remembers."""

    memory = ("before",)

    def change(self, index, g):
        before, self.before[index] = self.before[index], g
        return self.lr * (before + g)


class Counting(Optimiser):
    """A user's: what it remembers is no list of floats, so it says itself how that is saved."""

    steps = 0

    def step(self):
        self.steps += 1
        super().step()

    def change(self, index, g):  # noqa: ARG002 - the signature of all optimisers
        return self.lr * g / self.steps

    def state_dict(self):
        return {"base": super().state_dict(), "steps": self.steps}

    def load_state_dict(self, state):
        super().load_state_dict(state["base"])
        self.steps = state["steps"]


MAKE = {
    "sgd": lambda ps: SGD(ps, 0.1),
    "momentum": lambda ps: SGD(ps, 0.1, momentum=0.9),
    "nesterov": lambda ps: SGD(ps, 0.1, momentum=0.8, nesterov=True, weight_decay=0.01),
    "adam": lambda ps: Adam(ps, 0.1, betas=(0.8, 0.9), eps=1e-6),
    "adamw": lambda ps: AdamW(ps, 0.1, weight_decay=0.1),
    "rmsprop": lambda ps: RMSprop(ps, 0.1, alpha=0.9, momentum=0.5, centered=True),
    "named": lambda ps: Rolling(ps, 0.1),
    "overridden": lambda ps: Counting(ps, 0.1),
}
FRESH = {
    "sgd": lambda ps: SGD(ps, 1.0),
    "momentum": lambda ps: SGD(ps, 1.0),
    "nesterov": lambda ps: SGD(ps, 1.0),
    "adam": Adam,
    "adamw": AdamW,
    "rmsprop": RMSprop,
    "named": lambda ps: Rolling(ps, 1.0),
    "overridden": lambda ps: Counting(ps, 1.0),
}


@pytest.mark.parametrize("kind", MAKE)
@given(before=gradients, after=gradients)
def test_it_goes_on_bit_for_bit(kind, before, after):
    parameters, others = start(), start()
    optimiser, resumed = MAKE[kind](parameters), FRESH[kind](others)
    path(optimiser, parameters, before)
    state = json.loads(json.dumps(optimiser.state_dict()))

    resumed.load_state_dict(state)
    for other, parameter in zip(others, parameters, strict=True):
        other.data = parameter.data

    assert path(resumed, others, after) == path(optimiser, parameters, after)
    assert resumed.state_dict() == optimiser.state_dict()


def test_the_whole_state():
    w = Value(1.0)
    optimiser = Adam([w], 0.1, betas=(0.5, 0.75))
    w.grad = 2.0
    optimiser.step()

    assert optimiser.state_dict() == {
        "class": "Adam",
        "parameters": 1,
        "settings": {"lr": 0.1, "betas": [0.5, 0.75], "eps": 1e-8, "weight_decay": 0.0},
        "memory": {"m": [1.0], "v": [1.0], "t": [1.0]},
    }


def test_a_state_is_a_copy():
    w = Value(1.0)
    optimiser = SGD([w], 0.1, momentum=0.9)
    state = optimiser.state_dict()
    other = SGD([Value(1.0)], 0.1)
    other.load_state_dict(state)
    w.grad = 1.0
    optimiser.step()

    assert state["memory"] == {"velocities": [0.0]} == other.state_dict()["memory"]


def test_copies_go_on_with_their_own_parameters():
    w = Parameter(1.0)
    optimiser = SGD([w], 0.1, momentum=0.9)
    (twin_of_w, twin) = copy.deepcopy((w, optimiser))
    twin_of_w.grad = 1.0
    twin.step()

    assert (w.data, twin_of_w.data) == (1.0, 0.9)
    assert optimiser.velocities == [0.0]


def test_what_overflowed_is_loaded_too():
    w = Value(1.0)
    optimiser = Adam([w])
    w.grad = 1e200
    optimiser.step()
    resumed = Adam([Value(1.0)])

    resumed.load_state_dict(optimiser.state_dict())

    assert resumed.v == [math.inf]


def state(**changes):
    found = Adam([Value(1.0), Value(2.0)], 0.5).state_dict()
    for way, x in changes.items():
        place, key = (found, way) if "__" not in way else (found[way[:8].rstrip("_")], way[10:])
        place[key] = x
    return found


def without(*way):
    found = state()
    place = found
    for key in way[:-1]:
        place = place[key]
    del place[way[-1]]
    return found


REFUSED = {
    "no dict": (
        3,
        TypeError,
        "the state must be a dict, as from state_dict(), got 3",
    ),
    "lacks": (
        without("memory"),
        ValueError,
        "the state has no 'memory'",
    ),
    "unknown": (
        state(memroy={}),
        ValueError,
        (
            "the state has an unknown 'memroy'; did you mean 'memory'? There are: class, "
            "parameters, settings, memory"
        ),
    ),
    "class": (
        SGD([Value(1.0)], 0.1).state_dict(),
        ValueError,
        "'class' of the state is 'SGD', but this optimiser has 'Adam'",
    ),
    "count": (
        Adam([Value(1.0)]).state_dict(),
        ValueError,
        "'parameters' of the state is 1, but this optimiser has 2",
    ),
    "no settings": (
        state(settings=None),
        TypeError,
        "'settings' of the state must be a dict, as from state_dict(), got None",
    ),
    "lacks a setting": (
        without("settings", "eps"),
        ValueError,
        "'settings' of the state has no 'eps'",
    ),
    "bad setting": (
        state(settings__eps=-1),
        ValueError,
        "Adam: eps must be a number above 0, got -1",
    ),
    "lacks a list": (
        without("memory", "t"),
        ValueError,
        "'memory' of the state has no 't'",
    ),
    "unknown list": (
        state(memory____w=[]),
        ValueError,
        "'memory' of the state has an unknown 'w'. There are: m, v, t",
    ),
    "no list": (
        state(memory____m="ab"),
        ValueError,
        "'m' of 'memory' of the state must be a list of 2, got 'ab'",
    ),
    "short list": (
        state(memory____m=[1.0]),
        ValueError,
        "'m' of 'memory' of the state must be a list of 2, got [1.0]",
    ),
    "no number": (
        state(memory____v=[1.0, "2"]),
        TypeError,
        "1 of 'v' of 'memory' of the state must be a number, got '2'",
    ),
    "nan": (
        state(memory____v=[math.nan, 1.0]),
        ValueError,
        "0 of 'v' of 'memory' of the state is nan, but this optimiser has 0.0",
    ),
    "below 0": (
        state(memory____v=[-1.0, 1.0]),
        ValueError,
        "'v' contains -1, but is never negative",
    ),
}


@pytest.mark.parametrize(("bad", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do_changes_nothing(bad, error, text):
    optimiser = Adam([Value(1.0), Value(2.0)], 0.25)
    before = optimiser.state_dict()

    cure = "build the optimiser like the one that was saved; nothing was loaded"
    with refused(error, f"Adam.load_state_dict: {text}; {cure}"):
        optimiser.load_state_dict(bad)

    assert optimiser.state_dict() == before


@given(st.data())
def test_any_damage_is_refused_and_changes_nothing(data):
    optimiser = RMSprop([Value(1.0)], 0.25)
    before = optimiser.state_dict()
    bad = optimiser.state_dict()
    part = data.draw(st.sampled_from(["settings", "memory"]))
    key = data.draw(st.sampled_from(list(bad[part])))
    bad[part][key] = data.draw(
        st.one_of(st.none(), st.just(math.nan), st.text(), st.just([math.nan]), st.just(-1))
    )

    with pytest.raises((TypeError, ValueError)):
        optimiser.load_state_dict(bad)

    assert optimiser.state_dict() == before
