"""A network learns to tell two moons apart: ``python -m demos.moons``.

The settings were chosen by measuring: with each of the seeds 0 … 29 every one of the 200 moons is
on its side in the end (at least 99 % from epoch 23 on, often from epoch 12), and of 1,000 new
points at least 99 % are, 99.7 % in the mean.
"""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import nn
import viz
from autograd import Value, scope
from nn import MLP, Callback, binary_cross_entropy, evaluate, fit
from nn.data import moons
from nn.training.callbacks import LayerStatistics
from nn.training.state import History, Training

from . import gallery, page
from .cli import check, command, say, wrapped
from .page import Files, share
from .plots import plot

POINTS = 200
NEW = 1000
NOISE = 0.1
SIZES = [16, 16, 1]
EPOCHS, QUICK_EPOCHS = 40, 15
RATE = 0.02
BATCH = 20
LOSS = "binary_cross_entropy"
SHOWN = (0, 1, 2, 5, 10, 15, 20)  # epochs after which the boundary is drawn; and the last
SEED = 0
NETWORK = "moons-network.safetensors"
FINE, COARSE = 48, 28  # points of a side of the grid
QUICK = f"QUICK RUN: only {QUICK_EPOCHS} epochs. The boundary is rougher than after a full run."

# What the page says to write; a test runs it.
PROGRAM = f"""\
import nn

model = nn.load("{NETWORK}")
logit = model([1.0, 0.5]).item()     # above 0: moon 1, below 0: moon 0
print(logit)
"""


@dataclass(frozen=True, slots=True)
class Points:
    """Examples and what they should give: for the moons two numbers each, and 0 or 1."""

    X: list[list[float]]
    y: list[Any]

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The network as it was after some epoch, and how well it knew the points then."""

    epoch: int
    model: MLP
    loss: float
    accuracy: float

    @property
    def words(self) -> str:
        """What stands over the boundary of the epoch."""
        return f"epoch {self.epoch}: {share(self.accuracy)} right, loss {self.loss:.3f}"


@dataclass(frozen=True, slots=True)
class Run:
    """A trained network, and how it came about: the first snapshot is from before it learned."""

    model: MLP
    points: Points
    new: Points
    snapshots: Sequence[Snapshot]
    history: History
    new_accuracy: float
    seconds: float

    @property
    def accuracy(self) -> float:
        """The share of the points that are on their side in the end."""
        return self.snapshots[-1].accuracy


def network(rng: random.Random) -> MLP:
    """2 numbers, twice 16 hidden units with relu, one logit: positive for moon 1.

    >>> len(network(random.Random(0)).parameters())
    337
    """
    return MLP(2, SIZES, rng=rng)


def learn(seed: int, *, epochs: int = EPOCHS) -> Run:
    """Train on moons of this seed, and say how far it is."""
    rng = random.Random(seed)
    points = Points(*moons(POINTS, noise=NOISE, rng=rng))
    model = network(rng)
    watching = _Snapshots(points)
    start = perf_counter()
    history = fit(
        model, points.X, points.y, loss=LOSS, lr=RATE, batch_size=BATCH, epochs=epochs, rng=rng,
        metrics=["accuracy"], callbacks=[LayerStatistics(), watching],
    )  # fmt: skip
    seconds = perf_counter() - start
    new = Points(*moons(NEW, noise=NOISE, rng=rng))
    found = evaluate(model, new.X, new.y, metrics=["accuracy"])["accuracy"]
    return Run(model, points, new, watching.taken, history, found, seconds)


class _Snapshots(Callback):
    """Keeps the network as it was after some epochs."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.taken: list[Snapshot] = []

    def on_fit_begin(self, training: Training) -> None:
        self._take(training, 0)

    def on_epoch_end(self, training: Training) -> None:
        if training.epoch in SHOWN or training.epoch == training.epochs:
            self._take(training, training.epoch)

    def _take(self, training: Training, epoch: int) -> None:
        model = copy.deepcopy(training.model)
        assert isinstance(model, MLP)
        found = evaluate(model, self.points.X, self.points.y, loss=LOSS, metrics=["accuracy"])
        self.taken.append(Snapshot(epoch, model, found["loss"], found["accuracy"]))


