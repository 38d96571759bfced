"""Files of a command, shown in the browser."""

from __future__ import annotations

import pathlib
import tempfile
import webbrowser


def in_browser(path: str) -> None:
    """Show a file in the browser."""
    webbrowser.open(pathlib.Path(path).resolve().as_uri())


def temporary(name: str) -> str:
    """A path for a file that nobody asked to keep; it stays, for the browser reads it later."""
    return str(pathlib.Path(tempfile.mkdtemp(prefix="glassgrad-")) / name)
