import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Graph, Value, constant
from nn import MLP, Parameter
from viz import draw, draw_network
from viz.labels import shorten
from viz.render.dot import body
from viz.render.dot import settings as attributes
from viz.render.palette import BOX_SIZE, DARK, LIGHT
from viz.scene.diagram import Arrow, Box, Diagram

from ..needs import needs_dot
from .reading import read_svg
from .strategies import HOSTILE, NAMES, computations, labels

ROOT = Path(__file__).resolve().parents[2]

# A process for every example: few, but each a whole picture.
rendered = settings(max_examples=20)


def statements(diagram, theme=LIGHT):
    """The attributes of every statement, by its subject."""
    found = {}
    for line in body(diagram, theme):
        match = re.match(r"\t(\w+(?: -> \w+)?) \[(.*)\]$", line)
        if match:
            pairs = re.findall(r'(\w+)=("(?:\\.|[^"\\])*"|\S+)', match[2])
            found[match[1]] = {key: value.strip('"') for key, value in pairs}
    return found


def one_box(**facts):
    return statements(Diagram((Box("n0", **{"kind": "operation", "lines": ("+",), **facts}),), ()))[
        "n0"
    ]


def one_arrow(sign, points="tail", **facts):
    ends = (Box("n0", "operation", ("+",)), Box("n1", "operation", ("+",)))
    arrow = Arrow("e0_1_0", "n0", "n1", sign=sign, **facts)
    return statements(Diagram(ends, (arrow,), points=points))["n0 -> n1"]


@rendered
@given(computations(), st.booleans(), st.sampled_from(["LR", "TB"]))
def test_a_picture_holds_exactly_the_nodes_edges_values_and_gradients(roots, expand, direction):
    picture = draw(roots, expand=expand, direction=direction)
    drawn = read_svg(picture.svg())

    boxes = {
        box.id: [" ".join(line.split()) for line in box.lines] for box in picture.diagram.boxes
    }
    legends = {name for name in drawn.nodes if name.startswith("legend")}
    assert {name: drawn.nodes[name] for name in drawn.nodes.keys() - legends} == boxes
    assert drawn.edges == {arrow.id: list(arrow.lines) for arrow in picture.diagram.arrows}
    assert len(legends) == len(picture.diagram.legend)


@needs_dot
@rendered
@given(computations(), st.booleans(), st.sampled_from(["LR", "TB"]))
def test_a_system_dot_draws_the_same_picture(roots, expand, direction):
    picture = draw(roots, expand=expand, direction=direction)

    ours, system = read_svg(picture.svg()), read_svg(picture.svg(engine="dot"))
    assert (system.nodes, system.edges, system.classes) == (ours.nodes, ours.edges, ours.classes)


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_are_drawn_as_text(label):
    drawn = read_svg(draw(Value(1.0, label=label) * 2.0, legend=False).svg())

    assert drawn.nodes["n0"][0] == " ".join(f"variable {shorten(label)}".split())


@rendered
@given(st.lists(labels, min_size=1, max_size=3))
def test_any_label_is_drawn_as_text(names):
    value = Value(1.0, label=names[0])
    for name in names:
        value = value * constant(2.0, label=name)
        value.label = name
    picture = draw(value, constants=False)
    drawn = read_svg(picture.svg())

    for box in picture.diagram.boxes:
        assert drawn.nodes[box.id] == [" ".join(line.split()) for line in box.lines]


def test_the_same_graph_gives_the_same_bytes_in_every_process():
    script = (
        "import hashlib, viz\n"
        "from nn import MLP\n"
        "import random\n"
        "model = MLP(2, [3, 1], activation='tanh', rng=random.Random(0))\n"
        "loss = (model([1.0, 0.0]) - 1.0) ** 2\n"
        "for picture in (viz.draw(loss), viz.draw(loss, expand=True),\n"
        "                viz.draw_network(model, [1.0, 0.0]),\n"
        "                viz.draw_neuron(model.layers[0].neurons[0], [1.0, 0.0])):\n"
        "    print(hashlib.sha256((picture.source + picture.svg()).encode()).hexdigest())\n"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }

    assert len(runs) == 1
    assert len(set(next(iter(runs)).split())) == 4


def test_a_graph_that_was_saved_is_drawn_the_same():
    a = Value(2.0, label="a")
    graph = Graph(a * a + 1.0)

    assert draw(Graph.from_json(graph.to_json())).source == draw(graph).source


