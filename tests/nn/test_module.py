"""Modules: parameters found, named, saved, loaded, shared and frozen."""

import copy
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value
from nn import MLP, Layer, Module, Parameter, Sequential

from .modules import Data, Line
from .refusals import refused


class Micro(Module):
    """As micrograd's users write: plain Values, __call__ and parameters."""

    def __init__(self):
        self.w = [Value(1.0), Value(2.0)]
        self.b = Value(3.0)
        self.last = None

    def __call__(self, x):
        self.last = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return self.last

    def parameters(self):
        return [*self.w, self.b]


# --- calling --------------------------------------------------------------------------------------


def test_calling_runs_forward_with_all_arguments():
    class Scaled(Module):
        def forward(self, x, y, *, by):
            return (x + y) * by

    assert Scaled()(1.0, 2.0, by=3.0) == 9.0


def test_a_module_without_forward_says_what_to_write():
    class Empty(Module):
        pass

    text = "Empty has no forward; write 'def forward(self, x): ...' in the class"

    with refused(NotImplementedError, text):
        Empty()(1.0)


def test_no_super_init_is_needed():
    assert Line()(10.0).data == 21.0


# --- parameters -----------------------------------------------------------------------------------


def test_parameters_in_the_order_of_definition():
    model = MLP(2, [2, 1])

    names = [name for name, _ in model.named_parameters()]

    assert names == [
        "layers.0.neurons.0.w.0", "layers.0.neurons.0.w.1", "layers.0.neurons.0.b",
        "layers.0.neurons.1.w.0", "layers.0.neurons.1.w.1", "layers.0.neurons.1.b",
        "layers.1.neurons.0.w.0", "layers.1.neurons.0.w.1", "layers.1.neurons.0.b",
    ]  # fmt: skip
    assert [p for _, p in model.named_parameters()] == model.parameters()


def test_modules_are_named_like_parameters():
    model = Sequential(Layer(2, 1), "tanh")

    assert [name for name, _ in model.named_modules()] == [
        "", "layers.0", "layers.0.neurons.0", "layers.1",
    ]  # fmt: skip
    assert model.modules()[0] is model
    assert [module for _, module in model.named_modules()] == model.modules()


def test_micrograds_way_works():
    model = Micro()
    y = model([10.0, 100.0])
    y.backward()

    assert y.data == 213.0
    assert [p.grad for p in model.parameters()] == [10.0, 100.0, 1.0]
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0, 0.0, 0.0]


def test_a_part_that_overrides_parameters_is_asked():
    class Model(Module):
        def __init__(self):
            self.line = Line()
            self.micro = Micro()

    model = Model()
    model.micro([1.0, 2.0])

    assert [name for name, _ in model.named_parameters()] == [
        "line.slope", "line.shift", "micro.w.0", "micro.w.1", "micro.b",
    ]  # fmt: skip
    assert model.parameters() == [*model.line.parameters(), *model.micro.parameters()]


def test_the_names_of_an_overriding_module():
    assert list(Micro().state_dict().items()) == [("w.0", 1.0), ("w.1", 2.0), ("b", 3.0)]


def test_values_that_no_attribute_holds_are_numbered():
    hidden = [Value(1.0), Value(2.0)]

    class Hiding(Module):
        def parameters(self):
            return hidden

    assert Hiding().state_dict() == {"parameters.0": 1.0, "parameters.1": 2.0}


def test_an_override_may_build_on_what_it_overrides():
    class More(Line):
        def parameters(self):
            return [*super().parameters(), *extra]

    class Slopes(Line):
        def parameters(self):
            return [p for name, p in self.named_parameters() if name == "slope"]

    extra = [Value(5.0)]
    more, slopes = More(), Slopes()

    assert more.parameters() == [more.slope, more.shift, *extra]
    assert list(more.state_dict()) == ["slope", "shift", "parameters.2"]
    assert slopes.parameters() == [slopes.slope]
    assert list(slopes.state_dict()) == ["slope"]


def test_what_overrides_return_twice_is_found_once():
    class Repeating(Line):
        def parameters(self):
            return [self.shift, self.slope, self.shift]

    repeating = Repeating()
    model = Sequential(repeating, Line())
    model.layers[1].slope = repeating.slope

    assert list(model.state_dict()) == ["layers.0.shift", "layers.0.slope", "layers.1.shift"]


def test_an_override_that_returns_something_else_is_refused():
    class Wrong(Module):
        def parameters(self):
            return [1.0]

    with refused(TypeError, "Wrong.parameters() must return Values, got a float at position 0"):
        list(Wrong().named_parameters())


def test_a_dataclass_may_be_a_module():
    outer = Sequential(Data(Parameter(2.0)), Data(Parameter(3.0)))

    assert outer(1.0).data == 6.0
    assert outer.state_dict() == {"layers.0.w": 2.0, "layers.1.w": 3.0}


# --- sharing --------------------------------------------------------------------------------------


