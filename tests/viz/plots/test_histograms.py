import math
import random
from bisect import bisect_right

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from autograd import Graph, Value
from nn import MLP, Module, Parameter, Sequential
from viz.plots import plot_gradients, plot_weights
from viz.plots.training import _symmetric_logarithmic, _ticks


class Bag(Module):
    """Parameters, and nothing else."""

    def __init__(self, numbers, grads=()):
        self.all = [Parameter(x) for x in numbers]
        for parameter, grad in zip(self.all, grads, strict=False):
            parameter.grad = grad


def bars(ax):
    """Of each row the heights of its bars, from 0 to 1, and their edges."""
    found = []
    for patch in ax.patches:
        tops, edges, baseline = patch.get_data()
        found.append(([float(baseline - top) / 0.85 for top in tops], list(map(float, edges))))
    return found


def labels(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


@settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(st.lists(st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-9), min_size=1, max_size=40))
def test_bars_count_the_numbers(numbers):
    """Each number is looked up in the edges once more, one by one."""
    for ax in (plot_weights(Bag(numbers)), plot_gradients(Bag(numbers, numbers))):
        ((heights, edges),) = bars(ax)
        counts = [0] * len(heights)
        for x in numbers:
            counts[min(bisect_right(edges, x), len(heights)) - 1] += 1
        assert heights == pytest.approx([count / max(counts) for count in counts])
        assert edges == pytest.approx([-edge for edge in reversed(edges)])
    plt.close("all")


def test_rows_are_layers_first_on_top():
    model = MLP(2, [3, 1], rng=random.Random(0))
    ax = plot_weights(model)

    assert labels(ax) == ["layers.0\nn = 9, 33 % are 0", "layers.1\nn = 4, 25 % are 0"]
    bottom, top = ax.get_ylim()
    assert (bottom, top) == (pytest.approx(1.1), -1.0)
    assert list(ax.get_yticks()) == [pytest.approx(-0.425), pytest.approx(0.575)]


def test_zeros_and_numbers_that_are_none_are_counted_and_not_drawn():
    ax = plot_weights(Bag([0.0, 0.0, 1.0, math.nan, math.inf]))

    assert labels(ax) == ["(itself)\nn = 5, 40 % are 0, 2 nan or inf"]
    assert sum(bars(ax)[0][0]) == 1.0


def test_only_zeros_is_an_empty_row():
    assert set(bars(plot_weights(Bag([0.0])))[0][0]) == {0.0}


def test_gradients_of_a_model_are_what_backward_left():
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    model([1.0, 2.0]).backward()
    ax = plot_gradients(model)

    assert ax.get_xscale() == "symlog"
    assert labels(ax) == ["layers.0\nn = 9", "layers.1\nn = 4"]


@pytest.mark.parametrize("of", [Graph, lambda loss: loss], ids=["Graph", "Value"])
def test_gradients_of_a_graph_are_those_of_its_own_pass(of):
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    loss = model([1.0, 2.0])
    drawn = bars(plot_gradients(of(loss)))

    assert all(parameter.grad == 0.0 for parameter in model.parameters())
    loss.backward()
    assert drawn == bars(plot_gradients(model))


def test_what_there_is_nothing_to_draw_of():
    model = MLP(2, [3, 1])
    with pytest.raises(ValueError, match=r"every \.grad in this model is 0; call loss\.backward"):
        plot_gradients(model)
    with pytest.raises(ValueError, match="this graph has no parameters"):
        plot_gradients(Value(1.0) * 2.0)
    with pytest.raises(ValueError, match="has no parameters"):
        plot_weights(Sequential("relu"))
    with pytest.raises(TypeError, match="plot_weights takes a Module, got a list"):
        plot_weights(model.parameters())


@given(st.lists(st.floats(1e-300, 1e300), max_size=5))
def test_edges_hold_all_but_the_smallest(sizes):
    edges = _symmetric_logarithmic(sizes)
    ticks = _ticks(edges)

    assert edges == sorted(set(edges))
    assert max(sizes, default=0.0) <= edges[-1] * (1 + 1e-12)
    assert min(edge for edge in edges if edge > 0) <= max(min(sizes, default=1.0), edges[-1] * 1e-8)
    assert len(edges) <= 2 * (4 * 9 + 1)
    assert 0.0 in ticks
    assert ticks == sorted(ticks)
    assert 3 <= len(ticks) <= 7


def test_before_and_after_share_their_axis():
    before, after = Bag([0.5, -0.25], [1e-6, 0.5]), Bag([4.0, 0.125], [1e-3, 90.0])
    for plot in (plot_weights, plot_gradients):
        first, second = plot(before, like=after), plot(after, like=[before])

        assert bars(first)[0][1] == bars(second)[0][1]
        assert first.get_xlim() == second.get_xlim()
        assert bars(first)[0][1] != bars(plot(before))[0][1]
    plt.close("all")
