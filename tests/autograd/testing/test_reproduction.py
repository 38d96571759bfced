"""The reproduction of a mismatch pastes and runs: here each is run, in an empty namespace."""

import functools
import math
import os
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import autograd as ag
from autograd import ops
from autograd.testing import GradientMismatch, check_gradients, checks_gradient
from tests.autograd.testing.damage import damaged, negated


def ran(program):
    """What the program raises when it is pasted and run."""
    try:
        exec(compile(program, "<pasted>", "exec"), {"__name__": "pasted"})  # noqa: S102 - our own
    except GradientMismatch as error:
        return error
    return None


def mismatch(*args, **kwargs):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(*args, **kwargs)
    return caught.value


SCALE = 2.5


def weighed(w, x):
    """A function of a module, with a global, a branch and a default."""
    if x.data > 0:
        return SCALE * ag.sin(w[0] * x) + w[1].data
    return x


def test_a_function_of_a_module_is_written_out_with_what_it_needs():
    error = mismatch(weighed, ([0.1, 1e-7], 1 / 3))
    again = ran(error.reproduction)

    assert "def weighed(w, x):" in error.reproduction
    assert "SCALE = 2.5" in error.reproduction
    assert "hypothesis" not in error.reproduction
    assert (again.entry, again.analytic) == ("w[1]", 0.0)


def test_a_lambda_is_written_out():
    factor = 3.0
    error = mismatch(lambda x, y: factor * x * y.data + math.pi, (2.0, 0.1))

    assert "return factor * x * y.data + math.pi" in error.reproduction
    assert "factor = 3.0" in error.reproduction
    assert ran(error.reproduction).entry == "y"


def test_two_lambdas_in_a_line_are_told_apart():
    fs = [lambda x: x.data * 2.0, lambda x: x.data * 3.0]
    error = mismatch(fs[1], 5.0)

    assert "x.data * 3.0" in error.reproduction
    assert ran(error.reproduction).numeric == pytest.approx(3.0)


def test_a_function_of_a_library_is_imported():
    error = mismatch(ag.mean, [1.0, 2.0], lambda x: [1.0, 1.0])

    assert "from autograd import mean" in error.reproduction
    assert ran(error.reproduction).verdict == error.verdict


def test_a_row_of_the_table_is_named():
    with damaged(ops.exp, partials=negated(ops.exp)):
        error = mismatch(ag.exp, 0.1)
        again = ran(error.reproduction)

    assert "ops.ALL['exp']" in error.reproduction
    assert again.operation == "exp"


def test_what_has_no_source_is_written_as_it_was_recorded():
    f = eval("lambda x, y: x * y.sin() + 1.5")  # noqa: S307 - a function without a file
    with damaged(ops.sin, partials=negated(ops.sin)):
        error = mismatch(f, (2.0, 0.1))
        again = ran(error.reproduction)

    assert "The source of the function could not be found" in error.reproduction
    assert (again.analytic, again.operation) == (error.analytic, "sin")


def test_what_cannot_be_written_down_is_said():
    f = functools.partial(lambda a, x: x * x, object())
    error = mismatch(f, 2.0, functools.partial(lambda a, x: x, object()))

    assert "The source of f could not be found: define it here" in error.reproduction
    assert "there it claimed:\ndef gradient(*point):\n    return 2.0" in error.reproduction


def test_points_of_all_kinds_are_written_exactly():
    def f(model, x):
        return model["w"][0] * x[0].data + model["b"] ** 2

    point = ({"w": [0.1], "b": 1e-300}, np.array([1 / 3, 2.0]))
    error = mismatch(f, point)

    assert "({'w': [0.1], 'b': 1e-300}, np.array([0.3333333333333333, 2.0]))" in error.reproduction
    assert ran(error.reproduction).entry == "x[0]"


def test_second_derivatives_too():
    def f(x):
        return x.data * x * x

    error = mismatch(f, 3.0, order=2)

    assert ran(error.reproduction).entry == error.entry


def test_plain_functions_with_their_gradients():
    def f(x):
        return np.sum(np.sin(x))

    def gradient(x):
        return np.cos(x) * [1.0, 1.001]

    error = mismatch(f, np.array([1.0, 2.0]), gradient)
    again = ran(error.reproduction)

    assert error.entry == "x[1]"
    assert again.verdict.entries == error.verdict.entries
    assert ran(mismatch(lambda x: x * x, 3.0, lambda x: x).reproduction).analytic == 3.0


X = np.array([[1.0, 2.0], [3.0, -1.0]], dtype=np.float32)


