"""Formulas as text, for command lines, sliders and lessons: read safely, never by ``eval``.

>>> from autograd.formula import parse
>>> formula = parse("o = tanh(w*x + b); (o - y)**2", w=0.5, x=2.0, b=-1.0, y=1.0)
>>> formula.value.backward()
>>> formula.value.data, formula.inputs["w"].grad
(1.0, -4.0)

How a text becomes Values::

    text ── tokens ──→ signs, names, numbers ── grammar ──→ Program ── machine ──→ Values
                                                   └── vocabulary (which functions exist)

A program is a flat list of instructions for a stack machine, so a sum of ten thousand terms works
as well as a sum of two: nothing recurses over the length of a text, and the nesting of brackets is
limited.
"""

from typing import TYPE_CHECKING

from ..public import public as _public
from .errors import ExpressionError as ExpressionError
from .parsing import Formula as Formula
from .parsing import calculate as calculate
from .parsing import parse as parse

if not TYPE_CHECKING:
    __all__, __dir__, __getattr__ = _public(globals())
