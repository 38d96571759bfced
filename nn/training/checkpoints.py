"""Checkpoints of a training: all that it takes to go on as if nothing had happened."""

from __future__ import annotations

import os
import platform
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs import size
from ..saving.checkpoint import (
    TrainingState,
    random_states,
    read_checkpoint,
    write_checkpoint,
)
from ..saving.errors import FormatError
from .callbacks import Callback
from .restoring import check_form, others, restore_training
from .settings import Settings, difference, settings_of

if TYPE_CHECKING:
    from ..module import Module
    from .loop import Training


class Checkpoint(Callback):
    """Write a checkpoint at the beginning and after every so many epochs, whole or not at all.

    The model in it, which `nn.load` reads, is that of the last epoch; with early stopping the best
    weights are in it too, and are the model's at the end of a resumed training.

    Parameters
    ----------
    path:
        The file; each checkpoint takes the place of the one before.
    every:
        After how many epochs. The last epoch is written in any case.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"Checkpoint: path is that of a file, got {path!r:.60}")
        self.path, self.every = Path(path), size(every, "Checkpoint: every")
        self._settings: Settings | None = None

    def begin(self, training: Training) -> Settings:
        """Note what a training is, before anything of it has changed."""
        self._settings = settings_of(training)
        return self._settings

    def on_fit_begin(self, training: Training) -> None:
        """Write the first: whatever stands in the way is said before anything is learned."""
        self._write(training)

    def on_epoch_kept(self, training: Training) -> None:
        """Write one, if it is time."""
        is_last = training.epoch == training.epochs or training.why or training.interruptible.asked
        if is_last or training.epoch % self.every == 0:
            self._write(training)

    def on_fit_end(self, training: Training) -> None:  # noqa: ARG002 - the method of a Callback
        """The next training is another."""
        self._settings = None

    def _write(self, training: Training) -> None:
        settings = self._settings or self.begin(training)
        write_checkpoint(self.path, training.model, {**settings.saved, **state_of(training)})


def state_of(training: Training) -> dict[str, Any]:
    """All of a training that changes while it goes on, and is not the model."""
    return {
        "python": platform.python_version(),
        "horizon": training.horizon,
        "epoch": training.epoch,
        "history": dict(training.history),
        "best_epoch": training.history.best_epoch,
        "why": training.why,
        "good": training.weights.good,
        "before": training.weights.before,
        "others": [parameter.data for parameter in others(training)],
        "positions": list(training.data.positions),
        "lr": training.lr,
        "optimizer": training.optimizer.state_dict(),
        "callbacks": [callback.state_dict() for callback in training.callbacks.remembering],
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
