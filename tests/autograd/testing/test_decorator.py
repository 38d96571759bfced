"""A decorated function is a property test of its own gradient."""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, errors, example, settings
from hypothesis import strategies as st

from autograd import Interval, Value, exp, log, operation, ops, relu, tanh
from autograd.testing.check import check_gradients
from autograd.testing.decorator import checks_gradient
from autograd.testing.outcome import Entry, GradientMismatch, Verdict
from tests.needs import NIGHTLY

ROOT = Path(__file__).resolve().parents[3]
# To shrink a failure takes seconds, and most tests ask only whether there is one.
UNSHRUNK = settings(database=None, phases=[Phase.generate])


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
    return x * (y / 2.0 + y.data / 2.0 if isinstance(y, Value) else y)


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
    assert "check_gradients(halved, (1.0, " in caught.value.reproduction
    assert "halved(\n    x=1.0," in text  # as @example(x=1.0, y=...) takes it


def test_hypothesis_does_not_explain_our_own_lines():
    def explained(x):  # noqa: ARG001 - one argument to be drawn
        error = GradientMismatch(Verdict("wrong", "f", 1.0), Entry("x", "", "wrong", 1.0))
        for note in ("mine", "Explanation:", "    some lines", "        check.py:1", "more"):
            error.add_note(note)
        raise error

    with pytest.raises(GradientMismatch) as caught:
        settings(database=None)(checks_gradient(explained))()

    assert caught.value.__notes__[:2] == ["mine", "more"]


def test_settings_and_profiles_are_obeyed():
    above = settings(max_examples=7, database=None)(checks_gradient(lambda x: x * x))
    below = checks_gradient(settings(max_examples=7, database=None)(lambda x: x * x))

    assert len(ran(above)) <= 7
    assert len(ran(below)) <= 7


LIMITS = """
import sys
from datetime import timedelta
from hypothesis import HealthCheck, settings
from autograd import log
from autograd.testing import checks_gradient

seen, loaded = [], []

def limit(*decorators, profile="default"):
    settings.load_profile(profile)
    def f(x):
        seen.append((settings().deadline, tuple(settings().suppress_health_check)))
        loaded.append(frozenset(name for name in sys.modules if "hypothesis" not in name))
        return log(x)
    test = f
    for decorate in decorators:
        test = decorate(test)
    test()
    (deadline, suppressed), = set(seen)
    seen.clear()
    assert HealthCheck.too_slow in suppressed
    return deadline and deadline / timedelta(milliseconds=1)

few_checks = [HealthCheck.data_too_large]
settings.register_profile("mine", deadline=300_000, suppress_health_check=few_checks)
few = settings(max_examples=7)  # which inherits hypothesis' own deadline

print(limit(checks_gradient), limit(few, checks_gradient), limit(checks_gradient, few))
limited = settings(deadline=200_000)
print(limit(checks_gradient, limited), limit(limited, checks_gradient))
print(limit(checks_gradient, settings(deadline=None)), limit(checks_gradient, profile="mine"))
print(set(loaded) == {loaded[0]}, "mpmath" in loaded[0])
"""


