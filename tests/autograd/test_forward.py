"""Forward functions complete to IEEE 754: they never raise, and their edges are C's (point 6)."""

import math
import re
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, forward, ops
from autograd.primitive import unchecked

from .helpers import same

INF, NAN = math.inf, math.nan
TINY, HUGE, LEAST = 5e-324, 1e308, 2.2250738585072014e-308
EDGES = [0.0, -0.0, TINY, -TINY, LEAST, -LEAST, 1.0, -1.0, 0.5, -0.5, math.nextafter(1, 2),
         math.nextafter(1, 0), 36.7, -36.7, 709.7, -709.7, 745.2, -745.2, 2.0**53, -(2.0**53),
         HUGE, -HUGE, 1.7976931348623157e308, -1.7976931348623157e308]  # fmt: skip


def ulps(x, exact):
    """How many neighbouring doubles x is away from a number of many digits."""
    nearest = float(exact)
    if x == nearest:
        return 0
    if math.isinf(nearest) or math.isinf(x):
        return INF
    return float(abs(mpmath.mpf(x) - exact) / math.ulp(nearest))


# --- known results at the edges (C11, annex F.10, and its like) -----------------------------------

KNOWN = {
    "exp": [(INF, INF), (-INF, 0.0), (0.0, 1.0), (-0.0, 1.0), (HUGE, INF), (-HUGE, 0.0),
            (1000.0, INF), (TINY, 1.0)],
    "expm1": [(INF, INF), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (HUGE, INF), (-HUGE, -1.0),
              (TINY, TINY)],
    "log": [(INF, INF), (-INF, NAN), (0.0, -INF), (-0.0, -INF), (1.0, 0.0), (-1.0, NAN),
            (-TINY, NAN)],
    "log1p": [(INF, INF), (-INF, NAN), (-1.0, -INF), (0.0, 0.0), (-0.0, -0.0), (-2.0, NAN),
              (TINY, TINY)],
    "sqrt": [(INF, INF), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0), (-1.0, NAN), (-TINY, NAN),
             (4.0, 2.0)],
    "cbrt": [(INF, INF), (-INF, -INF), (0.0, 0.0), (-0.0, -0.0), (-8.0, -2.0)],
    "sin": [(INF, NAN), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY)],
    "cos": [(INF, NAN), (-INF, NAN), (0.0, 1.0), (-0.0, 1.0), (TINY, 1.0)],
    "tan": [(INF, NAN), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY)],
    "asin": [(INF, NAN), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0), (1.0, math.pi / 2),
             (-1.0, -math.pi / 2), (2.0, NAN), (math.nextafter(1, 2), NAN)],
    "acos": [(INF, NAN), (-INF, NAN), (1.0, 0.0), (-1.0, math.pi), (0.0, math.pi / 2),
             (-2.0, NAN)],
    "atan": [(INF, math.pi / 2), (-INF, -math.pi / 2), (0.0, 0.0), (-0.0, -0.0),
             (HUGE, math.pi / 2)],
    "sinh": [(INF, INF), (-INF, -INF), (0.0, 0.0), (-0.0, -0.0), (HUGE, INF), (-HUGE, -INF),
             (-1000.0, -INF)],
    "cosh": [(INF, INF), (-INF, INF), (0.0, 1.0), (HUGE, INF), (-HUGE, INF), (-1000.0, INF)],
    "tanh": [(INF, 1.0), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (800.0, 1.0), (-HUGE, -1.0),
             (TINY, TINY)],
    "log2": [(INF, INF), (-INF, NAN), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (8.0, 3.0),
             (TINY, -1074.0)],
    "log10": [(INF, INF), (-INF, NAN), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (1000.0, 3.0),
              (1e-308, -308.0)],
    "asin_slope": [(INF, NAN), (-INF, NAN), (1.0, INF), (-1.0, INF), (2.0, NAN), (0.0, 1.0)],
    "sech": [(INF, 0.0), (-INF, 0.0), (0.0, 1.0), (-0.0, 1.0), (720.0, 2 * math.exp(-720.0)),
             (HUGE, 0.0), (TINY, 1.0)],
    "asinh": [(INF, INF), (-INF, -INF), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY)],
    "acosh": [(INF, INF), (-INF, NAN), (1.0, 0.0), (0.5, NAN), (-HUGE, NAN)],
    "atanh": [(INF, NAN), (-INF, NAN), (1.0, INF), (-1.0, -INF), (0.0, 0.0), (-0.0, -0.0),
              (2.0, NAN)],
    "sigmoid": [(INF, 1.0), (-INF, 0.0), (0.0, 0.5), (-0.0, 0.5), (HUGE, 1.0), (-HUGE, 0.0),
                (-1000.0, 0.0)],
    "softplus": [(INF, INF), (-INF, 0.0), (1000.0, 1000.0), (-1000.0, 0.0), (HUGE, HUGE),
                 (-HUGE, 0.0)],
    "silu": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (HUGE, HUGE), (-HUGE, -0.0)],
    "gelu": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (HUGE, HUGE), (-HUGE, -0.0)],
    "relu": [(INF, INF), (-INF, 0.0), (0.0, 0.0), (-0.0, 0.0), (HUGE, HUGE), (-HUGE, 0.0),
             (TINY, TINY)],
    "erf": [(INF, 1.0), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (HUGE, 1.0), (-HUGE, -1.0)],
    "erfc": [(INF, 0.0), (-INF, 2.0), (0.0, 1.0), (HUGE, 0.0), (-HUGE, 2.0)],
    "abs": [(INF, INF), (-INF, INF), (-0.0, 0.0), (-TINY, TINY), (-HUGE, HUGE)],
    "sign": [(INF, 1.0), (-INF, -1.0), (0.0, 0.0), (TINY, 1.0), (-TINY, -1.0)],
    "floor": [(INF, INF), (-INF, -INF), (0.0, 0.0), (-0.0, -0.0), (TINY, 0.0), (-TINY, -1.0),
              (HUGE, HUGE), (0.5, 0.0), (-0.5, -1.0), (2.0 ** 53, 2.0 ** 53)],
    "ceil": [(INF, INF), (-INF, -INF), (0.0, 0.0), (-0.0, -0.0), (TINY, 1.0), (-TINY, -0.0),
             (-HUGE, -HUGE), (0.5, 1.0), (-0.5, -0.0), (-2.0 ** 53, -2.0 ** 53)],
    "neg": [(INF, -INF), (-INF, INF), (0.0, -0.0), (-0.0, 0.0)],
    "step": [(INF, 1.0), (-INF, 0.0), (0.0, 0.0), (-0.0, 0.0), (TINY, 1.0)],
    "copy": [(INF, INF), (-INF, -INF), (0.0, 0.0), (-0.0, -0.0)],
}  # fmt: skip
NOT_NAN_AT_NAN = {"step": 1.0}  # relu hands nan on at full slope

