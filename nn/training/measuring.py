"""Metrics by name and by function: which exist, how they are called, and whether higher is better.

A user's function is called with (outputs, targets), and with ``sample_weight`` if it has a
parameter of that name. scikit-learn's functions are recognised by their parameters: (y_true,
y_pred) get the targets and then the answers of `Module.predict`; y_score and y_proba get scores to
rank examples by, and probabilities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from autograd import no_grad
from autograd.numbers import is_number, real

from ..answers import UNKNOWN, Answers, known, threshold, trained_with
from ..calling import evaluating
from ..data.batches import Examples
from ..examples import matched, plain
from ..losses import LOSSES, Loss
from ..losses import loss as loss_named
from ..module import Module
from ..names import helped, look_up, name_in, signature
from .metrics import HIGHER_IS_BETTER, METRICS, OF_CLASSES, Metric, Numbers, Weights

CHUNK = 256  # examples whose outputs are Values at the same time; then they become plain numbers
RESERVED = frozenset({"epoch", "loss", "lr", "seconds"})  # columns of every history

# Which form of a model's outputs a function like scikit-learn's takes, by its second parameter.
READINGS = {"y_pred": "said", "y_score": "score", "y_proba": "chance", "y_prob": "chance"}
TAKE_CHANCES = frozenset({"log_loss", "d2_log_loss_score"})  # although they say y_pred


def named(metrics: Any, by: Answers = UNKNOWN) -> dict[str, Metric]:
    """The user's metrics by name, from a name, a function, or a list or dict of these.

    ``by`` says how to read outputs. Our metrics for classes get its threshold, unless a partial
    already gives them one.

    >>> list(named(["accuracy", lambda outputs, targets: 0.0]))
    ['accuracy', '<lambda>']
    """
    found: dict[str, Metric] = {}
    for name, one in _pairs(metrics):
        if name in RESERVED or name.startswith("val_"):
            raise ValueError(
                f"a metric cannot be called {name!r}: the history has a column of that name; "
                "choose another"
            )
        if name in found:
            raise ValueError(
                f"metrics has {name!r} twice; give each its own name: "
                f"metrics={{{name!r}: …, 'other': …}}"
            )
        found[name] = _readable(name, one, by)
    return found


def _readable(name: str, metric: Any, by: Answers) -> Metric:
    """One metric, which is told how to read outputs if it needs to know."""
    if not callable(metric):
        metric = look_up(metric, METRICS, "metric", "a function (outputs, targets) -> number")
    if any(metric is ours for ours in OF_CLASSES.values()):
        return partial(metric, threshold=by.threshold, labels=by.labels)
    first, second = [*_parameters(metric), "", ""][:2]
    if first != "y_true" or second not in READINGS:
        one: Metric = metric
        return one
    if by.loss is None:
        raise ValueError(
            f"the metric {name!r} takes y_true and {second}, but it is not known what the outputs "
            "of this model mean: its loss is your own, or was not named; write a function "
            "(outputs, targets) -> number"
        )
    reading = "chance" if _name(metric) in TAKE_CHANCES else READINGS[second]
    return partial(_of_answers, metric, getattr(by, reading), by.wanted)


def _parameters(function: Any) -> list[str]:
    given = signature(function)
    return [] if given is None else list(given.parameters)


def _of_answers(metric: Metric, read: Any, wanted: Any, /, *given: Any) -> Any:
    """Call a metric like scikit-learn's, with answers instead of outputs, and targets first."""
    outputs, targets, weights = given
    right, answers = list(map(wanted, targets)), list(map(read, outputs))
    try:
        return _asked(metric, right, answers, weights)
    except Exception as error:  # whatever it raises
        error.add_note(
            f"{_name(metric)} got this model's answers after "
            f"{read.__self__.loss}, {answers!r:.40} for {right!r:.40}; for something else write a "
            "function (outputs, targets) -> number"
        )
        raise


def _asked(metric: Metric, first: Any, second: Any, weights: Weights) -> Any:
    """The result of a user's function, called with weights if it takes them and there are any."""
    if weights is None or "sample_weight" not in _parameters(metric):
        return metric(first, second)
    return metric(first, second, sample_weight=weights)


