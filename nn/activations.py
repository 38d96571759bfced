"""Activations by name: the rows of the operation table that are marked as such, and ``linear``.

One that `autograd.operation` adds with ``is_activation=True`` can be named here at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Op, elu, leaky_relu, ops

from .names import look_up

Activate = Callable[[Any], Any]
ActivationLike = str | Activate | None  # as users say it; None is "linear"

# Named after the rectifier: zero or little on the left, x on the right. They want He's scale.
RELU_LIKE = frozenset({"relu", "leaky_relu", "elu", "gelu", "silu", "softplus"})

# These rows have a second operand, for which the functions have a default.
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
    """The function for a name; a function is taken as it is, None is ``linear``.

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
    if str(of) in {"softmax", "log_softmax"}:
        raise ValueError(
            f"{of} looks at all outputs of a layer, and an activation at one; make it a part of "
            f'its own: Sequential(Layer(2, 3, nonlin=False), "{of}")'
        )
    return look_up(of, activations(), "activation", "a function of one Value")


def name_of(activate: Callable[..., Any]) -> str:
    """The name of an activation, for tables and pictures.

    >>> name_of(activation("tanh")), name_of(lambda x: x * x)
    ('tanh', '<lambda>')
    """
    if isinstance(activate, Op):
        return activate.name
    return getattr(activate, "__name__", type(activate).__name__)
