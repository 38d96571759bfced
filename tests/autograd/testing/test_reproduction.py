"""The reproduction of a mismatch: a program to paste. The tests run it; the library never does."""

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
LOCK = threading.Lock()
MANY = np.ones(5000)
OPTIONS = {"names": ["a", None, True], "scale": math.inf}
Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - a user's own


def weighed(w, x):
    return SCALE * ag.sin(w[0] * x) + w[1].data


class Model:
    """What a user's model may look like."""

    def scaled(self, x):
        return x * x.data


# --- nothing is run -------------------------------------------------------------------------------


def test_no_code_of_the_user_is_called_to_write_it():
    called = [0]

    def f(x):
        called[0] += 1
        return x * x.data

    def gradient(x):
        called[0] += 100
        return x

    table = dict(ops.ALL)
    mismatch(f, 1.5)
    of_values = called[0]
    mismatch(lambda x: x * x, 1.5, gradient)

    assert of_values < 20
    assert called[0] == of_values + 100  # once, to hear the claim
    assert table == ops.ALL


# --- what can be imported is imported -------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "point", "gradient", "line"),
    [
        (weighed, ([0.1, 1e-7], 1 / 3), None, f"from {__name__} import weighed"),
        (ag.mean, [1.0, 2.0], lambda x: [1.0, 1.0], "from autograd import mean"),
        (np.sum, np.ones(2), lambda x: 2.0 * x, "from numpy import sum"),
        (math.exp, 1.0, lambda x: 1.0, "from math import exp"),
    ],
    ids=["a module's", "ours", "numpy", "math"],
)
def test_a_function_of_a_module_is_imported(f, point, gradient, line):
    error = mismatch(f, point, gradient)
    again = ran(error.reproduction)

    assert line in error.reproduction.splitlines()
    assert again.verdict.entries == error.verdict.entries


def test_a_row_of_the_table_is_named():
    with damaged(ops.exp, partials=negated(ops.exp)):
        error = mismatch(ag.exp, 0.1)
        again = ran(error.reproduction)

    assert "ops.ALL['exp']" in error.reproduction
    assert again.operation == "exp"


# --- else its source, with what it needs ----------------------------------------------------------


def test_a_lambda_is_written_out_with_its_numbers():
    factor = 3.0
    error = mismatch(lambda x, y: factor * x * y.data + math.pi, (2.0, 0.1))

    assert "f = lambda x, y: factor * x * y.data + math.pi" in error.reproduction
    assert "factor = 3.0" in error.reproduction
    assert ran(error.reproduction).entry == "y"


def test_two_lambdas_in_a_line_are_told_apart():
    fs = [lambda x: x.data * 2.0, lambda x: x.data * 3.0]
    error = mismatch(fs[1], 5.0)

    assert "x.data * 3.0" in error.reproduction
    assert ran(error.reproduction).numeric == pytest.approx(3.0)


def test_functions_inside_functions_come_with_those_that_they_call():
    def inner(x):
        return x * x.data

    @functools.lru_cache  # a decorator is left out
    def f(x):
        return inner(x) * OPTIONS["scale"] * 0.0 if x.data > OPTIONS["scale"] else inner(x)

    error = mismatch(f.__wrapped__, 1.5)

    assert "def inner(x):" in error.reproduction
    assert "OPTIONS = {'names': ['a', None, True], 'scale': float('inf')}" in error.reproduction
    assert "lru_cache" not in error.reproduction
    assert ran(error.reproduction).analytic == error.analytic


def test_a_lambda_that_calls_a_function_of_its_own_name():
    def f(x):
        return x * x.data

    error = mismatch(lambda x: f(x) * 2.0, 1.5)

    assert ran(error.reproduction).analytic == error.analytic


def test_plain_functions_with_their_gradients():
    def f(x):
        return np.sum(np.sin(x))

    def gradient(x):
        return np.cos(x) * [1.0, 1.001]

    error = mismatch(f, np.array([1.0, 2.0]), gradient)

    assert error.entry == "x[1]"
    assert error.reproduction.count("import numpy as np") == 1
    assert ran(error.reproduction).verdict.entries == error.verdict.entries


