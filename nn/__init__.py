"""Networks of Values: modules, layers, losses, optimisers; training, saving, and example data.

>>> import random
>>> from nn import MLP
>>> model = MLP(2, [16, 16, 1], rng=random.Random(0))
>>> len(model.parameters())
337

What imports what; nothing points back, and a test checks it (tests/nn/test_layers_of_nn.py)::

    walk ── finding, calling ── module ── activations ── layers ── containers, other_layers
    (what a model is made of)                                          │
               losses   optimisers   schedules   data ── saving        │
                  └──────────┴───────────┴─────────┴───────┬───────────┘
                                                       training   (`fit`)
"""

from typing import TYPE_CHECKING

from _glassgrad_installation import refuse_mixed_installation as _refuse_mixed_installation

_refuse_mixed_installation(__file__)

from autograd.public import public as _public

from . import data as data
from . import saving as saving
from .activations import ELU as ELU
from .activations import GELU as GELU
from .activations import Activation as Activation
from .activations import LeakyReLU as LeakyReLU
from .activations import LogSoftmax as LogSoftmax
from .activations import ReLU as ReLU
from .activations import Sigmoid as Sigmoid
from .activations import SiLU as SiLU
from .activations import Softmax as Softmax
from .activations import Softplus as Softplus
from .activations import Tanh as Tanh
from .containers import ModuleList as ModuleList
from .containers import Sequential as Sequential
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
from .optimisers import SGD as SGD
from .optimisers import Adam as Adam
from .optimisers import AdamW as AdamW
from .optimisers import Optimiser as Optimiser
from .optimisers import RMSprop as RMSprop
from .other_layers import Dropout as Dropout
from .other_layers import Embedding as Embedding
from .other_layers import LayerNorm as LayerNorm
from .other_layers import RMSNorm as RMSNorm
from .parameter import Parameter as Parameter
from .saving import FormatError as FormatError
from .saving import load as load
from .saving import read_notes as read_notes
from .saving import save as save
from .schedules import CosineDecay as CosineDecay
from .schedules import LinearDecay as LinearDecay
from .schedules import StepDecay as StepDecay
from .schedules import WarmUp as WarmUp
from .training.adjustments import clip_grad_norm as clip_grad_norm
from .training.adjustments import clip_grad_value as clip_grad_value
from .training.callbacks import EarlyStopping as EarlyStopping
from .training.callbacks import LayerStatistics as LayerStatistics
from .training.checkpoints import Checkpoint as Checkpoint
from .training.fit import fit as fit
from .training.measuring import evaluate as evaluate
from .training.mismatch import DivergedError as DivergedError
from .training.state import Callback as Callback
from .training.state import History as History

if TYPE_CHECKING:
    from . import testing as testing
else:
    from .names import IN_NN as _ELSEWHERE

    __all__, __dir__, __getattr__ = _public(globals(), ["data", "saving", "testing"], _ELSEWHERE)
