"""Metrics: how good outputs are, as plain numbers that people understand.

A metric is a function (outputs, targets) -> number of all examples of an epoch. Outputs are plain
numbers, one or a list for each example, as the model gave them: scores and logits, no
probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograd.numbers import is_number, real

from ..names import look_up

Metric = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(outputs: Sequence[Any], targets: Sequence[Any]) -> float:
    """The share of examples whose class is the one that the output says.

    Of several outputs the class is the largest one's index (or, if the target is a list, that of
    its largest). Of one output it is its sign: above 0 is class 1, else class 0, or −1 if that
    is how the targets are written.

    >>> accuracy([2.0, -1.0, 0.5], [1, 0, 0])
    0.6666666666666666
    >>> accuracy([[0.1, 2.0], [3.0, 1.0]], [1, 0])
    1.0
    """
    right = [_is_right(output, target) for output, target in zip(outputs, targets, strict=True)]
    return sum(right) / len(right)


def mae(outputs: Sequence[Any], targets: Sequence[Any]) -> float:
    """The mean of |output − target|.

    >>> mae([1.0, 4.0], [1.0, 2.0])
    1.0
    """
    errors = _errors("mae", outputs, targets)
    return math.fsum(map(abs, errors)) / len(errors)


def rmse(outputs: Sequence[Any], targets: Sequence[Any]) -> float:
    """The root of the mean squared error: in the targets' own units.

    >>> rmse([1.0, 4.0], [1.0, 2.0])
    1.414213562373095
    """
    errors = _errors("rmse", outputs, targets)
    return math.hypot(*errors) / math.sqrt(len(errors))


def r2(outputs: Sequence[Any], targets: Sequence[Any]) -> float:
    """The share of the targets' variance that is explained: 1 is perfect, 0 as good as the mean.

    Of targets that are all equal it is nan.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    """
    errors = _errors("r2", outputs, targets)
    numbers = _flat(targets)
    mean = math.fsum(numbers) / len(numbers)
    variance = math.fsum((y - mean) ** 2 for y in numbers)
    return 1.0 - math.fsum(e * e for e in errors) / variance if variance else math.nan


METRICS: dict[str, Metric] = {"accuracy": accuracy, "mae": mae, "rmse": rmse, "r2": r2}
HIGHER_IS_BETTER = frozenset({"accuracy", "r2"})


def named(metrics: Any) -> dict[str, Metric]:
    """The metrics that users ask for, by name: a name, a function, a list or a dict of them.

    >>> list(named(["accuracy", lambda outputs, targets: 0.0]))
    ['accuracy', '<lambda>']
    """
    if isinstance(metrics, Mapping):
        return {str(name): _metric(metric) for name, metric in metrics.items()}
    single = isinstance(metrics, str) or callable(metrics)
    given = [metrics] if single else metrics
    if not isinstance(given, Iterable):
        raise TypeError(f"metrics is a list of names and functions, got {metrics!r:.60}")
    found: dict[str, Metric] = {}
    for one in given:
        name = one if isinstance(one, str) else getattr(one, "__name__", type(one).__name__)
        if name in found:
            raise ValueError(
                f"metrics has {name!r} twice; give each a name of its own: "
                f"metrics={{{name!r}: …, 'other': …}}"
            )
        found[name] = _metric(one)
    return found


def _metric(of: Any) -> Metric:
    if callable(of):
        found: Metric = of
        return found
    return look_up(of, METRICS, "metric", "a function (outputs, targets) -> number")


def measured(
    metrics: Mapping[str, Metric], outputs: Sequence[Any], targets: Sequence[Any]
) -> dict[str, float]:
    """Each metric's number, checked: a function of the user's may return anything."""
    numbers = {}
    for name, metric in metrics.items():
        number = metric(outputs, targets)
        if not is_number(number):
            raise TypeError(
                f"the metric {name!r} must return a number, and returned {number!r:.60}"
            )
        numbers[name] = real(number)
    return numbers


def _is_right(output: Any, target: Any) -> bool:
    if isinstance(output, (list, tuple)):
        return _largest(output) == (
            _largest(target) if isinstance(target, (list, tuple)) else target
        )
    if target not in {-1, 0, 1}:
        raise ValueError(
            f"accuracy of a single output takes targets 0 and 1, or -1 and 1, got {target!r}; for "
            "more classes let the model have one output for each"
        )
    return bool(output > 0.0) is bool(target == 1)


def _largest(numbers: Sequence[float]) -> int:
    return max(range(len(numbers)), key=numbers.__getitem__)


def _errors(name: str, outputs: Sequence[Any], targets: Sequence[Any]) -> list[float]:
    numbers, wanted = _flat(outputs), _flat(targets)
    if len(numbers) != len(wanted):
        raise ValueError(f"{name} got {len(numbers)} outputs and {len(wanted)} targets")
    return [x - y for x, y in zip(numbers, wanted, strict=True)]


def _flat(rows: Sequence[Any]) -> list[float]:
    """One number an example, or a list of them: all numbers, in order."""
    return [number for row in rows for number in (row if isinstance(row, (list, tuple)) else [row])]
