"""Checkpoints of a training: all that it takes to go on as if nothing had happened."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs import size
from ..saving.checkpoint import (
    TrainingState,
    random_states,
    read_checkpoint,
    restore,
    set_random_states,
    write_checkpoint,
)
from .callbacks import Callback
from .evaluation import Examples

if TYPE_CHECKING:
    from .loop import Training


class Checkpoint(Callback):
    """Write a checkpoint at the end of every so many epochs, whole or not at all.

    Parameters
    ----------
    path:
        The file; each checkpoint takes the place of the one before. `nn.load` reads the model in
        it.
    every:
        After how many epochs. The last one is always written.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"Checkpoint: path is that of a file, got {path!r:.60}")
        self.path, self.every = Path(path), size(every, "Checkpoint: every")

    def on_fit_begin(self, training: Training) -> None:  # noqa: ARG002 - what a hook is given
        """Write nothing yet, but find out early whether there is a place to write to."""
        folder = self.path.absolute().parent
        if not folder.is_dir():
            raise FileNotFoundError(f"Checkpoint: there is no folder {os.fspath(folder)!r}")

    def on_epoch_kept(self, training: Training) -> None:
        """Write one, if it is time."""
        is_last = training.epoch == training.epochs or training.why
        if is_last or training.epoch % self.every == 0:
            write_checkpoint(self.path, training.model, state_of(training))


def state_of(training: Training) -> dict[str, Any]:
    """All of a training that is not the model."""
    return {
        "epoch": training.epoch,
        "history": dict(training.history),
        "best_epoch": training.history.best_epoch,
        "why": training.why,
        "settings": settings_of(training),
        "positions": list(training.data.positions),
        "lr": training.lr,
        "optimizer": training.optimizer.state_dict(),
        "callbacks": [
            {"class": type(callback).__name__, "state": callback.state_dict()}
            for callback in training.callbacks.all
        ],
        "random": random_states(training.model, training.rng),
    }


def settings_of(training: Training) -> dict[str, Any]:
    """What must be the same for a training to be the same one."""
    return {
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "loss": getattr(training.loss, "__name__", ""),
        "data": digest(training.data),
    }


def digest(data: Examples) -> str:
    """A fingerprint of the examples: different data have different ones."""
    whole = repr((data.rows, data.targets, data.weights))
    return hashlib.sha256(whole.encode()).hexdigest()


def read(path: str | os.PathLike[str]) -> TrainingState | None:
    """The checkpoint in a file; None if there is no such file."""
    return read_checkpoint(path) if os.path.exists(path) else None


def go_on(training: Training, state: TrainingState, path: str | os.PathLike[str]) -> None:
    """Bring a fresh training to where the checkpoint was written."""
    now = settings_of(training)
    for name, before in state["settings"].items():
        if before != now[name]:
            what = "other data" if name == "data" else f"{name}={before!r}, not {now[name]!r}"
            raise ValueError(
                f"fit: the checkpoint {os.fspath(path)!r} is of a training with {what}; pass what "
                "it was begun with, or another checkpoint=, or resume=False to begin anew"
            )
    names = [type(callback).__name__ for callback in training.callbacks.all]
    if names != [kept["class"] for kept in state["callbacks"]]:
        raise ValueError(
            f"fit: the checkpoint {os.fspath(path)!r} is of a training with the callbacks "
            f"{', '.join(kept['class'] for kept in state['callbacks'])}, not {', '.join(names)}; "
            "pass the same"
        )
    restore(training.model, state)
    training.optimizer.load_state_dict(state["optimizer"])
    training.lr = state["lr"]
    for callback, kept in zip(training.callbacks.all, state["callbacks"], strict=True):
        callback.load_state_dict(kept["state"])
    set_random_states(training.model, training.rng, state["random"])
    training.history.update(state["history"])
    training.history.best_epoch = state["best_epoch"]
    training.epoch, training.why = state["epoch"], state["why"]
    training.keep()
