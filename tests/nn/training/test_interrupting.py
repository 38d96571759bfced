"""Ctrl-C: what was learned so far is returned, nothing is half done."""

import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import nn
from nn import SGD

from .helpers import line, small, trained, weights

ROOT = Path(__file__).resolve().parents[3]


def press():
    os.kill(os.getpid(), signal.SIGINT)


def pressing(at):
    """A callback that presses Ctrl-C after a batch."""

    class Pressing(nn.Callback):
        def on_batch_end(self, training):
            if (training.epoch, training.batch) == at:
                press()

    return Pressing()


def test_it_ends_after_the_batch_and_returns_the_history():
    X, y = line(12)
    model = small(nin=1)
    history = trained(model, X, y, batch_size=4, epochs=9, callbacks=pressing((3, 2)))

    assert history["epoch"] == [1, 2]
    assert history.stopped == "interrupted in epoch 3, after 2 of 3 batches"


def test_at_the_end_of_an_epoch_the_epoch_counts():
    X, y = line(12)
    history = trained(small(nin=1), X, y, batch_size=4, epochs=9, callbacks=pressing((3, 3)))

    assert history["epoch"] == [1, 2, 3]
    assert history.stopped == "interrupted after epoch 3"


def test_callbacks_know_at_the_end_that_it_was_interrupted():
    seen = []

    class Noting(nn.Callback):
        def on_fit_begin(self, training):
            seen.append(training.batch_loss)

        def on_fit_end(self, training):
            seen.append(training.history.interrupted)

    trained(small(nin=1), *line(4), callbacks=[pressing((1, 1)), Noting()])

    assert math.isnan(seen[0])
    assert seen[1:] == [True]


def test_a_step_is_made_whole():
    """Ctrl-C in the middle of a step: the model is as if it had come right after it."""
    X, y = line(8)
    interrupted, other = small(nin=1), small(nin=1)

    class Pressing(SGD):
        def change(self, index, g):
            if index == 3:
                press()
            return super().change(index, g)

    trained(interrupted, X, y, optimizer=Pressing(interrupted, lr=0.1), batch_size=4, epochs=2)
    trained(other, X[:], y, optimizer=SGD(other, lr=0.1), batch_size=4, epochs=1,
            callbacks=pressing((1, 1)))  # fmt: skip

    assert weights(interrupted) == weights(other)


def test_the_best_weights_come_back_where_stopping_early_was_asked_for():
    X, y = line(12)
    model = small(nin=1)
    best = []

    def note(training):
        if training.epoch == 2:
            best.extend(weights(model))
        training.logs["mine"] = [3.0, 1.0, 2.0][training.epoch - 1]

    history = trained(
        model, X, y, batch_size=6, epochs=9, callbacks=[note, pressing((4, 1))],
        early_stopping=nn.EarlyStopping(monitor="mine"),
    )  # fmt: skip

    assert history.best_epoch == 2
    assert weights(model) == best


def test_a_second_one_interrupts_at_once_and_leaves_the_weights_whole():
    X, y = line(8)
    model = small(nin=1)
    before = []

    class Pressing(SGD):
        def step(self):
            before[:] = weights(model)
            super().step()

        def change(self, index, g):
            if index == 5:
                press()
                press()
            return super().change(index, g)

    with pytest.raises(KeyboardInterrupt):
        trained(model, X, y, optimizer=Pressing(model, lr=0.1))

    assert weights(model) == before


def test_the_usual_handler_is_back_afterwards():
    trained(small(nin=1), *line())

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_ones_own_stays():
    heard = []
    old = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        history = trained(small(nin=1), *line(), callbacks=pressing((1, 1)))
    finally:
        signal.signal(signal.SIGINT, old)

    assert heard == [1]
    assert history.stopped == "all 3 epochs done"


def test_in_another_thread_it_trains_as_well():
    results = []
    thread = threading.Thread(target=lambda: results.append(trained(small(nin=1), *line())))
    thread.start()
    thread.join()

    assert results[0]["epoch"] == [1, 2, 3]


def test_a_script_goes_on_after_ctrl_c():
    """From outside, as a user does it: the script prints what was learned and ends well."""
    script = """
import random, sys
import nn
X, y = nn.data.moons(100, rng=random.Random(0))
model = nn.MLP(2, [8, 1], rng=random.Random(0))
begun = lambda training: print("begun", flush=True)
history = nn.fit(model, X, y, loss="binary_cross_entropy", epochs=100000, callbacks=begun,
                 progress=False)
print("epochs", history.epochs, history.stopped)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=600)

    assert process.returncode == 0
    assert "interrupted" in rest.splitlines()[-1]


def test_in_the_last_batch_it_is_noted():
    """Nothing was left to cut short; a loop around fit may want to know."""
    history = trained(small(nin=1), *line(4), epochs=1, callbacks=pressing((1, 1)))

    assert history.epochs == 1
    assert history.interrupted
    assert history.stopped == "interrupted after epoch 1"
    assert not trained(small(nin=1), *line(4)).interrupted
