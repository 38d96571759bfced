"""Where one output changes from class 0 to class 1: decided once, by what the loss does."""

import functools
import math

import pytest

import nn
from autograd import Value, log, relu, sigmoid, softplus
from nn import MLP, Module, Parameter
from nn.answers import threshold
from nn.training.metrics import accuracy

from .training.helpers import SIDES, WAYS_BACK, XOR, brought_back, small, trained


def mean(losses):
    return sum(losses, Value(0.0)) / len(losses)


def of_each(one):
    """A loss of a user's own, of what it says of one example."""
    return lambda outputs, targets: mean([one(o, t) for o, t in zip(outputs, targets, strict=True)])


def unnamed(loss):
    """The same loss as another function."""

    def asked(outputs, targets):
        return loss(outputs, targets)

    return asked


def crashing(*batch):
    raise RuntimeError(batch)


LEARN_THE_TARGET = {
    "mse": nn.mse,
    "mae": nn.mae,
    "huber": nn.huber,
    "a lambda": unnamed(nn.mse),
    "a partial": functools.partial(nn.huber, delta=2.0),
    "unequal classes": of_each(lambda o, t: (1.0 + 8.0 * t) * (o - t) ** 2),
    "of probabilities": of_each(lambda p, t: -log(p if t else 1.0 - p)),
    "of probabilities, unequal": of_each(lambda p, t: -(9.0 * log(p) if t else log(1.0 - p))),
}
LEARN_A_SCORE = {
    "binary_cross_entropy": nn.binary_cross_entropy,
    "a lambda": unnamed(nn.binary_cross_entropy),
    "unequal classes": of_each(lambda z, t: softplus(z) - (9.0 * z - 8.0 * softplus(z)) * t),
    "Brier": of_each(lambda z, t: (sigmoid(z) - t) ** 2),
    "hinge": of_each(lambda z, t: relu(1.0 - (2 * t - 1) * z)),
    "perceptron": of_each(lambda z, t: relu((1 - 2 * t) * z)),
    "squares of signs": of_each(lambda z, t: (z - (2 * t - 1)) ** 2),
}


@pytest.mark.parametrize("targets", [[0, 1], [1.0, 0.0, 1.0], [0], [1], [Value(0.0), Value(1.0)]])
@pytest.mark.parametrize("name", LEARN_THE_TARGET)
def test_halfway_where_outputs_learn_to_be_the_targets(name, targets):
    assert threshold(LEARN_THE_TARGET[name], targets) == 0.5


@pytest.mark.parametrize("targets", [[0, 1], [1.0, 0.0, 1.0], [0], [1]])
@pytest.mark.parametrize("name", LEARN_A_SCORE)
def test_zero_where_outputs_learn_to_be_scores(name, targets):
    assert threshold(LEARN_A_SCORE[name], targets) == 0.0


@pytest.mark.parametrize("loss", [nn.mse, nn.hinge, LEARN_THE_TARGET["a lambda"]])
def test_zero_between_minus_one_and_one(loss):
    assert threshold(loss, [-1, 1]) == threshold(loss, [-1.0]) == 0.0


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (nn.mse, [0.0, 0.5, 1.0]),
        (nn.mse, [-1, 0, 1]),
        (nn.mse, [[0.0, 1.0]]),
        (nn.cross_entropy, [0, 1]),  # takes an output for each class
        (unnamed(nn.cross_entropy), [0, 1]),
        (crashing, [0, 1]),
    ],
)
def test_no_threshold_where_there_are_no_two_classes_of_one_output(loss, targets):
    assert threshold(loss, targets) is None


# --- in use ---------------------------------------------------------------------------------------


class Says(Module):
    """A model whose output is its input."""

    def __init__(self):
        self.w = Parameter(1.0)

    def forward(self, x):
        return self.w * x[0]


@pytest.mark.parametrize("name", LEARN_THE_TARGET)
def test_a_test_set_of_one_class_is_scored_as_the_training_set_was(name):
    loss = LEARN_THE_TARGET[name]
    model = Says()
    history = trained(model, [[0.2], [0.8], [0.4], [0.9]], [0, 1, 0, 1], loss=loss, lr=1e-9,
                      metrics=["accuracy"], optimizer="sgd")  # fmt: skip

    assert history["accuracy"] == [1.0] * 3
    assert model.decision_threshold == 0.5
    for options in ({}, {"loss": loss}, {"loss": "mse"}):
        found = [
            nn.evaluate(model, [[x], [x]], [y, y], metrics="accuracy", **options)["accuracy"]
            for x, y in [(0.2, 0), (0.8, 1), (0.2, 1), (0.8, 0)]
        ]
        assert found == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("loss", [nn.mse, nn.mae, nn.huber, LEARN_THE_TARGET["a lambda"]])
