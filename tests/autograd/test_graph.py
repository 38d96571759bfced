"""Snapshots: what a Graph says of a recorded pass, and that it says it to JSON and back."""

import copy
import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import given

from autograd import (
    Graph,
    Value,
    constant,
    dot,
    no_grad,
    scope,
    sources,
)
from autograd import sum as total

from ..strategies import rational_programs, smooth_programs
from .graphs import Frozen, Weight, graph_of
from .helpers import pickled, refused

# --- numbering and edges --------------------------------------------------------------------------


@given(program=rational_programs | smooth_programs)
def test_operands_come_before_results_and_every_node_once(program):
    _, _, graph = graph_of(program)

    assert [node.index for node in graph] == list(range(len(graph)))
    for node in graph:
        assert all(i < node.index for i in node.operands)
        assert len(node.operands) == len(node.inputs) == len(node.slopes)
        assert (node.op is None) == (node.kind != "operation")
        if node.op is None:
            assert node.operands == ()


@given(program=smooth_programs)
def test_the_same_computation_has_the_same_numbers(program):
    assert graph_of(program)[2] == graph_of(program)[2]
    assert str(graph_of(program)[2]) == str(graph_of(program)[2])


@given(program=smooth_programs)
def test_a_graph_has_one_node_for_each_value_and_an_edge_for_each_operand(program):
    leaves, root, graph = graph_of(program)
    seen, stack, edges = set(), [root, *leaves], 0
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            edges += len(node.operands)
            stack += node.operands

    assert len(graph) == len(seen)
    assert sum(len(node.operands) for node in graph) == edges


def test_a_square_has_two_edges():
    a = Value(3.0)
    graph = Graph(a * a)

    assert graph.nodes[1].operands == (0, 0)
    assert graph.nodes[1].inputs == (3.0, 3.0)
    assert graph.consumers(0) == ((1, 0), (1, 1))
    assert [c.product for c in graph.contributions(0)] == [3.0, 3.0]
    assert graph.nodes[0].grad == 6.0


def test_operands_keep_their_order():
    a, b = Value(8.0, label="a"), Value(2.0, label="b")
    for y, order in ((a - b, ["a", "b"]), (b / a, ["b", "a"]), (b**a, ["b", "a"])):
        graph = Graph(y)

        assert [graph.nodes[i].label for i in graph.nodes[-1].operands] == order


def test_every_plain_number_is_a_constant_of_its_own():
    a = Value(3.0)
    graph = Graph(2.0 * a + 2.0)
    kinds = [(node.kind, node.value, node.grad) for node in graph]

    assert kinds == [
        ("constant", 2.0, None),
        ("variable", 3.0, 2.0),
        ("operation", 6.0, 1.0),
        ("constant", 2.0, None),
        ("operation", 8.0, 1.0),
    ]


def test_plain_numbers_of_rows_with_many_operands():
    a = Value(3.0)
    graph = Graph(dot([a, 2.0], [5.0, a], 1.0))
    root = graph.nodes[-1]

    assert [graph.nodes[i].value for i in root.operands] == [3.0, 2.0, 5.0, 3.0, 1.0]
    assert root.operands[0] == root.operands[3]
    assert root.slopes == (5.0, 3.0, 3.0, 2.0, 1.0)
    assert graph.nodes[root.operands[0]].grad == 7.0


def test_a_shared_constant_is_one_node():
    c, a = constant(2.0, label="c"), Value(3.0)
    graph = Graph(c * a + c)

    assert [node.label for node in graph if node.kind == "constant"] == ["c"]


def test_a_leaf_and_a_constant_alone():
    assert [(n.kind, n.value, n.grad) for n in Graph(Value(3.0))] == [("variable", 3.0, 1.0)]
    assert [(n.kind, n.value, n.grad) for n in Graph(constant(3.0))] == [("constant", 3.0, None)]
    with no_grad():
        assert [n.kind for n in Graph(Value(3.0) * 2.0)] == ["constant"]


def test_shared_parts_do_not_multiply():
    """Fifty doublings are 51 nodes, though 2**50 paths lead to the leaf."""
    x = y = Value(1.0)
    for _ in range(50):
        y = y + y
    graph = Graph(y)

    assert len(graph) == 51
    assert graph.nodes[0].grad == 2.0**50
    y.backward()
    assert x.grad == 2.0**50


def test_iteration_and_length():
    graph = Graph(Value(3.0) * 2.0)

    assert list(graph) == list(graph.nodes)
    assert len(graph) == len(graph.nodes) == 3
    assert graph.roots == (2,)
    assert graph.seeds == (1.0,)


# --- the recorded pass ----------------------------------------------------------------------------


def test_a_leaf_changed_since_shows_both_numbers():
    x = Value(3.0, label="x")
    y = x * x
    x.data = 100.0
    leaf, square = Graph(y)

    assert (leaf.value, leaf.now, leaf.grad) == (3.0, 100.0, 6.0)
    assert (square.value, square.now, square.inputs, square.slopes) == (9.0, 9.0, (3, 3), (3, 3))
    assert "3.0  now 100.0  grad 6.0" in str(Graph(y))


