"""Four trainings that fail, each shown, explained and fixed: ``python -m demos.failures``."""

from __future__ import annotations

import itertools
import random
import statistics
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import viz
from autograd import no_grad
from nn import MLP, Callback, Module, evaluate
from nn.data import curve, moons
from nn.training.state import Training
from viz.say.numbers import number

from . import gallery, page
from .cli import check, command, say
from .moons import Points, boundary
from .page import Files, share
from .plots import plot
from .trial import Failure, Trial, attempt

RESOLUTION = 32  # of boundaries
QUICK = "QUICK RUN: fewer epochs than in a full run; the numbers are not as far apart."
DEAD = "dead units"  # a column of the history
TIMES = 50.0  # how much too large the rate of a wild start is
WRITTEN = f"def wild_start(epoch, epochs):\n    return {TIMES:g} if epoch < 1 else 1\n\n"


# --- a learning rate that is too large ------------------------------------------------------------


def rate(seed: int = 0, *, quick: bool = False) -> Failure:
    """The loss rises until it is not a number.

    With each of the seeds 0 … 9 the rate 1 ends in a `DivergedError`.
    """
    large, good, small, clipping, drawn, units = 1.0, 0.1, 0.003, 1.0, 12, 16
    points = Points(*curve(30 if quick else 60, noise=0.1, rng=random.Random(seed)))
    every: dict[str, Any] = {
        "activation": "tanh", "loss": "mse", "optimizer": "sgd",
        "batch_size": len(points) // 3, "epochs": 50 if quick else 60,
    }  # fmt: skip

    def trial(name: str, **settings: Any) -> Trial:
        return attempt(name, (1, units, 1), points, seed, **every, **settings)

    broken = trial(f"rate {large:g}", lr=large)
    fixed = trial(f"rate {good:g}", lr=good)
    clipped = trial(f"rate {large:g}, clip_norm {clipping:g}", lr=large, clip_norm=clipping)
    trials = (broken, fixed, clipped, trial(f"rate {small:g}", lr=small))
    losses = broken.history["loss"]
    # How many times larger the loss became from one epoch to the next; the median.
    growth = statistics.median([b / a for a, b in itertools.pairwise(losses)])
    # An axis to 10 to the 300th shows nothing.
    beginning = {name: column[:drawn] for name, column in broken.history.items()}
    excuse = (
        "A tanh that is fed with numbers of that size is at −1 or 1, where its slope is "
        "exactly 0: so the report calls its units dead."
    )
    dead = excuse if broken.dead else ""

    def curves(ax: Any) -> None:
        xs = [x for (x,) in points.X]
        path = sorted(xs)
        ax.scatter(xs, points.y, s=14, c="gray", label="the points")
        for one, stroke in zip(trials[1:], ("-", "--", ":"), strict=True):
            ax.plot(path, [one.model([x]).data for x in path], stroke, label=one.name)
        ax.legend()

    return Failure(
        "rate",
        "The learning rate is too large",
        trials,
        fixed,
        ("training", "loss, first epoch", "loss, last epoch", "of the network in the end"),
        [
            (one.name, number(one.history["loss"][0]), number(one.last_loss),
             "DivergedError" if one.error else number(one.loss))
            for one in trials
        ],
        locals(),
        {
            "before": plot(lambda ax: viz.plot_history(beginning, ax, log=True)),
            "after": plot(lambda ax: viz.plot_history(fixed.history, ax, log=True)),
            "curves": plot(curves, width=8.0),
        },
    )  # fmt: skip


# --- dead relus -----------------------------------------------------------------------------------