def test_every_kind_has_its_shape_border_and_class():
    frozen = Parameter(2.0)
    frozen.freeze()
    value = ((Value(1.0) * Parameter(2.0) + constant(3.0)) * frozen).tanh() * 2.0
    drawn = statements(draw(value).diagram)
    looks = {
        facts["class"]: (facts["shape"], facts["style"], facts.get("peripheries", "1"))
        for name, facts in drawn.items()
        if re.fullmatch(r"n\d+", name)
    }

    assert looks == {
        "variable": ("note", "filled", "1"),
        "parameter": ("box", "filled", "1"),
        "frozen": ("box", "filled,diagonals", "1"),
        "constant": ("box", "filled,dashed", "1"),
        "operation": ("box", "filled,rounded", "1"),
        "activation": ("box", "filled,rounded", "2"),
        "operation root": ("box", "filled,rounded", "1"),
    }


def test_a_root_has_a_border_of_three_pixels():
    assert one_box(is_root=True)["penwidth"] == "3"
    assert "penwidth" not in one_box()


def test_a_number_that_is_none_has_a_stop_sign():
    alarm = one_box(is_alarming=True)

    assert (alarm["shape"], alarm["penwidth"], alarm["peripheries"]) == ("octagon", "3", "2")
    assert alarm["class"] == "operation alarm"


def test_chinese_labels_get_room():
    assert float(one_box(lines=("重" * 10,))["width"]) > 20 * 0.6 * BOX_SIZE / 72
    assert "width" not in one_box(lines=("x" * 20,))


@pytest.mark.parametrize(
    ("sign", "style", "colour"),
    [
        ("positive", None, LIGHT.positive),
        ("negative", "dashed", LIGHT.negative),
        ("zero", "dotted", None),
        ("alarm", None, LIGHT.alarm),
        ("plain", None, None),
    ],
)
def test_a_sign_has_a_line_style_and_a_colour(sign, style, colour):
    facts = one_arrow(sign)

    assert (facts.get("style"), facts.get("color"), facts["class"]) == (style, colour, sign)


def test_strength_is_width():
    assert one_arrow("positive", strength=1.0)["penwidth"] == "4.00"
    assert one_arrow("negative", strength=0.0)["penwidth"] == "1.00"
    assert one_arrow("alarm")["penwidth"] == "3"
    assert "penwidth" not in one_arrow("zero")


def test_points_are_where_numbers_flow():
    assert one_arrow("positive", "tail")["dir"] == "back"
    assert one_arrow("plain", "tail")["dir"] == "none"
    assert "dir" not in one_arrow("plain", "head")
    assert one_arrow("positive", "none")["dir"] == "none"


def test_an_arrow_without_numbers_keeps_off_those_of_its_neighbours():
    assert one_arrow("plain", "tail")["label"] == " "
    assert "label" not in one_arrow("plain", "head")


def test_themes_change_colours_only():
    a = Value(2.0, label="a")
    light, dark = [
        re.sub(r"#[0-9a-f]{6}", "#", draw(a * a + 1.0, theme=theme).source)
        for theme in ("light", "dark")
    ]

    assert light == dark


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_page_has_a_colour(theme):
    assert attributes(Diagram((), ()), theme)[0]["bgcolor"] == theme.page


def test_no_label_is_html_and_no_shape_a_record():
    source = draw(Value(1.0, label="<b>x</b>") * 2.0).source

    assert "=<" not in source
    assert "record" not in source


def test_units_of_a_network_stand_in_columns_in_order():
    source = draw_network(MLP(2, [3, 1]), [1.0, 2.0]).source

    assert "{ rank=same legend0 -> u0_0 -> u0_1 [style=invis] }" in source
    assert "{ rank=same legend1 -> u1_0 -> u1_1 -> u1_2 [style=invis] }" in source
    assert "{ rank=same legend2 -> u2_0 -> legend3 [style=invis] }" in source


def test_every_column_says_what_it_is():
    picture = draw_network(MLP(1, [2, 2, 1]), [1.0])
    drawn = read_svg(picture.svg())

    assert [drawn.nodes[name] for name in ("legend0", "legend1", "legend1_2", "legend2")] == [
        ["input"],
        ["hidden unit"],
        ["hidden unit"],
        ["output"],
    ]
    assert "u2_0 [style=invis]" not in draw_network(MLP(1, [2, 1]), [1.0], legend=False).source


def test_units_of_a_network_are_equally_large():
    drawn = statements(draw_network(MLP(2, [3, 1]), [1.0, -2.25]).diagram)
    circles = {facts["width"] for name, facts in drawn.items() if name.startswith("u")
               and " " not in name}  # fmt: skip

    assert len(circles) == 1


def test_connections_are_straight_and_columns_of_many_far_apart():
    small, large = draw_network(MLP(2, [3, 1]), [1.0, 2.0]), draw_network(MLP(2, [9, 9, 1]), [1, 2])

    assert "splines=line" in small.source
    assert "splines=line" in large.source
    assert float(small.graph_attr["ranksep"]) < 3
    assert float(large.graph_attr["ranksep"]) > 4
