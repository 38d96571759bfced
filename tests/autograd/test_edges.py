"""At nan, infinities, poles and kinks: as PyTorch, the same in every mode, and as documented."""

import itertools
import json
import math
from pathlib import Path

import mpmath
import pytest

import autograd
from autograd import Value, derivative, grad, hessian, hvp, jacobian, jvp, ops, vjp
from autograd.primitive import unchecked

RECORDED = json.loads((Path(__file__).parent / "data" / "torch_edges.json").read_text())
EVERY_ROW = pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)


def same(x, y):
    both_nan = x != x and y != y
    return both_nan or x == y or (math.isfinite(x) and abs(x - y) <= 1e-12 * max(1.0, abs(y)))


# --- as PyTorch -----------------------------------------------------------------------------------

# Where we differ from PyTorch, and why.
DIFFERENT = {
    "acosh": lambda x: x == -math.inf,  # nan has no slope; PyTorch gives 0
    "silu": lambda x: x == -math.inf,  # the limit −0; PyTorch gives nan
    "gelu": lambda x: x == -math.inf,
    "sign": lambda x: x != x,  # nan is handed on; PyTorch gives 0
    "pow": lambda x, y: x == -1.0 and math.isinf(y),  # an infinite slope whose sign means nothing
    "hypot": lambda x, y: x == y == 0.0,  # the convention says why
    "surprise": lambda x, y: x < math.inf and y == math.inf,  # the limit ∞; PyTorch gives nan
    "prod": lambda x, y: not math.isfinite(x * y),  # x · y / x in PyTorch, which is ∞/∞
    # Between equal ends PyTorch moves with neither; past a nan end with the other one.
    "clip": lambda x, low, high: low == high or low != low,
}


@pytest.mark.parametrize("name", list(dict.fromkeys(row[0] for row in RECORDED)))
def test_values_and_slopes_at_the_edges_are_pytorchs(name):
    op = ops.ALL[name]
    for _, operands, value, slopes in (row for row in RECORDED if row[0] == name):
        xs = tuple(operands)
        if not op.contains(xs) or DIFFERENT.get(name, lambda *_: False)(*xs):
            continue
        with unchecked():
            leaves = [Value(x) for x in xs]
            result = op(*leaves)
        result.backward()

        assert same(result.data, value), xs
        assert all(map(same, [leaf.grad for leaf in leaves], slopes)), xs


def test_what_is_not_compared_is_little():
    left_out = sum(DIFFERENT.get(name, lambda *_: False)(*xs) for name, xs, _, _ in RECORDED)

    assert left_out < 0.15 * len(RECORDED)


# --- poles: the same in every mode ----------------------------------------------------------------

ENDS = [("asin", 1.0), ("asin", -1.0), ("acos", 1.0), ("acos", -1.0), ("sqrt", 0.0), ("acosh", 1.0)]


def nested(f, modes):
    for mode in modes:
        f = grad(f) if mode == "r" else derivative(f)
    return f


@pytest.mark.parametrize(("name", "end"), ENDS)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_derivatives_at_the_end_of_a_domain_are_the_limit_in_every_mode(name, end, order):
    op = ops.ALL[name]
    with mpmath.workdps(400):
        inwards = 1 if name in {"sqrt", "acosh"} else -math.copysign(1.0, end)
        inside = end + inwards * mpmath.mpf(10) ** -60
        near = mpmath.diff(getattr(mpmath, name), inside, order, h=mpmath.mpf(10) ** -90)
    limit = math.copysign(math.inf, near)

    assert abs(near) > 1e20
    for modes in itertools.product("rf", repeat=order):
        assert nested(op, modes)(end) == limit, modes
    assert derivative(op, order)(end) == limit


POINTS = [
    (op, c.at)
    for op in ops.ALL.values()
    for c in op.conventions
    if op.arity in {1, 2} and all(map(math.isfinite, c.at))
]


