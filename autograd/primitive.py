"""What an operation is: a row of facts, and how a row is applied to numbers.

Read this before you add an operation. A row (`Op`) holds the mathematical facts: name, symbol,
forward function, partial derivatives, domain, kinks and conventions. The engine, higher
derivatives, drawings, documentation and property tests all read the same row.

Notation: z = f(x, y, …). A partial is written (z, x, y, …) -> dz/dx in generic arithmetic: only
``+ − *`` and the rows themselves, so that one function serves floats, Values (for higher
derivatives) and Fractions (for exact tests) alike.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .errors import DomainError, OperationError
from .modes import Block, Setting
from .numbers import is_number, real

Forward = Callable[..., Any]
Partial = Callable[..., Any]

# True while partial derivatives are evaluated: those follow IEEE 754 and never raise, whereas the
# domain is checked for the operations that users write.
_unchecked: Setting[bool] = Setting("unchecked", default=False)


class unchecked(Block):  # noqa: N801 - a context manager and a decorator, named like a function
    """Within this block operations follow IEEE 754 instead of raising DomainError."""

    setting = _unchecked

    def __init__(self) -> None:
        super().__init__(lambda _: True)


class Recorder:
    """Anything that records operations: a Value today, a compiler's symbol one day."""

    __slots__ = ()

    def record(self, op: Op, operands: tuple[Any, ...]) -> Any:
        """Apply ``op`` to ``operands``; at least one of them is a Recorder of this class."""
        raise TypeError(
            f"{type(self).__name__} does not say how it records {op.name} of {len(operands)}"
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """The real numbers from ``low`` to ``high``, without the ends unless closed, or some points.

    >>> UNIT = Interval(-1.0, 1.0, closed=True)
    >>> 1.0 in UNIT, 1.1 in UNIT, UNIT.needs("x")
    (True, False, '-1 <= x <= 1')
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    without: tuple[float, ...] = ()

    def __contains__(self, x: float) -> bool:
        inside = self.low <= x <= self.high if self.closed else self.low < x < self.high
        return (inside or not math.isfinite(x)) and x not in self.without

    def needs(self, name: str) -> str:
        """The condition in words, for an error message; empty if every real number is inside."""
        sign = "<=" if self.closed else "<"
        parts = []
        if self.low > -math.inf and self.high < math.inf:
            parts.append(f"{self.low:g} {sign} {name} {sign} {self.high:g}")
        elif self.low > -math.inf:
            parts.append(f"{name} {sign.replace('<', '>')} {self.low:g}")
        elif self.high < math.inf:
            parts.append(f"{name} {sign} {self.high:g}")
        parts += [f"{name} != {point:g}" for point in self.without]
        return " and ".join(parts)


REALS = Interval()


@dataclass(frozen=True, slots=True)
class Convention:
    """What a row returns where mathematics leaves a choice, and why.

    ``at`` are the operands; ``value`` is the result there (None: nothing special); ``partials``
    are the slopes, one for each operand.
    """

    at: tuple[float, ...]
    partials: tuple[float, ...]
    why: str
    value: float | None = None


def nothing(*_: Any) -> tuple[Any, ...]:
    """The kinks of a smooth operation."""
    return ()


@dataclass(frozen=True, eq=False)
class Op:
    """One row of the operation table; calling it applies the operation.

    Parameters
    ----------
    name, symbol:
        ``"mul"`` in programs and errors, ``"×"`` in drawings.
    forward:
        The value; total on doubles (see `forward`).
    partials:
        One function (z, x, y, …) -> slope per operand; for a row that takes any number of
        operands (``variadic``) a single function that returns all slopes as a tuple.
    domain:
        One `Interval` per operand, or one for all of a variadic row.
    defined, needs:
        A condition on all operands together, if intervals cannot express it; the same in words.
    kinks:
        (x, y, …) -> numbers; one of them is zero where the operation is not smooth.
    formulas:
        The partials as one writes them on paper, in Python's notation.
    conventions:
        The choices at kinks and edges; `docs/conventions.md` is made from them.
    rational:
        Whether the value and the slopes are exact when computed with Fractions.
    exact:
        The value in high precision, for checks: (mp, x, y, …) -> value in the arithmetic of the
        mpmath context ``mp``, or the name of an mpmath function. Never a slope, so that a row
        cannot confirm its own typo. A rational row needs none: its forward is exact.

    >>> from autograd import Value, ops
    >>> ops.ALL["mul"](Value(2.0), 3.0).data
    6.0

    ``help`` on a row describes it as a function:

    >>> print(ops.tanh.__doc__)
    tanh(x, /)
    <BLANKLINE>
    Return the hyperbolic tangent of x.
    <BLANKLINE>
    It is recorded if an operand is a Value. Its slope, where z is the result: 1 - z**2.
    """

    name: str
    symbol: str
    forward: Forward
    partials: tuple[Partial, ...]
    domain: tuple[Interval, ...] = (REALS,)
    defined: Callable[..., bool] | None = None
    needs: str = ""
    kinks: Callable[..., tuple[Any, ...]] = nothing
    formulas: tuple[str, ...] = ()
    conventions: tuple[Convention, ...] = ()
    variadic: bool = False
    rational: bool = False
    exact: Callable[..., Any] | str | None = None
    is_activation: bool = False
    arity: int | None = field(init=False)

    def __post_init__(self) -> None:
        if self.variadic and len(self.partials) != 1:
            raise OperationError(
                f"operation {self.name!r} takes any number of operands, so it needs one function "
                f"that returns all slopes as a tuple; got {len(self.partials)} functions"
            )
        tell = functools.partial(object.__setattr__, self)
        tell("arity", None if self.variadic else len(self.partials))
        if not self.variadic and len(self.domain) == 1:
            tell("domain", self.domain * len(self.partials))
        tell("__name__", self.name)
        tell("__signature__", self._signature())
        tell("__doc__", self._documentation())

    def __call__(self, *operands: Any) -> Any:
        """Apply the operation: recorded if an operand is a Value, else on plain numbers.

        For plain numbers the result is a float; for Fractions it is exact, if the row is rational.
        """
        floats = others = 0
        for operand in operands:
            if operand.__class__ is float:
                floats += 1
            elif operand.__class__ is not int:  # an int becomes a double if another operand is one
                if isinstance(operand, Recorder):
                    return operand.record(self, operands)
                others += 1
        numbers = operands if floats and not others else self._numbers(operands)
        try:
            result = self.forward(*numbers)
        except TypeError as error:
            raise self.misuse(operands) from error
        except OverflowError:
            for operand in operands:
                real(operand, self.name)  # raises if this one is too large for a double
            raise
        if result.__class__ is int and not any(isinstance(x, Fraction) for x in numbers):
            result = float(result)  # a row may return one of its int literals
        if result - result != 0:
            self.check(operands)
        return result

    def _numbers(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """Real numbers as doubles; exact ones as they are, if one of them is a Fraction."""
        self.refuse_misuse(operands, ())
        if any(isinstance(x, Fraction) for x in operands):
            return operands
        return tuple([real(x, self.name) for x in operands])

    def slopes(self, result: Any, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """All partial derivatives at ``operands``, in the arithmetic of the operands."""
        if self.variadic:
            slopes: tuple[Any, ...] = self.partials[0](result, *operands)
            return slopes
        return tuple([partial(result, *operands) for partial in self.partials])

    def contains(self, operands: tuple[float, ...]) -> bool:
        """Whether the operation is defined at ``operands`` (non-finite operands follow IEEE)."""
        if not all(map(math.isfinite, operands)):
            return True
        intervals = self.domain * len(operands) if self.variadic else self.domain
        inside = all(x in interval for x, interval in zip(operands, intervals, strict=True))
        return inside and (self.defined is None or self.defined(*operands))

    def check(self, operands: tuple[float, ...], notes: str = "") -> None:
        """Raise DomainError if ``operands`` lie outside the domain.

        Called only when a result is not finite. Every operand outside a domain gives such a result,
        so the ordinary case costs one comparison. ``notes`` names the operands' labels.
        """
        if _unchecked.settled() or self.contains(operands):
            return
        numbers = ", ".join(f"{x:g}" if x.__class__ is int else repr(x) for x in operands)
        raise DomainError(
            f"{self.name}({numbers}) is not a finite real number; "
            f"{self.name} needs {self.requirement()}{notes}"
        )

    def _signature(self) -> inspect.Signature:
        kinds = inspect.Parameter
        if self.arity is None:
            return inspect.Signature([kinds("xs", kinds.VAR_POSITIONAL)])
        names = "xyw" if self.arity <= 3 else [f"x{i + 1}" for i in range(self.arity)]
        return inspect.Signature([kinds(x, kinds.POSITIONAL_ONLY) for x in names[: self.arity]])

    def _documentation(self) -> str:
        """The docstring of this row as a function."""
        told = f"{self.name}{inspect.signature(self)}\n\n{self.forward.__doc__ or self.symbol}\n\n"
        told += "It is recorded if an operand is a Value."
        if self.formulas:
            plural = "s" if len(self.formulas) > 1 else ""
            slopes = ", ".join(self.formulas)
            told += f" Its slope{plural}, where z is the result: {slopes}."
        if self.requirement():
            told += f"\n\nIt needs {self.requirement()}; other numbers raise DomainError."
        for row in self.conventions:
            if all(map(math.isfinite, row.at)):
                told += f"\nAt {row.at}: slopes {row.partials} ({row.why})."
        return told

    def requirement(self) -> str:
        """What the operands must satisfy, in words: ``"x > 0"``."""
        names = ("x", "y", "w")
        parts = [interval.needs(name) for interval, name in zip(self.domain, names, strict=False)]
        return " and ".join([part for part in [*parts, self.needs] if part])

    def refuse_misuse(self, operands: tuple[Any, ...], kind: type | tuple[()]) -> None:
        """Raise unless there are as many as the operation takes, each a number or of ``kind``."""
        numbers = all(isinstance(x, kind) or is_number(x) for x in operands)
        if not numbers or self.arity not in {None, len(operands)}:
            raise self.misuse(operands)

    def misuse(self, operands: tuple[Any, ...]) -> TypeError:
        """The error for too few, too many, or wrong types of operands."""
        if self.arity is not None and len(operands) != self.arity:
            plural = "operand" if self.arity == 1 else "operands"
            return TypeError(f"{self.name} takes {self.arity} {plural}, got {len(operands)}")
        for operand in operands:
            if hasattr(operand, "__array__") and getattr(operand, "shape", ()) != ():
                return TypeError(
                    f"{self.name} takes single numbers, got an array of shape {operand.shape}; "
                    f"write [{self.name}(x) for x in array], or NumPy's function of that name"
                )
        kinds = ", ".join(type(operand).__name__ for operand in operands)
        if len({type(x).record for x in operands if isinstance(x, Recorder)}) > 1:
            kinds += "; take both from autograd, or both from autograd.micrograd"
        return TypeError(f"{self.name} takes Values or real numbers, got {kinds}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (row, (self.name,))

    def __repr__(self) -> str:
        return f"<op {self.name}>"


ALL: dict[str, Op] = {}


def register(op: Op) -> Op:
    """Add a row to the table; its name must be new."""
    if op.name in ALL:
        raise OperationError(
            f"there is already an operation named {op.name!r}; choose another name, or remove the "
            f"old one first: del autograd.ops.ALL[{op.name!r}]"
        )
    ALL[op.name] = op
    return op


def row(name: str) -> Op:
    """The row with this name; pickled and saved graphs find their operations with it."""
    try:
        return ALL[name]
    except KeyError:
        raise OperationError(
            f"there is no operation named {name!r} here; a graph that uses a custom operation "
            f"can only be read after autograd.operation({name!r}, ...) has been run"
        ) from None
