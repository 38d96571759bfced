"""Every loss, activation, layer and optimiser step, held to the slopes that are measured."""

import math
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nn
from autograd import operation, ops, softplus
from autograd.testing.check import check_gradients
from autograd.testing.decorator import checks_gradient
from autograd.testing.outcome import GradientMismatch
from autograd.testing.strategies import finite_values, points
from nn.activations import activations
from nn.losses import LOSSES, mse
from nn.testing import as_function, networks
from tests.needs import NIGHTLY

EVERY_LOSS = pytest.mark.parametrize("loss", sorted(LOSSES))

few = settings(max_examples=50 if NIGHTLY else 6)  # each of them is a whole model

# --- losses ---------------------------------------------------------------------------------------


@EVERY_LOSS
@few
@given(data=st.data())
def test_a_network_has_the_gradient_of_each_loss(loss, data):
    model, X, y = data.draw(networks(loss=loss))

    assert check_gradients(*as_function(model, X, y, loss))


@EVERY_LOSS
@few
@given(data=st.data(), reduction=st.sampled_from(["mean", "sum", "none"]))
def test_each_loss_has_the_gradient_of_each_output(loss, data, reduction):
    model, X, y = data.draw(networks(loss=loss))
    outputs = [
        [y.data for y in out] if isinstance(out, list) else out.data for out in map(model, X)
    ]

    assert check_gradients(
        lambda outputs: LOSSES[loss](outputs, y, reduction=reduction), (outputs,)
    )


@given(st.lists(finite_values(-3.0, 3.0), min_size=2, max_size=4), st.data())
def test_a_teacher_learns_too(logits, data):
    """Targets that are Values have gradients of their own."""
    targets = data.draw(
        st.lists(finite_values(0.1, 0.9), min_size=len(logits), max_size=len(logits))
    )

    for loss in (nn.mse, nn.binary_cross_entropy, nn.cross_entropy, nn.kl_divergence):
        assert check_gradients(lambda out, goals, loss=loss: loss(out, goals), (logits, targets))


# --- activations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(activations()))
def test_each_activation_has_its_gradient(name):
    def activated(x):
        return activations()[name](x)

    # Farther out, slopes are subnormal numbers: tests/autograd holds the rows there.
    checks_gradient(points=points(activated, reach=100.0))(activated)()


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu"])
@given(data=st.data())
def test_on_its_kink_an_activation_follows_its_convention(name, data):
    def activated(x):
        return activations()[name](x)

    verdict = check_gradients(activated, data.draw(points(activated, on_kinks=True)))

    assert verdict.outcome == ("right" if name == "elu" else "kink")  # with alpha 1 it is smooth


# --- layers ---------------------------------------------------------------------------------------


def mixed(seed):
    rng = random.Random(seed)
    return nn.Sequential(
        nn.Layer(3, 3, activation="tanh", rng=rng),
        nn.LayerNorm(3),
        nn.Dropout(0.25, rng=rng),
        nn.GELU(),
    )


LAYERS = {
    "Neuron": lambda seed: nn.Neuron(3, activation="silu", rng=random.Random(seed)),
    "Layer": lambda seed: nn.Layer(3, 2, activation="gelu", rng=random.Random(seed)),
    "Linear": lambda seed: nn.Linear(3, 2, rng=seed),
    "MLP": lambda seed: nn.MLP(3, [4, 1], activation="softplus", rng=random.Random(seed)),
    "Sequential": mixed,
    "LayerNorm": lambda _: nn.LayerNorm(3, eps=0.1),
    "RMSNorm": lambda _: nn.RMSNorm(3, eps=0.1),
    "Dropout": lambda seed: nn.Dropout(0.5, rng=random.Random(seed)),
    "Softmax": lambda _: nn.Softmax(),
    "LogSoftmax": lambda _: nn.LogSoftmax(),
    "ReLU": lambda _: nn.ReLU(),
    "LeakyReLU": lambda _: nn.LeakyReLU(),
    "ELU": lambda _: nn.ELU(),
    "GELU": lambda _: nn.GELU(),
    "SiLU": lambda _: nn.SiLU(),
    "Sigmoid": lambda _: nn.Sigmoid(),
    "Softplus": lambda _: nn.Softplus(),
    "Tanh": lambda _: nn.Tanh(),
    "Activation": lambda _: nn.Activation("tanh"),
}


