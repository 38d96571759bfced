"""The strongest paths, held to a list of all of them, and searches that must stay short."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value
from autograd import sum as total
from viz.see.paths import Edge, Paths

from ..counting import calls
from .strategies import computations

computed = (
    computations(steps=5, roots=1).map(Graph).filter(lambda graph: graph.nodes[-1].grad is not None)
)


def every_path(graph, start, root):
    """All paths as tuples of edges, found in the plainest way."""
    if start == root:
        return [()]
    return [
        (Edge(start, consumer, position), *rest)
        for consumer, position in graph.consumers(start)
        for rest in every_path(graph, consumer, root)
    ]


def product(graph, edges):
    return math.prod(graph.nodes[edge.consumer].slopes[edge.position] for edge in edges)


def paths_of(root, *, start=0, seed=1.0):
    graph = root if isinstance(root, Graph) else Graph(root)
    return Paths(graph, start, graph.roots[0], seed)


@given(computed, st.data())
def test_they_are_the_first_of_all_paths_in_order_of_size(graph, data):
    asked = [node.index for node in graph if node.grad is not None]
    start = data.draw(st.sampled_from(asked))
    listed = every_path(graph, start, graph.roots[0])
    top = data.draw(st.integers(1, len(listed) + 1))
    sizes = sorted([abs(product(graph, edges)) for edges in listed], reverse=True)
    found = paths_of(graph, start=start).strongest(top)

    assert len(found) == min(top, len(listed))
    assert len({path.edges for path in found}) == len(found)
    assert {path.edges for path in found} <= set(listed)
    assert [abs(path.product) for path in found] == pytest.approx(sizes[: len(found)], rel=1e-9)


@given(computed, st.data())
def test_the_census_counts_what_a_list_of_all_paths_has(graph, data):
    asked = [node.index for node in graph if node.grad is not None]
    start = data.draw(st.sampled_from(asked))
    listed = every_path(graph, start, graph.roots[0])
    products = [product(graph, edges) for edges in listed]
    slopes = [[graph.nodes[e.consumer].slopes[e.position] for e in edges] for edges in listed]
    census = paths_of(graph, start=start).census

    assert census.count == len(listed)
    assert census.dead == sum(0.0 in of_one for of_one in slopes)
    assert census.not_finite == 0
    assert census.size == pytest.approx(sum(map(abs, products)), rel=1e-9)


@given(computed, st.data())
def test_all_products_add_up_to_the_gradient(graph, data):
    node = data.draw(st.sampled_from([node for node in graph if node.grad is not None]))
    paths = paths_of(graph, start=node.index)
    products = [path.product for path in paths.strongest(paths.census.count or 1)]

    assert math.fsum(products) == pytest.approx(node.grad, rel=1e-9, abs=1e-9 * paths.census.size)


def test_nodes_slopes_and_seed_of_a_path():
    a = Value(3.0)
    (path,) = paths_of((a * 2.0).tanh(), seed=0.5).strongest(1)

    assert path.nodes == (0, 2, 3)
    assert path.edges == (Edge(0, 2, 0), Edge(2, 3, 0))
    assert path.slopes == (2.0, pytest.approx(math.cosh(6.0) ** -2))
    assert path.product == 0.5 * path.slopes[1] * 2.0
    assert path.seed == 0.5


def test_a_node_used_twice_by_one_operation_has_two_paths():
    a = Value(3.0)

    assert [path.edges for path in paths_of(a * a).strongest(5)] == [
        (Edge(0, 1, 0),),
        (Edge(0, 1, 1),),
    ]


def test_equal_paths_come_in_the_order_of_their_consumers():
    a = Value(1.0)
    terms = [a * 2.0 for _ in range(20)]
    found = paths_of(total(terms)).strongest(3)

    assert [path.edges[-1].position for path in found] == [0, 1, 2]


def test_the_root_itself_is_a_path_without_edges():
    root = Value(3.0) * 2.0
    (path,) = paths_of(root, start=2, seed=-1.5).strongest(3)

    assert (path.nodes, path.edges, path.product) == ((2,), (), -1.5)


def test_dead_paths_come_last_and_those_that_are_not_finite_first():
    a = Value(0.0)
    # a·0 is dead, √a has an infinite slope at 0, and a·(1/√a)·0 is both: 0 × inf is nan.
    root = a * 0.0 + a * 5.0 + a.sqrt() + a.sqrt() * 0.0 + a * 1e-300
    paths = paths_of(root)
    products = [path.product for path in paths.strongest(9)]

    assert products[0] == math.inf
    assert math.isnan(products[1])
    assert products[2:] == [5.0, 1e-300, 0.0]
    assert (paths.census.count, paths.census.dead, paths.census.not_finite) == (5, 2, 2)


def test_a_seed_that_is_not_finite_makes_every_path_so():
    a = Value(1.0)
    paths = paths_of(a * 2.0 + a, seed=math.inf)

    assert paths.census.not_finite == 2
    assert [path.product for path in paths.strongest(2)] == [math.inf, math.inf]


def test_ways_that_do_not_lead_to_the_root_are_no_paths():
    a, b = Value(1.0), Value(2.0)
    graph = Graph([a * 2.0, a * 3.0, b], seeds=[1.0, 0.0, 0.0])
    astray = paths_of(graph, start=graph.roots[2])

    assert paths_of(graph).census.count == len(paths_of(graph).strongest(9)) == 1
    assert (astray.census.count, astray.strongest(9)) == (0, ())


def test_products_too_small_or_too_large_for_a_number_are_still_in_order():
    a = Value(1.0)
    tiny, tinier = (a * 1e-300 * 1e-100), (a * 1e-300 * 1e-200)
    root = tinier * 0.5 + tiny * 0.5
    first, second = paths_of(root).strongest(2)

    assert first.product == second.product == 0.0
    assert math.prod(first.slopes[1:]) > math.prod(second.slopes[1:])


def test_a_search_among_equal_paths_goes_straight_to_the_end():
    """2⁴⁰⁰ paths whose products differ by rounding at most: going wide would never end."""
    x = Value(1.0)
    for _ in range(400):
        x = x * 0.3 + x * 0.3
    paths = paths_of(x)
    found = []
    work = calls(lambda: found.extend(paths.strongest(20)))

    assert len({path.edges for path in found}) == 20
    assert paths.census.count == 2**400
    assert work < 100 * sum(len(path.edges) for path in found)


def test_a_chain_deeper_than_any_recursion():
    x = Value(0.5)
    for _ in range(20_000):
        x = x * 1.0
    (path,) = paths_of(x).strongest(5)

    assert len(path.edges) == 20_000
    assert path.product == 1.0


def test_counts_of_thousands_of_digits_are_not_kept_for_every_node():
    x = Value(0.0)
    for _ in range(20_000):
        x = x + x

    assert paths_of(x).census.count == 2**20_000
