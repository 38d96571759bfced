"""Data that needs no download: two moons, and names that nobody bears."""

from __future__ import annotations

import math
import random

# As long as real first names, because microgpt's step takes time by the letter.
_NAMES = """
adrimo belwyn cassel darino elvane fiorim galdes hestra ilvane jomari kelsin larune marvyn
nelida orvane pelias quorin ravela sirona tamvil ulvera velmon wendra xalina ysolde zemara
aldin brenova corvin delphan ember farlo gwenda horvin isaura jelko kiva lomare mirel norvin
osha prenta rilo selvane tira vono
"""


def names() -> list[str]:
    """Invented names, as long as real first names are: six letters, and a few of four to seven.

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
