"""A running training as callbacks see it: its numbers and its weights; and callbacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from autograd import Value
from autograd.numbers import is_number

from ..data.batches import Examples
from ..losses import Loss
from ..module import Module
from ..names import meant
from ..optimisers import Optimiser
from ..optimisers.optimiser import StepError
from ..parameter import FROZEN
from .adjustments import Adjustments
from .metrics import Metric

Schedule = Callable[[float, float], float]

# The columns of `LayerStatistics`, two for each layer: "layers.0/update_ratio".
UPDATE_RATIO, GRADIENT_NORM = "update_ratio", "gradient_norm"
_OF_LAYERS = (f"/{UPDATE_RATIO}", f"/{GRADIENT_NORM}")


class History(dict[str, list[Any]]):
    """A dict with one list for each measured quantity, with one number for each epoch.

    ``pandas.DataFrame(history)`` and ``json.dumps(history)`` take it as it is; `rows` has the same
    by epochs. The columns are ``epoch``, ``loss``, the metrics, the same for the validation
    examples as ``val_loss`` and so on, ``lr`` (at the end of the epoch), ``seconds``, and whatever
    callbacks add. What was not measured is nan.

    >>> history = History()
    >>> history.add({"epoch": 1, "loss": 0.5}); history.add({"epoch": 2, "loss": 0.25})
    >>> history["loss"], history.rows()[1]
    ([0.5, 0.25], {'epoch': 2, 'loss': 0.25})
    """

    stopped: str = ""
    """Why the training ended: ``"all 50 epochs done"``, ``"interrupted in epoch 7 …"``."""
    interrupted: bool = False
    """Whether Ctrl-C was pressed, even in the last batch."""
    best_epoch: int | None = None
    """The epoch with the best number in the column that early stopping watches; counts from 1."""

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return max(map(len, self.values()), default=0)

    def add(self, numbers: Mapping[str, Any]) -> None:
        """Append one epoch."""
        before = self.epochs
        for name in numbers:
            self.setdefault(name, [math.nan] * before)
        for name, column in self.items():
            column.append(numbers.get(name, math.nan))

    def rows(self) -> list[dict[str, Any]]:
        """One dict for each epoch."""
        return [{name: column[i] for name, column in self.items()} for i in range(self.epochs)]

    def last(self, name: str = "loss") -> Any:
        """The number of the last epoch.

        >>> History({"loss": [0.5, 0.25]}).last()
        0.25
        """
        if name not in self:
            raise KeyError(f"{name!r} was not measured; there are: {', '.join(self)}")
        if not self[name]:
            raise KeyError(f"{name!r} has no number yet: no epoch has been finished")
        return self[name][-1]

    def __repr__(self) -> str:
        last = {name: column[-1] for name, column in self.items() if column and name != "lr"}
        ended = f"; {self.stopped}" if self.stopped else ""
        return f"<History of {self.epochs} epochs: {words(last, '=')}{ended}>"


def words(numbers: Mapping[str, Any], between: str = " ") -> str:
    """The numbers of an epoch in one line, without those of layers.

    >>> words({"epoch": 3, "loss": 0.123456, "val_loss": 0.5, "seconds": 1.0})
    'loss 0.1235, val_loss 0.5'
    """
    return ", ".join(
        f"{name}{between}{number:.4g}"
        for name, number in numbers.items()
        if name not in {"epoch", "seconds"}
        and not name.endswith(_OF_LAYERS)
        and isinstance(number, (int, float))
    )


class Weights:
    """The weights of a model and of its optimiser, which may have been given more or fewer.

    ``good`` are the last weights with which a loss and all gradients were finite; ``before`` are
    those before the last step.
    """

    def __init__(self, model: Module, optimizer: Optimiser) -> None:
        own = model.parameters()
        if not {id(p) for p in own} & {id(p) for p in optimizer.parameters}:
            raise ValueError(
                f"fit: this {type(optimizer).__name__} has the parameters of another model, so "
                f"nothing in {model!r} would be trained; make a new one: "
                f"{type(optimizer).__name__}(model, ...)"
            )
        if all(type(p) in FROZEN for p in optimizer.parameters):
            raise ValueError(
                "fit: all parameters are frozen, so nothing would be trained; write "
                "model.unfreeze(), or unfreeze() on a part of it"
            )
        self.model, self.optimizer = model, optimizer
        # This list only grows, so kept numbers still fit: new parameters are added at the end.
        self._all: dict[int, Value] = {id(p): p for p in [*own, *optimizer.parameters]}
        self.good = self.before = self.now()

    @property
    def all(self) -> list[Value]:
        """Every parameter of the model and of the optimiser, each once."""
        return list(self._all.values())

    def now(self) -> list[float]:
        """The numbers, for `give`."""
        return [parameter.data for parameter in self._all.values()]

    def give(self, numbers: Sequence[float]) -> None:
        """Set the parameters to these numbers; parameters that were added later do not change."""
        for parameter, number in zip(self._all.values(), numbers, strict=False):
            parameter.data = number

    def back(self) -> None:
        """Go back to the last good weights."""
        self.give(self.good)

    def zero_grad(self) -> None:
        """Set all gradients to 0.0, also outside the model: backward passes add to gradients."""
        before = self.optimizer.parameters
        self.optimizer.follow()
        if self.optimizer.parameters is not before:
            for parameter in [*self.model.parameters(), *self.optimizer.parameters]:
                self._all.setdefault(id(parameter), parameter)
        for parameter in self._all.values():
            parameter.grad = 0.0

    def step(self) -> None:
        """Make a step: completely, with finite results, or not at all.

        Raises
        ------
        StepError
            if it would have made a parameter nan or inf.
        """
        before = self.now()
        try:
            self.optimizer.step()
            self._check_finite(before)
        except BaseException:
            self.give(before)
            raise
        self.good = self.before = before

    def _check_finite(self, before: Sequence[float]) -> None:
        after = self.now()
        if math.isfinite(sum(after)):
            return
        for parameter, old, new in zip(self._all.values(), before, after, strict=True):
            if not math.isfinite(new):
                raise StepError("", parameter, old - new)


@dataclass(eq=False)
class Training:
    """A run of `fit`.

    ``epoch`` and ``batch`` count from 1; ``logs`` are the numbers of this epoch so far, and
    ``batch_loss`` is the loss of the last batch.
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
    adjustments: Adjustments | None
    callbacks: list[Callback]
    asked: dict[str, Any]  # settings that matter only before the first epoch
    announce: bool  # whether Ctrl-C gets a message
    history: History = field(default_factory=History)
    logs: dict[str, Any] = field(default_factory=dict)
    epoch: int = 0
    batch: int = 0
    batch_loss: float = math.nan
    why: str = ""  # why it was stopped
    interrupted: bool = False  # Ctrl-C was pressed

    def __post_init__(self) -> None:
        self.weights = Weights(self.model, self.optimizer)
        self._lr = self.optimizer.lr

    @property
    def batches(self) -> int:
        """How many batches an epoch has."""
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

    @property
    def remembering(self) -> list[Callback]:
        """The callbacks with something to remember; others may differ when training resumes."""
        return [x for x in self.callbacks if type(x).state_dict is not Callback.state_dict]

    def factor(self, time: float, end: int) -> float:
        """The schedule's factor at a time, in epochs, if the schedule ends at ``end``."""
        factor = 1.0 if self.schedule is None else self.schedule(time, float(end))
        if not is_number(factor):
            raise TypeError(
                f"fit: the schedule must return a factor of the learning rate, but returned "
                f"{factor!r:.60} at {time:g} of {end} epochs"
            )
        return float(factor)

    def weights_of(self, name: str) -> list[float]:
        """The weights that a number of this epoch belongs to.

        In an epoch with one batch, the loss is that of the weights before its only step.
        """
        is_before = self.batches == 1 and name in {"loss", *self.metrics}
        return self.weights.before if is_before else self.weights.now()

    def stop(self, why: str) -> None:
        """Ask the training to end after this batch; ``why`` goes into ``history.stopped``."""
        self.why = self.why or why or "a callback stopped it"


