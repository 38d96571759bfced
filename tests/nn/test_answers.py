"""What a model says of examples: told by the loss that it was trained with, and by nothing else."""

import math
import random
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import nn
from autograd import Value
from nn import MLP, Module, Parameter, evaluate, fit
from nn.answers import Answers
from nn.saving.container import Content, packed
from nn.training.metrics import accuracy

from .refusals import refused
from .saving.models import unpacked
from .training.helpers import (
    SIDES,
    WAYS_BACK,
    XOR,
    brought_back,
    line,
    mean_squared,
    small,
    trained,
)

SIGNS = [-1, 1, 1, -1]
LABELS = [[0, 1], [1, 1], [1, 0], [0, 0]]


class Says(Module):
    """A model whose outputs are its inputs."""

    def __init__(self):
        self.w = Parameter(1.0)

    def forward(self, x):
        return [self.w * number for number in x] if len(x) > 1 else self.w * x[0]


def after(loss, X, y, **options):
    """Noted as trained, and not moved."""
    model = Says()
    trained(model, X, y, loss=loss, optimizer="sgd", lr=1e-300, epochs=1, **options)
    return model


logits = st.floats(-50.0, 50.0).filter(bool)
tables = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.lists(logits, min_size=n, max_size=n), min_size=1, max_size=4)
)


@pytest.mark.filterwarnings("ignore:fit. column")
@given(tables)
def test_each_loss_reads_outputs_its_own_way(rows):
    """Against NumPy and SciPy."""
    table, one = np.array(rows), [[row[0]] for row in rows]
    first, n = table[:, 0], len(rows)

    model = after("cross_entropy", rows, [0] * n)
    assert model.predict(rows) == table.argmax(1).tolist()
    assert np.allclose(model.predict_proba(rows), special.softmax(table, axis=1), rtol=1e-12)

    model = after("binary_cross_entropy", one, [1] * n)
    assert model.predict(one) == (first > 0).astype(int).tolist()
    chance = special.expit(first)
    pairs = np.column_stack([special.expit(-first), chance])
    assert np.allclose(model.predict_proba(one), pairs, rtol=1e-12)

    model = after("hinge", one, [1] * n)
    assert model.predict(one) == np.sign(first).astype(int).tolist()

    model = after("binary_cross_entropy", rows, [[1] * len(rows[0])] * n)
    assert model.predict(rows) == (table > 0).astype(int).tolist()
    assert np.allclose(model.predict_proba(rows), special.expit(table), rtol=1e-12)

    model = after("hinge", rows, [[1] * len(rows[0])] * n)
    assert model.predict(rows) == np.sign(table).astype(int).tolist()

    for loss in ("mse", "mae", "huber"):
        assert after(loss, one, [0.5] * n).predict(one) == first.tolist()
        assert after(loss, rows, [[0.5] * len(rows[0])] * n).predict(rows) == rows


def test_classes_are_ints():
    assert {type(x) for x in after("hinge", [[0.5]], [1]).predict([[0.5], [-0.5]])} == {int}
    assert repr(after("binary_cross_entropy", XOR, LABELS).predict([[1.0, -1.0]])) == "[[1, 0]]"


@pytest.mark.parametrize(
    ("loss", "y", "sizes"),
    [("binary_cross_entropy", SIDES, [4, 1]), ("hinge", SIGNS, [4, 1]),
     ("binary_cross_entropy", LABELS, [4, 2]), ("cross_entropy", [2, 0, 1, 2], [4, 3]),
     ("cross_entropy", np.eye(3)[[2, 0, 1, 2]], [4, 3]), ("kl_divergence", np.eye(2)[SIDES], [2])],
)  # fmt: skip
def test_accuracy_is_the_share_of_right_predictions(loss, y, sizes):
    model = small(sizes=sizes)
    trained(model, XOR, y, loss=loss, epochs=20)
    right = np.asarray(y)
    if loss in {"cross_entropy", "kl_divergence"} and right.ndim == 2:
        right = right.argmax(1)
    same = [np.array_equal(*pair) for pair in zip(model.predict(XOR), right, strict=True)]

    assert nn.evaluate(model, XOR, y, metrics="accuracy")["accuracy"] == sum(same) / 4


