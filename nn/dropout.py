"""Numbers left out at random in training, so that no neuron can rely on a single other one."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from autograd.numbers import is_number, real
from autograd.primitive import Recorder

from .checks import refuse_rows
from .examples import items, shown
from .module import Module
from .randomness import RngLike, generator


class Dropout(Module):
    """In training each number is 0 with probability p, and else divided by 1 − p.

    So what is expected of each stays the number itself. In use (after ``model.eval()``) nothing
    happens, and no node is made. A number that is dropped is multiplied by 0.0: a picture shows
    the zero, and that no gradient goes through it.

    >>> import random
    >>> dropout = Dropout(0.5, rng=random.Random(3))
    >>> dropout([1.0, 2.0, 3.0, 4.0])
    [0.0, 4.0, 0.0, 8.0]
    >>> dropout.eval()([1.0, 2.0, 3.0, 4.0])
    [1.0, 2.0, 3.0, 4.0]

    Parameters
    ----------
    p:
        The probability to be dropped, from 0 to 1.
    rng:
        A seed, a ``random.Random`` or a NumPy ``Generator``; None is Python's global ``random``.

    Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting,
    2014; divided in training rather than multiplied in use, as everybody does by now.
    """

    whole: ClassVar[bool] = True
    rng: Any = random  # the class's own, so that a copy or a pickle need not hold the module

    p: float

    def __init__(self, p: float = 0.5, *, rng: RngLike = None) -> None:
        self.p = _chance(p)
        if rng is not None:
            self.rng = generator(rng)

    def forward(self, x: Any) -> Any:
        """The number x, or the list of numbers x, some of them dropped."""
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
        raise ValueError(f"Dropout(p) is a probability from 0 to 1, got {number:g}{percent}")
    return number
