"""Networks of Values: modules, layers, losses and optimisers.

>>> import random
>>> from nn import MLP
>>> model = MLP(2, [16, 16, 1], rng=random.Random(0))
>>> len(model.parameters())
337
"""

from __future__ import annotations

from _glassgrad_installation import refuse_mixed_installation as _refuse_mixed_installation

_refuse_mixed_installation(__file__)

from .layers import MLP as MLP
from .layers import Layer as Layer
from .layers import Neuron as Neuron
from .losses import binary_cross_entropy as binary_cross_entropy
from .losses import cross_entropy as cross_entropy
from .losses import hinge as hinge
from .losses import loss as loss
from .losses import mse as mse
from .module import Module as Module
from .optimisers import SGD as SGD
from .optimisers import Adam as Adam
from .optimisers import Optimiser as Optimiser
from .parameter import Parameter as Parameter
from .sequential import Activation as Activation
from .sequential import Sequential as Sequential
