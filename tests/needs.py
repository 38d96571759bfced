"""What a machine may lack: tests that need it are left out there, and a line at the end says so."""

from __future__ import annotations

import os
import shutil

import pytest

NIGHTLY = bool(os.environ.get("GLASSGRAD_NIGHTLY"))
"""Whether this is `make nightly`: more of everything, and what takes long."""

BROWSER = os.environ.get("GLASSGRAD_CHROMIUM") or shutil.which("chromium")
NO_BROWSER = "no Chromium (apt-get install chromium; or its path in GLASSGRAD_CHROMIUM)"
NO_FONT = "no font for Chromium (apt-get install fonts-dejavu-core)"

needs_dot = pytest.mark.skipif(
    shutil.which("dot") is None, reason="no dot (apt-get install graphviz)"
)
