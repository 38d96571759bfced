"""What the sections of the page of failures share; their words are in ``texts/failures-*.md``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import viz
from autograd import scope
from nn.losses import loss as loss_named
from viz.plots import plot_decision_boundary

from . import page
from .failures_trial import Found, Trial
from .moons_training import Points
from .page import Files
from .plots import Draw, plotted, remembered

if TYPE_CHECKING:
    from viz import Picture

BATCH = 20  # examples that are drawn
RESOLUTION = 32


def parts(
    name: str, found: Found, made: Files, *, fixed: Trial, plots: dict[str, Draw], first: str = ""
) -> dict[str, str | page.Described]:
    """What every section has: a report, the network, two programs, plots with their captions.

    ``first`` stands at the head of both programs.
    """
    return {
        "report": page.reported(found.broken.report),
        "network": partial(page.drawn, made, _graph(found), f"failures-{name}-network"),
        "programs": page.programs("Before", first + found.broken.code, "After", first + fixed.code),
        **{
            plot: partial(plotted, made, draw, f"failures-{name}-{plot}")
            for plot, draw in plots.items()
        },
    }


def _graph(found: Found) -> page.Draw:
    """The loss of some examples, folded to a box for each layer."""

    def draw(theme: str) -> Picture:
        outputs = [found.broken.model(x) for x in found.points.X[:BATCH]]
        with scope("loss"):
            loss = loss_named(found.broken.settings["loss"])(outputs, found.points.y[:BATCH])
        return viz.draw(loss, fold=1, theme=theme, legend=False)

    return draw


def boundary(trial: Trial, points: Points) -> Draw:
    """What a network says of every place."""
    logit = remembered(trial.model)
    return lambda ax: plot_decision_boundary(
        logit, points.X, points.y, ax, resolution=RESOLUTION, threshold=0.0
    )
