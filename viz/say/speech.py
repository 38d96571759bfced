"""What all tellers share: sentences, names, numbers, equations, lines of boxes and arrows."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

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
)
from ..lessons.steps import after
from ..see.examples import MEAN
from ..see.outline import Item
from . import equations
from .equations import number
from .names import Names
from .numbers import ALL_DIGITS, DIGITS, is_alarming
from .operations import Equation, Term, equation_of, mean_of, neuron_of
from .sentences import Sentences, say, sentences
from .story import Carried, Fill
from .story import Step as Told
from .typesetting import named

PENDING = "·"
SHORT = 3  # digits of a number where there is little room
NAMED = 3  # of many arrows, so many are named in the sentence
FAINT = 1e-4  # of the receiver's gradient: below that an arrow carries next to nothing
LONG = 56  # characters of a line of symbols
MOST_GIVEN = 60  # the same of what is given
LISTED = 6  # names in a list


class Speech:
    """What is said of one board."""

    def __init__(self, board: Board, names: Names, *, language: str = "english") -> None:
        self.board, self.names = board, names
        self.numbers: Pass = board.numbers
        self.graph = board.graph
        self.table: Sentences = sentences(language)
        self._equations: dict[tuple[str, bool], Equation] = {}

    # --- words ------------------------------------------------------------------------------------

    def say(self, key: str, holds: Iterable[str] = (), **symbols: str) -> str:
        """A sentence of the table, in which root is what gradients are taken of."""
        return say(self.table, key, set(holds), root=self.names.goal, **symbols)

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

    def tell(self, steps: Iterable[Step]) -> tuple[Told, ...]:
        """All steps, told."""
        return tuple([self._tell(step) for step in steps])

    def _tell(self, step: Step) -> Told:
        words = getattr(self, f"_{step.kind}")(step)
        return Told(
            phase=step.phase,
            box=step.box,
            sources=step.sources,
            carried=tuple([self.carried(carry) for carry in step.carries]),
            fills=tuple([self.fill(write) for write in step.writes]),
            **words,
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
            text = "" if carry.what is None else number(self.n(carry.what))
            return Carried(carry.arrow, text)
        rate, upstream = self.n(carry.slope), self.n(carry.upstream)
        share = upstream * rate
        text = "" if carry.quiet else " ".join(equations.product(rate, upstream, share))
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
            found.append(Term(name, self.n(what), operand.position, is_number))
        return found

    def equation(self, item: Item, *, fresh: bool = False) -> Equation:
        """How an item's value follows from those of its operands."""
        key = item.key, fresh
        if key not in self._equations:
            self._equations[key] = self._equation(item, fresh=fresh)
        return self._equations[key]

    def _equation(self, item: Item, *, fresh: bool) -> Equation:
        board = self.board
        what = board.value(item.key)
        result = self.n(after(board, what) if fresh else what)
        terms = self.terms(board.operands(item), fresh=fresh)
        run = board.neurons.get(item.key)
        if run is not None:
            found = self._neuron_equation(item, terms, result, fresh=fresh)
        elif item.symbol == MEAN:
            *parts, count = terms
            found = mean_of(parts, count.value, result)
        else:
            row = board.row(item)
            assert row is not None
            found = equation_of(row, terms, result)
        left = named(self.names[item.key]).text
        symbols = found.symbols
        if symbols == left:  # error² = error²
            symbols = f"{terms[0].text.text} · {terms[0].text.text}"
        return Equation(f"{left} = {symbols}", found.numbers, found.answer)

    def _neuron_equation(
        self, item: Item, terms: Sequence[Term], result: float, *, fresh: bool
    ) -> Equation:
        run = self.board.neurons[item.key]
        steps = []
        for index in run.steps:
            node = self.board.nodes[index]
            assert node.op is not None
            steps.append((node.op, node.inputs[1:]))
        sums = again(run.total) if fresh else Quantity("value", (run.total,))
        return neuron_of(steps, terms, self.n(sums), result)

    def sentence_of(self, item: Item) -> str:
        """An operation in words: "o is the tanh of z."."""
        me = self.names[item.key]
        run = self.board.neurons.get(item.key)
        if run is not None:
            op = self.activations(run.steps)
            return self.say("neuron", () if run.steps else ("linear",), me=me, op=op)
        if item.symbol == MEAN:
            names = [term.name for term in self.terms(self.board.operands(item))][:-1]
            return self.say("mean", me=me, all=self.listed(names))
        row = self.board.row(item)
        assert row is not None
        terms = self.terms(self.board.operands(item))
        symbols = dict(zip("xywabc", [term.name for term in terms], strict=False))
        holds = (
            ("two",) if row.name == "pow" and terms[1].is_number and terms[1].value == 2.0 else ()
        )
        key = f"op.{row.name}" if f"op.{row.name}" in self.table else "op"
        names = [term.name for term in terms]
        if row.name == "dot":
            half = len(names) // 2
            pairs = zip(names[:half], names[half : 2 * half], strict=True)
            names = [*[f"{w} · {x}" for w, x in pairs], *names[2 * half :]]
        return self.say(key, holds, me=me, op=row.symbol, all=self.listed(names), **symbols)

    def activations(self, steps: Sequence[int]) -> str:
        """The activations of a neuron by name."""
        ops = [self.board.nodes[index].op for index in steps]
        return ", ".join(op.name for op in ops if op is not None)


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
