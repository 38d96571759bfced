"""Weights of classes, and a share of each class for validation; against scikit-learn."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

from nn.data.batches import stratified, weighed

from .helpers import SIDES, XOR, line, small, trained, weights

classes = st.lists(st.integers(-1, 3), min_size=1, max_size=20)
BLOBS = [[0.1 * i, (7 * i % 10) / 10.0] for i in range(20)]
KINDS = [0] * 11 + [1] * 6 + [2] * 3


# --- weights --------------------------------------------------------------------------------------


@given(classes)
def test_balanced_is_scikit_learns(y):
    there = np.unique(y)
    each = dict(zip(there, compute_class_weight("balanced", classes=there, y=y), strict=True))

    assert weighed(y, "balanced") == [each[k] for k in y]


@settings(max_examples=20)
@given(st.dictionaries(st.sampled_from([0, 1, 2]), st.floats(0.1, 9.0), min_size=3),
       st.none() | st.lists(st.floats(0.1, 9.0), min_size=20, max_size=20),
       st.booleans(), st.sampled_from([1, 7, 20]))  # fmt: skip
def test_they_are_sample_weights_made_by_hand(by_class, own, is_one_hot, batch_size):
    """Bit for bit, in training and in validation."""
    y = np.eye(3)[KINDS] if is_one_hot else KINDS
    one, two = small(sizes=[3]), small(sizes=[3])
    options = {"loss": "cross_entropy", "batch_size": batch_size, "validation": 0.3,
               "metrics": "accuracy", "epochs": 2}  # fmt: skip
    by_hand = [by_class[k] * w for k, w in zip(KINDS, own or [1.0] * 20, strict=True)]

    first = trained(one, BLOBS, y, class_weight=by_class, sample_weight=own, **options)
    second = trained(two, BLOBS, y, sample_weight=by_hand, **options)

    assert weights(one) == weights(two)
    for column in first.keys() - {"seconds"}:
        assert first[column] == second[column]


def test_balanced_classes_count_alike():
    """Nine of one class and one of the other: the best constant logit is 0."""
    model = small(sizes=[1], init="zeros")
    for parameter in model.parameters()[:2]:
        parameter.freeze()
    trained(model, [[0.0, 0.0]] * 10, [1] + [0] * 9, loss="binary_cross_entropy", lr=0.05,
            class_weight="balanced", batch_size=None, epochs=100)  # fmt: skip

    assert model.predict_proba([[0.0, 0.0]])[0] == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_class_of_weight_0_is_left_out():
    one, two = small(), small()
    options = {"loss": "binary_cross_entropy", "batch_size": None, "shuffle": False}
    trained(one, XOR, SIDES, class_weight={0: 0.0, 1: 3.0}, **options)
    trained(two, XOR[1:3], SIDES[1:3], sample_weight=[1.0, 1.0], **options)

    assert weights(one) == weights(two)


REFUSED = {
    "unknown": (
        {0: 1.0, 1: 2.0, 2: 3.0},
        SIDES,
        "class_weight has 2; the classes in y are",
    ),
    "missing": (
        {1: 2.0},
        SIDES,
        "class_weight lacks 0; the classes in y are 0, 1; ",
    ),
    "a text": ({"0": 1.0, 1: 2.0}, SIDES, "class_weight has '0'; the classes"),
    "negative": (
        {0: 1.0, 1: -2.0},
        SIDES,
        r"fit: class_weight\[1\] must be at least 0 and finite, got -2",
    ),
    "all 0": ({0: 0.0, 1: 0.0}, SIDES, "every sample weight is 0"),
    "numbers": (
        "balanced",
        [0.0, 0.5, 1.0, 1.0],
        r"one class for each example, .* y\[1\] is 0\.5; .*",
    ),
    "labels": ("balanced", [[0, 1], [1, 1], [0, 0], [1, 0]], r"y\[1\] is \[1, 1\]"),
    "another word": ("balance", SIDES, r"a dict with the weight .* or 'balanced', got 'balance'"),
    "a list": ([1.0, 2.0], SIDES, r"a dict with the weight of each class, as \{0: 1.0, 1: 5.0\}"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    class_weight, y, text = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=text):
        trained(small(), XOR, y, class_weight=class_weight)


# --- validation -----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=4, max_size=60), st.integers(1, 59), st.integers(0, 9))
def test_each_class_is_on_both_sides_and_within_one_example_of_its_share(y, count, seed):
    sizes = Counter(y)
    assume(min(sizes.values()) >= 2)
    assume(len(sizes) <= count <= len(y) - len(sizes))
    held_out = stratified(y, count, random.Random(seed))
    theirs = Counter(train_test_split(y, test_size=count, stratify=y, random_state=seed)[1])
    ours = Counter(y[i] for i in held_out)

    assert len(held_out) == count
    assert all(1 <= ours[k] < size for k, size in sizes.items())
    shares = {k: count * size / len(y) for k, size in sizes.items()}
    if all(1.0 <= shares[k] <= size - 1 for k, size in sizes.items()):  # nobody makes room
        for k, share in shares.items():
            assert math.floor(share) <= ours[k] <= math.ceil(share)
            assert abs(ours[k] - theirs[k]) <= 1  # equal, but for ties, which are drawn


def test_a_rare_class_is_on_both_sides():
    held_out = stratified([0] * 95 + [1] * 5, 10, random.Random(0))

    assert sum(i >= 95 for i in held_out) == 1


def test_the_examples_are_drawn():
    drawn = {frozenset(stratified([0, 1] * 20, 10, random.Random(seed))) for seed in range(20)}
    assert len(drawn) == 20


def test_fit_sets_aside_a_share_of_each_class():
    seen = {}

    def note(training):
        seen["held out"] = Counter(training.validation.targets)
        seen["learned"] = Counter(training.data.targets)
        seen["all"] = sorted([*training.data.positions, *training.validation.positions])

    trained(small(sizes=[3]), BLOBS, KINDS, loss="cross_entropy", validation=0.25, stratify=True,
            callbacks=note, epochs=1)  # fmt: skip

    assert seen["held out"] == {0: 3, 1: 1, 2: 1}  # of 2.75, 1.5 and 0.75
    assert seen["all"] == list(range(20))


def test_one_hot_targets_have_classes_too():
    rows = [[1, 0, 0]] * 10 + [[0, 0, 1]] * 4
    assert stratified(rows, 7, random.Random(3)) == stratified(
        [0] * 10 + [2] * 4, 7, random.Random(3)
    )


@pytest.mark.parametrize(
    ("y", "options", "text"),
    [
        ([0, 1, 1, 1], {"validation": 0.5}, "of each class on both sides: .* class 0 has 1"),
        ([0, 0, 1, 1], {"validation": 0.25}, "of 4 examples in 2 classes 1 are for validation"),
        ([0, 0, 1, 1], {"validation": 0.75}, "of 4 examples in 2 classes 3 are for validation"),
        ([0, 0, 1, 1], {}, r"a share of X for validation; write validation=0\.2"),
        ([0, 0, 1, 1], {"validation": (XOR, SIDES)}, "a share of X for validation"),
        ([0.5, 0.0, 1, 1], {"validation": 0.5}, r"stratify needs one class .* y\[0\] is 0\.5"),
        (
            [0, 0, 1, 1],
            {"validation": 0.5, "stratify": SIDES},
            "got a list; write stratify=True",
        ),
    ],
)
def test_stratify_refused(y, options, text):
    with pytest.raises((TypeError, ValueError), match=text):
        trained(small(), XOR, y, **{"stratify": True, **options})


def test_numbers_cannot_be_stratified():
    with pytest.raises(ValueError, match="stratify needs one class for each example"):
        trained(small(nin=1), *line(), validation=0.5, stratify=True)
