"""A script written against micrograd's API runs under both packages, and prints the same losses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).parent / "scripts" / "moons.py"

OURS = "from autograd import Value\nfrom nn import MLP\n"
OURS_UNIFORM = """\
from functools import partial

from autograd import Value
import nn

MLP = partial(nn.MLP, init="uniform")
"""
OURS_INSIDE = "from autograd.micrograd import MLP, Value\n"
MICROGRAD = "from micrograd.engine import Value\nfrom micrograd.nn import MLP\n"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """What it prints with PyPI's micrograd."""
    return losses(MICROGRAD, tmp_path_factory.mktemp("micrograd"))


def losses(imports, folder, **environment):
    """What the script prints with these import lines: (step, loss, accuracy) in every line."""
    text = SCRIPT.read_text(encoding="utf-8")
    assert text.count(OURS) == 1
    script = folder / "script.py"
    script.write_text(text.replace(OURS, imports), encoding="utf-8")
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    return [tuple(map(float, line.split())) for line in run.stdout.splitlines()]


@pytest.mark.parametrize("imports", [OURS_UNIFORM, OURS_INSIDE])
def test_with_one_seed_both_print_the_same_losses(theirs, tmp_path, imports):
    ours = losses(imports, tmp_path, PYTHONPATH=str(ROOT))

    assert len(theirs) == 8
    assert [row[1] for row in ours] == pytest.approx([row[1] for row in theirs], rel=1e-12, abs=0)
    assert [row[2] for row in ours] == [row[2] for row in theirs]


def test_with_our_own_initialiser_it_learns(tmp_path):
    ours = losses(OURS, tmp_path, PYTHONPATH=str(ROOT))

    assert ours[-1][1] < 0.5 * ours[0][1]
    assert ours[-1][2] >= 0.85
