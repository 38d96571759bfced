"""Data that needs no download: two moons, invented names, scikit-learn's digits."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

from _glassgrad_installation import packages_of

from .runner import ROOT, BenchmarkError

# As long as real first names, because the time of microgpt's step depends on the letters.
_NAMES = """
adrimo belwyn cassel darino elvane fiorim galdes hestra ilvane jomari kelsin larune marvyn
nelida orvane pelias quorin ravela sirona tamvil ulvera velmon wendra xalina ysolde zemara
aldin brenova corvin delphan ember farlo gwenda horvin isaura jelko kiva lomare mirel norvin
osha prenta rilo selvane tira vono
"""


def names() -> list[str]:
    """Invented names, as long as real first names: six letters, a few with four to seven.

    >>> names()[:2]
    ['adrimo', 'belwyn']
    """
    return _NAMES.split()


def moons(count: int, seed: int = 1337) -> tuple[list[list[float]], list[float]]:
    """Points on two interleaved half circles with a little noise, and their labels, −1 or 1.

    >>> points, labels = moons(4)
    >>> len(points), labels
    (4, [-1.0, 1.0, -1.0, 1.0])
    """
    rng = random.Random(seed)
    points, labels = [], []
    for i in range(count):
        angle = rng.uniform(0.0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        if i % 2:
            x, y = 1.0 - x, 0.5 - y
        points.append([x + rng.gauss(0.0, 0.1), y + rng.gauss(0.0, 0.1)])
        labels.append(1.0 if i % 2 else -1.0)
    return points, labels


def digits_file(count: int) -> Path:
    """A file of the first handwritten digits, as JSON: images of 64 numbers, and what they show.

    Workers read it, so they do not need scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - only this case needs it
    except ImportError:
        raise BenchmarkError(f"the digits need: {packages_of('demos')}") from None
    pixels, targets = load_digits(return_X_y=True)
    folder = ROOT / ".bench"
    folder.mkdir(exist_ok=True)
    file = folder / f"digits-{count}.json"
    data = [(pixels[:count] / 16.0).tolist(), targets[:count].tolist()]
    file.write_text(json.dumps(data), encoding="utf-8")
    return file
