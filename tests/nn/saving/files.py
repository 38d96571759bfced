"""Files of models, as they are and changed on purpose."""

import json
import random

import pytest
from hypothesis import strategies as st

from nn import MLP, Module, Parameter
from nn.saving import FormatError
from nn.saving.container import Content, packed

from .models import unpacked


class Line(Module):
    """A class of one's own."""

    def __init__(self):
        self.slope = Parameter(2.0)
        self.body = MLP(1, [2])

    def forward(self, x):
        return self.slope * x


def mlp(*sizes, seed=0, **options):
    return MLP(sizes[0], list(sizes[1:]), rng=random.Random(seed), **options)


def rewritten(path, **changes):
    """The file with other texts in it, and a checksum that is right."""
    content = unpacked(path.read_bytes())
    path.write_bytes(packed(Content({**content.texts, **changes}, content.tensors)))


def with_tensors(path, change):
    content = unpacked(path.read_bytes())
    path.write_bytes(packed(Content(content.texts, change(content.tensors))))


def altered(path, change):
    """The file with another architecture."""
    content = unpacked(path.read_bytes())
    architecture = json.loads(content.texts["architecture"])
    change(architecture)
    rewritten(path, architecture=json.dumps(architecture))


def error_of(call, *args, **options):
    with pytest.raises(FormatError) as caught:
        call(*args, **options)
    return str(caught.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.just(10**12) | st.floats(allow_nan=False)
    | st.sampled_from(["", "MLP", "Layer", "Neuron", "relu", "layers.0.neurons.0.b"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["kind", "nin", "nout", "parts", "bias", "activation", "scope"]), inner
    ),
    max_leaves=6,
)  # fmt: skip


@st.composite
def damaged(draw, tree):
    """A tree in which one thing is replaced by anything, added or left out."""
    place = tree
    while isinstance(place, (list, dict)) and place and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], (list, dict)) or draw(st.integers(0, 3)) == 0:
            if draw(st.booleans()):
                place[key] = draw(ANYTHING)
            else:
                del place[key]
            return tree
        place = place[key]
    return draw(ANYTHING)
