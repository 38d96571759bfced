"""Training in one call, against loops written by hand."""

import copy
import json
import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import NonFiniteError, Value
from nn import MLP, SGD, Adam, Module, Parameter, mse

from .helpers import line, mean_squared, small, trained, weights


def test_the_users_script():
    """What a newcomer writes, from data to a model that knows the moons."""
    rng = random.Random(0)
    X, y = nn.data.moons(120, noise=0.1, rng=rng)
    model = nn.MLP(2, [8, 8, 1], activation="tanh", rng=rng)

    history = nn.fit(
        model, X, y, loss="binary_cross_entropy", optimizer="adam", lr=0.03, epochs=30,
        batch_size=16, rng=rng, validation=0.25, metrics=["accuracy"], progress=False,
    )  # fmt: skip

    assert history["accuracy"][-1] > 0.95
    assert history["val_loss"][-1] < 0.5 * history["val_loss"][0]
    assert list(history) == [
        "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds",
    ]  # fmt: skip
    assert nn.evaluate(model, X, y, metrics=["accuracy"])["accuracy"] > 0.9


def test_it_is_the_loop_that_one_writes_by_hand():
    X, y = line(20)
    by_fit, by_hand = small(nin=1), small(nin=1)
    history = trained(by_fit, X, y, optimizer=SGD(by_fit, lr=0.1), epochs=4, batch_size=6)

    rng, optimiser, losses = random.Random(5), SGD(by_hand, lr=0.1), []
    for _ in range(4):
        order, total = rng.sample(range(20), 20), 0.0
        for first in range(0, 20, 6):
            batch = order[first : first + 6]
            loss = mse([by_hand(X[i]) for i in batch], [y[i] for i in batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.data * len(batch)
        losses.append(total / 20)
    assert weights(by_fit) == weights(by_hand)
    assert history["loss"] == pytest.approx(losses, rel=1e-14)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "sgd"])
def test_optimisers_by_name(optimizer):
    X, y = line()
    model = small(nin=1)

    history = trained(model, X, y, optimizer=optimizer, lr=0.05, epochs=20)

    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["lr"] == [0.05] * 20


def test_an_optimiser_may_be_made_by_a_function_or_its_class():
    X, y = line()
    one, two, three = small(nin=1), small(nin=1), small(nin=1)
    trained(one, X, y, optimizer=lambda model: Adam(model, lr=0.02))
    trained(two, X, y, optimizer=Adam, lr=0.02)
    trained(three, X, y, optimizer="adam", lr=0.02)

    assert weights(one) == weights(two) == weights(three)


def test_a_loss_of_ones_own():
    X, y = line()
    one, two = small(nin=1), small(nin=1)
    trained(one, X, y, loss=mean_squared)
    trained(two, X, y, loss="mse")

    assert weights(one) == pytest.approx(weights(two), rel=1e-12)


@pytest.mark.parametrize(
    "given_as",
    [
        pytest.param(lambda X, y: (np.array(X), np.array(y)), id="numpy"),
        pytest.param(lambda X, y: (pd.DataFrame(X), pd.Series(y)), id="pandas"),
        pytest.param(lambda X, y: (tuple(map(tuple, X)), tuple(y)), id="tuples"),
        pytest.param(lambda X, y: (iter(X), iter(y)), id="iterators"),
        pytest.param(lambda X, y: (list(zip(X, y, strict=True)), None), id="pairs"),
        pytest.param(lambda X, y: (zip(X, y, strict=True), None), id="iterator of pairs"),
    ],
)
def test_examples_may_come_as_anything(given_as):
    X, y = line()
    one, two = small(nin=1), small(nin=1)
    trained(one, *given_as(X, y))
    trained(two, X, y)

    assert weights(one) == weights(two)


def test_one_batch_of_everything():
    X, y = line(10)
    one, two = small(nin=1), small(nin=1)
    trained(one, X, y, batch_size=None, shuffle=False)
    trained(two, X, y, batch_size=10, shuffle=False)

    assert weights(one) == weights(two)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_every_epoch_sees_each_example_once_in_a_new_order(seed, batch_size):
    seen = []

    class Noting(Module):
        def __init__(self):
            self.w = Parameter(0.5)

        def forward(self, x):
            seen.append(x[0])
            return self.w * x[0]

    X = [[float(i)] for i in range(12)]
    trained(Noting(), X, [0.0] * 12, batch_size=batch_size, epochs=2, optimizer="sgd", lr=1e-6,
            rng=random.Random(seed))  # fmt: skip

    first, second = seen[:12], seen[12:]
    assert sorted(first) == sorted(second) == [x for (x,) in X]
    rng = random.Random(seed)
    assert first == [float(i) for i in rng.sample(range(12), 12)]
    assert second == [float(i) for i in rng.sample(range(12), 12)]


def test_without_shuffling_the_order_is_that_of_the_data():
    seen = []

    class Noting(Module):
        def __init__(self):
            self.w = Parameter(0.5)

        def forward(self, x):
            seen.append(x[0])
            return self.w * x[0]

    X, y = line(5)
    trained(Noting(), X, y, shuffle=False, epochs=2)

    assert seen == [x for (x,) in X] * 2


