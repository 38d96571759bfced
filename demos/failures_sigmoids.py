"""Vanishing gradients: sigmoids in a deep network hand back less and less.

With each of the seeds 0 … 9 the first layer's gradients are at most a fiftieth of the last one's,
and half of the points are right, which is what guessing gives; with tanh 87 to 100 % are, with relu
88 to 100 %.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nn.data import moons
from viz.equations import number
from viz.plots import plot_history

from . import page
from .failures_page import Files, beside, graph_of, programs
from .failures_trial import Network, Points, Trial, attempt
from .page import escape, figure, paragraph
from .plots import plotted
from .words import share

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


@dataclass(frozen=True, slots=True)
class Found:
    """The same training with one activation or another."""

    points: Points
    broken: Trial
    tanh: Trial
    relu: Trial

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All, the broken one first."""
        return self.broken, self.tanh, self.relu


def make(seed: int = SEED, *, quick: bool = False) -> Found:
    """Let it happen, and mend it in two ways."""
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

    return Found(points, trial("sigmoid"), trial("tanh"), trial("relu", RATE / 5))


def gradients(trial: Trial) -> list[float]:
    """The mean |gradient| of each layer's weights before training, first layer first."""
    return [layer.grad_weights for layer in trial.at_first.layers]


def reach(trial: Trial) -> float:
    """How large the gradients of the first layer are beside those of the last."""
    found = gradients(trial)
    return found[0] / found[-1]


def text(found: Found) -> list[str]:
    """The same in three lines."""
    first, *others = [
        f"{trial.name}: {share(trial.accuracy)} right; the first layer's gradients are "
        f"{number(reach(trial), 2)} of the last one's"
        for trial in found.trials
    ]
    return [f"broken: {first}", f"fixed:  {others[0]}", f"        {others[1]}"]


def section(found: Found, made: Files) -> Iterable[str]:
    """What happened, why, and what helps."""
    broken, tanh = found.broken, found.tanh
    losses = broken.history["loss"]
    yield paragraph(
        f"The moons once more, with {HIDDEN} hidden layers of {SIZES[1]} sigmoid units. The loss "
        f"is {losses[0]:.3f} in the first epoch and {losses[-1]:.3f} in the last of "
        f"{len(losses)}; ln 2 = 0.693 is that of guessing. {share(broken.accuracy)} of the points "
        "are right. What the report said before training began:"
    )
    yield page.reported(broken.at_first)
    yield from graph_of(
        broken, found.points, "failures-sigmoids-network", made,
        "The network after training, with the loss of 20 points: follow g, and |∂w|, from the "
        "right to the left.",
    )  # fmt: skip
    yield paragraph(
        f"Why? The slope of a sigmoid is {SLOPE:g} at its steepest, and the gradient is "
        f"multiplied by such a slope in every layer on its way back: after {HIDDEN} layers at most "
        f"{SLOPE:g} to the power of {HIDDEN}, about {number(SLOPE**HIDDEN, 2)}, times the weights. "
        "So the first layers hardly learn, and what they hand on stays as random as it began. "
        "tanh has slope 1 at 0, and relu wherever it is on.",
        "note",
    )
    yield programs(broken, tanh)
    yield from beside(
        made,
        (
            "failures-sigmoids-before",
            lambda ax: _losses(broken, ax),
            f"sigmoid: the loss stays at {losses[-1]:.3f}.",
        ),
        (
            "failures-sigmoids-after",
            lambda ax: _losses(tanh, ax),
            f"tanh: it falls to {tanh.history['loss'][-1]:.3f}.",
        ),
    )
    yield from _others(found, made)


def _losses(trial: Trial, ax: Axes) -> None:
    """On the same axis for all: what stays must not look as if it moved."""
    plot_history(trial.history, ax)
    ax.set_ylim(0.0, 0.8)


def _others(found: Found, made: Files) -> Iterable[str]:
    rows = [
        [
            escape(trial.name),
            number(gradients(trial)[0], 2),
            number(gradients(trial)[-1], 2),
            number(reach(trial), 2),
            f"{trial.history['loss'][-1]:.3f}",
            share(trial.accuracy),
        ]
        for trial in found.trials
    ]
    head = ("", "mean |∂w|, first layer", "last layer", "first ∕ last", "loss in the end", "right")
    yield page.table("three activations", head, rows)

    def draw(ax: Axes) -> None:
        for trial, look in zip(found.trials, ("o-", "s--", "^:"), strict=True):
            found_here = gradients(trial)
            ax.plot(range(len(found_here)), found_here, look, label=trial.name)
        ax.set(yscale="log", xlabel="layer", ylabel="mean |∂w|")
        ax.legend()

    markup, more = plotted(
        draw, "failures-sigmoids-gradients", "Mean gradients by layers, before training.", width=8.0
    )
    made.update(more)
    yield figure(
        markup,
        "The gradients of each layer before training. Backward is from right to left: with "
        "sigmoids less and less arrives.",
    )
