"""Losses: how far outputs are from what they should be, as one Value to go backward from.

**One example or a batch.** For `mse`, `hinge` and `binary_cross_entropy` one example is one
number and its target; a list is a batch of examples, and in a list of lists each example has
several outputs, over which its loss is the mean. For `cross_entropy` one example is a list of
logits, one for each class; a list of lists is a batch.

**Reduction** of a batch: "mean" (the default) and "sum" give one Value, "none" a list with one
for each example.

Targets are plain numbers and are checked; a target that is a Value (a teacher's output, say) is
taken as it is, and gets a gradient if it is a variable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import dot, logsumexp, relu, softplus
from autograd.primitive import Recorder

from .examples import (
    OfNumbers,
    chance,
    check_lengths,
    class_chances,
    class_index,
    finite,
    items,
    reduction_of,
    shown,
    sign,
)
from .names import look_up

Loss = Callable[..., Any]


def mse(outputs: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """The squared error (output − target)².

    >>> from autograd import Value
    >>> mse(Value(3.0), 1.0).data
    4.0
    >>> mse([Value(3.0), Value(1.0)], [1.0, 1.0]).data
    2.0

    Raises
    ------
    ValueError
        for an empty batch, unequal lengths, or a target that is nan.
    """
    return _MSE(outputs, targets, reduction)


def hinge(scores: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """max(0, 1 − target · score): 0 once a score has its target's sign and a margin of 1.

    Targets are −1 and 1.

    >>> from autograd import Value
    >>> hinge(Value(0.25), 1).data, hinge(Value(0.25), -1).data
    (0.75, 1.25)
    """
    return _HINGE(scores, targets, reduction)


def binary_cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−ln of the probability that sigmoid(logit) gives to the target, from 0 to 1.

    Computed from the logit, so that no logit is too large:
    target · softplus(−logit) + (1 − target) · softplus(logit).
    Its slope is sigmoid(logit) − target.

    >>> from autograd import Value
    >>> z = Value(0.0)
    >>> loss = binary_cross_entropy(z, 1.0)
    >>> loss.backward()
    >>> round(loss.data, 6), z.grad
    (0.693147, -0.5)
    >>> binary_cross_entropy(Value(-1000.0), 1.0).data
    1000.0
    """
    return _BINARY(logits, targets, reduction)


def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−ln of the probability that softmax(logits) gives to the target class.

    A target is the index of the class, or a list with the probability of each. Computed as
    logsumexp(logits) − logits[target], which no logit can overflow. Its slopes are
    softmax(logits) − target: for each class, the probability given less the one wanted.

    >>> from autograd import Value
    >>> scores = [Value(2.0), Value(0.0), Value(0.0)]
    >>> loss = cross_entropy(scores, 0)
    >>> loss.backward()
    >>> round(loss.data, 4), [round(score.grad, 4) for score in scores]
    (0.2395, [-0.213, 0.1065, 0.1065])
    >>> round(cross_entropy([scores, scores], [0, 1]).data, 4)  # a batch of two
    1.2395
    """
    name = "cross_entropy"
    reduce = reduction_of(name, reduction)
    rows = items(logits)
    if rows is None:
        raise TypeError(
            f"{name} takes a list with a logit for each class, got {shown(logits)}; for two "
            "classes and one logit use binary_cross_entropy"
        )
    if not rows:
        raise ValueError(f"{name} got an empty list; give a logit for each class")
    if items(rows[0]) is None:
        return _cross_entropy(rows, targets, "")
    wanted = items(targets)
    if wanted is None:
        raise TypeError(
            f"{name} got a batch of {len(rows)} examples and one target, {shown(targets)}; "
            "give a list with a target for each example"
        )
    check_lengths(name, "example", rows, wanted)
    losses = []
    for i, (row, target) in enumerate(zip(rows, wanted, strict=True)):
        classes = items(row)
        if not classes:
            raise TypeError(
                f"{name} takes a list of logits for each example, got {shown(row)} as example {i}"
            )
        losses.append(_cross_entropy(classes, target, f" {i}"))
    return reduce(losses)


LOSSES: dict[str, Loss] = {
    "mse": mse,
    "hinge": hinge,
    "binary_cross_entropy": binary_cross_entropy,
    "cross_entropy": cross_entropy,
}


def loss(of: str | Loss) -> Loss:
    """The loss of that name; a function is taken as it is.

    >>> loss("mse") is mse
    True
    >>> loss("crossentropy")
    Traceback (most recent call last):
    ValueError: unknown loss 'crossentropy'; did you mean 'cross_entropy'? There are: mse, hinge, \
binary_cross_entropy, cross_entropy
    """
    return of if callable(of) else look_up(of, LOSSES, "loss", "a function (outputs, targets)")


# --- one example ---------------------------------------------------------------------------------


def _squared_error(output: Any, target: Any) -> Any:
    error = output - target
    return error * error


def _margin(score: Any, target: Any) -> Any:
    return relu(1.0 - target * score)


def _surprise(logit: Any, target: Any) -> Any:
    # Only terms above zero are added, so no digits are lost where logit and target agree; and a
    # term with the plain factor 0 or 1 is not made: most targets are one of these.
    if not isinstance(target, Recorder):
        if target == 1.0:
            return softplus(-logit)
        if target == 0.0:
            return softplus(logit)
    return target * softplus(-logit) + (1.0 - target) * softplus(logit)


def _cross_entropy(logits: list[Any], target: Any, position: str) -> Any:
    given = items(target)
    if given is None:
        k = class_index("cross_entropy", target, len(logits), position)
        return logsumexp(logits) - logits[k]
    chances = class_chances("cross_entropy", given, len(logits), position)
    # Impossible classes are left out: 0 times a logit of −inf would be nan.
    used = [i for i, p in enumerate(chances) if isinstance(p, Recorder) or p != 0.0]
    return logsumexp(logits) - dot([chances[i] for i in used], [logits[i] for i in used])


_MSE = OfNumbers("mse", _squared_error, finite)
_HINGE = OfNumbers("hinge", _margin, sign)
_BINARY = OfNumbers("binary_cross_entropy", _surprise, chance)
