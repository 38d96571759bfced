import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, check_finite, scope, tanh
from autograd.diagnosis import first_non_finite
from autograd.errors import NonFiniteError
from nn import MLP, Layer, Parameter, Sequential, binary_cross_entropy
from viz import draw
from viz.say import health
from viz.say.health import group_marks, marks, of_group, units

from .strategies import graphs


def graph_of(model, batch):
    """What a model makes of a batch, as one graph."""
    outputs = [model(x) for x in batch]
    return Graph([y for out in outputs for y in (out if isinstance(out, list) else [out])])


# --- one node -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"value": 1.0}, ()),
        ({"value": 0.0}, ()),
        ({"value": 0.0, "slope": 0.0, "symbol": "relu"}, ("off: slope 0",)),
        ({"value": 2.0, "slope": 1.0, "symbol": "relu"}, ()),
        ({"value": 1.0, "slope": 0.0, "symbol": "tanh"}, ("saturated: slope 0",)),
        ({"value": 1.0, "slope": 0.000999}, ("saturated: slope 0.001",)),
        ({"value": 1.0, "slope": 0.001}, ()),
        ({"value": 1.0, "slope": -0.0002}, ("saturated: slope −0.0002",)),
        ({"value": -0.17, "slope": 1e-5, "symbol": "gelu"}, ("flat: slope 1e−5",)),
        ({"value": 1.0, "slope": math.nan}, ()),
        ({"value": math.nan}, ("nan! from here",)),
        ({"value": -math.inf, "inputs": (0.0,)}, ("−inf! from here",)),
        ({"value": math.nan, "inputs": (0.0, math.inf)}, ()),
        ({"value": math.nan, "inputs": None}, ()),
        ({"value": 1.0, "grad": 1e-7, "upstreams": (), "largest": 1.0},
         ("g vanishes: 1e−7 of the largest",)),
        ({"value": 1.0, "grad": 1e-6, "upstreams": (), "largest": 1.0}, ()),
        ({"value": 1.0, "grad": 0.0, "upstreams": (), "largest": 1.0}, ()),
        ({"value": 1.0, "grad": 1.0, "upstreams": (), "largest": 1e9, "seed": 1.0}, ()),
        ({"value": 1.0, "grad": -2e6, "upstreams": (), "largest": 2e6, "seed": 1.0},
         ("g explodes: 2e6 × the result’s",)),
        ({"value": 1.0, "grad": 1e6, "upstreams": (), "seed": 1.0}, ()),
        ({"value": 1.0, "grad": math.nan, "upstreams": (1.0,)}, ("g nan! from here",)),
        ({"value": 1.0, "grad": math.inf, "upstreams": (1.0, math.inf)}, ()),
        ({"value": 1.0, "grad": math.inf, "upstreams": None}, ()),
        ({"value": 0.0, "slope": 0.0, "grad": 1e-9, "upstreams": (), "largest": 1.0},
         ("off: slope 0", "g vanishes: 1e−9 of the largest")),
    ],
)  # fmt: skip
def test_a_mark_says_what_is_wrong_with_a_node(facts, said):
    assert marks(**facts) == said


@given(
    st.floats(), st.none() | st.floats(), st.none() | st.floats(),
    st.none() | st.tuples(st.floats()), st.floats(0.0, 1e300), st.floats(0.0, 1e300),
)  # fmt: skip
def test_a_mark_is_one_short_line(value, slope, grad, upstreams, largest, seed):
    for mark in marks(
        value, slope=slope, grad=grad, upstreams=upstreams, largest=largest, seed=seed
    ):
        assert len(mark) <= 40
        assert "\n" not in mark


@given(graphs)
def test_nan_begins_where_the_engine_says(graph):
    """A node without a mark is not where the diagnosis begins, and finite graphs have none."""
    marked = [
        node.index
        for node in graph
        if marks(node.value, inputs=node.inputs)[:1] and not math.isfinite(node.value)
    ]
    found = first_non_finite(graph)
    if found is not None and found[1] == "value":
        assert marked[0] == found[0].index
    else:
        assert marked == []


# --- many nodes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ()),
        ({"slopes": [[1.0], [1.0]]}, ()),
        ({"slopes": [[0.0], [1.0]]}, ("1 of 2 off (slope 0)",)),
        ({"slopes": [[0.0, 0.0], [0.0, 1.0]]}, ("1 of 2 dead (slope 0 for all 2 examples)",)),
        ({"slopes": [[0.0, 1.0], [1.0, 0.0]]}, ()),
        ({"slopes": [[1e-4, 1.0]]}, ("saturated 50 %",)),
        ({"slopes": [[1e-4, *[1.0] * 200]]}, ("saturated <1 %",)),
        ({"gradients": [0.0, 0.0]}, ("all 2 gradients are 0",)),
        ({"gradients": [0.0]}, ()),
        ({"gradients": [1e-5, 1e-5], "last": 0.1}, ("g vanishes: 0.0001 of the last layer’s",)),
        ({"gradients": [20.0, -20.0], "last": 0.001}, ("g explodes: 20000 × the last layer’s",)),
        ({"gradients": [0.01, 0.01], "last": 1.0}, ()),
        ({"gradients": [1.0], "last": 0.0}, ()),
        ({"gradients": [math.nan, 1.0], "values": [1.0, math.inf, 2.0]},
         ("not finite: 1 of 3 values", "not finite: 1 of 2 gradients")),
    ],
)  # fmt: skip
def test_marks_of_a_group(facts, said):
    assert group_marks(**facts) == said


slopes = st.sampled_from([0.0, 1e-5, -1e-5, 0.5, 1.0])


