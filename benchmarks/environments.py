"""Separate environments for engines from PyPI, so that their packages do not meet ours.

They are made on first use in ``.bench/`` and kept; delete the folder to make them again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .runner import ROOT, BenchmarkError, say

CACHE = ROOT / ".bench"


def micrograd() -> Path:
    """A Python with micrograd 0.1.0."""
    return peer("micrograd==0.1.0", "--no-deps")


def hips() -> Path:
    """A Python with PyPI's autograd (HIPS/autograd) 1.9.1 and the NumPy it needs."""
    return peer("autograd==1.9.1")


def torch() -> Path:
    """A Python with PyTorch 2.13.0: some gigabytes, if it comes with CUDA."""
    return peer("torch==2.13.0")


def peer(requirement: str, *options: str) -> Path:
    """The interpreter of an environment with ``requirement`` installed, made if necessary."""
    name = re.sub(r"[^\w.]+", "-", requirement)
    folder = CACHE / f"{name}-{sys.implementation.cache_tag}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if not done.exists():
        say(f"  making an environment for {requirement} in {folder.relative_to(ROOT)}")
        shutil.rmtree(folder, ignore_errors=True)  # half made, if an installation failed
        _call([sys.executable, "-m", "venv", str(folder)], f"an environment for {requirement}")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _call([*pip, *options, requirement], requirement)
        done.touch()
    return python


def _call(command: list[str], what: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = (result.stderr + result.stdout).strip().splitlines() or ["it said nothing"]
        raise BenchmarkError(f"{what} could not be installed: {said[-1]}")


def hide_ours() -> None:
    """Remove this repository from ``sys.path``: PyPI's autograd has the same name as ours."""
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != ROOT]
