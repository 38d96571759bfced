"""Gradient checks: whether a derivative is right and, if not, which operation is to blame.

>>> from autograd.testing import check_gradients
>>> print(check_gradients(lambda x, y: x * y, (2.0, 3.0)).outcome)
right

`check_gradients` checks one point, `checks_gradient` makes a property test, and `check_engine`
checks somebody else's engine; `points`, `finite_values` and `expressions` are strategies for
property tests of your own.

How a verdict is reached::

    check ──┬── judge ──┬── recording, nudges      is the function what was recorded?
            │           ├── rows                   are the slopes of every operation right?
            │           └── exact                  does the whole agree, in high precision?
            │   second                             the same for second derivatives
            └── plain ── differences               a claimed gradient of plain numbers: by values
    results ── names, numbers and claims           outcome ── Entry, Verdict, GradientMismatch
    decorator ── strategies ── places              what hypothesis draws
    expressions ── source                          random functions; programs as text
    engines ── expressions                         somebody else's engine, on random functions

`Verdict` says what each outcome means, and docs/check.md what "right" means.

Nothing here is loaded by ``import autograd``; hypothesis and mpmath are imported on first use
(``pip install "glassgrad[check]"``).
"""

from typing import TYPE_CHECKING

from ..public import public as _public
from .check import check_gradients as check_gradients
from .decorator import checks_gradient as checks_gradient
from .engines import Engine as Engine
from .engines import EngineMismatch as EngineMismatch
from .engines import check_engine as check_engine
from .expressions import Expression as Expression
from .expressions import expressions as expressions
from .outcome import Entry as Entry
from .outcome import GradientMismatch as GradientMismatch
from .outcome import Verdict as Verdict
from .strategies import finite_values as finite_values
from .strategies import points as points

if not TYPE_CHECKING:
    __all__, __dir__, __getattr__ = _public(globals())
