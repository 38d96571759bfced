"""What a module carries: its mode, its state, and both in copies."""

import copy
import gc
import pickle
import random
import weakref
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import MLP, Module, Parameter, Sequential
from nn.calling import evaluating

from .modules import Data, Line
from .refusals import refused

# --- training and use -----------------------------------------------------------------------------


def modes(model):
    return [module.training for module in model.modules()]


def test_every_module_begins_in_training():
    assert all(modes(MLP(2, [3, 1])))
    assert Data(Parameter(2.0)).training
    assert Slotted(Parameter(2.0)).training


def test_train_and_eval_reach_every_part_and_return_the_model():
    shared = Line()
    model = Sequential(MLP(2, [3, 1]), Sequential(shared, Slotted(Parameter(1.0))), shared)

    assert model.eval() is model
    assert not any(modes(model))
    assert model.train() is model
    assert all(modes(model))
    assert model.train(mode=False) is model
    assert not any(modes(model))
    model.layers[0].train()
    assert (model.training, model.layers[0].training, shared.training) == (False, True, False)


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_evaluating_gives_each_module_its_own_mode_back(before):
    model = Sequential(Line(), Sequential(Line()))
    for module, mode in zip(model.modules(), before, strict=True):
        module.training = mode

    with evaluating(model):
        assert not any(modes(model))
        model.layers[0].train()

    assert modes(model) == before


def test_evaluating_ends_with_an_error_too():
    model = Line()

    with pytest.raises(TypeError), evaluating(model):
        model("what is no number")

    assert model.training


def test_evaluating_leaves_no_trace_in_a_pickle():
    model = MLP(2, [2, 1])
    before = pickle.dumps(model)

    with evaluating(model):
        assert pickle.dumps(model) != before

    assert pickle.dumps(model) == before
    assert pickle.dumps(model.train()) == before


def test_a_class_may_begin_in_use():
    class Used(Module):
        training = False

    model = Sequential(Used(), Line())

    assert modes(model) == [True, False, True]
    assert modes(model.train()) == [True, True, True]
    assert modes(model.eval()) == [False, False, False]


def test_evaluating_works_with_methods_of_the_users_that_have_these_names():
    class Own(Module):
        def train(self, rows):
            return rows

        def eval(self, rows):
            return rows

    model = Sequential(Own())
    with evaluating(model), evaluating(model.layers[0]):
        assert modes(model) == [False, False]
    assert modes(model.eval()) == [False, False]
    assert modes(model.train()) == [True, True]


def test_modes_are_not_in_a_state():
    model = Line()
    state = model.state_dict()

    assert model.eval().state_dict() == state


def test_train_is_no_fit():
    text = "train(mode) takes True or False, got [[1.0]]; to train a model write nn.fit(model, ...)"

    with refused(TypeError, text):
        Line().train([[1.0]])


# --- state ----------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_what_was_saved_is_loaded(seed, nouts):
    rng = random.Random(seed)
    trained, fresh = MLP(2, nouts, rng=rng), MLP(2, nouts, rng=rng)

    fresh.load_state_dict(trained.state_dict())

    assert fresh.state_dict() == trained.state_dict()
    assert list(fresh.state_dict()) == [name for name, _ in fresh.named_parameters()]


def test_loading_keeps_the_parameters_and_their_freezing():
    line = Line()
    slope = line.slope
    slope.freeze()

    line.load_state_dict({"shift": 5, "slope": 4.0})

    assert line.slope is slope
    assert slope.frozen
    assert line.state_dict() == {"slope": 4.0, "shift": 5.0}


