"""The pages say what the code does."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_the_page_of_conventions_is_made_from_the_table():
    made = runpy.run_path(str(DOCS / "make_conventions.py"))["page"]()

    assert (DOCS / "conventions.md").read_text(encoding="utf-8") == made, (
        "run: python docs/make_conventions.py"
    )
