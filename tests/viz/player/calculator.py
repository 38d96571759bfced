"""A reader with a pocket calculator: works out an equation from nothing but its shown digits."""

import ast
import operator
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import mpmath

from autograd import ops
from autograd.testing.exact import value as exact_value

_MP = mpmath.MPContext()
_MP.dps = 50
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_FUNCTIONS = {"ln": "log", "σ": "sigmoid", "min": "minimum", "max": "maximum"}
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda x, y: x**y if y == int(y) else _real(x) ** _real(y),
}
_SIGNS = {ast.Lt: operator.lt, ast.Gt: operator.gt, ast.Eq: operator.eq}


def is_honest(step):
    """Whether a step has ``=`` exactly where the calculator agrees."""
    if step.numbers in ("", "="):
        return True
    start, calculation, sign = step.numbers[:2], step.numbers[2:-2], step.numbers[-1]
    return start == "= " and sign in "=≈" and is_true(calculation, sign, step.answer)


def is_true(calculation, sign, result):
    """Whether ``=`` stands where the calculator agrees, to the result's last digit; ≈ elsewhere."""
    if "!" in calculation + result:
        return sign == "="
    found = worked_out(calculation)
    wanted = Decimal(_plain(result))
    if isinstance(found, Fraction):
        return _agrees(found, sign, wanted)
    # The page worked in doubles, which may fall to either side of a tie such as 2.7225.
    exact = Fraction(*mpmath.libmp.to_rational(found._mpf_))
    return any(_agrees(exact * (1 + Fraction(n, 10**14)), sign, wanted) for n in (0, -1, 1))


def _agrees(found, sign, wanted):
    if not wanted:
        return (found == 0) == (sign == "=")
    exact = _EXACT.divide(Decimal(found.numerator), Decimal(found.denominator))
    return any(
        (_EXACT.quantize(exact, digit) == wanted) == (sign == "=") for digit in last_digits(wanted)
    )


def last_digits(number):
    """The last digit that a shown result promises, as a unit: zeros at its end are not written.

    A 1 may have been rounded up from 0.99996, which promises a digit more.
    """
    units = []
    for power in {number.adjusted(), (number * Decimal("0.99999")).adjusted()}:
        last = power - 3
        units.append(Decimal(1).scaleb(min(last, 0) if -4 <= power < 6 else last))
    return units


def worked_out(calculation):
    """The number that a calculation gives, exact as long as it only adds and multiplies."""
    text = re.sub(r" \([\d,]+ others?\)", "", calculation)
    text = re.sub(r"([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"**({m[1].translate(_POWERS)})", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", _plain(text).replace("×", "*").replace("^", "**"))
    text = re.sub(r"√([\d.]+)", r"√(\1)", text).replace("√", "sqrt").replace(", else ", " else ")
    text = re.sub(r"(?<![=<>])=(?!=)", "==", text)
    return _value(ast.parse(text.replace("π", "pi"), mode="eval").body)


def _plain(text):
    return text.replace("−", "-")


def _value(tree):
    match tree:
        case ast.Constant(number):
            return Fraction(str(number)) if isinstance(number, int) else Fraction(repr(number))
        case ast.Name("pi"):
            return _MP.pi * 1
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand)
        case ast.BinOp(left, op, right):
            return _OPERATORS[type(op)](*_alike(_value(left), _value(right)))
        case ast.Call(ast.Name(name), arguments):
            row = ops.ALL[_FUNCTIONS.get(name, name)]
            return exact_value(row, _MP, [_real(_value(argument)) for argument in arguments])
        case ast.IfExp(condition, yes, no):
            return _value(yes if _value(condition) else no)
        case ast.Compare(left, [sign], [right]):
            return _SIGNS[type(sign)](*_alike(_value(left), _value(right)))
        case ast.BoolOp(ast.Or(), sides):
            return any(map(_value, sides))
    raise AssertionError(ast.dump(tree))


def _alike(x, y):
    """Two numbers as Fractions; if one came out of a function, both with fifty digits."""
    are_exact = isinstance(x, Fraction) and isinstance(y, Fraction)
    return (x, y) if are_exact else (_real(x), _real(y))


def _real(x):
    return _MP.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else _MP.mpf(x)
