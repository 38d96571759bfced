"""What goes wrong silently: seen in the first batch, said before it matters.

Losses that do not go with a model's outputs, and inputs whose scale no network likes.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from autograd import Graph, Value
from autograd.trees import flatten

from ..data.scale import CURE, FEWEST, bad_scale, beside_weights, columns_of
from ..examples import items
from ..losses import Loss, binary_cross_entropy, cross_entropy, kl_divergence

OF_CLASSES = (cross_entropy, kl_divergence)  # a tuple, because a user's loss need not be hashable


def check(loss: Loss, outputs: Sequence[Any]) -> None:
    """Refuse what computes something else than it seems to; warn of what learns badly.

    Keras and scikit-learn have models that end in probabilities. Here losses take logits and scores
    and make probabilities of them; given probabilities, they learn, slowly, something else.
    """
    first = outputs[0]
    if loss in OF_CLASSES and isinstance(first, Value):
        raise TypeError(
            f"fit: {loss.__name__} takes a list of scores for each example, one for each class, "
            "and this model has one output; use binary_cross_entropy, or let the model end in "
            "a layer with an output for each class"
        )
    if loss is binary_cross_entropy:
        each = [x for output in outputs for x in (items(output) or [output])]
        if all(_made_by(x, "sigmoid") for x in each):
            _warn(loss, "sigmoid")
        elif len(each) > 3 and all(map(_may_be_chance, each)):
            warnings.warn(
                "fit: binary_cross_entropy takes logits and applies sigmoid to them itself, and "
                "all outputs of the first batch lie between 0 and 1: if they are probabilities, "
                "let the model return what they are made of, or it learns badly",
                UserWarning,
                stacklevel=2,
            )
    if loss in OF_CLASSES and _is_softmax(first):
        _warn(loss, "softmax")


def check_scale(rows: Sequence[Any], batch: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Warn of inputs that are large, or unequal, where they get to weights as they are.

    A model may scale them itself: so ``outputs``, of some of the rows, have a say.
    """
    if (found := bad_scale(columns_of(rows), uneven=len(rows) >= FEWEST)) is None:
        return
    j, words = found
    inputs = [row[j] if isinstance(row, list) else row for row in batch]
    i = max(range(len(inputs)), key=lambda i: abs(inputs[i]))
    roots = [x for x in flatten(outputs[i])[0] if isinstance(x, Value)]
    if any(inputs[i] in numbers for numbers in beside_weights(Graph(roots))):
        warnings.warn(
            f"fit: column {j} of X {words}, and networks learn best from columns of about the same "
            f"size, near 1: others make units die, or steps go wild. {CURE}",
            UserWarning,
            stacklevel=2,
        )


def _warn(loss: Loss, last: str) -> None:
    warnings.warn(
        f"fit: {loss.__name__} takes logits and applies {last} to them itself, and this model ends "
        f"in {last} already; leave it out, or the model learns badly",
        UserWarning,
        stacklevel=2,
    )


def _may_be_chance(output: Any) -> bool:
    """As 1 / (1 + exp(−z)) and one of a softmax are; of a layer's own sum it is never said."""
    return any(_made_by(output, name) for name in ("exp", "div", "pow")) and 0 < output.data < 1


def _made_by(output: Any, name: str) -> bool:
    return isinstance(output, Value) and output.op is not None and output.op.name == name


def _is_softmax(outputs: Any) -> bool:
    """exp of everything, adding up to 1: nothing else that a model ends in does both."""
    return (
        isinstance(outputs, (list, tuple))
        and all(_made_by(output, "exp") for output in outputs)
        and abs(sum(output.data for output in outputs) - 1.0) < 1e-9
    )
