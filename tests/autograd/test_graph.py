"""Snapshots: what a Graph says of a recorded pass, and that it says it to JSON and back."""

import copy
import dataclasses
import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from autograd import (
    Contribution,
    DomainError,
    Graph,
    GraphFormatError,
    Value,
    backward,
    constant,
    dot,
    no_grad,
    operation,
    ops,
    scope,
    sources,
    where,
)
from autograd import sum as total

from ..strategies import rational_programs, smooth_programs
from .helpers import pickled, refused

DOUBLES = st.floats()


def graph_of(program, seeds=None):
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(program.inputs)]
    try:
        root = program.run(leaves)
    except DomainError:  # a division by zero, or clip's ends in the wrong order
        reject()
    return leaves, root, Graph([root, *leaves], seeds=seeds)


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


class Weight(Value):
    __slots__ = ()
    kind = "parameter"


class Frozen(type(constant(0.0))):
    __slots__ = ()
    kind = "frozen"


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


# --- gradients and contributions ------------------------------------------------------------------


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
        (2.0, TypeError, "seeds is a list with one number for each root, got 2.0"),
        ("2", TypeError, "seeds is a list with one number for each root, got '2'"),
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


# --- as JSON --------------------------------------------------------------------------------------

HOSTILE = [
    '{}|<>"\\',
    "line\nbreak",
    "</script>",
    "\u2028\u2029\x00\x7f",
    "Σ é 名 🎓",
    "'\t ",
    "null",
]


@given(program=rational_programs | smooth_programs, data=st.data())
def test_json_and_back_is_the_identity(program, data):
    count = len(program.inputs) + 1
    seeds = data.draw(st.lists(DOUBLES, min_size=count, max_size=count))
    leaves, root, _ = graph_of(program)
    leaves[0].data = data.draw(DOUBLES)
    graph = Graph([root, *leaves], seeds=seeds)
    again = Graph.from_json(graph.to_json())

    assert again == graph
    assert again.to_json() == graph.to_json()
    assert str(again) == str(graph)


@given(numbers=st.lists(DOUBLES, min_size=1, max_size=4), changed=DOUBLES)
def test_json_keeps_every_double(numbers, changed):
    leaves = [Value(x) for x in numbers]
    root = total(leaves)
    leaves[0].data = changed
    graph = Graph(root)
    again = Graph.from_json(graph.to_json())

    assert repr([node.value for node in again]) == repr([node.value for node in graph])
    assert repr(again.nodes[0].now) == repr(changed)


@given(
    label=st.text() | st.sampled_from(HOSTILE), name=st.text(min_size=1) | st.sampled_from(HOSTILE)
)
def test_json_keeps_every_text(label, name):
    with scope(name):
        x = Value(2.0, label=label)
        y = x * 3.0
    y.label = label
    again = Graph.from_json(Graph(y).to_json())

    assert [node.label for node in again] == [label if i != 1 else "" for i in range(3)] or (
        [node.label for node in again] == [label, "", label]
    )
    assert [node.scope for node in again] == [name, "", name]


def test_json_is_strict_json():
    """Every reader can read it: no NaN, no Infinity."""

    def refuse(word):
        raise AssertionError(word)

    graph = Graph(total([Value(math.inf), Value(-math.inf), math.nan]), seeds=[math.inf])
    document = json.loads(graph.to_json(), parse_constant=refuse)

    assert document["seeds"] == ["inf"]
    assert document["values"] == ["inf", "-inf", "nan", "nan"]


def test_json_can_be_read_by_people_too():
    assert '"about": [["Σ w·x", "", ""]]' in Graph(Value(2.0, label="Σ w·x")).to_json()


def test_json_holds_what_was_recorded_and_writes_once_what_repeats():
    x = Value(3.0, label="x")
    with scope("inside"):
        y = x * 2.0
        x.data = 4.0
        y = y * x

    assert json.loads(Graph(y).to_json()) == {
        "format": "glassgrad graph",
        "version": 2,
        "roots": [3],
        "seeds": [1.0],
        "kinds": ["variable", "parameter", "frozen", "constant"],
        "operations": ["mul"],
        "rows": [-1, -4, 0, 0],
        "operands": [[0, 1], [2, 0]],
        "values": [3.0, 2.0, 6.0, 24.0],
        "changed": [[3], [4.0]],
        "now": [[0], [4.0]],
        "about": [["x", "", ""], ["", "", ""], ["", "inside", ""]],
        "places": [0, 1, 2, 2],
    }


