"""Every row is right to a few units in the last place, over its whole domain, to second order.

Value and first derivative are measured in units in the last place of the exact number. Three kinds
of rows are measured as their operands allow, in ``conditioned`` units: sums whose terms may cancel,
slopes that cross zero away from 0, and second derivatives. Such a unit is ε·(|f| + Σ|x·df/dx|):
what operands that are themselves known to a unit in the last place leave open.
"""

import dataclasses
import itertools
import math
import operator
import random

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import grad, ops
from tests.needs import NIGHTLY

from .many_digits import EPSILON, LEAST, OVERFLOW, TINY, Exact, computed, ulps

TINIEST, SMALLEST, HUGE = 5e-324, 2.2250738585072014e-308, 1e300
ROWS = list(ops.ALL.values())
EVERY_ROW = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)

VALUE, SLOPE, SECOND = 3, 6, 12  # units; the worst that were measured are 2.0, 4.5 and 7.6
# What is measured in conditioned units instead, and why; docs/trust.md says it to the reader.
CANCELLING = {"sum": "value", "dot": "value", "logsumexp": "both", "surprise": "both",
              "silu": "slope", "gelu": "slope"}  # fmt: skip


# --- what is drawn --------------------------------------------------------------------------------

NEAR = {  # poles, ends, kinks, zeros of values and of slopes
    "asin": [1.0, -1.0], "acos": [1.0, -1.0], "atanh": [1.0, -1.0], "acosh": [1.0],
    "asin_slope": [1.0, -1.0], "log": [1.0], "log2": [1.0], "log10": [1.0], "log1p": [-1.0],
    "sin": [k * math.pi / 2 for k in range(1, 9)], "cos": [k * math.pi / 2 for k in range(1, 9)],
    "tan": [k * math.pi / 2 for k in range(1, 9)],
    "silu": [-1.2784645427610738, 2.399357280520047], "gelu": [-0.7517915246935645, math.sqrt(2.0)],
}  # fmt: skip
FAR = {"erf": 30.0, "erfc": 30.0, "gelu": 45.0}  # beyond: `test_far_out`


def numbers(low=-math.inf, high=math.inf, reach=math.inf):
    """Doubles between two ends: of every order of magnitude, and of those that matter."""
    low, high = max(low, -reach), min(high, reach)
    spans = [st.floats(low, high, allow_nan=False, allow_infinity=False)]
    inner = [(max(low, -size), min(high, size)) for size in (1.0, 5.0, 40.0, 750.0)]
    return st.one_of(*spans, *[st.floats(*ends) for ends in inner if ends[0] < ends[1]])


def beside(place):
    """Doubles at relative distances of 1e-1 to 1e-16 from a place."""
    distance = st.tuples(st.sampled_from([1, -1]), st.floats(1.0, 16.0))
    return distance.map(lambda d: place * (1 + d[0] * 10 ** -d[1]))


@st.composite
def powers(draw):
    """A base and an exponent whose power is a double, from underflow to overflow."""
    match draw(st.integers(0, 2)):
        case 0:
            return draw(st.floats(-30.0, 30.0)), float(draw(st.integers(-9, 9)))
        case 1:
            return draw(st.floats(SMALLEST, HUGE)), draw(st.floats(-1.0, 1.0))
        case _:
            x = draw(st.floats(SMALLEST, HUGE) | beside(1.0))
            assume(x not in {0.0, 1.0})
            return x, draw(st.floats(-740.0, 705.0)) / math.log(x)


@st.composite
def pairs(draw):
    """Two numbers, of any or of similar size."""
    x = draw(numbers())
    if draw(st.booleans()):
        return x, draw(numbers())
    y = x * draw(st.floats(-3.0, 3.0) | st.floats(-1e12, 1e12))
    assume(math.isfinite(y))
    return (x, y) if draw(st.booleans()) else (y, x)


