"""Models of every kind that nn builds, with any numbers, shared parts and frozen parameters."""

import random
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from nn import MLP, Activation, Layer, Linear, ModuleList, Neuron, Sequential
from nn.activations import ELU, LeakyReLU, ReLU, Softmax
from nn.data import Standardise
from nn.other_layers import Dropout, Embedding, LayerNorm, RMSNorm
from nn.saving.container import Content, opened

NUMBERS = st.floats(allow_nan=False) | st.sampled_from([-0.0, 5e-324, -1e308, 1.0])
ACTIVATIONS = st.sampled_from(["relu", "tanh", "linear", "leaky_relu", "gelu", None])
SIZES = st.integers(1, 3)


def unpacked(data):
    """What the bytes of a file hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        with opened(path, "read") as file:
            return Content(file.texts, file.tensors())


def bits(model):
    """Every number by name, to the last bit: −0.0 is not 0.0."""
    trained = {name: parameter.data.hex() for name, parameter in model.named_parameters()}
    measured = {
        name: (module.means, module.scales)
        for name, module in model.named_modules()
        if isinstance(module, Standardise)
    }
    return {**trained, **{name: repr(numbers) for name, numbers in measured.items()}}


def frozen(model):
    return {name: parameter.frozen for name, parameter in model.named_parameters()}


@st.composite
def models(draw):
    rng = random.Random(0)
    parts = draw(
        st.lists(
            st.one_of(layers(rng), mlps(rng), neurons(rng), functions(), norms(), others(rng)),
            max_size=3,
        )
    )
    again = draw(st.lists(st.sampled_from(parts), max_size=2)) if parts else []
    whole = [*parts, *again]
    inner = Sequential(*whole) if whole else draw(mlps(rng))
    model = Sequential(inner, "tanh") if draw(st.booleans()) else inner
    parameters = model.parameters()
    for parameter in parameters:
        parameter.data = draw(NUMBERS)
    for i in draw(st.sets(st.integers(0, 40), max_size=4)):
        if parameters:
            parameters[i % len(parameters)].freeze()
    return model


def tied(model):
    """The model with a parameter in two places, if there are two for it."""
    rows = [module.w for module in model.modules() if isinstance(module, Neuron)]
    if rows and rows[0] is not rows[-1]:
        rows[-1][0] = rows[0][-1]
    return model


def layers(rng):
    linear = st.builds(lambda nin, nout, bias: Linear(nin, nout, bias, rng=rng),
                       SIZES, SIZES, st.booleans())  # fmt: skip
    return linear | st.builds(
        lambda nin, nout, activation, bias: Layer(
            nin, nout, activation=activation, bias=bias, rng=rng
        ),
        SIZES, SIZES, ACTIVATIONS, st.booleans(),
    )  # fmt: skip


def mlps(rng):
    return st.builds(
        lambda nin, nouts, activation: MLP(nin, nouts, activation=activation, rng=rng),
        SIZES, st.lists(SIZES, min_size=1, max_size=3), ACTIVATIONS,
    )  # fmt: skip


def neurons(rng):
    return st.builds(lambda nin, bias: Neuron(nin, bias=bias, rng=rng), SIZES, st.booleans())


def norms():
    return st.builds(
        lambda cls, size, eps, affine: cls(size, eps, affine),
        st.sampled_from([LayerNorm, RMSNorm]), SIZES, st.floats(1e-300, 1.0), st.booleans(),
    )  # fmt: skip


def others(rng):
    scales = st.floats(0.0, exclude_min=True, allow_infinity=False)
    columns = st.lists(st.tuples(st.floats(-1e300, 1e300), scales), min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda count, size: Embedding(count, size, rng=rng), SIZES, SIZES),
        st.builds(Dropout, st.floats(0.0, 1.0)),
        st.builds(LeakyReLU, st.floats(-1e300, 1e300)),
        st.builds(ELU, st.floats(-1e300, 1e300)),
        st.builds(ReLU),
        st.lists(layers(rng), min_size=1, max_size=2).map(ModuleList),
        st.builds(Softmax),
        columns.map(lambda pairs: Standardise(*map(list, zip(*pairs, strict=True)))),
    )


def functions():
    return st.builds(Activation, ACTIVATIONS)
