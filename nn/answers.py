"""What the outputs of a model mean, which its loss determines: classes, probabilities or numbers.

`Module.predict` reads outputs this way, and so do metrics. If one output decides between two
classes, there is a threshold between them, which the loss determines too.
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
LABELS = frozenset({"binary_cross_entropy", "hinge"})  # each output decides between two classes


class Noted(Protocol):
    """A model, as far as it concerns what `fit` notes on it."""

    decision_threshold: float | None
    trained_with: str | None


class Answers(NamedTuple):
    """How to read outputs: by the loss of this name; one output above the threshold is class 1."""

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
        """The probability of each class; if there are several labels, of each label.

        >>> Answers("binary_cross_entropy").chances(0.0), Answers("cross_entropy").chances([0, 0])
        ([0.5, 0.5], [0.5, 0.5])
        """
        self._check(output)
        if self._has_classes:
            return list(softmax(output))
        if self.loss != "binary_cross_entropy":
            raise ValueError(
                f"the outputs of a model trained with {self.loss} are not probabilities; "
                "train it with binary_cross_entropy or cross_entropy to get them"
            )
        if isinstance(output, list):
            return [sigmoid(z) for z in output]
        return [sigmoid(-output), sigmoid(output)]

    def chance(self, output: Any) -> Any:
        """As in scikit-learn: for two classes only the probability of class 1."""
        found = self.chances(output)
        return found[1] if self._is_of_two(output) else found

    def score(self, output: Any) -> Any:
        """What examples are ranked by: for two classes one number, higher for class 1."""
        if not self._has_classes:
            return output
        return output[1] - output[0] if self._is_of_two(output) else self.chances(output)

    @property
    def labels(self) -> bool | None:
        """Whether each output is a separate label; None if the loss does not determine it."""
        return None if self.loss is None or self.loss in NUMBERS else self.loss in LABELS

    @property
    def _has_classes(self) -> bool:
        return self.loss not in NUMBERS | LABELS

    def _is_of_two(self, output: Any) -> bool:
        return not isinstance(output, list) or (self._has_classes and len(output) == 2)

    def _check(self, output: Any) -> None:
        if self._has_classes and not isinstance(output, list):
            raise ValueError(
                f"{self.loss} is for models with an output for each class, but this one has one "
                "output; for two classes and one logit write binary_cross_entropy"
            )


UNKNOWN = Answers(None)


def class_of(output: Any, threshold: float, *, labels: bool, low: int = 0) -> Any:
    """The class that an output means: 1 above the threshold, else ``low``; None if it is nan.

    For several outputs it is the index of the largest or, for labels, the class of each output.
    """
    if not isinstance(output, list):
        return None if output != output else 1 if output > threshold else low
    if labels:
        return [class_of(x, threshold, labels=False, low=low) for x in output]
    return largest(output)


def largest(numbers: list[Any]) -> int | None:
    """The index of the largest number, the first of equal ones; None if there is a nan."""
    if any(x != x for x in numbers):
        return None
    return max(range(len(numbers)), key=numbers.__getitem__)


def answers_of(model: Noted, loss: str | Loss | None, who: str) -> Answers:
    """How to read a model's outputs: by the given loss, or by the one it was trained with."""
    name = trained_with(model) if loss is None else name_in(LOSSES, loss_named(loss))
    if name is None:
        raise ValueError(
            f"{who} needs the loss to know what outputs mean, but nn.fit did not train this "
            f"{type(model).__name__} with a loss that has a name. Name the loss that fits its "
            f"outputs: model.{who}(X, loss='binary_cross_entropy') for logits, "
            "'hinge' for scores of -1 and 1, 'cross_entropy' for a score for each class, 'mse' "
            "for the outputs themselves"
        )
    return Answers(name, known(model) or 0.0)


# --- what is noted on a model ---------------------------------------------------------------------


def trained_with(model: Noted) -> str | None:
    """The loss noted on a model; None if its class uses that name for something else."""
    name: object = model.trained_with
    return name if isinstance(name, str) and name in LOSSES else None


def note(model: Noted, name: str | None) -> None:
    """Note on a model which loss it is trained with, unless its class uses that name itself."""
    now: object = model.trained_with
    if name != now and (now is None or isinstance(now, str)):
        model.trained_with = name


def known(model: Noted) -> float | None:
    """The threshold of a model; None if not set, or if its class uses that name otherwise."""
    at: object = model.decision_threshold
    return number if is_number(at) and math.isfinite(number := real(at)) else None


def keep(model: Noted, at: float | None) -> None:
    """Note the threshold on a model, unless its class uses that name itself."""
    now = known(model)
    if at != now and (now is not None or model.decision_threshold is None):
        model.decision_threshold = at


# --- the threshold --------------------------------------------------------------------------------


def threshold(loss: Loss, targets: Sequence[Any]) -> float | None:
    """The output above which a model trained with this loss on these targets predicts class 1.

    None if the targets are not two classes, 0 and 1 or −1 and 1, or if the loss does not take one
    output. With `binary_cross_entropy` and `hinge`, outputs are scores for two classes, whatever
    the targets; any other loss is tried on constant outputs.

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
        return 0.0  # halfway, and also where scores change sign
    if not classes <= {0, 1} or _cost(loss, 0.5, 0) is None:
        return None
    # With scores, class 0 is best below 0 (or costs nothing there, and both classes cost the same
    # at 0), and class 1 costs something there. Neither holds where outputs learn the targets.
    here, below, other = _cost(loss, 0.0, 0), _cost(loss, -1.0, 0), _cost(loss, -1.0, 1)
    if here is None or below is None or other is None or below > here:
        return 0.5
    return 0.0 if below < here or _cost(loss, 0.0, 1) == here else 0.5


def _cost(loss: Loss, output: float, target: int) -> float | None:
    """The loss of a constant output; None where it is undefined, as ln is at −1."""
    try:
        with no_grad():
            return float(loss([constant(output)], [target]).data)
    except Exception:  # noqa: BLE001 - it may be any function, and this is only a trial
        return None
