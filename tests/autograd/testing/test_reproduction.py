"""The reproduction of a mismatch pastes and runs: here each is run, in an empty namespace."""

import functools
import math

import numpy as np
import pytest

import autograd as ag
from autograd import ops
from autograd.testing import GradientMismatch, check_gradients
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

    assert "from autograd.functions import mean" in error.reproduction
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

    assert "The source of the function cannot be had" in error.reproduction
    assert (again.analytic, again.operation) == (error.analytic, "sin")


def test_what_cannot_be_written_down_is_said():
    f = functools.partial(lambda a, x: x * x, object())
    error = mismatch(f, 2.0, functools.partial(lambda a, x: x, object()))

    assert "cannot be had: define it here" in error.reproduction


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