def everywhere(op):
    """Operands of a row over its whole domain."""
    if op.name == "pow":
        return powers()
    if op.name == "exp_product":
        product = st.tuples(st.floats(-700.0, 700.0), st.floats(1e-150, 1e150))
        return product.map(lambda p: (p[0] / p[1], p[1])) | st.floats(-27.0, 27.0).map(
            lambda x: (x, -x)
        )
    if op.name in {"elu", "leaky_relu"}:
        return st.tuples(numbers(), st.floats(0.0, 10.0) | st.sampled_from([0.01, 1.0]))
    if op.name in {"logsumexp", "surprise"}:
        return st.lists(numbers(reach=60.0), min_size=1, max_size=2).map(tuple)
    if op.variadic:
        return st.lists(numbers(reach=1e60), min_size=1, max_size=4).map(tuple)
    if op.arity == 1:
        low, high = op.domain[0].low, op.domain[0].high
        drawn = numbers(low, high, reach=FAR.get(op.name, math.inf))
        return st.one_of(drawn, *map(beside, NEAR.get(op.name, []))).map(lambda x: (x,))
    if op.arity == 2:
        return pairs()
    return st.tuples(*[numbers()] * op.arity)


# --- the measure ----------------------------------------------------------------------------------


def worn(exact, *results):
    """The units that are lost where a result on the way is subnormal: it has fewer digits."""
    least = min([abs(r) for r in results if r], default=mpmath.mpf(1))
    return float(TINY / max(least, TINY) / EPSILON) if least < LEAST and exact else 0.0


def conditioned(found, exact, swing):
    """The distance in units of ε·(|f| + Σ|x·df/dx|)."""
    scale = EPSILON * (abs(exact) + swing) + TINY
    return float(abs(mpmath.mpf(found) - exact) / scale) if math.isfinite(found) else math.inf


def steps_on_the_way(op, xs, order):
    """Results that derivatives are computed from, besides the value: a ratio, a part of a product.

    Where one of them is subnormal, digits are lost.
    """
    if op.name in {"atan2", "direction", "hypot"}:
        radius = mpmath.hypot(*xs)
        power = order + (op.name == "direction")
        ratios = [(abs(mpmath.mpf(x)) / radius) ** power for x in xs]
        return ratios if op.name == "hypot" else [*ratios, 1 / radius]
    if op.name in {"silu", "elu"} and (xs[0] < 0 or (op.name == "silu" and order == 2)):
        return [mpmath.exp(-abs(mpmath.mpf(xs[0])))]
    if op.name == "gelu":
        return [mpmath.exp(-(mpmath.mpf(xs[0]) ** 2) / 2)]
    if op.name == "pow" and xs[0]:
        return [1 / mpmath.mpf(xs[0])]
    if op.name == "prod":
        both = (
            itertools.accumulate(map(mpmath.mpf, part), operator.mul) for part in (xs, xs[::-1])
        )
        return list(itertools.chain(*both))
    return []


def objections(op, xs):
    """What is not as precise as promised at one point; empty if all is."""
    exact = Exact(op.name, xs)
    value, slopes, seconds = computed(op, xs)
    conditioned_parts = CANCELLING.get(op.name, "")
    indices = [i for i in range(len(xs)) if not (op.name == "pow" and i == 1 and xs[0] < 0)]
    exact_slopes = {i: exact.slope(i) for i in indices}
    way = [exact.value, *steps_on_the_way(op, xs, 1)]
    found = []

    swing = sum(abs(xs[i] * exact_slopes[i]) for i in indices)
    if conditioned_parts in {"value", "both"}:
        off = conditioned(value, exact.value, swing)
    else:
        off = ulps(value, exact.value)
    if off > VALUE * (1 + (worn(exact.value, *way) if op.name == "prod" else 0)):
        found.append(f"the value {value!r} is {off:.3g} units from {exact.value}")
    if abs(exact.value) >= OVERFLOW:
        return found  # what an infinite value hands on is infinite or lost

    for i in indices:
        slope = exact_slopes[i]
        if conditioned_parts in {"slope", "both"}:
            swing = exact.swing(lambda moves, i=i: exact.slope(i, moves))
            off = conditioned(slopes[i], slope, swing)
        else:
            off = ulps(slopes[i], slope)
        if off > SLOPE * (1 + worn(slope, *way)):
            found.append(f"slope {i} {slopes[i]!r} is {off:.3g} units from {slope}")

    way += [*exact_slopes.values(), *steps_on_the_way(op, xs, 2)]
    if any(abs(step) >= mpmath.mpf(10) ** 150 for step in way):
        return found  # its square overflows, and infinities may cancel to nan
    for i in indices:
        for j in indices:
            second = exact.curvature(i, j)
            remainder = max(exact.noise(i, j), mpmath.mpf(10) ** -50 if 0.0 in xs else 0)
            if seconds[i, j] == 0.0 and abs(second) < remainder:
                continue  # exactly 0: the difference leaves a remainder
            swing = exact.swing(lambda moves, i=i, j=j: exact.curvature(i, j, moves))
            off = conditioned(seconds[i, j], second, swing)
            if off > SECOND * (1 + worn(second, *way)) and abs(second) < OVERFLOW:
                found.append(f"second {i},{j} {seconds[i, j]!r} is {off:.3g} units from {second}")
    return found


