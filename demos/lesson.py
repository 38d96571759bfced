"""The lesson of one neuron, in numbers and words: all that its page and its terminal show.

Notation: inputs x, weights w, bias b, z the weighted sum, o the output, y what it should be,
e the error o − y, L the loss e².
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograd import Graph, Value, constant, no_grad
from nn import SGD, Neuron

from . import words
from .words import MINUS, Step, factor, number, relation, seen

INPUTS = (2.0, 1.0)
WEIGHTS = (0.5, -1.0)
BIAS = math.log(2.0)
TARGET = 1.0
RATE = 0.1
NUDGE = 0.001

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
"""


@dataclass(frozen=True, slots=True)
class Check:
    """A parameter raised by a little: how the loss should change, and how it does."""

    name: str
    by: float
    slope: float
    measured: float

    @property
    def predicted(self) -> float:
        """What the gradient says."""
        return self.slope * self.by


@dataclass(frozen=True, slots=True)
class Update:
    """One parameter before and after a step down its gradient."""

    name: str
    before: float
    slope: float
    after: float

    @property
    def equation(self) -> str:
        """``w1: 0.5 − 0.1 × (−1.024) = 0.6024``."""
        sign = relation(seen(self.before) - seen(RATE) * seen(self.slope), self.after)
        return (
            f"{self.name}: {number(self.before)} {MINUS} {number(RATE)} × "
            f"{factor(self.slope)} {sign} {number(self.after)}"
        )


@dataclass(frozen=True, slots=True)
class Lesson:
    """One neuron, one example: a pass, a check, a step, and the pass after it.

    ``repeated`` is w1's ``.grad`` after a second ``L.backward()``.
    """

    before: Neuron
    after: Neuron
    first: Graph
    second: Graph
    checks: tuple[Check, ...]
    updates: tuple[Update, ...]
    repeated: float

    @property
    def forward(self) -> list[str]:
        """How the loss came about."""
        return words.forward(self.first)

    @property
    def backward(self) -> list[Step]:
        """How the gradients came about."""
        return words.backward(self.first)

    @property
    def afterwards(self) -> list[str]:
        """How the loss came about after the step."""
        return words.forward(self.second)

    def value(self, name: str, *, second: bool = False) -> float:
        """A number of the first pass, or of the second, by its name."""
        graph = self.second if second else self.first
        return next(node.value for node in graph if node.label == name)

    def slope(self, name: str) -> float:
        """The gradient of the loss by name."""
        found = next(node.grad for node in self.first if node.label == name)
        assert found is not None
        return found


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


def lesson() -> Lesson:
    """Compute everything.

    >>> found = lesson()
    >>> round(found.value("L"), 4), round(found.slope("w1"), 4)
    (0.16, -1.024)
    >>> round(found.value("L", second=True), 4)
    0.0568
    """
    before, neuron = neuron_of_the_lesson(), neuron_of_the_lesson()
    loss = squared_error(neuron(inputs()))
    first = Graph(loss)
    loss.backward()
    parameters = neuron.parameters()
    checks = tuple([_check(neuron, parameter) for parameter in parameters])
    slopes = [parameter.grad for parameter in parameters]
    loss.backward()
    repeated = parameters[0].grad
    for parameter, slope in zip(parameters, slopes, strict=True):
        parameter.grad = slope
    SGD(neuron, lr=RATE).step()
    updates = tuple(
        [
            Update(old.label, old.data, new.grad, new.data)
            for old, new in zip(before.parameters(), parameters, strict=True)
        ]
    )
    second = Graph(squared_error(neuron(inputs())))
    return Lesson(before, neuron, first, second, checks, updates, repeated)


def _check(neuron: Neuron, parameter: Value) -> Check:
    """Raise one parameter, measure, and put it back."""
    with no_grad():
        before, start = squared_error(neuron(inputs())).data, parameter.data
        parameter.data = start + NUDGE
        after = squared_error(neuron(inputs())).data
        parameter.data = start
    return Check(parameter.label, NUDGE, parameter.grad, after - before)
