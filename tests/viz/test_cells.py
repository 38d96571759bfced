import math

import pytest

from viz.render.heatmap import STEPS, image, indices, palette
from viz.render.palette import DARK, LIGHT
from viz.scene.diagram import Heatmap

from .test_png import read

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


def heat(*rows, scale=1.0):
    return Heatmap("weights", rows, scale, (len(rows), len(rows[0])))


def test_zero_is_in_the_middle_and_both_signs_are_equally_strong():
    assert indices(heat((-1.0, -0.5, -0.0, 0.0, 0.5, 1.0))) == [
        [0, STEPS - 64, STEPS, STEPS, STEPS + 64, 2 * STEPS]
    ]


def test_what_is_not_finite_is_still_drawn():
    assert indices(heat((math.inf, -math.inf, math.nan))) == [[2 * STEPS, 0, 2 * STEPS + 1]]


def test_a_matrix_of_zeros_is_all_middle():
    assert indices(heat((0.0, -0.0), scale=0.0)) == [[STEPS, STEPS]]


@BOTH
def test_colours_are_those_of_the_signs_and_of_the_page(theme):
    colours = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in palette(theme)]

    assert (colours[0], colours[STEPS], colours[2 * STEPS]) == (
        theme.negative,
        theme.page,
        theme.positive,
    )
    assert colours[-1] == theme.alarm
    assert len(colours) == 2 * STEPS + 2 == 256


@BOTH
def test_the_image_has_the_colours_of_the_cells(theme):
    rows = read(image(heat((1.0, -1.0), (0.0, 1.0)), theme))
    size = len(rows) // 2
    colours = palette(theme)

    assert size >= 64
    assert (rows[0][0], rows[0][-1]) == (colours[-2], colours[0])
    assert (rows[-1][0], rows[-1][-1]) == (colours[STEPS], colours[-2])
