"""Heatmaps: cells of the right colours, inside their boxes, in every format and by every engine."""

import math
import random
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import MLP
from viz import draw, draw_network
from viz.render.dot import HIGH, WIDE, cell_size, colour
from viz.render.palette import DARK, LIGHT, THEMES
from viz.scene.diagram import Heatmap
from viz.showing import RenderTimeoutError

from ..needs import needs_dot
from .reading import SVG, read_svg

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


def picture(**options):
    model = MLP(8, [16, 12], activation="tanh", rng=random.Random(0))
    return draw_network(model, [0.5] * 8, fold=True, **options)


def cells(svg):
    """The cells of each box: colours, with the least x, y and the greatest x, y."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):  # noqa: S314 - our own output
        if group.get("class", "").startswith("node"):
            found[group.get("id")] = [
                (polygon.get("fill"), *corners(polygon.get("points")))
                for polygon in group.iter(f"{SVG}polygon")
                if polygon.get("stroke") in {"none", "transparent"}
            ]
    return {name: found for name, found in found.items() if found}


def corners(points):
    xs, ys = zip(*[map(float, point.split(",")) for point in points.split()], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


# --- colours --------------------------------------------------------------------------------------


@BOTH
def test_the_strongest_have_the_colours_of_their_signs_and_0_that_of_the_page(theme):
    assert colour(-2.0, 2.0, theme) == colour(-math.inf, 2.0, theme) == theme.negative
    assert colour(2.0, 2.0, theme) == colour(math.inf, 2.0, theme) == theme.positive
    assert colour(0.0, 2.0, theme) == colour(-0.0, 0.0, theme) == theme.page
    assert colour(math.nan, 2.0, theme) == theme.alarm


@BOTH
@given(st.floats(0, 1), st.floats(0, 1))
def test_the_larger_a_number_the_further_its_colour_is_from_the_page(theme, one, other):
    small, large = sorted((one, other))

    for sign in (-1.0, 1.0):
        assert distance(colour(sign * small, 1.0, theme), theme.page) <= distance(
            colour(sign * large, 1.0, theme), theme.page
        )


def distance(one, other):
    sides = [[int(text[k : k + 2], 16) for k in (1, 3, 5)] for text in (one, other)]
    return sum(abs(a - b) for a, b in zip(*sides, strict=True))


# --- in a picture ---------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("engine", ["graphviz-pure", pytest.param("dot", marks=needs_dot)])
def test_every_layer_has_its_weights_and_gradients(theme, engine):
    whole = picture(theme=theme)
    drawn = cells(whole.svg(engine=engine))

    assert [len(box.heatmaps) for box in whole.diagram.boxes if box.heatmaps] == [2, 2]
    for box in whole.diagram.boxes:
        expected = [
            [colour(cell, heat.scale, THEMES[theme]) for cell in row]
            for heat in box.heatmaps
            for row in heat.cells
        ]
        found = sorted(drawn.get(box.id, []), key=lambda cell: (cell[2], cell[1]))
        middle = sum(cell[1] for cell in found) / max(len(found), 1)
        left = [cell[0] for cell in found if cell[1] < middle]
        right = [cell[0] for cell in found if cell[1] >= middle]
        assert left + right == [one for row in expected for one in row]


def test_cells_are_inside_their_boxes_and_above_the_texts_that_follow():
    svg = picture().svg()
    for group in ET.fromstring(svg).iter(f"{SVG}g"):  # noqa: S314
        found = cells(svg).get(group.get("id"))
        if found is None:
            continue
        outer = corners(next(group.iter(f"{SVG}polygon")).get("points"))
        assert outer[0] < min(cell[1] for cell in found)
        assert max(cell[3] for cell in found) < outer[2]
        top, bottom = min(cell[2] for cell in found), max(cell[4] for cell in found)
        heights = [float(text.get("y")) for text in group.iter(f"{SVG}text")]
        assert not [y for y in heights if top < y - 4 < bottom]


def test_texts_say_it_in_words():
    whole = picture()
    for text in (whole.source, whole.text(), whole.mermaid()):
        assert "8 → 16 tanh" in text
    assert not any(line.isspace() for box in whole.diagram.boxes for line in box.lines)


def test_pixel_images_have_the_cells_too(tmp_path):
    from matplotlib import image as images  # noqa: PLC0415

    path = tmp_path / "net.png"
    path.write_bytes(picture(legend=False).png(scale=1.0))
    pixels = images.imread(path)
    strongest = [int(LIGHT.positive[k : k + 2], 16) / 255 for k in (1, 3, 5)]

    assert (abs(pixels[..., :3] - strongest).max(axis=2) < 0.01).sum() >= 4 * 4


@needs_dot
def test_they_are_in_a_pdf():
    assert picture().pipe("pdf").startswith(b"%PDF")


def test_an_engine_that_takes_too_long_is_not_asked_again(monkeypatch):
    asked = []

    def slow(*_, **__):
        asked.append(1)
        raise RenderTimeoutError("too long")

    monkeypatch.setattr("viz.render.picture.render", slow)

    with pytest.raises(RenderTimeoutError):
        picture().svg()
    assert len(asked) == 1


@given(st.integers(1, 24), st.integers(1, 24), st.integers(1, 30))
def test_heatmaps_fit_their_room_and_have_the_shape_of_their_matrix(rows, columns, times):
    heat = Heatmap("weights", ((0.0,) * columns,) * rows, 1.0, (rows * times, columns * times))
    wide, high = cell_size(heat)

    assert wide * columns <= WIDE + columns / 2
    assert high * rows <= HIGH + rows / 2
    if 0.5 <= rows / columns <= 2.0:
        assert abs(wide - high) <= 1


def test_a_reduced_matrix_says_that_cells_are_means():
    model = MLP(100, [3], rng=random.Random(0))
    texts = read_svg(draw_network(model, [0.5] * 100).svg()).nodes["g1"]

    assert any("(means)" in text for text in texts)
    assert not any("(means)" in text for text in read_svg(picture().svg()).nodes["g1"])


def test_labels_in_such_a_box_are_text():
    model = MLP(8, [16], rng=random.Random(0))
    loss = model([0.5] * 8)[0]
    loss.label = "<B>&x</B>"
    svg = draw(loss, fold="layer").svg()

    assert not re.search(r'font-weight="bold"', svg)


def test_the_same_picture_gives_the_same_bytes():
    assert picture().svg() == picture().svg()


def test_a_folded_drawing_has_them_too():
    model = MLP(8, [16, 12], activation="tanh", rng=random.Random(0))

    assert set(cells(draw(model([0.5] * 8), fold="layer").svg())) == {"g0", "g1"}
