"""What would go wrong silently, seen in the first batches and said before it matters.

Losses that do not suit a model's outputs, inputs whose scale no network likes, and weights that
would not be trained.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from autograd import Graph, Value, no_grad
from autograd.modes import Run, made_in, running
from autograd.pullback import Paths
from autograd.trees import flatten

from ..answers import NUMBERS
from ..calling import evaluating
from ..data.scale import CURE, FEWEST, bad_scale, columns_of, numbers_at_weights
from ..examples import Targets, items
from ..losses import LOSSES, Loss, binary_cross_entropy, cost, cross_entropy, kl_divergence
from ..module import Module
from ..names import name_in
from ..optimisers.groups import named
from .examples import Examples
from .weights import Weights

BATCHES = 2  # that are looked at for weights that would not be trained
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


def check_targets(
    model: Module, loss: Loss, output: Any, data: Examples | None, where: str = ""
) -> None:
    """Refuse a target that the loss cannot take, wherever it is, before anything is learned.

    ``output`` is what the model makes of one example. A loss of one's own is not asked; of numbers
    all that are finite will do, and these are.
    """
    if data is None or name_in(LOSSES, loss) in {None, *NUMBERS}:
        return
    first: dict[str, int] = {}
    for i, target in enumerate(data.targets):
        first.setdefault(repr(target), i)
    some = data.at(list(first.values()))
    with no_grad(), evaluating(model):
        if _refusal(loss, [output] * len(some), some) is None:
            return
        for i in range(len(some)):  # another example may have another number of outputs
            one = some.at([i])
            if error := _refusal(loss, [model(one.rows[0])], one):
                if where:
                    error.add_note(where)
                raise error


def _refusal(loss: Loss, outputs: list[Any], data: Examples) -> Exception | None:
    try:
        cost(loss, outputs, Targets(data.targets, data.positions))
    except (TypeError, ValueError) as error:
        return error
    return None


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
    if any(inputs[i] in numbers for numbers in numbers_at_weights(Graph(roots))):
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


class Untrained:
    """Refuses a training whose loss depends on a weight that it would not train.

    Not each leaf is a weight: one may be made in the forward pass, ``Value(0.0)`` to begin a sum
    with. A weight was there before the training.
    """

    def __init__(self) -> None:
        self._run = Run()
        self._batches = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Inside, what is made is marked, in the batches that are looked at."""
        with running(self._run) if self._batches < BATCHES else nullcontext():
            yield

    def look(self, loss: Value, batch: Examples, weights: Weights) -> None:
        """Raise ValueError if the loss of this batch depends on such a weight."""
        if self._batches == BATCHES:
            return
        self._batches += 1
        try:
            self._check_replaced(loss, weights)
            self._check_strange(loss, batch, weights)
        except ValueError:
            weights.back()
            raise

    def _check_strange(self, loss: Value, batch: Examples, weights: Weights) -> None:
        leaves = Paths(weights.all, [loss]).others
        given = {id(x) for x in flatten([batch.rows, batch.targets])[0]} if leaves else set()
        for leaf in leaves:
            if id(leaf) not in given and not made_in(leaf, self._run):
                raise ValueError(
                    f"fit: the loss depends on {leaf!r}, which needs a gradient and would not be "
                    "trained: neither the model nor the optimiser has it among its parameters. "
                    "Keep it in an attribute of the Module, or in a list there, and set it outside "
                    "of calls; give it to the optimiser; or, if it is to stay as it is, freeze it, "
                    f"or write autograd.constant({leaf.data!r})"
                )

    def _check_replaced(self, loss: Value, weights: Weights) -> None:
        """Refuse an optimiser that has what was taken out of the model, not what came instead."""
        own = set(map(id, weights.model.parameters()))
        trained = set(map(id, weights.optimizer.parameters))
        gone = [x for x in weights.optimizer.parameters if id(x) not in own]
        if not gone:
            return
        paths = Paths(gone, [loss])
        new = [x for x in paths.others if id(x) in own and id(x) not in trained]
        if new and not any(paths.reached):
            raise ValueError(
                f"fit: the optimizer would train {len(gone)} parameters that are no longer in the "
                f"model, and not the parameter{named(new[0])} that is: a layer was replaced after "
                "the optimizer was made. Make the optimizer anew, from the model as it is now"
            )
