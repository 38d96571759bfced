"""The two passes: right on random graphs, against oracles that share no code with the engine."""

import dataclasses
import itertools
import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograd import Graph, Value, backward, ops
from autograd import sum as total
from autograd.node import topological
from autograd.sweep import accumulate
from tests.strategies import Dual, Program, rational_programs, smooth_programs

FLOATS = st.floats(-1e3, 1e3)


def leaves_and_root(program):
    leaves = [Value(x) for x in program.inputs]
    root = program.run(leaves)
    assume(isinstance(root, Value) and root.op is not None)
    return leaves, root


def exact_gradients(program):
    """d(result)/d(input) for each input, by naive dual numbers of Fractions."""
    found = []
    for i in range(len(program.inputs)):
        seeded = [Dual(Fraction(x), Fraction(i == j)) for j, x in enumerate(program.inputs)]
        result = program.run(seeded, lambda op, xs: Dual(0).apply(op.name, xs))
        found.append(result.dx)
    return found


def runnable(program):
    """Without divisions by zero or clips with low > high, which are refused."""
    try:
        exact_gradients(program)
    except ZeroDivisionError:
        return False
    numbers = [Fraction(x) for x in program.inputs]
    for name, operands in program.instructions:
        xs = [numbers[i] for i in operands]
        if name == "clip" and xs[1] > xs[2]:
            return False
        numbers.append(ops.ALL[name].forward(*xs))
    return all(abs(x) < 2**40 for x in numbers)


@given(program=rational_programs)
def test_rational_graphs_are_exact_in_fractions(program):
    """No tolerance: the recorded graph, evaluated in Fractions, gives the exact gradient."""
    assume(runnable(program))
    leaves, root = leaves_and_root(program)
    graph = Graph([root, *leaves])

    values, grads = graph.evaluate(Fraction), Graph(root).gradients(Fraction)
    expected = exact_gradients(program)

    assert values[graph.roots[0]] == program.run([Fraction(x) for x in program.inputs])
    names = {f"x{i}": leaf for i, leaf in enumerate(leaves)}
    by_name = {node.label: grads[node.index] for node in Graph(root, names=names) if node.label}
    for i, gradient in enumerate(expected):
        assert by_name.get(f"x{i}", 0) == gradient


@given(program=rational_programs)
def test_whole_numbers_give_exact_gradients_in_floats_too(program):
    assume("div" not in [name for name, _ in program.instructions])
    assume(runnable(program))
    expected = exact_gradients(program)
    assume(all(abs(x) < 2**40 for x in expected))
    leaves, root = leaves_and_root(program)
    root.backward()

    assert [Fraction(leaf.grad) for leaf in leaves] == expected


def difference(program, i):
    """The slope towards the i-th input: a central difference, with its own error estimate."""

    def at(step):
        moved = list(program.inputs)
        moved[i] += step
        up = program.run(moved)
        moved[i] -= 2 * step
        return (up - program.run(moved)) / (2 * step)

    coarse, fine = at(2e-4), at(1e-4)
    return fine + (fine - coarse) / 3, abs(fine - coarse) + 1e-8


@given(program=smooth_programs)
def test_random_graphs_with_sharing_agree_with_finite_differences(program):
    leaves, root = leaves_and_root(program)
    assume(abs(root.data) < 1e4)
    root.backward()

    for i, leaf in enumerate(leaves):
        measured, error = difference(program, i)
        assume(error < 1e-2 * (1 + abs(measured)))
        assert leaf.grad == pytest.approx(
            measured, rel=1e-5, abs=10 * error + 1e-6 * abs(root.data)
        )


@given(program=smooth_programs)
def test_the_graphs_own_pass_is_the_engines_bit_for_bit(program):
    leaves, root = leaves_and_root(program)
    root.backward()
    names = {f"x{i}": leaf for i, leaf in enumerate(leaves)}
    graph = Graph(root, names=names)

    for node in graph:
        if node.op is None and node.label:
            assert node.grad == names[node.label].grad
        if node.grad is not None:
            start = sum(s for r, s in zip(graph.roots, graph.seeds, strict=True) if r == node.index)
            for contribution in graph.contributions(node.index):
                start += contribution.product
            assert start == node.grad


# --- repetition -----------------------------------------------------------------------------------


@given(program=smooth_programs, times=st.integers(2, 4))
def test_repeated_passes_add_the_same_gradient_again(program, times):
    leaves, root = leaves_and_root(program)
    root.backward()
    once = [leaf.grad for leaf in leaves]
    for _ in range(times - 1):
        root.backward()

    for leaf, gradient in zip(leaves, once, strict=True):
        accumulated = 0.0
        for _ in range(times):
            accumulated += gradient
        assert leaf.grad == pytest.approx(accumulated, rel=1e-12)
    assert root.grad == (1.0 if root not in leaves else times)


