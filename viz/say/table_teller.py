"""Lessons of all rows of a batch, told."""

from __future__ import annotations

from collections.abc import Mapping

from ..lessons.lesson import Step, again, grad, value
from ..lessons.table import Share, Table
from ..see.examples import MEAN
from ..see.outline import Item
from . import equations
from .equations import number
from .layers_teller import Words, given
from .names import NetworkNames
from .operations import Equation, Term, mean_of
from .teller import Teller
from .typesetting import named

MOST_ROWS = 8  # whose summands are written out
MOST_OUTPUTS = 6


class TableTeller(Teller):
    """Tells all rows of a batch."""

    def __init__(self, it: Table, names: object, units: NetworkNames, **more: str) -> None:
        super().__init__(it.boards[-1], names, **more)  # type: ignore[arg-type]
        self.it, self.units = it, units
        self.of_row: list[Mapping[int, str]] = [
            units.of_example(row) for row in range(len(it.boards))
        ]

    def outputs(self, row: int) -> list[tuple[str, int]]:
        """The outputs of a row: their names and nodes."""
        columns = self.it.network.columns
        return [(self.units.unit(unit), unit.runs[row].output) for unit in columns[-1]]

    def _equation(self, item: Item, *, fresh: bool) -> Equation:
        """The loss as the mean of the rows' own."""
        if item.symbol != MEAN:
            return super()._equation(item, fresh=fresh)
        total = self.board.nodes[self.board.nodes[item.node].operands[0]]
        known = self.it.network.example_of
        values = self.numbers.again if fresh else self.numbers.values
        terms = [
            Term(self.row_name(known[i]) if i in known else self.names.node(i), values[i], k)
            for k, i in enumerate(total.operands)
        ]
        found = mean_of(terms, values[self.board.nodes[item.node].operands[1]], values[item.node])
        left = named(self.names[item.key]).text
        return Equation(f"{left} = {found.symbols}", found.numbers, found.answer)

    def row_name(self, row: int) -> str:
        """What a row is called."""
        return self.say("row.name", row=str(row + 1))

    def _rows(self, _: Step) -> Words:
        rows, count = f"{self.it.network.examples:,}", f"{len(self.it.shares):,}"
        return given(self.say("title.rows"), self.say("rows", rows=rows, count=count))

    def _row(self, step: Step) -> Words:
        row = step.about["row"]
        item = self.it.ends[row]
        network = self.it.network
        inputs = network.inputs_of(network.columns[0][0].runs[row])
        outputs = [(name, self.n(value(index))) for name, index in self.outputs(row)]
        given = [f"{self.of_row[row].get(i, 'x')} = {number(self.n(value(i)))}" for i in inputs]
        made = [f"{name} = {number(x)}" for name, x in outputs]
        best, high = max(outputs, key=lambda one: one[1])
        holds = ("many",) if max(len(given), len(made)) > MOST_OUTPUTS else ()
        symbols = {
            "row": str(row + 1), "inputs": f"{len(inputs):,}", "outputs": f"{len(outputs):,}",
            "me": best, "value": number(high), "given": ", ".join(given), "made": ", ".join(made),
        }  # fmt: skip
        shown = number(self.n(value(item.node)))
        said = [self.say("row", holds, **symbols)]
        name = self.of_row[row].get(item.node, "")
        if item.node not in {index for _, index in self.outputs(row)}:
            said.append(self.say("row.loss", me=name, value=shown))
        return {
            "title": self.say("title.row", row=str(row + 1)),
            "symbols": f"{self.row_name(row)}: {name}",
            "numbers": "=",
            "answer": shown,
            "sentence": " ".join(said),
            "question": self.say("row.question", holds, **symbols),
        }

    def _rows_back(self, step: Step) -> Words:
        me = self.names.node(step.about["node"])
        return {
            "title": self.say("title.rows_back", me=me),
            "symbols": self._partial(me),
            "numbers": "=",
            "answer": number(self.n(step.about["seed"])),
            "sentence": self.say("rows_back", me=me),
            "question": self.say("rows_back.question", me=me),
        }

    def share_equation(self, share: Share) -> tuple[str, str]:
        """``0 + 0 + 0.0304 + (−0.1276) =`` and ``−0.0972``."""
        terms = [self.n(part) for part in share.parts]
        total = self.n(grad(share.index))
        write = equations.total if len(terms) <= MOST_ROWS else equations.long_total
        return write(terms, total)

    def _share(self, step: Step) -> Words:
        share: Share = step.about["share"]
        me = self.units.parameters[share.index]
        numbers, answer = self.share_equation(share)
        said = [self.say("share", me=me, equation=f"{numbers} {answer}")]
        zeros = [str(row + 1) for row, part in enumerate(share.rows) if self.n(part) == 0.0]
        if zeros and len(zeros) < len(share.rows):
            holds = ("many",) if len(zeros) > 1 else ()
            said.append(self.say("share.nothing", holds, rows=", ".join(zeros)))
        if share.left is not None:
            said.append(self.say("share.left", left=number(self.n(share.left))))
        if share.others is not None:
            said.append(self.say("share.others"))
        return {
            "title": self.say("title.share", me=me),
            "symbols": f"{self._partial(me)} = {self._summands(share)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": " ".join(said),
            "question": self.say("share.question", me=me),
        }

    def _summands(self, share: Share) -> str:
        count = len(share.rows)
        rows = [self.row_name(row) for row in range(count)]
        words = [self.say("more.left")] if share.left is not None else []
        words += rows if count <= equations.TERMS - 2 else [self.say("share.rows")]
        return " + ".join([*words, *[self.say("more.others")] * (share.others is not None)])

    def _rows_again(self, step: Step) -> Words:
        words = super()._again(step)
        rows = range(min(len(self.it.boards), MOST_ROWS))
        if len(self.it.network.columns[-1]) == 1:
            made = [number(self.n(again(self.outputs(row)[0][1]))) for row in rows]
            made += ["…"] * (len(self.it.boards) > MOST_ROWS)
            words["sentence"] += f" {self.say('rows_again.outputs', made=', '.join(made))}"
        return words
