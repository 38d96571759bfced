"""Training: `fit` and what it is made of.

How one call is put together::

    history  metrics  examples  adjustments  interrupting  divergence ── weights    one idea each
        └───────┴────────┴───────────┴────────────┴────────────┴───────────┘
                 state      (a training as callbacks see it, and callbacks)
       measuring  mismatch ── loop      (epochs, batches, steps)
       stopping, checkpoints, progress, statistics      (callbacks of our own)
                  fit       (arguments, checked; everything joined)
"""

from __future__ import annotations
