"""Numerical derivatives: close to the truth, and never further off than they say."""

import math
import random

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.testing.differences import RESOLVED, measure

mp = mpmath.MPContext()
mp.dps = 40

SMOOTH = {
    "exp": (math.exp, mp.exp, -20.0, 20.0),
    "sin": (math.sin, mp.cos, -100.0, 100.0),
    "tanh": (math.tanh, lambda x: mp.sech(x) ** 2, -4.0, 4.0),
    "log": (math.log, lambda x: 1 / x, 1e-6, 1e6),
    "sqrt": (math.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), 1e-6, 1e6),
    "cube": (lambda x: x**3, lambda x: 3 * x * x, -100.0, 100.0),
    "fast": (lambda x: math.sin(50.0 * x), lambda x: 50 * mp.cos(50 * x), -2.0, 2.0),
    "bell": (lambda x: math.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x), -5.0, 5.0),
    "pole": (lambda x: 1.0 / x, lambda x: -1 / x**2, 1e-6, 1e6),
}


def one(f, t, noise=0.0, **options):
    def along(x):
        try:
            return [f(x)]
        except (ValueError, ZeroDivisionError):
            return None

    base = f(t)
    return measure(along, t, [base], [abs(base) * 2.0**-52 + noise], **options)[0]


@pytest.mark.parametrize("name", SMOOTH)
@given(data=st.data())
def test_the_truth_lies_within_the_error(name, data):
    f, slope, low, high = SMOOTH[name]
    t = data.draw(st.floats(low, high))
    truth = slope(mp.mpf(t))
    measured = one(f, t, noise=abs(t * float(truth)) * 2.0**-52)

    assert abs(measured.value - truth) <= 2 * measured.error + 1e-300


@pytest.mark.parametrize("name", SMOOTH)
def test_the_error_is_small(name):
    f, _, low, high = SMOOTH[name]
    rng = random.Random(name)
    points = [rng.uniform(low, high) for _ in range(50)]
    slopes = [one(f, t) for t in points]
    resolved = [slope.error <= RESOLVED * abs(slope.value) for slope in slopes]

    assert sum(resolved) >= 45


@pytest.mark.parametrize(
    ("f", "t", "left", "right"),
    [
        (abs, 0.0, -1.0, 1.0),
        (lambda x: max(x, 1.0), 1.0, 0.0, 1.0),
        (lambda x: max(x, 0.5 * x), 0.0, 0.5, 1.0),
        (math.floor, 2.0, math.inf, 0.0),
        (math.sqrt, 0.0, None, math.inf),
        (lambda x: x * math.sqrt(x), 0.0, None, 0.0),
        (lambda x: math.asin(x) ** 2, 1.0, math.inf, None),
        (math.cbrt, 0.0, math.inf, math.inf),
    ],
)
def test_the_two_sides_of_a_kink(f, t, left, right):
    slope = one(f, t)

    assert slope.is_kink
    for found, expected in ((slope.left, left), (slope.right, right)):
        assert found == (expected if expected is None else pytest.approx(expected, abs=2e-2))


@pytest.mark.parametrize("f", [lambda x: x * abs(x), lambda x: x * x, math.cos, lambda x: 3.0])
def test_no_kink_where_there_is_none(f):
    assert not one(f, 0.0).is_kink


def test_near_a_kink_the_steps_shrink_until_they_do_not_cross_it():
    slope = one(lambda x: max(x, 0.0), 1e-7)

    assert slope.value == pytest.approx(1.0, rel=1e-6)


def test_where_nothing_can_be_evaluated_nothing_is_known():
    [slope] = measure(lambda t: None, 1.0, [0.0], [0.0])

    assert math.isnan(slope.value)
    assert slope.error == math.inf


def test_many_outputs_are_measured_with_the_same_evaluations():
    calls = []

    def along(t):
        calls.append(t)
        return [t, t * t, math.exp(t)]

    slopes = measure(along, 1.0, along(1.0), [1e-16] * 3)

    assert [s.value for s in slopes] == pytest.approx([1.0, 2.0, math.e], rel=1e-9)
    assert len(set(calls)) == len(calls) < 60


def test_jumps_on_both_sides_are_noise():
    """(x + 1e8) − 1e8 moves in steps of 1.5e-8."""
    slope = one(lambda x: (x + 1e8) - 1e8, 1.0)

    assert 1e-9 < slope.noise < 1e-6
    assert abs(slope.value - 1.0) <= slope.error < 1e-4
    assert one(math.sin, 1.0).noise < 1e-14


# --- narrow features and steep places -------------------------------------------------------------

WIDTH = 1e-3


def ripple(x):
    """A wave that wide steps see nothing of; its slope at 0 is 1."""
    return x * math.exp(-((x / WIDTH) ** 2))


def test_what_the_wide_steps_jumped_over_is_seen_beside_a_corner():
    def f(x):
        return math.hypot(x, WIDTH) + ripple(x)

    slope = one(f, 0.0)

    assert not slope.is_kink
    assert slope.value == pytest.approx(1.0, rel=1e-3)
    assert abs(slope.value - 1.0) <= slope.error


def test_whether_a_side_is_infinitely_steep_is_unknown_where_rounding_hides_it():
    def f(x):
        return math.copysign(abs(x) ** 0.6, x)

    sharp, hidden = one(f, 0.0), one(f, 0.0, noise=0.1)

    assert (sharp.left, sharp.right) == (math.inf, math.inf)
    assert not hidden.is_kink
    assert hidden.error > 0.1
