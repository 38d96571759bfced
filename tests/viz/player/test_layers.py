"""Larger networks: layers, units that open, a classifier's end."""

import json
import random
import re
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Graph, no_grad, softmax
from nn import MLP, cross_entropy, mse
from viz.lessons.layers import CELLS
from viz.lessons.lesson import GRADIENT, VALUE
from viz.say.numbers import show
from viz.say.story import PHASES
from viz.see.neurons import chances_of, network_of
from viz.views import is_small

from .networks_of import arrows, classifier, drawn, final, honest
from .stories import story, views


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
    step = next(s for s in view.steps if s.title == "Backward: the scores")

    assert step.symbols == "∂L/∂s3 = p(3) − 1"
    assert step.answer == unsigned(graph.nodes[ends.scores[3]].grad)
    fills = {fill.box: fill for fill in step.fills}
    for score in ends.scores:
        assert fills[f"n{score}"].exact == repr(graph.nodes[score].grad)


def test_units_open_with_their_strongest_products(told):
    view = next(v for v in told.views if v.key == "layers-1-14")
    names = [e.name for e in view.entries]

    assert view.within == "layers"
    assert "59 others" in names
    assert names[:3] == ["inputs", "weights", "gradients"]
    assert sum(re.fullmatch(r"p\d+", e.box) is not None for e in view.entries) == 5
    assert any("The largest: " in step.sentence for step in view.steps)


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
    assert all(re.fullmatch(r"pixel [1-4],[1-6]", name) for name in names)


# --- what is marked, and what is told -------------------------------------------------------------


def test_cells_tell_values_from_gradients(told):
    for fill in [fill for step in told.views[0].steps for fill in step.fills]:
        if fill.box.startswith("n") and fill.line in {VALUE, GRADIENT}:
            assert fill.text.startswith("v " if fill.line == VALUE else "g ")


def test_probabilities_are_bars_with_a_name(told, loss):
    view = told.views[0]
    ends = chances_of(network_of(Graph(loss)), 0)
    step = next(step for step in view.steps if step.title == "Forward: softmax")

    assert ">probability<" in view.picture
    assert "█" not in view.picture
    assert view.picture.count('class="bar" data-line="3" data-full=') == 10
    shares = {fill.box: fill.share for fill in step.fills}
    for score, chance in zip(ends.scores, ends.chances, strict=True):
        assert shares[f"n{score}"] == pytest.approx(chance, abs=1e-4)


def test_shades_are_told_by_steps_alone(told):
    """A shade in the picture itself would give the number away."""
    assert "fill-opacity" not in re.sub(
        r'<g id="x".*?</g>', "", told.views[0].picture, flags=re.DOTALL
    )
    unit = next(v for v in told.views if v.key == "layers-1-14")
    inside = unit.picture.partition('<g id="g"')[2]
    assert inside.index("data-line") < inside.index("<path")


def test_the_band_names_the_largest_gradient_of_the_weights(told, loss):
    graph = Graph(loss)
    network = network_of(graph)
    steps = [
        step for step in told.views[0].steps if step.title.startswith("Backward: the weights of")
    ]

    assert len(steps) == 2
    for step, column in zip(steps, reversed(network.columns), strict=True):
        weights = [i for unit in column for i in unit.weights]
        largest = max(weights, key=lambda i: abs(graph.nodes[i].grad))
        assert step.answer == unsigned(graph.nodes[largest].grad)
        digits = show(abs(graph.nodes[largest].grad))
        assert step.fills[0].text == f"g of weights: up to ±{digits}"


