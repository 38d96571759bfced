"""Small networks: a tab for each row, one for all, and neurons that open."""

import math
import random
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Graph, Value
from autograd import sum as total
from nn import MLP, Neuron, cross_entropy, mse
from viz.lessons.lesson import GRADIENT, VALUE, Pass
from viz.lessons.table import shares
from viz.say.numbers import show
from viz.say.story import PHASES
from viz.scene.columns import Cell, flat
from viz.scene.diagram import Box, Diagram
from viz.see.neurons import network_of
from viz.views import MOST_OPENED, is_small

from .networks_of import ROWS, arrows, drawn, final, honest, xor, xor_model
from .stories import story, views


@pytest.fixture(scope="module")
def loss():
    return xor()


@pytest.fixture(scope="module")
def told(loss):
    return story(loss)


def by_key(told, key):
    return next(view for view in told.views if view.key == key)


def entry(view, name):
    return next(entry for entry in view.entries if entry.name == name)


def unsigned(x):
    return show(x).removeprefix("+")


# --- what is found --------------------------------------------------------------------------------


def test_a_network_is_found_in_its_graph(loss):
    network = network_of(Graph(loss))

    assert [len(column) for column in network.columns] == [3, 1]
    assert network.examples == 4
    assert [unit.activation for unit in network.units] == ["tanh", "tanh", "tanh", ""]
    for unit in network.units:
        for example, run in enumerate(unit.runs):
            assert run.example == example
            assert network.example_of[run.output] == example


def test_shared_weights_at_two_depths_are_no_network():
    neuron = Neuron(1, activation="tanh")
    again = neuron([neuron([1.0])])

    assert network_of(Graph(again)) is None


def test_examples_that_mix_are_no_network():
    model = MLP(2, [2, 2, 1], activation="tanh", rng=random.Random(0))
    first, second, last = model.layers
    a, b = second(first([1.0, 2.0])), second(first([3.0, 4.0]))
    loss = mse([last([a[0], b[1]]), last([b[0], a[1]])], [0.0, 1.0])

    assert network_of(Graph(loss)) is None
    assert story(loss).views  # and is shown node by node


# --- the tabs -------------------------------------------------------------------------------------


def test_a_tab_for_each_row_and_one_for_all(told):
    assert [v.tab for v in told.views if not v.within] == [
        "row 1",
        "row 2",
        "row 3",
        "row 4",
        "all",
    ]


def test_every_box_and_arrow_is_known(told):
    keys = {view.key for view in told.views}
    assert len(keys) == len(told.views)
    for view in told.views:
        picture = view.picture
        assert not isinstance(picture, Diagram)
        lines, ways = drawn(picture), arrows(picture)
        assert len({e.box for e in view.entries}) == len(view.entries)
        assert {e.box for e in view.entries} <= set(lines)
        assert view.within in {"", *keys}
        for e in view.entries:
            assert e.opens in {"", *keys}
        for tail, head in ways.values():
            assert {tail, head} <= set(lines)
        for step in view.steps:
            assert step.phase in PHASES
            assert {step.box, *step.sources} - {""} <= set(lines)
            assert {one.arrow for one in step.carried} <= set(ways)
            for fill in step.fills:
                assert fill.line < lines[fill.box]


def test_phases_come_in_order(told):
    for view in told.views:
        phases = [PHASES.index(step.phase) for step in view.steps]
        assert phases == sorted(phases)
        assert phases[0] == 0


def test_the_book_row_4(told):
    row = by_key(told, "row-4")
    steps = {step.symbols: step for step in row.steps}

    assert entry(row, "o").value == "0.5311"
    assert entry(row, "error").value == "0.5311"
    assert entry(row, "o").grad == "0.2655"
    step = steps["∂L/∂h2 = w(h2→o) · ∂L/∂o"]
    assert (step.numbers, step.answer) == ("= −0.5 × 0.2655 =", "−0.1328")
    step = steps["∂L/∂z(h2) = (1 − h2²) · ∂L/∂h2"]
    assert (step.numbers, step.answer) == ("= 0.961 × (−0.1328) =", "−0.1276")
    assert steps["∂L/∂w(x1→h2) = x1 · ∂L/∂z(h2)"].answer == "−0.1276"
    assert step.sentence == (
        "Inside h2, raising the sum z by 1 unit changes h2 at rate 0.961, so L at rate −0.1276."
    )


