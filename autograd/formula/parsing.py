"""`parse`: makes Values from a formula as text and numbers for its names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..numbers import real
from ..primitive import Recorder
from ..value import Constant, Value, constant
from . import machine
from .errors import ExpressionError
from .grammar import program
from .program import Program
from .tokens import tokens
from .vocabulary import RESERVED

if TYPE_CHECKING:
    import inspect

MAX_NESTING = 10  # of lists within lists, in an input


@dataclass(frozen=True, repr=False, eq=False)
class Formula:
    """A formula that has been read and computed; made by `parse`."""

    text: str
    """The formula, as it was given."""
    value: Value
    """The result."""
    inputs: dict[str, Any]
    """The inputs: for each name a Value, or a list of Values."""
    names: dict[str, Any]
    """The inputs, and the results that the formula names: ``names["z"]``."""
    unused: tuple[str, ...]
    """Inputs that the formula does not mention."""
    _program: Program = field(repr=False)

    @property
    def point(self) -> tuple[Any, ...]:
        """The numbers of the inputs that are not constants: the point at which `f` was computed."""
        return tuple([_numbers(self.inputs[name]) for name in self._arguments()])

    @property
    def f(self) -> Callable[..., Any]:
        """The formula as a function of its inputs, in order; constants stay as they are.

        >>> from autograd import grad
        >>> formula = parse("w*x**2", w=3.0, x=2.0)
        >>> formula.f(3.0, 10.0), grad(formula.f, 1)(*formula.point)
        (300.0, 12.0)
        """
        return _Function(self, self._arguments())

    def _arguments(self) -> tuple[str, ...]:
        return tuple([name for name, given in self.inputs.items() if not _is_constant(given)])

    def __repr__(self) -> str:
        given = [f"{name}={_numbers(tree)!r}" for name, tree in self.inputs.items()]
        return f"parse({', '.join([repr(self.text), *given])})"


def parse(text: str, inputs: Mapping[str, Any] | None = None, /, **numbers: Any) -> Formula:
    """Read a formula, compute it, and record it: ``parse("tanh(w*x + b)", w=0.5, x=2.0, b=0.1)``.

    Write it as in Python: ``+ - * / **``, brackets, numbers, names, the functions of the table and
    those on lists (``sum mean dot softmax …``), ``where(x > 0, a, b)``, and the constants
    ``pi e inf nan``. Separate several statements with ``;`` or new lines; all but the last give
    their result a name, which becomes its label. Nothing is ever executed as Python.

    >>> formula = parse("p = softmax(a, b); -log(p[1])", a=1.0, b=3.0)
    >>> round(formula.value.data, 4), formula.names["p"][0].label
    (0.1269, 'p[0]')

    Parameters
    ----------
    text:
        The formula.
    inputs, numbers:
        The numbers for its names. A number becomes a variable with that name as its label, and a
        list of numbers (nested to any depth) a list of variables ``w[0]``, ``w[1]``; a Value is
        used as it is, so ``constant(1.0)`` gets no gradient.

    Raises
    ------
    ExpressionError
        if the formula cannot be read or computed; the error points at the character.
    DomainError
        if an operation leaves the real numbers; a note on the error points at the operation.
    """
    given = {**(inputs or {}), **numbers}
    if inputs is not None and len(given) < len(inputs) + len(numbers):
        twice = sorted(set(inputs) & set(numbers))
        raise TypeError(f"parse got two numbers for {twice[0]!r}; give only one")
    leaves = {_name(name): _leaves(tree, name) for name, tree in given.items()}
    read = program(text, leaves.keys())
    result, names = machine.run(read, leaves)
    return Formula(
        text,
        _one(result, text),
        leaves,
        names,
        tuple([name for name in leaves if name not in read.used]),
        read,
    )


def calculate(text: str, numbers: Mapping[str, Any] | None = None, /) -> Any:
    """The result of a formula, as a plain number or a list of numbers.

    >>> calculate("[1/4, 2**10]"), calculate("w[1] + 1", {"w": [1.0, 2.0]})
    ([0.25, 1024.0], 3.0)
    """
    given = {_name(name): _numbers(tree) for name, tree in (numbers or {}).items()}
    return _numbers(machine.run(program(text, given.keys()), given)[0])


class _Function:
    """A formula as a function of some of its inputs."""

    def __init__(self, formula: Formula, arguments: tuple[str, ...]) -> None:
        self.formula = formula
        self.arguments = arguments
        short = " ".join(formula.text.split())
        self.__name__ = self.__qualname__ = short if len(short) <= 60 else f"{short[:59]}…"

    @property
    def __signature__(self) -> inspect.Signature:
        """For help(), and for checks, which use these names for the numbers."""
        import inspect  # noqa: PLC0415 - costs milliseconds, and few ask

        kind = inspect.Parameter.POSITIONAL_ONLY
        return inspect.Signature([inspect.Parameter(name, kind) for name in self.arguments])

    def __call__(self, *numbers: Any) -> Any:
        """The result; a plain number if all numbers given and used are plain."""
        if len(numbers) != len(self.arguments):
            raise TypeError(
                f"{self.__name__} is a function of {len(self.arguments)} numbers "
                f"({', '.join(self.arguments)}), got {len(numbers)}"
            )
        given = {**self.formula.inputs, **dict(zip(self.arguments, numbers, strict=True))}
        given = {name: _listed(tree) for name, tree in given.items()}
        result = machine.run(self.formula._program, given)[0]
        if all(map(_is_plain, numbers)) and isinstance(result, Constant):
            return result.data
        return result

    def __repr__(self) -> str:
        return f"<function of {', '.join(self.arguments)}: {self.__name__}>"


# --- what is given --------------------------------------------------------------------------------


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"the names in a formula must be strings, got {name!r}")
    found = tokens(name)
    if len(found) != 2 or found[0].kind != "name" or found[0].text in RESERVED:
        raise ExpressionError(
            f"{name!r} is not a name: names are letters, digits and _, such as w1"
        )
    return found[0].text


def _leaves(tree: Any, name: str, depth: int = 0) -> Any:
    """The Values for what was given for ``name``."""
    if isinstance(tree, Value):
        return tree
    several = _listed(tree)
    if not isinstance(several, list):
        return Value(real(several, name), label=name)
    if depth == MAX_NESTING:
        raise ValueError(f"{name}: lists can be nested at most {MAX_NESTING} deep")
    return [_leaves(part, f"{name}[{k}]", depth + 1) for k, part in enumerate(several)]


def _listed(tree: Any) -> Any:
    """Tuples and arrays as lists."""
    if hasattr(tree, "tolist") and not isinstance(tree, Recorder):
        return tree.tolist()
    return list(tree) if isinstance(tree, tuple) else tree


def _numbers(tree: Any) -> Any:
    if isinstance(tree, (list, tuple)):
        return [_numbers(part) for part in tree]
    return tree.data if isinstance(tree, Value) else real(tree, "a formula")


def _is_constant(tree: Any) -> bool:
    if isinstance(tree, list):
        return bool(tree) and all(map(_is_constant, tree))
    return isinstance(tree, Constant)


def _is_plain(tree: Any) -> bool:
    if isinstance(tree, (list, tuple)):
        return all(map(_is_plain, tree))
    return not isinstance(tree, Recorder)


def _one(result: Any, text: str) -> Value:
    if isinstance(result, list):
        raise ExpressionError(
            f"the result is a list of {len(result)}; a formula ends in one number, such as "
            "sum([a, b]) or p[0]",
            text, 0, len(text),
        )  # fmt: skip
    if isinstance(result, Value):
        return result
    return constant(math.nan if result is None else result)
