"""The functions that a file may name: activations, operations of one operand, softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import log_softmax, ops, softmax

from ..activations import activations, name_of
from ..names import nearest
from .errors import FormatError

Function = Callable[..., Any]


class NamelessError(ValueError):
    """A function that has no name here."""


def known() -> dict[str, Function]:
    """Every function with a name; those of `autograd.operation` are among them.

    >>> list(known())[:3], "softmax" in known()
    (['linear', 'tanh', 'relu'], True)
    """
    unary: dict[str, Function] = {name: op for name, op in ops.ALL.items() if op.arity == 1}
    return {**activations(), **unary, "softmax": softmax, "log_softmax": log_softmax}


def named(function: Function) -> str:
    """The name under which `found` finds just this function.

    >>> named(known()["gelu"])
    'gelu'
    """
    name = name_of(function)
    if known().get(name) is not function:
        raise NamelessError(name)
    return name


def found(name: Any) -> Function:
    """The function that was written as ``name``."""
    functions = known()
    if not isinstance(name, str) or name not in functions:
        match = nearest(name, functions) if isinstance(name, str) else ""
        hint = f"the nearest is {match!r}; " if match else ""
        raise FormatError(
            f"it names a function {name!r:.60}, which is not known here: {hint}"
            "one of your own is known once autograd.operation has added it"
        )
    return functions[name]
