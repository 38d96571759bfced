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
from ..saving.errors import FormatError
from .callbacks import Callback
from .evaluation import Examples, plain

if TYPE_CHECKING:
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
        After how many epochs. The last epoch that was finished is always written.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"Checkpoint: path is that of a file, got {path!r:.60}")
        self.path, self.every = Path(path), size(every, "Checkpoint: every")
        self._settings: dict[str, Any] = {}

    def on_fit_begin(self, training: Training) -> None:
        """Write the first: whatever stands in the way is said before anything is learned."""
        self._settings = settings_of(training)
        self._write(training)

    def on_epoch_kept(self, training: Training) -> None:
        """Write one, if it is time."""
        is_last = training.epoch == training.epochs or training.why or training.interruptible.asked
        if is_last or training.epoch % self.every == 0:
            self._write(training)

    def _write(self, training: Training) -> None:
        state = {"settings": self._settings, **state_of(training)}
        write_checkpoint(self.path, training.model, state)


def state_of(training: Training) -> dict[str, Any]:
    """All of a training that changes while it goes on, and is not the model."""
    return {
        "epoch": training.epoch,
        "history": dict(training.history),
        "best_epoch": training.history.best_epoch,
        "why": training.why,
        "good": training.weights.good,
        "before": training.weights.before,
        "positions": list(training.data.positions),
        "lr": training.lr,
        "optimizer": training.optimizer.state_dict(),
        "callbacks": [
            {"class": type(callback).__name__, "state": state}
            for callback, state in _with_states(training)
        ],
        "random": random_states(training.model, training.rng),
    }


def _with_states(training: Training) -> list[tuple[Callback, dict[str, Any]]]:
    """The callbacks that have something to remember: others may come and go."""
    pairs = [(callback, callback.state_dict()) for callback in training.callbacks.all]
    return [(callback, state) for callback, state in pairs if state]


def settings_of(training: Training) -> dict[str, Any]:
    """What must be the same for a training to be the same one, in the words of `fit`."""
    state = training.optimizer.state_dict()
    optimizer = ", ".join(f"{k}={x!r}" for k, x in {**state["settings"], "lr": training.lr}.items())
    return {
        "X and y": digest(training.data),
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "loss": getattr(training.loss, "__name__", ""),
        "optimizer": f"{state['class']}({optimizer})",
        "schedule": _said(training.schedule),
        "penalties and clipping": repr(training.adjustments),
        "validation": None if training.validation is None else digest(training.validation),
        "metrics": list(training.metrics),
    }


def _said(schedule: Any) -> str:
    """A schedule of ours says all of itself, a function has a name."""
    return getattr(schedule, "__name__", repr(schedule))


def digest(data: Examples) -> str:
    """A fingerprint of examples: equal numbers have the same, others another."""
    found = hashlib.sha256()
    for column in (data.rows, data.targets, data.weights or ()):
        for item in column:
            numbers = item if isinstance(item, (list, tuple)) else [item]
            found.update(repr([float(plain(x)) for x in numbers]).encode())
        found.update(b"|")
    return found.hexdigest()


def read(path: str | os.PathLike[str]) -> TrainingState | None:
    """The checkpoint in a file; None if there is no such file."""
    if not os.path.exists(path):
        return None
    state = read_checkpoint(path)
    if "settings" not in state:
        raise FormatError(f"{os.fspath(path)!r} is a checkpoint, but not one that fit wrote")
    return state


def go_on(training: Training, state: TrainingState, path: str | os.PathLike[str]) -> None:
    """Bring a fresh training to where the checkpoint was written; if it does not fit, nothing."""
    _check_same(settings_of(training), state["settings"], os.fspath(path))
    kept = _with_states(training)
    names = [type(callback).__name__ for callback, _ in kept]
    before = [one["class"] for one in state["callbacks"]]
    if names != before:
        raise ValueError(
            f"fit: the checkpoint {os.fspath(path)!r} is of a training with the callbacks "
            f"{', '.join(before) or 'none'} that remember something, not "
            f"{', '.join(names) or 'none'}; pass the same"
        )
    restore(training.model, state)
    training.optimizer.load_state_dict(state["optimizer"])
    training.lr = state["lr"]
    for (callback, _), one in zip(kept, state["callbacks"], strict=True):
        callback.load_state_dict(one["state"])
    set_random_states(training.model, training.rng, state["random"])
    training.history.update(state["history"])
    training.history.best_epoch = state["best_epoch"]
    training.epoch, training.why = state["epoch"], state["why"]
    training.weights.good, training.weights.before = state["good"], state["before"]


def _check_same(now: dict[str, Any], before: dict[str, Any], path: str) -> None:
    for name, was in before.items():
        if was != now.get(name):
            hidden = name in {"X and y", "validation"}
            what = f"other {name}" if hidden else f"{name} {was}, not {now.get(name)}"
            raise ValueError(
                f"fit: the checkpoint {path!r} is of a training with {what}; pass what it was "
                "begun with. To go on with something else, fit the model that nn.load reads from "
                "it, with another checkpoint=; to begin anew, resume=False"
            )
