"""Examples: checked, weighted, split, and divided into batches."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from autograd import Value, dot
from autograd.numbers import is_number, real

from ..checks import checked, is_stream, items, not_negative, rows
from ..checks import size as whole
from ..examples import Targets, column
from ..losses import Loss, cost
from ..names import helped
from ..randomness import RngLike, generator


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs, targets and, unless they are all equal, the weight of each example.

    ``weights`` are relative: their mean over all examples is 1, but over a part of them, such as a
    batch, it may differ. ``positions`` are the examples' indices in the user's data. Targets in a
    column have become numbers.
    """

    rows: Sequence[Any]
    targets: Sequence[Any]
    weights: Sequence[float] | None
    positions: Sequence[int]

    @classmethod
    def of(cls, X: Any, y: Any = None, weights: Any = None, class_weight: Any = None) -> Examples:
        """The user's data, checked; examples with weight 0 are left out."""
        rows, targets, counts = examples(X, y, weights)
        targets = column(targets)
        if class_weight is not None:
            counts = weighed(targets, class_weight, counts)
        every = cls(rows, targets, counts, range(len(rows)))
        if counts is None:
            return every
        if not math.isfinite(sum(counts)):
            raise ValueError(
                "the sample weights add up to more than a double can hold; only their "
                "ratios matter, so divide all of them by a large number"
            )
        counting = every.at([i for i, weight in enumerate(counts) if weight])
        if not counting.rows:
            raise ValueError("every sample weight is 0, so there is nothing to learn from")
        return counting.alone()

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: Sequence[int]) -> Examples:
        """The examples at these positions."""
        return Examples(
            [self.rows[i] for i in places],
            [self.targets[i] for i in places],
            None if self.weights is None else [self.weights[i] for i in places],
            [self.positions[i] for i in places],
        )

    def alone(self) -> Examples:
        """The same, with weights relative to these examples only; equal ones are exactly 1.0."""
        if self.weights is None:
            return self
        largest = max(self.weights)  # divided first: a mean of tiny weights would lose its digits
        shares = [weight / largest for weight in self.weights]
        mean = math.fsum(shares) / len(shares)
        return replace(self, weights=[share / mean for share in shares])

    def cost(self, loss: Loss, outputs: Sequence[Any], **options: Any) -> Any:
        """The loss of the outputs for these examples."""
        return cost(loss, list(outputs), Targets(self.targets, self.positions), **options)

    def mean_loss(self, loss: Loss, outputs: Sequence[Any]) -> Value:
        """The loss of a batch: the mean over its examples of weight · loss.

        It divides by the number of examples, not by the sum of their weights: so a batch with small
        weights makes a small step, and the batches of an epoch add up to the weighted mean over all
        examples.
        """
        wanted = "a Value, the mean over a batch"
        if self.weights is None:
            result = self.cost(loss, outputs)
        else:
            wanted = "with reduction='none' a list with one Value for each example"
            result = self.cost(loss, outputs, reduction="none")
            if isinstance(result, list):
                result = dot([weight / len(self) for weight in self.weights], result)
        if not isinstance(result, Value):
            called = getattr(loss, "__name__", type(loss).__name__)
            raise TypeError(
                f"fit: the loss must return {wanted}, but {called} returned {result!r:.60}"
            )
        return result


def examples(
    X: Any,
    y: Any = None,
    weights: Any = None,
) -> tuple[list[Any], list[Any], list[float] | None]:
    """(rows, targets, weights), as plain lists of the same length.

    ``X`` and ``y`` are lists, tuples, NumPy arrays, pandas tables and columns, or iterators. If y
    is left out, X has pairs (x, target). ``weights`` say how much each example counts.

    >>> examples([(0, 1), (1, 1)], [1.0, 0.0])
    ([[0, 1], [1, 1]], [1.0, 0.0], None)
    >>> examples([([0, 1], 1.0), ([1, 1], 0.0)], weights=[1, 2])
    ([[0, 1], [1, 1]], [1.0, 0.0], [1.0, 2.0])

    Raises
    ------
    TypeError
        if something is not a number.
    ValueError
        if there are no examples, or if X and y differ in length; if a number is nan or inf; or if
        rows differ in length (rows of whole numbers may: they are sequences of tokens).
    """
    if isinstance(X, Batches):
        raise TypeError(f"batches are made here from X and y; write X, y and batch_size={X.size}")
    if y is None:
        X, y = _unzipped(X)
    inputs = rows(X, "X")
    targets = _for_each(inputs, y, "y", "target")
    if weights is None:
        return inputs, targets, None
    found = _for_each(inputs, weights, "weights", "weight")
    return inputs, targets, [not_negative(x, f"weights[{i}]") for i, x in enumerate(found)]


