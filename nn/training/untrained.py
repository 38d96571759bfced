"""Values that a loss depends on and that nobody would train: found in the first batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from autograd import Value
from autograd.modes import Run, made_in, running
from autograd.pullback import Paths
from autograd.trees import flatten

from .evaluation import Examples
from .weights import Weights

BATCHES = 2  # that are looked at


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
        leaves = Paths(weights.all, [loss]).others
        if not leaves:
            return
        given = {id(x) for x in flatten([batch.rows, batch.targets])[0]}
        for leaf in leaves:
            if id(leaf) not in given and not made_in(leaf, self._run):
                weights.back()
                raise ValueError(
                    f"fit: the loss depends on {leaf!r}, which needs a gradient and would not be "
                    "trained: neither the model nor the optimiser has it among its parameters. "
                    "Keep it in an attribute of the Module, or in a list there, and set it outside "
                    "of calls; give it to the optimiser; or, if it is to stay as it is, freeze it, "
                    f"or write autograd.constant({leaf.data!r})"
                )
