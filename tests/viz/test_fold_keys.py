import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, scope
from nn import MLP, Parameter, mse
from viz.see.folding import Rule, grouped

from .strategies import graphs, scoped_graphs


def to_depth(depth):
    return lambda path: "/".join(path.split("/")[:depth])


def nowhere(_):
    return ""


SCOPE = Rule("scope", to_depth(1))
DEEP = Rule("deep", to_depth(9))
STRUCTURE = Rule("structure", nowhere, scopes=False)
BATCH = Rule("example", nowhere, apart=True)
DEPTH = Rule("depth", nowhere, bands=3)
RULES = (SCOPE, DEEP, STRUCTURE, BATCH, DEPTH)
rules = st.sampled_from(RULES)
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def members(graph, grouping):
    """What each group holds, in words: operations by name, leaves by label or kind."""
    found = [[] for _ in range(grouping.count)]
    for node, group in zip(graph, grouping.of, strict=True):
        found[group].append(node.op.name if node.op else node.label or node.kind)
    return found


@given(st.one_of(graphs, scoped_graphs), rules, st.booleans())
def test_every_node_is_in_one_group_and_no_group_is_empty(graph, rule, constants):
    grouping = grouped(graph, rule, constants=constants)

    assert len(grouping.of) == len(graph)
    assert set(grouping.of) == set(range(grouping.count))


@given(st.one_of(graphs, scoped_graphs), rules, st.booleans())
def test_groups_are_in_the_order_of_their_last_nodes(graph, rule, constants):
    grouping = grouped(graph, rule, constants=constants)
    last = {group: index for index, group in enumerate(grouping.of)}

    assert sorted(last, key=last.get) == list(range(grouping.count))


@given(scoped_graphs)
def test_the_operations_of_a_scope_are_one_group(graph):
    grouping = grouped(graph, SCOPE)
    for node in graph:
        if node.op is not None and node.scope:
            assert grouping.names[grouping.of[node.index]] == node.scope.split("/")[0]
        if node.op is not None and not node.scope:
            assert grouping.names[grouping.of[node.index]] == ""


@given(scoped_graphs, rules)
def test_what_shares_a_box_is_alike(graph, rule):
    """Without a scope, one kind of operation a group; and of leaves, one kind."""
    grouping = grouped(graph, rule)
    for group, name in enumerate(grouping.names):
        nodes = [node for node in graph if grouping.of[node.index] == group]
        if not name:
            assert len({node.op.name for node in nodes if node.op}) <= 1
            if not any(node.op for node in nodes):
                assert len({node.kind for node in nodes}) == 1


@given(st.one_of(graphs, scoped_graphs), rules)
def test_variables_are_never_hidden_in_a_group_of_operations(graph, rule):
    grouping = grouped(graph, rule)
    operations = {grouping.of[node.index] for node in graph if node.op}

    assert not any(grouping.of[n.index] in operations for n in graph if n.kind == "variable")


def batch(count=4):
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    rows = [[float(i), 1.0 - i] for i in range(count)]
    return Graph(mse([model(row) for row in rows], [1.0] * count))


def test_a_layer_holds_its_parameters_and_the_losses_are_one_group():
    graph = batch()
    grouping = grouped(graph, SCOPE)

    assert grouping.names == ["layers.0", "layers.1", "", "", "", "", ""]
    assert [len(group) for group in members(graph, grouping)] == [41, 8, 8, 4, 1, 1, 1]
    assert members(graph, grouping)[2:] == [
        ["y1", "sub", "y2", "sub", "y3", "sub", "y4", "sub"],
        ["mul"] * 4,
        ["sum"],
        ["constant"],
        ["div"],
    ]


def test_by_example_every_parameter_is_alone_and_every_neuron_is_one_group():
    graph = batch()
    found = members(graph, grouped(graph, BATCH))

    assert [group for group in found if group[0] in {"dot", "tanh"}] == (
        [["dot"] * 4, ["tanh"] * 4] * 3 + [["dot"] * 4]
    )
    assert sum(len(group) == 1 and group[0] in {"w0", "w1", "w2", "b"} for group in found) == 13


def test_equal_structure_is_one_group_whatever_it_is_computed_from():
    xs = [Value(float(i), label=f"x{i}") for i in range(5)]
    graph = Graph(sum(((x * 2.0).tanh() for x in xs), constant(0.0)))

    assert members(graph, grouped(graph, STRUCTURE)) == [
        ["constant"],
        ["x0", "x1", "x2", "x3", "x4"],
        ["constant", "mul"] * 5,
        ["tanh"] * 5,
        ["add"] * 5,
    ]


def test_different_structure_is_not():
    x = Value(1.0)
    graph = Graph([x.tanh().exp(), x.exp().tanh()])

    assert (
        len({g for node, g in zip(graph, grouped(graph, STRUCTURE).of, strict=True) if node.op})
        == 4
    )


def test_a_sum_is_not_taken_out_of_its_scope():
    a, b, c = (Value(1.0, label=name) for name in "abc")
    with scope("encoder"):
        inner = a + b
    graph = Graph(inner + c)
    grouping = grouped(graph, SCOPE)

    assert grouping.names[grouping.of[2]] == "encoder"
    assert grouping.of[4] != grouping.of[2]


def test_a_sum_that_something_else_uses_is_no_part_of_a_sigma():
    a, b = Value(1.0), Value(2.0)
    graph = Graph((a + b).tanh() + b)

    assert [
        n for n, inner in zip(graph, grouped(graph, STRUCTURE).inner, strict=True) if inner
    ] == []


def test_a_sum_is_not_taken_into_a_scope_that_uses_it():
    a, b, c = (Value(1.0, label=name) for name in "abc")
    inner = a + b
    with scope("encoder"):
        result = inner + c
    graph = Graph(result)
    grouping = grouped(graph, SCOPE)

    assert sorted(grouping.names) == ["", "", "", "", "encoder"]
    assert not any(grouping.inner)


def test_tied_weights_are_a_group_of_their_own():
    w, x = Parameter(2.0, label="w"), Value(1.0, label="x")
    with scope("encoder"):
        h = w * x
    with scope("decoder"):
        y = w * h
    graph = Graph(y)
    grouping = grouped(graph, SCOPE)

    assert grouping.names == ["", "", "encoder", "decoder"]
    assert members(graph, grouping)[:2] == [["w"], ["x"]]


def test_hidden_constants_go_into_what_uses_them():
    graph = Graph(Value(1.0) * 2.0)

    assert grouped(graph, STRUCTURE, constants=True).count == 3
    assert grouped(graph, STRUCTURE, constants=False).count == 2


def test_bands_of_depth_cover_a_chain_evenly():
    value = Value(1.0)
    for _ in range(11):
        value = value.tanh()
    graph = Graph(value)
    grouping = grouped(graph, DEPTH)

    assert grouping.names == ["", "depth 0 to 3", "depth 4 to 7", "depth 8 to 11"]
    assert [len(group) for group in members(graph, grouping)] == [1, 3, 4, 4]


@every_rule
def test_long_chains_are_grouped_without_recursion(rule):
    value = Value(1.0)
    for _ in range(10_000):
        value = value.tanh() + 1.0

    assert len(grouped(Graph(value), rule).of) == 30_001
