"""The page of the moons: how the boundary came about, and what the network looks like inside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import viz
from autograd import Value, scope
from nn import MLP, binary_cross_entropy
from viz.plots import (
    plot_decision_boundary,
    plot_history,
    plot_update_ratio,
    plot_weights,
)
from viz.report import report

from . import page, plots
from .moons_training import BATCH, LOSS, NEW, NOISE, RATE, Points, Run, Snapshot
from .page import code, drawn, figure, paragraph, section
from .plots import plotted
from .words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from viz import Picture

TITLE = "Two moons: a boundary comes into being"
NETWORK = "moons-network.safetensors"
FINE, COARSE = 48, 28  # points of a side of the grid

# What the page says to write; a test runs it.
PROGRAM = f"""\
import nn

model = nn.load("{NETWORK}")
logit = model([1.0, 0.5]).item()     # above 0: moon 1, below 0: moon 0
print(logit)
"""

Files = dict[str, str]


def quick(epochs: int) -> str:
    """What is to be said of a run that was cut short.

    >>> print(quick(15))
    QUICK RUN: only 15 epochs. The boundary is rougher than after a full run.
    """
    return f"QUICK RUN: only {epochs} epochs. The boundary is rougher than after a full run."


def files(run: Run) -> Files:
    """The page and its pictures, by file name."""
    made: Files = {}
    body = [
        section("What is to be learned", *_task(run, made)),
        section("The boundary, epoch by epoch", *_boundaries(run)),
        section("The loss falls", *_losses(run, made)),
        section("How far each step went", *_steps(run, made)),
        section("The weights, before and after", *_weights(run, made)),
        section("The whole network in one picture", *_network(run, made)),
        section("Is every layer well?", *_health(run)),
        section("Keep it", *_keep()),
    ]
    return {"moons.html": page.document(TITLE, _lead(run), body), **made}


def _lead(run: Run) -> str:
    return (
        f"{len(run.points)} points lie in two moons, and no straight line parts them. A network "
        f"of 2 inputs, twice 16 hidden units and one output learned a line that does: "
        f"{share(run.last.accuracy)} of the points are on their side of it, and "
        f"{share(run.new_accuracy)} of {NEW:,} new ones that it had never seen."
    )


# --- the boundary ---------------------------------------------------------------------------------


def _boundary(model: MLP, points: Points, resolution: int, *, is_small: bool = False) -> plots.Draw:
    logit = plots.remembered(model)

    def draw(ax: Axes) -> None:
        plot_decision_boundary(logit, points.X, points.y, ax, resolution=resolution)
        if is_small:
            ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
            legend = ax.get_legend()
            assert legend is not None
            legend.remove()

    return draw


def _task(run: Run, made: Files) -> Iterable[str]:
    if run.quick:
        yield paragraph(quick(run.history.epochs), "note")
    yield paragraph(
        f"Each point is two numbers, x0 and x1, scattered a little (noise {NOISE:g}). The network "
        "makes one number of them, the logit: above 0 it says moon 1, below 0 moon 0, and the "
        "farther from 0, the surer it is. Where the logit is exactly 0 runs the boundary. "
        "This is what the network says in the end:"
    )
    markup, more = plotted(
        _boundary(run.model, run.points, FINE),
        "moons-boundary",
        "The two moons and the boundary that the network found between them.",
        width=8.0,
        height=4.8,
    )
    made.update(more)
    yield figure(
        markup,
        "The points, circles of moon 0 and squares of moon 1, and what the network says of every "
        "place: the stronger the colour, the surer. The line is the boundary; at the dotted lines "
        "it is 90 % sure. relu units make straight pieces, so the line is made of such.",
    )


def _boundaries(run: Run) -> Iterable[str]:
    yield paragraph(
        "It began with random weights, so its first boundary is anywhere. In each epoch it saw "
        f"every point once, {BATCH} at a time; after each such batch every weight took a small "
        "step against its gradient. So the boundary moved:"
    )
    yield '<div class="panels">\n'
    for snapshot in run.snapshots:
        yield _panel(snapshot, run.points, is_last=snapshot is run.last)
    yield "</div>\n"
    yield paragraph(
        "First a nearly straight line turns to the right side; that alone puts most points right. "
        "The bend, for the tips of the moons, takes the rest of the time.",
        "small",
    )


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


# --- the training ---------------------------------------------------------------------------------


def _losses(run: Run, made: Files) -> Iterable[str]:
    history = run.history
    yield paragraph(
        "The loss is one number for how wrong the network is: the mean of −ln of the probability "
        f"that it gave to the right moon. It fell from {history['loss'][0]:.3f} in the first epoch "
        f"to {history['loss'][-1]:.4f} in the last."
    )
    yield '<div class="pair">'
    loss, more = plotted(
        lambda ax: plot_history(history, ax, log=True), "moons-loss", "The loss by epochs."
    )
    right, still_more = plotted(
        lambda ax: plot_history(history, ax, column="accuracy"),
        "moons-accuracy",
        "The share of points on their side, by epochs.",
    )
    made.update(more | still_more)
    yield figure(loss, "The loss, on a logarithmic axis.")
    yield figure(right, "Accuracy: the share of points that are on their side of the boundary.")
    yield "</div>\n"


def _steps(run: Run, made: Files) -> Iterable[str]:
    last = len(run.model.layers) - 1
    first, final = (run.history[f"layers.{i}/update_ratio"] for i in (0, last))
    yield paragraph(
        "How far does a step move the weights of a layer, beside how large they are? About a "
        "thousandth is a good measure: much less, and the layer stands still; much more, and it "
        "forgets what it had learned. Here the steps of the first layer went from "
        f"{first[0]:.4f} to {first[-1]:.4f} of its weights, those of the last from "
        f"{final[0]:.4f} to {final[-1]:.4f} (learning rate {RATE:g}, optimiser Adam)."
    )
    markup, more = plotted(
        lambda ax: plot_update_ratio(run.history, ax),
        "moons-steps",
        "The length of a step beside the length of the weights, layer by layer.",
        width=8.0,
    )
    made.update(more)
    yield figure(
        markup,
        "Large steps at first, small ones at the end, when there is little left to learn.",
    )


def _weights(run: Run, made: Files) -> Iterable[str]:
    yield paragraph(
        "What a network knows is in its weights. At the beginning they are drawn at random, of a "
        "size that suits relu (He); the biases are 0. Training moved them, most of them not far."
    )
    yield '<div class="pair">'
    for name, words, model in (
        ("moons-weights-before", "Before: as they were drawn.", run.first.model),
        ("moons-weights-after", f"After {run.last.epoch} epochs.", run.model),
    ):
        markup, more = plotted(partial(plot_weights, model), name, f"The weights. {words}")
        made.update(more)
        yield figure(markup, words)
    yield "</div>\n"


# --- the network ----------------------------------------------------------------------------------


def batch_loss(run: Run) -> Value:
    """The loss of the first points, as many as a step learns from, recorded."""
    X, y = run.points.X[:BATCH], run.points.y[:BATCH]
    logits = [run.model(x) for x in X]
    with scope("loss"):  # one box, too
        loss: Value = binary_cross_entropy(logits, y)
    return loss


def _network(run: Run, made: Files) -> Iterable[str]:
    loss = batch_loss(run)

    def draw(theme: str) -> Picture:
        return viz.draw(loss, fold=1, theme=theme, legend=False)

    markup, more = drawn(
        draw,
        "moons-network",
        f"The graph of the loss of {BATCH} points, folded to one box for each layer.",
    )
    made.update(more)
    yield paragraph(
        f"{BATCH} points forward to one loss, and back: that is what one step learns from. Drawn "
        "number by number it would be thousands of boxes; here each layer is one, with all its "
        "weights and all their gradients as small pictures: blue is positive, orange negative, "
        "and the stronger the colour, the larger the number."
    )
    yield figure(
        markup,
        "Read it from left to right. v are the values that a layer hands on, g the gradients of "
        "the loss by them, w the weights: least … mean … greatest. Each row of a small picture is "
        "one unit, each column one of its inputs. What is said of dead units is judged by these "
        f"{BATCH} points only.",
    )


def _health(run: Run) -> Iterable[str]:
    yield paragraph(
        "viz.report makes a pass over all points and back, and looks at every layer: does any "
        "unit say nothing, whatever the point? Do the gradients reach the first layer?"
    )
    yield page.reported(report(run.model, run.points.X, run.points.y, LOSS))
    yield paragraph(
        "A relu that is dead is off for all points, and so it learns nothing any more. A few of "
        "them do no harm, as the result shows: the others do the work. When they become many, "
        "something is wrong; the page of failures makes that happen."
    )


def _keep() -> Iterable[str]:
    yield paragraph(
        "The network is saved beside this page: its weights and what it is made of, no code. "
        "So it comes back, in the folder of this page:"
    )
    yield code(PROGRAM)
    yield f"<p>{page.link(NETWORK, NETWORK)}</p>\n"
