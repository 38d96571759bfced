"""Bugs that other engines have or had, each as a test that ours must pass.

A comment names the project and, where there is one, the issue or pull request.
"""

import copy
import gc
import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    Graph,
    Value,
    derivative,
    dot,
    grad,
    hessian,
    softmax,
)

from .helpers import pickled, refused

# --- shared nodes and repeated passes -------------------------------------------------------------


def test_a_reused_interior_node():
    # karpathy/micrograd#2: the first release overwrote the gradient of a reused non-leaf.
    a, b = Value(2.0), Value(3.0)
    c = a * b
    (c + c * c).backward()

    assert (a.grad, b.grad) == (3.0 * 13.0, 2.0 * 13.0)


def test_doubling_twice():
    # karpathy/micrograd#64, #91, #21: backward by recursion into the operands gives 6, not 4.
    a = Value(1.0)
    b = a + a
    (b + b).backward()

    assert a.grad == 4.0


def test_sum_and_product_of_the_same_two():
    # karpathy/micrograd#68: right only if every gradient is complete before it is handed on.
    a, b = Value(2.0), Value(3.0)
    c, d = a + b, a * b
    (c + d + c * d).backward()

    assert (a.grad, b.grad) == (1 + 3 + 6 + 5 * 3, 1 + 2 + 6 + 5 * 2)


def test_backward_twice_on_more_than_one_operation():
    # karpathy/micrograd#25 #32 #53 #54 #63 #102, nn-zero-to-hero#30: 72 for 54; with the leaf
    # zeroed between the calls 45 for 27. oxigrad tests a single operation, which hides it.
    x = Value(3.0)
    y = x * x * x
    y.backward()
    y.backward()
    assert x.grad == 54.0
    x.grad = 0.0
    y.backward()
    assert x.grad == 27.0


def test_the_order_is_computed_anew_for_every_pass():
    # tekknolagi/micrograd PR#4: an iterator over the order was exhausted after one step.
    w = Value(1.0)
    loss = (w * 2.0 - 4.0) ** 2
    seen = []
    for _ in range(3):
        w.grad = 0.0
        loss.backward()
        seen.append(w.grad)

    assert seen == [-8.0, -8.0, -8.0]


def test_a_square_by_addition_keeps_both_edges():
    # karpathy/micrograd and its clones keep operands in a set: a + a shows one parent.
    a = Value(2.0)

    assert Graph(a + a).nodes[1].operands == (0, 0)
    assert (a + a)._prev == (a, a)


def test_the_order_of_operands_can_be_read_off():
    # karpathy/micrograd: a − b cannot be told from b − a in the picture.
    a, b = Value(5.0, label="a"), Value(3.0, label="b")
    graph = Graph(a - b)

    assert [graph.nodes[i].label for i in graph.nodes[-1].operands] == ["a", "b"]


def test_the_order_of_a_pass_does_not_depend_on_addresses():
    # karpathy/micrograd: its sets are walked in the order of addresses, and sums round by order.
    def gradient():
        x = Value(0.1)
        parts = [x * 0.3, x * 1e16, x * -1e16, x.sin(), x / 3.0]
        (parts[0] + parts[1] + parts[2] + parts[3] + parts[4]).backward()
        return x.grad

    keep = [[Value(1.0) for _ in range(17 * i)] for i in range(5)]
    assert len({gradient() for _ in keep}) == 1


# --- depth and memory -----------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1_000, 3_000, 20_000])
def test_long_chains(depth):
    # karpathy/micrograd#90 and eleven of eleven clones: RecursionError at 1,000 to 3,000
    # operations; microgpt by 7 layers; oxigrad, micrograd-rust: stack overflow; torchviz#57.
    assert depth >= sys.getrecursionlimit() or depth == 1_000
    x = Value(1.0)
    y = x
    for _ in range(depth):
        y = y + 0.001
    y.backward()

    assert x.grad == 1.0
    assert len(Graph(y)) == 2 * depth + 1


def test_zeroing_gradients_of_a_long_chain():
    # backprop-lib: zero_grad, said to be iterative, recurses.
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0
    y.backward()
    x.grad = 0.0
    y.backward()

    assert x.grad == 1.0


