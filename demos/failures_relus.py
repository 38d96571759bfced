"""Dead relus: a few wild steps, and units are off for every example, for ever.

With each of the seeds 0 … 9 the wild start leaves 4 to 11 of 16 relu units dead, and no leaky_relu;
50 to 91 % of the points are right in the end. Without it 0 to 5 die, and 90 to 100 % are right.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from autograd import no_grad
from nn import MLP, Callback, Module
from nn.data import moons
from nn.training.state import Training

from . import failures_page, page
from .failures_page import boundary
from .failures_trial import Found, Network, Trial, attempt
from .moons_training import Points
from .page import Files, escape, share
from .plots import plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Dead relus"
POINTS, NOISE = 100, 0.1
SIZES = (2, 8, 8, 1)
UNITS = 16  # hidden ones
SEED = 0  # a whole layer dies
RATE, TIMES = 0.03, 50.0
EPOCHS, QUICK_EPOCHS = 20, 10
LOSS = "binary_cross_entropy"
DEAD = "dead units"  # a column of the history


def wild_start(epoch: float, epochs: float) -> float:  # noqa: ARG001 - what a schedule is given
    """A schedule: far too large a rate in the first epoch, and then the right one.

    >>> wild_start(0.5, 20.0), wild_start(1.0, 20.0)
    (50.0, 1.0)
    """
    return TIMES if epoch < 1 else 1.0


WRITTEN = f"def wild_start(epoch, epochs):\n    return {TIMES:g} if epoch < 1 else 1\n\n"


@dataclass(frozen=True)
class Relus(Found):
    """The same wild start with relu and leaky_relu, and relu without it."""

    leaky: Trial
    calm: Trial


def make(seed: int = SEED, *, quick: bool = False) -> Relus:
    """Let it happen, and fix it in two ways."""
    points = Points(*moons(POINTS, noise=NOISE, rng=random.Random(seed)))
    epochs = QUICK_EPOCHS if quick else EPOCHS

    def trial(name: str, activation: str, **settings: object) -> Trial:
        every = {"loss": LOSS, "lr": RATE, **settings, "batch_size": 20, "epochs": epochs}
        watching = [_CountingDead(points)]
        return attempt(name, Network(SIZES, activation), points, seed, every, watching=watching)

    return Relus(
        points,
        trial("relu, wild start", "relu", schedule=wild_start),
        trial("leaky_relu, wild start", "leaky_relu", schedule=wild_start),
        trial("relu, calm start", "relu"),
    )


class _CountingDead(Callback):
    """Counts after each epoch how many units are dead."""

    def __init__(self, points: Points) -> None:
        self.points = points

    def on_epoch_end(self, training: Training) -> None:
        training.logs[DEAD] = dead_units(training.model, self.points)


def dead_units(model: Module, points: Points) -> int:
    """How many hidden relu units hand on 0, whatever the example. A leaky one never does.

    It counts what the report calls dead, and is quick enough for every epoch.
    """
    assert isinstance(model, MLP)
    rows: list[Any] = points.X
    dead = 0
    with no_grad():
        for layer in model.layers[:-1]:
            rows = [layer(row) for row in rows]
            dead += sum(not any(x.data for x in unit) for unit in zip(*rows, strict=True))
    return dead


def text(found: Relus) -> list[str]:
    """The same in three lines."""
    first, *others = [
        f"{trial.name}: {trial.dead} of {UNITS} units dead, {share(trial.accuracy)} right"
        for trial in found.trials
    ]
    return [f"broken: {first}", f"fixed:  {others[0]}", f"        {others[1]}"]


def section(found: Relus, made: Files) -> str:
    """What happened, why, and what helps."""
    names = ("before", "leaky", "calm")
    plots = {
        name: boundary(trial, found.points) for name, trial in zip(names, found.trials, strict=True)
    }
    rows = [
        [escape(t.name), str(t.dead), f"{t.last_loss:.3f}", share(t.accuracy)] for t in found.trials
    ]
    parts = {
        **failures_page.parts("relus", found, made, fixed=found.leaky, plots=plots, first=WRITTEN),
        "table": page.table("three trainings", ("", "dead in the end", "loss", "right"), rows),
        "curves": plotted(
            made, partial(_curves, found), "failures-relus-dead", "Dead units by epochs.", width=8.0
        ),
    }
    return page.told("failures-relus", {**globals(), "found": found}, parts)


def _curves(found: Relus, ax: Axes) -> None:
    for trial, stroke in zip(found.trials, ("-", "--", ":"), strict=True):
        ax.plot(trial.history["epoch"], trial.history[DEAD], stroke, label=trial.name)
    ax.locator_params(axis="x", integer=True)
    ax.set(xlabel="epoch", ylabel=f"dead of {UNITS}", ylim=(-0.5, UNITS + 0.5))
    ax.legend()
