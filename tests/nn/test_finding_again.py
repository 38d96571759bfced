"""A Module remembers what it found, and notices every change.

The oracle is a search that remembers nothing.
"""

from __future__ import annotations

import copy
import gc
import pickle
import random
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, constant
from nn import MLP, Layer, Module, Neuron, Parameter, Sequential
from nn.walk import note


class Own(Module):
    """Parts in every kind of container, and things that are none."""

    def __init__(self, rng: random.Random) -> None:
        self.body = MLP(2, [3, 1], rng=rng)
        self.by_name = {"a": Parameter(1.0), "b": Neuron(2, rng=rng)}
        self.pair = (Parameter(2.0), [Parameter(3.0)])
        self.name, self.size, self.offset = "own", 3, constant(1.0)
        self.nested: list[Any] = [[], [[Parameter(4.0)]]]

    def forward(self, x: Any) -> Any:
        return self.body(x)


def slope_in_an_attribute(own: Own, rng: random.Random) -> None:
    vars(own)["size"] = rng.choice([4, Value(1.0), Parameter(2.0), None])
    own.extra = rng.choice([Value(1.0), Parameter(2.0), None])


def weight(own: Own, rng: random.Random) -> None:
    rng.choice(own.body.layers[0].neurons).w[rng.randrange(2)] = rng.choice([Value, Parameter])(1.0)


def weights(own: Own, rng: random.Random) -> None:
    own.body.layers[0].neurons[0].w = [Value(rng.random()), Value(2.0)]  # type: ignore[list-item]


def bias_by_dict(own: Own, rng: random.Random) -> None:
    vars(own.body.layers[1].neurons[0])["b"] = Parameter(rng.random())


def layer_more(own: Own, rng: random.Random) -> None:
    own.body.layers.append(Layer(1, 1, rng=rng))


def layer_less(own: Own, rng: random.Random) -> None:
    last = own.body.layers.pop()
    width = len(last.neurons[0].w)
    own.body.layers.append(Layer(width, 1, rng=rng))  # so that the model can still be called


def order(own: Own, rng: random.Random) -> None:
    rng.shuffle(own.body.layers[0].neurons)


def entry(own: Own, rng: random.Random) -> None:
    own.by_name[rng.choice("abcd")] = rng.choice([Parameter(1.0), 2.0, Neuron(1, rng=rng)])


def shared(own: Own, rng: random.Random) -> None:
    own.body.layers[0].neurons[1] = rng.choice(own.body.layers[0].neurons)


def deep(own: Own, rng: random.Random) -> None:
    some, others = own.nested
    rng.choice([some, others, others[0]]).append(
        rng.choice([[Value(1.0)], {"k": Parameter(1.0)}, Value(2.0), "text"])
    )


def gone(own: Own, rng: random.Random) -> None:
    vars(own).pop(rng.choice(["pair", "name", "nothing"]), None)


def frozen(own: Own, rng: random.Random) -> None:
    rng.choice([own.body.freeze, own.body.unfreeze])()


def other_attributes(own: Own, rng: random.Random) -> None:
    part = own.body.layers[0].neurons[2]
    part.__dict__ = {**vars(part), "b": Parameter(rng.random())}


def own_attributes(own: Own, rng: random.Random) -> None:
    own.__dict__ = {**vars(own), "added": Parameter(rng.random())}


def another_class(own: Own, rng: random.Random) -> None:
    own.body.layers[0].neurons[0].__class__ = rng.choice([Neuron, Biases])


def kept_by_a_call(own: Own, rng: random.Random) -> None:
    Keeping.__call__(own, [1.0, rng.random()])  # type: ignore[arg-type]


class Biases(Neuron):
    """It answers for itself."""

    def parameters(self) -> Any:
        return [self.b]


class Keeping(Own):
    """A call leaves a leaf and a result in it."""

    def forward(self, x: Any) -> Any:
        self.given = Value(x[0])
        self.last = Result(self.given * x[1])
        return self.body(x)


class Result(list[Any]):
    """A list to which a weak reference can be made."""

    def __init__(self, value: Value) -> None:
        super().__init__([value])


CHANGES = [
    slope_in_an_attribute, weight, weights, bias_by_dict, layer_more, layer_less, order, entry,
    shared, deep, gone, frozen, other_attributes, own_attributes, another_class, kept_by_a_call,
]  # fmt: skip


@given(
    st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6),
    st.integers(0, 2**32),
    st.sampled_from([Own, Keeping]),
)
def test_every_change_is_noticed(changes: list[Any], seed: int, cls: type[Own]) -> None:
    rng = random.Random(seed)
    own = cls(rng)
    for change in changes:
        own.parameters()
        own.body.parameters()
        if change is kept_by_a_call:
            own([1.0, rng.random()])
        else:
            change(own, rng)
        for part in (own, own.body):
            remembered = part.parameters()
            note(part, found=None)
            searched = part.parameters()
            assert list(map(id, remembered)) == list(map(id, searched))
            assert [id(p) for _, p in part.named_parameters()] == list(map(id, searched))


def test_a_model_is_not_searched_again_while_nothing_has_changed() -> None:
    own = Own(random.Random(1))
    model = Sequential(MLP(2, [3, 3], rng=random.Random(0)), own)
    before = model.parameters()
    found = model._found
    model.zero_grad()
    assert found is not None
    assert model._found is found
    before.pop()  # what is given away is a list of its own
    assert len(model.parameters()) == len(before) + 1
    own.body.layers[0].neurons[0].b = Value(1.0)  # type: ignore[assignment]
    model.parameters()
    assert model._found is not found


def test_a_class_that_gets_its_own_parameters_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLP(2, [2, 1], rng=random.Random(0))
    assert len(model.parameters()) == 9
    monkeypatch.setattr(Layer, "parameters", lambda self: [self.neurons[0].b], raising=True)
    assert len(model.parameters()) == 2
    monkeypatch.undo()
    assert len(model.parameters()) == 9


def test_what_is_remembered_keeps_nothing_alive_and_is_not_copied() -> None:
    model = Keeping(random.Random(0))
    model([1.0, 2.0])
    model.parameters()
    last = weakref.ref(vars(model).pop("last"))
    assert last() is None
    gone = weakref.ref(model)
    pickled = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own
    for twin in (copy.copy(model), copy.deepcopy(model), pickled):
        assert [p.data for p in twin.parameters()] == [p.data for p in model.parameters()]
    gc.disable()
    try:
        del model
        assert gone() is None
    finally:
        gc.enable()


def test_a_user_may_call_attributes_what_they_like() -> None:
    class Names(Module):
        def __init__(self) -> None:
            self.found, self.caches, self.note, self.watched = [Parameter(1.0)], {}, "text", True

        def forward(self, x: Any) -> Any:
            self.caches["x"] = Value(2.0)
            return self.found[0] * x

    model = Names()
    assert model(2.0).data == 2.0
    assert [name for name, _ in model.named_parameters()] == ["found.0"]