def test_a_leaf_changed_between_its_uses():
    """Each node keeps what it saw, and the gradient is that of what was computed."""
    x = Value(3.0)
    y = x * x
    x.data = 5.0
    z = y * x
    graph = Graph(z)
    z.backward()

    assert graph.nodes[1].inputs == (3.0, 3.0)
    assert graph.nodes[2].inputs == (9.0, 5.0)
    assert graph.nodes[0].grad == x.grad == 2 * 3.0 * 5.0 + 9.0


def test_a_snapshot_does_not_move():
    x = Value(3.0)
    y = x * x
    graph = Graph(y)
    before = graph.to_json()
    x.data = 4.0
    x.label = "x"
    y.backward()

    assert graph.to_json() == before


@given(program=smooth_programs)
def test_a_graph_reads_and_writes_no_gradient(program):
    leaves, root, graph = graph_of(program)
    assert root.grad == 0.0
    assert all(leaf.grad == 0.0 for leaf in leaves)
    root.backward()
    for leaf in leaves:
        leaf.grad = 123.0

    assert Graph([root, *leaves]) == graph
    assert all(leaf.grad == 123.0 for leaf in leaves)


# --- kinds ----------------------------------------------------------------------------------------


def test_the_kind_of_a_leaf_is_its_classs():
    w, f, x, c = Weight(2.0), Frozen(3.0), Value(5.0), constant(7.0)
    graph = Graph(dot([w, f], [x, c], 1.0))
    kinds = {node.value: (node.kind, node.grad) for node in graph}

    assert kinds[2.0] == ("parameter", 5.0)
    assert kinds[3.0] == ("frozen", None)
    assert kinds[5.0] == ("variable", 2.0)
    assert kinds[7.0] == kinds[1.0] == ("constant", None)
    assert kinds[32.0] == ("operation", 1.0)


def test_no_gradient_is_asked_above_frozen_leaves_only():
    """But an operation that a variable reaches has one, and the frozen side has no share."""
    f, x = Frozen(3.0), Value(5.0)
    hidden = f * f
    graph = Graph(hidden * x)
    by_value = {node.value: node for node in graph}

    assert by_value[9.0].grad is None
    assert by_value[3.0].grad is None
    assert by_value[5.0].grad == 9.0
    assert graph.contributions(by_value[9.0].index) == ()


# --- names ----------------------------------------------------------------------------------------


def labels(root, names):
    return [node.label for node in Graph(root, names=names) if node.label]


def test_values_are_named_by_their_variables():
    a, b = Value(2.0), Value(3.0, label="mine")
    w = [Value(0.1), (Value(0.2), Value(0.3))]
    table = {"k": Value(0.4), 5: [Value(0.5)]}
    loss = total([a, b, w[0], *w[1], table["k"], table[5][0]])

    assert labels(loss, locals()) == [
        "a", "mine", "w[0]", "w[1][0]", "w[1][1]", "table['k']", "table[5][0]", "loss",
    ]  # fmt: skip


def test_the_plainest_name_wins():
    a = Value(2.0)
    everything = [[a], a]

    assert labels(a * 2.0, {"deep": everything, "flat": [a], "plain": a}) == ["plain"]
    assert labels(a * 2.0, {"deep": [[a]], "flat": [a]}) == ["flat[0]"]
    assert labels(a * 2.0, {"first": a, "second": a}) == ["first"]


def test_private_names_and_other_things_do_not_name():
    a = Value(2.0)
    loop = [a]
    loop.append(loop)

    assert labels(a * 2.0, {"_": a, "_a": a, "n": 3, "f": len, "s": "a"}) == []
    assert labels(a * 2.0, {"loop": loop}) == ["loop[0]"]


def test_names_do_not_stay():
    a = Value(2.0)
    Graph(a * a, names={"a": a})

    assert a.label == ""
    assert Graph(a * a).nodes[0].label == ""


def test_names_are_a_mapping():
    a = Value(2.0)
    with refused(
        TypeError, "names is a dict from names to Values, got a list; write names=locals()"
    ):
        Graph(a, names=[a])
    assert labels(a, {1: a}) == ["1"]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("roots", [3.0, None, "x", [], (), {}], ids=repr)
def test_a_graph_is_of_values(roots):
    with refused(TypeError, f"a Graph is taken of a Value or a list of Values, got {roots!r}"):
        Graph(roots)


def test_a_graph_is_of_values_only():
    with refused(TypeError, "a Graph is taken of Values, got a float among them"):
        Graph([Value(1.0), 2.0])
    with pytest.raises(TypeError, match="a Graph is taken of a Value or a list of Values"):
        Graph(np.array([Value(1.0)]))


