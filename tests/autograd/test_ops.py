"""Every row of the table tells the truth about itself, and a damaged row is found out."""

import dataclasses
import inspect
import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from autograd import DomainError, Value, grad, ops
from autograd.primitive import unchecked
from tests.strategies import points

mpmath.mp.dps = 50

EVERY_ROW = pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)


# --- independent references -----------------------------------------------------------------------


def gelu(x):
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def dot(*xs):
    half = len(xs) // 2
    bias = xs[-1] if len(xs) % 2 else 0
    return bias + sum(w * x for w, x in zip(xs[:half], xs[half:], strict=False))


# What each row should compute, by a library that shares no code with it.
REFERENCES = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": lambda x, y: mpmath.power(x, y).real,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "exp_product": lambda x, y: mpmath.exp(x * y),
    "log": mpmath.log,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": mpmath.log10,
    "log1p": lambda x: mpmath.log(1 + x),
    "sqrt": mpmath.sqrt,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "asin_slope": lambda x: 1 / mpmath.sqrt(1 - x * x),
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "sech": mpmath.sech,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "hypot": mpmath.hypot,
    "direction": lambda x, y: x / mpmath.hypot(x, y),
    "step": lambda x: mpmath.mpf(x > 0),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "leaky_relu": lambda x, y: x if x > 0 else y * x,
    "elu": lambda x, y: x if x > 0 else y * mpmath.expm1(x),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "gelu": gelu,
    "abs": abs,
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "minimum": min,
    "maximum": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "greater": lambda x, y: mpmath.mpf(x > y),
    "less": lambda x, y: mpmath.mpf(x < y),
    "equal": lambda x, y: mpmath.mpf(x == y),
    "where": lambda _, x: x,
    "copy": lambda x: x,
    "sum": lambda *xs: mpmath.fsum(xs),
    "dot": dot,
    "prod": lambda *xs: mpmath.fprod(xs),
    "logsumexp": lambda *xs: mpmath.log(mpmath.fsum(map(mpmath.exp, xs))),
    "surprise": lambda x, *xs: mpmath.log1p(mpmath.fsum([mpmath.exp(y - x) for y in xs])),
}


def test_every_row_has_a_reference():
    assert set(REFERENCES) == set(ops.ALL)


def slope(function, xs, i):
    """The derivative towards the i-th operand: a central difference with 50 digits."""
    step = mpmath.mpf(10) ** -20
    exact = [mpmath.mpf(x) for x in xs]

    def moved(by):
        return function(*exact[:i], exact[i] + by, *exact[i + 1 :])

    return (moved(step) - moved(-step)) / (2 * step)


def close(found, expected, digits, xs):
    """Equal to so many digits; numbers that cancel to nearly nothing, to so many of their terms."""
    scale = abs(expected) + 0.1 * max(0.1, *map(abs, xs))
    return abs(mpmath.mpf(found) - expected) <= mpmath.mpf(10) ** -digits * scale


def objection(op, xs):
    """What is untrue of a row at one point; empty if all is right."""
    reference = REFERENCES[op.name]
    value = op(*xs)
    if not close(value, reference(*map(mpmath.mpf, xs)), 14, xs):
        return f"{op.name}{xs} is {value!r}"
    with unchecked():
        slopes = op.slopes(value, xs)
    for i, found in enumerate(slopes):
        if op.name == "pow" and xs[0] < 0 and i == 1:
            continue  # no real slope there: a convention, tested below
        expected = slope(reference, xs, i)
        if not close(found, expected, 13, xs):
            return f"partial {i} of {op.name}{xs} is {found!r}, measured {expected}"
    return ""


@EVERY_ROW
@given(data=st.data())
def test_values_and_partials_are_the_measured_ones(op, data):
    assert objection(op, data.draw(points(op))) == ""


# --- damage ---------------------------------------------------------------------------------------


