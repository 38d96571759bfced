"""`player`: one page in which a reader steps through a computation and sees its gradients come.

How a page comes about::

    Graph ── choice ──┬── single (one box a node) ──┐
                      └── networks (rows, layers) ──┴──→ Story ── page, layout ──→ Player

A `story.Story` is what is told: pictures, steps, words, all of them final. The page only shows it.
A handout (`viz.handout`) and an animation (`viz.animate`) are made of the same story.
"""

from __future__ import annotations

from .playing import player as player
