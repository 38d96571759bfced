"""A browser without a window: what it prints on paper, and what a page has become in it."""

from __future__ import annotations

import re
import subprocess

import pytest

from ..needs import BROWSER, NO_BROWSER


def pages(path, folder):
    """How many sheets of paper a page takes."""
    pdf = folder / "printed.pdf"
    _run(folder, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", path.as_uri())
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def document(path, folder):
    """The page after its scripts have run, as HTML."""
    return _run(folder, "--dump-dom", "--virtual-time-budget=1000", path.as_uri())


def _run(folder, *arguments):
    if BROWSER is None:
        pytest.skip(NO_BROWSER)
    # Browsers that share a profile wait for each other.
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={folder}/profile",
    ]
    command = [BROWSER, *options, *arguments]
    done = subprocess.run(command, capture_output=True, timeout=600, check=True)
    return done.stdout.decode()
