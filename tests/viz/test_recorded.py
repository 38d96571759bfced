import math
import random

import pytest

from autograd import Graph, scope
from nn import MLP, Layer, Module, Sequential
from viz.see.recorded import by_scope, recorded

BATCH = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]


def pass_of(model, **options):
    return recorded(model, BATCH, **options, who="test")


class Backwards(Module):
    """Defines its layers in another order than it computes them in."""

    def __init__(self):
        rng = random.Random(0)
        self.last, self.first = Layer(3, 1, rng=rng), Layer(2, 3, rng=rng)

    def forward(self, x):
        with scope("somewhere"):
            return self.last(self.first(x))


def test_layers_stand_in_the_order_of_the_computation():
    seen = pass_of(Backwards())

    assert [layer.name for layer in seen.layers] == ["first", "last"]
    assert [len(layer.parameters) for layer in seen.layers] == [9, 4]
    assert [len(layer.outputs) for layer in seen.layers] == [9, 3]


class Branches(Module):
    """Two layers side by side, and one on top; the second of the two is asked first."""

    def __init__(self):
        rng = random.Random(0)
        self.left, self.right = (Layer(2, 2, rng=rng) for _ in range(2))
        self.top = Layer(2, 1, rng=rng)

    def forward(self, x):
        right, left = self.right(x), self.left(x)
        return self.top([a + b for a, b in zip(right, left, strict=True)])


def test_layers_side_by_side_stand_as_they_were_defined():
    names = [layer.name for layer in pass_of(Branches()).layers]

    assert names == ["left", "right", "(itself)", "top"]


def test_every_node_of_the_model_is_in_one_layer_and_the_loss_in_none():
    model = MLP(2, [3, 3, 1], activation="tanh", rng=random.Random(0))
    seen = pass_of(model, targets=[0.0, 1.0, 0.0], loss="mse")
    found = sorted(node.index for layer in seen.layers for node in layer.nodes)

    assert len(found) == len(set(found))
    assert found == [node.index for node in seen.graph if node.op is not None and node.scope]
    parameters = [node.index for layer in seen.layers for node in layer.parameters]
    assert sorted(parameters) == [n.index for n in seen.graph if n.kind == "parameter"]


def test_a_node_belongs_to_the_first_example_that_needed_it():
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    seen = pass_of(model)
    of = {example: set() for example in range(3)}
    for index, example in seen.example_of.items():
        of[example].add(seen.graph.nodes[index].kind)

    assert seen.examples == 3
    assert "parameter" in of[0]
    assert of[1] == of[2] == {"operation", "constant"}
    for layer in seen.layers:
        assert sorted(seen.example_of[node.index] for node in layer.outputs) == sorted(
            [0, 1, 2] * (len(layer.outputs) // 3)
        )


def test_a_layer_that_is_used_twice_is_one():
    shared = Layer(2, 2, activation="tanh", rng=random.Random(0))
    (layer,) = pass_of(Sequential(shared, shared)).layers

    assert (layer.name, len(layer.nodes), len(layer.parameters)) == ("layers.0", 24, 6)


@pytest.mark.parametrize("freeze", [False, True], ids=["trained", "frozen"])
def test_what_frozen_layers_compute_is_recorded(freeze):
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    expected = [[node.value for node in layer.outputs] for layer in pass_of(model).layers]
    if freeze:
        model.layers[0].freeze()

    assert [[node.value for node in layer.outputs] for layer in pass_of(model).layers] == expected


class Wave(Module):
    """What wants plain numbers."""

    def __init__(self):
        self.layer = Layer(1, 2, activation="tanh", rng=random.Random(0))

    def forward(self, x):
        return self.layer([math.sin(x[0])])


def test_a_model_that_wants_plain_numbers_gets_them():
    (layer,) = pass_of(Wave()).layers

    assert (layer.name, len(layer.outputs)) == ("layer", 6)


def test_an_input_is_one_node_however_many_see_it():
    seen = pass_of(MLP(2, [30, 1], rng=random.Random(0)))

    assert sum(node.kind == "constant" and node.label == "" for node in seen.graph) <= 6 + 3


def test_parameters_of_any_graph_by_scope():
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    found = by_scope(Graph(model(BATCH[0])))

    assert {name: len(nodes) for name, nodes in found.items()} == {"layers.0": 9, "layers.1": 4}
