"""What a classifier of two inputs says everywhere: its regions, and the data on them."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, no_grad, sigmoid
from autograd.numbers import is_number, real
from nn import Module
from nn.answers import known
from nn.answers import threshold as threshold_of
from nn.calling import evaluating
from nn.examples import column, items
from nn.losses import Loss
from nn.losses import loss as loss_named

from ..checks import at_least
from ..labels import shorten
from ..say.numbers import show
from ..showing import waiting
from .training import CLASSES, SHAPES, axes_for, theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WHO = "plot_decision_boundary"
MARGIN = 0.15  # of the data's range, on each side
SHADES = 20  # of the colours between certain and certain of the opposite
HALFWAY = 0.25  # the mean squared error of an output that is always 0.5


def plot_decision_boundary(
    model: Callable[[Any], Any],
    X: Any,
    y: Any = None,
    ax: Axes | None = None,
    *,
    resolution: int = 60,
    threshold: float | None = None,
    loss: str | Loss | None = None,
) -> Axes:
    r"""Draw which class a model gives to every point of the plane, and the examples on top.

    A model with one output says the second class above a threshold, which is the one that
    accuracy uses, and is written under the plot. The colour gets stronger as the output moves away
    from it: sigmoid(output − threshold), with thin lines at 10 % and 90 %. A model with several
    outputs says the class of the largest.

    >>> import matplotlib; matplotlib.use("agg")
    >>> X, y = [[0.0, 0.0], [1.0, 1.0]], [0, 1]
    >>> plot_decision_boundary(lambda x: x[0] - 0.5, X, y, resolution=8, loss="mse").get_xlabel()
    'x0\nthick line: output = 0.5'

    Parameters
    ----------
    model:
        A Module, which is asked in eval mode, or any function of one example.
    X, y:
        Examples of two numbers each, and their classes: 0, 1, …, or −1 and 1.
    ax:
        Where to draw; left out, a new figure.
    resolution:
        Points on each side of the grid; the model is asked for all of its points.
    threshold:
        What one output is compared with: 0.5 for a probability. Left out, it is the model's
        ``decision_threshold``, which `nn.fit` has set. If it has none, ``loss`` and y decide, as in
        `nn.evaluate`; without a loss, it is 0, or 0.5 if the outputs for X are close to their
        classes 0 and 1.
    loss:
        The loss that the model learned by.
    """
    at_least("resolution", resolution, 2)
    points = _points(X)
    classes = None if y is None else _classes(y, len(points))
    ax = axes_for(ax, WHO)
    across, up = (_grid([point[i] for point in points], resolution) for i in (0, 1))
    scores = _scores(model, [[[a, b] for a in across] for b in up])
    said = ""
    if len(scores[0][0]) == 1:
        at = _threshold(model, points, classes, loss) if threshold is None else threshold
        _shades(ax, across, up, [[_chance(z - at) for (z,) in line] for line in scores])
        colours: Sequence[str] = (theme_of(ax).negative, theme_of(ax).positive)
        said = f"\nthick line: output = {show(at).removeprefix('+')}"
    else:
        _regions(ax, across, up, scores)
        colours = CLASSES
    _data(ax, points, classes, colours)
    names = [str(name) for name in getattr(X, "columns", ("x0", "x1"))]
    ax.set(xlabel=shorten(names[0]) + said, ylabel=shorten(names[1]))
    ax.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    return ax


# --- what is given --------------------------------------------------------------------------------


def _points(given: Any) -> list[list[float]]:
    rows = items(given)
    if not rows:
        raise ValueError(f"{WHO}: X has no examples; give at least one, a list of two numbers")
    points = []
    for i, row in enumerate(rows):
        numbers = items(row)
        if numbers is None or len(numbers) != 2 or not all(map(is_number, numbers)):
            raise ValueError(
                f"{WHO} draws in the plane: each example is two numbers, and X[{i}] is {row!r:.60}"
            )
        point = [float(number) for number in numbers]
        if not all(map(math.isfinite, point)):
            raise ValueError(f"{WHO}: X[{i}] is {point}; examples are finite numbers")
        points.append(point)
    return points


def _classes(given: Any, count: int) -> list[int]:
    labels = items(given)
    if labels is None or len(labels) != count:
        got = "none" if labels is None else f"{len(labels)}"
        raise ValueError(f"{WHO} got {count} examples and {got} classes; give one for each")
    numbers = [real(label, f"{WHO}: y[{i}]") for i, label in enumerate(column(labels))]
    for i, number in enumerate(numbers):
        if not number.is_integer():
            raise ValueError(f"{WHO}: a class is a whole number, and y[{i}] is {number!r}")
    return [int(number) for number in numbers]


# --- the grid -------------------------------------------------------------------------------------


def _grid(numbers: Sequence[float], count: int) -> list[float]:
    """Evenly from a bit below the smallest number to a bit above the largest."""
    low, high = min(numbers), max(numbers)
    margin = MARGIN * (high - low) or 1.0
    width = high - low + 2.0 * margin
    return [low - margin + width * i / (count - 1) for i in range(count)]


def _scores(
    model: Callable[[Any], Any], rows: Sequence[Sequence[list[float]]]
) -> list[list[list[float]]]:
    """The model's outputs at every point of some rows."""
    mode = evaluating(model) if isinstance(model, Module) else contextlib.nullcontext()
    with waiting("asking the model for every point of the plot"), mode, no_grad():
        return [[_numbers(model(point)) for point in row] for row in rows]


