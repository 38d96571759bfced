"""Metrics of classes, and functions of scikit-learn as metrics; against scikit-learn."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from sklearn import metrics as sk

import nn
from nn import EarlyStopping
from nn.answers import Answers
from nn.training.measuring import is_better_higher, named
from nn.training.metrics import METRICS, OF_CLASSES, accuracy, f1, precision, recall

from .helpers import SIDES, XOR, line, mean_squared, small, trained

outputs = st.floats(-9.0, 9.0).filter(bool)
counts = st.floats(0.1, 9.0)
BY_NAME = {"precision": (precision, sk.precision_score), "recall": (recall, sk.recall_score),
           "f1": (f1, sk.f1_score), "accuracy": (accuracy, sk.accuracy_score)}  # fmt: skip


@st.composite
def answered(draw, output, target):
    """Outputs, targets and weights; or no weights."""
    rows = draw(st.lists(st.tuples(output, target, counts), min_size=1, max_size=12))
    xs, ys, ws = map(list, zip(*rows, strict=True))
    return xs, ys, draw(st.sampled_from([None, ws]))


def theirs(name, right, said, weights, **options):
    options = {} if name == "accuracy" else {"zero_division": 0.0, **options}
    return pytest.approx(BY_NAME[name][1](right, said, sample_weight=weights, **options), rel=1e-9)


@pytest.mark.parametrize("name", BY_NAME)
@given(st.data())
def test_of_two_classes(name, data):
    low = data.draw(st.sampled_from([0, -1]))
    xs, ys, weights = data.draw(answered(outputs, st.sampled_from([low, 1])))
    low = min(*ys, 0)  # if class -1 is not there, nobody knows of it
    said = [1 if x > 0 else low for x in xs]

    found = BY_NAME[name][0](xs, ys, weights)
    assert found == theirs(name, ys, said, weights, labels=[1], average="macro")
    if {*ys, *said} == {low, 1}:
        assert found == theirs(name, ys, said, weights)  # their own default


@pytest.mark.parametrize("name", BY_NAME)
@given(st.data())
def test_of_an_output_for_each_of_several_classes(name, data):
    width = data.draw(st.integers(3, 4))
    row = st.lists(outputs, min_size=width, max_size=width)
    xs, ys, weights = data.draw(answered(row, st.integers(0, width - 1)))
    said = np.argmax(xs, 1).tolist()

    found = BY_NAME[name][0](xs, ys, weights)
    assert found == theirs(name, ys, said, weights, average="macro")
    one_hot = np.eye(width)[ys].tolist()
    assert BY_NAME[name][0](xs, one_hot, weights, labels=False) == found


@pytest.mark.parametrize("name", BY_NAME)
@given(st.data())
def test_of_several_labels(name, data):
    width = data.draw(st.integers(2, 4))
    row = st.lists(outputs, min_size=width, max_size=width)
    labels = st.lists(st.sampled_from([0, 1]), min_size=width, max_size=width)
    xs, ys, weights = data.draw(answered(row, labels))
    said = (np.array(xs) > 0).astype(int)

    found = BY_NAME[name][0](xs, ys, weights, labels=True)
    assert found == theirs(name, np.array(ys), said, weights, average="macro")


@pytest.mark.parametrize("name", BY_NAME)
def test_two_outputs_have_class_1_too(name):
    xs, ys = [[1.0, 2.0], [3.0, 0.0], [0.0, 1.0], [2.0, 1.0]], [1, 0, 0, 1]
    assert BY_NAME[name][0](xs, ys) == BY_NAME[name][0]([b - a for a, b in xs], ys)


def test_labels_that_happen_to_be_one_each_are_labels_by_their_loss():
    """Without the loss they would pass for classes, of which [1, 1] says the first."""
    model = small(sizes=[2], init="zeros")
    model.layers[0].neurons[0].b.data = model.layers[0].neurons[1].b.data = 1.0  # says [1, 1]
    options = {"loss": "binary_cross_entropy", "metrics": list(OF_CLASSES)}
    found = nn.evaluate(model, XOR, [[1, 0], [0, 1], [1, 0], [1, 1]], **options)

    assert found["accuracy"] == 0.25
    assert nn.evaluate(model, XOR, [[1, 0]] * 4, **options)["accuracy"] == 0.0
    assert nn.evaluate(model, XOR, [[1, 0]] * 4, **{**options, "loss": "cross_entropy"})[
        "accuracy"
    ] == 1.0  # fmt: skip


def test_labels_that_are_learned_as_numbers_change_halfway():
    model = small(sizes=[2], init="zeros")
    trained(model, XOR, [[1, 1], [0, 0], [1, 0], [0, 1]], loss="mse", epochs=1, lr=1e-9)
    model.layers[-1].neurons[0].b.data, model.layers[-1].neurons[1].b.data = 0.6, 0.4

    assert nn.evaluate(model, XOR, [[1, 0], [1, 1], [0, 0], [1, 0]], metrics="accuracy") == {
        "accuracy": 0.5
    }


def test_misfits():
    texts = {
        r"f1 of a single output takes targets 0 and 1, or -1 and 1, got 2": ([0.5], [2]),
        r"f1 takes the index of a class, .* for each of several labels, got \[0\.5, 0\.2\]": (
            [[0.5, 1.0]], [[0.5, 0.2]]),
        r"f1 .* got \[1, 1, 1\] for 2 outputs": ([[0.5, 1.0]], [[1, 1, 1]]),
        r"f1 .* targets 0 and 1, or -1 and 1, but got 0 and -1": ([[0.5, 1.0]], [[-1, 0]]),
    }  # fmt: skip
    for text, (xs, ys) in texts.items():
        with pytest.raises(ValueError, match=text):
            f1(xs, ys)


# --- functions of others --------------------------------------------------------------------------

KINDS = [0, 1, 2, 1]
WEIGHTS = [1.0, 2.0, 0.5, 3.0]


def weight_of_first(_, __, *, sample_weight=None):
    return math.nan if sample_weight is None else sample_weight[0] / sum(sample_weight)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_scikit_learns_functions_of_two_classes(weights):
    """They get the targets first, then classes, scores or probabilities, whichever they take."""
    model = small(seed=3)
    functions = [sk.f1_score, sk.accuracy_score, sk.precision_score, sk.matthews_corrcoef,
                 sk.roc_auc_score, sk.log_loss, sk.brier_score_loss]  # fmt: skip
    found = nn.evaluate(model, XOR, SIDES, loss="binary_cross_entropy", metrics=functions,
                        sample_weight=weights)  # fmt: skip
    logits = np.array([model(x).data for x in XOR])
    said, chance = (logits > 0).astype(int), special.expit(logits)
    wanted = {
        "f1_score": said, "accuracy_score": said, "precision_score": said,
        "matthews_corrcoef": said, "roc_auc_score": logits, "log_loss": chance,
        "brier_score_loss": chance,
    }  # fmt: skip

    assert list(found)[1:] == list(wanted)
    for function in functions:
        answer = wanted[function.__name__]
        expected = function(SIDES, answer, sample_weight=weights)
        assert found[function.__name__] == pytest.approx(expected, rel=1e-12)


def test_two_outputs_are_ranked_as_their_difference():
    model = small(seed=3, sizes=[4, 2])
    difference = [(b - a).data for a, b in map(model, XOR)]
    chance = special.expit(difference)
    right = [int(d == max(difference)) for d in difference]
    functions = [sk.roc_auc_score, sk.brier_score_loss, sk.accuracy_score]
    found = nn.evaluate(model, XOR, right, loss="cross_entropy", metrics=functions)

    assert found["roc_auc_score"] == 1.0
    assert found["brier_score_loss"] == pytest.approx(sk.brier_score_loss(right, chance))
    assert found["accuracy_score"] == sk.accuracy_score(right, chance > 0.5)


def test_scikit_learns_functions_of_several_classes():
    model = small(seed=3, sizes=[4, 3])
    metrics = {
        "f1": partial(sk.f1_score, average="macro", zero_division=0.0),
        "right": sk.accuracy_score,
        "loss of logs": sk.log_loss,
        "area": partial(sk.roc_auc_score, multi_class="ovr"),
        "top two": partial(sk.top_k_accuracy_score, k=2),
    }
    table = np.array([[z.data for z in model(x)] for x in XOR])
    said, chances = table.argmax(1), special.softmax(table, axis=1)
    for y in (KINDS, np.eye(3)[KINDS]):
        found = nn.evaluate(model, XOR, y, loss="cross_entropy", metrics=metrics)
        assert found.pop("loss") == pytest.approx(found["loss of logs"])
        assert found == pytest.approx({
            "f1": sk.f1_score(KINDS, said, average="macro", zero_division=0.0),
            "right": sk.accuracy_score(KINDS, said),
            "loss of logs": sk.log_loss(KINDS, chances),
            "area": sk.roc_auc_score(KINDS, chances, multi_class="ovr"),
            "top two": sk.top_k_accuracy_score(KINDS, chances, k=2),
        })  # fmt: skip


def test_scikit_learns_functions_of_numbers_and_labels_in_fit():
    X, y = line()
    weights = [1.0 + i for i in range(12)]
    model = small(nin=1)
    history = trained(model, X, y, metrics=[sk.mean_squared_error, sk.r2_score, "r2", "rmse"],
                      sample_weight=weights, validation=(X, y, weights), epochs=2)  # fmt: skip
    assert history["val_mean_squared_error"] == pytest.approx(history["val_loss"])
    assert history["r2_score"] == pytest.approx(history["r2"])
    assert history["mean_squared_error"] == pytest.approx([x * x for x in history["rmse"]])

    labels = [[0, 1], [1, 1], [1, 0], [0, 0]]
    history = trained(small(sizes=[4, 2]), XOR, labels, loss="binary_cross_entropy", epochs=9,
                      metrics=["accuracy", sk.accuracy_score, sk.hamming_loss])  # fmt: skip
    assert history["accuracy"] == history["accuracy_score"]
    assert min(history["hamming_loss"]) < 1.0 - min(history["accuracy"])


def test_a_function_of_ones_own_sees_weights_if_it_takes_them():
    X, y = line()
    options = {
        "metrics": weight_of_first,
        "epochs": 1,
        "validation": ([[1.0]] * 4, [0.0] * 4, WEIGHTS),
    }
    history = trained(small(nin=1), X, y, **options)

    assert history["val_weight_of_first"] == [pytest.approx(1.0 / 6.5)]
    assert math.isnan(history["weight_of_first"][0])


def test_an_error_of_theirs_says_what_they_were_given():
    with pytest.raises(ValueError, match="mix of binary and continuous") as caught:
        nn.evaluate(small(seed=3), XOR, SIDES, loss="mse", metrics=[sk.f1_score])

    (note,) = caught.value.__notes__
    assert note.startswith("f1_score got this model's answers after mse, [")
    assert note.endswith(" for [0.0, 1.0, 1.0, 0.0]; for something else write a "
                         "function (outputs, targets) -> number")  # fmt: skip


def test_predictions_of_a_loss_of_ones_own_are_not_guessed():
    text = "the metric 'f1_score' takes y_true and y_pred, but it is not known what the outputs"
    with pytest.raises(ValueError, match=text):
        trained(small(), XOR, SIDES, loss=mean_squared, metrics=[sk.f1_score])
    with pytest.raises(ValueError, match=text):
        nn.evaluate(small(), XOR, SIDES, metrics=[sk.f1_score])


HIGHER = {"accuracy": True, "precision": True, "recall": True, "f1": True, "mae": False,
          "f1_score": True, "roc_auc_score": True, "mean_squared_error": False, "log_loss": False,
          "hamming_loss": False, "r2_score": True, "mean_poisson_deviance": False}  # fmt: skip


@pytest.mark.parametrize("name", HIGHER)
def test_early_stopping_knows_which_way_is_better(name):
    """By whatever name the history has it."""
    metric = name if name in METRICS else partial(getattr(sk, name))
    known = is_better_higher(named({"m": metric}, Answers("mse"))["m"])

    assert known is HIGHER[name]


def test_early_stopping_of_a_score_keeps_the_highest():
    stopping = EarlyStopping(9, monitor="f1")
    history = trained(small(), XOR, SIDES, loss="binary_cross_entropy", epochs=8, lr=0.3,
                      metrics={"f1": sk.f1_score}, early_stopping=stopping)  # fmt: skip

    assert len(set(history["f1"])) > 1
    assert stopping.best == max(history["f1"])


def test_early_stopping_asks_where_no_name_says_it():
    stopping = EarlyStopping(monitor="m")
    with pytest.raises(ValueError, match="is a metric of your own, so it is not known"):
        trained(small(), XOR, SIDES, loss="binary_cross_entropy", early_stopping=stopping,
                metrics={"m": sk.matthews_corrcoef})  # fmt: skip
