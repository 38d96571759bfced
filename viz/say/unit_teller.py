"""Lessons of one unit of a larger network, told."""

from __future__ import annotations

from ..lessons.lesson import Quantity, Step, grad, used, value
from ..lessons.lesson import product as product_of
from ..lessons.unit import Opened
from .formula import named
from .layers_teller import LayersTeller, given
from .operations import written
from .speech import NAMED, Words, product, worked_product, worked_sum
from .text import Condition, Shown, Text, Zeros, either, joined


class UnitTeller(LayersTeller):
    """Tells the layers of a network on one example, and its units."""

    def _unit(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        when = ("bias",) if of.bias else ()
        said = self.say("unit", when, me=self.unit(of.unit), count=f"{of.half:,}")
        return given(self.say("title.unit"), said)

    def factors(self, of: Opened, k: int) -> tuple[Quantity, Quantity, Quantity]:
        """A weight, its input, and their product."""
        return used(of.run.total, k), used(of.run.total, k + of.half), of.product(k)

    def _products(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        k = of.chosen[0]
        factors = self.factors(of, k)
        me = self.units.sources(of.unit, self.it.example)[k]
        said = [self.said("products", me=me, equation=product(*factors))]
        if of.others:
            count = f"{len(of.others):,}"
            said.append(self.said("products.others", count=count, value=Shown(of.rest)))
        return {
            "title": self.say("title.products"),
            "symbols": f"{self._weight(of.unit, k)} · {named(me).text}",
            "numbers": joined("= ", worked_product(*factors)),
            "answer": Shown(factors[2]),
            "sentence": joined(*said, between=" "),
            "question": self.say("products.question", me=me),
        }

    def parts(self, of: Opened) -> list[Quantity]:
        """What is added up: all products, and the bias."""
        found = [of.product(k) for k in range(of.half)]
        return found if of.unit.bias is None else [*found, value(of.unit.bias)]

    def _unit_sum(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        when = ("bias",) if of.bias else ()
        z = "z" if of.run.steps else self.unit(of.unit)
        total_ = value(of.run.total)
        return {
            "title": self.say("title.unit_sum"),
            "symbols": f"{z} = Σ w · x{' + b' * bool(of.bias)}",
            "numbers": joined("= ", worked_sum(self.parts(of), total_)),
            "answer": Shown(total_),
            "sentence": self.said("unit_sum", {"bias": bool(of.bias)}, value=Shown(total_)),
            "question": self.say("unit_sum.question", when),
        }

    def _activation(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        me, op = self.unit(of.unit), self._op(of.unit)
        node, result = self.board.nodes[of.run.output], value(of.run.output)
        more = [used(of.run.output, k) for k in range(1, len(node.inputs))]
        equation = written(
            f"{me} = {op}(z)", ("call", op, *range(1 + len(more))), [value(of.run.total), *more],
            result,
        )  # fmt: skip
        if len(of.run.steps) > 1:
            numbers = joined(f"= {op}(", Shown(value(of.run.total)), ") ≈")
            equation = equation._replace(numbers=numbers)
        off = self.is_off(of.run.steps, self.board.items[of.out[1:]])
        said = self.said("activation", me=me, op=op, value=Shown(result))
        return {
            "title": self.say("title.activation", op=op),
            **equation._asdict(),
            "sentence": joined(said, either(off, self.say("neuron.off", me=me)), between=" "),
            "question": self.say("activation.question", op=op),
        }

    def _arriving(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        users = [*of.users, *of.more_users]
        gradient, me = grad(of.run.output), self.unit(of.unit)
        shares = [product_of(one.consumer, one.position) for one in users]
        terms = [
            joined(Shown(share), f" ({self.user(one.consumer)})")
            for share, one in zip(shares[:NAMED], of.users, strict=False)
        ]
        alone = len(users) == 1 or of.unit.column == len(self.it.layers) - 1
        return {
            "title": self.say("title.arriving", me=me),
            "symbols": f"{self._partial(me)} = Σ w · ∂{named(self.names.goal).text}/∂z",
            "numbers": joined("= ", worked_sum(shares, gradient)),
            "answer": Shown(gradient),
            "sentence": self.said(
                "arriving", {"alone": alone}, me=me, value=Shown(gradient),
                count=f"{len(users):,}", terms=joined(*terms, between=", "),
            ),
            "question": self.say("arriving.question", me=me),
        }  # fmt: skip

    def user(self, index: int) -> str:
        """What uses a unit."""
        found = self.it.network.run_of.get(index)
        return self.names.node(index) if found is None else self.unit(found[0])

    def _unit_weights(self, step: Step) -> Words:
        of: Opened = step.about["of"]
        k, down = of.best, grad(of.run.total)
        shares = tuple([of.share(j) for j in range(of.half)])
        factors = used(of.run.total, k + of.half), down, shares[k]
        me = self.units.sources(of.unit, self.it.example)[k]
        zero, grad_ = Condition("zero", (down,)), Shown(down, behind=True)
        said: list[Text] = [
            self.said("unit_weights", {"zero": zero}, grad=grad_, me=me, equation=product(*factors))
        ]
        zeros = self.said("unit_weights.zeros", zeros=Zeros(shares), count=f"{of.half:,}")
        some = Condition("any_zero", (shares,)), Condition("none", (zero,))
        said.append(either(Condition("every", some), zeros))
        if of.bias:
            said.append(self.said("weights.bias", grad=Shown(down)))
        z = "z" if of.run.steps else self.unit(of.unit)
        partial = self._partial(self._weight(of.unit, k))
        return {
            "title": self.say("title.unit_weights"),
            "symbols": f"{partial} = {named(me).text} · {self._partial(z)}",
            "numbers": joined("= ", worked_product(*factors)),
            "answer": Shown(shares[k]),
            "sentence": joined(*said, between=" "),
            "question": self.said("unit_weights.question", grad=grad_, me=me),
        }
