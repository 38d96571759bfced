"""What the tests of handouts and animations tell about: one neuron, whose numbers are known."""

from __future__ import annotations

import math

from autograd import Value, constant, dot
from nn import Parameter


def neuron(**labels):
    """L = (tanh(w·x + b) − y)²: z 0.6931, o 0.6, L 0.16; ∂L/∂z −0.512, ∂L/∂w1 −1.024."""
    named = {name: labels.get(name, name) for name in ("w1", "w2", "b", "x1", "x2", "y", "L")}
    w1, w2, b = [
        Parameter(number, label=named[name])
        for name, number in (("w1", 0.5), ("w2", -1.0), ("b", math.log(2.0)))
    ]
    x1, x2, y = [
        constant(number, label=named[name])
        for name, number in (("x1", 2.0), ("x2", 1.0), ("y", 1.0))
    ]
    z = dot([w1, w2], [x1, x2], b)
    z.label = "z"
    o = z.tanh()
    o.label = "o"
    loss = (o - y) ** 2
    loss.label = named["L"]
    return loss


def two_paths():
    """q = a·a + a·b: a goes two ways, and one of them twice."""
    a, b = Value(3.0, label="a"), Value(-0.1234567, label="b")
    q = a * a + a * b
    q.label = "q"
    return q
