"""Overfitting: a network learns its few examples by heart, and the rule not.

With each of the seeds 0 … 9 early stopping and more points make the loss on new points smaller, by
12 to 66 % and 9 to 78 %; l2 does so with nine of them. Of how many it is right, the mean over the
seeds is 86.8 % plainly and 89.1 % with more points; the other two hardly change it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nn import evaluate
from nn.data import moons
from viz.plots import plot_decision_boundary, plot_history

from . import page
from .failures_page import Files, beside, programs
from .failures_trial import Network, Points, Trial, attempt
from .page import escape, figure, paragraph
from .plots import Draw, plotted, remembered
from .words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Overfitting"
SEED = 5  # not only the loss on new points is mended, but also how many are right
FEW, MANY = 40, 320
VALIDATION, NEW = 100, 500
QUICK_VALIDATION, QUICK_NEW = 40, 200
NOISE = 0.3
NETWORK = Network((2, 16, 16, 1), "relu")
RATE, BATCH = 0.03, 10
EPOCHS, QUICK_EPOCHS = 60, 35
PATIENCE, PENALTY = 10, 0.03
LOSS = "binary_cross_entropy"
RESOLUTION = 32


@dataclass(frozen=True, slots=True)
class Test:
    """How a network does on points that had no part in its training."""

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Found:
    """The same network from few points, plainly and with two remedies, and from many."""

    few: Points
    many: Points
    held_out: int
    new: Points
    broken: Trial
    stopped: Trial
    penalised: Trial
    more: Trial
    tests: tuple[Test, ...]

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All, the broken one first."""
        return self.broken, self.stopped, self.penalised, self.more


def make(seed: int = SEED, *, quick: bool = False) -> Found:
    """Let it happen, and mend it in three ways."""
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
    return Found(
        few, many, len(validation), new, *trials, tuple([_tested(trial, new) for trial in trials])
    )


def _tested(trial: Trial, new: Points) -> Test:
    found = evaluate(trial.model, new.X, new.y, loss=LOSS, metrics=["accuracy"])
    return Test(found["loss"], found["accuracy"])


def text(found: Found) -> list[str]:
    """The same in four lines."""
    lines = [
        f"{trial.name}: loss {trial.loss:.3f} where it learned, {test.loss:.3f} on new points "
        f"({share(test.accuracy)} right)"
        for trial, test in zip(found.trials, found.tests, strict=True)
    ]
    marks = ("broken: ", "fixed:  ", "        ", "        ")
    return [f"{mark}{line}" for mark, line in zip(marks, lines, strict=True)]


def section(found: Found, made: Files) -> Iterable[str]:
    """What happened, why, and what helps."""
    broken, test = found.broken, found.tests[0]
    losses = broken.history["val_loss"]
    best = min(range(len(losses)), key=lambda i: losses[i])
    yield paragraph(
        f"Only {FEW} points now, and scattered so much (noise {NOISE:g}) that the moons overlap; "
        f"337 parameters learn them for {broken.history.epochs} epochs. In the end "
        f"{share(broken.accuracy)} of these points are right, their loss is {broken.loss:.3f}. Of "
        f"{len(found.new)} new points {share(test.accuracy)} are, with loss {test.loss:.3f}. "
        f"{found.held_out} other points were measured after each epoch: their loss fell to "
        f"{losses[best]:.3f} in epoch {best + 1}, and rose to {losses[-1]:.3f} by the last, while "
        "that of the learned ones went on falling. What the report says:"
    )
    yield page.reported(broken.report)
    yield paragraph(
        "Of overfitting it says nothing, whatever it says of units and gradients: it looks only at "
        "the points that were learned. Only points that were held out show it."
    )
    yield paragraph(
        "Why? Each point is the rule plus an accident. The rule is learned first, for it serves "
        "all points; what remains are the accidents, and a network that has enough parameters and "
        "time bends its boundary around each of them. New points have other accidents. And it is "
        "sure of what it says, so its mistakes cost much.",
        "note",
    )
    yield programs(broken, found.penalised)
    yield from beside(
        made,
        (
            "failures-overfitting-before",
            lambda ax: plot_history(broken.history, ax),
            "Plainly: the validation loss (dashed) turns up while the loss goes down.",
        ),
        (
            "failures-overfitting-after",
            lambda ax: plot_history(found.penalised.history, ax),
            f"With l2={PENALTY:g}, a penalty on large weights: the two stay together.",
        ),
    )
    yield from beside(
        made,
        (
            "failures-overfitting-boundary-before",
            _boundary(broken, found.few),
            f"Plainly: right are {share(broken.accuracy)}, and {share(test.accuracy)} of new ones.",
        ),
        (
            "failures-overfitting-boundary-after",
            _boundary(found.penalised, found.few),
            f"With l2: {share(found.penalised.accuracy)}, and {share(found.tests[2].accuracy)}.",
        ),
    )
    yield from _others(found, made)


def _boundary(trial: Trial, points: Points) -> Draw:
    logit = remembered(trial.model)
    return lambda ax: plot_decision_boundary(logit, points.X, points.y, ax, resolution=RESOLUTION)


def _others(found: Found, made: Files) -> Iterable[str]:
    stopped = found.stopped.history
    yield paragraph(
        f"Early stopping (early_stopping={PATIENCE}) waits for {PATIENCE} epochs without a better "
        f"validation loss and goes back to the best one, here that of epoch "
        f"{stopped.best_epoch}. Best of all are more examples: {MANY} points, each seen so much "
        "less often that the number of steps is the same."
    )
    rows = [
        [
            escape(trial.name), share(trial.accuracy), f"{trial.loss:.3f}",
            share(test.accuracy), f"{test.loss:.3f}",
        ]
        for trial, test in zip(found.trials, found.tests, strict=True)
    ]  # fmt: skip
    head = ("", "right, learned", "loss", f"right, of {len(found.new)} new", "loss, new")
    yield page.table("four trainings, measured on new points", head, rows)
    most = max(found.tests, key=lambda test: test.accuracy).accuracy
    yield paragraph(
        f"Even {share(most)} is not 100 %: where the moons overlap nobody can know. "
        "What the remedies improve above all is the loss: the network no longer claims to be sure.",
        "small",
    )

    def draw(ax: Axes) -> None:
        names = [trial.name for trial in found.trials]
        places = range(len(names))
        ax.barh([p - 0.2 for p in places], [t.loss for t in found.trials], 0.36, label="learned",
                hatch="//", fill=False)  # fmt: skip
        ax.barh([p + 0.2 for p in places], [t.loss for t in found.tests], 0.36, label="new points")
        ax.set_yticks(list(places), names)
        ax.invert_yaxis()
        ax.set_xlabel("loss")
        ax.legend()

    markup, more = plotted(
        draw, "failures-overfitting-losses", "The loss on learned and on new points.", width=8.0
    )
    made.update(more)
    yield figure(
        markup,
        "The loss on the points that each learned from, and on new ones: where they are far "
        "apart, something was learned by heart.",
    )
