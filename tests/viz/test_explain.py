"""`viz.explain`: what may be asked, and what it says."""

import dataclasses
import math
import pickle
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import ConstantError, Graph, Value, constant, no_grad, scope
from autograd import sum as total
from nn import MLP, Parameter, mse
from viz.explain import Explanation, explain

from .reading import numbers_in
from .strategies import HOSTILE, NAMES, computations


def neuron():
    w1, w2 = Value(-3.0, label="w1"), Value(2.0, label="w2")
    x1 = Value(2.0, label="x1")
    z = w1 * x1 + w2 * 0.5 + w1
    z.label = "z"
    o = (z + 8.5).tanh()
    o.label = "o"
    loss = (o - 1.0) ** 2
    loss.label = "L"
    return w1, w2, loss


def network(rows=4):
    model = MLP(2, [4, 1], activation="tanh", rng=random.Random(0))
    inputs = [[0.3, -0.2], [1.0, 0.5], [-0.7, 1.0], [1.0, 1.0]][:rows]
    loss = mse([model(x) for x in inputs], [0.0, 1.0, 1.0, 0.0][:rows])
    loss.label = "L"
    return model, loss


# --- in words -------------------------------------------------------------------------------------


def test_every_path_is_a_line_of_names_and_a_line_of_slopes():
    w1, _, loss = neuron()

    assert str(explain(w1, loss)) == (
        "why ∂L/∂w1 = −2.538\n"
        "1. w1 → × → z → + → tanh o → − → L\n"
        "   2 × 1 × 1 × 0.7864 × 1 × −1.076 = −1.692\n"
        "2. w1 → z → + → tanh o → − → L\n"
        "   1 × 1 × 0.7864 × 1 × −1.076 ≈ −0.846\n"
        "These are both paths. They add up to the gradient: −1.692 − 0.846 = −2.538."
    )


def test_a_single_path_is_called_the_only_one():
    a = Value(2.0, label="a")

    assert str(explain(a, a * 3.0)).splitlines() == [
        "why ∂result/∂a = 3",
        "1. a → ×",
        "   3",
        "It is the only path: its product is the gradient.",
    ]


def test_a_path_says_as_which_of_two_equal_operands_it_goes_in():
    a = Value(3.0, label="a")
    lines = str(explain(a, a * a)).splitlines()

    assert lines[1:3] == ["1, 2. a → ×", "      3 each"]
    assert "a → × (operand 1)" in str(explain(a, a * a, top=1))


def test_a_run_of_additions_is_one_step():
    a = Value(3.0, label="a")
    root = a * 2.0 + 1.0 + 2.0 + 3.0
    explanation = explain(a, root)

    assert "1. a → × → Σ\n   2 × 1 = 2\n" in str(explanation)
    assert len(explanation.paths[0].edges) == 4  # the paths themselves are the engine's


def test_a_sum_that_is_a_root_too_is_a_step_of_its_own():
    a = Value(3.0, label="a")
    z = a * 2.0 + 1.0

    assert "a → × → Σ\n" in str(explain("a", Graph(z + 5.0)))
    assert "a → × → + [n4] → + [n6]\n" in str(explain("a", Graph([z, z + 5.0], seeds=[0.0, 1.0])))


def test_scopes_are_named_where_a_path_enters_them():
    model, loss = network(rows=1)
    (way,) = [line for line in str(explain(model.parameters()[0], loss, top=1)).splitlines()
              if line.startswith("1. ")]  # fmt: skip

    assert way.startswith(
        "1. layers.0/neurons.0: w0 → Σ w·x + b → tanh → layers.1/neurons.0: Σ w·x + b"
    )


def test_what_is_called_alike_is_told_apart_by_numbers():
    model, loss = network()
    text = str(explain(model.parameters()[0], loss))

    assert "Σ w·x + b [n" in text
    assert "w0 [n" not in text


def test_how_much_the_shown_paths_are_of_the_gradient():
    a = Value(1.0, label="a")
    root = total([a * 4.0, a * -3.0, a * 2.0, a * 1.0])
    explanation = explain(a, root, top=2)

    assert explanation.gradient == 4.0
    assert explanation.covered == 1.0
    assert explanation.absolute == 0.7
    assert explanation.count == 4
    assert str(explanation).splitlines()[-3:] == [
        "2 of 4 paths. They add up to 1 of the gradient 4; signs aside, they are 70 % of all",
        "contributions.",
        "Paths cancel: positive and negative ones, 7 − 3 = 4.",
    ]


def test_a_long_sum_is_not_written_out():
    a = Value(1.0, label="a")

    assert str(explain(a, total([a * float(k) for k in range(1, 9)]), top=8)).endswith(
        "These are all 8 paths. They add up to the gradient 36."
    )


def test_dead_paths_are_counted():
    a = Value(-1.0, label="a")
    live = explain(a, total([a * 2.0, a.relu(), a.relu() * 2.0]), top=1)
    dead = explain(a, a.relu() * 3.0)

    assert str(live).endswith("2 paths are dead: a slope of 0 lets nothing through.")
    assert str(dead).endswith("The path is dead: a slope of 0 lets nothing through.")
    assert "0 × 3 = 0" in str(dead)
    assert (dead.absolute, dead.covered, dead.dead) == (1.0, 0.0, 1)


