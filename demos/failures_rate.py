"""A learning rate that is too large: the loss rises until it is not a number.

With each of the seeds 0 … 9 the rate 1 ends in a `DivergedError`.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nn.data import curve
from viz.plots import plot_history
from viz.say.numbers import number

from . import failures_page, page
from .failures_trial import Found, Network, Trial, attempt
from .moons_training import Points
from .page import Files, escape
from .plots import Draw, plotted

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


@dataclass(frozen=True)
class Rates(Found):
    """The same training with one rate or another."""

    fixed: Trial
    clipped: Trial
    slow: Trial

    @property
    def growth(self) -> float:
        """How many times larger the loss became from one epoch to the next; the median."""
        losses = self.broken.history["loss"]
        ratios: list[float] = sorted(b / a for a, b in itertools.pairwise(losses))
        return ratios[len(ratios) // 2]


def make(seed: int = SEED, *, quick: bool = False) -> Rates:
    """Let it happen, and fix it."""
    epochs = QUICK_EPOCHS if quick else EPOCHS
    points = Points(*curve(QUICK_POINTS if quick else POINTS, noise=NOISE, rng=random.Random(seed)))

    def trial(name: str, rate: float, **settings: float) -> Trial:
        every = {"loss": "mse", "optimizer": "sgd", "lr": rate, **settings}
        every |= {"batch_size": len(points) // BATCHES, "epochs": epochs}
        return attempt(name, NETWORK, points, seed, every)

    return Rates(
        points,
        trial(f"rate {LARGE:g}", LARGE),
        trial(f"rate {GOOD:g}", GOOD),
        trial(f"rate {LARGE:g}, clip_norm {CLIPPED:g}", LARGE, clip_norm=CLIPPED),
        trial(f"rate {SMALL:g}", SMALL),
    )


def text(found: Rates) -> list[str]:
    """The same in three lines."""
    error = found.broken.error
    where = f" in epoch {error.epoch}, batch {error.batch}" if error else ""
    grew = f"the loss grew {number(found.growth, 2)}-fold in each epoch"
    return [
        f"broken: rate {LARGE:g}: DivergedError{where}; {grew}",
        f"fixed:  rate {GOOD:g}: loss {number(found.fixed.loss)}",
        f"        rate {LARGE:g} with clip_norm={CLIPPED:g}: loss {number(found.clipped.loss)}",
    ]


def section(found: Rates, made: Files) -> str:
    """What happened, why, and what helps."""
    broken = found.broken
    beginning = {name: column[:DRAWN] for name, column in broken.history.items()}
    dead = (
        "A tanh that is fed with numbers of that size is at −1 or 1, where its slope is "
        "exactly 0: so the report calls its units dead."
    )
    rows = [
        [
            escape(trial.name),
            number(trial.history["loss"][0]),
            number(trial.last_loss),
            "DivergedError" if trial.error else number(trial.loss),
        ]
        for trial in found.trials
    ]
    head = ("", "loss, first epoch", "loss, last epoch", "of the network in the end")
    plots: dict[str, Draw] = {
        "before": lambda ax: plot_history(beginning, ax, log=True),
        "after": lambda ax: plot_history(found.fixed.history, ax, log=True),
    }
    parts = {
        **failures_page.parts("rate", found, made, fixed=found.fixed, plots=plots),
        "error": page.message(f"DivergedError: {broken.error}"),
        "dead": page.paragraph(dead, "small") if broken.dead else "",
        "table": page.table("the loss with four settings", head, rows),
        "curves": plotted(
            made, partial(_curves, found), "failures-rate-curves", "What they learned.", width=8.0
        ),
    }
    values = {**globals(), "found": found, "points": len(found.points)}
    return page.told("failures-rate", values, parts)


def _curves(found: Rates, ax: Axes) -> None:
    xs = [x for (x,) in found.points.X]
    path = sorted(xs)
    ax.scatter(xs, found.points.y, s=14, c="gray", label="the points")
    for trial, stroke in ((found.fixed, "-"), (found.clipped, "--"), (found.slow, ":")):
        ax.plot(path, [trial.model([x]).data for x in path], stroke, label=trial.name)
    ax.legend()
