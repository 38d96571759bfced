"""Stand-ins for engines: programs and packages that do what a test needs."""

from __future__ import annotations

import stat
import sys


def program(path, script):
    """An executable Python script, as an engine that does whatever a test needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
