"""`no_grad`, `scope`, `sources`: per thread, nested, as decorators, gone after an exception."""

import asyncio
import inspect
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Constant,
    ConstantError,
    Graph,
    Value,
    constant,
    dot,
    grad,
    no_grad,
    scope,
    sources,
    where,
)
from autograd import sum as total
from autograd.modes import here, recording

from .helpers import refused

MODES = {
    "no_grad": no_grad,
    "sources": sources,
    "scope": lambda: scope("s"),
    "recording": recording,
}
EVERY_MODE = pytest.mark.parametrize("name", MODES)


def line():
    """The line that calls this, as `sources` writes it."""
    frame = inspect.currentframe().f_back
    return f"test_modes.py:{frame.f_lineno}"


# --- no_grad --------------------------------------------------------------------------------------

COMPUTATIONS = {
    "x + 1": lambda x: x + 1.0,
    "1 + x": lambda x: 1.0 + x,
    "x + x": lambda x: x + x,
    "x * x": lambda x: x * x,
    "x * 2": lambda x: x * 2.0,
    "x**2": lambda x: x**2,
    "x.exp()": lambda x: x.exp(),
    "sum": lambda x: total([x, x]),
    "dot": lambda x: dot([x, 2.0], [x, x], x),
    "where": lambda x: where(x > 0, x, 0.0),
}


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_results_under_no_grad_are_constants(name):
    compute = COMPUTATIONS[name]
    x = Value(3.0)
    with no_grad():
        inside = compute(x)
    outside = compute(x)

    assert isinstance(inside, Constant)
    assert inside.op is None
    assert inside.operands == ()
    assert inside.data == outside.data
    assert outside.op is not None


def test_nothing_flows_through_what_was_made_under_no_grad():
    x = Value(3.0)
    with no_grad():
        y = x * x
        with pytest.raises(ConstantError, match="computed under no_grad"):
            y.backward()
    (x * y).backward()

    assert x.grad == 9.0


def test_a_leaf_made_under_no_grad_is_a_leaf():
    """Only results are constants: PyTorch's requires_grad=True holds under no_grad too."""
    with no_grad():
        x = Value(3.0)
    (x * x).backward()

    assert x.grad == 6.0


def test_backward_under_no_grad_is_a_backward():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()

    assert x.grad == 6.0


def test_leaves_change_under_no_grad_and_elsewhere():
    """The habit of an update step."""
    w = Value(3.0)
    (w * w).backward()
    with no_grad():
        w.data -= 0.1 * w.grad
    w.data -= 0.1 * w.grad

    assert w.data == pytest.approx(3.0 - 2 * 0.6)


def test_domains_are_checked_under_no_grad():
    with no_grad(), pytest.raises(ValueError, match="log needs x > 0"):
        Value(-1.0).log()


# --- scope ----------------------------------------------------------------------------------------


def test_scopes_nest_and_end():
    x = Value(1.0)
    with scope("encoder"):
        a = x * 2.0
        with scope("layer0"):
            b = x * 2.0
        with scope("layer1"), scope("neuron"):
            c = x * 2.0
        d = x + x
    e = x * 2.0

    assert [v.scope for v in (x, a, b, c, d, e)] == [
        "",
        "encoder",
        "encoder/layer0",
        "encoder/layer1/neuron",
        "encoder",
        "",
    ]


@settings(max_examples=30)
@given(names=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=6))
def test_any_text_is_a_scope(names):
    x = Value(1.0)
    modes = [scope(name) for name in names]
    for mode in modes:
        mode.__enter__()
    inside = x * x
    for mode in reversed(modes):
        mode.__exit__(None, None, None)

    assert inside.scope == "/".join(names)
    assert (x * x).scope == ""


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_every_operation_notes_its_scope(name):
    x = Value(3.0)
    with scope("here"):
        y = COMPUTATIONS[name](x)

    assert y.scope == "here"
    assert {node.scope for node in Graph(y) if node.op} == {"here"}


