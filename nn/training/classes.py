"""Examples by their class: how much each class counts, and how much of each is set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.numbers import is_number, real

from ..settings import not_negative

BALANCED = "balanced"


def classes_of(targets: Sequence[Any], what: str) -> list[int]:
    """The class of each example: whole numbers, or places of the 1 in lists as of `one_hot`.

    >>> classes_of([0, 1.0, -1, [0.0, 0.0, 1.0]], "stratify")
    [0, 1, -1, 2]
    """
    return [_class(target, what, f"y[{i}]") for i, target in enumerate(targets)]


def _class(target: Any, what: str, place: str) -> int:
    if is_number(target) and target == int(target):
        return int(target)
    if isinstance(target, list) and sorted(target) == [0] * (len(target) - 1) + [1]:
        return target.index(1)
    raise ValueError(
        f"fit: {what} is for examples of one class each, a whole number or a list of 0s with a "
        f"single 1, and {place} is {target!r:.60}; to say how much each example counts, write "
        "sample_weight"
    )


def weighed(
    targets: Sequence[Any], class_weight: Any, weights: Sequence[float] | None = None
) -> list[float]:
    """How much each example counts: as much as its class, times its own weight.

    "balanced" is scikit-learn's: examples ∕ (classes · examples of this class).

    >>> weighed([0, 0, 0, 1], {0: 1.0, 1: 3.0})
    [1.0, 1.0, 1.0, 3.0]
    >>> weighed([0, 0, 0, 1], "balanced", [1.0, 1.0, 1.0, 0.5])
    [0.6666666666666666, 0.6666666666666666, 0.6666666666666666, 1.0]
    """
    balanced = isinstance(class_weight, str) and class_weight == BALANCED
    if not balanced and not isinstance(class_weight, Mapping):
        raise TypeError(
            "fit: class_weight is a dict with the weight of each class, as {0: 1.0, 1: 5.0}, or "
            f"'balanced', got {class_weight!r:.60}"
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
    """The weights that users give, checked: one for each class in y, and for no other."""
    unknown = [k for k in class_weight if not is_number(k) or real(k) not in count]
    missing = [k for k in sorted(count) if k not in class_weight]
    if unknown or missing:
        which = f"has {unknown[0]!r:.60}" if unknown else f"lacks {missing[0]}"
        classes = ", ".join(map(str, sorted(count)))
        raise ValueError(
            f"fit: class_weight {which}, and the classes in y are {classes}; give a weight for each"
            ", 1.0 where nothing is to change"
        )
    return {int(k): not_negative(w, f"fit: class_weight[{k}]") for k, w in class_weight.items()}


def stratified(targets: Sequence[Any], count: int, rng: Any) -> set[int]:
    """``count`` places, drawn so that each class is among them in its share.

    As scikit-learn's ``train_test_split(stratify=y)``, but each class is on both sides: its share
    is rounded down, to 1 at least, and what is then missing or too much is of the classes that are
    farthest from their share.
    """
    members: dict[int, list[int]] = {}
    for i, k in enumerate(classes_of(targets, "stratify")):
        members.setdefault(k, []).append(i)
    lonely = [k for k in sorted(members) if len(members[k]) < 2]
    if lonely:
        raise ValueError(
            f"fit: stratify=True needs 2 examples or more of each class, one for each side, and "
            f"class {lonely[0]} has 1; give more of it, leave it out, or write stratify=False"
        )
    if not len(members) <= count <= len(targets) - len(members):
        raise ValueError(
            f"fit: stratify=True sets aside {count} of {len(targets)} examples, and either side "
            f"needs one for each of {len(members)} classes; take another share, or give more"
        )
    every = rng.sample(sorted(members), len(members))  # ties are drawn
    shares = {k: count * len(members[k]) / len(targets) for k in every}
    taken = {k: min(max(1, int(shares[k])), len(members[k]) - 1) for k in every}
    while off := count - sum(taken.values()):
        step = 1 if off > 0 else -1
        able = [k for k in every if 1 <= taken[k] + step < len(members[k])]
        taken[max(able, key=lambda k: step * (shares[k] - taken[k]))] += step
    return {i for k, n in taken.items() for i in rng.sample(members[k], n)}
