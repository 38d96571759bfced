"""Functions that are hard to measure: steep, narrow, cancelling; in floats of 64, 32 and 16 bits.

A right claim is never called wrong. A wrong one is found wherever the values can show it.
"""

from collections import Counter

import mpmath
import numpy as np
import pytest

from autograd.testing import GradientMismatch, check_gradients

mp = mpmath.MPContext()
mp.dps = 40


def exp(x):
    return np.exp(x)


def log(x):
    return np.log(x)


CANCELLING = {
    "(1 - cos x) / x²": (
        lambda x: (1 - np.cos(x)) / x**2,
        lambda x: (x * mp.sin(x) - 2 * (1 - mp.cos(x))) / x**3,
        [1e-8, 1e-7, 3.3e-7, 1e-6, 1e-5, 1e-3, -1e-7, 0.1, 1.0],
    ),
    "(exp x - 1) / x": (
        lambda x: (np.exp(x) - 1) / x,
        lambda x: (x * mp.exp(x) - mp.expm1(x)) / x**2,
        [1e-12, 1e-7, 1e-5, 0.5, -1e-7],
    ),
    "(x - sin x) / x³": (
        lambda x: (x - np.sin(x)) / x**3,
        lambda x: ((1 - mp.cos(x)) * x - 3 * (x - mp.sin(x))) / x**4,
        [1e-5, 1e-3, 1.0],
    ),
    "ln(1 + x) / x": (
        lambda x: np.log(1 + x) / x,
        lambda x: (x / (1 + x) - mp.log1p(x)) / x**2,
        [1e-10, 1e-4, 1.0],
    ),
}
SMOOTH = {
    "cube": (lambda x: x**3 - 2 * x, lambda x: 3 * x * x - 2, [0.0, 0.5, -3.3]),
    "exp": (exp, mp.exp, [0.0, 0.5, -3.0]),
    "pole": (lambda x: 1 / (x - 1), lambda x: -1 / (x - 1) ** 2, [1.1, 2.0]),
    "beside a kink": (lambda x: np.abs(x - 1), lambda x: mp.sign(x - 1), [1.1, 0.5]),
    "log": (log, lambda x: 1 / x, [0.5, 3.0, 1e3]),
}


def bell(width):
    return (
        lambda x: x + np.exp(-((x - 1) ** 2) / width),
        lambda x: 1 - 2 * (x - 1) / width * mp.exp(-((x - 1) ** 2) / width),
        [1.0, 1.00001, 1.0002, 1.001, 1.01, 0.99, 1.1, 2.0],
    )


def sigmoid(k):
    return (
        lambda x: 1 / (1 + np.exp(-k * (x - 1))),
        lambda x: k * mp.exp(-k * (x - 1)) / (1 + mp.exp(-k * (x - 1))) ** 2,
        [1.0, 1 + 1 / k, 1 - 1 / k, 1 + 5 / k, 1.01],
    )


def wave(k):
    return lambda x: np.sin(k * x), lambda x: k * mp.cos(k * x), [0.0, 0.3, 1.0, 2.7]


def rounded_corner(k):
    return (
        lambda x: np.sqrt((x - 1) ** 2 + k**-2.0),
        lambda x: (x - 1) / mp.sqrt((x - 1) ** 2 + mp.mpf(k) ** -2),
        [1.0, 1 + 1 / k, 1.01, 0.9],
    )


NARROW = {
    **{f"bell {w:g}": bell(w) for w in (1e-4, 1e-6, 1e-8, 1e-10)},
    **{f"sigmoid {k:g}": sigmoid(k) for k in (10.0, 1e3, 1e5, 1e7)},
    **{f"wave {k:g}": wave(k) for k in (10.0, 1e3, 1e5, 1e7)},
    **{f"corner {k:g}": rounded_corner(k) for k in (10.0, 1e3, 1e5)},
}
EVERY = CANCELLING | SMOOTH | NARROW
WRONG = {
    "doubled": lambda slope: 2 * slope,
    "negated": lambda slope: -slope,
    "far off": lambda slope: slope + 1e3 * max(1.0, abs(slope)),
}


def float64(x):
    return np.float64(x)


def float32(x):
    return np.float32(x)


def float16(x):
    return np.float16(x)


TYPES = {"float64": float64, "float32": float32, "float16": float16}


def outcome(f, x, claim):
    try:
        return check_gradients(f, x, gradient=lambda _: claim).outcome
    except GradientMismatch:
        return "wrong"


def cases(name, kind):
    """f in these numbers, a point that is one of them, and the true slope there."""
    f, slope, points = EVERY[name]
    for x in points:
        at = float(kind(x))
        with np.errstate(all="ignore"):
            if at and np.isfinite(f(kind(at))):
                yield lambda x: f(kind(x)), at, float(slope(mp.mpf(at)))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_a_right_claim_is_never_called_wrong(name, kind):
    found = [(x, outcome(f, x, slope)) for f, x, slope in cases(name, TYPES[kind])]
    outcomes = {result for _, result in found}

    assert "wrong" not in outcomes, found
    if kind == "float64":
        assert "kink" not in outcomes, found
        if name not in CANCELLING:
            assert [result for _, result in found].count("right") >= len(found) - 1, found


