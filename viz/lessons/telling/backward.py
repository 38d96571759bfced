"""The steps backward: one for each arrow, ``∂L/∂z = (1 − o²) · ∂L/∂o = 0.64 × (−0.8) = −0.512``."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ...say import equations
from ...say.equations import number
from ...say.health import SATURATED
from ...say.labels import columns
from ...say.phrases import flatness
from ...say.typesetting import PRODUCT, named
from ...say.words import sign_of
from ...see.outline import Item
from ..story import GRADIENT, Carried, Fill, Step
from .forward import Slope, slope
from .stepping import Move, Scene, box_of, by_consumer

WIDE = 12  # arrows out of one box; more of them are one step
NAMED = 3  # of those, so many are named in the sentence
_LONG = 56  # characters of a line of symbols

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


def steps(scene: Scene) -> list[Step]:
    """The seed, then a step for each arrow; all arrows of a wide operation are one."""
    if not scene.has_gradients:
        return []
    moves = scene.moves()
    largest = _largest(moves)
    receivers = {move.operand for move in moves}
    asked = [pair for pair in scene.seeded if scene.graph.nodes[pair[0]].grad is not None]
    found = [_seed(scene, root, seed, receivers) for root, seed in asked]
    found[0] = _with_unreached(scene, found[0], receivers)
    arrived: dict[str, list[Move]] = defaultdict(list)
    for run in by_consumer(moves):
        for move in run:
            arrived[move.operand].append(move)
            if len(run) <= WIDE:
                found.append(_step(scene, arrived[move.operand], run, largest))
        if len(run) > WIDE:
            found.append(_wide(scene, run, largest))
    return found


def gradient_fill(key: str, value: float, *, so_far: bool = False) -> Fill:
    """The third line of a box: ``g −0.1 so far``."""
    return Fill(box_of(key), GRADIENT, f"g {number(value)}{' so far' * so_far}", repr(value))


def partial(scene: Scene, key: str) -> str:
    """``∂L/∂w1``; where something was left in it before, ``w1.grad``."""
    name = named(scene.names[key]).text
    return f"{name}.grad" if scene.has_left(key) else f"∂{named(scene.objective).text}/∂{name}"


# --- where it begins ------------------------------------------------------------------------------


def _seed(scene: Scene, root: int, seed: float, receivers: set[str]) -> Step:
    key = str(root)
    name, objective = scene.name_of(root), scene.objective
    is_drawn = key in scene.items
    if scene.is_plain:
        sentence = (
            f"Backward asks of every number: if it grew a little, how fast would {name} grow? That "
            f"rate is its gradient, g. {name} moves {name} at rate 1: here the way back begins."
        )
        question = (
            f"Backward asks of every number: if it grew a little, how fast would {name} grow? That "
            f"rate is its gradient, g. At what rate does {name} move itself?"
        )
    else:
        sentence = (
            f"{name} counts in {objective} with the factor {number(seed)}: here a way back begins."
        )
        question = f"With what factor does {name} count in {objective}?"
    fills = (gradient_fill(key, scene.given(key), so_far=key in receivers),) if is_drawn else ()
    return Step(
        phase="backward",
        title=f"Backward begins at {name}",
        symbols=f"∂{named(objective).text}/∂{named(name).text}",
        numbers="=",
        answer=number(seed),
        sentence=sentence,
        question=question,
        note=_left_note(scene, key) if is_drawn else f"{name} is not shown",
        box=box_of(key) if is_drawn else "",
        fills=fills,
    )


def _with_unreached(scene: Scene, step: Step, receivers: set[str]) -> Step:
    """A step that also fills in the gradients of what nothing flows to."""
    fills = [
        gradient_fill(key, scene.given(key))
        for key, item in scene.items.items()
        if item.grad is not None and key not in receivers and not item.seeds
    ]
    return replace(step, fills=(*step.fills, *fills))


# --- along one arrow ------------------------------------------------------------------------------


def _step(scene: Scene, arrived: Sequence[Move], run: Sequence[Move], largest: float) -> Step:
    """The step of the last one of the moves that have arrived at a box."""
    move = arrived[-1]
    me, via = scene.names[move.operand], scene.names[move.consumer]
    consumer = scene.items[move.consumer]
    local = slope(scene, consumer, move.link.position, move.slope)
    is_sum = move.number > 1 or scene.given(move.operand) != 0.0
    if is_sum:
        numbers, answer = equations.added(move.before, move.slope, move.upstream, move.after)
    else:
        numbers, answer = equations.product(move.slope, move.upstream, move.product)
    sentence, question = _in_words(scene, move, run)
    notes = [local.rule, _progress(scene, arrived)]
    return Step(
        phase="backward",
        title=f"Backward: from {via} to {me}",
        symbols=f"{partial(scene, move.operand)} = {_symbols(scene, arrived, local)}",
        numbers=f"= {numbers}",
        answer=answer,
        sentence=sentence,
        question=question,
        note="; ".join([note for note in notes if note]),
        box=box_of(move.operand),
        sources=(box_of(move.consumer),),
        carried=(carried(move, largest),),
        fills=(gradient_fill(move.operand, move.after, so_far=not move.is_last),),
    )


def carried(move: Move, largest: float) -> Carried:
    """What a move writes on its arrow."""
    numbers, answer = equations.product(move.slope, move.upstream, move.product)
    sign = sign_of(move.product, largest)
    signed = sign in ("positive", "negative")
    strength = math.sqrt(abs(move.product) / largest) if signed else 0.0
    return Carried(move.arrow, f"{numbers} {answer}", sign, strength)


def term(scene: Scene, move: Move, local: Slope | None = None, *, leads: bool = True) -> str:
    """One path's share in symbols: ``(1 − o²) · ∂L/∂o``; what ``leads`` may begin with a minus."""
    if local is None:
        consumer = scene.items[move.consumer]
        local = slope(scene, consumer, move.link.position, move.slope)
    upstream = named(scene.names[move.consumer]).text
    slope_text = local.symbols.within(PRODUCT, leads=leads)
    if local.symbols.holds == PRODUCT and " / " in slope_text and slope_text[0] != "(":
        slope_text = f"({slope_text})"
    return f"{slope_text} · ∂{named(scene.objective).text}/∂{upstream}"


