"""Training checkpoints: everything needed to continue as if nothing had happened.

`Checkpoint` writes them, and restores all of a training, or changes nothing.
"""

from __future__ import annotations

import copy
import math
import os
import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checks import size, yes_or_no
from ..names import helped
from ..saving.container import FormatError, about, fits, is_count
from ..saving.files import TrainingState, read_checkpoint, restore, write_checkpoint
from ..saving.random_states import generators, random_states, set_random_states
from ..saving.saved import snapshot
from .callbacks import Comparing, EarlyStopping
from .identity import Settings, difference, settings_of
from .state import Training

if TYPE_CHECKING:
    from ..module import Module


class Checkpoint(Comparing):
    """Write a checkpoint at the beginning and every few epochs, completely or not at all.

    The model in the file, which `nn.load` reads, is that of the last epoch that was written. When
    training ends, it is the model in memory: with early stopping, that of the best epoch. The file
    also has the last epoch, from which a resumed training continues.

    >>> Checkpoint("best.safetensors", save_best_only=True, monitor="val_accuracy")
    Checkpoint('best.safetensors', save_best_only=True, monitor='val_accuracy')

    Parameters
    ----------
    path:
        The file; each checkpoint replaces the previous one.
    every:
        How many epochs lie between checkpoints. The last epoch is always written.
    save_best_only:
        True: write only after epochs that are better than all before, so that the file always has
        the best model so far. Training that is resumed from it continues from that epoch;
        ``fit(checkpoint="run", callbacks=[Checkpoint("best", save_best_only=True)])`` keeps both.
    monitor, higher_is_better:
        How to compare epochs, as in `EarlyStopping`.
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
            raise TypeError(f"Checkpoint: path must be the path of a file, got {path!r:.60}")
        self.path, self.every = Path(path), size(every, "Checkpoint: every")
        self.save_best_only = yes_or_no(save_best_only, "Checkpoint: save_best_only")
        self._compare_by(monitor, higher_is_better=higher_is_better)
        if self.save_best_only and self.every != 1:
            raise ValueError(
                f"Checkpoint: every={self.every} and save_best_only=True cannot be combined: any "
                "epoch may be the best; leave one out"
            )
        if not self.save_best_only and (monitor, higher_is_better) != (None, None):
            raise ValueError(
                "Checkpoint: monitor and higher_is_better say which epoch is the best; write "
                "save_best_only=True too"
            )
        self._settings: Settings = {}
        self._state: dict[str, Any] = {}  # the last state that was written

    def begin(self, training: Training, state: TrainingState | None = None) -> None:
        """Note the settings of a fresh training, and continue from a state if there is one."""
        self._settings, unknown = settings_of(training)
        if state is None:
            return
        path = str(self.path)
        _check_same(training, state, self._settings, path)
        if unknown:
            warnings.warn(
                f"fit continues from {path!r}, but cannot tell whether its functions are still "
                f"the same: they use {', '.join(sorted(unknown))}, which cannot be "
                "compared",
                stacklevel=4,
            )
        try:
            _restore(training, state)
        except Exception as error:  # whatever a user's callback raises
            raise FormatError(
                f"fit cannot continue from {path!r}: {error}; nothing was changed"
            ) from error

    def on_fit_begin(self, training: Training) -> None:
        """Write the first one, so that problems show up before anything is learned."""
        if self.save_best_only:
            self._decide_direction(training)
            if training.history.epochs and self.path.exists():
                return  # a resumed training, whose best epoch is in the file
        self._write(training)

    def on_epoch_kept(self, training: Training) -> None:
        """Write a checkpoint, if it is due."""
        if self.save_best_only:
            name = self._column(training)
            *before, now = map(float, training.history[name])
            if all(self._is_better(now, one) for one in [math.nan, *before]):
                self._write(training, training.weights_of(name))
            return
        is_last = training.epoch == training.epochs or training.why or training.interrupted
        if is_last or training.epoch % self.every == 0:
            self._write(training)

    def on_fit_end(self, training: Training) -> None:
        """Put the model in memory into the file; the epoch to continue from stays the same."""
        if not self.save_best_only and training.weights.now() != self._state["weights"]:
            write_checkpoint(self.path, training.model, self._state)

    def _write(self, training: Training, shown: list[float] | None = None) -> None:
        """Write the state of the training; the model in the file may have different weights."""
        self._state = {**self._settings, **state_of(training)}
        training.weights.give(shown or ())
        try:
            write_checkpoint(self.path, training.model, self._state)
        finally:
            training.weights.give(self._state["weights"])

    def __repr__(self) -> str:
        best = f", save_best_only=True, monitor={self.monitor!r}" if self.save_best_only else ""
        every = f", every={self.every}" if self.every != 1 else ""
        return f"Checkpoint({str(self.path)!r}{every}{best})"


def state_of(training: Training) -> dict[str, Any]:
    """A copy of everything that changes during training, apart from the model."""
    return {
        "python": platform.python_version(),
        "horizon": training.horizon,
        "epoch": training.epoch,
        "history": {name: list(numbers) for name, numbers in training.history.items()},
        "best_epoch": training.history.best_epoch,
        "why": training.why,
        "weights": training.weights.now(),  # also those of the optimiser outside the model
        "before": training.weights.before,
        "positions": list(training.data.positions),
        "lr": training.lr,
        "optimizer": training.optimizer.state_dict(),
        "callbacks": [copy.deepcopy(x.state_dict()) for x in training.remembering],
        "random": random_states(training.model, training.rng),
    }


# --- continuing -----------------------------------------------------------------------------------

# The form of a state that `fit` wrote, as far as one can check without the training.
_WEIGHTS = [lambda x: type(x) is float and x == x]
_FORM: dict[str, Any] = {
    "settings": dict,
    "functions": {str: str},
    "python": str,
    "horizon": lambda x: is_count(x) and x > 0,
    "epoch": is_count,
    "history": {str: list},
    "best_epoch": lambda x: x is None or is_count(x),
    "why": str,
    "weights": _WEIGHTS,
    "before": _WEIGHTS,
    "positions": [is_count],
    "lr": float,
    "optimizer": dict,
    "callbacks": [dict],
    "random": list,
}


def read(path: str | os.PathLike[str], model: Module) -> TrainingState | None:
    """The checkpoint in a file, for training this model; None if there is no such file."""
    if not os.path.exists(path):
        return None
    state = read_checkpoint(path, model=model)
    with about("continue from", path):
        for name, form in _FORM.items():
            if name not in state:
                raise FormatError(
                    f"it is a checkpoint, but not one that fit wrote in this version of glassgrad: "
                    f"it has no {name!r}"
                )
            if not fits(state[name], form):
                raise FormatError(f"its {name!r} is malformed: {state[name]!r:.60}")
        epoch, best = state["epoch"], state["best_epoch"]
        if any(len(column) != epoch for column in state["history"].values()):
            raise FormatError(f"its history does not have {epoch} epochs")
        if best is not None and not 1 <= best <= epoch:
            raise FormatError(f"its best epoch is {best}, of {epoch}")
    return state


def _check_same(training: Training, state: TrainingState, settings: Settings, path: str) -> None:
    """Refuse a checkpoint that this training could not have reached from its start."""
    if found := difference(settings, state):
        raise ValueError(
            f"fit: the checkpoint {path!r} is from a training with {found}; pass the same as "
            "then. To continue with something else, fit the model that nn.load reads from it, with "
            "another checkpoint=; to start again, write resume=False"
        )
    done, end, was = state["epoch"], training.horizon, state["horizon"]
    if training.epochs < done:
        raise ValueError(
            f"fit: the checkpoint {path!r} has {done} epochs done, but epochs={training.epochs} "
            f"is fewer; write epochs={done} or more, or read its model with nn.load"
        )
    if training.schedule is None or end == was:
        return
    times = [epoch + i / training.batches for epoch in range(done) for i in range(training.batches)]
    if any(training.factor(time, was) != training.factor(time, end) for time in times):
        raise ValueError(
            f"fit: the schedule of the checkpoint {path!r} ends at epoch {was}, so its {done} "
            f"finished epochs had different learning rates than with an end at {end}; write "
            f"horizon={was} to continue it as it was. If you plan to train longer later, give the "
            f"final horizon from the start: epochs={done}, horizon={end}"
        )


# --- all or nothing -------------------------------------------------------------------------------


def _restore(training: Training, state: TrainingState) -> None:
    """Restore everything in the checkpoint into a fresh training, or nothing if it does not fit."""
    callbacks, count = training.remembering, len(training.weights.now())
    for name, length in {"weights": count, "before": count, "callbacks": len(callbacks)}.items():
        if len(state[name]) != length:
            raise FormatError(f"its {name!r} has {len(state[name])} items, but this has {length}")
    if list(training.data.positions) != state["positions"]:
        raise FormatError("it is from a training with different examples")
    with _all_or_nothing(training):
        restore(training.model, state)
        training.weights.give(state["weights"])
        training.optimizer.load_state_dict(state["optimizer"])
        training.lr = state["lr"]
        for callback, one in zip(callbacks, state["callbacks"], strict=True):
            if isinstance(callback, EarlyStopping):
                callback.check(one, state["epoch"], count)
            callback.load_state_dict(one)
        set_random_states(training.model, training.rng, state["random"])
    training.history.update(state["history"])
    training.history.best_epoch = state["best_epoch"]
    training.epoch, training.why = state["epoch"], state["why"]
    training.weights.good = training.weights.before = state["before"]


@contextmanager
def _all_or_nothing(training: Training) -> Iterator[None]:
    """If the block does not reach its end, everything that it may have changed is put back."""
    model_back, numbers = snapshot(training.model), training.weights.now()
    # For an object: its attributes, and the contents of their lists and dicts.
    memories = [
        (x, {name: copy.copy(one) if isinstance(one, (list, dict, set)) else one
             for name, one in vars(x).items()})
        for x in (training.optimizer, *training.remembering)
    ]  # fmt: skip
    draws = [(x, x.getstate()) for x in generators(training.model, training.rng).values()]
    try:
        yield
    except BaseException:
        model_back()
        training.weights.give(numbers)
        for x, before in memories:
            vars(x).clear()
            vars(x).update(before)
        for generator, state in draws:
            generator.setstate(state)
        raise
