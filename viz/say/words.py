"""An outline in words: what each box and each arrow says, in either view.

Both views show ``v``, the value as recorded. The backward view adds ``g``, the gradient of the
root, as the sum of what arrives along its arrows, and on each arrow
``local derivative × upstream gradient`` over ``= contribution``. What is not well (`health`) is
said in one more line: ``off: slope 0``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..scene.diagram import Arrow, Box
from ..see.outline import Constant, Item, Link, Outline
from . import health
from .labels import LINE_LIMIT, TOOLTIP_LIMIT, shorten
from .numbers import ALL_DIGITS, DIGITS, is_alarming, product, show, sums_to, total

TERMS = 3  # a sum of more is not written out in a box: its terms are on the arrows
FAINT = 1e-4  # of the largest contribution in the picture: below that it is drawn as ≈0


def boxes(outline: Outline, *, backward: bool) -> tuple[Box, ...]:
    """One box per item: its head, its value and, in the backward view, its gradient."""
    marks = _marks(outline, backward=backward)
    return tuple([_box(item, marks.get(item.key, ""), backward=backward) for item in outline.items])


def arrows(outline: Outline, *, backward: bool) -> tuple[Arrow, ...]:
    """One arrow per link; in the backward view with its contribution, if one was asked for."""
    products = [abs(link.product) for link in outline.links if link.product is not None]
    largest = max(filter(math.isfinite, products), default=0.0)
    return tuple([_arrow(link, largest, backward=backward) for link in outline.links])


def _box(item: Item, mark: str, *, backward: bool) -> Box:
    lines = [head(item), value(item)]
    if backward:
        lines.append(gradient(item))
    if mark:
        lines.append(mark)
    if item.constants:
        lines.append(constants(item))
    if item.scope and not item.symbol:
        lines.append(f"in {shorten(item.scope)}")
    if item.left_out:
        lines.append(f"… {item.left_out:,} operand{'s'[: item.left_out > 1]} left out")
    numbers = [item.value, item.grad if backward else None]
    return Box(
        id=f"n{item.key}",
        kind=item.kind,
        lines=tuple(lines),
        hint=_box_hint(item, backward=backward),
        is_root=bool(item.seeds),
        is_alarming=any(map(is_alarming, numbers)),
    )


def head(item: Item) -> str:
    """What the box is: ``parameter w1``, ``tanh``, or with a label ``z: Σ w·x + b``."""
    label = shorten(item.label)
    if not item.symbol:
        return f"{item.kind} {label}".rstrip()
    symbol = shorten(item.symbol, LINE_LIMIT // 2)
    return f"{label}: {symbol}" if label else symbol


def constants(item: Item) -> str:
    """The operands that are constants and not drawn: ``□ ^ +2``, or ``with +2, y (+1)``."""
    names = [_name(constant) for constant in item.constants]
    if len(names) == 1 and not item.symbol.startswith("Σ"):
        sides = ["□", names[0]] if item.constants[0].position else [names[0], "□"]
        return f" {shorten(item.symbol, LINE_LIMIT // 2)} ".join(sides)
    return f"with {', '.join(names)}" if len(names) <= TERMS else f"with {len(names)} constants"


def value(item: Item) -> str:
    """``v +0.6``; a leaf that was changed since the pass shows both numbers, told apart."""
    was, now = item.value, item.now
    if now is None or was == now or (math.isnan(was) and math.isnan(now)):
        return f"v {show(was)}"
    digits = DIGITS
    while show(was, digits) == show(now, digits) and digits < ALL_DIGITS:
        digits += 1
    return f"v was {show(was, digits)}, now {show(now, digits)}"


def gradient(item: Item) -> str:
    """``g −0.512``, as the sum of the contributions if there are several."""
    if item.grad is None:
        return f"g {show(None)}"
    terms = [*item.seeds, *item.contributions]
    if len(terms) > TERMS:
        seed = " with the seed" if item.seeds else ""
        return f"g Σ of {len(terms):,}{seed} {sums_to(terms, item.grad)} {show(item.grad)}"
    texts, result = total(terms, item.grad) if terms else ([show(item.grad)], "")
    seeded = [f"{text} (seed)" for text in texts[: len(item.seeds)]]
    equation = [*seeded, *texts[len(seeded) :], *([result] if len(terms) > 1 else [])]
    return " ".join(["g", *equation])


# --- what is not well -----------------------------------------------------------------------------


def _marks(outline: Outline, *, backward: bool) -> dict[str, str]:
    """The worst that is to be said of each item, by key; nothing of those that are well."""
    into, out_of = defaultdict(list), defaultdict(list)
    for link in outline.links:
        into[link.consumer].append(link)
        out_of[link.operand].append(link)
    values = {item.key: item.value for item in outline.items}
    seeds = [abs(seed) for item in outline.items for seed in item.seeds]
    # Where a value is not finite, no gradient below it says more.
    backward = backward and all(map(math.isfinite, values.values()))
    scale = _Scale(_largest(item.grad for item in outline.items), max(seeds, default=0.0), backward)
    found = {}
    for item in outline.items:
        inputs = _inputs(item, into[item.key], values)
        marks = health.marks(_facts(item, inputs, into[item.key], out_of[item.key], scale))
        if marks:
            found[item.key] = marks[0]
    return found


@dataclass(frozen=True, slots=True)
class _Scale:
    """What gradients are large or small beside, and whether they are looked at."""

    largest: float
    seed: float
    backward: bool


def _facts(
    item: Item,
    inputs: tuple[float, ...] | None,
    into: Sequence[Link],
    out_of: Sequence[Link],
    scale: _Scale,
) -> health.NodeFacts:
    slopes = [link.slope for link in into if link.position == 0]
    upstreams = tuple([link.upstream for link in out_of if link.upstream is not None])
    return health.NodeFacts(
        value=item.value,
        slope=slopes[0] if item.is_unit and slopes else None,
        symbol=item.symbol,
        inputs=inputs,
        grad=item.grad,
        upstreams=upstreams if scale.backward else None,
        largest=scale.largest,
        seed=scale.seed,
    )


def _inputs(
    item: Item, into: Sequence[Link], values: Mapping[str, float]
) -> tuple[float, ...] | None:
    """The values that go into an item; None if some are not in the picture."""
    if item.left_out:
        return None
    constants = [constant.value for constant in item.constants]
    return (*[values[link.operand] for link in into], *constants)


def _largest(grads: Iterable[float | None]) -> float:
    sizes = [abs(grad) for grad in grads if grad is not None]
    return max(filter(math.isfinite, sizes), default=0.0)


def _name(constant: Constant) -> str:
    label = shorten(constant.label, LINE_LIMIT // 2)
    return f"{label} ({show(constant.value)})" if label else show(constant.value)


def _box_hint(item: Item, *, backward: bool) -> str:
    lines = [f"node {item.node}", f"value {item.value!r}"]
    if backward:
        lines.append(f"gradient {'not asked for' if item.grad is None else repr(item.grad)}")
    if item.now is not None and repr(item.now) != repr(item.value):
        lines.insert(2, f"now {item.now!r}")
    if item.label:
        lines.insert(0, shorten(item.label, TOOLTIP_LIMIT))
    lines += [shorten(text, TOOLTIP_LIMIT) for text in (item.scope, item.source) if text]
    return "\n".join(lines)


def _arrow(link: Link, largest: float, *, backward: bool) -> Arrow:
    name = f"e{link.operand}_{link.consumer}_{link.position}"
    tail, head = f"n{link.operand}", f"n{link.consumer}"
    if not backward or link.product is None or link.upstream is None:
        return Arrow(name, tail, head)
    left, right = product(link.slope, link.upstream, link.product)
    sign = sign_of(link.product, largest)
    if sign == "zero" and link.product:
        right += " (≈0)"
    strength = math.sqrt(abs(link.product) / largest) if sign in SIGNED else 0.0
    formula = f"{shorten(link.formula, 80)} = " if link.formula else ""
    hint = (
        f"local derivative {formula}{link.slope!r}\nupstream gradient {link.upstream!r}\n"
        f"contribution {link.product!r}"
    )
    return Arrow(name, tail, head, (left, right), sign, strength, hint)


SIGNED = ("positive", "negative")


def sign_of(contribution: float, largest: float) -> str:
    """How an arrow is drawn whose picture's largest contribution is ``largest``."""
    if is_alarming(contribution):
        return "alarm"
    if contribution == 0.0 or abs(contribution) < FAINT * largest:
        return "zero"
    return "positive" if contribution > 0 else "negative"
