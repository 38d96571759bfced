"""What users pass to losses: one example or a batch, with targets, checked.

Targets are plain numbers and are checked; a target that is a Value is taken as it is.

**One shape.** A list with one number counts as that number: a table column of shape (n, 1), or a
model that returns lists of one, means the same as plain numbers. `column` and `matched` apply this
rule for losses, metrics and pictures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, mean
from autograd import sum as total
from autograd.numbers import is_number, real
from autograd.primitive import Recorder

from .checks import counted
from .names import look_up

Reduce = Callable[[list[Any]], Any]


class Place(tuple[int, ...]):
    """The position of a target: its example in the batch, and its output; () if it is alone.

    >>> f"target{Place((3, 1))}", f"target{Place()}"
    ('target 3, 1', 'target')
    """

    __slots__ = ()

    def __str__(self) -> str:
        return f" {', '.join(map(str, self))}" if self else ""


_REDUCTIONS: dict[str, Reduce] = {"mean": mean, "sum": total, "none": list}
WITH_BATCHMEAN = {"batchmean": mean, **_REDUCTIONS}
_NUMBERS = {Value, float, int}
_TOLERANCE = 1e-6  # how far probabilities may be from adding up to 1: files have rounded numbers


@dataclass(frozen=True, slots=True)
class OfNumbers:
    """A loss of one number and its target, also for lists of them and for lists of lists.

    ``one`` is called with (output, target, place of the target). ``targets`` says in words which
    targets are valid, ``is_right`` tests one; ``cures`` says what to write for some invalid ones.
    """

    name: str
    one: Callable[[Any, Any, Place], Any]
    targets: str = "finite numbers"
    is_right: Callable[[float], bool] = math.isfinite
    cures: Mapping[float, str] = field(default_factory=dict)

    def __call__(self, outputs: Any, targets: Any, reduction: str) -> Any:
        """The loss of one example, or of a batch with this ``reduction``."""
        reduce = look_up(reduction, _REDUCTIONS, f"reduction of {self.name}")
        rows, wanted = items(outputs), items(targets)
        if rows is None or wanted is None:
            output, target = single(outputs), single(targets)
            if items(output) is None and items(target) is None:
                return self._pair(output, target, Place())
            raise TypeError(
                f"{self.name} takes one output and one target, or a list of each; got "
                f"{shown(outputs)} and {shown(targets)}"
            )
        if not rows:
            raise ValueError(f"{self.name} got an empty batch; give at least one example")
        check_lengths(self.name, "output", rows, wanted)
        of_several = total if reduction == "sum" else mean  # a sum is over everything
        found = _numbered(rows, wanted, targets)
        return reduce([self._example(x, y, place, of_several) for x, y, place in found])

    def _example(self, output: Any, target: Any, place: Place, of_several: Reduce) -> Any:
        """The loss of one example of a batch, with one output or several."""
        one, goal = single(output), single(target)
        parts, goals = items(one), items(goal)
        if parts is None and goals is None:
            return self._pair(one, goal, place)
        if not parts or goals is None or len(parts) != len(goals):
            raise ValueError(
                f"{self.name} got {shown(output)} and {shown(target)} as output and target{place}; "
                "give one target for each output"
            )
        pairs = enumerate(zip(parts, goals, strict=True))
        return of_several([self._pair(x, y, Place((*place, j))) for j, (x, y) in pairs])

    def _pair(self, output: Any, target: Any, position: Place) -> Any:
        output = _number(self.name, output, "Values, numbers and lists of them")
        if not isinstance(target, Recorder):
            target = _number(self.name, target, "numbers as targets")
            if not self.is_right(target):
                raise ValueError(
                    f"{self.name} got {target:g} as target{position}; targets are {self.targets}"
                    f"{self.cures.get(target, '')}"
                )
        return self.one(output, target, position)


@dataclass(frozen=True, slots=True)
class OfClasses:
    """A loss of a list of logits, one for each class, and its target; also for lists of these.

    ``one`` is called with (logits, target, place of the target); ``instead`` ends the error for a
    single logit.
    """

    name: str
    one: Callable[[list[Any], Any, Place], Any]
    instead: str = ""
    reductions: Mapping[str, Reduce] = field(default_factory=lambda: _REDUCTIONS)

    def __call__(self, logits: Any, targets: Any, reduction: str) -> Any:
        """The loss of one example, or of a batch with this ``reduction``."""
        reduce = look_up(reduction, self.reductions, f"reduction of {self.name}")
        rows = items(logits)
        if rows is None:
            raise TypeError(
                f"{self.name} takes a list with a logit for each class, got "
                f"{shown(logits)}{self.instead}"
            )
        if not rows:
            raise ValueError(f"{self.name} got an empty list; give a logit for each class")
        if items(rows[0]) is None:
            return self.one(rows, targets, Place())
        wanted = items(targets)
        if wanted is None:
            raise TypeError(
                f"{self.name} got a batch of {len(rows)} examples but one target, "
                f"{shown(targets)}; give a list with a target for each example"
            )
        check_lengths(self.name, "example", rows, wanted)
        return reduce([self._example(*one) for one in _numbered(rows, wanted, targets)])

    def _example(self, row: Any, target: Any, place: Place) -> Any:
        """The loss of one example of a batch."""
        classes = items(row)
        if not classes:
            raise TypeError(
                f"{self.name} takes a list of logits for each example, got {shown(row)} as "
                f"example{place}"
            )
        return self.one(classes, target, place)


class Targets(list[Any]):
    """Targets of some examples; errors name them by their positions in the whole data."""

    def __init__(self, targets: Sequence[Any], places: Sequence[int]) -> None:
        super().__init__(targets)
        self.places = places


def _numbered(rows: Sequence[Any], wanted: Sequence[Any], given: Any) -> Any:
    """Each output with its target and the target's position in the whole data."""
    places = given.places if isinstance(given, Targets) else range(len(wanted))
    return zip(rows, wanted, [Place((place,)) for place in places], strict=True)


