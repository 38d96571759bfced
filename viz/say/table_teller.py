"""Lessons of all rows of a batch, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..lessons.lesson import Step, again, grad, value
from ..lessons.table import Share, Table
from ..see.examples import MEAN
from ..see.outline import Item
from .formula import TERMS
from .layers_teller import given
from .names import NetworkNames
from .operations import Equation, Term, mean_of
from .speech import Words, worked_sum
from .teller import Teller
from .text import Condition, Highest, Shown, Text, Worked, either, joined

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
        of = again if fresh else value
        terms = [
            Term(self.row_name(known[i]) if i in known else self.names.node(i), of(i), k)
            for k, i in enumerate(total.operands)
        ]
        count = self.board.nodes[item.node].operands[1]
        return mean_of(terms, of(count), of(item.node))

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
        outputs = self.outputs(row)
        sizes = [value(index) for _, index in outputs]
        places: dict[str, Text] = {
            "row": str(row + 1), "inputs": f"{len(inputs):,}", "outputs": f"{len(outputs):,}",
        }  # fmt: skip
        is_many = max(len(inputs), len(outputs)) > MOST_OUTPUTS
        if is_many:
            best = Highest(tuple(sizes), tuple([name for name, _ in outputs]))
            places |= {"me": best, "value": best._replace(texts=tuple(map(Shown, sizes)))}
        else:
            given = [(self.of_row[row].get(index, "x"), index) for index in inputs]
            places |= {"given": self._listed(given), "made": self._listed(outputs)}
        said = [self.said("row", {"many": is_many}, **places)]
        name, shown = self.of_row[row].get(item.node, ""), Shown(value(item.node))
        if item.node not in {index for _, index in outputs}:
            said.append(self.said("row.loss", me=name, value=shown))
        return {
            "title": self.say("title.row", row=str(row + 1)),
            "symbols": f"{self.row_name(row)}: {name}",
            "numbers": "=",
            "answer": shown,
            "sentence": joined(*said, between=" "),
            "question": self.said("row.question", {"many": is_many}, **places),
        }

    def _listed(self, numbers: Sequence[tuple[str, int]]) -> Text:
        return joined(*[joined(f"{name} = ", Shown(value(i))) for name, i in numbers], between=", ")

    def _rows_back(self, step: Step) -> Words:
        me = self.names.node(step.about["node"])
        return {
            "title": self.say("title.rows_back", me=me),
            "symbols": self._partial(me),
            "numbers": "=",
            "answer": Shown(step.about["seed"]),
            "sentence": self.say("rows_back", me=me),
            "question": self.say("rows_back.question", me=me),
        }

    def worked_share(self, share: Share) -> Worked:
        """``0 + 0 + 0.0304 + (−0.1276) =``."""
        worked = worked_sum(share.parts, grad(share.index))
        return worked if len(share.parts) > MOST_ROWS else worked._replace(most=MOST_ROWS)

    def _share(self, step: Step) -> Words:
        share: Share = step.about["share"]
        me = self.units.parameters[share.index]
        worked, answer = self.worked_share(share), Shown(grad(share.index))
        said = [self.said("share", me=me, equation=joined(worked, answer, between=" "))]
        zeros = [Condition("zero", (part,)) for part in share.rows]
        if len(zeros) > 1:
            rows = [either(is_zero, str(row + 1)) for row, is_zero in enumerate(zeros)]
            when = {"many": Condition("many", tuple(zeros))}
            nothing = self.said("share.nothing", when, rows=joined(*rows, between=", "))
            said.append(either(Condition("some", tuple(zeros)), nothing))
        if share.left is not None:
            said.append(self.said("share.left", left=Shown(share.left)))
        if share.others is not None:
            said.append(self.say("share.others"))
        return {
            "title": self.say("title.share", me=me),
            "symbols": f"{self._partial(me)} = {self._summands(share)}",
            "numbers": joined("= ", worked),
            "answer": answer,
            "sentence": joined(*said, between=" "),
            "question": self.say("share.question", me=me),
        }

    def _summands(self, share: Share) -> str:
        count = len(share.rows)
        rows = [self.row_name(row) for row in range(count)]
        words = [self.say("more.left")] if share.left is not None else []
        words += rows if count <= TERMS - 2 else [self.say("share.rows")]
        return " + ".join([*words, *[self.say("more.others")] * (share.others is not None)])

    def _rows_again(self, step: Step) -> Words:
        words = super()._again(step)
        rows = range(min(len(self.it.boards), MOST_ROWS))
        if len(self.it.network.columns[-1]) > 1:
            return words
        made: list[Text] = [Shown(again(self.outputs(row)[0][1])) for row in rows]
        if len(self.it.boards) > MOST_ROWS:
            made.append("…")
        said = self.said("rows_again.outputs", made=joined(*made, between=", "))
        return {**words, "sentence": joined(words["sentence"], said, between=" ")}