def _unzipped(pairs: Any) -> tuple[list[Any], list[Any]]:
    """The inputs and the targets of a list of pairs."""
    if hasattr(pairs, "tolist") or hasattr(pairs, "to_numpy"):
        raise TypeError(
            f"X is a {type(pairs).__name__} and y is missing; give the targets as y, or pairs "
            "(x, target) in a list"
        )
    inputs, targets = [], []
    for i, pair in enumerate(items(pairs, "X")):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(
                f"y is missing: without it X must be a list of pairs (x, target), got {pair!r:.60} "
                f"as X[{i}]; give the targets as y"
            )
        inputs.append(pair[0])
        targets.append(pair[1])
    return inputs, targets


def _for_each(inputs: list[Any], given: Any, name: str, one: str) -> list[Any]:
    found = rows(given, name)
    if len(found) != len(inputs):
        raise ValueError(
            f"X has {len(inputs)} rows, {name} has {len(found)}; give one {one} for each row of X"
        )
    return found


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

    X and y are what `examples` takes. If they have a length, you can loop over the batches again
    and again, and ``len`` is the number of batches; ``shuffle`` gives a new order each time. An
    iterator is read one batch at a time, in its own order and only once: that suits data that do
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
        How many rows a batch has.
    shuffle, rng:
        Whether each loop draws a new order, from ``rng``: a seed, a ``random.Random``, a NumPy
        ``Generator``; None is Python's global ``random``.
    drop_last:
        Whether a last batch with fewer than ``size`` rows is left out.
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
    """The batches of examples that are in memory; each loop starts from the beginning.

    ``rng`` is None if the order of the examples is kept.
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
    """The batches of data that can only be read one after the other."""
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


# --- validation ----------------------------------------------------------------------------------


def split(
    data: Examples, validation: Any, rng: Any, state: Mapping[str, Any] | None, *, stratify: bool
) -> tuple[Examples, Examples | None]:
    """The examples to learn from, and the validation examples, which are only measured."""
    if stratify and not is_number(validation):
        raise ValueError(
            "fit: stratify needs a share of X for validation; write validation=0.2, for example"
        )
    if validation is None:
        return data, None
    if not is_number(validation):
        if not isinstance(validation, (list, tuple)) or len(validation) not in {2, 3}:
            raise TypeError(
                "fit: validation must be (X, y), (X, y, weights) or a share of X such as 0.2, got "
                f"{validation!r:.60}"
            )
        return data, Examples.of(*validation)
    share = real(validation)
    count = round(share * len(data)) if 0.0 < share < 1.0 else 0
    if not 0 < count < len(data):
        raise ValueError(
            f"fit: validation={share:g} of {len(data)} examples leaves none on one side; write a "
            "share above 0 and below 1, give more examples, or validation=(X, y)"
        )
    if state is not None:  # a resumed training uses the same examples again
        before = set(state["positions"])
        held_out = {i for i, position in enumerate(data.positions) if position not in before}
    elif stratify:
        held_out = stratified(data.targets, count, rng)
    else:
        held_out = set(rng.sample(range(len(data)), count))
    # Both in the order of X: a resumed training must add up in the same order.
    learned = [i for i in range(len(data)) if i not in held_out]
    return data.at(learned).alone(), data.at(sorted(held_out)).alone()


# --- classes --------------------------------------------------------------------------------------


def classes_of(targets: Sequence[Any], what: str) -> list[int]:
    """The class of each example: whole numbers, or the position of the 1 in lists from `one_hot`.

    >>> classes_of([0, 1.0, -1, [0.0, 0.0, 1.0]], "stratify")
    [0, 1, -1, 2]
    """
    found = []
    for i, y in enumerate(targets):
        if is_number(y) and y == int(y):
            found.append(int(y))
        elif isinstance(y, list) and sorted(y) == [0] * (len(y) - 1) + [1]:
            found.append(y.index(1))
        else:
            raise ValueError(
                f"fit: {what} needs one class for each example, a whole number or a list of 0s "
                f"with a single 1, but y[{i}] is {y!r:.60}; to say how much each example counts, "
                "write sample_weight"
            )
    return found


def weighed(
    targets: Sequence[Any], class_weight: Any, weights: Sequence[float] | None = None
) -> list[float]:
    """The weight of each example: that of its class, times its own weight.

    "balanced" is as in scikit-learn: examples ∕ (classes · examples of this class).

    >>> weighed([0, 0, 0, 1], {0: 1.0, 1: 3.0})
    [1.0, 1.0, 1.0, 3.0]
    >>> weighed([0, 0, 0, 1], "balanced", [1.0, 1.0, 1.0, 0.5])
    [0.6666666666666666, 0.6666666666666666, 0.6666666666666666, 1.0]
    """
    balanced = isinstance(class_weight, str) and class_weight == "balanced"
    if not balanced and not isinstance(class_weight, Mapping):
        raise TypeError(
            "fit: class_weight must be a dict with the weight of each class, as {0: 1.0, 1: 5.0}, "
            f"or 'balanced', got {class_weight!r:.60}"
        )
    found = classes_of(targets, "class_weight")
    count = Counter(found)
    if balanced:
        by_class = {k: len(found) / (len(count) * of_it) for k, of_it in count.items()}
    else:
        by_class = _by_class(class_weight, count)
    own = [1.0] * len(found) if weights is None else weights
    return [by_class[k] * weight for k, weight in zip(found, own, strict=True)]


def _by_class(class_weight: Mapping[Any, Any], count: Mapping[int, int]) -> dict[int, float]:
    """The user's class weights, checked: one for each class in y, and no others."""
    unknown = [k for k in class_weight if not is_number(k) or real(k) not in count]
    missing = [k for k in sorted(count) if k not in class_weight]
    if unknown or missing:
        which = f"has {unknown[0]!r:.60}" if unknown else f"lacks {missing[0]}"
        classes = ", ".join(map(str, sorted(count)))
        raise ValueError(
            f"fit: class_weight {which}; the classes in y are {classes}; give a weight for each, "
            "1.0 where nothing should change"
        )
    return {int(k): not_negative(w, f"fit: class_weight[{k}]") for k, w in class_weight.items()}


