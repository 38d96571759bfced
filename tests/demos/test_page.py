"""HTML helpers: text stays text, pictures fit in, files are whole."""

import re

import pytest

import viz
from autograd import Value
from demos import page

from .html_checks import checked

HOSTILE = "</style><script>alert(1)</script>&\"'<b>"


@pytest.mark.parametrize(
    "made",
    [
        page.document(HOSTILE, HOSTILE, [], home=HOSTILE),
        page.section(HOSTILE),
        page.paragraph(HOSTILE),
        page.equation(HOSTILE),
        page.equations([HOSTILE]),
        page.code(HOSTILE),
        page.question(HOSTILE),
        page.link(HOSTILE, HOSTILE),
        page.figure("", HOSTILE),
        page.table(HOSTILE, [], []),
    ],
)
def test_text_stays_text(made):
    parsed = checked(made)

    assert "script" not in parsed.tags
    assert "b" not in parsed.tags


def drawing(theme):
    return viz.draw(Value(2.0, label=HOSTILE) * 3.0, theme=theme)


def test_a_hostile_label_in_a_picture_stays_text():
    markup, files = page.drawn(drawing, "some", HOSTILE)

    assert "script" not in checked(markup).tags
    assert list(files) == ["some-light.svg", "some-dark.svg"]


def test_the_same_picture_twice_has_ids_of_its_own():
    twice = page.drawn(drawing, "one", "one")[0] + page.drawn(drawing, "two", "two")[0]
    ids = checked(twice).ids

    assert len(ids) == len(set(ids)) > 0


def test_a_picture_in_a_page_has_the_frame_and_the_font_of_its_file():
    markup, files = page.drawn(drawing, "some", "words")
    for wanted in (r'viewBox="[^"]+"', r'font-family="[^"]+monospace"'):
        found = re.search(wanted, files["some-light.svg"]).group()

        assert found in markup


def test_without_an_engine_the_picture_is_its_text(monkeypatch):
    monkeypatch.setenv("GLASSGRAD_DOT", "/nowhere/dot")
    markup, files = page.drawn(lambda theme: viz.draw(Value(2.0) * 3.0), "some", "words")

    assert files == {}
    assert "└─" in checked(markup).text
    assert "/nowhere/dot" in markup


def test_files_are_written_into_a_folder_that_is_made(tmp_path):
    page.write(tmp_path / "a" / "b", {"c.txt": "é"})

    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "é".encode()
