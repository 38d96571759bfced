"""What users hand to losses, and what they are told when it will not do."""

import math

import numpy as np
import pytest

from autograd import Value
from nn import binary_cross_entropy, cross_entropy, hinge, mse
from nn.checks import counted
from nn.examples import items, shown
from nn.losses import huber, kl_divergence, mae

from .refusals import refused

NAN, INF = math.nan, math.inf
V = Value(0.5)

REFUSED = [
    # sizes
    (mse, [], [], ValueError, "got an empty batch; give at least one example"),
    (hinge, [], [1], ValueError, "got an empty batch; give at least one example"),
    (mse, [V, V, V], [1, 2], ValueError,
     "got 3 outputs and 2 targets; give one target for each output"),
    (mse, [V], [1, 2], ValueError, "got 1 output and 2 targets; give one target for each output"),
    (mse, [V, V], [], ValueError, "got 2 outputs and 0 targets; give one target for each output"),
    (mse, V, [1, 2], TypeError,
     "takes one output and one target, or a list of each; got a Value and a list of 2"),
    (mse, [V, V], 1, TypeError,
     "takes one output and one target, or a list of each; got a list of 2 and 1"),
    (mse, [[V, V]], [[1]], ValueError,
     "got a list of 2 and a list of 1 as output and target 0; give one target for each output"),
    (mse, [V, [V, V]], [1, 2], ValueError,
     "got a list of 2 and 2 as output and target 1; give one target for each output"),
    (mse, [V], [[1, 2]], ValueError,
     "got a Value and a list of 2 as output and target 0; give one target for each output"),
    (mse, [[]], [[]], ValueError,
     "got a list of 0 and a list of 0 as output and target 0; give one target for each output"),
    # nan, inf and what is no number
    (mse, V, NAN, ValueError, "got nan as target; targets are finite numbers"),
    (hinge, [V, V], [1, NAN], ValueError, "got nan as target 1; targets are -1 and 1"),
    (mse, [[V, V]], [[0, NAN]], ValueError, "got nan as target 0, 1; targets are finite numbers"),
    (binary_cross_entropy, V, NAN, ValueError, "got nan as target; targets are from 0 to 1"),
    (mse, V, INF, ValueError, "got inf as target; targets are finite numbers"),
    (mse, V, "1", TypeError, "takes numbers as targets, got a str"),
    (mse, V, None, TypeError, "takes numbers as targets, got None"),
    (mse, [V], [1j], TypeError, "takes numbers as targets, got a complex"),
    (mse, "0", 1, TypeError, "takes Values, numbers and lists of them, got a str"),
    (mse, [None], [1], TypeError, "takes Values, numbers and lists of them, got None"),
    # labels
    (hinge, [V, V], [1, 2], ValueError, "got 2 as target 1; targets are -1 and 1"),
    (hinge, V, 0, ValueError,
     "got 0 as target; targets are -1 and 1; write 2 * y - 1 for labels 0 and 1"),
    (binary_cross_entropy, [V], [1.5], ValueError, "got 1.5 as target 0; targets are from 0 to 1"),
    (binary_cross_entropy, V, -1, ValueError,
     "got -1 as target; targets are from 0 to 1; write (y + 1) / 2 for labels -1 and 1"),
    # cross_entropy
    (cross_entropy, [], [], ValueError, "got an empty list; give a logit for each class"),
    (cross_entropy, V, 1, TypeError,
     ("takes a list with a logit for each class, got a Value; for two classes and one logit use "
     "binary_cross_entropy")),
    (cross_entropy, [V, V], 2, ValueError,
     "got class 2 as target but 2 logits; classes count from 0 to 1"),
    (cross_entropy, [V, V], -1, ValueError,
     "got class -1 as target but 2 logits; classes count from 0 to 1"),
    (cross_entropy, [[V, V], [V, V]], [0, 5], ValueError,
     "got class 5 as target 1 but 2 logits; classes count from 0 to 1"),
    (cross_entropy, [V, V], 0.5, ValueError,
     "got 0.5 as target; a class must be a whole number from 0 to 1"),
    (cross_entropy, [V, V], NAN, ValueError,
     "got nan as target; a class must be a whole number from 0 to 1"),
    (cross_entropy, [V, V], V, TypeError,
     "takes the index of a class, or a list of probabilities, got a Value as target"),
    (cross_entropy, [[V, V]], ["a"], TypeError,
     "takes the index of a class, or a list of probabilities, got a str as target 0"),
    (cross_entropy, [[V, V], [V, V]], 1, TypeError,
     "got a batch of 2 examples but one target, 1; give a list with a target for each example"),
    (cross_entropy, [[V, V], [V, V]], [1], ValueError,
     "got 2 examples and 1 target; give one target for each example"),
    (cross_entropy, [[V, V], V], [1, 1], TypeError,
     "takes a list of logits for each example, got a Value as example 1"),
    (cross_entropy, [[V, V], []], [1, 1], TypeError,
     "takes a list of logits for each example, got a list of 0 as example 1"),
    (cross_entropy, [V, V], [1.0], ValueError,
     "got 2 logits but a list of 1 as target; a list must have a probability for each logit"),
    (cross_entropy, [V, V], [0, 2], ValueError,
     "got the probability 2 for class 1 as target; probabilities must be from 0 to 1"),
    (cross_entropy, [V, V], [0, NAN], ValueError,
     "got the probability nan for class 1 as target; probabilities must be from 0 to 1"),
    (cross_entropy, [V, V], [0, "1"], TypeError, "takes numbers as probabilities, got a str"),
    (cross_entropy, [V, V, V], [0, 1, 1], ValueError,
     ("got probabilities that add up to 2 as target; they must add up to 1. For a batch give a "
     "list of logits for each example")),
    # kl_divergence
    (kl_divergence, V, 1, TypeError, "takes a list with a logit for each class, got a Value"),
    (kl_divergence, [V, V], 1, TypeError,
     "takes a list of probabilities, got 1 as target; for the index of a class use cross_entropy"),
    (kl_divergence, [[V, V]], [V], TypeError,
     ("takes a list of probabilities, got a Value as target 0; for the index of a class use "
     "cross_entropy")),
    (kl_divergence, [[V, V]], [[1.0]], ValueError,
     "got 2 logits but a list of 1 as target 0; a list must have a probability for each logit"),
    # mae and huber
    (mae, [V], [INF], ValueError, "got inf as target 0; targets are finite numbers"),
    (huber, V, NAN, ValueError, "got nan as target; targets are finite numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "outputs", "targets", "error", "text"), REFUSED)
def test_what_will_not_do(function, outputs, targets, error, text):
    with refused(error, f"{function.__name__} {text}"):
        function(outputs, targets)


def test_an_unknown_reduction():
    text = "unknown reduction of mse 'average'. There are: mean, sum, none"

    with refused(ValueError, text):
        mse(V, 1.0, reduction="average")
    with refused(
        ValueError,
        "unknown reduction of hinge 'meen'; did you mean 'mean'? There are: mean, sum, none",
    ):
        hinge(V, 1, reduction="meen")


def test_probabilities_may_come_rounded():
    third = 0.3333333

    assert cross_entropy([0.0, 0.0, 0.0], [third] * 3) == pytest.approx(math.log(3.0), rel=1e-6)


@pytest.mark.parametrize("target", [1, 1.0, True, np.int64(1), np.float64(1.0)])
def test_a_class_is_any_whole_number(target):
    assert cross_entropy([0.0, 0.0], target) == math.log(2.0)


@pytest.mark.parametrize("x", [1.0, V, "ab", b"ab", {1}, {1: 2}, None, np.array(1.0)])
def test_what_has_no_items(x):
    assert items(x) is None


@pytest.mark.parametrize("x", [[1, 2], (1, 2), range(1, 3), np.array([1, 2])])
def test_what_has_items(x):
    assert items(x) == [1, 2]


def test_in_words():
    assert [shown(x) for x in ([1], V, None, 2, {1})] == [
        "a list of 1",
        "a Value",
        "None",
        "2",
        "a set",
    ]
    assert (counted(0, "logit"), counted(1, "logit")) == ("0 logits", "1 logit")
