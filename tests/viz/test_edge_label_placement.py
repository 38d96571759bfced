import random
import re
from xml.etree import ElementTree as ET

import pytest

from nn import MLP
from viz import draw_network
from viz.render.edge_label_placement import _candidates, _circles, _Label, _Line, _line

from .reading import SVG, numbers_in, read_svg

NETS = pytest.mark.parametrize(
    "sizes", [(2, 3, 1), (3, 4, 2), (2, 5, 2), (1, 6, 3), (4, 3, 3)], ids=str
)


def picture(sizes, **options):
    model = MLP(sizes[0], sizes[1:], activation="tanh", rng=random.Random(1))
    return draw_network(model, [1.0] * sizes[0], **options)


def labels(svg):
    """The numbers on lines: id of the line, the text and its rectangle."""
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    found = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("class", "").startswith("edge"):
            for text in group.iter(f"{SVG}text"):
                words = "".join(text.itertext())
                x, y = float(text.get("x")), -float(text.get("y")) + 4.0
                found[group.get("id")] = (words, _Label(complex(x, y), len(words) * 3.6, 6.0))
    return found


def lines(picture, svg):
    circles = _circles(svg)
    return {
        arrow.id: _line(arrow, circles[arrow.head], circles[arrow.tail])
        for arrow in picture.diagram.arrows
    }


@NETS
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_every_line_has_its_number_and_none_covers_another(sizes, direction):
    whole = picture(sizes, direction=direction)
    found = labels(whole.svg())
    written = [label for _, label in found.values()]

    assert {name: words for name, (words, _) in found.items()} == {
        arrow.id: arrow.lines[0] for arrow in whole.diagram.arrows
    }
    assert not any(one.covers(other) for i, one in enumerate(written) for other in written[:i])


@NETS
def test_a_number_stands_beside_its_own_line(sizes):
    whole = picture(sizes)
    svg = whole.svg()
    own = lines(whole, svg)
    for name, (_, label) in labels(svg).items():
        line = own[name]
        near = _Label(label.centre, label.wide + 6, label.high + 6)

        assert near.crosses(line), "within a few points"


@NETS
def test_a_number_runs_into_no_circle(sizes):
    svg = picture(sizes).svg()
    for _, label in labels(svg).values():
        for centre, radius in _circles(svg).values():
            assert not label.covers(_Label(centre, 0.7 * radius, 0.7 * radius))


def test_lines_are_straight():
    paths = re.findall(r'class="edge[^"]*">.*?d="M([^"]*)"', picture((3, 4, 2)).svg(), re.DOTALL)
    for path in paths:
        points = [tuple(map(float, p.split(","))) for p in re.findall(r"[-\d.]+,[-\d.]+", path)]
        (x0, y0), (x1, y1) = points[0], points[-1]
        for x, y in points:
            assert abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) < 0.05 * abs(x1 - x0) + 2


def test_pictures_without_numbers_are_rendered_once():
    whole = picture((5, 5, 5))

    assert not any(arrow.lines for arrow in whole.diagram.arrows)
    assert len(read_svg(whole.svg()).edges) == 50


def test_a_rectangle_beside_a_line_does_not_touch_it():
    model_line = _Line(picture((1, 1)).diagram.arrows[0], 0.0 + 0.0j, 100.0 + 60.0j)
    for _, label in _candidates(model_line):
        assert not label.crosses(model_line)


def test_crossing_is_seen():
    arrow = picture((1, 1)).diagram.arrows[0]
    label = _Label(50.0 + 0.0j, 10.0, 5.0)

    assert label.crosses(_Line(arrow, 0.0 + 0.0j, 100.0 + 0.0j))
    assert label.crosses(_Line(arrow, 50.0 - 20.0j, 50.0 + 20.0j))
    assert not label.crosses(_Line(arrow, 0.0 + 6.0j, 100.0 + 6.0j))
    assert not label.crosses(_Line(arrow, 0.0 + 0.0j, 39.0 + 0.0j))
    assert not label.crosses(_Line(arrow, 61.0 - 20.0j, 61.0 + 20.0j))


def test_the_source_alone_has_the_numbers_too():
    whole = picture((2, 3, 1))
    shown = re.findall(r'headlabel="([^"\\]*)', whole.source)

    assert [numbers_in(text) for text in shown] == [
        numbers_in(arrow.lines[0]) for arrow in whole.diagram.arrows
    ]