def test_the_book_all_rows(told):
    view = by_key(told, "all")
    step = next(s for s in view.steps if s.symbols.startswith("∂L/∂w(x1→h2) ="))

    assert step.symbols == "∂L/∂w(x1→h2) = row 1 + row 2 + row 3 + row 4"
    assert step.numbers == "= 0 + 0 + 0.03043 + (−0.1276) ≈"
    assert step.answer == "−0.09716"
    assert entry(view, "L").value == "0.399"
    assert "Rows 1, 2 contribute nothing." in step.sentence


def test_the_learner_sees_where_weights_are_merged(told, loss):
    """x1 is one box for three neurons, though the graph has three constants."""
    row = by_key(told, "row-2")
    names = [e.name for e in row.entries]

    assert names.count("x1") == names.count("x2") == 1
    assert sum(node.kind == "constant" for node in Graph(loss)) > 8


def test_neurons_open(told):
    row = by_key(told, "row-4")
    opened = by_key(told, entry(row, "h2").opens)

    assert opened.within == "row-4"
    assert [e.name for e in opened.entries] == [
        "x1", "w(x1→h2)", "x2", "w(x2→h2)", "b(h2)", "p1", "p2", "z(h2)", "h2", "o",
    ]  # fmt: skip
    assert entry(opened, "w(x1→h2)").grad == "−0.1276"
    symbols = [step.symbols for step in opened.steps]
    assert "∂L/∂h2 = w(h2→o) · ∂L/∂o" in symbols
    assert "h2 = tanh(z(h2))" in symbols


def test_update_and_again_are_told_of_the_whole_batch(told, loss):
    view = by_key(told, "all")
    again = view.steps[-1]
    graph = Graph(loss)
    moved = {node.index: node.value - 0.1 * node.grad for node in graph if node.kind == "parameter"}
    expected = graph.evaluate(leaves=moved)[graph.roots[0]]

    assert again.phase == "again"
    assert again.answer == unsigned(expected)
    assert f"L falls from 0.399 to {unsigned(expected)}" in again.sentence
    weights = final(view)
    for index, value in moved.items():
        assert weights[f"n{index}", VALUE].exact == repr(value)


def test_one_example_has_one_tab_with_the_update():
    told = story(mse(xor_model()([1.0, 1.0]), 0.0))
    view = told.views[0]

    assert [v.tab for v in told.views if not v.within] == ["network"]
    assert [step.phase for step in view.steps[-2:]] == ["update", "again"]
    assert "alone" not in "".join(step.note for step in view.steps)


def test_what_was_left_is_a_summand():
    loss = xor()
    loss.backward()

    told = story(loss, accumulate=True)

    view = by_key(told, "all")
    graph = Graph(loss)
    for node in graph:
        if node.kind == "parameter":
            left = next(e for e in view.entries if e.box == f"n{node.index}")
            assert left.grad == unsigned(2 * node.grad)
    step = next(s for s in view.steps if s.symbols.startswith("∂L/∂w(x1→h2) ="))
    assert step.symbols.startswith("∂L/∂w(x1→h2) = left + row 1")
    assert "was left from an earlier backward" in step.sentence


def test_a_click_tells_why(told):
    weight = entry(by_key(told, "row-4"), "w(x1→h2)")
    first = weight.paths[0]

    assert first.text.startswith("w(x1→h2) → h2 → o → error → error² → L: 1 × 0.961 × (−0.5) × ")
    assert len(first.arrows) == 5
    assert "row 3" in " ".join(path.text for path in weight.paths)
    lines, ways = drawn(by_key(told, "row-4").picture), arrows(by_key(told, "row-4").picture)
    for path in weight.paths:
        assert set(path.boxes) <= set(lines)
        assert set(path.arrows) <= set(ways)
    assert weight.covered


def test_a_penalty_is_a_summand_of_its_own():
    model = xor_model()
    batch = mse([model(row) for row in ROWS], [0.0, 1.0, 1.0, 0.0])
    loss = batch + 0.1 * total([p * p for p in model.parameters()])

    told = story(loss)

    row, view = by_key(told, "row-1"), by_key(told, "all")
    assert [e.name for e in row.entries].count("penalty") == 1
    assert len({e.box for e in row.entries}) == len(row.entries)
    step = next(s for s in view.steps if s.symbols.startswith("∂L/∂w(x1→h2) ="))
    assert step.symbols.endswith("row 4 + penalty")
    assert step.numbers == "= 0 + 0 + 0.03043 + (−0.1276) + (−0.16) ="


