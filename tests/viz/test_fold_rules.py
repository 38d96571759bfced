import random

import pytest

from autograd import Graph, Value, scope
from autograd import sum as total
from nn import MLP, mse
from viz import draw
from viz.see.fold_rules import MOST_FLOWS, foldings, kind


def network(sizes, examples=1):
    rng = random.Random(0)
    model = MLP(sizes[0], sizes[1:], activation="tanh", rng=rng)
    rows = [[rng.gauss(0, 1) for _ in range(sizes[0])] for _ in range(examples)]
    return mse([model(row) for row in rows], [[1.0] * sizes[-1]] * examples)


def level(value, fold=None, max_nodes=400):
    """The finest folding that is offered: its named groups, and what it folds by."""
    offered = foldings(Graph(value), fold, max_nodes=max_nodes, constants=True)
    folded, name = next(offered)
    return [group.name for group in folded.groups if group.name], name


def test_what_fits_is_drawn_as_ever():
    value = network([2, 3, 2])

    assert "folded" not in draw(value).text()


def test_a_batch_on_few_weights_is_folded_by_example():
    value = network([2, 3, 2], examples=40)

    assert len(Graph(value)) > 400
    assert level(value) == ([], "example")


def test_a_wide_network_is_folded_by_layer():
    assert level(network([10, 16, 16, 3])) == (["layers.0", "layers.1", "layers.2"], "scope")


def test_a_network_between_is_folded_by_neuron():
    names, name = level(network([60, 6, 2]))

    assert names == [f"layers.0/neurons.{i}" for i in range(6)] + [
        f"layers.1/neurons.{i}" for i in range(2)
    ]
    assert name == "scope, 2 deep"


def test_without_scopes_equal_structure_is_one_box():
    xs = [Value(float(i), label=f"x{i}") for i in range(300)]
    names, name = level(total([(x * 2.0).tanh() for x in xs]))

    assert (names, name) == ([], "equal structure and names")


def test_at_last_depth_folds_anything():
    value = Value(1.0)
    for i in range(500):
        value = (value + Value(float(i))).tanh() if i % 2 else value.exp().tanh()
    names, name = level(value)

    assert name == "depth"
    assert len(names) == 12


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8], ids=str)
def test_even_a_tiny_budget_is_kept(most):
    value = Value(1.0)
    for _ in range(50):
        value = value.tanh()

    picture = draw(value, max_nodes=most)
    assert len(picture.diagram.boxes) <= most
    assert len(picture.diagram.notes) == (0 if most > 1 else 1), "nothing is left out but the leaf"


def test_no_picture_chosen_for_the_reader_is_a_hairball():
    for sizes in ([20, 20, 20, 2], [4, 50, 50, 4], [2] + [8] * 8):
        picture = draw(network(sizes, examples=3))

        assert len(picture.diagram.arrows) <= MOST_FLOWS
        assert len(picture.diagram.boxes) <= MOST_FLOWS


def test_levels_can_be_asked_for_by_kind_of_scope_and_by_depth():
    value = network([2, 3, 2])
    neurons = [f"layers.0/neurons.{i}" for i in range(3)] + [
        f"layers.1/neurons.{i}" for i in range(2)
    ]

    assert level(value, "neuron") == (neurons, "neuron")
    assert level(value, "neurons") == (neurons, "neuron")
    assert level(value, 2)[0] == neurons
    assert level(value, "layer") == (["layers.0", "layers.1"], "layer")
    assert level(value, 1)[0] == ["layers.0", "layers.1"]


def test_a_users_own_scope_counts_the_same():
    x = Value(1.0, label="x")
    with scope("encoder"):
        h = (x * 2.0).tanh()
    with scope("head"):
        y = (h * 3.0).tanh()

    assert level(y, 1)[0] == ["encoder", "head"]
    assert level(y, "encoder")[0] == ["encoder"]


def test_beside_layers_other_scopes_fold_whole():
    value = network([2, 3, 2])
    with scope("loss"), scope("inner"):
        loss = value.tanh() * 2.0

    assert level(loss, "layer")[0] == ["layers.0", "layers.1", "loss"]


def test_nested_scopes_of_a_kind_are_cut_at_the_innermost():
    x = Value(1.0)
    with scope("layers.0"), scope("layers.3"), scope("neurons.1"):
        y = x.tanh()

    assert level(y, "layer")[0] == ["layers.0/layers.3"]


def test_a_scope_goes_before_the_words():
    with scope("batch"):
        y = Value(1.0).tanh()

    assert level(y, "batch") == (["batch"], "batch")
    assert level(Value(1.0).tanh(), "batch")[1] == "example"


def test_kinds_are_singular():
    assert [kind(one) for one in ("layers.0", "block_2", "loss", "12", "s")] == [
        "layer", "block", "loss", "12", "s",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fold", "error", "message"),
    [
        ("nuron", ValueError, ("fold='nuron': no scope of this graph is of that kind; did you mean "
                              "'neuron'? It has 'layer', 'neuron', 'batch', 'structure', 'depth'")),
        ("encoder", ValueError, ("fold='encoder': no scope of this graph is of that kind; it has "
                                "'layer', 'neuron', 'batch', 'structure', 'depth'")),
        (0, ValueError, "fold as a number says how deep scopes go, at least 1; got 0"),
        (1.5, TypeError, ("fold is None, True, False, a depth of scopes, or a word such as "
                         "'layer'; got 1.5")),
    ],
    ids=["misspelled", "unknown", "zero", "float"],
)  # fmt: skip
def test_levels_that_are_none_are_refused(fold, error, message):
    with pytest.raises(error) as caught:
        draw(network([2, 3, 2]), fold=fold)

    assert str(caught.value) == message


def test_opening_and_folding_at_once_is_refused():
    with pytest.raises(ValueError, match="leave one of them out") as caught:
        draw(network([2, 3, 2]), fold="layer", expand=True)

    assert str(caught.value) == (
        "draw: expand opens Σ into single products, and fold puts many nodes into one box; leave "
        "one of them out"
    )


def test_what_is_opened_is_not_folded():
    value = network([10, 16, 16, 3])

    assert "more nodes" in draw(value, expand=True).diagram.notes[-1]
