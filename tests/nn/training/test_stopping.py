"""Early stopping."""

import functools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import EarlyStopping, mse
from nn.training.metrics import METRICS

from .helpers import line, small, trained, weights


def watched(numbers, **options):
    """A training whose column "mine" is the given one, with weights that tell the epoch."""
    model = small(nin=1)
    w = model.parameters()[0]

    def note(training):
        training.logs["mine"] = numbers[training.epoch - 1]
        w.data = float(training.epoch)

    stopping = EarlyStopping(monitor="mine", **options)
    history = trained(model, *line(4), epochs=len(numbers), callbacks=note, early_stopping=stopping)
    return history, w.data


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(1, 4))
def test_it_stops_after_so_many_epochs_and_goes_back_to_the_best(numbers, patience):
    history, at = watched([float(x) for x in numbers], patience=patience)

    # Literally: the first epoch after which `patience` epochs in a row were not better.
    best, end = 0, len(numbers)
    for i, x in enumerate(numbers):
        if x < numbers[best]:
            best = i
        elif i - best >= patience:
            end = i + 1
            break
    assert history.epochs == end
    assert history.best_epoch == best + 1
    assert at == best + 1


def test_it_says_why():
    history, _ = watched([1.0, 0.5, 0.7, 0.8], patience=2)

    assert history.stopped == "no better mine for 2 epochs; best 0.5 in epoch 2"


def test_higher_may_be_better():
    history, at = watched([1.0, 3.0, 2.0], patience=5, higher_is_better=True)

    assert (history.best_epoch, at) == (2, 2.0)


def test_by_how_much():
    history, _ = watched([1.0, 0.99, 0.98, 0.97], patience=2, min_delta=0.1)

    assert (history.best_epoch, history.epochs) == (1, 3)


def test_nan_is_never_better():
    history, at = watched([math.nan, 2.0, math.nan], patience=5)

    assert (history.best_epoch, at) == (2, 2.0)


def test_only_nan_stops_and_keeps_the_last():
    history, at = watched([math.nan] * 5, patience=3)

    assert (history.epochs, history.best_epoch, at) == (3, None, 3.0)


def test_accuracy_is_better_when_higher_and_losses_when_lower():
    X, y = line(12)
    labels = [int(t > 0) for t in y]
    history = trained(
        small(nin=1), X, labels, loss="binary_cross_entropy", metrics="accuracy", validation=0.3,
        early_stopping=EarlyStopping(50, monitor="val_accuracy"), epochs=12, lr=0.1,
    )  # fmt: skip
    best = history["val_accuracy"].index(max(history["val_accuracy"])) + 1

    assert history.best_epoch == best


KNOWN = {"accuracy": True, "r2": True, "mae": False, "rmse": False}


@pytest.mark.parametrize("side", ["", "val_"])
@pytest.mark.parametrize("given_as", ["name", "dict", "function", "dict of functions", "partial"])
@pytest.mark.parametrize("name", KNOWN)
def test_a_metric_that_is_known_goes_the_right_way_under_any_name(name, given_as, side):
    """The best epoch is the second of three: outputs go from wrong to right to wrong."""
    metric = METRICS[name]
    metrics, column = {
        "name": ([name], name),
        "dict": ({"mine": name}, "mine"),
        "function": ([metric], name),
        "dict of functions": ({"mine": metric}, "mine"),
        "partial": ({"mine": functools.partial(metric)}, "mine"),
    }[given_as]
    model = small(nin=1)
    for parameter in model.parameters():
        parameter.data = 0.0
    bias = model.layers[1].neurons[0].b

    class Saying(nn.Callback):
        def on_epoch_begin(self, training):
            bias.data = (-3.0, 1.0, -2.0)[training.epoch - 1]

    history = trained(
        model, [[0.0]] * 3, [1, 1, 0], metrics=metrics, validation=([[0.0]] * 3, [1, 1, 0]),
        optimizer="sgd", lr=1e-12, callbacks=[Saying()], batch_size=1,
        early_stopping=EarlyStopping(9, monitor=f"{side}{column}"),
    )  # fmt: skip

    assert history.best_epoch == 2
    assert bias.data == pytest.approx(1.0)


