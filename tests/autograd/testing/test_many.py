"""Many inputs at once: as sure as one by one, and as cheap as a few evaluations."""

import itertools
import math
import random

import pytest

import autograd as ag
from autograd import ops
from autograd.pullback import Paths
from autograd.testing import GradientMismatch, check_gradients, judge
from autograd.testing.nudges import Nudges
from autograd.testing.recording import Recording
from autograd.testing.rows import Rows
from nn import MLP
from nn.testing import as_function
from tests.autograd.testing.damage import backward_pass, damaged, off_by_1e_6, spoilt
from tests.autograd.testing.test_alarms import Expression
from tests.autograd.testing.test_faults import EVERY_PLACE, MULTIPLIED, points, slopes_of

COUNT = 120


def numbers(seed, smallest=0):
    """Numbers of many sizes."""
    rng = random.Random(seed)
    return [rng.uniform(-1, 1) * 10.0 ** rng.uniform(smallest, 0) for _ in range(COUNT)]


WEIGHTS = numbers(1, smallest=-9)


def weighted(w):
    total = ag.Value(0.0)
    for a, x in zip(w, WEIGHTS, strict=True):
        total = total + ag.sin(a) * x
    return ag.tanh(total)


def calls(f, point, **options):
    """How often f is called."""
    count = 0

    def counting(*arguments):
        nonlocal count
        count += 1
        return f(*arguments)

    verdict = check_gradients(counting, point, **options)
    return count, verdict


def found(f, point):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, point)
    return caught.value


@pytest.fixture
def always(monkeypatch):
    """However few inputs there are, they are judged together."""
    monkeypatch.setattr(judge, "FEW", 0)


# --- right ----------------------------------------------------------------------------------------


def test_many_inputs_take_a_few_evaluations():
    count, verdict = calls(weighted, numbers(0))

    assert verdict.outcome == "right"
    assert len(verdict.entries) == COUNT
    assert {entry.method for entry in verdict.entries} == {"operations"}
    for entry in verdict.entries:
        assert entry.error <= entry.bound <= 1e-8 * abs(entry.analytic)
    assert count < 10


def test_a_whole_network_takes_a_few_evaluations():
    rng = random.Random(0)
    X = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(8)]
    model = MLP(2, [16, 16, 1], activation="tanh", rng=rng)
    f, parameters = as_function(model, X, [1.0, -1.0] * 4)
    count, verdict = calls(f, parameters)

    assert (verdict.outcome, len(verdict.entries)) == ("right", 337)
    assert count < 10


