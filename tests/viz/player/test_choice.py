"""Which views a computation gets, and what focus asks for."""

import random

import pytest

from autograd import ConstantError, Graph, Value, constant
from nn import MLP, mse
from viz.checks import canonical
from viz.say.story import Story
from viz.scene.diagram import Diagram

from .networks_of import classifier, final, honest, xor
from .stories import neuron, story, views


def tangled(length=300, seed=0):
    """A computation that is no network, with names for its inputs."""
    rng = random.Random(seed)
    inputs = [Value(rng.uniform(-1, 1), label=f"a{k}") for k in range(8)]
    found = inputs[0]
    for _ in range(length):
        found = (found * rng.choice(inputs) + rng.choice(inputs)).tanh()
    return inputs, found


def test_a_neuron_is_shown_node_by_node():
    told = story(neuron())

    assert isinstance(told, Story)
    assert [view.tab for view in told.views] == [""]
    assert isinstance(told.views[0].picture, Diagram)


def test_a_network_by_rows_a_larger_one_by_layers():
    assert story(xor()).views[0].tab == "row 1"
    assert story(classifier((64, 12, 10))).views[0].tab == "layers"


def test_large_computations_show_what_is_nearest_to_the_result():
    _, root = tangled()
    (view,) = story(root, max_nodes=50).views

    assert len(view.picture.boxes) <= 50
    assert "focus=" in view.hint


@pytest.mark.parametrize("wanted", ["a3", 7, "value"], ids=["label", "number", "Value"])
def test_focus_shows_a_node_with_its_strongest_paths(wanted):
    inputs, root = tangled()
    graph = Graph(root)
    focus = inputs[3] if wanted == "value" else wanted

    view = story(root, focus=focus).views[0]

    assert view.key == "focus"
    index = graph.nodes[7].index if wanted == 7 else next(n.index for n in graph if n.label == "a3")
    known = final(view)
    assert float(known[f"n{index}", 2].exact) == pytest.approx(graph.nodes[index].grad, rel=1e-12)
    assert "others" in " ".join(e.name for e in view.entries)
    for step in view.steps:
        assert honest(step)


def test_focus_on_a_neuron_opens_it():
    told = story(xor(), focus="layers.0/neuron 1")

    assert told.views[0].key == "row-1-1-2"
    assert told.views[0].within == "row-1"


def test_focus_on_a_weight_opens_its_neuron():
    graph = Graph(xor())
    weight = next(n.index for n in graph if n.kind == "parameter" and n.value == -0.8)

    assert views(graph, rate=0.1, left={}, focus=weight)[0].key == "row-1-1-2"


@pytest.mark.parametrize(
    ("focus", "error", "words"),
    [
        ("a33", ValueError, "did you mean 'a3'"),
        ("nowhere to be found", ValueError, "labels and scopes"),
        (10**6, ValueError, "the nodes of this graph are 0 to"),
        (-1, ValueError, "the nodes of this graph are 0 to"),
        (Value(1.0), ValueError, "not in this computation"),
        (2.5, TypeError, "focus is a Value, a label"),
        (True, TypeError, "focus is a Value, a label"),
    ],
)
def test_focus_on_nothing_says_what_there_is(focus, error, words):
    _, root = tangled(30)
    with pytest.raises(error, match=words):
        story(root, focus=focus)


def test_scopes_are_found_however_they_are_written():
    assert canonical("layers.0/neurons.13") == canonical("layer 0/neuron 13")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"lr": "fast"}, TypeError, "lr is a number"),
        ({"lr": float("nan")}, ValueError, "finite"),
        ({"image": 8}, TypeError, r"\(8, 8\)"),
        ({"image": (8, 0)}, TypeError, r"\(8, 8\)"),
        ({"title": 3}, TypeError, "title is text"),
    ],
)
def test_wrong_arguments_say_what_to_write(arguments, error, words):
    with pytest.raises(error, match=words):
        story(neuron(), **arguments)


def test_what_has_no_gradient_is_refused():
    with pytest.raises(ConstantError, match="does not depend on any variable"):
        story(constant(1.0) * 2.0)
    with pytest.raises(TypeError, match="takes a Value, usually a loss, or a Graph"):
        story(3.0)


def test_a_graph_is_played_too_but_has_no_grad_to_begin_with():
    graph = Graph(neuron())

    assert story(graph).views
    with pytest.raises(TypeError, match="accumulate"):
        story(graph, accumulate=True)
    with pytest.raises(TypeError, match="names"):
        story(graph, names={})
    with pytest.raises(TypeError, match="needs the Value"):
        story(graph, focus=Value(1.0))


def test_nothing_is_written():
    loss = xor()
    loss.backward()
    model = MLP(2, [3, 1], rng=random.Random(0))
    other = mse(model([1.0, 2.0]), 0.0)
    before = [p.grad for p in model.parameters()]

    story(loss, accumulate=True)
    story(other)

    assert [p.grad for p in model.parameters()] == before


def test_titles():
    assert story(neuron()).title == "How L and its gradients are computed"
    assert story(neuron(), title="mine").title == "mine"
