"""A training while it runs, as callbacks see it; and callbacks: to watch, to measure, to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from autograd.numbers import is_number

from ..losses import Loss
from ..module import Module
from ..names import meant
from ..optimisers import Optimiser
from .adjustments import Adjustments
from .examples import Examples
from .history import History
from .interrupting import Interruptible
from .metrics import Metric
from .weights import Weights

Schedule = Callable[[float, float], float]


@dataclass(eq=False)
class Training:
    """A run of `fit`.

    ``epoch`` and ``batch`` count from 1; ``logs`` are the numbers of this epoch so far, and
    ``batch_loss`` is the loss of the batch that was learned from last.
    """

    model: Module
    optimizer: Optimiser
    loss: Loss
    data: Examples
    epochs: int
    horizon: int  # when the schedule ends
    batch_size: int
    rng: Any
    shuffle: bool
    validation: Examples | None
    metrics: dict[str, Metric]
    schedule: Schedule | None
    adjustments: Adjustments
    callbacks: Callbacks
    asked: dict[str, Any]  # settings that have done their work before the first epoch
    interruptible: Interruptible
    history: History = field(default_factory=History)
    logs: dict[str, Any] = field(default_factory=dict)
    epoch: int = 0
    batch: int = 0
    batch_loss: float = math.nan
    why: str = ""  # it was stopped

    def __post_init__(self) -> None:
        self.weights = Weights(self.model, self.optimizer)
        self._lr = self.optimizer.lr

    @property
    def batches(self) -> int:
        """How many batches make an epoch."""
        return math.ceil(len(self.data) / self.batch_size)

    @property
    def place(self) -> str:
        """Where it is: ``"epoch 3, batch 7"``."""
        return f"epoch {self.epoch}, batch {self.batch}"

    @property
    def lr(self) -> float:
        """The learning rate, before the schedule's factor; it may be set."""
        return self.optimizer.lr if self.schedule is None else self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self.optimizer.lr = lr
        self._lr = self.optimizer.lr

    def factor(self, time: float, end: int) -> float:
        """What the schedule says at a time, in epochs, if it ends at another."""
        factor = 1.0 if self.schedule is None else self.schedule(time, float(end))
        if not is_number(factor):
            raise TypeError(
                f"fit: the schedule must return a factor of the learning rate, and returned "
                f"{factor!r:.60} at {time:g} of {end} epochs"
            )
        return float(factor)

    def weights_of(self, name: str) -> list[float]:
        """The weights that a number of this epoch is of.

        The loss of an epoch of one batch is that of the weights before its only step.
        """
        is_before = self.batches == 1 and name in {"loss", *self.metrics}
        return self.weights.before if is_before else self.weights.now()

    def stop(self, why: str) -> None:
        """Ask the training to end after this batch; ``why`` goes into ``history.stopped``."""
        self.why = self.why or why or "a callback stopped it"


HOOKS = (
    "on_fit_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_epoch_kept", "on_fit_end",
)  # fmt: skip


class Callback:
    """What is called while a model is trained: override what you need.

    Each method gets the `Training`: its ``model``, ``optimizer``, ``epoch`` and ``batch`` (which
    count from 1), ``logs`` (this epoch's numbers, which go into the history), ``history``, and
    ``stop(why)``. A plain function serves too: it is called at the end of each epoch.

    >>> class Biggest(Callback):
    ...     def on_epoch_end(self, training):
    ...         training.logs["biggest"] = max(abs(p.data) for p in training.model.parameters())

    One that has a `state_dict` is resumed with the training. It may name in ``settings`` those of
    its attributes that must then be as they were.
    """

    settings: ClassVar[tuple[str, ...]] = ()

    def on_fit_begin(self, training: Training) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, training: Training) -> None:
        """Before the first batch of an epoch."""

    def on_batch_end(self, training: Training) -> None:
        """After a step; the gradients that it used are still in the parameters."""

    def on_epoch_end(self, training: Training) -> None:
        """After the last batch of an epoch and its validation; ``logs`` may be added to."""

    def on_epoch_kept(self, training: Training) -> None:
        """After ``logs`` went into ``history``, where nothing more can be added to them."""

    def on_fit_end(self, training: Training) -> None:
        """After the last epoch, be it stopped or interrupted; not after an error."""

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training must know, as JSON can hold it; nothing if left out."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what `state_dict` gave."""


class _EpochEnd(Callback):
    """A plain function, called at the end of each epoch."""

    def __init__(self, function: Callable[[Training], object]) -> None:
        self.function = function

    def on_epoch_end(self, training: Training) -> None:
        self.function(training)


class Callbacks:
    """Several callbacks as one."""

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        self.all = list(callbacks)

    @property
    def remembering(self) -> list[Callback]:
        """Those that have something to remember: others may come and go."""
        return [one for one in self.all if type(one).state_dict is not Callback.state_dict]

    def call(self, hook: str, training: Training) -> None:
        """Call one method of each."""
        for callback in self.all:
            getattr(callback, hook)(training)


def checked(callbacks: Any) -> list[Callback]:
    """The callbacks that users hand over: one or a list, objects or functions."""
    single = isinstance(callbacks, Callback) or callable(callbacks)
    given = [callbacks] if single else () if callbacks is None else callbacks
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes)):
        raise TypeError(f"fit: callbacks is a list of Callbacks or functions, got {given!r:.60}")
    return list(map(_checked, given))


def _checked(callback: Any) -> Callback:
    name = getattr(callback, "__name__", "")
    if isinstance(callback, type) and issubclass(callback, Callback):
        raise TypeError(f"fit: callbacks takes objects, got the class {name}; write {name}()")
    if not isinstance(callback, Callback):
        if not callable(callback):
            raise TypeError(
                f"fit: a callback is a Callback or a function of the training, got {callback!r:.60}"
            )
        return _EpochEnd(callback)
    for hook in dir(callback):
        if hook.startswith("on_") and hook not in HOOKS:  # misspelt, and nobody would know
            raise TypeError(
                f"fit: {type(callback).__name__}.{hook} would never be called{meant(hook, HOOKS)}"
            )
    return callback
