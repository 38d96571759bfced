"""Generators of random numbers, put back to where they stood."""

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import MLP, Layer, Module, Sequential
from nn.other_layers import Dropout
from nn.saving import random_states, set_random_states

from ..refusals import refused


class Noisy(Module):
    def __init__(self, *rngs):
        self.rngs = None
        for i, rng in enumerate(rngs):
            setattr(self, f"rng{i}", rng)


def draws(*rngs):
    return [[rng.random(), rng.gauss(0.0, 1.0), rng.randrange(10**9)] for rng in rngs]


@given(seed=st.integers(), warm=st.integers(0, 5))
def test_the_same_draws_follow(seed, warm):
    rng = random.Random(seed)
    for _ in range(warm):
        rng.gauss(0.0, 1.0)  # every second one is kept for later
    model = MLP(1, [1])
    states = json.loads(json.dumps(random_states(model, rng)))
    then = draws(rng)

    set_random_states(model, rng, states)

    assert draws(rng) == then


def test_those_of_the_parts_too_and_a_shared_one_once():
    own, first, second = (random.Random(i) for i in range(3))
    model = Noisy(first, own)
    model.inner = [Noisy(second, first)]
    states = random_states(model, own)
    then = draws(own, first, second)

    set_random_states(model, own, states)

    assert [state["of"] for state in states] == ["rng", "model.rng0", "model.inner.0.rng0"]
    assert draws(own, first, second) == then


def test_none_is_pythons_global_generator():
    model = Noisy(random)
    states = random_states(model)
    then = draws(random)

    set_random_states(model, random, states)

    assert len(states) == 1
    assert draws(random) == then


def test_a_part_without_a_generator_of_its_own_draws_from_the_global_one():
    model, own = Sequential(Dropout(0.5), Layer(1, 1)), random.Random(0)
    states = random_states(model, own)
    then = [model([1.0]).data for _ in range(20)]

    set_random_states(model, own, states)

    assert [state["of"] for state in states] == ["rng", "model.layers.0.rng"]
    assert [model([1.0]).data for _ in range(20)] == then


def test_the_global_generator_is_left_alone_where_nothing_draws_from_it():
    model, rng = MLP(1, [1]), random.Random(0)
    before = random.getstate()

    set_random_states(model, rng, random_states(model, rng))

    assert random.getstate() == before


def test_other_generators_are_refused():
    states = random_states(Noisy(random.Random(1)), random.Random(0))

    with refused(
        ValueError,
        "these are the random states of rng, model.rng0, but the generators here are rng; build "
        "the model as it was, each rng where it was",
    ):
        set_random_states(Noisy(), random.Random(0), states)


@pytest.mark.parametrize(
    "state",
    [None, [], [3, [1], None], [9, [1] * 625, None], [3, ["x"] * 625, None], [3, [-1] * 625, None],
     [3, [1] * 624 + [9999], None], [3, [1] * 625, "x"], [3, [2**40] * 625, None],
     [3, [1] * 625, [math.nan]]],
    ids=["none", "empty", "short", "version", "texts", "negative", "index", "kept", "large",
         "list"],
)  # fmt: skip
def test_a_state_that_is_none_changes_nothing(state):
    own, other = random.Random(0), random.Random(1)
    model = Noisy(other)
    states = random_states(model, own)
    before = own.getstate()
    own.random()
    states[1]["state"] = state

    with pytest.raises(ValueError, match=r"the random state of model\.rng0 is malformed"):
        set_random_states(model, own, states)
    assert own.getstate() != before


def test_a_generator_of_another_kind_cannot_be_kept():
    class Dice(random.Random):
        def getstate(self):
            return 6

    with refused(
        TypeError,
        "the generator rng is a Dice, whose draws cannot be repeated; use random.Random(seed)",
    ):
        random_states(MLP(1, [1]), Dice(0))
