"""Draw the pictures of the README and the docs: ``python docs/make_pictures.py``.

Two of them move: one neuron, forward and backward, and two paths that meet.

A test holds them up to date.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

import nn
import viz
from autograd import Value, constant

IMAGES = Path(__file__).with_name("images")
THEMES = ("light", "dark")  # GitHub shows the one that fits the reader's


def neuron() -> Value:
    """L = (tanh(w1·x1 + w2·x2 + b) − y)²."""
    w1, w2, b = [
        nn.Parameter(x, label=name) for name, x in (("w1", 0.5), ("w2", -1.0), ("b", math.log(2.0)))
    ]
    x1, x2, y = constant(2.0, "x1"), constant(1.0, "x2"), constant(1.0, "y")
    z = w1 * x1 + w2 * x2 + b
    o = z.tanh()
    e = o - y
    loss = e * e
    for node, name in ((z, "z"), (o, "o"), (e, "e"), (loss, "L")):
        node.label = name
    return loss


def square() -> Value:
    """q = a·a, where a goes in twice and its gradient has two parts."""
    a = Value(3.0, label="a")
    q = a * a
    q.label = "q"
    return q


def xor() -> viz.Picture:
    """A network that computes XOR, with weights that were found by thinking."""
    model = nn.MLP(2, [2, 1], init="zeros")
    numbers = [*(1.0, 1.0, 0.0), *(1.0, 1.0, -1.0), *(1.0, -2.0, 0.0)]
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    return viz.draw_network(model, [constant(1.0, "x1"), constant(0.0, "x2")])


def pictures() -> dict[str, viz.Picture | viz.Animation]:
    """By name: the README's eight lines, a trained network folded to its layers, what moves."""
    a, b = Value(2.0, label="a"), Value(-0.75, label="b")
    loss = (a + a * b).tanh()
    loss.label = "loss"
    rng = random.Random(0)
    X, y = nn.data.moons(32, noise=0.1, rng=rng)
    model = nn.MLP(2, [16, 16, 1], activation="tanh", rng=rng)
    nn.fit(model, X, y, loss="binary_cross_entropy", lr=0.02, epochs=20, rng=rng, progress=False)
    whole = nn.binary_cross_entropy([model(x) for x in X], y)
    return {
        f"{name}-{theme}.svg": viz.draw(value, theme=theme, legend=False, fold=fold)
        for name, value, fold in (("backward", loss, None), ("layers", whole, "layer"))
        for theme in THEMES
    } | {
        "xor.svg": xor(),
        "neuron.svg": viz.animate(
            neuron(), seconds_per_step=2.0, title="One neuron, forward and backward"
        ),
        "square.svg": viz.animate(
            square(), seconds_per_step=3.0, title="a goes into q twice: contributions add up"
        ),
    }


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        picture.save(IMAGES / name)
