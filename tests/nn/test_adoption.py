"""Plain Values that users put into Modules are weights; those that calls leave there are not."""

import copy
import pickle
import random
import re
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Constant, Value, constant, no_grad
from nn import MLP, SGD, Adam, Embedding, LayerNorm, Module, Neuron, Parameter, fit

from .refusals import refused


def test_micrograds_losses():
    """The weights of a neuron replaced by Values, as at least 16 public files do."""
    n = Neuron(2, nonlin=False)
    n.w = [Value(1.0), Value(2.0)]
    n.b = Value(0.5)
    losses = []
    for _ in range(3):
        loss = (n([1.0, 2.0]) - 2.0) ** 2
        losses.append(loss.data)
        n.zero_grad()
        loss.backward()
        for p in n.parameters():
            p.data -= 0.05 * p.grad

    assert losses == pytest.approx([12.25, 1.96, 0.3136], rel=1e-12)


class Scaled(Module):
    def __init__(self):
        self.scale = Value(2.0)
        self.shifts = []
        for x in (1.0, 3.0):
            self.shifts.append(Value(x))

    def forward(self, x):
        return self.scale * x + self.shifts[0] * self.shifts[1]


@dataclass
class Data(Module):
    scale: Value

    def forward(self, x):
        return self.scale * x


def put(model, change):
    """The model after a change that a user makes, and the names that it is about."""
    change(model)
    return model


def layer_norm_gain(model):
    model.gain = [Value(1.0), Value(2.0)]


def one_gain(model):
    model.gain[1] = Value(2.0)


def load_loop(model):
    for neuron in model.layers[0].neurons:
        for i in range(len(neuron.w)):
            neuron.w[i] = Value(0.5)


def one_row(model):
    model.weight[1] = [Value(0.5), Value(1.5)]


CHANGES = {
    "an attribute": (lambda: Neuron(2), lambda m: setattr(m, "b", Value(1.0)), ["b"]),
    "a list": (lambda: LayerNorm(2), layer_norm_gain, ["gain.0", "gain.1"]),
    "one entry of a list": (lambda: LayerNorm(2), one_gain, ["gain.1"]),
    "a load loop": (lambda: MLP(1, [2, 1]), load_loop,
                    ["layers.0.neurons.0.w.0", "layers.0.neurons.1.w.0"]),
    "a row of an embedding": (lambda: Embedding(3, 2), one_row, ["weight.1.0", "weight.1.1"]),
    "an own module": (Scaled, lambda _: None, ["scale", "shifts.0", "shifts.1"]),
    "a dataclass": (lambda: Data(Value(2.0)), lambda _: None, ["scale"]),
    "a new attribute": (Scaled, lambda m: setattr(m, "more", Value(1.0)), ["more"]),
    "a dict": (Scaled, lambda m: setattr(m, "table", OrderedDict(a=Value(1.0))), ["table.a"]),
    "an entry of a dict": (lambda: put(Scaled(), lambda m: setattr(m, "t", {})),
                           lambda m: m.t.update(a=(Value(1.0),)), ["t.a.0"]),
    "an array": (Scaled, lambda m: setattr(m, "w", np.array([[Value(1.0), Value(2.0)]])),
                 ["w.0.0", "w.0.1"]),
    "an entry of an array": (lambda: put(Scaled(), lambda m: setattr(m, "w", np.array([None, 1]))),
                             lambda m: m.w.__setitem__(0, Value(1.0)), ["w.0"]),
    "the instance's dict": (Scaled, lambda m: vars(m).update(more=Value(1.0)), ["more"]),
}  # fmt: skip


