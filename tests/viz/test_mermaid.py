import re

import pytest
from hypothesis import given

from autograd import Value, constant
from nn import MLP, Parameter
from viz import draw, draw_network
from viz.render.palette import LIGHT
from viz.render.text import flowchart
from viz.say.box_text import arrows, boxes
from viz.scene.diagram import Arrow, Box, Diagram
from viz.see.visible_nodes import outline

from .strategies import HOSTILE, NAMES, graphs


def decoded(text):
    return re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text)


def test_a_flowchart():
    a = Value(2.0, label="a")
    lines = decoded(draw(a.tanh() * constant(3.0), direction="TB").mermaid()).splitlines()

    assert lines == [
        "flowchart TB",
        '    n0[/"variable a<br/>v 2<br/>g 0.212"/]:::variable',
        '    n1(["tanh<br/>v 0.964<br/>g 3"]):::activation',
        '    n2["constant<br/>v 3<br/>g —"]:::constant',
        '    n3("×<br/>v 2.892<br/>g 1 (seed)"):::root',
        '    n0 ---|"0.07065 × 3<br/>= 0.212"| n1',
        '    n1 ---|"3 × 1<br/>= 3"| n3',
        "    n2 --- n3",
        "    classDef activation fill:#fdf0c8,stroke:#57606a,color:#1f2328",
        "    classDef constant fill:#ececec,stroke:#57606a,color:#1f2328,stroke-dasharray:4",
        "    classDef root fill:#fbdcdc,stroke:#b3123f,color:#1f2328,stroke-width:3px",
        "    classDef variable fill:#d9f0e0,stroke:#57606a,color:#1f2328",
    ]


def test_kinds_have_shapes_of_their_own():
    frozen = Parameter(1.0)
    frozen.freeze()
    chart = draw((Value(1.0) * Parameter(1.0) + constant(1.0)).tanh() * frozen).mermaid()

    openings = dict(re.findall(r'n\d+([\[(/]+)".*:::(\w+)', chart))
    assert openings == {"[/": "variable", "[": "constant", "(": "root", "([": "activation",
                        "[[": "frozen"}  # fmt: skip


@given(graphs)
def test_a_flowchart_has_every_box_and_every_arrow(graph):
    result = outline(graph)
    shown, links = boxes(result, backward=True), arrows(result, backward=True)
    diagram = Diagram(shown, links, points="tail")
    chart = flowchart(diagram, LIGHT)

    drawn = re.findall(r"^    (n\w+)[\[(]", chart, re.MULTILINE)
    assert drawn == [box.id for box in shown]
    ends = re.findall(r"^    (n\w+) (?:---|-\.-)(?:\|\".*\"\|)? (n\w+)$", chart, re.MULTILINE)
    assert ends == [(arrow.tail, arrow.head) for arrow in links]


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_are_text(label):
    chart = draw(Value(1.0, label=label) * 2.0).mermaid()
    strings = re.findall(r'"([^"]*)"', chart)

    assert chart.count('"') == 2 * len(strings)
    assert all(not re.search(r"[<>&`\\]", text.replace("<br/>", "")) for text in strings)
    assert len(chart.splitlines()) == 9


def test_forward_arrows_have_points_and_negative_ones_dots():
    a = Value(2.0)

    assert "n0 --> n2" in draw(a * -1.0, view="forward").mermaid()
    assert "n0 -.-|" in draw(a * -1.0).mermaid()


def test_a_network_is_made_of_circles():
    chart = draw_network(MLP(1, [2, 1]), [1.0]).mermaid()

    assert chart.count("((") == 4


def test_a_note_is_a_box_of_its_own():
    value = Value(1.0)
    for _ in range(30):
        value = value.tanh()
    chart = decoded(draw(value, fold=False, max_nodes=5).mermaid())

    assert 'note["… 26 more nodes: draw a smaller part, or raise max_nodes=5"]:::note' in chart


def test_alarming_boxes_have_a_thick_border():
    chart = draw(Value(float("nan")) * 2.0 + 1.0, view="forward").mermaid()

    assert ":::alarm" in chart
    assert "classDef alarm fill:#ffffff,stroke:#1f2328,color:#1f2328,stroke-width:3px" in chart


def test_more_edges_than_mermaid_draws_are_refused():
    names = [Box(f"n{i}", "operation", ("+",)) for i in range(502)]
    links = [Arrow(f"e{i}", f"n{i}", f"n{i + 1}") for i in range(501)]
    with pytest.raises(ValueError, match="Mermaid") as caught:
        flowchart(Diagram(tuple(names), tuple(links)), LIGHT)

    assert str(caught.value) == (
        "Mermaid draws at most 500 edges, and this picture has 501; draw it with a smaller "
        "max_nodes=..., or use .svg()"
    )
    assert flowchart(Diagram(tuple(names[:501]), tuple(links[:500])), LIGHT)


def test_more_text_than_mermaid_reads_is_refused():
    names = [Box(f"n{i}", "operation", ("x" * 1000,)) for i in range(60)]
    with pytest.raises(ValueError, match=r"Mermaid reads at most 50,000 characters, and this pict"):
        flowchart(Diagram(tuple(names), ()), LIGHT)
