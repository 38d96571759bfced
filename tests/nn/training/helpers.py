"""What the tests of training share: small models, small data, and no progress lines."""

import random

from autograd import Value
from nn import MLP
from nn.training.fit import fit

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


def weights(model):
    return [parameter.data for parameter in model.parameters()]


def mean_squared(outputs, targets):
    """A loss of a user's own."""
    total = Value(0.0)
    for output, target in zip(outputs, targets, strict=True):
        total = total + (output - target) ** 2
    return total / len(targets)
