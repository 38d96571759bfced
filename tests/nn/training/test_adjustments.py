"""Penalties and clipping."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import NonFiniteError, Value
from autograd import abs as absolute
from autograd import sum as total
from nn import SGD, clip_grad_norm, clip_grad_value, mse
from nn.training.adjustments import Adjustments, norm

from .helpers import line, small, trained, weights

gradients = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6)
bounds = st.floats(1e-3, 1e3)


def leaves(grads, data=None):
    values = [Value(x) for x in (data or [0.0] * len(grads))]
    for value, g in zip(values, grads, strict=True):
        value.grad = g
    return values


def adjusted(grads, data=None, **options):
    values = leaves(grads, data)
    Adjustments(**options).apply(values)
    return [value.grad for value in values]


@given(gradients, bounds)
def test_clipped_by_value(grads, bound):
    assert adjusted(grads, clip_value=bound) == [max(-bound, min(bound, g)) for g in grads]


@given(gradients, bounds)
def test_clipped_by_norm(grads, bound):
    length = math.sqrt(math.fsum(g * g for g in grads))
    clipped = adjusted(grads, clip_norm=bound)

    if length <= bound * (1 - 1e-12):
        assert clipped == grads
    assert math.sqrt(math.fsum(g * g for g in clipped)) <= bound * (1 + 1e-12) or clipped == grads
    factor = min(1.0, bound / length) if length else 1.0
    assert clipped == pytest.approx([g * factor for g in grads], rel=1e-9, abs=1e-300)


def test_the_norm_of_huge_gradients_is_none_too_large():
    assert adjusted([3e300, 4e300], clip_norm=5.0) == pytest.approx([3.0, 4.0])
    assert norm(leaves([3e-300, 4e-300])) == pytest.approx(5e-300)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5), st.floats(0, 2), st.floats(0, 2))
def test_penalties_are_the_gradients_of_what_is_written(data, l1, l2):
    """Against our own engine: l1 Σ|w| + ½ l2 Σw², differentiated."""
    by_engine = [Value(x) for x in data]
    penalty = l1 * total([absolute(w) for w in by_engine]) + 0.5 * l2 * total(
        [w * w for w in by_engine]
    )
    penalty.backward()

    assert adjusted([0.0] * len(data), data, l1=l1, l2=l2) == pytest.approx(
        [w.grad for w in by_engine], rel=1e-12, abs=1e-300
    )


def test_the_penalty_comes_first_then_the_value_then_the_norm():
    assert adjusted([1.0, 1.0], [10.0, 0.0], l2=1.0, clip_value=4.0, clip_norm=1e9) == [4.0, 1.0]
    assert adjusted([30.0, 40.0], clip_value=10.0, clip_norm=1.0) == pytest.approx([0.5**0.5] * 2)


@given(st.floats(0.01, 1.0))
def test_a_clipped_fit_is_never_longer_than_the_bound(bound):
    lengths = []

    def measured(training):
        return lengths.append(norm(training.optimizer.parameters))

    X, y = line(5)
    trained(small(nin=1), X, [100 * t for t in y], clip_norm=bound, callbacks=measured, epochs=2)

    assert all(length <= bound * (1 + 1e-12) for length in lengths)
    assert len(lengths) == 2


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "l1": st.floats(0.01, 1.0),
            "l2": st.floats(0.01, 1.0),
            "clip_value": st.floats(0.05, 2.0),
            "clip_norm": st.floats(0.05, 2.0),
        },
    ),
    st.integers(1, 6),
    st.sampled_from(["nothing", "frozen", "of others"]),
)
def test_a_fit_is_the_loop_that_one_writes_by_hand(options, batch_size, left_alone):
    """Each once, in this order, to those that are trained and to nothing else."""
    X, y = line(6)
    X, y = [[3.0 * x] for (x,) in X], [3.0 * t for t in y]
    by_fit, by_hand = small(nin=1), small(nin=1)
    if left_alone == "frozen":
        by_fit.layers[0].freeze()
        by_hand.layers[0].freeze()

    def of(model):
        return SGD(model.layers[1] if left_alone == "of others" else model, lr=0.1)

    history = trained(by_fit, X, y, optimizer=of(by_fit), batch_size=batch_size, epochs=2,
                      shuffle=False, **options)  # fmt: skip
    optimiser, losses = of(by_hand), []
    moving = by_hand.layers[1] if left_alone != "nothing" else by_hand
    for _ in range(2):
        total_loss = 0.0
        for first in range(0, 6, batch_size):
            rows, targets = X[first : first + batch_size], y[first : first + batch_size]
            by_hand.zero_grad()
            loss = mse([by_hand(x) for x in rows], targets)
            loss.backward()
            total_loss += loss.data * len(rows)
            ps = moving.parameters()
            for p in ps:
                sign = (p.data > 0) - (p.data < 0)
                p.grad += options.get("l1", 0.0) * sign + options.get("l2", 0.0) * p.data
            for p in ps:
                bound = options.get("clip_value", math.inf)
                p.grad = max(-bound, min(bound, p.grad))
            length = math.sqrt(math.fsum(p.grad**2 for p in ps))
            for p in ps:
                p.grad *= min(1.0, options.get("clip_norm", math.inf) / length) if length else 1.0
            optimiser.step()
        losses.append(total_loss / 6)

    assert weights(by_fit) == pytest.approx(weights(by_hand), rel=1e-9, abs=1e-12)
    assert history["loss"] == pytest.approx(losses, rel=1e-9)


def test_l2_makes_weights_smaller():
    X, y = line()
    plain, bound = small(nin=1), small(nin=1)
    trained(plain, X, y, epochs=30, lr=0.05)
    trained(bound, X, y, epochs=30, lr=0.05, l2=1.0)

    assert sum(w * w for w in weights(bound)) < 0.5 * sum(w * w for w in weights(plain))


def test_the_loss_that_is_reported_is_the_loss_alone():
    X, y = line()
    one = trained(small(nin=1), X, y, epochs=1, batch_size=None)
    two = trained(small(nin=1), X, y, epochs=1, batch_size=None, l1=5.0, l2=5.0)

    assert one["loss"] == two["loss"]


@given(gradients, bounds)
def test_a_gradient_that_is_not_finite_is_named_before_it_is_clipped(grads, bound):
    values = leaves([*grads, math.inf, math.nan])

    with pytest.raises(NonFiniteError, match=f"gradient of parameter {len(grads)} is inf"):
        Adjustments(clip_value=bound).apply(values)
    assert [value.grad for value in values[:-1]] == [*grads, math.inf]


# --- in loops of one's own ------------------------------------------------------------------------


@given(gradients, bounds)
def test_clip_grad_norm_is_what_fit_does(grads, bound):
    values = leaves(grads)
    size = clip_grad_norm(values, bound)

    assert size == pytest.approx(math.sqrt(math.fsum(g * g for g in grads)), rel=1e-9, abs=1e-160)
    assert [value.grad for value in values] == adjusted(grads, clip_norm=bound)


@given(gradients, bounds)
def test_clip_grad_value_is_what_fit_does(grads, bound):
    values = leaves(grads)
    clip_grad_value(iter(values), bound)

    assert [value.grad for value in values] == adjusted(grads, clip_value=bound)


def test_a_model_a_list_and_what_is_frozen_or_comes_twice():
    model = small()
    for parameter in model.parameters():
        parameter.grad = 1.0
    model.layers[0].freeze()  # sets its gradients to 0
    trained_ = model.layers[1].parameters()
    size = math.sqrt(len(trained_))

    assert clip_grad_norm(model, math.inf) == pytest.approx(size)
    assert clip_grad_norm([*model.parameters(), *trained_], 0.5) == pytest.approx(size)
    assert norm(model.parameters()) == pytest.approx(0.5)
    assert all(p.grad == 0.0 for p in model.layers[0].parameters())


X = Value(1.0, label="x")
CLIPPED = [
    (lambda: clip_grad_norm(X, 1.0), TypeError, "clip_grad_norm takes a model or a list"),
    (lambda: clip_grad_norm([X, 2.0], 1.0), TypeError, "got a float at position 1"),
    (lambda: clip_grad_norm([X], 0), ValueError, "norm: max_norm must be a number above 0, got 0"),
    (lambda: clip_grad_norm([X], math.nan), ValueError, "must be a number above 0, got nan"),
    (lambda: clip_grad_value([X], "1"), TypeError, "max_value must be a number, got '1'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), CLIPPED, ids=range(len(CLIPPED)))
def test_what_cannot_be_clipped(call, error, text):
    with pytest.raises(error, match=text):
        call()


@pytest.mark.parametrize("clip", [clip_grad_norm, clip_grad_value])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_is_named_and_nothing_changed(clip, bad):
    values = [Value(0.0), Value(0.0, label="w")]
    values[0].grad, values[1].grad = 5.0, bad
    with pytest.raises(NonFiniteError, match=rf"the gradient of parameter 1 'w' is {bad}; no grad"):
        clip(values, 1.0)

    assert values[0].grad == 5.0
