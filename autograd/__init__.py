"""A scalar autograd engine: Values that remember how they were made, and their gradients.

Read `node.py` (what is recorded for each number), `sweep.py` (the backward pass), `value.py` (how
a number is recorded), then the table of operations in `ops.py`, which they all read::

    forward ── primitive ── ops ── node ── sweep ── value ── functions         one pass, and back
    (total     (what an     (THE   (slots) (backward)
     floats)    operation    table)
                is)                node ── tape ──┬── pullback ── functional   derivatives
                                                  └── graph                    snapshots

Nothing points back. Two packages build on these and are loaded only when used: `testing` checks
gradients, `formula` reads formulas from text. `micrograd` has a second Value, for code that uses
the internals of micrograd's. `nn` builds networks of Values, `viz` draws them.

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
from .errors import *
from .functional import *
from .functions import *
from .graph import Contribution as Contribution
from .graph import Graph as Graph
from .graph import Node as Node
from .modes import no_grad as no_grad
from .modes import scope as scope
from .modes import sources as sources
from .ops import *
from .ops import abs_ as abs  # noqa: F401 - the public name
from .ops import pow_ as pow  # noqa: F401 - the public name
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
