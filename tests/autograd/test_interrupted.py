"""Ctrl-C may strike anywhere, and generators end anywhere: what held in a block ends with it."""

import asyncio
import contextvars
import functools
import random
import sys
import threading
from contextlib import ExitStack, suppress

import pytest

import nn
from autograd import (
    Constant,
    DomainError,
    Value,
    grad,
    hessian,
    no_grad,
    scope,
    sources,
)
from autograd.modes import here, recording
from autograd.primitive import unchecked
from nn import module, walk

from .helpers import refused


class Stubborn(nn.Module):
    """With parameters() of its own, as micrograd has it."""

    def __init__(self):
        self.w = Value(2.0)

    def parameters(self):
        return [self.w]

    def __call__(self, x):
        return self.w * x


X = Value(3.0, label="x")
Y = X * X + X
MODEL = nn.MLP(2, [2, 1], activation="tanh", rng=random.Random(0))
STUBBORN = nn.Sequential(Stubborn())


def in_blocks():
    with scope("outer"), no_grad(), sources(), recording(), unchecked():
        return X * X


@scope("s")
@no_grad()
def decorated():
    return X * X


def closing_a_generator():
    def values():
        with no_grad():
            yield X * X

    generator = values()
    next(generator)
    generator.close()


ACTIONS = {
    "backward": Y.backward,
    "blocks": in_blocks,
    "a decorated function": decorated,
    "a generator": closing_a_generator,
    "grad": lambda: grad(lambda x: x * x.log())(2.0),
    "hessian": lambda: hessian(lambda v: v[0] * v[1])([2.0, 3.0]),
    "a model": lambda: MODEL([1.0, 2.0]).backward(),
    "its parameters": lambda: list(STUBBORN.named_parameters()),
}


def as_it_was():
    """Nothing of any block is left."""
    return (
        here() is None
        and (X * X).op is not None
        and walk.calling.get() is None
        and module._asked.get() == frozenset()
    )


class Interrupt:
    """Ctrl-C at the n-th moment at which Python looks for signals: the entry of a function, and
    after a call of C. (It looks before a jump backwards too.)"""

    def __init__(self, n):
        self.left = n

    def __call__(self, _, event, arg):
        if event in {"call", "c_return"} and arg is not sys.setprofile:
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                raise KeyboardInterrupt


# Python 3.11 tells a profiler of the entry of a generator that is being closed, where signals wait.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ACTIONS)
def test_ctrl_c_at_any_moment_leaves_no_block_open(name):
    action = ACTIONS[name]
    for n in range(1, 5000):
        interrupt = Interrupt(n)
        try:
            sys.setprofile(interrupt)
            action()
            sys.setprofile(None)
        except KeyboardInterrupt:
            sys.setprofile(None)
        assert as_it_was(), f"interrupted at moment {n}"
        with pytest.raises(DomainError):
            Value(-1.0).log()
        if interrupt.left > 0:
            break
    else:
        pytest.fail("it never came to an end")
    assert n > 5


def opened_in(block):
    def values():
        with block:
            yield X * X
            yield X * X

    generator = values()
    next(generator)
    return generator


def in_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


BLOCKS = {"no_grad": no_grad, "scope": lambda: scope("s"), "sources": sources}
EVERY_BLOCK = pytest.mark.parametrize("name", BLOCKS)


@EVERY_BLOCK
def test_a_generator_may_be_closed_in_another_thread(name):
    generator = opened_in(BLOCKS[name]())

    assert in_thread(lambda: generator.close() or (here(), (X * X).kind)) == (None, "variable")
    assert (X * X).op is not None
    with no_grad():
        pass
    assert here() is None


@EVERY_BLOCK
def test_a_generator_opened_in_another_thread_may_be_closed_here(name):
    generator = in_thread(lambda: opened_in(BLOCKS[name]()))
    with no_grad():
        generator.close()
        assert isinstance(X * X, Constant)

    assert here() is None


@EVERY_BLOCK
def test_a_generator_may_be_closed_in_a_copy_of_its_context(name):
    generator = opened_in(BLOCKS[name]())
    contextvars.copy_context().run(generator.close)
    assert (X * X).op is not None
    with no_grad():
        pass

    assert here() is None


def test_a_task_keeps_the_block_in_which_it_was_made():
    async def later():
        await asyncio.sleep(0)
        return X * X

    async def main():
        with no_grad():
            task = asyncio.create_task(later())
        return (X * X), await task

    outside, inside = asyncio.run(main())
    assert outside.op is not None
    assert isinstance(inside, Constant)


def test_a_generator_closed_inside_a_later_block_leaves_that_one_as_it_is():
    generator = opened_in(no_grad())
    with scope("later"):
        generator.close()
        inside = X * X

    assert (inside.op.name, inside.scope) == ("mul", "later")
    assert here() is None


def test_interleaved_generators_end_in_any_order():
    rng = random.Random(0)
    for _ in range(200):
        blocks = [opened_in(rng.choice([no_grad(), scope("a"), sources()])) for _ in range(4)]
        rng.shuffle(blocks)
        for generator in blocks:
            generator.close()
        assert here() is None


class Callable:
    def __call__(self):
        yield X * X


def values():
    yield X * X


async def task():
    return X * X


async def stream():
    yield X * X


@pytest.mark.parametrize(
    "function",
    [values, task, stream, Callable(), functools.partial(values),
     functools.partial(functools.partial(values)), functools.partial(Callable())],
    ids=["generator", "coroutine", "stream", "object", "partial", "partial of one", "of an object"],
)  # fmt: skip
def test_no_grad_around_what_runs_later_is_refused(function):
    with pytest.raises(TypeError, match="whose body runs after the call; write 'with no_grad"):
        no_grad()(function)


def test_what_only_the_call_shows_to_run_later_is_refused_at_the_call():
    @no_grad()
    def lazy():
        return (X * x for x in (1.0, 2.0))

    with refused(
        TypeError,
        "no_grad cannot go before lazy, whose body runs after the call; write "
        "'with no_grad(...):' inside it",
    ):
        lazy()


def test_a_stack_of_blocks():
    with ExitStack() as stack:
        for block in (scope("a"), no_grad()):
            stack.enter_context(block)
        assert isinstance(X * X, Constant)

    assert here() is None


def test_a_block_that_fails_to_open_changes_nothing():
    class Failing(scope):
        def __init__(self):
            super().__init__("s")
            self.change = lambda outer: 1 / 0

    with suppress(ZeroDivisionError), Failing():
        pass

    assert as_it_was()
