"""Training: `fit` and what it is made of.

How one call is put together::

    metrics ── measuring    adjustments    one idea each
                  │              │
                 state      (a training as callbacks see it, its weights and history; callbacks)
          ┌───────┼──────────────┐
      mismatch  callbacks     identity
          │       └─ checkpoints ─┘      (epochs, batches, steps; going on later)
         loop          │
          └──── fit ───┘                 (arguments, checked; everything joined)
"""

from __future__ import annotations
