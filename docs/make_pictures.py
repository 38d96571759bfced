"""Draw the picture of the README: ``python docs/make_pictures.py``. A test holds it up to date."""

from __future__ import annotations

from pathlib import Path

import viz
from autograd import Value

IMAGES = Path(__file__).with_name("images")


def pictures() -> dict[str, viz.Picture]:
    """The README's eight lines, in both themes: GitHub shows the one that fits the reader's."""
    a, b = Value(2.0, label="a"), Value(-0.75, label="b")
    loss = (a + a * b).tanh()
    loss.label = "loss"
    return {
        f"backward-{theme}.svg": viz.draw(loss, theme=theme, legend=False)
        for theme in ("light", "dark")
    }


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        picture.save(IMAGES / name)
