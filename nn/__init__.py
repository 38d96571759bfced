"""Networks of Values: modules, layers, losses, optimisers; training, saving, data to begin with.

>>> import random
>>> from nn import MLP
>>> model = MLP(2, [16, 16, 1], rng=random.Random(0))
>>> len(model.parameters())
337

What imports what; nothing points back::

    walk ── scopes, parameter ── module ── layers, sequential, dropout, … (the parts of a model)
                                    │
          losses   optimisers   schedules   data ── saving
             └──────────┴───────────┴─────────┴───────┘
                               training      (`fit`)
"""

from typing import TYPE_CHECKING

from _glassgrad_installation import refuse_mixed_installation as _refuse_mixed_installation

_refuse_mixed_installation(__file__)

from autograd.public import public as _public

from . import data as data
from . import saving as saving
from .activation_modules import ELU as ELU
from .activation_modules import GELU as GELU
from .activation_modules import Activation as Activation
from .activation_modules import LeakyReLU as LeakyReLU
from .activation_modules import LogSoftmax as LogSoftmax
from .activation_modules import ReLU as ReLU
from .activation_modules import Sigmoid as Sigmoid
from .activation_modules import SiLU as SiLU
from .activation_modules import Softmax as Softmax
from .activation_modules import Softplus as Softplus
from .activation_modules import Tanh as Tanh
from .dropout import Dropout as Dropout
from .embedding import Embedding as Embedding
from .layers import MLP as MLP
from .layers import Layer as Layer
from .layers import Linear as Linear
from .layers import Neuron as Neuron
from .losses import binary_cross_entropy as binary_cross_entropy
from .losses import cross_entropy as cross_entropy
from .losses import hinge as hinge
from .losses import huber as huber
from .losses import kl_divergence as kl_divergence
from .losses import loss as loss
from .losses import mae as mae
from .losses import mse as mse
from .module import Module as Module
from .module_list import ModuleList as ModuleList
from .normalisation import LayerNorm as LayerNorm
from .normalisation import RMSNorm as RMSNorm
from .optimisers import SGD as SGD
from .optimisers import Adam as Adam
from .optimisers import AdamW as AdamW
from .optimisers import Optimiser as Optimiser
from .optimisers import RMSprop as RMSprop
from .parameter import Parameter as Parameter
from .saving import FormatError as FormatError
from .saving import load as load
from .saving import read_notes as read_notes
from .saving import save as save
from .schedules import CosineDecay as CosineDecay
from .schedules import LinearDecay as LinearDecay
from .schedules import StepDecay as StepDecay
from .schedules import WarmUp as WarmUp
from .sequential import Sequential as Sequential
from .training.adjustments import clip_grad_norm as clip_grad_norm
from .training.adjustments import clip_grad_value as clip_grad_value
from .training.checkpoints import Checkpoint as Checkpoint
from .training.divergence import DivergedError as DivergedError
from .training.fit import fit as fit
from .training.history import History as History
from .training.measuring import evaluate as evaluate
from .training.state import Callback as Callback
from .training.statistics import LayerStatistics as LayerStatistics
from .training.stopping import EarlyStopping as EarlyStopping

if TYPE_CHECKING:
    from . import testing as testing
else:
    from .elsewhere import IN_NN as _ELSEWHERE

    __all__, __dir__, __getattr__ = _public(globals(), ["data", "saving", "testing"], _ELSEWHERE)
