"""Numbers stay readable, points lie where they are wanted, and next to none is thrown away."""

import math
import subprocess
import sys
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Graph, Interval, Op, Value, asin, grad, log, ops, relu, sqrt, tanh
from autograd.primitive import nothing
from autograd.testing.places import MARGIN
from autograd.testing.strategies import finite_values, points
from autograd.trees import flatten

from .draws import discarded, smallest

ROWS = list(ops.ALL.values())
EVERY_ROW = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
KINKED_ROWS = [op for op in ROWS if op.kinks is not nothing]
EVERY_KINKED_ROW = pytest.mark.parametrize("op", KINKED_ROWS, ids=lambda op: op.name)

# --- finite_values --------------------------------------------------------------------------------


@given(finite_values())
def test_values_are_finite_ordinary_doubles(x):
    assert isinstance(x, float)
    assert abs(x) <= 1000.0
    assert x == 0.0 or abs(x) >= sys.float_info.min
    assert math.copysign(1.0, x) > 0.0 or x < 0.0  # no −0.0


ENDS = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)).map(sorted)


@given(st.data(), ENDS)
def test_values_lie_between_the_ends(data, ends):
    low, high = ends

    assert low <= data.draw(finite_values(min=low, max=high)) <= high
    assert low <= data.draw(finite_values(low)) <= low + max(1000.0, abs(low))
    assert high - max(1000.0, abs(high)) <= data.draw(finite_values(max=high)) <= high


@given(finite_values(0.0, 1.0, exclude_min=True, exclude_max=True))
def test_ends_can_be_left_out(x):
    assert 0.0 < x < 1.0


@pytest.mark.parametrize(
    ("strategy", "condition", "expected"),
    [
        (finite_values(), lambda x: True, 0.0),
        (finite_values(), lambda x: x > 2.3, 3.0),
        (finite_values(), lambda x: x < -2.3, -3.0),
        (finite_values(), lambda x: 0.3 < x < 0.7, 0.5),
        (finite_values(min=5.5), lambda x: True, 6.0),
    ],
    ids=["any", "above 2.3", "below -2.3", "a fraction", "from 5.5"],
)
def test_values_shrink_to_short_ones(strategy, condition, expected):
    assert smallest(strategy, condition) == expected


def test_none_is_thrown_away():
    assert discarded(finite_values(-1.0, 5.0).map(Value)) == 0.0


@pytest.mark.parametrize(
    ("ends", "complaint"),
    [
        ({"min": math.nan}, r"finite_values\(min=nan\): the ends must be finite"),
        ({"max": math.inf}, r"finite_values\(max=inf\): the ends must be finite; leave it out"),
        ({"min": 2.0, "max": 1.0}, r"finite_values\(min=2.0, max=1.0\): min is above max"),
    ],
    ids=["nan", "inf", "crossed"],
)
def test_impossible_ends_are_refused(ends, complaint):
    with pytest.raises(ValueError, match=complaint):
        finite_values(**ends)


# --- points of rows -------------------------------------------------------------------------------


@EVERY_ROW
@given(data=st.data())
def test_points_of_a_row_are_inside_and_away_from_kinks(op, data):
    xs = data.draw(points(op))

    assert op.contains(xs)
    assert math.isfinite(op(*xs))
    assert all(abs(distance) > MARGIN for distance in op.kinks(*xs))


@EVERY_KINKED_ROW
@given(data=st.data())
def test_points_on_kinks_are_exactly_there(op, data):
    xs = data.draw(points(op, on_kinks=True))

    assert op.contains(xs)
    assert math.isfinite(op(*xs))
    assert 0 in op.kinks(*xs)


@EVERY_ROW
def test_next_to_no_point_of_a_row_is_thrown_away(op):
    assert discarded(points(op)) < 0.02
    if op in KINKED_ROWS:
        assert discarded(points(op, on_kinks=True)) < 0.02


@EVERY_ROW
def test_points_of_a_row_shrink_to_small_whole_numbers(op):
    assert all(x in {0.0, 0.5, 1.0, 2.0, 3.0} for x in smallest(points(op)))
    if op in KINKED_ROWS:
        assert set(smallest(points(op, on_kinks=True))) <= {0.0, 1.0, 2.0, 3.0}


