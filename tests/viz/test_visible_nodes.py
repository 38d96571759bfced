from collections import Counter, defaultdict
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, dot, ops
from autograd import sum as total
from viz.say.box_text import remarks
from viz.see.outline import opened
from viz.see.visible_nodes import LINKS_PER_NODE, outline

from .strategies import graphs

budgets = st.one_of(st.just(10_000), st.integers(1, 12))


def same(x, y):
    """Equal as numbers, nan equal to nan, and None only to None."""
    return repr(x + 0.0) == repr(y + 0.0) if None not in {x, y} else x is y


def drawn(graph, **options):
    """An outline, with its links by operand and by consumer."""
    result = outline(graph, **options)
    out, into = defaultdict(list), defaultdict(list)
    for link in result.links:
        out[link.operand].append(link)
        into[link.consumer].append(link)
    return result, {item.key: item for item in result.items}, out, into


@given(graphs, budgets, st.booleans(), st.booleans())
def test_every_number_is_the_graphs_own(graph, max_nodes, constants, expand):
    result = outline(graph, opened=opened(graph, expand), constants=constants, max_nodes=max_nodes)
    for item in result.items:
        node = graph.nodes[item.node]
        if item.key == str(item.node):
            assert same(item.value, node.value)
            assert same(item.grad, node.grad)
            assert same(item.now, node.now)
            assert (item.label, item.scope, item.source) == (node.label, node.scope, node.source)


@given(graphs, budgets, st.booleans(), st.booleans())
def test_contributions_add_up_to_the_gradient_bit_for_bit(graph, max_nodes, constants, expand):
    result = outline(graph, opened=opened(graph, expand), constants=constants, max_nodes=max_nodes)
    for item in result.items:
        if item.grad is None:
            assert item.contributions == ()
        else:
            assert same(reduce(add, item.contributions, sum(item.seeds, 0.0)), item.grad)


@given(graphs, budgets, st.booleans(), st.booleans())
def test_what_a_box_adds_up_is_what_its_arrows_bring(graph, max_nodes, constants, expand):
    _, items, out, _ = drawn(
        graph, opened=opened(graph, expand), constants=constants, max_nodes=max_nodes
    )
    for item in items.values():
        brought = [link.product for link in out[item.key] if link.product is not None]
        assert Counter(map(repr, brought)) == Counter(map(repr, item.contributions))


@given(graphs, st.booleans(), st.booleans())
def test_every_arrow_is_slope_times_upstream(graph, constants, expand):
    _, items, out, _ = drawn(graph, opened=opened(graph, expand), constants=constants)
    for links in out.values():
        for link in links:
            if items[link.operand].grad is None:
                assert (link.upstream, link.product) == (None, None)
            else:
                assert same(link.upstream, items[link.consumer].grad)
                assert same(link.product, link.slope * link.upstream)


@given(graphs)
def test_with_everything_opened_items_and_links_are_nodes_and_edges(graph):
    closed = Graph.from_json(graph.to_json())
    nodes = {str(node.index) for node in closed}
    result, items, _, into = drawn(closed, opened=opened(closed, expand=True))

    assert nodes <= items.keys()
    assert result.hidden == 0
    for node in closed:
        if node.op is None or node.op.name in {"sum", "dot"}:
            continue
        links = sorted(into[str(node.index)], key=lambda link: link.position)
        assert [link.operand for link in links] == [str(i) for i in node.operands]
        assert [repr(link.slope) for link in links] == [repr(slope) for slope in node.slopes]


@given(graphs)
def test_closed_sums_and_dots_have_the_graphs_edges(graph):
    _, _, _, into = drawn(graph)
    for node in graph:
        if node.op is not None and node.op.name in {"sum", "dot"}:
            links = sorted(into[str(node.index)], key=lambda link: link.position)
            assert [link.operand for link in links] == [str(i) for i in node.operands]
            assert [link.position for link in links] == list(range(len(links)))


