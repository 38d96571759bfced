"""Twenty classic wrong engines: ``python -m demos.wrong_engines`` finds what is wrong with each.

Each is `demos.from_scratch` with one mistake that people do make when they write an engine. This
is the only such list: tests, documentation and pages take it from here.
"""

from __future__ import annotations

import random
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.testing import Engine, EngineMismatch, check_engine

from .cli import say

RIGHT = Path(__file__).with_name("from_scratch.py")


@dataclass(frozen=True, slots=True)
class WrongEngine:
    """One mistake, as a change of the source of `demos.from_scratch`."""

    name: str
    wrong: str
    """What is wrong, in a sentence."""
    why: str
    """Why people write it."""
    old: str
    new: str

    def source(self) -> str:
        """The file with the mistake in it."""
        right = RIGHT.read_text(encoding="utf-8")
        if right.count(self.old) != 1:
            raise ValueError(f"{self.name}: this stands in {RIGHT.name} not once:\n{self.old}")
        return right.replace(self.old, self.new)


_HAND_ON = "operand.grad += value.grad * slope"
_LOOP = """\
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += value.grad * slope  # the chain rule; where paths meet, they add up
"""

BANK = (
    WrongEngine(
        "assigned",
        "A gradient is set with = where it should be added with +=.",
        "With each number used once it makes no difference, and first examples are like that.",
        _HAND_ON,
        "operand.grad = value.grad * slope",
    ),
    WrongEngine(
        "chain rule left out",
        "The slope is handed on without the gradient of the result.",
        "For the last operation, whose gradient is 1, it is the same.",
        _HAND_ON,
        "operand.grad += slope",
    ),
    WrongEngine(
        "averaged",
        "The operands share the gradient of the result, as if there were only so much of it.",
        "It sounds fair. But two inputs can both move a result at full rate.",
        _HAND_ON,
        "operand.grad += value.grad * slope / len(value.operands)",
    ),
    WrongEngine(
        "stale closure",
        "The functions that hand gradients on are made in a loop, and all see its last variables.",
        "In Python a function looks its variables up when it runs, not when it is made.",
        _LOOP,
        """\
        steps = []
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):

                def hand_on():
                    operand.grad += value.grad * slope

                steps.append(hand_on)
        for step in steps:
            step()
""",
    ),
    WrongEngine(
        "order not reversed",
        "The list is gone through from its beginning: from the inputs to the end result.",
        "That is the order in which it was computed, and in which the list was made.",
        "for value in reversed(order):",
        "for value in order:",
    ),
    WrongEngine(
        "set for the order",
        "A set takes the place of the list, and a set has no order.",
        "It is the short way to be rid of what is in a list twice.",
        "for value in reversed(order):",
        "for value in set(order):",
    ),
    WrongEngine(
        "visited twice",
        "A result that is used twice hands its gradient on twice.",
        "In a tree there is only one way to each number; in a graph there are several.",
        """\
            if value not in seen:
                seen.add(value)
                for operand in value.operands:
                    visit(operand)
                order.append(value)
""",
        """\
            for operand in value.operands:
                visit(operand)
            order.append(value)
""",
    ),
    WrongEngine(
        "reset forgotten",
        "A second backward finds the gradients of the first in the results, and adds to them.",
        "Most programs call backward once, on results that are new.",
        """\
        for value in order:
            if value.operands:  # a result starts afresh; of what we chose, grad adds up over calls
                value.grad = 0.0
""",
        "",
    ),
    WrongEngine(
        "begun with the loss",
        "The gradient of the end result begins as its value instead of 1.",
        "It looks as if the loss itself were sent back.",
        "self.grad += 1.0",
        "self.grad += self.data",
    ),
    WrongEngine(
        "minus of the subtraction",
        "a − b hands +1 on to b instead of −1.",
        "It was copied from the addition, and one sign was forgotten.",
        "(self, other), (1.0, -1.0))",
        "(self, other), (1.0, 1.0))",
    ),
    WrongEngine(
        "factors not swapped",
        "a · b hands a on to a, and b on to b.",
        "Each operand is written next to itself; but the slope of a · b towards a is b.",
        "(self, other), (other.data, self.data))",
        "(self, other), (self.data, other.data))",
    ),
    WrongEngine(
        "minus of the division",
        "The slope of a / b towards b lost its minus.",
        "The formula −a / b² is looked up, and the minus overlooked.",
        "-result / other.data)",
        "result / other.data)",
    ),
    WrongEngine(
        "division turned around",
        "2.0 / x computes x / 2.0.",
        "For + and · the two sides can be swapped, so the method is copied from there.",
        "return as_value(other) / self",
        "return self / other",
    ),
    WrongEngine(
        "exponent kept",
        "The slope of xⁿ is taken for n · xⁿ instead of n · xⁿ⁻¹.",
        "Of the two steps of the rule, one is easily forgotten.",
        "(n * self.data ** (n - 1),)",
        "(n * self.data**n,)",
    ),
    WrongEngine(
        "detached",
        "−x is a new number that does not remember x.",
        "The number is right, so nothing looks wrong until something does not learn.",
        "return Value(-self.data, (self,), (-1.0,))",
        "return Value(-self.data)",
    ),
    WrongEngine(
        "exp as a power",
        "The slope of eˣ is taken for x · eˣ⁻¹.",
        "The rule for xⁿ is used where the input is the exponent.",
        "return Value(result, (self,), (result,))",
        "return Value(result, (self,), (self.data * math.exp(self.data - 1.0),))",
    ),
    WrongEngine(
        "slope of log",
        "The slope of log x is taken for 1 / log x instead of 1 / x.",
        "The result is at hand, as for exp and tanh, whose slopes are made of it.",
        "(1.0 / self.data,)",
        "(1.0 / math.log(self.data),)",
    ),
    WrongEngine(
        "tanh from its input",
        "The slope of tanh is computed as 1 − x², from the input x instead of the result.",
        "Books write 1 − y², and it is easy to miss that y is the result.",
        "(1.0 - result * result,)",
        "(1.0 - self.data * self.data,)",
    ),
    WrongEngine(
        "relu the wrong way",
        "The slope of relu is 1 where its input is negative, and 0 where it is positive.",
        "One comparison, one chance in two.",
        "(1.0 if self.data > 0.0 else 0.0,)",
        "(1.0 if self.data < 0.0 else 0.0,)",
    ),
    WrongEngine(
        "bias left out",
        "A neuron begins its sum with the number of the bias, so the bias never learns.",
        "The outputs are right, and the weights learn around it.",
        "total = self.bias",
        "total = Value(self.bias.data)",
    ),
)


