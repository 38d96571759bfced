"""A scalar autograd engine: Values that remember how they were made, and their gradients.

Start with `value.py`; every operation is one row of the table in `ops.py`::

    errors ── _ieee ── primitive ── ops ── arithmetic ──┬── value ── functions ──┬── functional
             (total    (what an    (THE    (operators)  │                        │   (derivatives)
              floats)   op is)    table)              sweep                    graph
                                                (backward pass)             (snapshots)

Nothing points back. Two packages stand above and are loaded only when asked for: `testing` checks
gradients, `formula` reads formulas from text. `micrograd` is another Value, for code that reaches
into micrograd's. `nn` builds networks of Values, `viz` draws them.

``from autograd import *`` leaves Python's own ``abs``, ``pow`` and ``sum`` as they are; ours are
``autograd.abs``, ``autograd.pow`` and ``autograd.sum``.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> loss = (a * b + 10.0).tanh()
>>> loss.backward()
>>> round(a.grad, 6), round(b.grad, 6)
(-0.004023, 0.002682)
"""

from typing import TYPE_CHECKING

from _glassgrad_installation import refuse_mixed_installation as _refuse_mixed_installation

_refuse_mixed_installation(__file__)

from . import ops as ops
from .custom import operation as operation
from .diagnosis import check_finite as check_finite
from .errors import AutogradError as AutogradError
from .errors import ConstantError as ConstantError
from .errors import DomainError as DomainError
from .errors import GraphFormatError as GraphFormatError
from .errors import NonFiniteError as NonFiniteError
from .errors import OperationError as OperationError
from .errors import StaleValueError as StaleValueError
from .functional import derivative as derivative
from .functional import grad as grad
from .functional import hessian as hessian
from .functional import hvp as hvp
from .functional import jacobian as jacobian
from .functional import jvp as jvp
from .functional import value_and_grad as value_and_grad
from .functional import vjp as vjp
from .functions import array as array
from .functions import clip as clip
from .functions import detach as detach
from .functions import dot as dot
from .functions import elu as elu
from .functions import exp2 as exp2
from .functions import is_constant as is_constant
from .functions import leaky_relu as leaky_relu
from .functions import log_softmax as log_softmax
from .functions import logaddexp as logaddexp
from .functions import logsumexp as logsumexp
from .functions import mean as mean
from .functions import prod as prod
from .functions import softmax as softmax
from .functions import sum as sum
from .functions import where as where
from .graph import Contribution as Contribution
from .graph import Graph as Graph
from .graph import Node as Node
from .modes import no_grad as no_grad
from .modes import scope as scope
from .modes import sources as sources
from .ops import abs_ as abs  # noqa: F401 - the public name
from .ops import acos as acos
from .ops import acosh as acosh
from .ops import add as add
from .ops import asin as asin
from .ops import asin_slope as asin_slope
from .ops import asinh as asinh
from .ops import atan as atan
from .ops import atan2 as atan2
from .ops import atanh as atanh
from .ops import cbrt as cbrt
from .ops import ceil as ceil
from .ops import copy as copy
from .ops import cos as cos
from .ops import cosh as cosh
from .ops import direction as direction
from .ops import div as div
from .ops import equal as equal
from .ops import erf as erf
from .ops import erfc as erfc
from .ops import exp as exp
from .ops import exp_product as exp_product
from .ops import expm1 as expm1
from .ops import floor as floor
from .ops import floor_divide as floor_divide
from .ops import gelu as gelu
from .ops import greater as greater
from .ops import hypot as hypot
from .ops import less as less
from .ops import log as log
from .ops import log1p as log1p
from .ops import log2 as log2
from .ops import log10 as log10
from .ops import maximum as maximum
from .ops import minimum as minimum
from .ops import mul as mul
from .ops import neg as neg
from .ops import pow_ as pow  # noqa: F401 - the public name
from .ops import relu as relu
from .ops import remainder as remainder
from .ops import sech as sech
from .ops import sigmoid as sigmoid
from .ops import sign as sign
from .ops import silu as silu
from .ops import sin as sin
from .ops import sinh as sinh
from .ops import softplus as softplus
from .ops import sqrt as sqrt
from .ops import step as step
from .ops import sub as sub
from .ops import surprise as surprise
from .ops import tan as tan
from .ops import tanh as tanh
from .primitive import Convention as Convention
from .primitive import Interval as Interval
from .primitive import Op as Op
from .public import public as _public
from .roots import backward as backward
from .value import Constant as Constant
from .value import Value as Value
from .value import constant as constant

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import formula as formula
    from . import micrograd as micrograd
    from . import testing as testing
else:
    from .elsewhere import IN_AUTOGRAD as _ELSEWHERE

    __all__, __dir__, __getattr__ = _public(
        globals(), ["formula", "micrograd", "ops", "testing"], _ELSEWHERE
    )
