"""Operations outside of neurons: how each is computed, and its slopes, with names put in."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from autograd import Contribution, Node

from ...say.equations import TERMS, digits_for, factor, long_total, number, strongest
from ...say.phrases import LETTERS, slope_formula
from ...say.typesetting import PRODUCT, Text, named, numbered, parsed, simplified, typeset
from ..telling.forward import equation_of
from ..telling.stepping import Operand
from .naming import is_square
from .rows.row import Part, Row
from .weighing import fsum


def computed(row: Row, part: Part) -> tuple[str, str, str, str]:
    """How a single operation is computed: symbols, numbers, the result, and in words."""
    node = row.graph.nodes[part.node]
    assert node.op is not None
    if part.hidden:
        return _mean(row, part)
    if part.is_apart:
        words = f"{part.name} is computed from the parameters alone, and the same for every row:"
        return f"{part.name}, from the parameters alone", "=", number(node.value), words
    if is_square(row.graph, node):
        symbols, numbers = _square(row, part)
        answer = number(node.value)
    else:
        equation = equation_of(node.op, _operands(row, node), node.value)
        symbols, numbers, answer = equation.symbols, equation.numbers, equation.answer
    calculation = numbers.removeprefix("= ").removeprefix("=")
    said = f"{_name(row, node, 0)} times itself" if is_square(row.graph, node) else symbols
    words = f"{part.name} is {said}: {calculation}".rstrip(": ")
    return f"{part.name} = {symbols}", numbers, answer, words


def _operands(row: Row, node: Node) -> list[Operand]:
    """What goes into an operation, by the names that this picture gives."""
    return [
        Operand(_name(row, node, k), x, k, index, is_number=_is_plain(row, index))
        for k, (index, x) in enumerate(zip(node.operands, node.inputs, strict=True))
    ]


def _is_plain(row: Row, index: int) -> bool:
    node = row.graph.nodes[index]
    return node.kind == "constant" and not node.label and index not in row.part_of


def _square(row: Row, part: Part) -> tuple[str, str]:
    """``error²``; of a box that is called so itself, what that means."""
    node = row.graph.nodes[part.node]
    x, name = node.inputs[0], named(_name(row, node, 0)).text
    digits, sign = digits_for(lambda x: x * x, [x], node.value)
    if f"{name}²" == part.name:
        return f"{name} · {name}", f"= {number(x, digits)} × {factor(x, digits)} {sign}"
    return f"{name}²", f"= {factor(x, digits)}² {sign}"


def _mean(row: Row, part: Part) -> tuple[str, str, str, str]:
    node, inner = row.graph.nodes[part.node], row.graph.nodes[part.hidden[0]]
    count = node.inputs[1]
    text = long_total(inner.inputs, inner.value)[0].rpartition(" ")[0]
    calculation = f"({text}) / {factor(count)}"
    terms = list(inner.inputs)
    if len(terms) > TERMS:  # the strongest are shown, and what the others add up to
        chosen = strongest(terms)
        others = fsum(x for k, x in enumerate(terms) if k not in set(chosen))
        terms = [*[terms[k] for k in chosen], others]
    _, sign = digits_for(_mean_of, [*terms, count], node.value)
    words = (
        f"{'The' if part.name == 'mean' else f'{part.name} is the'} mean: all "
        f"{len(inner.inputs)} are added up and divided by {number(count)}: {calculation} {sign}"
    )
    symbols = f"{part.name} = Σ {_each(row, inner)} / {number(count)}"
    return symbols, f"= {calculation} {sign}", number(node.value), words


def _each(row: Row, inner: Node) -> str:
    """What a mean is of, by the name that it has in this row."""
    names = {row.part_of[i].name for i in inner.operands if i in row.part_of}
    return names.pop() if len(names) == 1 else "…"


def _mean_of(*numbers: Fraction) -> Fraction:
    *terms, count = numbers
    return sum(terms, Fraction(0)) / count


def _name(row: Row, node: Node, position: int) -> str:
    index = node.operands[position]
    part = row.part_of.get(index)
    if part is not None:
        return part.name
    leaf = row.graph.nodes[index]
    if leaf.op is None and not leaf.label:
        return number(leaf.value)
    return row.names.any(index)


# --- slopes ---------------------------------------------------------------------------------------


def slope_of(row: Row, head: Part, one: Contribution) -> str:
    """The slope of an operation towards one operand, with names put in: ``2 · error``."""
    node = row.graph.nodes[one.consumer]
    assert node.op is not None
    operands = _operands(row, node)
    words = {
        letter: numbered(o.name) if o.is_number else named(o.name)
        for letter, o in zip(LETTERS, operands, strict=False)
    }
    numbers = {letter: o.value for letter, o in zip(LETTERS, operands, strict=False) if o.is_number}
    text = slope_formula(node.op, one.position, len(operands))
    words["z"] = named(head.name)
    return _typeset(text, words, numbers) or (f"∂{head.name}/∂{operands[one.position].name}")


def formula_of_activation(row: Row, part: Part) -> str:
    """The slope of a neuron's activation: ``(1 − h2²)``."""
    assert part.run is not None
    node = row.graph.nodes[part.run.output]
    if len(part.run.steps) != 1 or node.op is None:
        return f"∂{part.name}/∂z"
    numbers = dict(zip(LETTERS[1:], node.inputs[1:], strict=False))
    words = {letter: numbered(number(x)) for letter, x in numbers.items()}
    words |= {"z": named(part.name), LETTERS[0]: named("z")}
    text = node.op.formulas[0] if node.op.formulas else ""
    return _typeset(text, words, numbers) or f"∂{part.name}/∂z"


def _typeset(text: str, words: Mapping[str, Text], numbers: Mapping[str, float]) -> str:
    tree = parsed(text) if text else None
    if tree is None:
        return ""
    found = typeset(simplified(tree, numbers), words)
    # A choice or a sum stands in brackets before the next factor.
    return found.within(PRODUCT, leads=True)