def check_lengths(name: str, what: str, rows: Sequence[Any], targets: Sequence[Any]) -> None:
    """Raise ValueError unless there is a target for each row."""
    if len(rows) != len(targets):
        raise ValueError(
            f"{name} got {counted(len(rows), what)} and {counted(len(targets), 'target')}; "
            f"give one target for each {what}"
        )


def _number(name: str, x: Any, what: str) -> Any:
    """A Value as it is, a number as a float; the error says what the loss takes."""
    if isinstance(x, Recorder):
        return x
    if not is_number(x):
        raise TypeError(f"{name} takes {what}, got {shown(x)}")
    return real(x, name)


def items(x: Any) -> list[Any] | None:
    """The items of a list, tuple, array or other sequence; None for anything else.

    >>> items((1, 2)), items(1.0)
    ([1, 2], None)
    """
    if x.__class__ in _NUMBERS:  # by far most often
        return None
    if isinstance(x, (Recorder, str, bytes, dict, set)) or not hasattr(x, "__len__"):
        return None
    try:
        return list(x.to_numpy() if hasattr(x, "to_numpy") else x)  # a table's rows, not its names
    except TypeError:  # an array with no dimensions has a __len__ that raises
        return None


def single(x: Any) -> Any:
    """The number in a list of one number; anything else as it is.

    >>> single([2.0]), single(2.0), single([1.0, 2.0])
    (2.0, 2.0, [1.0, 2.0])
    """
    found = items(x)
    return found[0] if found and len(found) == 1 and items(found[0]) is None else x


def column(rows: list[Any]) -> list[Any]:
    """The numbers of a column, whose rows are lists of one; other rows stay as they are.

    >>> column([[1.0], [0.0]]), column([[1], [0, 2]])
    ([1.0, 0.0], [[1], [0, 2]])
    """
    numbers = [single(row) for row in rows]
    return rows if any(x is row for x, row in zip(numbers, rows, strict=True)) else numbers


def matched(outputs: list[Any], targets: list[Any]) -> list[Any]:
    """Outputs in the shape of their targets: if these are numbers, a column becomes numbers."""
    return column(outputs) if all(items(target) is None for target in targets) else outputs


def plain(output: Any) -> Any:
    """An output or a target as a float, or a list of floats.

    >>> plain(Value(2.0)), plain([Value(2.0), 1])
    (2.0, [2.0, 1.0])
    """
    if isinstance(output, Value):
        return output.data
    if isinstance(output, (list, tuple)):
        return [x.data if isinstance(x, Value) else real(x, "an output") for x in output]
    return real(output, "an output")


# --- what a target must be ------------------------------------------------------------------------


def class_index(name: str, target: Any, classes: int, position: Place) -> int:
    """A target that is the index of a class; 2.0 is allowed, as files often have floats."""
    if isinstance(target, Recorder) or not is_number(target):
        raise TypeError(
            f"{name} takes the index of a class, or a list of probabilities, got {shown(target)} "
            f"as target{position}"
        )
    number = real(target, name)
    if not math.isfinite(number) or number != math.floor(number):
        raise ValueError(
            f"{name} got {number:g} as target{position}; a class must be a whole number from 0 to "
            f"{classes - 1}"
        )
    if not 0 <= number < classes:
        raise ValueError(
            f"{name} got class {number:.0f} as target{position} but {counted(classes, 'logit')}; "
            f"classes count from 0 to {classes - 1}"
        )
    return int(number)


def class_chances(name: str, target: list[Any], classes: int, position: Place) -> list[Any]:
    """A target that is a list with the probability of each class; they add up to 1."""
    if len(target) != classes:
        raise ValueError(
            f"{name} got {counted(classes, 'logit')} but a list of {len(target)} as "
            f"target{position}; a list must have a probability for each logit"
        )
    chances = [_class_chance(name, p, i, position) for i, p in enumerate(target)]
    known = [p for p in chances if not isinstance(p, Recorder)]
    if len(known) == classes and not is_distribution(known):
        raise ValueError(
            f"{name} got probabilities that add up to {math.fsum(known):.6g} as target{position}; "
            "they must add up to 1. For a batch give a list of logits for each example"
        )
    return chances


def is_distribution(target: Any) -> bool:
    """Whether it is a list of numbers that add up to 1, as far as rounding allows.

    >>> is_distribution([0.9, 0.1]), is_distribution([1.0, 1.0]), is_distribution(1.0)
    (True, False, False)
    """
    return isinstance(target, list) and abs(math.fsum(target) - 1.0) <= _TOLERANCE


def _class_chance(name: str, p: Any, i: int, position: Place) -> Any:
    number = _number(name, p, "numbers as probabilities")
    if isinstance(number, Recorder):
        return number
    if not 0.0 <= number <= 1.0:
        raise ValueError(
            f"{name} got the probability {number:g} for class {i} as target{position}; "
            "probabilities must be from 0 to 1"
        )
    return number


# --- in words -------------------------------------------------------------------------------------


def shown(x: Any) -> str:
    """What was given, for an error message.

    >>> shown([1, 2]), shown(2.0), shown("ab")
    ('a list of 2', '2.0', 'a str')
    """
    if (found := items(x)) is not None:
        return f"a list of {len(found)}"
    if isinstance(x, Recorder):
        return "a Value"
    return repr(x) if is_number(x) or x is None else f"a {type(x).__name__}"