def test_partials_are_written_with_their_arguments():
    error = mismatch(functools.partial(lambda k, x: k * x * x.data, 2.0), 1.5)

    assert "functools.partial(f, 2.0)" in error.reproduction
    assert ran(error.reproduction).analytic == error.analytic


@pytest.mark.parametrize(
    ("point", "written"),
    [
        (({"w": [0.1], "b": 1e-300}, np.array([1 / 3, 2.0])),
         "({'w': [0.1], 'b': 1e-300}, np.array([0.3333333333333333, 2.0]))"),
        (([1.0, 2.0],), "([1.0, 2.0],)"),
        ((Pair(1.0, 2.0),), "(Pair(1.0, 2.0),)"),
        (((1.0, (2.0,)), 0.5), "((1.0, (2.0,)), 0.5)"),
        ((np.float32(0.1), np.array([1.0], dtype=np.float32)),
         "(np.float32(0.10000000149011612), np.array([1.0], dtype='float32'))"),
        ((ag.Value(3.0), -0.0), "(3.0, -0.0)"),
    ],
    ids=["dict and array", "a list", "named", "nested", "float32", "a Value"],
)  # fmt: skip
def test_points_of_all_kinds_are_written_exactly(point, written):
    def f(*arguments):
        leaves = ag.trees.flatten(list(arguments))[0]
        return sum(x.data * 2.0 for x in leaves)

    error = mismatch(f, point)

    assert f", {written})" in error.reproduction
    assert ran(error.reproduction).verdict.entries == error.verdict.entries


# --- else what was recorded -----------------------------------------------------------------------


def test_where_an_operation_is_to_blame_the_recording_shows_it():
    f = eval("lambda x, y: x * y.sin() + 1.5")  # noqa: S307 - a function without a file
    with damaged(ops.sin, partials=negated(ops.sin)):
        error = mismatch(f, (2.0, 0.1))
        again = ran(error.reproduction)

    assert "# this is what the function recorded" in error.reproduction
    assert (again.analytic, again.operation) == (error.analytic, "sin")


def test_an_operation_of_ones_own_is_named():
    bell = ag.operation("repro_bell", lambda x: math.exp(-x * x), lambda z, x: -x * z)
    try:
        error = mismatch(lambda x: 1.0 * bell(x), 1.5)
        again = ran(error.reproduction)
    finally:
        del ops.ALL["repro_bell"]

    assert f"import {__name__}  # makes the operation repro_bell" in error.reproduction
    assert again.operation == "repro_bell"


# --- what cannot be written down is said ----------------------------------------------------------


def test_what_cannot_be_written_down_is_said():
    def guarded(x):
        with LOCK:
            return x * x.data * float(MANY.sum())

    text = mismatch(guarded, 1.5).reproduction

    assert "# ... stands for a lock: write it out\nLOCK = ..." in text
    assert "# ... stands for a ndarray: write it out\nMANY = ..." in text


def test_a_method_asks_for_its_object():
    text = mismatch(Model().scaled, 1.5).reproduction

    assert "# f is the method Model.scaled: make a Model here" in text
    assert "check_gradients(model.scaled, (1.5,))" in text


def test_a_function_without_a_source_is_asked_for():
    f = eval("lambda x: x * x.data")  # noqa: S307 - a function without a file

    assert "was not found: define f here." in mismatch(f, 1.5).reproduction


def test_order_seed_and_version_are_written():
    error = mismatch(lambda x: x.data * x * x, 3.0, order=2, seed=5)

    assert error.reproduction.startswith(f"# glassgrad {ag.__version__}, seed=5\n")
    assert ", order=2, seed=5)" in error.reproduction
    assert ran(error.reproduction).entry == error.entry


def test_a_property_test_that_is_a_method():
    class TestMine:
        factor = 2.0

        @settings(database=None)
        @checks_gradient
        def test_scaled(self, x):
            return self.factor * x * x.data

    with pytest.raises(GradientMismatch) as caught:
        TestMine().test_scaled()

    assert "make a TestMine here" in caught.value.reproduction


def test_the_program_runs_in_a_session_of_its_own():
    error = mismatch(weighed, ([0.1, 1e-7], 1 / 3))
    run = subprocess.run(
        [sys.executable, "-c", error.reproduction],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "GradientMismatch" in run.stderr