def test_a_gradient_that_is_not_finite_is_said_to_come_from_a_slope():
    a = Value(0.0, label="a")
    explanation = explain(a, a.sqrt() + a)

    assert str(explanation).splitlines() == [
        "why ∂result/∂a = +inf!",
        "1. a → √ → +",
        "   +inf! × 1 = +inf!",
        "2. a → +",
        "   1",
        "These are both paths.",
        "The gradient is not finite: 1 path has a slope of nan! or inf!.",
    ]


def test_a_gradient_may_be_infinite_though_no_slope_is():
    a = Value(1.0, label="a")

    assert "products or their sum are too large" in str(explain(a, a * 1e300 * 1e300))


def test_no_share_is_made_up_where_contributions_have_no_size():
    a, b = Value(0.0, label="a"), Value(1.0, label="b")
    infinite = explain(a, a.sqrt() + a)
    too_large = explain(b, total([b * 1e308, b * 1e308, b * -1e308, b * -1e308]), top=2)
    dead = explain(b, total([b * 0.0, b * 0.0, b * 0.0]), top=2)

    assert math.isnan(infinite.absolute)
    assert "%" not in str(too_large)
    assert dead.absolute == 1.0
    assert str(dead).splitlines()[-2:] == [
        "2 of 3 paths.",
        "All 3 paths are dead: a slope of 0 lets nothing through.",
    ]


def test_the_share_of_a_single_path_is_said_of_it_alone():
    a = Value(1.0, label="a")

    assert str(explain(a, a * 999.0 + a, top=1)).splitlines()[-2:] == [
        "1 of 2 paths. It is 999 of the gradient 1000; signs aside, it is > 99 % of all",
        "contributions.",
    ]


def test_counts_that_nobody_reads_are_powers_of_ten():
    x = Value(0.0, label="x")
    root = x
    for _ in range(4_000):
        root = root * 0.5 + root * 0.5
    text = str(explain(x, root, top=2))

    assert "of ≈ 10^1,204 paths." in text
    assert "they are < 1 %" in text
    assert max(map(len, text.splitlines())) <= 88


def test_a_long_path_is_shown_by_its_ends():
    x = Value(0.1, label="x")
    root = x
    for _ in range(50):
        root = root.sin()
    text = str(explain(x, root))

    assert "… 38 more …" in text
    assert "≈" in text.splitlines()[-2]


def test_another_seed_is_a_factor_of_its_own():
    a = Value(2.0, label="a")
    explanation = explain("a", Graph(a * 3.0, seeds=[0.5]))

    assert str(explanation).splitlines()[:3] == [
        "why 0.5 × ∂result/∂a = 1.5",
        "1. a → ×",
        "   3 × 0.5 (seed) = 1.5",
    ]


def test_the_loss_itself_has_its_seed_as_gradient():
    a = Value(2.0, label="a")
    loss = a * 3.0
    loss.label = "L"

    assert str(explain(loss, loss)).splitlines()[1:3] == ["1. L", "   1 (seed)"]


@given(computations(roots=1), st.data())
def test_a_shown_product_is_what_a_calculator_makes_of_the_shown_slopes(values, data):
    graph = Graph(values)
    assume(graph.nodes[graph.roots[0]].grad is not None)
    node = data.draw(st.sampled_from([node for node in graph if node.grad is not None]))
    for line in str(explain(node.index, graph)).splitlines():
        if " × " in line and " = " in line and "→" not in line:
            *factors, result = numbers_in(line)
            product = 1
            for factor in factors:
                product *= factor

            assert abs(product - result) <= abs(result) * 5 / 10_000


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_are_text_of_one_line(label):
    a = Value(2.0, label=label)
    with scope(label.replace("/", "") or "s"):
        explanation = explain(a, a * 3.0)

    assert len(str(explanation).splitlines()) == 4
    assert str(explanation).isprintable() or "\n" in str(explanation)


# --- what may be asked ----------------------------------------------------------------------------


def test_a_value_a_label_and_an_index_ask_the_same():
    w1, _, loss = neuron()
    graph = Graph(loss)
    index = next(node.index for node in graph if node.label == "w1")
    texts = {
        str(explain(w1, loss)),
        str(explain("w1", loss)),
        str(explain(index, loss)),
        str(explain("w1", graph)),
        str(explain(index, graph)),
    }

    assert len(texts) == 1


@pytest.mark.parametrize(
    "name", ["layers.0/neurons.1/w1", "layers.0.neurons.1.w1", "layers.0.neurons.1.w.1"]
)
def test_a_parameter_is_found_by_its_name_in_the_model(name):
    model, loss = network()

    assert str(explain(name, loss)) == str(explain(model.layers[0].neurons[1].w[1], loss))


