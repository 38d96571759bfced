"""Files of a command, shown in the browser."""

from __future__ import annotations

import pathlib
import tempfile

import click

from ..showing import open_file


def in_browser(path: str) -> None:
    """Show a file in the browser, or say that there is none."""
    if not open_file(path):
        click.echo(f"Note: no browser was found; open {path} in yours", err=True)


def temporary(name: str) -> str:
    """A path for a file that nobody asked to keep; it stays, for the browser reads it later."""
    return str(pathlib.Path(tempfile.mkdtemp(prefix="glassgrad-")) / name)
