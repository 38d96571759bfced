"""The steps backward, told: along arrows, through neurons, to weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..labels import columns
from ..lessons.board import Move
from ..lessons.lesson import (
    Step,
    gathered,
    grad,
)
from ..lessons.lesson import product as product_of
from ..lessons.lesson import slope as slope_at
from ..lessons.steps import so_far
from ..see.examples import MEAN
from . import equations
from .equations import number
from .health import SATURATED
from .operations import Slope, Term, slope_of
from .speech import LISTED, LONG, NAMED, Speech
from .typesetting import PRODUCT, Text, named


class Backward(Speech):
    """Tells the steps backward of one board."""

    # --- backward: where it starts ----------------------------------------------------------------

    def _seed(self, step: Step) -> dict[str, str]:
        me = self.names.node(step.about["node"])
        seed = number(self.n(step.about["seed"]))
        holds = ("end",) if self.board.is_plain else ()
        notes = []
        if not step.box:
            notes.append(self.say("seed.hidden", me=me))
        elif self.board.has_left(step.box[1:]):
            left = self.numbers.left[step.about["node"]]
            notes.append(self.say("note.left_here", left=number(left)))
        return {
            "title": self.say("title.seed", me=me),
            "symbols": self._partial(me),
            "numbers": "=",
            "answer": seed,
            "sentence": self.say("seed", holds, me=me, seed=seed),
            "question": self.say("seed.question", holds, me=me),
            "note": "; ".join(notes),
        }

    def _handed(self, step: Step) -> dict[str, str]:
        seeds = step.about["seeds"]
        terms = [f"{self._partial(self.names.node(i))} = {number(self.n(q))}" for i, q in seeds]
        me = self.names.node(seeds[0][0])
        return {
            "title": self.say("title.handed", me=me),
            "symbols": self._partial(me),
            "numbers": "=",
            "answer": number(self.n(seeds[0][1])),
            "sentence": self.say("handed", terms=self.listed(terms)),
            "question": self.say("handed.question", me=me),
        }

    # --- backward: along one arrow ----------------------------------------------------------------

    def slope(self, move: Move) -> Slope:
        """A local derivative in symbols."""
        board, item = self.board, self.board.items[move.consumer]
        value = self.n(move.slope)
        run = board.neurons.get(move.consumer)
        if run is not None and move.link.edge is not None:
            terms = self.terms(board.operands(item))
            half = len(terms) // 2
            place = move.link.edge[1]
            return Slope(terms[(place + half) % (2 * half)].text if place < 2 * half else Text("1"))
        if item.symbol == MEAN:
            count = self.terms(board.operands(item))[-1].value
            return Slope(Text(f"1 / {number(count)}", PRODUCT))
        row = board.row(item)
        assert row is not None
        result = Term(self.names[item.key], self.n(board.value(item.key)), -1)
        return slope_of(row, self.terms(board.operands(item)), move.link.position, result, value)

    def term(self, move: Move, *, leads: bool = True) -> str:
        """One path's share in symbols: ``(1 − o²) · ∂L/∂o``; what ``leads`` may be negative."""
        symbols = self.slope(move).symbols
        text = symbols.within(PRODUCT, leads=leads)
        if symbols.holds == PRODUCT and " / " in text and text[0] != "(":
            text = f"({text})"
        return f"{text} · {self._partial(self.via(move.consumer))}"

    def _arrow(self, step: Step) -> dict[str, str]:
        move: Move = step.about["move"]
        rate, upstream = self.n(move.slope), self.n(move.upstream)
        share = self.n(move.product)
        parts = so_far(self.board, move)
        sum_ = self.n(gathered(*parts))
        before = self.n(gathered(*parts[:-1]))
        is_sum = len(parts) > 1
        numbers, answer = (
            equations.added(before, rate, upstream, sum_)
            if is_sum
            else equations.product(rate, upstream, share)
        )
        sentence, question = self._in_words(move, sum_)
        local = self.slope(move)
        notes = [self._rule(move, local, rate), self._progress(move, sum_)]
        me, via = self.names[move.operand], self.via(move.consumer)
        return {
            "title": self.say("title.arrow", me=me, via=via),
            "symbols": f"{self.partial(move.operand)} = {self._symbols(move)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": sentence,
            "question": question,
            "note": "; ".join([note for note in notes if note]),
        }

    def _rule(self, move: Move, local: Slope, rate: float) -> str:
        if not local.is_kink:
            return local.rule
        row = self.board.row(self.board.items[move.consumer])
        return self.say("note.kink", op="" if row is None else row.symbol, slope=number(rate))

    def _symbols(self, move: Move) -> str:
        """The shares in symbols, as many as have arrived and fit a line."""
        start = self._starts(move.operand)
        mine = self.term(move, leads=move.place == 1 and not start)
        if move.count == 1:
            return f"{start} + {mine}" if start else mine
        if move.place == 1:
            return f"{start} + {mine} + …" if start else f"{mine} + …"
        if move.place <= equations.TERMS:
            arrived = self.board.arriving(move.operand)[: move.place - 1]
            parts = [*[start] * bool(start), *self._in_a_row(arrived, leads=not start), mine]
            whole = " + ".join(parts) + " + …" * (not move.is_last)
            if columns(whole) <= LONG:
                return whole
        return f"… + {mine}" + " + …" * (not move.is_last)

    def _in_a_row(self, moves: Sequence[Move], *, leads: bool) -> list[str]:
        return [self.term(move, leads=leads and not k) for k, move in enumerate(moves)]

    def summands(self, key: str, moves: Sequence[Move]) -> str:
        """All parts of a gradient in symbols; of many only how many there are."""
        start = self._starts(key)
        count = len(self.board.starts(key)) + len(moves)
        if count > equations.TERMS:
            return self.say("total.many", count=f"{count:,}")
        return " + ".join([*[start] * bool(start), *self._in_a_row(moves, leads=not start)])

    def _starts(self, key: str) -> str:
        """What a sum begins with before anything flows in, in symbols."""
        return " + ".join(
            ["left"] * self.board.has_left(key) + ["seed"] * bool(self.board.items[key].seeds)
        )

    def _progress(self, move: Move, sum_: float) -> str:
        """How far a sum has come; at its end the whole sum."""
        left = ""
        if self.board.has_left(move.operand):
            x = self.numbers.left[self.board.items[move.operand].node]
            left = self.say("note.left_here", left=number(x))
        if move.count == 1:
            return left
        place, count = f"{move.place:,}", f"{move.count:,}"
        if move.is_last:
            terms = [self.n(part) for part in so_far(self.board, move)]
            equation = " ".join(equations.long_total(terms, sum_))
            return self.say("note.all", place=place, count=count, equation=equation)
        text = self.say("note.so_far", sum=number(sum_), place=place, count=count)
        return f"{left}; {text}" if left and move.place == 1 else text

    def _in_words(self, move: Move, sum_: float) -> tuple[str, str]:
        """The sentence of an arrow, and the question that it answers."""
        me, via = self.names[move.operand], self.via(move.consumer)
        rate, upstream, share = self.n(move.slope), self.n(move.upstream), self.n(move.product)
        equation, answer = equations.product(rate, upstream, share)
        holds = set()
        if rate == 0.0:
            holds.add("flat")
        if upstream == 0.0 and share == 0.0:
            holds.add("no_upstream")
        if share != share:
            holds.add("nan")
        if self._is_end(move):
            holds.add("end")
        if equation.endswith("≈"):
            holds.add("rounds")
        symbols = {
            "me": me, "via": via, "slope": number(rate), "upstream": number(upstream),
            "product": answer,
        }  # fmt: skip
        found = [*self._place(move), self.say("arrow", holds, **symbols)]
        found += self._why(move, rate)
        if move.count > 1 or self.board.starts(move.operand):
            found.append(self._sum(move, sum_))
        if not math.isfinite(sum_):
            holds_ = ("nan",) if sum_ != sum_ else ()
            found.append(self.say("arrow.warning", holds_))
        return " ".join(found), self.say("arrow.question", holds & {"end"}, **symbols)

    def _is_end(self, move: Move) -> bool:
        root = str(self.board.seeds[0][0])
        has_steps = move.consumer in self.board.neurons and self.board.neurons[move.consumer].steps
        return (
            self.board.is_plain
            and not has_steps
            and (move.consumer == root and self.n(move.upstream) == 1.0)
        )

    def _place(self, move: Move) -> Iterable[str]:
        """Of an operand that goes in several times, from which place."""
        same = [m for m in self.board.arriving(move.operand) if m.consumer == move.consumer]
        if 1 < len(same) <= LISTED and move.consumer not in self.board.neurons:
            yield self.say(
                "arrow.place", me=self.names[move.operand], via=self.names[move.consumer],
                count=f"{len(same)}", place=f"{same.index(move) + 1}",
            )  # fmt: skip

    def _why(self, move: Move, rate: float) -> Iterable[str]:
        """Why a slope is 0, or nearly."""
        item = self.board.items[move.consumer]
        row = self.board.row(item)
        if row is None or move.consumer in self.board.neurons:
            return
        if rate == 0.0 and f"flat.{row.name}" in self.table:
            yield self.say(f"flat.{row.name}", x=self.names[move.operand])
        elif item.is_unit and not move.link.position and 0.0 < abs(rate) < SATURATED:
            yield self.say("arrow.saturated", op=item.symbol)

    def _sum(self, move: Move, sum_: float) -> str:
        key = move.operand
        if not move.is_last:
            more = move.count - move.place
            return self.say("arrow.more", ("many",) if more > 1 else (), more=f"{more:,}")
        holds = set()
        left = ""
        if self.board.has_left(key):
            holds.add("left")
            left = number(self.numbers.left[self.board.items[key].node])
        if self.board.items[key].seeds:
            holds.add("seeded")
        if move.count == 1:
            holds.add("alone")
        if move.count == 2:
            holds.add("two")
        return self.say(
            "arrow.sum", holds, me=self.names[key], partial=self.partial(key), total=number(sum_),
            left=left, count=f"{move.count:,}",
        )  # fmt: skip

    # --- backward: many arrows at once ------------------------------------------------------------

    def _largest_of(self, moves: Sequence[Move], most: int = NAMED) -> list[Move]:
        shares = [self.n(move.product) for move in moves]
        return [moves[k] for k in equations.strongest(shares, most)]

    def _wide(self, step: Step) -> dict[str, str]:
        moves: Sequence[Move] = step.about["moves"]
        chosen = self._largest_of(moves)
        first, via = chosen[0], self.via(moves[0].consumer)
        rate, upstream, share = self.n(first.slope), self.n(first.upstream), self.n(first.product)
        numbers, answer = equations.product(rate, upstream, share)
        terms = [f"{self.names[m.operand]} {number(self.n(m.product))}" for m in chosen]
        to_come = sum(not m.is_last for m in {m.operand: m for m in moves}.values())
        note = ""
        if to_come:
            holds = ("many",) if to_come > 1 else ()
            note = self.say("note.to_come", holds, count=f"{to_come:,}")
        symbols = {"via": via, "upstream": number(upstream), "count": f"{len(moves):,}"}
        me = self.names[first.operand]
        return {
            "title": self.say("title.wide", via=via, count=f"{len(step.writes):,}"),
            "symbols": f"{self.partial(first.operand)} = {self.term(first)}, …",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say("wide", terms=", ".join(terms), **symbols),
            "question": self.say("wide.question", me=me, slope=number(rate), **symbols),
            "note": note,
        }

    def _fan(self, step: Step) -> dict[str, str]:
        moves: Sequence[Move] = step.about["moves"]
        key = step.about["me"]
        me, sum_ = self.names[key], self.n(self.board.gradient(key))
        numbers, answer = equations.long_total([self.n(m.product) for m in moves], sum_)
        terms = [
            f"{number(self.n(m.product))} ({self.names[m.consumer]})"
            for m in self._largest_of(moves)
        ]
        count = f"{len(moves):,}"
        return {
            "title": self.say("title.fan", me=me),
            "symbols": f"{self.partial(key)} = Σ w · ∂{named(self.names.goal).text}/∂z",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say("fan", me=me, count=count, total=answer, terms=", ".join(terms)),
            "question": self.say("fan.question", me=me, count=count),
        }

    # --- backward: inside a neuron ----------------------------------------------------------------

    def activation_slope(self, key: str) -> str:
        """The slope of a neuron's activation in symbols: ``(1 − h2²)``."""
        run = self.board.neurons[key]
        me = self.names[key]
        node = self.board.nodes[run.output]
        if len(run.steps) != 1 or node.op is None:
            return f"∂{me}/∂z"
        sums = Term(f"z({me})", node.inputs[0], 0)
        more = [Term(number(x), x, k, is_number=True) for k, x in enumerate(node.inputs[1:], 1)]
        result = Term(me, node.value, -1)
        found = slope_of(node.op, [sums, *more], 0, result, node.slopes[0])
        return found.symbols.within(PRODUCT, leads=True)

    def _through(self, step: Step) -> dict[str, str]:
        about, key = step.about, step.about["me"]
        me, run = self.names[key], self.board.neurons[step.about["me"]]
        rate, upstream = self.n(about["slope"]), self.n(about["upstream"])
        numbers, answer = equations.product(rate, upstream, self.n(about["product"]))
        op = self.activations(run.steps)
        holds = set()
        if rate == 0.0:
            holds.add("flat")
            if self.n(self.board.value(key)) == 0.0:
                holds.add("off")
        symbols = {"me": me, "op": op, "slope": number(rate), "product": answer}
        return {
            "title": self.say("title.through", me=me, op=op),
            "symbols": f"{self._partial(f'z({me})')} = {self.activation_slope(key)} · "
            f"{self._partial(me)}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": self.say("through", holds, **symbols),
            "question": self.say("through.question", **symbols),
        }

    def _weights(self, step: Step) -> dict[str, str]:
        key = step.about["me"]
        run = self.board.neurons[key]
        sums = self.board.nodes[run.total]
        half = len(sums.operands) // 2
        places = [place for place in step.about["places"] if place < half]
        has_bias = any(place >= 2 * half for place in step.about["places"])
        upstream = self.n(grad(run.total))
        names = [self.names.node(sums.operands[place]) for place in places]
        shares = [self.n(product_of(run.total, place)) for place in places]
        order = equations.strongest(shares, NAMED)
        if len(places) <= NAMED + 1:
            order = list(range(len(places)))
        rates = [self.n(slope_at(run.total, place)) for place in places]
        terms = [
            f"{names[k]} {' '.join(equations.product(rates[k], upstream, shares[k]))}"
            for k in order
        ]
        said = []
        grad_ = equations.factor(upstream)
        if places:
            holds = ("many",) if len(order) < len(places) else ()
            said.append(self.say("weights", holds, grad=grad_, terms="; ".join(terms)))
        if has_bias:
            said.append(self.say("weights.bias", grad=number(upstream)))
        if any(index in self.numbers.left for index in sums.operands):
            said.append(self.say("weights.left"))
        first = equations.strongest(shares, 1)[0] if places else 0
        place = places[first] if places else 2 * half
        weight = self.names.node(sums.operands[place])
        rate = slope_at(run.total, place)
        numbers, answer = equations.product(
            self.n(rate), upstream, self.n(product_of(run.total, place))
        )
        source = self.names.node(sums.operands[place + half]) if places else "1"
        examples = len(self.graph.contributions(sums.operands[place])) > 1
        return {
            "title": self.say("title.weights", me=self.names[key]),
            "symbols": f"{self._partial(weight)} = {named(source).text} · "
            f"{self._partial(self.via(key))}",
            "numbers": f"= {numbers}",
            "answer": answer,
            "sentence": " ".join(said),
            "question": self.say("weights.question", me=weight, grad=grad_),
            "note": self.say("note.this_row") if examples else "",
        }
