"""Examples in lists, all of them or batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..checks import checked, is_stream, items, rows
from ..checks import size as whole
from ..names import helped
from ..randomness import RngLike, generator
from .example_sets import examples


@helped()
def batches(
    X: Any,
    y: Any = None,
    size: int = 32,
    *,
    shuffle: bool = False,
    rng: RngLike = None,
    drop_last: bool = False,
) -> Iterable[Any]:
    """Lists of up to ``size`` rows of X; with y, pairs (rows, targets).

    X and y are what `examples` takes. What has a length can be gone through again and again,
    and then has as many batches as ``len`` says; ``shuffle`` gives it a new order each time. An
    iterator is read one batch at a time, in its own order and once: that suits data which do
    not fit in memory.

    >>> for rows, targets in batches([[0.0], [1.0], [2.0]], [0, 1, 0], size=2):
    ...     print(rows, targets)
    [[0.0], [1.0]] [0, 1]
    [[2.0]] [0]
    >>> list(batches(iter([1, 2, 3]), size=2, drop_last=True))
    [[1, 2]]

    Parameters
    ----------
    X, y:
        Inputs, and their targets if there are any.
    size:
        How many rows make a batch.
    shuffle, rng:
        Whether the order is drawn anew each time, from ``rng``: a seed, a ``random.Random``, a
        NumPy ``Generator``; None is Python's global ``random``.
    drop_last:
        Whether a last batch of fewer than ``size`` is left out.
    """
    count = whole(size, "batches: size")
    if is_stream(X):
        if shuffle:
            raise ValueError(
                f"batches cannot shuffle a {type(X).__name__}: it is read in its own order, one "
                "batch at a time; write batches(list(X), ..., shuffle=True), or shuffle=False"
            )
        return _streamed(X, y, count, drop_last=drop_last)
    if y is None:
        inputs, targets = rows(X, "X"), None
    else:
        inputs, targets, _ = examples(X, y)
    return Batches(inputs, targets, count, generator(rng) if shuffle else None, drop_last)


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of examples that are all there; each time it is gone through, from the start.

    ``rng`` is None where the order is that of the examples.
    """

    rows: Sequence[Any]
    targets: Sequence[Any] | None
    size: int
    rng: random.Random | None
    drop_last: bool

    def __len__(self) -> int:
        full, rest = divmod(len(self.rows), self.size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        order = list(range(len(self.rows)))
        if self.rng is not None:
            self.rng.shuffle(order)
        for start in range(0, len(self) * self.size, self.size):
            chosen = order[start : start + self.size]
            inputs = [self.rows[i] for i in chosen]
            yield inputs if self.targets is None else (inputs, [self.targets[i] for i in chosen])


def _streamed(X: Any, y: Any, size: int, *, drop_last: bool) -> Iterator[Any]:
    """The batches of what can only be read one after the other."""
    inputs = checked(items(X, "X"), "X")
    targets = None if y is None else checked(items(y, "y"), "y")
    while batch := list(islice(inputs, size)):
        wanted = None if targets is None else list(islice(targets, len(batch)))
        if wanted is not None and len(wanted) != len(batch):
            raise ValueError("y ended before X; give one target for each row of X")
        if len(batch) == size or not drop_last:
            yield batch if wanted is None else (batch, wanted)
    if targets is not None and next(targets, None) is not None:
        raise ValueError("X ended before y; give one target for each row of X")
