"""Checkpoints of a training: all that it takes to go on as if nothing had happened."""

from __future__ import annotations

import copy
import math
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs import size
from ..names import helped
from ..saving.files import write_checkpoint
from ..saving.random_states import random_states
from ..settings import yes_or_no
from .callbacks import Callback
from .monitoring import column, is_better, is_higher_better, weights_of
from .settings import Settings, settings_of

if TYPE_CHECKING:
    from .loop import Training


class Checkpoint(Callback):
    """Write a checkpoint at the beginning and after every so many epochs, whole or not at all.

    The model in it, which `nn.load` reads, is that of the last epoch that was written; when the
    training ends, it is the model as it then is in memory: with early stopping that of the best
    epoch. What a resumed training goes on from, the last epoch, is in the file besides.

    >>> Checkpoint("best.safetensors", save_best_only=True, monitor="val_accuracy")
    Checkpoint('best.safetensors', save_best_only=True, monitor='val_accuracy')

    Parameters
    ----------
    path:
        The file; each checkpoint takes the place of the one before.
    every:
        After how many epochs. The last epoch is written in any case.
    save_best_only:
        True: after epochs that are better than all before, and no others, so that the file always
        holds the best model so far. A training that is resumed from it goes on from that epoch;
        ``fit(checkpoint="run", callbacks=[Checkpoint("best", save_best_only=True)])`` keeps both.
    monitor, higher_is_better:
        What says how good an epoch is, as in `EarlyStopping`.
    """

    @helped()
    def __init__(
        self,
        path: str | os.PathLike[str],
        every: int = 1,
        *,
        save_best_only: bool = False,
        monitor: str | None = None,
        higher_is_better: bool | None = None,
    ) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"Checkpoint: path is that of a file, got {path!r:.60}")
        self.path, self.every = Path(path), size(every, "Checkpoint: every")
        self.save_best_only = yes_or_no(save_best_only, "Checkpoint: save_best_only")
        self.monitor, self.higher_is_better = monitor, higher_is_better
        if higher_is_better is not None:
            yes_or_no(higher_is_better, "Checkpoint: higher_is_better")
        if self.save_best_only and self.every != 1:
            raise ValueError(
                f"Checkpoint: every={self.every} and save_best_only=True do not go together: the "
                "best epoch may be any; leave one out"
            )
        if not self.save_best_only and (monitor, higher_is_better) != (None, None):
            raise ValueError(
                "Checkpoint: monitor and higher_is_better say which epoch is the best; write "
                "save_best_only=True too"
            )
        self._settings: dict[str, Any] = {}
        self._state: dict[str, Any] = {}  # what was written last
        self._higher = False

    def begin(self, training: Training) -> Settings:
        """Note what a training is, before anything of it has changed."""
        settings = settings_of(training)
        self._settings = settings.saved
        return settings

    def on_fit_begin(self, training: Training) -> None:
        """Write the first: whatever stands in the way is said before anything is learned."""
        if self.save_best_only:
            self._higher = is_higher_better(
                self.monitor, training.metrics, "Checkpoint", said=self.higher_is_better
            )
            if training.history.epochs and self.path.exists():
                return  # a resumed training, whose best epoch is in the file
        self._write(training)

    def on_epoch_kept(self, training: Training) -> None:
        """Write one, if it is time."""
        if self.save_best_only:
            name = column(self.monitor, training.logs, "Checkpoint")
            *before, now = map(float, training.history[name])
            if all(is_better(now, one, higher=self._higher) for one in [math.nan, *before]):
                self._write(training, weights_of(training, name))
            return
        is_last = training.epoch == training.epochs or training.why or training.interruptible.asked
        if is_last or training.epoch % self.every == 0:
            self._write(training)

    def on_fit_end(self, training: Training) -> None:
        """Let the model in the file be that in memory; what is gone on from stays as it is."""
        if not self.save_best_only and training.weights.now() != self._state["weights"]:
            write_checkpoint(self.path, training.model, self._state)

    def _write(self, training: Training, shown: list[float] | None = None) -> None:
        """Write where the training is; the model in the file may have other weights."""
        self._state = {**self._settings, **state_of(training)}
        training.weights.give(shown or ())
        write_checkpoint(self.path, training.model, self._state)
        training.weights.give(self._state["weights"])

    def __repr__(self) -> str:
        best = f", save_best_only=True, monitor={self.monitor!r}" if self.save_best_only else ""
        every = f", every={self.every}" if self.every != 1 else ""
        return f"Checkpoint({str(self.path)!r}{every}{best})"


def state_of(training: Training) -> dict[str, Any]:
    """All of a training that changes while it goes on, and is not the model; it stays as it is."""
    return {
        "python": platform.python_version(),
        "horizon": training.horizon,
        "epoch": training.epoch,
        "history": {name: list(numbers) for name, numbers in training.history.items()},
        "best_epoch": training.history.best_epoch,
        "why": training.why,
        "weights": training.weights.now(),  # and those of the optimiser that are not the model's
        "before": training.weights.before,
        "positions": list(training.data.positions),
        "lr": training.lr,
        "optimizer": training.optimizer.state_dict(),
        "callbacks": [copy.deepcopy(x.state_dict()) for x in training.callbacks.remembering],
        "random": random_states(training.model, training.rng),
    }
