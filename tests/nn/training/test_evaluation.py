"""Measuring a model, against sums written by hand."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from nn import Module, Parameter
from nn.training.measuring import CHUNK


class Line(Module):
    def __init__(self):
        self.w = Parameter(1.5)

    def forward(self, x):
        return self.w * x[0]


@settings(max_examples=20)
@given(
    st.sampled_from([1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 37]),
    st.booleans(),
    st.integers(0, 1000),
)
def test_a_loss_and_metrics_over_several_chunks(count, has_weights, seed):
    """The last chunk is smaller, and its examples are of another size than the first ones'."""
    rng = random.Random(seed)
    X = [[rng.gauss(0.0, 1.0) * (1.0 + i / CHUNK)] for i in range(count)]
    y = [rng.gauss(0.0, 1.0) for _ in range(count)]
    counts = [rng.uniform(0.1, 1.0) * (1.0 + i // CHUNK) for i in range(count)]
    weights = counts if has_weights else [1.0] * count
    errors = [1.5 * x - t for (x,), t in zip(X, y, strict=True)]

    def mean(numbers):
        return math.fsum(w * x for w, x in zip(weights, numbers, strict=True)) / math.fsum(weights)

    found = nn.evaluate(Line(), X, y, loss="mse", metrics=["mae", "rmse"],
                        sample_weight=counts if has_weights else None)  # fmt: skip

    square = mean([e * e for e in errors])
    assert found == pytest.approx(
        {"loss": square, "mae": mean(map(abs, errors)), "rmse": math.sqrt(square)}, rel=1e-12
    )