def test_a_share_is_set_aside_for_validation():
    X, y = line(20)
    seen = set()
    model = small(nin=1)
    history = trained(model, X, y, validation=0.25, epochs=1,
                      callbacks=lambda training: seen.update(training.data.positions))  # fmt: skip
    held_out = sorted(set(range(20)) - seen)

    assert len(seen) == 15
    loss = mse([model(X[i]) for i in held_out], [y[i] for i in held_out]).data
    assert history["val_loss"] == [pytest.approx(loss, rel=1e-12)]


def test_validation_examples_of_ones_own():
    X, y = line()
    model = small(nin=1)
    history = trained(model, X, y, validation=([[1.0], [2.0]], [1.0, 3.0], [1.0, 3.0]), epochs=1,
                      metrics=["mae"])  # fmt: skip
    errors = [model([1.0]).data - 1.0, model([2.0]).data - 3.0]

    assert history["val_loss"][0] == pytest.approx((errors[0] ** 2 + 3 * errors[1] ** 2) / 4)
    assert history["val_mae"][0] == pytest.approx((abs(errors[0]) + 3 * abs(errors[1])) / 4)


def test_metrics_measure_the_passes_that_were_learned_from():
    X, y = line(8)
    model = small(nin=1)
    before = [model(x).data for x in X]
    metrics = {"largest": lambda outputs, targets: max(outputs), "mae": "mae"}
    history = trained(model, X, y, batch_size=None, epochs=1, metrics=metrics)

    assert history["largest"] == [max(before)]
    assert history["mae"][0] == pytest.approx(
        sum(abs(o - t) for o, t in zip(before, y, strict=True)) / 8
    )


def test_a_frozen_parameter_never_moves():
    X, y = line()
    model = small(nin=1)
    model.layers[0].freeze()
    before = weights(model)
    trained(model, X, y, l1=0.1, l2=0.1, clip_norm=0.5, early_stopping=2, validation=0.3)

    assert weights(model)[:8] == before[:8]
    assert weights(model)[8:] != before[8:]


def test_a_model_of_several_outputs_and_classes():
    rng = random.Random(3)
    X, y = nn.data.blobs(60, centres=3, rng=rng)
    model = MLP(2, [3], activation="linear", rng=rng)
    history = trained(model, X, y, loss="cross_entropy", metrics="accuracy", lr=0.1, epochs=15)

    assert history["accuracy"][-1] > 0.9


def test_history_is_what_pandas_and_json_take():
    X, y = line()
    history = trained(small(nin=1), X, y, validation=0.25)

    assert pd.DataFrame(history)["val_loss"].tolist() == history["val_loss"]
    assert json.loads(json.dumps(history)) == history
    assert json.loads(json.dumps(history.rows()))[1]["epoch"] == 2
    assert history.stopped == "all 3 epochs done"


def test_the_schedule_is_asked_before_every_step_for_the_time_in_epochs():
    X, y = line(10)
    asked, used = [], []

    def schedule(epoch, epochs):
        asked.append((epoch, epochs))
        return 0.5

    class Noting(SGD):
        def step(self):
            used.append(self.lr)
            super().step()

    model = small(nin=1)
    optimiser = Noting(model, lr=0.2)
    trained(model, X, y, optimizer=optimiser, schedule=schedule, batch_size=5, epochs=2)

    assert asked == [(0.0, 2.0), (0.5, 2.0), (1.0, 2.0), (1.5, 2.0)]
    assert used == [0.1] * 4
    assert optimiser.lr == 0.2  # for the next fit


def test_modes_are_training_then_validation_then_as_before():
    seen = []

    class Noting(Module):
        def __init__(self):
            self.inner = small(nin=1)

        def forward(self, x):
            seen.append((self.training, self.inner.training))
            return self.inner(x)

    model = Noting()
    model.eval()
    model.inner.train()
    trained(model, *line(2), validation=([[0.0]], [0.0]), epochs=1)

    assert seen == [(True, True)] * 2 + [(False, False)]
    assert (model.training, model.inner.training) == (False, True)


def test_a_class_may_have_a_method_train_of_its_own():
    class Own(Module):
        def __init__(self):
            self.w = Parameter(1.0)

        def forward(self, x):
            return self.w * x[0]

        def train(self, rows):
            raise AssertionError(rows)

    trained(Own(), *line())


def test_an_optimiser_keeps_its_state_for_the_next_fit():
    X, y = line()
    whole, halves = small(nin=1), small(nin=1)
    trained(whole, X, y, optimizer=Adam(whole, lr=0.01), epochs=4, shuffle=False)
    optimiser = Adam(halves, lr=0.01)
    for _ in range(2):
        trained(halves, X, y, optimizer=optimiser, epochs=2, shuffle=False)

    assert weights(whole) == weights(halves)


def test_pythons_own_random_is_the_default():
    X, y = line()
    one, two = small(nin=1), small(nin=1)
    random.seed(9)
    trained(one, X, y, rng=None)
    trained(two, X, y, rng=random.Random(9))

    assert weights(one) == weights(two)


