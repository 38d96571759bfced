"""`fit`: train a model in one call."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..answers import Answers, keep, known, note, threshold, trained_with
from ..checks import size, yes_or_no
from ..data.batches import Examples, split
from ..losses import LOSSES, Loss
from ..losses import loss as loss_named
from ..module import Module
from ..names import helped, look_up, name_in, signature
from ..optimisers import SGD, Adam, AdamW, Optimiser, RMSprop
from ..randomness import RngLike, generator
from ..saving import random_states
from .adjustments import Adjustments
from .callbacks import EarlyStopping, Progress
from .checkpoints import Checkpoint, read
from .loop import Loop
from .measuring import named
from .state import Callback, History, Schedule, checked

OPTIMISERS: dict[str, type[Optimiser]] = {
    "sgd": SGD, "adam": Adam, "adamw": AdamW, "rmsprop": RMSprop
}  # fmt: skip


def _without_loss(*given: Any, **named: Any) -> str:
    """What to write for ``fit(model, X, y)`` and ``fit(model, X, y, "mse")``."""
    if len(given) > 3:
        return f"takes all arguments after X and y by name; write loss={given[3]!r:.40}"
    if "loss" in named:
        return ""
    return (
        "needs a loss; write fit(model, X, y, loss='mse') for numbers, 'binary_cross_entropy' for "
        "two classes, 'cross_entropy' for more"
    )


@helped(_without_loss)
def fit(
    model: Module,
    X: Any,
    y: Any = None,
    *,
    loss: str | Loss,
    optimizer: str | Optimiser | Callable[[Module], Optimiser] = "adam",
    lr: float | None = None,
    epochs: int = 10,
    batch_size: int | None = 32,
    shuffle: bool = True,
    rng: RngLike = None,
    validation: float | Sequence[Any] | None = None,
    stratify: bool = False,
    metrics: Any = (),
    sample_weight: Any = None,
    class_weight: Any = None,
    schedule: Schedule | None = None,
    horizon: int | None = None,
    early_stopping: int | EarlyStopping | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    callbacks: Any = (),
    checkpoint: str | os.PathLike[str] | Checkpoint | None = None,
    resume: bool = False,
    progress: bool = True,
) -> History:
    """Train a model in place, and return the history of what was measured.

    >>> import random
    >>> from nn import MLP
    >>> from nn.data import moons
    >>> rng = random.Random(0)
    >>> X, y = moons(100, noise=0.1, rng=rng)
    >>> model = MLP(2, [8, 1], activation="tanh", rng=rng)
    >>> history = fit(model, X, y, loss="binary_cross_entropy", lr=0.05, epochs=20, rng=rng,
    ...               metrics=["accuracy"], progress=False)
    >>> history["loss"][-1] < 0.5 * history["loss"][0], history["accuracy"][-1] > 0.9
    (True, True)

    Ctrl-C ends training after the current batch; the history so far is returned, with
    ``history.interrupted`` true. If a loss or gradient becomes nan or inf, the model gets back the
    last weights with which everything was finite, and the error says where it began.

    Parameters
    ----------
    model:
        A `Module`. It is in training mode during training, in eval mode for validation, and
        afterwards in the same mode as before.
    X, y:
        Inputs and targets: lists, tuples, NumPy arrays, pandas, iterators. Without y, X has pairs
        (x, target).
    loss:
        A name such as ``"mse"``, or a function (outputs, targets) -> Value, the mean over a batch.
    optimizer:
        ``"sgd"``, ``"adam"``, ``"adamw"`` or ``"rmsprop"``; an `Optimiser`, which keeps its
        state for a later fit; or a function of the model that makes one.
    lr:
        The learning rate, if the optimiser is given by name; by default the optimiser's own
        default.
    epochs:
        How often each example is seen.
    batch_size:
        How many examples a step uses; None: all at once.
    shuffle, rng:
        Whether each epoch has a new order, drawn from ``rng``: a seed, a ``random.Random``, a
        NumPy ``Generator``; None is Python's global ``random``.
    validation:
        Examples that are only measured: ``(X, y)``, ``(X, y, weights)``, or the share of X to set
        aside, drawn with ``rng``.
    stratify:
        True: the share that is set aside has the same proportion of each class as X, to within one
        example, and at least one of each.
    metrics:
        Names (accuracy, precision, recall, f1, mae, rmse, r2) and functions (outputs, targets) ->
        number; scikit-learn's, with parameters (y_true, y_pred), get the answers of
        `Module.predict`. For training examples they use the outputs from the training steps. If y
        has one number for each example, even in a column, outputs and targets are plain numbers. A
        single output is class 1 above ``model.decision_threshold``, which is set here from y and
        the loss: 0.5 if outputs learn the targets 0 and 1, 0 if they learn scores.
    sample_weight:
        How much each example counts, compared with the others: 2 is like having it twice, 0 like
        not having it. A batch's loss is Σ (weight ∕ mean weight of all) · loss ∕ examples in the
        batch, so equal weights change nothing. Your own metrics get them as ``sample_weight``.
    class_weight:
        How much each class counts, as {0: 1.0, 1: 5.0}, or "balanced": all classes count the same.
        It multiplies the sample weight of each example, also in a share that is set aside.
    schedule:
        A factor of the learning rate over time, such as ``nn.CosineDecay()``: a function of
        (epoch, horizon), called before each step; the epoch begins at 0 and has a fraction.
    horizon:
        The epoch at which the schedule ends; by default ``epochs``. You need it to train in several
        parts: first ``epochs=5, horizon=20``, then ``epochs=20, resume=True``.
    early_stopping:
        How many epochs to wait without improvement, or an `EarlyStopping`. The model then ends with
        the weights of its best epoch.
    clip_norm, clip_value:
        Bounds on the length of the gradient and on each of its numbers. They are applied after the
        penalties, the value first.
    l1, l2:
        Factors of the penalties Σ|w| and ½ Σw²; see `Adjustments`.
    callbacks:
        `Callback` objects, or functions of the `Training` that are called after each epoch.
    checkpoint:
        A path, where everything needed to resume is written after every epoch; or a `Checkpoint`.
        When training ends, `nn.load` reads from it the same model as in memory.
    resume:
        True: continue from the checkpoint if it exists, bit for bit as if never interrupted.
        Everything except ``epochs``, ``progress`` and callbacks without memory must be the same,
        including functions and classes: their code, and the values that they use. Otherwise an
        error is raised and nothing is changed.
    progress:
        Whether to show a bar (on a terminal, if tqdm is installed), or else lines (at most 11, and
        why it ended early), both on stdout.

    Raises
    ------
    nn.DivergedError
        if a loss or gradient is nan or inf; it names the operation, its label and the example.
    """
    _check_model(model)
    draw_from = generator(rng)
    resume, progress = yes_or_no(resume, "fit: resume"), yes_or_no(progress, "fit: progress")
    data = Examples.of(X, y, sample_weight, class_weight)
    kept = _checkpoint(checkpoint, resume=resume)
    if kept is not None:
        random_states(model, draw_from)  # raises if some draws could not be repeated
    state = read(kept.path, model) if kept is not None and resume else None
    if not isinstance(stratify, bool):  # in scikit-learn it is stratify=y
        raise TypeError(
            f"fit: stratify must be True or False, got a {type(stratify).__name__}; write "
            "stratify=True, which takes the classes from y"
        )
    learned, held_out = split(data, validation, draw_from, state, stratify=stratify)
    of = loss_named(loss)
    learned_by = name_in(LOSSES, of)
    if learned.weights or (held_out is not None and held_out.weights):
        _check_takes_weights(of)
    at = _undisturbed(draw_from, lambda: threshold(of, learned.targets))
    at = known(model) if at is None else at
    bar = Progress() if progress else None
    epochs = size(epochs, "fit: epochs")
    training = Loop(
        model,
        _optimiser(optimizer, model, lr),
        of,
        learned,
        epochs=epochs,
        horizon=_horizon(horizon, schedule, epochs),
        batch_size=len(learned) if batch_size is None else size(batch_size, "fit: batch_size"),
        rng=draw_from,
        shuffle=yes_or_no(shuffle, "fit: shuffle"),
        validation=held_out,
        metrics=named(metrics, Answers(learned_by, at or 0.0)) if metrics else {},
        schedule=_schedule(schedule),
        adjustments=_adjustments(clip_norm, clip_value, l1, l2),
        callbacks=_callbacks(callbacks, early_stopping, kept, bar),
        announce=progress,
        asked={"class_weight": _said(class_weight), "stratify": stratify or None},
    )
    for one in [x for x in training.callbacks if isinstance(x, Checkpoint)]:
        one.begin(training, state if one is kept else None)  # before anything changes
    before, start = (known(model), trained_with(model)), training.weights.good
    keep(model, at)
    note(model, learned_by)
    try:
        return training.run()
    except (TypeError, ValueError) as error:
        if y is None and not training.history.epochs:
            error.add_note("fit got no y, so each row of X was taken as a pair (x, target)")
        raise
    finally:
        if bar is not None:
            bar.close()
        if training.weights.good is start:  # nothing was learned
            keep(model, before[0])
            note(model, before[1])


# --- arguments ------------------------------------------------------------------------------------


def _check_model(model: Any) -> None:
    if isinstance(model, Module):
        return
    kind = type(model)
    cure = "write fit(model, X, y, loss=...)"
    if kind.__module__ == "autograd.micrograd":
        cure = "use a model from nn, such as nn.MLP(2, [16, 1])"
    elif callable(model) and not inspect.isroutine(model) and not isinstance(model, type):
        cure = f"let the class inherit from Module: class {kind.__name__}(nn.Module)"
    what = f"the class {model.__name__}" if isinstance(model, type) else f"a {kind.__name__}"
    raise TypeError(f"fit trains a Module, got {what}; {cure}")


def _undisturbed(rng: Any, ask: Callable[[], float | None]) -> float | None:
    """The result of ``ask``; random numbers that it draws will be drawn again afterwards."""
    try:
        state = rng.getstate()
    except NotImplementedError:  # the system's generator, whose draws cannot be repeated
        return ask()
    answer = ask()
    rng.setstate(state)
    return answer


def _check_takes_weights(loss: Loss) -> None:
    given = signature(loss)
    parameters = {} if given is None else given.parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    if given is not None and "reduction" not in parameters and not takes_all:
        name = getattr(loss, "__name__", "the loss")
        raise TypeError(
            f"fit: with sample weights the loss must give the loss of each example, but {name} has "
            f"no reduction; write def {name}(outputs, targets, *, reduction='mean'), where 'none' "
            "gives a list"
        )


def _optimiser(of: Any, model: Module, lr: float | None) -> Optimiser:
    if isinstance(of, Optimiser) or (callable(of) and not isinstance(of, type)):
        if lr is not None:
            raise ValueError(
                "fit: lr is only for an optimizer given by name; give your optimiser its own lr"
            )
        made = of if isinstance(of, Optimiser) else of(model)
    else:
        is_kind = isinstance(of, type) and issubclass(of, Optimiser)
        make: Any = of if is_kind else look_up(of, OPTIMISERS, "optimizer", "an Optimiser")
        if lr is None and make is SGD:
            raise ValueError("fit: sgd has no default learning rate; write for example lr=0.1")
        made = make(model) if lr is None else make(model, lr=lr)
    if not isinstance(made, Optimiser):
        raise TypeError(
            f"fit: the function optimizer must return an Optimiser, but returned {made!r:.60}"
        )
    return made


def _schedule(schedule: Any) -> Schedule | None:
    if schedule is not None and (not callable(schedule) or isinstance(schedule, type)):
        written = f"; write {schedule.__name__}(...)" if isinstance(schedule, type) else ""
        raise TypeError(
            "fit: schedule must be a function (epoch, epochs) -> factor, as nn.CosineDecay(), got "
            f"{schedule!r:.60}{written}"
        )
    try:
        if given := signature(schedule):
            given.bind(0.0, 1.0)
    except TypeError:
        raise TypeError(
            "fit: a schedule gets two numbers, the epoch and the number of epochs; write lambda "
            "epoch, epochs: 0.5"
        ) from None
    found: Schedule | None = schedule
    return found


def _horizon(horizon: Any, schedule: Any, epochs: int) -> int:
    if horizon is None:
        return epochs
    if schedule is None:
        raise ValueError("fit: horizon is where a schedule ends, but there is none; leave it out")
    return size(horizon, "fit: horizon")


def _adjustments(*asked: Any) -> Adjustments | None:
    nothing = all(x is None or (type(x) is float and x == 0.0) for x in asked[2:])
    return None if nothing and asked[:2] == (None, None) else Adjustments(*asked)


def _callbacks(given: Any, early_stopping: Any, *last: Callback | None) -> list[Callback]:
    """All callbacks, checkpoints last: they write the model as early stopping leaves it."""
    own = checked(given)
    if early_stopping is not None:
        is_one = isinstance(early_stopping, EarlyStopping)
        own.append(early_stopping if is_one else EarlyStopping(early_stopping))
    own.sort(key=lambda one: isinstance(one, Checkpoint))
    return own + [one for one in last if one is not None]


def _checkpoint(checkpoint: Any, *, resume: bool) -> Checkpoint | None:
    if checkpoint is None:
        if resume:
            raise ValueError("fit: resume=True needs checkpoint=..., the file to continue from")
        return None
    return checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)


def _said(class_weight: Any) -> str | None:
    """A dict of weights in a standard form, whatever the order and the types of its numbers."""
    if not isinstance(class_weight, Mapping):
        found: str | None = class_weight
        return found
    return str({int(k): float(class_weight[k]) for k in sorted(class_weight)})
