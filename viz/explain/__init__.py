"""Why is this gradient what it is: the strongest paths from a parameter to the loss.

A gradient is a sum over all paths from a node to the loss, and each path adds the product of the
local derivatives along it. `explain` finds the largest of these products, among however many, and
says how much of the gradient they are.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> print(explain(a, (a * b + a).tanh()))
why ∂root/∂a = −0.002682
1. a → × → + → tanh
   −3 × 1 × 0.001341 = −0.004023
2. a → + → tanh
   1 × 0.001341 = 0.001341
These are both paths. They add up to the gradient: −0.004023 + 0.001341 = −0.002682.

How an explanation comes about::

    explain (which node of which graph) ── paths (the strongest; a census of all) ──→ Explained
    Explained ──┬── wording → text ─────┬──→ Explanation
                └── drawing → Picture ──┘
"""

from __future__ import annotations

from ..see.paths import Edge as Edge
from ..see.paths import Path as Path
from .explanation import Explanation as Explanation
from .explanation import explain as explain