def _symbols(scene: Scene, arrived: Sequence[Move], local: Slope) -> str:
    """The shares in symbols, as many as have come and fit a line."""
    move = arrived[-1]
    start = _start(scene, move.operand)
    mine = term(scene, move, local, leads=move.number == 1 and not start)
    if move.count == 1:
        return f"{start} + {mine}" if start else mine
    if move.number == 1:
        return f"{start} + {mine} + …" if start else f"{mine} + …"
    if len(arrived) <= equations.TERMS:
        parts = [*[start] * bool(start), *_in_a_row(scene, arrived[:-1], leads=not start), mine]
        whole = " + ".join(parts) + " + …" * (not move.is_last)
        if columns(whole) <= _LONG:
            return whole
    return f"… + {mine}" + " + …" * (not move.is_last)


def _in_a_row(scene: Scene, moves: Sequence[Move], *, leads: bool) -> list[str]:
    return [term(scene, move, leads=leads and not k) for k, move in enumerate(moves)]


def _start(scene: Scene, key: str) -> str:
    """What a sum begins with besides what flows in, in symbols."""
    parts = ["left"] * scene.has_left(key) + ["seed"] * bool(scene.items[key].seeds)
    return " + ".join(parts)


def _progress(scene: Scene, arrived: Sequence[Move]) -> str:
    """How far a sum has come: ``so far −0.1, 1 of 2``; at its end the whole sum."""
    move = arrived[-1]
    left = _left_note(scene, move.operand)
    if move.count == 1:
        return left
    progress = f"{move.number} of {move.count}"
    if move.is_last:
        terms = [*_starts(scene, move.operand), *[m.product for m in arrived]]
        return f"{progress}: {' '.join(equations.long_total(terms, move.after))}"
    text = f"so far {number(move.after)}, {progress}"
    return f"{left}; {text}" if left and move.number == 1 else text


def _starts(scene: Scene, key: str) -> list[float]:
    """What a sum begins with besides what flows in, as numbers."""
    item = scene.items[key]
    return [*([scene.left[item.node]] if scene.has_left(key) else ()), *item.seeds]


