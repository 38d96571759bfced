"""Activations as parts of a model: of each number for itself, and of a whole list (softmax).

The classes with PyTorch's names are what `Activation` makes of a name: ``ReLU()`` computes what
``Activation("relu")`` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from autograd import elu, leaky_relu, log_softmax, softmax
from autograd.numbers import is_number, real
from autograd.primitive import Recorder

from .activations import Activate, ActivationLike, activation, name_of
from .checks import refuse_rows
from .module import Module


class Activation(Module):
    """An activation as a part of a model, applied to one number or to each of a list.

    >>> from autograd import Value
    >>> [y.data for y in Activation("relu")([Value(-1.0), Value(2.0)])]
    [0.0, 2.0]
    """

    whole: ClassVar[bool] = True

    activate: Activate

    def __init__(self, activation_: ActivationLike) -> None:
        self.activate = activation(activation_)

    def forward(self, x: Any) -> Any:
        """The activation of x, or of each number in the list x."""
        if isinstance(x, Recorder) or is_number(x):
            return self.activate(x)
        try:
            return [self.activate(number) for number in x]
        except TypeError:
            refuse_rows(x, type(self).__name__, "a number or a list of numbers")
            raise

    @property
    def activation(self) -> str:
        """The activation's name."""
        return name_of(self.activate)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.activation})"


# --- of each number -------------------------------------------------------------------------------


class _Named(Activation):
    """An activation that its class names."""

    row: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.row)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ReLU(_Named):
    """x where x > 0, else 0.

    >>> ReLU()([-1.0, 2.0])
    [0.0, 2.0]
    """

    row = "relu"


class GELU(_Named):
    """x times the probability that a normal number is below x; the exact one, by erf.

    >>> [round(y, 4) for y in GELU()([-1.0, 2.0])]
    [-0.1587, 1.9545]
    """

    row = "gelu"


class SiLU(_Named):
    """x · sigmoid(x), also called swish.

    >>> [round(y, 4) for y in SiLU()([-1.0, 2.0])]
    [-0.2689, 1.7616]
    """

    row = "silu"


class Sigmoid(_Named):
    """1 / (1 + e⁻ˣ): from 0 to 1.

    >>> Sigmoid()(0.0)
    0.5
    """

    row = "sigmoid"


class Softplus(_Named):
    """ln(1 + eˣ): relu without its corner.

    >>> round(Softplus()(0.0), 4)
    0.6931
    """

    row = "softplus"


class Tanh(_Named):
    """The hyperbolic tangent: from −1 to 1.

    >>> Tanh()([0.0, 1000.0])
    [0.0, 1.0]
    """

    row = "tanh"


@dataclass(frozen=True, slots=True)
class _Bent:
    """A row with two operands and the second one chosen; unlike a lambda it can be pickled."""

    row: Callable[[Any, Any], Any]
    by: float

    @property
    def __name__(self) -> str:
        """The row's name, as tables and pictures show it."""
        return name_of(self.row)

    def __call__(self, x: Any) -> Any:
        """The row, applied."""
        return self.row(x, self.by)


class LeakyReLU(Activation):
    """x where x > 0, else negative_slope · x: a unit that is off still learns.

    >>> LeakyReLU(0.1)([-1.0, 2.0])
    [-0.1, 2.0]
    """

    activate: _Bent

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.activate = _Bent(leaky_relu, _finite(negative_slope, "LeakyReLU(negative_slope)"))

    @property
    def negative_slope(self) -> float:
        """The slope left of 0."""
        return self.activate.by

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.negative_slope})"


class ELU(Activation):
    """x where x > 0, else alpha · (eˣ − 1).

    >>> [round(y, 4) for y in ELU()([-1.0, 2.0])]
    [-0.6321, 2.0]
    """

    activate: _Bent

    def __init__(self, alpha: float = 1.0) -> None:
        self.activate = _Bent(elu, _finite(alpha, "ELU(alpha)"))

    @property
    def alpha(self) -> float:
        """How far below 0 it goes."""
        return self.activate.by

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.alpha})"


def _finite(x: Any, what: str) -> float:
    number = real(x, what)
    if not math.isfinite(number):
        raise ValueError(f"{what} is a finite number, got {number}")
    return number


# --- of a whole list ------------------------------------------------------------------------------


def _of_one(function: Callable[[Any], list[Any]], x: Any, part: Module) -> list[Any]:
    try:
        return function(x)
    except TypeError:
        refuse_rows(x, type(part).__name__, "a list of numbers")
        raise


class Softmax(Module):
    """Probabilities from logits: `autograd.softmax` as a part of a model.

    For training leave it out: `cross_entropy` takes the logits, and is exact where
    probabilities round to 0.

    >>> Softmax()([0.0, 0.0])
    [0.5, 0.5]
    """

    whole: ClassVar[bool] = True
    activation: ClassVar[str] = "softmax"

    def forward(self, x: Any) -> list[Any]:
        """The probability of each of the list x."""
        return _of_one(softmax, x, self)


class LogSoftmax(Module):
    """Logarithms of probabilities from logits: `autograd.log_softmax` as a part of a model.

    >>> [round(y, 4) for y in LogSoftmax()([0.0, 0.0])]
    [-0.6931, -0.6931]
    """

    whole: ClassVar[bool] = True
    activation: ClassVar[str] = "log_softmax"

    def forward(self, x: Any) -> list[Any]:
        """The logarithm of the probability of each of the list x."""
        return _of_one(log_softmax, x, self)


OF_LISTS: dict[str, type[Module]] = {"softmax": Softmax, "log_softmax": LogSoftmax}