RIGHT = {
    "choices made by Python": lambda w: ag.sum([a * a if a.data > 0 else -0.1 * a for a in w]),
    "a shift by a plain number": lambda w: (
        ag.log(ag.sum([ag.exp(a - max(b.data for b in w)) for a in w])) + max(b.data for b in w)
    ),
    "cancellation": lambda w: ag.sum([a + 1e8 for a in w]) - 1e8 * len(w),
    "a product": lambda w: ag.prod([1.0 + 0.1 * a for a in w]),
    "not all are used": lambda w: ag.sum(w[::2]) * w[0],
    "a constant": lambda w: 3.0,
    "many outputs": lambda w: [w[0] * a for a in w[:20]],
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_of_many_inputs_are_right(name):
    assert check_gradients(RIGHT[name], numbers(2)).outcome == "right"


def test_kinks_among_many_are_found():
    point = numbers(3)
    point[17] = 0.0
    verdict = check_gradients(lambda w: ag.tanh(ag.sum([ag.relu(a) for a in w])), point)

    assert [entry.name for entry in verdict.entries if entry.outcome == "kink"] == ["w[17]"]


def test_many_entries_through_kinks_are_what_they_are_one_by_one(monkeypatch):
    def f(w):
        inner = [ag.relu(a) + 0.5 * abs(b) * c for a, b, c in zip(w, w[1:], w[2:], strict=False)]
        return [ag.sum(inner), ag.maximum(inner[0], inner[1]) * w[3], ag.clip(w[0], 0.0, 1.0)]

    point = [0.0, 1.0, 0.0, -2.0, 0.5, 0.0, 0.0, 3.0, -1.0, 0.0]
    at_once = check_gradients(f, point)
    monkeypatch.setattr(judge, "FEW", 10_000)
    alone = check_gradients(f, point)

    assert at_once.outcome == alone.outcome == "kink"
    assert at_once.count("kink") > 5
    for one, other in zip(at_once.entries, alone.entries, strict=True):
        assert (one.full_name, one.outcome) == (other.full_name, other.outcome)
        if one.outcome == "kink":
            assert (one.left, one.right) == pytest.approx((other.left, other.right), abs=1e-12)
            assert one.why == other.why


def test_a_network_at_its_kinks_takes_a_few_evaluations():
    model = MLP(2, [16, 16, 1], activation="relu", rng=random.Random(0))
    f, parameters = as_function(model, [[0.0, 0.0]] * 8, [1.0, -1.0] * 4)
    count, verdict = calls(f, parameters)

    assert {entry.method for entry in verdict.entries} == {"operations"}
    assert count < 10


@pytest.mark.parametrize("at", [0, 5, 9])
def test_a_fault_beside_many_kinks_is_found(at):
    point = [0.0] * 10
    point[at] = 0.7
    bad = ag.operation("bad_cosine", ops.cos.forward, off_by_1e_6(ops.cos)[0])
    try:
        error = found(lambda w: ag.sum([ag.relu(a) + bad(a + 0.3) for a in w]), point)
    finally:
        del ops.ALL["bad_cosine"]

    assert error.operation == "bad_cosine"


def test_a_fault_that_is_seen_through_kinks_only_is_found():
    bad = ag.operation("half_sine", ops.sin.forward, lambda z, x: 0.5 * ag.cos(x))
    try:
        error = found(lambda w: ag.sum([ag.relu(bad(a)) for a in w]), [0.0] * 10)
    finally:
        del ops.ALL["half_sine"]

    assert error.operation == "half_sine"


def test_a_convention_that_is_not_kept_is_found_among_many():
    plain = ops.relu.partials[0]
    at_zero = (lambda z, x: 0.5 if getattr(x, "data", x) == 0 else plain(z, x),)
    with damaged(ops.relu, partials=at_zero):
        error = found(lambda w: ag.sum([ag.relu(a) for a in w]), [0.0, 1.0, -1.0] * 4)

    assert error.operation == "relu"


# --- wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [0, 41, COUNT - 1])
def test_one_lost_input_among_many_is_found(which):
    def leaking(w):
        total = weighted(w)
        return total + 0.5 * w[which].data

    error = found(leaking, numbers(0))

    assert error.entry == f"w[{which}]"
    assert error.verdict.count("wrong") == 1
    assert "what was recorded is not the function" in error.cause


def test_one_lost_input_is_looked_at_alone():
    """The others are not moved one by one because of it."""
    count = 0

    def leaking(w):
        nonlocal count
        count += 1
        return weighted(w) + 0.5 * w[17].data

    found(leaking, numbers(0))

    assert count < 300  # the reproduction, which is tried, included; there are 120 inputs


def test_a_fault_of_one_millionth_in_one_small_entry_is_found():
    """The gradient of that entry is a millionth of others."""
    bad = ag.operation("bad_sine", ops.sin.forward, off_by_1e_6(ops.sin)[0])
    try:

        def f(w):
            return weighted(w) + bad(w[7]) * 1e-6

        error = found(f, numbers(0))
    finally:
        del ops.ALL["bad_sine"]

    assert error.operation == "bad_sine"
    assert error.entry == "w[7]"


@pytest.mark.parametrize("fault", [{"once": True}, {"stale": True}, {"reset": False}])
def test_faults_of_the_backward_pass_are_found_among_many(monkeypatch, fault):
    monkeypatch.setattr("autograd.value.accumulate", backward_pass(**fault))

    found(lambda w: ag.tanh(ag.sum([a * a * b for a, b in itertools.pairwise(w)])), numbers(4))


SMALLEST = min(range(COUNT), key=lambda i: abs(WEIGHTS[i]))  # 1e-9 of the largest


@pytest.mark.parametrize("which", [3, 77, SMALLEST])
def test_a_fault_of_forward_mode_in_one_entry_is_found(monkeypatch, which):
    plain = Paths.push

    def wrong(paths, tangents, *, live):
        tangents = [t * (1 + 1e-6 * (i == which)) for i, t in enumerate(tangents)]
        return plain(paths, tangents, live=live)

    monkeypatch.setattr(Paths, "push", wrong)
    error = found(weighted, numbers(0))

    assert error.entry == f"w[{which}]"
    assert "forward mode" in str(error)


# --- the same faults as one by one ----------------------------------------------------------------


@pytest.mark.parametrize(("op", "i"), EVERY_PLACE)
@pytest.mark.usefixtures("always")
def test_a_wrong_slope_of_every_row_is_found(op, i):
    for xs in points(op)[:1]:
        slope = slopes_of(op, xs)[i]
        if abs(slope) > 1e-3:  # a smaller one may be a term of a larger gradient
            with damaged(op, partials=spoilt(op, i, MULTIPLIED["relative 1e-6"])):
                assert found(op, xs).operation == op.name


@pytest.mark.usefixtures("always")
def test_there_is_no_false_alarm_when_all_are_judged_together():
    outcomes = [check_gradients(e, e.point).outcome for e in map(Expression, range(50_000, 50_300))]

    assert outcomes.count("right") > 0.9 * len(outcomes)


# --- parts ----------------------------------------------------------------------------------------


def test_what_is_recorded_anew_is_compared_as_a_computation():
    def f(w):
        return w[0] * w[1] + (2.0 if w[0].data > 0 else 3.0)

    def leaking(w):
        return w[0] * w[1] + w[0].data

    recording = Recording(f, f, [1.0, 2.0])

    assert recording.moved(Recording(f, f, [0.5, 7.0])) == []
    assert recording.moved(Recording(f, f, [-0.5, 7.0])) is not None  # a constant moved
    assert recording.moved(Recording(f, lambda w: f(w) * 1.0, [0.5, 7.0])) is None
    assert recording.replayed({recording.places[0]: 0.5, recording.places[1]: 7.0}) == [5.5]
    one, other = Recording(leaking, leaking, [1.0, 2.0]), Recording(leaking, leaking, [3.0, 2.0])
    assert [one.recorded[i] for i in one.moved(other)] == [1.0]


def test_a_function_that_chooses_is_the_same_near_the_point():
    def f(w):
        return ag.sum([a * a if a.data > 0.001 else -a for a in w])

    point = [0.0101] * 10

    assert not Nudges(Recording(f, f, point), 0).branching
    point[3] = 0.001
    assert Nudges(Recording(f, f, point), 0).branching == {3}


def test_leaks_of_several_inputs_are_told_apart():
    def f(w):
        return ag.sum([ag.exp(a) for a in w]) + 0.5 * w[3].data + 0.25 * w[70].data

    point = numbers(0)
    hidden = Nudges(Recording(f, f, point), 0).hidden

    assert {i: round(h.slope, 6) for (_, i), h in hidden.items()} == {3: 0.5, 70: 0.25}


def test_a_lost_input_that_hardly_counts_is_found():
    """At small steps what it adds is lost in rounding."""
    error = found(lambda w: ag.sum([ag.exp(a) for a in w]) + 1e-7 * w[41].data, numbers(0))

    assert error.entry == "w[41]"


def test_many_operands_are_measured_along_directions():
    """One slope among 200 that is off by a millionth is found, and named by its position."""

    def f(w):
        return ag.dot(w[:100], w[100:])

    point = [*numbers(6)[:100], *numbers(7)[:100]]
    recording = Recording(f, f, point)

    assert not Rows(recording, 0).faulty
    with damaged(ops.dot, partials=spoilt(ops.dot, 57, MULTIPLIED["relative 1e-6"])):
        rows = Rows(Recording(f, f, point), 0)
        assert rows.fault.position == 57
        assert rows.fault.operation == "dot"


def narrow(x):
    return x + math.exp(-(((x - 1.0) / 1e-4) ** 2))


def test_a_narrow_feature_of_an_operation_of_ones_own_is_not_jumped_over():
    bump = ag.operation("narrow_bump", narrow, lambda z, x: 1.0 - (z - x) * (x - 1.0) * 2e8)
    try:
        point = [1.0001, 1.00005, *numbers(5)[:10]]
        verdict = check_gradients(lambda w: ag.sum([bump(a) for a in w]), point)
    finally:
        del ops.ALL["narrow_bump"]

    assert verdict.outcome == "right"
    assert verdict.entries[0].analytic == pytest.approx(1 - 2e4 * math.exp(-1.0), rel=1e-6)


def test_a_slope_that_is_hardly_measured_proves_nothing_against_the_gradient():
    """Its values near the point are those that were recorded; further off they only seem flat."""

    def f(x):
        wave = x[0] * ag.exp(-((x[0] * 1e6) ** 2))
        if x[0].data != 0.0:
            wave = wave * 1.0  # another recording, of the same numbers
        if abs(x[0].data) > 2.0**-16:
            wave = wave + 0.1 * x[0] * x[0]
        return wave + sum(x[1:])

    verdict = check_gradients(f, [0.0] + [1.0] * 8)

    assert verdict.entries[0].outcome == "right"