def test_what_a_step_says_of_a_pixel_is_marked(told):
    view = told.views[0]
    marked = {e.box: e.name for e in view.entries if e.box.startswith("px")}
    step = next(
        step for step in view.steps if step.title == "Backward: the weights of hidden units"
    )

    (mark,) = [name for name in step.sources if name in marked]
    assert marked[mark] in step.symbols
    unit = next(v for v in told.views if v.key == "layers-1-14")
    step = next(step for step in unit.steps if step.title == "Forward: the products")
    assert len([name for name in step.sources if name.startswith("px")]) == 5
    step = unit.steps[-1]
    (mark,) = [name for name in step.sources if name.startswith("px")]
    names = {e.box: e.name for e in unit.entries}
    assert names[mark] in step.symbols


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_what_is_told_of_units_is_told_of_one_that_is_on(seed):
    loss = classifier((64, 20, 10), activation="relu", seed=seed)
    graph = Graph(loss)
    units = network_of(graph).columns[0]
    grads = [abs(graph.nodes[unit.runs[0].output].grad) for unit in units]
    on = [graph.nodes[unit.runs[0].output].value > 0 for unit in units]
    step = next(s for s in story(loss).views[0].steps if s.title == "Backward: hidden units")

    best = max(range(20), key=lambda k: (on[k], grads[k]))
    assert f"∂L/∂h{best + 1} =" in step.symbols
    most = max(range(20), key=lambda k: grads[k])
    if not on[most]:
        assert "Of the units that are on" in step.sentence


def test_a_click_on_a_unit_tells_why(told):
    view = told.views[0]
    lines, ways = drawn(view.picture), arrows(view.picture)
    unit = next(e for e in view.entries if e.name == "h14")

    assert unit.paths[0].text.startswith("h14 → s")
    assert unit.covered
    opened = next(v for v in told.views if v.key == "layers-1-14")
    weight = next(e for e in opened.entries if re.fullmatch(r"p\d+", e.box))
    assert "→ h14 → s" in weight.paths[0].text
    for path in unit.paths:
        assert set(path.boxes) <= set(lines)
        assert set(path.arrows) <= set(ways)
    lines, ways = drawn(opened.picture), arrows(opened.picture)
    for e in opened.entries:
        for path in e.paths:
            assert set(path.boxes) <= set(lines)
            assert set(path.arrows) <= set(ways)


def test_a_batch_has_a_table_of_all_rows():
    loss = classifier((64, 45, 10), examples=4)
    graph = Graph(loss)
    told = story(loss)
    keys = [view.key for view in told.views if not view.within]

    assert keys == ["row-1", "row-2", "row-3", "all"]
    assert told.first in {"row-1", "row-2", "row-3"}
    assert "what row 1 alone contributes" in told.views[0].hint
    table = told.views[3]
    parameters = {f"n{node.index}": node for node in graph if node.kind == "parameter"}
    shown = [e for e in table.entries if e.box in parameters]
    assert len(shown) == 14
    for e in shown:
        assert e.exact_grad == repr(parameters[e.box].grad)
    assert {e.opens for e in table.entries} <= {"", *keys}
    for step in table.steps:
        assert honest(step)


# --- sizes ----------------------------------------------------------------------------------------


def test_a_hundred_thousand_parameters_fit_a_page():
    loss = classifier((784, 128, 10))
    graph = Graph(loss)
    assert sum(node.kind == "parameter" for node in graph) > 100_000

    found = views(graph, rate=0.1, left={})

    views_ = [asdict(view) for view in found]
    size = sum(len(view.pop("picture")) + len(json.dumps(view)) for view in views_)
    assert size < 4_500_000
    assert not is_small(network_of(graph))
    assert "focus=" in found[0].hint
    assert 20 < len(found) < 140


def test_focus_opens_a_unit_that_did_not_fit():
    graph = Graph(classifier((784, 128, 10)))
    keys = {view.key for view in views(graph, rate=0.1, left={})}
    network = network_of(graph)
    closed = next(unit for unit in network.columns[0] if f"layers-1-{unit.place + 1}" not in keys)

    found = views(graph, rate=0.1, left={}, focus=closed.runs[0].output)

    assert found[0].key == f"layers-1-{closed.place + 1}"