def test_every_kind_of_layer_is_checked():
    kinds = {
        name
        for name, kind in vars(nn).items()
        if isinstance(kind, type) and issubclass(kind, nn.Module)
    }

    assert kinds - {"Module", "ModuleList", "Embedding"} == set(LAYERS)


@pytest.mark.parametrize("name", list(LAYERS))
@few
@given(data=st.data())
def test_each_layer_has_the_gradient_of_its_parameters_and_inputs(name, data):
    model = LAYERS[name](data.draw(st.integers(0, 100)))
    parameters = model.state_dict()

    def outputs(numbers, x):
        """All that the layer makes of x, with these parameters."""
        return as_function(model, [x])[0](dict(zip(parameters, numbers, strict=True)))[0]

    shape = ([0.0] * len(parameters), [0.0] * 3)
    point = data.draw(points(outputs, inputs=shape, reach=2.0))

    assert check_gradients(outputs, point)


@few
@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.data())
def test_an_embedding_has_the_gradient_of_its_rows(rows, data):
    model = nn.Embedding(5, 2, rng=random.Random(0))
    f, parameters = as_function(model, [rows])
    weights = data.draw(st.lists(finite_values(-2.0, 2.0), min_size=10, max_size=10))

    assert check_gradients(f, dict(zip(parameters, weights, strict=True)))


# --- optimisers -----------------------------------------------------------------------------------

# A step is checked as a gradient: that of the function which it goes down.

# Of one size: beside a large one, what a small one adds to the function is lost in rounding.
GRADIENTS = st.one_of(finite_values(0.125, 8.0), finite_values(-8.0, -0.125))
LR = 0.125
EPS = 0.25


def step_of(optimiser, gradients, start):
    """How far each parameter is moved by the first step down these gradients."""
    parameters = [nn.Parameter(start) for _ in gradients]
    if start:  # 2 − (2 − d) is d with fewer digits: what is to be taken off is asked for instead
        asked = optimiser(parameters)
        return [asked.change(i, g) for i, g in enumerate(gradients)]
    for parameter, g in zip(parameters, gradients, strict=True):
        parameter.grad = g
    optimiser(parameters).step()
    return [-parameter.data for parameter in parameters]


def scaled(lr, root):
    """The function whose gradient is lr · g / (root · |g| + EPS)."""

    def potential(gradients):
        return math.fsum(
            lr * (abs(g) / root - EPS / root**2 * math.log1p(root * abs(g) / EPS))
            for g in gradients
        )

    return potential


def straight(factor, drift=0.0):
    """The function whose gradient is factor · g + drift."""
    return lambda gradients: math.fsum(factor * g * g / 2.0 + drift * g for g in gradients)


STEPS = {
    "SGD": (lambda ps: nn.SGD(ps, lr=LR), straight(LR)),
    "SGD with momentum": (lambda ps: nn.SGD(ps, lr=LR, momentum=0.5), straight(LR)),
    "SGD, Nesterov's": (
        lambda ps: nn.SGD(ps, lr=LR, momentum=0.5, nesterov=True),
        straight(1.5 * LR),
    ),
    "SGD with decay": (
        lambda ps: nn.SGD(ps, lr=LR, weight_decay=0.5),
        straight(LR, 2.0 * LR * 0.5),
    ),
    "Adam": (lambda ps: nn.Adam(ps, lr=LR, eps=EPS), scaled(LR, 1.0)),
    "AdamW": (
        lambda ps: nn.AdamW(ps, lr=LR, eps=EPS, weight_decay=0.5),
        lambda gs: scaled(LR, 1.0)(gs) + straight(0.0, 2.0 * LR * 0.5)(gs),
    ),
    "RMSprop": (lambda ps: nn.RMSprop(ps, lr=LR, alpha=0.75, eps=EPS), scaled(LR, 0.5)),
    "RMSprop, centred": (
        lambda ps: nn.RMSprop(ps, lr=LR, alpha=0.5, eps=EPS, centered=True),
        scaled(LR, 0.5),
    ),
}