PAIRS = {
    "add": [((INF, -INF), NAN), ((INF, HUGE), INF), ((HUGE, HUGE), INF), ((0.0, -0.0), 0.0),
            ((-0.0, -0.0), -0.0)],
    "sub": [((INF, INF), NAN), ((INF, -INF), INF), ((-HUGE, HUGE), -INF), ((0.0, 0.0), 0.0)],
    "mul": [((INF, 0.0), NAN), ((INF, -2.0), -INF), ((HUGE, 10.0), INF), ((TINY, 0.5), 0.0),
            ((-TINY, 0.25), -0.0)],
    "div": [((1.0, 0.0), INF), ((-1.0, 0.0), -INF), ((1.0, -0.0), -INF), ((-1.0, -0.0), INF),
            ((0.0, 0.0), NAN), ((INF, INF), NAN), ((INF, 0.0), INF), ((-INF, 0.0), -INF),
            ((INF, -0.0), -INF), ((1.0, INF), 0.0), ((-1.0, INF), -0.0), ((HUGE, TINY), INF),
            ((TINY, HUGE), 0.0), ((NAN, 0.0), NAN)],
    "pow": [((0.0, 0.0), 1.0), ((NAN, 0.0), 1.0), ((1.0, NAN), 1.0), ((INF, 0.0), 1.0),
            ((1.0, INF), 1.0), ((-1.0, INF), 1.0), ((-1.0, -INF), 1.0), ((0.0, -1.0), INF),
            ((-0.0, -1.0), -INF), ((-0.0, -2.0), INF), ((0.0, -0.5), INF), ((-0.0, -0.5), INF),
            ((0.0, 3.0), 0.0), ((-0.0, 3.0), -0.0), ((-0.0, 2.0), 0.0), ((0.0, -INF), INF),
            ((-8.0, 1 / 3), NAN), ((-2.0, 3.0), -8.0), ((-2.0, -3.0), -0.125), ((2.0, INF), INF),
            ((0.5, INF), 0.0), ((2.0, -INF), 0.0), ((0.5, -INF), INF), ((INF, -1.0), 0.0),
            ((INF, 2.0), INF), ((-INF, 3.0), -INF), ((-INF, 2.0), INF), ((-INF, -3.0), -0.0),
            ((-INF, 0.5), INF), ((10.0, 400.0), INF), ((-10.0, 401.0), -INF),
            ((-10.0, 400.0), INF), ((10.0, -400.0), 0.0), ((-HUGE, 3.0), -INF),
            ((TINY, -1.0), INF), ((-TINY, -1.0), -INF), ((HUGE, HUGE), INF), ((-2.0, HUGE), INF),
            ((NAN, 1.0), NAN), ((2.0, NAN), NAN)],
    "floor_divide": [((1.0, 0.0), INF), ((-1.0, 0.0), -INF), ((1.0, -0.0), -INF), ((0.0, 0.0), NAN),
                     ((INF, 2.0), NAN), ((5.0, INF), 0.0), ((-5.0, INF), -1.0), ((1.0, 0.1), 9.0),
                     ((-7.0, 2.0), -4.0), ((7.0, -2.0), -4.0), ((HUGE, TINY), INF),
                     ((-TINY, HUGE), -1.0), ((NAN, 1.0), NAN)],
    "remainder": [((1.0, 0.0), NAN), ((INF, 2.0), NAN), ((5.0, INF), 5.0), ((-5.0, INF), INF),
                  ((7.0, 3.0), 1.0), ((-7.0, 3.0), 2.0), ((7.0, -3.0), -2.0), ((-7.0, -3.0), -1.0),
                  ((-TINY, 1.0), 1.0), ((6.0, -3.0), -0.0), ((-6.0, 3.0), 0.0), ((HUGE, TINY), 0.0),
                  ((1.0, 0.1), 0.09999999999999995), ((1.0, NAN), NAN)],
    "exp_product": [((0.0, INF), NAN), ((-INF, 2.0), 0.0), ((HUGE, HUGE), INF), ((TINY, TINY), 1.0),
                    ((-HUGE, 10.0), 0.0), ((NAN, 0.0), NAN),
                    ((2.0**900, -(2.0**-900)), math.exp(-1.0))],
    "direction": [((0.0, 0.0), 0.0), ((3.0, 4.0), 0.6), ((-HUGE, 0.0), -1.0),
                  ((TINY, 0.0), 1.0), ((3e-320, 4e-320), 0.6), ((1.0, INF), 0.0), ((INF, 1.0), NAN),
                  ((NAN, 1.0), NAN)],
    "hypot": [((INF, NAN), INF), ((NAN, -INF), INF), ((NAN, 1.0), NAN), ((0.0, -0.0), 0.0),
              ((HUGE, HUGE), math.sqrt(2.0) * HUGE), ((TINY, 0.0), TINY),
              ((3e-320, 4e-320), 5e-320)],
    "atan2": [((0.0, 0.0), 0.0), ((-0.0, 0.0), -0.0), ((0.0, -0.0), math.pi),
              ((-0.0, -0.0), -math.pi), ((INF, INF), math.pi / 4),
              ((-INF, -INF), -3 * math.pi / 4), ((1.0, -INF), math.pi), ((-1.0, INF), -0.0),
              ((INF, 1.0), math.pi / 2), ((NAN, 1.0), NAN), ((HUGE, TINY), math.pi / 2)],
    "maximum": [((INF, 1.0), INF), ((-INF, 1.0), 1.0), ((NAN, 1.0), NAN), ((1.0, NAN), NAN),
                ((NAN, INF), NAN), ((2.0, 2.0), 2.0)],
    "minimum": [((INF, 1.0), 1.0), ((-INF, 1.0), -INF), ((NAN, 1.0), NAN), ((1.0, NAN), NAN),
                ((NAN, -INF), NAN), ((2.0, 2.0), 2.0)],
    "leaky_relu": [((-INF, 0.01), -INF), ((INF, 0.01), INF), ((NAN, 0.01), NAN),
                   ((-HUGE, 0.01), -1e+306)],
    "elu": [((-INF, 2.0), -2.0), ((INF, 2.0), INF), ((NAN, 2.0), NAN), ((-HUGE, 1.0), -1.0)],
    "greater": [((INF, 1.0), 1.0), ((NAN, 1.0), 0.0), ((1.0, NAN), 0.0), ((INF, INF), 0.0)],
    "less": [((-INF, 1.0), 1.0), ((NAN, 1.0), 0.0), ((1.0, NAN), 0.0), ((INF, INF), 0.0)],
    "equal": [((INF, INF), 1.0), ((NAN, NAN), 0.0), ((0.0, -0.0), 1.0)],
    "where": [((1.0, NAN), NAN), ((0.0, INF), INF), ((NAN, 2.0), 2.0)],
}  # fmt: skip