@pytest.mark.parametrize(("op", "at"), POINTS, ids=str)
def test_second_derivatives_at_kinks_do_not_depend_on_the_mode(op, at):
    def f(v):
        return op(*v)

    modes = ("reverse", "forward")
    found = [jacobian(jacobian(f, mode=a), mode=b)(list(at)) for a in modes for b in modes]
    assert hessian(f)(list(at)) is not None
    for other in found[1:]:
        assert all(map(same, itertools.chain(*found[0]), itertools.chain(*other)))


@pytest.mark.parametrize(
    ("f", "n"),
    [
        (lambda v: abs(v[0]) ** 2, 1),
        (lambda v: autograd.hypot(v[0], v[1]) ** 2, 2),
        (lambda v: autograd.relu(v[0]) ** 2, 1),
    ],
)
def test_the_second_derivative_of_a_kink_is_that_of_its_convention(f, n):
    """As the page of conventions and `hessian` say: not the 2 of x**2."""
    assert grad(f)([0.0] * n) == [0.0] * n
    assert hessian(f)([0.0] * n) == [[0.0] * n] * n
    page = Path(autograd.__file__).parents[1] / "docs" / "conventions.md"
    assert "the Hessian of `abs(x)**2` at 0 is 0" in page.read_text(encoding="utf-8")
    assert "have the Hessian 0 at 0" in hessian.__doc__


# --- what is not asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "at"), [(op, c.at) for op in ops.ALL.values() for c in op.conventions], ids=str
)
def test_what_does_not_move_is_not_multiplied(op, at):
    """One input moved: forward mode gives its slope, whatever the slopes of the others are."""
    with unchecked():
        slopes = [float(s) for s in op.slopes(float(op.forward(*at)), at)]
    for i, slope in enumerate(slopes):
        along = [float(i == j) for j in range(len(at))]

        assert same(jvp(op, at, tuple(along))[1], slope)
        assert same(jacobian(lambda v: op(*v), mode="forward")(list(at))[i], slope)
        nested_jvp = derivative(lambda t, i=i, along=along: jvp(op, at, tuple(along))[1] * t)
        assert same(nested_jvp(1.0), slope)


def test_a_zero_tangent_a_zero_in_a_vector_and_a_zero_cotangent_are_not_asked():
    def power(x, y):
        return x**y

    assert jvp(power, (-2.0, 3.0), (1.0, 0.0)) == (-8.0, 12.0)
    assert jvp(power, (-2.0, 3.0), (1.0, -0.0)) == (-8.0, 12.0)
    assert hvp(lambda v: v[0] ** v[1])([-2.0, 3.0], [1.0, 0.0])[0] == -12.0
    _, pull = vjp(lambda x: [autograd.sqrt(x), 2.0 * x], 0.0)
    assert pull([0.0, 1.0]) == (2.0,)
    assert pull([1.0, 0.0]) == (math.inf,)
    # A tangent that is a variable may move, though it is 0 now.
    assert grad(lambda t: jvp(lambda x: x * x, (3.0,), (t,))[1])(0.0) == 6.0


# --- kinds of numbers -----------------------------------------------------------------------------


@EVERY_ROW
def test_plain_numbers_give_floats(op):
    numbers = [(1, 1, 2), (0, 0, 1), (-1, -1, 2), (True, False, True)]
    for kind, three in itertools.product([float, int], numbers):
        xs = tuple(kind(x) for x in three[: op.arity or 3])
        if op.contains(xs):
            with unchecked():
                assert type(op(*xs)) is float, f"{op.name}{xs}"


def test_whole_numbers_beyond_a_double_are_refused_and_results_overflow():
    assert ops.mul(10**200, 10**200) == math.inf
    assert ops.pow_(10, 10**9) == math.inf
    with pytest.raises(OverflowError, match="add takes numbers that fit a double"):
        ops.add(10**400, 1.0)


def test_an_argument_is_asked_for_once():
    for argnums in ((0, 0), (1, -1)):
        for take in (grad, jacobian, hessian, autograd.value_and_grad):
            with pytest.raises(ValueError, match="asks for one argument twice; name each once"):
                take(lambda x, y: x * y, argnums)(2.0, 3.0)