def test_a_network_without_a_loss_goes_back_from_its_output():
    told = story(xor_model()([1.0, 0.0]))
    view = told.views[0]

    assert "∂L/∂w9 = h3 · ∂L/∂o" not in [step.symbols for step in view.steps]
    graph = Graph(xor_model()([1.0, 0.0]))
    known = final(view)
    for node in graph:
        if node.kind == "parameter":
            assert float(known[f"n{node.index}", GRADIENT].exact) == node.grad


def test_what_was_left_is_there_from_the_beginning_of_a_single_row():
    model = xor_model()
    mse(model([0.0, 1.0]), 1.0).backward()
    left = [p.grad for p in model.parameters()]
    loss = mse(model([1.0, 1.0]), 0.0)

    view = story(loss, accumulate=True).views[0]

    graph = Graph(loss)
    nodes = [node for node in graph if node.kind == "parameter"]
    start = {fill.box: fill for fill in view.steps[0].fills if fill.line == GRADIENT}
    known = final(view)
    for node, before in zip(nodes, left, strict=True):
        if before:
            assert start[f"n{node.index}"].text.endswith(" left")
        assert float(known[f"n{node.index}", GRADIENT].exact) == before + node.grad


# --- names and words ------------------------------------------------------------------------------


def test_the_row_with_the_largest_loss_is_shown_first(told):
    assert told.first == "row-2"
    assert "shown first because its loss is the largest" in by_key(told, "row-2").steps[0].sentence
    assert "shown first" not in by_key(told, "row-1").steps[0].sentence
    assert story(mse(xor_model()([1.0, 1.0]), 0.0)).first == ""


def test_a_focus_is_shown_first_instead(loss):
    assert story(loss, focus="layers.0/neurons.1").first == ""


def texts_of(svg):
    """The lines of each box as they are at first, by its id."""
    return {
        box.get("id"): [part.text or "" for part in box.iter() if part.tag.endswith("text")]
        for box in ET.fromstring(svg).iter()  # noqa: S314 - our own
        if box.get("class", "").split()[:1] == ["box"]
    }


def test_a_weight_has_one_name_everywhere(told, loss):
    row, opened, whole = (by_key(told, key) for key in ("row-4", "row-4-1-2", "all"))
    names = {e.box: e.name for e in row.entries}
    graph = Graph(loss)
    weights = {
        f"n{node.index}": names[f"n{node.index}"] for node in graph if node.kind == "parameter"
    }

    assert set(weights.values()) == {
        f"w({way})"
        for way in ("x1→h1", "x2→h1", "x1→h2", "x2→h2", "x1→h3", "x2→h3", "h1→o", "h2→o", "h3→o")
    } | {"b(h1)", "b(h2)", "b(h3)", "b(o)"}
    for view in (row, opened, whole):
        boxes = texts_of(view.picture)
        for e in view.entries:
            if e.box in weights:
                assert boxes[e.box][0] == e.name == weights[e.box]


def test_names_of_weights_follow_the_labels_of_inputs():
    xs = [Value(1.0, label="w1"), Value(0.0, label="x")]

    row = story(mse(xor_model()(xs), 0.0)).views[0]

    assert [e.name for e in row.entries].count("w1") == 1
    assert "w(w1→h2)" in [e.name for e in row.entries]


def test_many_weights_are_told_by_where_they_lead():
    model = MLP(2, [8, 8, 1], activation="tanh", rng=random.Random(0))

    row = story(mse(model([0.1, 0.2]), 1.0)).views[0]

    step = next(step for step in row.steps if step.symbols.startswith("∂L/∂h1.1 ="))
    assert step.symbols == "∂L/∂h1.1 = Σ w · ∂L/∂z"
    step = next(step for step in row.steps if step.symbols.startswith("∂L/∂h2.1 ="))
    assert step.symbols == "∂L/∂h2.1 = w(h2.1→o) · ∂L/∂o"


def test_no_sentence_says_that_something_is_itself(told):
    for view in told.views:
        for step in view.steps:
            assert not re.match(r"(\S+) is \1\b[^·]*:", step.sentence), step.sentence
    steps = {step.symbols: step for step in by_key(told, "row-4").steps}
    squared = steps["error² = error · error"]
    assert squared.sentence == "error² is error squared. 0.5311² ≈ 0.282."
    assert "L = ((3 other rows) + error²) / 4" in steps


def test_what_stands_for_the_rest_of_the_batch_says_so(told):
    assert entry(by_key(told, "row-4"), "3 other rows").value == unsigned(
        sum(float(entry(by_key(told, f"row-{k}"), "error²").exact_value) for k in (1, 2, 3))
    )


