"""One neuron, forward, backward and one step of learning: ``python -m demos.neuron``.

All that the page and the terminal tell is told by `viz.player`. Notation: inputs x, weights w,
bias b, z the weighted sum, o the output, y what it should be, e the error o − y, L the loss e².
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import viz
from autograd import Value, constant
from nn import SGD, Neuron

from . import gallery, page
from .cli import command, headed, lines_of, say
from .page import Draw, Files

if TYPE_CHECKING:
    from viz import Player
    from viz.say.story import Step

INPUTS = (2.0, 1.0)
WEIGHTS = (0.5, -1.0)
BIAS = math.log(2.0)
TARGET = 1.0
RATE = 0.1
TITLE = "One neuron: forward, backward, one step"

# The same pass as the page prints it; a test runs it.
PROGRAM = """\
import math
import viz
from autograd import Value, constant

w1, w2, b = Value(0.5), Value(-1.0), Value(math.log(2))
x1, x2, y = Value(2.0), Value(1.0), constant(1.0)
z = w1 * x1 + w2 * x2 + b
o = z.tanh()
e = o - y
L = e * e
L.backward()                       # now w1.grad is -1.024
viz.draw(L, names=locals())        # in a notebook: this picture
viz.player(L, names=locals())      # and this: the page to step through
"""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One neuron and one example: its loss, the neuron before and after a step, and their story.

    ``repeated`` is w1's ``.grad`` after a second ``L.backward()``.
    """

    before: Neuron
    after: Neuron
    loss: Value
    player: Player
    repeated: float

    def steps(self, *phases: str) -> list[Step]:
        """Those of some phases: ``"forward"``, ``"backward"``, ``"update"``, ``"again"``."""
        return [step for step in self.player.story.views[0].steps if step.phase in phases]

    @property
    def nudges(self) -> list[str]:
        """What raising each parameter by a little should do to the loss, and does."""
        return [entry.nudge for entry in self.player.story.views[0].entries if entry.nudge]


def lesson() -> Lesson:
    """Compute everything.

    >>> found = lesson()
    >>> found.steps("backward")[4].answer
    '−0.512'
    """
    neuron = neuron_of_the_lesson()
    loss = squared_error(neuron(inputs()))
    player = viz.player(loss, lr=RATE, title=TITLE)
    loss.backward()
    SGD(neuron, lr=RATE).step()
    loss.backward()
    repeated = neuron.parameters()[0].grad
    return Lesson(neuron_of_the_lesson(), neuron, loss, player, repeated)


def neuron_of_the_lesson() -> Neuron:
    """The neuron of the lesson, as it is before the step."""
    neuron = Neuron(len(INPUTS), activation=_tanh)
    for parameter, name, value in zip(
        neuron.parameters(), ("w1", "w2", "b"), (*WEIGHTS, BIAS), strict=True
    ):
        parameter.label, parameter.data = name, value
    return neuron


def inputs() -> list[Value]:
    """x1 and x2, as variables: in a network their gradients flow on to the layer before."""
    return [Value(x, label=f"x{i}") for i, x in enumerate(INPUTS, 1)]


def squared_error(o: Value) -> Value:
    """L = (o − y)², with its steps named."""
    e: Value = o - constant(TARGET, label="y")
    e.label = "e"
    loss: Value = e * e
    loss.label = "L"
    return loss


def _tanh(z: Value) -> Value:
    """Tanh, which names its operand and its result, so that pictures and sentences can."""
    z.label = "z"
    o: Value = z.tanh()
    o.label = "o"
    return o


# --- what is shown --------------------------------------------------------------------------------


def run(folder: Path, *, quick: bool = False) -> Path:  # noqa: ARG001 - it is quick
    """Print the lesson, write its pages and pictures, and return the path of the first."""
    found = lesson()
    say(as_text(found))
    return gallery.add(folder, "neuron", files(found))


def as_text(found: Lesson) -> str:
    """The lesson for a terminal."""
    parts = [
        headed("One neuron, forward", lines_of(found.steps("forward"))),
        headed("Backward: how each number moves the loss L", lines_of(found.steps("backward"))),
        headed("Is it true? Nudge and measure", found.nudges),
        headed(
            f"One step against the gradient, rate {RATE:g}",
            lines_of(found.steps("update", "again")),
        ),
    ]
    return "\n".join(parts)


def files(found: Lesson) -> Files:
    """The page and its pictures, by file name."""
    parts = {
        "player": found.player,
        "handout": viz.handout(squared_error(found.before(inputs())), lr=RATE, title=TITLE),
        "forward": _picture(found.before, "forward"),
        "backward": _picture(found.before, "backward"),
        "after": _picture(found.after, "forward"),
        "draw": lambda theme: viz.draw(found.loss, theme=theme),
        "nudges": page.steps(found.nudges),
        "program": page.code(PROGRAM),
    }
    for phase in ("forward", "backward", "update", "again"):
        parts[f"{phase}-steps"] = page.steps(found.steps(phase))
    values = {
        "lesson": found,
        "RATE": RATE,
        "once": found.repeated / 2.0,
        "again": found.steps("again")[-1].sentence,
    }
    return page.page("neuron", values, parts)


def _picture(neuron: Neuron, view: str) -> Draw:
    return lambda theme: viz.draw_neuron(
        neuron, inputs(), loss=squared_error, view=view, theme=theme, direction="TB", legend=False
    )


main = command("demos.neuron", "One neuron in pictures and words.", run)

if __name__ == "__main__":
    sys.exit(main())