@pytest.mark.parametrize("called", [False, True], ids=["before a call", "after one"])
@pytest.mark.parametrize("name", CHANGES)
def test_values_set_outside_calls_are_parameters(name, called):
    make, change, names = CHANGES[name]
    model = make()
    if called:
        model(0 if isinstance(model, Embedding) else 1.0 if model.__class__ in {Scaled, Data} else
              [1.0] * getattr(model, "nin", 1))  # fmt: skip
    optimiser = Adam(model, lr=0.1)
    change(model)
    named = dict(model.named_parameters())
    found = [named[name] for name in names]

    assert all(isinstance(p, Parameter) for p in found)
    assert list(named.values()) == model.parameters()
    assert set(names) <= model.state_dict().keys()
    before = [p.data for p in found]
    optimiser.zero_grad()
    for p in found:
        p.grad = 1.0
    optimiser.step()
    assert [p.data for p in found] == pytest.approx([x - 0.1 for x in before], abs=1e-6)
    assert optimiser.parameters == model.parameters()
    model.freeze()
    assert all(p.frozen for p in found)


def test_what_was_put_there_is_the_same_object():
    w = Value(2.0, label="w")
    model = Data(w)
    (w * 3.0).backward()

    assert model.parameters()[0] is w
    assert (w.label, w.grad, w.kind) == ("w", 3.0, "parameter")


@pytest.mark.parametrize(
    "x",
    [Value(2.0) * 3.0, constant(2.0), 2.0, "Value", [1.0, 2.0], np.array([1.0, 2.0])],
    ids=["result", "constant", "number", "text", "numbers", "array of numbers"],
)
def test_results_and_constants_and_numbers_are_not(x):
    model = Scaled()
    model.last = x

    assert len(model.parameters()) == 3
    assert model.last is x


# --- what a call puts there -----------------------------------------------------------------------


class Keeping(Module):
    """Keeps, in its calls, whatever it meets: in all ways."""

    def __init__(self):
        self.line = nn.Neuron(2, activation="tanh")
        self.history, self.table, self.rows = [], {}, [[], []]
        self.array = np.array([None, None])

    def forward(self, x):
        self.x = x
        self.first = x[0]
        self.history.append(x[0])
        self.table["x"] = x
        self.rows[1].append((x[0],))
        self.array[0] = x[1]
        self.line.seen = x
        self.start = Value(0.0)
        self.out = self.line(x) + self.start
        return self.out


def calls(model):
    """Ways to call it."""
    return {"call": model, "forward": model.forward, "inside": nn.Sequential(model)}


@pytest.mark.parametrize("way", ["call", "forward", "inside"])
def test_values_first_set_during_a_call_are_none(way):
    model = Keeping()
    optimiser = SGD(model, lr=0.1)
    weights = model.parameters()
    names = list(model.state_dict())
    inputs = [Value(1.0), Value(2.0)]
    for _ in range(3):
        calls(model)[way](inputs).backward()
        optimiser.step()
        optimiser.zero_grad()

    assert model.parameters() == weights
    assert list(model.state_dict()) == names
    assert [type(x) for x in inputs] == [Value, Value]
    assert [x.data for x in inputs] == [1.0, 2.0]
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301
        assert list(again.state_dict()) == names


def test_they_are_not_even_after_a_call_that_failed():
    class Failing(Keeping):
        def forward(self, x):
            super().forward(x)
            raise KeyError

    model = Failing()
    with pytest.raises(KeyError):
        model([Value(1.0), Value(2.0)])

    assert len(model.parameters()) == 3


def test_what_a_call_has_kept_becomes_a_parameter_once_somebody_sets_it():
    model = Keeping()
    model([Value(1.0), Value(2.0)])
    model.x = Value(5.0)

    assert model.x in model.parameters()


def test_a_parameter_that_a_call_sets_is_one():
    class Lazy(Module):
        w = None

        def forward(self, x):
            if self.w is None:
                self.w = [Parameter(1.0) for _ in x]
            return sum(w * y for w, y in zip(self.w, x, strict=True))

    model = Lazy()
    model([1.0, 2.0])

    assert len(model.parameters()) == 2