def stratified(targets: Sequence[Any], count: int, rng: Any) -> set[int]:
    """``count`` positions, drawn so that each class has its share among them.

    Like scikit-learn's ``train_test_split(stratify=y)``, but each class is on both sides: its share
    is rounded down, but to at least 1. Missing or surplus examples are then taken from the classes
    that are farthest from their share.
    """
    members: dict[int, list[int]] = {}
    for i, k in enumerate(classes_of(targets, "stratify")):
        members.setdefault(k, []).append(i)
    fewest = min(sorted(members), key=lambda k: len(members[k]))
    most = len(targets) - len(members)
    if len(members[fewest]) < 2 or not len(members) <= count <= most:
        raise ValueError(
            f"fit: stratify=True needs at least one example of each class on both sides: of "
            f"{len(targets)} examples in {len(members)} classes {count} are for validation, but "
            f"class {fewest} has {len(members[fewest])}; give more examples, another share, or "
            "write stratify=False"
        )
    every = rng.sample(sorted(members), len(members))  # ties are broken at random
    shares = {k: count * len(members[k]) / len(targets) for k in every}
    taken = {k: min(max(1, int(shares[k])), len(members[k]) - 1) for k in every}
    while off := count - sum(taken.values()):
        step = 1 if off > 0 else -1
        able = [k for k in every if 1 <= taken[k] + step < len(members[k])]
        taken[max(able, key=lambda k: step * (shares[k] - taken[k]))] += step
    return {i for k, n in taken.items() for i in rng.sample(members[k], n)}
