from viz.render.looks import legend, network_legend
from viz.scene.diagram import Arrow, Box


def box(kind, **facts):
    return Box("n0", kind, ("head",), **facts)


def arrow(sign):
    return Arrow("e0", "n0", "n1", sign=sign)


def words(samples):
    return [sample.lines for sample in samples]


def test_only_what_occurs_is_in_the_legend():
    assert words(legend([box("variable")], [])) == [("variable",)]
    assert words(legend([box("constant"), box("constant")], [arrow("plain")])) == [("constant",)]


def test_the_order_does_not_depend_on_the_picture():
    kinds = ["activation", "operation", "constant", "variable", "frozen", "parameter"]
    samples = legend(map(box, kinds), [])

    assert words(samples) == [
        ("parameter",),
        ("frozen parameter",),
        ("variable",),
        ("constant",),
        ("operation",),
        ("activation",),
    ]


def test_a_root_is_shown_as_what_it_is():
    *_, root = legend([box("operation"), box("activation", is_root=True)], [])

    assert (root.kind, root.lines, root.is_root) == ("activation", ("result",), True)


def test_notes_are_no_kind():
    assert legend([box("note")], []) == ()


def test_lines_are_explained_in_words():
    signs = ["negative", "zero", "positive", "alarm"]

    assert words(legend([], map(arrow, signs))) == [
        ("solid: +", "dashed: −", "dotted: 0 or ≈0", "thickest: nan! or inf!", "width: size")
    ]
    assert words(legend([], [arrow("zero")])) == [("dotted: 0 or ≈0",)]


def test_the_stop_sign_is_explained():
    *_, alarm = legend([box("operation", is_alarming=True)], [])

    assert (alarm.lines, alarm.is_alarming) == (("nan! or inf!",), True)


def test_a_network_has_units():
    boxes = [box("output"), box("input"), box("unit"), box("note")]

    assert words(network_legend(boxes, [arrow("positive")], "weight")) == [
        ("input",),
        ("hidden", "unit"),
        ("output",),
        ("solid: +", "width: |weight|"),
    ]
