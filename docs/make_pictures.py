"""Draw the pictures of the README and the docs: ``python docs/make_pictures.py``.

A test holds them up to date.
"""

from __future__ import annotations

import random
from pathlib import Path

import nn
import viz
from autograd import Value

IMAGES = Path(__file__).with_name("images")
THEMES = ("light", "dark")  # GitHub shows the one that fits the reader's


def pictures() -> dict[str, viz.Picture]:
    """By name: the README's eight lines, and a trained network folded to its layers."""
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
    }


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        picture.save(IMAGES / name)
