"""Lessons of one unit of a larger network, told."""

from __future__ import annotations

from ..lessons.lesson import Step, grad, used, value
from ..lessons.unit import Opened
from . import equations
from .equations import factor, number
from .layers_teller import LayersTeller, Words, given
from .operations import applied
from .speech import NAMED
from .typesetting import named


class UnitTeller(LayersTeller):
    """Tells the layers of a network on one example, and its units."""

    def _unit(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        holds = ("bias",) if of.bias else ()
        said = self.say("unit", holds, me=self.unit(of.unit), count=f"{of.half:,}")
        return given(self.say("title.unit"), said)

    def product_of(self, of: Opened, k: int) -> tuple[str, str]:
        """Weight × input, and what it gives."""
        weight = self.n(used(of.run.total, k))
        x = self.n(used(of.run.total, k + of.half))
        return equations.product(weight, x, self.n(of.product(k)))

    def _products(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        k = of.chosen[0]
        numbers, answer = self.product_of(of, k)
        me = self.units.sources(of.unit, self.it.example)[k]
        said = [self.say("products", me=me, equation=f"{numbers} {answer}")]
        if of.others:
            rest = number(self.n(of.rest))
            said.append(self.say("products.others", count=f"{len(of.others):,}", value=rest))
        return {
            "title": self.say("title.products"),
            "symbols": f"{self._weight(of.unit, k)} · {named(me).text}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": " ".join(said),
            "question": self.say("products.question", me=me),
        }

    def sum_of(self, of: Opened) -> tuple[str, str]:
        """The weighted sum in numbers: the strongest products, the others, the bias."""
        parts = [self.n(of.product(k)) for k in range(of.half)]
        if of.unit.bias is not None:
            parts.append(self.n(value(of.unit.bias)))
        return equations.long_total(parts, self.n(value(of.run.total)))

    def _unit_sum(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        numbers, answer = self.sum_of(of)
        holds = ("bias",) if of.bias else ()
        z = "z" if of.run.steps else self.unit(of.unit)
        return {
            "title": self.say("title.unit_sum"),
            "symbols": f"{z} = Σ w · x{' + b' * bool(of.bias)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say("unit_sum", holds, value=answer),
            "question": self.say("unit_sum.question", holds),
        }

    def _activation(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        me, op = self.unit(of.unit), self._op(of.unit)
        total, result = self.n(value(of.run.total)), self.n(value(of.run.output))
        sign = "≈"
        node = self.board.nodes[of.run.output]
        if len(of.run.steps) == 1 and node.op is not None:
            sign = applied(node.op, [equations.as_seen(total), *node.inputs[1:]], result)
        said = [self.say("activation", me=me, op=op, value=number(result))]
        if self._is_off(of.run.steps, self.board.items[of.out[1:]]):
            said.append(self.say("neuron.off", me=me))
        return {
            "title": self.say("title.activation", op=op),
            "symbols": f"{me} = {op}(z)",
            "numbers": f"= {op}({number(total)}) {sign}",
            "answer": number(result),
            "sentence": " ".join(said),
            "question": self.say("activation.question", op=op),
        }

    def _arriving(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        users = [*of.users, *of.more_users]
        gradient = self.n(grad(of.run.output))
        numbers, answer = equations.long_total([one.product for one in users], gradient)
        me = self.unit(of.unit)
        terms = [f"{number(one.product)} ({self.user(one.consumer)})" for one in of.users[:NAMED]]
        holds = ("alone",) if len(users) == 1 or of.unit.column == len(self.it.layers) - 1 else ()
        return {
            "title": self.say("title.arriving", me=me),
            "symbols": f"{self._partial(me)} = Σ w · ∂{named(self.names.goal).text}/∂z",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say(
                "arriving", holds, me=me, value=answer, count=f"{len(users):,}",
                terms=", ".join(terms),
            ),
            "question": self.say("arriving.question", me=me),
        }  # fmt: skip

    def user(self, index: int) -> str:
        """What uses a unit."""
        found = self.it.network.run_of.get(index)
        return self.names.node(index) if found is None else self.unit(found[0])

    def _unit_weights(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        k, down = of.best, self.n(grad(of.run.total))
        shares = [self.n(of.share(j)) for j in range(of.half)]
        x = self.n(used(of.run.total, k + of.half))
        numbers, answer = equations.product(x, down, shares[k])
        me = self.units.sources(of.unit, self.it.example)[k]
        holds = ("zero",) if not down else ()
        said = [
            self.say(
                "unit_weights", holds, grad=factor(down), me=me, equation=f"{numbers} {answer}"
            )
        ]
        zeros = sum(share == 0.0 for share in shares)
        if zeros and down:
            said.append(self.say("unit_weights.zeros", zeros=f"{zeros:,}", count=f"{of.half:,}"))
        if of.bias:
            said.append(self.say("weights.bias", grad=number(down)))
        z = "z" if of.run.steps else self.unit(of.unit)
        return {
            "title": self.say("title.unit_weights"),
            "symbols": f"{self._partial(self._weight(of.unit, k))} = {named(me).text} · "
            f"{self._partial(z)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": " ".join(said),
            "question": self.say("unit_weights.question", grad=factor(down), me=me),
        }
