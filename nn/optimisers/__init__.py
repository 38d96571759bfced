"""Optimisers: one step down the gradients that a backward pass has left in the parameters.

Notation, in all of them: p is a parameter, g its gradient, lr the learning rate.
"""

from __future__ import annotations

from .adam import Adam as Adam
from .adam import AdamW as AdamW
from .optimiser import Optimiser as Optimiser
from .rmsprop import RMSprop as RMSprop
from .sgd import SGD as SGD