def test_points_reach_far_and_stay_near():
    assert smallest(points(tanh), lambda xs: xs[0] > 700.0)
    assert smallest(points(tanh), lambda xs: 0.0 < xs[0] < 1e-3)
    assert not smallest(st.lists(points(tanh, reach=4.0), min_size=50), lambda _: True)[0][0]


@given(points(tanh, reach=4.0))
def test_reach_is_the_farthest(xs):
    assert abs(xs[0]) <= 4.0


@given(points(ops.sum_, inputs=3))
def test_inputs_says_how_many_operands(xs):
    assert len(xs) == 3


def test_pow_meets_bases_below_zero_and_fractions():
    assert smallest(points(ops.pow_), lambda xs: xs[0] < 0.0) == (-1.0, 0.0)
    assert smallest(points(ops.pow_), lambda xs: xs[1] % 1.0 != 0.0)[1] % 1.0 == 0.5


def gap_root(x, y):
    return math.sqrt(x - y) if x >= y else math.nan


GAP = Op(
    "gap",
    "gap",
    gap_root,
    (lambda z, x, y: 0.5 / z, lambda z, x, y: -0.5 / z),
    domain=(Interval(-2.0, 7.0),),
    defined=lambda x, y: x >= y,
    kinks=lambda x, y: (x - y,),
)


@given(points(GAP))
def test_operations_of_a_users_own_have_points_too(xs):
    x, y = xs

    assert x - y > MARGIN
    assert -2.0 < y < x < 7.0


def test_points_of_a_users_own_operation_are_kept_too():
    assert discarded(points(GAP)) == 0.0


# --- points of functions --------------------------------------------------------------------------


def disc(x, y):
    return sqrt(1.0 - x * x - y * y)


def layer(weights: list[list[float]], x: tuple[float, float], bias: Value):
    return [relu(bias + sum(w * x[i % 2] for i, w in enumerate(row))) for row in weights]


def ratio(x, y, scale=2.0):
    return math.log(x * y) / (scale - x)


def kept_inside(x: Annotated[float, Interval(-1.0, 1.0)], y: Annotated[float, st.just(7.0)]):
    return asin(x) * y


FUNCTIONS = pytest.mark.parametrize("f", [disc, layer, ratio, kept_inside])


@FUNCTIONS
@given(data=st.data())
def test_points_of_a_function_are_where_it_is_defined(f, data):
    point = data.draw(points(f))

    assert all(math.isfinite(y) for y in flatten(f(*point))[0])


@FUNCTIONS
def test_next_to_no_point_of_a_function_is_thrown_away(f):
    assert discarded(points(f)) < 0.1


@given(points(layer))
def test_points_of_a_function_are_away_from_the_kinks_on_its_way(point):
    weights, x, bias = point
    sums = [bias + sum(w * x[i % 2] for i, w in enumerate(row)) for row in weights]

    assert all(abs(s) > MARGIN for s in sums)
    assert len({len(row) for row in weights}) == 1  # no ragged matrix


@settings(max_examples=30)  # a point looks at a hundred places
@given(points(layer, on_kinks=True))
def test_points_of_a_function_can_be_on_a_kink(point):
    values = [Value(point[2])]
    graph = Graph(layer(point[0], point[1], values[0]))

    assert any(0 in node.op.kinks(*node.inputs) for node in graph if node.op is not None)


@pytest.mark.parametrize("f", [disc, layer])
def test_few_points_on_kinks_are_thrown_away(f):
    assert discarded(points(f, on_kinks=True), draws=40) < 0.1


@pytest.mark.parametrize(
    ("f", "on_kinks", "expected"),
    [
        (disc, False, (0.0, 0.0)),
        (ratio, False, (1.0, 2.0)),
        (kept_inside, False, (0.0, 7.0)),
        (layer, False, ([[0.0]], (0.0, 0.0), 1.0)),
        (disc, True, (1.0, 0.0)),
        (layer, True, ([[0.0]], (0.0, 0.0), 0.0)),
    ],
    ids=["disc", "ratio", "kept", "layer", "disc on a kink", "layer on a kink"],
)
def test_points_of_functions_shrink_to_small_whole_numbers(f, on_kinks, expected):
    assert smallest(points(f, on_kinks=on_kinks)) == expected