def test_a_model_trained_by_hand_is_asked_through_the_loss(loss):
    for x, y in [(0.2, 0), (0.8, 1)]:
        found = nn.evaluate(Says(), [[x]], [y], loss=loss, metrics={"right": accuracy})
        assert found["right"] == 1.0


def test_each_fit_decides_anew_and_what_is_no_classification_decides_nothing():
    model = small()
    trained(model, XOR, SIDES, loss="binary_cross_entropy", epochs=1)
    assert model.decision_threshold == 0.0
    trained(model, XOR, SIDES, loss="mse", epochs=1)
    trained(model, XOR, [0.5, 2.0, 3.0, 4.0], epochs=1)
    assert model.decision_threshold == 0.5


def test_validation_of_one_class_has_the_threshold_of_training():
    history = trained(Says(), [[0.2], [0.8]], [0, 1], validation=([[0.3]], [0]), lr=1e-9,
                      metrics="accuracy", optimizer="sgd", epochs=1)  # fmt: skip

    assert history["val_accuracy"] == [1.0]


@pytest.mark.parametrize("how", WAYS_BACK)
def test_the_threshold_stays_with_the_model(how, tmp_path):
    _, again = brought_back(how, tmp_path, XOR, SIDES)

    assert again.decision_threshold == 0.5


def test_a_file_of_a_model_without_a_threshold_leaves_none(tmp_path):
    path = tmp_path / "model.safetensors"
    nn.save(small(), path)
    model = small()
    trained(model, XOR, SIDES, epochs=1)

    assert nn.load(path).decision_threshold is None
    assert nn.load(path, model=model).decision_threshold is None


def test_the_summary_shows_it():
    model = small()
    assert "says class 1" not in model.summary()
    trained(model, XOR, SIDES, epochs=1)

    assert model.summary().endswith("\nAn output above 0.5 means class 1.")


def test_a_class_may_mean_something_else_by_that_name():
    class Own(Says):
        def __init__(self):
            super().__init__()
            self.decision_threshold = Parameter(0.25)

        def forward(self, x):
            return self.w * x[0] - self.decision_threshold

    model = Own()
    trained(model, [[0.2], [0.8]], [0, 1], metrics="accuracy")

    assert isinstance(model.decision_threshold, Parameter)
    assert nn.evaluate(model, [[9.0]], [1], metrics="accuracy") == {"accuracy": 1.0}
    assert "says class 1" not in model.summary()


# --- nan ------------------------------------------------------------------------------------------

NAN = math.nan


@pytest.mark.parametrize(
    ("output", "targets"),
    [
        (NAN, [0, 1, -1]),
        ([NAN], [0, 1, [0.0]]),
        ([NAN, 1.0], [0, 1, [1.0, 0.0], [0.0, 1.0]]),
        ([1.0, NAN, 0.0], [0, 1, 2, [1.0, 0.0, 0.0]]),
        ([NAN, NAN], [0, 1]),
    ],
)
@pytest.mark.parametrize("at", [0.0, 0.5])
def test_nan_is_never_right(output, targets, at):
    assert [accuracy([output], [target], threshold=at) for target in targets] == [0.0] * len(
        targets
    )


def test_a_target_list_with_nan_is_refused():
    with pytest.raises(ValueError, match="the probability of each as target"):
        accuracy([[1.0, 2.0]], [[NAN, 1.0]])


def test_classes_are_0_and_1_or_minus_1_and_1():
    with pytest.raises(ValueError, match="takes targets 0 and 1, or -1 and 1, but got 0 and -1"):
        accuracy([0.5, 0.5, 0.5], [-1, 0, 1])


def test_a_model_of_several_outputs_has_none():
    model = MLP(2, [2], activation="linear")
    history = trained(model, XOR, SIDES, loss="cross_entropy", metrics="accuracy", epochs=1)

    assert model.decision_threshold is None
    assert 0.0 <= history["accuracy"][0] <= 1.0