@pytest.mark.parametrize(
    "given_as",
    [np.array, pd.DataFrame, iter, lambda X: tuple(map(tuple, X)), lambda X: np.array(X, int)],
    ids=["numpy", "pandas", "iterator", "tuples", "ints"],
)
def test_examples_may_come_as_anything(given_as):
    model = small()
    trained(model, XOR, SIDES, loss="binary_cross_entropy")

    assert model.predict(given_as(XOR)) == model.predict(XOR)
    assert model.predict_proba(given_as(XOR)) == model.predict_proba(XOR)


def test_one_input_takes_a_column_or_a_list_of_numbers():
    X, y = line()
    model = small(nin=1)
    trained(model, X, y)
    numbers = [x for (x,) in X]

    assert model.predict(X) == [model(x).data for x in X]
    for given_ in (np.array(X), numbers, np.array(numbers), pd.Series(numbers)):
        assert model.predict(given_) == model.predict(X)


def test_the_threshold_decides():
    model = small()
    trained(model, XOR, SIDES, loss="binary_cross_entropy")
    chances = [p for _, p in model.predict_proba(XOR)]
    model.decision_threshold = math.log(0.55 / 0.45)

    assert model.predict(XOR) == [int(p > 0.55) for p in chances]


def test_probabilities_of_large_logits():
    model = after("binary_cross_entropy", [[1.0]], [1])
    assert model.predict_proba([[1000.0], [-1000.0], [1e308]]) == [[0, 1], [1, 0], [0, 1]]


# --- in use ---------------------------------------------------------------------------------------


class Noting(Module):
    """It remembers how it was called, and stumbles over a number above 9."""

    def __init__(self):
        self.inner, self.seen = small(nin=1), []

    def forward(self, x):
        output = self.inner(x)
        self.seen.append((self.training, self.inner.training, output.op))
        if x[0] > 9:
            raise KeyError(x[0])
        return output


def test_it_evaluates_and_records_nothing_and_is_as_before():
    model = Noting()
    model.eval()
    model.inner.train()
    model.predict([[1.0], [2.0]], loss="mse")
    with pytest.raises(KeyError):
        model.predict([[1.0], [10.0]], loss="mse")

    assert model.seen == [(False, False, None)] * 4
    assert (model.training, model.inner.training) == (False, True)
    assert (Parameter(1.0) * 2.0).op is not None


def test_dropout_does_not_drop():
    rng = random.Random(0)
    model = nn.Sequential(
        nn.Layer(2, 8, rng=rng), nn.Dropout(0.5, rng=rng), nn.Layer(8, 1, rng=rng)
    )
    trained(model, XOR, SIDES)

    assert model.predict(XOR) == model.predict(XOR)


# --- what is noted --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", WAYS_BACK)
def test_the_loss_stays_with_the_model(how, tmp_path):
    model, again = brought_back(how, tmp_path, XOR, SIGNS, loss="hinge")

    assert again.trained_with == "hinge"
    assert again.predict(XOR) == model.predict(XOR)


def test_a_file_of_a_model_that_was_never_trained_leaves_none(tmp_path):
    path = tmp_path / "model.safetensors"
    nn.save(small(), path)
    model = small()
    trained(model, XOR, SIDES, epochs=1)

    assert model.trained_with == "mse"
    assert nn.load(path, model=model).trained_with is None


def test_a_file_that_names_an_unknown_loss_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    model = small()
    model.trained_with = "mse"
    nn.save(model, path)
    content = unpacked(path.read_bytes())
    path.write_bytes(packed(Content({**content.texts, "trained_with": "nse"}, content.tensors)))
    with pytest.raises(nn.FormatError, match="trained with 'nse', which this glass"):
        nn.load(path)


def test_a_loss_with_settings_is_known_and_the_last_one_counts():
    model = small()
    trained(model, XOR, SIDES, loss="binary_cross_entropy", epochs=1)
    trained(model, XOR, SIDES, loss=partial(nn.huber, delta=2.0), epochs=1)
    assert model.trained_with == "huber"
    trained(model, XOR, SIDES, loss=mean_squared, epochs=1)

    assert model.trained_with is None
    with pytest.raises(
        ValueError, match=r"nn\.fit did not train this .* with a loss that has a name"
    ):
        model.predict(XOR)


