"""A network learns to read handwritten digits: ``python -m demos.digits``.

The settings were chosen by measuring. With seeds 0, 1 and 2 the mean held-out accuracy over five
stratified splits is 97.6 %, 97.7 % and 97.8 %. relu needs more epochs to come as far, and Adam
comes as far in as many, with a slower step.

The digits are scikit-learn's: 1,797 images of 8 × 8 pixels, written by 13 people. Source:
E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998; the copy that comes with scikit-learn needs no download.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import viz
from autograd import Value, constant
from nn import MLP, SGD, History, LinearDecay, cross_entropy, fit
from viz.plots.axes import theme_of
from viz.report import text_table
from viz.say.numbers import number

from . import gallery, page
from .cli import check, command, headed, lines_of, say, wrapped
from .page import Draw, Files, share
from .plots import plot

if TYPE_CHECKING:
    from viz import Player
    from viz.say.story import View

# A seed whose first split, which is the one shown, comes out near the mean of its five (97.8 %).
SEED = 2
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
PATHS = 4  # from the loss to a weight
DOUBT = 0.9  # the digit that is shown is read rightly, with about this probability
QUICK = (
    f"QUICK RUN: only {QUICK_EPOCHS} epochs over {QUICK_EXAMPLES} examples. "
    "It reads worse than after a full run."
)
HEAD = ("digit", "score", "probability", "gradient of the score")


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


# --- in a terminal --------------------------------------------------------------------------------


def run(folder: Path, *, seed: int = SEED, splits: int = 1, quick: bool = False) -> Path:
    """Train on the first splits, show a digit of the first, and return the path of its page."""
    check("matplotlib")
    digits = load()
    chosen = splits_of(digits, seed)[:splits]
    say(introduction(digits, chosen[0]))
    if quick:
        say(QUICK)
    runs = []
    for place, split in enumerate(chosen, 1):
        if splits > 1:
            say(f"\nSplit {place} of {FOLDS}")
        found = learn(digits, split, f"{seed}/{place}", quick=quick)
        right = round(found.accuracy * len(found.held_out))
        say(
            f"Held out: {right} of {len(found.held_out)} read rightly, {share(found.accuracy)} "
            f"({found.seconds:.0f} s of training)"
        )
        runs.append(found)
    if splits > 1:
        say(
            f"\nMean held-out accuracy of {splits} of {FOLDS} stratified splits: "
            f"{share(sum(found.accuracy for found in runs) / splits)}"
        )
    given = answers(runs[0])
    reading = read(runs[0].model, to_show(given))
    say(as_text(reading))
    return gallery.add(folder, "digits", files(runs[0], reading, given, quick=quick))


def introduction(digits: Digits, split: Split) -> str:
    """What will happen."""
    parameters = len(network(random.Random(0)).parameters())
    text = (
        f"{len(digits):,} real handwritten digits of 8 × 8 pixels. A network of {PIXELS} inputs, "
        f"{HIDDEN} hidden units (tanh) and {CLASSES} scores, which has {parameters:,} parameters, "
        f"learns from {len(split.training):,} of them. The other {len(split.held_out)} are held "
        "out: it never learns from them, and they show whether it can read."
    )
    columns = (
        "Each epoch is a round over all examples. loss and accuracy are those of the passes that "
        "it learned from, val_loss and val_accuracy those of the held-out digits at its end."
    )
    return f"{wrapped(text)}\n{wrapped(columns)}\n"


def as_text(reading: Reading) -> str:
    """The pass of one digit."""
    whole, inside = reading.player.story.views[0].steps[1:], reading.inside
    return "\n".join(
        [
            headed(
                f"One held-out digit, {a_digit(reading.answer.target)}, forward and backward",
                [in_text(reading.answer.pixels), "", text_table(HEAD, reading.rows()), ""],
            ),
            *lines_of(whole),
            headed(inside.title, lines_of(inside.steps[1:])),
            headed("Is it true? Nudge and measure", nudges(reading)),
        ]
    )


def in_text(pixels: Sequence[float]) -> str:
    """A digit in characters, two for each pixel.

    >>> print(in_text([0.0, 1.0, 0.5] * 21 + [0.0]).splitlines()[0])
      @@==  @@==  @@
    """
    shades = " .:-=+*#%@"
    dark = [2 * shades[round(x * (len(shades) - 1))] for x in pixels]
    return "\n".join("".join(dark[i : i + SIDE]).rstrip() for i in range(0, PIXELS, SIDE))


def nudges(reading: Reading) -> list[str]:
    """What raising a parameter of the unit by a little should do to the loss, and does."""
    return [entry.nudge for entry in reading.inside.entries if entry.nudge]


# --- on a page ------------------------------------------------------------------------------------


def files(run: Run, reading: Reading, given: Sequence[Answer], *, quick: bool = False) -> Files:
    """The page, its pictures and the table of all gradients, by file name."""
    model, answer, history = run.model, reading.answer, run.history
    whole, inside, unit = reading.player.story.views[0], reading.inside, reading.unit
    neurons = model.layers[0].neurons
    strongest = max(range(PIXELS), key=lambda i: abs(reading.gradient(0, unit, f"w.{i}")))
    why = viz.explain(neurons[unit].w[strongest], reading.loss, top=PATHS)
    wrong = [one for one in given if one.answer != one.target]
    slopes = [[reading.gradient(0, i, f"w.{k}") for k in range(PIXELS)] for i in range(HIDDEN)]
    weights = [[weight.data for weight in neuron.w] for neuron in neurons]
    parts = {
        "loss": plot(lambda ax: viz.plot_history(history, ax, log=True)),
        "accuracy": plot(lambda ax: viz.plot_history(history, ax, column="accuracy")),
        "digit": plot(lambda ax: _numbered(ax, answer.pixels), width=4.0, height=4.0),
        "player": reading.player,
        "unit": lambda theme: viz.draw_neuron(
            neurons[unit], reading.inputs, view="forward", theme=theme, legend=False
        ),
        "scores": page.table("scores, probabilities and gradients", HEAD, reading.rows()),
        "why": lambda theme: why.picture(theme=theme, direction="TB"),
        "nudges": page.steps(nudges(reading)),
        "network": lambda theme: viz.draw_network(
            model, answer.pixels, loss=lambda scores: cross_entropy(scores, answer.target),
            theme=theme, legend=False,
        ),
        "weights": _tiles(weights, [f"h{i}" for i in range(1, HIDDEN + 1)]),
        "gradients": _tiles(
            slopes, [f"h{i + 1} {number(reading.gradient(0, i, 'b'), 2)}" for i in range(HIDDEN)]
        ),
        "file": f"<p>{page.link('digits-gradients.csv', 'digits-gradients.csv')}</p>\n",
        "wrong": _mistakes(wrong) if wrong else "",
    }  # fmt: skip
    for name, view in (("whole", whole), ("unit", inside)):
        for phase in ("forward", "backward", "update", "again"):
            chosen = [step for step in view.steps if step.phase == phase]
            parts[f"{name}-{phase}"] = page.steps(chosen)
    every = list(reading.gradients.values())
    values = {
        **globals(),
        "quick": QUICK if quick else "",
        "run": run,
        "answer": answer,
        "unit": unit + 1,
        "last": len(inside.steps),
        "wrong": wrong,
        "parameters": every,
        "zeros": every.count(0.0),
        "largest": max(abs(x) for row in weights for x in row),
        "steepest": max(abs(x) for row in slopes for x in row),
    }
    return {**page.page("digits", values, parts), "digits-gradients.csv": as_csv(reading)}


def _numbered(ax: Any, pixels: Sequence[float]) -> None:
    """A digit, with its numbers from 0 to 16."""
    ax.imshow(_rows(pixels), cmap="Greys", vmin=0.0, vmax=1.0)
    ax.set_axis_off()
    for i, x in enumerate(pixels):
        colour = "white" if x > 0.5 else "black"
        ax.text(i % SIDE, i // SIDE, f"{x * LEVELS:g}", ha="center", va="center", color=colour)


def _mistakes(wrong: Sequence[Answer]) -> Draw:
    names = [f"{one.target} as {one.answer} ({number(one.probability, 2)})" for one in wrong]
    return _tiles([one.pixels for one in wrong], names, columns=6, signed=False)


def _tiles(
    tiles: Sequence[Sequence[float]], names: Sequence[str], *, columns: int = 8, signed: bool = True
) -> Draw:
    """Images side by side, each under its name: signed numbers, blue and orange, or ink."""
    rows = -(-len(tiles) // columns)
    largest = max(abs(x) for tile in tiles for x in tile) if signed else 1.0
    wide, high = SIDE + 2, SIDE + 3

    def draw(ax: Any) -> None:
        from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

        theme = theme_of(ax)
        ends = [theme.negative, theme.page, theme.positive if signed else theme.ink]
        colours = LinearSegmentedColormap.from_list("signs", ends)
        for i, (tile, name) in enumerate(zip(tiles, names, strict=True)):
            x, y = wide * (i % columns), high * (i // columns)
            place = (x, x + SIDE, y + SIDE, y)
            ax.imshow(_rows(tile), cmap=colours, vmin=-largest, vmax=largest, extent=place)
            ax.bar(x, SIDE, SIDE, y, align="edge", fill=False, edgecolor=theme.muted)
            ax.text(x + SIDE / 2, y - 0.5, name, ha="center", fontsize=10.0)
        ax.set(xlim=(-0.5, wide * columns - 1.5), ylim=(high * rows - 2.5, -2.0))
        ax.set_axis_off()

    return plot(draw, width=11.0, height=1.4 * rows * 8 / columns)


def _rows(numbers: Sequence[float]) -> list[Sequence[float]]:
    return [numbers[i : i + SIDE] for i in range(0, PIXELS, SIDE)]


def as_csv(reading: Reading) -> str:
    """Every parameter with its value and gradient: name,value,gradient."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["parameter", "value", "gradient"])
    values = reading.model.state_dict()
    out.writerows([name, values[name], slope] for name, slope in reading.gradients.items())
    return text.getvalue()


main = command(
    "demos.digits",
    "A network learns to read handwritten digits.",
    run,
    splits={
        "choices": range(1, FOLDS + 1),
        "default": 1,
        "help": "train on so many of the five splits and report the mean (default: 1)",
    },
    seed={"default": SEED, "help": f"of splits, weights and order (default: {SEED})"},
)

if __name__ == "__main__":
    sys.exit(main())
