"""Dead relus: a few wild steps, and units are off for every example, for ever.

With each of the seeds 0 … 9 the wild start leaves 4 to 11 of 16 relu units dead, and no leaky_relu;
50 to 91 % of the points are right in the end. Without it 0 to 5 die, and 90 to 100 % are right.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import no_grad
from nn import MLP, Callback, Module
from nn.data import moons
from nn.training.state import Training
from viz.plots import plot_decision_boundary

from . import page
from .failures_page import Files, beside, graph_of, programs
from .failures_trial import Network, Points, Trial, attempt
from .page import escape, figure, paragraph
from .plots import Draw, plotted, remembered
from .words import share

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
RESOLUTION = 32


def wild_start(epoch: float, epochs: float) -> float:  # noqa: ARG001 - what a schedule is given
    """A schedule: far too large a rate in the first epoch, and then the right one.

    >>> wild_start(0.5, 20.0), wild_start(1.0, 20.0)
    (50.0, 1.0)
    """
    return TIMES if epoch < 1 else 1.0


WRITTEN = f"def wild_start(epoch, epochs):\n    return {TIMES:g} if epoch < 1 else 1\n\n"


@dataclass(frozen=True, slots=True)
class Found:
    """The same wild start with relu and leaky_relu, and relu without it."""

    points: Points
    broken: Trial
    leaky: Trial
    calm: Trial

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All, the broken one first."""
        return self.broken, self.leaky, self.calm


def make(seed: int = SEED, *, quick: bool = False) -> Found:
    """Let it happen, and mend it in two ways."""
    points = Points(*moons(POINTS, noise=NOISE, rng=random.Random(seed)))
    epochs = QUICK_EPOCHS if quick else EPOCHS

    def trial(name: str, activation: str, **settings: object) -> Trial:
        every = {"loss": LOSS, "lr": RATE, **settings, "batch_size": 20, "epochs": epochs}
        watching = [_CountingDead(points)]
        return attempt(name, Network(SIZES, activation), points, seed, every, watching=watching)

    return Found(
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


def text(found: Found) -> list[str]:
    """The same in three lines."""
    first, *others = [
        f"{trial.name}: {trial.dead} of {UNITS} units dead, {share(trial.accuracy)} right"
        for trial in found.trials
    ]
    return [f"broken: {first}", f"fixed:  {others[0]}", f"        {others[1]}"]


def section(found: Found, made: Files) -> Iterable[str]:
    """What happened, why, and what helps."""
    broken = found.broken
    yield paragraph(
        f"The moons again, {POINTS} points and twice {SIZES[1]} relu units. In the first epoch, "
        f"and only there, the learning rate is {TIMES:g} times too large. After it "
        f"{broken.history[DEAD][0]} of {UNITS} units are dead; in the end, after "
        f"{broken.history.epochs} epochs, {broken.dead} are, and {share(broken.accuracy)} of the "
        "points are right. What the report says:"
    )
    yield page.reported(broken.report)
    yield from graph_of(
        broken, found.points, "failures-relus-network", made,
        "The trained network with the loss of 20 points. The gradients of a dead unit, a row in "
        "the right one of the two small pictures, are blank: exactly 0.",
    )  # fmt: skip
    yield paragraph(
        "Why? A relu hands on what is above 0, and is off below; where it is off its slope is 0. "
        "A step that is too long can throw a unit's weights and bias so far that it is off for "
        "every example. Then no gradient reaches its weights any more, nothing moves it, and it "
        "stays so, however sensible the rate is afterwards. leaky_relu has a slope of 0.01 "
        "there, so a unit that was thrown out can come back.",
        "note",
    )
    yield programs(broken, found.leaky, WRITTEN)
    yield from beside(
        made,
        *[
            (f"failures-relus-{name}", _boundary(trial, found.points), _seen(trial))
            for name, trial in zip(("before", "leaky", "calm"), found.trials, strict=True)
        ],
    )
    yield from _others(found, made)


def _seen(trial: Trial) -> str:
    return f"{trial.name}: {trial.dead} of {UNITS} units dead, {share(trial.accuracy)} right."


def _boundary(trial: Trial, points: Points) -> Draw:
    logit = remembered(trial.model)
    return lambda ax: plot_decision_boundary(logit, points.X, points.y, ax, resolution=RESOLUTION)


def _others(found: Found, made: Files) -> Iterable[str]:
    yield paragraph(
        "Better still is not to throw them out: with the right rate from the beginning (or a "
        "warm-up, nn.WarmUp, or clip_norm) relu does well. The weights should begin at the size "
        "that suits relu, too; init='he' sees to that, and is what relu gets if nothing is said."
    )
    rows = [
        [escape(t.name), str(t.dead), f"{t.history['loss'][-1]:.3f}", share(t.accuracy)]
        for t in found.trials
    ]
    yield page.table("three trainings", ("", "dead in the end", "loss", "right"), rows)

    def draw(ax: Axes) -> None:
        for trial, stroke in zip(found.trials, ("-", "--", ":"), strict=True):
            ax.plot(trial.history["epoch"], trial.history[DEAD], stroke, label=trial.name)
        ax.locator_params(axis="x", integer=True)
        ax.set(xlabel="epoch", ylabel=f"dead of {UNITS}", ylim=(-0.5, UNITS + 0.5))
        ax.legend()

    markup, more = plotted(draw, "failures-relus-dead", "Dead units by epochs.", width=8.0)
    made.update(more)
    yield figure(markup, "Dead units after each epoch: what has died, stays dead.")
