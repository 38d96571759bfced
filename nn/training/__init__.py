"""Training: `fit` and what it is made of.

How one call is put together::

    history  callbacks  metrics  classes  gradients  interrupting  divergence  one idea each
        └────────┴─────────┴────────┴─────────┴───────────┴────────────┘
                       measuring      (metrics by name and by function)
                          loop      (epochs, batches, steps: the state of a run)
       monitoring ── stopping, checkpoints   progress      (callbacks of our own)
                           fit      (arguments, checked; everything joined)
"""

from __future__ import annotations