def is_measurable(op, xs):
    """Inside the domain, off the kinks, and with a radius below the largest double."""
    if not op.contains(xs) or not all(map(math.isfinite, xs)):
        return False
    if op.name in {"atan2", "direction"} and math.hypot(*xs) == math.inf:
        return False
    if op.name in {"floor_divide", "remainder"} and abs(xs[0] / xs[1]) > 1e12:
        return False  # multiples lie so close that a difference steps over them
    return not any(distance == 0 for distance in op.kinks(*xs))


@EVERY_ROW
@settings(max_examples=12)
@given(data=st.data())
def test_rows_are_precise_over_their_whole_domain(op, data):
    xs = data.draw(everywhere(op))
    assume(is_measurable(op, xs))

    assert objections(op, xs) == []


# --- places where such functions go wrong ---------------------------------------------------------

EDGES = [0.0, TINIEST, -TINIEST, SMALLEST, 3e-320, 1e-300, -1e-300, 1e-17, -1e-8, 0.5, 1.0, -1.0,
         20.0, -36.8, 355.0, -354.9, 709.7, -709.7, -744.0, 1e8, 2.0**53 + 2, 1e300,
         -1e300]  # fmt: skip
SIDES = [(3.0, 4.0), (1e-8, 1.0), (1.0, 1e-8), (1e300, 1e300), (1e-200, 1e-3)]
QUADRANTS = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
ADVERSARIAL = {
    "tan": [(1.5707963267948966,), (math.nextafter(math.pi / 2, 2),)],
    "sin": [(math.pi,), (1e22,)],
    "cos": [(math.pi / 2,), (1e22,)],
    "asin": [(math.nextafter(1, 0),), (-math.nextafter(1, 0),), (0.7071067811865475,)],
    "acos": [(math.nextafter(1, 0),), (-math.nextafter(1, 0),), (0.7071067811865475,)],
    "atanh": [(math.nextafter(1, 0),), (0.7071067811865476,)],
    "acosh": [(math.nextafter(1, 2),), (1.0 + 1e-9,), (1e300,)],
    "log1p": [(math.nextafter(-1, 0),), (-0.5,), (-1e-16,)],
    "gelu": [(-1.0000000001,), (-5.5,), (-13.0,), (-36.9999,), (-37.0001,), (-38.5,)],
    "erfc": [(5.0,), (13.1,), (26.4,), (26.6,), (-6.0,)],
    "erf": [(5.0,), (5.93,), (26.4,)],
    "silu": [(-1.278464542761074,), (-700.1,), (-745.2,)],
    "tanh": [(19.999999,), (20.0000001,), (372.1,)],
    "sigmoid": [(-39.99999,), (-40.00001,), (1e-9,), (-1e-9,)],
    "softplus": [(-37.1,), (36.9,), (-1e-9,)],
    "pow": [(1e300, 0.3), (1e-300, -0.7), (2.7e79, -1.68), (1.0000000001, 1e12), (5e-324, 0.5),
            (-3.0, -3.0), (1e-160, 2.0), (7.0, 0.0), (5e-324, 0.0), (2.0, 1.0), (3.0, 1e-300),
            (1.0 + 2**-50, 2.0**54)],
    "atan2": [(1e-300, 1e-300), *[(y * s, x * t) for y, x in SIDES for s, t in QUADRANTS]],
    "hypot": [(1e308, 1e308), (1e-300, 1e-300), (1e-320, 2e-320), (1.0, 1e-10), (1e200, 1e190)],
    "direction": [(1e308, -1.1e308), (1e-300, 1e-300), (1.0, 1e-10), (1e-10, 1.0), (0.0, 3.0)],
    "div": [(1e-300, 1e300), (1e300, 1e-5), (-1e-160, 1e-160), (5e-324, 3.0)],
    "mul": [(1e-300, 1e300), (-1e-160, 1e-160)],
    "exp_product": [(-26.3, 26.3), (1e300, -7e-298), (1e-5, 1e-5), (27.0, 26.0)],
    "leaky_relu": [(1.0, 0.3), (1.0, 1e300), (-1.0, 1e-17), (-1e-300, 0.01)],
    "elu": [(-1e-17, 1.0), (-40.0, 1.6732), (-700.0, 1.0), (1e300, 1.0)],
    "logsumexp": [(0.0, -40.0), (700.0, 701.0), (-0.6931471805599453, -0.6931471805599453),
                  (1e-17, -1e-17), (1000.0,), (3.0, 3.0, 3.0)],
    "asin_slope": [(math.nextafter(1, 0),), (-math.nextafter(1, 0),), (0.7071067811865475,)],
    "log2": [(8.0,), (math.nextafter(1, 2),)],
    "log10": [(1000.0,), (math.nextafter(1, 0),)],
    "surprise": [(0.0, -40.0), (0.0, 40.0), (700.0, 701.0), (1e16, 1e16), (1000.0,),
                 (3.0, 3.0, 3.0), (1.0, -50.0, 50.0)],
    "prod": [(0.0, 2.0, 3.0), (0.0, 0.0, 3.0), (1e-150, 1e150, 3.0), (7.0,)],
}  # fmt: skip