SEVERAL = {
    "sum": [((INF, -INF), NAN), ((HUGE, HUGE, -HUGE), INF), ((1.0, NAN), NAN), ((-0.0,), 0.0),
            ((), 0.0)],
    "prod": [((INF, 0.0), NAN), ((HUGE, 10.0, 0.1), INF), ((TINY, 0.5, 2.0), 0.0), ((), 1.0)],
    "dot": [((INF, 0.0), NAN), ((HUGE, 10.0), INF), ((2.0, 3.0, 5.0), 11.0), ((7.0,), 7.0),
            ((), 0.0)],
    "logsumexp": [((INF, 1.0), INF), ((-INF, -INF), -INF), ((-INF, 1.0), 1.0),
                  ((INF, -INF), INF), ((NAN, INF), NAN), ((1.0, NAN), NAN), ((HUGE, HUGE), HUGE),
                  ((-HUGE, 0.0), 0.0), ((-HUGE,), -HUGE), ((), -INF),
                  ((800.0, 800.0), 800.0 + math.log(2.0))],
    "surprise": [((INF, 1.0), NAN), ((INF, INF), NAN), ((1.0, INF), INF), ((-INF, 1.0), INF),
                 ((-INF, -INF), NAN), ((1.0, -INF), 0.0), ((NAN, 1.0), NAN), ((1.0, NAN), NAN),
                 ((HUGE, HUGE), math.log(2.0)), ((HUGE, -HUGE), 0.0), ((-HUGE, HUGE), INF),
                 ((40.0, 0.0), math.exp(-40.0)), ((5.0,), 0.0), ((), NAN)],
    "clip": [((0.5, NAN, 1.0), NAN), ((0.5, 0.0, NAN), NAN), ((-1.0, 0.0, NAN), NAN),
             ((INF, 0.0, 1.0), 1.0), ((-INF, 0.0, 1.0), 0.0), ((NAN, 0.0, 1.0), NAN),
             ((5.0, -INF, INF), 5.0), ((HUGE, 0.0, INF), HUGE)],
}  # fmt: skip

