"""The lesson of one neuron, told by `viz.player`: all that its pages and its terminal show.

Notation: inputs x, weights w, bias b, z the weighted sum, o the output, y what it should be,
e the error o − y, L the loss e².
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import viz
from autograd import Value, constant
from nn import SGD, Neuron

if TYPE_CHECKING:
    from viz import Handout
    from viz.page.player import Player
    from viz.say.story import Step, View

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
    handout: Handout
    repeated: float

    @property
    def view(self) -> View:
        """The picture with its steps and all that is known of every box."""
        return self.player.story.views[0]

    def steps(self, phase: str) -> list[Step]:
        """Those of one phase: ``"forward"``, ``"backward"``, ``"update"``, ``"again"``."""
        return [step for step in self.view.steps if step.phase == phase]

    @property
    def nudges(self) -> list[str]:
        """What raising each parameter by a little should do to the loss, and does."""
        return [entry.nudge for entry in self.view.entries if entry.what == "parameter"]


def lesson() -> Lesson:
    """Compute everything.

    >>> found = lesson()
    >>> found.steps("backward")[4].sentence
    'Raising z by 1 unit changes o at rate 0.64, so L at rate −0.512.'
    """
    neuron = neuron_of_the_lesson()
    loss = squared_error(neuron(inputs()))
    played = viz.player(loss, lr=RATE, title=TITLE)
    handout = viz.handout(loss, lr=RATE, title=TITLE)
    loss.backward()
    SGD(neuron, lr=RATE).step()
    loss.backward()
    repeated = neuron.parameters()[0].grad
    return Lesson(neuron_of_the_lesson(), neuron, loss, played, handout, repeated)


def neuron_of_the_lesson() -> Neuron:
    """The neuron of the lesson, as it is before the step."""
    neuron = Neuron(len(INPUTS), activation=_tanh)
    names = [f"w{i}" for i in range(1, len(INPUTS) + 1)] + ["b"]
    for parameter, name, value in zip(neuron.parameters(), names, (*WEIGHTS, BIAS), strict=True):
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
