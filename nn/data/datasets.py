"""Small data sets to try a network on, made by formulas: nothing is downloaded.

Each is a pair (X, y): X is a list of rows of floats, y a list of labels (0, 1, …), or of floats for
`curve`. There are exactly ``n`` examples; the sizes of classes differ by at most one. Their order
is drawn from ``rng``: a seed, a ``random.Random`` or a NumPy ``Generator``; None is Python's global
``random``. ``noise`` is the standard deviation of the noise on each coordinate; 0 adds nothing.

Notation: a circle's angle goes from 0 to 2π; m points of a class are numbered from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import cos, pi, sin
from typing import Any

from ..checks import fraction, not_negative, positive, rows, size
from ..names import helped
from ..randomness import RngLike, generator

Labelled = tuple[list[list[float]], list[int]]
Point = tuple[float, ...]


@helped()
def moons(n: int = 200, *, noise: float = 0.1, rng: RngLike = None) -> Labelled:
    """Two half circles that reach into each other.

    >>> import random
    >>> X, y = moons(4, noise=0.0, rng=random.Random(0))
    >>> sorted(zip([[round(x, 3) for x in row] for row in X], y))
    [([-1.0, 0.0], 0), ([0.0, 0.5], 1), ([1.0, 0.0], 0), ([2.0, 0.5], 1)]
    """

    def upper(m: int) -> list[Point]:
        return [(cos(a), sin(a)) for a in _between(0.0, pi, m)]

    def lower(m: int) -> list[Point]:
        return [(1.0 - x, 0.5 - y) for x, y in upper(m)]

    return _labelled("moons", n, [upper, lower], noise, rng)


@helped()
def circles(
    n: int = 200, *, noise: float = 0.05, factor: float = 0.5, rng: RngLike = None
) -> Labelled:
    """A circle inside a circle: class 0 has radius 1, class 1 has radius ``factor``.

    >>> import random
    >>> X, y = circles(100, noise=0.0, rng=random.Random(0))
    >>> sorted({(round(x1 * x1 + x2 * x2, 9), label) for (x1, x2), label in zip(X, y)})
    [(0.25, 1), (1.0, 0)]
    """

    def circle(r: float, m: int) -> list[Point]:
        return [(r * cos(a), r * sin(a)) for a in _around(m)]

    radii = [1.0, fraction(factor, "circles: factor")]
    return _labelled("circles", n, [partial(circle, r) for r in radii], noise, rng)


@helped()
def spirals(
    n: int = 200,
    *,
    turns: float = 1.0,
    classes: int = 2,
    noise: float = 0.02,
    rng: RngLike = None,
) -> Labelled:
    """Interleaved arms that wind outwards, from near the middle to radius 1.

    >>> import random
    >>> X, y = spirals(90, classes=3, rng=random.Random(0))
    >>> [y.count(label) for label in range(3)]
    [30, 30, 30]
    """
    arms = size(classes, "spirals: classes")
    turned = 2.0 * pi * not_negative(turns, "spirals: turns")

    def arm(k: int, m: int) -> list[Point]:
        radii = [(i + 1.0) / m for i in range(m)]
        angles = [turned * r + 2.0 * pi * k / arms for r in radii]
        return [(r * cos(a), r * sin(a)) for r, a in zip(radii, angles, strict=True)]

    return _labelled("spirals", n, [partial(arm, k) for k in range(arms)], noise, rng)


@helped()
def xor(n: int | None = None, *, noise: float = 0.1, rng: RngLike = None) -> Labelled:
    """Whether exactly one of two numbers is 1: the four exact rows, or n noisy ones.

    >>> xor()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    >>> len(xor(100)[0])
    100
    """
    if n is None:
        return [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]

    def corners(k: int, m: int) -> list[Point]:
        return [(float(i % 2), float((i + k) % 2)) for i in range(m)]

    return _labelled("xor", n, [partial(corners, k) for k in range(2)], noise, rng)


@helped()
def blobs(
    n: int = 200,
    *,
    centres: int | Sequence[Sequence[float]] = 3,
    noise: float = 0.5,
    rng: RngLike = None,
) -> Labelled:
    """A cloud around each centre.

    ``centres`` are points of any dimension, or their number: then they are spaced evenly on a
    circle of radius 2.

    >>> import random
    >>> X, y = blobs(2, centres=[[0, 0, 1], [5, 5, 5]], noise=0.0, rng=random.Random(0))
    >>> sorted(zip(y, X))
    [(0, [0.0, 0.0, 1.0]), (1, [5.0, 5.0, 5.0])]
    """

    def cloud(place: Point, m: int) -> list[Point]:
        return [place] * m

    return _labelled("blobs", n, [partial(cloud, at) for at in _centres(centres)], noise, rng)


@helped()
def curve(
    n: int = 100,
    *,
    noise: float = 0.1,
    of: Callable[[float], float] = sin,
    low: float = -pi,
    high: float = pi,
    rng: RngLike = None,
) -> tuple[list[list[float]], list[float]]:
    """Points near the graph of a function: y = of(x) + noise, for x evenly from low to high.

    >>> import random
    >>> X, y = curve(3, noise=0.0, of=lambda x: x * x, low=-1, high=1, rng=random.Random(0))
    >>> sorted(zip(X, y))
    [([-1.0], 1.0), ([0.0], 0.0), ([1.0], 1.0)]
    """
    sigma, draw = not_negative(noise, "curve: noise"), generator(rng)
    width = positive(high - low, "curve: high - low")
    xs = _between(low, low + width, size(n, "curve: n"))
    draw.shuffle(xs)
    return [[x] for x in xs], [y + draw.gauss(0.0, sigma) if sigma else y for y in map(of, xs)]


# --- parts ----------------------------------------------------------------------------------------


def _labelled(
    name: str, n: Any, classes: Sequence[Callable[[int], list[Point]]], noise: Any, rng: Any
) -> Labelled:
    """The points of each class with its number, with noise, in a random order.

    n is divided into equal parts, one for each class; if that leaves a remainder, the first ones
    have one point more.
    """
    sigma, draw = not_negative(noise, f"{name}: noise"), generator(rng)
    each, rest = divmod(size(n, f"{name}: n"), len(classes))
    found = [(x, k) for k, points in enumerate(classes) for x in points(each + (k < rest))]
    draw.shuffle(found)
    X = [[x + draw.gauss(0.0, sigma) if sigma else x for x in point] for point, _ in found]
    return X, [label for _, label in found]


def _between(low: float, high: float, count: int) -> list[float]:
    """Evenly spaced, both ends included."""
    if count == 1:
        return [float(low)]
    return [low + (high - low) * i / (count - 1) for i in range(count)]


def _around(count: int) -> list[float]:
    """Angles spaced evenly around a circle."""
    return [2.0 * pi * i / count for i in range(count)]


def _centres(centres: Any) -> list[Point]:
    if hasattr(centres, "__index__"):
        angles = _around(size(centres, "blobs: centres"))
        return [(2.0 * cos(a), 2.0 * sin(a)) for a in angles]
    found = rows(centres, "centres")
    if not all(isinstance(point, list) and len(point) == len(found[0]) for point in found):
        raise ValueError(
            "blobs: centres must be their number, or points such as [[0, 0], [1, 2]] with equally "
            f"many coordinates, got {centres!r:.60}"
        )
    return [tuple(map(float, point)) for point in found]
