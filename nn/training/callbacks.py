"""Built-in callbacks: to stop training early, to watch the layers, to show progress."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from autograd.numbers import is_number, real

from ..checks import size, yes_or_no
from ..names import helped, meant
from ..overview import LayerOf, layerwise
from .measuring import is_better_higher
from .metrics import HIGHER_IS_BETTER
from .state import GRADIENT_NORM, UPDATE_RATIO, Callback, Training, words

LINES = 10  # for a long training: one line for each tenth, and one for the first epoch


class Comparing(Callback):
    """A callback that compares epochs by a column of the history."""

    monitor: str | None
    higher_is_better: bool | None
    _higher: bool = False

    def _compare_by(self, monitor: str | None, *, higher_is_better: bool | None) -> None:
        if higher_is_better is not None:
            yes_or_no(higher_is_better, f"{type(self).__name__}: higher_is_better")
        self.monitor, self.higher_is_better = monitor, higher_is_better

    def _decide_direction(self, training: Training) -> None:
        """Decide whether higher is better, before anything is learned."""
        name = (self.monitor or "loss").removeprefix("val_")
        higher = self.higher_is_better
        if higher is None:
            metric = training.metrics.get(name)
            higher = name in HIGHER_IS_BETTER if metric is None else is_better_higher(metric)
        if higher is None:
            who = type(self).__name__
            path = "path, save_best_only=True, " if who == "Checkpoint" else ""
            raise ValueError(
                f"{who}: monitor={self.monitor!r} is a metric of your own, so it is not known "
                f"whether higher is better; write {who}({path}monitor={self.monitor!r}, "
                "higher_is_better=True), or False"
            )
        self._higher = higher

    def _column(self, training: Training) -> str:
        """The column; by default the validation loss, or else the loss."""
        logs = training.logs
        name = self.monitor or ("val_loss" if "val_loss" in logs else "loss")
        if name not in logs:
            raise ValueError(
                f"{type(self).__name__}: monitor={name!r} was not measured{meant(name, logs)}"
            )
        return name

    def _is_better(self, number: float, best: float, min_delta: float = 0.0) -> bool:
        """Whether a number is better than the best so far, which is nan at first."""
        if math.isnan(number) or math.isnan(best):
            return not math.isnan(number)
        return (number - best if self._higher else best - number) > min_delta


class EarlyStopping(Comparing):
    """Stop after ``patience`` epochs without improvement, and go back to the best weights.

    >>> EarlyStopping(patience=5, monitor="val_accuracy")
    EarlyStopping(patience=5, monitor='val_accuracy')

    Parameters
    ----------
    patience:
        How many epochs in a row may fail to improve on the best.
    monitor:
        A column of the history. The default is ``"val_loss"``, or ``"loss"`` without validation;
        that is measured during the epoch, so use validation if it matters.
    min_delta:
        How much better an epoch must be to count as better.
    higher_is_better:
        The default is True for accuracy, precision, recall, f1 and r2, under any name in the
        history, and False for losses, mae and rmse. For functions like scikit-learn's the last word
        of the name decides: higher is better for a score, lower for an error, loss or deviance. For
        other functions of your own you must give it.
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
            raise ValueError(f"EarlyStopping: min_delta must be at least 0, got {min_delta!r:.60}")
        self.min_delta = real(min_delta)
        self._compare_by(monitor, higher_is_better=higher_is_better)
        self.best = math.nan
        self.best_epoch: int | None = None
        self._weights: list[float] = []
        self._parameters: list[Any] = []  # the model's parameters when they had these weights

    def on_fit_begin(self, training: Training) -> None:
        """Start afresh, unless training was resumed."""
        if not training.history.epochs:
            self.best, self.best_epoch, self._weights = math.nan, None, []
        self._parameters = training.model.parameters()
        self._decide_direction(training)

    def on_epoch_end(self, training: Training) -> None:
        """Compare this epoch with the best so far."""
        name = self._column(training)
        number = real(training.logs[name])
        if self._is_better(number, self.best, self.min_delta):
            self.best, self.best_epoch = number, training.epoch
            self._weights = training.weights_of(name)
            self._parameters = training.model.parameters()
        elif training.epoch - (self.best_epoch or 0) >= self.patience:
            best = f"; best {self.best:.6g} in epoch {self.best_epoch}" if self.best_epoch else ""
            training.stop(f"no better {name} for {self.patience} epochs{best}")
        training.history.best_epoch = self.best_epoch

    def on_fit_end(self, training: Training) -> None:
        """Go back to the weights of the best epoch, also in Parameters that replaced others."""
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
        """Raise unless a state is possible after this many epochs, for this many parameters."""
        best, best_epoch, weights = state["best"], state["best_epoch"], state["weights"]
        is_epoch = best_epoch is None or (type(best_epoch) is int and 1 <= best_epoch <= epoch)
        are_weights = isinstance(weights, list) and len(weights) in {0, count}
        numbers = [best, *weights] if are_weights else [None]
        if not is_epoch or not all(type(number) is float for number in numbers):
            raise ValueError(f"EarlyStopping cannot continue from the state {state!r:.60}")

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self._weights = list(state["weights"])

    def __repr__(self) -> str:
        return f"EarlyStopping(patience={self.patience}, monitor={self.monitor!r})"


