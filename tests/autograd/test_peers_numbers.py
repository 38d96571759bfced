"""Bugs of other engines with numbers: overflow, domains, kinks and lost digits; ours has none."""

import math

import pytest

import autograd
from autograd import (
    DomainError,
    Graph,
    Value,
    dot,
    grad,
    hessian,
    hypot,
    log_softmax,
    where,
)
from autograd import sum as total

from .helpers import refused

# --- numbers that overflow ------------------------------------------------------------------------


def test_tanh_far_out():
    # omnigrad, backprop-lib, bitgrad overflow at 800; coregrad, micrograd-rust give nan.
    x = Value(800.0)
    y = x.tanh()
    y.backward()

    assert (y.data, x.grad) == (1.0, 0.0)
    assert 0.0 < grad(autograd.tanh)(20.0) < 1e-16


def test_sigmoid_far_out():
    # scalargrad, omnigrad, lilgrad: OverflowError at −1000.
    x = Value(-1000.0)
    y = x.sigmoid()
    y.backward()

    assert (y.data, x.grad) == (0.0, 0.0)


def test_the_logarithm_of_a_small_sigmoid():
    # propgrad: sigmoid is forced to exactly 0 below −50, and its log fails.
    x = Value(-60.0)
    y = x.sigmoid().log()
    y.backward()

    assert y.data == pytest.approx(-60.0)
    assert x.grad == pytest.approx(1.0)


def test_cross_entropy_of_large_logits():
    # EurekaLabsAI/micrograd leaves out the subtraction of the maximum; microgpt: log(softmax).
    xs = [Value(1000.0), Value(-1000.0)]
    loss = -log_softmax(xs)[1]
    loss.backward()

    assert loss.data == 2000.0
    assert [x.grad for x in xs] == [1.0, -1.0]


# --- domains --------------------------------------------------------------------------------------


def test_a_root_of_a_negative_number_is_never_complex():
    # Seven of eleven clones keep a complex number; HIPS/autograd: a wrong real derivative.
    text = "pow(-8.0, 0.3333333333333333) is not a finite real number; pow needs a base x > 0, "
    with pytest.raises(DomainError) as caught:
        Value(-8.0) ** (1 / 3)
    assert str(caught.value).startswith(text)
    assert autograd.cbrt(Value(-8.0)).data == -2.0


@pytest.mark.parametrize("exponent", [0, 0.5, 1, 2, Value(0.0), Value(0.5)])
def test_backward_at_zero_to_a_power(exponent):
    # Eleven of eleven clones and HIPS/autograd#570: ZeroDivisionError in backward; jax: nan.
    x = Value(0.0)
    y = x**exponent
    y.backward()
    number = exponent.data if isinstance(exponent, Value) else exponent

    assert y.data == 0.0**number
    assert x.grad == {0: 0.0, 0.5: math.inf, 1: 1.0, 2: 0.0}[number]


def test_the_domain_of_log_is_not_an_assert():
    # scalargrad: an assert, gone under python -O.
    with refused(DomainError, "log(-1.0) is not a finite real number; log needs x > 0"):
        Value(-1.0).log()


def test_division_by_zero_is_no_bare_zero_division():
    # Every pure-Python clone.
    text = "div(1.0, 0.0) is not a finite real number; div needs y != 0"
    for call in (lambda: 1 / Value(0.0), lambda: Value(1.0) / 0, lambda: Value(1.0) / Value(0.0)):
        with refused(DomainError, text):
            call()


# --- kinks and masked branches --------------------------------------------------------------------


def test_the_slope_of_relu_at_zero():
    # jax PR#25392 pins 0; karpathy/micrograd: relu(nan) has gradient 0, torch hands on 1.
    for x, slope in ((0.0, 0.0), (-0.0, 0.0), (math.nan, 1.0)):
        v = Value(x)
        v.relu().backward()
        assert v.grad == slope


def test_the_slope_of_abs_at_zero():
    # jax says 1, torch 0: our convention is written down, and 0.
    assert grad(abs)(0.0) == 0.0


def test_the_norm_at_zero():
    # HIPS/autograd#151 #183 #268 #570 #586 #617, jax#39792 #26248, pytorch#2421: nan.
    assert grad(lambda v: hypot(v[0], v[1]))([0.0, 0.0]) == [0.0, 0.0]
    assert hessian(lambda v: hypot(v[0], v[1]))([3.0, 4.0])[0][0] == pytest.approx(16 / 125)


def test_masked_branches_do_not_poison():
    # pytorch#18287 #68425 #23156 #16317 #52248 #17455 #64305, jax: 0 × inf = nan.
    x = Value(0.0)
    y = where(x > 0, x.log, lambda: x * 3.0)
    y.backward()
    assert x.grad == 3.0

    def sinc(x):  # HIPS/autograd: sinc'(0) is nan
        return where(abs(x) > 0, lambda: autograd.sin(x) / x, lambda: 1.0 - x * x / 6)

    assert grad(sinc)(0.0) == 0.0
    assert grad(sinc)(1.0) == pytest.approx(math.cos(1.0) - math.sin(1.0), rel=1e-12)


def test_ties_and_edges():
    # torch, jax and HIPS share a tie of max; torch and jax disagree at clip's edge: 1 in torch.
    a, b = Value(2.0), Value(2.0)
    autograd.maximum(a, b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)
    edge = Value(1.0)
    autograd.clip(edge, 0.0, 1.0).backward()
    assert edge.grad == 1.0


# --- precision ------------------------------------------------------------------------------------


def test_doubles_not_floats():
    # micrograd-cpp-engine computes in float32.
    x = Value(0.1)
    (x * x).backward()

    assert x.grad == 0.2


def test_no_phantom_zero_in_a_sum():
    # microgpt: sum() of Python starts from a recorded Value(0).
    a, b = Value(-0.0), Value(-0.0)

    assert len(Graph(total([a, b]))) == 3
    assert len(Graph(sum([a, b]))) == 5


def test_division_is_one_node():
    # karpathy/micrograd and microgpt: a / b is a * b**−1, two nodes and two roundings.
    a, b = Value(1.0), Value(49.0)

    assert len(Graph(a / b)) == 3
    assert (Value(5.0) / b).data == 5.0 / 49.0 != 5.0 * 49.0**-1


def test_a_cached_result_is_not_returned_for_other_inputs():
    # micrograd-cpp-engine's jit returns the cached result of any input of the same shape.
    f = grad(lambda v: v[0] * v[1])

    assert f([2.0, 3.0]) == [3.0, 2.0]
    assert f([5.0, 7.0]) == [7.0, 5.0]


def test_width_one():
    # karpathy/micrograd#13, EurekaLabsAI#7 and five clones: a layer of one neuron is a TypeError.
    x = [Value(2.0)]
    neuron = dot([Value(3.0)], x, Value(1.0)).tanh()
    neuron.backward()

    assert x[0].grad == pytest.approx(3.0 * (1 - math.tanh(7.0) ** 2), rel=1e-6)
