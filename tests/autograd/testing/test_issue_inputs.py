"""Inputs that an earlier checker called wrong, right, or could not end on; each has its verdict."""

import gc
import math
import weakref

import numpy as np
import pytest

import autograd as ag
from autograd import Value, ops
from autograd.testing import GradientMismatch, check_gradients
from autograd.testing.recording import Recording
from tests.counting import calls


def outcome(f, point, gradient=None, **options):
    try:
        return check_gradients(f, point, gradient, **options).outcome
    except GradientMismatch:
        return "wrong"


def repeated(n):
    """x² added n times, one by one."""

    def f(x):
        total = 0.0
        for _ in range(n):
            total = total + x * x
        return total

    return f


RIGHT = {
    "72 equal terms": (lambda x: ag.sum([x * x for _ in range(72)]), 0.1),
    "100 equal terms": (repeated(100), 0.1),
    "400 equal terms": (repeated(400), 0.3),
    "exp near overflow": (ag.exp, 709.7),
    "cosh near overflow": (ag.cosh, 710.0),
    "1/x near 0": (lambda x: 1 / x, 1e-154),
    "log near 0": (ag.log, 1e-308),
    "a high power": (lambda x: x**1000000, 0.9),
    "a higher power": (lambda x: x**10**9, 0.9999999),
    "a square of 0": (lambda a: (a * 0.0) ** 2 + (a * 0.3 - 0.1) ** 2, -0.3),
    "a steep tanh": (lambda x: ag.tanh(1e8 * x), 0.0),
    "a remainder of many": (lambda a, b: a % b, (1234567.0, 1.1)),
    "a remainder of very many": (lambda a, b: a % b, (1e12, 0.7)),
    "a shift by the largest": (
        lambda a, b: (
            ag.log(ag.exp(a - max(a.data, b.data)) + ag.exp(b - max(a.data, b.data)))
            + max(a.data, b.data)
        ),
        (3.0, 4.0),
    ),
    "a scale that cancels": (lambda x: (x / abs(x.data)) * abs(x.data) * x, 0.7),
    "a square at 0": (lambda x: x**2, 0.0),
    "a slope that a sum drowns": (lambda w, b: ag.dot([w], [1.7e-284], b), (0.55, -0.73)),
    "a slope of 0 in a sum": (lambda w, b: ag.dot([w, b], [0.0, 2.0], b), (0.55, -0.73)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    f, point = RIGHT[name]

    assert check_gradients(f, point).outcome == "right"


@pytest.mark.parametrize(
    ("f", "point", "expected"),
    [
        (lambda x: 1 / ag.exp(x) + x, 800.0, "undecided"),
        (lambda x: 1 / x, 1e-155, "undecided"),
        (ag.floor, 2.0, "jump"),
        (ag.ceil, 2.0, "jump"),
        (lambda x: ag.where(x > 0, lambda: 1 / x, 5.0), 0.0, "jump"),
        (lambda x: ag.where(ops.greater(x, 0.0), lambda: 1 / x, 5.0), 0.0, "jump"),
        (lambda x: 1 / x if x.data > 0 else x * 0.0 + 5.0, 0.0, "jump"),
        (lambda x: x if x.data > 0 else 3.0 * x, 0.0, "kink"),
        (lambda x: x * x if x.data > 0 else -x * x, 0.0, "right"),
        (lambda x: ag.relu(x) - ag.relu(-x), 0.0, "convention"),
        (lambda x: ag.maximum((x + 1e8) - 1e8, 3.0 * x - 0.25), 0.125, "kink"),
        (lambda x: x + 1e-9 * x.data, 0.7, "wrong"),
        (lambda x: Value(x.data) * x, 0.7, "wrong"),
        (lambda x: x * x.detach(), 0.7, "stop"),
        (lambda x: math.sin(x.data), 0.7, "wrong"),
    ],
    ids=[
        "an infinity inside", "a slope too large", "floor", "ceil", "where", "greater", "if",
        "if kink", "if smooth", "relu − relu", "tie", "leak", "a new leaf", "detach", "math",
    ],
)  # fmt: skip
def test_what_is_not_just_right(f, point, expected):
    assert outcome(f, point) == expected


def test_the_smooth_slope_is_told_where_conventions_miss_it():
    verdict = check_gradients(lambda x: ag.relu(x) - ag.relu(-x), 0.0)

    assert not verdict
    assert "smooth here with slope 1, but the conventions give 0" in verdict.why
    assert verdict.entries[0].numeric == 1.0


def test_a_memo_of_numbers_is_found():
    known = {}

    def remembered(x):
        if x.data not in known:
            known[x.data] = ag.sin(x) * x
        return known[x.data]

    with pytest.raises(GradientMismatch, match="records a different computation") as caught:
        check_gradients(remembered, 0.7)
    assert caught.value.analytic == 0.0


def test_a_stop_is_told_with_the_slope_that_it_hides():
    verdict = check_gradients(lambda x, y: x * y.detach() + y, (2.0, 3.0))

    assert bool(verdict)
    assert [entry.outcome for entry in verdict.entries] == ["right", "stop"]
    assert verdict.entry("y").numeric == pytest.approx(3.0)
    assert "detach or similar hides a slope of 2" in verdict.why


STEPS = lambda x: round(math.sin(x), 6)  # noqa: E731


@pytest.mark.parametrize(
    ("f", "point", "claims"),
    [
        (STEPS, 0.5, [math.cos, lambda x: 0.0]),
        (lambda x: x**2 + 1e16, 1.0, [lambda x: -50.0, lambda x: 2.0, lambda x: 0.0]),
        (lambda w: 1e14 + w * w, 1e-3, [lambda w: 0.0, lambda w: 2e-3]),
        (lambda w: 1e20 + w * w, 1.0, [lambda w: 0.0, lambda w: 2.0]),
        (
            lambda x: np.sum(x**2),
            np.array([1e-3, 1e8]),
            [lambda x: np.array([300.0, 2e8]), lambda x: np.array([0.0, 2e8])],
        ),
    ],
    ids=["rounded", "1e16", "1e14", "1e20", "unequal"],
)
def test_two_claims_that_the_values_cannot_tell_apart_are_both_undecided(f, point, claims):
    assert {outcome(f, point, claim) for claim in claims} == {"undecided"}


@pytest.mark.parametrize(
    ("f", "point", "claim", "expected"),
    [
        (ag.relu, 0.0, 0.5, "wrong"),
        (ag.relu, 0.0, 1.0, "kink"),
        (lambda x: max(x, 0.0) if isinstance(x, float) else x.data, 0.0, 0.3, "undecided"),
        (lambda x: 1 / x if x > 0 else 5.0, 0.0, 0.0, "jump"),
        (lambda w: 1e14 + w * w, 1.0, 0.0, "undecided"),
        (lambda w: 5.0, 1.0, 0.0, "right"),
        (lambda w: (w - 1.0) ** 2, 1.0, 0.0, "right"),
        (lambda w: 1e6 + max(w - 10.0, 0.0), 1.0, 0.0, "right"),
        (lambda w: w, 1.0, math.nan, "wrong"),
        (lambda w: 1 / w if w < 1 else math.nan, 0.5, math.nan, "wrong"),
    ],
    ids=[
        "convention", "a side", "no convention", "jump", "seen", "constant", "a minimum",
        "a dead unit", "nan", "nan again",
    ],
)  # fmt: skip
def test_claims(f, point, claim, expected):
    assert outcome(f, point, lambda _: claim) == expected


def test_a_right_gradient_of_values_is_never_nan():
    for f, x in ((lambda x: ag.sqrt(x) * x, 0.0), (lambda x: ag.cbrt(x) ** 3, 0.0)):
        assert outcome(f, x) not in {"right", "kink", "stop"}


def test_a_long_recording_comes_to_an_end_and_says_why(monkeypatch):
    monkeypatch.setattr("autograd.testing.exact.MOST_OPERATIONS", 20)
    verdict = check_gradients(repeated(100), 0.5)

    assert verdict.outcome == "undecided"
    assert "more than 20 operations in high precision" in verdict.why


def test_a_wide_recording_that_is_too_long_takes_time_in_proportion(monkeypatch):
    """That nothing is left to compute with is found out once, not by each of the inputs."""
    monkeypatch.setattr("autograd.testing.exact.MOST_OPERATIONS", 20)

    def work(width):
        xs = [0.01 * (i % 7) for i in range(width)]
        return calls(lambda: check_gradients(lambda w: ag.sum([x * x for x in w]), (xs,)))

    work(50)  # what is imported on first use
    assert work(400) < 2.5 * work(200)


def test_where_operations_are_too_many_to_measure_the_whole_decides(monkeypatch):
    monkeypatch.setattr("autograd.testing.rows.MOST_ROWS", 20)

    assert check_gradients(repeated(100), 0.5).outcome == "right"
    monkeypatch.setattr("autograd.testing.exact.MOST_OPERATIONS", 20)
    assert "more than 20 operations to measure" in check_gradients(repeated(100), 0.5).why


def test_what_failed_names_seed_and_version():
    with pytest.raises(GradientMismatch, match=rf"seed=7, glassgrad {ag.__version__}"):
        check_gradients(lambda x: x * x.data, 2.0, seed=7)


def test_a_kink_that_a_row_does_not_name_is_seen():
    hidden = ag.operation("unnamed_kink", abs, lambda z, x: 1.0)
    exact = ag.operation("unnamed_exact", abs, lambda z, x: 1.0, exact=lambda mp, x: abs(x))
    try:
        found = [outcome(op, x) for op in (hidden, exact) for x in (0.0, 1.0, -1.0)]
    finally:
        for op in (hidden, exact):
            del ops.ALL[op.name]

    assert found == ["kink", "right", "wrong"] * 2


def test_where_the_function_is_defined_at_the_point_only_nothing_is_decided():
    def f(x):
        if x.data != 0.7:
            raise ValueError("not here")
        return x * x

    assert outcome(f, 0.7) == "undecided"
    assert outcome(lambda x: x * x if x.data >= 0.7 else f(x), 0.7) == "right"  # an end


def test_nothing_of_a_check_is_kept(monkeypatch):
    seen = []
    made = Recording.__init__

    def watched(self, *args, **kwargs):
        seen.append(weakref.ref(self))
        made(self, *args, **kwargs)

    monkeypatch.setattr(Recording, "__init__", watched)
    check_gradients(lambda x, y: ag.relu(x) * ag.sin(y) + x.detach(), (0.0, 1.0))
    gc.collect()

    assert len(seen) > 5
    assert not any(ref() is not None for ref in seen)
