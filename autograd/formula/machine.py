"""The machine that executes a program: on Values, on plain numbers, inside derivatives."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import ops
from ..errors import AutogradError
from ..functions import where
from ..numbers import is_number
from ..primitive import Op, Recorder
from ..value import Value, constant
from .errors import ExpressionError, pointed
from .program import Action, Instruction, Program

Tree = Any
"""A number or a Value, or a list of these, nested to any depth."""

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": lambda x, y: x <= y,
    ">": operator.gt,
    ">=": lambda x, y: x >= y,
    "==": operator.eq,
    "!=": operator.ne,
}
# What is drawn and replayed in addition to the choice: the kink is where the condition changes.
_RECORDED = {
    "<": ops.less,
    "<=": ops.greater,
    ">": ops.greater,
    ">=": ops.less,
    "==": ops.equal,
    "!=": ops.equal,
}


@dataclass(frozen=True, slots=True)
class _Condition:
    """Whether a condition holds, and the node that shows it, or a bool if there is no such node."""

    holds: bool
    recorded: Any


def run(program: Program, given: Mapping[str, Tree]) -> tuple[Tree, dict[str, Tree]]:
    """The result, and what every name stands for at the end.

    Computed Values get as labels the names that they are assigned to.
    """
    machine = _Machine(given)
    while machine.at < len(program.instructions):
        step = program.instructions[machine.at]
        machine.at += 1
        try:
            _ACTIONS[step.action](machine, step)
        except AutogradError as error:  # log(-1): the formula is fine, its numbers are not
            error.add_note(pointed(program.text, step.start, step.stop))
            raise
        except (TypeError, ValueError, IndexError) as error:
            raise ExpressionError(str(error), program.text, step.start, step.stop) from None
    return machine.result, machine.names


class _Machine:
    """The state of one run; a method for each `Action`."""

    def __init__(self, given: Mapping[str, Tree]) -> None:
        self.names = dict(given)
        self.stack: list[Any] = []
        self.at = 0
        self.assigned: Any = None

    @property
    def result(self) -> Tree:
        """The result of the last statement, with or without a name."""
        return self.stack[-1] if self.stack else self.assigned

    def taken(self, count: int) -> list[Any]:
        """The topmost numbers, removed from the stack."""
        start = len(self.stack) - count
        topmost = self.stack[start:]
        del self.stack[start:]
        return topmost

    def push(self, step: Instruction) -> None:
        self.stack.append(constant(step.number, step.name) if step.name else step.number)

    def load(self, step: Instruction) -> None:
        self.stack.append(self.names[step.name])

    def call(self, step: Instruction) -> None:
        assert step.function is not None
        numbers = self.taken(step.count)
        if isinstance(step.function, Op) and any(isinstance(number, list) for number in numbers):
            raise TypeError(
                f"{step.name or step.function.symbol} takes single numbers, but got a list; "
                "use its numbers one by one, as in w[0], or write sum(w) or dot(w, x)"
            )
        self.stack.append(step.function(*numbers))

    def list_(self, step: Instruction) -> None:
        self.stack.append(self.taken(step.count))

    def item(self, step: Instruction) -> None:  # noqa: ARG002 - all actions are called alike
        items, index = self.taken(2)
        self.stack.append(_item(items, index))

    def single(self, step: Instruction) -> None:  # noqa: ARG002
        if isinstance(self.stack[-1], list):
            raise TypeError("a list in a formula must contain numbers, but this is a list")

    def compare(self, step: Instruction) -> None:
        self.stack.append(_compared(self.taken(len(step.signs) + 1), step.signs))

    def branch(self, step: Instruction) -> None:
        self.stack[-1] = condition = _condition(self.stack[-1])
        if not condition.holds:
            self.at = step.count

    def jump(self, step: Instruction) -> None:
        self.at = step.count

    def choose(self, step: Instruction) -> None:  # noqa: ARG002
        condition, branch = self.taken(2)
        if isinstance(branch, list):
            raise TypeError("where chooses between two numbers, but this is a list")
        self.stack.append(where(condition.recorded, branch, branch))

    def assign(self, step: Instruction) -> None:
        self.assigned = self.names[step.name] = _labelled(self.stack.pop(), step.name)


_ACTIONS: dict[Action, Callable[[_Machine, Instruction], None]] = {
    "push": _Machine.push,
    "load": _Machine.load,
    "call": _Machine.call,
    "list": _Machine.list_,
    "item": _Machine.item,
    "single": _Machine.single,
    "compare": _Machine.compare,
    "branch": _Machine.branch,
    "jump": _Machine.jump,
    "choose": _Machine.choose,
    "assign": _Machine.assign,
}


def _item(items: Any, index: Any) -> Any:
    if not isinstance(items, list):
        raise TypeError("this is one number, and only a list can have [ ]")
    place = index if is_number(index) else None
    if place is None or not float(place).is_integer():
        raise TypeError("the index of a list must be a whole number, as in w[0]")
    if not -len(items) <= place < len(items):
        ends = f"[0] to [{len(items) - 1}]" if items else "nothing"
        raise IndexError(f"the list has no [{int(place)}]; it has {ends}")
    return items[int(place)]


def _compared(numbers: list[Any], signs: tuple[str, ...]) -> _Condition:
    plain = [_plain(number) for number in numbers]
    holds = all(_HOLDS[sign](x, y) for x, sign, y in zip(plain, signs, plain[1:], strict=False))
    if len(signs) > 1:
        return _Condition(holds, holds)
    recorded = _RECORDED[signs[0]](*numbers)
    return _Condition(holds, recorded if isinstance(recorded, Recorder) else holds)


def _condition(condition: Any) -> _Condition:
    if isinstance(condition, _Condition):
        return condition
    holds = _plain(condition) != 0.0
    return _Condition(holds, condition if isinstance(condition, Recorder) else holds)


def _plain(number: Any) -> float:
    if isinstance(number, list):
        raise TypeError("a list cannot be compared; compare one of its numbers, as in w[0]")
    return float(number.data if isinstance(number, Recorder) else number)  # type: ignore[attr-defined]


def _labelled(result: Tree, name: str) -> Tree:
    """``result``, with labels on its new nodes; numbers become constants with a label."""
    if isinstance(result, list):
        return [_labelled(part, f"{name}[{k}]") for k, part in enumerate(result)]
    if is_number(result):
        return constant(result, name)
    if isinstance(result, Value) and result.op is not None and not result.label:
        result.label = name  # a leaf that was given without a label stays as it is
    return result
