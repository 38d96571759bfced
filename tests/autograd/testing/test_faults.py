"""Every class of fault, in every row and place where it changes a number, is found.

The settings are the default ones. A fault is planted in the table, in a pass or in a recording;
where it changes a number by more than rounding does, `check_gradients` must raise, and where one
operation is at fault, name it. Each fault is tried at the first point where it changes a number;
with GLASSGRAD_NIGHTLY=1 at three points, and inside another function too.
"""

import functools
import math
import random

import pytest

import autograd as ag
from autograd import ops
from autograd.primitive import unchecked
from autograd.pullback import Paths
from autograd.testing import GradientMismatch, check_gradients
from tests.autograd.testing.damage import backward_pass, damaged, spoilt
from tests.needs import NIGHTLY

# The table's own: what other tests add is not here.
ROWS = tuple([op for op in ops.ALL.values() if op.forward.__module__ != "autograd.custom"])
CHANGED = 3e-7  # a fault of 1e-6 in one slope moves the number that is looked at by this at least


# --- points ---------------------------------------------------------------------------------------


def number(interval, rng):
    low, high = max(interval.low, -3.0), min(interval.high, 3.0)
    if interval.low >= 1.0:
        high = interval.low + 3.0
    return round(rng.uniform(low, high), 3)


@functools.cache
def points(op, count=3):
    """Points inside the domain of a row, away from its kinks; always the same."""
    rng = random.Random(op.name)
    found = []
    while len(found) < count:
        intervals = op.domain * 3 if op.variadic else op.domain
        xs = tuple(number(interval, rng) for interval in intervals)
        if op.name == "where":
            xs = (1.0, xs[1])
        near_kink = any(abs(distance) < 0.05 for distance in op.kinks(*xs))
        if op.contains(xs) and not near_kink and abs(op(*xs)) < 50.0:
            found.append(xs)
    return found


def places(op):
    return range(3 if op.variadic else len(op.partials))


def slopes_of(op, xs):
    with unchecked():
        return tuple(map(float, op.slopes(float(op.forward(*xs)), xs)))


def differ(before, after, at_least=CHANGED):
    """Whether some number changes by more than so much of itself; nan is not counted."""
    return any(abs(a - b) > at_least * abs(a) for a, b in zip(before, after, strict=True))


def found(f, point):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, point)
    return caught.value


def held_up_somewhere(op, partials, everywhere):
    """Whether these partials change a number at one of these points, where they must be found."""
    changes = (held_up(op, partials, xs) for xs in everywhere)
    return any(list(changes) if NIGHTLY else changes)


def held_up(op, partials, xs, *, inside=NIGHTLY):
    """Whether these partials change a number at xs; if so, they must be found and blamed."""
    before = slopes_of(op, xs)
    with damaged(op, partials=partials):
        after = slopes_of(op, xs)
        # A negative base has no slope towards its exponent, so nobody can say that it is wrong.
        if not differ(
            *zip(*[(a, b) for a, b in zip(before, after, strict=True) if a == a], strict=True)
        ):
            return False
        error = found(op, xs)
        assert error.operation == op.name
        if not inside:
            return True
        outer = ag.atan if op is ops.sin else ag.sin  # the same fault twice may be none
        error = found(lambda *ys: outer(1.3 * op(*ys) + 0.2) * 0.7, xs)
        assert error.operation == op.name
    return True


# --- in the table ---------------------------------------------------------------------------------

MULTIPLIED = {
    "wrong sign": lambda slope, *_: -slope,
    "doubled": lambda slope, *_: slope * 2,
    "halved": lambda slope, *_: slope * 0.5,
    "a missing term": lambda slope, *_: slope * 0,
    "relative 1e-6": lambda slope, *_: slope * (1 + 1e-6),
    "relative -1e-6": lambda slope, *_: slope * (1 - 1e-6),
}
ADDED = {
    "an added 0.01": lambda slope, *_: slope + 0.01,
    "the result added": lambda slope, z, *_: slope + z,
    "the operand for the slope": lambda _, __, x, *more: x,
    "one": lambda *_: 1,
}
FLAT = {op.name for op in ROWS if set(op.formulas) == {"0"}}
EVERY_PLACE = [pytest.param(op, i, id=f"{op.name}-{i}") for op in ROWS for i in places(op)]


FAULTS = [*MULTIPLIED, *ADDED]


def faults_of_every_place():
    """Every place with every fault in turn: three of them in each run, all ten at night."""
    for number, place in enumerate(EVERY_PLACE):
        count = len(FAULTS) if NIGHTLY else 3
        for k in range(count):
            fault = FAULTS[(3 * number + k) % len(FAULTS)]
            yield pytest.param(*place.values, fault, id=f"{place.id}-{fault}")


