"""A learning rate that is too large: the loss rises until it is no number any more.

With each of the seeds 0 … 9 the rate 1 ends in a `DivergedError`.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nn.data import curve
from viz.equations import number
from viz.plots import plot_history

from . import page
from .failures_page import Files, beside, graph_of, programs
from .failures_trial import Network, Points, Trial, attempt
from .page import escape, figure, paragraph
from .plots import plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "The learning rate is too large"
SEED = 0
POINTS, QUICK_POINTS, NOISE = 60, 30, 0.1
BATCHES = 3  # in an epoch
NETWORK = Network((1, 16, 1), "tanh")
LARGE, GOOD, SMALL = 1.0, 0.1, 0.003
CLIPPED = 1.0
EPOCHS, QUICK_EPOCHS = 60, 50
DRAWN = 12  # epochs: an axis to 10 to the 300th shows nothing


@dataclass(frozen=True, slots=True)
class Found:
    """The same training with one rate or another."""

    points: Points
    broken: Trial
    mended: Trial
    clipped: Trial
    slow: Trial

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All, the broken one first."""
        return self.broken, self.mended, self.clipped, self.slow

    @property
    def growth(self) -> float:
        """How many times larger the loss became from one epoch to the next; the median."""
        losses = self.broken.history["loss"]
        ratios: list[float] = sorted(b / a for a, b in itertools.pairwise(losses))
        return ratios[len(ratios) // 2]


def make(seed: int = SEED, *, quick: bool = False) -> Found:
    """Let it happen, and mend it."""
    epochs = QUICK_EPOCHS if quick else EPOCHS
    points = Points(*curve(QUICK_POINTS if quick else POINTS, noise=NOISE, rng=random.Random(seed)))

    def trial(name: str, rate: float, **settings: float) -> Trial:
        every = {"loss": "mse", "optimizer": "sgd", "lr": rate, **settings}
        every |= {"batch_size": len(points) // BATCHES, "epochs": epochs}
        return attempt(name, NETWORK, points, seed, every)

    return Found(
        points,
        trial(f"rate {LARGE:g}", LARGE),
        trial(f"rate {GOOD:g}", GOOD),
        trial(f"rate {LARGE:g}, clip_norm {CLIPPED:g}", LARGE, clip_norm=CLIPPED),
        trial(f"rate {SMALL:g}", SMALL),
    )


def text(found: Found) -> list[str]:
    """The same in three lines."""
    error = found.broken.error
    where = f" in epoch {error.epoch}, batch {error.batch}" if error else ""
    grew = f"the loss grew {number(found.growth, 2)}-fold in each epoch"
    return [
        f"broken: rate {LARGE:g}: DivergedError{where}; {grew}",
        f"fixed:  rate {GOOD:g}: loss {number(found.mended.loss)}",
        f"        rate {LARGE:g} with clip_norm={CLIPPED:g}: loss {number(found.clipped.loss)}",
    ]


def section(found: Found, made: Files) -> Iterable[str]:
    """What happened, why, and what helps."""
    broken = found.broken
    assert broken.error is not None
    losses = broken.history["loss"]
    yield paragraph(
        f"{len(found.points)} points beside a curve, a network of {NETWORK.sizes[1]} tanh units, "
        f"and a learning rate of {LARGE:g}. The loss does not fall: it is {number(losses[0])} in "
        f"the first epoch, {number(losses[1])} in the second, and so on, "
        f"{number(found.growth, 2)} times as much in each, until a number is too large for the "
        "computer. There fit stops and says where:"
    )
    yield page.message(f"DivergedError: {broken.error}")
    yield paragraph("And the report, on the network as it was just before:")
    yield page.reported(broken.report)
    yield from graph_of(
        broken, found.points, "failures-rate-network", made,
        "The network just before, with its loss. Mind the exponents: nothing here is of a size "
        "that a network can work with.",
    )  # fmt: skip
    if broken.dead:
        yield paragraph(
            "A tanh that is fed with numbers of that size is at −1 or 1, where its slope is "
            "exactly 0: so the report calls its units dead.",
            "small",
        )
    yield paragraph(
        "Why? The gradient says which way is down, but only here: a little further on the loss "
        "bends up again. A step that is longer than twice the way to the bottom ends higher on "
        "the other side than it began. There the slope is steeper, so the next step is longer "
        "still, and so on.",
        "note",
    )
    yield programs(broken, found.mended)
    beginning = {name: column[:DRAWN] for name, column in broken.history.items()}
    yield from beside(
        made,
        (
            "failures-rate-before",
            lambda ax: plot_history(beginning, ax, log=True),
            f"Rate {LARGE:g}, the first {DRAWN} epochs: each is worse than the one before.",
        ),
        (
            "failures-rate-after",
            lambda ax: plot_history(found.mended.history, ax, log=True),
            f"Rate {GOOD:g}: the loss falls to {number(found.mended.loss)}.",
        ),
    )
    yield from _others(found, made)


def _others(found: Found, made: Files) -> Iterable[str]:
    yield paragraph(
        f"With clip_norm={CLIPPED:g} no gradient is longer than {CLIPPED:g}: that holds the "
        "explosion back even at the large rate, though the network then hops about the bottom "
        "and does not settle there. And a rate can be too small: then nothing breaks, and it "
        "takes for ever."
    )
    rows = [
        [
            escape(trial.name),
            number(trial.history["loss"][0]),
            number(trial.history["loss"][-1]),
            "DivergedError" if trial.error else number(trial.loss),
        ]
        for trial in found.trials
    ]
    head = ("", "loss, first epoch", "loss, last epoch", "of the network in the end")
    yield page.table("the loss with four settings", head, rows)
    xs = [x for (x,) in found.points.X]
    path = sorted(xs)

    def draw(ax: Axes) -> None:
        ax.scatter(xs, found.points.y, s=14, c="gray", label="the points")
        for trial, stroke in ((found.mended, "-"), (found.clipped, "--"), (found.slow, ":")):
            ax.plot(path, [trial.model([x]).data for x in path], stroke, label=trial.name)
        ax.legend()

    markup, more = plotted(draw, "failures-rate-curves", "What they learned.", width=8.0)
    made.update(more)
    yield figure(markup, "The points, and what three of the networks make of them.")
