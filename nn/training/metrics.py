"""Metrics: how good outputs are, as plain numbers that people understand.

A metric is a function (outputs, targets) -> number for all examples of an epoch. Outputs are plain
numbers, one or a list for each example, as the model returned them: scores and logits, not
probabilities. A list of one is passed on as the number. Metrics with a name also take weights: how
much each example counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.numbers import real

from ..answers import class_of, largest
from ..examples import column, is_distribution, items, matched

Metric = Callable[..., float]
Numbers = Sequence[Any]  # a number or a list of numbers for each example
Weights = Sequence[float] | None


def accuracy(
    outputs: Numbers,
    targets: Numbers,
    weights: Weights = None,
    *,
    threshold: float = 0.0,
    labels: bool | None = None,
) -> float:
    """The share of examples whose output means the right class.

    For several outputs the class is the index of the largest (also for a target that is a list of
    probabilities). For one output it is class 1 above the threshold, else class 0, or −1 if the
    targets are −1 and 1. For logits and scores the threshold is 0; if the metric is given by name,
    `fit` and `evaluate` use the model's ``decision_threshold``. An output that is nan, or contains
    a nan, is never right.

    If each output is a separate label, as after `binary_cross_entropy`, an example is right if all
    of its labels are, as in scikit-learn. ``labels`` says whether this is so; by default it is if
    the targets are lists of 0 and 1 and not every list adds up to 1.

    >>> accuracy([2.0, -1.0, 0.5], [1, 0, 0])
    0.6666666666666666
    >>> accuracy([[0.1, 2.0], [3.0, 1.0]], [1, 0])
    1.0
    >>> accuracy([[0.1, 2.0], [3.0, 1.0]], [[1, 1], [1, 0]])
    0.5
    """
    read = _classes("accuracy", outputs, targets, weights, threshold=threshold, labels=labels)
    all_said, all_wanted, counts, _ = read
    pairs = zip(all_said, all_wanted, strict=True)
    return _mean([float(said == wanted) for said, wanted in pairs], counts)


def precision(outputs: Numbers, targets: Numbers, weights: Weights = None, **options: Any) -> float:
    """The share of predictions of class 1 that are right; 0 if class 1 is never predicted.

    One or two outputs have the classes 0 (or −1) and 1. For more classes, and for several labels,
    it is the mean over these, each taken as class 1: scikit-learn's "macro", over the classes that
    occur or are predicted. The options are the same as for `accuracy`.

    >>> precision([2.0, 1.0, -1.0], [1, 0, 1])
    0.5
    """
    read = _classes("precision", outputs, targets, weights, **options)
    return _averaged(read, lambda right, said, _: (right, said))


def recall(outputs: Numbers, targets: Numbers, weights: Weights = None, **options: Any) -> float:
    """The share of examples of class 1 that are predicted as class 1; 0 if there are none.

    For more classes it is a mean, as for `precision`.

    >>> recall([2.0, 1.0, -1.0, 3.0], [1, 0, 1, 1])
    0.6666666666666666
    """
    read = _classes("recall", outputs, targets, weights, **options)
    return _averaged(read, lambda right, _, there: (right, there))


def f1(outputs: Numbers, targets: Numbers, weights: Weights = None, **options: Any) -> float:
    """The harmonic mean of `precision` and `recall`: 2 · right ∕ (predicted + actual).

    For more classes it is the mean of each class's own number.

    >>> f1([2.0, 1.0, -1.0, 3.0], [1, 0, 1, 1])
    0.6666666666666666
    """
    read = _classes("f1", outputs, targets, weights, **options)
    return _averaged(read, lambda right, said, there: (2.0 * right, said + there))


def mae(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The mean of |output − target|.

    >>> mae([1.0, 4.0], [1.0, 2.0]), mae([1.0, 4.0], [1.0, 2.0], weights=[3.0, 1.0])
    (1.0, 0.5)
    """
    errors, scale, counts = _errors("mae", outputs, targets, weights)
    return _mean([abs(error) for error in errors], counts) * scale


