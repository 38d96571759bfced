"""Each operation in words, and its value as a formula: ``x**y`` is "x to the power y".

In a formula x, y, w, a, b and c are the operands, as in the table's own formulas. Operations
that are not here are called by their symbol: ``sin(x)``, "the sin of x".
"""

from __future__ import annotations

from autograd import Op

LETTERS = "xywabc"  # the operands in formulas; z is the result

FORMULAS = {
    "add": "x + y",
    "sub": "x - y",
    "mul": "x*y",
    "div": "x/y",
    "neg": "-x",
    "pow": "x**y",
    "exp_product": "exp(x*y)",
    "abs": "abs(x)",
    "greater": "1 if x > y else 0",
    "less": "1 if x < y else 0",
    "equal": "1 if x == y else 0",
    "where": "y",
    "copy": "x",
    "clip": "clip(x, y, w)",
    "leaky_relu": "leaky_relu(x, y)",
    "direction": "x/sqrt(x*x + y*y)",
    "asin_slope": "1/sqrt(1 - x*x)",
}

_PHRASES = {
    "add": "the sum of {0} and {1}",
    "sub": "{0} minus {1}",
    "mul": "{0} times {1}",
    "div": "{0} divided by {1}",
    "neg": "{0} with its sign turned",
    "floor_divide": "{0} divided by {1}, rounded down",
    "remainder": "the remainder of {0} divided by {1}",
    "pow": "{0} to the power {1}",
    "exp": "e to the power {0}",
    "expm1": "e to the power {0}, minus 1",
    "exp_product": "e to the power {0} times {1}",
    "log": "the natural logarithm of {0}",
    "log1p": "the natural logarithm of 1 + {0}",
    "sqrt": "the square root of {0}",
    "cbrt": "the cube root of {0}",
    "sigmoid": "the sigmoid of {0}",
    "relu": "{0} if that is above 0, else 0",
    "leaky_relu": "{0} if that is above 0, else {1} times {0}",
    "step": "1 if {0} is above 0, else 0",
    "abs": "the size of {0}, without its sign",
    "sign": "the sign of {0}",
    "floor": "{0}, rounded down",
    "ceil": "{0}, rounded up",
    "minimum": "the smaller one of {0} and {1}",
    "maximum": "the greater one of {0} and {1}",
    "clip": "{0}, kept between {1} and {2}",
    "greater": "1 if {0} is greater than {1}, else 0",
    "less": "1 if {0} is less than {1}, else 0",
    "equal": "1 if {0} equals {1}, else 0",
    "where": "{1}, which the condition chose",
    "copy": "{0} itself",
    "hypot": "the length of the vector ({0}, {1})",
    "log2": "the logarithm to base 2 of {0}",
    "log10": "the logarithm to base 10 of {0}",
    "asin_slope": "1 divided by the square root of 1 minus the square of {0}",
    "logsumexp": "the natural logarithm of the sum of e to the powers {all}",
    "surprise": "minus the natural logarithm of the share that softmax of {all} gives to {0}",
    "prod": "the product of {all}",
    "sum": "the sum of {all}",
    "dot": "a sum of products",
}

_POWERS = {2.0: "{0} squared", 3.0: "{0} cubed"}

_FLAT = {
    "relu": "relu is off here: it gives 0 however {0} moves, unless {0} rises above 0",
    "step": "a step is flat on both sides",
    "sign": "a sign is flat on both sides of 0",
    "floor": "rounding is flat between whole numbers",
    "ceil": "rounding is flat between whole numbers",
    "greater": "a comparison is flat: 0 or 1, and nothing between",
    "less": "a comparison is flat: 0 or 1, and nothing between",
    "equal": "a comparison is flat: 0 or 1, and nothing between",
    "minimum": "{0} is not the smaller one, so it does not count here",
    "maximum": "{0} is not the greater one, so it does not count here",
    "clip": "beyond its ends, clip is flat",
    "where": "what chooses is not moved through: it is either so or not",
    "mul": "{0} is multiplied by 0",
    "dot": "{0} is multiplied by 0",
    "pow": "a power is flat here",
    "tanh": "tanh is flat so far from 0",
    "sigmoid": "a sigmoid is flat so far from 0",
}


def formula(op: Op, count: int) -> str:
    """The value of an operation of so many operands as a formula; empty if there is none.

    >>> from autograd import ops
    >>> formula(ops.ALL["pow"], 2), formula(ops.ALL["logsumexp"], 2), formula(ops.ALL["sum"], 2)
    ('x**y', 'log(exp(x) + exp(y))', '')
    """
    if op.name in FORMULAS:
        return FORMULAS[op.name]
    if op.name == "logsumexp" and count <= len(LETTERS):
        return f"log({' + '.join(f'exp({letter})' for letter in LETTERS[:count])})"
    if op.name == "surprise" and count <= len(LETTERS):
        return f"log({' + '.join(['1', *[f'exp({y} - x)' for y in LETTERS[1:count]]])})"
    if op.arity is None or op.arity > len(LETTERS):
        return ""
    name = op.symbol if op.symbol.isidentifier() else op.name
    return f"{name}({', '.join(LETTERS[: op.arity])})"


def slope_formula(op: Op, position: int, count: int) -> str:
    """A local derivative as a formula of operands and the result z; empty if there is none.

    >>> from autograd import ops
    >>> slope_formula(ops.ALL["tanh"], 0, 1), slope_formula(ops.ALL["logsumexp"], 1, 2)
    ('1 - z**2', 'exp(y - z)')
    """
    if count > len(LETTERS):
        return ""
    if op.name == "logsumexp":
        return f"exp({LETTERS[position]} - z)"
    if op.name == "surprise":
        return f"exp({LETTERS[position]} - x - z)" if position else "exp(-z) - 1"
    return op.formulas[position] if len(op.formulas) == count else ""


def phrase(op: Op, names: list[str], exponent: float | None = None) -> str:
    """An operation in words.

    >>> from autograd import ops
    >>> phrase(ops.ALL["tanh"], ["z"]), phrase(ops.ALL["pow"], ["e", "2"], 2.0)
    ('the tanh of z', 'e squared')
    """
    if op.name == "pow" and exponent in _POWERS:
        return _POWERS[exponent].format(names[0])
    pattern = _PHRASES.get(op.name, "")
    if not pattern:
        return f"the {op.symbol} of {listed(names)}"
    return pattern.format(*names, all=listed(names))


def flatness(name: str, operand: str) -> str:
    """Why a slope is 0, for operations whose reason is worth a clause; else empty."""
    return _FLAT.get(name, "").format(operand)


def listed(words: list[str], most: int = 6) -> str:
    """Words as a sentence has them.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(words) > most:
        return f"{', '.join(words[: most - 2])} and {len(words) - most + 2:,} others"
    return " and ".join([part for part in (", ".join(words[:-1]), words[-1]) if part])
