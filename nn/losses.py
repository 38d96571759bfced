"""Losses: how far outputs are from their targets, as one Value to call ``backward`` on.

**One example or a batch.** For `mse`, `mae`, `huber`, `hinge` and `binary_cross_entropy` one
example is one number and its target; a list is a batch of examples. In a list of lists each example
has several outputs, and its loss is the mean over them. For `cross_entropy` and `kl_divergence` one
example is a list of logits, one for each class; a list of lists is a batch.

A list of one number counts as that number: targets may be a column of shape (n, 1).

**Reduction** of a batch: "mean" (the default) and "sum" give one Value, "none" gives a list with
one for each example. As in PyTorch, the sum is over every output of every example.

Targets are plain numbers and are checked; a target that is a Value (a teacher's output, say) is
taken as it is, and gets a gradient if it is a variable.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd import Value, clip, dot, greater, log, log_softmax, relu, softplus, where
from autograd.functions import labelled, surprise
from autograd.modes import here
from autograd.numbers import is_number
from autograd.primitive import Recorder

from . import examples
from .checks import positive
from .examples import Place, items, shown, single
from .names import helped, look_up

Loss = Callable[..., Any]


@helped()
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


@helped()
def mae(outputs: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """The absolute error |output − target|: an outlier pulls no harder than any other example.

    Its slope is ±1, and 0 where output and target are equal.

    >>> from autograd import Value
    >>> mae(Value(3.0), 1.0).data, mae([Value(3.0), Value(0.0)], [1.0, 1.0]).data
    (2.0, 1.5)
    """
    return _MAE(outputs, targets, reduction)


@helped()
def huber(outputs: Any, targets: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """½ · error² for errors up to ``delta``; from there on a line, delta · (|error| − ½ delta).

    Its slope is the error, clipped to ±delta: near the target it equals the slope of ½ · `mse`, far
    from it that of delta · `mae`.

    >>> from autograd import Value
    >>> [huber(Value(error), 0.0).data for error in (0.5, 1.0, 3.0)]
    [0.125, 0.5, 2.5]
    >>> huber(Value(3.0), 0.0, delta=2.0).data
    4.0

    Source: Huber, Robust estimation of a location parameter, 1964.
    """
    one = partial(_huber, delta=positive(delta, "huber: delta"))
    return examples.OfNumbers("huber", one)(outputs, targets, reduction)


@helped()
def hinge(scores: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """max(0, 1 − target · score): 0 once a score has its target's sign and is at least 1 in size.

    Targets are −1 and 1.

    >>> from autograd import Value
    >>> hinge(Value(0.25), 1).data, hinge(Value(0.25), -1).data
    (0.75, 1.25)
    """
    return _HINGE(scores, targets, reduction)


@helped()
def binary_cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−ln of the probability that sigmoid(logit) gives to the target, from 0 to 1.

    **It takes logits**, which may be any numbers, and applies sigmoid itself: it is what PyTorch
    calls ``binary_cross_entropy_with_logits``, not PyTorch's function of this name, which takes
    probabilities. So the model must not end in sigmoid; the logit of a probability p is
    ``log(p / (1 - p))``.

    It is computed from the logit, so that no logit is too large:
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


@helped()
def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−ln of the probability that softmax(logits) gives to the target class.

    A target is the index of the class, or a list with the probability of each. It is computed from
    differences of logits, so that no logit is too large. Its slopes are softmax(logits) − target:
    for each class, the predicted probability minus the target's.

    >>> from autograd import Value
    >>> scores = [Value(2.0), Value(0.0), Value(0.0)]
    >>> loss = cross_entropy(scores, 0)
    >>> loss.backward()
    >>> round(loss.data, 4), [round(score.grad, 4) for score in scores]
    (0.2395, [-0.213, 0.1065, 0.1065])
    >>> round(cross_entropy([scores, scores], [0, 1]).data, 4)  # a batch of two
    1.2395
    """
    return _CROSS_ENTROPY(logits, targets, reduction)


@helped()
def kl_divergence(logits: Any, targets: Any, *, reduction: str = "batchmean") -> Any:
    """The divergence of q = softmax(logits) from the target p: Σ pᵢ · (ln pᵢ − ln qᵢ).

    A target is a list with the probability pᵢ of each class. The loss is `cross_entropy` minus the
    entropy of the target, which does not depend on the logits: it is 0 if p and q agree. Its slopes
    are the same, q − p.

    "batchmean" is PyTorch's name for the mean over the examples of a batch; here "mean" is the
    same. What PyTorch calls "mean" is also divided by the number of classes.

    >>> from autograd import Value
    >>> scores = [Value(0.0), Value(0.0)]
    >>> loss = kl_divergence(scores, [0.75, 0.25])
    >>> loss.backward()
    >>> round(loss.data, 4), [score.grad for score in scores]
    (0.1308, [-0.25, 0.25])
    >>> kl_divergence(scores, [0.5, 0.5]).data
    0.0

    Source: Kullback & Leibler, On information and sufficiency, 1951.
    """
    return _KL_DIVERGENCE(logits, targets, reduction)


LOSSES: dict[str, Loss] = {
    one.__name__: one
    for one in (mse, mae, huber, hinge, binary_cross_entropy, cross_entropy, kl_divergence)
}


def loss(of: str | Loss) -> Loss:
    """The loss with that name; a function is returned as it is.

    >>> loss("mse") is mse
    True
    >>> loss("crossentropy")
    Traceback (most recent call last):
    ValueError: unknown loss 'crossentropy'; did you mean 'cross_entropy'? There are: mse, mae, \
huber, hinge, binary_cross_entropy, cross_entropy, kl_divergence
    """
    return of if callable(of) else look_up(of, LOSSES, "loss", "a function (outputs, targets)")