def module(source: str) -> types.ModuleType:
    """The engine of a source, as a module."""
    made = types.ModuleType("engine")
    exec(compile(source, "<engine>", "exec"), vars(made))  # noqa: S102 - from_scratch.py
    return made


def adapter(made: Any) -> Engine:
    """How to check an engine that is written like `demos.from_scratch`; its neuron is our dot."""

    def dot(*operands: Any) -> Any:
        inputs = len(operands) // 2
        neuron = made.Neuron(inputs, None, random.Random(0))
        neuron.weights = [made.as_value(w) for w in operands[:inputs]]
        if len(operands) % 2:
            neuron.bias = made.as_value(operands[-1])
        return neuron(operands[inputs : 2 * inputs])

    return Engine(made.Value, operations={"dot": dot})


def found(wrong: WrongEngine) -> EngineMismatch | None:
    """The smallest counter-example; None if there is none, which a test excludes."""
    try:
        check_engine(adapter(module(wrong.source())))
    except EngineMismatch as mismatch:
        return mismatch
    return None


def main() -> int:
    """Print what is wrong with each, and the smallest counter-example; 1 if one is not found."""
    missed = 0
    for number, wrong in enumerate(BANK, 1):
        mismatch = found(wrong)
        say(f"{number:2} {wrong.name}\n   {wrong.wrong} {wrong.why}")
        say(f"   {mismatch.sentence if mismatch else 'Not found.'}\n")
        missed += mismatch is None
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
