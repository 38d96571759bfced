"""How numbers are shown, and the promise that a shown equation is true.

A reader has a pocket calculator and only the digits in the picture. So ``=`` is written only
when the calculator's answer, written as numbers are written here, is the shown result; otherwise
``≈``.

Numbers have four significant digits, rounded half up as taught at school, from the digits that
Python prints; whole numbers below a million keep all of theirs. Negative ones have U+2212 for
minus, positive ones no sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

DIGITS = 4
ALL_DIGITS = 17  # tell any two doubles apart
MINUS = "\u2212"
NOT_ASKED = "—"
ALMOST_ZERO = "≈0"
NOTHING = 1e-9  # of the largest number of its kind in a picture: what is smaller reads ≈0

_PLAIN = range(-4, 6)  # powers of ten that are written out: 0.0001 to 999999
_CALCULATOR = 10  # digits on the display of a pocket calculator
_FAIR = Fraction(1, 100)  # how far off, relatively, a result with ≈ may be
# Exact for sums and products of shown numbers, whose digits lie between 1e-341 and 1e309.
_EXACT = Context(prec=1500, rounding=ROUND_HALF_UP)

Calculate = Callable[..., Fraction | float]


def shown(x: float, digits: int = DIGITS) -> Decimal:
    """The finite number that a reader sees for x; its exponent is the last digit that counts.

    >>> shown(0.12345), shown(123456.7), shown(2.0)
    (Decimal('0.1235'), Decimal('123457'), Decimal('2.000'))
    """
    return _rounded(Decimal(repr(x)), digits)


def show(x: float | None, digits: int = DIGITS, *, scale: float = 0.0) -> str:
    """x as text, or ``nan!`` and ``+inf!``, or ``—`` when nobody asked for it.

    ``scale`` is the size of the largest number of the same kind: beside it, x may be ``≈0``.

    >>> show(2.0), show(-0.12345), show(0.0), show(1.5e-7), show(float("inf")), show(None)
    ('2', '−0.1235', '0', '1.5e−7', '+inf!', '—')
    >>> show(1.5e-17, scale=2.0)
    '≈0'
    """
    if x is None:
        return NOT_ASKED
    if math.isnan(x):
        return "nan!"
    if math.isinf(x):
        return "+inf!" if x > 0 else f"{MINUS}inf!"
    if 0.0 < abs(x) < NOTHING * scale < math.inf:
        return ALMOST_ZERO
    return _spell(shown(x, digits))


def number(x: float | None, digits: int = DIGITS) -> str:
    """x as in an equation or a sentence: as `show`, without a plus.

    >>> number(0.64), number(-0.8), number(0.0), number(float("inf")), number(None)
    ('0.64', '−0.8', '0', 'inf!', '—')
    """
    return show(x, digits).removeprefix("+")


def factor(x: float | None, digits: int = DIGITS) -> str:
    """x behind a sign: a negative one in brackets.

    >>> factor(0.64), factor(-0.8)
    ('0.64', '(−0.8)')
    """
    text = number(x, digits)
    return f"({text})" if text.startswith(MINUS) else text


def product(left: float, right: float, result: float) -> tuple[str, str]:
    """``left × right`` and ``= result`` as two texts, with ``≈`` unless a calculator agrees.

    >>> product(0.64, -0.8, 0.64 * -0.8), product(0.2162, -3.7705, 0.2162 * -3.7705)
    (('0.64 × −0.8', '= −0.512'), ('0.2162 × −3.771', '≈ −0.8152'))
    """
    sign = multiply_to([left, right], result)
    return f"{show(left)} × {show(right)}", f"{sign} {show(result)}"


def multiply_to(factors: Sequence[float], result: float) -> str:
    """``=`` if the shown factors multiply to the shown result, else ``≈``.

    >>> multiply_to([0.64, -0.8], -0.512), multiply_to([2.0, 0.42, 1.0], 0.8399)
    ('=', '≈')
    """
    return _sign(lambda *numbers: math.prod(numbers, start=Fraction(1)), factors, result)


def total(terms: Sequence[float], result: float) -> tuple[list[str], str]:
    """The terms of a sum as texts that follow each other, and ``= result``.

    >>> total([-0.1, -1.63], -1.73), total([1.00001, -1.0], 0.00001)
    ((['−0.1', '− 1.63'], '= −1.73'), (['1.00001', '− 1'], '= 1e−5'))
    """
    digits, sign = digits_for(added_up, terms, result)
    first, *rest = [show(term, digits) for term in terms]
    return [first, *map(_as_step, rest)], f"{sign} {show(result)}"


def sums_to(terms: Sequence[float], result: float) -> str:
    """``=`` if the shown terms add up to the shown result, else ``≈``.

    >>> sums_to([0.03041, -0.12764], -0.09723), sums_to([0.5, 0.25], 0.75)
    ('≈', '=')
    """
    return _sign(added_up, terms, result)


def applied(function: Callable[[float], float], x: float, result: float) -> str:
    """``=`` if the function of the shown number is the shown result, else ``≈``.

    >>> applied(math.tanh, 0.693147, 0.6), applied(math.exp, 1.00049, 2.719614)
    ('=', '≈')
    """
    return _sign(lambda shown_x: function(float(shown_x)), [x], result)


def is_alarming(x: float | None) -> bool:
    """Whether x is nan or infinite, which a picture marks with a border of its own.

    >>> is_alarming(float("nan")), is_alarming(None), is_alarming(1.0)
    (True, False, False)
    """
    return x is not None and not math.isfinite(x)


# --- the calculator -------------------------------------------------------------------------------


def digits_for(
    calculate: Calculate, inputs: Sequence[float], result: float, least: int = DIGITS
) -> tuple[int, str]:
    """How many digits of the inputs to show, and ``=`` or ``≈`` before the result.

    ``least`` digits, unless the calculator would then be off by more than 1 %, as where terms
    nearly cancel. Where its ten do not suffice, the result is rounding noise, and the ``least``
    with ``≈`` say as much.

    >>> digits_for(lambda x, y: x * y, [0.64, -0.8], -0.512)
    (4, '=')
    >>> digits_for(lambda x, y: x - y, [1.00001, 1.0], 0.00001)
    (6, '=')
    """
    if not all(map(math.isfinite, (*inputs, result))):
        return least, "="
    for digits in range(least, _CALCULATOR + 1):
        found = answer(calculate, inputs, digits)
        if found is None:
            break
        if is_near(found, result):
            return digits, relation(found, result)
    return least, "≈"


def seen(x: float, digits: int = DIGITS) -> Fraction:
    """The number that a reader of x has in front of him."""
    return Fraction(shown(x, digits))


def answer(calculate: Calculate, inputs: Sequence[float], digits: int) -> Fraction | None:
    """What a calculator gives for so many shown digits of the inputs; None where it cannot."""
    try:
        return exactly(calculate(*[seen(x, digits) for x in inputs]))
    except (ArithmeticError, ValueError):  # of nan and infinities, too
        return None


def exactly(number: Fraction | float) -> Fraction:
    """A number as its digits say it: 0.1 is a tenth."""
    return number if isinstance(number, Fraction) else Fraction(repr(number))


def relation(calculated: Fraction | float, result: float) -> str:
    """``=`` if what was calculated would be shown as the result is: 0.9999 is no 1.

    >>> relation(Fraction("-0.512"), -0.512), relation(0.2162 * 3.771, 0.2162 * 3.7705)
    ('=', '≈')
    """
    found, wanted = exactly(calculated), shown(result)
    number = _EXACT.divide(Decimal(found.numerator), Decimal(found.denominator))
    if not (wanted and number):
        return "=" if wanted == number else "≈"
    if abs(number.adjusted() - wanted.adjusted()) > 1:
        return "≈"  # so far off that the rounded one may have more digits than there is room for
    return "=" if _rounded(number, DIGITS) == wanted else "≈"


def is_fair(calculate: Calculate, inputs: Sequence[float], result: float) -> bool:
    """Whether a calculator comes near the result at all."""
    if not all(map(math.isfinite, (*inputs, result))):
        return False
    found = answer(calculate, inputs, digits_for(calculate, inputs, result)[0])
    return found is not None and is_near(found, result)


def is_near(found: Fraction, result: float) -> bool:
    """Whether what was calculated is the shown result, or less than 1 % off."""
    wanted = Fraction(shown(result))
    return abs(found - wanted) <= abs(wanted) * _FAIR or relation(found, result) == "="


def added_up(*numbers: Fraction) -> Fraction:
    """Their sum."""
    return sum(numbers, Fraction(0))


def _sign(calculate: Calculate, inputs: Sequence[float], result: float) -> str:
    if not all(map(math.isfinite, (*inputs, result))):
        return "="
    found = answer(calculate, inputs, DIGITS)
    return "≈" if found is None else relation(found, result)


# --- digits ---------------------------------------------------------------------------------------


def _rounded(exact: Decimal, digits: int) -> Decimal:
    """A number at its last digit that is shown."""
    if not exact:
        return Decimal(0)
    last = exact.adjusted() - digits + 1
    if exact.adjusted() in _PLAIN:
        last = min(last, 0)
    return exact.quantize(Decimal((0, (1,), last)), context=_EXACT)


def _as_step(text: str) -> str:
    """``1.63`` as a later term of a sum: ``+ 1.63``; ``−1.63`` as ``− 1.63``."""
    return f"{text[0]} {text[1:]}" if text[0] in f"+{MINUS}" else f"+ {text}"


def _spell(number: Decimal) -> str:
    if not number:
        return "0"
    sign = MINUS if number < 0 else ""
    number = abs(number).normalize(_EXACT)
    power = number.adjusted()
    if power in _PLAIN:
        return f"{sign}{number:f}"
    return f"{sign}{number.scaleb(-power, _EXACT):f}e{power}".replace("-", MINUS)