@pytest.mark.parametrize(
    ("seeds", "error", "text"),
    [
        ([1.0, 2.0], ValueError, "Graph got 1 roots and 2 seeds; give one seed for each root"),
        ([], ValueError, "Graph got 1 roots and 0 seeds; give one seed for each root"),
        (2.0, TypeError, "seeds must be a list with one number for each root, got 2.0"),
        ("2", TypeError, "seeds must be a list with one number for each root, got '2'"),
        (["2"], TypeError, "a seed takes a real number, got the str '2'; write float('2')"),
        ([None], TypeError, "a seed takes a real number, got None; write 0.0 if zero is meant"),
        (
            [Value(1.0)],
            TypeError,
            (
                "a seed takes a real number, got a Value; use it as it is, or write v.data for its "
                "number"
            ),
        ),
    ],
)
def test_seeds_are_numbers_one_for_each_root(seeds, error, text):
    with refused(error, text):
        Graph(Value(3.0) * 2.0, seeds=seeds)


IMMUTABLE = "a Graph is an immutable snapshot; take a new one with Graph(root)"


@pytest.mark.parametrize("name", ["nodes", "roots", "seeds", "_consumers", "other"])
def test_a_graph_is_immutable(name):
    graph = Graph(Value(3.0) * 2.0)
    before = list(graph.nodes)
    with refused(AttributeError, IMMUTABLE):
        setattr(graph, name, ())
    with refused(AttributeError, IMMUTABLE):
        delattr(graph, name)
    assert list(graph.nodes) == before


def test_its_nodes_are_too():
    graph = Graph(Value(3.0) * 2.0)
    for name in ("index", "value", "grad", "other"):
        with refused(AttributeError, IMMUTABLE):
            setattr(graph.nodes[0], name, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        graph.contributions(0)[0].product = 0.0


def test_other_seeds_are_another_graph_of_the_same_recording():
    x = Value(3.0)
    graph = Graph([x * x, x * 5.0])
    other = graph.with_seeds([0.0, 2.0])

    assert (graph.nodes[0].grad, other.nodes[0].grad) == (11.0, 10.0)
    assert other == Graph([x * x, x * 5.0], seeds=[0.0, 2.0])


# --- equality and copies --------------------------------------------------------------------------


def test_equality_is_of_everything():
    x = Value(2.0)
    y = x * 3.0
    graph = Graph(y)
    others = [Graph(x), Graph([y, x]), Graph(y, seeds=[2.0]), Graph(y, names={"x": x})]

    assert graph == Graph(y)
    assert all(graph != other for other in others)
    assert graph != list(graph.nodes)
    assert Graph(Value(math.nan)) == Graph(Value(math.nan))
    assert Graph(Value(0.0)) != Graph(Value(-0.0))
    with pytest.raises(TypeError, match="unhashable"):
        hash(graph)


@given(program=smooth_programs)
def test_copies_and_pickles_are_equal(program):
    _, _, graph = graph_of(program)
    graph.consumers(0)
    for copied in (copy.copy(graph), copy.deepcopy(graph), pickled(graph)):
        assert copied == graph
        assert copied.consumers(0) == graph.consumers(0)


# --- as text --------------------------------------------------------------------------------------


def test_the_text_is_a_line_for_each_node():
    with scope("layer0"), sources():
        w, x = Value(2.0, label="w"), Value(-0.5)
        y = w * x + 1.0
    y.label = "out"
    x.data = 7.0
    line = test_the_text_is_a_line_for_each_node.__code__.co_firstlineno + 3

    assert str(Graph(y)) == "\n".join(
        [
            "%0 = variable           # 2.0  grad -0.5  'w'  in layer0",
            "%1 = variable           # -0.5  now 7.0  grad 2.0  in layer0",
            f"%2 = mul %0 %1          # -1.0  grad 1.0  in layer0  at test_graph.py:{line}",
            "%3 = constant           # 1.0",
            f"%4 = add %2 %3          # 0.0  grad 1.0  'out'  in layer0  at test_graph.py:{line}",
        ]
    )
    assert Graph(y).to_text() == str(Graph(y))


def test_nan_is_not_said_to_have_changed():
    x = Value(math.nan)

    assert str(Graph(x)) == "%0 = variable           # nan  grad 1.0"


# --- size -----------------------------------------------------------------------------------------


def test_a_wide_and_a_deep_graph():
    """A snapshot, its text and its JSON of 24,000 nodes, without recursion."""
    x = Value(1.0)
    wide = total([x * float(i) for i in range(4_000)])
    deep = x
    for i in range(8_000):
        deep = deep + float(i)
    for root, count in ((wide, 1 + 2 * 4_000 + 1), (deep, 1 + 2 * 8_000)):
        graph = Graph(root)

        assert len(graph) == count
        assert Graph.from_json(graph.to_json()).nodes[-1] == graph.nodes[-1]
    assert len(Graph(wide).consumers(0)) == 4_000
    assert sum(c.product for c in Graph(wide).contributions(0)) == sum(range(4_000))


def test_all_orders_of_roots_describe_the_same_nodes():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    roots = [a * b, a + b, (a * b) * a]
    texts = set()
    for order in itertools.permutations(roots):
        graph = Graph(list(order))
        texts.add(tuple(sorted((n.label, n.value, n.grad) for n in graph)))

    assert len(texts) == 1
