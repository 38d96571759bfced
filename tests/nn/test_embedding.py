"""Embeddings: rows by index, and gradients for the rows that were used."""

import copy
import math
import pickle
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, dot
from nn import SGD, Layer, Sequential
from nn.initialisers import normal
from nn.other_layers import Embedding

from .refusals import refused


def table(embedding):
    return [[parameter.data for parameter in row] for row in embedding.weight]


def test_an_index_gives_its_row():
    embedding = Embedding(3, 2)

    row = embedding(1)

    assert row == embedding.weight[1]
    assert row is not embedding.weight[1]
    assert [parameter.kind for parameter in row] == ["parameter"] * 2


@given(st.lists(st.integers(0, 4), max_size=8))
def test_a_list_of_indices_gives_a_list_of_rows(indices):
    embedding = Embedding(5, 2)

    assert embedding(indices) == [embedding.weight[i] for i in indices]
    assert embedding([indices, indices]) == [embedding(indices)] * 2
    assert embedding(np.array(indices, dtype=int)) == embedding(tuple(indices))


@pytest.mark.parametrize("index", [1, 1.0, True, np.int64(1), np.float32(1.0), Fraction(1)])
def test_an_index_is_any_whole_number(index):
    embedding = Embedding(3, 2)

    assert embedding(index) == embedding.weight[1]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.integers(0, 2**32))
def test_the_gradient_of_a_row_is_what_its_uses_add_up_to(indices, seed):
    rng = random.Random(seed)
    embedding = Embedding(5, 2, rng=rng)
    weights = [[float(rng.randint(-5, 5)) for _ in range(2)] for _ in indices]

    rows = embedding(indices)
    loss = dot([w for ws in weights for w in ws], [x for row in rows for x in row])
    loss.backward()

    for i, row in enumerate(embedding.weight):
        uses = [ws for ws, index in zip(weights, indices, strict=True) if index == i]
        assert [p.grad for p in row] == [sum(ws[j] for ws in uses) for j in range(2)]
    assert loss.data == pytest.approx(
        sum(
            w * table(embedding)[i][j]
            for ws, i in zip(weights, indices, strict=True)
            for j, w in enumerate(ws)
        ),
        abs=1e-12,
    )


def test_it_is_a_layer_that_sees_one_hot_lists():
    """Row i is what a linear layer without bias makes of a list with a 1 at i."""
    embedding = Embedding(4, 3, rng=random.Random(0))
    layer = Layer(4, 3, activation=None, bias=False)
    for j, neuron in enumerate(layer.neurons):
        for i, w in enumerate(neuron.w):
            w.data = embedding.weight[i][j].data

    for i in range(4):
        one_hot = [float(k == i) for k in range(4)]
        assert [y.data for y in layer(one_hot)] == [y.data for y in embedding(i)]


def test_it_begins_a_model_and_is_trained():
    model = Sequential(
        Embedding(2, 3, rng=random.Random(0)), Layer(3, 1, activation=None, rng=random.Random(1))
    )
    optimiser = SGD(model.parameters(), lr=0.1)
    for _ in range(200):
        loss = model(0) ** 2 + (model(1) - 1.0) ** 2
        model.zero_grad()
        loss.backward()
        optimiser.step()

    assert (model(0).data, model(1).data) == pytest.approx((0.0, 1.0), abs=1e-3)


# --- beginning ------------------------------------------------------------------------------------


def test_numbers_are_drawn_row_by_row():
    rng = random.Random(3)

    assert table(Embedding(3, 2, rng=random.Random(3))) == [
        [rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)] for _ in range(3)
    ]


def test_without_an_rng_it_is_pythons():
    random.seed(5)
    ours = table(Embedding(2, 2))
    random.seed(5)

    assert ours == table(Embedding(2, 2, rng=random))


