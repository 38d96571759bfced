"""How an animation is made, apart from what it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """How an animation is made: seconds for a step and for the pause, colours, direction."""

    seconds: float = 2.0
    pause: float = 4.0
    theme: str = "auto"
    direction: str = "auto"