def test_the_gradient_of_the_sum_is_explained_at_the_beginning(told):
    row = by_key(told, "row-4")

    assert texts_of(row.picture)[entry(row, "h1").box] == ["h1 tanh", "v ·", "g ·", "z: g ·"]
    assert "“z: g” is the gradient of its weighted sum z" in row.steps[0].sentence


def test_long_columns_have_boxes_of_two_rows_or_one():
    box = Box("n", "activation", ("h1 tanh", "v ·", "g ·", "z: g ·"))

    tall, two, one = (flat([Cell(box)] * many)[0].size() for many in (5, 8, 9))

    assert tall[1] > two[1] > one[1]
    assert tall[0] < two[0] < one[0]


# --- properties -----------------------------------------------------------------------------------


@st.composite
def losses(draw):
    """A loss of a small network on a few examples."""
    rng = random.Random(draw(st.integers(0, 10_000)))
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    outputs = draw(st.integers(1, 4))
    activation = draw(st.sampled_from(["tanh", "relu", "sigmoid", "leaky_relu", "gelu", "linear"]))
    inputs = draw(st.integers(1, 6))
    count = draw(st.integers(1, 4))
    model = MLP(inputs, [*sizes, outputs], activation=activation, rng=rng)
    rows = [[round(rng.uniform(-2, 2), 2) for _ in range(inputs)] for _ in range(count)]
    results = [model(row) for row in rows]
    if outputs > 1:
        return cross_entropy(results, [rng.randrange(outputs) for _ in rows])
    return mse(results, [rng.uniform(-1, 1) for _ in rows])


@settings(max_examples=15)
@given(losses())
def test_what_is_shown_is_the_engines(loss):
    graph = Graph(loss)
    for view in views(graph, rate=0.1, left={}):
        if not view.key.startswith("row") and view.key != "network":
            continue
        known = final(view)
        inside = bool(view.within)
        for e in view.entries:
            if not e.box[1:].isdigit() or e.box[0] != "n":
                continue
            node = graph.nodes[int(e.box[1:])]
            assert e.exact_value in {repr(node.value), ""}
            if node.op is not None and node.grad is not None and not inside:
                assert e.exact_grad == repr(node.grad)
                back = [s for s in view.steps if s.phase == "backward"]
                fills = [f for s in back for f in s.fills if (f.box, f.line) == (e.box, GRADIENT)]
                assert float(fills[-1].exact) == node.grad
        assert known


@settings(max_examples=15)
@given(losses())
def test_every_step_is_honest(loss):
    for view in views(Graph(loss), rate=0.1, left={}):
        for step in view.steps:
            assert honest(step), (view.key, step.symbols, step.numbers, step.answer)
            assert "None" not in step.sentence
            assert step.sentence


@settings(max_examples=15)
@given(losses())
def test_the_rows_shares_add_up_to_the_gradient(loss):
    graph = Graph(loss)
    network = network_of(graph)
    if network is None:
        return
    n = Pass(graph).number
    for index, share in shares(network, {}).items():
        terms = [n(part) for part in share.parts]
        size = math.fsum(map(abs, terms)) or 1.0
        gradient = graph.nodes[index].grad
        assert math.fsum(terms) == pytest.approx(gradient, rel=1e-9, abs=1e-12 * size)


# --- sizes ----------------------------------------------------------------------------------------


def test_the_network_of_the_moons_fits():
    model = MLP(2, [16, 16, 1], rng=random.Random(0))
    rows = [[x / 7, 1 - x / 5] for x in range(16)]
    graph = Graph(mse([model(row) for row in rows], [0.0] * 16))
    network = network_of(graph)

    assert is_small(network)
    found = views(graph)
    assert len([view for view in found if not view.within]) == 17
    assert len(found) <= 17 + MOST_OPENED


def test_labels_are_text():
    model = xor_model()
    xs = [Value(1.0, label="<script>alert(1)</script>"), Value(1.0, label='"&{}|')]
    loss = mse(model(xs), 0.0)
    loss.label = "</svg>"

    told = story(loss)

    for view in told.views:
        assert "<script" not in view.picture
        assert view.picture.count("</svg>") == 1


def test_rows_have_the_inputs_that_were_given(told):
    for number, row in enumerate(ROWS, 1):
        view = by_key(told, f"row-{number}")
        assert [float(entry(view, f"x{k}").exact_value) for k in (1, 2)] == row
