"""Sentences about numbers that several demos say; steps are told by `viz.player`.

A reader has a pocket calculator and only the digits on the page. So ``=`` is written only where
the shown numbers give the shown result, rounded at its last shown digit; elsewhere ``≈``.
"""

from __future__ import annotations

import math

from viz.equations import number
from viz.player.story import Step


def share(x: float) -> str:
    """A share in hundredths, as exact as it is.

    >>> share(0.995), share(1.0), share(2 / 3)
    ('99.5 %', '100 %', '66.67 %')
    """
    return f"{100.0 * x:.4g} %"


def as_line(step: Step) -> str:
    """A step's symbols, numbers and result in one line.

    >>> as_line(Step("forward", "", "o = tanh(z)", "= tanh(0.6931) =", "0.6", "", ""))
    'o = tanh(z) = tanh(0.6931) = 0.6'
    """
    return " ".join(filter(None, (step.symbols, step.numbers, step.answer)))


def nudge(what: str, of: str, by: float, slope: float, measured: float) -> str:
    """The gradient held against a measurement.

    >>> nudge("w1", "L", 0.001, -1.024, -0.00102067)
    'Raise w1 by 0.001: the gradient predicts that L changes by −0.001024; measured: −0.001021.'
    """
    assert math.isfinite(measured)
    return (
        f"Raise {what} by {number(by)}: the gradient predicts that {of} changes by "
        f"{number(slope * by)}; measured: {number(measured)}."
    )
