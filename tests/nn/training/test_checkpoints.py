"""Checkpoints: a resumed training is the uninterrupted one, bit for bit."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from nn import SGD, Adam, AdamW, EarlyStopping, Layer, RMSprop, Sequential
from nn.training.checkpoints import Checkpoint

from .helpers import line, small, trained, weights

ROOT = Path(__file__).resolve().parents[3]

OPTIMISERS = {
    "sgd": lambda model: SGD(model, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda model: Adam(model, lr=0.02),
    "adamw": lambda model: AdamW(model, lr=0.02),
    "rmsprop": lambda model: RMSprop(model, lr=0.01, momentum=0.5, centered=True),
}
SCHEDULES = {
    "none": None,
    "cosine": nn.CosineDecay(),
    "warm-up": nn.WarmUp(1.5, nn.LinearDecay()),
    "step": nn.StepDecay(2, 0.5),
}


def model(seed):
    """A network that draws random numbers while it is trained."""
    rng = random.Random(seed)
    return Sequential(
        Layer(1, 4, activation="tanh", rng=rng),
        nn.Dropout(0.3, rng=rng),
        Layer(4, 1, nonlin=False, rng=rng),
    )  # fmt: skip


class BrokenError(Exception):
    pass


@settings(max_examples=25)
@given(
    optimizer=st.sampled_from(list(OPTIMISERS)),
    schedule=st.sampled_from(list(SCHEDULES)),
    broken_in=st.integers(2, 6),
    every=st.integers(1, 3),
    stopping=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_resumed_is_uninterrupted(
    tmp_path_factory, optimizer, schedule, broken_in, every, stopping, seed
):
    """Whatever the optimiser, the schedule, the moment: weights and history are the same."""
    X, y = line(10)
    path = tmp_path_factory.mktemp("run") / "run.safetensors"

    def run(breaking=None, **options):
        rng = random.Random(seed)
        trained_model = model(seed)

        def breaks(training):
            if training.epoch == breaking:
                raise BrokenError

        history = None
        with contextlib.suppress(BrokenError):
            history = trained(
                trained_model, X, y, optimizer=OPTIMISERS[optimizer], schedule=SCHEDULES[schedule],
                epochs=6, batch_size=4, rng=rng, validation=0.2, metrics=["mae"],
                early_stopping=EarlyStopping(2) if stopping else None, callbacks=breaks, **options,
            )  # fmt: skip
        return weights(trained_model), history

    whole_weights, whole = run()
    run(breaking=broken_in, checkpoint=Checkpoint(path, every))
    resumed_weights, resumed = run(checkpoint=Checkpoint(path, every), resume=True)

    assert resumed_weights == whole_weights
    assert resumed.pop("seconds")
    whole.pop("seconds")
    assert repr(resumed.rows()) == repr(whole.rows())
    assert (resumed.best_epoch, resumed.stopped) == (whole.best_epoch, whole.stopped)


def test_pythons_own_random_is_resumed_too(tmp_path):
    X, y = line()

    def run(epochs, **options):
        random.seed(3)
        made = small(nin=1)
        random.seed(3)
        trained(made, X, y, rng=None, epochs=epochs, **options)
        return weights(made)

    path = tmp_path / "run"
    run(2, checkpoint=path)

    assert run(4, checkpoint=path, resume=True) == run(4)


def test_a_finished_training_is_not_trained_again(tmp_path):
    X, y = line()
    path = tmp_path / "run"
    first, second = small(nin=1), small(seed=9, nin=1)
    history = trained(first, X, y, checkpoint=path)
    again = trained(second, X, y, checkpoint=path, resume=True)

    assert again == history
    assert weights(second) == weights(first)


def test_more_epochs_go_on_from_there(tmp_path):
    X, y = line()
    path = tmp_path / "run"
    model_, whole = small(nin=1), small(nin=1)
    trained(model_, X, y, epochs=2, checkpoint=path)
    trained(model_, X, y, epochs=5, checkpoint=path, resume=True)
    trained(whole, X, y, epochs=5)

    assert weights(model_) == weights(whole)


def test_without_a_file_it_begins(tmp_path):
    history = trained(small(nin=1), *line(), checkpoint=tmp_path / "new", resume=True)

    assert history["epoch"] == [1, 2, 3]


def test_the_model_in_a_checkpoint_can_be_loaded(tmp_path):
    made = small(nin=1)
    trained(made, *line(), checkpoint=tmp_path / "run")

    assert weights(nn.load(tmp_path / "run")) == weights(made)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"y": [0.0] * 12}, "is from a training with different X and y; pass the"),
        ({"batch_size": 5}, "is from a training with batch_size 32, not 5"),
        ({"loss": "mae"}, "is from a training with loss mse, not mae"),
        ({"shuffle": False}, "is from a training with shuffle True, not False"),
        ({"optimizer": "rmsprop"}, r"with optimizer Adam\(lr=0.001, .*\), not RMSprop\("),
        ({"lr": 0.5}, r"with optimizer Adam\(lr=0.001, .*\), not Adam\(lr=0.5"),
        ({"schedule": nn.CosineDecay()}, r"with schedule None, not CosineDecay\(final=0.0\)"),
        ({"l2": 0.5}, r"with penalties and clipping .*l2=0.0\), not .*l2=0.5\)"),
        ({"metrics": ["mae"]}, r"with metrics \[\], not \['mae'\]"),
        ({"validation": 0.5}, "is from a training with different validation"),
        ({"validation": ([[0.0]], [0.0])}, "is from a training with different validation"),
        ({"early_stopping": 3}, "with the callbacks none that remember something, not EarlyStopp"),
    ],
    ids=[
        "data",
        "batch size",
        "loss",
        "shuffle",
        "optimizer",
        "lr",
        "schedule",
        "l2",
        "metrics",
        "share",
        "validation",
        "callbacks",
    ],
)
def test_another_training_is_not_resumed(tmp_path, change, text):
    X, y = line()
    path = tmp_path / "run"
    trained(small(nin=1), X, y, checkpoint=path)
    y = change.pop("y", y)
    other = small(seed=4, nin=1)
    before = weights(other)
    with pytest.raises(ValueError, match=text):
        trained(other, X, y, checkpoint=path, resume=True, **change)

    assert weights(other) == before


def test_what_only_watches_may_change(tmp_path):
    """From a terminal to a batch job: progress and callbacks without a memory."""
    X, y = line()
    path = tmp_path / "run"
    model_, whole = small(nin=1), small(nin=1)
    trained(model_, X, y, epochs=2, checkpoint=path, progress=True)
    trained(model_, X, y, epochs=4, checkpoint=path, resume=True, callbacks=[lambda training: None])
    trained(whole, X, y, epochs=4)

    assert weights(model_) == weights(whole)


def test_the_same_data_of_another_type_is_the_same(tmp_path):
    X, y = [[0], [1], [2]], [0, 1, 2]
    trained(small(nin=1), X, y, checkpoint=tmp_path / "run")
    history = trained(
        small(nin=1), np.array(X, float), np.array(y, np.float32), epochs=4,
        checkpoint=tmp_path / "run", resume=True,
    )  # fmt: skip

    assert history.epochs == 4


def test_the_last_epoch_is_written_when_it_is_interrupted(tmp_path):
    path = tmp_path / "run"

    def press(training):
        if training.epoch == 5:
            os.kill(os.getpid(), signal.SIGINT)

    history = trained(
        small(nin=1), *line(), epochs=30, checkpoint=Checkpoint(path, every=10), callbacks=press
    )

    assert history.interrupted
    assert nn.saving.read_checkpoint(path)["epoch"] == 5


def test_a_resumed_training_knows_its_good_weights(tmp_path):
    """The step before the checkpoint went too far: it is taken back all the same."""
    path = tmp_path / "run"

    def run(epochs, **options):
        model_ = nn.MLP(1, [1], rng=random.Random(0))
        with contextlib.suppress(nn.DivergedError):
            trained(model_, [[1.0]], [1.0], optimizer="sgd", lr=1e100, epochs=epochs, **options)
        return weights(model_)

    run(2, checkpoint=path)

    assert run(5, checkpoint=path, resume=True) == run(5)


def test_a_checkpoint_of_ones_own_is_none_of_fits(tmp_path):
    model_ = small(nin=1)
    nn.saving.write_checkpoint(tmp_path / "own", model_, {"epoch": 1})
    with pytest.raises(nn.FormatError, match="is a checkpoint, but not one that fit wrote"):
        trained(model_, *line(), checkpoint=tmp_path / "own", resume=True)


def test_what_cannot_be_written_is_said_before_anything_is_learned(tmp_path):
    model_ = small(nin=1)
    before = weights(model_)

    class Odd(nn.Callback):
        def state_dict(self):
            return {"x": object()}

    with pytest.raises(TypeError):
        trained(model_, *line(), checkpoint=tmp_path / "run", callbacks=Odd())
    with pytest.raises(TypeError):
        trained(model_, *line(), checkpoint=tmp_path / "run", rng=random.SystemRandom())

    assert weights(model_) == before


def test_another_model_is_refused(tmp_path):
    trained(small(nin=1), *line(), checkpoint=tmp_path / "run")
    with pytest.raises(nn.FormatError):
        trained(small(sizes=(5, 1), nin=1), *line(), checkpoint=tmp_path / "run", resume=True)


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "run").write_bytes(b"not a checkpoint")
    with pytest.raises(nn.FormatError):
        trained(small(nin=1), *line(), checkpoint=tmp_path / "run", resume=True)


@pytest.mark.parametrize("every", [0, 1.5, True])
def test_a_bad_every(every):
    with pytest.raises((TypeError, ValueError), match="Checkpoint: every must be "):
        Checkpoint("x", every)


def test_a_folder_that_is_not_there_is_said_before_anything_is_learned(tmp_path):
    model_ = small(nin=1)
    before = weights(model_)
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: .*run'"):
        trained(model_, *line(), checkpoint=tmp_path / "no" / "run")

    assert weights(model_) == before


KILLED = """
import random, sys
import nn
X, y = nn.data.moons(12, rng=random.Random(0))
model = nn.MLP(2, [4, 1], rng=random.Random(0))
nn.fit(model, X, y, loss="binary_cross_entropy", epochs=int(sys.argv[2]), batch_size=6,
       rng=random.Random(1), checkpoint=sys.argv[1], resume=True, progress=False,
       callbacks=lambda training: (print(training.epoch, flush=True), sys.stdin.readline()))
print("weights", [p.data for p in model.parameters()])
"""


@pytest.mark.nightly
def test_killed_at_random_moments_it_always_resumes_from_a_whole_checkpoint(tmp_path):
    """SIGKILL, again and again: in the end the weights are those of a run left in peace."""
    rng, epochs = random.Random(2), "150"

    def start(name):
        return subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path / name), epochs],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    go_on = int(epochs) * "\n"
    peaceful = start("peaceful").communicate(go_on)[0].splitlines()[-1]
    kills, reached = 0, 0
    while True:
        process = start("killed")
        if kills == 12:
            said = process.communicate(go_on)[0].splitlines()
            break
        # At any moment of the epoch that follows, its writing included; it waits after each.
        for _ in range(rng.randint(2, 10)):  # the first checkpoint is there before the second
            process.stdout.readline()
            process.stdin.write("\n")
            process.stdin.flush()
        time.sleep(rng.uniform(0.0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        assert process.returncode == -signal.SIGKILL
        now = nn.saving.read_checkpoint(tmp_path / "killed")["epoch"]
        assert now >= reached
        reached = now

    assert said[-1] == peaceful
