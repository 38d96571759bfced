"""Inputs of a scale that no network likes: who is warned, and who is not."""

import math
import random
import warnings

import pytest
from sklearn import datasets as sklearns

import nn
import viz
from nn.data import Standardise, moons, one_hot
from nn.training.mismatch import bad_scale, columns_of

from .helpers import trained

RNG = random.Random(0)
METRES = [[RNG.uniform(1.5, 1.9), RNG.gauss(70000.0, 9000.0)] for _ in range(30)]  # and grams
SIGNS = [float(row[1] > 70000.0) for row in METRES]


def normal(*scales):
    return [[RNG.gauss(0.0, scale) for scale in scales] for _ in range(30)]


def pixels(most):
    return [
        [max(0.0, RNG.gauss(0.0, most / 3.0)) if j else 0.0 for j in range(9)] for _ in range(30)
    ]


RARE = [[1.0 if i == 7 else 0.0, math.sin(i)] for i in range(300)]
FINE = {
    "standardised": normal(1.0, 1.0, 1.0),
    "of some difference": normal(5.0, 0.2),
    "one-hot": one_hot([i % 5 for i in range(30)], 5),
    "0 and 1, rare": RARE,
    "pixels of 0 to 16": pixels(16.0),
    "moons": moons(50, noise=0.2, rng=random.Random(0))[0],
    "a constant column": [[1.0, x] for (x,) in normal(1.0)],
    "a column that is constant but for rounding": [
        [0.1 + 1e-17 * i, math.sin(i)] for i in range(30)
    ],
    "few rows": [[0.001 * i, i] for i in range(5)],
    "single numbers": [x for (x,) in normal(1.0)],
}
BAD = {
    "grams beside metres": METRES,
    "pixels of 0 to 255": pixels(255.0),
    "years": [[RNG.randrange(1990, 2025)] for _ in range(30)],
    "large single numbers": [RNG.randrange(1000) for _ in range(30)],
    "one that hardly varies": normal(1.0, 0.001),
}


def warned(X, first=None, **options):
    """What `fit` warns of."""
    nin = len(X[0]) if isinstance(X[0], list) else 1
    model = nn.MLP(nin, [3, 1], rng=random.Random(0))
    model = model if first is None else nn.Sequential(first, model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained(model, X, [float(i % 2) for i in range(len(X))], lr=1e-6, **options)
    return [str(one.message) for one in caught]


@pytest.mark.parametrize("X", FINE.values(), ids=FINE)
def test_no_alarm(X):
    assert warned(X) == []


@pytest.mark.parametrize("X", BAD.values(), ids=BAD)
@pytest.mark.parametrize("batch_size", [4, None])
def test_told_once_with_what_to_write(X, batch_size):
    (said,) = warned(X, batch_size=batch_size)

    assert "nn.Sequential(nn.data.Standardise.of(X), model)" in said


def test_which_column():
    assert bad_scale(columns_of(METRES))[0] == 1
    assert bad_scale(columns_of(normal(1.0, 0.001)))[1].endswith("times as much as column 1")


@pytest.mark.parametrize("X", BAD.values(), ids=BAD)
def test_a_model_that_scales_is_believed(X):
    assert warned(X, first=Standardise.of(X)) == []


def test_a_class_that_scales_in_its_own_way_is_believed():
    class Own(nn.Module):
        def forward(self, x):
            return [x[0] - 1.7, (x[1] - 70000.0) / 1e4]

    assert warned(METRES, first=Own()) == []


def test_tokens_are_no_sizes():
    model = nn.Sequential(nn.Embedding(900, 2), nn.Layer(2, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained(model, [i * 29 for i in range(30)], [0.0] * 30)


def test_digits_are_fine():
    """Of scikit-learn, 8 × 8 pixels of 0 to 16; as bytes they would not be."""
    X = sklearns.load_digits().data[:200]

    assert bad_scale(columns_of(X.tolist())) is None
    assert bad_scale(columns_of((X * 255.0 / 16.0).tolist())) is not None


def test_a_report_names_the_scale_where_it_makes_units_die():
    model = nn.MLP(2, [3, 1], rng=random.Random(0))
    for neuron in model.layers[0].neurons:
        neuron.w[1].data = -1.0
    found = viz.report(model, METRES, SIGNS, "binary_cross_entropy")

    assert "An input has numbers of about " in found.advice[0]
    assert "nn.data.Standardise.of(X)" in found.advice[0]
    scaled = nn.Sequential(Standardise.of(METRES), model)
    model.layers[0].neurons[0].b.data = -1e3
    assert "Try a smaller learning rate" in viz.report(scaled, METRES).advice[0]
