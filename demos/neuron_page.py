"""The lesson of one neuron as a page; its words are in ``texts/neuron.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import viz
from nn import Neuron

from . import page
from .lesson import PROGRAM, RATE, Lesson, inputs, squared_error
from .page import Files

if TYPE_CHECKING:
    from viz import Picture


def files(lesson: Lesson) -> Files:
    """The page and its pictures, by file name."""
    made: Files = {}
    parts = {
        "player": page.offered(
            made, "neuron-player.html", lesson.player.html,
            "Step through it: press →, watch a number arrive, or predict it before it is shown",
        ),
        "handout": page.offered(
            made, "neuron-handout.html", lesson.handout.html,
            "Compute it by hand: two sheets to print, the second with the solution",
        ),
        "forward": _picture(
            made, lesson.before, "neuron-forward", "forward",
            "The neuron's forward pass: inputs times weights, their sum with the bias, tanh, the "
            "loss.",
        ),
        "backward": _picture(
            made, lesson.before, "neuron-backward", "backward",
            "The same neuron with its gradients, and the chain rule on every arrow.",
        ),
        "after": _picture(
            made, lesson.after, "neuron-after", "forward", "The forward pass after one step."
        ),
        "draw": page.drawn(
            made, lambda theme: viz.draw(lesson.loss, theme=theme), "neuron-draw",
            "The graph of the neuron as draw shows it: the weighted sum is one box.",
        ),
        "nudges": page.equations(lesson.nudges),
        "program": page.code(PROGRAM),
    }  # fmt: skip
    for phase in ("forward", "backward", "update", "again"):
        parts[f"{phase}-steps"] = page.steps(lesson.steps(phase))
    values = {
        "lesson": lesson,
        "RATE": RATE,
        "once": lesson.repeated / 2.0,
        "again": lesson.steps("again")[-1].sentence,
    }
    made["neuron.html"] = page.whole("neuron", values, parts)
    return made


def _picture(made: Files, neuron: Neuron, name: str, view: str, words: str) -> str:
    def draw(theme: str) -> Picture:
        return viz.draw_neuron(
            neuron, inputs(), loss=squared_error, view=view, theme=theme, direction="TB",
            legend=False,
        )  # fmt: skip

    return page.drawn(made, draw, name, words)
