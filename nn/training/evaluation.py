"""Measuring a model on examples that it does not learn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd import Value, dot, no_grad

from ..answers import Answers, trained_with
from ..calling import evaluating
from ..data.batches import examples
from ..examples import column, plain
from ..losses import LOSSES, Loss, cost
from ..losses import loss as loss_named
from ..module import Module
from ..names import helped, name_in
from ..threshold import known, threshold
from .classes import weighed
from .measuring import measured, named
from .metrics import Metric

CHUNK = 256  # examples whose outputs are held at once as Values; afterwards as plain numbers


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs, targets and, if they are not all alike, how much each example counts.

    ``weights`` are relative: their mean over all examples is 1, and over some of them, as in a
    batch, whatever it is there. ``positions`` are their places in what the user gave. Targets in a
    column are numbers here.
    """

    rows: Sequence[Any]
    targets: Sequence[Any]
    weights: Sequence[float] | None
    positions: Sequence[int]

    @classmethod
    def of(cls, X: Any, y: Any = None, weights: Any = None, class_weight: Any = None) -> Examples:
        """What users hand over, checked; what counts 0 is left out."""
        rows, targets, counts = examples(X, y, weights)
        targets = column(targets)
        if class_weight is not None:
            counts = weighed(targets, class_weight, counts)
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
        return counting.alone()

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: Sequence[int]) -> Examples:
        """The examples at these positions."""
        return Examples(
            [self.rows[i] for i in places],
            [self.targets[i] for i in places],
            None if self.weights is None else [self.weights[i] for i in places],
            [self.positions[i] for i in places],
        )

    def alone(self) -> Examples:
        """The same, with weights relative to these examples alone; equal ones are exactly 1.0."""
        if self.weights is None:
            return self
        largest = max(self.weights)  # divided first: a mean of tiny weights would lose its digits
        shares = [weight / largest for weight in self.weights]
        mean = math.fsum(shares) / len(shares)
        return replace(self, weights=[share / mean for share in shares])


@helped()
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

    Both are means in which an example counts by its ``sample_weight``. Metrics of classes ask for
    the model's ``decision_threshold``, which `fit` has set; of a model without one it is decided
    from ``loss`` and y, as there. So it is with what outputs say: by the loss the model was
    trained with, else by this one. That loss is measured if neither ``loss`` nor ``metrics`` is
    given.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> evaluate(model, [[1.0], [2.0]], [0.0, 2.0], loss="mse", metrics=["mae"])
    {'loss': 2.0, 'mae': 1.0}
    """
    data = Examples.of(X, y, sample_weight)
    learned = trained_with(model)
    if loss is None and not metrics:
        loss = learned
        if loss is None:
            raise ValueError(
                f"evaluate: nothing to measure of this {type(model).__name__}, which nn.fit did "
                "not train by a loss that has a name; write loss='mse' or metrics=['accuracy']"
            )
    of = None if loss is None else loss_named(loss)
    at = known(model)
    if at is None and of is not None:
        at = threshold(of, data.targets)
    by = learned or name_in(LOSSES, of)
    return measure(model, data, of, named(metrics, Answers(by, at or 0.0)))


def measure(
    model: Module, data: Examples, loss: Loss | None, metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """`evaluate`, of what has been checked."""
    outputs: list[Any] = []
    mean = 0.0
    with no_grad(), evaluating(model):
        for start in range(0, len(data), CHUNK):
            part = data.at(range(start, min(start + CHUNK, len(data))))
            given = [model(row) for row in part.rows]
            if loss is not None:
                mean += mean_loss(loss, given, part).data * (len(part) / len(data))
            if metrics:
                outputs += map(plain, given)
    numbers = {} if loss is None else {"loss": mean}
    return numbers | measured(metrics, outputs, list(map(plain, data.targets)), data.weights)


def mean_loss(loss: Loss, outputs: Sequence[Any], data: Examples) -> Value:
    """The loss of a batch: the mean over its examples of weight · loss.

    Divided by how many examples there are, not by what these weigh: so a light batch makes a small
    step, and the batches of an epoch add up to the weighted mean over all examples.
    """
    rows, targets = list(outputs), list(data.targets)
    if data.weights is None:
        result = cost(loss, rows, targets)
    else:
        each = cost(loss, rows, targets, reduction="none")
        if not isinstance(each, list):
            raise TypeError(
                f"fit: with reduction='none' the loss must return a list, one Value for each "
                f"example, and {_name(loss)} returned {each!r:.60}"
            )
        result = dot([weight / len(data) for weight in data.weights], each)
    if not isinstance(result, Value):
        raise TypeError(
            f"fit: the loss must return a Value, the mean over a batch, and "
            f"{_name(loss)} returned {result!r:.60}"
        )
    return result


def _name(loss: Loss) -> str:
    return getattr(loss, "__name__", "it")
