"""A lesson told: its steps as symbols, numbers and sentences, for one pass and in one language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..labels import columns
from ..lessons.lesson import (
    Step,
    grad,
    moved,
)
from ..see.outline import Item
from . import equations
from .backward import Backward
from .equations import number
from .numbers import MINUS
from .operations import Equation
from .speech import MOST_GIVEN, told_apart


class Teller(Backward):
    """Tells one board: `tell` makes a told step of each step."""

    # --- the beginning ----------------------------------------------------------------------------

    def _start(self, _: Step) -> dict[str, str]:
        leaves = [
            item
            for item in self.board.outline.items
            if not item.symbol and item.key not in self.names.numbers and item.kind != "group"
        ]
        said = [self.say("start", () if self.board.has_gradients else ("loss_only",))]
        # Of a network there are too many: the picture and the line above say enough.
        kinds = () if self.board.neurons else ("parameter", "frozen", "variable", "constant")
        for kind in kinds:
            names = [self.names[item.key] for item in leaves if item.kind == kind]
            if names:
                holds = ("many",) if len(names) > 1 else ()
                said.append(self.say(f"start.{kind}", holds, names=self.listed(names)))
        if any(run.steps for run in self.board.neurons.values()):
            said.append(self.say("start.neurons"))
        return {
            "title": self.say("title.start"),
            "symbols": self._given(leaves),
            "numbers": "",
            "answer": "",
            "sentence": " ".join(said),
            "question": "",
            "note": "; ".join(self._remarks()),
        }

    def _given(self, leaves: Sequence[Item]) -> str:
        """``w1 = 0.5, b = 0.6931``, as much as fits a line."""
        text = ""
        for place, item in enumerate(leaves):
            part = f"{', ' * bool(text)}{self.names[item.key]} = {number(item.value)}"
            if columns(text + part) > MOST_GIVEN:
                return f"{text}, … ({len(leaves) - place:,})" if text else ""
            text += part
        return text

    def _remarks(self) -> Iterable[str]:
        """What has to be known before."""
        board, items = self.board, self.board.outline.items
        if board.has_gradients and not board.is_plain:
            terms = [
                f"{equations.factor(self.n(s))} · {self.names.node(r)}" for r, s in board.seeds
            ]
            yield self.say(
                "note.objective", terms=" + ".join([*terms[:5], *["…"] * (len(terms) > 5)])
            )
        if not board.has_gradients:
            yield self.say("note.constant")
        given = [self.names[i.key] for i in items if not i.symbol and i.key in self.names.given]
        if given:
            holds = ("many",) if len(given) > 1 else ()
            yield self.say("note.given", holds, names=self.listed(given))
        for item in items:
            was, now = item.value, item.now
            if item.symbol or now is None or was == now or (was != was and now != now):
                continue
            yield self.say("note.changed", me=self.names[item.key], now=number(now))
        for index, x in self.numbers.left.items():
            yield self.say("note.left", me=self.names.node(index), left=number(x))
        if any(item.left_out for item in items) and not board.is_part:
            yield self.say("note.left_out")
        if board.is_part:
            yield self.say("note.part")

    def _operation(self, step: Step) -> dict[str, str]:
        item = self.board.items[step.about["me"]]
        equation = self.equation(item)
        said = self.sentence_of(item)
        calculation = equation.numbers.removeprefix("= ").removesuffix(" =").removesuffix(" ≈")
        is_trivial = equation.numbers == "="
        shown = f"{self.names[item.key]} = {equation.answer}"
        if not is_trivial:
            shown = f"{equation.numbers.removeprefix('= ')} {equation.answer}"
        sentences_ = [said, self.say("result", equation=shown)]
        run = self.board.neurons.get(item.key)
        if run is not None and self._is_off(run.steps, item):
            sentences_.append(self.say("neuron.off", me=self.names[item.key]))
        question = (
            self.say("question.value", me=self.names[item.key])
            if is_trivial or run is not None
            else self.say("question.result", calculation=calculation)
        )
        title = self.say("title.operation", symbols=equation.symbols)
        if run is not None:
            title = self.say("title.neuron", me=self.names[item.key])
        return {
            "title": title,
            "symbols": equation.symbols,
            "numbers": equation.numbers,
            "answer": equation.answer,
            "sentence": " ".join(sentences_),
            "question": f"{said} {question}",
        }

    def _is_off(self, steps: Sequence[int], item: Item) -> bool:
        slopes = [self.board.nodes[index].slopes[0] for index in steps]
        return bool(steps) and item.value == 0.0 and math.prod(slopes) == 0.0

    # --- the update -------------------------------------------------------------------------------

    def stepped(self, index: int) -> tuple[str, str]:
        """``0.5 − 0.1 × (−1.024) =`` and ``0.6024``."""
        before, now = self.board.nodes[index].value, self.n(moved(index))
        gradient = self.n(grad(index))
        inputs = [before, self.numbers.rate, gradient]
        digits, sign = equations.digits_for(lambda w, r, g: w - r * g, inputs, now)
        return (
            f"{number(before, digits)} {MINUS} {equations.factor(self.numbers.rate, digits)} × "
            f"{equations.factor(gradient, digits)} {sign}"
        ), number(now)

    def partial_of(self, index: int) -> str:
        """The same as `partial`, for a node that may not be drawn."""
        key = str(index)
        if key in self.board.items:
            return self.partial(key)
        return self._partial(self.names.node(index))

    def _update(self, step: Step) -> dict[str, str]:
        index = step.about["node"]
        me, partial = self.names.node(index), self.partial_of(index)
        before, now = self.board.nodes[index].value, self.n(moved(index))
        gradient = self.n(grad(index))
        numbers, answer = self.stepped(index)
        was, becomes = told_apart(before, now)
        holds = {
            name
            for name, is_so in {
                "nan": gradient != gradient,
                "infinite": math.isinf(gradient),
                "zero": gradient == 0.0,
                "same": was == becomes,
                "positive": gradient > 0,
                "raised": now > before,
            }.items()
            if is_so
        }
        symbols = {
            "me": me, "partial": partial, "gradient": number(gradient), "was": was, "now": becomes,
        }  # fmt: skip
        is_first = step.about["is_first"] and self.board.nodes[index].kind != "parameter"
        return {
            "title": self.say("title.update", me=me),
            "symbols": f"{me} ← {me} {MINUS} rate · {partial}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say("update", holds, **symbols),
            "question": self.say("update.question", **symbols),
            "note": self.say("note.no_parameters") if is_first else "",
        }

    def _updates(self, step: Step) -> dict[str, str]:
        nodes: Sequence[int] = step.about["nodes"]
        gradients = [self.n(grad(index)) for index in nodes]
        index = nodes[equations.strongest(gradients, 1)[0]]
        me = self.names.node(index)
        numbers, answer = self.stepped(index)
        was, now = told_apart(self.board.nodes[index].value, self.n(moved(index)))
        symbols = {"count": f"{len(nodes):,}", "rate": number(self.numbers.rate), "me": me}
        is_plain = self.board.nodes[index].kind != "parameter"
        return {
            "title": self.say("title.updates", count=f"{len(nodes):,}"),
            "symbols": f"{me} ← {me} {MINUS} rate · {self.partial_of(index)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say("updates", was=was, now=now, **symbols),
            "question": self.say("updates.question", **symbols),
            "note": self.say("note.no_parameters") if is_plain else "",
        }

    def _again(self, _: Step) -> dict[str, str]:
        board, root = self.board, self.names.goal
        key = str(board.seeds[0][0])
        was, now = self.objective(self.numbers.values), self.objective(self.numbers.again)
        before, after_ = told_apart(was, now)
        equation = Equation(root, "=", number(now))
        if board.is_plain and key in board.items and not board.is_given(board.items[key]):
            equation = self.equation(board.items[key], fresh=True)
        holds = {
            name
            for name, is_so in {
                "infinite": not math.isfinite(was),
                "nan": not math.isfinite(now),
                "same": now == was,
                "raised": now > was,
            }.items()
            if is_so
        }
        return {
            "title": self.say("title.again"),
            "symbols": equation.symbols,
            "numbers": equation.numbers,
            "answer": equation.answer,
            "sentence": self.say("again", holds, was=before, now=after_),
            "question": self.say("again.question", was=before),
            "note": self.say("note.old_gradients"),
        }

    def objective(self, values: Sequence[float]) -> float:
        """What gradients are taken of, from the values of all nodes."""
        if self.board.is_plain:
            return float(values[self.graph.roots[0]])
        found = 0.0
        for root, seed in self.board.seeds:
            found += self.n(seed) * values[root]
        return found
