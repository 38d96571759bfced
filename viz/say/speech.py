"""What all tellers share: sentences, names, numbers, equations, lines of boxes and arrows."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence

from ..lessons.board import Board, Operand
from ..lessons.lesson import (
    GRADIENT,
    INSIDE,
    Carry,
    Pass,
    Quantity,
    Step,
    Write,
    again,
    times,
    used,
    value,
)
from ..lessons.steps import after
from ..see.examples import MEAN
from ..see.outline import Item
from .formula import named
from .names import Names
from .numbers import is_alarming, number
from .operations import Equation, Term, equation_of, mean_of, neuron_of
from .sentences import Sentences, say, sentences
from .story import Carried, Fill
from .story import Step as Told
from .text import Largest, Said, Shown, Text, Whether, Worked, Writer, joined

PENDING = "·"
SHORT = 3  # digits of a number where there is little room
NAMED = 3  # of many arrows, so many are named in the sentence
FAINT = 1e-4  # of the receiver's gradient: below that an arrow carries next to nothing
LONG = 56  # columns of a line of symbols
MOST_GIVEN = 60  # the same of what is given
LISTED = 6  # names in a list

Words = dict[str, Text]  # of a step, by the fields of a told one


class Speech:
    """What is said of one board."""

    def __init__(self, board: Board, names: Names, *, language: str = "english") -> None:
        self.board, self.names = board, names
        self.numbers: Pass = board.numbers
        self.graph = board.graph
        self.table: Sentences = sentences(language)
        self.writer = Writer(self.numbers, self.table)
        self._equations: dict[tuple[str, bool], Equation] = {}

    # --- words ------------------------------------------------------------------------------------

    def say(self, key: str, when: Iterable[str] = (), **symbols: str) -> str:
        """A sentence in which no number can change; root is what gradients are taken of."""
        return say(self.table, key, set(when), root=self.names.goal, **symbols)

    def said(self, key: str, when: Mapping[str, Whether] | None = None, /, **places: Text) -> Text:
        """A sentence with numbers in it, or one that is chosen by numbers."""
        return Said(key, when or {}, {"root": self.names.goal, **places})

    def write(self, text: Text) -> str:
        """A text with the numbers of this pass."""
        return self.writer.write(text)

    def n(self, quantity: Quantity) -> float:
        """The number that a quantity names."""
        return self.numbers.number(quantity)

    def listed(self, names: Sequence[str]) -> str:
        """Names one after the other, of many the first."""
        if len(names) <= LISTED:
            return ", ".join(names)
        return f"{', '.join(names[: LISTED - 1])}, … ({len(names) - LISTED + 1:,})"

    def partial(self, key: str) -> str:
        """``∂L/∂w1``; where something was left in it before, ``w1.grad``."""
        name = named(self.names[key]).text
        return f"{name}.grad" if self.board.has_left(key) else self._partial(self.names[key])

    def _partial(self, name: str) -> str:
        return f"∂{named(self.names.goal).text}/∂{named(name).text}"

    def via(self, key: str) -> str:
        """What an arrow's consumer is called: of a neuron with an activation its weighted sum."""
        run = self.board.neurons.get(key)
        return self.names[key] if run is None or not run.steps else f"z({self.names[key]})"

    # --- all steps --------------------------------------------------------------------------------

    def words(self, step: Step) -> Words:
        """What is said of one step, before its numbers are known."""
        found: Words = getattr(self, f"_{step.kind}")(step)
        return found

    def tell(self, steps: Iterable[Step]) -> tuple[Told, ...]:
        """All steps, told with the numbers of this pass."""
        return tuple([self._tell(step) for step in steps])

    def _tell(self, step: Step) -> Told:
        return Told(
            phase=step.phase,
            box=step.box,
            sources=step.sources,
            carried=tuple([self.carried(carry) for carry in step.carries]),
            fills=tuple([self.fill(write) for write in step.writes]),
            **{name: self.write(text) for name, text in self.words(step).items()},
        )

    def fill(self, write: Write) -> Fill:
        """A line of a box."""
        x = self.numbers.known(write.what)
        if write.what.what == "chance":
            share = min(max(x or 0.0, 0.0), 1.0)
            return Fill(write.box, write.line, number(x), repr(x), round(share, 4))
        line = {GRADIENT: "gradient", INSIDE: "inside"}.get(write.line, "value")
        if write.mark == "pending":
            return Fill(write.box, write.line, self.say(f"line.{line}", number=PENDING))
        is_short = write.mark == "short"
        key = f"line.{line}" if is_short or not write.mark else f"line.{line} {write.mark}"
        text = self.say(key, number=number(x, SHORT) if is_short else number(x))
        exact = "" if x is None else repr(x)
        return Fill(write.box, write.line, text, exact, self._fullness(x, write.of))

    def _fullness(self, x: float | None, of: Quantity | None) -> float | None:
        """How strong a line is: -1 to 1."""
        if of is None:
            return None
        most = self.n(of)
        if x is None or not most or x != x:
            return 0.0
        return round(min(max(x / most, -1.0), 1.0), 3)

    def carried(self, carry: Carry) -> Carried:
        """What moves along an arrow, in numbers."""
        if carry.slope is None or carry.upstream is None:
            return Carried(carry.arrow, "" if carry.what is None else self.write(Shown(carry.what)))
        result = times(carry.upstream, carry.slope)
        share = self.n(result)
        text = "" if carry.quiet else self.write(product(carry.slope, carry.upstream, result))
        sign = self._sign(carry.arrow, share)
        strength = 0.0
        if sign in ("positive", "negative") and self._largest:
            strength = round(math.sqrt(abs(share) / self._largest), 3)
        return Carried(carry.arrow, text, sign, strength)

    @functools.cached_property
    def _largest(self) -> float:
        sizes = [abs(self.n(move.product)) for move in self.board.moves]
        return max(filter(math.isfinite, sizes), default=0.0)

    @functools.cached_property
    def _scales(self) -> dict[str, float]:
        """What an arrow's share is large or small compared with: its receiver's gradient."""
        found = {}
        for move in self.board.moves:
            arrived = self.board.arriving(move.operand)
            sizes = [abs(self.n(one.product)) for one in arrived]
            found[move.arrow] = max(filter(math.isfinite, sizes), default=0.0)
        return found

    def _sign(self, arrow: str, share: float) -> str:
        if is_alarming(share):
            return "alarm"
        if share == 0.0 or abs(share) < FAINT * self._scales.get(arrow, 0.0):
            return "zero"
        return "positive" if share > 0 else "negative"

    # --- forward ----------------------------------------------------------------------------------

    def terms(self, operands: Iterable[Operand], *, fresh: bool = False) -> list[Term]:
        """Operands with their names and numbers; ``fresh``: as in the pass after the step."""
        board = self.board
        found = []
        for operand in operands:
            what = after(board, operand.what) if fresh else operand.what
            name = self.names[operand.key] if operand.key else self.names.node(operand.node)
            is_number = (
                operand.key in self.names.numbers
                if operand.key
                else not self.names.has_name(operand.node)
            )
            x = self.n(what) if is_number else 0.0
            found.append(Term(name, what, operand.position, is_number, x))
        return found

    def equation(self, item: Item, *, fresh: bool = False) -> Equation:
        """How an item's value follows from those of its operands."""
        found = self.right_side(item, fresh=fresh)
        left = named(self.names[item.key]).text
        return found._replace(symbols=joined(f"{left} = ", found.symbols))

    def right_side(self, item: Item, *, fresh: bool = False) -> Equation:
        """The same without what stands left of the first ``=``."""
        key = item.key, fresh
        if key not in self._equations:
            self._equations[key] = self._equation(item, fresh=fresh)
        return self._equations[key]

    def _equation(self, item: Item, *, fresh: bool) -> Equation:
        board = self.board
        what = board.value(item.key)
        result = after(board, what) if fresh else what
        terms = self.terms(board.operands(item), fresh=fresh)
        run = board.neurons.get(item.key)
        if run is not None:
            found = self._neuron_equation(item, terms, result, fresh=fresh)
        elif item.symbol == MEAN:
            *parts, count = terms
            found = mean_of(parts, count.what, result)
        else:
            row = board.row(item)
            assert row is not None
            found = equation_of(row, terms, result)
        if found.symbols == named(self.names[item.key]).text:  # error² = error²
            found = found._replace(symbols=f"{terms[0].piece.text} · {terms[0].piece.text}")
        return found

    def _neuron_equation(
        self, item: Item, terms: Sequence[Term], result: Quantity, *, fresh: bool
    ) -> Equation:
        run = self.board.neurons[item.key]
        steps = []
        for index in run.steps:
            node = self.board.nodes[index]
            assert node.op is not None
            steps.append((node.op, [used(index, k) for k in range(1, len(node.inputs))]))
        return neuron_of(steps, terms, again(run.total) if fresh else value(run.total), result)

    def whole(self, equation: Equation) -> Text:
        """All of an equation in one line."""
        return joined(*equation, between=" ")

    def sentence_of(self, item: Item) -> str:
        """An operation in words: "o is the tanh of z."."""
        me = self.names[item.key]
        run = self.board.neurons.get(item.key)
        if run is not None:
            op = self.activations(run.steps)
            return self.say("neuron", () if run.steps else ("linear",), me=me, op=op)
        terms = self.terms(self.board.operands(item))
        names = [term.name for term in terms]
        if item.symbol == MEAN:
            return self.say("mean", me=me, all=self.listed(names[:-1]))
        row = self.board.row(item)
        assert row is not None
        is_square = row.name == "pow" and terms[1].is_number and terms[1].value == 2.0
        key = f"op.{row.name}" if f"op.{row.name}" in self.table else "op"
        symbols = dict(zip("xywabc", names, strict=False))
        if row.name == "dot":
            half = len(names) // 2
            pairs = zip(names[:half], names[half : 2 * half], strict=True)
            names = [*[f"{w} · {x}" for w, x in pairs], *names[2 * half :]]
        when = ("two",) if is_square else ()
        return self.say(key, when, me=me, op=row.symbol, all=self.listed(names), **symbols)

    def activations(self, steps: Sequence[int]) -> str:
        """The activations of a neuron by name."""
        ops = [self.board.nodes[index].op for index in steps]
        return ", ".join(op.name for op in ops if op is not None)


# --- equations that tellers write -----------------------------------------------------------------


def worked_product(left: Quantity, right: Quantity, result: Quantity) -> Worked:
    """``0.64 × (−0.8) =``."""
    return Worked(("*", 0, 1), (left, right), result)


def product(left: Quantity, right: Quantity, result: Quantity) -> Text:
    """``0.64 × (−0.8) = −0.512``."""
    return joined(worked_product(left, right, result), Shown(result), between=" ")


def worked_sum(terms: Sequence[Quantity], result: Quantity) -> Worked:
    """``−0.1 + (−1.63) =``; of a long sum the strongest terms, and what the others add up to."""
    return Worked(("+", *range(len(terms))), tuple(terms), result)


def total(terms: Sequence[Quantity], result: Quantity) -> Text:
    """``−0.1 + (−1.63) = −1.73``."""
    return joined(worked_sum(terms, result), Shown(result), between=" ")


def largest(
    sizes: Sequence[Quantity], texts: Sequence[Text], most: int = 1, between: str = ", "
) -> Text:
    """The texts that belong to the largest quantities."""
    return Largest(tuple(sizes), tuple(texts), most, between)
