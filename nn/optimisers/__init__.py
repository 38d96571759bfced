"""Optimisers: each step moves the parameters against the gradients of a backward pass.

Notation in all of them: p is a parameter, g its gradient, lr the learning rate.
"""

from __future__ import annotations

from .optimiser import Optimiser as Optimiser
from .rules import SGD as SGD
from .rules import Adam as Adam
from .rules import AdamW as AdamW
from .rules import RMSprop as RMSprop
