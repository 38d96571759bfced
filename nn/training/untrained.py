"""Values that a loss depends on and that nobody would train: found in the first batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.pullback import between
from autograd.trees import flatten

from .evaluation import Examples
from .weights import Weights

BATCHES = 2  # that are looked at


class Untrained:
    """Refuses a training whose loss depends on a weight that it would not train.

    Not each leaf is a weight: one may be made in a forward pass, ``Value(0.0)`` to begin a sum
    with. A weight is one that comes back, in another example or in the next batch.
    """

    def __init__(self) -> None:
        self._before: dict[int, Value] = {}  # the leaves of the batches before this one
        self._batches = 0

    def look(self, loss: Value, outputs: Sequence[Any], batch: Examples, weights: Weights) -> None:
        """Raise ValueError if the loss of this batch depends on such a weight."""
        if self._batches == BATCHES:
            return
        self._batches += 1
        known = weights.all
        if not between(known, [loss])[1]:
            return
        known += _values([batch.rows, batch.targets])
        seen = self._before
        for root in outputs:
            found = {id(leaf): leaf for leaf in between(known, _values(root))[1]}
            _refuse(found, seen, weights)
            seen = seen | found
        found = {id(leaf): leaf for leaf in between(known, [loss])[1]}
        _refuse(found, self._before, weights)
        self._before = self._before | found


def _values(x: Any) -> list[Value]:
    return [leaf for leaf in flatten(x)[0] if isinstance(leaf, Value)]


def _refuse(found: dict[int, Value], seen: dict[int, Value], weights: Weights) -> None:
    leaf = next((leaf for key, leaf in found.items() if key in seen), None)
    if leaf is not None:
        weights.back()
        raise ValueError(
            f"fit: the loss depends on {leaf!r}, which needs a gradient and would not be trained: "
            "neither the model nor the optimiser has it among its parameters. Keep it in an "
            "attribute of the Module, or in a list there, and set it outside of calls; give it to "
            f"the optimiser; or, if it is to stay as it is, write autograd.constant({leaf.data!r})"
        )
