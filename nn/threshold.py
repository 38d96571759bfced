"""Which class one output says: where between the two a model decides, told by how it is trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from autograd import constant, no_grad
from autograd.numbers import is_number, real

from .examples import is_distribution, plain
from .losses import Loss, binary_cross_entropy, hinge
from .names import name_in

_OF_SCORES = {"binary_cross_entropy": binary_cross_entropy, "hinge": hinge}


class Noted(Protocol):
    """A model, as far as what `fit` notes on it goes."""

    decision_threshold: float | None
    trained_with: str | None


def threshold(loss: Loss, targets: Sequence[Any]) -> float | None:
    """The output above which a model that learns these targets by this loss says class 1.

    None if the targets are not of two classes, 0 and 1 or −1 and 1, or the loss does not take one
    output. Outputs that learn by `binary_cross_entropy` and `hinge` are scores of two classes,
    whatever the targets; any other loss is asked what constant outputs cost.

    >>> from nn import binary_cross_entropy, hinge, mse
    >>> threshold(mse, [0, 1]), threshold(binary_cross_entropy, [0, 1]), threshold(hinge, [-1, 1])
    (0.5, 0.0, 0.0)
    >>> threshold(mse, [0.0, 2.5]) is None
    True
    """
    if name_in(_OF_SCORES, loss):
        return 0.0
    found = [plain(target) for target in targets]
    if any(isinstance(target, list) for target in found):  # several labels, or one class in a list
        if not all(isinstance(target, list) for target in found) or all(
            map(is_distribution, found)
        ):
            return None
        found = [label for target in found for label in target]
    classes = set(found)
    if classes <= {-1, 1} and -1 in classes:
        return 0.0  # halfway, and where scores change their sign
    if not classes <= {0, 1} or _cost(loss, 0.5, 0) is None:
        return None
    # Both classes cost the same at the threshold.
    halfway, at_zero = _ties(loss, 0.5), _ties(loss, 0.0)
    if halfway != at_zero:
        return 0.5 if halfway else 0.0
    # A loss in which the classes count differently has its tie elsewhere. Of scores, class 0 wants
    # one below 0, and class 1 has a cost there; neither holds where outputs learn to be targets.
    here, below, other = _cost(loss, 0.0, 0), _cost(loss, -1.0, 0), _cost(loss, -1.0, 1)
    is_score = not (here is None or below is None or other is None) and below < here
    return 0.0 if is_score else 0.5


def known(model: Noted) -> float | None:
    """The threshold of a model; None if there is none, or its class means another thing by that."""
    at: object = model.decision_threshold
    return number if is_number(at) and math.isfinite(number := real(at)) else None


def keep(model: Noted, at: float | None) -> None:
    """Note on a model what was decided; what its class calls by that name stays."""
    now = known(model)
    if at != now and (now is not None or model.decision_threshold is None):
        model.decision_threshold = at


def _ties(loss: Loss, output: float) -> bool:
    negative, positive = _cost(loss, output, 0), _cost(loss, output, 1)
    if negative is None or positive is None:
        return False
    return abs(negative - positive) <= 1e-9 * abs(positive)


def _cost(loss: Loss, output: float, target: int) -> float | None:
    """What a constant output costs; None where the loss has no answer, as ln has none at −1."""
    try:
        with no_grad():
            return float(loss([constant(output)], [target]).data)
    except Exception:  # noqa: BLE001 - it may be anybody's function, and is only asked
        return None
