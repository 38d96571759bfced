"""What a check found: the `Verdict`, entry by entry, and the error that it may raise."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from .. import __version__
from ..errors import AutogradError
from ..graph import Graph

Outcome = Literal["right", "wrong", "kink", "convention", "jump", "stop", "undecided"]
GRAVITY: tuple[Outcome, ...] = (
    "wrong", "undecided", "jump", "convention", "stop", "kink", "right",
)  # fmt: skip
PASSED: tuple[Outcome, ...] = ("right", "kink", "stop")


@dataclass(frozen=True, slots=True)
class Entry:
    """One derivative: of one output with respect to one number of the point."""

    name: str
    """The number of the point, as ``"weights[3][1]"``."""
    output: str
    """The output, as ``"f[2]"``; empty if there is only one."""
    outcome: Outcome
    analytic: float
    """The derivative under test: from reverse mode, or from the claimed gradient."""
    forward: float | None = None
    """The derivative from forward mode, if it was computed."""
    numeric: float | None = None
    """The derivative measured from values of f alone."""
    error: float | None = None
    """|analytic − numeric|, or |forward − numeric| if that is larger."""
    bound: float | None = None
    """How much of the error may be due to rounding and the measurement."""
    left: float | None = None
    """The slope on the left, at a kink or at the end of a domain."""
    right: float | None = None
    """The slope on the right."""
    method: str = ""
    """How ``numeric`` was found: ``"differences"`` of values; measured slopes of the
    ``"operations"``; or the whole function in high precision with ``"mpmath"``.
    """
    why: str = ""
    """An explanation of the outcome."""

    @property
    def full_name(self) -> str:
        """``"weights[3][1]"``, or ``"f[2] by weights[3][1]"`` if there are several outputs."""
        return f"{self.output} by {self.name}" if self.output else self.name


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `check_gradients` found; ``str(verdict)`` is a table.

    ``bool(verdict)`` is True if the gradient is right, follows the conventions at a kink, or is
    right except for a deliberate stop.
    """

    outcome: Outcome
    """The most serious of the entries' outcomes.

    ``right``: every part is the derivative, and the whole agrees within the printed bound.
    ``kink``: the slopes on the two sides differ, and the gradient lies between them.
    ``stop``: right, except for what a ``detach`` hides. ``convention``: not the slope, although
    every operation follows its convention. ``jump``: the value jumps, so there is no slope.
    ``undecided``: too few digits, or not defined there. ``wrong``: some part is not the derivative.
    """
    function: str
    """The name of f."""
    point: Any = field(compare=False)  # arrays have no ==
    """Where it was checked."""
    entries: tuple[Entry, ...] = ()
    order: int = 1
    """The order of the derivatives that were checked last: 1, or 2 if the first were right."""
    why: str = ""
    """Why it is undecided, or where the kink is; empty if it is right."""
    notes: tuple[str, ...] = ()
    """What a reader should know: inputs that are not used, outputs that are constant."""
    seed: int = 0
    """The seed of the directions in which the point was moved a little."""

    def __bool__(self) -> bool:
        return self.outcome in PASSED

    def __str__(self) -> str:
        order = " of second order" if self.order == 2 else ""
        lines = [f"gradients{order} of {self.function} at {_shown(self.point)}: {self.outcome}"]
        if self.why:
            lines.append(self.why)
        if self.entries:
            lines += _table(self.entries)
        return "\n".join([*lines, *self.notes])

    def entry(self, name: str) -> Entry:
        """The entry with this name."""
        for entry in self.entries:
            if name in {entry.name, entry.full_name}:
                return entry
        known = ", ".join(entry.full_name for entry in self.entries[:10])
        raise KeyError(f"there is no entry {name!r}; there are {known}")

    def count(self, outcome: Outcome) -> int:
        """How many entries have this outcome."""
        return Counter(entry.outcome for entry in self.entries)[outcome]


LONGEST_TABLE = 30
SHORT_TABLE = 8
LONGEST_POINT = 200


def _shown(point: Any) -> str:
    """A point in one line, shortened if it is long."""
    text = " ".join(repr(point).split())
    if len(text) <= LONGEST_POINT:
        return text
    return text[:LONGEST_POINT].rpartition(" ")[0] + " …"  # without cutting a number in two


