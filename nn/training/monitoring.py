"""Which number says how good an epoch was, and whether it is better than another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..names import nearest
from .measuring import is_better_higher
from .metrics import HIGHER_IS_BETTER, Metric

if TYPE_CHECKING:
    from .loop import Training


def column(monitor: str | None, logs: Mapping[str, Any], who: str) -> str:
    """The column that is watched: left out, it is the validation loss, or else the loss."""
    name = monitor or ("val_loss" if "val_loss" in logs else "loss")
    if name not in logs:
        match = nearest(name, logs)
        hint = f"; did you mean {match!r}?" if match else "."
        raise ValueError(
            f"{who}: monitor={name!r} was not measured{hint} There are: {', '.join(logs)}"
        )
    return name


def is_higher_better(
    monitor: str | None, metrics: Mapping[str, Metric], who: str, *, said: bool | None
) -> bool:
    """Which way is better; asked before anything is learned."""
    if said is not None:
        return said
    name = (monitor or "loss").removeprefix("val_")
    if name not in metrics:
        return name in HIGHER_IS_BETTER
    known = is_better_higher(metrics[name])
    if known is None:
        raise ValueError(
            f"{who}: monitor={monitor!r} is a metric of your own, of which nobody knows which way "
            f"is better; write {who}({'path, save_best_only=True, ' if who == 'Checkpoint' else ''}"
            f"monitor={monitor!r}, higher_is_better=True), or False"
        )
    return known


def is_better(number: float, best: float, *, higher: bool, min_delta: float = 0.0) -> bool:
    """Whether a number is better than the best so far, which is nan if there is none."""
    if math.isnan(number) or math.isnan(best):
        return not math.isnan(number)
    return (number - best if higher else best - number) > min_delta


def weights_of(training: Training, name: str) -> list[float]:
    """The weights that a number of this epoch is of.

    The loss of an epoch of one batch is that of the weights before its only step.
    """
    is_before = training.batches == 1 and name in {"loss", *training.metrics}
    return training.weights.before if is_before else training.weights.now()
