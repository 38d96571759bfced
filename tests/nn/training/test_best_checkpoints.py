"""What `nn.load` reads from a checkpoint: the model in memory, or the best so far."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from nn import Checkpoint, EarlyStopping

from .helpers import alter, line, small, stochastic, trained, weights


class Noisy(nn.Callback):
    """A column that goes up and down, so that the best epoch may be any."""

    def __init__(self, numbers):
        self.numbers = numbers

    def on_epoch_end(self, training):
        training.logs["noisy"] = self.numbers[training.epoch - 1]


class Stopping(nn.Callback):
    """Ends a training in the middle of an epoch, as Ctrl-C does."""

    def __init__(self, epoch, batch):
        self.epoch, self.batch = epoch, batch

    def on_batch_end(self, training):
        if (training.epoch, training.batch) == (self.epoch, self.batch):
            training.interrupted = True


numbers = st.lists(st.integers(0, 4), min_size=6, max_size=6)


@settings(max_examples=15)
@given(numbers, st.integers(1, 5), st.sampled_from([None, 1, 2]), st.integers(1, 3), st.booleans())
def test_the_model_in_memory_is_in_the_file_and_a_resume_goes_on_from_the_last_epoch(
    tmp_path_factory, noisy, first, batch, every, stopping
):
    path = tmp_path_factory.mktemp("run") / "run"
    X, y = line(10)

    def run(model, epochs, *more, **options):
        early = EarlyStopping(9, monitor="noisy") if stopping else None
        return trained(model, X, y, epochs=epochs, batch_size=4, early_stopping=early,
                       callbacks=[*more, Noisy(noisy)], **options)  # fmt: skip

    model, whole = stochastic(), stochastic()
    breaks = [] if batch is None else [Stopping(first, batch)]
    run(model, first, *breaks, checkpoint=Checkpoint(path, every))
    assert weights(nn.load(path)) == weights(model)

    run(resumed := stochastic(), 6, checkpoint=Checkpoint(path, every), resume=True)
    run(whole, 6)
    assert weights(resumed) == weights(whole) == weights(nn.load(path))


@settings(max_examples=15)
@given(numbers, st.integers(1, 6))
def test_the_best_only_is_in_the_file_at_any_time_and_can_be_gone_on_from(
    tmp_path_factory, noisy, broken_in
):
    path = tmp_path_factory.mktemp("run") / "best"
    X, y = line(10)

    def run(model, *more, **options):
        best = Checkpoint(path, save_best_only=True, monitor="noisy", higher_is_better=True)
        return trained(model, X, y, epochs=6, batch_size=4, callbacks=[Noisy(noisy), *more],
                       checkpoint=best, **options)  # fmt: skip

    seen = []

    def breaks(training):
        seen.append(weights(training.model))
        if training.epoch == broken_in:
            raise KeyError

    model, whole = stochastic(), stochastic()
    with contextlib.suppress(KeyError):
        run(model, breaks)
    done = broken_in - 1
    if done:
        assert weights(nn.load(path)) == seen[noisy.index(max(noisy[:done]))]

    run(resumed := stochastic(), resume=True)
    path.unlink()
    run(whole)
    assert weights(resumed) == weights(whole)


def test_the_best_and_the_last_are_kept_side_by_side(tmp_path):
    X, y = line(10)
    noisy = [3.0, 1.0, 2.0, 4.0]

    def run(epochs):
        model = stochastic()
        best = Checkpoint(tmp_path / "best", save_best_only=True, monitor="noisy")
        trained(model, X, y, epochs=epochs, callbacks=[best, Noisy(noisy)],
                checkpoint=tmp_path / "run", resume=True)  # fmt: skip
        return weights(model)

    run(2)
    second = weights(nn.load(tmp_path / "best"))
    last = run(4)

    assert weights(nn.load(tmp_path / "best")) == second
    assert weights(nn.load(tmp_path / "run")) == last != second


def test_after_early_stopping_the_file_has_the_loss_that_memory_has(tmp_path):
    X, y = line(20)
    model = small(nin=1)
    history = trained(model, X, y, validation=0.3, optimizer="sgd", lr=0.9, epochs=40,
                      early_stopping=2, checkpoint=tmp_path / "run")  # fmt: skip

    assert history.best_epoch < history.epochs
    assert weights(nn.load(tmp_path / "run")) == weights(model)


@pytest.mark.parametrize("way", ["early stopping", "best only"])
def test_the_loss_of_one_batch_is_that_of_the_weights_before_its_step(tmp_path, way):
    X, y = line(6)
    model = small(nin=1)
    options = {
        "early stopping": {"early_stopping": 20, "checkpoint": tmp_path / "run"},
        "best only": {"checkpoint": Checkpoint(tmp_path / "run", save_best_only=True)},
    }[way]
    history = trained(model, X, y, optimizer="sgd", lr=2.0, batch_size=None, epochs=6, **options)
    found = nn.load(tmp_path / "run")

    assert nn.mse([found(x) for x in X], y).data == pytest.approx(min(history["loss"]), rel=1e-12)


def test_parameters_that_took_the_places_of_others_get_the_best_weights_too():
    model = small(nin=1)
    seen = []

    def replace(training):
        seen.append(weights(model))
        if training.epoch == 3:
            for neuron in model.layers[0].neurons:
                neuron.w = [nn.Parameter(w.data + 1.0) for w in neuron.w]

    trained(model, *line(), epochs=5, callbacks=[replace, Noisy([3, 1, 2, 4, 5])],
            early_stopping=EarlyStopping(9, monitor="noisy"))  # fmt: skip

    assert weights(model) == seen[1]


def test_damage_is_refused(tmp_path):
    noisy, path = Noisy([1, 2, 3]), tmp_path / "run"

    def run(**options):
        trained(small(nin=1), *line(), callbacks=noisy, checkpoint=path,
                early_stopping=EarlyStopping(9, monitor="noisy"), **options)  # fmt: skip

    run()
    alter(path, lambda state, _: state.update(weights={"$floats": "model/layers.0.bias"}))
    with pytest.raises(nn.FormatError, match="its 'weights' has 4 items, but this has 13"):
        run(resume=True)


REFUSED = [
    (lambda: Checkpoint("x", save_best_only="yes"), TypeError, "only must be True or False"),
    (lambda: Checkpoint("x", 2, save_best_only=True), ValueError, "every=2 and save_best_only"),
    (lambda: Checkpoint("x", monitor="loss"), ValueError, "write save_best_only=True too"),
    (lambda: Checkpoint("x", higher_is_better=1), TypeError, "better must be True or False"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "text"), REFUSED, ids=range(len(REFUSED)))
def test_what_will_not_do(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_a_column_that_nobody_measures_or_whose_direction_nobody_knows(tmp_path):
    def run(monitor, **options):
        best = Checkpoint(tmp_path / "best", save_best_only=True, monitor=monitor)
        trained(small(nin=1), *line(), checkpoint=best, **options)

    with pytest.raises(ValueError, match="Checkpoint: monitor='val_los' was not measured; did you"):
        run("val_los", validation=0.3)
    with pytest.raises(ValueError, match=r"Checkpoint\(path, save_best_only=True, monitor='m'"):
        run("m", metrics={"m": lambda outputs, targets: 0.0})