def test_graphs_are_freed_without_the_garbage_collector():
    # karpathy/micrograd and clones: one reference cycle for each operation; micrograd-rust never
    # frees; HIPS/autograd#103: users called gc.collect() for every batch; pytorch#3818 #82528.
    gc.collect()
    gc.disable()
    try:
        alive = len([x for x in gc.get_objects() if issubclass(type(x), Value)])
        for _ in range(10):
            x = Value(1.0)
            y = (x * x + x.exp()).tanh()
            y.backward()
            grad(grad(lambda v: v**3))(2.0)
        del x, y
        assert len([x for x in gc.get_objects() if issubclass(type(x), Value)]) == alive
    finally:
        gc.enable()


def test_shared_nodes_are_not_expanded_again():
    # minitorch's GraphBuilder has no visited set: 2**60 visits here.
    y = Value(1.0)
    for _ in range(60):
        y = y * y
    y.backward()

    assert len(Graph(y)) == 61


# --- a leaf changed between forward and backward --------------------------------------------------


def test_a_leaf_changed_between_forward_and_backward():
    # karpathy/micrograd and eleven of eleven clones: 200 instead of 6, in silence.
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()

    assert x.grad == 6.0


def test_an_update_before_the_backward_of_a_second_loss():
    # The same in a training loop: both losses were computed with w = 3.
    w = Value(3.0)
    first, second = w**2, w**3
    first.backward()
    w.data -= 0.1 * w.grad
    second.backward()

    assert w.grad == 6.0 + 27.0


# --- missing or silently constant operations ------------------------------------------------------


def test_a_value_as_an_exponent():
    # karpathy/micrograd#17 #36 #41 #70 #122: refused; backprop-lib, coregrad: gradient 0.
    x, y = Value(2.0), Value(3.0)
    (x**y).backward()

    assert x.grad == 12.0
    assert y.grad == pytest.approx(8.0 * math.log(2.0), rel=1e-15)


def test_a_number_to_the_power_of_a_value():
    # karpathy/micrograd#122; oxigrad has no __rpow__.
    y = Value(3.0)
    (2**y).backward()

    assert y.grad == pytest.approx(8.0 * math.log(2.0), rel=1e-15)


def test_a_negative_base_has_no_slope_towards_its_exponent():
    # karpathy/micrograd#41: d/db of (−2)**3 is nan, and no exception.
    a, b = Value(-2.0), Value(3.0)
    (a**b).backward()

    assert a.grad == 12.0
    assert math.isnan(b.grad)


def test_subtraction_and_division_from_both_sides():
    # karpathy/micrograd#57 #58; micrograd-rust: v − 1, 2 − v and 1 / v raise TypeError.
    for compute, slope in (
        (lambda v: v - 1, 1.0),
        (lambda v: 2 - v, -1.0),
        (lambda v: 1 / v, -1 / 16),
        (lambda v: v / 2, 0.5),
        (lambda v: 2 + v, 1.0),
        (lambda v: v + 2, 1.0),
    ):
        v = Value(4.0)
        compute(v).backward()
        assert v.grad == slope


def test_exp_log_tanh_sigmoid():
    # karpathy/micrograd#10 #15 #88 #126: not there; nn-zero-to-hero#52: exp's slope mistaken.
    x = Value(0.7)
    x.exp().backward()
    assert x.grad == math.exp(0.7)
    for f in (autograd.log, autograd.tanh, autograd.sigmoid):
        assert math.isfinite(f(x).data)


def test_abs_and_plus_keep_the_gradient():
    # lilgrad: abs(a) and +a detach in silence.
    a = Value(-2.0)
    (abs(a) + (+a)).backward()

    assert a.grad == -1.0 + 1.0
    abs(a).backward()
    assert a.grad == -1.0


def test_softmax_can_be_differentiated():
    # oxigrad's documentation: softmax "CANNOT BE USED TO CALCULATE GRADIENT".
    xs = [Value(1.0), Value(2.0)]
    softmax(xs)[0].backward()
    p = 1 / (1 + math.e)

    assert xs[0].grad == pytest.approx(p * (1 - p), rel=1e-12)


