import colorsys
import itertools

import pytest

from viz.render.looks import LOOKS, fill_of
from viz.render.palette import DARK, LIGHT, THEMES

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)

# WCAG 2.2: 4.5:1 for text, 3:1 for lines and borders that carry meaning.
TEXT, LINE = 4.5, 3.0


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_text_in_boxes_is_easy_to_read(theme):
    for kind, fill in theme.fills.items():
        assert contrast(theme.ink, fill) >= 7, kind


@BOTH
def test_text_on_the_page_is_easy_to_read(theme):
    strong = ("ink", "muted", "positive", "negative", "alarm", "forward", "backward", "update")
    for name in strong:
        for ground in ("page", "bar"):
            assert contrast(getattr(theme, name), getattr(theme, ground)) >= TEXT, name
    # What is new in a box is written in the colour of its phase.
    for name, fill in itertools.product(("forward", "backward", "update"), theme.fills.values()):
        assert contrast(getattr(theme, name), fill) >= TEXT, name


@BOTH
def test_lines_and_borders_stand_out_from_the_page(theme):
    for name in ("outline", "positive", "negative", "root", "alarm"):
        assert contrast(getattr(theme, name), theme.page) >= LINE, name


@BOTH
def test_borders_stand_out_from_the_fill_inside(theme):
    for kind, fill in theme.fills.items():
        assert contrast(theme.outline, fill) >= LINE, kind
    assert contrast(theme.root, theme.fills["root"]) >= LINE


@BOTH
def test_the_two_signs_differ_in_more_than_lightness(theme):
    # Blue against orange survives every common kind of colour blindness.
    assert int(theme.negative[1:3], 16) > int(theme.negative[5:7], 16), "more red than blue"
    assert int(theme.positive[1:3], 16) < int(theme.positive[5:7], 16), "more blue than red"


@BOTH
def test_every_kind_of_box_has_a_fill(theme):
    assert {look.fill for look in LOOKS.values()} == set(theme.fills)
    assert fill_of("frozen", theme) == fill_of("parameter", theme) == theme.fills["parameter"]
    assert fill_of("parameter", theme, is_root=True) == theme.fills["root"]


def hue(colour):
    """An angle, and how strong the colour is."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    angle, _, strength = colorsys.rgb_to_hls(red, green, blue)
    return angle * 360, strength


@BOTH
def test_a_colour_means_one_thing(theme):
    """No phase looks like a sign, a result or another phase, nor as a kind of box is filled."""
    lines = ("positive", "negative", "root", "forward", "backward", "update")
    kinds = ("parameter", "variable", "activation")
    named = {name: getattr(theme, name) for name in lines}
    named |= {f"{kind} box": theme.fills[kind] for kind in kinds}
    for (one, a), (other, b) in itertools.combinations(named.items(), 2):
        apart = abs(hue(a)[0] - hue(b)[0])
        assert min(apart, 360 - apart) >= 15, (one, other)


def test_kinds_of_a_graph_differ_without_colour():
    kinds = ("parameter", "frozen", "variable", "constant", "operation", "activation", "group",
             "layer")  # fmt: skip

    assert len({LOOKS[kind] for kind in kinds}) == len(kinds)


def test_themes_are_found_by_their_names():
    assert {name: theme.name for name, theme in THEMES.items()} == {
        "light": "light",
        "dark": "dark",
    }
