"""Where the randomness of data comes from."""

from __future__ import annotations

import random
from typing import Any, cast

from ..initialisers import generator


def source(rng: Any) -> random.Random:
    """What to draw from: None is Python's global ``random``, as with initialisers.

    >>> source(None) is random
    True
    """
    return cast("random.Random", generator(rng))