# --- layers --------------------------------------------------------------------------------------


class LayerStatistics(Callback):
    """Adds two columns for each layer to the history, with means over the steps of each epoch.

    ``layers.0/update_ratio`` is ‖Δw‖ ∕ ‖w‖: how far a step moves the layer's parameters, compared
    with their size. It is about 0.001 if training goes well; if it is much smaller, the layer
    hardly learns; if it is much larger, the layer forgets. Steps from ‖w‖ = 0 are not counted; if
    there are no others, it is nan. ``layers.0/gradient_norm`` is ‖g‖, the length of the gradient
    that a step used. `viz.plot_update_ratio` draws them.

    >>> import random
    >>> from nn import MLP
    >>> from nn.training.fit import fit
    >>> history = fit(MLP(1, [2, 1], rng=random.Random(0)), [[0.0], [1.0]], [0.0, 1.0], loss="mse",
    ...               epochs=3, callbacks=[LayerStatistics()], progress=False)
    >>> [name for name in history if "/" in name and name.startswith("layers.1")]
    ['layers.1/update_ratio', 'layers.1/gradient_norm']
    >>> len(history["layers.0/update_ratio"])
    3
    """

    _layers: list[tuple[LayerOf, dict[str, list[float]]]]
    _before: list[list[float]]  # the values of their parameters before the next step

    def on_epoch_begin(self, training: Training) -> None:
        """Note the parameters of every layer."""
        layers = [layer for layer in layerwise(training.model) if layer.parameters]
        self._layers = [(x, {UPDATE_RATIO: [], GRADIENT_NORM: []}) for x in layers]
        self._before = [[parameter.data for parameter in layer.parameters] for layer in layers]

    def on_batch_end(self, training: Training) -> None:  # noqa: ARG002 - a callback's signature
        """Measure one step."""
        for i, (layer, found) in enumerate(self._layers):
            before, now = self._before[i], [parameter.data for parameter in layer.parameters]
            # hypot and dist do not overflow on the way, and run in C.
            if length := math.hypot(*before):
                found[UPDATE_RATIO].append(math.dist(now, before) / length)
            found[GRADIENT_NORM].append(math.hypot(*[x.grad for x in layer.parameters]))
            self._before[i] = now

    def on_epoch_end(self, training: Training) -> None:
        """Write the means into the logs."""
        for layer, found in self._layers:
            for name, numbers in found.items():
                mean = math.fsum(numbers) / len(numbers) if numbers else math.nan
                training.logs[f"{layer.name}/{name}"] = mean


# --- progress ------------------------------------------------------------------------------------


class Progress(Callback):
    """Write the progress of a training to a stream, by default stdout."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream
        self._bar: Any = None

    def on_fit_begin(self, training: Training) -> None:
        """Draw the bar if the stream is a terminal."""
        stream = self.stream or sys.stdout
        is_terminal = getattr(stream, "isatty", bool)()
        if training.epochs > training.epoch and is_terminal:
            self._bar = _bar(training, stream)

    def on_epoch_begin(self, training: Training) -> None:
        """Say which epoch it is."""
        if self._bar is not None:
            self._bar.set_description(f"epoch {training.epoch}/{training.epochs}", refresh=False)

    def on_batch_end(self, training: Training) -> None:  # noqa: ARG002 - the signature of a hook
        """Advance the bar."""
        if self._bar is not None:
            self._bar.update()

    def on_epoch_end(self, training: Training) -> None:
        """Write this epoch's numbers."""
        now, end = training.epoch, training.epochs
        if self._bar is not None:
            self._bar.set_postfix_str(words(training.logs))
        elif now in {1, end} or now % -(-end // LINES) == 0:
            self._say(f"epoch {now}/{end}: {words(training.logs)}")

    def on_fit_end(self, training: Training) -> None:
        """Say why training ended, if it ended early."""
        self.close()
        if training.epoch < training.epochs or training.interrupted:
            self._say(training.history.stopped)

    def close(self) -> None:
        """Leave the terminal in a clean state, whatever happened."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _say(self, text: str) -> None:
        stream = self.stream or sys.stdout
        if stream is not None:  # pythonw has no stdout
            stream.write(f"{text}\n")
            stream.flush()


def _bar(training: Training, stream: TextIO) -> Any:
    """A bar over all batches; None, and so plain lines, if the package is missing."""
    try:
        from tqdm import tqdm  # noqa: PLC0415 - on first use
    except ImportError:
        return None
    return tqdm(
        total=training.epochs * training.batches,
        initial=training.epoch * training.batches,
        desc=f"epoch {training.epoch + 1}/{training.epochs}",
        unit="batch",
        file=stream,
        dynamic_ncols=True,
    )
