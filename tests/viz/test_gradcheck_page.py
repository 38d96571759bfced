"""The picture on the page "Check your own gradient" is what its code draws."""

import math
import re
from pathlib import Path

import pytest

from autograd import operation
from autograd.ops import ALL
from autograd.testing import GradientMismatch, check_gradients
from viz.gradcheck import draw_mismatch

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
TEXT = re.compile(r"<text[^>]*>(.*?)</text>")


def test_the_picture_on_the_page_is_what_its_code_draws():
    page = (DOCS / "check.md").read_text(encoding="utf-8")
    bell = operation("bell", lambda x: math.exp(-x * x), lambda z, x: -x * z, symbol="bell")
    try:
        with pytest.raises(GradientMismatch) as caught:
            check_gradients(lambda w, x: bell(w * x) + w, (1.0, 1.0))
        drawn = draw_mismatch(caught.value).svg()
    finally:
        del ALL["bell"]
    kept = (DOCS / "images" / "wrong-slope.svg").read_text(encoding="utf-8")

    assert 'operation("bell", lambda x: math.exp(-x * x), lambda z, x: -x * z' in page
    assert "return bell(w * x) + w" in page
    assert TEXT.findall(kept) == TEXT.findall(drawn)