def test_a_deadline_is_the_users_or_there_is_none():
    """And what takes long once, the first imports, is not in the first example's time."""
    clean = {k: v for k, v in os.environ.items() if k != "CI"}  # there hypothesis has no deadline
    run = subprocess.run(
        [sys.executable, "-c", LIMITS],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout.splitlines() == [
        "None None None",
        "200000.0 200000.0",
        "None 300000.0",
        "True True",
    ], run.stderr


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
            UNSHRUNK(checks_gradient(order=2)(flat))()
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


# All but the first take ten seconds, as hypothesis does not give up soon: at night.
NEVER = {
    "outside": (
        lambda x: log(x) + x,
        st.just(-1.0),
        r"last rejected point was \(-1\.0,\), because outside the domain: log",
    ),
    "empty": (lambda x: log(-x * x - 1.0), None, r"checked at 0 of \d+ points.*because log\(-"),
    "narrow": (lambda x: log(x - 5000.5), None, "because log"),
    "by zero": (lambda x: x * (1 / 0), None, "because ZeroDivisionError: division by zero"),
    "kinks": (lambda x: relu(x - x), None, r"because a kink is there, or within 0\.05"),
}


@pytest.mark.parametrize("name", NEVER if NIGHTLY else ["outside"])
def test_what_can_never_be_decided_is_a_failure_that_says_why(name):
    f, points, said = NEVER[name]
    never = settings(database=None, max_examples=2)(checks_gradient(points=points)(f))

    with pytest.raises((errors.Unsatisfiable, errors.FailedHealthCheck), match=said) as caught:
        never()
    assert "Say where the function can be checked: @checks_gradient(points=...)" in str(
        caught.value
    )


def test_another_health_check_is_passed_on():
    test = checks_gradient(points=st.just(1.0))(lambda x: raised(errors.FailedHealthCheck("slow")))

    with pytest.raises(errors.FailedHealthCheck, match=r"^slow$"):
        test()


def test_the_cure_that_is_recommended_is_one():
    narrow = checks_gradient(points={"x": Interval(low=1000.5, high=1002.0)})

    narrow(lambda x: log(x - 1000.5))()


@pytest.mark.parametrize(
    "bug",
    [lambda x: raised(ValueError("my bug")), lambda x: int("abc"), lambda x: [x][1:][0]],
    ids=["ValueError", "int", "IndexError"],
)
def test_an_error_of_the_function_is_shown_as_it_is(bug):
    with pytest.raises((ValueError, IndexError)) as caught:
        settings(database=None)(checks_gradient(bug))()
    told = "".join(caught.value.__notes__)

    assert not isinstance(caught.value, errors.HypothesisException)
    assert "x=0.0" in told
    assert ("@checks_gradient(points=...)" in told) == isinstance(caught.value, ValueError)


def test_an_error_of_the_gradient_is_shown_as_it_is():
    wrong = checks_gradient(gradient=lambda x: raised(ValueError("my slip")))

    with pytest.raises(ValueError, match="my slip"):
        settings(database=None)(wrong(lambda x: x * x))()


def test_a_mistake_of_use_gets_no_advice_about_points():
    with pytest.raises(ValueError, match="the gradient returned 2 numbers") as caught:
        settings(database=None)(checks_gradient(gradient=lambda x: [1.0, 2.0])(lambda x: x * x))()
    assert "points=" not in "".join(caught.value.__notes__)


def raised(error):
    raise error


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

@checks_gradient(gradient=lambda x: 6.0 * x * x + 1.0)
def test_wrong(x):
    return x * x * x

def helper(x):
    return x
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What pytest prints of three files of tests."""
    folder = tmp_path_factory.mktemp("shown")
    for name, program in [("mine", PROGRAM), ("plain", PLAIN), ("pytests", WITH_PYTEST)]:
        (folder / f"test_{name}.py").write_text(program, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


def failed(shown):
    """The tests that failed."""
    return re.findall(r"^FAILED (\S+)", shown, re.MULTILINE)


def test_pytest_collects_the_tests(shown):
    assert "4 failed, 6 passed" in shown
    assert "test_mine.py::test_wrong" in failed(shown)
    assert "GradientMismatch" in shown
    assert "test_wrong(\n" in shown or "test_wrong(x=" in shown


def test_pytest_shows_the_line_of_the_user(shown):
    assert ">   def test_wrong(x):" in shown
    assert "test_mine.py:14: GradientMismatch" in shown
    assert "Explanation" not in shown
    assert "check.py" not in shown
    assert "decorator.py" not in shown


def test_pytest_shows_the_line_that_asks_for_a_check(shown):
    assert ">       check_gradients(abs, 2.0, gradient=lambda x: 3.0)" in shown
    assert "test_plain.py:3: GradientMismatch" in shown
    assert "check.py" not in shown


PLAIN = """from autograd.testing import check_gradients
def test_wrong():
    check_gradients(abs, 2.0, gradient=lambda x: 3.0)
"""


def test_the_traceback_of_a_function_without_a_file_is_no_error():
    f = eval("lambda x: x * x")  # noqa: S307 - a function without a file

    with pytest.raises(GradientMismatch):
        UNSHRUNK(checks_gradient(gradient=lambda x: x)(f))()
    with pytest.raises(GradientMismatch):
        UNSHRUNK(checks_gradient(gradient=lambda x: 5.0)(math.sqrt))()


WITH_PYTEST = """
import pytest
from hypothesis import settings
from autograd import tanh
from autograd.testing import checks_gradient

settings.register_profile("short", max_examples=5, database=None, suppress_health_check=[
    *settings.default.suppress_health_check])
settings.load_profile("short")

@pytest.fixture(scope="module")
def width():
    return 3.0

@checks_gradient
def test_with_a_fixture(x, *, width):
    return tanh(x * width)

@pytest.mark.parametrize("k", [1.0, 2.0])
@checks_gradient
def test_with_parameters_behind_a_star(x, *, k):
    return tanh(x) * k

@checks_gradient
@pytest.mark.parametrize(("k", "name"), [(1.0, "a"), (2.0, "b")])
def test_with_parameters_below(x, k, name):
    return tanh(x) * k + len(name)

@pytest.mark.parametrize("k", [1.0, 2.0])
@checks_gradient
def test_wrong(x, *, k):
    return x * x.data * k if hasattr(x, "data") else x
"""


def test_fixtures_and_parameters_of_pytest_are_left_to_it(shown):
    """The others of that file passed: see above."""
    wrong = [name for name in failed(shown) if name.startswith("test_pytests.py")]

    assert wrong == ["test_pytests.py::test_wrong[1.0]", "test_pytests.py::test_wrong[2.0]"]


def test_what_is_left_to_pytest_comes_last():
    def f(k, x):
        return x * k

    marked = pytest.mark.parametrize("k", [1.0])(f)
    with pytest.raises(TypeError, match="write them after those that are drawn, or after a \\*"):
        checks_gradient(marked)