def test_a_shared_parameter_counts_once_and_its_gradients_add_up():
    w = Parameter(3.0)
    first, second = Line(), Line()
    first.slope = second.slope = w
    model = Sequential(first, second)

    model(5.0).backward()  # w (5 w + 1) + 1

    assert list(model.state_dict()) == ["layers.0.slope", "layers.0.shift", "layers.1.shift"]
    assert w.grad == 2 * 3.0 * 5.0 + 1.0


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_sharing_a_module_sums_the_gradients_of_its_uses(seed, uses):
    rng = random.Random(seed)
    shared = Layer(3, 3, activation="tanh", rng=rng)
    x = [rng.uniform(-1, 1) for _ in range(3)]
    tied = Sequential(*[shared] * uses)
    untied = Sequential(*[copy.deepcopy(shared) for _ in range(uses)])

    sum(tied(x)).backward()
    sum(untied(x)).backward()

    assert len(tied.parameters()) == 12
    assert len(untied.parameters()) == 12 * uses
    for i, parameter in enumerate(tied.parameters()):
        parts = [layer.parameters()[i].grad for layer in untied.layers]
        assert parameter.grad == pytest.approx(sum(parts), rel=1e-12, abs=1e-15)


# --- zero_grad, freeze ----------------------------------------------------------------------------


def test_zero_grad():
    line = Line()
    line(3.0).backward()
    assert [p.grad for p in line.parameters()] == [3.0, 1.0]

    line.zero_grad()

    assert [p.grad for p in line.parameters()] == [0.0, 0.0]


def test_a_frozen_module_gets_no_gradient():
    model = Sequential(Line(), Line())
    model.layers[0].freeze()

    model(3.0).backward()

    assert [p.frozen for p in model.parameters()] == [True, True, False, False]
    assert [p.grad for p in model.parameters()] == [0.0, 0.0, 7.0, 1.0]
    model.unfreeze()
    assert not any(p.frozen for p in model.parameters())


@given(st.integers(0, 2**32), st.sets(st.integers(0, 8)))
def test_freezing_leaves_the_other_gradients_as_they_are(seed, chosen):
    rng = random.Random(seed)
    model = MLP(2, [2, 1], activation="tanh", rng=rng)
    x = [rng.uniform(-1, 1), rng.uniform(-1, 1)]
    model(x).backward()
    everything = [p.grad for p in model.parameters()]

    model.zero_grad()
    for i in chosen:
        model.parameters()[i].freeze()
    model(x).backward()

    grads = [p.grad for p in model.parameters()]
    assert grads == [0.0 if i in chosen else g for i, g in enumerate(everything)]


def test_only_parameters_can_be_frozen():
    class Mixed(Micro):
        def __init__(self):
            super().__init__()
            self.w = [Parameter(1.0), Value(2.0)]

    mixed = Mixed()

    for method in ("freeze", "unfreeze"):
        text = f"{method} works on Parameters, but 'w.1' is a Value; make it a Parameter"
        with refused(TypeError, text):
            getattr(mixed, method)()
    assert not mixed.w[0].frozen


# --- threads --------------------------------------------------------------------------------------


def test_threads_may_call_one_model():
    model = MLP(2, [4, 1], rng=random.Random(0))
    expected = str(Graph(model([1.0, 2.0])))
    seen = []

    def work():
        seen.extend(str(Graph(model([1.0, 2.0]))) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [expected] * 80


def test_repr():
    assert repr(Line()) == "Line()"


# --- children -------------------------------------------------------------------------------------


class Around(Module):
    def __init__(self, *parts, **named):
        self.parts, self.named = parts, named


@st.composite
def nested(draw):
    """A model in which parts are shared, and one may be inside itself."""
    parts = [Layer(1, 1, init="zeros")]
    for _ in range(draw(st.integers(1, 5))):
        inside = draw(st.lists(st.sampled_from(parts), max_size=3))
        parts.append(Around(*inside[:1], a=inside[1:]))
    if draw(st.booleans()):
        parts[1].itself = parts[-1]
    return parts[-1]


@given(nested())
def test_children_come_before_those_that_have_them(model):
    called = []

    assert model.apply(called.append) is model
    assert called[-1] is model
    assert sorted(map(id, called)) == sorted(map(id, model.modules()))
    for module in called:
        inside = [id(part) for part in module.modules()]
        for child in module.children():
            circle = id(module) in map(id, child.modules())
            assert circle or called.index(child) < called.index(module)
            assert id(child) in inside


def test_children_are_those_directly_inside():
    first, last, lone = Layer(2, 3), MLP(3, [3, 1]), Layer(1, 1)
    model = Around(first, last, key=[lone, first])

    assert list(model.named_children()) == [
        ("parts.0", first), ("parts.1", last), ("named.key.0", lone),
    ]  # fmt: skip
    assert model.children() == [first, last, lone]
    assert first.neurons[0].children() == []
    called = []
    last.apply(lambda part: called.append(type(part).__name__))
    assert called == [*["Neuron"] * 3, "Layer", "Neuron", "Layer", "MLP"]


def test_apply_goes_as_deep_as_a_model_does():
    model = Layer(1, 1)
    for _ in range(5000):
        model = Around(model)
    called = []
    model.apply(called.append)

    assert len(called) == 5002
