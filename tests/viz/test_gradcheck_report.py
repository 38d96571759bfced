"""The folder of a failed check: its files, their names, and what happens around them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.testing import GradientMismatch, check_gradients
from viz.gradcheck_report import folder_name, report_test, write_index, write_report

from .reading import read_svg

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = ["backward.svg", "forward.svg", "index.html", "source.py", "table.txt"]


def cubed(x, y):
    return x**3 * y


def claimed(x, y):
    return 3.0 * x * y, x**3


def mismatch():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(cubed, (2.0, 1.0), claimed)
    return caught.value


def listed(folder):
    return sorted(os.listdir(folder))


def test_the_source_runs_and_shows_the_mismatch_again(tmp_path):
    error = mismatch()
    write_report(error, tmp_path / "a" / "b")
    source = tmp_path / "a" / "b" / "source.py"
    run = subprocess.run(
        [sys.executable, source],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert listed(tmp_path / "a" / "b") == FILES
    assert "GradientMismatch: the gradient of cubed by x is 6.0" in run.stderr


def test_the_table_is_the_verdict_and_both_pictures_bear_the_mark(tmp_path):
    error = mismatch()
    page = Path(write_report(error, tmp_path, "my <test>")).read_text(encoding="utf-8")

    assert str(error.verdict) in (tmp_path / "table.txt").read_text(encoding="utf-8")
    for view in ("forward", "backward"):
        drawn = read_svg((tmp_path / f"{view}.svg").read_text(encoding="utf-8"))
        assert drawn.edges["e0_2_0"] == ["wrong: claimed 6, measured 12"]
        assert f'<img src="{view}.svg"' in page
    assert "<h1>my &lt;test&gt;</h1>" in page
    assert "check_gradients(cubed, (2.0, 1.0), claimed)" in page


def test_without_an_engine_the_pictures_are_text(no_engines):
    folder = no_engines / "report"
    folder.mkdir()
    (folder / "forward.svg").write_text("of an earlier run", encoding="utf-8")
    (folder / "mine.txt").write_text("kept", encoding="utf-8")
    write_report(mismatch(), folder)
    names = ["backward.txt", "forward.txt", "index.html", "mine.txt", "source.py", "table.txt"]

    assert listed(folder) == names
    text = (folder / "backward.txt").read_text(encoding="utf-8")
    assert "wrong: claimed 6, measured 12" in text
    assert "pip install" in text


def test_mismatches_in_groups_and_causes_each_have_a_folder(tmp_path):
    first, second = mismatch(), mismatch()
    group = ExceptionGroup("both", [ValueError("other"), first])
    group.__cause__ = second
    pages = report_test(group, str(tmp_path), "test_both")

    assert [os.path.relpath(page, tmp_path) for page in pages] == [
        os.path.join(folder_name("test_both"), "index.html"),
        os.path.join(folder_name("test_both") + "-2", "index.html"),
    ]
    assert report_test(ValueError("none"), str(tmp_path), "test_none") == []
    assert len(listed(tmp_path)) == 2


def test_an_error_that_is_its_own_cause_ends(tmp_path):
    error, other = ValueError("a"), ValueError("b")
    error.__context__, other.__context__ = other, error

    assert report_test(error, str(tmp_path), "test") == []


@given(st.text(), st.text())
def test_folder_names_are_safe_and_tell_tests_apart(one, other):
    names = {folder_name(one), folder_name(other)}

    assert len(names) == len({one, other})
    assert all(name.isascii() and len(name) < 80 for name in names)
    assert not any(set(name) & set('/\\:*?"<>|. ') for name in names)


def test_the_list_is_of_this_run_and_nobody_elses_page_is_touched(tmp_path):
    page = tmp_path / "index.html"
    assert write_index(str(tmp_path), []) is None
    assert listed(tmp_path) == []

    write_index(str(tmp_path), [("test_a[<1>]", str(tmp_path / "a" / "index.html"))])
    assert '<a href="a/index.html">test_a[&lt;1&gt;]</a>' in page.read_text(encoding="utf-8")

    write_index(str(tmp_path), [])
    assert "<p>none</p>" in page.read_text(encoding="utf-8")

    page.write_text("mine", encoding="utf-8")
    assert write_index(str(tmp_path), []) is None
    assert page.read_text(encoding="utf-8") == "mine"