def mean_square(w):
    return np.mean((X @ w) ** 2)


def forgot_the_mean(w):
    return 2.0 * X.T @ (X @ w)


def test_arrays_are_written_out_and_imports_come_once():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(mean_square, np.array([0.3, -0.2]), forgot_the_mean)
    text = caught.value.reproduction

    assert text.count("import numpy as np") == 1
    assert "X = np.array([[1.0, 2.0], [3.0, -1.0]], dtype='float32')" in text
    with pytest.raises(GradientMismatch):
        exec(text, {"__name__": "pasted"})  # noqa: S102 - that is what it is for


# --- what a demanding user tried ------------------------------------------------------------------

FLAG, NAME, NOTHING = True, "tanh", None
OPTIONS = {"names": ["a", None, True], "scale": math.inf}
WEIGHT = ag.Value(2.0)
LOCK = threading.Lock()
MANY = np.ones(5000)
Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - a user's own
bell = ag.operation("repro_bell", lambda x: math.exp(-x * x), lambda z, x: -x * z)


def slope_of_square(z, x):  # noqa: ARG001 - as operations call it
    return SCALE * x


square = ag.operation("repro_square", lambda x: x * x, partials=slope_of_square)
MADE = {}


def make(name, factor):
    """An operation whose source names what only this call knows."""
    MADE[name] = ag.operation(name, lambda x: factor * x, lambda z, x: 2.0 * factor)


make("repro_made", 2.0)
# In the table while these tests run: others draw from the whole of it.
OWN = {name: ops.ALL.pop(name) for name in ("repro_bell", "repro_square", "repro_made")}


@pytest.fixture(autouse=True)
def _with_operations_of_our_own(monkeypatch):
    for name, op in OWN.items():
        monkeypatch.setitem(ops.ALL, name, op)


def helper(x, scale=SCALE):
    return scale * x * x.data


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def with_words(x):
    chosen = FLAG and NAME == "tanh" and NOTHING is None and OPTIONS["names"][2]
    return x * x.data if chosen and x.data < OPTIONS["scale"] else x


def recursive(x):
    return x * x.data if even(4) else x


def annotated(x: "Missing", k: float = SCALE) -> "Missing":  # noqa: F821 - as TYPE_CHECKING has it
    return helper(x) * k


class Model:
    """What a user's test class or model may look like."""

    def __init__(self):
        self.weights = [2.0, 3.0]
        self.name = "mine"

    @property
    def twice(self):
        return 2.0 * self.weights[0]

    @staticmethod
    def halved(x):
        return x / SCALE

    def scaled(self, x):
        return self.halved(x) * self.twice * x.data

    def __call__(self, x):
        return self.scaled(x) + self.weights[1]

    def all_of_it(self, x):
        return self(x) if self is not None else x


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (with_words, ["FLAG = True", "NAME = 'tanh'", "NOTHING = None", "'scale': math.inf"]),
        (recursive, ["def even(n):", "def odd(n):"]),
        (annotated, ["def annotated(x, k=SCALE):", "def helper(x, scale=SCALE):", "SCALE = 2.5"]),
        (lambda x: helper(x) * WEIGHT, ["WEIGHT = Value(2.0)", "from autograd import Value"]),
        (lambda x: ag.sum([x, x]) * x.data, ["import autograd as ag"]),
        (lambda x: np.float32(2.5) * x * x.data, ["import numpy as np"]),
        (functools.partial(lambda k, x: k * x * x.data, 2.0), ["functools.partial(f, 2.0)"]),
        (Model().scaled, ["class Model:", "@property", "@staticmethod", "Model().scaled, (1.5,)"]),
        (Model(), ["weights = [2.0, 3.0]", "check_gradients(Model(), (1.5,))"]),
        (Model().all_of_it, ["def __call__(self, x):", "Model().all_of_it"]),
        (lambda x: 1.0 * bell(x), ["bell = ALL.get('repro_bell') or ag.operation('"]),
        (lambda x: 1.0 * square(x), ["def slope_of_square(z, x):", "partials=slope_of_square)"]),
        (lambda x: 1.0 * MADE["repro_made"](x), ["# repro_made is an operation", "recorded"]),
        (square, ["check_gradients(ALL.get('repro_square') or ag.operation('repro_square'"]),
    ],
    ids=[
        "words", "recursion", "annotations", "a Value", "a module", "float32", "partial", "method",
        "object", "itself", "operation", "its slope", "made in a function", "the operation",
    ],
)  # fmt: skip
def test_what_a_function_needs_is_written_out(f, words):
    error = mismatch(f, 1.5)
    own = {name: op for name, op in ops.ALL.items() if name.startswith("repro_")}

    assert [word for word in words if word not in error.reproduction] == []
    assert ran(error.reproduction).analytic == error.analytic
    assert own == {name: op for name, op in ops.ALL.items() if name.startswith("repro_")}
    if "of your own" not in error.reproduction:
        assert ran_elsewhere(error.reproduction)


