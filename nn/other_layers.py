"""Layers without neurons: `Dropout`, `LayerNorm`, `RMSNorm` and `Embedding`.

Notation for the norms: n numbers x, their mean m, variance v (the mean squared distance from m) and
mean square s; gain g and shift h, which are trained.
"""

from __future__ import annotations

import math
import random
from typing import Any, ClassVar

from autograd import dot, mean, sqrt
from autograd.numbers import is_number, real
from autograd.primitive import Recorder

from .checks import gathered, positive, refuse_rows
from .checks import size as whole_size
from .examples import items, shown
from .initialisers import Initialise, drawn, initialiser
from .layers import Unit
from .module import Module
from .parameter import Parameter
from .randomness import RngLike, generator


class Dropout(Module):
    """In training each number becomes 0 with probability p, and otherwise is divided by 1 − p.

    So the expected value of each stays the number itself. In use (after ``model.eval()``) nothing
    happens, and no node is made. A dropped number is multiplied by 0.0: a picture shows the zero,
    and that no gradient goes through it.

    >>> import random
    >>> dropout = Dropout(0.5, rng=random.Random(3))
    >>> dropout([1.0, 2.0, 3.0, 4.0])
    [0.0, 4.0, 0.0, 8.0]
    >>> dropout.eval()([1.0, 2.0, 3.0, 4.0])
    [1.0, 2.0, 3.0, 4.0]

    Parameters
    ----------
    p:
        The probability of being dropped, from 0 to 1.
    rng:
        A seed, a ``random.Random`` or a NumPy ``Generator``; None is Python's global ``random``.

    Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting,
    2014; divided in training rather than multiplied in use, as is now usual.
    """

    whole: ClassVar[bool] = True
    rng: Any = random  # an attribute of the class, so a copy or a pickle need not hold the module

    p: float

    def __init__(self, p: float = 0.5, *, rng: RngLike = None) -> None:
        self.p = _chance(p)
        if rng is not None:
            self.rng = generator(rng)

    def forward(self, x: Any) -> Any:
        """The number x, or the list of numbers x, with some numbers dropped."""
        if not self.training or self.p == 0.0:
            return x
        if isinstance(x, Recorder) or is_number(x):
            return x * self._factor()
        numbers = items(x)
        if numbers is None:
            raise TypeError(f"Dropout takes a number or a list of numbers, got {shown(x)}")
        refuse_rows(x, "Dropout", "a number or a list of numbers")
        return [number * self._factor() for number in numbers]

    def _factor(self) -> float:
        return 0.0 if self.rng.uniform(0.0, 1.0) < self.p else 1.0 / (1.0 - self.p)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.p:g})"


def _chance(p: Any) -> float:
    """The probability, checked."""
    number = real(p, "Dropout(p)")
    if not 0.0 <= number <= 1.0:
        percent = f"; write {number / 100:g} for {number:g} %" if 1.0 < number <= 100.0 else ""
        raise ValueError(f"Dropout(p): p is a probability from 0 to 1, got {number:g}{percent}")
    return number


# --- on a common scale ----------------------------------------------------------------------------


class _Norm(Unit):
    """What both norms have in common."""

    whole: ClassVar[bool] = True
    known_by = ("nin",)
    shifts: ClassVar[bool] = False

    nin: int
    eps: float
    gain: list[Parameter] | None
    shift: list[Parameter] | None

    def __init__(
        self,
        size: int,
        eps: float = 1e-5,
        affine: bool = True,  # noqa: FBT001, FBT002 - PyTorch's order
    ) -> None:
        kind = type(self).__name__
        self.nin = whole_size(size, f"{kind}(size): size")
        self.eps = positive(eps, f"{kind}(eps)")
        self.gain = _parameters("gain", 1.0, self.nin) if affine else None
        if self.shifts:
            self.shift = _parameters("shift", 0.0, self.nin) if affine else None

    def forward(self, x: Any) -> Any:
        """One example, a list of ``size`` numbers (or one bare number), on the common scale."""
        alone = isinstance(x, Recorder) or is_number(x)
        outputs = self._scaled(gathered(x, self))
        return outputs[0] if alone else outputs

    def _scaled(self, xs: list[Any]) -> list[Any]:
        """The numbers, divided by the root of their mean square, times the gain."""
        root = sqrt(dot(xs, xs) / self.nin + self.eps)
        scaled = [x / root for x in xs]
        if self.gain is None:
            return scaled
        return [g * x for g, x in zip(self.gain, scaled, strict=True)]

    @property
    def affine(self) -> bool:
        """Whether it has parameters to train."""
        return self.gain is not None

    @property
    def size(self) -> int:
        """How many numbers it takes and returns."""
        return self.nin

    nout = size

    def __repr__(self) -> str:
        eps = "" if self.eps == 1e-5 else f", eps={self.eps}"
        affine = "" if self.affine else ", affine=False"
        return f"{type(self).__name__}({self.nin}{eps}{affine})"