def test_initialisers():
    asked = Counter()

    def half(nin, nout, _):
        asked[nin, nout] += 1
        return 0.5

    assert table(Embedding(2, 3, init=half)) == [[0.5] * 3] * 2
    assert asked == {(2, 3): 6}
    assert table(Embedding(2, 2, init="zeros")) == [[0.0] * 2] * 2
    bounded = table(Embedding(4, 2, init="xavier", rng=random.Random(0)))
    assert all(abs(x) <= 1.0 for row in bounded for x in row)
    assert table(Embedding(2, 2, init=normal, rng=random.Random(0))) == table(
        Embedding(2, 2, init="normal", rng=random.Random(0))
    )


def test_an_unknown_initialiser():
    with refused(
        ValueError,
        "unknown initialiser 'norml'; did you mean 'normal'? There are: normal, uniform, xavier, "
        "he, zeros",
    ):
        Embedding(2, 2, init="norml")


@pytest.mark.parametrize(
    ("count", "size", "error", "text"),
    [
        (0, 2, ValueError, "Embedding(count, size): count must be at least 1, got 0"),
        (2, -1, ValueError, "Embedding(count, size): size must be at least 1, got -1"),
        (
            2.0,
            2,
            TypeError,
            "Embedding(count, size): count must be a whole number, got 2.0; write 2",
        ),
        (
            2,
            "2",
            TypeError,
            "Embedding(count, size): size must be a whole number, got '2'; write 2",
        ),
    ],
)
def test_sizes(count, size, error, text):
    with refused(error, text):
        Embedding(count, size)


# --- indices that will not do ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        (3, ValueError, "Embedding(3, 2) got the index 3; its rows count from 0 to 2"),
        (-1, ValueError, "Embedding(3, 2) got the index -1; its rows count from 0 to 2"),
        ([0, 7], ValueError, "Embedding(3, 2) got the index 7; its rows count from 0 to 2"),
        (0.5, ValueError, "Embedding(3, 2) got 0.5; an index must be a whole number"),
        (math.nan, ValueError, "Embedding(3, 2) got nan; an index must be a whole number"),
        (math.inf, ValueError, "Embedding(3, 2) got inf; an index must be a whole number"),
        ("a", TypeError, "Embedding(3, 2) takes an index or a list of them, got a str"),
        ([0, None], TypeError, "Embedding(3, 2) takes an index or a list of them, got None"),
        (
            Value(1.0),
            TypeError,
            (
                "Embedding(3, 2) takes an index or a list of them, got a Value; write x.data for "
                "its number"
            ),
        ),
    ],
    ids=lambda x: "Value" if isinstance(x, Value) else None,
)
def test_what_is_no_index(index, error, text):
    with refused(error, text):
        Embedding(3, 2)(index)


# --- as a part of a model -------------------------------------------------------------------------


def test_names_labels_and_the_row_of_a_summary():
    model = Sequential(Embedding(2, 2), Layer(2, 1))

    assert [name for name, _ in model.named_parameters()][:4] == [
        "layers.0.weight.0.0", "layers.0.weight.0.1", "layers.0.weight.1.0", "layers.0.weight.1.1"
    ]  # fmt: skip
    assert [p.label for p in model.layers[0](1)] == ["weight.1.0", "weight.1.1"]
    assert model.summary().splitlines()[2].split() == [
        "layers.0", "Embedding", "2", "->", "2", "4", "0"
    ]  # fmt: skip
    assert repr(model.layers[0]) == "Embedding(2, 2)"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301 - our own bytes
                         ids=["deepcopy", "pickle"])  # fmt: skip
def test_a_copy_has_rows_of_its_own(copied):
    embedding = Embedding(3, 2)
    embedding.weight[1][0].freeze()

    other = copied(embedding)

    assert table(other) == table(embedding)
    assert not set(map(id, other.parameters())) & set(map(id, embedding.parameters()))
    assert [p.frozen for p in other.parameters()] == [i == 2 for i in range(6)]


def test_a_frozen_embedding_gets_no_gradient():
    embedding = Embedding(2, 2, rng=random.Random(0))
    layer = Layer(2, 1, activation=None, rng=random.Random(0))
    embedding.freeze()

    layer(embedding(0)).backward()

    assert [p.grad for p in embedding.parameters()] == [0.0] * 4
    assert all(p.grad for p in layer.parameters())
