"""A list that is a Module: as Python's lists, with the names that a plain list gives."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
import viz
from autograd import Graph
from nn import Layer, Linear, Module, ModuleList, Sequential

from .refusals import refused

PARTS = [Layer(2, 2, rng=i) for i in range(5)]
PLACES = st.integers(-6, 6)
SLICES = st.builds(slice, st.none() | PLACES, st.none() | PLACES)
CHANGES = st.one_of(
    st.sampled_from(PARTS).map(lambda p: lambda xs: xs.append(p)),
    st.lists(st.sampled_from(PARTS)).map(lambda ps: lambda xs: xs.extend(ps)),
    st.tuples(PLACES, st.sampled_from(PARTS)).map(lambda c: lambda xs: xs.insert(*c)),
    st.tuples(PLACES, st.sampled_from(PARTS)).map(lambda c: lambda xs: xs.__setitem__(*c)),
    st.tuples(SLICES, st.lists(st.sampled_from(PARTS))).map(
        lambda c: lambda xs: xs.__setitem__(*c)
    ),
    (PLACES | SLICES).map(lambda i: lambda xs: xs.__delitem__(i)),
    (PLACES | SLICES).map(lambda i: lambda xs: xs[i]),
    PLACES.map(lambda i: lambda xs: xs.pop(i)),
    st.just(lambda xs: xs.reverse()),
)


def outcome(change, xs):
    try:
        found = change(xs)
    except IndexError:
        return IndexError
    return list(found) if isinstance(found, (list, ModuleList)) else found


@given(st.lists(st.sampled_from(PARTS)), st.lists(CHANGES, max_size=6))
def test_it_does_what_lists_do(parts, changes):
    plain, ours = list(parts), ModuleList(parts)
    for change in changes:
        assert outcome(change, ours) == outcome(change, plain)
        assert (list(ours), len(ours), PARTS[0] in ours) == (plain, len(plain), PARTS[0] in plain)
    assert {p for m in plain for p in m.parameters()} == set(ours.parameters())


class Net(Module):
    def __init__(self, kind):
        self.layers = kind([Layer(2, 3, rng=0), Layer(3, 3, rng=1)])
        self.layers.append(Linear(3, 1, rng=2))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def test_names_and_scopes_are_those_of_a_plain_list(tmp_path):
    plain, ours = Net(list), Net(ModuleList)
    X, y = [[1.0, 2.0], [0.5, -1.0]], [1.0, 0.0]

    assert ours.state_dict() == plain.state_dict()
    assert [n.scope for n in Graph(ours(X[0]))] == [n.scope for n in Graph(plain(X[0]))]
    assert str(viz.report(ours, X, y, "mse")) == str(viz.report(plain, X, y, "mse"))
    assert ours.summary() == plain.summary()
    nn.save(ours, tmp_path / "net")
    assert nn.load(tmp_path / "net", Net(list)).state_dict() == plain.state_dict()
    assert [name for name, _ in ours.named_modules() if "neurons" not in name] == [
        "", "layers", "layers.0", "layers.1", "layers.2",
    ]  # fmt: skip


def test_it_is_trained_copied_pickled_and_saved_as_a_model(tmp_path):
    layers = Net(ModuleList).eval().layers
    layers[1].freeze()
    nn.save(layers, tmp_path / "layers")

    for again in (copy.deepcopy(layers), pickle.loads(pickle.dumps(layers)),  # noqa: S301
                  nn.load(tmp_path / "layers")):  # fmt: skip
        assert type(again) is ModuleList
        assert repr(again) == repr(layers)
        assert again.state_dict() == layers.state_dict()
        assert [p.frozen for p in again.parameters()] == [p.frozen for p in layers.parameters()]
        assert not again[2].training


def test_what_is_refused():
    with refused(TypeError, "ModuleList takes Modules, got 'relu' as part 1; write "
                 "nn.Activation(...) around a function or its name"):  # fmt: skip
        ModuleList([PARTS[0], "relu"])
    with refused(TypeError, "ModuleList takes a list of Modules, got 3; write [...]"):
        ModuleList(3)
    with refused(TypeError, "a ModuleList cannot be called; write 'for layer in layers: "
                 "x = layer(x)', or make it nn.Sequential(*layers)"):  # fmt: skip
        ModuleList(PARTS)([1.0, 2.0])
    kept = ModuleList(PARTS)
    with pytest.raises(TypeError):
        kept[1:2] = [1.0]
    assert list(kept) == PARTS
    assert Sequential(*kept)([1.0, 2.0])
