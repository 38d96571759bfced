"""Computations that play by themselves, as SVG with stylesheets and without script.

``told`` gets a view from the player, ``timeline`` says when each of its texts shows, and
``drawing`` writes the SVG of an `Animation`.
"""

from __future__ import annotations

from .animation import Animation as Animation
from .animation import animate as animate
