"""A list of numbers for each of a finite number of things: characters, words, categories."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from autograd.numbers import is_number, real
from autograd.primitive import Recorder

from .checks import size as whole_size
from .examples import items, shown
from .initialisers import INITIALISERS, Initialise, drawn
from .module import Module
from .names import look_up
from .parameter import Parameter
from .randomness import Rng, RngLike, generator


def normal(nin: int, nout: int, rng: Rng) -> float:  # noqa: ARG001 - every initialiser takes all three
    """Normal, with standard deviation 1, whatever the size: PyTorch's for embeddings.

    >>> import random
    >>> draws = [normal(27, 4, rng) for rng in [random.Random(0)] for _ in range(10_000)]
    >>> round(sum(x * x for x in draws) / len(draws), 1)
    1.0
    """
    return rng.gauss(0.0, 1.0)


class Embedding(Module):
    """A table with a row of ``size`` parameters for each index from 0 to ``count`` − 1.

    An index gives its row, a list of indices a list of rows. Only the rows that were looked up
    get a gradient.

    >>> import random
    >>> letters = Embedding(26, 3, rng=random.Random(0))
    >>> [round(x.data, 4) for x in letters(2)]
    [0.1792, -0.8311, -1.309]
    >>> len(letters([2, 0, 2]))
    3
    >>> letters(26)
    Traceback (most recent call last):
    ValueError: Embedding(26, 3) got the index 26; its rows count from 0 to 25

    Parameters
    ----------
    count:
        How many rows.
    size:
        How many numbers in each.
    init:
        "normal" (standard deviation 1), one of the names that `Neuron` takes except "auto", or a
        function (nin, nout, rng) -> float, asked with ``count`` and ``size`` for each number.
    rng:
        A seed, a ``random.Random`` or a NumPy ``Generator``; None is Python's global ``random``.
    """

    whole: ClassVar[bool] = True

    weight: list[list[Parameter]]

    def __init__(
        self, count: int, size: int, *, init: str | Initialise = "normal", rng: RngLike = None
    ) -> None:
        count = whole_size(count, "Embedding(count, size): count")
        size = whole_size(size, "Embedding(count, size): size")
        initialise, draw_from = _initialiser(init), generator(rng)
        self.weight = [
            [
                Parameter(drawn(initialise, count, size, draw_from), label=f"weight.{i}.{j}")
                for j in range(size)
            ]
            for i in range(count)
        ]

    def forward(self, x: Any) -> list[Any]:
        """The row of the index x, or the rows of the indices in the list x, to any depth."""
        indices = items(x)
        if indices is None:
            return list(self.weight[self._index(x)])
        return [self.forward(index) for index in indices]

    def _index(self, x: Any) -> int:
        """One index, checked; 2.0 is one too, as files of numbers have it."""
        if not is_number(x):
            value = "; write x.data for its number" if isinstance(x, Recorder) else ""
            raise TypeError(f"{self.title} takes an index or a list of them, got {shown(x)}{value}")
        number = real(x, self.title)
        if not math.isfinite(number) or number != math.floor(number):
            raise ValueError(f"{self.title} got {number:g}; an index is a whole number")
        if not 0 <= number < self.count:
            raise ValueError(
                f"{self.title} got the index {number:.0f}; its rows count from 0 to "
                f"{self.count - 1}"
            )
        return int(number)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.weight)

    @property
    def size(self) -> int:
        """How many numbers a row has."""
        return len(self.weight[0])

    @property
    def shape(self) -> str:
        """Rows and their size: ``"27 -> 8"``."""
        return f"{self.count} -> {self.size}"

    @property
    def title(self) -> str:
        """Kind and size, as errors say them."""
        return f"{type(self).__name__}({self.count}, {self.size})"

    def __repr__(self) -> str:
        return self.title


def _initialiser(of: str | Initialise) -> Initialise:
    if callable(of):
        return of
    return look_up(
        of,
        {"normal": normal, **INITIALISERS},
        "initialiser",
        "a function (nin, nout, rng) -> float",
    )
