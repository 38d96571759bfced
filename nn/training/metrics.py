"""Metrics: how good outputs are, as plain numbers that people understand.

A metric is a function (outputs, targets) -> number of all examples of an epoch. Outputs are plain
numbers, one or a list for each example, as the model gave them: scores and logits, no
probabilities. Those that have a name take weights too: how much each example counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from autograd.numbers import is_number, real

from ..losses import Loss, huber, mse
from ..losses import mae as mae_loss
from ..names import look_up

Metric = Callable[..., float]
Numbers = Sequence[Any]  # a number or a list of numbers for each example
Weights = Sequence[float] | None


def accuracy(
    outputs: Numbers, targets: Numbers, weights: Weights = None, *, threshold: float = 0.0
) -> float:
    """The share of examples whose class is the one that the output says.

    Of several outputs the class is the largest one's index (or, if the target is a list of
    probabilities, that of its largest). Of one output it is class 1 if it is above the threshold,
    else class 0, or −1 if that is how the targets are written. Of logits and scores the threshold
    is 0; `fit` and `evaluate` set it to 0.5 where mse, mae or huber learn targets 0 and 1.

    >>> accuracy([2.0, -1.0, 0.5], [1, 0, 0])
    0.6666666666666666
    >>> accuracy([[0.1, 2.0], [3.0, 1.0]], [1, 0])
    1.0
    """
    right = [
        _is_right(output, target, threshold)
        for output, target in zip(outputs, targets, strict=True)
    ]
    return _mean([float(one) for one in right], weights)


def mae(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The mean of |output − target|.

    >>> mae([1.0, 4.0], [1.0, 2.0]), mae([1.0, 4.0], [1.0, 2.0], weights=[3.0, 1.0])
    (1.0, 0.5)
    """
    errors, counts = _errors("mae", outputs, targets, weights)
    return _mean([abs(e) for e in errors], counts)


def rmse(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The root of the mean squared error: in the targets' own units.

    >>> rmse([1.0, 4.0], [1.0, 2.0])
    1.4142135623730951
    """
    errors, counts = _errors("rmse", outputs, targets, weights)
    return math.sqrt(_mean([e * e for e in errors], counts))


def r2(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The share of the targets' variance that is explained: 1 is perfect, 0 as good as the mean.

    Of targets that are all equal it is nan.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    """
    errors, counts = _errors("r2", outputs, targets, weights)
    numbers = _flat(targets)
    mean = _mean(numbers, counts)
    variance = _mean([(y - mean) ** 2 for y in numbers], counts)
    return 1.0 - _mean([e * e for e in errors], counts) / variance if variance else math.nan


METRICS: dict[str, Metric] = {"accuracy": accuracy, "mae": mae, "rmse": rmse, "r2": r2}
HIGHER_IS_BETTER = frozenset({"accuracy", "r2"})
RESERVED = frozenset({"epoch", "loss", "lr", "seconds"})  # columns of every history


def named(metrics: Any, loss: Loss | None = None, targets: Numbers = ()) -> dict[str, Metric]:
    """The metrics that users ask for, by name: a name, a function, a list or a dict of them.

    ``accuracy`` by name gets the threshold that suits the loss and the targets.

    >>> list(named(["accuracy", lambda outputs, targets: 0.0]))
    ['accuracy', '<lambda>']
    """
    found: dict[str, Metric] = {}
    for name, one in _pairs(metrics):
        if name in RESERVED or name.startswith("val_"):
            raise ValueError(
                f"a metric cannot be called {name!r}: the history has a column of that name; "
                "choose another"
            )
        if name in found:
            raise ValueError(
                f"metrics has {name!r} twice; give each a name of its own: "
                f"metrics={{{name!r}: …, 'other': …}}"
            )
        if one == "accuracy" and loss in {mse, mae_loss, huber} and _are_0_and_1(targets):
            found[name] = partial(accuracy, threshold=0.5)
        elif callable(one):
            found[name] = one
        else:
            found[name] = look_up(one, METRICS, "metric", "a function (outputs, targets) -> number")
    return found


def _pairs(metrics: Any) -> Iterable[tuple[str, Any]]:
    if metrics is None:
        return []
    if isinstance(metrics, Mapping):
        return [(str(name), metric) for name, metric in metrics.items()]
    given = [metrics] if isinstance(metrics, str) or callable(metrics) else metrics
    if not isinstance(given, Iterable):
        raise TypeError(f"metrics is a list of names and functions, got {metrics!r:.60}")
    return [
        (one if isinstance(one, str) else getattr(one, "__name__", type(one).__name__), one)
        for one in given
    ]


def measured(
    metrics: Mapping[str, Metric], outputs: Numbers, targets: Numbers, weights: Weights
) -> dict[str, float]:
    """Each metric's number, checked: a function of the user's may return anything."""
    numbers = {}
    for name, metric in metrics.items():
        ours = getattr(metric, "func", metric) in METRICS.values()
        number = metric(outputs, targets, weights) if ours else metric(outputs, targets)
        if not is_number(number):
            raise TypeError(
                f"the metric {name!r} must return a number, and returned {number!r:.60}"
            )
        numbers[name] = real(number)
    return numbers


def _mean(numbers: Sequence[float], weights: Weights) -> float:
    if weights is None:
        return math.fsum(numbers) / len(numbers)
    return math.fsum(map(float.__mul__, numbers, weights)) / math.fsum(weights)


def _is_right(output: Any, target: Any, threshold: float) -> bool:
    output, target = _single(output), _single(target)
    if isinstance(output, (list, tuple)):
        if not isinstance(target, (list, tuple)):
            return bool(_largest(output) == target)
        if len(target) != len(output) or abs(math.fsum(target) - 1.0) > 1e-6:
            raise ValueError(
                "accuracy takes the index of a class or a list with the probability of each as "
                f"target, got {target!r:.60} for {len(output)} outputs"
            )
        return _largest(output) == _largest(target)
    if isinstance(target, (list, tuple)) or target not in {-1, 0, 1}:
        raise ValueError(
            f"accuracy of a single output takes targets 0 and 1, or -1 and 1, got {target!r:.60}; "
            "for more classes let the model have one output for each"
        )
    return bool(output > threshold) is bool(target == 1)


def _single(x: Any) -> Any:
    """A list of one number is as good as the number."""
    return x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x


def _largest(numbers: Sequence[float]) -> int:
    return max(range(len(numbers)), key=numbers.__getitem__)


def _are_0_and_1(targets: Numbers) -> bool:
    single = map(_single, targets)
    return {target for target in single if not isinstance(target, (list, tuple))} == {0, 1}


def _errors(
    name: str, outputs: Numbers, targets: Numbers, weights: Weights
) -> tuple[list[float], Weights]:
    """The error of every number, and how much each counts."""
    numbers, wanted = _flat(outputs), _flat(targets)
    if len(numbers) != len(wanted):
        raise ValueError(f"{name} got {len(numbers)} outputs and {len(wanted)} targets")
    if weights is not None:
        pairs = zip(outputs, weights, strict=True)
        weights = [w for row, w in pairs for _ in (row if isinstance(row, (list, tuple)) else [0])]
    return [x - y for x, y in zip(numbers, wanted, strict=True)], weights


def _flat(rows: Numbers) -> list[float]:
    """One number an example, or a list of them: all numbers, in order."""
    return [
        float(number)
        for row in rows
        for number in (row if isinstance(row, (list, tuple)) else [row])
    ]
