"""Bringing a training back to its checkpoint: all of it, or nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from autograd import Value

from ..saving.checkpoint import TrainingState, generators, restore, set_random_states
from ..saving.errors import FormatError
from ..saving.saved import snapshot
from .state import Training
from .stopping import EarlyStopping


def others(training: Training) -> list[Value]:
    """The parameters that the optimiser was given besides those of the model."""
    own = set(map(id, training.model.parameters()))
    return [p for p in training.optimizer.parameters if id(p) not in own]


def check_form(state: Mapping[str, Any]) -> None:
    """Whether a state is what `fit` writes, as far as one can see without the training."""
    for name, is_right in _FORM.items():
        if name not in state:
            raise FormatError(
                f"it has no {name!r}; another version of glassgrad may have written it"
            )
        if not is_right(state[name]):
            raise FormatError(f"its {name!r} is malformed: {state[name]!r:.60}")
    epoch, best = state["epoch"], state["best_epoch"]
    if any(len(column) != epoch for column in state["history"].values()):
        raise FormatError(f"its history is not one of {epoch} epochs")
    if best is not None and not 1 <= best <= epoch:
        raise FormatError(f"its best epoch is {best}, of {epoch}")


def restore_training(training: Training, state: TrainingState) -> None:
    """Give a fresh training all that the checkpoint knows; if anything does not fit, nothing."""
    _check_lengths(training, state)
    with _all_or_nothing(training):
        restore(training.model, state)
        for parameter, number in zip(others(training), state["others"], strict=True):
            parameter.data = number
        training.optimizer.load_state_dict(state["optimizer"])
        training.lr = state["lr"]
        for callback, one in zip(training.callbacks.remembering, state["callbacks"], strict=True):
            callback.load_state_dict(one)
        set_random_states(training.model, training.rng, state["random"])
    training.history.update(state["history"])
    training.history.best_epoch = state["best_epoch"]
    training.epoch, training.why = state["epoch"], state["why"]
    training.weights.good, training.weights.before = state["good"], state["before"]


def _check_lengths(training: Training, state: Mapping[str, Any]) -> None:
    count = len(training.weights.now())
    wanted = {"good": count, "before": count, "others": len(others(training)),
              "callbacks": len(training.callbacks.remembering)}  # fmt: skip
    for name, length in wanted.items():
        if len(state[name]) != length:
            raise FormatError(f"its {name!r} has {len(state[name])} items, and this has {length}")
    if list(training.data.positions) != state["positions"]:
        raise FormatError("its training learned from other examples")
    for callback, one in zip(training.callbacks.remembering, state["callbacks"], strict=True):
        if isinstance(callback, EarlyStopping):
            callback.check(one, state["epoch"], count)


@contextmanager
def _all_or_nothing(training: Training) -> Iterator[None]:
    """If the block does not reach its end, everything that it may change is as it was."""
    backs = [snapshot(training.model)]
    backs += [_back(parameter) for parameter in others(training)]
    backs += [_memory(x) for x in (training.optimizer, *training.callbacks.remembering)]
    backs += [_draws(x) for x in generators(training.model, training.rng).values()]
    try:
        yield
    except BaseException:
        for back in backs:
            back()
        raise


def _back(parameter: Value) -> Callable[[], None]:
    number = parameter.data

    def back() -> None:
        parameter.data = number

    return back


def _memory(x: object) -> Callable[[], None]:
    """The way back for an object's attributes, and for what lies in their lists and dicts."""
    before = {
        name: copy.copy(one) if isinstance(one, (list, dict, set)) else one
        for name, one in vars(x).items()
    }

    def back() -> None:
        vars(x).clear()
        vars(x).update(before)

    return back


def _draws(generator: Any) -> Callable[[], None]:
    state = generator.getstate()
    return lambda: generator.setstate(state)


# --- the form of a state --------------------------------------------------------------------------


def _is_count(x: Any) -> bool:
    return type(x) is int and x >= 0


def _are_floats(x: Any) -> bool:
    return isinstance(x, list) and all(type(one) is float and one == one for one in x)


def _is_history(x: Any) -> bool:
    if not isinstance(x, dict) or not all(isinstance(name, str) for name in x):
        return False
    numbers = [x.get(name, []) for name in ("epoch", "loss", "lr", "seconds")]
    return all(isinstance(column, list) for column in x.values()) and all(
        type(one) in {int, float} for column in numbers for one in column
    )


def _are_texts(x: Any) -> bool:
    return isinstance(x, dict) and all(isinstance(one, str) for pair in x.items() for one in pair)


_FORM: dict[str, Callable[[Any], bool]] = {
    "settings": lambda x: isinstance(x, dict),
    "functions": _are_texts,
    "python": lambda x: isinstance(x, str),
    "horizon": lambda x: _is_count(x) and x > 0,
    "epoch": _is_count,
    "history": _is_history,
    "best_epoch": lambda x: x is None or _is_count(x),
    "why": lambda x: isinstance(x, str),
    "good": _are_floats,
    "before": _are_floats,
    "others": _are_floats,
    "positions": lambda x: isinstance(x, list) and all(map(_is_count, x)),
    "lr": lambda x: type(x) is float,
    "optimizer": lambda x: isinstance(x, dict),
    "callbacks": lambda x: isinstance(x, list) and all(isinstance(one, dict) for one in x),
    "random": lambda x: isinstance(x, list),
}