@pytest.mark.parametrize("name", [*SMOOTH, *NARROW])
def test_a_right_claim_is_not_called_wrong_in_float16(name):
    found = [(x, outcome(f, x, slope)) for f, x, slope in cases(name, float16)]

    assert "wrong" not in {result for _, result in found}, found


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("name", [*SMOOTH, *NARROW])
def test_a_wrong_claim_is_found_in_doubles(name, fault):
    for f, x, slope in cases(name, float64):
        if abs(slope) > 1e-6:
            assert outcome(f, x, WRONG[fault](slope)) == "wrong", x


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("kind", ["float32", "float16"])
@pytest.mark.parametrize("name", SMOOTH)
def test_a_wrong_claim_is_found_in_fewer_digits(name, kind, fault):
    found = Counter(
        outcome(f, x, WRONG[fault](slope)) for f, x, slope in cases(name, TYPES[kind]) if slope
    )

    assert found["right"] == found["kink"] == 0
    assert found["wrong"] > 0


@pytest.mark.parametrize("claim", [-1e7, -1.0, 0.0, 0.5, 1e3])
def test_cancellation_is_no_kink(claim):
    for x in (1e-8, 1e-7, 1e-6, 1e-5):
        f = CANCELLING["(1 - cos x) / x²"][0]

        assert outcome(f, x, claim) in {"undecided", "wrong"}


@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_a_real_kink_is_one_in_any_arithmetic(kind):
    to = TYPES[kind]

    def f(x):
        return np.abs(to(x))

    assert [outcome(f, 0.0, claim) for claim in (-1.0, 0.0, 1.0)] == ["kink"] * 3
    assert [outcome(f, 0.0, claim) for claim in (-2.0, 2.0, 100.0)] == ["wrong"] * 3


def test_why_it_is_undecided_is_said():
    f = CANCELLING["(1 - cos x) / x²"][0]
    verdict = check_gradients(f, 1e-7, gradient=lambda x: -x / 12)

    assert verdict.outcome == "undecided"
    assert "noisy" in verdict.why or "jump" in verdict.why


# --- cases that were once called otherwise --------------------------------------------------------


def near_a_pole(x):
    return np.log(x - 2)


@pytest.mark.parametrize(
    ("f", "slope", "x"),
    [
        (lambda x: x + np.sin(1000 * x) / 1000, lambda x: 1 + mp.cos(1000 * x), 7.0),
        (near_a_pole, lambda x: 1 / (x - 2), 2.0000100135803223),
        (lambda x: np.sqrt(x - 1), lambda x: 1 / (2 * mp.sqrt(x - 1)), 1.0000009536743164),
        (lambda x: (x + 10**7) - 10**7, lambda x: mp.mpf(1), 1.0),
        (lambda x: (x + 10**7) - 10**7, lambda x: mp.mpf(1), 7.0),
        (lambda x: (x + 10**6) ** 2 - 10**12, lambda x: 2 * (x + 10**6), 0.5),
        (
            lambda x: (np.exp(x) - 1 - x) / x**2,
            lambda x: (mp.exp(x) - 1) / x**2 - 2 * (mp.expm1(x) - x) / x**3,
            9.999999747378752e-05,
        ),
    ],
    ids=["ripple", "log", "sqrt", "steps of 1", "steps of 1 at 7", "huge", "exp − 1 − x"],
)
def test_hard_right_claims_in_float32_are_not_called_wrong(f, slope, x):
    assert outcome(lambda t: f(np.float32(t)), x, float(slope(mp.mpf(x)))) != "wrong"


@pytest.mark.parametrize("x", [0.3, 1.1, 1.5])
def test_fewer_digits_may_be_used_inside(x):
    def f(x):
        return float(np.sqrt(np.float32(x)))

    slope = 0.5 / np.sqrt(x)

    assert outcome(f, x, slope) == "right"
    assert outcome(f, x, 1.01 * slope) == "wrong"
    assert outcome(f, x, 77.0) == "wrong"


def test_flat_functions_are_not_excused_as_steps():
    assert outcome(lambda x: 3.0, 1.0, 1.0) == "wrong"
    assert outcome(lambda x: max(x, 0.0), -1.0, 1.0) == "wrong"
    assert outcome(lambda x: float(x > 0.0), 1.0, 1.0) == "wrong"
    assert outcome(lambda x: max(x, 0.0) + min(x + 2.0, 0.0), -1.0, 1.0) == "wrong"
    assert outcome(np.round, 1.2, 100.0) == "wrong"
    assert outcome(lambda x: (x + 1e17) - 1e17, 20.0, 1.0) == "undecided"


def test_smooth_functions_in_float32_are_still_decided():
    found = Counter(
        outcome(f, x, fault * slope)
        for name in ("cube", "exp", "log")
        for f, x, slope in cases(name, float32)
        for fault in (0.9, 1.1)
        if slope
    )

    assert found["wrong"] >= 10
    assert found["right"] == 0


@pytest.mark.parametrize("height", [0.5, 1.0, 3.0])
def test_a_wave_that_is_narrow_in_float32_is_not_jumped_over(height):
    def f(x):
        x = np.float32(x)
        u = (x - np.float32(1)) / np.float32(3e-5)
        return x + np.float32(3e-5 * height) * u * np.exp(-u * u)

    assert outcome(f, 1.0, 1.0) != "right"
    assert outcome(f, 1.0, 1.0 + height) != "wrong"
