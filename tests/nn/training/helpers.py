"""What the tests of training share: small models, small data, and no progress lines."""

import copy
import json
import pickle
import random

import nn
from autograd import Value
from nn import MLP, Layer, Sequential
from nn.saving.container import Content, packed
from nn.training.fit import fit

from ..saving.models import unpacked

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
SIDES = [0, 1, 1, 0]


def small(seed=0, sizes=(4, 1), nin=2, **options):
    return MLP(nin, list(sizes), activation="tanh", rng=random.Random(seed), **options)


def line(n=12, seed=1):
    """Points near y = 2x − 1."""
    rng = random.Random(seed)
    xs = [[rng.uniform(-1, 1)] for _ in range(n)]
    return xs, [2.0 * x - 1.0 + rng.gauss(0.0, 0.01) for (x,) in xs]


def trained(model, X, y, **options):
    """`fit` with what most tests want: silent, seeded."""
    options = {"loss": "mse", "epochs": 3, "rng": random.Random(5), "progress": False} | options
    return fit(model, X, y, **options)


WAYS_BACK = ["copy", "deepcopy", "pickle", "save", "fill", "checkpoint"]


def brought_back(how, folder, X, y, **options):
    """A model that was trained, and the same copied, or written and read."""
    model, path = small(), folder / "model.safetensors"
    checkpoint = path if how == "checkpoint" else None
    trained(model, X, y, epochs=1, checkpoint=checkpoint, **options)
    if how in {"save", "fill"}:
        nn.save(model, path)
    return model, {
        "copy": lambda: copy.copy(model),
        "deepcopy": lambda: copy.deepcopy(model),
        "pickle": lambda: pickle.loads(pickle.dumps(model)),  # noqa: S301 - our own bytes
        "save": lambda: nn.load(path),
        "fill": lambda: nn.load(path, model=small()),
        "checkpoint": lambda: nn.load(path),
    }[how]()


def weights(model):
    return [parameter.data for parameter in model.parameters()]


def mean_squared(outputs, targets):
    """A loss of a user's own."""
    total = Value(0.0)
    for output, target in zip(outputs, targets, strict=True):
        total = total + (output - target) ** 2
    return total / len(targets)


def stochastic(seed=0):
    rng = random.Random(seed)
    return Sequential(
        Layer(1, 3, activation="tanh", rng=rng),
        nn.Dropout(0.3, rng=rng),
        Layer(3, 1, nonlin=False, rng=rng),
    )


class Louder(nn.Callback):
    """A callback that remembers something, nothing at first."""

    settings = ("factor",)

    def __init__(self, factor=2.0):
        self.factor, self.seen = factor, []

    def on_epoch_end(self, training):
        self.seen.append(training.epoch)
        training.lr *= self.factor

    def state_dict(self):
        return {"seen": list(self.seen)} if self.seen else {}

    def load_state_dict(self, state):
        self.seen = list(state.get("seen", []))


def alter(path, change):
    """Change a checkpoint, and make its checksum right again."""
    content = unpacked(path.read_bytes())
    state, texts, tensors = json.loads(content.texts["state"]), dict(content.texts), content.tensors
    change(state, tensors)
    texts["state"] = json.dumps(state)
    path.write_bytes(packed(Content(texts, tensors)))
