"""Plots in a page: the same picture as matplotlib's, in fewer characters."""

import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

from demos import page, plots
from viz.render.palette import DARK, LIGHT

from .html_checks import checked


def points(ax):
    ax.scatter([0.0, 1.0, 2.0], [0.123456, 1.0, 0.5], label="class 0.125")
    ax.plot([0.0, 1.0, 2.0], [1.0, 0.0, 1.0])
    ax.legend()


def test_a_plot_is_the_same_at_every_run():
    assert plots.svg(points, "light", 3.0, 2.0) == plots.svg(points, "light", 3.0, 2.0)


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_a_plot_has_the_colours_of_its_theme(theme, colours):
    text = plots.svg(points, theme, 3.0, 2.0)

    assert f"fill: {colours.page}" in text
    assert f"fill: {colours.ink}" in text


def test_a_plot_is_a_whole_svg_without_dates_and_styles():
    text = plots.svg(points, "light", 3.0, 2.0)

    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 - it is our own
    assert not re.search(r"<style|<metadata|<!DOCTYPE|xlink|20\d\d-", text)


def test_somebody_s_settings_change_nothing():
    wanted = plots.svg(points, "light", 3.0, 2.0)
    with mpl.rc_context({"axes.facecolor": "pink", "font.size": 40.0}):
        assert plots.svg(points, "light", 3.0, 2.0) == wanted
        assert mpl.rcParams["font.size"] == 40.0


def test_compact_keeps_every_point_and_every_word():
    text = plots.svg(points, "light", 3.0, 2.0)

    uses = re.findall(r'<use href="#(\w+)" x="([\d.]+)" y="([\d.]+)"/>', text)
    xs = sorted({float(x) for _, x, _ in uses})
    assert len(xs) >= 3
    assert "class 0.125" in text


def test_compact_rounds_geometry_and_nothing_else():
    text = (
        '<?xml version="1.0"?><svg viewBox="0 0 216 172.812345">\n <path id="p" '
        'd="M 10.123456 20 \nL 0.1 -3.999999 \nz"/>\n <text id="t">0.123456</text>\n</svg>'
    )

    assert plots.compact(text) == (
        '<svg stroke-linejoin="round" stroke-linecap="butt" viewBox="0 0 216 172.812345">'
        '<path d="M 10.12 20L 0.1 -4z"/><text>0.123456</text></svg>'
    )


def test_compact_says_the_style_of_equal_points_once():
    one = '<use xlink:href="#m" x="{}" y="2" style="fill: red"/>'
    text = f'<svg ><g clip-path="url(#c)">\n{one.format(1)}\n{one.format(2)}\n</g></svg>'
    other = text.replace("red", "blue", 1)

    assert plots.compact(text).count("fill: red") == 1
    assert 'style="fill: red"><use href="#m" x="1" y="2"/>' in plots.compact(text)
    assert plots.compact(other).count("fill:") == 2


def test_two_plots_in_a_page_have_ids_of_their_own():
    both = "".join(plots.plotted({}, points, name, "words") for name in ("one", "two"))
    ids = checked(both).ids

    assert len(ids) == len(set(ids)) > 0
    assert set(re.findall(r'(?:url\(|href=")#([\w-]+)', both)) == set(ids)


def test_a_plot_stands_in_the_page_and_in_files():
    files = {}
    markup = plots.plotted(files, points, "some", "what is seen")

    assert list(files) == [f"some-{theme}.svg" for theme in page.THEMES]
    assert markup.count('aria-label="what is seen"') == 3


def test_a_remembered_model_is_asked_once():
    asked = []

    class Model:
        def __call__(self, point):
            asked.append(point)
            return self

        data = 1.5

    logit = plots.remembered(Model())

    assert logit([0.0, 1.0]) == logit([0.0, 1.0]) == 1.5
    assert asked == [[0.0, 1.0]]
