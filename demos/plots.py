"""matplotlib's plots as pictures of a page: in both themes, and the same at every run."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from viz.render.palette import THEMES

from .cli import check
from .page import Draw


def plot(
    draw: Callable[[Any], object],
    *,
    width: float = 6.0,
    height: float = 3.6,
    rows: int = 1,
    columns: int = 1,
) -> Draw:
    """A picture for a page: ``draw`` gets the Axes, or an array of them; sizes are in inches."""

    def drawn(theme: str) -> str:
        check("matplotlib")
        from matplotlib import rcsetup, style  # noqa: PLC0415 - 0.4 s, on the first plot
        from matplotlib.figure import Figure  # noqa: PLC0415

        colours = THEMES[theme]
        look = {
            "svg.hashsalt": "glassgrad",  # of ids, which otherwise would be new at every run
            "svg.fonttype": "none",  # text stays text
            "font.size": 11.0,
            "axes.prop_cycle": rcsetup.cycler(
                color=[colours.positive, colours.negative, colours.ink]
            ),
            "axes.spines.top": False,
            "axes.spines.right": False,
            **dict.fromkeys(("axes.facecolor", "savefig.facecolor"), colours.page),
        }
        base = ["dark_background"] if theme == "dark" else []
        # After a reset: somebody's own matplotlibrc must not change the page.
        with style.context([*base, look], after_reset=True):
            figure = Figure(figsize=(width, height), layout="constrained")
            draw(figure.subplots(rows, columns))
            made = io.StringIO()
            figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
        return made.getvalue()

    return drawn
