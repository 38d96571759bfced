"""Networks with known numbers, for tests of their views."""

from __future__ import annotations

import random
import re
from xml.etree import ElementTree as ET

from autograd import Graph
from nn import MLP, cross_entropy, mse
from viz.say.story import Step

from .calculator import is_honest

ROWS, TARGETS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


def xor_model():
    """The 2-3-1 network of the book."""
    model = MLP(2, [3, 1], activation="tanh")
    numbers = [0.5, -1.0, 0.1, -0.8, 0.4, 0.2, 0.3, 0.9, -0.1, 0.6, -0.5, 0.7, 0.1]
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    return model


def xor():
    """Its loss on the four rows of XOR."""
    model = xor_model()
    return mse([model(row) for row in ROWS], TARGETS)


def classifier(sizes=(64, 12, 10), activation="tanh", seed=0, target=3, examples=1):
    """A network that reads images, and its loss."""
    rng = random.Random(seed)
    model = MLP(sizes[0], list(sizes[1:]), activation=activation, rng=rng)
    pixels = [[max(0.0, rng.uniform(-1, 1)) for _ in range(sizes[0])] for _ in range(examples)]
    scores = [model(image) for image in pixels]
    return (
        cross_entropy(scores, [target] * examples)
        if examples > 1
        else cross_entropy(scores[0], target)
    )


def honest(step):
    """`is_honest`, for a reader who knows e to the power of something, too."""
    numbers = step.numbers.replace("e^(", "exp(")
    return is_honest(Step(**{**_plain(step), "numbers": numbers}))


def _plain(step):
    return {name: getattr(step, name) for name in step.__slots__}


def final(view):
    """What stands in the boxes in the end: text by (box, line)."""
    return {(fill.box, fill.line): fill for step in view.steps for fill in step.fills}


def drawn(svg):
    """The ids of the boxes in a picture, with how many lines each has."""
    return {
        box.get("id"): sum(1 for part in box.iter() if part.tag.endswith("text"))
        for box in ET.fromstring(svg).iter()  # noqa: S314 - our own
        if box.get("class", "").split()[:1] == ["box"]
    }


def arrows(svg):
    """The ids of the arrows in a picture, with where they go."""
    found = re.findall(
        r'<g id="([^"]+)" class="arrow" data-tail="([^"]+)" data-head="([^"]+)"', svg
    )
    return {name: (tail, head) for name, tail, head in found}


def graph_of(loss):
    """Its graph."""
    return Graph(loss)
