"""The gradients of a Graph, and what each edge contributes."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Contribution,
    Graph,
    Value,
    backward,
)

from ..strategies import rational_programs, smooth_programs
from .graphs import graph_of


@given(program=rational_programs | smooth_programs, data=st.data())
def test_contributions_add_up_bit_for_bit(program, data):
    """From the seed of a root, else from 0.0, in the order in which they are listed."""
    count = len(program.inputs) + 1
    seeds = data.draw(st.lists(st.floats(-10.0, 10.0), min_size=count, max_size=count))
    _, _, graph = graph_of(program, seeds)
    for node in graph:
        if node.grad is None:
            assert graph.contributions(node.index) == ()
            continue
        running = 0.0
        for root, seed in zip(graph.roots, graph.seeds, strict=True):
            running += seed if root == node.index else 0.0
        for c in graph.contributions(node.index):
            assert c.product == c.upstream * c.slope or math.isnan(c.product)
            assert c.upstream == graph.nodes[c.consumer].grad
            assert c.slope == graph.nodes[c.consumer].slopes[c.position]
            running += c.product

        assert repr(running) == repr(node.grad)


@given(program=smooth_programs)
def test_consumers_are_the_edges_seen_from_below(program):
    _, _, graph = graph_of(program)
    from_above = {
        (operand, node.index, position)
        for node in graph
        for position, operand in enumerate(node.operands)
    }
    from_below = {(i, *edge) for i in range(len(graph)) for edge in graph.consumers(i)}

    assert from_below == from_above
    for i in range(len(graph)):
        assert list(graph.consumers(i)) == sorted(graph.consumers(i))


def test_contributions_go_backwards_through_the_consumers():
    a = Value(2.0)
    first, second = a * 3.0, a * 5.0
    graph = Graph(first + second)
    index = {node.value: node.index for node in graph}

    assert graph.contributions(index[2.0]) == (
        Contribution(index[10.0], 0, 5.0, 1.0, 5.0),
        Contribution(index[6.0], 0, 3.0, 1.0, 3.0),
    )


@pytest.mark.parametrize("method", ["consumers", "contributions"])
def test_there_is_no_node_of_another_number(method):
    graph = Graph(Value(3.0) * 2.0)
    with pytest.raises(IndexError):
        getattr(graph, method)(3)


@given(program=smooth_programs, seeds=st.lists(st.floats(-10, 10), min_size=2, max_size=2))
def test_several_roots_and_seeds_are_backwards_own(program, seeds):
    leaves = [Value(x) for x in program.inputs]
    first = program.run(leaves)
    second = first * first + leaves[0]
    graph = Graph([first, second], seeds=seeds)
    backward([first, second], seeds)

    assert [graph.nodes[i].value for i in graph.roots] == [first.data, second.data]
    assert graph.seeds == tuple(seeds)
    by_root = Graph([first, second, *leaves], seeds=[*seeds, *[0.0] * len(leaves)])
    assert [by_root.nodes[i].grad for i in by_root.roots[2:]] == [x.grad for x in leaves]
    assert by_root.nodes[by_root.roots[0]].grad == first.grad


def test_a_root_given_twice_counts_twice():
    x = Value(3.0)
    graph = Graph([x, x * x, x], seeds=[1.0, 10.0, 100.0])

    assert graph.roots == (0, 1, 0)
    assert graph.nodes[0].grad == 101.0 + 60.0


def test_evaluation_in_other_arithmetics():
    a, b = Value(1.0), Value(3.0)
    graph = Graph(a / b + a * 2.0)

    assert graph.evaluate(Fraction)[-1] == Fraction(7, 3)
    assert graph.gradients(Fraction)[0] == Fraction(1, 3) + 2
    assert graph.evaluate() == tuple(node.value for node in graph)
    assert graph.gradients() == tuple(node.grad for node in graph)


def test_evaluation_follows_ieee_and_raises_nothing():
    """What was recorded under other numbers may be undefined in exact ones: 1e-200² is not 0."""
    x = Value(1e-200)
    graph = Graph((x * x + 1.0).log() / 3.0)

    assert graph.evaluate()[-1] == 0.0


def test_evaluation_elsewhere():
    """Other numbers for some leaves, in any arithmetic; the recorded ones for the others."""
    a, b = Value(3.0), Value(4.0)
    graph = Graph(a * b + a)

    assert graph.evaluate(leaves={0: 5.0}) == (5.0, 4.0, 20.0, 25.0)
    assert graph.evaluate(Fraction, {1: Fraction(1, 3)})[-1] == 4
    assert graph.evaluate(leaves={}) == graph.evaluate()
    assert [node.value for node in graph] == [3.0, 4.0, 12.0, 15.0]


@pytest.mark.parametrize("index", [-1, 2, 99])
def test_only_leaves_can_be_given_other_numbers(index):
    a = Value(3.0)

    with pytest.raises(ValueError, match=f"^evaluate: node {index} is not a leaf of this graph$"):
        Graph(a * Value(4.0)).evaluate(leaves={index: 1.0})
