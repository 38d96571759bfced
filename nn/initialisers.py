"""Initial weights. An initialiser is a function (nin, nout, rng) -> float, called for each weight.

``rng`` is a ``random.Random``, or the module ``random`` itself, whose global state is what
micrograd draws from.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.numbers import is_number, real

from .activations import RELU_LIKE, Activate, name_of
from .names import look_up
from .randomness import Rng

Initialise = Callable[[int, int, Any], float]


def uniform(nin: int, nout: int, rng: Rng) -> float:  # noqa: ARG001 - every initialiser takes all three
    """Between −1 and 1 for any size, as in micrograd; the same seed gives the same weights.

    >>> import random
    >>> random.seed(1337); weight = uniform(2, 1, random)
    >>> random.seed(1337); weight == random.uniform(-1, 1)
    True
    """
    return rng.uniform(-1, 1)


def xavier(nin: int, nout: int, rng: Rng) -> float:
    """Between ±√(6 / (nin + nout)): for tanh, sigmoid and linear units.

    Source: Glorot & Bengio, Understanding the difficulty of training deep feedforward neural
    networks, 2010, equation 16.

    >>> import random
    >>> abs(xavier(3, 3, random.Random(0))) < 1.0
    True
    """
    bound = math.sqrt(6.0 / (nin + nout))
    return rng.uniform(-bound, bound)


def he(nin: int, nout: int, rng: Rng) -> float:  # noqa: ARG001 - every initialiser takes all three
    """Normal, with standard deviation √(2 / nin): for relu and similar activations.

    Source: He et al., Delving deep into rectifiers, 2015, equation 10.

    >>> import random
    >>> draws = [he(2, 1, rng) for rng in [random.Random(0)] for _ in range(10_000)]
    >>> round(sum(x * x for x in draws) / len(draws), 1)
    1.0
    """
    return rng.gauss(0.0, math.sqrt(2.0 / nin))


def zeros(nin: int, nout: int, rng: Rng) -> float:  # noqa: ARG001 - every initialiser takes all three
    """Zero, to show what goes wrong: all neurons of a layer stay equal.

    >>> import random
    >>> zeros(2, 1, random)
    0.0
    """
    return 0.0


def normal(nin: int, nout: int, rng: Rng) -> float:  # noqa: ARG001 - every initialiser takes all three
    """Normal, with standard deviation 1 for any size: PyTorch's choice for embeddings.

    >>> import random
    >>> draws = [normal(27, 4, rng) for rng in [random.Random(0)] for _ in range(10_000)]
    >>> round(sum(x * x for x in draws) / len(draws), 1)
    1.0
    """
    return rng.gauss(0.0, 1.0)


INITIALISERS: dict[str, Initialise] = {
    "uniform": uniform,
    "xavier": xavier,
    "he": he,
    "zeros": zeros,
}


def initialiser(of: str | Initialise, activate: Activate | None = None) -> Initialise:
    """The function with this name; ``"auto"`` chooses one that suits the activation.

    Without an activation, as in an `Embedding`, there is no "auto", but "normal" instead.

    >>> from nn.activations import activation
    >>> initialiser("auto", activation("relu")) is he
    True
    >>> initialiser("auto", activation("tanh")) is xavier
    True
    """
    if callable(of):
        return of
    known = {"normal": normal}
    if activate is not None:
        known = {"auto": he if name_of(activate) in RELU_LIKE else xavier}
    return look_up(
        of, {**known, **INITIALISERS}, "initialiser", "a function (nin, nout, rng) -> float"
    )


def drawn(initialise: Initialise, nin: int, nout: int, rng: Rng) -> float:
    """One weight, checked: a user's initialiser may return anything."""
    weight = initialise(nin, nout, rng)
    if not is_number(weight):
        raise TypeError(
            f"the initialiser {name_of(initialise)} must return a number for each weight, "
            f"got {weight!r:.60}"
        )
    return real(weight)
