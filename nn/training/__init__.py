"""Training: `fit` and what it is made of.

How one call is put together::

    metrics ── measuring    adjustments    one idea each
                  │              │
                 state      (a training as callbacks see it, its weights and history; callbacks)
          ┌───────┼──────────────┬─────────────┐
     divergence  mismatch    callbacks      identity
          └── loop ──┘           └─ checkpoints ─┘      (epochs, batches, steps; going on later)
                  └────── fit ──────┘                   (arguments, checked; everything joined)
"""

from __future__ import annotations
