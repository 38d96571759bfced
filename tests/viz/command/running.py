"""How the tests run a command: in this process, or in a Python of its own."""

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from viz.command.main import commands

ROOT = Path(__file__).resolve().parents[3]


def run(*words, stdin=None):
    """A command in this process. An error that is no failure of ours is raised here."""
    result = CliRunner().invoke(commands, words, input=stdin, prog_name="glassgrad")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def program(*words, code="", **environment):
    """A command in a Python of its own."""
    start = ["-c", code] if code else ["-m", "viz"]
    return subprocess.run(
        [sys.executable, "-W", "error", *start, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        check=False,
    )
