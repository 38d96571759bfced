"""From tokens to a program: Python's arithmetic grammar, and a few statements around it.

::

    formula    = statement {";" statement}            all but the last must have a name
    statement  = [name "="] expression
    expression = sum                                  the condition of where: sum {"<" sum}
    sum        = product {("+" | "-") product}
    product    = factor {("*" | "/") factor}
    factor     = ("+" | "-") factor | power
    power      = item ["**" factor]                   so -x**2 is -(x**2), and 2**-x is 2**(-x)
    item       = number | name | name "(" … ")" | "(" expression ")" | "[" … "]", then {"[" … "]"}

Instructions are written in the order in which they are executed: operands, then operation.
"""

from __future__ import annotations

from collections.abc import Collection

from .. import ops
from . import vocabulary
from .errors import ExpressionError
from .program import Action, Instruction, Program
from .tokens import Token, tokens

MAX_DEPTH = 50  # of nested brackets and exponents: each takes up to 8 Python frames

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_TERMS = {"+": ops.add, "-": ops.sub}
_FACTORS = {"*": ops.mul, "/": ops.div}


def program(text: str, given: Collection[str]) -> Program:
    """The program of a formula; the names in ``given`` have numbers."""
    return _Reader(text, given).program()


class _Reader:
    """Reads tokens one after the other, and writes instructions."""

    def __init__(self, text: str, given: Collection[str]) -> None:
        self.text = text
        self.given = given
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.written: list[Instruction] = []
        self.assigned: dict[str, None] = {}
        self.used: set[str] = set()
        self.missing: dict[str, Token] = {}

    # --- tokens -----------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def ends(self) -> bool:
        return self.next.kind == "end"

    def sees(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def error(self, message: str, token: Token, until: Token | None = None) -> ExpressionError:
        return ExpressionError(message, self.text, token.start, (until or token).stop)

    def write(self, action: Action, start: int, **details: object) -> Instruction:
        """An instruction for the text from ``start`` to the last token that was taken."""
        stop = self.tokens[self.at - 1].stop
        instruction = Instruction(action, start, stop, **details)  # type: ignore[arg-type]
        self.written.append(instruction)
        return instruction

    # --- statements -------------------------------------------------------------------------------

    def program(self) -> Program:
        while self.sees(";"):
            self.take()
        if self.ends():
            raise ExpressionError("there is no formula; write one such as tanh(w*x + b)", self.text)
        while not self.ends():
            self.statement()
        if self.missing:
            raise self.without_value()
        return Program(self.text, tuple(self.written), frozenset(self.used), tuple(self.assigned))

    def statement(self) -> None:
        begin = self.next
        name = None
        if begin.kind == "name" and self.tokens[self.at + 1].text == "=":
            name = self.take().text
            self.refuse_reserved(begin)
            self.take()
        self.expression()
        last = self.tokens[self.at - 1]
        self.refuse_rest()
        while self.sees(";"):
            self.take()
        if name is not None:
            self.write("assign", begin.start, name=name)
            self.assigned[name] = None
        elif self.next.kind != "end":
            raise self.error(
                "this is computed but not used: give it a name, as in z = w*x + b", begin, last
            )

    def refuse_rest(self) -> None:
        """Raise unless a statement ends here; the error says what may have been meant."""
        token = self.next
        if token.kind == "end" or self.sees(";"):
            return
        if self.sees(")", "]"):
            raise self.error(f"there is no opening bracket for this {token.text!r}", token)
        if self.sees("="):
            raise self.error("only a name can be left of '=', as in z = w*x + b", token)
        if self.sees(*COMPARISONS):
            raise self.error(
                "numbers can be compared only in the condition of where(x > 0, a, b)", token
            )
        if self.sees(","):
            raise self.error(
                "a formula is one number; write several in brackets, [a, b], and separate "
                "formulas with ';'", token
            )  # fmt: skip
        raise self.no_operator(token)

    def no_operator(self, token: Token) -> ExpressionError:
        """The error for two operands without an operator, as in ``2x``."""
        before = self.tokens[self.at - 1]
        if token.kind == "name" and token.text in {"if", "else"}:
            return self.error("to choose between two numbers write where(x > 0, a, b)", token)
        if token.kind == "name" and token.text in {"and", "or", "not", "in", "is"}:
            return self.error(f"{token.text!r} has no meaning in a formula", token)
        if before.kind == "name" and self.is_function_only(before.text):
            return self.error(
                f"{before.text} is a function: write its argument in brackets, as in "
                f"{before.text}(x)",
                before, token,
            )  # fmt: skip
        product = f"{before.text}*{token.text}"
        is_hexadecimal = before.text == "0" and token.text[:1] in "xXbBoO"
        if before.kind != "sign" and len(product) <= 30 and not is_hexadecimal:
            hint = f"; write {product} for a product"
        else:
            hint = "; write * for a product"
        return self.error(f"an operator is missing before {token}{hint}", token)

    # --- numbers ----------------------------------------------------------------------------------

    def expression(self) -> None:
        """A sum of products. It is a loop: a long sum nests no deeper than a short one."""
        start = self.next.start
        self.product()
        while self.sees(*_TERMS):
            sign = self.take()
            self.product()
            self.write("call", start, function=_TERMS[sign.text], count=2)

    def product(self) -> None:
        start = self.next.start
        self.factor()
        while self.sees(*_FACTORS):
            sign = self.take()
            self.factor()
            self.write("call", start, function=_FACTORS[sign.text], count=2)

    def factor(self) -> None:
        signs = []
        while self.sees("+", "-"):
            signs.append(self.take())
        self.power()
        for sign in reversed(signs):
            if sign.text == "-":
                self.write("call", sign.start, function=ops.neg, count=1)

    def power(self) -> None:
        start = self.next.start
        self.item()
        if self.sees("**"):
            self.deeper(self.take())
            self.factor()
            self.depth -= 1
            self.write("call", start, function=ops.pow_, count=2)

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(
                f"more than {MAX_DEPTH} brackets are open here; name the inner parts: "
                "z = w*x + b; tanh(z)",
                token,
            )

    def item(self) -> None:
        start = self.next.start
        token = self.take()
        if token.kind == "number":
            self.write("push", start, number=token.number)
        elif token.kind == "name" and self.sees("("):
            self.call(token)
        elif token.kind == "name":
            self.name(token)
        elif token.text == "(":
            self.deeper(token)
            self.expression()
            self.close(token)
        elif token.text == "[":
            count = self.several(token)
            self.write("list", start, count=count)
        else:
            self.at -= 1
            raise self.nothing_here(token)
        while self.sees("["):
            bracket = self.take()
            self.deeper(bracket)
            self.expression()
            self.close(bracket)
            self.write("item", start)

    def nothing_here(self, token: Token) -> ExpressionError:
        before = self.tokens[self.at - 1] if self.at else None
        if before is not None and before.text == "*" and token.text == "**":
            return self.error("write ** for a power", token)
        where = "before the end" if token.kind == "end" else f"before {token}"
        if token.text == ";":
            where = "before the end of this statement"
        if token.text == "*" and before is None:
            where = "at the beginning"
        return self.error(f"a number, a name or ( is missing {where}", token)

    def several(self, opening: Token) -> int:
        """Read expressions separated by commas, up to the closing bracket; returns their number."""
        self.deeper(opening)
        closing = {"(": ")", "[": "]"}[opening.text]
        count = 0
        while not self.sees(closing):
            start = self.next.start
            self.expression()
            if opening.text == "[" and self.written[-1].action in {"load", "item"}:
                self.write("single", start)
            count += 1
            if not self.sees(","):
                break
            self.take()
        self.close(opening)
        return count

    def close(self, opening: Token) -> None:
        self.depth -= 1
        closing = {"(": ")", "[": "]"}[opening.text]
        if self.sees(closing):
            self.take()
            return
        token = self.next
        if token.kind == "end" or self.sees(";"):
            raise self.error(f"this {opening.text!r} is never closed", opening)
        if self.sees(")", "]"):
            raise self.error(f"{closing!r} is expected here, to close {opening.text!r}", token)
        if self.sees("="):
            raise self.error("give arguments in order, without names", token)
        if self.sees(*COMPARISONS) or self.sees(","):
            self.refuse_rest()
        raise self.no_operator(token)

    # --- names ------------------------------------------------------------------------------------

    def refuse_reserved(self, token: Token) -> None:
        if token.text in vocabulary.RESERVED:
            raise self.error(
                f"{token.text!r} is a Python keyword and has no meaning in a formula", token
            )

    def name(self, token: Token) -> None:
        self.refuse_reserved(token)
        name = token.text
        if name in self.assigned:
            self.write("load", token.start, name=name)
        elif name in self.given:
            self.used.add(name)
            self.write("load", token.start, name=name)
        elif name in vocabulary.CONSTANTS:
            self.write("push", token.start, number=vocabulary.CONSTANTS[name], name=name)
        else:
            self.missing.setdefault(name, token)
            self.write("load", token.start, name=name)

    def is_function_only(self, name: str) -> bool:
        """Whether a name is known as a function, and not as a number."""
        is_number = name in self.given or name in self.assigned or name in vocabulary.CONSTANTS
        return not is_number and vocabulary.function(name) is not None

    def without_value(self) -> ExpressionError:
        """The error for names without a number: it points at the first, and lists all."""
        name, token = next(iter(self.missing.items()))
        function = vocabulary.function(name)
        if function is not None:
            return self.error(f"{name} is a function: write {name}(x)", token)
        if name in self.assigned:
            return self.error(f"{name} is used here before it is computed", token)
        near = vocabulary.nearest(name, [*self.given, *self.assigned])
        if near:
            return self.error(f"there is no {name!r}; did you mean {near!r}?", token)
        others = [f"{name}=…" for name in list(self.missing)[:10]]
        listed = ", ".join(others[:-1]) + " and " + others[-1] if len(others) > 1 else others[0]
        verb = "has no value; give it one" if len(others) == 1 else "has no value; give the numbers"
        return self.error(f"{name!r} {verb}: {listed}", token)

    def call(self, token: Token) -> None:
        function = vocabulary.function(token.text)
        if function is None:
            raise self.no_function(token)
        opening = self.take()
        if token.text == "where":
            self.where(token, opening)
            return
        count = self.several(opening)
        if count < function.least or (function.most is not None and count > function.most):
            raise self.error(
                f"{token.text} takes {_how_many(function.least, function.most)}, got {count}",
                token, self.tokens[self.at - 1],
            )  # fmt: skip
        self.write("call", token.start, function=function.call, count=count, name=token.text)

    def no_function(self, token: Token) -> ExpressionError:
        name = token.text
        if name in vocabulary.RESERVED:
            self.refuse_reserved(token)
        if name in self.given or name in self.assigned or name in vocabulary.CONSTANTS:
            return self.error(
                f"{name!r} is a number, not a function; write {name}*(…) for a product", token
            )
        near = vocabulary.nearest(name, vocabulary.function_names())
        rest = f"; did you mean {near!r}?" if near else f"; write {name}*(…) for a product"
        return self.error(f"there is no function {name!r}{rest}", token)

    def where(self, token: Token, opening: Token) -> None:
        """``where(condition, a, b)``: only the chosen branch is computed."""
        self.deeper(opening)
        self.condition()
        self.comma(token)
        branch = self.write("branch", token.start)
        self.expression()
        self.comma(token)
        jump = self.write("jump", token.start)
        branch.count = len(self.written)
        self.expression()
        if self.sees(","):
            raise self.error("where takes a condition and two numbers: where(x > 0, a, b)", token)
        self.close(opening)
        jump.count = len(self.written)
        self.write("choose", token.start)

    def condition(self) -> None:
        start = self.next.start
        self.expression()
        signs = []
        while self.sees(*COMPARISONS):
            signs.append(self.take().text)
            self.expression()
        if signs:
            self.write("compare", start, signs=tuple(signs))
        elif self.sees("="):
            raise self.error("write == to compare numbers", self.next)

    def comma(self, token: Token) -> None:
        if self.sees(","):
            self.take()
            return
        if self.sees(")"):
            raise self.error("where takes a condition and two numbers: where(x > 0, a, b)", token)
        if self.next.kind == "end" or self.sees(";"):
            raise self.error("this 'where(' is never closed", token)
        self.refuse_rest()


def _how_many(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least} number" + ("s" if least != 1 else "")
    if least == most:
        return f"{least} number" + ("s" if least != 1 else "")
    return f"{least} to {most} numbers"
