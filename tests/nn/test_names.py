"""Looking names up, with a hint for the mistyped."""

import inspect
import re

import pytest

import nn
import viz
from autograd import Value
from nn import MLP, SGD, Adam, Layer, Linear, Neuron, fit
from nn.data import moons, one_hot
from nn.names import IN_CALLS, KEYWORDS, helped, look_up, nearest

from .refusals import refused

KNOWN = {"relu": 1, "leaky_relu": 2, "tanh": 3}


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("rleu", "relu"),
        ("ReLU", "relu"),
        ("TANH", "tanh"),
        ("leakyrelu", "leaky_relu"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_nearest_match(name, match):
    assert nearest(name, KNOWN) == match


def test_the_case_of_known_names_is_kept():
    assert nearest("mlp", ["MLP", "Layer"]) == "MLP"


def test_a_known_name_is_found():
    assert look_up("tanh", KNOWN, "activation") == 3


def test_an_unknown_name_gets_a_hint():
    text = "unknown activation 'rleu'; did you mean 'relu'? There are: relu, leaky_relu, tanh"

    with refused(ValueError, text):
        look_up("rleu", KNOWN, "activation")


def test_without_a_near_one_there_is_no_hint():
    text = "unknown activation 'step'. There are: relu, leaky_relu, tanh"

    with refused(ValueError, text):
        look_up("step", KNOWN, "activation")


def test_what_is_no_name_is_a_type_error():
    text = "the activation must be a name, or a function, got 3; there are: relu, leaky_relu, tanh"

    with refused(TypeError, text):
        look_up(3, KNOWN, "activation", "a function")
    with refused(TypeError, text.replace(", or a function", "")):
        look_up(3, KNOWN, "activation")


# --- calls of another shape -----------------------------------------------------------------------


@helped(lambda *given, **_: "has another cure" if given == ("cured",) else "")
def called(model, other, *, lr=0.1, loss="mse"):
    """Its own words."""
    return fails() if model == "wrong" else (model, other, lr, loss)


def fails():
    raise TypeError("of its own")


def test_a_call_that_fits_is_only_passed_on():
    assert called(1, other=2, lr=0.3) == (1, 2, 0.3, "mse")
    assert called.__doc__ == "Its own words."
    assert list(inspect.signature(called).parameters) == ["model", "other", "lr", "loss"]
    with refused(TypeError, "of its own"):
        called("wrong", 2)


MODEL = MLP(1, [1])
LOSS = MODEL([1.0])
DATA = ([[1.0], [2.0]], [1.0, 2.0])
CALLS = {
    "learning_rate": (
        lambda: called(1, 2, learning_rate=0.5),
        "called has no 'learning_rate'; write lr=0.5",
    ),
    "a typing error": (
        lambda: called(1, 2, los="mse"),
        "called has no 'los'; did you mean loss=?",
    ),
    "unheard of": (
        lambda: called(1, 2, xyz=0),
        "called has no 'xyz'; it takes model, other, lr, loss",
    ),
    "too many": (
        lambda: called(1, 2, 3),
        ("called(model, other) got 3 arguments without a name; the others have one: lr, loss"),
    ),
    "too few": (
        lambda: called(1),
        "called() missing 1 required positional argument: 'other'",
    ),
    "a cure": (
        lambda: called("cured"),
        "called has another cure",
    ),
    "fit optimiser": (
        lambda: fit(MODEL, *DATA, loss="mse", optimiser="adam"),
        "fit has no 'optimiser'; write optimizer='adam'",
    ),
    "fit learning_rate": (
        lambda: fit(MODEL, *DATA, loss="mse", learning_rate=0.1),
        "fit has no 'learning_rate'; write lr=0.1",
    ),
    "fit verbose": (
        lambda: fit(MODEL, *DATA, loss="mse", verbose=0),
        "fit has no 'verbose'; write progress=False",
    ),
    "fit verbose=1": (
        lambda: fit(MODEL, *DATA, loss="mse", verbose=1),
        "fit has no 'verbose'; write progress=True",
    ),
    "fit batch": (
        lambda: fit(MODEL, *DATA, loss="mse", batch=10),
        "fit has no 'batch'; write batch_size=10",
    ),
    "fit max_iter": (
        lambda: fit(MODEL, *DATA, loss="mse", max_iter=10),
        "fit has no 'max_iter'; write epochs=10",
    ),
    "fit momentum": (
        lambda: fit(MODEL, *DATA, loss="mse", lr=0.1, momentum=0.9),
        "fit has no 'momentum'; write optimizer=nn.SGD(model, lr=0.1, momentum=0.9)",
    ),
    "fit weight_decay": (
        lambda: fit(MODEL, *DATA, loss="mse", weight_decay=0.01),
        (
            "fit has no 'weight_decay'; write l2=0.01, or optimizer=nn.AdamW(model, lr=..., "
            "weight_decay=0.01)"
        ),
    ),
    "batches batch_size": (
        lambda: nn.data.batches(*DATA, batch_size=1),
        "batches has no 'batch_size'; write size=1",
    ),
    "EarlyStopping a typing error": (
        lambda: nn.EarlyStopping(patence=3),
        "EarlyStopping has no 'patence'; did you mean patience=?",
    ),
    "StepDecay gamma": (
        lambda: nn.StepDecay(10, gamma=0.5),
        "StepDecay has no 'gamma'; write factor=0.5",
    ),
    "a method with too many": (
        lambda: MODEL.load_state_dict({}, False),  # noqa: FBT003
        "load_state_dict(state) got 2 arguments without a name",
    ),
    "fit validation_data": (
        lambda: fit(MODEL, *DATA, loss="mse", validation_data=DATA),
        "fit has no 'validation_data'; write validation=...",
    ),
    "fit without loss": (
        lambda: fit(MODEL, *DATA),
        (
            "fit needs a loss; write fit(model, X, y, loss='mse') for numbers, "
            "'binary_cross_entropy' for two classes, 'cross_entropy' for more"
        ),
    ),
    "fit loss without name": (
        lambda: fit(MODEL, *DATA, "mse"),
        "fit takes all arguments after X and y by name; write loss='mse'",
    ),
    "fit a class": (
        lambda: fit(MLP, *DATA, loss="mse"),
        "fit trains a Module, got the class MLP; write fit(model, X, y, loss=...)",
    ),
    "fit without model": (
        lambda: fit(*DATA, loss="mse"),
        "fit trains a Module, got a list; write fit(model, X, y, loss=...)",
    ),
    "MLP 2, 3, 1": (
        lambda: MLP(2, 3, 1),
        "MLP takes a number of inputs and a list of sizes; write MLP(2, [3, 1])",
    ),
    "MLP [2, 3, 1]": (
        lambda: MLP([2, 3, 1]),
        "MLP takes a number of inputs and a list of sizes; write MLP(2, [3, 1])",
    ),
    "MLP 2, [3], 1": (
        lambda: MLP(2, [3], 1),
        "MLP takes a number of inputs and a list of sizes; write MLP(2, [3, 1])",
    ),
    "MLP 'tanh'": (
        lambda: MLP(2, [3], "tanh"),
        (
            "MLP(nin, nouts) got 3 arguments without a name; the others have one: "
            "activation, init, rng, bias"
        ),
    ),
    "Linear in_features": (
        lambda: Linear(in_features=2, out_features=3),
        "Linear has no 'in_features'; write nin=2",
    ),
    "Linear activation": (
        lambda: Linear(2, 3, activation="relu"),
        "Linear has no 'activation'; it takes nin, nout, bias, init, rng",
    ),
    "Layer 'relu'": (
        lambda: Layer(2, 3, "relu"),
        (
            "Layer(nin, nout) got 3 arguments without a name; the others have one: nonlin, "
            "activation, init, rng, bias"
        ),
    ),
    "Neuron 'tanh'": (
        lambda: Neuron(2, "tanh"),
        "nonlin is True or False, got 'tanh'; write activation='tanh'",
    ),
    "SGD learning_rate": (
        lambda: SGD(MODEL, learning_rate=0.1),
        "SGD has no 'learning_rate'; write lr=0.1",
    ),
    "Adam params": (
        lambda: Adam(params=MODEL),
        "Adam has no 'params'; write parameters=...",
    ),
    "moons seed": (
        lambda: moons(100, seed=0),
        "moons has no 'seed'; write rng=0",
    ),
    "moons noise": (
        lambda: moons(100, 0.1),
        "moons(n) got 2 arguments without a name; the others have one: noise, rng",
    ),
    "evaluate": (
        lambda: nn.evaluate(MODEL, *DATA, criterion="mse"),
        "evaluate has no 'criterion'; write loss='mse'",
    ),
    "one_hot": (
        lambda: one_hot([0, 2, 1]),
        (
            "one_hot needs the number of classes; the largest label is 2: "
            "write one_hot(labels, 3), or more if a class is missing here"
        ),
    ),
    "one_hot num_classes": (
        lambda: one_hot([0], num_classes=3),
        "one_hot has no 'num_classes'; write classes=3",
    ),
    "player rate": (
        lambda: viz.player(LOSS, rate=0.5),
        "player has no 'rate'; write lr=0.5",
    ),
    "handout rate": (
        lambda: viz.handout(LOSS, rate=0.5),
        "handout has no 'rate'; write lr=0.5",
    ),
    "report targets": (
        lambda: viz.report(MODEL, DATA[0], targets=DATA[1]),
        "report has no 'targets'; write y=...",
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_another_shape(call):
    make, text = CALLS[call]
    with refused(TypeError, text):
        make()


def test_keywords_of_others_mean_ones_of_ours():
    ours = {
        name
        for function in (fit, MLP, Layer, nn.Embedding, SGD, one_hot, viz.report, viz.player)
        for name in inspect.signature(function).parameters
    }
    assert {keyword for several in KEYWORDS.values() for keyword in several.split()} <= ours
    assert ours & KEYWORDS.keys() == {"batch_size"}  # which `batches` has as its size


@pytest.mark.parametrize("call", IN_CALLS)
def test_a_keyword_that_one_function_does_not_have(call):
    title, keyword = call.split()
    function = getattr(nn, title, None) or getattr(MODEL, title)
    places = {"fit": (MODEL, *DATA), "StepDecay": (10,), "load_state_dict": ({},)}
    given = places.get(title, () if title[0].isupper() or title == "zero_grad" else (1.0, 1.0))
    with pytest.raises(TypeError) as caught:
        function(*given, **{keyword: 7})
    text = IN_CALLS[call].format(x=7, lr="...", truth=True)
    assert str(caught.value) == f"{title} has no {keyword!r}; {text}"
    for name in re.findall(r"write (\w+)=", text):
        assert name in {**inspect.signature(function).parameters, "class_weight": 0}


def test_a_parameter_of_an_optimiser_needs_no_other_words():
    with refused(TypeError, "zero_grad has no 'set_to_none'; " + IN_CALLS["zero_grad set_to_none"]):
        SGD(MODEL, lr=0.1).zero_grad(set_to_none=True)


def test_the_learning_rate_has_one_name():
    for package in (nn, viz, nn.data):
        for name in dir(package):
            thing = getattr(package, name)
            is_module = isinstance(thing, type) and issubclass(thing, (nn.Module, nn.Optimiser))
            if inspect.isfunction(thing) or is_module:
                parameters = inspect.signature(thing).parameters
                assert not {"rate", "learning_rate"} & parameters.keys(), name
    assert viz.player(Value(2.0) * 1.0, lr=0.5)