@pytest.mark.parametrize(("op", "i", "fault"), list(faults_of_every_place()))
def test_a_wrong_slope_is_found(op, i, fault):
    spoil = (MULTIPLIED | ADDED)[fault]
    changed = held_up_somewhere(op, spoilt(op, i, spoil), points(op))

    if fault in MULTIPLIED and op.name not in FLAT:
        # At one point or another every slope counts, but for those that are always 0 …
        always_zero = op.name == "where" and i == 0
        # … or 0 on the side of a kink where these points happen to lie.
        rarely = op.name in {"relu", "leaky_relu", "elu", "maximum", "minimum", "clip"}
        assert changed or always_zero or rarely


@pytest.mark.parametrize(("op", "i"), EVERY_PLACE)
def test_a_fault_of_one_millionth_is_found_inside_another_function(op, i):
    for xs in points(op):
        if held_up(op, spoilt(op, i, MULTIPLIED["relative 1e-6"]), xs, inside=True):
            break


@pytest.mark.parametrize("op", [op for op in ROWS if len(places(op)) > 1], ids=lambda op: op.name)
def test_swapped_operands_are_found(op):
    if op.variadic:

        def swapped(z, *xs, plain=op.partials[0]):
            first, second, *others = plain(z, *xs)
            return (second, first, *others)

        partials = (swapped,)
    else:
        first, second, *others = op.partials
        partials = (second, first, *others)
    changed = held_up_somewhere(op, partials, points(op))

    same_anyway = op.name in FLAT | {"add", "sum"}
    assert changed != same_anyway


@pytest.mark.parametrize("op", [op for op in ROWS if len(places(op)) > 1], ids=lambda op: op.name)
def test_a_slope_of_stale_operands_is_found(op):
    """The slopes of the point before."""
    before, *later = points(op)

    kept = slopes_of(op, before)
    partials = (
        (lambda z, *xs: kept[: len(xs)],)
        if op.variadic
        else tuple([lambda z, *xs, s=slope: s for slope in kept])
    )
    held_up_somewhere(op, partials, later)


NAMESPACE = {
    "exp": ag.exp, "log": ag.log, "sqrt": ag.sqrt, "sin": ag.sin, "cos": ag.cos, "tanh": ag.tanh,
    "sinh": ag.sinh, "cosh": ag.cosh, "erfc": ag.erfc, "pi": math.pi, "min": min,
    "sign": ag.sign, "sigmoid": ag.sigmoid,
}  # fmt: skip
LARGE = (1e-9, -1e-9, 8.0, -8.0, 20.0, -20.0, 36.0, -36.0, 200.0, -200.0, 1.0 - 1e-12)


def on_paper(formula):
    def partial(z, *xs):
        names = dict(zip(("x", "y", "w"), xs, strict=False))
        return eval(formula, {"__builtins__": {}}, {**NAMESPACE, **names, "z": z})  # noqa: S307 - our own table

    return partial


def losing():
    """Where the textbook's formula for a slope loses digits that the row keeps."""
    for op in ROWS:
        if op.variadic or op.arity != 1:
            continue
        for x in LARGE:
            if not op.contains((x,)) or not math.isfinite(op.forward(x)):
                continue
            with unchecked():
                try:
                    found = float(on_paper(op.formulas[0])(float(op.forward(x)), x))
                except (ArithmeticError, ValueError):
                    continue
            [right] = slopes_of(op, (x,))
            if math.isfinite(found) and abs(found - right) > 1e-6 * abs(right) > 1e-300:
                yield pytest.param(op, x, id=f"{op.name}-{x:g}")


@pytest.mark.parametrize(("op", "x"), list(losing()))
def test_precision_lost_at_large_and_small_arguments_is_found(op, x):
    with damaged(op, partials=(on_paper(op.formulas[0]),)):
        assert found(op, x).operation == op.name


def test_precision_is_lost_somewhere():
    """The list above is not empty: the textbook's tanh' is 0 at 20, its sigmoid' at 200."""
    ids = {param.id for param in losing()}

    assert {"tanh-20", "tanh--20", "sigmoid-200"} <= ids


# --- at kinks -------------------------------------------------------------------------------------

AT_KINKS = [
    pytest.param(op, convention.at, i, id=f"{op.name}{convention.at}-{i}")
    for op in ROWS
    for convention in op.conventions
    for i in range(len(convention.at))
    if all(map(math.isfinite, (*convention.at, *convention.partials))) and not op.variadic
]


@pytest.mark.parametrize("other", [0.25, 0.75, 7.0, -3.0] if NIGHTLY else [0.75, -3.0])
@pytest.mark.parametrize(("op", "at", "i"), AT_KINKS)
def test_a_wrong_slope_at_a_kink_is_found(op, at, i, other):
    def wrong_there(slope, _, *xs):
        return other if tuple([getattr(x, "data", x) for x in xs]) == at else slope

    with damaged(op, partials=spoilt(op, i, wrong_there)):
        assert found(op, at).operation == op.name
        if NIGHTLY:
            assert found(lambda *xs: ag.exp(op(*xs)) * 2.0, at).operation == op.name


