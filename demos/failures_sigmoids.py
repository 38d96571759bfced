"""Vanishing gradients: sigmoids in a deep network hand back less and less.

With each of the seeds 0 … 9 the first layer's gradients are at most a fiftieth of the last one's,
and half of the points are right, which is what guessing gives; with tanh 87 to 100 % are, with relu
88 to 100 %.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nn.data import moons
from viz.plots import plot_history
from viz.say.numbers import number

from . import failures_page, page
from .failures_trial import Found, Network, Trial, attempt
from .moons_training import Points
from .page import Files, escape, share
from .plots import Draw, plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Vanishing gradients"
SEED = 0
POINTS, NOISE = 100, 0.1
LOSS = "binary_cross_entropy"
HIDDEN = 5
SIZES = (2, *[8] * HIDDEN, 1)
RATE, BATCH = 0.5, 10
EPOCHS, QUICK_EPOCHS = 30, 15
SLOPE = 0.25  # of the sigmoid, at most
POWER = SLOPE**HIDDEN


@dataclass(frozen=True)
class Activations(Found):
    """The same training with one activation or another."""

    tanh: Trial
    relu: Trial


def make(seed: int = SEED, *, quick: bool = False) -> Activations:
    """Let it happen, and fix it in two ways."""
    points = Points(*moons(POINTS, noise=NOISE, rng=random.Random(seed)))
    epochs = QUICK_EPOCHS if quick else EPOCHS

    def trial(activation: str, rate: float = RATE) -> Trial:
        every = {
            "loss": LOSS,
            "optimizer": "sgd",
            "lr": rate,
            "batch_size": BATCH,
            "epochs": epochs,
        }
        name = f"{activation}, rate {rate:g}"
        return attempt(name, Network(SIZES, activation), points, seed, every)

    return Activations(points, trial("sigmoid"), trial("tanh"), trial("relu", RATE / 5))


def gradients(trial: Trial) -> list[float]:
    """The mean |gradient| of each layer's weights before training, first layer first."""
    return [layer.grad_weights for layer in trial.at_first.layers]


def reach(trial: Trial) -> float:
    """How large the gradients of the first layer are, compared with those of the last."""
    found = gradients(trial)
    return found[0] / found[-1]


def text(found: Activations) -> list[str]:
    """The same in three lines."""
    first, *others = [
        f"{trial.name}: {share(trial.accuracy)} right; the first layer's gradients are "
        f"{number(reach(trial), 2)} of the last one's"
        for trial in found.trials
    ]
    return [f"broken: {first}", f"fixed:  {others[0]}", f"        {others[1]}"]


def section(found: Activations, made: Files) -> str:
    """What happened, why, and what helps."""
    broken, tanh = found.broken, found.tanh
    rows = [
        [
            escape(trial.name),
            number(gradients(trial)[0], 2),
            number(gradients(trial)[-1], 2),
            number(reach(trial), 2),
            f"{trial.last_loss:.3f}",
            share(trial.accuracy),
        ]
        for trial in found.trials
    ]
    head = ("", "mean |∂w|, first layer", "last layer", "first ∕ last", "loss in the end", "right")
    plots: dict[str, Draw] = {"before": partial(_losses, broken), "after": partial(_losses, tanh)}
    parts = {
        **failures_page.parts("sigmoids", found, made, fixed=tanh, plots=plots),
        "report": page.reported(broken.at_first),
        "table": page.table("three activations", head, rows),
        "curves": plotted(
            made, partial(_curves, found), "failures-sigmoids-gradients",
            "Mean gradients by layers, before training.", width=8.0,
        ),
    }  # fmt: skip
    return page.told("failures-sigmoids", {**globals(), "found": found}, parts)


def _losses(trial: Trial, ax: Axes) -> None:
    """On the same axis for all: what stays must not look as if it moved."""
    plot_history(trial.history, ax)
    ax.set_ylim(0.0, 0.8)


def _curves(found: Activations, ax: Axes) -> None:
    for trial, look in zip(found.trials, ("o-", "s--", "^:"), strict=True):
        found_here = gradients(trial)
        ax.plot(range(len(found_here)), found_here, look, label=trial.name)
    ax.set(yscale="log", xlabel="layer", ylabel="mean |∂w|")
    ax.legend()