TABLE = [
    (name, xs if isinstance(xs, tuple) else (xs,), y)
    for table in (KNOWN, PAIRS, SEVERAL)
    for name, rows in table.items()
    for xs, y in rows
]


KNOWN_ROWS = sorted({name for name, _, _ in TABLE})


def known(name):
    """The operands of a row whose results are known, and the results."""
    return [(xs, y) for other, xs, y in TABLE if other == name]


def test_known_results_are_of_rows():
    """Not all: mpmath knows the results of every row, but for infinities and signs of zeros."""
    assert {name for name, _, _ in TABLE} <= set(ops.ALL)


@pytest.mark.parametrize("name", KNOWN_ROWS)
def test_known_results_at_the_edges(name):
    for xs, y in known(name):
        found = float(ops.ALL[name].forward(*xs))
        assert same(found, y), f"{name}{xs} is {found}, not {y}"


@pytest.mark.parametrize("name", KNOWN)
def test_nan_stays_nan(name):
    expected = NOT_NAN_AT_NAN.get(name, NAN)

    assert same(float(ops.ALL[name].forward(NAN)), expected)


def recorded(op, xs):
    """What the engine makes of these operands: a number, or the text of its refusal."""
    try:
        return op(*map(Value, xs)).data
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("name", KNOWN_ROWS)
def test_the_engine_records_the_same_result_or_refuses_it(name):
    """On finite operands an undefined result is an error, on others it is IEEE's."""
    op = ops.ALL[name]
    for xs, y in known(name):
        if not xs:
            continue
        found = recorded(op, xs)
        at = f"{name}{xs}: {found}"
        if op.contains(xs):
            assert not isinstance(found, str), at
            assert same(found, y), at
        else:
            assert all(map(math.isfinite, xs)), at
            assert re.match(f"{name}.* is not a finite real number; {name} needs ", str(found)), at


