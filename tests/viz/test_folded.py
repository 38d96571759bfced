import math
import random
from collections import Counter, defaultdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, scope
from nn import MLP, Parameter, mse
from viz.see.folding import folded, grouped
from viz.see.paths import fsum

from .strategies import graphs, scoped_graphs
from .test_fold_keys import BATCH, SCOPE, batch, rules

any_graph = st.one_of(graphs, scoped_graphs)


def exact(numbers):
    return sum(map(Fraction, numbers), Fraction(0))


def edges(graph):
    """All edges of a graph: operand, consumer, contribution or None."""
    for node in graph:
        for operand, slope in zip(node.operands, node.slopes, strict=True):
            asked = graph.nodes[operand].grad is not None
            yield operand, node.index, node.grad * slope if asked else None


@given(any_graph, rules, st.booleans())
def test_no_node_is_lost_or_twice(graph, rule, constants):
    result = folded(graph, grouped(graph, rule, constants=constants), 400)
    found = Counter(index for group in result.groups for index in group.members)

    assert found == Counter(range(len(graph)))
    assert result.hidden == 0


@given(any_graph, rules, st.booleans())
def test_flows_and_what_is_inside_are_all_edges_of_the_graph(graph, rule, constants):
    grouping = grouped(graph, rule, constants=constants)
    result = folded(graph, grouping, 400)
    counted, brought = Counter(), defaultdict(list)
    for operand, consumer, product in edges(graph):
        way = grouping.of[operand], grouping.of[consumer]
        counted[way] += 1
        brought[way] += [product] if product is not None else []

    flows = {(flow.tail, flow.head): flow for flow in (*result.flows, *result.inside)}
    assert {way: flow.edges for way, flow in flows.items()} == counted
    assert all(flow.tail != flow.head for flow in result.flows)
    for way, flow in flows.items():
        assert Counter(map(repr, flow.products)) == Counter(map(repr, brought[way]))
        assert flow.total == (math.fsum(brought[way]) if brought[way] else None)


@given(any_graph, rules)
def test_what_flows_into_a_group_adds_up_to_its_gradients(graph, rule):
    """Σ of its nodes' gradients = seeds + Σ of what its arrows bring + Σ of what flows inside."""
    result = folded(graph, grouped(graph, rule), 400)
    for group in result.groups:
        grads = [graph.nodes[i].grad for i in group.members]
        asked = [i for i in group.members if graph.nodes[i].grad is not None]
        seeds = [seed for root, seed in zip(graph.roots, graph.seeds, strict=True) if root in asked]
        flows = [flow for flow in (*result.flows, *result.inside) if flow.tail == group.number]
        terms = [*seeds, *[product for flow in flows for product in flow.products]]
        size = float(exact(map(abs, terms)))

        expected = float(exact(grad for grad in grads if grad is not None))
        assert float(exact(terms)) == pytest.approx(expected, rel=0, abs=1e-12 * size)


@given(any_graph, rules)
def test_outputs_are_what_others_use(graph, rule):
    grouping = grouped(graph, rule)
    for group in folded(graph, grouping, 400).groups:
        for index in group.tops:
            users = {grouping.of[consumer] for consumer, _ in graph.consumers(index)}
            is_used = bool(users - {group.number}) or index in graph.roots
            assert (index in group.outputs) == is_used


@given(any_graph, rules, st.integers(1, 5))
def test_the_budget_is_kept_and_the_rest_is_counted(graph, rule, most):
    result = folded(graph, grouped(graph, rule), most)
    shown = {group.number for group in result.groups}

    assert len(result.groups) <= most
    assert sum(len(group.members) for group in result.groups) + result.hidden == len(graph)
    assert all({flow.tail, flow.head} <= shown for flow in result.flows)


def recurrent():
    """A cell and a gate that use each other in a circle; the cell saturates."""
    w, state = Parameter(5.0, label="w"), Value(1.0)
    for _ in range(12):
        with scope("cell"):
            state = (w * state).tanh()
        with scope("gate"):
            state = state * 3.0
    return Graph(state)


def test_in_a_circle_nothing_flows_from_what_is_hidden():
    graph = recurrent()
    (cell, gate), flows = (result := folded(graph, grouped(graph, SCOPE), 2)).groups, result.flows

    assert (cell.name, gate.name) == ("cell", "gate")
    assert sorted((flow.tail - cell.number, flow.head - cell.number) for flow in flows) == [
        (0, 1),
        (1, 0),
    ]
    assert folded(graph, grouped(graph, SCOPE), 1).flows == ()


def test_runs_are_the_examples():
    runs = [(group.name, group.runs) for group in folded(
        batch(6), grouped(batch(6), SCOPE), 400).groups if group.name]  # fmt: skip

    assert runs == [("layers.0", 6), ("layers.1", 6)]


def test_a_layer_without_a_batch_ran_once_however_wide_it_is():
    model = MLP(3, [4, 4], rng=random.Random(0))
    graph = Graph(model([1.0, 2.0, 3.0]))

    assert {group.runs for group in folded(graph, grouped(graph, SCOPE), 400).groups} == {1}


@pytest.mark.parametrize("inside", ["cell", None], ids=["one scope", "two"])
def test_runs_that_need_each_other_are_counted(inside):
    w, state = Parameter(0.5, label="w"), Value(1.0)
    for _ in range(3):
        with scope("cell"):
            state = w * state
        with scope(inside or "other"):
            state = state.tanh()
    graph = Graph(state)
    (cell,) = [g for g in folded(graph, grouped(graph, SCOPE), 400).groups if g.name == "cell"]

    assert cell.runs == 3


def test_a_sigma_with_the_sums_inside_it_is_single():
    a, b, c = (Value(1.0, label=name) for name in "abc")
    graph = Graph(a + b + c)
    top = folded(graph, grouped(graph, BATCH), 400).groups[-1]

    assert (top.is_single, top.inner, len(top.members), top.tops) == (True, 1, 2, (4,))


def test_gradients_that_are_not_finite_are_added_by_ieee():
    assert math.isnan(fsum([math.inf, -math.inf]))
    assert fsum([1e308, 1e308]) == math.inf
    assert fsum([1e16, 1.0, -1e16]) == 1.0


def test_a_batch_of_losses_is_folded_whatever_its_seeds():
    model = MLP(1, [1], rng=random.Random(0))
    losses = [mse([model([float(i)])], [1.0]) for i in range(3)]
    graph = Graph(losses, seeds=[1.0, 0.0, 2.0])
    last = folded(graph, grouped(graph, SCOPE), 400).groups[-1]

    assert last.seeds == (1.0, 2.0)