def _folds(graph, node):
    """Whether a sum may be inside a Σ, if an addition uses it."""
    users = graph.consumers(node.index)
    return (
        node.op is not None
        and node.op.name == "add"
        and not node.label
        and node.index not in graph.roots
        and len(users) == 1
        and graph.nodes[users[0][0]].op.name == "add"
    )


@given(graphs)
def test_a_run_of_plus_hides_only_sums_that_nobody_misses(graph):
    result, items, _, _ = drawn(graph)
    for node in graph:
        if str(node.index) not in items:
            assert _folds(graph, node)
    assert result.hidden == 0


@given(graphs)
def test_no_run_of_plus_is_left_in_pieces(graph):
    _, items, _, into = drawn(graph)
    for key, links in into.items():
        if items[key].symbol not in {"+", "Σ"} or graph.nodes[int(key)].op.name != "add":
            continue
        for link in links:
            assert not _folds(graph, graph.nodes[link.node])


@given(graphs)
def test_an_opened_sum_takes_the_engines_steps(graph):
    _, items, _, into = drawn(graph, opened=opened(graph, expand=True))
    for item in items.values():
        node = graph.nodes[item.node]
        if node.op is None or node.op.name not in {"sum", "dot"} or item.symbol not in {"+", "×"}:
            continue
        operands = [items[link.operand].value for link in sorted(
            into[item.key], key=lambda link: link.position)]  # fmt: skip
        x, y = operands
        assert same(item.value, x + y if item.symbol == "+" else x * y)
        if item.grad is not None:
            assert same(item.grad, node.grad), "the slope of a sum is 1"


def test_a_dot_is_opened_from_its_bias_on():
    w, x = [Value(0.5), Value(-1.0)], [Value(2.0), Value(3.0)]
    graph = Graph(dot(w, x, Value(0.1, label="b")))
    result, items, _, into = drawn(graph, opened=opened(graph, expand=True))
    top = str(graph.roots[0])

    assert [(i.key, i.symbol, i.value) for i in result.items if i.symbol] == [
        (f"{top}p1", "×", 1.0),
        (f"{top}p2", "×", -3.0),
        (f"{top}s1", "+", 1.1),
        (top, "+", 1.1 - 3.0),
    ]
    assert items[into[f"{top}s1"][0].operand].label == "b"
    assert [link.operand for link in into[top]] == [f"{top}s1", f"{top}p2"]


@pytest.mark.parametrize(
    ("make", "symbol"),
    [
        (lambda a, b: dot([a], [b]), "×"),
        (lambda a, b: dot([a], [b], Value(1.0)), "+"),
        (lambda a, b: total([a]), "Σ"),
        (lambda a, b: total([a, b]), "+"),
    ],
)
def test_a_sum_of_one_or_two_terms_is_opened_into_one_step(make, symbol):
    graph = Graph(make(Value(2.0), Value(3.0)))
    result = outline(graph, opened=opened(graph, expand=True))

    assert result.items[-1].symbol == symbol


@given(graphs, st.integers(1, 12), st.booleans(), st.booleans())
def test_the_budget_is_kept_and_what_is_left_out_is_counted(graph, max_nodes, constants, expand):
    result, items, _, into = drawn(
        graph, opened=opened(graph, expand), constants=constants, max_nodes=max_nodes
    )
    shown = {item.node for item in items.values()}
    shown |= {hidden.node for item in items.values() for hidden in item.constants}
    for node in reversed(graph.nodes):
        # A sum that is not drawn itself is part of the Σ that uses it.
        consumers = {consumer for consumer, _ in graph.consumers(node.index)}
        if node.op and node.op.name == "add" and _folds(graph, node) and consumers <= shown:
            shown |= {node.index} if not expand else set()

    assert len(items) <= max_nodes
    assert len(result.links) <= LINKS_PER_NODE * max_nodes
    assert result.hidden == len(graph) - len(shown)
    for key, item in items.items():
        node = graph.nodes[item.node]
        if key == str(item.node) and node.op is not None and item.symbol not in {"+", "Σ"}:
            drawn_or_not = len(into[key]) + len(item.constants) + item.left_out
            assert drawn_or_not == len(node.operands)


