"""Overfitting: a network learns its few examples by heart, but not the rule.

With each of the seeds 0 … 9 early stopping and more points make the loss on new points smaller, by
12 to 66 % and 9 to 78 %; l2 does so with nine of them. Of how many it is right, the mean over the
seeds is 86.8 % plainly and 89.1 % with more points; the other two hardly change it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nn import evaluate
from nn.data import moons
from viz.plots import plot_history

from . import failures_page, page
from .failures_page import boundary
from .failures_trial import Found, Network, Trial, attempt
from .moons_training import Points
from .page import Files, escape, share
from .plots import Draw, plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Overfitting"
SEED = 5  # not only the loss on new points is fixed, but also how many are right
FEW, MANY = 40, 320
VALIDATION, NEW = 100, 500
QUICK_VALIDATION, QUICK_NEW = 40, 200
NOISE = 0.3
NETWORK = Network((2, 16, 16, 1), "relu")
RATE, BATCH = 0.03, 10
EPOCHS, QUICK_EPOCHS = 60, 35
PATIENCE, PENALTY = 10, 0.03
LOSS = "binary_cross_entropy"


@dataclass(frozen=True, slots=True)
class Test:
    """How a network does on points that had no part in its training."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class Remedies(Found):
    """The same network from few points, plainly and with two remedies, and from many."""

    stopped: Trial
    penalised: Trial
    more: Trial
    many: Points
    held_out: int
    new: Points
    tests: tuple[Test, ...]


def make(seed: int = SEED, *, quick: bool = False) -> Remedies:
    """Let it happen, and fix it in three ways."""
    rng = random.Random(seed)
    few, validation, new, many = (
        Points(*moons(n, noise=NOISE, rng=rng))
        for n in (FEW, *((QUICK_VALIDATION, QUICK_NEW) if quick else (VALIDATION, NEW)), MANY)
    )
    epochs = QUICK_EPOCHS if quick else EPOCHS

    def trial(name: str, points: Points, rounds: int, **settings: float) -> Trial:
        every = {"loss": LOSS, "lr": RATE, **settings, "batch_size": BATCH, "epochs": rounds}
        return attempt(name, NETWORK, points, seed, every, validation=validation)

    trials = (
        trial(f"{FEW} points", few, epochs),
        trial("early stopping", few, epochs, early_stopping=PATIENCE),
        trial(f"l2={PENALTY:g}", few, epochs, l2=PENALTY),
        # As many steps as the others take.
        trial(f"{MANY} points", many, epochs * FEW // MANY),
    )
    tests = tuple([_tested(trial, new) for trial in trials])
    return Remedies(few, *trials, many, len(validation), new, tests)


def _tested(trial: Trial, new: Points) -> Test:
    found = evaluate(trial.model, new.X, new.y, loss=LOSS, metrics=["accuracy"])
    return Test(found["loss"], found["accuracy"])


def text(found: Remedies) -> list[str]:
    """The same in four lines."""
    lines = [
        f"{trial.name}: loss {trial.loss:.3f} where it learned, {test.loss:.3f} on new points "
        f"({share(test.accuracy)} right)"
        for trial, test in zip(found.trials, found.tests, strict=True)
    ]
    marks = ("broken: ", "fixed:  ", "        ", "        ")
    return [f"{mark}{line}" for mark, line in zip(marks, lines, strict=True)]


def section(found: Remedies, made: Files) -> str:
    """What happened, why, and what helps."""
    broken = found.broken
    losses = broken.history["val_loss"]
    rows = [
        [
            escape(trial.name), share(trial.accuracy), f"{trial.loss:.3f}",
            share(test.accuracy), f"{test.loss:.3f}",
        ]
        for trial, test in zip(found.trials, found.tests, strict=True)
    ]  # fmt: skip
    head = ("", "right, learned", "loss", f"right, of {len(found.new)} new", "loss, new")
    plots: dict[str, Draw] = {
        "before": partial(plot_history, broken.history),
        "after": partial(plot_history, found.penalised.history),
        "boundary-before": boundary(broken, found.points),
        "boundary-after": boundary(found.penalised, found.points),
    }
    parts = {
        **failures_page.parts("overfitting", found, made, fixed=found.penalised, plots=plots),
        "table": page.table("four trainings, measured on new points", head, rows),
        "curves": plotted(
            made, partial(_bars, found), "failures-overfitting-losses",
            "The loss on learned and on new points.", width=8.0,
        ),
    }  # fmt: skip
    values = {
        **globals(),
        "found": found,
        "new": len(found.new),
        "least": min(losses),
        "best": losses.index(min(losses)) + 1,
        "end": losses[-1],
        "most": max(test.accuracy for test in found.tests),
    }
    return page.told("failures-overfitting", values, parts)


def _bars(found: Remedies, ax: Axes) -> None:
    names = [trial.name for trial in found.trials]
    places = range(len(names))
    ax.barh([p - 0.2 for p in places], [t.loss for t in found.trials], 0.36, label="learned",
            hatch="//", fill=False)  # fmt: skip
    ax.barh([p + 0.2 for p in places], [t.loss for t in found.tests], 0.36, label="new points")
    ax.set_yticks(list(places), names)
    ax.invert_yaxis()
    ax.set_xlabel("loss")
    ax.legend()
