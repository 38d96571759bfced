"""Which Modules are being called, in this thread or task."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

# The innermost first: (Module, the others).
calling: ContextVar[tuple[Any, Any] | None] = ContextVar("calling", default=None)


def running() -> list[Any]:
    """The Modules that are being called, the innermost first."""
    found, chain = [], calling.get()
    while chain is not None:
        part, chain = chain
        found.append(part)
    return found
