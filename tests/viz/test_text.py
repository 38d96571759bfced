from hypothesis import given

from autograd import Value
from viz import draw
from viz.render.text import DEEPEST, tree
from viz.say.box_text import arrows, boxes
from viz.scene.diagram import Arrow, Box, Diagram
from viz.see.visible_nodes import outline

from .strategies import graphs


def chain(length):
    names = [f"n{i}" for i in range(length)]
    return Diagram(
        tuple(Box(name, "operation", (name.upper(), "v 1")) for name in names),
        tuple(Arrow(f"e{i}", f"n{i}", f"n{i + 1}") for i in range(length - 1)),
    )


def test_a_tree_of_text_reads_from_the_root_to_the_leaves():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    text = draw((a * b + 10.0).tanh()).text()

    assert text.splitlines() == [
        "backward: v is the value, g = ∂result/∂node, summed over all paths",
        "on each arrow: local derivative × upstream gradient = contribution",
        "tanh  v 0.9993  g 1 (seed)",
        "└─ +  v 4  g 0.001341  ← 0.001341 × 1 = 0.001341",
        "   ├─ ×  v −6  g 0.001341  ← 1 × 0.001341 = 0.001341",
        "   │  ├─ variable a  v 2  g −0.004023  ← −3 × 0.001341 = −0.004023",
        "   │  └─ variable b  v −3  g 0.002682  ← 2 × 0.001341 = 0.002682",
        "   └─ constant  v 10  g —",
    ]


def test_what_is_used_twice_is_spelled_out_once():
    a = Value(3.0, label="a")
    text = draw(a * a + a, legend=False).text()

    assert text.splitlines() == [
        "+  v 12  g 1 (seed)",
        "├─ ×  v 9  g 1  ← 1 × 1 = 1",
        "│  ├─ variable a [n0]  v 3  g 1 + 3 + 3 = 7  ← 3 × 1 = 3",
        "│  └─ variable a [n0], see above  ← 3 × 1 = 3",
        "└─ variable a [n0], see above  ← 1 × 1 = 1",
    ]


@given(graphs)
def test_every_box_is_spelled_out_once_and_every_arrow_is_there(graph):
    result = outline(graph)
    diagram = Diagram(boxes(result, backward=True), arrows(result, backward=True))
    lines = tree(diagram).splitlines()

    spelled = [line for line in lines if ", see " not in line and not line.endswith("]:")]
    assert len(spelled) == len(diagram.boxes)
    flows = sum("← " in line for line in lines)
    assert flows == sum(bool(arrow.lines) for arrow in diagram.arrows)


def test_a_deep_branch_goes_on_below():
    lines = tree(chain(1000)).splitlines()

    assert max(map(len, lines)) < 5 * DEEPEST
    assert sum(line.lstrip("└─ ").startswith("N") and "  v 1" in line for line in lines) == 1000
    below = next(i for i, line in enumerate(lines) if line.endswith(", see below"))
    name = lines[below].split("[")[1].split("]")[0]
    assert lines[below + 1] == f"[{name}]:"
    assert lines[below + 2] == f"{name.upper()}  v 1"


def test_every_root_has_a_tree():
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    lines = draw([a * 2.0, b * 3.0], view="forward", legend=False).text().splitlines()

    assert [line for line in lines if not line.startswith(("├", "└", "│", " "))] == [
        "×  v 2",
        "×  v 6",
    ]


def test_notes_come_last():
    value = Value(1.0)
    for _ in range(30):
        value = value.tanh()

    assert draw(value, fold=False, max_nodes=5).text().splitlines()[-1] == (
        "… 26 more nodes: draw a smaller part, or raise max_nodes=5"
    )