def test_a_recurrent_module_keeps_its_state_to_itself():
    """Its first state is a weight, as it was set outside calls; what follows are results."""

    class Recurrent(Module):
        def __init__(self):
            self.w, self.h = Value(0.5), Value(0.0)

        def forward(self, x):
            self.h = (self.w * self.h + x).tanh()
            return self.h

    model = Recurrent()
    optimiser = SGD(model, lr=0.1, momentum=0.9)
    assert len(optimiser.parameters) == 2
    for _ in range(3):
        model(1.0).backward()
        optimiser.step()

    assert optimiser.parameters == [model.w]


def test_weights_and_what_calls_keep_may_lie_in_one_container():
    class Both(Module):
        def __init__(self):
            self.parts = {"w": Value(1.0), "b": Value(0.0)}
            self.row = [Value(1.0)]

        def forward(self, x):
            self.parts["last"] = Value(x)
            self.row.append(Value(x))
            return self.parts["w"] * x * self.row[0] + self.parts["b"]

    model = Both()
    optimiser = SGD(model, lr=0.1)
    model(2.0)
    model.parts["w"] = Value(7.0)
    model.row[0] = Value(3.0)
    model(2.0).backward()
    optimiser.step()

    assert list(model.state_dict()) == ["parts.w", "parts.b", "row.0"]
    assert model.parts["w"].data == 7.0 - 0.1 * 6.0


def test_modules_made_inside_a_call_have_weights():
    class Net(Module):
        def __init__(self):
            self.w = Value(1.0)
            self.rest = []
            self.rest.append(Value(2.0))

        def forward(self, x):
            return self.w * x[0] + self.rest[0]

    class Lazy(Module):
        net = None

        def forward(self, x):
            self.net = self.net or Net()
            return self.net(x)

    class Experiment(Module):
        def __call__(self):
            net = Net()
            X, Y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]
            fit(net, X, Y, loss="mse", epochs=1, progress=False)
            return net

    lazy = Lazy()
    lazy([1.0])
    assert list(lazy.state_dict()) == ["net.w", "net.rest.0"]
    assert Experiment()().w.data != 1.0


# --- optimisers made before -----------------------------------------------------------------------