def adversarial_points(op):
    """The list of a row, and edges that lie in its domain: by day a third of them, drawn."""
    edges = []
    if op.arity == 1:
        reach = FAR.get(op.name, math.inf)  # and mpmath takes its time over their tiny operands
        tiny = {1e-300} if op.name in FAR else {x for x in EDGES if abs(x) < 1e-20}
        edges = [(x,) for x in EDGES if (abs(x) > 1e-20 or x in tiny) and abs(x) <= reach]
    elif op.arity == 2 and op.name not in {"pow", "exp_product"}:
        edges = [(x, y) for x, y in itertools.pairwise(EDGES) if op.name != "elu" or x < 1e3]
    if not NIGHTLY:  # a failure names its points, so that no seed is needed
        edges = random.sample(edges, math.ceil(len(edges) / 3))
    return [xs for xs in [*ADVERSARIAL.get(op.name, []), *edges] if is_measurable(op, xs)]


@EVERY_ROW
def test_rows_are_precise_at_their_hardest_points(op):
    wrong = {xs: found for xs in adversarial_points(op) if (found := objections(op, xs))}

    assert wrong == {}


@pytest.mark.parametrize("x", [46.0, 1e3, 1e8, 1e160, 1e300, 1.7976931348623157e308])
@pytest.mark.parametrize(
    ("name", "right", "left"),
    [("gelu", (None, 1.0, 0.0), (0.0, 0.0, 0.0)), ("erf", (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)),
     ("erfc", (0.0, 0.0, 0.0), (2.0, 0.0, 0.0)), ("tanh", (1.0, None, None), (-1.0, None, None))],
)  # fmt: skip
def test_far_out(name, right, left, x):
    """Beyond mpmath's reach the functions are flat or straight, at every order."""
    op = ops.ALL[name]
    for side, expected in ((x, right), (-x, left)):
        found = (op(side), grad(op)(side), grad(grad(op))(side))
        for order, (one, other) in enumerate(zip(found, expected, strict=True)):
            if other is not None:
                assert one == other
            else:
                assert one == side if name == "gelu" else abs(one) <= 5e-39, order


