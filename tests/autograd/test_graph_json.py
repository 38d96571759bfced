"""A Graph as JSON, and back."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Graph,
    GraphFormatError,
    Value,
    operation,
    ops,
    scope,
    sources,
    where,
)
from autograd import sum as total

from ..strategies import rational_programs, smooth_programs
from .graphs import Frozen, Weight, graph_of
from .helpers import refused

DOUBLES = st.floats()


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
    "this JSON is not a graph: its 'format' is not 'glassgrad graph'; make a graph's JSON with "
    "Graph(root).to_json()"
)
WRONG = {
    "another format": (document(format="graph"), FORMAT),
    "no format": (document(format=...), FORMAT),
    "a list": ([], FORMAT),
    "another version": (
        document(version=1),
        "this graph has version 1, but this glassgrad reads version 2",
    ),
    "no version": (
        document(version=...),
        "this graph has version None, but this glassgrad reads version 2",
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
        "node %2 is an operation, but has a present value",
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
