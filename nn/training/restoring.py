"""Going on from a checkpoint: all of a training is brought back, or nothing of it is changed."""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..saving.container import FormatError, about, fits, is_count
from ..saving.files import TrainingState, read_checkpoint, restore
from ..saving.random_states import generators, set_random_states
from ..saving.saved import snapshot
from .settings import Settings, difference
from .stopping import EarlyStopping

if TYPE_CHECKING:
    from ..module import Module
    from .loop import Training


# What a state is that `fit` wrote, as far as one can see without the training.
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
    """The checkpoint in a file, of a training of this model; None if there is no such file."""
    if not os.path.exists(path):
        return None
    state = read_checkpoint(path, model=model)
    with about("go on from", path):
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
            raise FormatError(f"its history is not one of {epoch} epochs")
        if best is not None and not 1 <= best <= epoch:
            raise FormatError(f"its best epoch is {best}, of {epoch}")
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
        _restore(training, state)
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


# --- all or nothing -------------------------------------------------------------------------------


def _restore(training: Training, state: TrainingState) -> None:
    """Give a fresh training all that the checkpoint knows; if anything does not fit, nothing."""
    callbacks, count = training.callbacks.remembering, len(training.weights.now())
    for name, length in {"weights": count, "before": count, "callbacks": len(callbacks)}.items():
        if len(state[name]) != length:
            raise FormatError(f"its {name!r} has {len(state[name])} items, and this has {length}")
    if list(training.data.positions) != state["positions"]:
        raise FormatError("its training learned from other examples")
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
    """If the block does not reach its end, everything that it may change is as it was."""
    model_back, numbers = snapshot(training.model), training.weights.now()
    # Of an object its attributes, and what lies in their lists and dicts.
    memories = [
        (x, {name: copy.copy(one) if isinstance(one, (list, dict, set)) else one
             for name, one in vars(x).items()})
        for x in (training.optimizer, *training.callbacks.remembering)
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
