"""Lessons of the layers of a larger network, told."""

from __future__ import annotations

from collections.abc import Sequence

from ..lessons.layers import Layer, Layers, most
from ..lessons.lesson import (
    Quantity,
    Step,
    again,
    chance,
    grad,
    product,
    shared,
    slope,
    times,
    used,
    value,
)
from ..see.neurons import Unit
from .formula import Tree, named
from .names import NetworkNames
from .numbers import MINUS
from .operations import written
from .speech import NAMED, Words, largest, worked_product, worked_sum
from .speech import product as product_text
from .teller import Teller
from .text import Condition, Shown, Text, Whether, Worked, Zeros, either, joined

E_TO = ("**", ("constant", "e"), ("-", 0, 1))


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

    def _outputs_of(self, units: Sequence[Unit]) -> list[Quantity]:
        return [value(self.it.output(unit)) for unit in units]

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
        outputs = self._outputs_of(layer.shown)
        sizes = [self.n(one) for one in outputs]
        best = most(layer.shown, sizes)
        if layer.is_scores:
            best = layer.shown[max(range(len(sizes)), key=lambda k: sizes[k])]
        equation = self.equation(self.board.items[str(self.it.output(best))])
        when: dict[str, Whether] = {"scores": layer.is_scores, "linear": not best.activation}
        count, width = f"{len(layer.units):,}", f"{len(best.weights):,}"
        said = self.said("layer", when, count=count, width=width, op=self._op(best))
        me = self.unit(best)
        parts = [said, self.said("layer.largest", when, me=me, value=equation.answer)]
        if best.activation:
            all_ = tuple(self._outputs_of(layer.units))
            off = self.said("layer.off", zeros=Zeros(all_), count=count)
            parts.append(either(Condition("any_zero", (all_,)), off))
        return {
            "title": self.say("title.layer", layer=self.layer_name(layer)),
            **equation._asdict(),
            "sentence": joined(*parts, between=" "),
            "question": joined(said, self.say("layer.question", me=me), between=" "),
        }

    def chance(self, place: int) -> Quantity:
        """The probability of a class."""
        ends = self.it.ends
        assert ends is not None
        return chance(place, [value(index) for index in ends.scores])

    def _softmax(self, _: Step) -> Words:
        ends = self.it.ends
        assert ends is not None
        k, me = ends.target, self.class_of(ends.target)
        scores = [value(index) for index in ends.scores]
        chances = [self.chance(j) for j in range(len(scores))]
        said = [self.said("softmax", me=me, value=Shown(chances[k]))]
        wrong = self.said(
            "softmax.wrong",
            me=largest(chances, [self.class_of(j) for j in range(len(scores))]),
            value=largest(chances, [Shown(one) for one in chances]),
        )
        said.append(either(Condition("beaten", (k, tuple(chances))), wrong))
        notes = [joined(f"p({self.class_of(j)}) = ", Shown(one)) for j, one in enumerate(chances)]
        terms = scores[k], shared(scores)
        return {
            "title": self.say("title.softmax"),
            "symbols": f"p({me}) = e^({self.names.node(ends.scores[k])} {MINUS} ln Σ eˢ)",
            "numbers": joined("= ", Worked(E_TO, terms, chances[k], least=6)),
            "answer": Shown(chances[k]),
            "sentence": joined(*said, between=" "),
            "question": self.say("softmax.question", me=me),
            "note": largest(chances, notes, NAMED),
        }

    def _entropy(self, _: Step) -> Words:
        ends = self.it.ends
        assert ends is not None
        loss, me = value(ends.loss), self.names.node(ends.loss)
        tree = ("neg", ("call", "log", 0))
        equation = written(
            f"{me} = {MINUS}ln p({self.class_of(ends.target)})", tree, [self.chance(ends.target)],
            loss,
        )  # fmt: skip
        return {
            "title": self.say("title.entropy", me=me),
            **equation._asdict(),
            "sentence": self.said("entropy", me=me, value=Shown(loss)),
            "question": self.say("entropy.question", me=me),
        }

    def _operation(self, step: Step) -> Words:
        if not step.about.get("hidden"):
            return super()._operation(step)
        item = self.board.items[step.about["me"]]
        me, shown = self.names[item.key], Shown(value(item.node))
        return {
            "title": self.say("title.entropy", me=me),
            "symbols": me,
            "numbers": "=",
            "answer": shown,
            "sentence": self.said("operation.hidden", me=me, value=shown),
            "question": self.say("question.value", me=me),
        }

    # --- layers, backward -------------------------------------------------------------------------

    def _scores(self, _: Step) -> Words:
        ends = self.it.ends
        assert ends is not None
        k, me = ends.target, self.class_of(ends.target)
        upstream, gradient = grad(ends.loss), grad(ends.scores[k])
        symbols = f"p({me}) {MINUS} 1"
        tree: Tree = ("-", 0, ("number", 1))
        terms = [self.chance(k)]
        is_alone = self.n(upstream) == 1.0
        if not is_alone:
            symbols = f"({symbols}) · {self._partial(self.names.node(ends.loss))}"
            tree = ("*", tree, 1)
            terms.append(upstream)
        others = [j for j in range(len(ends.scores)) if j != k]
        said = [joined(f"{self.class_of(j)}: ", Shown(grad(ends.scores[j]))) for j in others]
        left = f"{self._partial(self.names.node(ends.scores[k]))} = "
        equation = written(f"{left}{symbols}", tree, terms, gradient)
        return {
            "title": self.say("title.scores"),
            **equation._asdict(),
            "sentence": self.said(
                "scores", {"alone": is_alone}, me=me, value=Shown(gradient),
                terms=largest([self.chance(j) for j in others], said, 2), upstream=Shown(upstream),
            ),
            "question": self.say("scores.question", me=me),
        }  # fmt: skip

    def _outputs(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        unit = most(layer.units, self.grads(layer.units))
        return self._sum_over_uses(unit, "outputs")

    def _sum_over_uses(
        self, unit: Unit, key: str, when: dict[str, Whether] | None = None, **symbols: str
    ) -> Words:
        """A unit's gradient as the sum over all that use it."""
        me, node = self.unit(unit), self.it.output(unit)
        gradient = grad(node)
        uses = self.graph.contributions(node)
        terms = [product(one.consumer, one.position) for one in uses] or [gradient]
        return {
            "title": self.say(f"title.{key}", **symbols),
            "symbols": self._partial(me),
            "numbers": joined("= ", worked_sum(terms, gradient)),
            "answer": Shown(gradient),
            "sentence": self.said(key, when, me=me, value=Shown(gradient), **symbols),
            "question": self.say(f"{key}.question", me=me, **symbols),
        }

    def _layer_weights(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        unit, place, shares = self.it.largest_weight(layer)
        run = unit.runs[self.it.example]
        upstream, share = grad(run.total), product(run.total, place)
        said: list[Text] = []
        z = self.via(str(run.output))
        if run.steps:
            rate = times(*[slope(index, 0) for index in run.steps])
            equation = product_text(rate, grad(run.output), upstream)
            said.append(
                self.said("layer_weights.through", op=self._op(unit), z=z, equation=equation)
            )
        weight = self._weight(unit, place)
        count = f"{len(shares):,}"
        said.append(self.said("layer_weights", count=count, me=weight, value=Shown(share)))
        zeros = sum(one == 0.0 for one in shares)
        if zeros:
            said.append(self.say("layer_weights.zeros", zeros=f"{zeros:,}", count=count))
        source = self.units.sources(unit, self.it.example)[place]
        when = ("scores",) if layer.is_scores and self.it.ends else ()
        x = used(run.total, place + len(unit.weights))
        return {
            "title": self.say("title.layer_weights", when, layer=self.layer_name(layer)),
            "symbols": f"{self._partial(weight)} = {named(source).text} · {self._partial(z)}",
            "numbers": joined("= ", worked_product(x, upstream, share)),
            "answer": Shown(share),
            "sentence": joined(*said, between=" "),
            "question": self.say("layer_weights.question", me=weight),
        }

    def _layer_units(self, step: Step) -> Words:
        layer: Layer = step.about["layer"]
        following: Layer = step.about["after"]
        grads = self.grads(layer.units)
        passing = [u for u in layer.units if self.n(grad(self.it.total(u))) != 0.0]
        unit = most(passing or layer.units, self.grads(passing or layer.units))
        count, every = f"{len(following.units):,}", f"{len(grads):,}"
        when: dict[str, Whether] = {"off": most(layer.units, grads) is not unit}
        words = self._sum_over_uses(
            unit, "layer_units", when, count=count, layer=self.layer_name(layer)
        )
        zeros = sum(one == 0.0 for one in grads)
        off = sum(self.n(grad(self.it.total(one))) == 0.0 for one in layer.units)
        said = [words["sentence"]]
        if zeros:
            said.append(self.say("layer_units.zeros", zeros=f"{zeros:,}", count=every))
        if off > zeros:
            said.append(self.say("layer_units.off", zeros=f"{off:,}", count=every))
        return {
            **words,
            "symbols": joined(words["symbols"], f" = Σ w · ∂{named(self.names.goal).text}/∂z"),
            "sentence": joined(*said, between=" "),
        }

    def _again(self, step: Step) -> Words:
        words = super()._again(step)
        ends = self.it.ends
        if ends is None:
            return words
        now = chance(ends.target, [again(index) for index in ends.scores])
        me, was = self.class_of(ends.target), self.chance(ends.target)
        said = self.said("again.chance", me=me, was=Shown(was), now=Shown(now))
        return {**words, "sentence": joined(words["sentence"], said, between=" ")}


def given(title: str, sentence: str) -> Words:
    """The words of the step before all others."""
    return {
        "title": title, "symbols": "", "numbers": "", "answer": "", "sentence": sentence,
        "question": "",
    }  # fmt: skip