def test_a_label_does_not_change_the_scope_nor_a_neighbour():
    with scope("s"):
        a, b = Value(1.0) * 2.0, Value(1.0) * 2.0
        leaf = Value(1.0, label="leaf")
    a.label = "a"

    assert [(v.label, v.scope) for v in (a, b, leaf)] == [("a", "s"), ("", "s"), ("leaf", "s")]


def test_a_scope_of_constants_and_under_no_grad():
    with scope("s"), no_grad(), scope("t"):
        y = Value(1.0) * 2.0

    assert isinstance(y, Constant)
    assert constant(1.0).scope == ""


# --- sources --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in COMPUTATIONS if name != "where"])
def test_every_operation_notes_its_line(name):
    x = Value(3.0)
    with sources():
        y = COMPUTATIONS[name](x)

    assert y.source == f"test_modes.py:{COMPUTATIONS[name].__code__.co_firstlineno}"
    assert {node.source for node in Graph(y) if node.op} == {y.source}


def test_the_line_is_the_users_not_the_engines():
    x = Value(3.0)
    with sources():
        y, here_it_was = x.sigmoid(), line()
        z, there_it_was = grad(lambda v: (v * y).tanh())(x), line()
    w = x * 2.0

    assert y.source == here_it_was
    assert z.source == there_it_was
    assert w.source == ""


def test_lines_and_scopes_together():
    with scope("s"), sources(), scope("t"):
        y, here_it_was = Value(1.0) * 2.0, line()

    assert (y.scope, y.source) == ("s/t", here_it_was)


# --- all of them ----------------------------------------------------------------------------------


@EVERY_MODE
def test_a_mode_ends_with_its_block_even_by_an_exception(name):
    before, inside = here(), []

    def fail():
        inside.append(here())
        raise KeyError

    with pytest.raises(KeyError), MODES[name]():
        fail()

    assert here() is before
    assert inside != [before]


@EVERY_MODE
def test_a_mode_is_a_decorator(name):
    seen = []

    @MODES[name]()
    def f(x, *, y):
        """What f does."""
        seen.append(here())
        if x == 0:
            raise KeyError
        return x + y

    with MODES[name]():
        expected = here()

    assert f(1, y=2) == 3
    with pytest.raises(KeyError):
        f(0, y=2)
    assert seen == [expected, expected]
    assert here() is None
    assert (f.__name__, f.__doc__) == ("f", "What f does.")


def test_a_decorated_method_and_a_recursive_function():
    class Model:
        def __init__(self):
            self.w = Value(2.0)

        @no_grad()
        def predict(self, x):
            return self.w * x

    @scope("deeper")
    def descend(depth):
        return Value(1.0) * 2.0 if depth == 0 else descend(depth - 1)

    assert isinstance(Model().predict(3.0), Constant)
    assert descend(2).scope == "deeper/deeper/deeper"
    assert (Value(1.0) * 2.0).scope == ""


@EVERY_MODE
def test_one_mode_object_can_be_entered_again_and_within_itself(name):
    mode = MODES[name]()
    with mode:
        once = here()
        with mode:
            pass
        assert here() is once
    assert here() is None
    with mode:
        assert here() == once
    assert here() is None


def test_recording_inside_no_grad():
    """What derivatives do: a gradient taken under no_grad is right."""
    x = Value(3.0)
    with no_grad():
        with recording():
            y = x * x
        z = x * x

    assert y.op is not None
    assert isinstance(z, Constant)


@EVERY_MODE
def test_a_mode_goes_before_a_function(name):
    mode = MODES[name]()
    kind = type(mode).__name__
    with refused(TypeError, f"{kind} goes before a function or after 'with', not around a int"):
        mode(3)


@pytest.mark.parametrize("mode", [no_grad, sources])
def test_parentheses_forgotten(mode):
    name = mode.__name__
    with refused(TypeError, f"{name} takes nothing, got f; write @{name}() or with {name}():"):

        @mode
        def f():
            pass


