"""HTML helpers: text stays text, pictures fit in, files are whole."""

import re

import pytest

import viz
from autograd import Value
from demos import failures, gallery, page

from .html_checks import checked

HOSTILE = "</style><script>alert(1)</script>&\"'<b>"


@pytest.mark.parametrize(
    "made",
    [
        page.document(HOSTILE, ""),
        page.paragraph(HOSTILE),
        page.steps([HOSTILE]),
        page.code(HOSTILE),
        page.programs(**{HOSTILE: HOSTILE}),
        page.question(HOSTILE, ""),
        page.link(HOSTILE, HOSTILE),
        page.figure("", HOSTILE),
        page.image("some", HOSTILE),
        page.table(HOSTILE, [HOSTILE], [[HOSTILE]]),
    ],
)
def test_text_stays_text(made):
    parsed = checked(made)

    assert "script" not in parsed.tags
    assert "b" not in parsed.tags


def drawing(theme):
    return viz.draw(Value(2.0, label=HOSTILE) * 3.0, theme=theme)


def test_a_picture_lies_in_two_files_next_to_the_page():
    files = {}
    parsed = checked(page.drawn(files, drawing, "some", HOSTILE))

    assert list(files) == ["some-light.svg", "some-dark.svg"]
    assert files["some-dark.svg"] == drawing("dark").svg() != files["some-light.svg"]
    assert ("img", "src", "some-light.svg") in parsed.attributes
    assert ("source", "srcset", "some-dark.svg") in parsed.attributes
    assert ("img", "alt", HOSTILE) in parsed.attributes
    assert "script" not in parsed.tags


def test_without_an_engine_the_picture_is_its_text(monkeypatch):
    monkeypatch.setenv("GLASSGRAD_DOT", "/nowhere/dot")
    files = {}
    markup = page.drawn(files, lambda theme: viz.draw(Value(2.0) * 3.0), "some", "words")

    assert files == {}
    assert "└─" in checked(markup).text
    assert "/nowhere/dot" in markup


TEXT = """\
# A title

! The lead, with {x:number}.

Before all sections {hostile}.

## A section

> A note
on two lines, {x:.1f}.

~ Small print: {share:share} of {many:count}.

= y = {x:short}

$ Said: {hostile}

> {nothing}

### A heading

[part]

[part] Its caption {x:number}.

[player#all.s1] {x:number} words

? A question?
The answer: {x:number}.

<div class="pair{many:count}">
"""


def test_a_text_becomes_a_page_of_its_numbers_and_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "TEXTS", tmp_path)
    (tmp_path / "some.md").write_text(TEXT, encoding="utf-8")
    values = {"x": -0.123456, "share": 0.5, "many": [0.0] * 1234, "hostile": HOSTILE, "nothing": ""}
    player = viz.player(Value(2.0) * 3.0)
    files = page.page("some", values, {"part": "<hr>", "player": player})

    assert files["some-player.html"] == player.html()
    html = files["some.html"]
    assert "<title>A title · glassgrad</title>" in html
    assert html.partition("<main>\n")[2].partition("</main>")[0] == (
        "<h1>A title</h1>\n"
        '<p class="lead">The lead, with −0.1235.</p>\n'
        f"<p>Before all sections {page.escape(HOSTILE)}.</p>\n"
        "<h2>A section</h2>\n"
        '<p class="note">A note on two lines, -0.1.</p>\n'
        '<p class="small">Small print: 50 % of 1,234.</p>\n'
        '<p class="equation">y = −0.12</p>\n'
        f'<pre class="message">Said: {page.escape(HOSTILE)}</pre>\n'
        "<h3>A heading</h3>\n"
        "<hr>"
        "<figure>\n<hr>\n<figcaption>Its caption −0.1235.</figcaption>\n</figure>\n"
        '<p class="lead"><a href="some-player.html#all.s1">−0.1235 words</a></p>\n'
        "<details><summary>A question?</summary>\n<p>The answer: −0.1235.</p>\n</details>\n"
        '<div class="pair1,234">\n'
    )


def test_every_text_is_read_by_a_demo():
    sources = "".join(path.read_text(encoding="utf-8") for path in page.TEXTS.parent.glob("*.py"))
    told = {f"failures-{make.__name__}" for make in failures.FAILURES}

    for text in page.TEXTS.iterdir():
        assert text.stem in told or re.search(rf'page\.page\(\s*"{text.stem}"', sources)


def test_files_are_written_into_a_folder_that_is_made(tmp_path):
    path = gallery.add(tmp_path / "a" / "b", "c", {"c.html": "é"})

    assert path == tmp_path / "a" / "b" / "c.html"
    assert path.read_bytes() == "é".encode()


def test_a_step_is_one_line_without_gaps():
    steps = viz.player(Value(3.0, label="x") * 2.0).story.views[0].steps

    assert [page.as_line(step) for step in steps] == [
        " ".join(f"{step.symbols} {step.numbers} {step.answer}".split()) for step in steps
    ]
