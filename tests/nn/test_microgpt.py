"""A script from microgpt v2's specification, on our Value, gives the published losses."""

import os
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).parent / "scripts" / "microgpt.py"

# As published for the first 13 steps.
LOSSES = """
3.3660 3.4243 3.1778 3.0664 3.2209 2.9452 3.2894 3.3245 2.8990 3.2229 2.7964 2.9345 3.0544
"""

# The script trains on one name a step. Of the 32,033 names that it shuffles (makemore's names.txt,
# MIT licence) the first 13 steps read these.
COUNT = 32033
NAMES = """
yuheng diondre xavien jori juanluis erandi phia samatha phoenix emmelynn hollan hollis callalily
"""


def names_file(folder):
    """A file that the script cannot tell from the real one in 13 steps.

    As many lines, so that shuffling takes as much from the random numbers; the 13 names where the
    shuffle will find them; all letters elsewhere, so that the alphabet is the same.
    """
    order = list(range(COUNT))
    random.Random(42).shuffle(order)
    lines = ["abcdefghijklmnopqrstuvwxyz"] * COUNT
    for place, name in zip(order, NAMES.split(), strict=False):
        lines[place] = name
    file = folder / "names.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_the_published_losses(tmp_path):
    run = subprocess.run(
        [sys.executable, SCRIPT, names_file(tmp_path), "13"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stderr == ""
    assert run.stdout.split() == LOSSES.split()
