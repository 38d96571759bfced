"""The data sets: how many examples, of which classes, where; and the same for the same seed."""

import itertools
import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets as sklearns

from nn.data import blobs, circles, curve, moons, spirals, xor

from ..refusals import refused

counts = st.integers(1, 60)
seeds = st.integers(0, 2**32)
noises = st.sampled_from([0.0, 0.1, 3.0])

SETS = {
    "moons": (moons, 2, 2),
    "circles": (circles, 2, 2),
    "spirals": (spirals, 2, 2),
    "five spirals": (lambda n, **options: spirals(n, classes=5, turns=0.5, **options), 5, 2),
    "xor": (xor, 2, 2),
    "blobs": (blobs, 3, 2),
    "blobs in space": (
        lambda n, **options: blobs(n, centres=[(0, 0, 1), (1, 2, 3)], **options),
        2,
        3,
    ),
}


@pytest.mark.parametrize("kind", SETS)
@given(n=counts, seed=seeds, noise=noises)
def test_exactly_n_rows_of_floats_and_classes_of_one_size(kind, n, seed, noise):
    make, classes, width = SETS[kind]
    X, y = make(n, noise=noise, rng=random.Random(seed))

    assert len(X) == len(y) == n
    assert all(type(row) is list and len(row) == width for row in X)
    assert all(type(x) is float and math.isfinite(x) for row in X for x in row)
    assert set(map(type, y)) == {int}
    sizes = [y.count(label) for label in range(classes)]
    assert sum(sizes) == n
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("kind", [*SETS, "curve"])
@given(n=counts, seed=seeds, noise=noises)
def test_a_seed_repeats_it(kind, n, seed, noise):
    make = curve if kind == "curve" else SETS[kind][0]

    assert make(n, noise=noise, rng=random.Random(seed)) == make(
        n, noise=noise, rng=random.Random(seed)
    )


@pytest.mark.parametrize("kind", [*SETS, "curve"])
@given(seed=seeds)
def test_without_noise_only_the_order_is_drawn(kind, seed):
    make = curve if kind == "curve" else SETS[kind][0]
    one, other = [
        list(zip(*make(50, noise=0.0, rng=random.Random(s)), strict=True)) for s in (seed, seed + 1)
    ]

    assert sorted(one) == sorted(other)
    assert one != other


def test_the_default_is_the_global_generator():
    random.seed(5)
    found = moons(20)

    assert found == moons(20, noise=0.1, rng=random.Random(5))


@pytest.mark.parametrize("n", [2, 20, 200])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (moons, sklearns.make_moons),
        (circles, lambda n, **o: sklearns.make_circles(n, factor=0.5, **o)),
    ],
    ids=["moons", "circles"],
)
def test_the_same_points_as_scikit_learn(n, ours, theirs):
    X, y = ours(n, noise=0.0)
    Z, t = theirs(n, noise=None)

    def tidy(rows, labels):
        return sorted(
            (label, *[round(float(x), 9) + 0.0 for x in row])
            for row, label in zip(rows, labels, strict=True)
        )

    assert tidy(X, y) == tidy(Z, [int(label) for label in t])


@given(st.integers(1, 100), st.integers(1, 6), st.floats(0.0, 3.0))
def test_spirals_are_one_arm_turned(n, classes, turns):
    X, y = spirals(n * classes, classes=classes, turns=turns, noise=0.0)

    def turned_back(row, label):
        return complex(*row) * complex(
            math.cos(2 * math.pi * label / classes), -math.sin(2 * math.pi * label / classes)
        )

    for row, label in zip(X, y, strict=True):
        point = turned_back(row, label)
        radius = abs(point)
        wanted = 2 * math.pi * turns * radius
        assert 0.0 < radius <= 1.0 + 1e-9
        assert point == pytest.approx(
            complex(radius * math.cos(wanted), radius * math.sin(wanted)), abs=1e-6
        )


@given(st.integers(1, 60))
def test_xor_is_xor(n):
    X, y = xor(n, noise=0.0)

    assert all(int(a) ^ int(b) == label for (a, b), label in zip(X, y, strict=True))
    corners = [X.count([a, b]) for a in (0.0, 1.0) for b in (0.0, 1.0)]
    assert max(corners) - min(corners) <= 1


def test_the_four_rows_of_xor_are_in_order():
    assert xor() == ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])


def test_blobs_lie_around_their_centres():
    X, y = blobs(3000, centres=3, noise=0.5, rng=random.Random(0))

    for label in range(3):
        points = [row for row, k in zip(X, y, strict=True) if k == label]
        for axis, wave in ((0, math.cos), (1, math.sin)):
            xs = [point[axis] for point in points]
            assert statistics.fmean(xs) == pytest.approx(
                2.0 * wave(2.0 * math.pi * label / 3.0), abs=0.07
            )
            assert statistics.pstdev(xs) == pytest.approx(0.5, abs=0.04)


def test_noise_is_a_standard_deviation():
    X, y = curve(5000, noise=0.25, rng=random.Random(1))
    errors = [t - math.sin(x) for (x,), t in zip(X, y, strict=True)]

    assert statistics.pstdev(errors) == pytest.approx(0.25, abs=0.01)
    assert statistics.fmean(errors) == pytest.approx(0.0, abs=0.02)


@given(st.integers(2, 60), st.floats(-5, 5), st.floats(0.1, 5))
def test_a_curve_is_on_its_function(n, low, width):
    X, y = curve(n, noise=0.0, of=math.exp, low=low, high=low + width)
    xs = sorted(x for (x,) in X)

    assert y == [math.exp(x) for (x,) in X]
    assert xs[0] == low
    assert xs[-1] == pytest.approx(low + width)
    assert [b - a for a, b in itertools.pairwise(xs)] == pytest.approx([width / (n - 1)] * (n - 1))


REFUSED = {
    "n 0": (lambda: moons(0), ValueError, "moons: n must be at least 1, got 0"),
    "n half": (lambda: xor(2.5), TypeError, "xor: n must be a whole number, got 2.5"),
    "noise below 0": (
        lambda: circles(noise=-1),
        ValueError,
        "circles: noise must be at least 0 and finite, got -1",
    ),
    "factor 1": (
        lambda: circles(factor=1),
        ValueError,
        "circles: factor must be at least 0 and below 1, got 1",
    ),
    "classes 0": (
        lambda: spirals(classes=0),
        ValueError,
        "spirals: classes must be at least 1, got 0",
    ),
    "turns": (
        lambda: spirals(turns="1"),
        TypeError,
        "spirals: turns must be a number, got '1'",
    ),
    "centres of no place": (
        lambda: blobs(centres=[1.0, 2.0]),
        ValueError,
        (
            "blobs: centres must be their number, or points such as [[0, 0], [1, 2]] with equally "
            "many coordinates, got [1.0, 2.0]"
        ),
    ),
    "centres of several dimensions": (
        lambda: blobs(centres=[[1], [1, 2]]),
        ValueError,
        (
            "blobs: centres must be their number, or points such as [[0, 0], [1, 2]] with equally "
            "many coordinates, got [[1], [1, 2]]"
        ),
    ),
    "an empty curve": (
        lambda: curve(low=1.0, high=1.0),
        ValueError,
        "curve: high - low must be a number above 0, got 0",
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()