@given(program=smooth_programs, seed=FLOATS)
def test_a_seed_scales_the_gradient(program, seed):
    leaves, root = leaves_and_root(program)
    root.backward()
    plain = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    root.backward(seed)

    for leaf, gradient in zip(leaves, plain, strict=True):
        assert leaf.grad == pytest.approx(seed * gradient, rel=1e-9, abs=1e-9)


@given(program=smooth_programs, seeds=st.tuples(FLOATS, FLOATS))
def test_several_roots_are_one_root_of_their_weighted_sum(program, seeds):
    leaves, root = leaves_and_root(program)
    other = root * leaves[0]
    backward([root, other], seeds)
    found = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    (seeds[0] * root + seeds[1] * other).backward()

    for leaf, gradient in zip(leaves, found, strict=True):
        assert leaf.grad == pytest.approx(gradient, rel=1e-9, abs=1e-6)


def test_a_root_may_lie_below_another_root():
    x = Value(3.0)
    square = x * x
    backward([square, square * 2.0, x])

    assert x.grad == 6.0 + 12.0 + 1.0
    assert square.grad == 1.0 + 2.0


@given(program=smooth_programs, change=FLOATS)
def test_a_leaf_changed_after_recording_does_not_change_the_pass(program, change):
    leaves, root = leaves_and_root(program)
    root.backward()
    before = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
        leaf.data = change
    root.backward()

    assert [leaf.grad for leaf in leaves] == before


# --- the hot rows ---------------------------------------------------------------------------------


class _Plain:
    """The rows of the table, so that a graph of them is swept without any spelled-out row."""

    def __init__(self):
        self.rows = {
            name: dataclasses.replace(ops.ALL[name]) for name in ("mul", "add", "dot", "relu")
        }


HOT = _Plain().rows
ANY = st.floats(allow_nan=True, allow_infinity=True)


def bits(x):
    """A double to the last bit: −0.0 is not 0.0, and nan is nan."""
    return "nan" if math.isnan(x) else x.hex()


@pytest.mark.parametrize("name", sorted(HOT))
@given(xs=st.lists(ANY, min_size=1, max_size=7), seed=ANY)
@example(xs=[math.inf, 1.0], seed=0.0)
@example(xs=[2.0, 1.0], seed=0.0)
def test_the_spelled_out_rows_are_the_table_bit_for_bit(name, xs, seed):
    """The same operands through the fast code and through a copy of the row, unknown to it."""
    count = {"mul": 2, "add": 2, "relu": 1}.get(name, len(xs))
    xs = list(itertools.islice(itertools.cycle(xs), count))
    answers = []
    for op in (ops.ALL[name], HOT[name]):
        leaves = [Value(x) for x in xs]
        root = op(*leaves)
        accumulate([root], [seed])
        answers.append((bits(root.data), [bits(leaf.grad) for leaf in leaves]))

    assert answers[0] == answers[1]


@given(x=ANY, y=ANY)
def test_operators_are_the_table_bit_for_bit(x, y):
    a, b = Value(x), Value(y)

    assert bits((a * b).data) == bits(ops.ALL["mul"].forward(x, y))
    assert bits((a + b).data) == bits(ops.ALL["add"].forward(x, y))
    assert bits((a * y).data) == bits(ops.ALL["mul"].forward(x, y))
    assert bits((x + b).data) == bits(ops.ALL["add"].forward(x, y))


def test_hot_copies_are_swept_by_the_table():
    """The test above compares two different paths: a copy of a row is not the row."""
    assert all(HOT[name] is not ops.ALL[name] for name in HOT)


# --- order ----------------------------------------------------------------------------------------


@given(program=smooth_programs)
def test_operands_come_before_results_and_nothing_twice(program):
    _, root = leaves_and_root(program)
    order = topological([root])
    place = {node: i for i, node in enumerate(order)}

    assert len(place) == len(order)
    assert order[-1] is root
    for node in order:
        for operand in node.operands:
            if operand.op is not None:
                assert place[operand] < place[node]


def test_the_order_does_not_depend_on_addresses():
    """The same computation is numbered the same way, in any process."""
    program = Program((1.0, 2.0), (("mul", (0, 1)), ("add", (0, 2)), ("dot", (0, 1, 2, 3, 3))))
    texts = set()
    for _ in range(5):
        leaves = [Value(x) for x in program.inputs]
        texts.add(str(Graph(program.run(leaves))))

    assert len(texts) == 1


def test_the_sum_of_many_is_added_from_left_to_right():
    xs = [0.1] * 10 + [1e16, 1.0, -1e16]
    expected = 0.0
    for x in xs:
        expected += x

    assert total([Value(x) for x in xs]).data == expected
    assert expected != float(mpmath.fsum(xs))  # the order shows
