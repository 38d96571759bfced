"""The steps replayed are the engine's own passes, bit for bit, whatever was computed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, backward, dot, ops, tanh
from autograd import sum as total
from autograd.tape import read
from autograd.testing.expressions import expressions
from viz.lessons.board import Board
from viz.lessons.lesson import GRADIENT, VALUE, Pass
from viz.lessons.steps import so_far
from viz.say.numbers import show
from viz.see import visible_nodes

from ..strategies import computations, graphs
from .calculator import is_honest
from .stories import single_view


def bits(x):
    return repr(x)  # nan equals nan; −0.0 is not 0.0


def board_of(graph, left=None, **options):
    return Board(Pass(graph, left=left), visible_nodes.outline(graph, **options))


def replayed(board):
    """The gradients that the moves add up to, each sum in the order of the moves."""
    n = board.numbers.number
    found = {}
    for key, item in board.items.items():
        if item.grad is not None:
            found[key] = 0.0
            for start in board.starts(key):
                found[key] += n(start)
    for move in board.moves:
        assert bits(found[move.consumer]) == bits(n(move.upstream))
        assert bits(n(move.product)) == bits(n(move.upstream) * n(move.slope))
        found[move.operand] += n(move.upstream) * n(move.slope)
        sums = 0.0
        for part in so_far(board, move):
            sums += n(part)
        assert bits(found[move.operand]) == bits(sums)
    return found


@given(graphs, st.booleans())
def test_moves_add_up_to_the_engines_gradients(graph, opened):
    dots = {node.index for node in graph if node.op is ops.dot} if opened else set()
    board = board_of(graph, textbook=dots)

    for key, gradient in replayed(board).items():
        assert bits(gradient) == bits(board.items[key].grad)


@given(computations(roots=1))
def test_what_was_left_is_a_summand_of_its_own(roots):
    root = roots[0]
    values = {i: v for i, v in enumerate(read([root])[1]) if v is not None}
    backward(roots)
    left = {i: v.grad for i, v in values.items() if v.op is None}
    board = board_of(Graph(root), left)
    backward(roots)

    found = replayed(board)

    for index, value in values.items():
        if value.op is None and str(index) in found and value.kind in ("variable", "parameter"):
            assert bits(found[str(index)]) == bits(value.grad)
            assert bits(board.numbers.number(board.gradient(str(index)))) == bits(value.grad)


def test_what_was_left_comes_first_and_is_named():
    a = Value(3.0, label="a")
    view = single_view(Graph(a * a), left={0: 6.0})

    first, second = [step for step in view.steps if step.box == "n0" and step.phase == "backward"]
    assert view.steps[0].note == "left in a.grad by an earlier backward: 6"
    assert ("n0", GRADIENT, "g 6 left", "6.0") in [
        (fill.box, fill.line, fill.text, fill.exact) for fill in view.steps[0].fills
    ]
    assert first.symbols == "a.grad = left + a · ∂L/∂L + …"
    assert (first.numbers, first.answer) == ("= 6 + 3 × 1 =", "9")
    assert first.note == "6 was left from an earlier backward; so far 9, 1 of 2"
    assert (second.numbers, second.answer) == ("= 9 + 3 × 1 =", "12")
    assert second.note == "2 of 2: 6 + 3 + 3 = 12"
    assert second.sentence.endswith("With 6 left from an earlier backward, a.grad is 12.")
    assert view.entries[0].total == "a.grad = left + a · ∂L/∂L + a · ∂L/∂L = 6 + 3 + 3 = 12"
    update = next(step for step in view.steps if step.phase == "update")
    assert update.symbols == "a ← a − rate · a.grad"


@given(graphs, st.sampled_from([3, 400]))
def test_after_the_last_step_every_box_shows_the_engines_numbers(graph, most):
    view = single_view(graph, max_nodes=most)

    written = {}
    for step in view.steps:
        for fill in step.fills:
            if step.phase != "again" and not (step.phase == "update" and fill.line == VALUE):
                written[fill.box, fill.line] = fill
    for entry in view.entries:
        value, gradient = written[entry.box, VALUE], written[entry.box, GRADIENT]
        assert (value.text, value.exact) == (f"v {entry.value}", entry.exact_value)
        assert (gradient.text, gradient.exact) == (f"g {entry.grad}", entry.exact_grad)
        if entry.box[1:].isdigit():
            node = graph.nodes[int(entry.box[1:])]
            assert entry.value == show(node.value).removeprefix("+")
            assert entry.grad == show(node.grad).removeprefix("+")


@given(graphs, st.sampled_from([3, 400]), st.sampled_from([0.1, 1e3, 0.0]))
def test_no_graph_breaks_the_contract_of_a_view(graph, most, rate):
    view = single_view(graph, max_nodes=most, rate=rate)

    boxes = {box.id: box for box in view.picture.boxes}
    arrows = {arrow.id: arrow for arrow in view.picture.arrows}
    assert len(boxes) == len(view.picture.boxes) == len(view.entries)
    assert len(arrows) == len(view.picture.arrows)
    assert all(len(box.lines) == 3 for box in boxes.values())
    assert {(fill.box, fill.line) for fill in view.steps[0].fills} == {
        (box, line) for box in boxes for line in (VALUE, GRADIENT)
    }
    for step in view.steps:
        assert step.title
        assert step.sentence.endswith(".")
        assert not step.box or step.box in boxes
        assert set(step.sources) <= set(boxes)
        assert {carried.arrow for carried in step.carried} <= set(arrows)
        for fill in step.fills:
            assert len(fill.text) <= len(boxes[fill.box].lines[fill.line])
        assert (step.phase == "start") == (not step.question)
    for entry in view.entries:
        for path in entry.paths:
            assert path.boxes[0] == entry.box
            assert set(path.boxes) <= set(boxes)
            assert [arrows[arrow].tail for arrow in path.arrows] == list(path.boxes[:-1])
            assert [arrows[arrow].head for arrow in path.arrows] == list(path.boxes[1:])


@given(graphs)
def test_names_are_told_apart(graph):
    view = single_view(graph)

    names = [entry.name for entry in view.entries if entry.formula != "a plain number"]
    assert len(names) == len(set(names))


@given(expressions(inputs=2, max_ops=8))
def test_equations_hold_on_a_pocket_calculator(expression):
    inputs = [Value(x, label=name) for x, name in zip(expression.point, "ab", strict=False)]
    root = expression.f(*inputs)
    if root.kind == "constant" or root.op is None:
        return

    for step in single_view(Graph(root)).steps:
        assert is_honest(step), (step.symbols, step.numbers, step.answer)


@given(graphs, st.sampled_from([0.1, 0.003]))
def test_equations_hold_of_large_and_small_numbers_too(graph, rate):
    for step in single_view(graph, rate=rate).steps:
        assert is_honest(step), (step.symbols, step.numbers, step.answer)


@pytest.mark.parametrize("count", [1, 2, 12, 13, 40])
def test_wide_sums_are_told_in_one_step(count):
    w = [Value(0.1 * k, label=f"w{k}") for k in range(count)]
    x = [Value(float(k % 3), label=f"x{k}") for k in range(count)]
    graph = Graph(tanh(dot(w, x)))

    board = board_of(graph)
    view = single_view(graph)

    assert {key: bits(g) for key, g in replayed(board).items()} == {
        str(node.index): bits(node.grad) for node in graph
    }
    most = max(len(step.fills) for step in view.steps if step.phase == "backward")
    assert most == (2 * count if count > 12 else 1)


def test_a_sum_in_which_one_number_is_used_thrice_is_the_engines():
    xs = [0.1, 0.2, 0.3]
    a, b = Value(0.7, label="a"), Value(1e16, label="b")
    inner = a * xs[0] + a * b + a * xs[1] + dot([a, b], [b, a], a)
    graph = Graph(total([inner, a, inner * a]))

    for textbook in ((), {node.index for node in graph if node.op is ops.dot}):
        board = board_of(graph, textbook=textbook)
        assert bits(replayed(board)["0"]) == bits(graph.nodes[0].grad)
