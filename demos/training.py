"""How the network learns: batches, gradients, small steps against them.

The settings were chosen by measuring. With seeds 0, 1 and 2 the mean held-out accuracy over five
stratified splits is 97.6 %, 97.7 % and 97.8 %. relu needs more epochs to come as far, and Adam
comes as far in as many, with a slower step.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd import Value, no_grad
from nn import MLP, SGD, Callback, LinearDecay, fit
from nn.training.state import Training

from .data import Digits, Split

HIDDEN = 32
CLASSES = 10
PIXELS = 64
EPOCHS = 15
BATCH = 16
RATE = 0.1  # at the start; it falls to 0 in a straight line
MOMENTUM = 0.9

Watch = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One round over all training examples.

    ``loss`` and ``training`` (how many of them were read rightly) are those of the passes that it
    learned from, so they look back over the epoch; ``held_out`` is measured at its end.
    """

    number: int
    loss: float
    training: float
    held_out: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """A trained network, and how it came about."""

    model: MLP
    digits: Digits
    split: Split
    history: list[Epoch]
    seconds: float
    quick: bool = False

    @property
    def accuracy(self) -> float:
        """The share of the held-out digits that it reads rightly."""
        return self.history[-1].held_out


def network(rng: random.Random) -> MLP:
    """64 pixels, 32 hidden units with tanh, 10 scores.

    >>> len(network(random.Random(0)).parameters())
    2410
    """
    return MLP(PIXELS, [HIDDEN, CLASSES], activation="tanh", rng=rng)


def learn(
    model: MLP,
    digits: Digits,
    split: Split,
    rng: random.Random,
    *,
    epochs: int = EPOCHS,
    watch: Watch = lambda *_: None,
    finished: Callable[[Epoch], None] = lambda _: None,
) -> list[Epoch]:
    """Train the model in place.

    ``watch`` is told (epoch, examples done, examples in all) after each batch, ``finished`` each
    epoch when it is over.
    """
    images, targets = digits.images, digits.targets
    history = fit(
        model,
        [images[i] for i in split.training],
        [targets[i] for i in split.training],
        loss="cross_entropy",
        optimizer=SGD(model, lr=RATE, momentum=MOMENTUM),
        schedule=LinearDecay(),
        epochs=epochs,
        batch_size=BATCH,
        rng=rng,
        validation=([images[i] for i in split.held_out], [targets[i] for i in split.held_out]),
        metrics=["accuracy"],
        callbacks=[_Watching(watch, finished)],
        progress=False,
    )
    return [_epoch(row) for row in history.rows()]


class _Watching(Callback):
    """Tells the demo how far it is."""

    def __init__(self, watch: Watch, finished: Callable[[Epoch], None]) -> None:
        self.watch, self.finished = watch, finished

    def on_batch_end(self, training: Training) -> None:
        done = min(training.batch * training.batch_size, len(training.data))
        self.watch(training.epoch, done, len(training.data))

    def on_epoch_end(self, training: Training) -> None:
        self.finished(_epoch(training.logs))


def _epoch(numbers: Mapping[str, Any]) -> Epoch:
    return Epoch(
        numbers["epoch"],
        numbers["loss"],
        numbers["accuracy"],
        numbers["val_accuracy"],
        numbers["seconds"],
    )


def best(scores: list[Value]) -> int:
    """The class with the highest score."""
    return max(range(len(scores)), key=lambda k: scores[k].data)


def accuracy(model: MLP, digits: Digits, which: list[int]) -> float:
    """The share of these examples that the model reads rightly."""
    with no_grad():
        right = sum(best(model(digits.images[i])) == digits.targets[i] for i in which)
    return right / len(which)