@given(replaced=st.sets(st.integers(0, 8)), kind=st.sampled_from(["model", "list"]))
def test_what_an_optimiser_remembers_stays_with_its_parameter(replaced, kind):
    rng = random.Random(0)
    model = MLP(2, [2, 1], rng=rng)
    optimiser = Adam(model if kind == "model" else model.parameters(), lr=0.1)
    for i, p in enumerate(model.parameters()):
        p.grad = float(i + 1)
    optimiser.step()
    remembered = {id(p): m for p, m in zip(optimiser.parameters, optimiser.m, strict=True)}
    neurons = [neuron for layer in model.layers for neuron in layer.neurons]
    for i in replaced:
        if i % 3 == 2:
            neurons[i // 3].b = Value(0.25)
        else:
            neurons[i // 3].w[i % 3] = Value(0.25)
    optimiser.zero_grad()

    assert optimiser.parameters == model.parameters()
    assert optimiser.m == [remembered.get(id(p), 0.0) for p in model.parameters()]
    assert sum(m == 0.0 for m in optimiser.m) == len(replaced)


def test_a_list_from_a_parameters_of_ones_own_is_followed():
    class Micro(Module):
        def __init__(self):
            self.w, self.b = [Value(1.0)], Value(0.0)

        def parameters(self):
            return [*self.w, self.b]

    model = Micro()
    optimiser = SGD(model.parameters(), lr=0.1)
    model.b = Value(5.0)
    model.b.grad = 1.0
    optimiser.step()

    assert model.b.data == 4.9


def test_an_optimiser_of_a_list_of_ones_own_keeps_to_it():
    model = MLP(2, [1])
    chosen = model.parameters()[:2]
    optimiser = SGD(chosen, lr=0.1)
    more = model.parameters()
    more.append(extra := Parameter(1.0))
    both = SGD(more, lr=0.1)
    model.layers[0].neurons[0].b = Value(1.0)
    optimiser.step()
    both.step()

    assert optimiser.parameters == chosen
    assert both.parameters[-1] is extra


# --- sets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [set, frozenset])
def test_parameters_in_a_set_are_refused_by_name(kind):
    model = nn.Sequential(Scaled())
    model.layers[0].extras = {"more": kind([Value(1.0)])}

    for use in (model.parameters, model.state_dict, lambda: SGD(model, lr=0.1)):
        with refused(
            TypeError,
            f"Sequential holds a Parameter in a {kind.__name__}, 'layers.0.extras.more', which has "
            "no order, so its parameters would have different names in every run; use a list",
        ):
            use()


def test_arrays_of_numbers_are_not_searched():
    model = Scaled()
    model.data = np.zeros((1000, 1000))  # a million elements

    assert len(model.parameters()) == 3


def test_sets_of_other_things_do_no_harm():
    model = Scaled()
    model.tags = {"a", 1.0, None, constant(1.0), Value(1.0) * 2.0}

    assert len(model.parameters()) == 3


def test_constants_stay_constants():
    model = Data(constant(2.0))

    assert isinstance(model.scale, Constant)
    assert model.parameters() == []


# --- parameters that would make way for what is not trained --------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda neuron: setattr(neuron, "b", neuron.b - 0.1),
        lambda neuron: setattr(neuron, "b", 0.25),
        lambda neuron: setattr(neuron, "w", [0.5, -1.0]),
        lambda neuron: setattr(neuron, "w", np.array([0.5, -1.0])),
        lambda neuron: setattr(neuron, "w", 3),
        lambda neuron: setattr(neuron, "w", [w * 2.0 for w in neuron.w]),
    ],
)
def test_a_parameter_makes_no_way_for_a_number_or_a_result(change):
    neuron = nn.Neuron(2, rng=random.Random(0))
    before = neuron.parameters()

    with pytest.raises(TypeError, match=r"is a parameter.*data = .*nn\.Parameter"):
        change(neuron)
    assert neuron.parameters() == before

    del neuron.b
    neuron.b = None
    neuron.w = [Value(1.0), nn.Parameter(2.0)]
    assert [p.data for p in neuron.parameters()] == [1.0, 2.0]


def test_lists_in_lists_may_take_their_places():
    """However deep, and a list that holds itself."""
    model = Module()
    for deep in ([], [nn.Parameter(1.0)]):
        for _ in range(5000):
            deep = [deep]  # noqa: PLW2901
        deep.append(deep)
        model.state = deep
    with pytest.raises(TypeError, match="is a parameter"):
        model.state = 2.0


@pytest.mark.parametrize("sign", ["+=", "-=", "*=", "/="])
def test_an_update_in_place_under_no_grad_says_what_to_write(sign):
    p = nn.Parameter(2.0)
    code = f"p {sign} 0.5"

    with no_grad(), pytest.raises(TypeError, match=re.escape(f"write p.data {sign} 0.5")):
        exec(code, {"p": p})  # noqa: S102
    names = {"p": p}
    exec(code, names)  # noqa: S102 - recorded, it is an operation as any other
    names["p"].backward()
    assert p.grad != 0.0


def test_a_forward_pass_may_add_in_place_under_no_grad():
    class Shifted(nn.Module):
        def __init__(self):
            self.b = nn.Parameter(1.0)

        def forward(self, x):
            total = self.b
            total += 1.0
            total += x
            return total

    with no_grad():
        assert Shifted()(2.0).data == 4.0


def test_arrays_of_numbers_are_not_looked_through():
    """Also those without a dimension."""
    model = nn.MLP(2, [2, 1], rng=random.Random(0))
    model.scale, model.table = np.array(0.5), np.zeros((3, 2))

    assert len(model.parameters()) == len(model.parameters()) == 9
    assert model._found is not None
    model.cell = np.array(nn.Parameter(1.0), dtype=object)
    assert len(model.parameters()) == len(model.parameters()) == 10
