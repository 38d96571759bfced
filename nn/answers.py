"""What the outputs of a model say, told by the loss that it learned by: classes, chances, numbers.

`Module.predict` reads outputs so, and metrics read those of a training. Where one output says which
of two classes it is, there is a threshold between them, told by the loss too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from autograd import constant, no_grad, sigmoid, softmax
from autograd.numbers import is_number, real

from .examples import is_distribution, plain
from .losses import LOSSES, Loss
from .losses import loss as loss_named
from .names import name_in

NUMBERS = frozenset({"mse", "mae", "huber"})  # the output is the answer
LABELS = frozenset({"binary_cross_entropy", "hinge"})  # each output says one of two classes


class Noted(Protocol):
    """A model, as far as what `fit` notes on it goes."""

    decision_threshold: float | None
    trained_with: str | None


class Answers(NamedTuple):
    """How outputs are read: by the loss of this name; above the threshold one says class 1."""

    loss: str | None
    threshold: float = 0.0

    def said(self, output: Any) -> Any:
        """The answer: a number, a class, or a class for each of several labels.

        >>> Answers("hinge").said(-0.5), Answers("cross_entropy").said([0.1, 2.0])
        (-1, 1)
        >>> Answers("binary_cross_entropy").said([0.1, -2.0]), Answers("mse").said(0.1)
        ([1, 0], 0.1)
        """
        if self.loss in NUMBERS:
            return output
        self._check(output)
        low = -1 if self.loss == "hinge" else 0
        return class_of(output, self.threshold, labels=self.loss in LABELS, low=low)

    def wanted(self, target: Any) -> Any:
        """A target, written as `said` writes answers."""
        if isinstance(target, list):
            return largest(target) if self._has_classes else [self.wanted(one) for one in target]
        return int(target) if self.loss not in NUMBERS and target == int(target) else target

    def chances(self, output: Any) -> list[float]:
        """The probability of each class; where there are several labels, of each label.

        >>> Answers("binary_cross_entropy").chances(0.0), Answers("cross_entropy").chances([0, 0])
        ([0.5, 0.5], [0.5, 0.5])
        """
        self._check(output)
        if self._has_classes:
            return list(softmax(output))
        if self.loss != "binary_cross_entropy":
            raise ValueError(
                f"the outputs of a model that learned by {self.loss} say no probabilities; "
                "binary_cross_entropy and cross_entropy are the losses for these"
            )
        if isinstance(output, list):
            return [sigmoid(z) for z in output]
        return [sigmoid(-output), sigmoid(output)]

    def chance(self, output: Any) -> Any:
        """As scikit-learn has it: of two classes the probability of class 1 alone."""
        found = self.chances(output)
        return found[1] if self._is_of_two(output) else found

    def score(self, output: Any) -> Any:
        """What examples are ranked by: of two classes one number, the higher the more class 1."""
        if not self._has_classes:
            return output
        return output[1] - output[0] if self._is_of_two(output) else self.chances(output)

    @property
    def labels(self) -> bool | None:
        """Whether each output is a label of its own; None if the loss does not tell."""
        return None if self.loss is None or self.loss in NUMBERS else self.loss in LABELS

    @property
    def _has_classes(self) -> bool:
        return self.loss not in NUMBERS | LABELS

    def _is_of_two(self, output: Any) -> bool:
        return not isinstance(output, list) or (self._has_classes and len(output) == 2)

    def _check(self, output: Any) -> None:
        if self._has_classes and not isinstance(output, list):
            raise ValueError(
                f"{self.loss} is for models with an output for each class, and this one has one "
                "output; for two classes and one logit name binary_cross_entropy"
            )


UNKNOWN = Answers(None)


def class_of(output: Any, threshold: float, *, labels: bool, low: int = 0) -> Any:
    """The class that an output says: 1 above the threshold, else ``low``; None if it is nan.

    Of several outputs it is the index of the largest, or, of labels, each output's own.
    """
    if not isinstance(output, list):
        return None if output != output else 1 if output > threshold else low
    if labels:
        return [class_of(x, threshold, labels=False, low=low) for x in output]
    return largest(output)


def largest(numbers: list[Any]) -> int | None:
    """The place of the largest number, the first of equal ones; None if there is a nan."""
    if any(x != x for x in numbers):
        return None
    return max(range(len(numbers)), key=numbers.__getitem__)


def answers_of(model: Noted, loss: str | Loss | None, who: str) -> Answers:
    """How a model's outputs are read: by a loss that is named, or the one it was trained with."""
    name = trained_with(model) if loss is None else name_in(LOSSES, loss_named(loss))
    if name is None:
        raise ValueError(
            f"{who} is told by the loss what outputs say, and for this {type(model).__name__} that "
            "is not known: nn.fit did not train it, or by a loss of your own. Name the loss that "
            f"reads its outputs: model.{who}(X, loss='binary_cross_entropy') for logits, "
            "'hinge' for scores of -1 and 1, 'cross_entropy' for a score for each class, 'mse' "
            "for the outputs themselves"
        )
    return Answers(name, known(model) or 0.0)


# --- what is noted on a model ---------------------------------------------------------------------


def trained_with(model: Noted) -> str | None:
    """The loss that was noted on a model; its class may mean another thing by that name."""
    name: object = model.trained_with
    return name if isinstance(name, str) and name in LOSSES else None


def note(model: Noted, name: str | None) -> None:
    """Note on a model by which loss it learns; what its class calls by that name stays."""
    now: object = model.trained_with
    if name != now and (now is None or isinstance(now, str)):
        model.trained_with = name


def known(model: Noted) -> float | None:
    """The threshold of a model; None if there is none, or its class means another thing by that."""
    at: object = model.decision_threshold
    return number if is_number(at) and math.isfinite(number := real(at)) else None


def keep(model: Noted, at: float | None) -> None:
    """Note on a model what was decided; what its class calls by that name stays."""
    now = known(model)
    if at != now and (now is not None or model.decision_threshold is None):
        model.decision_threshold = at


# --- the threshold --------------------------------------------------------------------------------


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
    if name_in(LOSSES, loss) in LABELS:
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
    # Of scores, class 0 wants one below 0 (or costs nothing there, and both classes cost the same
    # at 0), and class 1 has a cost there. Neither holds where outputs learn to be the targets.
    here, below, other = _cost(loss, 0.0, 0), _cost(loss, -1.0, 0), _cost(loss, -1.0, 1)
    if here is None or below is None or other is None or below > here:
        return 0.5
    return 0.0 if below < here or _cost(loss, 0.0, 1) == here else 0.5


def _cost(loss: Loss, output: float, target: int) -> float | None:
    """What a constant output costs; None where the loss has no answer, as ln has none at −1."""
    try:
        with no_grad():
            return float(loss([constant(output)], [target]).data)
    except Exception:  # noqa: BLE001 - it may be anybody's function, and is only asked
        return None
