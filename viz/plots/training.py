"""What a training did: losses by epochs, how the layers moved, histograms of their numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from _glassgrad_installation import packages_of
from autograd import Graph, Value
from nn import Module
from nn.overview import layerwise
from nn.training.state import GRADIENT_NORM, UPDATE_RATIO

from ..checks import did_you_mean
from ..labels import shorten
from ..render.palette import DARK, LIGHT, Theme
from ..say.numbers import show
from ..say.ranges import percent
from ..see.recorded import by_scope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GOOD_RATIO = 1e-3  # a rule of thumb from A. Karpathy's "makemore" lecture on activations
BINS = 41  # odd, so that zero stands in the middle of one
PER_DECADE = 4  # bins of an axis that is logarithmic on both sides of zero
DECADES = 9  # at most, on each side
HEIGHT = 0.85  # of the highest bar, where rows are 1 apart


# --- by epochs ------------------------------------------------------------------------------------


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
    ax = _by_layer(history, ax, UPDATE_RATIO, "plot_update_ratio")
    ax.axhline(GOOD_RATIO, color=theme_of(ax).muted, linestyle=":", label="about right")
    ax.set_ylabel("‖Δw‖ ∕ ‖w‖ of a step")
    ax.legend()
    return ax


def plot_gradient_norm(history: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """Draw the length of each layer's gradient. Needs a history with `LayerStatistics`."""
    ax = _by_layer(history, ax, GRADIENT_NORM, "plot_gradient_norm")
    ax.set_ylabel("‖g‖ of a step")
    ax.legend()
    return ax


def _by_layer(history: Mapping[str, Sequence[float]], ax: Axes | None, what: str, who: str) -> Axes:
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


# --- histograms, a row for each layer -------------------------------------------------------------


def plot_weights(
    model: Module, ax: Axes | None = None, *, like: Module | Sequence[Module] = ()
) -> Axes:
    r"""Draw how the parameters of each layer are distributed, first layer on top.

    Those that are exactly 0 are counted beside the axis, and not drawn. ``like`` are models whose
    plots get the same axis, as before and after training: ``plot_weights(before, like=after)``.

    >>> import random; import matplotlib; matplotlib.use("agg")
    >>> from nn import MLP
    >>> axes = plot_weights(MLP(2, [3, 1], rng=random.Random(0)))
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['layers.0\nn = 9, 33 % are 0', 'layers.1\nn = 4, 25 % are 0']
    """
    who = "plot_weights"
    rows, *others = [
        {name: [p.data for p in found] for name, found in _layers(one, who).items()}
        for one in (model, *_several(like))
    ]
    ax = _rows(rows, others, ax, who, logarithmic=False)
    ax.set_xlabel("parameter")
    return ax


def plot_gradients(
    of: Module | Graph | Value,
    ax: Axes | None = None,
    *,
    like: Module | Graph | Value | Sequence[Module | Graph | Value] = (),
) -> Axes:
    """Draw how the gradients of each layer are distributed, on an axis logarithmic on both sides.

    Of a model it is the ``.grad`` that `backward` left in its parameters; of a Graph, or of a
    loss, those of its own pass, and no ``.grad`` is looked at. Those that are exactly 0 are counted
    beside the axis, and not drawn. ``like`` are others whose plots get the same axis.

    >>> import random; import matplotlib; matplotlib.use("agg")
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], rng=random.Random(0))
    >>> plot_gradients(model([1.0, 2.0])).get_xlabel()
    'gradient'
    """
    who = "plot_gradients"
    rows, *others = [_gradients(one, who) for one in (of, *_several(like))]
    ax = _rows(rows, others, ax, who, logarithmic=True)
    ax.set_xlabel("gradient")
    return ax


def _several(like: Any) -> Sequence[Any]:
    several: Sequence[Any] = like if isinstance(like, (list, tuple)) else [like]
    return several


def _gradients(of: Module | Graph | Value, who: str) -> dict[str, list[float]]:
    if isinstance(of, (Graph, Value)):
        found: Mapping[str, Sequence[Any]] = by_scope(of if isinstance(of, Graph) else Graph(of))
        if not found:
            raise ValueError(f"{who}: this graph has no parameters; draw that of a model's loss")
    else:
        found = _layers(of, who)
        if not any(parameter.grad for layer in found.values() for parameter in layer):
            raise ValueError(
                f"{who}: every .grad in this model is 0; call loss.backward() first, or write "
                f"{who}(loss)"
            )
    return {name: [x.grad for x in layer] for name, layer in found.items()}


def _layers(model: Module, who: str) -> dict[str, Sequence[Any]]:
    if not isinstance(model, Module):
        raise TypeError(f"{who} takes a Module, got a {type(model).__name__}")
    found: dict[str, Sequence[Any]] = {
        layer.name: layer.parameters for layer in layerwise(model) if layer.parameters
    }
    if not found:
        raise ValueError(f"{who}: {model!r:.60} has no parameters")
    return found


