"""What would go wrong silently in a training is said before anything is learned."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import exp, softmax
from nn import SGD, Adam, Module, Parameter, mse
from nn.training.state import Callback

from .helpers import SIDES, XOR, line, small, trained, weights


def test_an_optimiser_of_another_model_is_refused():
    old, new = small(nin=1), small(nin=1)
    with pytest.raises(
        ValueError, match=r"has the parameters of another model, .* Adam\(model, ...\)"
    ):
        trained(new, *line(), optimizer=Adam(old))


def test_a_frozen_model_is_refused():
    model = small(nin=1)
    model.freeze()
    with pytest.raises(ValueError, match=r"all parameters are frozen, .* model.unfreeze\(\)"):
        trained(model, *line())


def test_classes_need_an_output_each():
    with pytest.raises(TypeError, match="cross_entropy takes a list of scores for each example"):
        trained(small(), XOR, SIDES, loss="cross_entropy", batch_size=2)


@pytest.mark.parametrize(
    ("last", "sizes", "loss"),
    [("sigmoid", [1], "binary_cross_entropy"), ("softmax", [2], "cross_entropy")],
)
def test_a_model_that_ends_in_probabilities_is_warned_of(last, sizes, loss):
    layer = nn.Layer(2, *sizes, nonlin=False, rng=random.Random(0))
    model = nn.Sequential(layer, last)
    with pytest.warns(UserWarning, match=f"{loss} takes logits and applies {last} to them itself"):
        trained(model, XOR, SIDES, loss=loss)


def test_labels_that_end_in_probabilities_are_warned_of_too():
    model = nn.Sequential(nn.Layer(2, 2, nonlin=False, rng=random.Random(0)), "sigmoid")
    with pytest.warns(UserWarning, match="binary_cross_entropy takes logits and applies sigmoid"):
        trained(model, XOR, [[0, 1], [1, 1], [1, 0], [0, 0]], loss="binary_cross_entropy")


class Ends(Module):
    def __init__(self, end):
        self.line, self.end = nn.Layer(2, 1, nonlin=False, rng=random.Random(3)), end

    def forward(self, x):
        return self.end(self.line(x))


WRITTEN_OUT = {
    "1 / (1 + exp(-z))": lambda z: 1.0 / (1.0 + exp(-z)),
    "micrograd's": lambda z: ((-z).exp() + 1.0) ** -1,
    "one of a softmax": lambda z: softmax([0.0, z])[1],
}


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_probabilities_that_are_written_out_are_asked_about(name):
    with pytest.warns(UserWarning, match="all outputs of the first batch lie between 0 and 1: if"):
        trained(Ends(WRITTEN_OUT[name]), XOR, SIDES, loss="binary_cross_entropy")
    trained(Ends(WRITTEN_OUT[name]), XOR, SIDES, loss="mse")


def test_logits_between_0_and_1_are_nothing_to_ask_about():
    """The tests turn warnings into errors."""
    trained(Ends(lambda z: 0.01 * z + 0.5), XOR, SIDES, loss="binary_cross_entropy")
    trained(Ends(lambda z: (z - 9.0) / 2.0), XOR, SIDES, loss="binary_cross_entropy")


# --- targets --------------------------------------------------------------------------------------


BAD = {
    "cross_entropy": (3, [0, 1, 2], 3, "cross_entropy got class 3 as target {} but 3 logits"),
    "binary_cross_entropy": (1, [0, 1], 2, "binary_cross_entropy got 2 as target {};"),
    "hinge": (1, [-1, 1], 0, "hinge got 0 as target {};"),
    "kl_divergence": (
        2,
        [[0.5, 0.5], [1.0, 0.0]],
        [0.5, 0.6],
        "kl_divergence got probabilities that add up to 1.1 as target {};",
    ),
}


@pytest.mark.parametrize("loss", BAD)
@settings(max_examples=10)
@given(at=st.integers(0, 99), seed=st.integers(0, 100))
def test_a_bad_target_is_named_by_its_place_in_y_before_anything_is_learned(loss, at, seed):
    width, good, bad, text = BAD[loss]
    rng = random.Random(seed)
    X = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(100)]
    y = [rng.choice(good) for _ in X]
    y[at] = bad
    model = small(sizes=(3, width))
    before = weights(model)

    with pytest.raises(ValueError, match=text.format(at)):
        trained(model, X, y, loss=loss, batch_size=5, rng=rng)

    assert weights(model) == before


def test_a_bad_target_among_those_that_are_set_aside():
    X, y = XOR, [0, 1, 2, 0]
    model = small(sizes=(3, 3))
    with pytest.raises(ValueError, match="got class 7 as target 2 but 3 logits") as caught:
        trained(model, X, y, loss="cross_entropy", validation=(X, [0, 1, 7, 0]))

    assert caught.value.__notes__[0] == "it is among the validation examples"


def test_evaluate_names_a_bad_target_of_a_later_chunk_by_its_place():
    y = [0] * 299 + [3]
    with pytest.raises(ValueError, match="got class 3 as target 299 but 2 logits"):
        nn.evaluate(small(sizes=(2,)), [[0.0, 1.0]] * 300, y, loss="cross_entropy")


def test_a_loss_of_ones_own_is_asked_for_the_batches_alone():
    asked = []

    def loss(outputs, targets):
        asked.append(len(targets))
        return mse(outputs, targets)

    trained(small(nin=1), *line(6), loss=loss, epochs=1, batch_size=2)

    assert asked.count(2) == 3


# --- a layer that was replaced --------------------------------------------------------------------


def in_groups(model):
    return SGD([{"params": layer} for layer in model.layers], lr=0.1)


def replacing(model):
    model.layers[1] = nn.Layer(4, 1, nonlin=False, rng=random.Random(9))


def test_an_optimiser_of_a_layer_that_was_replaced_is_refused():
    """It would go on with the old layer, and the new one would stay as it is."""
    model = small(nin=1)
    optimiser = in_groups(model)
    replacing(model)
    before = weights(model)

    with pytest.raises(ValueError, match="a layer was replaced after the optimizer was made"):
        trained(model, *line(), optimizer=optimiser)

    assert weights(model) == before
    trained(model, *line(), optimizer=in_groups(model))
    assert weights(model) != before


def test_a_layer_that_is_replaced_during_the_training_is_noticed():
    model = small(nin=1)

    class Replacing(Callback):
        def on_epoch_end(self, training):
            if training.epoch == 2:
                replacing(training.model)

    with pytest.raises(ValueError, match="a layer was replaced after the optimizer was made"):
        trained(model, *line(), optimizer=in_groups(model), callbacks=Replacing(), epochs=4)
    fresh = small(nin=1)
    trained(fresh, *line(), optimizer=Adam(fresh), callbacks=Replacing(), epochs=4)  # it follows


def test_an_optimiser_of_one_layer_and_of_a_parameter_in_the_loss_is_as_one_asked_for():
    model, scale = small(nin=1), Parameter(1.0)
    optimiser = SGD([*model.layers[1].parameters(), scale], lr=0.01)
    first = [p.data for p in model.layers[0].parameters()]

    def loss(outputs, targets):
        return mse([scale * x for x in outputs], targets)

    trained(model, *line(), optimizer=optimiser, loss=loss)

    assert scale.data != 1.0
    assert [p.data for p in model.layers[0].parameters()] == first
