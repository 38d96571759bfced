"""What each box and each arrow of a picture says, of single nodes.

Both views show ``v``, the value as recorded. The backward view adds ``g``, the gradient of the
result, as the sum of what arrives along its arrows, and on each arrow
``local derivative × upstream gradient`` over ``= contribution``. What is not well (`health`) is
said in one more line: ``off: slope 0``.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..labels import LINE_LIMIT, TOOLTIP_LIMIT, columns, shorten
from ..scene.diagram import Arrow, Box
from ..see.outline import Constant, Item, Link, Outline
from ..see.visible_nodes import POWERS
from . import health
from .numbers import (
    ALL_DIGITS,
    ALMOST_ZERO,
    DIGITS,
    NOTHING,
    is_alarming,
    product,
    show,
    sums_to,
    total,
)
from .ranges import largest

TERMS = 3  # a sum of more is not written out in a box: its terms are on the arrows
FAINT = 1e-4  # of the receiver's own gradient: a contribution below that is drawn as ≈0
FULL, QUIET, BRIEF = "full", "quiet", "brief"  # what stands on arrows
_NARROW = 16  # columns of a line in a narrow box
_SHORT = 9  # columns of an operand that is spelled out before an exponent
UNNAMED = "(…)"  # an operand without a name, in front of an exponent


@dataclass(frozen=True, slots=True)
class Scales:
    """The largest sizes in a picture: of values, of gradients and of contributions."""

    value: float = 0.0
    grad: float = 0.0
    contribution: float = 0.0

    @classmethod
    def of(cls, outline: Outline) -> Scales:
        """Those of an outline."""
        return cls(
            largest(item.value for item in outline.items),
            largest(item.grad for item in outline.items),
            largest(link.product for link in outline.links),
        )


NO_SCALES = Scales()


def boxes(outline: Outline, *, backward: bool, narrow: bool = False) -> tuple[Box, ...]:
    """One box per item: its head, its value and, in the backward view, its gradient."""
    marks, bases = _marks(outline, backward=backward), _bases(outline)
    write = functools.partial(box, scales=Scales.of(outline), backward=backward, narrow=narrow)
    return tuple([write(i, marks.get(i.key, ""), bases.get(i.key, "")) for i in outline.items])


def _marks(outline: Outline, *, backward: bool) -> dict[str, str]:
    """The worst that `health` says of each item, by key; nothing of those that are well."""
    into, out_of = defaultdict(list), defaultdict(list)
    for link in outline.links:
        into[link.consumer].append(link)
        out_of[link.operand].append(link)
    values = {item.key: item.value for item in outline.items}
    # Where a value is not finite, no gradient below it says more.
    backward = backward and all(map(math.isfinite, values.values()))
    most = largest(item.grad for item in outline.items)
    seed = max([abs(seed) for item in outline.items for seed in item.seeds], default=0.0)
    found = {}
    for item in outline.items:
        slopes = [link.slope for link in into[item.key] if link.position == 0]
        within = [constant.value for constant in item.constants]
        within += [inner.value for inner in item.inside]
        inputs = (*[values[link.operand] for link in into[item.key]], *within)
        upstreams = [link.upstream for link in out_of[item.key] if link.upstream is not None]
        marks = health.marks(
            item.value,
            slope=slopes[0] if item.is_unit and slopes else None,
            symbol=item.symbol,
            inputs=None if item.left_out else inputs,
            grad=item.grad,
            upstreams=tuple(upstreams) if backward else None,
            largest=most,
            seed=seed,
        )
        if marks:
            found[item.key] = marks[0]
    return found


def _bases(outline: Outline) -> dict[str, str]:
    """What each operator works on, by key: the name of its operand, or ``(o − y)``."""
    items = {item.key: item for item in outline.items}
    found: dict[str, str] = {}
    for link in outline.links:  # in order of consumers: operands have theirs before
        operand = items.get(link.operand)
        if operand is None:
            continue
        base = operand.label
        if not base and operand.symbol and (before := found.get(operand.key)):
            what = _what(operand, before)
            base = f"({what})" if what != operand.symbol and columns(what) <= _SHORT else ""
        found[link.consumer] = base
    return found


def arrows(outline: Outline, *, backward: bool, detail: str = FULL) -> tuple[Arrow, ...]:
    """One arrow per link; in the backward view with its contribution, if one was asked for.

    ``detail`` is that of `arrow_lines`.
    """
    write = functools.partial(_arrow, scales=Scales.of(outline), backward=backward, detail=detail)
    grads = {item.key: item.grad for item in outline.items}
    return tuple([write(link, grads.get(link.operand)) for link in outline.links])


def remarks(outline: Outline) -> tuple[str, ...]:
    """What could not be opened as it was asked for."""
    return tuple(
        [
            f"{shorten(node.label) or f'node {node.index}'} stays a Σ: its "
            f"{len(node.operands):,} operands are too many for max_nodes"
            for node in outline.too_wide
        ]
    )


def named(outline: Outline, names: Mapping[int, str]) -> Outline:
    """The outline with names for some of its nodes, which say where in a model they belong."""
    items = [
        replace(item, label=names[item.node], is_placed=True)
        if item.node in names and item.key == str(item.node)
        else item
        for item in outline.items
    ]
    return replace(outline, items=tuple(items))


def box(
    item: Item,
    mark: str = "",
    base: str = "",
    scales: Scales = NO_SCALES,
    *,
    backward: bool,
    narrow: bool = False,
) -> Box:
    """The box of one item; ``base`` is the name of its last operand.

    In a ``narrow`` one the answer of a long sum has a line of its own, and a mark is short.
    """
    lines = [head(item, base), value(item, scales.value)]
    if backward:
        lines += _folded_lines(gradient(item, scales.grad), narrow=narrow)
    lines += [mark.partition(":")[0] if narrow else mark] * bool(mark)
    lines += constants(item)
    lines += _parameters(item, scales, backward=backward)
    if item.scope and not (item.symbol or item.is_placed):
        lines.append(f"in {shorten(item.scope)}")
    if item.left_out:
        lines.append(f"… {item.left_out:,} operand{'s'[: item.left_out > 1]} left out")
    numbers = [item.value, item.grad if backward else None]
    return Box(
        id=f"n{item.key}",
        kind=item.kind,
        lines=tuple(lines),
        hint=box_hint(item, backward=backward),
        is_root=bool(item.seeds),
        is_alarming=any(map(is_alarming, numbers)),
    )


def _folded_lines(text: str, *, narrow: bool) -> list[str]:
    """``g 0.5 + 1`` and ``= 1.5``, if one line would be too wide."""
    start, sign, answer = text.partition(" = ") if " = " in text else text.partition(" ≈ ")
    if not narrow or not sign or columns(text) <= _NARROW:
        return [text]
    return [start, f"  {sign.strip()} {answer}"]


def head(item: Item, base: str = "") -> str:
    """What the box is: ``parameter w1``, ``tanh``, or with a label ``z: Σ w·x + b``, ``L: d1²``."""
    label = shorten(item.label)
    if not item.symbol:
        return f"{item.kind} {label}".rstrip()
    what = _what(item, shorten(base, LINE_LIMIT // 3))
    return f"{label}: {what}" if label else what


def _what(item: Item, base: str) -> str:
    """What is computed: ``tanh``, ``d1²``, ``÷ 2``, ``o − y``."""
    symbol = shorten(item.symbol, LINE_LIMIT // 2)
    if symbol in POWERS.values():
        return f"{base or UNNAMED}{symbol}"
    if not _is_in_head(item):
        return symbol
    (constant,) = item.constants
    other = shorten(constant.label, LINE_LIMIT // 3) or show(constant.value)
    if constant.position == 0 and symbol not in {"+", "×"}:
        return f"{other} {symbol} {base or UNNAMED}"
    return f"{base} {symbol} {other}".strip()


def _is_in_head(item: Item) -> bool:
    """Whether the one constant operand stands in the first line: that of an operator."""
    return len(item.constants) == 1 and not item.symbol.startswith("Σ") and len(item.symbol) == 1


def constants(item: Item) -> list[str]:
    """The operands that are constants and not drawn: ``y = 1``, or ``with 2, 3``."""
    if _is_in_head(item):
        (constant,) = item.constants
        return [_name(constant)] if constant.label else []
    names = [_name(constant) for constant in item.constants]
    if not names:
        return []
    return [f"with {', '.join(names) if len(names) <= TERMS else f'{len(names)} constants'}"]


def _parameters(item: Item, scales: Scales, *, backward: bool) -> list[str]:
    """A line for each parameter inside a box: ``w(x1→h1)  0.5, g −0.2``."""
    names = [shorten(inner.label) or inner.kind for inner in item.inside]
    width = max(map(columns, names), default=0)
    lines = []
    for name, inner in zip(names, item.inside, strict=True):
        frozen = " (frozen)" if inner.kind == "frozen" else ""
        gradient = f", g {show(inner.grad, scale=scales.grad)}" if backward else ""
        padding = " " * (width - columns(name))
        lines.append(f"{name}{padding} {show(inner.value, scale=scales.value)}{gradient}{frozen}")
    return lines


def value(item: Item, scale: float = 0.0) -> str:
    """``v 0.6``; a leaf that was changed since the pass shows both numbers, told apart."""
    was, now = item.value, item.now
    if now is None or was == now or (math.isnan(was) and math.isnan(now)):
        return f"v {show(was, scale=scale)}"
    digits = DIGITS
    while show(was, digits) == show(now, digits) and digits < ALL_DIGITS:
        digits += 1
    return f"v was {show(was, digits)}, now {show(now, digits)}"


def gradient(item: Item, scale: float = 0.0) -> str:
    """``g −0.512``, as the sum of the contributions if there are several."""
    shown = show(item.grad, scale=scale)
    if item.grad is None or shown == ALMOST_ZERO:
        return f"g {shown}"
    terms = [*item.seeds, *item.contributions]
    if len(terms) > TERMS:
        seed = " with the seed" if item.seeds else ""
        return f"g Σ of {len(terms):,}{seed} {sums_to(terms, item.grad)} {shown}"
    texts, result = total(terms, item.grad) if terms else ([shown], "")
    seeded = [f"{text} (seed)" for text in texts[: len(item.seeds)]]
    equation = [*seeded, *texts[len(seeded) :], *([result] if len(terms) > 1 else [])]
    return " ".join(["g", *equation])


def _name(constant: Constant) -> str:
    label = shorten(constant.label, LINE_LIMIT // 2)
    return f"{label} = {show(constant.value)}" if label else show(constant.value)


def box_hint(item: Item, *, backward: bool) -> str:
    """What a box says under the mouse: all digits, and where it comes from."""
    lines = [f"node {item.node}", f"value {item.value!r}"]
    if backward:
        lines.append(f"gradient {'not asked for' if item.grad is None else repr(item.grad)}")
    if item.now is not None and repr(item.now) != repr(item.value):
        lines.insert(2, f"now {item.now!r}")
    if item.label:
        lines.insert(0, shorten(item.label, TOOLTIP_LIMIT))
    lines += [shorten(text, TOOLTIP_LIMIT) for text in (item.scope, item.source) if text]
    return "\n".join(lines)


def _arrow(
    link: Link, receiver: float | None, *, scales: Scales, backward: bool, detail: str
) -> Arrow:
    if not backward or link.product is None or link.upstream is None:
        return arrow_of(link)
    sign = sign_of(link.product, abs(receiver or 0.0))
    lines = arrow_lines(link.slope, link.upstream, link.product, sign, scales, detail=detail)
    return arrow_of(link, lines, sign, strength(link.product, sign, scales))


def arrow_of(
    link: Link, lines: tuple[str, ...] = (), sign: str = "plain", thick: float = 0.0
) -> Arrow:
    """The arrow of a link; in the backward view, with a ``sign``, its numbers are in its hint."""
    name = f"e{link.operand}_{link.consumer}_{link.position}"
    formula = f"{shorten(link.formula, 80)} = " if link.formula else ""
    hint = (
        f"local derivative {formula}{link.slope!r}\nupstream gradient {link.upstream!r}\n"
        f"contribution {link.product!r}"
    )
    ends = f"n{link.operand}", f"n{link.consumer}"
    return Arrow(name, *ends, lines, sign, thick, hint if sign != "plain" else "")


def arrow_lines(
    slope: float,
    upstream: float,
    contribution: float,
    sign: str,
    scales: Scales,
    *,
    detail: str,
) -> tuple[str, ...]:
    """What stands on an arrow: ``0.64 × −0.8`` and ``= −0.512``.

    `QUIET` leaves it out where the local derivative is 1, `BRIEF` shows that alone elsewhere: the
    two gradients stand in the boxes.
    """
    if detail != FULL and slope == 1.0:
        return ()
    lines = product(slope, upstream, contribution)
    if contribution and abs(contribution) < NOTHING * scales.grad:
        return (ALMOST_ZERO,)
    faint = " (≈0)" if sign == "zero" and contribution else ""
    if detail == BRIEF:
        return (f"× {show(slope)}{faint}",)
    return (lines[0], f"{lines[1]}{faint}")


SIGNED = ("positive", "negative")


def strength(contribution: float, sign: str, scales: Scales) -> float:
    """How thick an arrow is, from 0 to 1."""
    if sign not in SIGNED:
        return 0.0
    return math.sqrt(abs(contribution) / scales.contribution)


def sign_of(contribution: float, scale: float) -> str:
    """How an arrow is drawn; ``scale``, the receiver's own gradient, tells what is small."""
    if is_alarming(contribution):
        return "alarm"
    if contribution == 0.0 or abs(contribution) < FAINT * scale < math.inf:
        return "zero"
    return "positive" if contribution > 0 else "negative"