def _table(entries: tuple[Entry, ...]) -> list[str]:
    """A table of the entries, the most serious first if there are many."""
    shown, left = list(entries), list[Entry]()
    if len(shown) > SHORT_TABLE:
        shown.sort(key=lambda entry: GRAVITY.index(entry.outcome))
        shown, left = shown[:LONGEST_TABLE], shown[LONGEST_TABLE:]
    columns = ["entry", "analytic", "forward", "numeric", "error", "bound", "left", "right"]
    rows = [
        [e.full_name, *map(_number, (e.analytic, e.forward, e.numeric)), _short(e.error),
         _short(e.bound), _number(e.left), _number(e.right), _remark(e)]
        for e in shown
    ]  # fmt: skip
    used = [j for j in range(len(columns)) if j == 0 or any(row[j] for row in rows)]
    head = [columns[j] for j in used] + [""]
    body = [[row[j] for j in used] + [row[-1]] for row in rows]
    widths = [max(len(row[j]) for row in [head, *body]) for j in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if j in {0, len(head) - 1} else cell.rjust(width)
            for j, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *body]
    ]
    if left:
        rest = Counter(entry.outcome for entry in left)
        counts = ", ".join([f"{rest[o]:,} {o}" for o in GRAVITY if rest[o]])
        lines.append(f"… and {len(left):,} more: {counts}")
    return lines


def gravest(entries: tuple[Entry, ...]) -> Outcome:
    """The outcome of all entries together."""
    found = {entry.outcome for entry in entries}
    return next((outcome for outcome in GRAVITY if outcome in found), "right")


def _remark(entry: Entry) -> str:
    return ": ".join([part for part in (entry.outcome, entry.why) if part])


def _number(x: float | None) -> str:
    return "" if x is None else f"{x:.10g}"


def _short(x: float | None) -> str:
    return "" if x is None else f"{x:.1e}"


class GradientMismatch(AssertionError, AutogradError):  # noqa: N818 - the name says what it is
    """A gradient is wrong: which one, by how much, and what is to blame."""

    def __init__(
        self,
        verdict: Verdict,
        entry: Entry,
        *,
        operation: str | None = None,
        node: int | None = None,
        cause: str = "",
        reproduction: str = "",
        graph: Graph | None = None,
    ) -> None:
        self.verdict = verdict
        """The verdict with the whole table."""
        self.worst = entry
        """The entry that is furthest off."""
        self.operation = operation
        """The operation whose local derivative is wrong; None if no operation is to blame."""
        self.node = node
        """Its number in ``graph``."""
        self.cause = cause
        """Where the fault is, in words."""
        self.reproduction = reproduction
        """A program that shows the mismatch: paste it and run it."""
        self.graph = graph
        """The recorded computation, to be drawn; None for a plain function."""
        self.entry = entry.full_name
        """The name of the entry that is furthest off, as ``"weights[3][1]"``."""
        self.analytic = entry.analytic
        """The derivative that was claimed for it."""
        self.numeric = entry.numeric
        """The derivative that was measured."""
        self.error = entry.error
        """How far apart they are."""
        self.bound = entry.bound
        """How much of that may be due to rounding and the measurement."""
        super().__init__(self._message())

    def _message(self) -> str:
        numeric = "not known" if self.numeric is None else f"{self.numeric!r}"
        sizes = f" (error {_short(self.error)}, bound {_short(self.bound)})" if self.error else ""
        said = f"the gradient of {self.worst.output or self.verdict.function} by {self.worst.name}"
        parts = [f"{said} is {self.analytic!r}, and the measured slope is {numeric}{sizes}"]
        if self.cause:
            parts.append(self.cause)
        parts.append(str(self.verdict))
        parts.append(f"checked with seed={self.verdict.seed}, glassgrad {__version__}")
        if self.reproduction:
            parts.append(f"To see it again:\n\n{self.reproduction}")
        return "\n".join(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        again = functools.partial(
            GradientMismatch,
            self.verdict,
            self.worst,
            operation=self.operation,
            node=self.node,
            cause=self.cause,
            reproduction=self.reproduction,
            graph=self.graph,
        )
        return again, ()
