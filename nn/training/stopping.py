"""Ending a training when it no longer gets better, with the weights of its best epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograd.numbers import is_number, real

from ..checks import size, yes_or_no
from ..names import helped
from .measuring import column, is_better, is_higher_better
from .state import Callback, Training


class EarlyStopping(Callback):
    """Stop after ``patience`` epochs without improvement, and go back to the best weights.

    >>> EarlyStopping(patience=5, monitor="val_accuracy")
    EarlyStopping(patience=5, monitor='val_accuracy')

    Parameters
    ----------
    patience:
        How many epochs in a row may fail to improve on the best.
    monitor:
        A column of the history; left out, it is ``"val_loss"``, or ``"loss"`` where nothing is
        validated: that looks back over the epoch, so validate where it matters.
    min_delta:
        By how much an epoch must be better to count as better.
    higher_is_better:
        Left out, it is so for accuracy, precision, recall, f1 and r2, by whatever name the history
        has them, and not for losses, mae and rmse. Of functions like scikit-learn's the last word
        of the name says it: a score is better higher, an error, loss or deviance lower. Of another
        function of your own it has to be said.
    """

    settings = ("patience", "monitor", "min_delta", "higher_is_better")

    @helped()
    def __init__(
        self,
        patience: int = 10,
        *,
        monitor: str | None = None,
        min_delta: float = 0.0,
        higher_is_better: bool | None = None,
    ) -> None:
        self.patience = size(patience, "EarlyStopping: patience")
        if not is_number(min_delta) or not real(min_delta) >= 0.0:
            raise ValueError(f"EarlyStopping: min_delta is at least 0, got {min_delta!r:.60}")
        if higher_is_better is not None:
            yes_or_no(higher_is_better, "EarlyStopping: higher_is_better")
        self.monitor, self.min_delta = monitor, real(min_delta)
        self.higher_is_better = higher_is_better
        self._higher = False
        self.best = math.nan
        self.best_epoch: int | None = None
        self._weights: list[float] = []
        self._parameters: list[Any] = []  # the model's, when they had these weights

    def on_fit_begin(self, training: Training) -> None:
        """Begin anew, unless the training is a resumed one."""
        if not training.history.epochs:
            self.best, self.best_epoch, self._weights = math.nan, None, []
        self._parameters = training.model.parameters()
        self._higher = is_higher_better(
            self.monitor, training.metrics, "EarlyStopping", said=self.higher_is_better
        )

    def on_epoch_end(self, training: Training) -> None:
        """Compare this epoch with the best so far."""
        name = column(self.monitor, training.logs, "EarlyStopping")
        number = real(training.logs[name])
        if is_better(number, self.best, higher=self._higher, min_delta=self.min_delta):
            self.best, self.best_epoch = number, training.epoch
            self._weights = training.weights_of(name)
            self._parameters = training.model.parameters()
        elif training.epoch - (self.best_epoch or 0) >= self.patience:
            best = f"; best {self.best:.6g} in epoch {self.best_epoch}" if self.best_epoch else ""
            training.stop(f"no better {name} for {self.patience} epochs{best}")
        training.history.best_epoch = self.best_epoch

    def on_fit_end(self, training: Training) -> None:
        """Go back to the weights of the best epoch; so do Parameters that took others' places."""
        if not self._weights:
            return
        training.weights.give(self._weights)
        known, now = set(map(id, self._parameters)), training.model.parameters()
        if len(now) == len(known):
            for parameter, was in zip(now, self._parameters, strict=True):
                if id(parameter) not in known:
                    parameter.data = was.data

    def state_dict(self) -> dict[str, Any]:
        """The best epoch so far, with its weights."""
        return {"best": self.best, "best_epoch": self.best_epoch, "weights": self._weights}

    def check(self, state: Mapping[str, Any], epoch: int, count: int) -> None:
        """Whether a state can be one after so many epochs, of so many parameters."""
        best, best_epoch, weights = state["best"], state["best_epoch"], state["weights"]
        is_epoch = best_epoch is None or (type(best_epoch) is int and 1 <= best_epoch <= epoch)
        are_weights = isinstance(weights, list) and len(weights) in {0, count}
        numbers = [best, *weights] if are_weights else [None]
        if not is_epoch or not all(type(number) is float for number in numbers):
            raise ValueError(f"EarlyStopping cannot go on from the state {state!r:.60}")

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self._weights = list(state["weights"])

    def __repr__(self) -> str:
        return f"EarlyStopping(patience={self.patience}, monitor={self.monitor!r})"
