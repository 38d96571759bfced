import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph
from nn import MLP, Layer
from viz.say.ranges import MOST_CELLS, described, heatmap, heatmaps, reduced
from viz.scene.diagram import Heatmap
from viz.see.neurons import weights_of

matrices = st.integers(1, 12).flatmap(
    lambda width: st.lists(
        st.lists(st.floats(-1e6, 1e6), min_size=width, max_size=width), min_size=1, max_size=12
    )
)


@given(matrices, st.integers(1, 12))
def test_no_side_is_longer_than_asked(rows, most):
    cells = reduced(rows, most)

    assert len(cells) == min(len(rows), most)
    assert {len(row) for row in cells} == {min(len(rows[0]), most)}


@given(matrices, st.integers(1, 12))
def test_cells_are_means_of_all_that_they_cover(rows, most):
    """Weighted by how many numbers each covers, the cells have the sum of the matrix."""
    cells = reduced(rows, most)
    down = [len(rows) * i // len(cells) for i in range(len(cells) + 1)]
    across = [len(rows[0]) * i // len(cells[0]) for i in range(len(cells[0]) + 1)]
    whole = math.fsum(
        cell * (down[y + 1] - down[y]) * (across[x + 1] - across[x])
        for y, row in enumerate(cells)
        for x, cell in enumerate(row)
    )
    numbers = [number for row in rows for number in row]

    rounding = 1e-9 * math.fsum(map(abs, numbers)) + 1e-320  # half of the smallest number is 0
    assert whole == pytest.approx(math.fsum(numbers), abs=rounding)


@given(matrices)
def test_a_small_matrix_is_left_as_it_is(rows):
    assert reduced(rows) == tuple(map(tuple, rows))


def test_rows_are_the_neurons_however_often_they_ran():
    layer = Layer(3, 2, rng=random.Random(0))
    graph = Graph([y for x in ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]) for y in layer(x)])
    found = [[graph.nodes[i].value for i in row] for row in weights_of(graph, range(len(graph)))]

    assert found == [[w.data for w in neuron.w] for neuron in layer.neurons]


def test_layers_of_different_width_are_no_matrix():
    model = MLP(3, [2, 1], rng=random.Random(0))
    graph = Graph(model([1.0, 2.0, 3.0]))

    assert weights_of(graph, range(len(graph))) == []


def test_gradients_have_a_scale_of_their_own():
    rows = [[1.0, -4.0, 0.0, 2.0]] * 2
    weights, gradients = heatmaps(rows, [[0.5] * 4] * 2)

    assert (weights.name, weights.scale) == ("weights", 4.0)
    assert (gradients.name, gradients.scale) == ("gradients", 0.5)
    assert [heat.name for heat in heatmaps(rows, None)] == ["weights"]


def test_a_few_numbers_are_no_picture():
    assert heatmaps([[1.0, 2.0]], None) == ()
    assert heatmaps([], None) == ()


def test_the_scale_is_that_of_the_finite_cells():
    assert heatmap("w", [[math.inf, -2.0, math.nan]]).scale == 2.0
    assert heatmap("w", [[math.nan]]).scale == 0.0


def test_a_large_matrix_says_what_is_drawn():
    heat = heatmap("weights", [[1.0] * 784 for _ in range(128)])

    assert (len(heat.cells), len(heat.cells[0])) == (MOST_CELLS, MOST_CELLS)
    assert described(heat) == (
        "weights 128 × 784, drawn as 16 × 16 means; the strongest colour is ±1"
    )
    assert described(Heatmap("w", ((0.0,),), 0.0, (1, 1))) == "w 1 × 1; the strongest colour is ±0"
