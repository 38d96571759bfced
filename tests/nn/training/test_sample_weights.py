"""How much each example counts: the same at every batch size."""

import math
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nn
from autograd import dot
from nn import SGD, Module, Parameter
from nn.data.batches import Examples

from .helpers import SIDES, XOR, line, mean_squared, small, trained, weights

sizes = st.integers(1, 10)
counts_of_nine = st.lists(st.floats(0.01, 100.0), min_size=9, max_size=9)


class Constant(Module):
    """A model that says the same of every example."""

    def __init__(self):
        self.z = Parameter(0.0)

    def forward(self, x):
        return self.z + 0.0 * x[0]


@pytest.mark.parametrize("batch_size", [1, 2, 5, 10])
def test_one_positive_that_weighs_as_much_as_nine_negatives(batch_size):
    """Both classes weigh the same, so the best constant is the probability a half."""
    model = Constant()
    X, y = [[0.0]] * 10, [1] + [0] * 9
    options = {"loss": "binary_cross_entropy", "optimizer": "sgd", "lr": 0.01, "shuffle": False}
    counts = [9.0] + [1.0] * 9
    trained(model, X, y, sample_weight=counts, batch_size=batch_size, epochs=1200, **options)

    assert 1.0 / (1.0 + math.exp(-model.z.data)) == pytest.approx(0.5, abs=0.02)


def gradients(X, y, counts, batch_size):
    """The gradient of every batch at parameters that stand still, and the batch's size."""
    model, found = small(nin=1), []

    class Noting(nn.Callback):
        def on_batch_end(self, training):
            size = min(batch_size, 9 - batch_size * (training.batch - 1))
            found.append((size, [p.grad for p in model.parameters()]))

    trained(model, X, y, sample_weight=counts, optimizer=SGD(model, lr=0.0), epochs=1,
            batch_size=batch_size, callbacks=[Noting()])  # fmt: skip
    return found


@settings(max_examples=30)
@given(counts_of_nine, st.integers(1, 8))
def test_the_batches_gradients_add_up_to_the_whole_one(counts, batch_size):
    X, y = line(9)
    ((_, whole),) = gradients(X, y, counts, 9)
    parts = gradients(X, y, counts, batch_size)
    summed = [math.fsum(size * g[i] for size, g in parts) / 9 for i in range(len(whole))]

    assert [size for size, _ in parts] == [batch_size] * (9 // batch_size) + (
        [9 % batch_size] if 9 % batch_size else []
    )
    scale = max(abs(size * x) for size, g in parts for x in g)
    assert summed == pytest.approx(whole, rel=1e-9, abs=1e-12 * scale)

    # Literally, of the whole: Σ wᵢ ∇lossᵢ ∕ Σ wᵢ.
    model = small(nin=1)
    total = math.fsum(counts)
    each = nn.mse([model(x) for x in X], y, reduction="none")
    dot([w / total for w in counts], each).backward()
    assert whole == pytest.approx([p.grad for p in model.parameters()], rel=1e-9, abs=1e-12 * scale)


@settings(max_examples=20)
@given(st.floats(5e-324, 1e300), sizes)
def test_equal_weights_are_no_weights(weight, batch_size):
    """To the last bit what one writes by hand: dot([1/n] * n, each)."""
    X, y = line(9)
    model, by_hand = small(nin=1), small(nin=1)
    trained(model, X, y, sample_weight=[weight] * 9, optimizer="sgd", lr=0.1, epochs=2,
            batch_size=batch_size, shuffle=False)  # fmt: skip
    optimiser = SGD(by_hand, lr=0.1)
    for _ in range(2):
        for i in range(0, 9, batch_size):
            rows, targets = X[i : i + batch_size], y[i : i + batch_size]
            each = nn.mse([by_hand(x) for x in rows], targets, reduction="none")
            optimiser.zero_grad()
            dot([1 / len(each)] * len(each), each).backward()
            optimiser.step()

    assert weights(model) == weights(by_hand)


