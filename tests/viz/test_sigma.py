import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, dot
from autograd import sum as total
from viz.see.outline import opened_into_products, part, run_of_sums

numbers = st.floats(-1e6, 1e6)


def part_of(value, *, opened=False):
    graph = Graph(value)
    node = graph.nodes[graph.roots[0]]
    chosen = frozenset([node.index] if opened else [])
    return graph, part(graph, node, chosen, chosen | frozenset(graph.roots))


def values(*numbers):
    return [Value(float(x)) for x in numbers]


def test_a_leaf_has_no_links():
    _, leaf = part_of(Value(1.0))

    assert (leaf.symbol, leaf.links, leaf.operands) == ("", (), ())


def test_an_operation_has_the_symbol_of_its_row_and_its_formulas():
    a, b = values(2, 3)
    _, times = part_of(a * b)

    assert times.symbol == "×"
    assert [(link.operand, link.position, link.slope, link.formula) for link in times.links] == [
        ("0", 0, 3.0, "y"),
        ("1", 1, 2.0, "x"),
    ]


def test_the_same_operand_twice_has_two_links():
    (a,) = values(3)
    _, square = part_of(a * a)

    assert [(link.operand, link.position) for link in square.links] == [("0", 0), ("0", 1)]


@pytest.mark.parametrize(
    ("make", "symbol", "order"),
    [
        (dot, "Σ w·x", [0, 2, 1, 3]),
        (lambda w, x: dot(w, x, Value(0.1)), "Σ w·x + b", [4, 0, 2, 1, 3]),
        (lambda w, x: total([*w, *x]), "Σ", [0, 1, 2, 3]),
    ],
)
def test_operands_of_a_sum_are_in_a_readers_order(make, symbol, order):
    _, closed = part_of(make(values(1, 2), values(3, 4)))

    assert closed.symbol == symbol
    assert [link.position for link in closed.links] == order


def test_a_run_of_plus_keeps_its_order_and_counts_its_sums():
    a, b, c, d = values(1, 2, 3, 4)
    graph, run = part_of(a + b + c + d)

    assert run.symbol == "Σ"
    assert [graph.nodes[i].value for i in run.operands] == [1.0, 2.0, 3.0, 4.0]
    assert [link.position for link in run.links] == [0, 1, 2, 3]
    assert run.folded == 2


def test_sums_of_sums_are_one_run_too():
    a, b, c, d = values(1, 2, 3, 4)
    graph, run = part_of((a + b) + (c + d))

    assert [graph.nodes[i].value for i in run.operands] == [1.0, 2.0, 3.0, 4.0]


def test_a_single_plus_is_no_run():
    a, b = values(1, 2)
    _, plus = part_of(a + b)

    assert (plus.symbol, plus.folded) == ("+", 0)


def test_a_sum_that_is_used_twice_is_not_folded():
    a, b = values(1, 2)
    s = a + b
    graph, outer = part_of(s + s)

    assert outer.symbol == "+"
    assert len(run_of_sums(graph, graph.nodes[graph.roots[0]], frozenset())[1]) == 1


def test_a_sum_with_a_label_is_not_folded():
    a, b, c = values(1, 2, 3)
    s = a + b
    s.label = "s"
    _, outer = part_of(s + c)

    assert outer.symbol == "+"


def test_a_root_inside_a_run_is_not_folded():
    a, b, c = values(1, 2, 3)
    s = a + b
    graph = Graph([s + c, s])
    node = graph.nodes[graph.roots[0]]

    assert part(graph, node, frozenset(), frozenset(graph.roots)).symbol == "+"


def test_a_long_run_does_not_recurse():
    value = Value(0.0)
    for i in range(20_000):
        value = value + float(i)
    _, run = part_of(value)

    assert len(run.links) == 20_001


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=6), st.none() | numbers)
def test_the_steps_of_a_dot_are_the_engines_doubles(pairs, bias):
    node = dot(
        [Value(w) for w, _ in pairs],
        [Value(x) for _, x in pairs],
        None if bias is None else Value(bias),
    )
    _, steps = part_of(node, opened=True)
    inside = {item.key: item for item, _ in steps.inside}
    products = [item.value for key, item in inside.items() if "p" in key]
    sums = [item.value for key, item in inside.items() if "s" in key]

    assert products == [w * x for w, x in pairs]
    running = products[0] if bias is None else bias + products[0]
    expected = [] if bias is None else [running]
    for number in products[1:]:
        running = running + number
        expected.append(running)
    assert [*sums, node.data] == expected
    assert all(item.grad == 1.0 for item in inside.values())


@given(st.lists(numbers, min_size=3, max_size=6))
def test_the_steps_of_a_sum_are_the_engines_doubles(terms):
    node = total([Value(x) for x in terms])
    _, steps = part_of(node, opened=True)

    running, expected = terms[0] + terms[1], []
    for x in terms[2:]:
        expected.append(running)
        running = running + x
    assert [item.value for item, _ in steps.inside] == expected
    assert node.data == running


def test_steps_of_what_is_not_asked_have_no_gradient():
    w, x = [Value(2.0), constant(3.0)], [constant(5.0), constant(7.0)]
    _, steps = part_of(dot(w, x), opened=True)
    grads = {item.key[-2:]: (item.grad, item.contributions) for item, _ in steps.inside}

    assert grads == {"p1": (1.0, (1.0,)), "p2": (None, ())}
    assert [link.product for link in steps.links] == [1.0, None]


def test_a_textbook_opens_the_products_only():
    graph = Graph(dot(values(1, 2), values(3, 4), Value(0.5)))
    node = graph.nodes[graph.roots[0]]
    steps = opened_into_products(graph, node)

    assert steps.symbol == "Σ"
    assert [item.value for item, _ in steps.inside] == [3.0, 8.0]
    assert [link.operand for link in steps.links] == ["4", "5p1", "5p2"]


def test_infinite_steps_are_what_they_are():
    _, steps = part_of(dot(values(1e200, -1e200), values(1e200, 1e200)), opened=True)

    assert [item.value for item, _ in steps.inside] == [math.inf, -math.inf]
