"""What will be written once the numbers are known: text with quantities and conditions in it.

A teller makes such texts from a lesson; a `Writer` fills in the numbers of a pass. Everything in a
text is a string, a number or a tuple of these, so a page can carry it, and fill it again when
somebody changes a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.primitive import unchecked

from ..labels import columns
from ..lessons.lesson import Pass, Quantity
from ..see.paths import strongest
from . import formula
from .formula import TERMS, Rows, Tree
from .numbers import ALL_DIGITS, DIGITS, factor, number
from .sentences import Sentences, say


class Shown(NamedTuple):
    """A number; ``behind`` a sign a negative one has brackets."""

    what: Quantity
    digits: int = DIGITS
    behind: bool = False


class Worked(NamedTuple):
    """A formula in numbers, with ``=`` or ``≈`` at its end unless ``bare``: ``0.64 × (−0.8) =``."""

    tree: Tree
    terms: tuple[Quantity, ...]
    result: Quantity
    most: int = TERMS
    least: int = DIGITS
    bare: bool = False


class Derived(NamedTuple):
    """How a slope follows: ``1 − o² = 1 − 0.6² = 0.64``; empty if there is nothing to say."""

    tree: Tree
    symbols: str
    terms: tuple[Quantity, ...]
    result: Quantity


class Condition(NamedTuple):
    """A condition: one of the methods of `Conditions`, and what it is about."""

    what: str
    of: tuple[Any, ...] = ()


Whether = bool | Condition


class Said(NamedTuple):
    """A sentence of the table: the first one whose conditions hold."""

    key: str
    when: Mapping[str, Whether]
    places: Mapping[str, Text]


class Joined(NamedTuple):
    """Texts one after the other; empty ones are left out."""

    between: str
    parts: tuple[Text, ...]


class Either(NamedTuple):
    """One text or another."""

    test: Condition
    then: Text
    otherwise: Text = ""


class Largest(NamedTuple):
    """Of several texts those that belong to the largest quantities."""

    sizes: tuple[Quantity, ...]
    texts: tuple[Text, ...]
    most: int = 1
    between: str = ", "


class Highest(NamedTuple):
    """Of several texts the one of the greatest quantity."""

    sizes: tuple[Quantity, ...]
    texts: tuple[Text, ...]


class Fitting(NamedTuple):
    """The text if it takes at most so many columns, else a shorter one."""

    most: int
    text: Text
    shorter: Text


class Apart(NamedTuple):
    """A number with as many digits as tell it from another one."""

    what: Quantity
    other: Quantity


class Zeros(NamedTuple):
    """How many of some quantities are exactly 0."""

    of: tuple[Quantity, ...]


Text = (
    str
    | Shown
    | Worked
    | Derived
    | Said
    | Joined
    | Either
    | Largest
    | Highest
    | Fitting
    | Apart
    | Zeros
)


def joined(*parts: Text, between: str = "") -> Text:
    """Texts one after the other, without those that are empty."""
    found = [part for part in parts if part != ""]
    if all(isinstance(part, str) for part in found):
        return between.join(found)  # type: ignore[arg-type]
    return found[0] if len(found) == 1 else Joined(between, tuple(found))


def either(test: Whether, then: Text, otherwise: Text = "") -> Text:
    """One text or another, chosen at once where no number decides."""
    if isinstance(test, bool):
        return then if test else otherwise
    return Either(test, then, otherwise)


def told_apart(was: float, now: float) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart.

    >>> told_apart(0.16, 0.05677), told_apart(1.00001, 1.00002)
    (('0.16', '0.05677'), ('1.00001', '1.00002'))
    """
    digits = DIGITS
    if was == was and now == now and was != now:
        while number(was, digits) == number(now, digits) and digits < ALL_DIGITS:
            digits += 1
    return number(was, digits), number(now, digits)


