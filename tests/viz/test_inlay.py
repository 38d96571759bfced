import base64
import random
import re
from xml.etree import ElementTree as ET

import pytest

from nn import MLP
from viz import draw, draw_network
from viz.errors import RenderError, RenderTimeoutError
from viz.render.heatmap import COLUMNS, LINES, _tiles, _with_background, image
from viz.render.palette import BOX_SIZE, LIGHT, THEMES
from viz.scene.engines import render

from ..needs import needs_dot
from .reading import SVG, read_svg
from .test_png import read

XLINK = "{http://www.w3.org/1999/xlink}href"


def picture(**options):
    model = MLP(8, [16, 12], activation="tanh", rng=random.Random(0))
    return draw_network(model, [0.5] * 8, fold=True, **options)


def drawn(svg):
    """The images in a picture: id of the box, attributes and bytes."""
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    return [
        (group.get("id"), tile.attrib, base64.b64decode(tile.get(XLINK).partition(",")[2]))
        for group in root.iter(f"{SVG}g")
        if group.get("class", "").startswith("node")
        for tile in group.iter(f"{SVG}image")
    ]


def corners(svg, name):
    """The least and greatest x and y of a box."""
    points = re.search(rf'<g id="{name}" class="[^"]*">.*?points="([^"]*)"', svg, re.DOTALL)[1]
    xs, ys = zip(*[map(float, point.split(",")) for point in points.split()], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_layer_has_its_weights_and_gradients(theme):
    diagram, svg = picture(theme=theme).diagram, picture(theme=theme).svg()
    expected = [
        (box.id, image(heat, THEMES[theme])) for box in diagram.boxes for heat in box.heatmaps
    ]

    assert [(name, data) for name, _, data in drawn(svg)] == expected
    assert len(expected) == 4
    assert read(expected[0][1])


def test_images_are_inside_their_boxes_and_apart():
    svg = picture().svg()
    places = {}
    for name, place, _ in drawn(svg):
        left, top, right, bottom = corners(svg, name)
        x, y, width, height = (float(place[key]) for key in ("x", "y", "width", "height"))

        assert left < x < x + width < right
        assert top < y < y + height < bottom
        places.setdefault(name, []).append((x, width))
    for (x, width), (next_x, _) in places.values():
        assert x + width < next_x


def test_the_text_below_is_where_the_engine_put_it():
    """Blank lines keep the room: no text of a box is where an image is."""
    root = ET.fromstring(picture().svg())  # noqa: S314
    for group in root.iter(f"{SVG}g"):
        tiles = list(group.iter(f"{SVG}image"))
        if group.get("class", "").startswith("node") and tiles:
            bottom = max(float(t.get("y")) + float(t.get("height")) for t in tiles)
            top = min(float(t.get("y")) for t in tiles)
            for text in group.iter(f"{SVG}text"):
                if "".join(text.itertext()).strip():
                    assert not top < float(text.get("y")) - 4 < bottom


def test_dot_text_and_mermaid_say_it_in_words():
    whole = picture()
    for text in (whole.source, whole.text(), whole.mermaid()):
        assert "image" not in text
        assert "8 → 16 tanh" in text
    assert "mean" in whole.source
    assert not any(line.isspace() for box in whole.diagram.boxes for line in box.lines)


def test_pixel_images_have_the_cells_too(tmp_path):
    from matplotlib import image as images  # noqa: PLC0415

    whole = picture(legend=False)
    svg = whole.svg()
    path = tmp_path / "net.png"
    path.write_bytes(whole.png(scale=1.0))
    pixels = images.imread(path)
    size = re.search(r'viewBox="0.00 0.00 ([\d.]+) ([\d.]+)"', svg)
    shift = re.search(r"translate\(([\d.]+) ([\d.]+)\)", svg)
    zoom = pixels.shape[1] / float(size[1])
    for _, place, data in drawn(svg):
        cells = read(data)
        for across, down in ((0.03, 0.03), (0.97, 0.03), (0.03, 0.97), (0.97, 0.97)):
            x = float(place["x"]) + across * float(place["width"]) + float(shift[1])
            y = float(place["y"]) + down * float(place["height"]) + float(shift[2])
            colour = cells[int(down * len(cells))][int(across * len(cells[0]))]
            pixel = (pixels[round(y * zoom), round(x * zoom), :3] * 255).round()

            assert pixel == pytest.approx(colour, abs=3)


@needs_dot
def test_another_engine_keeps_the_room():
    svg = picture().svg(engine="dot")

    assert len(drawn(svg)) == 4
    assert read_svg(svg).nodes["g1"][0] == "layers.0"


@needs_dot
def test_both_passes_are_the_same_engines(monkeypatch):
    """graphviz-pure writes no PDF, so the place of the cells has to be the one that dot finds."""
    asked = []

    def listening(source, suffix, **options):
        asked.append((suffix, options["engine"]))
        return render(source, suffix, **options)

    monkeypatch.setattr("viz.render.picture.render", listening)

    assert picture().pipe("pdf").startswith(b"%PDF")
    assert asked == [("svg", "dot"), ("pdf", "dot")]


def test_an_engine_that_fails_leaves_it_to_the_next(monkeypatch):
    def failing(source, suffix, **options):
        if "_background" in source:
            raise RenderError("no backgrounds")
        return render(source, suffix, **options)

    monkeypatch.setattr("viz.render.picture.render", failing)

    assert picture().png().startswith(b"\x89PNG")


def test_an_engine_that_takes_too_long_is_not_asked_again(monkeypatch):
    asked = []

    def slow(*_, **__):
        asked.append(1)
        raise RenderTimeoutError("too long")

    monkeypatch.setattr("viz.render.picture.render", slow)

    with pytest.raises(RenderTimeoutError):
        picture().svg()
    assert len(asked) == 1


def test_a_large_background_is_in_pieces():
    source = _with_background(
        "digraph {\n}\n", list(_tiles(picture().svg(), picture().diagram)), LIGHT
    )
    pieces = re.findall(r'"([^"]*)"', source)

    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 8_000
    assert " ".join("".join(pieces).split()).count("P 4 ") > 200


def test_heatmaps_have_the_shape_of_their_matrix_within_bounds():
    model = MLP(90, [3, 50], rng=random.Random(0))
    whole = draw_network(model, [0.5] * 90)
    (_, long, _), _, (_, tall, _), _ = drawn(whole.svg())
    widest, highest = (COLUMNS - 1) * 0.6 * BOX_SIZE, LINES * 1.2 * BOX_SIZE

    assert float(long["width"]) == pytest.approx(widest, abs=0.01)
    assert float(long["height"]) == pytest.approx(highest / 4, abs=0.01)
    assert float(tall["height"]) == pytest.approx(highest, abs=0.01)
    assert float(tall["width"]) == pytest.approx(widest / 4, abs=0.01)


def test_a_reduced_matrix_says_that_cells_are_means():
    model = MLP(100, [3], rng=random.Random(0))
    texts = read_svg(draw_network(model, [0.5] * 100).svg()).nodes["g1"]

    assert any("(means)" in text for text in texts)
    assert not any("(means)" in text for text in read_svg(picture().svg()).nodes["g1"])


def test_the_same_picture_gives_the_same_bytes():
    assert picture().svg() == picture().svg()


def test_a_folded_drawing_has_them_too():
    model = MLP(8, [16, 12], activation="tanh", rng=random.Random(0))
    svg = draw(model([0.5] * 8), fold="layer").svg()

    assert [name for name, _, _ in drawn(svg)] == ["g0", "g0", "g1", "g1"]
