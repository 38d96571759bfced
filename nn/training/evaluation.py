"""Measuring a model on examples that it does not learn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, dot, no_grad
from autograd.numbers import real

from ..data.batches import examples
from ..losses import Loss
from ..losses import loss as loss_named
from ..module import Module, evaluating
from .metrics import Metric, measured, named

CHUNK = 256  # examples whose outputs are held at once as Values; afterwards as plain numbers


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs, targets and, if they are not all alike, how much each example counts.

    ``positions`` are their places in what the user gave.
    """

    rows: Sequence[Any]
    targets: Sequence[Any]
    weights: Sequence[float] | None
    positions: Sequence[int]

    @classmethod
    def of(cls, X: Any, y: Any = None, weights: Any = None) -> Examples:
        """What users hand over, checked; what counts 0 is left out."""
        rows, targets, counts = examples(X, y, weights)
        every = cls(rows, targets, counts, range(len(rows)))
        if counts is None:
            return every
        if not math.isfinite(sum(counts)):
            raise ValueError(
                "the sample weights add up to more than a double holds; they count "
                "relatively, so divide them all"
            )
        counting = every.at([i for i, weight in enumerate(counts) if weight])
        if not counting.rows:
            raise ValueError("every sample weight is 0, so there is nothing to learn from")
        return counting

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: Sequence[int]) -> Examples:
        """Some of them."""
        return Examples(
            [self.rows[i] for i in places],
            [self.targets[i] for i in places],
            None if self.weights is None else [self.weights[i] for i in places],
            [self.positions[i] for i in places],
        )

    @property
    def weight(self) -> float:
        """How much all of them count together."""
        return float(len(self.rows)) if self.weights is None else sum(self.weights)


def evaluate(
    model: Module,
    X: Any,
    y: Any = None,
    *,
    loss: str | Loss | None = None,
    metrics: Any = (),
    sample_weight: Any = None,
) -> dict[str, float]:
    """The loss and metrics of a model on examples, in `Module.eval` mode; nothing is recorded.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> evaluate(model, [[1.0], [2.0]], [0.0, 2.0], loss="mse", metrics=["mae"])
    {'loss': 2.0, 'mae': 1.0}
    """
    data = Examples.of(X, y, sample_weight)
    of = None if loss is None else loss_named(loss)
    return measure(model, data, of, named(metrics, of, data.targets))


def measure(
    model: Module, data: Examples, loss: Loss | None, metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """`evaluate`, of what has been checked."""
    outputs: list[Any] = []
    mean, weight = 0.0, data.weight
    with no_grad(), evaluating(model):
        for start in range(0, len(data), CHUNK):
            part = data.at(range(start, min(start + CHUNK, len(data))))
            given = [model(row) for row in part.rows]
            if loss is not None:
                mean += mean_loss(loss, given, part).data * (part.weight / weight)
            if metrics:
                outputs += map(plain, given)
    numbers = {} if loss is None else {"loss": mean}
    return numbers | measured(metrics, outputs, list(map(plain, data.targets)), data.weights)


def mean_loss(loss: Loss, outputs: Sequence[Any], data: Examples) -> Value:
    """The mean loss of a batch, in which a weight of 2 counts like the example twice."""
    targets: Any = data.targets
    if isinstance(outputs[0], Value) and all(
        isinstance(target, list) and len(target) == 1 for target in targets
    ):
        targets = [target[0] for target in targets]  # a column of NumPy's or pandas'
    if data.weights is None:
        result = loss(outputs, targets)
    else:
        each = loss(outputs, targets, reduction="none")
        if not isinstance(each, list):
            raise TypeError(
                f"fit: with reduction='none' the loss must return a list, one Value for each "
                f"example, and {_name(loss)} returned {each!r:.60}"
            )
        result = dot([w / data.weight for w in data.weights], each)
    if not isinstance(result, Value):
        raise TypeError(
            f"fit: the loss must return a Value, the mean over a batch, and "
            f"{_name(loss)} returned {result!r:.60}"
        )
    return result


def plain(output: Any) -> Any:
    """An output or a target as metrics see it: a float, or a list of floats."""
    if isinstance(output, Value):
        return output.data
    if isinstance(output, (list, tuple)):
        return [x.data if isinstance(x, Value) else real(x) for x in output]
    return real(output, "a metric: an output")


def _name(loss: Loss) -> str:
    return getattr(loss, "__name__", "it")