@given(points(lambda w, b: w["left"][0] * b, inputs={"w": {"left": [0.0, 1.0]}, "b": 0.0}))
def test_inputs_by_name_give_the_shape(point):
    w, b = point

    assert len(w["left"]) == 2
    assert isinstance(b, float)


def test_inputs_may_be_arrays_and_strategies():
    by_matrix = points(lambda a, n: (a * n).sum(), inputs=(np.zeros((2, 3)), st.just(2.0)))

    matrix, n = smallest(by_matrix)

    assert matrix.shape == (2, 3)
    assert n == 2.0


def test_inputs_may_be_a_count():
    assert smallest(points(lambda *xs: log(xs[0]), inputs=3)) == (1.0, 0.0, 0.0)


def test_a_gradient_is_there_at_every_point():
    point = smallest(points(disc), lambda p: p[0] > 0.5)

    assert math.isfinite(grad(disc)(*point))


def test_an_error_of_the_function_is_its_own_business():
    def broken(x):
        raise KeyError(x)

    assert smallest(points(broken)) == (0.0,)


def untold(x: int):
    return x


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (lambda: points(tanh, on_kinks=True), ValueError, "tanh has no kinks"),
        (lambda: points(tanh, inputs=2), ValueError, "inputs=2, but tanh takes 1"),
        (lambda: points(tanh, inputs=[0.0]), TypeError, "is the number of its operands"),
        (lambda: points(3.0), TypeError, "points takes a function or an operation, got 3.0"),
        (lambda: points(disc, reach=0.0), ValueError, "reach must be above 0"),
        (lambda: points(lambda *xs: xs), TypeError, "takes any number of arguments; write inputs"),
        (lambda: points(lambda: 1.0), TypeError, "takes no arguments"),
        (lambda: points(untold), TypeError, r"cannot draw 'x' of untold, annotated as int"),
        (lambda: points(lambda x, *, k: x), TypeError, "needs the keyword 'k'"),
        (lambda: points(disc, inputs={"z": 0.0}), TypeError, "inputs names 'z', but disc has only"),
        (lambda: points(disc, inputs=(0.0,) * 3), TypeError, "has 3 arguments, but disc takes 2"),
        (lambda: points(disc, inputs=0), ValueError, "a function to be checked needs at least one"),
        (lambda: points(disc, inputs=(2, 0.0)), TypeError, r"an argument of 2 numbers or the"),
        (lambda: points(disc, inputs=("a", 0.0)), TypeError, "inputs must be numbers, strategies"),
        (lambda: points(disc, inputs=(Interval(2.0, 1.0), 0.0)), ValueError, "no number to draw"),
        (lambda: points(disc, inputs=(Interval(math.nan), 0.0)), ValueError, "no number to draw"),
        (
            lambda: points(disc, inputs=(Interval("a"), 0.0)),
            TypeError,
            "ends of an Interval must be",
        ),
        (lambda: points(max), TypeError, "does not say what it takes"),
    ],
    ids=lambda x: None if callable(x) else "",
)
def test_what_cannot_be_seen_is_asked_for(call, error, complaint):
    with pytest.raises(error, match=complaint):
        call()


def test_hypothesis_is_imported_on_first_use():
    program = (
        "import sys, autograd.testing.strategies, autograd.testing.expressions\n"
        "assert 'hypothesis' not in sys.modules\n"
        "sys.modules['hypothesis.strategies'] = None\n"
        "try: autograd.testing.strategies.finite_values()\n"
        "except ImportError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout == (
        "autograd.testing.finite_values needs the package hypothesis: "
        'pip install "glassgrad[check]"\n'
    )


def test_what_is_thrown_away_is_counted():
    """The tests above would see it."""
    assert 0.3 < discarded(st.integers(0, 1000).filter(lambda n: n % 4 == 0)) < 0.7