# --- what is shown --------------------------------------------------------------------------------


def run(folder: Path, *, seed: int = SEED, quick: bool = False) -> Path:
    """Train in front of the user, write the page, save the network, return the page's path."""
    check("matplotlib", "safetensors")
    say(
        wrapped(
            f"{POINTS} points in the shape of two moons. A network of 2 inputs, {SIZES[0]} and "
            f"{SIZES[1]} hidden units (relu) and one output learns to say which moon a point "
            "belongs to. An epoch is a round over all points; accuracy is the share that is right."
        )
    )
    if quick:
        say(QUICK)
    found = learn(seed, epochs=QUICK_EPOCHS if quick else EPOCHS)
    say(
        f"Right in the end: {share(found.accuracy)} of the {len(found.points)} moons it learned "
        f"from ({found.seconds:.0f} s of training);\n"
        f"{share(found.new_accuracy)} of {NEW:,} new points."
    )
    made = files(found, quick=quick)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NETWORK
    nn.save(found.model, path, notes="demos.moons")
    say(f"The network is saved; to have it back: nn.load({str(path.resolve())!r})")
    return gallery.add(folder, "moons", made)


def files(run: Run, *, quick: bool = False) -> Files:
    """The page and its pictures, by file name."""
    first, history = run.snapshots[0].model, run.history
    loss = batch_loss(run)
    both = (first, run.model)
    panels = [boundary(snapshot.model, run.points, COARSE) for snapshot in run.snapshots]

    def draw_panels(axes: Any) -> None:
        for ax in axes.flat[len(panels) :]:
            ax.remove()
        for ax, draw, snapshot in zip(axes.flat, panels, run.snapshots, strict=False):
            draw(ax)
            ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
            ax.set_title(snapshot.words, fontsize=10.0)
            ax.get_legend().remove()

    parts = {
        "boundary": plot(boundary(run.model, run.points, FINE), width=8.0, height=4.8),
        "panels": plot(draw_panels, width=11.0, height=5.0, rows=2, columns=4),
        "loss": plot(lambda ax: viz.plot_history(history, ax, log=True)),
        "accuracy": plot(lambda ax: viz.plot_history(history, ax, column="accuracy")),
        "steps": plot(lambda ax: viz.plot_update_ratio(history, ax), width=8.0),
        "weights-before": plot(lambda ax: viz.plot_weights(first, ax, like=both)),
        "weights-after": plot(lambda ax: viz.plot_weights(run.model, ax, like=both)),
        "network": lambda theme: viz.draw(loss, fold=1, direction="TB", theme=theme, legend=False),
        "report": viz.report(run.model, run.points.X, run.points.y, LOSS),
        "program": page.code(PROGRAM),
        "file": f"<p>{page.link(NETWORK, NETWORK)}</p>\n",
    }
    ends = {name: (column[0], column[-1]) for name, column in history.items()}
    return page.page(
        "moons", {**globals(), "run": run, "ends": ends, "quick": QUICK if quick else ""}, parts
    )


def boundary(model: MLP, points: Points, resolution: int) -> Callable[[Any], object]:
    """Draws what a network says of every place, which is asked once for both themes."""
    logit = cache(lambda *point: model(list(point)).data)
    return lambda ax: viz.plot_decision_boundary(
        lambda point: logit(*point), points.X, points.y, ax, resolution=resolution, threshold=0.0
    )


def batch_loss(run: Run) -> Value:
    """The loss of the first points, as many as a step learns from, recorded."""
    logits = [run.model(x) for x in run.points.X[:BATCH]]
    with scope("loss"):  # one box, too
        loss: Value = binary_cross_entropy(logits, run.points.y[:BATCH])
    return loss


main = command(
    "demos.moons",
    "A network learns to tell two moons apart.",
    run,
    seed={"default": SEED, "help": f"of points, weights and order (default: {SEED})"},
)

if __name__ == "__main__":
    sys.exit(main())