@pytest.mark.parametrize(
    ("state", "error", "text"),
    [
        (
            {"slope": 1.0},
            ValueError,
            "this state does not fit Line(): it lacks 'shift'; nothing was loaded",
        ),
        (
            {"slope": 1.0, "shfit": 2.0},
            ValueError,
            (
                "this state does not fit Line(): it lacks 'shift' (nearest: 'shfit') and has "
                "unknown 'shfit' (nearest: 'shift'); nothing was loaded"
            ),
        ),
        (
            {"slope": 1.0, "shift": 2.0, "a": 1, "b": 2, "c": 3, "d": 4},
            ValueError,
            (
                "this state does not fit Line(): it has unknown 'a', 'b', 'c' and 1 more; nothing "
                "was loaded"
            ),
        ),
        (
            {"slope": 1.0, "shift": 2.0, "slop": 3.0},
            ValueError,
            (
                "this state does not fit Line(): it has unknown 'slop' (nearest: 'slope'); nothing "
                "was loaded"
            ),
        ),
        (
            {"slope": 1.0, "shift": "2"},
            TypeError,
            "load_state_dict takes real numbers, got '2' for 'shift'; nothing was loaded",
        ),
        (
            {"slope": 1.0, "shift": [2.0]},
            TypeError,
            "load_state_dict takes real numbers, got [2.0] for 'shift'; nothing was loaded",
        ),
        (
            {"slope": 1.0, "shift": float("nan")},
            ValueError,
            "load_state_dict got nan for 'shift'; nothing was loaded",
        ),
        (
            [1.0, 2.0],
            TypeError,
            "load_state_dict takes a dict of numbers by name, as from state_dict(), got a list",
        ),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state, error, text):
    line = Line()

    with refused(error, text):
        line.load_state_dict(state)

    assert line.state_dict() == {"slope": 2.0, "shift": 1.0}


def test_a_value_is_no_state():
    with pytest.raises(TypeError, match="takes real numbers, got Value"):
        Line().load_state_dict({"slope": Value(1.0), "shift": 1.0})


def test_two_parameters_of_one_name_are_refused():
    class Dotted(Module):
        def __init__(self):
            self.parts = {"a.b": Parameter(1.0), "a": {"b": Parameter(2.0)}}

    text = (
        "two parameters are both named 'parts.a.b': a dict in this model has a key with a dot in "
        "it; choose keys without dots"
    )

    with refused(ValueError, text):
        Dotted().state_dict()


# --- copies ---------------------------------------------------------------------------------------


def repickled(model):
    return pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes


COPIES = [copy.deepcopy, repickled]


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "linear", "gelu", None])
def test_a_copied_model_computes_the_same_on_its_own(copied, activation):
    model = MLP(2, [3, 1], activation=activation, rng=random.Random(1))
    model.layers[0].neurons[1].w[0].freeze()
    model([1.0, 2.0])  # calling leaves nothing behind that is copied

    other = copied(model)
    other([1.0, 2.0]).backward()

    assert other.state_dict() == model.state_dict()
    assert other([1.0, 2.0]).data == model([1.0, 2.0]).data
    assert any(p.grad for p in other.parameters())
    assert not any(p.grad for p in model.parameters())
    assert other.layers[0].neurons[1].w[0].frozen


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_shares_what_the_model_shares(copied):
    line = Line()
    model = Sequential(line, line, Line())
    model.layers[2].slope = line.slope

    other = copied(model)

    assert other.layers[0] is other.layers[1]
    assert other.layers[2].slope is other.layers[0].slope
    assert len(other.parameters()) == 3


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_is_in_the_same_mode(copied):
    model = Sequential(Line(), Line())
    model.layers[1].eval()

    assert modes(copied(model)) == [True, True, False]


@pytest.mark.parametrize("copied", COPIES)
def test_slots_are_copied(copied):
    model = Sequential(Slotted(Parameter(2.0)))
    model(3.0)

    other = copied(model)

    assert other(3.0).data == 6.0
    assert other.layers[0].w is not model.layers[0].w


@dataclass(slots=True)
class Slotted(Module):
    w: Parameter

    def forward(self, x):
        return self.w * x


def test_calling_leaves_no_trace_in_a_pickle():
    model = MLP(2, [2, 1])
    before = pickle.dumps(model)
    model([1.0, 2.0])

    assert pickle.dumps(model) == before


def test_a_model_is_freed_with_its_last_reference():
    model = Sequential(MLP(2, [2, 1]), "tanh")
    model([1.0, 2.0]).backward()
    watch = weakref.ref(model)
    gc.disable()
    try:
        del model
        assert watch() is None
    finally:
        gc.enable()