def test_grad_takes_whole_numbers():
    # HIPS/autograd: grad(f)(3) refuses ints.
    assert grad(lambda x: x * x)(3) == 6.0


# --- wrong input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["x", None, [1.0], 1j, np.array([1.0, 2.0])], ids=repr)
def test_a_value_of_no_number_is_refused(wrong):
    # Seven of eleven clones accept Value("x") and Value(None).
    with pytest.raises(TypeError, match=r"^Value\(x\) takes a real number, got "):
        Value(wrong)


def test_a_value_never_holds_an_array():
    # Seven of eleven clones: Value(2) * np.array([1, 2]) is a Value that holds an array.
    result = Value(2.0) * np.array([1, 2])

    assert isinstance(result, np.ndarray)
    assert [x.data for x in result] == [2.0, 4.0]


def test_functions_of_math_are_refused_with_advice():
    # HIPS/autograd#58 #304 #515 #556 #559: "float() argument must be a string or a number, not
    # 'ArrayBox'".
    with pytest.raises(
        TypeError, match=r"would lose the gradient of a Value: write autograd's own"
    ):
        math.exp(Value(1.0))


def test_numpy_two():
    # HIPS/autograd#618 #625: broken by NumPy 2.
    x = Value(2.0)
    (np.float64(3.0) * np.exp(x)).backward()

    assert x.grad == pytest.approx(3.0 * math.exp(2.0), rel=1e-15)
    assert type(x.grad) is float


@given(n=st.integers(0, 5), m=st.integers(0, 5))
def test_unequal_lengths_are_refused(n, m):
    # karpathy/micrograd: zip truncates, and MLP(3) takes two inputs in silence.
    weights, inputs = [Value(1.0)] * n, [1.0] * m
    if n == m:
        assert dot([1.0] * n, inputs) == n
        return
    with refused(ValueError, f"dot of {n} weights and {m} inputs; give one input for each weight"):
        dot(weights, inputs)


# --- higher orders --------------------------------------------------------------------------------


def test_the_gradient_of_a_gradient():
    # karpathy/micrograd#3 #8, MyGrad#442, tinygrad#2584: not there.
    assert grad(grad(lambda x: x**4))(2.0) == 48.0
    assert derivative(lambda x: x**4, 3)(2.0) == 48.0


def test_perturbation_confusion():
    # AutoGrad.jl#75 gave 2: the variables of the inner and the outer derivative were one to it.
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert derivative(lambda x: x * derivative(lambda y: x * y)(2.0))(3.0) == 6.0


def test_a_backward_within_a_function_that_is_differentiated():
    # pytorch#1776: a backward inside a backward.
    inner = Value(2.0)

    def f(x):
        (inner * inner).backward()
        return x * x

    assert grad(f)(3.0) == 6.0
    assert inner.grad == 4.0


def test_hessians_are_symmetric_and_cheap_to_write():
    # HIPS/autograd#84 #89 #175 #439.
    h = hessian(lambda v: v[0] * v[1] ** 2 + autograd.sin(v[0] * v[1]))([0.5, 1.5])

    assert h[0][1] == pytest.approx(h[1][0], rel=1e-14)


# --- copies ---------------------------------------------------------------------------------------


def test_pickles_and_deepcopies_work_and_keep_their_gradient():
    # Eleven of eleven clones: pickle fails on a lambda, a deepcopied graph yields 0 in silence.
    x = Value(3.0)
    y = (x * x).tanh() + x**2
    y.backward()
    for copied in (copy.deepcopy((x, y)), pickled((x, y))):
        x2, y2 = copied
        x2.grad = 0.0
        y2.backward()

        assert x2.grad == x.grad


def test_looking_at_a_graph_does_not_change_it():
    # bitgrad's save_graph sets _backward to None: a later backward dies.
    x = Value(3.0)
    y = x * x
    before = Graph(y)
    str(before), before.to_json(), repr(y), y._prev
    y.backward()

    assert x.grad == 6.0
    assert Graph(y) == before