@given(st.integers(1, 4).flatmap(
    lambda examples: st.lists(st.lists(slopes, min_size=examples, max_size=examples), min_size=1)
))  # fmt: skip
def test_dead_and_saturated_are_counted_apart(batch):
    """Counted once more, one number at a time."""
    every = [slope for unit in batch for slope in unit]
    dead = len([unit for unit in batch if set(unit) == {0.0}])
    share = health.saturated_share(batch)

    assert share == pytest.approx(len([x for x in every if abs(x) == 1e-5]) / len(every))
    said = " ".join(group_marks(slopes=batch))
    assert said.startswith(f"{dead} of {len(batch)} ") == (dead > 0)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1))
def test_the_mean_size_lies_between_the_smallest_and_the_largest(numbers):
    sizes = [abs(x) for x in numbers]

    assert min(sizes) * (1 - 1e-12) <= health.mean_size([*numbers, None, math.nan, math.inf])
    assert health.mean_size(numbers) <= max(sizes) * (1 + 1e-12)


def test_the_mean_of_the_largest_numbers_is_finite():
    assert health.mean_size([1.7e308] * 8) == pytest.approx(1.7e308)
    assert health.mean_size([]) == 0.0


@pytest.mark.parametrize(
    ("size", "nearer", "said"),
    [(1.0, 12.0, "shrinks 12×"), (3.0, 1.0, "grows 3×"), (1.4, 1.0, "steady"),
     (1.0, 1.4, "steady"), (0.0, 1.0, "stops"), (1.0, 0.0, "begins"), (0.0, 0.0, "")],
)  # fmt: skip
def test_a_change_from_layer_to_layer_in_words(size, nearer, said):
    assert health.change(size, nearer) == said


# --- units ----------------------------------------------------------------------------------------


def test_a_neuron_that_saw_a_batch_is_one_unit():
    model = MLP(2, [3, 2], activation="tanh", rng=random.Random(0))
    batch = [[1.0, 2.0], [0.0, -1.0], [0.5, 0.5], [3.0, 1.0]]
    graph = graph_of(model, batch)
    found = units(graph, graph)

    assert sorted(unit.name for unit in found) == [f"layers.0/neurons.{i}" for i in range(3)]
    for unit in found:
        neuron = model.layers[0].neurons[int(unit.name[-1])]
        assert sorted(unit.slopes) == pytest.approx(sorted(1 - neuron(x).data ** 2 for x in batch))


def test_an_activation_of_its_own_has_the_units_of_the_layer_before():
    model = Sequential(Layer(2, 3, nonlin=False, rng=random.Random(0)), "relu")
    graph = graph_of(model, [[1.0, 2.0], [2.0, 1.0]])
    found = units(graph, graph)

    assert [unit.name for unit in found] == [f"layers.0/neurons.{i}" for i in range(3)]
    assert [len(unit.slopes) for unit in found] == [2] * 3


def test_units_without_modules_are_found_by_their_weights():
    w, b = [Parameter(1.0), Parameter(-1.0)], [Parameter(0.5), Parameter(0.5)]
    batch = [tanh(wi * x + 0.0 + bi) for x in (1.0, 2.0, 3.0) for wi, bi in zip(w, b, strict=True)]
    graph = Graph(batch)

    assert [len(unit.slopes) for unit in units(graph, graph)] == [3, 3]


def test_activations_of_variables_are_units_of_their_own():
    xs = [Value(float(x)) for x in range(3)]
    graph = Graph([(x * 2.0).tanh().tanh() for x in xs])

    assert [len(unit.slopes) for unit in units(graph, graph)] == [1] * 6


def test_dead_units_of_a_model_are_found():
    model = MLP(2, [4, 1], rng=random.Random(0))
    for i in (1, 3):
        model.layers[0].neurons[i].b.data = -100.0
    graph = graph_of(model, [[1.0, 2.0], [0.0, -1.0], [0.5, 0.5]])
    layer = [node.index for node in graph if node.scope.startswith("layers.0")]

    assert of_group(graph, layer)[0].startswith("2 of 4 dead")
    assert of_group(graph, []) == ()


def test_gradients_of_a_group_are_those_of_its_parameters():
    w = Parameter(1e-9)
    graph = Graph(w * 1e-6)

    assert of_group(graph, range(len(graph)), last=1.0) == ("g vanishes: 1e−6 of the last layer’s",)


def test_a_threshold_is_where_the_documentation_says():
    """|x| > 4.1 for tanh and > 6.9 for sigmoid, as the constant's text says."""
    assert 1 - math.tanh(4.1) ** 2 > health.SATURATED > 1 - math.tanh(4.2) ** 2
    sigmoid = [1 / (1 + math.exp(-x)) for x in (6.9, 7.0)]
    assert sigmoid[0] * (1 - sigmoid[0]) > health.SATURATED > sigmoid[1] * (1 - sigmoid[1])


def test_the_engine_names_the_same_node():
    x = Value(800.0, label="x")
    (marked,) = [
        node for node in Graph(x.exp() * 2.0)
        if marks(node.value, inputs=node.inputs)
    ]  # fmt: skip

    assert marked.op.name == "exp"
    with pytest.raises(NonFiniteError, match="node %1"):
        check_finite(x.exp() * 2.0)


def test_a_loss_that_is_small_is_no_saturated_unit():
    """binary_cross_entropy is a softplus of the logit, whose slope is what is left to learn."""
    w = Parameter(20.0, label="w")
    loss = binary_cross_entropy(w * 1.0, 1.0)

    assert "saturated" not in draw(loss).text()
    assert of_group(Graph(loss), range(len(Graph(loss)))) == ()
    with scope("layers.0"):
        inside = (w * -1.0).softplus()
    assert "saturated" in draw(inside).text()
