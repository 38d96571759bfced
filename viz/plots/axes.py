"""Where plots are drawn: Axes, and the colours that suit them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from _glassgrad_installation import packages_of

from ..render.palette import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