class LayerNorm(_Norm):
    """gᵢ · (xᵢ − m) / √(v + ε) + hᵢ: every example gets mean 0 and variance 1, then g and h.

    >>> [round(y.data, 4) for y in LayerNorm(3)([1.0, 2.0, 3.0])]
    [-1.2247, 0.0, 1.2247]

    Parameters
    ----------
    size:
        How many numbers an example has.
    eps:
        ε, added to the variance, so that equal numbers give 0.
    affine:
        False: without ``gain`` and ``shift``.

    Source: Ba, Kiros & Hinton, Layer normalization, 2016. PyTorch calls the gain ``weight`` and
    the shift ``bias``.
    """

    shifts = True

    def _scaled(self, xs: list[Any]) -> list[Any]:
        centre = mean(xs)  # the mean square of the distances from it is the variance
        scaled = super()._scaled([x - centre for x in xs])
        if self.shift is None:
            return scaled
        return [x + h for x, h in zip(scaled, self.shift, strict=True)]


class RMSNorm(_Norm):
    """gᵢ · xᵢ / √(s + ε): every example gets mean square 1, then g; nothing is subtracted.

    >>> [round(y.data, 4) for y in RMSNorm(2)([3.0, 4.0])]
    [0.8485, 1.1314]

    The arguments are the same as for `LayerNorm`, but there is no ``shift``. PyTorch's default for
    ε is the distance from 1 to the next number: ``RMSNorm(size, eps=2.0**-52)``.

    Source: Zhang & Sennrich, Root mean square layer normalization, 2019.
    """


def _parameters(name: str, number: float, count: int) -> list[Parameter]:
    return [Parameter(number, label=f"{name}.{i}") for i in range(count)]


# --- numbers for indices --------------------------------------------------------------------------


class Embedding(Unit):
    """A table with a row of ``size`` parameters for each index from 0 to ``count`` − 1.

    An index gives its row, and a list of indices a list of rows. Only rows that were looked up get
    a gradient.

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
        "normal" (standard deviation 1), any name that `Neuron` takes except "auto", or a function
        (nin, nout, rng) -> float, called with ``count`` and ``size`` for each number.
    rng:
        A seed, a ``random.Random`` or a NumPy ``Generator``; None is Python's global ``random``.
    """

    whole: ClassVar[bool] = True
    known_by = ("count", "size")

    weight: list[list[Parameter]]

    def __init__(
        self, count: int, size: int, *, init: str | Initialise = "normal", rng: RngLike = None
    ) -> None:
        count = whole_size(count, "Embedding(count, size): count")
        size = whole_size(size, "Embedding(count, size): size")
        initialise, draw_from = initialiser(init), generator(rng)
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
        """One index, checked; 2.0 is allowed, as files often have floats."""
        if not is_number(x):
            value = "; write x.data for its number" if isinstance(x, Recorder) else ""
            raise TypeError(f"{self.title} takes an index or a list of them, got {shown(x)}{value}")
        number = real(x, self.title)
        if not math.isfinite(number) or number != math.floor(number):
            raise ValueError(f"{self.title} got {number:g}; an index must be a whole number")
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

    nin, nout = count, size
