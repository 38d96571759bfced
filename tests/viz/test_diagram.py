from viz.scene.diagram import Arrow, Box, Diagram


def test_the_size_is_told_in_words():
    names = [f"n{i}" for i in range(1234)]
    boxes = tuple(Box(name, "operation", ("+",)) for name in names)
    arrows = tuple(Arrow(f"e{i}", "n0", "n1") for i in range(5))

    assert Diagram(boxes, arrows).size == "1,234 nodes and 5 edges"