def _pairs(metrics: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(metrics, Mapping):
        return [(str(name), metric) for name, metric in metrics.items()]
    given = [metrics] if isinstance(metrics, str) or callable(metrics) else metrics or ()
    if not isinstance(given, Iterable):
        raise TypeError(f"metrics must be a list of names and functions, got {metrics!r:.60}")
    return [(one, one) if isinstance(one, str) else (_called(one), one) for one in given]


def _called(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _name(metric: Any) -> str:
    """A function's own name, whatever name the user gave it."""
    while isinstance(metric, partial):
        metric = metric.args[0] if metric.func is _of_answers else metric.func
    return _called(metric)


def measured(
    metrics: Mapping[str, Metric], outputs: Numbers, targets: Numbers, weights: Weights
) -> dict[str, float]:
    """Each metric's number, checked: a user's function may return anything."""
    numbers = {}
    given = matched(list(outputs), list(targets))
    for name, metric in metrics.items():
        function = metric.func if isinstance(metric, partial) else metric
        ours = function is _of_answers or name_in(METRICS, metric) is not None
        try:
            number = (metric if ours else partial(_asked, metric))(given, targets, weights)
        except Exception as error:  # whatever it raises
            if function is not _of_answers:  # which explains its own errors
                error.add_note(f"this is from the metric {name!r}")
            raise
        if not is_number(number):
            raise TypeError(
                f"the metric {name!r} must return a number, but returned {number!r:.60}"
            )
        numbers[name] = real(number)
    return numbers


# --- measuring a model ----------------------------------------------------------------------------


@helped()
def evaluate(
    model: Module,
    X: Any,
    y: Any = None,
    *,
    loss: str | Loss | None = None,
    metrics: Any = (),
    sample_weight: Any = None,
) -> dict[str, float]:
    """The loss and metrics of a model on examples, in `Module.eval` mode; nothing is recorded.

    Both are means in which an example counts by its ``sample_weight``. Metrics for classes use the
    model's ``decision_threshold``, which `fit` has set; if it is not set, it follows from ``loss``
    and y, as in `fit`. What outputs mean follows from the loss that the model was trained with, or
    else from ``loss``. If neither ``loss`` nor ``metrics`` is given, the loss that the model was
    trained with is measured.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> evaluate(model, [[1.0], [2.0]], [0.0, 2.0], loss="mse", metrics=["mae"])
    {'loss': 2.0, 'mae': 1.0}
    """
    data = Examples.of(X, y, sample_weight)
    learned = trained_with(model)
    if not metrics and (loss := loss or learned) is None:
        raise ValueError(
            f"evaluate: nothing to measure for this {type(model).__name__}, which nn.fit did "
            "not train with a loss that has a name; write loss='mse' or metrics=['accuracy']"
        )
    of = None if loss is None else loss_named(loss)
    at = known(model)
    if at is None and of is not None:
        at = threshold(of, data.targets)
    by = Answers(learned or name_in(LOSSES, of), at or 0.0)
    return measure(model, data, of, named(metrics, by))


def measure(
    model: Module, data: Examples, loss: Loss | None, metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """`evaluate`, for arguments that have been checked."""
    outputs: list[Any] = []
    mean = 0.0
    with no_grad(), evaluating(model):
        for start in range(0, len(data), CHUNK):
            part = data.at(range(start, min(start + CHUNK, len(data))))
            given = [model(row) for row in part.rows]
            if loss is not None:
                mean += part.mean_loss(loss, given).data * (len(part) / len(data))
            if metrics:
                outputs += map(plain, given)
    numbers = {} if loss is None else {"loss": mean}
    return numbers | measured(metrics, outputs, list(map(plain, data.targets)), data.weights)


# --- which is better ------------------------------------------------------------------------------


def is_better_higher(metric: Metric) -> bool | None:
    """Whether higher is better; None for a user's own function, where it is not known.

    For functions like scikit-learn's the last word of the name decides: higher is better for a
    score, lower for an error, a loss or a deviance.

    >>> is_better_higher(METRICS["f1"]), is_better_higher(METRICS["mae"]), is_better_higher(max)
    (True, False, None)
    """
    if (name := name_in(METRICS, metric)) is not None:
        return name in HIGHER_IS_BETTER
    if not (isinstance(metric, partial) and metric.func is _of_answers):
        return None
    last = _name(metric).rpartition("_")[2]
    return {"score": True, "error": False, "loss": False, "deviance": False}.get(last)