def test_json_keeps_kinds_sources_and_choices():
    with sources():
        y = where(Value(1.0) > 0.0, Weight(2.0) * Frozen(3.0), 0.0)
    again = Graph.from_json(Graph(y).to_json())

    assert again == Graph(y)
    assert {node.kind for node in again} == {"parameter", "frozen", "constant", "operation"}
    assert all(node.source for node in again if node.op)


@pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)
def test_json_keeps_every_row(op):
    xs = [Value(0.5) for _ in range(op.arity or 3)]
    if op is ops.acosh:
        xs = [Value(1.5)]
    graph = Graph(op(*xs))

    assert Graph.from_json(graph.to_json()) == graph


def document(**changes):
    """A good document with some fields changed, or left out where the change is ``...``."""
    good = json.loads(Graph(Value(3.0) * Value(2.0)).to_json())
    return {name: x for name, x in {**good, **changes}.items() if x is not ...}


FORMAT = (
    "this JSON is not a graph: its 'format' is not 'glassgrad graph'; write one with "
    "Graph(root).to_json()"
)
WRONG = {
    "another format": (document(format="graph"), FORMAT),
    "no format": (document(format=...), FORMAT),
    "a list": ([], FORMAT),
    "another version": (
        document(version=1),
        "this graph has version 1, and this glassgrad reads version 2",
    ),
    "no version": (
        document(version=...),
        "this graph has version None, and this glassgrad reads version 2",
    ),
    "no rows": (document(rows=...), "'rows' of this graph is None, not a list"),
    "rows that are a number": (document(rows=3), "'rows' of this graph is 3, not a list"),
    "rows that are an object": (document(rows={}), "'rows' of this graph is {}, not a list"),
    "a row that is not there": (
        document(rows=[-1, -1, 1]),
        "entry 2 of 'rows' is 1, not a whole number from -4 to 0",
    ),
    "a kind that is not there": (
        document(rows=[-1, -5, 0]),
        "entry 1 of 'rows' is -5, not a whole number from -4 to 0",
    ),
    "a row that is true": (
        document(rows=[-1, -1, True]),
        "entry 2 of 'rows' is True, not a whole number from -4 to 0",
    ),
    "an unknown kind": (
        document(kinds=["leaf"]),
        "entry 0 of 'kinds' is 'leaf', not a kind of leaf",
    ),
    "a kind that is a list": (document(kinds=[[]]), "entry 0 of 'kinds' is [], not a kind of leaf"),
    "an operation as a kind": (
        document(kinds=["operation"]),
        "entry 0 of 'kinds' is 'operation', not a kind of leaf",
    ),
    "an operation that is a list": (
        document(operations=[[]]),
        "entry 0 of 'operations' is [], not the name of an operation",
    ),
    "an operation that is null": (
        document(operations=[None]),
        "entry 0 of 'operations' is None, not the name of an operation",
    ),
    "an unknown operation": (
        document(operations=["swish"]),
        (
            "there is no operation named 'swish' here; a graph that uses a custom "
            "operation can only be read after autograd.operation('swish', ...) has been run"
        ),
    ),
    "empty roots": (document(roots=[]), "this graph has no roots"),
    "a root that is not there": (
        document(roots=[3]),
        "entry 0 of 'roots' is 3, not a whole number from 0 to 2",
    ),
    "a negative root": (
        document(roots=[-1]),
        "entry 0 of 'roots' is -1, not a whole number from 0 to 2",
    ),
    "a root that is a text": (
        document(roots=["2"]),
        "entry 0 of 'roots' is '2', not a whole number from 0 to 2",
    ),
    "no seeds": (document(seeds=...), "'seeds' of this graph is None, not a list"),
    "too many seeds": (
        document(seeds=[1.0, 1.0]),
        "'seeds' of this graph has 2 entries, not 1",
    ),
    "a seed that is a text": (
        document(seeds=["1"]),
        "entry 0 of 'seeds' is '1', not a number that fits a double",
    ),
    "a seed too large": (
        document(seeds=[10**400]),
        f"entry 0 of 'seeds' is {'1' + 59 * '0'}, not a number that fits a double",
    ),
    "no values": (document(values=...), "'values' of this graph is None, not a list"),
    "too few values": (
        document(values=[3.0, 2.0]),
        "'values' of this graph has 2 entries, not 3",
    ),
    "a value that is null": (
        document(values=[3.0, None, 6.0]),
        "entry 1 of 'values' is None, not a number that fits a double",
    ),
    "a value that is true": (
        document(values=[3.0, True, 6.0]),
        "entry 1 of 'values' is True, not a number that fits a double",
    ),
    "a value that is a list": (
        document(values=[3.0, [], 6.0]),
        "entry 1 of 'values' is [], not a number that fits a double",
    ),
    "a value too large": (
        document(values=[3.0, 2.0, -(10**400)]),
        f"entry 2 of 'values' is {'-1' + 58 * '0'}, not a number that fits a double",
    ),
    "no operands": (document(operands=[]), "'operands' of this graph has 0 entries, not 1"),
    "operands that are a number": (
        document(operands=[0]),
        "'operands of node %2' of this graph is 0, not a list",
    ),
    "operands that are a text": (
        document(operands=["01"]),
        "'operands of node %2' of this graph is '01', not a list",
    ),
    "itself as an operand": (
        document(operands=[[0, 2]]),
        "entry 1 of 'operands of node %2' is 2, not a whole number from 0 to 1",
    ),
    "a negative operand": (
        document(operands=[[0, -1]]),
        "entry 1 of 'operands of node %2' is -1, not a whole number from 0 to 1",
    ),
    "an operand that is a fraction": (
        document(operands=[[0, 1.0]]),
        "entry 1 of 'operands of node %2' is 1.0, not a whole number from 0 to 1",
    ),
    "too few operands": (
        document(operands=[[0]]),
        "'operands of node %2' of this graph has 1 entries, not 2",
    ),
    "too many operands": (
        document(operands=[[0, 1, 1]]),
        "'operands of node %2' of this graph has 3 entries, not 2",
    ),
    "a changed operand that is not there": (
        document(changed=[[2], [1.0]]),
        "entry 0 of 'changed' is 2, not a whole number from 0 to 1",
    ),
    "a change without a number": (
        document(changed=[[1], []]),
        "'changed' of this graph has 0 entries, not 1",
    ),
    "changes that are one list": (
        document(changed=[1]),
        "'changed' of this graph has 1 entries, not 2",
    ),
    "a present value that is none": (
        document(now=[[0], [None]]),
        "entry 0 of 'now' is None, not a number that fits a double",
    ),
    "a present value of an operation": (
        document(now=[[2], [1.0]]),
        "node %2 is an operation, and has a present value",
    ),
    "a label that is a number": (
        document(about=[[3, "", ""]]),
        "entry 0 of 'about' is [3, '', ''], not a label, a scope and a source",
    ),
    "a place that is null": (
        document(about=[None]),
        "entry 0 of 'about' is None, not a label, a scope and a source",
    ),
    "a place that is not there": (
        document(places=[0, 0, 1]),
        "entry 2 of 'places' is 1, not a whole number from 0 to 0",
    ),
}