def ran_elsewhere(program):
    """Whether a program shows a mismatch in a session of its own."""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    return "GradientMismatch" in run.stderr


def test_two_functions_of_one_name_are_kept_apart():
    def f(x):
        return x * x.data

    inner = lambda x: f(x) * 2.0  # noqa: E731 - a lambda is what is tried
    error = mismatch(inner, 1.5)

    assert "def f2(x):" in error.reproduction
    assert ran(error.reproduction).analytic == error.analytic


def test_a_named_tuple_is_a_point():
    error = mismatch(lambda p: p.a * p.b.data, Pair(1.0, 2.0))

    assert "Pair = namedtuple('Pair', 'a b')" in error.reproduction
    assert ran(error.reproduction).entry == "p.b"


def test_what_is_too_much_is_named_in_its_place():
    error = mismatch(lambda x: x * x.data * float(MANY.sum()), 1.5)

    assert "# MANY (ndarray) is more than can be written down: define it" in error.reproduction
    assert "return x * x.data * float(MANY.sum())" in error.reproduction


def test_one_name_for_two_things_is_said():
    def mine(scale):
        return lambda x: scale * helper_of_another(x)

    error = mismatch(mine(7.0), 1.5)

    assert "# scale (float) is more than can be written down" in error.reproduction


def another(scale):
    return lambda x: scale * x * x.data


helper_of_another = another(3.0)


def test_a_lock_is_named_and_a_recording_is_preferred_where_it_shows_the_same():
    def guarded(x):
        with LOCK:
            return bell(x)

    error = mismatch(guarded, 1.5)

    assert "def recorded(x0):" in error.reproduction
    assert "repro_bell = ALL.get('repro_bell') or ag.operation(" in error.reproduction
    assert ran_elsewhere(error.reproduction)


def test_a_program_that_shows_nothing_says_so():
    asked = [0]

    def gradient(x):
        asked[0] += 1
        return 5.0 if asked[0] == 1 else 2.0 * x

    error = mismatch(lambda x: x * x, 1.5, gradient)

    assert error.reproduction.startswith("# This was tried by itself, and does not show the")
    assert "there the gradient passes" in error.reproduction
    assert ran(error.reproduction) is None


def test_a_program_that_fails_otherwise_says_how():
    def f(x):
        assert sys._getframe().f_code.co_filename != "<reproduction>", "not here"
        return x * x

    error = mismatch(f, 1.5, lambda x: 5.0)

    assert "does not show the mismatch: AssertionError: not here." in error.reproduction


def test_a_method_that_is_a_property_test_is_written_out():
    class TestMine:
        factor = 2.0

        @settings(database=None)
        @checks_gradient
        def test_scaled(self, x):
            return self.factor * x * x.data

    with pytest.raises(GradientMismatch) as caught:
        TestMine().test_scaled()

    assert "class TestMine:\n    factor = 2.0" in caught.value.reproduction
    assert "settings" not in caught.value.reproduction
    assert ran_elsewhere(caught.value.reproduction)


def of_closure(kind, ufunc):
    return lambda x: float(ufunc(kind(x)))


EXPONENTIAL, SINGLE, KIND = np.exp, np.float32, np.dtype("float32")


@pytest.mark.parametrize(
    ("f", "lines"),
    [
        (
            of_closure(np.float64, np.exp),
            ["from numpy import float64 as kind", "from numpy import exp as ufunc"],
        ),
        (
            lambda x: float(EXPONENTIAL(SINGLE(x))),
            ["from numpy import exp as EXPONENTIAL", "from numpy import float32 as SINGLE"],
        ),
        (lambda x: float(np.asarray(x, dtype=KIND)) ** 2, ["# KIND (Float32DType) is more than"]),
    ],
    ids=["closure", "globals", "dtype"],
)
def test_classes_and_functions_of_numpy_are_imported(f, lines):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, 1.5, gradient=lambda x: -7.0e4 * x)

    for line in lines:
        assert line in caught.value.reproduction
    if not lines[0].startswith("#"):
        assert ran_elsewhere(caught.value.reproduction)