class Writer:
    """Fills the numbers of a pass into texts, with the sentences of a table."""

    def __init__(self, numbers: Pass, table: Sentences) -> None:
        self.numbers, self.table = numbers, table
        own = {node.op.name: node.op for node in numbers.nodes if node.op is not None}
        self.rows: Rows = {**own, **ops.ALL}
        self.tests = Conditions(self)
        self._worked: dict[Worked, tuple[str, str]] = {}

    def write(self, text: Text) -> str:  # noqa: PLR0911, C901 - a case for each kind of text
        """A text with its numbers."""
        match text:
            case str():
                return text
            case Shown(what, digits, behind):
                return (factor if behind else number)(self.numbers.known(what), digits)
            case Joined(between, parts):
                return between.join(filter(None, map(self.write, parts)))
            case Said(key, when, places):
                holds = {name for name, test in when.items() if self.holds(test)}
                symbols = {name: self.write(place) for name, place in places.items()}
                return say(self.table, key, holds, **symbols)
            case Either(test, then, otherwise):
                return self.write(then if self.holds(test) else otherwise)
            case Worked():
                return self.worked(text)[0] if text.bare else " ".join(self.worked(text))
            case Derived(tree, symbols_, terms, result):
                result_ = self.numbers.number(result)
                return formula.derivation(tree, symbols_, self.values(terms), result_, self.rows)
            case Largest(sizes, texts, most, between):
                chosen = strongest(self.values(sizes), most)
                return between.join([self.write(texts[k]) for k in chosen])
            case Highest(sizes, texts):
                values = self.values(sizes)
                return self.write(texts[max(range(len(values)), key=values.__getitem__)])
            case Fitting(most, long, shorter):
                found = self.write(long)
                return found if columns(found) <= most else self.write(shorter)
            case Apart(what, other):
                return told_apart(*self.values((what, other)))[0]
            case Zeros(of):
                return f"{sum(x == 0.0 for x in self.values(of)):,}"

    def worked(self, text: Worked) -> tuple[str, str]:
        """A formula in numbers, and its sign."""
        if text not in self._worked:  # a step writes many of them twice or three times
            self._worked[text] = formula.worked(
                text.tree, self.values(text.terms), self.numbers.number(text.result),
                rows=self.rows, rest=self._others, most=text.most, least=text.least,
            )  # fmt: skip
        return self._worked[text]

    def _others(self, count: int) -> str:
        return say(self.table, "name.rest", count=f"{count:,}")

    def values(self, quantities: Sequence[Quantity]) -> list[float]:
        """The numbers of some quantities."""
        return [self.numbers.number(quantity) for quantity in quantities]

    def holds(self, condition: Whether) -> bool:
        """Whether a condition holds for the numbers."""
        if isinstance(condition, bool):
            return condition
        return bool(getattr(self.tests, condition.what)(*condition.of))


_LOST = 10.0  # units in the last place: a smaller change of a number is no measurement
_FAR = 0.1  # predicted and measured may differ by this share without a word


class Conditions:
    """All conditions on numbers that a text may have."""

    def __init__(self, writer: Writer) -> None:
        self.writer, self.n = writer, writer.numbers.number

    def zero(self, what: Quantity) -> bool:
        """It is exactly 0."""
        return self.n(what) == 0.0

    def nan(self, what: Quantity) -> bool:
        """It is nan."""
        return math.isnan(self.n(what))

    def finite(self, what: Quantity) -> bool:
        """It is neither nan nor infinite."""
        return math.isfinite(self.n(what))

    def infinite(self, what: Quantity) -> bool:
        """It is infinite."""
        return math.isinf(self.n(what))

    def positive(self, what: Quantity) -> bool:
        """It is greater than 0."""
        return self.n(what) > 0.0

    def above(self, left: Quantity, right: Quantity) -> bool:
        """One is greater than the other."""
        return self.n(left) > self.n(right)

    def equal(self, left: Quantity, right: Quantity) -> bool:
        """They are equal."""
        return self.n(left) == self.n(right)

    def slight(self, what: Quantity, limit: float) -> bool:
        """It is not 0, but nearly."""
        return 0.0 < abs(self.n(what)) < limit

    def any_zero(self, of: Sequence[Quantity]) -> bool:
        """One of them is exactly 0."""
        return any(self.n(one) == 0.0 for one in of)

    def beaten(self, place: int, of: Sequence[Quantity]) -> bool:
        """Another one is greater."""
        values = self.writer.values(of)
        return any(x > values[place] for x in values)

    def same(self, left: Quantity, right: Quantity) -> bool:
        """They look the same even with all digits."""
        x, y = told_apart(self.n(left), self.n(right))
        return x == y

    def rounds(self, text: Worked) -> bool:
        """A calculator gives the shown result only approximately."""
        return self.writer.worked(text)[1] == "≈"

    def agrees(self, tree: Tree, terms: Sequence[Quantity], result: Quantity) -> bool:
        """A formula comes to a number."""
        values = self.writer.values(terms)
        return formula.agrees(tree, values, self.n(result), self.writer.rows)

    def kink(self, row: str, terms: Sequence[Quantity]) -> bool:
        """An operation is not smooth here."""
        with unchecked():
            distances = self.writer.rows[row].kinks(*self.writer.values(terms))
        return any(distance == 0 for distance in distances)

    def lost(self, predicted: Quantity, measured: Quantity) -> bool:
        """A change is smaller than what rounding hides in what gradients are taken of."""
        sizes = abs(self.n(predicted)), abs(self.n(measured))
        base = math.ulp(self.n(Quantity("objective", (False,))))
        return bool(sizes[0]) and max(sizes) < _LOST * base

    def far(self, predicted: Quantity, measured: Quantity) -> bool:
        """A prediction is off by more than a tenth, and not because of rounding."""
        x, y = self.n(predicted), self.n(measured)
        larger = max(abs(x), abs(y))
        base = math.ulp(self.n(Quantity("objective", (False,))))
        return abs(y - x) > _FAR * larger and larger >= _LOST * base

    def some(self, *conditions: Whether) -> bool:
        """One of them holds, and not all."""
        return 0 < sum(map(self.writer.holds, conditions)) < len(conditions)

    def many(self, *conditions: Whether) -> bool:
        """More than one of them holds."""
        return sum(map(self.writer.holds, conditions)) > 1

    def every(self, *conditions: Whether) -> bool:
        """All of them hold."""
        return all(map(self.writer.holds, conditions))

    def none(self, *conditions: Whether) -> bool:
        """Not one of them holds."""
        return not any(map(self.writer.holds, conditions))