def _left_note(scene: Scene, key: str) -> str:
    if not scene.has_left(key):
        return ""
    return f"{number(scene.left[scene.items[key].node])} was left from an earlier backward"


# --- in words -------------------------------------------------------------------------------------


def _in_words(scene: Scene, move: Move, run: Sequence[Move]) -> tuple[str, str]:
    """The sentence of an arrow, and the question that it answers."""
    me, via = scene.names[move.operand], scene.names[move.consumer]
    root = scene.objective
    rate = _rate(scene, move, run)
    is_end = scene.is_plain and int(scene.seeded[0][0]) == _node(scene, move.consumer)
    is_end = is_end and move.consumer == str(scene.seeded[0][0]) and move.upstream == 1.0
    if move.slope == 0.0 or (move.upstream == 0.0 and move.product == 0.0):
        return _nothing(scene, move, rate)
    onwards = rate if is_end else f"{rate}; {via} moves {root} at {number(move.upstream)}"
    alone = move.count == 1 and not scene.given(move.operand)
    if alone:
        so = "" if is_end else f"; so {me} moves {root} at {_along(move)}"
        asked = f"{onwards}; so at what rate does {me} move {root}?"
        if is_end:
            asked = f"{me} goes straight into {root}: at what rate does {me} move {root}?"
        return f"{onwards}{so}.{_warning(move)}", asked
    path = "" if is_end else f"; so along this path {me} moves {root} at {_along(move)}"
    so_far = f"{number(move.before)} {'was there' if move.number == 1 else 'so far'}"
    asked = f"{onwards}; {so_far}: what is the sum now?"
    if move.number == 1 and not scene.given(move.operand):
        asked = f"{onwards}; so at what rate along this path?"
    return f"{onwards}{path}. {_sum_in_words(scene, move)}{_warning(move)}", asked


def _sum_in_words(scene: Scene, move: Move) -> str:
    me, root = scene.names[move.operand], scene.objective
    left = scene.has_left(move.operand)
    total = _about(equations.added(move.before, move.slope, move.upstream, move.after))
    if not move.is_last:
        more = move.count - move.number
        return f"{more:,} more path{'s'[: more > 1]} to come."
    if left:
        before = number(scene.left[scene.items[move.operand].node])
        return f"With {before} left from an earlier backward, {me}.grad is {total}."
    paths = "Both paths" if move.count == 2 else f"All {move.count:,} paths"
    if move.count == 1:
        return f"With its own seed, {me} moves {root} at {total}."
    return f"{paths} together: {me} moves {root} at {total}."


def _along(move: Move) -> str:
    """What a move brings, as a sentence has it."""
    return _about(equations.product(move.slope, move.upstream, move.product))


def _about(equation: tuple[str, str]) -> str:
    """``−0.512``; ``about 0.8399`` where the digits that are shown do not give it."""
    numbers, answer = equation
    return f"about {answer}" if numbers.endswith("≈") else answer


def _rate(scene: Scene, move: Move, run: Sequence[Move]) -> str:
    """``z moves o at rate 0.64``; of an operand that goes in twice, from which place."""
    me, via = scene.names[move.operand], scene.names[move.consumer]
    same = [m for m in run if m.operand == move.operand]
    rate = f"moves {via} at rate {number(move.slope)}{_saturated(scene, move)}"
    if len(same) > 1 and len(same) <= len(_PLACES):
        times = "twice" if len(same) == 2 else f"{len(same)} times"
        return f"{me} goes into {via} {times}; from the {_PLACES[same.index(move)]} place it {rate}"
    return f"{me} {rate}"


def _saturated(scene: Scene, move: Move) -> str:
    """That an activation is almost flat, where little of a gradient gets through."""
    item = scene.items[move.consumer]
    if not item.is_unit or move.link.position or not 0.0 < abs(move.slope) < SATURATED:
        return ""
    return f" ({item.symbol} is nearly flat there: saturated)"


