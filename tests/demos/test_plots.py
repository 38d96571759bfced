"""Plots in a page: in the colours of its themes, and the same at every run."""

from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

from demos.plots import plot
from viz.render.palette import DARK, LIGHT


def points(ax):
    ax.scatter([0.0, 1.0, 2.0], [0.123456, 1.0, 0.5], label="class 0.125")
    ax.legend()


def test_a_plot_is_the_same_at_every_run_whatever_somebody_has_set():
    wanted = plot(points)("light")
    with mpl.rc_context({"axes.facecolor": "pink", "font.size": 40.0}):
        assert plot(points)("light") == wanted
        assert mpl.rcParams["font.size"] == 40.0


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_a_plot_is_a_whole_svg_in_the_colours_of_its_theme(theme, colours):
    text = plot(points, width=3.0, height=2.0)(theme)

    assert ET.fromstring(text).get("width") == "216pt"  # noqa: S314 - it is our own
    assert f"fill: {colours.page}" in text
    assert f"fill: {colours.positive}" in text
    assert ">class 0.125</text>" in text


def test_several_axes_are_one_picture():
    found = []
    plot(lambda axes: found.append(axes.shape), rows=2, columns=3)("light")

    assert found == [(2, 3)]
