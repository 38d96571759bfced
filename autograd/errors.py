"""Every exception that the engine raises on purpose, with one base class.

Each is also the built-in that a reader would expect (a ``DomainError`` is a ``ValueError``), so
code that knows nothing about glassgrad catches the right thing.
"""

from __future__ import annotations


class AutogradError(Exception):
    """The base class of all errors of this package."""


class DomainError(AutogradError, ValueError):
    """Finite operands for which an operation has no finite real result: log(-1), 1/0, asin(2)."""


class StaleValueError(AutogradError, RuntimeError):
    """A leaf was changed after it was recorded, so the recording no longer describes it."""


class NonFiniteError(AutogradError, ArithmeticError):
    """A value or a gradient became nan or inf; the message names where that began."""


class ConstantError(AutogradError, TypeError):
    """``backward`` was called on a constant: nothing was recorded that can be differentiated."""


class OperationError(AutogradError, ValueError):
    """A row of the operation table is malformed, or its name is taken or unknown."""


class GraphFormatError(AutogradError, ValueError):
    """The text is not a graph written by ``Graph.to_json``."""