def _nothing(scene: Scene, move: Move, rate: str) -> tuple[str, str]:
    """Where no gradient flows, and why."""
    me, via, root = scene.names[move.operand], scene.names[move.consumer], scene.objective
    row = scene.row(scene.items[move.consumer])
    asked = f"{rate}; {via} moves {root} at {number(move.upstream)}; what flows back to {me}?"
    if move.slope == 0.0:
        reason = flatness(row.name, me) if row is not None else ""
        because = f" ({reason})" if reason else ""
        sentence = f"{rate}{because}: nothing flows back to {me} along this arrow."
        if move.product != move.product:
            sentence = (
                f"{rate}; {via} moves {root} at {number(move.upstream)}: 0 times that is nan."
            )
    else:
        sentence = f"{rate}, but {via} moves {root} at 0: nothing flows back to {me} from there."
    if move.count > 1 or scene.given(move.operand):
        sentence += f" {_sum_in_words(scene, move)}"
    return sentence + _warning(move), asked


def _warning(move: Move) -> str:
    if math.isfinite(move.after):
        return ""
    if move.after != move.after:
        return " nan is no number: below here no gradient tells anything."
    return " The gradient is infinite: no step can be taken along it."


def _node(scene: Scene, key: str) -> int:
    return scene.items[key].node


# --- many arrows at once --------------------------------------------------------------------------


def _wide(scene: Scene, run: Sequence[Move], largest: float) -> Step:
    via_key = run[0].consumer
    via, root = scene.names[via_key], scene.objective
    chosen = [run[k] for k in equations.strongest([move.product for move in run], NAMED)]
    others = len(run) - len(chosen)
    strongest = chosen[0]
    numbers, answer = equations.product(strongest.slope, strongest.upstream, strongest.product)
    me = scene.names[strongest.operand]
    named_shares = ", ".join(f"{scene.names[m.operand]} {number(m.product)}" for m in chosen)
    start = (
        f"{via} moves {root} at {number(strongest.upstream)}, and hands that back along "
        f"{len(run):,} arrows, each times its own rate"
    )
    fills = {
        move.operand: gradient_fill(move.operand, move.after, so_far=not move.is_last)
        for move in run
    }
    incomplete = sum(not move.is_last for move in {m.operand: m for m in run}.values())
    return Step(
        phase="backward",
        title=f"Backward: from {via} to {len(fills):,} boxes",
        symbols=f"{partial(scene, strongest.operand)} = {term(scene, strongest)}, …",
        numbers=f"= {numbers}",
        answer=answer,
        sentence=f"{start}; the strongest are {named_shares}, and there are {others:,} others.",
        question=f"{start}; {me} moves {via} at rate {number(strongest.slope)}: what does it get?",
        note=f"{incomplete:,} of them have more paths to come" if incomplete else "",
        box=box_of(strongest.operand),
        sources=(box_of(via_key),),
        carried=tuple([carried(move, largest) for move in run]),
        fills=tuple(fills.values()),
    )


def _largest(moves: Sequence[Move]) -> float:
    sizes = [abs(move.product) for move in moves]
    return max(filter(math.isfinite, sizes), default=0.0)


def shares(scene: Scene, item: Item, moves: Sequence[Move]) -> str:
    """All that a gradient is made of: ``∂L/∂w1 = x1 · ∂L/∂p1 + … = −0.1 + (−1.63) = −1.73``."""
    total = scene.gradient(item.key)
    if total is None:
        return ""
    start = _starts(scene, item.key)
    terms = [*start, *[move.product for move in moves]]
    target = partial(scene, item.key)
    if not terms:
        return f"{target} = 0: nothing flows to it"
    names = ["left"] * scene.has_left(item.key) + ["seed"] * len(item.seeds)
    names += _in_a_row(scene, moves[: equations.TERMS], leads=not start)
    symbols = " + ".join(names) if len(terms) <= equations.TERMS else f"Σ of {len(terms):,} paths"
    if len(moves) == 1 and not start:
        numbers, answer = equations.product(moves[0].slope, moves[0].upstream, total)
    elif len(terms) == 1:
        return f"{target} = {number(total)}"
    else:
        numbers, answer = equations.long_total(terms, total)
    return f"{target} = {symbols} = {numbers} {answer}"