class Callback:
    """A set of hooks that are called while a model is trained: override those you need.

    Each method gets the `Training`: its ``model``, ``optimizer``, ``epoch`` and ``batch`` (which
    count from 1), ``logs`` (this epoch's numbers, which go into the history), ``history``, and
    ``stop(why)``. A plain function serves too: it is called at the end of each epoch.

    >>> class Biggest(Callback):
    ...     def on_epoch_end(self, training):
    ...         training.logs["biggest"] = max(abs(p.data) for p in training.model.parameters())

    A callback with a `state_dict` is resumed with the training. It may name in ``settings`` the
    attributes that must then be the same.
    """

    settings: ClassVar[tuple[str, ...]] = ()

    def on_fit_begin(self, training: Training) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, training: Training) -> None:
        """Before the first batch of an epoch."""

    def on_batch_end(self, training: Training) -> None:
        """After a step; the gradients that it used are still in the parameters."""

    def on_epoch_end(self, training: Training) -> None:
        """After the last batch of an epoch and its validation; you may add to ``logs``."""

    def on_epoch_kept(self, training: Training) -> None:
        """After ``logs`` went into ``history``: nothing more can be added to them."""

    def on_fit_end(self, training: Training) -> None:
        """After the last epoch, also if stopped or interrupted, but not after an error."""

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training must know, in a form that JSON can hold; empty by default."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore what `state_dict` returned."""


HOOKS = [name for name in vars(Callback) if name.startswith("on_")]


class _EpochEnd(Callback):
    """A plain function, called at the end of each epoch."""

    def __init__(self, function: Callable[[Training], object]) -> None:
        self.function = function

    def on_epoch_end(self, training: Training) -> None:
        self.function(training)


def checked(callbacks: Any) -> list[Callback]:
    """The user's callbacks: one or a list, objects or functions."""
    single = isinstance(callbacks, Callback) or callable(callbacks)
    given = [callbacks] if single else () if callbacks is None else callbacks
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes)):
        raise TypeError(f"fit: callbacks takes a list of Callbacks or functions, got {given!r:.60}")
    return [_checked(callback) for callback in given]


def _checked(callback: Any) -> Callback:
    if isinstance(callback, type) and issubclass(callback, Callback):
        name = callback.__name__
        raise TypeError(f"fit: callbacks takes objects, got the class {name}; write {name}()")
    if not isinstance(callback, Callback):
        if callable(callback):
            return _EpochEnd(callback)
        raise TypeError(
            f"fit: a callback must be a Callback or a function of training, got {callback!r:.60}"
        )
    for hook in dir(callback):
        if hook.startswith("on_") and hook not in HOOKS:  # misspelt, which nobody would notice
            raise TypeError(
                f"fit: {type(callback).__name__}.{hook} would never be called{meant(hook, HOOKS)}"
            )
    return callback
