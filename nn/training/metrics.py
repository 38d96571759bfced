"""Metrics: how good outputs are, as plain numbers that people understand.

A metric is a function (outputs, targets) -> number of all examples of an epoch. Outputs are plain
numbers, one or a list for each example, as the model gave them: scores and logits, no
probabilities. A list of one is handed over as the number. Those that have a name take weights too:
how much each example counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from autograd.numbers import is_number, real

from ..examples import column, items, matched
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
    is 0; asked for by name, `fit` and `evaluate` use the model's ``decision_threshold``. An output
    that is nan, or has a nan in it, is never right.

    >>> accuracy([2.0, -1.0, 0.5], [1, 0, 0])
    0.6666666666666666
    >>> accuracy([[0.1, 2.0], [3.0, 1.0]], [1, 0])
    1.0
    """
    given, wanted, counts = _checked("accuracy", outputs, targets, weights)
    if {-1, 0} <= {target for target in wanted if not isinstance(target, list)} and not isinstance(
        given[0], list
    ):
        raise ValueError(
            "accuracy of a single output takes targets 0 and 1, or -1 and 1, and got 0 and -1"
        )
    pairs = zip(given, wanted, strict=True)
    return _mean([float(_is_right(x, y, threshold)) for x, y in pairs], counts)


