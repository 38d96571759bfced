"""All rows together: what each of them brings to every parameter, and the update that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ....say.equations import number
from ....see.neurons import Network
from ...story import GRADIENT, VALUE, Entry, Fill, Step, View
from ..naming import Names
from ..singles import computed
from ..updating import Update
from . import table
from .entries import parameter
from .row import SINGLE, UNIT, Part
from .tally import Share
from .told import Told, gradient_text, value_text

MOST = 14  # parameters in the table
MOST_NAMED = 6  # inputs and outputs of a row that a sentence names
KEY = "all"


def view(
    steps: Sequence[Told], tally: Mapping[int, Share], update: Update,
    nudges: Callable[[int], str], tabs: int | None = None,
) -> View:  # fmt: skip
    """The view of all rows, of which the first have tabs of their own, or all."""
    return All(steps, tally, update, nudges, len(steps) if tabs is None else tabs).view()


class All:
    """All rows, with what each brings to the parameters in the table."""

    def __init__(
        self, steps: Sequence[Told], tally: Mapping[int, Share], update: Update,
        nudges: Callable[[int], str], tabs: int,
    ) -> None:  # fmt: skip
        self.rows, self.tabs = steps, tabs
        self.tally, self.update, self.nudges = tally, update, nudges
        first = steps[0].row
        self.network: Network = first.network
        self.graph = self.network.graph
        self.names: Names = first.names
        self.goal = self.names.goal
        order = sorted(tally, key=lambda i: -abs(tally[i].grad))
        chosen = set(order[:MOST])
        self.shown = [i for i in tally if i in chosen]
        self.ends = [end(row) for row in steps]
        self.has_more = any(tally[i].left or tally[i].others is not None for i in self.shown)

    def view(self) -> View:
        """Picture, steps and entries."""
        steps = tuple(self.steps())
        left_out = len(self.tally) - len(self.shown)
        hint = (
            f"The {len(self.shown)} largest gradients; {left_out:,} others are not in the table"
            if left_out
            else ""
        )
        title = f"All {self.network.examples} rows: what each brings to every gradient"
        return View(
            KEY, "all", title, table.svg(self, steps), tuple(self.entries()), steps, hint=hint
        )

    # --- steps ------------------------------------------------------------------------------------

    def steps(self) -> Iterator[Step]:
        """Every row forward, every parameter's sum, the update, every row again."""
        yield self._start()
        for row in range(len(self.rows)):
            yield self._forward(row)
        root = self.root()
        yield from self._loss(root)
        grad = self.graph.nodes[root.node].grad or 0.0
        yield Step(
            "backward", "backward begins", f"∂{self.goal}/∂{self.goal}", "=", number(grad),
            f"Backward begins at {self.goal}. Each row then sends its own share to every "
            "parameter, and a parameter adds up what it gets.",
            f"Backward begins at {self.goal}. At which rate does it move itself?",
            box=root.id, fills=(Fill(root.id, GRADIENT, gradient_text(grad), repr(grad)),),
        )  # fmt: skip
        for index in self.shown:
            yield self._sum(index)
        if self.update.gradients:
            yield self._update()
            yield self._again(root)

    def _start(self) -> Step:
        fills = [
            Fill(f"n{i}", VALUE, number(self.graph.nodes[i].value), repr(self.graph.nodes[i].value))
            for i in self.shown
        ]
        count = self.network.examples
        sentence = (
            f"All {count} rows go through the same network, with the same "
            f"{len(self.tally)} parameters."
        )
        return Step("start", "what is given", "", "", "", sentence, sentence, fills=tuple(fills))

    def _forward(self, row: int) -> Step:
        end, box = self.ends[row], f"r{row}"
        steps = self.rows[row]
        outputs = self._outputs(row)
        inputs = [
            f"{part.name} = {number(self.graph.nodes[part.node].value)}"
            for part in steps.row.parts if part.role == "input"
        ]  # fmt: skip
        given = ", ".join(inputs) if len(inputs) <= MOST_NAMED else f"its {len(inputs)} inputs"
        made = ", ".join(f"{name} = {number(value)}" for name, value in outputs)
        if len(outputs) > MOST_NAMED:
            name, high = max(outputs, key=lambda one: one[1])
            made = f"{len(outputs)} outputs, {name} = {number(high)} the highest"
        value = self.graph.nodes[end.node].value
        sentence = f"Row {row + 1}: of {given} the network makes {made}."
        question = f"Row {row + 1}: what does the network make of {given}?"
        if end.role != UNIT:
            sentence += f" {end.name} is {number(value)}."
        return Step(
            "forward", f"row {row + 1}", f"row {row + 1}: {end.name}", "=", number(value),
            sentence, question, box=box,
            fills=(Fill(box, VALUE, value_text(value), repr(value)),),
        )  # fmt: skip

    def _outputs(self, row: int, values: Sequence[float] | None = None) -> list[tuple[str, float]]:
        found = []
        for unit in self.network.columns[-1]:
            index = unit.runs[row].output
            value = self.graph.nodes[index].value if values is None else float(values[index])
            found.append((self.names.unit(unit), value))
        return found

    def root(self) -> Part:
        """The box of the loss."""
        return self.rows[-1].row.root

    def _loss(self, root: Part) -> Iterator[Step]:
        node = self.graph.nodes[root.node]
        if root.role != SINGLE:
            return
        symbols, numbers, answer, words = computed(self.rows[-1].row, root)
        yield Step(
            "forward", root.name, symbols, numbers, answer, f"{words} {answer}.", f"{words} …?",
            box=root.id, sources=tuple(f"r{k}" for k in range(len(self.rows))),
            fills=(Fill(root.id, VALUE, value_text(node.value), repr(node.value)),),
        )  # fmt: skip

    def _sum(self, index: int) -> Step:
        share, name, goal = self.tally[index], self.names.parameter(index), self.goal
        numbers, answer = share.equation()
        fills = [
            Fill(f"c{index}_{row}", GRADIENT, number(x), repr(x))
            for row, x in enumerate(share.rows)
        ]
        if self.has_more:
            rest = share.left + (share.others or 0.0)
            fills.append(Fill(f"c{index}_more", GRADIENT, number(rest), repr(rest)))
        fills.append(Fill(f"n{index}", GRADIENT, f"g {answer}", repr(share.grad)))
        zeros = [k + 1 for k, x in enumerate(share.rows) if x == 0.0]
        used = f"Every row uses {name}, and brings its share"
        why = ""
        if zeros and len(zeros) < len(share.rows):
            rows = "Row" if len(zeros) == 1 else "Rows"
            why = f" {rows} {_and(zeros)} bring{'s' * (len(zeros) == 1)} nothing."
        extra = f" {number(share.left)} was left from an earlier backward." if share.left else ""
        extra += "" if share.others is None else " The last comes from outside the rows."
        return Step(
            "backward", name, f"∂{goal}/∂{name} = {self._symbols(share)}", f"= {numbers}", answer,
            f"{used}: {numbers} {answer}.{why}{extra}", f"{used}. What do they add up to?",
            box=f"n{index}", fills=tuple(fills),
        )  # fmt: skip

    def _symbols(self, share: Share) -> str:
        words = ["left over"] if share.left else []
        count = len(share.rows)
        words += [f"row {k}" for k in range(1, count + 1)] if count <= 4 else ["Σ of the rows"]
        return " + ".join([*words, *["penalty"] * (share.others is not None)])

    def _update(self) -> Step:
        goal = self.goal
        first = max(self.shown, key=lambda i: abs(self.tally[i].grad))
        numbers, answer = self.update.equation(first) if first in self.update.moved else ("", "")
        name = self.names.parameter(first)
        fills = [
            Fill(f"n{i}", VALUE, number(self.update.moved[i]), repr(self.update.moved[i]))
            for i in self.shown
            if i in self.update.moved
        ]
        sentence = (
            f"Every parameter goes a step against its gradient, at rate {number(self.update.rate)}."
            f" {name}, whose gradient is the largest, goes from "
            f"{number(self.graph.nodes[first].value)} to {answer}."
        )
        return Step(
            "update", "all parameters", f"{name} ← {name} − rate · ∂{goal}/∂{name}",
            f"= {numbers}", answer, sentence,
            f"Every parameter goes a step against its gradient. Where does {name} go?",
            box=f"n{first}", fills=tuple(fills),
        )  # fmt: skip

    def _again(self, root: Part) -> Step:
        values = self.update.values
        fills = [
            Fill(f"r{k}", VALUE, value_text(values[end.node]), repr(values[end.node]))
            for k, end in enumerate(self.ends)
        ]
        fills.append(Fill(root.id, VALUE, value_text(self.update.root), repr(self.update.root)))
        made = ", ".join(
            number(value) for k in range(min(len(self.rows), 8))
            for _, value in self._outputs(k, values)[:1]
        )  # fmt: skip
        sentence = (
            f"All rows forward again, with the new parameters: {self.goal} {self.update.outcome}."
        )
        if len(self.network.columns[-1]) == 1:
            sentence += f" The outputs are now {made}{', …' * (len(self.rows) > 8)}."
        return Step(
            "again", "forward again", f"{self.goal} after the update", "=",
            number(self.update.root), sentence,
            f"All rows forward again, with the new parameters. What becomes of {self.goal}?",
            box=root.id, fills=tuple(fills),
        )  # fmt: skip

    # --- entries ----------------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """Rows, the loss, parameters, and what each row brings to each."""
        for row, end in enumerate(self.ends):
            node = self.graph.nodes[end.node]
            outputs = self._outputs(row)
            given = ", ".join(f"{name} {number(value)}" for name, value in outputs[:MOST_NAMED])
            given += ", …" * (len(outputs) > MOST_NAMED)
            yield Entry(
                f"r{row}", f"row {row + 1}", f"{end.name} of row {row + 1} ({given})",
                number(node.value), repr(node.value), number(node.grad), repr(node.grad),
                opens=self._opens(row),
            )  # fmt: skip
        root = self.graph.nodes[self.root().node]
        yield Entry(
            self.root().id, self.goal, "what gradients are taken of", number(root.value),
            repr(root.value), number(root.grad), repr(root.grad),
        )  # fmt: skip
        owners = {
            index: part for part, index, _ in self.rows[-1].row.parameters()
        }  # fmt: skip
        for index in self.shown:
            part = owners[index]
            assert part.unit is not None
            what = "bias" if index == part.unit.bias else "weight"
            yield parameter(
                self.rows[-1], part, index, what, share=self.tally[index], nudges=self.nudges
            )
            for row, x in enumerate(self.tally[index].rows):
                yield Entry(
                    f"c{index}_{row}", f"row {row + 1} to {self.names.parameter(index)}",
                    "what one row brings to the gradient of a parameter", "", "", number(x),
                    repr(x), opens=self._opens(row),
                )  # fmt: skip
            if self.has_more:
                share = self.tally[index]
                rest = share.left + (share.others or 0.0)
                yield Entry(
                    f"c{index}_more", f"besides, to {self.names.parameter(index)}",
                    "what was left from an earlier backward, and what comes from a penalty", "",
                    "", number(rest), repr(rest),
                )  # fmt: skip

    def _opens(self, row: int) -> str:
        return key_of(row) if row < self.tabs else ""


def key_of(row: int) -> str:
    """The key of a row's view."""
    return f"row-{row + 1}"


def end(steps: Told) -> Part:
    """The last box that belongs to a row alone: its own loss."""
    own = [
        part for part in steps.row.parts
        if part.role in {UNIT, SINGLE} and steps.row.network.example_of.get(part.node) is not None
    ]  # fmt: skip
    return own[-1]


def _and(numbers: Sequence[int]) -> str:
    words = list(map(str, numbers))
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
