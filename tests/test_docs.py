"""The pages say what the code does."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.ops import ALL

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_the_page_of_conventions_is_made_from_the_table():
    made = runpy.run_path(str(DOCS / "make_conventions.py"))["page"]()

    assert (DOCS / "conventions.md").read_text(encoding="utf-8") == made, (
        "run: python docs/make_conventions.py"
    )


PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
TAUGHT = [page for page in PAGES if page.name != "CONTRIBUTING.md"]  # which shows a piece of a file
WITH_CODE = [page for page in TAUGHT if "```python" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_the_code_on_a_page_runs(page, tmp_path):
    """All Python blocks of a page, one after the other, as a reader would type them."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_pictures_of_the_readme_show_what_is_drawn_today():
    """Their words and numbers; the layout is the renderer's and may move with its version."""
    for name, picture in runpy.run_path(str(DOCS / "make_pictures.py"))["pictures"]().items():
        kept = (DOCS / "images" / name).read_text(encoding="utf-8")

        assert words(kept) == words(picture.svg()), "run: python docs/make_pictures.py"


def words(svg):
    """The texts of a picture, without what is inside a tag: an animation's names are hashes."""
    return [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg)]


def test_the_readme_promises_no_more_operations_than_there_are_and_holds_no_placeholder():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (count,) = re.findall(r"`Value` and (?:over )?(\d+) operations", text)

    assert len(ALL) - 10 < int(count) <= len(ALL)
    assert not re.search(r"^[A-Z]{4,}$", text, re.MULTILINE)