def spoilt(op, i, spoil):
    """The row with its i-th slope put through ``spoil``."""
    if op.variadic:

        def partials(z, *xs):
            slopes = list(op.partials[0](z, *xs))
            if i < len(slopes):
                slopes[i] = spoil(slopes[i])
            return tuple(slopes)

        return dataclasses.replace(op, partials=(partials,))
    changed = list(op.partials)
    changed[i] = lambda z, *xs: spoil(op.partials[i](z, *xs))
    return dataclasses.replace(op, partials=tuple(changed))


def swapped(op):
    """The row with its first two slopes exchanged."""
    if op.variadic:

        def partials(z, *xs):
            first, second, *others = op.partials[0](z, *xs)
            return (second, first, *others)

        return dataclasses.replace(op, partials=(partials,))
    first, second, *others = op.partials
    return dataclasses.replace(op, partials=(second, first, *others))


FLAT = {"step", "sign", "floor", "ceil", "greater", "less", "equal"}  # every slope is 0
DAMAGES = {
    "negate": lambda slope: -slope,
    "double": lambda slope: 2 * slope,
    "add 0.01": lambda slope: slope + 0.01,
    "relative 1e-6": lambda slope: slope * (1 + 1e-6),
}


def damaged_rows():
    for op in ops.ALL.values():
        places = 2 if op.variadic else len(op.partials)
        for i in range(places):
            for name, damage in DAMAGES.items():
                always_zero = op.name in FLAT or (op.name == "where" and i == 0)
                if name == "add 0.01" or not always_zero:
                    yield pytest.param(spoilt(op, i, damage), id=f"{op.name}-{i}-{name}")
        # sum's slopes are all 1, and a flat row's all 0: exchanging them changes nothing.
        if places > 1 and op.name not in FLAT | {"sum", "add"}:
            yield pytest.param(swapped(op), id=f"{op.name}-swapped")


