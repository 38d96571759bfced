"""What a property test threw away, so that one that finds nothing to check can say why."""

from __future__ import annotations

from typing import Any


class Refusals:
    """A count of the points of one run: those that were checked and those that could not be."""

    def __init__(self) -> None:
        self.checked = self.refused = 0
        self.last: tuple[Any, str] = ((), "")

    def refuse(self, point: Any, why: str) -> None:
        """A point was thrown away."""
        self.refused += 1
        self.last = (point, why)

    @property
    def prevail(self) -> bool:
        """Whether most points were thrown away."""
        return self.refused > self.checked

    def words(self, name: str) -> str:
        """What there is to say of a run that found too few points, and what to write instead.

        >>> refusals = Refusals()
        >>> refusals.refuse((1.0,), "log(-1.0) is not a finite real number")
        >>> print(refusals.words("f"))
        f could be checked at 0 of 1 points that were drawn. The last that was thrown away: \
(1.0,), because log(-1.0) is not a finite real number. Say where f can be checked: \
@checks_gradient(points=...) takes a strategy of points, or for each argument by its name an \
Interval or an example, as in points={'x': Interval(low=1.0, high=2.0)}
        """
        point, why = self.last
        return (
            f"{name} could be checked at {self.checked} of {self.checked + self.refused} points "
            f"that were drawn. The last that was thrown away: {point!r:.200}, because {why}. Say "
            f"where {name} can be checked: @checks_gradient(points=...) takes a strategy of "
            "points, or for each argument by its name an Interval or an example, as in "
            "points={'x': Interval(low=1.0, high=2.0)}"
        )
