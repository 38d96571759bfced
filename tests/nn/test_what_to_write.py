"""What newcomers write first, and the sentence that each of these mistakes gets."""

import pytest

import autograd
import nn
import viz
from autograd import Value, micrograd
from nn import MLP, Layer, Module, Sequential, fit

from .refusals import refused

X, Y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]
MODEL = MLP(2, [1], rng=0)
THEIRS, MODEL_OF_THEIRS = micrograd.Value(2.0), micrograd.MLP(2, [1])
LISTS = (
    "a loss gets lists, the outputs and the targets of a batch; write loss=lambda outputs, "
    "targets: autograd.mean([(o - t)**2 for o, t in zip(outputs, targets)])"
)


class Net:
    """What computes as a Module does, and is none."""

    def __call__(self, x):
        return x[0]


def trained(model=MODEL, X=X, y=Y, loss="mse", **options):
    return fit(model, X, y, loss=loss, epochs=1, progress=False, **options)


def raising(_, __):
    raise ValueError("of its own")


CALLS = {
    "a loss of one": (lambda: trained(loss=lambda o, t: (o - t) ** 2), LISTS),
    "evaluate": (lambda: nn.evaluate(MODEL, X, Y, loss=lambda o, t: abs(o)), LISTS),
    "no Module": (
        lambda: trained(Net()),
        "fit trains a Module, got a Net; let the class inherit from Module: class Net(nn.Module)",
    ),
    "fit of micrograd": (
        lambda: trained(MODEL_OF_THEIRS),
        (
            "fit trains a Module, got a MLP of autograd.micrograd; use a model from nn, such "
            "as nn.MLP(2, [16, 1])"
        ),
    ),
    "SGD of micrograd": (
        lambda: nn.SGD([THEIRS], lr=0.1),
        "SGD takes parameters, got a Value of autograd.micrograd at position 0",
    ),
    "backward of micrograd": (
        lambda: autograd.backward([THEIRS]),
        "backward starts from Values, got a Value of autograd.micrograd among them",
    ),
    "dot of micrograd": (
        lambda: autograd.dot([THEIRS], [1.0]),
        (
            "dot takes a real number, got a Value of autograd.micrograd; use it as it is, or "
            "write v.data for its number"
        ),
    ),
    "mul of micrograd": (
        lambda: Value(2.0) * THEIRS,
        (
            "mul takes Values or real numbers, got Value, Value of autograd.micrograd; take both "
            "from autograd, or both from autograd.micrograd"
        ),
    ),
    "player of micrograd": (
        lambda: viz.player(THEIRS),
        (
            "a Graph is taken of a Value of autograd, got a Value of autograd.micrograd, which "
            "does not remember rows of the table; draw it with code that reads _prev and _op, or "
            "take Value from autograd"
        ),
    ),
    "plot_history of a model": (
        lambda: viz.plot_history(MODEL),
        (
            "plot_history takes what nn.fit returned, got a MLP; write plot_history(nn.fit(model, "
            "X, y, loss='mse'))"
        ),
    ),
    "batches": (
        lambda: trained(X=nn.data.batches(X, Y, 8), y=None),
        "batches are made here from X and y; write X, y and batch_size=8",
    ),
    "a schedule of one": (
        lambda: trained(schedule=lambda epoch: 0.5),
        (
            "fit: a schedule gets two numbers, the epoch and the number of epochs; write lambda "
            "epoch, epochs: 0.5"
        ),
    ),
    "numbers beside each other": (
        lambda: MODEL(1, 2.0),
        "MLP got 2 numbers; write them as a list, model([1, 2.0])",
    ),
    "draw_network without x": (
        lambda: viz.draw_network(MODEL),
        "draw_network needs an example; write draw_network(model, x)",
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_first_attempt(call):
    make, text = CALLS[call]
    with refused(TypeError, text):
        make()


def test_what_a_loss_calls_speaks_for_itself():
    def deep(outputs, _):
        return autograd.mean([max(output, [1], key=lambda x: x + 1) for output in outputs])

    def own(outputs, _):
        return outputs[0] + "1"

    for loss in (deep, own):
        with pytest.raises(TypeError) as caught:
            trained(loss=loss)
        assert LISTS not in str(caught.value)
    with pytest.raises(TypeError) as caught:
        trained(loss=lambda o, t: o - t)
    assert "unsupported operand" in str(caught.value.__cause__)


def test_notes_say_where_it_comes_from():
    with pytest.raises(ValueError, match="of its own") as caught:
        trained(metrics={"mine": raising})
    assert caught.value.__notes__ == ["this is from the metric 'mine'"]

    with pytest.raises(TypeError, match="takes a list of 2 numbers") as caught:
        trained(y=None)
    assert "fit got no y, so each row of X was taken as a pair (x, target)" in (
        caught.value.__notes__
    )


@pytest.mark.parametrize("part", [nn.Neuron(2), Layer(2, 3), nn.Linear(2, 3)], ids=repr)
def test_an_activation_is_chosen_when_a_part_is_built(part):
    said = part.title, repr(part)
    with pytest.raises(AttributeError, match="chosen when it is built; write") as caught:
        part.activation = "tanh"

    assert repr(part) == said[1]
    made = eval(str(caught.value).partition("write ")[2], vars(nn))  # noqa: S307 - what it says
    assert made.activation == "tanh"
    assert made.nin == part.nin


def test_parts_of_a_sequential_by_number():
    model = Sequential(Layer(2, 3, rng=0), "tanh", Layer(3, 1, rng=1))

    assert len(model) == 3
    assert (model[0], model[-1]) == (model.layers[0], model.layers[-1])
    assert list(model) == model.layers
    first = model[:2]
    assert isinstance(first, Sequential)
    assert [x.data for x in first([1.0, 2.0])] == [x.data for x in model[1](model[0]([1.0, 2.0]))]
    with pytest.raises(IndexError):
        model[3]


def test_a_schedule_of_two_may_be_anything_that_is_called():
    class Halved(Module):
        def __call__(self, _epoch, _epochs=1):
            return 0.5

    for schedule in (Halved(), nn.CosineDecay(), max, lambda *times: 1.0):
        assert trained(schedule=schedule).epochs == 1
