"""What a formula becomes: a flat list of instructions for a stack machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Action = Literal[
    "push",  # a number
    "load",  # what a name stands for
    "call",  # a function of the topmost numbers
    "list",  # of the topmost numbers
    "item",  # one of a list
    "single",  # raise on a list: lists of named lists would double in size with every statement
    "compare",  # the topmost numbers, with the signs between them
    "branch",  # jump if the condition on top does not hold; it stays there
    "jump",  # continue elsewhere
    "choose",  # the branch of `where` that was computed
    "assign",  # give the topmost number a name
]


@dataclass(slots=True)
class Instruction:
    """One step of a program, and the piece of text that it stands for."""

    action: Action
    start: int
    stop: int
    name: str = ""
    number: float = 0.0
    function: Callable[..., Any] | None = None
    count: int = 0
    """How many numbers it takes from the stack, or where it jumps to."""
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A formula that has been read."""

    text: str
    instructions: tuple[Instruction, ...]
    used: frozenset[str]
    """Which of the given names it uses."""
    assigned: tuple[str, ...]
    """The names that it assigns, in order."""
