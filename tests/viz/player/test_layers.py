"""Larger networks: layers, units that open, a classifier's end."""

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Graph, no_grad, softmax
from nn import MLP, cross_entropy, mse
from viz.numbers import show
from viz.player.choice import story, views
from viz.player.networks import large, small
from viz.player.networks.chances import chances_of
from viz.player.networks.finding import network_of
from viz.player.networks.layers import CELLS
from viz.player.story import GRADIENT, PHASES, VALUE, as_plain

from .networks_of import arrows, classifier, drawn, final, honest


@pytest.fixture(scope="module")
def loss():
    return classifier((64, 40, 10))


@pytest.fixture(scope="module")
def told(loss):
    return story(loss)


def unsigned(x):
    return show(x).removeprefix("+")


# --- the classifier's end -------------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(0, 2))
def test_the_softmax_is_found_with_its_target(seed, target):
    rng = random.Random(seed)
    scores = MLP(2, [3, 3], activation="tanh", rng=rng)([rng.uniform(-3, 3), 1.0])
    loss = cross_entropy(scores, target)
    with no_grad():
        expected = [p.data for p in softmax(scores)]

    found = chances_of(network_of(Graph(loss)), 0)

    assert found.target == target
    assert found.chances == pytest.approx(expected, rel=1e-12)


def test_no_softmax_is_no_classifier():
    loss = mse(MLP(2, [3, 2], rng=random.Random(0))([1.0, 2.0]), [0.0, 1.0])

    assert chances_of(network_of(Graph(loss)), 0) is None


# --- the layers -----------------------------------------------------------------------------------


def test_a_step_for_each_layer(told):
    phases = [step.phase for step in told.views[0].steps]

    assert phases.count("forward") == 4  # two layers, softmax, loss
    assert phases.count("backward") == 5  # begins, scores, their weights, units, their weights
    assert phases[-2:] == ["update", "again"]


def test_every_box_and_arrow_is_known(told):
    keys = {view.key for view in told.views}
    for view in told.views:
        lines, ways = drawn(view.picture), arrows(view.picture)
        assert {e.box for e in view.entries} == set(lines)
        for tail, head in ways.values():
            assert {tail, head} <= set(lines)
        phases = [PHASES.index(step.phase) for step in view.steps]
        assert phases == sorted(phases)
        for e in view.entries:
            assert e.opens in {"", *keys}
        for step in view.steps:
            assert {step.box, *step.sources} - {""} <= set(lines)
            assert {one.arrow for one in step.carried} <= set(ways)
            for fill in step.fills:
                assert fill.line < lines[fill.box]


def test_numbers_are_the_engines(told, loss):
    graph = Graph(loss)
    network = network_of(graph)
    view = told.views[0]
    back = [step for step in view.steps if step.phase in {"forward", "backward"}]
    known = {(f.box, f.line): f for step in back for f in step.fills}
    boxes = drawn(view.picture)
    shown = 0
    for unit in network.units:
        node = graph.nodes[unit.runs[0].output]
        box = f"n{node.index}"
        if box in boxes:
            shown += 1
            assert known[box, VALUE].exact == repr(node.value)
            assert known[box, GRADIENT].exact == repr(node.grad)
    assert shown == CELLS + 10


def test_the_gradient_of_a_score_is_probability_minus_target(told, loss):
    graph = Graph(loss)
    ends = chances_of(network_of(graph), 0)
    view = told.views[0]
    step = next(s for s in view.steps if s.title == "the scores: probability − target")

    assert step.symbols == "∂L/∂s3 = p(3) − 1"
    assert step.answer == unsigned(graph.nodes[ends.scores[3]].grad)
    fills = {fill.box: fill for fill in step.fills}
    for score in ends.scores:
        assert fills[f"n{score}"].exact == repr(graph.nodes[score].grad)


def test_units_open_with_their_strongest_products(told):
    view = next(v for v in told.views if v.key == "layers-1-13")
    names = [e.name for e in view.entries]

    assert view.within == "layers"
    assert "59 others" in names
    assert names[:3] == ["inputs", "weights", "gradients"]
    assert sum(name.startswith("pixel") for name in names) == 5
    assert any("of which" in step.sentence for step in view.steps)


def test_units_that_are_off_are_counted():
    told = story(classifier((64, 20, 10), activation="relu"))
    sentences = " ".join(step.sentence for step in told.views[0].steps)

    assert "of 20 units are off." in sentences
    assert "units are off and pass nothing on." in sentences


@settings(max_examples=15)
@given(
    st.integers(0, 1000),
    st.sampled_from(["tanh", "relu", "sigmoid"]),
    st.sampled_from([(50, 3), (64, 12, 10), (64, 8, 7, 4), (70, 45, 2)]),
    st.integers(1, 2),
)
def test_every_step_is_honest(seed, activation, sizes, examples):
    loss = classifier(sizes, activation, seed, target=1, examples=examples)
    for view in views(Graph(loss), rate=0.1, left={}):
        for step in view.steps:
            assert honest(step), (view.key, step.symbols, step.numbers, step.answer)
            assert "None" not in step.sentence


def test_regressions_have_layers_too():
    rng = random.Random(1)
    model = MLP(5, [45, 2], rng=rng)
    told = story(mse(model([0.1, -0.2, 0.3, 0.4, 0.5]), [1.0, 0.0]))
    view = told.views[0]

    assert view.key == "layers"
    assert [step.phase for step in view.steps].count("forward") > 2
    assert final(view)
    assert "pixel" not in view.steps[0].sentence


def test_an_image_of_any_shape():
    loss = classifier((24, 45, 10))

    told = story(loss, image=(4, 6))

    assert "4 × 6" in told.views[0].steps[0].sentence
    names = {e.name for view in told.views[1:] for e in view.entries if e.name.startswith("pixel")}
    assert len(names) > 5
    assert all(re.fullmatch(r"pixel [0-3],[0-5]", name) for name in names)


# --- sizes ----------------------------------------------------------------------------------------


def test_a_hundred_thousand_parameters_fit_a_page():
    loss = classifier((784, 128, 10))
    graph = Graph(loss)
    assert sum(node.kind == "parameter" for node in graph) > 100_000

    found = views(graph, rate=0.1, left={})

    size = sum(len(view.picture) + len(json.dumps(as_plain(view))) for view in found)
    assert size < 4_500_000
    assert not small.is_small(network_of(graph))
    assert "focus=" in found[0].hint
    assert 20 < len(found) < 140


def test_focus_opens_a_unit_that_did_not_fit():
    graph = Graph(classifier((784, 128, 10)))
    keys = {view.key for view in views(graph, rate=0.1, left={})}
    network = network_of(graph)
    closed = next(unit for unit in network.columns[0] if f"layers-1-{unit.place}" not in keys)

    found = views(graph, rate=0.1, left={}, focus=closed.runs[0].output)

    assert found[0].key == f"layers-1-{closed.place}"
    assert large.is_large(network)