@pytest.mark.parametrize("name", ["", 3, None, ["a"]], ids=repr)
def test_a_scope_needs_a_name(name):
    with refused(TypeError, f"a scope needs a name, got {name!r}; write scope('layer0')"):
        scope(name)


def test_what_runs_after_the_call_cannot_be_decorated():
    """A generator's body would run, and record, when no_grad is over: in silence, if allowed."""
    with refused(
        TypeError,
        "no_grad cannot go before values, whose body runs after the call; write "
        "'with no_grad(...):' inside it",
    ):

        @no_grad()
        def values():
            yield Value(1.0) * 2.0

    with pytest.raises(TypeError, match="scope cannot go before compute, whose body runs after"):

        @scope("s")
        async def compute():
            return Value(1.0) * 2.0


# --- threads and tasks ----------------------------------------------------------------------------


def in_thread(f):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(f).result()


def test_a_mode_is_of_its_own_thread():
    x = Value(3.0)
    with no_grad(), scope("mine"):
        other = in_thread(lambda: x * x)
        mine = x * x

    if not getattr(sys.flags, "thread_inherit_context", False):  # free-threaded Pythons hand it on
        assert other.op is not None
        assert other.scope == ""
    assert isinstance(mine, Constant)
    assert mine.scope == "mine"


def test_a_mode_in_a_thread_does_not_reach_this_one():
    entered, done = threading.Event(), threading.Event()

    def stay():
        with no_grad(), scope("theirs"), sources():
            entered.set()
            done.wait(600)

    thread = threading.Thread(target=stay)
    thread.start()
    entered.wait(600)
    y = Value(3.0) * 2.0
    done.set()
    thread.join()

    assert y.op is not None
    assert (y.scope, y.source) == ("", "")


def test_one_mode_object_in_two_threads_at_once():
    """The first thread leaves its block while the second is inside its own."""
    mode = scope("shared")
    both_inside, first_left = threading.Barrier(2, timeout=600), threading.Event()

    def first():
        with mode:
            both_inside.wait()
        outside = (Value(1.0) * 2.0).scope
        first_left.set()
        return outside

    def second():
        with mode:
            both_inside.wait()
            first_left.wait(600)
            inside = (Value(1.0) * 2.0).scope
        return inside, (Value(1.0) * 2.0).scope

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(first), pool.submit(second)
        assert one.result(600) == ""
        assert two.result(600) == ("shared", "")


def test_one_decorated_function_in_many_threads_at_once():
    barrier = threading.Barrier(4, timeout=600)

    @scope("shared")
    @no_grad()
    def f(x):
        barrier.wait()
        y = x * 2.0
        barrier.wait()
        return type(y), y.scope

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(f, [Value(1.0)] * 4))

    assert results == [(Constant, "shared")] * 4


def test_separate_graphs_in_separate_threads_are_right():
    """The same long computation in eight threads that switch often: eight times the same bits."""

    def work(start):
        x = Value(start)
        y = x
        for i in range(300):
            y = (y * 1.01 + x).tanh() if i % 3 else dot([y, x], [0.5, y], 0.1)
        y.backward()
        second = grad(grad(lambda v: (v * v).tanh() * v))(start)
        return y.data, x.grad, second, len(Graph(y))

    starts = [0.1 * i for i in range(1, 9)]
    alone = [work(start) for start in starts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(work, starts))
    finally:
        sys.setswitchinterval(interval)

    assert together == alone


def test_modes_of_tasks_are_kept_apart():
    async def task(name, turns):
        with scope(name):
            seen = []
            for _ in range(turns):
                await asyncio.sleep(0)
                seen.append((Value(1.0) * 2.0).scope)
        return seen

    async def both():
        return await asyncio.gather(task("a", 3), task("b", 3))

    assert asyncio.run(both()) == [["a"] * 3, ["b"] * 3]
