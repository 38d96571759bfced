"""The page of failures, and what its sections share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import viz
from autograd import scope
from nn.losses import loss as loss_named

from . import page
from .failures_trial import Points, Trial
from .page import code, drawn, figure
from .plots import Draw, plotted

if TYPE_CHECKING:
    from viz import Picture

TITLE = "Four ways to fail, and what helps"
LEAD = (
    "Each of these networks was trained here, and something went wrong on purpose: the learning "
    "rate is too large, relu units die, gradients vanish, the examples are learned by heart. See "
    "how it looks, why it happens, and what fixes it."
)
BATCH = 20  # examples that are drawn

Files = dict[str, str]


QUICK = "QUICK RUN: fewer epochs than in a full run; the numbers are not as far apart."


def document(sections: Sequence[tuple[str, Iterable[str]]], *, quick: bool = False) -> str:
    """The whole page; a section is its title and its parts."""
    note = [page.paragraph(QUICK, "note")] if quick else []
    body = [page.section(title, *parts) for title, parts in sections]
    return page.document(TITLE, LEAD, [*note, *body])


def programs(broken: Trial, mended: Trial, first: str = "") -> str:
    """What was written for the one and for the other, ``first`` at the head of both."""
    return (
        '<div class="pair">'
        f"<div><h3>Before</h3>{code(first + broken.code)}</div>"
        f"<div><h3>After</h3>{code(first + mended.code)}</div></div>\n"
    )


def beside(made: Files, *plots: tuple[str, Draw, str]) -> Iterable[str]:
    """Plots side by side: the name of each, what draws it, and what is seen."""
    yield '<div class="pair">'
    for name, draw, words in plots:
        markup, more = plotted(draw, name, words)
        made.update(more)
        yield figure(markup, words)
    yield "</div>\n"


def graph_of(trial: Trial, points: Points, name: str, made: Files, words: str) -> Iterable[str]:
    """The loss of some examples, folded to a box for each layer."""
    outputs = [trial.model(x) for x in points.X[:BATCH]]
    of = loss_named(trial.settings["loss"])
    with scope("loss"):
        loss = of(outputs, points.y[:BATCH])

    def draw(theme: str) -> Picture:
        return viz.draw(loss, fold=1, theme=theme, legend=False)

    markup, more = drawn(draw, name, words)
    made.update(more)
    yield figure(markup, words)
