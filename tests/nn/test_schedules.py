"""Schedules: their curves, their ends, PyTorch's numbers, and what is refused."""

import dataclasses
import json
import math
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.schedules import CosineDecay, LinearDecay, StepDecay, WarmUp

from .refusals import refused

RECORDED = json.loads((Path(__file__).parent / "data/torch_optimisers.json").read_text("utf-8"))
OURS = {
    "StepDecay": StepDecay,
    "CosineDecay": CosineDecay,
    "LinearDecay": LinearDecay,
    "WarmUp": WarmUp,
}

ends = st.floats(1e-3, 1e6)
shares = st.floats(0.0, 1.0)
factors = st.floats(0.0, 3.0)


@pytest.mark.parametrize("row", RECORDED["schedules"], ids=lambda row: row["ours"])
def test_the_same_factors_as_torch(row):
    schedule = eval(row["ours"], OURS)  # noqa: S307 - a line of our own file

    for t, factor in enumerate(row["factors"]):
        assert schedule(t, RECORDED["end"]) == pytest.approx(factor, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kind", [CosineDecay, LinearDecay])
@given(end=ends, final=factors)
def test_the_ends_are_met_exactly_and_kept(kind, end, final):
    schedule = kind(final)

    assert schedule(0.0, end) == 1.0
    assert schedule(end, end) == schedule(2.0 * end, end) == final


@pytest.mark.parametrize("kind", [CosineDecay, LinearDecay])
@given(end=ends, final=factors, pair=st.tuples(shares, shares))
def test_it_never_turns_back(kind, end, final, pair):
    early, late = [kind(final)(share * end, end) for share in sorted(pair)]

    assert (late - early) * (final - 1.0) >= -1e-12


@given(ends, shares, factors)
def test_the_unit_of_time_is_the_callers(end, share, final):
    assert CosineDecay(final)(share * end, end) == pytest.approx(
        CosineDecay(final)(share, 1.0), abs=1e-9
    )


@given(st.integers(0, 20), st.floats(0.01, 0.99), st.floats(0.01, 100.0), st.floats(0.1, 1.0))
def test_steps_are_flat_and_each_is_a_factor_below_the_last(n, share, every, factor):
    schedule = StepDecay(every, factor)

    assert schedule((n + share) * every, 1.0) == schedule(n * every, 1.0)
    assert schedule(n * every, 1.0) == pytest.approx(factor**n, rel=1e-12)


def test_a_sum_of_fractions_reaches_its_step():
    """0.1 + 0.1 + 0.1 is above 0.3 / 1, and 0.3 / 0.1 below 3."""
    assert StepDecay(0.1)(0.3, 1.0) == pytest.approx(1e-3)


@given(st.floats(0.1, 10.0), shares, factors | st.just(WarmUp(1).start))
def test_warm_up(length, share, start):
    schedule = WarmUp(length, start=start)

    assert schedule(0.0, 20.0) == start
    assert schedule(share * length, 20.0) == pytest.approx(start + (1.0 - start) * share)
    assert schedule(length, 20.0) == schedule(20.0, 20.0) == 1.0


def test_what_follows_the_warm_up_has_the_remaining_time():
    asked = []

    def then(t, end):
        asked.append((t, end))
        return 0.25

    schedule = WarmUp(2, then, start=0.0)

    assert schedule(1.0, 10.0) == 0.5
    assert schedule(5.0, 10.0) == 0.25
    assert asked == [(3.0, 8.0)]


def test_warm_ups_that_take_all_the_time():
    assert WarmUp(10, then=CosineDecay())(10, 10) == 1.0
    assert WarmUp(20, then=CosineDecay(), start=0.5)(10, 10) == 0.75


def test_the_first_step_of_a_warm_up_learns():
    """The numbers of PyTorch's LinearLR(optimizer, total_iters=4) with its default start_factor."""
    torch = [1 / 3, 1 / 2, 2 / 3, 5 / 6, 1.0, 1.0]

    assert [WarmUp(4)(t, 9.0) for t in range(6)] == pytest.approx(torch, rel=1e-15)


@given(st.floats(0.1, 10.0), st.sampled_from([None, StepDecay(3), CosineDecay(), LinearDecay()]))
def test_what_follows_begins_where_the_warm_up_ends(length, then):
    schedule = WarmUp(length, then)

    assert schedule(length * (1.0 - 1e-9), 20.0) == pytest.approx(schedule(length, 20.0), abs=1e-8)


def test_they_are_values():
    schedule = WarmUp(2, then=CosineDecay(final=0.1), start=0.25)

    assert schedule == WarmUp(2.0, CosineDecay(0.1), 0.25)
    assert schedule == pickle.loads(pickle.dumps(schedule))  # noqa: S301 - our own bytes
    assert repr(schedule) == "WarmUp(length=2.0, then=CosineDecay(final=0.1), start=0.25)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.length = 3.0


REFUSED = {
    "every 0": (
        lambda: StepDecay(0),
        ValueError,
        "StepDecay: every must be a number above 0, got 0",
    ),
    "factor above 1": (
        lambda: StepDecay(3, factor=2),
        ValueError,
        "StepDecay: factor must be at most 1, got 2",
    ),
    "factor a word": (
        lambda: StepDecay(3, factor="0.1"),
        TypeError,
        "StepDecay: factor must be a number, got '0.1'",
    ),
    "final below 0": (
        lambda: CosineDecay(-0.1),
        ValueError,
        "CosineDecay: final must be at least 0 and finite, got -0.1",
    ),
    "final nan": (
        lambda: LinearDecay(math.nan),
        ValueError,
        "LinearDecay: final must be at least 0 and finite, got nan",
    ),
    "length 0": (
        lambda: WarmUp(0),
        ValueError,
        "WarmUp: length must be a number above 0, got 0",
    ),
    "then a number": (
        lambda: WarmUp(2, 0.5),
        TypeError,
        (
            "WarmUp: then must be a schedule, a function (t, end) -> factor, got 0.5; write "
            "WarmUp(2, then=CosineDecay())"
        ),
    ),
    "time nan": (
        lambda: CosineDecay()(math.nan, 1.0),
        ValueError,
        "a schedule needs finite times, got t=nan and end=1",
    ),
    "time a word": (
        lambda: CosineDecay()("1", 1.0),
        TypeError,
        "a schedule: t takes a real number, got the str '1'; write float('1')",
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()