def mine(outputs, targets):
    return float(len(outputs) - len(targets))


def test_a_name_does_not_make_a_metric_of_ones_own_a_known_one():
    metrics = {"r2": lambda outputs, targets: 0.0}
    with pytest.raises(ValueError, match="monitor='r2' is a metric of your own"):
        trained(small(nin=1), *line(), metrics=metrics, early_stopping=EarlyStopping(monitor="r2"))


@pytest.mark.parametrize("metrics", [mine, {"mine": mine}, {"mine": lambda outputs, targets: 0.0}])
@pytest.mark.parametrize("monitor", ["mine", "val_mine"])
@pytest.mark.parametrize("as_callback", [False, True])
def test_a_metric_of_ones_own_is_asked_which_way_before_anything_is_learned(
    metrics, monitor, as_callback, tmp_path
):
    def run(**options):
        stopping = EarlyStopping(5, monitor=monitor, **options)
        place = {"callbacks": [stopping]} if as_callback else {"early_stopping": stopping}
        return trained(model, *line(), metrics=metrics, validation=0.3, checkpoint=path, **place)

    model, path = small(nin=1), tmp_path / "run.safetensors"
    before = weights(model)
    text = (
        rf"EarlyStopping: monitor='{monitor}' is a metric of your own, .* write "
        rf"EarlyStopping\(monitor='{monitor}', higher_is_better=True\), or False"
    )
    with pytest.raises(ValueError, match=text):
        run()
    assert weights(model) == before
    assert not path.exists()

    assert run(higher_is_better=False).best_epoch == 1


@pytest.mark.parametrize("higher", ["yes", 1])
def test_higher_is_better_is_true_or_false(higher):
    with pytest.raises(TypeError, match="EarlyStopping: higher_is_better must be True or False"):
        EarlyStopping(higher_is_better=higher)


def test_the_validation_loss_is_watched_or_else_the_loss():
    X, y = line(12)
    one = trained(small(nin=1), X, y, validation=0.3, early_stopping=50, epochs=8, lr=0.3)
    two = trained(small(nin=1), X, y, early_stopping=50, epochs=8, lr=0.3)

    assert one.best_epoch == one["val_loss"].index(min(one["val_loss"])) + 1
    assert two.best_epoch == two["loss"].index(min(two["loss"])) + 1


def test_used_again_it_begins_anew():
    stopping = EarlyStopping(50)
    first, second = small(nin=1), small(seed=8, nin=1)
    trained(first, *line(), early_stopping=stopping)
    trained(second, *line(), early_stopping=stopping)
    fresh = small(seed=8, nin=1)
    trained(fresh, *line(), early_stopping=EarlyStopping(50))

    assert weights(second) == weights(fresh)


def test_an_unknown_column_is_named():
    with pytest.raises(ValueError, match="monitor='val_los' was not measured; did you mean"):
        trained(
            small(nin=1),
            *line(),
            validation=0.3,
            early_stopping=EarlyStopping(2, monitor="val_los"),
        )


@pytest.mark.parametrize("delta", [-1.0, "x", math.nan])
def test_a_bad_min_delta(delta):
    with pytest.raises(ValueError, match="min_delta must be at least 0"):
        EarlyStopping(min_delta=delta)


def test_the_loss_of_one_batch_is_that_of_the_weights_before_its_step():
    X, y = line(6)
    model = small(nin=1)
    history = trained(
        model, X, y, optimizer="sgd", lr=2.0, batch_size=None, epochs=6, early_stopping=20
    )
    loss = mse([model(x) for x in X], y).data

    assert loss == pytest.approx(min(history["loss"]), rel=1e-12)
