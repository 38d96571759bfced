import pytest

from viz.render.slide import REPEATED, letters, size, unrolled, wrappings
from viz.scene.diagram import Arrow, Box, Diagram, Sample


def chain(length, **options):
    return Diagram(
        tuple(Box(f"n{i}", "operation", ("tanh", "v 0.5", "g 0.25")) for i in range(length)),
        tuple(Arrow(f"e{i}", f"n{i}", f"n{i + 1}", ("× 0.5",)) for i in range(length - 1)),
        **options,
    )


def test_longer_pictures_have_smaller_letters():
    sizes = [letters(chain(length)) for length in (5, 10, 20, 40)]

    assert sizes == sorted(sizes, reverse=True)
    assert letters(chain(40)) < 3


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_chain_is_long_in_its_direction(direction):
    width, height = size(chain(30, direction=direction))

    assert (width > 5 * height) == (direction == "LR")
    assert (height > 5 * width) == (direction == "TB")


def test_a_wrapped_chain_keeps_every_box_in_order():
    for found in wrappings(chain(12)):
        assert [name for row in found.rows for name in row] == [f"n{i}" for i in range(12)]
        assert found.boxes == chain(12).boxes


def test_only_what_runs_from_left_to_right_is_wrapped():
    assert list(wrappings(chain(12, direction="TB"))) == []


def test_the_legend_of_a_wrapped_picture_is_one_line():
    samples = (Sample("operation", ("operation",)), Sample("note", ("solid: +", "width: size")))
    found = next(wrappings(chain(12, title=("backward",), legend=samples)))

    assert found.legend == ()
    assert found.title == ("backward", "solid: +; width: size; thick border: result")


def test_each_row_repeats_what_comes_from_above():
    found = unrolled(next(wrappings(chain(12))))
    repeated = [box for box in found.boxes if box.lines[-1] == REPEATED]

    assert [box.id for box in repeated] == ["n5_1"]
    assert [arrow.tail for arrow in found.arrows][5] == "n5_1"
    assert len(found.boxes) == 13


def test_a_picture_in_one_row_stays_as_it_is():
    assert unrolled(chain(3)) is not None
    assert unrolled(chain(3)) == chain(3)
