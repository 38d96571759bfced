"""The page of the moons: how the boundary came about; its words are in ``texts/moons.md``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import viz
from autograd import Value, scope
from nn import MLP, binary_cross_entropy
from viz.plots import plot_decision_boundary, plot_history, plot_update_ratio, plot_weights
from viz.report import report

from . import moons_training, page, plots
from .moons_training import BATCH, LOSS, Points, Run, Snapshot
from .page import Files, drawn, figure, paragraph, share
from .plots import plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from viz import Picture

NETWORK = "moons-network.safetensors"
FINE, COARSE = 48, 28  # points of a side of the grid

# What the page says to write; a test runs it.
PROGRAM = f"""\
import nn

model = nn.load("{NETWORK}")
logit = model([1.0, 0.5]).item()     # above 0: moon 1, below 0: moon 0
print(logit)
"""


def quick(epochs: int) -> str:
    """What is to be said of a run that was cut short.

    >>> print(quick(15))
    QUICK RUN: only 15 epochs. The boundary is rougher than after a full run.
    """
    return f"QUICK RUN: only {epochs} epochs. The boundary is rougher than after a full run."


def files(run: Run) -> Files:
    """The page and its pictures, by file name."""
    made: Files = {}
    history, last = run.history, len(run.model.layers) - 1
    loss = batch_loss(run)

    def draw(theme: str) -> Picture:
        return viz.draw(loss, fold=1, direction="TB", theme=theme, legend=False)

    def weights(name: str, words: str, model: MLP) -> str:
        draw = partial(plot_weights, model, like=(run.first.model, run.model))
        return plotted(made, draw, name, f"The weights. {words}")

    parts = {
        "quick": paragraph(quick(history.epochs), "note") if run.quick else "",
        "boundary": plotted(
            made, _boundary(run.model, run.points, FINE), "moons-boundary",
            "The two moons and the boundary that the network found between them.",
            width=8.0, height=4.8,
        ),
        "panels": _panels(run),
        "loss": plotted(
            made, lambda ax: plot_history(history, ax, log=True), "moons-loss",
            "The loss by epochs.",
        ),
        "accuracy": plotted(
            made, lambda ax: plot_history(history, ax, column="accuracy"), "moons-accuracy",
            "The share of points on their side, by epochs.",
        ),
        "steps": plotted(
            made, lambda ax: plot_update_ratio(history, ax), "moons-steps",
            "The length of a step compared with that of the weights, layer by layer.", width=8.0,
        ),
        "weights-before": weights(
            "moons-weights-before", "Before: as they were drawn.", run.first.model
        ),
        "weights-after": weights(
            "moons-weights-after", f"After {run.last.epoch} epochs.", run.model
        ),
        "network": drawn(
            made, draw, "moons-network",
            f"The graph of the loss of {BATCH} points, folded to one box for each layer.",
        ),
        "report": page.reported(report(run.model, run.points.X, run.points.y, LOSS)),
        "program": page.code(PROGRAM),
        "file": f"<p>{page.link(NETWORK, NETWORK)}</p>\n",
    }  # fmt: skip
    first, final = (history[f"layers.{i}/update_ratio"] for i in (0, last))
    values = {
        **vars(moons_training),
        "run": run,
        "loss": _ends(history["loss"]),
        "first": _ends(first),
        "final": _ends(final),
    }
    made["moons.html"] = page.whole("moons", values, parts)
    return made


def _ends(column: Sequence[float]) -> tuple[float, float]:
    return column[0], column[-1]


def _boundary(model: MLP, points: Points, resolution: int, *, is_small: bool = False) -> plots.Draw:
    logit = plots.remembered(model)

    def draw(ax: Axes) -> None:
        plot_decision_boundary(logit, points.X, points.y, ax, resolution=resolution, loss=LOSS)
        if is_small:
            ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
            legend = ax.get_legend()
            assert legend is not None
            legend.remove()

    return draw


def _panels(run: Run) -> str:
    panels = [_panel(s, run.points, is_last=s is run.last) for s in run.snapshots]
    return f'<div class="panels">\n{"".join(panels)}</div>\n'


def _panel(snapshot: Snapshot, points: Points, *, is_last: bool) -> str:
    words = caption(snapshot)
    draw = _boundary(snapshot.model, points, COARSE, is_small=True)
    svgs = [plots.svg(draw, theme, 3.2, 2.2) for theme in page.THEMES]
    name = f"moons-epoch-{snapshot.epoch}"
    picture = page.inlined(svgs, name, f"The boundary after {words}", scrolls=False)
    return figure(picture, words, "chosen" if is_last else "")


def caption(snapshot: Snapshot) -> str:
    """What stands under the boundary of an epoch."""
    return (
        f"epoch {snapshot.epoch}: {share(snapshot.accuracy)} right, loss {snapshot.loss:.3f}"
        f"{' (not yet trained)' if not snapshot.epoch else ''}"
    )


def batch_loss(run: Run) -> Value:
    """The loss of the first points, as many as a step learns from, recorded."""
    X, y = run.points.X[:BATCH], run.points.y[:BATCH]
    logits = [run.model(x) for x in X]
    with scope("loss"):  # one box, too
        loss: Value = binary_cross_entropy(logits, y)
    return loss
