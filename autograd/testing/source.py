"""A computation as Python that a reader would write: imports, one def, and few names.

What is used once and short stands where it is used; everything else gets a name of its own.

Notation: a step applies a row to operands. An operand that is an int is the number of an input or
of an earlier step, counted together; a float is that number itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from .. import ops
from ..primitive import ALL, Op

INFIX: dict[str, tuple[str, int]] = {  # sign, and how tightly it binds
    "add": (" + ", 1),
    "sub": (" - ", 1),
    "mul": (" * ", 2),
    "div": (" / ", 2),
    "pow": ("**", 4),
}
_UNARY = 3
_ATOM = 5
_SHORT = 24
_NAMES = "abcdeghijklmnopqrstuvw"  # f is the function, x, y and z are its arguments
_OF_A_LIST = frozenset({"sum", "prod", "logsumexp"})
# Public functions that are more than their rows: they take lists, or have defaults.
_FUNCTIONS = _OF_A_LIST | {"dot", "where", "clip", "elu", "leaky_relu"}
_ROOT = __name__.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a computation.

    The row ``where`` has four operands here, (p, q, a, b): a if p > q, else b. Then a and b are
    no constants, so that there always is a node.
    """

    op: Op
    operands: tuple[int | float, ...]


def is_own(op: Op) -> bool:
    """Whether the row is the table's, rather than one that only its maker knows."""
    return ALL.get(op.name) is op


def input_names(count: int) -> tuple[str, ...]:
    """Names of arguments.

    >>> input_names(2), input_names(4)
    (('x', 'y'), ('x0', 'x1', 'x2', 'x3'))
    """
    return tuple("xyz"[:count]) if count <= 3 else tuple([f"x{i}" for i in range(count)])


def written(inputs: Sequence[str], steps: Sequence[Step]) -> str:
    """The program of a function ``f`` of these inputs, whose result is the last step.

    >>> from autograd import tanh
    >>> print(written(("x", "y"), [Step(ALL["mul"], (0, 1)), Step(tanh, (2,)), \
Step(ALL["add"], (3, 3))]))
    from autograd import tanh
    <BLANKLINE>
    <BLANKLINE>
    def f(x, y):
        a = tanh(x * y)
        return a + a
    <BLANKLINE>
    """
    lines, result = body(inputs, steps)
    top = _imports(steps)
    indented = [f"    {line}" for line in [*lines, f"return {result}"]]
    head = [*top, "", ""] if top else []
    return "\n".join([*head, f"def f({', '.join(inputs)}):", *indented, ""])


def body(inputs: Sequence[str], steps: Sequence[Step]) -> tuple[list[str], str]:
    """The assignments, and the expression of the result."""
    uses = [0] * (len(inputs) + len(steps))
    for step in steps:
        for operand in step.operands:
            if isinstance(operand, int):
                uses[operand] += 1
    texts: list[tuple[str, int]] = [(name, _ATOM) for name in inputs]
    lines: list[str] = []
    for i, step in enumerate(steps, start=len(inputs)):
        text = _text(step, texts)
        last = i == len(uses) - 1
        if not last and (uses[i] > 1 or len(text[0]) > _SHORT):
            name = _NAMES[len(lines)] if len(lines) < len(_NAMES) else f"v{len(lines)}"
            lines.append(f"{name} = {text[0]}")
            text = (name, _ATOM)
        texts.append(text)
    return lines, texts[-1][0]


def _text(step: Step, texts: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """One operation in writing, and how tightly it binds."""
    operands = [
        texts[x] if isinstance(x, int) else (repr(x), _UNARY if x < 0 else _ATOM)
        for x in step.operands
    ]
    name, inner = step.op.name, [text for text, _ in operands]
    if is_own(step.op):
        if name in INFIX:
            sign, binding = INFIX[name]
            left, right = operands
            # a + (b + c) is another sum than a + b + c, in the last digit.
            tight = _ATOM if name == "pow" else binding + 1
            first = _bound(left, _ATOM if name == "pow" else binding)
            return f"{first}{sign}{_bound(right, tight)}", binding
        if name == "neg":
            return f"-{_bound(operands[0], _UNARY + 1)}", _UNARY
        if name in _OF_A_LIST:
            return f"{name}([{', '.join(inner)}])", _ATOM
        if name == "dot":
            half = len(inner) // 2
            weights, xs, bias = inner[:half], inner[half : 2 * half], inner[2 * half :]
            arguments = [f"[{', '.join(weights)}]", f"[{', '.join(xs)}]", *bias]
            return f"dot({', '.join(arguments)})", _ATOM
    if name == "where":
        p, q, *branches = inner
        return f"where({p} > {q}, {', '.join(branches)})", _ATOM
    return f"{_called(step.op)}({', '.join(inner)})", _ATOM


def _bound(text: tuple[str, int], tightly: int) -> str:
    return text[0] if text[1] >= tightly else f"({text[0]})"


def _called(op: Op) -> str:
    """The row as one calls it."""
    if not is_own(op):
        return op.name
    if op.name in _FUNCTIONS or getattr(sys.modules[_ROOT], op.name, None) is op:
        return op.name
    return f"ops.{op.name}" if getattr(ops, op.name, None) is op else f'ops.ALL["{op.name}"]'


def _imports(steps: Sequence[Step]) -> list[str]:
    names, given = set(), set()
    for step in steps:
        called = _called(step.op)
        if not is_own(step.op):
            given.add(called)
        elif step.op.name not in {*INFIX, "neg", "abs"}:  # Python's own words
            names.add(called.partition(".")[0])
    lines = [f"from autograd import {', '.join(sorted(names))}"] if names else []
    return lines + [f"# {name} is the operation that was given" for name in sorted(given)]
