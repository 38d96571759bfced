"""A lesson told: its steps as symbols, numbers and sentences, for one pass and in one language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..labels import columns
from ..lessons.lesson import Quantity, Step, grad, moved, slope, times, value
from ..lessons.lesson import number as constant
from ..see.outline import Item
from ..see.paths import strongest
from .backward import Backward
from .numbers import MINUS, factor, number
from .operations import Equation
from .speech import MOST_GIVEN, Words
from .text import Apart, Condition, Joined, Shown, Text, Whether, Worked, either, joined


class Teller(Backward):
    """Tells one board: `tell` makes a told step of each step."""

    # --- the beginning ----------------------------------------------------------------------------

    def _start(self, _: Step) -> Words:
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
                when = ("many",) if len(names) > 1 else ()
                said.append(self.say(f"start.{kind}", when, names=self.listed(names)))
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

    def _given(self, leaves: Sequence[Item]) -> Text:
        """``w1 = 0.5, b = 0.6931``, as much as fits a line."""
        parts: list[Text] = []
        width = 0
        for place, item in enumerate(leaves):
            name = f"{', ' * bool(parts)}{self.names[item.key]} = "
            width += columns(name + number(item.value))
            if width > MOST_GIVEN:
                return joined(*parts, f", … ({len(leaves) - place:,})") if parts else ""
            parts += [name, Shown(self.board.value(item.key))]
        return joined(*parts)

    def _remarks(self) -> Iterable[str]:
        """What has to be known before."""
        board, items = self.board, self.board.outline.items
        if board.has_gradients and not board.is_plain:
            terms = [
                f"{factor(self.n(seed))} · {self.names.node(root)}" for root, seed in board.seeds
            ]
            more = [*terms[:5], *["…"] * (len(terms) > 5)]
            yield self.say("note.objective", terms=" + ".join(more))
        if not board.has_gradients:
            yield self.say("note.constant")
        given = [self.names[i.key] for i in items if not i.symbol and i.key in self.names.given]
        if given:
            when = ("many",) if len(given) > 1 else ()
            yield self.say("note.given", when, names=self.listed(given))
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

    def _operation(self, step: Step) -> Words:
        item = self.board.items[step.about["me"]]
        me, equation = self.names[item.key], self.equation(item)
        run = self.board.neurons.get(item.key)
        said = self.sentence_of(item)
        worked = self.calculation(equation)
        shown = joined(worked or f"{me} =", equation.answer, between=" ")
        parts: list[Text] = [said, self.said("result", equation=shown)]
        if run is not None:
            parts.append(either(self.is_off(run.steps, item), self.say("neuron.off", me=me)))
        if worked is None or run is not None:
            question: Text = self.say("question.value", me=me)
        else:
            question = self.said("question.result", calculation=worked._replace(bare=True))
        title = self.said("title.operation", symbols=equation.symbols)
        return {
            "title": title if run is None else self.say("title.neuron", me=me),
            **equation._asdict(),
            "sentence": joined(*parts, between=" "),
            "question": joined(said, question, between=" "),
        }

    def calculation(self, equation: Equation) -> Worked | None:
        """What an equation calculates; None if it only copies a number."""
        parts = equation.numbers.parts if isinstance(equation.numbers, Joined) else ()
        return next((part for part in parts if isinstance(part, Worked)), None)

    def is_off(self, steps: Sequence[int], item: Item) -> Whether:
        """Whether a neuron gives 0, and goes on giving it."""
        if not steps:
            return False
        rate = times(*[slope(index, 0) for index in steps])
        zeros = Condition("zero", (self.board.value(item.key),)), Condition("zero", (rate,))
        return Condition("every", zeros)

    # --- the update -------------------------------------------------------------------------------

    def stepped(self, index: int) -> Words:
        """The equation of a step of training: ``0.5 − 0.1 × (−1.024) =``, ``0.6024``."""
        me = self.names.node(index)
        terms = value(index), constant(self.numbers.rate), grad(index)
        worked = Worked(("-", 0, ("*", 1, 2)), terms, moved(index))
        return {
            "symbols": f"{me} ← {me} {MINUS} rate · {self.partial_of(index)}",
            "numbers": joined("= ", worked),
            "answer": Shown(moved(index)),
        }

    def partial_of(self, index: int) -> str:
        """The same as `partial`, for a node that may not be drawn."""
        key = str(index)
        if key in self.board.items:
            return self.partial(key)
        return self._partial(self.names.node(index))

    def _update(self, step: Step) -> Words:
        index = step.about["node"]
        me, gradient = self.names.node(index), grad(index)
        was, now = value(index), moved(index)
        when: dict[str, Whether] = {
            "nan": Condition("nan", (gradient,)),
            "infinite": Condition("infinite", (gradient,)),
            "zero": Condition("zero", (gradient,)),
            "same": Condition("same", (was, now)),
            "positive": Condition("positive", (gradient,)),
            "raised": Condition("above", (now, was)),
        }
        places: dict[str, Text] = {
            "me": me, "partial": self.partial_of(index), "gradient": Shown(gradient),
            "was": Apart(was, now), "now": Apart(now, was),
        }  # fmt: skip
        is_first = step.about["is_first"] and self.board.nodes[index].kind != "parameter"
        return {
            "title": self.say("title.update", me=me),
            **self.stepped(index),
            "sentence": self.said("update", when, **places),
            "question": self.said("update.question", **places),
            "note": self.say("note.no_parameters") if is_first else "",
        }

    def _updates(self, step: Step) -> Words:
        nodes: Sequence[int] = step.about["nodes"]
        index = nodes[strongest([self.n(grad(one)) for one in nodes], 1)[0]]
        me, was, now = self.names.node(index), value(index), moved(index)
        places: dict[str, Text] = {
            "count": f"{len(nodes):,}", "rate": number(self.numbers.rate), "me": me,
            "was": Apart(was, now), "now": Apart(now, was),
        }  # fmt: skip
        is_plain = self.board.nodes[index].kind != "parameter"
        return {
            "title": self.say("title.updates", count=f"{len(nodes):,}"),
            **self.stepped(index),
            "sentence": self.said("updates", **places),
            "question": self.said("updates.question", **places),
            "note": self.say("note.no_parameters") if is_plain else "",
        }

    def _again(self, _: Step) -> Words:
        board, root = self.board, self.names.goal
        key = str(board.seeds[0][0])
        was, now = Quantity("objective", (False,)), Quantity("objective", (True,))
        equation = Equation(root, "=", Shown(now))
        if board.is_plain and key in board.items and not board.is_given(board.items[key]):
            equation = self.equation(board.items[key], fresh=True)
        lost = {"infinite": was, "nan": now}
        when: dict[str, Whether] = {
            name: Condition("none", (Condition("finite", (what,)),)) for name, what in lost.items()
        }
        when |= {"same": Condition("equal", (was, now)), "raised": Condition("above", (now, was))}
        before = Apart(was, now)
        return {
            "title": self.say("title.again"),
            **equation._asdict(),
            "sentence": self.said("again", when, was=before, now=Apart(now, was)),
            "question": self.said("again.question", was=before),
            "note": self.say("note.old_gradients"),
        }
