"""Training: `fit` and its parts.

How one call is put together::

    metrics ── measuring    adjustments    one idea each
                  │              │
                 state      (a training as callbacks see it, its weights and history; callbacks)
          ┌───────┼──────────────┐
      mismatch  callbacks     identity
          │       └─ checkpoints ─┘      (epochs, batches, steps; continuing later)
         loop          │
          └──── fit ───┘                 (checks arguments, puts everything together)
"""

from __future__ import annotations
