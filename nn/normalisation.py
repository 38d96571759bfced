"""Numbers brought to a common scale, one example at a time: `LayerNorm` and `RMSNorm`.

Notation: n numbers x, their mean m, variance v (the mean squared distance from m) and mean square
s; gain g and shift h, which are trained.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from autograd import dot, mean, sqrt
from autograd.numbers import is_number, real
from autograd.primitive import Recorder

from .checks import gathered
from .checks import size as whole_size
from .module import Module
from .parameter import Parameter


class _Norm(Module):
    """What the two have in common; it is all that `RMSNorm` does."""

    whole: ClassVar[bool] = True

    nin: int
    eps: float
    gain: list[Parameter] | None

    def __init__(
        self,
        size: int,
        eps: float = 1e-5,
        affine: bool = True,  # noqa: FBT001, FBT002 - PyTorch's order
    ) -> None:
        kind = type(self).__name__
        self.nin = whole_size(size, f"{kind}(size): size")
        self.eps = _epsilon(eps, kind)
        self.gain = _parameters("gain", 1.0, self.nin) if affine else None

    def forward(self, x: Any) -> Any:
        """One example, a list of ``size`` numbers, on the common scale; or one bare number."""
        alone = isinstance(x, Recorder) or is_number(x)
        outputs = self._scaled(gathered(x, self))
        return outputs[0] if alone else outputs

    def _scaled(self, xs: list[Any]) -> list[Any]:
        """Divided by the root of their mean square, and times the gain."""
        root = sqrt(dot(xs, xs) / self.nin + self.eps)
        scaled = [x / root for x in xs]
        if self.gain is None:
            return scaled
        return [g * x for g, x in zip(self.gain, scaled, strict=True)]

    @property
    def affine(self) -> bool:
        """Whether there is something to train."""
        return self.gain is not None

    @property
    def size(self) -> int:
        """How many numbers it takes and gives."""
        return self.nin

    @property
    def shape(self) -> str:
        """Inputs and outputs: ``"8 -> 8"``."""
        return f"{self.nin} -> {self.nin}"

    @property
    def title(self) -> str:
        """Kind and size, as errors say them."""
        return f"{type(self).__name__}({self.nin})"

    def rebuilt(self, nin: int) -> str:
        """The line that builds one for ``nin`` inputs."""
        return f"{type(self).__name__}({nin})"

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
        False: there is no ``gain`` and no ``shift``.

    Source: Ba, Kiros & Hinton, Layer normalization, 2016. PyTorch calls the gain ``weight`` and
    the shift ``bias``.
    """

    shift: list[Parameter] | None

    def __init__(
        self,
        size: int,
        eps: float = 1e-5,
        affine: bool = True,  # noqa: FBT001, FBT002 - PyTorch's order
    ) -> None:
        super().__init__(size, eps, affine)
        self.shift = _parameters("shift", 0.0, self.nin) if affine else None

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

    The parameters are those of `LayerNorm`; there is no ``shift``. PyTorch's ε is the distance
    from 1 to the next number, unless given: ``RMSNorm(size, eps=2.0**-52)``.

    Source: Zhang & Sennrich, Root mean square layer normalization, 2019.
    """


def _parameters(name: str, number: float, count: int) -> list[Parameter]:
    return [Parameter(number, label=f"{name}.{i}") for i in range(count)]


def _epsilon(eps: Any, kind: str) -> float:
    number = real(eps, f"{kind}(eps)")
    if not 0.0 < number < math.inf:
        raise ValueError(f"{kind}(eps) is a small number above 0, got {number:g}; write 1e-5")
    return number
