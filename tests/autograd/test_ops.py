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
from autograd.testing.exact import value as exact_value
from tests.autograd.references import REFERENCES
from tests.strategies import points

mpmath.mp.dps = 50

EVERY_ROW = pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)


def test_every_row_has_a_reference():
    """An operation that is added to the table is added to `tests.autograd.references`."""
    assert set(REFERENCES) == {
        name for name, op in ops.ALL.items() if op.forward.__module__ != "autograd.custom"
    }


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


FLAT = {op.name for op in ops.ALL.values() if set(op.formulas) == {"0"}}
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
    "min": min, "abs": abs, "sign": lambda x: math.copysign(1.0, x),
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


@EVERY_ROW
@settings(max_examples=20)
@given(data=st.data())
def test_the_exact_column_is_what_the_row_computes(op, data):
    """In 50 digits, by a formula that is written a second time in `references`."""
    xs = [mpmath.mpf(x) for x in data.draw(points(op))]
    expected = REFERENCES[op.name](*xs)

    assert abs(exact_value(op, mpmath.mp, xs) - expected) <= mpmath.mpf(10) ** -40 * (
        abs(expected) + mpmath.mpf(10) ** -3
    )
