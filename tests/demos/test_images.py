"""Small pictures hold the numbers they were made from, and tell signs without colour."""

import re

import pytest

from demos import images

from .html_checks import checked

DIGIT = [i / 63 for i in range(64)]


def cells(svg):
    found = checked(svg)
    rects, rect = [], {}
    for tag, name, value in found.attributes:
        if tag == "rect":
            if name == "class":
                rect = {}
                rects.append(rect)
            rect[name] = value
    return [r for r in rects if r["class"] != "frame"]


def test_every_pixel_is_there_in_its_shade_and_with_its_number():
    svg = images.pixels(DIGIT, "a digit")
    found = cells(svg)

    assert [(r["x"], r["y"]) for r in found] == [(str(i % 8), str(i // 8)) for i in range(64)]
    assert [float(r["fill-opacity"]) for r in found] == pytest.approx(DIGIT, abs=1e-4)
    assert re.findall(r">(\d+)</text>", svg) == [str(round(x * 16)) for x in DIGIT]


def test_a_number_on_dark_ink_has_the_colour_of_the_page():
    svg = images.pixels([0.0, 0.5, 0.6, 1.0] * 16, "a digit")

    assert re.findall(r'<text class="(\w+)"', svg)[:4] == ["ink", "ink", "page", "page"]


def test_a_thumbnail_leaves_paper_out():
    assert len(cells(images.thumbnail([0.0, 1.0] * 32, "a digit"))) == 32


def test_signed_cells_have_the_sign_as_colour_and_as_bar():
    svg = images.signed([1.0, -0.5, 0.0, 0.01, -2.0], 2.0, "weights", columns=5)
    found = cells(svg)

    assert [(r["class"], r["x"], r["fill-opacity"]) for r in found] == [
        ("positive", "0", "0.50"),
        ("negative", "1", "0.25"),
        ("negative", "4", "1.00"),
    ]
    assert sorted(re.findall(r"M([\d.]+) ", svg)) == ["1.25", "4.25"]


def test_rows_can_be_named():
    svg = images.signed([1.0] * 4, 1.0, "weights", columns=2, names=["a<b", "c"])

    assert "a&lt;b" in svg
    assert 'viewBox="-1.2 0 3.2 2"' in svg


def test_where_all_is_zero_nothing_is_divided():
    assert cells(images.signed([0.0] * 64, 0.0, "gradients")) == []
    assert 'style="width:0%"' in images.signed_bar(0.0, 0.0)
    assert 'style="width:0.0%"' in images.bar(0.0, 1.0)


@pytest.mark.parametrize(
    ("value", "kind", "width"),
    [(1.0, "positive", 25), (-2.0, "negative", 50), (-9.0, "negative", 50)],
)
def test_signed_bars_go_to_their_side(value, kind, width):
    assert f'<span class="{kind}" style="width:{width}%">' in images.signed_bar(value, 2.0)


def test_the_key_says_what_full_colour_is():
    text = checked(images.key(0.125)).text

    assert "0.125" in text
    assert "−0.125" in text


def test_a_digit_in_characters():
    rows = images.in_text([1.0] * 8 + [0.0] * 56).split("\n")

    assert rows == ["@" * 16, *[""] * 7]


def test_bars_and_signs_in_characters():
    assert images.bar_in_text(2.0, 4) == "####"
    assert images.signs_in_text([-1.0, 0.4, 0.001, 0.9], 1.0) == "− .   +"
    assert images.signs_in_text([0.0], 0.0) == ""
