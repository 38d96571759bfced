"""Handouts on paper, as a browser prints them."""

from pathlib import Path

import pytest

from autograd import Value
from viz.handout import handout

from .headless import pages
from .teaching import neuron, two_paths


@pytest.mark.parametrize(
    ("make", "blanks", "count"),
    [
        (neuron, "gradients", 2),
        (neuron, "values", 2),
        (neuron, "all", 2),
        (neuron, "none", 1),
        (two_paths, "all", 2),
        (lambda: Value(2.0, label="x") * 3.0, "all", 2),
    ],
    ids=["gradients", "values", "all", "none", "two paths", "short"],
)
def test_exercise_and_solution_take_a_page_each(make, blanks, count, tmp_path):
    path = Path(handout(make(), blanks).save(tmp_path / "sheet.html"))

    assert pages(path, tmp_path) == count