def mae(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The mean of |output − target|.

    >>> mae([1.0, 4.0], [1.0, 2.0]), mae([1.0, 4.0], [1.0, 2.0], weights=[3.0, 1.0])
    (1.0, 0.5)
    """
    errors, counts = _errors("mae", outputs, targets, weights)
    return _mean([abs(share) for share in errors.shares], counts) * errors.unit * errors.more


def rmse(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The root of the mean squared error: in the targets' own units.

    >>> rmse([1.0, 4.0], [1.0, 2.0])
    1.4142135623730951
    """
    errors, counts = _errors("rmse", outputs, targets, weights)
    root = math.sqrt(_mean([share * share for share in errors.shares], counts))
    return root * errors.unit * errors.more


def r2(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The share of the targets' variance that is explained: 1 is perfect, 0 as good as the mean.

    Of several outputs it is the mean of what each has by itself, against its own mean. Of targets
    that are all equal it is nan, and so it is if that holds for one of several outputs: there is no
    variance of which to explain a share.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    >>> r2([[0.5, 100.5], [0.5, 100.5]], [[0.0, 100.0], [1.0, 101.0]])
    0.0
    """
    given, wanted, counts = _checked("r2", outputs, targets, weights)
    widths = {len(_numbers(row)) for row in (*given, *wanted)}
    if len(widths) > 1:
        raise ValueError(
            "r2 takes as many outputs as targets, the same number for every example, and got "
            f"{' and '.join(map(str, sorted(widths)))}"
        )
    columns = zip(_columns(given), _columns(wanted), strict=True)
    return _mean([_explained(xs, ys, counts) for xs, ys in columns], None)


METRICS: dict[str, Metric] = {"accuracy": accuracy, "mae": mae, "rmse": rmse, "r2": r2}
HIGHER_IS_BETTER = frozenset({"accuracy", "r2"})
RESERVED = frozenset({"epoch", "loss", "lr", "seconds"})  # columns of every history


def named(metrics: Any, threshold: float = 0.0) -> dict[str, Metric]:
    """The metrics that users ask for, by name: a name, a function, a list or a dict of them.

    `accuracy` gets the threshold, unless it was given one by a partial.

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
        if one == "accuracy" or one is accuracy:
            found[name] = partial(accuracy, threshold=threshold)
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


def name_of(metric: Metric) -> str | None:
    """What one of ours is called, whatever the name it was given; None for the user's own.

    >>> name_of(partial(accuracy, threshold=0.5)), name_of(max) is None
    ('accuracy', True)
    """
    function = metric.func if isinstance(metric, partial) else metric
    return next((name for name, one in METRICS.items() if one is function), None)


def measured(
    metrics: Mapping[str, Metric], outputs: Numbers, targets: Numbers, weights: Weights
) -> dict[str, float]:
    """Each metric's number, checked: a function of the user's may return anything."""
    numbers = {}
    given = matched(list(outputs), list(targets))
    for name, metric in metrics.items():
        known = name_of(metric) is not None
        number = metric(given, targets, weights) if known else metric(given, targets)
        if not is_number(number):
            raise TypeError(
                f"the metric {name!r} must return a number, and returned {number!r:.60}"
            )
        numbers[name] = real(number)
    return numbers


def _is_right(output: Any, target: Any, threshold: float) -> bool:
    if isinstance(output, list):
        if not isinstance(target, list):
            right = _largest(output) == target
        elif len(target) == len(output) and abs(math.fsum(target) - 1.0) <= 1e-6:
            right = _largest(output) == _largest(target)
        else:
            raise ValueError(
                "accuracy takes the index of a class or a list with the probability of each as "
                f"target, got {target!r:.60} for {len(output)} outputs"
            )
        return bool(right) and all(x == x for x in output)
    if isinstance(target, list) or target not in {-1, 0, 1}:
        raise ValueError(
            f"accuracy of a single output takes targets 0 and 1, or -1 and 1, got {target!r:.60}; "
            "for more classes let the model have one output for each"
        )
    return bool(output == output and bool(output > threshold) is bool(target == 1))


def _largest(numbers: Sequence[float]) -> int:
    return max(range(len(numbers)), key=numbers.__getitem__)


# --- what is given --------------------------------------------------------------------------------


def _checked(
    name: str, outputs: Numbers, targets: Numbers, weights: Weights
) -> tuple[list[Any], list[Any], list[float] | None]:
    """Outputs and targets in one shape, without the examples that count nothing."""
    wanted = column([_listed(target) for target in _listed(targets)])
    given = matched([_listed(output) for output in _listed(outputs)], wanted)
    if not given:
        raise ValueError(f"{name} got no examples; give at least one")
    if len(given) != len(wanted):
        raise ValueError(f"{name} got {len(given)} outputs and {len(wanted)} targets")
    if weights is None:
        return given, wanted, None
    counts = [real(weight, f"{name}: a weight") for weight in weights]
    if len(counts) != len(given):
        raise ValueError(f"{name} got {len(given)} outputs and {len(counts)} weights")
    if not all(0.0 <= count < math.inf for count in counts) or not any(counts):
        raise ValueError(f"{name} takes weights from 0 on, not all of them 0")
    kept = [i for i, count in enumerate(counts) if count]
    largest = max(counts)  # they count relatively, and so their sum cannot be too large
    return ([given[i] for i in kept], [wanted[i] for i in kept],
            [counts[i] / largest for i in kept])  # fmt: skip


def _listed(x: Any) -> Any:
    """A list for numbers or rows in any form, iterators too; one number as it is."""
    found = items(x)
    if found is None and hasattr(x, "__next__"):
        return list(x)
    return x if found is None else found


def _columns(rows: Sequence[Any]) -> list[list[float]]:
    """The numbers of each output, over all examples."""
    return [[float(x) for x in numbers] for numbers in zip(*map(_numbers, rows), strict=True)]


def _numbers(row: Any) -> list[Any]:
    return row if isinstance(row, list) else [row]


# --- sums that neither overflow nor vanish --------------------------------------------------------


class _Scaled(NamedTuple):
    """Numbers, each share · unit · more, with shares from −1 to 1 that can be squared and added."""

    unit: float
    shares: list[float]
    more: float


def _differences(xs: Sequence[float], ys: Sequence[float]) -> _Scaled:
    """All x − y."""
    largest = max(map(abs, (*xs, *ys)))
    less = 0.25 if largest > 1e307 else 1.0  # exact, and the difference of two is no longer inf
    found = [x * less - y * less for x, y in zip(xs, ys, strict=True)]
    wild = [abs(x) for x in found if not math.isfinite(x)]
    if wild:
        return _Scaled(sum(wild), [1.0] * len(found), 1.0)
    unit = max(map(abs, found))
    return _Scaled(unit, [x / unit for x in found] if unit else found, 1.0 / less)


def _mean(numbers: Sequence[float], weights: Weights) -> float:
    if weights is None:
        return math.fsum(numbers) / len(numbers)
    return math.fsum(map(float.__mul__, numbers, weights)) / math.fsum(weights)


def _errors(
    name: str, outputs: Numbers, targets: Numbers, weights: Weights
) -> tuple[_Scaled, Weights]:
    """The error of every number, and how much each counts."""
    given, wanted, counts = _checked(name, outputs, targets, weights)
    rows = [(_numbers(x), _numbers(y)) for x, y in zip(given, wanted, strict=True)]
    for i, (x, y) in enumerate(rows):
        if len(x) != len(y):
            raise ValueError(f"{name} got {len(x)} outputs and {len(y)} targets as example {i}")
    if counts is not None:
        counts = [count for count, (x, _) in zip(counts, rows, strict=True) for _ in x]
    flat = [[float(number) for row in side for number in row] for side in zip(*rows, strict=True)]
    return _differences(*flat), counts


def _explained(outputs: Sequence[float], targets: Sequence[float], weights: Weights) -> float:
    """R² of one output."""
    lowest = min(targets)
    if lowest == max(targets):  # asked of the numbers: their mean is rounded
        return math.nan
    errors = _differences(outputs, targets)
    spread = _differences(targets, [lowest] * len(targets))
    mean = _mean(spread.shares, weights)
    variance = _mean([(share - mean) ** 2 for share in spread.shares], weights)
    missed = _mean([share * share for share in errors.shares], weights)
    ratio = errors.unit / spread.unit * (errors.more / spread.more)
    return 1.0 - missed / variance * ratio * ratio if variance else math.nan