def test_every_optimiser_is_checked():
    kinds = {
        name
        for name, kind in vars(nn).items()
        if isinstance(kind, type) and issubclass(kind, nn.Optimiser)
    }

    assert kinds - {"Optimiser"} == {name.replace(",", " ").split()[0] for name in STEPS}


@pytest.mark.parametrize("name", list(STEPS))
@given(gradients=st.lists(GRADIENTS, min_size=1, max_size=3))
def test_each_step_goes_down_what_it_should(name, gradients):
    optimiser, potential = STEPS[name]
    start = 2.0 if name in {"SGD with decay", "AdamW"} else 0.0

    verdict = check_gradients(potential, (gradients,), lambda gs: step_of(optimiser, gs, start))
    assume(verdict.outcome != "undecided")  # plain numbers may be too noisy to measure

    assert verdict


@settings(max_examples=5 if NIGHTLY else 2)  # the function is called a thousand times for each
@given(networks(max_layers=2))
def test_a_step_of_gradient_descent_is_the_gradient_of_the_loss(drawn):
    """From data to the changed weights, checked as one: forward, backward and the optimiser."""
    model, X, y = drawn
    of_parameters, parameters = as_function(model, X, y)

    def loss(numbers):
        return float(of_parameters(dict(zip(parameters, numbers, strict=True))))

    def claimed(numbers):
        model.load_state_dict(dict(zip(parameters, numbers, strict=True)))
        model.zero_grad()
        mse([model(x) for x in X], y).backward()
        before = [p.data for p in model.parameters()]
        nn.SGD(model, lr=1.0).step()
        return [was - p.data for was, p in zip(before, model.parameters(), strict=True)]

    verdict = check_gradients(loss, ([p.data for p in model.parameters()],), claimed)
    assume(verdict.outcome != "undecided")  # plain numbers may be too noisy to measure

    assert verdict


# --- and a fault is found -------------------------------------------------------------------------


def test_a_wrong_step_is_found():
    def forgetful(parameters):
        return nn.Adam(parameters, lr=LR, eps=2.0 * EPS)

    with pytest.raises(GradientMismatch):
        check_gradients(scaled(LR, 1.0), ([1.0, 2.0],), lambda gs: step_of(forgetful, gs, 0.0))


def test_a_wrong_loss_is_found():
    def wrong(outputs, targets):
        """Binary cross-entropy, but the slope of (1 − target) · softplus(logit) is lost."""
        pairs = zip(outputs, targets, strict=True)
        return sum(t * softplus(-z) + (1.0 - t) * softplus(z.data) for z, t in pairs)

    model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    X = [[0.5, -1.0], [1.0, 2.0]]

    assert check_gradients(*as_function(model, X, [1.0, 1.0], wrong))
    with pytest.raises(GradientMismatch):
        check_gradients(*as_function(model, X, [1.0, 0.0], wrong))


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_a_wrong_row_in_a_network_is_found_and_named(loss):
    bad = operation("checked_tanh", math.tanh, lambda z, x: 1.0 - z * z * z)
    try:
        model = nn.MLP(2, [3, 2], activation=bad, rng=random.Random(0))
        y = [[0.0, 1.0]] if loss == "mse" else [1]
        with pytest.raises(GradientMismatch) as caught:
            check_gradients(*as_function(model, [[0.5, -1.0]], y, loss))
    finally:
        del ops.ALL["checked_tanh"]

    assert caught.value.operation == "checked_tanh"
