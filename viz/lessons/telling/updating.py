"""The steps after backward: each parameter goes against its gradient; then forward once more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...say import equations
from ...say.equations import digits_for, factor, number
from ...say.numbers import ALL_DIGITS, DIGITS
from ...say.phrases import listed
from ..story import Step
from .backward import partial
from .forward import value_equation, value_fill
from .stepping import Operand, Scene, box_of, differentiable

MOST = 12  # parameters with a step each; more of them move in one


@dataclass(frozen=True, slots=True)
class Update:
    """One leaf before and after a step down its gradient; ``key`` is empty if it is not drawn."""

    index: int
    key: str
    name: str
    before: float
    gradient: float
    after: float


def steps(scene: Scene, rate: float) -> list[Step]:
    """A step for each parameter, or one for all if they are many; then the result anew."""
    if not scene.has_gradients:
        return []
    updates, are_parameters = _updates(scene, rate)
    if not updates:
        return []
    why = "" if are_parameters else "there are no parameters here, so every variable takes a step"
    shown = [update for update in updates if update.key]
    if len(updates) > MOST or len(shown) < len(updates):
        found = [_all_at_once(scene, updates, rate, why)]
    else:
        found = [_step(scene, u, rate, why if u is shown[0] else "") for u in shown]
    return [*found, _again(scene, updates)]


def _updates(scene: Scene, rate: float) -> tuple[list[Update], bool]:
    leaves, are_parameters = differentiable(scene.graph)
    found = []
    for index in leaves:
        node = scene.graph.nodes[index]
        key = str(index) if str(index) in scene.items else ""
        gradient = scene.gradient(key) if key else _plus_left(scene, index)
        assert gradient is not None
        after = node.value - rate * gradient
        found.append(Update(index, key, scene.name_of(index), node.value, gradient, after))
    return found, are_parameters


def _plus_left(scene: Scene, index: int) -> float:
    gradient = scene.left.get(index, 0.0)
    for contribution in scene.graph.contributions(index):
        gradient += contribution.product
    return gradient


# --- one parameter --------------------------------------------------------------------------------


def _step(scene: Scene, update: Update, rate: float, why: str) -> Step:
    name = update.name
    gradient = partial(scene, update.key)
    numbers, answer = _equation(update, rate)
    start, end = _in_words(scene, update, gradient, rate)
    return Step(
        phase="update",
        title=f"Update {name}",
        symbols=f"{name} ← {name} − rate · {gradient}",
        numbers=f"= {numbers}",
        answer=answer,
        sentence=f"{start}{end}.",
        question=f"{start}: what is {name} then?",
        note=why,
        box=box_of(update.key),
        fills=(value_fill(scene.items[update.key], update.after),),
    )


def _equation(update: Update, rate: float) -> tuple[str, str]:
    inputs = [update.before, rate, update.gradient]
    digits, sign = digits_for(lambda w, r, g: w - r * g, inputs, update.after)
    text = (
        f"{number(update.before, digits)} − {factor(rate, digits)} × "
        f"{factor(update.gradient, digits)} {sign}"
    )
    return text, number(update.after)


def _in_words(scene: Scene, update: Update, gradient: str, rate: float) -> tuple[str, str]:
    name, root = update.name, scene.objective
    if not math.isfinite(update.gradient):
        return f"{gradient} is {number(update.gradient)}, so {name} is lost", ""
    if update.gradient == 0.0:
        return f"{gradient} is 0", f": {name} stays at {number(update.before)}"
    more = "more" if update.gradient > 0 else "less"
    sign = "positive" if update.gradient > 0 else "negative"
    where = "lowered" if rate * update.gradient > 0 else "raised"
    start = f"{gradient} is {sign}: more {name}, {more} {root}. So {name} is {where}"
    was, now = told_apart(update.before, update.after)
    if was == now:
        return f"{gradient} is {sign}, but tiny", f": {name} stays at {was}"
    return start, f", from {was} to {now}"


def told_apart(was: float, now: float) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart.

    >>> told_apart(0.16, 0.05677), told_apart(1.00001, 1.00002)
    (('0.16', '0.05677'), ('1.00001', '1.00002'))
    """
    digits = DIGITS
    if was == was and now == now and was != now:
        while number(was, digits) == number(now, digits) and digits < ALL_DIGITS:
            digits += 1
    return number(was, digits), number(now, digits)


