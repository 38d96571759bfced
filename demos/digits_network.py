"""The network that reads digits, what it learned from, and what it makes of one of them.

The settings were chosen by measuring. With seeds 0, 1 and 2 the mean held-out accuracy over five
stratified splits is 97.6 %, 97.7 % and 97.8 %. relu needs more epochs to come as far, and Adam
comes as far in as many, with a slower step.

The digits are scikit-learn's: 1,797 images of 8 × 8 pixels, written by 13 people. Source:
E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998; the copy that comes with scikit-learn needs no download.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import viz
from autograd import Value, constant
from nn import MLP, SGD, History, LinearDecay, cross_entropy, fit
from viz.say.numbers import number

from .cli import check

if TYPE_CHECKING:
    from viz import Player
    from viz.say.story import View

FOLDS = 5
LEVELS = 16  # a pixel counts the ink of 4 × 4 finer ones
SIDE = 8
PIXELS, HIDDEN, CLASSES = SIDE * SIDE, 32, 10
EPOCHS, QUICK_EPOCHS = 15, 4
QUICK_EXAMPLES = 320
BATCH = 16
RATE = 0.1  # at the start; it falls to 0 in a straight line
MOMENTUM = 0.9
STEP = 0.05  # the rate of the one step from the digit that is shown
SHOWN = 3
DOUBT = 0.9  # the digit that is shown is read rightly, with about this probability


# --- data -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Digits:
    """The images, each a list of 64 numbers from 0 to 1, row by row, and what they show."""

    images: list[list[float]]
    targets: list[int]

    def __len__(self) -> int:
        return len(self.images)

    def some(self, which: Iterable[int]) -> Digits:
        """Those with these numbers."""
        chosen = list(which)
        return Digits([self.images[i] for i in chosen], [self.targets[i] for i in chosen])


@dataclass(frozen=True, slots=True)
class Split:
    """Which examples are learned from, and which are held out to see whether it was learning."""

    training: list[int]
    held_out: list[int]


def load() -> Digits:
    """All digits, as plain lists of floats.

    >>> digits = load()
    >>> len(digits), len(digits.images[0]), digits.targets[:10]
    (1797, 64, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

    Raises: MissingError if scikit-learn is missing, saying how to install it.
    """
    check("scikit-learn")
    from sklearn.datasets import load_digits  # noqa: PLC0415 - it takes a second

    pixels, targets = load_digits(return_X_y=True)
    return Digits((pixels / LEVELS).tolist(), targets.tolist())


def splits_of(digits: Digits, seed: int) -> list[Split]:
    """Five ways to hold out a fifth: every digit once, each kind in its proportion (stratified).

    >>> [len(split.held_out) for split in splits_of(load(), seed=0)]
    [360, 360, 359, 359, 359]
    """
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - as above

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return [
        Split(training.tolist(), held_out.tolist())
        for training, held_out in folds.split(digits.images, digits.targets)
    ]


# --- training -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A trained network, and how it came about."""

    model: MLP
    digits: Digits
    learned: Digits
    held_out: Digits
    history: History
    seconds: float

    @property
    def accuracy(self) -> float:
        """The share of the held-out digits that it reads rightly."""
        found: float = self.history["val_accuracy"][-1]
        return found


def network(rng: random.Random) -> MLP:
    """64 pixels, 32 hidden units with tanh, 10 scores.

    >>> len(network(random.Random(0)).parameters())
    2410
    """
    return MLP(PIXELS, [HIDDEN, CLASSES], activation="tanh", rng=rng)


def learn(digits: Digits, split: Split, seed: str, *, quick: bool = False) -> Run:
    """Train a network on one split, and say how far it is."""
    rng = random.Random(seed)
    learned = digits.some(rng.sample(split.training, QUICK_EXAMPLES) if quick else split.training)
    held_out = digits.some(split.held_out)
    model = network(rng)
    start = perf_counter()
    history = fit(
        model, learned.images, learned.targets,
        loss="cross_entropy",
        optimizer=SGD(model, lr=RATE, momentum=MOMENTUM),
        schedule=LinearDecay(),
        epochs=QUICK_EPOCHS if quick else EPOCHS,
        batch_size=BATCH,
        rng=rng,
        validation=(held_out.images, held_out.targets),
        metrics=["accuracy"],
    )  # fmt: skip
    return Run(model, digits, learned, held_out, history, perf_counter() - start)


# --- what it makes of a digit ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network said of one held-out digit, and how sure it was."""

    pixels: list[float]
    target: int
    answer: int
    probability: float


def answers(run: Run) -> list[Answer]:
    """The network's answer to each digit that was held out."""
    images, targets = run.held_out.images, run.held_out.targets
    rows = run.model.predict_proba(images)
    return [
        Answer(pixels, target, row.index(max(row)), max(row))
        for pixels, target, row in zip(images, targets, rows, strict=True)
    ]


def to_show(given: Sequence[Answer]) -> Answer:
    """A 3 that was read rightly, but not without doubt: else all gradients are nearly 0.

    >>> to_show([Answer([], 3, 3, 0.99), Answer([], 3, 3, 0.88), Answer([], 3, 5, 0.9)])
    Answer(pixels=[], target=3, answer=3, probability=0.88)
    """
    right = [answer for answer in given if answer.answer == answer.target]
    wanted = [answer for answer in right if answer.target == SHOWN]
    return min(wanted or right or given, key=lambda answer: abs(answer.probability - DOUBT))


@dataclass(frozen=True, slots=True)
class Reading:
    """One digit's pass, forward and backward, and its story, which `viz.player` tells.

    ``gradients`` are those of all parameters; that of a unit's bias is that of its weighted sum.
    """

    model: MLP
    answer: Answer
    inputs: Sequence[Value]
    scores: list[Value]
    loss: Value
    gradients: dict[str, float]
    player: Player

    @property
    def unit(self) -> int:
        """The hidden unit of which the loss asks most: the largest gradient at its sum."""
        return max(range(HIDDEN), key=lambda i: abs(self.gradient(0, i, "b")))

    @property
    def inside(self) -> View:
        """The view inside of this unit."""
        return next(v for v in self.player.story.views if v.key == f"layers-1-{self.unit + 1}")

    def gradient(self, layer: int, unit: int, what: str) -> float:
        """That of a parameter: ``"b"``, ``"w.0"``, …."""
        return self.gradients[f"layers.{layer}.neurons.{unit}.{what}"]

    def rows(self) -> list[list[str]]:
        """The ten scores, what softmax makes of them, and their gradients."""
        (chances,) = self.model.predict_proba([self.answer.pixels])
        return [
            [
                f"{k}{' ← it is' if k == self.answer.target else ''}",
                *map(number, (score.data, p, self.gradient(1, k, "b"))),
            ]
            for k, (score, p) in enumerate(zip(self.scores, chances, strict=True))
        ]


def read(model: MLP, answer: Answer) -> Reading:
    """Send one digit through the network, forward and backward."""
    inputs = [constant(x, f"pixel {i // SIDE},{i % SIDE}") for i, x in enumerate(answer.pixels)]
    scores = model(inputs)
    for k, score in enumerate(scores):
        score.label = f"score {k}"
    loss = cross_entropy(scores, answer.target)
    loss.label = "loss"
    model.zero_grad()
    loss.backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    model.zero_grad()
    title = f"Reading {a_digit(answer.target)}, forward and backward"
    player = viz.player(loss, image=(SIDE, SIDE), lr=STEP, title=title)
    return Reading(model, answer, inputs, scores, loss, gradients, player)


def a_digit(k: int) -> str:
    """A digit with its article.

    >>> a_digit(3), a_digit(8)
    ('a 3', 'an 8')
    """
    return f"an {k}" if k == 8 else f"a {k}"