def relus(seed: int = 0, *, quick: bool = False) -> Failure:
    """A few wild steps, and units are off for every example, for ever.

    With each of the seeds 0 … 9 the wild start leaves 4 to 11 of 16 relu units dead, and no
    leaky_relu; 50 to 91 % of the points are right in the end. Without it 0 to 5 die, and 90 to
    100 % are right.
    """
    points = Points(*moons(100, noise=0.1, rng=random.Random(seed)))
    width = 8
    units = 2 * width
    watching = [_CountingDead(points)]
    every = {
        "loss": "binary_cross_entropy", "lr": 0.03, "batch_size": 20, "epochs": 10 if quick else 20
    }  # fmt: skip

    def trial(name: str, activation: str, **wild: Any) -> Trial:
        settings = {"activation": activation, **every, **wild}
        return attempt(name, (2, width, width, 1), points, seed, watching=watching, **settings)

    broken = trial("relu, wild start", "relu", schedule=wild_start)
    leaky = trial("leaky_relu, wild start", "leaky_relu", schedule=wild_start)
    trials = (broken, leaky, trial("relu, calm start", "relu"))
    calm = trials[-1]

    def curves(ax: Any) -> None:
        for one, stroke in zip(trials, ("-", "--", ":"), strict=True):
            ax.plot(one.history["epoch"], one.history[DEAD], stroke, label=one.name)
        ax.locator_params(axis="x", integer=True)
        ax.set(xlabel="epoch", ylabel=f"dead of {units}", ylim=(-0.5, units + 0.5))
        ax.legend()

    return Failure(
        "relus",
        "Dead relus",
        trials,
        leaky,
        ("training", f"dead of {units}", "loss", "right"),
        [(one.name, str(one.dead), f"{one.last_loss:.3f}", share(one.accuracy)) for one in trials],
        {**locals(), "TIMES": TIMES},
        {
            "before": plot(boundary(broken.model, points, RESOLUTION)),
            "leaky": plot(boundary(leaky.model, points, RESOLUTION)),
            "calm": plot(boundary(calm.model, points, RESOLUTION)),
            "curves": plot(curves, width=8.0),
        },
        first=WRITTEN,
    )


def wild_start(epoch: float, epochs: float) -> float:  # noqa: ARG001 - what a schedule is given
    """A schedule: far too large a rate in the first epoch, and then the right one.

    >>> wild_start(0.5, 20.0), wild_start(1.0, 20.0)
    (50.0, 1.0)
    """
    return TIMES if epoch < 1 else 1.0


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


# --- vanishing gradients --------------------------------------------------------------------------


def sigmoids(seed: int = 0, *, quick: bool = False) -> Failure:
    """Sigmoids in a deep network hand back less and less.

    With each of the seeds 0 … 9 the first layer's gradients are at most a fiftieth of the last
    one's, and half of the points are right, which is what guessing gives; with tanh 87 to 100 %
    are, with relu 88 to 100 %.
    """
    points = Points(*moons(100, noise=0.1, rng=random.Random(seed)))
    hidden, units, slope = 5, 8, 0.25  # of the sigmoid, at most
    power = slope**hidden

    def trial(activation: str, lr: float = 0.5) -> Trial:
        return attempt(
            f"{activation}, rate {lr:g}", (2, *[units] * hidden, 1), points, seed,
            activation=activation, loss="binary_cross_entropy", optimizer="sgd", lr=lr,
            batch_size=10, epochs=15 if quick else 30,
        )  # fmt: skip

    broken, tanh = trial("sigmoid"), trial("tanh")
    trials = (broken, tanh, trial("relu", 0.1))

    def losses(one: Trial) -> page.Draw:
        """On the same axis for all: what stays must not look as if it moved."""
        return plot(lambda ax: viz.plot_history(one.history, ax).set_ylim(0.0, 0.8))

    def curves(ax: Any) -> None:
        for one, look in zip(trials, ("o-", "s--", "^:"), strict=True):
            ax.plot(gradients(one), look, label=one.name)
        ax.set(yscale="log", xlabel="layer", ylabel="mean |∂w|")
        ax.legend()

    rows = []
    for one in trials:
        first, *_, last = gradients(one)
        sizes = [number(x, 2) for x in (first, last, first / last)]
        rows.append([one.name, *sizes, f"{one.last_loss:.3f}", share(one.accuracy)])
    return Failure(
        "sigmoids",
        "Vanishing gradients",
        trials,
        tanh,
        (
            "training",
            "mean |∂w|, first layer",
            "last layer",
            "first ∕ last",
            "loss in the end",
            "right",
        ),
        rows,
        locals(),
        {"before": losses(broken), "after": losses(tanh), "curves": plot(curves, width=8.0)},
        is_untrained=True,
    )


def gradients(trial: Trial) -> list[float]:
    """The mean |gradient| of each layer's weights before training, first layer first."""
    return [layer.grad_weights for layer in trial.at_first.layers]