@given(graphs, st.integers(1, 12))
def test_what_is_shown_is_nearest_to_the_roots(graph, max_nodes):
    _, items, _, _ = drawn(graph, max_nodes=max_nodes)
    last = graph.roots[-1] if not graph.consumers(graph.roots[-1]) else max(graph.roots)

    assert str(last) in items or len(set(graph.roots)) > max_nodes
    for item in items.values():
        for consumer, _ in graph.consumers(item.node):
            node = graph.nodes[consumer]
            assert str(consumer) in items or node.op.name == "add"


@given(graphs)
def test_hidden_constants_are_named_in_what_uses_them(graph):
    result, items, _, _ = drawn(graph, constants=False)

    for item in items.values():
        if item.kind == "constant":
            assert item.node in graph.roots
    for item in items.values():
        for hidden in item.constants:
            node = graph.nodes[hidden.node]
            assert node.kind == "constant"
            assert (hidden.label, repr(hidden.value)) == (node.label, repr(node.value))
    assert result.hidden == 0


def test_some_constants_can_be_drawn():
    graph = Graph(Value(3.0, label="x") * constant(2.0, label="c") + 1.0)
    named = {node.index for node in graph if node.label}

    items = outline(graph, constants=named).items

    assert [item.label for item in items if not item.symbol] == ["x", "c"]
    assert [constant.value for constant in items[-1].constants] == [1.0]


@given(graphs, st.booleans())
def test_every_link_knows_its_edge(graph, textbook):
    """But those inside an opened Σ, which stand for no edge."""
    dots = {node.index for node in graph if node.op is ops.dot} if textbook else ()
    links = outline(graph, textbook=dots).links

    edges = [link.edge for link in links if link.edge is not None]
    assert len(edges) == len(set(edges))
    for link in links:
        if link.edge is not None:
            consumer, position = link.edge
            assert graph.nodes[consumer].operands[position] == link.node
            assert repr(graph.nodes[consumer].slopes[position]) == repr(link.slope)
    assert {link.edge for link in links if link.node is not None} == set(edges)


def test_a_constant_root_is_drawn_even_without_constants():
    graph = Graph(constant(2.0, label="c"))

    assert [item.label for item in outline(graph, constants=False).items] == ["c"]


def test_a_root_of_seed_zero_is_drawn_and_is_no_root():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    graph = Graph([a * b, a], seeds=[1.0, 0.0])
    roots = {item.label or item.symbol: item.seeds for item in outline(graph).items}

    assert roots == {"a": (), "b": (), "×": (1.0,)}


def test_a_root_twice_has_two_seeds():
    a = Value(2.0)
    (item,) = outline(Graph([a, a])).items

    assert (item.seeds, item.grad, item.contributions) == ((1.0, 1.0), 2.0, ())


def test_a_sum_that_does_not_fit_stays_closed_and_says_so():
    graph = Graph(total([Value(float(i)) for i in range(50)]))
    result = outline(graph, opened=opened(graph, expand=True), max_nodes=30)

    assert result.items[-1].symbol == "Σ"
    assert remarks(result) == ("node 50 stays a Σ: its 50 operands are too many for max_nodes",)


def test_the_remark_about_it_is_one_clean_line():
    node = total([Value(float(i)) for i in range(50)])
    node.label = "\x1b[31m" + "long\nlabel" * 100
    (remark,) = remarks(outline(Graph(node), opened=frozenset([50]), max_nodes=30))

    assert remark.startswith("�[31mlong labellong")
    assert len(remark) < 100


def test_a_leaf_with_too_many_uses_is_left_out_for_others():
    w, x = Value(1.0, label="w"), Value(2.0, label="x")
    graph = Graph(dot([w] * 400, [x, *[constant(0.5)] * 399], Value(3.0, label="b")))
    result = outline(graph, max_nodes=100, constants=False)

    assert {item.label for item in result.items} == {"", "x", "b"}
    assert result.items[-1].left_out == 400
    assert result.hidden == 1
