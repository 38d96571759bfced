"""High precision: slopes of operations and of whole recordings that do not round."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import ops
from autograd.primitive import unchecked
from autograd.testing import GradientMismatch, check_gradients, exact
from autograd.testing.exact import Nearby, Operation, OutOfReach, Replay, Sides
from autograd.testing.recording import Recording
from autograd.testing.rows import Rows
from tests.strategies import points

pytest.importorskip("mpmath")


def recorded(f, *xs):
    names = [f"x{i}" for i in range(len(xs))]
    return Recording(f, lambda numbers: f(*numbers), xs, names)


def unit(i, count):
    return [float(i == j) for j in range(count)]


@pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)
@settings(max_examples=10)
@given(data=st.data())
def test_the_slopes_are_those_of_the_table(op, data):
    xs = data.draw(points(op))
    with unchecked():
        slopes = op.slopes(op(*xs), xs)
    for i, slope in enumerate(slopes):
        try:
            [(found, value)] = Operation(op, xs, unit(i, len(xs))).slopes()
        except OutOfReach:  # a negative base has no slope towards its exponent
            assert op is ops.pow_
            continue
        assert found == pytest.approx(float(slope), rel=1e-12, abs=1e-12)
        assert float(value) == pytest.approx(float(op(*xs)), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("op", "xs", "expected"),
    [
        (ops.relu, (0.0,), Sides(0, 1)),
        (ops.abs_, (0.0,), Sides(-1, 1)),
        (ops.floor, (2.0,), Sides(math.inf, 0, jumps=True)),
        (ops.ceil, (2.0,), Sides(0, math.inf, jumps=True)),
        (ops.sign, (0.0,), Sides(math.inf, math.inf, jumps=True)),
        (ops.maximum, (1.0, 1.0), Sides(0, 1)),
        (ops.clip, (1.0, 0.0, 1.0), Sides(1, 0)),
        (ops.pow_, (-2.0, 3.0), Sides(12, 12)),
        (ops.pow_, (0.0, 2.0), Sides(0, 0)),
        (ops.sqrt, (0.0,), Sides(None, math.inf)),
        (ops.cbrt, (0.0,), Sides(math.inf, math.inf)),
        (ops.asin, (1.0,), Sides(math.inf, None)),
    ],
    ids=str,
)
def test_the_two_sides_of_a_kink(op, xs, expected):
    [found] = Operation(op, xs, unit(0, len(xs))).sides()

    assert found.jumps == expected.jumps
    assert found[:2] == tuple([x if x is None else pytest.approx(x) for x in expected[:2]])


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (ops.tanh, 300.0, 4.0 * math.exp(-600.0)),
        (lambda x: 1.0 + ag.exp(-x * x), 20.0, -40.0 * math.exp(-400.0)),
        (ops.log, 1e-300, 1e300),
        (lambda x: (x + 1e16) - 1e16, 0.1, 1.0),
        (lambda x: ag.sin(x * 1e16), 1.0, 1e16 * math.cos(1e16)),
    ],
    ids=["tanh", "bell", "log", "cancelling", "a wave"],
)
def test_slopes_of_recordings_that_doubles_can_hardly_hold(f, x, slope):
    recording = recorded(f, x)
    replay = Replay(recording, Rows(recording, 0).measured)

    [(found, _)] = replay.line([1.0]).slopes()

    assert found == pytest.approx(slope, rel=1e-12)


def test_operations_without_an_exact_value_are_straight_lines():
    cube = ag.operation("exact_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    try:
        recording = recorded(lambda x: ag.sin(cube(x)), 0.7)
        replay = Replay(recording, Rows(recording, 0).measured)
        [(slope, _)] = replay.line([1.0]).slopes()
    finally:
        del ops.ALL["exact_cube"]

    assert slope == pytest.approx(3 * 0.49 * math.cos(0.343), rel=1e-8)


def test_operations_of_ones_own():
    cube = ag.operation("check_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    flat = ag.operation("check_flat", lambda x: x * x * x + 1e9, lambda z, x: 3.0 * x * x)
    known = ag.operation(
        "check_known",
        lambda x: x * x * x + 1e9,
        lambda z, x: 3.0 * x * x,
        exact=lambda mp, x: x**3 + 10**9,
    )
    wrong = ag.operation(
        "check_wrong", lambda x: x**3, lambda z, x: 3.000003 * x * x, exact=lambda mp, x: x**3
    )
    lying = ag.operation(
        "check_lying", math.exp, lambda z, x: z * 2.0, exact=lambda mp, x: mp.exp(2 * x)
    )
    try:
        assert check_gradients(lambda x: ag.sin(cube(x)), 0.7).outcome == "right"
        verdict = check_gradients(flat, 1e-6)
        assert verdict.outcome == "undecided"
        assert "give it exact=" in verdict.why
        assert check_gradients(known, 1e-6).outcome == "right"
        for op in (wrong, lying):
            with pytest.raises(GradientMismatch, match=f"the operation {op.name}"):
                check_gradients(lambda x, op=op: ag.sin(op(x)), 0.7)
    finally:
        for op in (cube, flat, known, wrong, lying):
            del ops.ALL[op.name]


def test_without_mpmath_it_says_so(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    exact._context.cache_clear()  # from other tests
    monkeypatch.setattr("importlib.import_module", missing)
    verdict = check_gradients(lambda x: ag.exp(x) + 1e12, 0.7)
    assert verdict.outcome == "undecided"
    assert 'needs the package mpmath: pip install "glassgrad[check]"' in verdict.why


# --- to either side of a kink ---------------------------------------------------------------------


def beside(recording):
    rows = Rows(recording, 0)
    return Nearby(recording, rows.measured, rows.at_kinks).line(unit(0, len(recording.xs))).sides()


@pytest.mark.parametrize(
    ("f", "xs", "expected"),
    [
        (lambda x: ag.relu(ag.sin(x)) * 3.0, (0.0,), (0.0, 3.0)),
        (lambda x: ag.relu(x) - ag.relu(-x), (0.0,), (1.0, 1.0)),
        (lambda x: ag.maximum(x, 2.0 * x) * x, (1.0,), (4.0, 4.0)),
        (lambda x: ag.maximum(x, 2.0 - x), (1.0,), (-1.0, 1.0)),
        (lambda x: abs(abs(x) - x), (0.0,), (-2.0, 0.0)),
    ],
    ids=["relu", "two relus", "no tie", "tie", "nested"],
)
def test_the_two_sides_of_a_recording_follow_the_kinks(f, xs, expected):
    recording = recorded(f, *xs)
    [sides] = beside(recording)

    assert sides[:2] == pytest.approx(expected, abs=1e-12)


def test_a_jump_is_told_from_a_kink():
    recording = recorded(lambda x, y: ag.floor(x) * y, 2.0, 3.0)
    [sides] = beside(recording)

    assert sides.jumps
    assert sides.right == 0.0


def test_a_kink_that_is_left_at_no_speed_gets_a_closer_look():
    assert check_gradients(lambda x: ag.relu(x * x), 0.0).outcome == "right"
    assert check_gradients(lambda x: ops.step(x * x), 0.0).outcome == "jump"
