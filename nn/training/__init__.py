"""Training: `fit` and what it is made of.

How one call is put together::

    history   callbacks   metrics   gradients   interrupting   divergence      one idea each
        └──────────┴─────────┴──────────┴────────────┴─────────────┘
                          loop      (epochs, batches, steps: the state of a run)
       monitoring ── stopping, checkpoints   progress      (callbacks of our own)
                           fit      (arguments, checked; everything joined)
"""

from __future__ import annotations
