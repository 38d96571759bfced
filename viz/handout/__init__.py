"""Sheets to fill in by hand.

``blanks`` chooses what is left out of a view, ``rows`` are the equations of its table, ``figure``
is its graph in black and white, and ``page`` puts a `Handout` together.
"""

from __future__ import annotations

from .sheet import Handout as Handout
from .sheet import handout as handout
