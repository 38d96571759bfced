"""Activations: as functions with names, and as parts of a model.

The names are those of the rows in the operation table that are marked as activations, and
``linear``. A row that `autograd.operation` adds with ``is_activation=True`` can be used by name at
once. The classes have PyTorch's names: ``ReLU()`` computes the same as ``Activation("relu")``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from autograd import Op, elu, leaky_relu, log_softmax, ops, softmax
from autograd.numbers import is_number
from autograd.primitive import Recorder

from .checks import finite, refuse_rows
from .module import Module
from .names import look_up

Activate = Callable[[Any], Any]
ActivationLike = str | Activate | None  # what users may give; None is "linear"

# Like the rectifier: zero or little on the left, x on the right. They need He's scale.
RELU_LIKE = frozenset({"relu", "leaky_relu", "elu", "gelu", "silu", "softplus"})

# These rows have a second operand, which has a default value in the functions.
_WITH_DEFAULTS: dict[str, Activate] = {"elu": elu, "leaky_relu": leaky_relu}


def linear(x: Any) -> Any:
    """x itself: no activation.

    >>> linear(2.0)
    2.0
    """
    return x


def activations() -> dict[str, Activate]:
    """Every activation that has a name.

    >>> list(activations())[:3]
    ['linear', 'tanh', 'relu']
    """
    named: dict[str, Activate] = {"linear": linear}
    for name, op in ops.ALL.items():
        if name in _WITH_DEFAULTS:
            named[name] = _WITH_DEFAULTS[name]
        elif op.is_activation and op.arity == 1:
            named[name] = op
    return named


def activation(of: ActivationLike) -> Activate:
    """The function with this name; a function is returned as it is, None is ``linear``.

    >>> from autograd import Value
    >>> activation("relu")(Value(-2.0)).data
    0.0
    >>> activation("rleu")
    Traceback (most recent call last):
    ValueError: unknown activation 'rleu'; did you mean 'relu'? There are: linear, tanh, relu, \
leaky_relu, elu, sigmoid, softplus, silu, gelu
    """
    if of is None:
        return linear
    if callable(of):
        return of
    if str(of) in OF_LISTS:
        raise ValueError(
            f"{of} needs all outputs of a layer, but an activation gets one; make it a separate "
            f'part: Sequential(Layer(2, 3, nonlin=False), "{of}")'
        )
    return look_up(of, activations(), "activation", "a function of one Value")


def name_of(activate: Callable[..., Any]) -> str:
    """The name of an activation, for tables and pictures.

    >>> name_of(activation("tanh")), name_of(lambda x: x * x)
    ('tanh', '<lambda>')
    """
    while isinstance(activate, partial):
        activate = activate.func
    if isinstance(activate, Op):
        return activate.name
    return getattr(activate, "__name__", type(activate).__name__)


# --- as parts of a model --------------------------------------------------------------------------


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


# --- for each number ------------------------------------------------------------------------------


class _Named(Activation):
    """An activation that is named by its class."""

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
    """x times the probability that a standard normal number is below x; exact, by erf.

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


class _Chosen(Activation):
    """An activation with a setting: the row's second operand."""

    activate: partial[Any]  # which can be pickled, unlike a lambda

    def __repr__(self) -> str:
        (number,) = self.activate.keywords.values()
        return f"{type(self).__name__}({number})"


class LeakyReLU(_Chosen):
    """x where x > 0, else negative_slope · x: a unit with x < 0 still learns.

    >>> LeakyReLU(0.1)([-1.0, 2.0])
    [-0.1, 2.0]
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        slope = finite(negative_slope, "LeakyReLU(negative_slope)")
        self.activate = partial(leaky_relu, slope=slope)

    @property
    def negative_slope(self) -> float:
        """The slope left of 0."""
        return float(self.activate.keywords["slope"])


class ELU(_Chosen):
    """x where x > 0, else alpha · (eˣ − 1).

    >>> [round(y, 4) for y in ELU()([-1.0, 2.0])]
    [-0.6321, 2.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.activate = partial(elu, alpha=finite(alpha, "ELU(alpha)"))

    @property
    def alpha(self) -> float:
        """How far below 0 the output can go."""
        return float(self.activate.keywords["alpha"])


# --- for a whole list -----------------------------------------------------------------------------


class _OfList(Module):
    """An activation of a whole list of numbers."""

    whole: ClassVar[bool] = True
    activation: ClassVar[str]
    function: ClassVar[Any]

    def forward(self, x: Any) -> list[Any]:
        """One number for each number in the list x."""
        try:
            found: list[Any] = type(self).function(x)
        except TypeError:
            refuse_rows(x, type(self).__name__, "a list of numbers")
            raise
        return found


class Softmax(_OfList):
    """Probabilities from logits: `autograd.softmax` as a part of a model.

    For training leave it out: `cross_entropy` takes the logits, and stays exact where
    probabilities would round to 0.

    >>> Softmax()([0.0, 0.0])
    [0.5, 0.5]
    """

    activation = "softmax"
    function = staticmethod(softmax)


class LogSoftmax(_OfList):
    """Logarithms of probabilities from logits: `autograd.log_softmax` as a part of a model.

    >>> [round(y, 4) for y in LogSoftmax()([0.0, 0.0])]
    [-0.6931, -0.6931]
    """

    activation = "log_softmax"
    function = staticmethod(log_softmax)


OF_LISTS: dict[str, type[Module]] = {"softmax": Softmax, "log_softmax": LogSoftmax}
