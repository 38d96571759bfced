"""Lessons of the layers of a larger network, told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import logsumexp

from ..lessons.layers import Layer, Layers, most
from ..lessons.lesson import Quantity, Step, again, grad, product, used, value
from ..see.neurons import Unit
from . import equations
from .equations import factor, number, relation, seen
from .names import NetworkNames
from .numbers import MINUS
from .speech import NAMED
from .teller import Teller
from .typesetting import named

Words = dict[str, str]


class LayersTeller(Teller):
    """Tells the layers of a network on one example, and its units."""

    def __init__(self, it: Layers, names: object, units: NetworkNames, **more: str) -> None:
        super().__init__(it.board, names, **more)  # type: ignore[arg-type]
        self.it, self.units = it, units

    # --- names ------------------------------------------------------------------------------------

    def unit(self, unit: Unit) -> str:
        """What a unit is called."""
        return self.units.unit(unit)

    def class_of(self, place: int) -> str:
        """What a score is the score of: a class, counted from 0 as targets are."""
        label = self.unit(self.it.network.columns[-1][place])
        return str(place) if label == f"s{place}" else label

    def layer_name(self, layer: Layer) -> str:
        """What a layer is called."""
        holds = set()
        if layer.is_scores:
            holds.add("scores" if self.it.ends is not None else "last")
        if len(self.it.layers) <= 2:
            holds.add("alone")
        return self.say("layer.name", holds, place=str(self.it.layers.index(layer) + 1))

    def _op(self, unit: Unit) -> str:
        return unit.activation

    def _values_of(self, units: Sequence[Unit]) -> list[float]:
        return [self.n(value(self.it.output(unit))) for unit in units]

    def grads(self, units: Sequence[Unit]) -> list[float]:
        """The gradients of the results of some units."""
        return [self.n(grad(self.it.output(unit))) for unit in units]

    def _weight(self, unit: Unit, place: int) -> str:
        return self.units.parameters[unit.weights[place]]

    # --- layers -----------------------------------------------------------------------------------

    def _layers(self, _: Step) -> Words:
        it = self.it
        count = sum(len(unit.parameters) for unit in it.network.units)
        rows, columns = it.shape
        said = [
            self.say(
                "layers", ("image",) if it.is_image else (), rows=str(rows), columns=str(columns),
                count=f"{count:,}", inputs=f"{len(it.inputs):,}",
            ),
            self.say("layers.widths", widths=", ".join(f"{len(one.units):,}" for one in it.layers)),
            self.say("layers.lines"),
        ]  # fmt: skip
        return given(self.say("title.layers"), " ".join(said))

    def _layer(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        sizes = self._values_of(layer.shown)
        best = most(layer.shown, [max(x, 0.0) for x in sizes] if layer.is_scores else sizes)
        if layer.is_scores:
            best = layer.shown[max(range(len(sizes)), key=lambda k: sizes[k])]
        item = self.board.items[str(self.it.output(best))]
        equation = self.equation(item)
        holds = set()
        if layer.is_scores:
            holds.add("scores")
        if not best.activation:
            holds.add("linear")
        count, width = f"{len(layer.units):,}", f"{len(best.weights):,}"
        said = self.say("layer", holds, count=count, width=width, op=self._op(best))
        me = self.unit(best)
        sentence = [said, self.say("layer.largest", holds, me=me, value=equation.answer)]
        zeros = sum(x == 0.0 for x in self._values_of(layer.units))
        if zeros and best.activation:
            sentence.append(self.say("layer.off", zeros=f"{zeros:,}", count=count))
        return {
            "title": self.say("title.layer", layer=self.layer_name(layer)),
            "symbols": equation.symbols,
            "numbers": equation.numbers,
            "answer": equation.answer,
            "sentence": " ".join(sentence),
            "question": f"{said} {self.say('layer.question', me=me)}",
        }

    def _softmax(self, _: Step) -> Words:
        ends = self.it.ends
        assert ends is not None
        k, me = ends.target, self.class_of(ends.target)
        score = self.n(value(ends.scores[k]))
        total = float(logsumexp([self.n(value(index)) for index in ends.scores]))
        p = ends.chances[k]
        sign = "="
        if math.isfinite(score - total):
            sign = relation(math.exp(float(seen(score, 6) - seen(total, 6))), p)
        best = max(range(len(ends.chances)), key=lambda j: ends.chances[j])
        said = [self.say("softmax", me=me, value=number(p))]
        if best != k:
            chance = number(ends.chances[best])
            said.append(self.say("softmax.wrong", me=self.class_of(best), value=chance))
        order = equations.strongest(list(ends.chances), NAMED)
        note = ", ".join(f"p({self.class_of(j)}) = {number(ends.chances[j])}" for j in order)
        return {
            "title": self.say("title.softmax"),
            "symbols": f"p({me}) = e^({self.names.node(ends.scores[k])} {MINUS} ln Σ eˢ)",
            "numbers": f"= e^({number(score, 6)} {MINUS} {factor(total, 6)}) {sign}",
            "answer": number(p),
            "sentence": " ".join(said),
            "question": self.say("softmax.question", me=me),
            "note": note,
        }

    def _entropy(self, _: Step) -> Words:
        ends = self.it.ends
        assert ends is not None
        p, loss = ends.chances[ends.target], self.n(value(ends.loss))
        me = self.names.node(ends.loss)
        is_seen = p > 0.0 and math.isfinite(p) and bool(seen(p))
        sign = relation(-math.log(float(seen(p))), loss) if is_seen else "≈"
        return {
            "title": self.say("title.entropy", me=me),
            "symbols": f"{me} = {MINUS}ln p({self.class_of(ends.target)})",
            "numbers": f"= {MINUS}ln({number(p)}) {sign}",
            "answer": number(loss),
            "sentence": self.say("entropy", me=me, value=number(loss)),
            "question": self.say("entropy.question", me=me),
        }

    def _operation(self, step: Step) -> Words:
        if not step.about.get("hidden"):
            return super()._operation(step)
        item = self.board.items[step.about["me"]]
        me, shown = self.names[item.key], number(self.n(value(item.node)))
        return {
            "title": self.say("title.entropy", me=me),
            "symbols": me,
            "numbers": "=",
            "answer": shown,
            "sentence": self.say("operation.hidden", me=me, value=shown),
            "question": self.say("question.value", me=me),
        }

    # --- layers, backward -------------------------------------------------------------------------

    def _scores(self, _: Step) -> Words:
        ends = self.it.ends
        assert ends is not None
        k, me = ends.target, self.class_of(ends.target)
        upstream, gradient = self.n(grad(ends.loss)), self.n(grad(ends.scores[k]))
        p = ends.chances[k]
        holds = set()
        symbols, numbers = f"p({me}) {MINUS} 1", f"{number(p)} {MINUS} 1"
        calculated = seen(p) - 1
        if upstream == 1.0:
            holds.add("alone")
        else:
            symbols = f"({symbols}) · {self._partial(self.names.node(ends.loss))}"
            numbers = f"({numbers}) × {factor(upstream)}"
            calculated *= seen(upstream) if math.isfinite(upstream) else 1
        others = [j for j in equations.strongest(list(ends.chances), 4) if j != k][:2]
        terms = [f"{self.class_of(j)}: {number(self.n(grad(ends.scores[j])))}" for j in others]
        is_seen = math.isfinite(gradient) and math.isfinite(upstream)
        sign = relation(calculated, gradient) if is_seen else "="
        answer = number(gradient)
        return {
            "title": self.say("title.scores"),
            "symbols": f"{self._partial(self.names.node(ends.scores[k]))} = {symbols}",
            "numbers": f"= {numbers} {sign}",
            "answer": answer,
            "sentence": self.say(
                "scores", holds, me=me, value=answer, terms=", ".join(terms),
                upstream=number(upstream),
            ),
            "question": self.say("scores.question", me=me),
        }  # fmt: skip

    def _outputs(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        unit = most(layer.units, self.grads(layer.units))
        return self._sum_over_uses(unit, "outputs")

    def _sum_over_uses(
        self, unit: Unit, key: str, holds: Sequence[str] = (), **symbols: str
    ) -> Words:
        """A unit's gradient as the sum over all that use it."""
        me, node = self.unit(unit), self.it.output(unit)
        gradient = self.n(grad(node))
        terms = [one.product for one in self.graph.contributions(node)] or [gradient]
        numbers, answer = equations.long_total(terms, gradient)
        return {
            "title": self.say(f"title.{key}", **symbols),
            "symbols": self._partial(me),
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say(key, holds, me=me, value=answer, **symbols),
            "question": self.say(f"{key}.question", me=me, **symbols),
        }

    def _layer_weights(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        unit, place, shares = self.it.largest_weight(layer)
        run = unit.runs[self.it.example]
        upstream, share = self.n(grad(run.total)), self.n(product(run.total, place))
        x = self.n(used(run.total, place + len(unit.weights)))
        numbers, answer = equations.product(x, upstream, share)
        said = []
        z = self.via(str(run.output))
        if run.steps:
            rate = math.prod(self.board.nodes[index].slopes[0] for index in run.steps)
            above = self.n(grad(run.output))
            equation = " ".join(equations.product(rate, above, upstream))
            said.append(
                self.say("layer_weights.through", op=self._op(unit), z=z, equation=equation)
            )
        weight = self._weight(unit, place)
        count = f"{len(shares):,}"
        said.append(self.say("layer_weights", count=count, me=weight, value=answer))
        zeros = sum(one == 0.0 for one in shares)
        if zeros:
            said.append(self.say("layer_weights.zeros", zeros=f"{zeros:,}", count=count))
        source = self.units.sources(unit, self.it.example)[place]
        holds = ("scores",) if layer.is_scores and self.it.ends else ()
        return {
            "title": self.say("title.layer_weights", holds, layer=self.layer_name(layer)),
            "symbols": f"{self._partial(weight)} = {named(source).text} · {self._partial(z)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": " ".join(said),
            "question": self.say("layer_weights.question", me=weight),
        }

    def _layer_units(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        following: Layer = step.about["after"]
        grads = self.grads(layer.units)
        passing = [u for u in layer.units if self.n(grad(self.it.total(u))) != 0.0]
        unit = most(passing or layer.units, self.grads(passing or layer.units))
        count = f"{len(following.units):,}"
        holds = ("off",) if most(layer.units, grads) is not unit else ()
        words = self._sum_over_uses(
            unit, "layer_units", holds, count=count, layer=self.layer_name(layer)
        )
        words["symbols"] += f" = Σ w · ∂{named(self.names.goal).text}/∂z"
        zeros = sum(one == 0.0 for one in grads)
        said = [words["sentence"]]
        every = f"{len(grads):,}"
        if zeros:
            said.append(self.say("layer_units.zeros", zeros=f"{zeros:,}", count=every))
        off = sum(self.n(grad(self.it.total(one))) == 0.0 for one in layer.units)
        if off > zeros:
            said.append(self.say("layer_units.off", zeros=f"{off:,}", count=every))
        words["sentence"] = " ".join(said)
        return words

    def _again(self, step: Step) -> Words:
        words = super()._again(step)
        ends = self.it.ends
        if ends is not None:
            scores = [again(index) for index in ends.scores]
            now = self.n(Quantity("chance", (ends.target, *scores)))
            was = ends.chances[ends.target]
            me = self.class_of(ends.target)
            said = self.say("again.chance", me=me, was=number(was), now=number(now))
            words["sentence"] += f" {said}"
        return words


def given(title: str, sentence: str) -> Words:
    """The words of the step before all others."""
    return {
        "title": title, "symbols": "", "numbers": "", "answer": "", "sentence": sentence,
        "question": "",
    }  # fmt: skip