def test_gradients_left_by_others_do_not_count():
    X, y = line()
    one, two = small(nin=1), small(nin=1)
    for parameter in one.parameters():
        parameter.grad = 1e6
    trained(one, X, y)
    trained(two, X, y)

    assert weights(one) == weights(two)


def test_only_what_the_optimiser_has_is_trained():
    X, y = line()
    model = small(nin=1)
    before = weights(model)
    trained(model, X, y, optimizer=SGD(model.layers[1], lr=0.1))

    assert weights(model)[:8] == before[:8]
    assert weights(model)[8:] != before[8:]


def test_the_model_is_as_good_in_a_copy():
    X, y = line()
    model = small(nin=1)
    twin = copy.deepcopy(model)
    trained(model, X, y)
    trained(twin, X, y)

    assert weights(model) == weights(twin)


REFUSED = {
    "model": ({"model": lambda x: x}, TypeError, r"fit trains a Module, got a function"),
    "loss": ({"loss": "msee"}, ValueError, "unknown loss 'msee'; did you mean 'mse'"),
    "optimizer": ({"optimizer": "adm"}, ValueError, "unknown optimizer 'adm'; did you mean 'adam'"),
    "sgd": (
        {"optimizer": "sgd"},
        ValueError,
        r"sgd has no default learning rate; write for example lr=0.1",
    ),
    "lr twice": (
        {"optimizer": lambda m: SGD(m, lr=0.1), "lr": 0.1},
        ValueError,
        "lr is only for an optimizer given by name",
    ),
    "no optimiser": (
        {"optimizer": lambda _: 3},
        TypeError,
        "must return an Optimiser, but returned 3",
    ),
    "epochs": ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
    "epochs 2.5": ({"epochs": 2.5}, TypeError, "epochs must be a whole number, got 2.5"),
    "batch_size": ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
    "share": (
        {"validation": 1.5},
        ValueError,
        "write a share above 0 and below 1",
    ),
    "share 0.001": ({"validation": 0.001}, ValueError, "leaves none on one side"),
    "validation": (
        {"validation": "X"},
        TypeError,
        r"validation must be \(X, y\), \(X, y, weights\) or",
    ),
    "metric": ({"metrics": "acuracy"}, ValueError, "unknown metric 'acuracy'; did you mean 'accu"),
    "metric twice": ({"metrics": ["mae", "mae"]}, ValueError, "metrics has 'mae' twice"),
    "metric result": (
        {"metrics": lambda outputs, targets: "good"},
        TypeError,
        "metric '<lambda>' must return a number, but returned 'good'",
    ),
    "schedule": ({"schedule": 0.5}, TypeError, r"schedule must be a function \(epoch, epochs\)"),
    "schedule class": ({"schedule": MLP}, TypeError, r"write MLP\(...\)"),
    "clip_norm": ({"clip_norm": 0.0}, ValueError, "clip_norm must be a number above 0, got 0"),
    "l2": ({"l2": -1.0}, ValueError, "l2 must be at least 0 and finite, got -1"),
    "l1": ({"l1": "x"}, TypeError, "l1 must be a number, got 'x'"),
    "callback": ({"callbacks": [3]}, TypeError, "a callback must be a Callback or a function"),
    "callback class": (
        {"callbacks": [nn.Callback]},
        TypeError,
        r"got the class Callback; write Callback\(\)",
    ),
    "resume": ({"resume": True}, ValueError, "needs checkpoint=..., the file to continue from"),
    "patience": (
        {"early_stopping": 0},
        ValueError,
        "EarlyStopping: patience must be at least 1, got 0",
    ),
    "weights": ({"sample_weight": [0.0] * 12}, ValueError, "every sample weight is 0"),
    "loss result": (
        {"loss": lambda outputs, targets: 1.0},
        TypeError,
        "the loss must return a Value, the mean over a batch",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    options, error, text = REFUSED[case]
    X, y = line()
    model = options.pop("model", None) or small(nin=1)
    before = weights(model) if isinstance(model, Module) else None
    with pytest.raises(error, match=text):
        trained(model, X, y, **options)

    if before is not None and "result" not in case:
        assert weights(model) == before


def test_all_numbers_of_a_history_are_finite_or_said_to_be_missing():
    X, y = line()

    def sometimes(training):
        if training.epoch == 2:
            training.logs["extra"] = 7.0

    history = trained(small(nin=1), X, y, callbacks=[sometimes])

    assert math.isnan(history["extra"][0])
    assert history["extra"][1] == 7.0
    assert math.isnan(history["extra"][2])


def test_a_model_that_returns_a_constant_cannot_be_trained():
    class Lost(Module):
        def __init__(self):
            self.w = Parameter(1.0)

        def forward(self, x):
            return Value(self.w.data * x[0])

    model = Lost()
    trained(model, *line())
    assert model.w.data == 1.0  # as any loop would: no gradient reaches it


def test_errors_of_the_engine_are_theirs():
    assert issubclass(nn.DivergedError, NonFiniteError)