def cost(loss: Loss, outputs: list[Any], targets: list[Any], **options: Any) -> Any:
    """The loss of a batch. A user's function gets outputs in the same shape as targets."""
    if loss in LOSSES.values():
        return loss(outputs, targets, **options)
    given = examples.matched(outputs, targets)
    try:
        return loss(given, targets, **options)
    except (TypeError, IndexError) as error:
        if given and items(given[0]) is None and items(outputs[0]) is not None:
            error.add_note(
                "if each target is one number, the loss also gets one number for each output, "
                "not a list of one: write output, not output[0]"
            )
        if isinstance(error, TypeError) and "list" in str(error) and _of_function(error):
            raise TypeError(
                "a loss gets lists, the outputs and the targets of a batch; write loss=lambda "
                "outputs, targets: autograd.mean([(o - t)**2 for o, t in zip(outputs, targets)])"
            ) from error
        raise


def _of_function(error: BaseException) -> bool:
    """Whether the error arose in the function that was called here, not in what that called."""
    inside = error.__traceback__ and error.__traceback__.tb_next
    return inside is not None and inside.tb_next is None


# --- one example ---------------------------------------------------------------------------------


def _as_node(target: Any, output: Any, place: Place) -> Any:
    """A plain target as a constant y1, y2, …, if a model's output is compared with it."""
    if target.__class__ is not float or not isinstance(output, Value):
        return target
    at = here()
    return target if at is not None and not at.recording else labelled(target, "y", place or (0,))


def _squared_error(output: Any, target: Any, place: Place) -> Any:
    error = output - _as_node(target, output, place)
    return error * error


def _absolute_error(output: Any, target: Any, place: Place) -> Any:
    return abs(output - _as_node(target, output, place))


def _huber(output: Any, target: Any, place: Place, *, delta: float) -> Any:
    # With the error clipped to ±delta, one formula gives the parabola inside and the line outside,
    # with the same slope from both sides.
    error = output - _as_node(target, output, place)
    inside = clip(error, -delta, delta)
    return inside * (error - inside / 2.0)


def _margin(score: Any, target: Any, place: Place) -> Any:
    return relu(1.0 - _as_node(target, score, place) * score)


def _surprise(logit: Any, target: Any, place: Place) -> Any:
    # Only terms above zero are added, so no digits are lost where logit and target agree. A term
    # with the plain factor 0 or 1 needs no product: most targets are one of these.
    if not isinstance(target, Recorder):
        if target == 1.0:
            return softplus(-logit)
        if target == 0.0:
            return softplus(logit)
    target = _as_node(target, logit, place)
    return target * softplus(-logit) + (1.0 - target) * softplus(logit)


def _cross_entropy(logits: list[Any], target: Any, place: Place) -> Any:
    given = items(target)
    if given is None or (place and len(given) == 1 < len(logits)):  # in a batch: a column
        index = examples.class_index("cross_entropy", single(target), len(logits), place)
        return surprise(logits, index)
    chances = examples.class_chances("cross_entropy", given, len(logits), place)
    used, logs = _possible(chances), log_softmax(logits)
    ps = [_as_node(chances[i], logs[i], Place((*place, i))) for i in used]
    return -dot(ps, [logs[i] for i in used])


def _kl_divergence(logits: list[Any], target: Any, place: Place) -> Any:
    given = items(target)
    if given is None:
        raise TypeError(
            f"kl_divergence takes a list of probabilities, got {shown(target)} as "
            f"target{place}; for the index of a class use cross_entropy"
        )
    chances = examples.class_chances("kl_divergence", given, len(logits), place)
    used = _possible(chances)
    logs = log_softmax(logits)
    ps = [_as_node(chances[i], logs[i], Place((*place, i))) for i in used]
    # Differences, not two sums: where p and q nearly agree, each is as small as the result.
    return dot(ps, [_log(p) - logs[i] for p, i in zip(ps, used, strict=True)])


def _possible(chances: list[Any]) -> list[int]:
    """The classes with a probability above 0: 0 times a logit of −inf would be nan."""
    return [i for i, p in enumerate(chances) if isinstance(p, Recorder) or p != 0.0]


def _log(p: Any) -> Any:
    """ln p, to be multiplied by p: 0 · ln 0 counts as 0."""
    if is_number(p):
        return log(p)
    return where(greater(abs(p), 0.0), lambda: log(p), 0.0)


_MSE = examples.OfNumbers("mse", _squared_error)
_MAE = examples.OfNumbers("mae", _absolute_error)
_HINGE = examples.OfNumbers(
    "hinge",
    _margin,
    targets="-1 and 1",
    is_right={-1.0, 1.0}.__contains__,
    cures={0.0: "; write 2 * y - 1 for labels 0 and 1"},
)
_BINARY = examples.OfNumbers(
    "binary_cross_entropy",
    _surprise,
    targets="from 0 to 1",
    is_right=lambda y: 0.0 <= y <= 1.0,
    cures={-1.0: "; write (y + 1) / 2 for labels -1 and 1"},
)
_CROSS_ENTROPY = examples.OfClasses(
    "cross_entropy", _cross_entropy, "; for two classes and one logit use binary_cross_entropy"
)
_KL_DIVERGENCE = examples.OfClasses(
    "kl_divergence", _kl_divergence, reductions=examples.WITH_BATCHMEAN
)