@pytest.mark.parametrize("op", list(damaged_rows()))
def test_damage_is_found(op):
    """Each damaged row fails the very check that its sound sibling passes above."""

    @settings(
        max_examples=100,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def check(data):
        xs = data.draw(points(op).filter(lambda xs: not op.variadic or len(xs) > 1))
        assert objection(op, xs) == ""

    with pytest.raises((AssertionError, BaseExceptionGroup)):
        check()


def test_the_right_operand_count_is_damaged():
    """The list above is complete: every place of every row, four damages where they matter."""
    tried = {param.id.rsplit("-", 1)[0] for param in damaged_rows() if "swapped" not in param.id}

    assert len(tried) >= sum(1 if op.variadic else len(op.partials) for op in ops.ALL.values())


# --- exactness ------------------------------------------------------------------------------------

RATIONAL_ROWS = [op for op in ops.ALL.values() if op.rational]


@pytest.mark.parametrize("op", RATIONAL_ROWS, ids=lambda op: op.name)
@given(data=st.data())
def test_rational_rows_are_exact_in_fractions(op, data):
    xs = tuple(map(Fraction, data.draw(points(op))))
    if op.name == "pow":
        xs = (xs[0], Fraction(data.draw(st.integers(-3, 3))))
    value = op(*xs)

    assert isinstance(value, (Fraction, int))
    with unchecked():
        slopes = op.slopes(value, xs)
    if op.name == "pow":
        slopes = slopes[:1]  # the other one is a logarithm
    assert all(isinstance(slope, (Fraction, int)) for slope in slopes)


def test_irrational_rows_do_not_claim_to_be_rational():
    claimed = {op.name for op in RATIONAL_ROWS}

    assert not claimed & {"exp", "log", "sqrt", "tanh", "logsumexp", "hypot", "gelu", "elu"}


# --- the columns ----------------------------------------------------------------------------------

NAMESPACE = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "erfc": math.erfc, "pi": math.pi,
    "min": min, "sign": lambda x: math.copysign(1.0, x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}  # fmt: skip
WITH_FORMULAS = [op for op in ops.ALL.values() if not op.variadic]


@pytest.mark.parametrize("op", WITH_FORMULAS, ids=lambda op: op.name)
@given(data=st.data())
def test_the_formula_on_paper_is_the_partial_that_is_computed(op, data):
    xs = data.draw(points(op))
    value = op(*xs)
    names = dict(zip(("x", "y", "w"), xs, strict=False))

    assert len(op.formulas) == len(op.partials)
    for i, (formula, partial) in enumerate(zip(op.formulas, op.partials, strict=True)):
        if op.name == "pow" and xs[0] < 0 and i == 1:
            continue
        on_paper = eval(formula, {"__builtins__": {}}, {**NAMESPACE, **names, "z": value})  # noqa: S307 - our own table
        assert partial(value, *xs) == pytest.approx(on_paper, rel=1e-9, abs=1e-9)


CONVENTIONS = [(op, c) for op in ops.ALL.values() for c in op.conventions]


def same(x, y):
    return x == y or (math.isnan(x) and math.isnan(y))


@pytest.mark.parametrize(("op", "row"), CONVENTIONS, ids=lambda x: str(getattr(x, "name", "")))
def test_conventions_hold_in_the_table_and_in_the_engine(op, row):
    leaves = [Value(x) for x in row.at]
    result = op(*leaves)
    result.backward()

    if row.value is not None:
        assert same(result.data, row.value)
    assert len(row.partials) == len(row.at)
    for leaf, expected in zip(leaves, row.partials, strict=True):
        assert same(leaf.grad, expected)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_slope_of_a_root_is_upwards_at_either_zero(zero):
    x = Value(zero)
    ops.sqrt(x).backward()

    assert x.grad == math.inf
    assert grad(grad(ops.sqrt))(zero) == -math.inf


def test_every_kink_has_a_convention():
    """A row that is not smooth somewhere says what it does there."""
    silent = {
        op.name
        for op in ops.ALL.values()
        if op.kinks is not ops.ALL["add"].kinks and not op.conventions
    }

    assert silent == set()


@EVERY_ROW
@example(xs=[0.0, 0.0, 0.0])
@example(xs=[-0.0, math.inf, math.nan])
@example(xs=[math.nan, -math.inf, 1e308])
@example(xs=[5e-324, 1e308, -1e308])
@given(xs=st.lists(st.floats(), min_size=3, max_size=3))
def test_no_pass_raises_whatever_the_numbers(op, xs):
    """Forward and backward, to second order, follow IEEE: only checked operations may object."""
    operands = tuple(xs[: op.arity or 3])
    with unchecked():
        value = float(op.forward(*operands))
        assert all(isinstance(float(slope), float) for slope in op.slopes(value, operands))
        leaves = [Value(x) for x in operands]
        result = op(*leaves)
        for slope in op.slopes(result, tuple(leaves)):
            if isinstance(slope, Value):
                slope.backward()


@EVERY_ROW
@given(data=st.data())
def test_outside_the_domain_is_not_finite(op, data):
    """The engine asks for the domain only after a result that is not finite: this is why it may."""
    count = op.arity or 3
    xs = tuple(data.draw(st.lists(st.floats(-3.0, 3.0), min_size=count, max_size=count)))
    if op.contains(xs) or op.name == "clip":  # clip(low > high) is refused by functions.clip
        return
    with unchecked():
        assert not math.isfinite(op(*xs))
    with pytest.raises(DomainError, match=f"^{op.name}\\("):
        op(*xs)


def test_partials_take_the_result_and_every_operand():
    for op in ops.ALL.values():
        for partial in op.partials:
            parameters = inspect.signature(partial).parameters.values()
            if op.variadic:
                assert any(p.kind is p.VAR_POSITIONAL for p in parameters)
            else:
                assert len(parameters) == 1 + len(op.partials), op.name
