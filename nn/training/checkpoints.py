"""Checkpoints of a training: all that it takes to go on as if nothing had happened."""

from __future__ import annotations

import copy
import math
import os
import platform
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checks import size, yes_or_no
from ..names import helped
from ..saving.checkpoint import (
    TrainingState,
    random_states,
    read_checkpoint,
    write_checkpoint,
)
from ..saving.errors import FormatError
from .measuring import column, is_better, is_higher_better
from .restoring import check_form, others, restore_training
from .settings import Settings, difference, settings_of
from .state import Callback, Training

if TYPE_CHECKING:
    from ..module import Module
    from ..saving.saved import Saved


class Checkpoint(Callback):
    """Write a checkpoint at the beginning and after every so many epochs, whole or not at all.

    The model in it, which `nn.load` reads, is that of the last epoch that was written; when the
    training ends, it is the model as it then is in memory: with early stopping that of the best
    epoch. What a resumed training goes on from, the last epoch, is in the file beside it.

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
        self.monitor = monitor
        self.higher_is_better = (
            None
            if higher_is_better is None
            else yes_or_no(higher_is_better, "Checkpoint: higher_is_better")
        )
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
        self._settings: Settings | None = None
        self._numbers: list[float] = []  # what was written last: of all parameters,
        self._saved: Saved | None = None  # of the model,
        self._state: dict[str, Any] = {}  # and of the training

    def begin(self, training: Training) -> Settings:
        """Note what a training is, before anything of it has changed."""
        self._settings = settings_of(training)
        return self._settings

    def on_fit_begin(self, training: Training) -> None:
        """Write the first: whatever stands in the way is said before anything is learned."""
        if self.save_best_only:
            self._higher(training)
            if training.history.epochs and self.path.exists():
                return  # a resumed training, whose best epoch is in the file
        self._write(training)

    def on_epoch_kept(self, training: Training) -> None:
        """Write one, if it is time."""
        if self.save_best_only:
            self._write_if_best(training)
            return
        is_last = training.epoch == training.epochs or training.why or training.interruptible.asked
        if is_last or training.epoch % self.every == 0:
            self._write(training)

    def on_fit_end(self, training: Training) -> None:
        """Show the model as it now is; the next training is another."""
        if not self.save_best_only:
            self._show(training)
        self._settings, self._saved, self._numbers, self._state = None, None, [], {}

    def _write(self, training: Training) -> None:
        settings = self._settings or self.begin(training)
        self._state = {**settings.saved, **state_of(training)}
        self._numbers = training.weights.now()
        self._saved = write_checkpoint(self.path, training.model, self._state)

    def _show(self, training: Training) -> None:
        """Let the model in the file be that in memory, and what is gone on from stay as it is."""
        now = training.weights.now()
        if now != self._numbers and len(now) == len(self._numbers):
            write_checkpoint(self.path, training.model, self._state, last=self._saved)

    def _write_if_best(self, training: Training) -> None:
        name = column(self.monitor, training.logs, "Checkpoint")
        higher, best = self._higher(training), math.nan
        *before, now = [float(x) for x in training.history[name]]
        for number in before:
            best = number if is_better(number, best, higher=higher) else best
        if is_better(now, best, higher=higher):
            self._write(training)
            training.weights.give(training.weights_of(name))
            self._show(training)
            training.weights.give(self._numbers)

    def _higher(self, training: Training) -> bool:
        return is_higher_better(
            self.monitor, training.metrics, "Checkpoint", said=self.higher_is_better
        )

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
        "good": training.weights.good,
        "before": training.weights.before,
        "others": [parameter.data for parameter in others(training)],
        "positions": list(training.data.positions),
        "lr": training.lr,
        "optimizer": training.optimizer.state_dict(),
        "callbacks": [copy.deepcopy(x.state_dict()) for x in training.callbacks.remembering],
        "random": random_states(training.model, training.rng),
    }


def read(path: str | os.PathLike[str], model: Module) -> TrainingState | None:
    """The checkpoint in a file, of a training of this model; None if there is no such file."""
    if not os.path.exists(path):
        return None
    state = read_checkpoint(path, model=model)
    if "settings" not in state:
        raise FormatError(f"{os.fspath(path)!r} is a checkpoint, but not one that fit wrote")
    try:
        check_form(state)
    except FormatError as error:
        raise FormatError(f"fit cannot go on from {os.fspath(path)!r}: {error}") from None
    return state


def go_on(
    training: Training, state: TrainingState, settings: Settings, at: str | os.PathLike[str]
) -> None:
    """Bring a fresh training to where the checkpoint was written; if it does not fit, nothing."""
    path = os.fspath(at)
    if found := difference(settings, state):
        raise ValueError(
            f"fit: the checkpoint {path!r} is of a training with {found}; pass what it was begun "
            "with. To go on with something else, fit the model that nn.load reads from it, with "
            "another checkpoint=; to begin anew, resume=False"
        )
    _check_epochs(training, state, path)
    if settings.unknown:
        warnings.warn(
            f"fit goes on from {path!r}, and cannot tell whether its functions are those that it "
            f"was begun with: they use {', '.join(sorted(settings.unknown))}, which cannot be "
            "compared",
            stacklevel=3,
        )
    try:
        restore_training(training, state)
    except Exception as error:  # whatever a callback of the user's raises
        raise FormatError(
            f"fit cannot go on from {path!r}: {error}; nothing was changed"
        ) from error


def _check_epochs(training: Training, state: TrainingState, path: str) -> None:
    """Whether as many epochs from the beginning would have come to where the checkpoint is."""
    done, end, was = state["epoch"], training.horizon, state["horizon"]
    if training.epochs < done:
        raise ValueError(
            f"fit: the checkpoint {path!r} has {done} epochs done, and epochs={training.epochs} is "
            f"fewer; write epochs={done} or more, or take the model in it with nn.load"
        )
    if training.schedule is None or end == was:
        return
    times = [epoch + i / training.batches for epoch in range(done) for i in range(training.batches)]
    if any(training.factor(time, was) != training.factor(time, end) for time in times):
        raise ValueError(
            f"fit: the schedule of the checkpoint {path!r} ends at epoch {was}, and the {done} "
            f"epochs that are done had other learning rates than with an end at {end}; write "
            f"horizon={was} to go on with it as it was. A training that is to be prolonged is "
            f"begun with the horizon that it shall have: epochs={done}, horizon={end}"
        )
