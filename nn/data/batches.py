"""Examples in lists, all of them or batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..checks import checked, is_stream, items, not_negative, rows
from ..checks import size as whole
from ..names import helped
from ..randomness import RngLike, generator


def examples(
    X: Any,
    y: Any = None,
    weights: Any = None,
) -> tuple[list[Any], list[Any], list[float] | None]:
    """(rows, targets, weights), as plain lists of the same length.

    ``X`` and ``y`` are lists, tuples, NumPy arrays, pandas tables and columns, or iterators. Left
    out, y comes with X, as pairs (x, target). ``weights`` say how much each example counts.

    >>> examples([(0, 1), (1, 1)], [1.0, 0.0])
    ([[0, 1], [1, 1]], [1.0, 0.0], None)
    >>> examples([([0, 1], 1.0), ([1, 1], 0.0)], weights=[1, 2])
    ([[0, 1], [1, 1]], [1.0, 0.0], [1.0, 2.0])

    Raises
    ------
    TypeError
        if something is not a number.
    ValueError
        if there are no examples, or more of one than of the other; if a number is nan or inf, or
        if rows differ in length (rows of whole numbers may: they are sequences of tokens).
    """
    if isinstance(X, Batches):
        raise TypeError(f"batches are made of X and y here; write X, y and batch_size={X.size}")
    if y is None:
        X, y = _unzipped(X)
    inputs = rows(X, "X")
    targets = _for_each(inputs, y, "y", "target")
    if weights is None:
        return inputs, targets, None
    found = _for_each(inputs, weights, "weights", "weight")
    return inputs, targets, [not_negative(x, f"weights[{i}]") for i, x in enumerate(found)]


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


def _unzipped(pairs: Any) -> tuple[list[Any], list[Any]]:
    """The inputs and the targets of a list of pairs."""
    if hasattr(pairs, "tolist") or hasattr(pairs, "to_numpy"):
        raise TypeError(
            f"X is a {type(pairs).__name__} and y is left out; give the targets as y, or pairs "
            "(x, target) in a list"
        )
    inputs, targets = [], []
    for i, pair in enumerate(items(pairs, "X")):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(
                f"y is missing: without it X is a list of pairs (x, target), got {pair!r:.60} as "
                f"X[{i}]; give the targets as y"
            )
        inputs.append(pair[0])
        targets.append(pair[1])
    return inputs, targets


def _for_each(inputs: list[Any], given: Any, name: str, one: str) -> list[Any]:
    found = rows(given, name)
    if len(found) != len(inputs):
        raise ValueError(
            f"X has {len(inputs)} and {name} has {len(found)}; give one {one} for each row of X"
        )
    return found