# --- everywhere, against many digits --------------------------------------------------------------


def exactly(f):
    """f in 60 digits, of operands that are doubles; rounded by float() at the end."""

    def at(*xs):
        with mpmath.workdps(400 if any(abs(x) > 1e15 for x in xs) else 60):
            return +f(*map(mpmath.mpf, xs))

    return at


DIGITS = {
    "exp": (mpmath.exp, 1), "expm1": (mpmath.expm1, 2), "log": (mpmath.log, 1),
    "log1p": (mpmath.log1p, 2), "sqrt": (mpmath.sqrt, 1), "sin": (mpmath.sin, 1),
    "cos": (mpmath.cos, 1), "tan": (mpmath.tan, 2), "asin": (mpmath.asin, 2),
    "acos": (mpmath.acos, 2), "atan": (mpmath.atan, 2), "sinh": (mpmath.sinh, 3),
    "cosh": (mpmath.cosh, 3), "tanh": (mpmath.tanh, 3), "sech": (mpmath.sech, 3),
    "asinh": (mpmath.asinh, 3),
    "acosh": (mpmath.acosh, 3), "atanh": (mpmath.atanh, 4), "erf": (mpmath.erf, 2),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), 0.51),
    "erfc": (mpmath.erfc, 3),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), 3),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), 3),
    "silu": (lambda x: x / (1 + mpmath.exp(-x)), 4),
    "gelu": (lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, 4),
}  # fmt: skip


