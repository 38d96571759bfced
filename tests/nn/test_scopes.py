"""Nodes carry the name of the part of the model that made them."""

import pytest

from autograd import Graph, Value, no_grad, scope, sources
from nn import MLP, Layer, Module, Neuron, Parameter, Sequential


class Square(Module):
    def forward(self, x):
        return x * x


class Twice(Module):
    def __init__(self, part):
        self.part = part

    def forward(self, x):
        return self.part(self.part(x)) + 1.0


def scopes(value):
    """The scopes of the operations below a Value, in order."""
    return [node.scope for node in Graph(value) if node.op is not None]


def test_a_model_has_no_name_and_its_parts_have():
    model = MLP(1, [2, 1], activation="tanh")

    assert scopes(model([3.0])) == [
        "layers.0/neurons.0", "layers.0/neurons.0",
        "layers.0/neurons.1", "layers.0/neurons.1",
        "layers.1/neurons.0",
    ]  # fmt: skip


def test_parameters_are_recorded_where_they_belong():
    model = MLP(1, [2, 1])

    weight = model.layers[0].neurons[1].w[0]

    assert (weight.scope, weight.label) == ("layers.0/neurons.1", "w0")
    assert model.layers[1].neurons[0].b.scope == "layers.1/neurons.0"


def test_a_neuron_on_its_own_has_no_scope():
    assert scopes(Neuron(1)([2.0])) == ["", ""]


def test_names_nest_and_join_users_scopes():
    model = Sequential(Twice(Square()))

    with scope("outer"):
        result = model(Value(3.0))

    assert scopes(result) == ["outer/layers.0/part", "outer/layers.0/part", "outer/layers.0"]


def test_containers_inside_a_part_are_dotted():
    class Model(Module):
        def __init__(self):
            self.blocks = {"a": [Square()]}

        def forward(self, x):
            return self.blocks["a"][0](x)

    assert scopes(Model()(Value(2.0))) == ["blocks.a.0"]


def test_a_part_of_a_part_called_directly_has_both_names():
    class Model(Module):
        def __init__(self):
            self.inner = Twice(Square())

        def forward(self, x):
            return self.inner.part(x)

    assert scopes(Model()(Value(2.0))) == ["inner/part"]


def test_a_shared_part_has_its_first_name():
    square = Square()

    assert scopes(Sequential(square, square)(Value(2.0))) == ["layers.0", "layers.0"]


def test_a_part_of_two_models_is_named_after_the_one_that_runs():
    square = Square()
    one, other = Twice(square), Sequential(Square(), square)
    for _ in range(2):
        assert scopes(one(Value(2.0))) == ["part", "part", ""]
        assert scopes(other(Value(2.0))) == ["layers.0", "layers.1"]
    assert scopes(square(Value(2.0))) == [""]


def test_a_part_that_moved_has_its_new_name():
    model = Sequential(Square(), Twice(Square()))
    model(Value(2.0))
    model.layers.reverse()

    assert scopes(model(Value(2.0))) == ["layers.0/part", "layers.0/part", "layers.0", "layers.1"]


def test_a_part_whose_old_place_is_gone_is_found_anew():
    class Model(Module):
        def __init__(self, part):
            self.place = [part]

        def forward(self, x):
            return part(x)

    part = Square()
    model = Model(part)
    assert scopes(model(Value(2.0))) == ["place.0"]

    for place, name in [([], ""), ({"a": part}, "place.a"), ({"b": part}, "place.b"), (3, "")]:
        model.place = place
        model.elsewhere = None if name else part
        assert scopes(model(Value(2.0))) == [name or "elsewhere"]
    del model.elsewhere
    model.here = part
    assert scopes(model(Value(2.0))) == ["here"]


def test_a_module_from_elsewhere_adds_no_name():
    teacher = Twice(Square())

    class Model(Module):
        def forward(self, x):
            return teacher(x)

    model = Sequential(Model())
    for _ in range(2):
        assert scopes(model(Value(2.0))) == ["layers.0/part", "layers.0/part", "layers.0"]


def test_models_are_searched_once(monkeypatch):
    """Every call would be as slow as the model is large."""
    teacher = Square()

    class Model(Module):
        def __init__(self):
            self.parts = [Square()]

        def forward(self, x):
            return teacher(self.parts[0](x))

    model = Model()
    expected = scopes(model(Value(2.0)))
    monkeypatch.delattr("nn.calling.walk_parts")

    assert scopes(model(Value(2.0))) == expected == ["parts.0", ""]


def test_a_module_that_calls_itself_adds_its_name_once():
    class Power(Module):
        def forward(self, x, n):
            return x if n == 0 else x * self(x, n - 1)

    class Model(Module):
        def __init__(self):
            self.power = Power()

        def forward(self, x):
            return self.power(x, 3)

    assert scopes(Model()(Value(2.0))) == ["power"] * 3


def test_micrograds_call_gets_its_scope_too():
    class Micro(Module):
        def __init__(self):
            self.layers = [Layer(2, 2), Layer(2, 1)]
            self.w = Parameter(1.0)

        def __call__(self, x):
            for layer in self.layers:
                x = layer(x)
            return x * self.w

    class Outer(Module):
        def __init__(self):
            self.micro = Micro()

        def __call__(self, x):
            return self.micro(x)

    assert scopes(Outer()([1.0, 2.0]))[-2:] == ["micro/layers.1/neurons.0", "micro"]


def test_super_call_adds_the_name_once():
    class Loud(Square):
        def __call__(self, x):
            return super().__call__(x) + 1.0

    assert scopes(Sequential(Loud())(Value(2.0))) == ["layers.0", "layers.0"]


def test_neurons_of_the_users_own_are_called():
    class Doubled(Neuron):
        def forward(self, x):
            return super().forward(x) * 2.0

    class Called(Neuron):
        def __call__(self, x):
            return super().__call__(x) * 3.0

    layer = Layer(1, 3, init=lambda nin, nout, rng: 1.0)
    layer.neurons[0] = Doubled(1, init=lambda nin, nout, rng: 1.0)
    layer.neurons[1] = Called(1, init=lambda nin, nout, rng: 1.0)
    outputs = Sequential(layer)([5.0])

    assert [y.data for y in outputs] == [10.0, 15.0, 5.0]
    assert [y.scope for y in outputs] == [f"layers.0/neurons.{i}" for i in range(3)]


def test_errors_leave_no_scope_behind():
    layer = Layer(1, 2)
    layer.neurons[1].w = layer.neurons[1].w * 2

    for call in (Sequential(layer), layer, layer.forward):
        with pytest.raises(ValueError, match="dot of 2 weights and 1 inputs"):
            call([1.0])

        assert (Value(1.0) * 2.0).scope == ""
    assert scopes(Sequential(Square())(Value(2.0))) == ["layers.0"]


def test_sources_name_the_users_line():
    model = MLP(1, [2, 1])

    with sources():
        result = model([1.0])

    assert result.source.startswith("test_scopes.py:")
    assert result.scope == "layers.1/neurons.0"


def test_no_grad_holds_inside():
    model = MLP(2, [2, 1])

    with no_grad():
        result = model([1.0, 2.0])

    assert result.kind == "constant"
    assert model([1.0, 2.0]).kind == "variable"
