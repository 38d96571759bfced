"""A decorated function is a property test of its own gradient."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import errors, example, settings
from hypothesis import strategies as st

from autograd import Value, exp, log, operation, ops, relu, tanh
from autograd.testing.check import check_gradients
from autograd.testing.decorator import checks_gradient
from autograd.testing.outcome import GradientMismatch

ROOT = Path(__file__).resolve().parents[3]


def ran(test):
    """The points that a test visits."""
    seen = []
    original = check_gradients

    def watching(f, point, *args, **kwargs):
        seen.append(point)
        return original(f, point, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.testing.decorator.check_gradients", watching)
        test()
    return seen


def halved(x, y):
    """x · y, but half of the second slope is lost."""
    return x * (y / 2.0 + y.detach() / 2.0 if isinstance(y, Value) else y)


def test_a_right_gradient_passes():
    @checks_gradient
    def softplus(x, w: list[float]):
        """The smooth ramp."""
        return log(1.0 + exp(x * w[0]))

    assert softplus() is None
    assert softplus.__name__ == "softplus"
    assert softplus.__doc__ == "The smooth ramp."
    assert softplus.f(Value(0.0), [Value(1.0)]).data == math.log(2.0)


def test_a_wrong_gradient_fails_at_a_small_point():
    test = settings(database=None)(checks_gradient(halved))

    with pytest.raises(GradientMismatch) as caught:
        test()

    text = "".join(caught.value.__notes__)
    assert caught.value.entry == "y"
    assert "halved(\n    x=1.0," in text  # as @example(x=1.0, y=...) takes it


def test_settings_and_profiles_are_obeyed():
    above = settings(max_examples=7, database=None)(checks_gradient(lambda x: x * x))
    below = checks_gradient(settings(max_examples=7, database=None)(lambda x: x * x))

    assert len(ran(above)) <= 7
    assert len(ran(below)) <= 7


def test_examples_are_run_first():
    def product(x, y):
        return x * y

    by_name = example(x=3.0, y=4.0)(checks_gradient(product))
    by_position = example(5.0, 6.0)(checks_gradient(product))
    below = checks_gradient(example(x=7.0, y=8.0)(product))

    assert ran(by_name)[0] == (3.0, 4.0)
    assert ran(by_position)[0] == (5.0, 6.0)
    assert ran(below)[0] == (7.0, 8.0)


def test_points_may_be_a_strategy():
    pairs = checks_gradient(points=st.tuples(st.floats(1.0, 2.0), st.just([1.0, 2.0])))
    numbers = checks_gradient(points=st.floats(1.0, 2.0))

    assert all(p[1] == [1.0, 2.0] for p in ran(pairs(lambda x, w: x * w[1])))
    assert all(1.0 <= p[0] <= 2.0 for p in ran(numbers(lambda x: x * x)))


def test_points_may_say_what_the_arguments_look_like():
    test = checks_gradient(points={"w": [0.0, 0.0]})(lambda w, x: w[0] * w[1] * x)

    assert all(len(w) == 2 for w, _ in ran(test))


def test_any_number_of_arguments_is_one_point():
    test = checks_gradient(points=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)))
    counted = checks_gradient(points=3)

    assert all(len(point) == 2 for point in ran(test(lambda *xs: xs[0] * xs[1])))
    assert all(len(point) == 3 for point in ran(counted(lambda *xs: xs[0] * xs[1])))


def test_a_strategy_of_other_points_is_refused():
    test = checks_gradient(points=st.tuples(st.floats(0.0, 1.0)))(lambda x, y: x * y)

    with pytest.raises(TypeError, match=r"points are tuples of the arguments x, y"):
        test()


def test_a_claimed_gradient_of_numpy_code_is_checked():
    @checks_gradient(points=([0.0, 0.0, 0.0],), gradient=lambda w: 2.0 * np.asarray(w))
    def square(w):
        return float(np.dot(w, w))

    @settings(database=None)
    @checks_gradient(points=(np.zeros(3),), gradient=lambda w: 3.0 * w)
    def wrong(w):
        return float(np.dot(w, w))

    square()
    with pytest.raises(GradientMismatch):
        wrong()


def test_second_derivatives_are_checked_on_request():
    flat = operation("decorator_square", lambda x: x * x, lambda z, x: 2.0 * float_of(x))
    try:
        checks_gradient(flat)()
        with pytest.raises(GradientMismatch):
            settings(database=None)(checks_gradient(order=2)(flat))()
    finally:
        del ops.ALL["decorator_square"]


def float_of(x):
    return x.data if isinstance(x, Value) else float(x)


def test_methods_are_tests_too():
    class TestSomething:
        factor = 2.0

        @checks_gradient
        def test_scaled(self, x):
            return self.factor * x * x

    TestSomething().test_scaled()


@pytest.mark.parametrize("op", [tanh, relu, ops.sum_, ops.clip, ops.chosen], ids=lambda op: op.name)
def test_rows_are_checked_as_they_are(op):
    checks_gradient(op)()


def test_what_can_never_be_decided_is_a_failure():
    @settings(database=None)
    @checks_gradient(points=st.just(-1.0))
    def never(x):
        return log(x)

    with pytest.raises((errors.Unsatisfiable, errors.FailedHealthCheck)):
        never()


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match=r"goes before a function, not before 3\.0"):
        checks_gradient(3.0)


PROGRAM = """
from hypothesis import settings
from autograd import relu, tanh
from autograd.testing.decorator import checks_gradient

settings.register_profile("short", max_examples=5, database=None)
settings.load_profile("short")

@checks_gradient
def test_right(x, y):
    return tanh(x) * relu(y)

@checks_gradient(gradient=lambda x: 2.0 * x)
def test_wrong(x):
    return x * x * x

def helper(x):
    return x
"""


def test_pytest_collects_the_tests(tmp_path):
    (tmp_path / "test_mine.py").write_text(PROGRAM, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 failed, 1 passed" in run.stdout
    assert "GradientMismatch" in run.stdout
    assert "test_wrong(\n" in run.stdout or "test_wrong(x=" in run.stdout