def _threshold(
    model: Callable[[Any], Any],
    points: Sequence[list[float]],
    classes: Sequence[int] | None,
    loss: str | Loss | None,
) -> float:
    """The output above which the model says the second class."""
    noted = known(model) if isinstance(model, Module) else None
    if noted is not None:
        return noted
    if loss is not None:
        return threshold_of(loss_named(loss), classes or [0, 1]) or 0.0
    if classes is None or not set(classes) <= {0, 1}:
        return 0.0
    outputs = [output for (output,) in _scores(model, [points])[0]]
    squares = [(output - label) ** 2 for output, label in zip(outputs, classes, strict=True)]
    return 0.5 if sum(squares) < HALFWAY * len(squares) else 0.0


def _numbers(result: Any) -> list[float]:
    outputs = items(result)
    found = [
        x.data if isinstance(x, Value) else x
        for x in (outputs if outputs is not None else [result])
    ]
    if not found or not all(map(is_number, found)):
        raise TypeError(
            f"{WHO} takes models that return a number or a list of them, and this one returned "
            f"{result!r:.60}"
        )
    return found


def _chance(logit: float) -> float:
    return float(sigmoid(float(logit)))


# --- drawing --------------------------------------------------------------------------------------


def _shades(
    ax: Axes, across: Sequence[float], up: Sequence[float], chances: Sequence[Sequence[float]]
) -> None:
    """Two colours that fade into the background where the model is not sure."""
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    theme = theme_of(ax)
    ends = [_pale(ax, theme.negative, 0.5), _pale(ax, theme.positive, 0.5)]
    colours = LinearSegmentedColormap.from_list("sure", [ends[0], ax.get_facecolor(), ends[1]])
    levels = [i / SHADES for i in range(SHADES + 1)]
    ax.contourf(across, up, chances, levels=levels, cmap=colours, vmin=0.0, vmax=1.0)
    spread = [chance for line in chances for chance in line]
    for level, width, stroke in ((0.1, 0.8, ":"), (0.5, 2.0, "-"), (0.9, 0.8, ":")):
        if min(spread) < level < max(spread):  # matplotlib warns of a line that is nowhere
            ax.contour(across, up, chances, levels=[level], colors=[theme.ink], linewidths=width,
                       linestyles=stroke)  # fmt: skip


def _regions(
    ax: Axes, across: Sequence[float], up: Sequence[float], scores: Sequence[Sequence[list[float]]]
) -> None:
    """A colour for each class, and a line where the two largest scores are equal."""
    from matplotlib.colors import ListedColormap  # noqa: PLC0415

    ink = theme_of(ax).ink
    count = len(scores[0][0])
    pale = [_pale(ax, _colour(CLASSES, number), 0.35) for number in range(count)]
    # The cells show through where three regions meet, and none of them has the middle.
    cells = [[row.index(max(row)) for row in line] for line in scores]
    ax.pcolormesh(across, up, cells, cmap=ListedColormap(pale), vmin=-0.5, vmax=count - 0.5)
    for number in range(count):
        leads = [[_lead(row, number) for row in line] for line in scores]
        found = [lead for line in leads for lead in line]
        if min(found) < 0.0 < max(found):  # else it is everywhere the largest, or nowhere
            ax.contourf(across, up, leads, levels=[0.0, max(found)], colors=[pale[number]])
            ax.contour(across, up, leads, levels=[0.0], colors=[ink], linewidths=1.5)


def _pale(ax: Axes, colour: str, share: float) -> tuple[float, ...]:
    """A colour mixed with the background; mixed here, for see-through areas show their seams."""
    from matplotlib.colors import to_rgb  # noqa: PLC0415

    parts = zip(to_rgb(colour), to_rgb(ax.get_facecolor()), strict=True)
    return tuple([share * one + (1.0 - share) * other for one, other in parts])


def _lead(scores: list[float], number: int) -> float:
    """How far one score is ahead of the best of the others."""
    return scores[number] - max(scores[:number] + scores[number + 1 :])


def _data(
    ax: Axes,
    points: Sequence[Sequence[float]],
    classes: Sequence[int] | None,
    colours: Sequence[str],
) -> None:
    """The examples, each class in a colour and a shape of its own."""
    theme = theme_of(ax)
    if classes is None:
        xs, ys = zip(*points, strict=True)
        ax.scatter(xs, ys, s=24, c=[theme.ink], edgecolors=[theme.page])
        return
    known = sorted(set(classes))
    of_two = len(colours) == 2 and len(known) <= 2
    for place, label in enumerate(known):
        # Of two classes the second is the positive one, whatever it is called: 1 of 0 and 1.
        number = int(label > 0) if of_two else label if len(colours) > 2 else place
        chosen = [point for point, at in zip(points, classes, strict=True) if at == label]
        palette = colours if of_two else CLASSES
        xs, ys = zip(*chosen, strict=True)
        ax.scatter(xs, ys, s=28, c=[_colour(palette, number)],
                   marker=SHAPES[number % len(SHAPES)], edgecolors=[theme.page], linewidths=0.8,
                   label=f"class {label}")  # fmt: skip
    ax.legend()


def _colour(palette: Sequence[str], number: int) -> str:
    return palette[number % len(palette)]