# --- many at once ---------------------------------------------------------------------------------


def _all_at_once(scene: Scene, updates: Sequence[Update], rate: float, why: str) -> Step:
    chosen = [updates[k] for k in equations.strongest([u.gradient for u in updates])]
    first = chosen[0]
    gradient = partial(scene, first.key) if first.key else f"∂{scene.objective}/∂{first.name}"
    numbers, answer = _equation(first, rate)
    moved = [f"{u.name} from {' to '.join(told_apart(u.before, u.after))}" for u in chosen]
    others = len(updates) - len(chosen)
    tail = f" and {others:,} others" if others else ""
    return Step(
        phase="update",
        title=f"Update all {len(updates):,}",
        symbols=f"{first.name} ← {first.name} − rate · {gradient}, …",
        numbers=f"= {numbers}",
        answer=answer,
        sentence=f"Each goes against its own gradient: {', '.join(moved)}{tail}.",
        question=f"Each goes against its own gradient: what is {first.name} then?",
        note=why,
        box=box_of(first.key) if first.key else "",
        fills=tuple([value_fill(scene.items[u.key], u.after) for u in updates if u.key]),
    )


# --- forward once more ----------------------------------------------------------------------------


def _again(scene: Scene, updates: Sequence[Update]) -> Step:
    graph = scene.graph
    values = graph.evaluate(leaves={update.index: update.after for update in updates})
    fresh = _fresh(scene, values)
    root = scene.seeded[0][0]
    key, name = str(root), scene.objective
    was, now = objective(scene, [node.value for node in graph]), objective(scene, values)
    names = listed([update.name for update in updates])
    if key in scene.items and scene.is_plain and scene.items[key].symbol:
        item = scene.items[key]
        operands = _renewed(scene.operands(item), fresh, values)
        equation = value_equation(scene, item, operands, fresh[key])
        symbols, numbers, answer = equation.symbols, equation.numbers, equation.answer
    else:
        symbols, numbers, answer = name, "=", number(now)
    start = f"Forward once more, with the new {names}"
    return Step(
        phase="again",
        title="Forward once more",
        symbols=symbols,
        numbers=numbers,
        answer=answer,
        sentence=f"{start}: {changed(name, was, now)}.",
        question=f"{start}: {name} was {number(was)}. What is it now?",
        note="gradients in the picture are those of the pass before",
        box=box_of(key) if key in scene.items else "",
        fills=tuple([value_fill(item, fresh[item.key]) for item in scene.outline.items]),
    )


def objective(scene: Scene, values: Sequence[float]) -> float:
    """What gradients are taken of, from the values of all nodes."""
    if scene.is_plain:
        return float(values[scene.seeded[0][0]])
    found = 0.0
    for root, seed in scene.seeded:
        found += seed * values[root]
    return found


def changed(name: str, was: float, now: float) -> str:
    """``L falls from 0.16 to 0.05677``: what a step did to the result, and why if it failed."""
    before, after = told_apart(was, now)
    if not math.isfinite(was):
        return f"{name} was {before} and is {after}"
    if not math.isfinite(now):
        return f"{name} was {before} and is {after}: the step went where {name} has no number"
    if now == was:
        return f"{name} stays at {before}"
    if now < was:
        return f"{name} falls from {before} to {after}"
    return f"{name} rises from {before} to {after}: the step was too long for the slope to hold"


def _fresh(scene: Scene, values: Sequence[float]) -> dict[str, float]:
    """The new value of each item; of a product inside a Σ from what it multiplies."""
    fresh: dict[str, float] = {}
    for item in scene.outline.items:
        if item.key.isdigit():
            fresh[item.key] = float(values[item.node])
            continue
        first, second = _renewed(scene.operands(item), fresh, values)
        fresh[item.key] = first.value * second.value
    return fresh


def _renewed(
    operands: Sequence[Operand], fresh: Mapping[str, float], values: Sequence[float]
) -> list[Operand]:
    """Operands with their new values."""
    return [
        replace(o, value=fresh[o.key] if o.node < 0 else float(values[o.node])) for o in operands
    ]