def test_the_document_that_is_changed_is_good():
    assert len(Graph.from_json(json.dumps(document()))) == 3


@pytest.mark.parametrize("why", WRONG)
def test_a_json_that_is_no_graph_says_why(why):
    wrong, text = WRONG[why]
    with refused(GraphFormatError, text):
        Graph.from_json(json.dumps(wrong))


@pytest.mark.parametrize("text", ["", "{", "nodes", None, 3, b"\xff", "[" * 100_000], ids=str)
def test_what_is_no_json_says_so(text):
    with pytest.raises(GraphFormatError, match=r"^this is not JSON: ."):
        Graph.from_json(text)


def test_long_things_are_not_printed_whole():
    with pytest.raises(GraphFormatError) as caught:
        Graph.from_json(json.dumps(document(about=[list(range(10_000))])))

    assert len(str(caught.value)) < 150


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=3), x, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_whatever_stands_in_a_field_it_is_read_or_refused(data):
    """Nothing but GraphFormatError comes out, whatever goes in."""
    whole = document()
    field = data.draw(st.sampled_from(sorted(whole)))
    old = whole[field]
    if isinstance(old, list) and old and data.draw(st.booleans()):
        old[data.draw(st.integers(0, len(old) - 1))] = data.draw(JSON)
    else:
        whole[field] = data.draw(JSON)
    text = json.dumps(whole)
    try:
        graph = Graph.from_json(text)
    except GraphFormatError:
        return

    assert Graph.from_json(graph.to_json()) == graph


def test_reading_executes_no_operation():
    """The values are those that were recorded, not computed again."""
    whole = document(values=[3.0, 2.0, 123.0])

    assert Graph.from_json(json.dumps(whole)).nodes[2].value == 123.0


def test_a_custom_operation_is_needed_to_read_its_graph():
    row = operation("doubled", lambda x: 2 * x, lambda z, x: 2)
    text = Graph(row(Value(3.0))).to_json()
    graph = Graph.from_json(text)
    del ops.ALL["doubled"]

    assert graph.nodes[1].op is row
    assert graph.nodes[0].grad == 2.0
    with refused(
        GraphFormatError,
        "there is no operation named 'doubled' here; a graph that uses a custom operation can "
        "only be read after autograd.operation('doubled', ...) has been run",
    ):
        Graph.from_json(text)


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
