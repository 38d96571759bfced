"""`animate`: a computation that plays by itself, as one SVG for a README."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

from autograd import Graph, Value

from .. import showing
from ..checks import one_of
from ..draw import DIRECTIONS
from ..say.story import View
from .timeline import PHASES, Manner
from .told import told

THEMES = ("auto", "light", "dark")
MAX_NODES = 60


def animate(
    value: Value | Graph,
    *,
    seconds_per_step: float = 2.0,
    pause: float = 4.0,
    names: Mapping[str, Any] | None = None,
    title: str | None = None,
    accumulate: bool = False,
    theme: str = "auto",
    direction: str = "auto",
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> Animation:
    """An SVG that plays a computation: forward, then backward, an equation a step, again and again.

    It is one file without script and plays wherever an image is shown, in a README, too. Readers
    who have asked their system for less motion see the final state. It describes the recorded
    pass and makes a backward pass of its own: no ``.grad`` is written.

    >>> from autograd import Value
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> animation = animate((w * x).tanh())
    >>> "∂L/∂w = x · ∂L/∂p1" in animation.svg()
    True

    Parameters
    ----------
    value:
        A Value, usually a loss, or a `Graph` of one.
    seconds_per_step:
        How long each step is shown.
    pause:
        How many seconds the final state stands before all begins again.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.
    title:
        What a screen reader calls it; left out, the name of the result.
    theme:
        ``"light"``, ``"dark"``, or ``"auto"``, as the reader's system is set.
    direction:
        ``"LR"``, ``"TB"``, or ``"auto"``, whichever gives the larger picture.
    accumulate:
        True begins with what is in ``.grad`` now, left from an earlier `backward`: it is one more
        summand of each gradient.
    expand:
        False leaves sums and dot products as one Σ.
    max_nodes:
        How many boxes it has at most, those nearest to the result.

    Raises
    ------
    ConstantError:
        if there are no gradients to show.
    """
    one_of("theme", theme, THEMES)
    one_of("direction", direction, ("auto", *DIRECTIONS))
    manner = Manner(
        _seconds("seconds_per_step", seconds_per_step, least=0.1),
        _seconds("pause", pause, least=0.0),
        theme,
        direction,
    )
    view = told(
        "animate", value,
        names=names, lr=0.1, title=title, accumulate=accumulate,
        expand=expand, max_nodes=max_nodes,
    )  # fmt: skip
    return Animation(view, manner)


class Animation:
    """What `animate` returns: an SVG that plays by itself, in a notebook, too."""

    def __init__(self, view: View, manner: Manner | None = None) -> None:
        self.view = view
        self.manner = manner or Manner()

    def __repr__(self) -> str:
        steps = sum(step.phase in PHASES for step in self.view.steps)
        seconds = steps * self.manner.seconds + self.manner.pause
        return (
            f"<Animation of {steps} steps, {seconds:.3g} seconds: .show(), .save('animation.svg')>"
        )

    def svg(self) -> str:
        """The animation as SVG text."""
        from .drawing import drawn  # noqa: PLC0415 - on first use: most who import viz only draw

        return drawn(self.view, self.manner)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write it to a file that ends in ``.svg``, whole or not at all; return its path."""
        name = os.fspath(path)
        if not name.lower().endswith(".svg"):
            raise ValueError(f"save({name!r}): an animation is an SVG; write save('animation.svg')")
        showing.write(name, self.svg().encode())
        return name

    def show(self) -> None:
        """Show it: inline in a notebook, else in the browser, and print its path."""
        showing.show(self, self.save, "animation.svg")

    def _repr_svg_(self) -> str:
        """For Jupyter."""
        return self.svg()


def _seconds(name: str, value: object, *, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"animate: {name} is a number of seconds, got {value!r:.60}")
    if not (math.isfinite(value) and least <= value <= 3600.0):
        raise ValueError(f"animate: {name} is a number of seconds from {least:g} on, got {value}")
    return float(value)