# --- overfitting ----------------------------------------------------------------------------------


def overfitting(seed: int = 5, *, quick: bool = False) -> Failure:
    """A network learns its few examples by heart, but not the rule.

    With each of the seeds 0 … 9 early stopping and more points make the loss on new points
    smaller, by 12 to 66 % and 9 to 78 %; l2 does so with nine of them. Of how many it is right,
    the mean over the seeds is 86.8 % plainly and 89.1 % with more points; the other two hardly
    change it. With the seed 5 they do.
    """
    few, many, noise, penalty, patience = 40, 320, 0.3, 0.03, 10
    rng = random.Random(seed)
    points, validation, new, more = (
        Points(*moons(n, noise=noise, rng=rng))
        for n in (few, *((40, 200) if quick else (100, 500)), many)
    )
    epochs = 35 if quick else 60

    def trial(name: str, points: Points = points, epochs: int = epochs, **settings: Any) -> Trial:
        return attempt(
            name, (2, 16, 16, 1), points, seed, validation=validation,
            activation="relu", loss="binary_cross_entropy", lr=0.03, **settings,
            batch_size=10, epochs=epochs,
        )  # fmt: skip

    broken = trial(f"{few} points")
    stopped = trial("early stopping", early_stopping=patience)
    penalised = trial(f"l2={penalty:g}", l2=penalty)
    # As many steps as the others take.
    trials = (broken, stopped, penalised, trial(f"{many} points", more, epochs * few // many))
    tests = [
        evaluate(one.model, new.X, new.y, loss="binary_cross_entropy", metrics=["accuracy"])
        for one in trials
    ]
    losses = broken.history["val_loss"]
    least = min(losses)
    best, end = losses.index(least) + 1, losses[-1]
    most = max(test["accuracy"] for test in tests)

    def bars(ax: Any) -> None:
        names = [one.name for one in trials]
        places = range(len(names))
        ax.barh([p - 0.2 for p in places], [one.loss for one in trials], 0.36, label="learned",
                hatch="//", fill=False)  # fmt: skip
        ax.barh([p + 0.2 for p in places], [t["loss"] for t in tests], 0.36, label="new points")
        ax.set_yticks(list(places), names)
        ax.invert_yaxis()
        ax.set_xlabel("loss")
        ax.legend()

    return Failure(
        "overfitting",
        "Overfitting",
        trials,
        penalised,
        ("training", "right, learned", "loss", f"right, of {len(new)} new", "loss, new"),
        [
            (one.name, share(one.accuracy), f"{one.loss:.3f}",
             share(test["accuracy"]), f"{test['loss']:.3f}")
            for one, test in zip(trials, tests, strict=True)
        ],
        locals(),
        {
            "before": plot(lambda ax: viz.plot_history(broken.history, ax)),
            "after": plot(lambda ax: viz.plot_history(penalised.history, ax)),
            "boundary-before": plot(boundary(broken.model, points, RESOLUTION)),
            "boundary-after": plot(boundary(penalised.model, points, RESOLUTION)),
            "curves": plot(bars, width=8.0),
        },
    )  # fmt: skip


FAILURES = (rate, relus, sigmoids, overfitting)


def run(folder: Path, *, seed: int | None = None, quick: bool = False) -> Path:
    """Let all four happen, print and write what came of them; return the page's path."""
    check("matplotlib")
    say("Four trainings that fail, each fixed, with the same seed.")
    start = perf_counter()
    made: Files = {}
    given = {} if seed is None else {"seed": seed}
    sections = []
    for make in FAILURES:
        found = make(**given, quick=quick)
        say(found.text())
        sections.append(f"<h2>{found.title}</h2>\n{found.section(made)}")
    values = {"quick": QUICK if quick else ""}
    made |= page.page("failures", values, {"sections": "".join(sections)})
    say(f"\nThat took {perf_counter() - start:.0f} s, with the plots.")
    return gallery.add(folder, "failures", made)


main = command(
    "demos.failures",
    "Four trainings that fail, and what fixes them.",
    run,
    seed={"help": "of data, weights and order (default: one for each)"},
)

if __name__ == "__main__":
    sys.exit(main())