def rmse(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The root of the mean squared error, in the units of the targets.

    >>> rmse([1.0, 2.0, 3.0, 8.0], [1.0, 2.0, 3.0, 4.0])
    2.0
    """
    errors, scale, counts = _errors("rmse", outputs, targets, weights)
    return _root_mean_square(errors, counts) * scale


def r2(outputs: Numbers, targets: Numbers, weights: Weights = None) -> float:
    """The share of the targets' variance that is explained: 1 is perfect, 0 as good as the mean.

    For several outputs it is the mean over the outputs, each compared with its own mean. If all
    targets are equal, even for only one of several outputs, it is nan: then there is no variance to
    explain.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    >>> r2([[0.5, 100.5], [0.5, 100.5]], [[0.0, 100.0], [1.0, 101.0]])
    0.0
    """
    given, wanted, counts = _checked("r2", outputs, targets, weights)
    widths = {len(_numbers(row)) for row in (*given, *wanted)}
    if len(widths) > 1:
        raise ValueError(
            "r2 takes as many outputs as targets, the same number for every example, but got "
            f"{' and '.join(map(str, sorted(widths)))}"
        )
    columns = [zip(*map(_numbers, rows), strict=True) for rows in (given, wanted)]
    return _mean([_explained(xs, ys, counts) for xs, ys in zip(*columns, strict=True)], None)


OF_CLASSES: dict[str, Metric] = {one.__name__: one for one in (accuracy, precision, recall, f1)}
METRICS: dict[str, Metric] = {**OF_CLASSES, "mae": mae, "rmse": rmse, "r2": r2}
HIGHER_IS_BETTER = frozenset({*OF_CLASSES, "r2"})


# --- classes --------------------------------------------------------------------------------------


# Predicted and right classes, one for each example; how much each counts; and whether there are
# more than two classes.
_Read = tuple[list[Any], list[Any], Weights, bool]


def _classes(
    name: str,
    outputs: Numbers,
    targets: Numbers,
    weights: Weights,
    *,
    threshold: float = 0.0,
    labels: bool | None = None,
) -> _Read:
    """Outputs and targets as classes, without examples of weight 0."""
    given, wanted, counts = _checked(name, outputs, targets, weights)
    several = isinstance(given[0], list)
    if labels is None:
        labels = any(isinstance(y, list) and not is_distribution(y) for y in wanted)
    for output, target in zip(given, wanted, strict=True):
        if not _fits(output, target, labels=labels):
            raise ValueError(
                f"{name} takes the index of a class, a list with the probability of each as "
                f"target, or 0 and 1 for each of several labels, got {target!r:.60} for "
                f"{len(output)} outputs"
                if several
                else f"{name} of a single output takes targets 0 and 1, or -1 and 1, got "
                f"{target!r:.60}; for more classes let the model have one output for each"
            )
    there = {y for target in wanted for y in _numbers(target)}
    if {-1, 0} <= there and (labels or not several):
        raise ValueError(
            f"{name} of a single output takes targets 0 and 1, or -1 and 1, but got 0 and -1"
        )
    low = -1 if -1 in there else 0
    said = [class_of(output, threshold, labels=labels, low=low) for output in given]
    if several and labels:
        return said, wanted, counts, False
    wanted = [largest(target) if isinstance(target, list) else target for target in wanted]
    return said, wanted, counts, several and len(given[0]) > 2


def _fits(output: Any, target: Any, *, labels: bool) -> bool:
    if not isinstance(output, list):
        return not isinstance(target, list) and target in {-1, 0, 1}
    if not isinstance(target, list):
        return not labels
    right = set(target) <= {-1, 0, 1} if labels else is_distribution(target)
    return right and len(target) == len(output)


def _averaged(read: _Read, ratio: Callable[[float, float, float], tuple[float, float]]) -> float:
    """The mean over classes of a ratio of the right, the predicted and the actual count."""
    all_said, all_wanted, weights, is_many = read
    counts = weights or [1.0] * len(all_said)
    asked: list[tuple[Sequence[Any], Sequence[Any], int]] = [(all_said, all_wanted, 1)]
    if is_many:
        classes = sorted({*all_said, *all_wanted} - {None})
        asked = [(all_said, all_wanted, k) for k in classes]
    elif isinstance(all_said[0], list):  # labels
        sides = [list(zip(*rows, strict=True)) for rows in (all_said, all_wanted)]
        asked = [(said, wanted, 1) for said, wanted in zip(*sides, strict=True)]
    found = []
    for said, wanted, k in asked:
        both = [(s == k, w == k, c) for s, w, c in zip(said, wanted, counts, strict=True)]
        part, whole = ratio(
            math.fsum(c for s, w, c in both if s and w),
            math.fsum(c for s, _, c in both if s),
            math.fsum(c for _, w, c in both if w),
        )
        found.append(part / whole if whole else 0.0)
    return _mean(found, None)


# --- arguments ------------------------------------------------------------------------------------


def _checked(
    name: str, outputs: Numbers, targets: Numbers, weights: Weights
) -> tuple[list[Any], list[Any], list[float] | None]:
    """Outputs and targets in one shape, without examples of weight 0."""
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
        raise ValueError(f"{name} takes weights of at least 0, not all of them 0")
    kept = [i for i, count in enumerate(counts) if count]
    largest = max(counts)  # only ratios matter; divided by this, their sum cannot be too large
    return ([given[i] for i in kept], [wanted[i] for i in kept],
            [counts[i] / largest for i in kept])  # fmt: skip


def _listed(x: Any) -> Any:
    """Numbers or rows in any form, also from an iterator, as a list; one number as it is."""
    found = items(x)
    if found is None and hasattr(x, "__next__"):
        return list(x)
    return x if found is None else found


def _numbers(row: Any) -> list[Any]:
    return row if isinstance(row, list) else [row]


# --- sums that neither overflow nor vanish --------------------------------------------------------


def _mean(numbers: Sequence[float], weights: Weights) -> float:
    if weights is None:
        return math.fsum(numbers) / len(numbers)
    return math.fsum(map(float.__mul__, numbers, weights)) / math.fsum(weights)


def _root_mean_square(numbers: Sequence[float], weights: Weights) -> float:
    """The root of the mean square, by hypot, whose squares neither overflow nor vanish."""
    if any(x != x for x in numbers):  # hypot ignores nan if there is also inf
        return math.nan
    counts = weights or [1.0] * len(numbers)
    terms = [x * math.sqrt(count) for x, count in zip(numbers, counts, strict=True)]
    return math.hypot(*terms) / math.sqrt(math.fsum(counts))


def _differences(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], float]:
    """All x − y, divided by a power of 2 that makes their sum finite; and that power."""
    scale = 2.0 ** (len(xs) + 1).bit_length()
    return [x / scale - y / scale for x, y in zip(xs, ys, strict=True)], scale


def _errors(
    name: str, outputs: Numbers, targets: Numbers, weights: Weights
) -> tuple[list[float], float, Weights]:
    """The error of every number, divided by a power of 2; that power; and how much each counts."""
    given, wanted, counts = _checked(name, outputs, targets, weights)
    rows = [(_numbers(x), _numbers(y)) for x, y in zip(given, wanted, strict=True)]
    for i, (x, y) in enumerate(rows):
        if len(x) != len(y):
            raise ValueError(f"{name} got {len(x)} outputs and {len(y)} targets as example {i}")
    if counts is not None:
        counts = [count for count, (x, _) in zip(counts, rows, strict=True) for _ in x]
    flat = [[float(number) for row in side for number in row] for side in zip(*rows, strict=True)]
    return *_differences(*flat), counts


def _explained(outputs: Sequence[float], targets: Sequence[float], weights: Weights) -> float:
    """R² of one output."""
    lowest = min(targets)
    if lowest == max(targets):  # not by comparing with the mean, which is rounded
        return math.nan
    errors, _ = _differences(outputs, targets)
    spread, _ = _differences(targets, [lowest] * len(targets))
    mean = _mean(spread, weights)
    deviation = _root_mean_square([x - mean for x in spread], weights)
    ratio = _root_mean_square(errors, weights) / deviation if deviation else math.nan
    return 1.0 - ratio * ratio