def test_names_are_given_to_what_has_no_label():
    a = Value(2.0)
    loss = a * 3.0

    assert str(explain(a, loss, names=locals())).startswith("why ∂loss/∂a = 3\n1. a → loss\n")
    assert str(explain("a", loss, names=locals())).startswith("why ∂loss/∂a")


def test_no_gradient_is_read_or_written():
    w1, _, loss = neuron()
    w1.grad = 7.0
    explanation = explain(w1, loss)

    assert w1.grad == 7.0
    assert explanation.gradient == pytest.approx(-2.538, abs=1e-3)


def test_a_node_that_is_no_leaf_may_be_asked_about():
    a = Value(2.0, label="a")
    z = a * 3.0

    assert explain(z, z.tanh() + a).count == 1


def test_a_graph_may_have_roots_of_seed_0():
    a = Value(2.0, label="a")
    z = a * 3.0
    graph = Graph([z, z.tanh()], seeds=[0.0, 1.0])

    assert explain("a", graph).gradient == graph.nodes[0].grad


a, b = Value(1.0, label="a"), Value(2.0, label="b")
ANSWER = a * 2.0
FROZEN = Parameter(1.0, label="f")
FROZEN.freeze()
TWINS = Value(1.0, label="t") * Value(2.0, label="t")


@pytest.mark.parametrize(
    ("error", "message", "ask"),
    [
        (ValueError, "the loss was not computed from 'b'", lambda: explain(b, ANSWER)),
        (ConstantError, "'c' is a constant", lambda: explain("c", a * constant(1.0, label="c"))),
        (ConstantError, "'f' is frozen", lambda: explain(FROZEN, a * FROZEN)),
        (ConstantError, "the loss is a constant", lambda: explain(0, constant(1.0) * 2.0)),
        (
            TypeError,
            "Graph of one, got 2 in a list; take one of them, or their sum",
            lambda: explain(a, [ANSWER, ANSWER]),
        ),
        (TypeError, "Graph of one, got the float 1.0", lambda: explain(a, 1.0)),
        (TypeError, "as parameter, got the float 1.0", lambda: explain(1.0, ANSWER)),
        (TypeError, "as parameter, got the bool True", lambda: explain(True, ANSWER)),  # noqa: FBT003
        (TypeError, r"explain\('a', graph\)", lambda: explain(a, Graph(ANSWER))),
        (ValueError, "has 2 roots", lambda: explain("a", Graph([ANSWER, ANSWER * 2.0]))),
        (ValueError, "has 0 roots", lambda: explain("a", Graph(ANSWER, seeds=[0.0]))),
        (ValueError, "no node 9 in this graph, whose nodes are 0 to 2", lambda: explain(9, ANSWER)),
        (ValueError, "no node -1", lambda: explain(-1, ANSWER)),
        (ValueError, "labelled 'A'; did you mean 'a'", lambda: explain("A", ANSWER)),
        (ValueError, "2 nodes are labelled 't'; say which: 0, 1", lambda: explain("t", TWINS)),
        (ValueError, "top is a whole number of at least 1", lambda: explain(a, ANSWER, top=0)),
        (TypeError, "names is a dict", lambda: explain(a, ANSWER, names=["a"])),
        (
            TypeError,
            r"write explain\(Graph\(value, names",
            lambda: explain("a", Graph(ANSWER), names={}),
        ),
    ],
    ids=lambda x: x.replace(" ", "_")[:40] if isinstance(x, str) else None,
)
def test_what_cannot_be_asked_is_refused_with_what_to_write(error, message, ask):
    with pytest.raises(error, match=message):
        ask()


def test_a_copy_and_a_pass_without_gradients_are_not_connected():
    w = Value(2.0, label="w")
    with no_grad():
        hidden = w * 2.0
    with pytest.raises(ValueError, match="detached, copied, or used under no_grad"):
        explain(w, Value(1.0) * hidden)


def test_a_label_that_many_parameters_have_asks_for_the_longer_name():
    _, loss = network()
    with pytest.raises(ValueError, match=r"5 nodes .* say which: 'layers\.0/neurons\.0/w0', "):
        explain("w0", loss)


# --- as an object ---------------------------------------------------------------------------------


def test_an_explanation_is_frozen_short_in_a_list_and_pickles():
    w1, _, loss = neuron()
    explanation = explain(w1, loss)
    with pytest.raises(dataclasses.FrozenInstanceError):
        explanation.node = 3

    assert repr(explanation) == ("<Explanation, why ∂L/∂w1 = −2.538: print it, or .picture()>")
    assert isinstance(explanation, Explanation)
    assert pickle.loads(pickle.dumps(explanation)) == explanation  # noqa: S301 - our own


def test_a_notebook_shows_the_picture_and_the_words():
    w1, _, loss = neuron()
    explanation = explain(w1, loss)
    bundle = explanation._repr_mimebundle_()

    assert bundle["text/plain"] == str(explanation)
    assert "<svg" in bundle["image/svg+xml"]
    assert set(explanation._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(explanation._repr_mimebundle_(exclude=["text/plain"])) == {"image/svg+xml"}
