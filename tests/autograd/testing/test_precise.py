"""High precision: the table in mpmath's words, and slopes that do not round."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, ops
from autograd.primitive import unchecked
from autograd.testing import check_gradients
from autograd.testing.computed import OutOfReach
from autograd.testing.digits import Precisely
from autograd.testing.exact import Exactly, Near
from autograd.testing.recording import Recording
from tests.strategies import points, rational_programs

mpmath = pytest.importorskip("mpmath")


def recorded(f, *xs):
    names = [f"x{i}" for i in range(len(xs))]
    return Recording(f, lambda numbers: f(*numbers), xs, names)


def sides(arithmetic, f, *xs):
    recording = recorded(f, *xs)
    exact = arithmetic(recording.steps)
    return [exact.sides(place, recording.roots)[0] for place in recording.places]


@pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)
@settings(max_examples=10)
@given(data=st.data())
def test_the_slopes_are_those_of_the_table(op, data):
    xs = data.draw(points(op))
    with unchecked():
        slopes = op.slopes(op(*xs), xs)
    for found, slope in zip(sides(Precisely, op, *xs), slopes, strict=True):
        if found.left is not None:
            assert found.is_smooth
            assert float(found.right) == pytest.approx(float(slope), rel=1e-12, abs=1e-12)


@settings(max_examples=50)
@given(program=rational_programs)
def test_fractions_and_mpmath_agree(program):
    if not program.instructions:
        return
    recording = recorded(lambda *xs: program.run(xs), *program.inputs) if _runs(program) else None
    if recording is None:
        return
    try:
        exactly = Exactly(recording.steps)
    except OutOfReach:
        return
    precisely = Precisely(recording.steps)
    for place in recording.places:
        if place is None:
            continue
        try:
            [a] = exactly.sides(place, recording.roots)
        except OutOfReach:  # step(x·x) at 0: a tie of second order
            continue
        [b] = precisely.sides(place, recording.roots)
        for one, other in ((a.left, b.left), (a.right, b.right)):
            if other is not None:
                assert float(one) == pytest.approx(float(other), rel=1e-12, abs=1e-12)


def _runs(program):
    try:
        program.run([Value(x) for x in program.inputs])
    except ag.DomainError:
        return False
    return True


def test_rational_recordings_are_exact():
    [found] = sides(Exactly, lambda x: x * x / 3.0 + 1.0 / x, 7.0)

    assert found.left == found.right == Fraction(14, 3) - Fraction(1, 49)


@pytest.mark.parametrize(
    ("f", "x", "left", "right"),
    [
        (ops.relu, 0.0, 0, 1),
        (ops.abs_, 0.0, -1, 1),
        (lambda x: ag.relu(x) - ag.relu(-x), 0.0, 1, 1),
        (ops.floor, 2.0, math.inf, 0),
        (ops.ceil, 2.0, 0, math.inf),
        (ops.sign, 0.0, math.inf, math.inf),
        (lambda x: ag.maximum(x, 1.0), 1.0, 0, 1),
        (lambda x: ag.clip(x, 0.0, 1.0), 1.0, 1, 0),
        (lambda x: x**3, -2.0, 12, 12),
    ],
)
@pytest.mark.parametrize("arithmetic", [Exactly, Precisely])
def test_the_two_sides_of_a_kink(arithmetic, f, x, left, right):
    [found] = sides(arithmetic, f, x)

    assert (float(found.left), float(found.right)) == pytest.approx((left, right), abs=1e-30)


def test_the_end_of_a_domain_has_one_side():
    [found] = sides(Precisely, ops.sqrt, 0.0)
    assert (found.left, found.right) == (None, math.inf)
    [found] = sides(Precisely, ops.asin, 1.0)
    assert (found.left, found.right) == (math.inf, None)


def test_slopes_that_doubles_can_hardly_hold():
    [found] = sides(Precisely, ops.tanh, 300.0)
    assert float(found.right) == pytest.approx(4.0 * math.exp(-600.0), rel=1e-12)
    [found] = sides(Precisely, lambda x: 1.0 + ag.exp(-x * x), 20.0)
    assert float(found.right) == pytest.approx(-40.0 * math.exp(-400.0), rel=1e-12)
    [found] = sides(Precisely, ops.log, 1e-300)
    assert float(found.right) == pytest.approx(1e300, rel=1e-12)


def test_infinitesimals_are_ordered():
    x = Near(Fraction(2), Fraction(1))

    assert x > 2 > -x
    assert x >= 2
    assert not x <= 2
    assert x != 2
    assert math.floor(Near(2, -1)) == 1
    assert 3 - x == 1 - Near(0, 1)
    assert (6 / x).dx == Fraction(-3, 2)
    assert (x**0).dx == 0
    with pytest.raises(OutOfReach):
        x / Near(0)
    with pytest.raises(OutOfReach):
        x + 0.5


def test_fractions_that_grow_without_end_go_to_mpmath():
    def f(x):
        for _ in range(16):
            x = x * x
        return x

    with pytest.raises(OutOfReach):
        Exactly(recorded(f, 1.0000123).steps)
    assert check_gradients(f, 1.0000123).outcome == "right"


def test_an_operation_of_ones_own_has_no_high_precision():
    cube = ag.operation("check_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    flat = ag.operation("check_flat", lambda x: x * x * x + 1e9, lambda z, x: 3.0 * x * x)
    wrong = ag.operation("check_wrong", lambda x: x * x * x, lambda z, x: 3.000003 * x * x)
    try:
        assert check_gradients(lambda x: ag.sin(cube(x)), 0.7).outcome == "right"
        verdict = check_gradients(flat, 1e-6)
        assert verdict.outcome == "undecided"
        assert "check_flat is not of the table" in verdict.why
        with pytest.raises(AssertionError, match="the operation check_wrong"):
            check_gradients(lambda x: ag.sin(wrong(x)), 0.7)
    finally:
        for op in (cube, flat, wrong):
            del ops.ALL[op.name]


def test_without_mpmath_it_says_so(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("importlib.import_module", missing)
    assert check_gradients(lambda x: ag.sin(x) * x, 0.7).outcome == "right"
    verdict = check_gradients(lambda x: ag.exp(x) + 1e12, 0.7)
    assert verdict.outcome == "undecided"
    assert 'needs the package mpmath: pip install "glassgrad[check]"' in verdict.why