def check_against_many_digits(name, x):
    if name in {"erfc", "gelu"} and abs(x) > 1e6:  # mpmath's exponents end there
        exact = mpmath.mpf({"erfc": 1 - math.copysign(1, x), "gelu": max(x, 0.0)}[name])
    else:
        exact = exactly(DIGITS[name][0])(x)
    allowed = DIGITS[name][1]
    result = ops.ALL[name].forward(x)
    if abs(exact) < LEAST:  # subnormal: fewer digits than others have
        assert abs(result - float(exact)) <= max(allowed, 1) * TINY, f"{name}({x})"
    else:
        assert ulps(result, exact) <= allowed, f"{name}({x})"


@pytest.mark.parametrize("name", DIGITS)
def test_finite_edges_agree_with_many_digits(name):
    for x in EDGES:
        if ops.ALL[name].contains((x,)):
            check_against_many_digits(name, x)


@pytest.mark.parametrize("name", DIGITS)
@settings(max_examples=50)
@given(x=st.floats(allow_nan=False, allow_infinity=False) | st.floats(-50.0, 50.0))
def test_all_doubles_agree_with_many_digits(name, x):
    assume(ops.ALL[name].contains((x,)))
    check_against_many_digits(name, x)


# --- nothing raises -------------------------------------------------------------------------------


@st.composite
def anything(draw):
    """A row and any doubles at all as its operands."""
    op = draw(st.sampled_from(list(ops.ALL.values())))
    count = draw(st.integers(0, 5)) if op.arity is None else op.arity
    number = st.floats() | st.sampled_from([*EDGES, INF, -INF, NAN])
    return op, tuple(draw(number) for _ in range(count))


@given(case=anything())
def test_no_forward_function_raises_and_each_gives_one_double(case):
    op, xs = case
    result = op.forward(*xs)

    assert isinstance(result, (float, int))
    assert not isinstance(result, complex)
    float(result)


@given(case=anything())
def test_no_partial_raises_and_each_gives_a_number(case):
    op, xs = case
    with unchecked():
        slopes = op.slopes(float(op.forward(*xs)), xs)

    assert len(slopes) == len(xs)
    assert all(isinstance(s, (float, int, Fraction)) for s in slopes)


@given(case=anything())
def test_no_backward_pass_raises_whatever_was_recorded(case):
    op, xs = case
    assume(xs)
    leaves = [Value(x) for x in xs]
    with unchecked():
        root = op(*leaves)
    root.backward()

    assert all(type(leaf.grad) is float for leaf in leaves)


@given(x=st.floats(), y=st.floats())
def test_division_is_ieees(x, y):
    """NumPy's double division as the oracle, its warnings aside."""
    with np.errstate(all="ignore"):
        assert same(forward.divide(x, y), float(np.float64(x) / np.float64(y)))


@given(x=st.floats(), y=st.floats())
def test_powers_are_cs(x, y):
    with np.errstate(all="ignore"):
        expected = float(np.float64(x) ** np.float64(y))
    result = forward.power(x, y)

    assert same(result, expected) or math.isclose(result, expected, rel_tol=1e-15)


@given(x=st.fractions(), y=st.integers(-5, 5))
def test_powers_of_fractions_are_exact(x, y):
    expected = INF if x == 0 and y < 0 else x**y
    result = forward.power(x, Fraction(y))

    assert result == expected
    assert isinstance(result, Fraction) or x == 0


@given(x=st.fractions() | st.floats(allow_nan=False, allow_infinity=False))
def test_floor_and_ceil_are_pythons_in_every_arithmetic(x):
    assert forward.floor(x) == math.floor(x)
    assert forward.ceil(x) == math.ceil(x)
    assert type(forward.floor(x)) is type(x)


def test_division_of_numbers_too_large_for_a_double():
    assert forward.divide(Fraction(10**400), 2.0) == INF
    assert forward.divide(Fraction(-(10**400)), 2.0) == -INF
    assert forward.divide(10**400, -2.0) == -INF
    assert forward.divide(Fraction(10**400), Fraction(10**400)) == 1


@given(x=st.floats())
def test_which_doubles_are_whole(x):
    assert forward.is_whole(x) == (math.isfinite(x) and Fraction(x).denominator == 1)