@given(st.lists(st.floats(0.0, 1e308), min_size=1, max_size=6), st.integers(0, 1074))
def test_only_ratios_count(counts, power):
    assume(any(counts))
    assume(math.isfinite(sum(counts)))
    found = Examples.of([[0.0]] * len(counts), [0.0] * len(counts), counts)
    assert math.fsum(found.weights) == pytest.approx(len(found), rel=1e-12)

    smaller = [math.ldexp(x, -power) for x in counts]
    assume([math.ldexp(x, power) for x in smaller] == counts)  # exactly so many times smaller
    again = Examples.of([[0.0]] * len(counts), [0.0] * len(counts), smaller)
    assert again.weights == found.weights


def test_a_light_last_batch_makes_a_light_step():
    """Nine of weight 1, then one of 1e-6 alone in its batch."""
    X, y = [[1.0]] * 4, [0.0, 0.0, 0.0, 1e3]

    class Says(Module):
        def __init__(self):
            self.w = Parameter(0.0)

        def forward(self, x):
            return self.w * x[0]

    model = Says()
    trained(model, X, y, sample_weight=[1.0, 1.0, 1.0, 1e-6], optimizer="sgd", lr=0.1, epochs=1,
            batch_size=3, shuffle=False)  # fmt: skip

    assert 0.0 < model.w.data < 1e-3


def test_weights_count_relative_to_what_is_learned_from():
    """Half of the examples, very heavy ones, are set aside: the others count 1 on average."""
    seen = {}

    def note(training):
        seen["learned"] = list(training.data.weights)
        seen["held out"] = list(training.validation.weights)

    X, y = line(12)
    trained(small(nin=1), X, y, sample_weight=[1e6, 3e6, 1.0, 3.0] * 3, validation=0.5, epochs=1,
            callbacks=note, rng=random.Random(0))  # fmt: skip

    assert [math.fsum(column) for column in seen.values()] == pytest.approx([6.0, 6.0])


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4).filter(any))
def test_a_weight_counts_like_having_the_example_so_often(counts):
    weighted, repeated = small(), small()
    rows = [(x, t) for x, t, n in zip(XOR, SIDES, counts, strict=True) for _ in range(n)]
    options = {"batch_size": None, "shuffle": False, "loss": "binary_cross_entropy"}
    one = trained(weighted, XOR, SIDES, sample_weight=counts, **options)
    two = trained(repeated, [x for x, _ in rows], [t for _, t in rows], **options)

    assert weights(weighted) == pytest.approx(weights(repeated), rel=1e-9, abs=1e-12)
    assert one["loss"] == pytest.approx(two["loss"], rel=1e-12)


def test_weights_weigh_in_batches_too():
    """The epoch's loss is the weighted mean over all, however it was cut into batches."""
    X, y = line(7)
    counts = [1, 2, 0.5, 0, 3, 1, 1]
    losses = [
        trained(small(nin=1), X, y, sample_weight=counts, optimizer="sgd", lr=1e-12, epochs=1,
                batch_size=size)["loss"][0]
        for size in (1, 3, 7)
    ]  # fmt: skip
    model = small(nin=1)
    each = [(model(x).data - t) ** 2 for x, t in zip(X, y, strict=True)]
    mean = sum(w * e for w, e in zip(counts, each, strict=True)) / sum(counts)

    assert losses == pytest.approx([mean] * 3, rel=1e-9)


def test_a_loss_without_reduction_cannot_take_weights():
    X, y = line()
    with pytest.raises(TypeError, match=r"mean_squared has no reduction; write def mean_squared"):
        trained(small(nin=1), X, y, loss=mean_squared, sample_weight=[1.0] * 12)


def test_weights_that_add_up_to_infinity_are_refused():
    with pytest.raises(ValueError, match="add up to more than a double can hold"):
        trained(small(), XOR, SIDES, sample_weight=[1e308] * 4)