# --- the measure itself ---------------------------------------------------------------------------

TEXTBOOK = {  # row: (its slope as textbooks write it, a point where that loses digits)
    "tanh": (lambda z, x: 1 - z * z, (12.0,)),
    "sigmoid": (lambda z, x: z * (1 - z), (40.0,)),
    "erf": (lambda z, x: 2 / math.sqrt(math.pi) * ops.exp(-(x * x)), (21.3,)),
    "erfc": (lambda z, x: -2 / math.sqrt(math.pi) * ops.exp(-(x * x)), (21.3,)),
    "asin": (lambda z, x: 1 / ops.sqrt((1 - x) * (1 + x)), (1e-17,)),
    "atanh": (lambda z, x: 1 / ((1 - x) * (1 + x)), (1e-17,)),
    "acosh": (lambda z, x: 1 / ops.sqrt(x * x - 1), (1.0 + 1e-9,)),
    "pow": (lambda z, x, y: y * ops.pow_(x, y - 1), (1e300, 0.3)),
    "hypot": (lambda z, x, y: x / z, (1.0, 1e-10)),
    "leaky_relu": (lambda z, x, y: y + ops.step(x) * (1 - y), (1.0, 1e300)),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_a_formula_that_loses_digits_is_found(name):
    """The measure objects to what the table had, or would have, from a textbook."""
    partial, xs = TEXTBOOK[name]
    op = ops.ALL[name]
    spoilt = dataclasses.replace(op, partials=(partial, *op.partials[1:]))

    assert objections(op, xs) == []
    assert objections(spoilt, xs) != []


NAIVE = {  # row: (its value as one would write it, a point where that loses digits)
    "gelu": (lambda x: 0.5 * x * math.erfc(-x / math.sqrt(2.0)), (-20.3,)),
    "silu": (lambda x: x * math.exp(x), (-744.5,)),
    "sigmoid": (lambda x: 1.0 - 1.0 / (1.0 + math.exp(x)), (-30.0,)),
    "softplus": (lambda x: math.log(1.0 + math.exp(x)), (-30.0,)),
    "logsumexp": (lambda *xs: math.log(sum(map(math.exp, xs))), (0.0, -40.0)),
    "exp_product": (lambda x, y: math.exp(x * y), (-21.3, 21.3)),
    "direction": (lambda x, y: x / math.hypot(x, y), (7.77098e-318, 7.957484216e-315)),
}


@pytest.mark.parametrize("name", NAIVE)
def test_a_value_that_loses_digits_is_found(name):
    forward, xs = NAIVE[name]
    op = ops.ALL[name]

    assert objections(op, xs) == []
    assert objections(dataclasses.replace(op, forward=forward), xs) != []


def test_slopes_by_difference_are_the_slopes():
    """The yardstick at points where the answer is known on paper."""
    exact = Exact("exp", (1e-300,))
    wave = Exact("sin", (1e22,))
    with mpmath.workdps(60):
        assert abs(exact.curvature(0, 0) - 1) < mpmath.mpf(10) ** -40
        assert abs(wave.slope(0) - mpmath.cos(mpmath.mpf(1e22))) < mpmath.mpf(10) ** -40
        assert abs(Exact("mul", (3.0, 7.0)).curvature(0, 1) - 1) < mpmath.mpf(10) ** -25


@pytest.mark.parametrize(
    ("found", "exact", "units"),
    [(1.0, 1, 0), (math.nextafter(1, 2), 1, 1), (math.nextafter(1, 0), 1, 0.5), (0.0, 5e-324, 1),
     (math.nan, 1, math.inf), (math.inf, 1, math.inf), (0.0, 1e-400, 0), (3.0, 0, math.inf)],
)  # fmt: skip
def test_units_in_the_last_place(found, exact, units):
    off = ulps(found, mpmath.mpf(exact))

    assert off == pytest.approx(units) or off > 1e300
