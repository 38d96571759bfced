"""The steps backward, told: along arrows, through neurons, to weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..lessons.board import Move
from ..lessons.lesson import Quantity, Step, gathered, grad, used, value
from ..lessons.lesson import product as product_of
from ..lessons.lesson import slope as slope_at
from ..lessons.steps import so_far
from ..see.examples import MEAN
from .formula import PRODUCT, TERMS, Piece, named
from .health import SATURATED
from .numbers import number
from .operations import Slope, Term, slope_of
from .speech import (
    LISTED,
    LONG,
    NAMED,
    Speech,
    Words,
    largest,
    product,
    total,
    worked_product,
    worked_sum,
)
from .text import Condition, Fitting, Shown, Text, Whether, Worked, either, joined

ONE = Quantity("constant", (1.0,))


class Backward(Speech):
    """Tells the steps backward of one board."""

    # --- backward: where it starts ----------------------------------------------------------------

    def _seed(self, step: Step) -> Words:
        me = self.names.node(step.about["node"])
        seed = Shown(step.about["seed"])
        when: dict[str, Whether] = {"end": self.board.is_plain}
        note: Text = ""
        if not step.box:
            note = self.say("seed.hidden", me=me)
        elif self.board.has_left(step.box[1:]):
            note = self._left_here(step.about["node"])
        return {
            "title": self.say("title.seed", me=me),
            "symbols": self._partial(me),
            "numbers": "=",
            "answer": seed,
            "sentence": self.said("seed", when, me=me, seed=seed),
            "question": self.said("seed.question", when, me=me),
            "note": note,
        }

    def _left_here(self, index: int) -> Text:
        return self.say("note.left_here", left=number(self.numbers.left[index]))

    def _handed(self, step: Step) -> Words:
        seeds = step.about["seeds"]
        terms = [
            joined(f"{self._partial(self.names.node(index))} = ", Shown(what))
            for index, what in seeds
        ]
        if len(terms) > LISTED:
            terms = [*terms[: LISTED - 1], f"… ({len(terms) - LISTED + 1:,})"]
        me = self.names.node(seeds[0][0])
        return {
            "title": self.say("title.handed", me=me),
            "symbols": self._partial(me),
            "numbers": "=",
            "answer": Shown(seeds[0][1]),
            "sentence": self.said("handed", terms=joined(*terms, between=", ")),
            "question": self.say("handed.question", me=me),
        }

    # --- backward: along one arrow ----------------------------------------------------------------

    def slope(self, move: Move) -> Slope:
        """A local derivative in symbols."""
        board, item = self.board, self.board.items[move.consumer]
        run = board.neurons.get(move.consumer)
        terms = self.terms(board.operands(item))
        if run is not None and move.link.edge is not None:
            half = len(terms) // 2
            place = move.link.edge[1]
            is_bias = place >= 2 * half
            return Slope(Piece("1") if is_bias else terms[(place + half) % (2 * half)].piece)
        if item.symbol == MEAN:
            return Slope(Piece(f"1 / {number(self.n(terms[-1].what))}", PRODUCT))
        row = board.row(item)
        assert row is not None
        result = Term(self.names[item.key], board.value(item.key), -1)
        return slope_of(row, terms, move.link.position, result, move.slope)

    def term(self, move: Move, *, leads: bool = True) -> Text:
        """One path's share in symbols: ``(1 − o²) · ∂L/∂o``; what ``leads`` may be negative."""
        slope = self.slope(move).factor(leads=leads)
        return joined(slope, f" · {self._partial(self.via(move.consumer))}")

    def _arrow(self, step: Step) -> Words:
        move: Move = step.about["move"]
        parts = so_far(self.board, move)
        sum_ = gathered(*parts)
        worked = worked_product(move.slope, move.upstream, move.product)
        if len(parts) > 1:
            terms = gathered(*parts[:-1]), move.slope, move.upstream
            worked = Worked(("+", 0, ("*", 1, 2)), terms, sum_)
        me, via = self.names[move.operand], self.via(move.consumer)
        local = self.slope(move)
        return {
            "title": self.say("title.arrow", me=me, via=via),
            "symbols": joined(f"{self.partial(move.operand)} = ", self._symbols(move)),
            "numbers": joined("= ", worked),
            "answer": Shown(sum_ if len(parts) > 1 else move.product),
            **self._in_words(move, sum_),
            "note": joined(self._rule(move, local), self._progress(move, sum_), between="; "),
        }

    def _rule(self, move: Move, local: Slope) -> Text:
        if local.kink is False:
            return local.rule
        row = self.board.row(self.board.items[move.consumer])
        op = "" if row is None else row.symbol
        note = self.said("note.kink", op=op, slope=Shown(move.slope))
        return either(local.kink, note, local.rule)

    def _symbols(self, move: Move) -> Text:
        """The shares in symbols, as many as have arrived and fit a line."""
        start = self._starts(move.operand)
        mine = self.term(move, leads=move.place == 1 and not start)
        to_come = "" if move.is_last else " + …"
        if move.place == 1:
            return joined(f"{start} + " if start else "", mine, to_come)
        short = joined("… + ", mine, to_come)
        if move.place > TERMS:
            return short
        arrived = self.board.arriving(move.operand)[: move.place - 1]
        parts = [start, *self._in_a_row(arrived, leads=not start), mine]
        return Fitting(LONG, joined(joined(*parts, between=" + "), to_come), short)

    def _in_a_row(self, moves: Sequence[Move], *, leads: bool) -> list[Text]:
        return [self.term(move, leads=leads and not k) for k, move in enumerate(moves)]

    def summands(self, key: str, moves: Sequence[Move]) -> Text:
        """All parts of a gradient in symbols; of many only how many there are."""
        start = self._starts(key)
        count = len(self.board.starts(key)) + len(moves)
        if count > TERMS:
            return self.say("total.many", count=f"{count:,}")
        return joined(start, *self._in_a_row(moves, leads=not start), between=" + ")

    def _starts(self, key: str) -> str:
        """What a sum begins with before anything flows in, in symbols."""
        return " + ".join(
            ["left"] * self.board.has_left(key) + ["seed"] * bool(self.board.items[key].seeds)
        )

    def _progress(self, move: Move, sum_: Quantity) -> Text:
        """How far a sum has come; at its end the whole sum."""
        left: Text = ""
        if self.board.has_left(move.operand):
            left = self._left_here(self.board.items[move.operand].node)
        if move.count == 1:
            return left
        place, count = f"{move.place:,}", f"{move.count:,}"
        if move.is_last:
            equation = total(so_far(self.board, move), sum_)
            return self.said("note.all", place=place, count=count, equation=equation)
        text = self.said("note.so_far", sum=Shown(sum_), place=place, count=count)
        return joined(left if move.place == 1 else "", text, between="; ")

    def _in_words(self, move: Move, sum_: Quantity) -> Words:
        """The sentence of an arrow, and the question that it answers."""
        rate, upstream, share = move.slope, move.upstream, move.product
        no_upstream = Condition("zero", (upstream,)), Condition("zero", (share,))
        end = self._is_end(move)
        when: dict[str, Whether] = {
            "flat": Condition("zero", (rate,)),
            "no_upstream": Condition("every", no_upstream),
            "nan": Condition("nan", (share,)),
            "end": end,
            "rounds": Condition("rounds", (worked_product(rate, upstream, share),)),
        }
        places: dict[str, Text] = {
            "me": self.names[move.operand],
            "via": self.via(move.consumer),
            "slope": Shown(rate),
            "upstream": Shown(upstream),
            "product": Shown(share),
        }
        parts = [*self._place(move), self.said("arrow", when, **places), *self._why(move, rate)]
        if move.count > 1 or self.board.starts(move.operand):
            parts.append(self._sum(move, sum_))
        is_nan = Condition("nan", (sum_,))
        is_lost = Condition("none", (Condition("finite", (sum_,)),))
        parts.append(either(is_lost, self.said("arrow.warning", {"nan": is_nan})))
        return {
            "sentence": joined(*parts, between=" "),
            "question": self.said("arrow.question", {"end": end}, **places),
        }

    def _is_end(self, move: Move) -> Whether:
        root = str(self.board.seeds[0][0])
        has_steps = move.consumer in self.board.neurons and self.board.neurons[move.consumer].steps
        is_end = self.board.is_plain and not has_steps and move.consumer == root
        return Condition("equal", (move.upstream, ONE)) if is_end else False

    def _place(self, move: Move) -> Iterable[Text]:
        """Of an operand that goes in several times, from which place."""
        same = [m for m in self.board.arriving(move.operand) if m.consumer == move.consumer]
        if 1 < len(same) <= LISTED and move.consumer not in self.board.neurons:
            yield self.say(
                "arrow.place", me=self.names[move.operand], via=self.names[move.consumer],
                count=f"{len(same)}", place=f"{same.index(move) + 1}",
            )  # fmt: skip

    def _why(self, move: Move, rate: Quantity) -> Iterable[Text]:
        """Why a slope is 0, or nearly."""
        item = self.board.items[move.consumer]
        row = self.board.row(item)
        if row is None or move.consumer in self.board.neurons:
            return
        if f"flat.{row.name}" in self.table:
            flat = self.say(f"flat.{row.name}", x=self.names[move.operand])
            yield either(Condition("zero", (rate,)), flat)
        if item.is_unit and not move.link.position:
            saturated = self.say("arrow.saturated", op=item.symbol)
            yield either(Condition("slight", (rate, SATURATED)), saturated)

    def _sum(self, move: Move, sum_: Quantity) -> Text:
        key = move.operand
        if not move.is_last:
            more = move.count - move.place
            return self.say("arrow.more", ("many",) if more > 1 else (), more=f"{more:,}")
        node = self.board.items[key].node
        has_left = self.board.has_left(key)
        when: dict[str, Whether] = {
            "left": has_left,
            "seeded": bool(self.board.items[key].seeds),
            "alone": move.count == 1,
            "two": move.count == 2,
        }
        return self.said(
            "arrow.sum", when, me=self.names[key], partial=self.partial(key), total=Shown(sum_),
            left=number(self.numbers.left[node]) if has_left else "", count=f"{move.count:,}",
        )  # fmt: skip

    # --- backward: many arrows at once ------------------------------------------------------------

    def _wide(self, step: Step) -> Words:
        moves: Sequence[Move] = step.about["moves"]
        via, shares = self.via(moves[0].consumer), [move.product for move in moves]
        terms = [joined(f"{self.names[m.operand]} ", Shown(m.product)) for m in moves]
        to_come = sum(not m.is_last for m in {m.operand: m for m in moves}.values())
        note = ""
        if to_come:
            when = ("many",) if to_come > 1 else ()
            note = self.say("note.to_come", when, count=f"{to_come:,}")
        places: dict[str, Text] = {
            "via": via, "upstream": Shown(moves[0].upstream), "count": f"{len(moves):,}",
        }  # fmt: skip
        symbols = [joined(f"{self.partial(m.operand)} = ", self.term(m), ", …") for m in moves]
        worked = [worked_product(m.slope, m.upstream, m.product) for m in moves]
        return {
            "title": self.say("title.wide", via=via, count=f"{len(step.writes):,}"),
            "symbols": largest(shares, symbols),
            "numbers": joined("= ", largest(shares, worked)),
            "answer": largest(shares, [Shown(share) for share in shares]),
            "sentence": self.said("wide", terms=largest(shares, terms, NAMED), **places),
            "question": self.said(
                "wide.question",
                me=largest(shares, [self.names[m.operand] for m in moves]),
                slope=largest(shares, [Shown(m.slope) for m in moves]),
                **places,
            ),
            "note": note,
        }

    def _fan(self, step: Step) -> Words:
        moves: Sequence[Move] = step.about["moves"]
        key = step.about["me"]
        me, sum_ = self.names[key], self.board.gradient(key)
        shares = [move.product for move in moves]
        terms = [joined(Shown(m.product), f" ({self.names[m.consumer]})") for m in moves]
        count = f"{len(moves):,}"
        return {
            "title": self.say("title.fan", me=me),
            "symbols": f"{self.partial(key)} = Σ w · ∂{named(self.names.goal).text}/∂z",
            "numbers": joined("= ", worked_sum(shares, sum_)),
            "answer": Shown(sum_),
            "sentence": self.said(
                "fan", me=me, count=count, total=Shown(sum_), terms=largest(shares, terms, NAMED)
            ),
            "question": self.say("fan.question", me=me, count=count),
        }

    # --- backward: inside a neuron ----------------------------------------------------------------

    def activation_slope(self, key: str) -> Text:
        """The slope of a neuron's activation in symbols: ``(1 − h2²)``."""
        run = self.board.neurons[key]
        me = self.names[key]
        node = self.board.nodes[run.output]
        if len(run.steps) != 1 or node.op is None:
            return f"∂{me}/∂z"
        terms = [Term(f"z({me})", used(run.output, 0), 0)]
        for k, x in enumerate(node.inputs[1:], 1):
            terms.append(Term(number(x), used(run.output, k), k, is_number=True, value=x))
        result = Term(me, value(run.output), -1)
        found = slope_of(node.op, terms, 0, result, slope_at(run.output, 0))
        return found.factor(leads=True)

    def _through(self, step: Step) -> Words:
        about, key = step.about, step.about["me"]
        me, run = self.names[key], self.board.neurons[step.about["me"]]
        rate, share = about["slope"], about["product"]
        op = self.activations(run.steps)
        flat = Condition("zero", (rate,))
        off = Condition("every", (flat, Condition("zero", (self.board.value(key),))))
        places: dict[str, Text] = {
            "me": me, "op": op, "slope": Shown(rate), "product": Shown(share),
        }  # fmt: skip
        symbols = joined(
            f"{self._partial(f'z({me})')} = ", self.activation_slope(key), f" · {self._partial(me)}"
        )
        return {
            "title": self.say("title.through", me=me, op=op),
            "symbols": symbols,
            "numbers": joined("= ", worked_product(rate, about["upstream"], share)),
            "answer": Shown(share),
            "sentence": self.said("through", {"flat": flat, "off": off}, **places),
            "question": self.said("through.question", **places),
        }

    def _weights(self, step: Step) -> Words:
        key = step.about["me"]
        run = self.board.neurons[key]
        sums = self.board.nodes[run.total]
        half = len(sums.operands) // 2
        places = [place for place in step.about["places"] if place < half]
        upstream = grad(run.total)
        shares = [product_of(run.total, place) for place in places]
        terms = [
            joined(
                f"{self.names.node(sums.operands[place])} ",
                product(slope_at(run.total, place), upstream, share),
            )
            for place, share in zip(places, shares, strict=True)
        ]
        said = []
        grad_ = Shown(upstream, behind=True)
        if places:
            is_short = len(places) <= NAMED + 1
            listed = (
                joined(*terms, between="; ") if is_short else largest(shares, terms, NAMED, "; ")
            )
            when: dict[str, Whether] = {"many": not is_short}
            said.append(self.said("weights", when, grad=grad_, terms=listed))
        if any(place >= 2 * half for place in step.about["places"]):
            said.append(self.said("weights.bias", grad=Shown(upstream)))
        if any(index in self.numbers.left for index in sums.operands):
            said.append(self.say("weights.left"))
        first = places or [2 * half]
        sizes = [product_of(run.total, place) for place in first]
        weights = [self.names.node(sums.operands[place]) for place in first]
        sources = [
            self.names.node(sums.operands[place + half]) if places else "1" for place in first
        ]
        symbols = [
            f"{self._partial(weight)} = {named(source).text} · {self._partial(self.via(key))}"
            for weight, source in zip(weights, sources, strict=True)
        ]
        worked = [
            worked_product(slope_at(run.total, place), upstream, share)
            for place, share in zip(first, sizes, strict=True)
        ]
        is_of_many = len(self.graph.contributions(sums.operands[first[0]])) > 1
        return {
            "title": self.say("title.weights", me=self.names[key]),
            "symbols": largest(sizes, symbols),
            "numbers": joined("= ", largest(sizes, worked)),
            "answer": largest(sizes, [Shown(share) for share in sizes]),
            "sentence": joined(*said, between=" "),
            "question": self.said("weights.question", me=largest(sizes, weights), grad=grad_),
            "note": self.say("note.this_row") if is_of_many else "",
        }