def _rows(
    rows: Mapping[str, Sequence[float]],
    others: Sequence[Mapping[str, Sequence[float]]],
    ax: Axes | None,
    who: str,
    *,
    logarithmic: bool,
) -> Axes:
    """One histogram for each row, below each other, on one axis that has room for the others."""
    ax = axes_for(ax, who)
    finite = {name: _drawn(row) for name, row in rows.items()}
    sizes = [abs(x) for one in (rows, *others) for row in one.values() for x in _drawn(row)]
    edges = _symmetric_logarithmic(sizes) if logarithmic else _even(sizes)
    colours = sequence(len(rows), theme_of(ax))
    for place, (name, colour) in enumerate(zip(rows, colours, strict=True)):
        counts = _counts(finite[name], edges)
        highest = max(counts) or 1
        tops = [place - HEIGHT * count / highest for count in counts]  # the axis points down
        ax.stairs(tops, edges, baseline=place, fill=True, color=colour, label=shorten(name))
    if logarithmic:
        ax.set_xscale("symlog", linthresh=min(filter(_is_positive, edges)), linscale=0.5)
        ax.set_xticks(_ticks(edges), minor=False)
        ax.minorticks_off()
    # Names and notes stand beside the axis: inside it they would run into the bars.
    names = [f"{shorten(name)}\n{_note(row)}" for name, row in rows.items()]
    ax.set_yticks([place - HEIGHT / 2 for place in range(len(rows))], names, fontsize="small")
    ax.set_ylim(len(rows) - 0.9, -1)
    return ax


def _drawn(row: Sequence[float]) -> list[float]:
    """Numbers that are exactly 0 are counted, not drawn: where many are, all else would be flat."""
    return [x for x in row if x and math.isfinite(x)]


def _note(row: Sequence[float]) -> str:
    """How many there are, and how many of them no bar shows."""
    zeros = sum(x == 0.0 for x in row)
    bad = sum(not math.isfinite(x) for x in row)
    parts = [f"n = {len(row):,}"]
    if zeros:
        parts.append(f"{percent(zeros / len(row))} are 0")
    if bad:
        parts.append(f"{bad:,} nan or inf")
    return ", ".join(parts)


def _even(sizes: Sequence[float]) -> list[float]:
    """Edges from −max to max, zero in the middle of a bin."""
    limit = max(sizes, default=1.0)
    return [limit * (2 * i / BINS - 1) for i in range(BINS + 1)]


def _symmetric_logarithmic(sizes: Sequence[float]) -> list[float]:
    """Edges at equal ratios on both sides of one bin around zero."""
    high = math.ceil(math.log10(max(sizes, default=1.0)))
    low = max(math.floor(math.log10(min(sizes, default=0.1))), high - DECADES)
    low = min(low, high - 1)
    steps = range((high - low) * PER_DECADE + 1)
    right = [10.0 ** (low + step / PER_DECADE) for step in steps]
    return [*[-edge for edge in reversed(right)], *right]


def _ticks(edges: Sequence[float]) -> list[float]:
    """Zero and some powers of ten, at most three on each side; none that stands near zero."""
    powers = list(filter(_is_positive, edges))[::PER_DECADE]
    right = powers[: 0 if len(powers) > 1 else None : -1][:: -(-len(powers) // 3)]
    return [*[-edge for edge in right], 0.0, *reversed(right)]


def _is_positive(x: float) -> bool:
    return x > 0.0


def _counts(numbers: Sequence[float], edges: Sequence[float]) -> list[int]:
    import numpy as np  # noqa: PLC0415 - matplotlib brings it

    clipped = [min(max(x, edges[0]), edges[-1]) for x in numbers]
    found: list[int] = np.histogram(clipped, bins=edges)[0].tolist()
    return found


# --- where plots are drawn: Axes, and the colours that suit them ----------------------------------

STROKES = ("-", "--", "-.", ":")
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*")

# Okabe & Ito 2008, told apart by the colour-blind too; blue and vermilion first, as in drawings.
CLASSES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#999999")


def axes_for(ax: Axes | None, who: str) -> Axes:
    """The given Axes, or those of a new figure; ``who`` needs them, for the error."""
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - 0.4 s, on the first plot
        from matplotlib.axes import Axes as AxesType  # noqa: PLC0415
    except ImportError as error:
        raise ImportError(
            f"viz.{who} needs the package matplotlib: {packages_of('plot')}"
        ) from error
    if ax is None:
        return plt.subplots(layout="constrained")[1]
    if not isinstance(ax, AxesType):
        many = " one of them, such as axes[0]" if hasattr(ax, "__len__") else " those of a figure"
        raise TypeError(f"{who}: ax is matplotlib Axes, got a {type(ax).__name__}; pass{many}")
    return ax


def theme_of(ax: Axes) -> Theme:
    """The colours for a light or a dark background, whichever these Axes have."""
    from matplotlib.colors import to_rgb  # noqa: PLC0415

    red, green, blue = to_rgb(ax.get_facecolor())
    return DARK if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5 else LIGHT


def strokes() -> Iterator[str]:
    """Line styles, round and round."""
    return itertools.cycle(STROKES)


def sequence(count: int, theme: Theme) -> Sequence[Any]:
    """``count`` colours in an order, from first to last; none too near the background."""
    from matplotlib import colormaps  # noqa: PLC0415

    low, high = (0.0, 0.8) if theme is LIGHT else (0.35, 1.0)
    steps = [low + (high - low) * i / max(1, count - 1) for i in range(count)]
    return [colormaps["cividis"](step) for step in steps]