@pytest.mark.parametrize(("op", "at", "i"), AT_KINKS)
def test_the_conventions_themselves_are_not_objected_to(op, at, i):
    verdict = check_gradients(op, at)

    assert verdict.outcome in {"right", "kink", "jump", "convention"}, verdict
    assert i < len(verdict.entries)


# --- in the values --------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_values_that_do_not_belong_to_the_slopes_are_found(op):
    """What the row computes is off by 1e-6, its slopes are those of what it should compute."""
    plain = op.forward
    for xs in points(op):
        if not any(slopes_of(op, xs)) or op.slopes(math.pi, xs) != op.slopes(math.e, xs):
            continue  # flat, or with slopes made of the value: exp, tan, sqrt
        with damaged(op, forward=lambda *ys: plain(*ys) * (1 + 1e-6 * _bump(ys))):
            found(op, xs)


def _bump(ys):
    """1 in every arithmetic."""
    return 1 if ys else 0


# --- in the backward pass -------------------------------------------------------------------------


def shared(a, b):
    """Every leaf and inner node is used more than once, hot rows and others."""
    c = a * b + ag.sin(a)
    d = c * c + ag.relu(b) * a
    return ag.dot([a, c], [d, b], a) + ag.tanh(d - c) * ag.sum([a, d, b])


POINT = (0.7, 1.3)
PASSES = {
    "double counting on repeated backward": {"reset": False},
    "a lost edge of a*a": {"once": True},
    "a gradient that overwrites": {"overwrite": True},
    "stale data": {"stale": True},
    "a wrong seed": {"seeded": False},
    "a wrong order": {"order": list},
}


def test_a_right_pass_of_the_tests_own_is_right(monkeypatch):
    monkeypatch.setattr("autograd.value.accumulate", backward_pass())

    assert check_gradients(shared, POINT).outcome == "right"


@pytest.mark.parametrize("fault", PASSES)
def test_a_fault_of_the_backward_pass_is_found(monkeypatch, fault):
    monkeypatch.setattr("autograd.value.accumulate", backward_pass(**PASSES[fault]))

    found(shared, POINT)


@pytest.mark.parametrize("leaf", [0, 1])
def test_a_dropped_leaf_is_found(monkeypatch, leaf):
    name = "ab"[leaf]
    skip = backward_pass(skip=lambda _, __, operand: operand.label == name)
    monkeypatch.setattr("autograd.value.accumulate", skip)

    assert found(shared, POINT).entry == name


@pytest.mark.parametrize("row", ["mul", "add", "dot", "relu", "sin", "tanh", "sum", "sub"])
@pytest.mark.parametrize("position", [0, 1])
def test_an_edge_that_one_kind_of_node_loses_is_found(monkeypatch, row, position):
    def lost(node, place, _):
        return node.op.name == row and place == position

    monkeypatch.setattr("autograd.value.accumulate", backward_pass(skip=lost))

    if position < (ops.ALL[row].arity or 2):
        assert found(shared, POINT).operation == row
    else:
        assert check_gradients(shared, POINT).outcome == "right"


@pytest.mark.parametrize("name", ["pull", "push"])
@pytest.mark.parametrize("factor", [-1.0, 1.0 + 1e-6])
def test_a_fault_of_the_other_modes_is_found(monkeypatch, name, factor):
    plain = getattr(Paths, name)

    def wrong(*args, live):
        return [x * factor for x in plain(*args, live=live)]

    monkeypatch.setattr(Paths, name, wrong)

    error = found(shared, POINT)
    assert ("forward mode" if name == "push" else "reverse mode") in str(error)


# --- in the recording -----------------------------------------------------------------------------

DROPPED = {
    "by data": lambda x, y: ag.sin(x) * y.data + y,
    "by item": lambda x, y: ag.sin(x) * y + x.item() ** 2,
    "a millionth": lambda x, y: x * y + 1e-6 * y.data,
}


@pytest.mark.parametrize("how", DROPPED)
def test_what_is_not_recorded_is_missed(how):
    error = found(DROPPED[how], (0.7, 1.3))

    assert error.operation is None
    assert "what was recorded is not the function" in str(error)


STOPPED = {
    "by detach": lambda x, y: ag.sin(x) * y + x.detach() ** 2,
    "by no_grad": lambda x, y: x * y + _without_recording(lambda: ag.exp(x)),
    "by constant": lambda x, y: x * y + ag.constant(x.data) * 3.0,
}


def _without_recording(compute):
    with ag.no_grad():
        return compute()


@pytest.mark.parametrize("how", STOPPED)
def test_what_was_stopped_on_purpose_is_told_and_is_not_called_right(how):
    verdict = check_gradients(STOPPED[how], (0.7, 1.3))

    assert [entry.outcome for entry in verdict.entries] == ["stop", "right"]
