"""What a training leaves behind, by epochs: losses, and how the layers moved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.training.state import GRADIENT_NORM, UPDATE_RATIO

from ..checks import did_you_mean
from ..labels import shorten
from ..say.numbers import show
from .axes import axes_for, sequence, strokes, theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GOOD_RATIO = 1e-3  # a rule of thumb from A. Karpathy's "makemore" lecture on activations


def plot_history(
    history: Mapping[str, Sequence[float]],
    ax: Axes | None = None,
    *,
    column: str = "loss",
    log: bool = False,
) -> Axes:
    """Draw the loss, or another column, of a training and of its validation.

    The best epoch is marked: the one that early stopping found, else that with the smallest
    validation loss.

    >>> import matplotlib; matplotlib.use("agg")
    >>> plot_history({"loss": [0.9, 0.4]}).get_xlabel()
    'epoch'

    Parameters
    ----------
    history:
        What `nn.fit` returned, or any dict of columns.
    ax:
        Where to draw; left out, a new figure.
    column:
        ``"loss"`` or a metric; that of the validation, ``val_…``, is drawn beside it.
    log:
        A logarithmic axis.
    """
    if not isinstance(history, Mapping):
        raise TypeError(
            f"plot_history takes what nn.fit returned, got a {type(history).__name__}; write "
            "plot_history(nn.fit(model, X, y, loss='mse'))"
        )
    names = [name for name in (column, f"val_{column}") if name in history]
    if not names:
        rest = did_you_mean(column, list(history), f"there are: {', '.join(history)}")
        raise ValueError(f"plot_history: the history has no column {column!r}{rest}")
    ax = axes_for(ax, "plot_history")
    theme = theme_of(ax)
    epochs = _epochs(history, names[0])
    looks = [(theme.positive, "-"), (theme.negative, "--")]
    for name, (colour, stroke) in zip((column, f"val_{column}"), looks, strict=True):
        if name in history:
            # A line through one epoch is none: its point has to be seen.
            marker = "o" if len(epochs) == 1 else ""
            ax.plot(epochs, list(history[name]), color=colour, linestyle=stroke, label=name,
                    marker=marker)  # fmt: skip
    best = _best(history, column)
    if best is not None and best in epochs:
        number = history[names[-1]][epochs.index(best)]
        label = f"best: {show(number).removeprefix('+')} in epoch {best:g}"
        ax.axvline(best, color=theme.muted, linestyle=":", label=label)
    if log:
        ax.set_yscale("log")
    _by_epoch(ax, column)
    ax.legend()
    return ax


def plot_update_ratio(history: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """Draw how far each step moved each layer, compared with how large its parameters are.

    The dotted line is at 0.001, about where a training goes well. Needs a history with
    `LayerStatistics`.
    """
    ax = _layers(history, ax, UPDATE_RATIO, "plot_update_ratio")
    ax.axhline(GOOD_RATIO, color=theme_of(ax).muted, linestyle=":", label="about right")
    ax.set_ylabel("‖Δw‖ ∕ ‖w‖ of a step")
    ax.legend()
    return ax


def plot_gradient_norm(history: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """Draw the length of each layer's gradient. Needs a history with `LayerStatistics`."""
    ax = _layers(history, ax, GRADIENT_NORM, "plot_gradient_norm")
    ax.set_ylabel("‖g‖ of a step")
    ax.legend()
    return ax


def _layers(history: Mapping[str, Sequence[float]], ax: Axes | None, what: str, who: str) -> Axes:
    """One line for each layer, on a logarithmic axis, first layers darkest."""
    names = [name for name in history if str(name).endswith(f"/{what}")]
    if not names:
        raise ValueError(
            f"{who}: the history has no columns …/{what}; write "
            "fit(..., callbacks=[nn.LayerStatistics()])"
        )
    ax = axes_for(ax, who)
    looks = zip(names, sequence(len(names), theme_of(ax)), strokes(), strict=False)
    for name, colour, stroke in looks:
        # What is 0 has no place on a logarithmic axis; a gap says it better than the frame.
        column = [x if x > 0 else math.nan for x in history[name]]
        label = shorten(name.removesuffix(f"/{what}"))
        marker = "o" if len(column) == 1 else ""
        ax.plot(_epochs(history, name), column, color=colour, linestyle=stroke, label=label,
                marker=marker)  # fmt: skip
    ax.set_yscale("log")
    _by_epoch(ax, what)
    return ax


def _epochs(history: Mapping[str, Sequence[float]], name: str) -> list[Any]:
    """The column of epochs; counted from 1 if there is none."""
    return list(history["epoch"]) if "epoch" in history else list(range(1, len(history[name]) + 1))


def _best(history: Mapping[str, Sequence[float]], column: str) -> float | None:
    best: float | None = getattr(history, "best_epoch", None)
    if best is not None or column != "loss" or "val_loss" not in history:
        return best
    losses = list(history["val_loss"])
    found = [i for i, x in enumerate(losses) if math.isfinite(x)]
    if not found:
        return None
    smallest = min(found, key=lambda i: losses[i])
    number: float = _epochs(history, "val_loss")[smallest]
    return number


def _by_epoch(ax: Axes, what: str) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    ax.set_xlabel("epoch")
    ax.set_ylabel(what)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
