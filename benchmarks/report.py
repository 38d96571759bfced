"""What was measured, next to the bar that it should meet, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Bar:
    """The limit that a number should meet.

    >>> Bar("≥", 40.0).met(41.0), Bar("<", 2.0).met(2.0)
    (True, False)
    """

    sign: Literal["≥", "≤", "<"]
    limit: float

    def met(self, value: float) -> bool:
        """Whether ``value`` meets the bar."""
        if self.sign == "≥":
            return value >= self.limit
        return value <= self.limit if self.sign == "≤" else value < self.limit


@dataclass(frozen=True)
class Row:
    """One measured number. Without a bar it is for information."""

    what: str
    value: float
    unit: str
    bar: Bar | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``short``, or nothing if there is no bar.

        >>> Row("speed", 39.0, "×", Bar("≥", 40.0)).verdict
        'short'
        """
        if self.bar is None:
            return ""
        return "met" if self.bar.met(self.value) else "short"


@dataclass
class Section:
    """The rows of one case, or why it has none."""

    case: str
    title: str
    about: str
    rows: list[Row] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0


def number(x: float) -> str:
    """Three significant digits; all digits of large numbers.

    >>> number(63.47), number(0.01234), number(61158.0)
    ('63.5', '0.0123', '61,158')
    """
    if abs(x) >= 1000.0:
        return f"{x:,.0f}"
    return f"{x:.3g}"


def quantity(x: float, unit: str) -> str:
    """A number and its unit.

    >>> quantity(12.0, "×"), quantity(12.0, "ms")
    ('12×', '12 ms')
    """
    return f"{number(x)}{unit}" if unit in {"×", ""} else f"{number(x)} {unit}"


def markdown(section: Section) -> str:
    """A section as a heading, a paragraph and a table."""
    lines = [f"## {section.title}", "", section.about, ""]
    if section.rows:
        lines += ["| measured | result | bar | | how |", "|---|---:|---:|---|---|"]
    for row in section.rows:
        bar = f"{row.bar.sign} {quantity(row.bar.limit, row.unit)}" if row.bar else ""
        cells = (row.what, quantity(row.value, row.unit), bar, row.verdict, row.detail)
        lines.append(f"| {' | '.join(cells)} |")
    if section.error:
        lines.append(f"**Not measured:** {section.error}")
    return "\n".join([*lines, ""])


def page(machine: str, sections: Sequence[Section]) -> str:
    """The whole report."""
    minutes = sum(section.seconds for section in sections) / 60.0
    head = [
        "# Measured speed and memory",
        "",
        "Written by `python -m benchmarks --write`. Each engine runs in its own process, the",
        "engines take turns, and a result is the median over the rounds; a ratio (×) is taken",
        "within a round. *Collector* is Python's cyclic garbage collector: on, as Python sets it,",
        "or off. Seconds inside a process are processor time; those of drawings are by the",
        "clock. A result that misses its bar is marked **short**, and stays in the table.",
        "",
        f"Machine: {machine}; {minutes:.1f} minutes.",
        "",
    ]
    return "\n".join([*head, *[markdown(section) for section in sections]])


def as_json(machine: str, sections: Sequence[Section]) -> dict[str, Any]:
    """The whole report as plain data."""
    return {
        "machine": machine,
        "cases": [
            {
                "case": section.case,
                "seconds": round(section.seconds, 1),
                "error": section.error,
                "rows": [
                    {
                        "what": row.what,
                        "value": row.value,
                        "unit": row.unit,
                        "bar": [row.bar.sign, row.bar.limit] if row.bar else None,
                        "verdict": row.verdict,
                        "detail": row.detail,
                    }
                    for row in section.rows
                ],
            }
            for section in sections
        ],
    }
