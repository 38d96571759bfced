"""Early stopping."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import EarlyStopping, mse

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
    with pytest.raises(ValueError, match="min_delta is at least 0"):
        EarlyStopping(min_delta=delta)


def test_the_loss_of_one_batch_is_that_of_the_weights_before_its_step():
    X, y = line(6)
    model = small(nin=1)
    history = trained(
        model, X, y, optimizer="sgd", lr=2.0, batch_size=None, epochs=6, early_stopping=20
    )
    loss = mse([model(x) for x in X], y).data

    assert loss == pytest.approx(min(history["loss"]), rel=1e-12)