def test_a_logit_is_no_longer_compared_with_what_an_output_was():
    """Targets between 0 and 1 are not classes, and yet each output is a logit."""
    model = small()
    trained(model, XOR, SIDES, loss="mse", epochs=1)
    assert model.decision_threshold == 0.5
    trained(model, XOR, [0.1, 0.9, 0.9, 0.1], loss="binary_cross_entropy", epochs=1)

    assert model.decision_threshold == 0.0


def test_a_class_may_mean_something_else_by_these_names():
    class Own(Says):
        trained_with = Parameter(3.0)

        def predict(self, x):
            return "my own", x

    model = Own()
    trained(model, [[0.2], [0.8]], [0, 1])

    assert isinstance(model.trained_with, Parameter)
    assert model.predict(1) == ("my own", 1)
    assert model.predict_proba([[0.0]], loss="binary_cross_entropy") == [[0.5, 0.5]]


# --- errors ---------------------------------------------------------------------------------------

NAMED = {"loss": "binary_cross_entropy"}
REFUSED = {
    "never trained": (lambda: small().predict(XOR), r"model\.predict\(X, loss='binary_cross_ent"),
    "its chances": (lambda: small().predict_proba(XOR), r"model\.predict_proba\(X, loss='binary"),
    "a loss of one's own": (lambda: small().predict(XOR, loss=max), "with a loss that has a name"),
    "an unknown loss": (lambda: small().predict(XOR, loss="hinj"), "did you mean 'hinge'"),
    "one output for classes": (
        lambda: small().predict(XOR, loss="cross_entropy"),
        "for models with an output for each class, but this one has one output",
    ),
    "chances of numbers": (
        lambda: small().predict_proba(XOR, loss="mse"),
        "the outputs of a model trained with mse are not probabilities",
    ),
    "chances of scores": (
        lambda: small().predict_proba(XOR, loss="hinge"),
        "with hinge are not prob",
    ),
    "nothing": (lambda: small().predict([], **NAMED), "X is empty"),
    "nan": (
        lambda: small().predict([[0.0, math.nan]], **NAMED),
        r"X\[0\]\[1\] is nan, but must be a finite",
    ),
    "an output of nan": (
        lambda: Answering([1.0, math.nan]).predict([[0.0]] * 2, **NAMED),
        r"the model's output for X\[1\] is nan, which has no meaning",
    ),
}


class Answering(Module):
    def __init__(self, outputs):
        self.outputs = iter(outputs)

    def forward(self, _):
        return Value(next(self.outputs))


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    call, text = REFUSED[case]
    with pytest.raises(ValueError, match=text):
        call()


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("example", [[0.0, 1.0], np.array([0.0, 1.0])], ids=["list", "array"])
def test_one_example_is_no_list_of_examples(method, example):
    text = f"{method} takes a list of examples; for one, write model.{method}([x])[0]"
    with refused(TypeError, text):
        getattr(small(), method)(example, **NAMED)


def test_a_named_loss_reads_a_model_that_was_trained_by_hand():
    model = MLP(2, [1], init="zeros")
    assert model.predict(XOR, loss="mse") == [0.0] * 4
    assert model.predict(XOR, loss=nn.hinge) == [-1] * 4
    assert model.trained_with is None


def test_the_rules_of_several_outputs_agree_with_accuracy():
    by = Answers("hinge")
    assert accuracy([[0.5, -1.0]], [by.said([0.5, -1.0])], labels=True) == 1.0


# --- what a training leaves that never began, and what evaluate asks for --------------------------


def test_a_training_that_never_began_leaves_what_outputs_say(tmp_path):
    model = MLP(2, [2], rng=random.Random(0))
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0, 1]
    fit(model, X, y, loss="cross_entropy", epochs=2, progress=False)
    said = model.predict(X)
    with pytest.raises(FileNotFoundError):
        fit(model, X, [[0.0, 1.0]] * 2, loss="mse", epochs=2, progress=False,
            checkpoint=tmp_path / "none" / "x.safetensors")  # fmt: skip

    assert (model.trained_with, model.predict(X)) == ("cross_entropy", said)


def test_evaluate_takes_the_loss_of_the_training():
    model = MLP(2, [1], rng=random.Random(0))
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]
    with pytest.raises(ValueError, match="write loss='mse'"):
        evaluate(model, X, y)
    fit(model, X, y, loss="mae", epochs=2, progress=False)

    assert evaluate(model, X, y) == evaluate(model, X, y, loss="mae")
