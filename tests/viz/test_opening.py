import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, dot
from autograd import sum as total
from viz.see.outline import opened

from .strategies import graphs


def example():
    a, b, c, d = [Value(float(i), label=name) for i, name in enumerate("abcd", start=1)]
    run = a + b + c + d
    run.label = "run"
    spread = total([a, b, c])
    spread.label = "spread"
    top = run * spread * dot([a], [b])
    return Graph(top)


def names(graph, indices):
    return sorted(graph.nodes[i].op.symbol for i in indices)


def test_true_opens_everything_and_false_nothing():
    graph = example()

    assert opened(graph, expand=True) == frozenset(range(len(graph)))
    assert opened(graph, expand=False) == frozenset()


def test_a_label_opens_what_has_it():
    graph = example()
    (index,) = opened(graph, "spread")

    assert graph.nodes[index].label == "spread"


def test_opening_a_run_opens_all_of_its_additions():
    graph = example()

    assert names(graph, opened(graph, ["run"])) == ["+", "+", "+"]


def test_additions_of_additions_are_opened_too():
    a, b = Value(1.0), Value(2.0)
    graph = Graph((a + b) + (b + a))

    assert names(graph, opened(graph, graph.roots[0])) == ["+", "+", "+"]


def test_an_index_opens_that_node():
    graph = example()
    (spread,) = [node.index for node in graph if node.label == "spread"]

    assert opened(graph, spread) == opened(graph, [spread]) == {spread}


@given(graphs, st.data())
def test_every_sum_can_be_opened_by_index(graph, data):
    sums = [node.index for node in graph if node.op and node.op.name in {"add", "sum", "dot"}]
    chosen = data.draw(st.lists(st.sampled_from(sums), max_size=3)) if sums else []

    assert set(chosen) <= opened(graph, chosen)


@pytest.mark.parametrize(
    ("expand", "error", "message"),
    [
        (99, ValueError, ("expand: there is no node 99 in this graph, whose nodes are 0 to 10; "
                         "write expand=True to open every Σ")),
        (-1, ValueError, ("expand: there is no node -1 in this graph, whose nodes are 0 to 10; "
                         "write expand=True to open every Σ")),
        ("sprad", ValueError, ("expand: nothing in this graph is labelled 'sprad'; did you mean "
                              "'spread'? Write expand=True to open every Σ")),
        (["zzz"], ValueError, ("expand: nothing in this graph is labelled 'zzz'; write expand=True "
                              "to open every Σ")),
        ("a", ValueError, ("expand: node 0 is a variable; only Σ can be opened: sum, dot and runs "
                          "of +")),
        (8, ValueError, "expand: node 8 is ×; only Σ can be opened: sum, dot and runs of +"),
        ([1.5], TypeError, ("expand takes True, False, or a list of node indices and labels, got "
                           "1.5")),
        ([True], TypeError, ("expand takes True, False, or a list of node indices and labels, got "
                            "True")),
        (None, TypeError, ("expand takes True, False, or a list of node indices and labels, got "
                          "None")),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused(expand, error, message):
    with pytest.raises(error) as caught:
        opened(example(), expand)

    assert str(caught.value) == message
